"""The channels that every project has."""

import dataclasses

import pytest

from runtime.documents.audience import audience_channel
from runtime.model.actor import PUBLIC, Actor
from runtime.model.errors import InvalidMessage
from runtime.model.problem import Source
from runtime.model.specs import BoundHook, CollectionSpec, FieldSpec, GrantSpec, HookRef
from runtime.rules.audiences import audience_of

SOURCE = Source("collections/notes.yml")
READER = Actor(kind="user", id="42")
EDITOR = Actor(kind="user", id="7", roles=frozenset({"editor"}))
CHIEF = Actor(kind="user", id="8", roles=frozenset({"chief"}))
ADMIN = Actor(kind="user", id="1", roles=frozenset({"admin"}))
OTHER_ADMIN = Actor(kind="token", id="token:ops", name="ops", roles=frozenset({"admin"}))


def grant(principal, **said):
    return GrantSpec(principal, SOURCE, **{key: frozenset(v) if key == "hide" else v for key, v in said.items()})


def notes(*grants, **more):
    fields = (FieldSpec("title", "string", SOURCE), FieldSpec("key", "string", SOURCE, hidden=True))
    return CollectionSpec("notes", SOURCE, fields, grants={"read": grants}, **more)


NOTES = notes(grant("role:editor"), grant("role:chief"), grant("public", filter={"status": "published"}))


@pytest.mark.parametrize(
    ("channel", "actor", "refused"),
    [
        ("_project", PUBLIC, "unauthenticated"),
        ("_project", READER, None),
        ("_hooks", READER, "forbidden"),
        ("_hooks", PUBLIC, "unauthenticated"),
        ("_hooks", ADMIN, None),
        ("_runs", EDITOR, "forbidden"),
        ("_runs", OTHER_ADMIN, None),
        ("_system", EDITOR, "forbidden"),
        ("_system", ADMIN, None),
        ("_nothing", ADMIN, "undeclared"),
        ("_hooks:more", ADMIN, "undeclared"),
        ("_", ADMIN, "undeclared"),
        ("_documents:notes", ADMIN, "undeclared"),
        ("_documents:notes:0123456789abcdef01234567", ADMIN, "forbidden"),
        ("_documents:nowhere:0123456789abcdef01234567", ADMIN, "forbidden"),
        ("_documents:notes:0123456789abcdef01234567", PUBLIC, "unauthenticated"),
        ("_editing:notes:1", PUBLIC, "unauthenticated"),
        ("_editing:notes:1", READER, None),  # the document is asked about by the reception
        ("_editing:nowhere:1", ADMIN, "forbidden"),
        ("_editing:notes:1:2", ADMIN, "undeclared"),
    ],
)
def test_who_may_listen(world, channel, actor, refused):
    world.spec = dataclasses.replace(world.spec, collections=(NOTES,))
    assert world.hub.topics.refusal(channel, actor) == refused


def test_an_audience_is_made_of_what_permissions_say():
    editors, readers = audience_of(EDITOR, NOTES), audience_of(READER, NOTES)
    assert (len(editors), len(readers)) == (24, 24)
    assert editors != readers
    assert audience_of(dataclasses.replace(EDITOR, id="9"), NOTES) == editors
    assert audience_of(dataclasses.replace(READER, id="9"), NOTES) == readers
    assert audience_of(CHIEF, NOTES) == editors  # another role that may the same
    assert audience_of(ADMIN, NOTES) == audience_of(OTHER_ADMIN, NOTES) != editors
    assert audience_of(PUBLIC, NOTES) == readers  # being signed in adds nothing to what is said of everybody
    assert audience_channel(PUBLIC, NOTES) is None


def test_an_audience_is_one_users_where_the_permission_speaks_of_them():
    own = notes(grant("authenticated", filter={"createdBy": "$user.id"}))
    assert audience_of(READER, own) != audience_of(EDITOR, own)
    assert audience_of(READER, own) == audience_of(dataclasses.replace(READER, roles=frozenset({"editor"})), own)
    roles = notes(grant("authenticated", filter={"for": {"$in": "$user.roles"}}))
    assert audience_of(READER, roles) == audience_of(dataclasses.replace(READER, id="9"), roles)
    assert audience_of(READER, roles) != audience_of(EDITOR, roles)


def test_what_adds_nothing_makes_no_other_audience():
    chiefs = audience_of(CHIEF, notes(grant("role:chief")))
    own = grant("authenticated", filter={"createdBy": "$user.id"})
    assert audience_of(CHIEF, notes(grant("role:chief"), own)) == chiefs
    assert audience_of(CHIEF, notes(grant("role:chief"), grant("public", hide=["title"]))) == chiefs
    everywhere = notes(grant("role:chief", hide=["title"]), grant("public", filter={"a": 1}, hide=["title", "x"]))
    assert audience_of(CHIEF, everywhere) == audience_of(CHIEF, notes(grant("role:chief", hide=["title"])))
    assert audience_of(CHIEF, notes(grant("role:chief", hide=["title"]), own)) not in (chiefs, None)


@pytest.mark.parametrize(
    "changed",
    [
        notes(grant("public", filter={"status": "public"})),
        notes(grant("public", filter={"status": "published"}, hide=["title"])),
        notes(grant("public")),
        dataclasses.replace(notes(grant("public", filter={"status": "published"})), fields=()),
        dataclasses.replace(notes(grant("public", filter={"status": "published"})), name="letters"),
    ],
)
def test_another_permission_is_another_audience(changed):
    assert audience_of(READER, changed) != audience_of(READER, NOTES)


def test_who_may_not_read_is_of_no_audience():
    assert audience_of(READER, notes()) is None
    assert audience_of(READER, notes(grant("role:editor"))) is None


def test_the_channel_is_the_audiences():
    assert audience_channel(READER, NOTES) == f"_documents:notes:{audience_of(READER, NOTES)}"


def test_where_a_hook_reads_only_admins_are_told_unless_the_yaml_says_so():
    hook = BoundHook(HookRef("hooks/notes.py", "read"), SOURCE, "hooks.read.before")
    hooked = notes(grant("public"), hooks={("read", "before"): (hook,)})
    assert audience_channel(READER, hooked) is None
    assert audience_channel(ADMIN, hooked) is not None
    assert audience_channel(READER, dataclasses.replace(hooked, live=True)) is not None
    assert audience_channel(ADMIN, dataclasses.replace(hooked, live=False)) is None
    assert audience_channel(READER, dataclasses.replace(NOTES, live=False)) is None
    assert audience_channel(ADMIN, dataclasses.replace(NOTES, virtual=True)) is None


@pytest.mark.parametrize("channel", ["_project", "_hooks", "_nothing", "_documents:notes:0123456789abcdef01234567"])
async def test_only_the_server_sends_to_them(world, channel):
    with pytest.raises(InvalidMessage) as refused:
        world.hub.prepare(channel, {"type": "hello"})
    assert refused.value.code == "reserved_channel"
    with pytest.raises(InvalidMessage) as refused:
        world.hub.revalidation(channel, "articles.list")
    assert refused.value.code == "reserved_channel"
    assert len(world.hub.topics) == 0


async def test_the_server_sends_to_them_kept_or_not(world):
    reader = world.listen("_runs", actor=ADMIN)
    world.hub.say("_runs", {"type": "run", "n": 1})
    world.hub.say("_runs", {"type": "run", "n": 2}, transient=True)
    await world.hub.settled()
    assert reader.numbers == [1, 2]
    assert [event.id for event in reader.events[1:]] == ["test.1", "test.1"]  # a transient one has none of its own


async def test_they_are_counted_by_their_templates(world):
    for name in ("_documents:notes:a", "_documents:notes:b", "_editing:notes:1", "_project"):
        world.hub.say(name, {"type": "t"})
    await world.hub.settled()
    assert {name: counts.messages for name, counts in world.hub.topics.counts.items()} == {
        "_documents:{collection}:{audience}": 2, "_editing:{collection}:{id}": 1, "_project": 1,
    }  # fmt: skip


async def test_a_reload_takes_an_audience_whose_permission_has_changed(world):
    world.spec = dataclasses.replace(world.spec, collections=(NOTES,))
    readers, editors = audience_channel(READER, NOTES), audience_channel(EDITOR, NOTES)
    reader, editor = world.listen(readers, actor=READER), world.listen(editors, actor=EDITOR)
    hidden = notes(grant("role:editor"), grant("public", filter={"status": "published"}, hide=["title"]))
    world.spec = dataclasses.replace(world.spec, collections=(hidden,))
    world.hub.refresh()
    assert reader.story == [("denied", {"channel": readers, "reason": "forbidden"})]
    assert (editor.story, editor.is_complete) == ([], False)


def test_a_template_of_the_project_never_takes_a_reserved_name(world):
    world.declare("{area}:{rest}:{more}")
    assert world.hub.topics.refusal("a:b:c", PUBLIC) is None
    assert world.hub.topics.refusal("_x:b:c", PUBLIC) == "undeclared"
