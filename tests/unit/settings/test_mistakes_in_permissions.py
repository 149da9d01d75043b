"""What is said about each mistake in permissions."""

from collections.abc import Callable

import pytest

MISTAKES = [
    pytest.param(
        "  public:\n",
        "  everybody:\n",
        "18:3",
        '"everybody" is nobody to give permissions to',
        "Write public, authenticated, role:NAME",
    ),
    pytest.param(
        "  role:clerk:\n",
        "  clerk:\n",
        "20:3",
        '"clerk" is nobody to give permissions to',
        'Did you mean "role:clerk"?',
    ),
    pytest.param(
        "  role:clerk:\n", "  role:clark:\n", "20:3", 'there is no role "clark"', 'Did you mean "role:clerk"?'
    ),
    pytest.param("  role:clerk:\n", "  role:admin:\n", "20:3", "admins may do everything already", "Remove it."),
    pytest.param(
        "    read: true\n",
        "    read: yes\n",
        "21:11",
        "read must be true or conditions, not text",
        "Write true, or conditions such as",
    ),
    pytest.param(
        "    read: true\n",
        "    read: false\n",
        "21:11",
        "read must be true, not false",
        "Leave it out: nothing is allowed that",
    ),
    pytest.param("    read: true\n", "    reed: true\n", "21:5", 'unknown key "reed"', 'Did you mean "read"?'),
    pytest.param("{state: shown}", "{stat: shown}", "19:21", 'there is no field "stat"', 'Did you mean "state"?'),
    pytest.param("{state: shown}", "{state: show}", "19:28", 'state is never "show"', 'Did you mean "shown"?'),
    pytest.param(
        "{state: shown}",
        "{state: {$eqq: shown}}",
        "19:29",
        "the filter cannot be used: $eqq is no operator",
        "Write it as in the REST API: {status:",
    ),
    pytest.param(
        "{state: shown}",
        "{$where: 'x'}",
        "19:21",
        "the filter cannot be used: $where is not part of",
        "Write it as in the REST API: {status:",
    ),
    pytest.param(
        "{state: shown}",
        "{maker.name: x}",
        "19:21",
        '"maker.name" leads into a field that has nothing',
        "Name the field itself.",
    ),
    pytest.param(
        "{state: shown}", "{size.hight: 1}", "19:21", 'there is no field "size.hight"', "Name one of: width, depth."
    ),
    pytest.param(
        "{state: shown}",
        "{createdBy: $user.id}",
        "19:32",
        "the public has no $user.id: this never holds",
        "Give it to authenticated, or to a role.",
    ),
    pytest.param(
        "createdBy: $user.id",
        "createdBy: $user.name",
        "23:34",
        'there is no variable "$user.name"',
        "There are: $user.id, $user.roles, $now.",
    ),
    pytest.param("hide: [extra]", "hide: [extr]", "19:43", 'there is no field "extr"', 'Did you mean "extra"?'),
    pytest.param(
        "hide: [extra]", "hide: [id]", "19:43", '"id" is a field of the system: it cannot be hidden', "Remove it."
    ),
    pytest.param(
        "hide: [extra]",
        "deny: [extra]",
        "19:36",
        '"deny" means nothing for read',
        "Remove it; it is for: create, update.",
    ),
    pytest.param("deny: [price]", "deny: [prize]", "23:52", 'there is no field "prize"', 'Did you mean "price"?'),
    pytest.param(
        "deny: [price]",
        "deny: [price], allow: [name]",
        "23:45",
        "allow and deny exclude each other",
        "Keep the one that is shorter.",
    ),
    pytest.param(
        "deny: [price]", "deny: [version]", "23:52", '"version" is a field of the system: no client can', "Remove it."
    ),
    pytest.param("{state: hidden}", "{stat: hidden}", "22:20", 'there is no field "stat"', 'Did you mean "state"?'),
    pytest.param(
        "{state: hidden}", "{state: hiden}", "22:27", "the value of state must be one of shown, hidden;", "Correct it."
    ),
    pytest.param(
        "{state: hidden}",
        "{createdBy: x}",
        "22:20",
        '"createdBy" is a field of the system',
        "Remove it; it cannot be set.",
    ),
    pytest.param(
        "state: shown}, hide",
        "state: {$in: [shown, gone]}}, hide",
        "19:42",
        'state is never "gone"',
        "Write one of: shown, hidden.",
    ),
    pytest.param(
        "{state: shown}",
        "{$or: [{state: shown}, {name: {$regx: a}}]}",
        "19:51",
        "the filter cannot be used: $regx is no operator",
        "Write it as in the REST API: {status:",
    ),
    pytest.param(
        "{state: shown}",
        "{price: {$gte: $nwo}}",
        "19:35",
        'there is no variable "$nwo"',
        "There are: $user.id, $user.roles, $now.",
    ),
    pytest.param(
        "create: {set: {state: hidden}}",
        "create: {hide: [extra]}",
        "22:14",
        '"hide" means nothing for create',
        "Remove it; it is for: read.",
    ),
    pytest.param(
        "read: true\n    create", "read: {}\n    create", "21:11", "read is empty", "Fill it, or leave it out."
    ),
    pytest.param(
        "deny: [price]",
        "deny: [price, size.hight]",
        "23:59",
        'there is no field "size.hight"',
        "Name one of: width, depth.",
    ),
    pytest.param(
        "{state: shown}",
        "{$or: [{name: x}, {stat: shown}]}",
        "19:39",
        'there is no field "stat"',
        'Did you mean "state"?',
    ),
    pytest.param(
        "{state: shown}",
        "{tags: {$elemMatch: {colour: red}}}",
        "19:41",
        "leads into a field that has nothing inside",
        "Name the field itself.",
    ),
    pytest.param("{state: shown}", "{tags.0.x: 1}", "19:21", '"tags.0.x" leads into a field', "Name the field itself."),
    pytest.param("{state: shown}", "{state: {$ne: show}}", "19:34", 'state is never "show"', 'Did you mean "shown"?'),
    pytest.param(
        "{state: shown}", "{state..x: 1}", "19:21", "the filter cannot be used", "Write it as in the REST API"
    ),
    pytest.param("{state: shown}", "{$and: []}", "19:21", "the filter cannot be used", "Write it as in the REST API"),
    pytest.param(
        "{state: hidden}",
        "{name: $usr.id}",
        "22:26",
        'there is no variable "$usr.id"',
        "There are: $user.id, $user.roles, $now.",
    ),
    pytest.param("deny: [price]", "allow: [id]", "23:53", '"id" is a field of the system', "Remove it."),
    pytest.param(
        "hide: [extra]",
        "allow: [name]",
        "19:36",
        '"allow" means nothing for read',
        "Remove it; it is for: create, update.",
    ),
]


@pytest.mark.parametrize(("old", "new", "place", "message", "remedy"), MISTAKES)
def test_a_mistake_in_a_permission_is_told_once_at_its_place(
    assert_told: Callable[..., None], old: str, new: str, place: str, message: str, remedy: str
) -> None:
    assert_told("collections/products.yml", old, new, place=place, message=message, remedy=remedy)
