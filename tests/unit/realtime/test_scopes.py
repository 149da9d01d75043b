"""Who may listen."""

import pytest

from runtime.model.actor import PUBLIC, SYSTEM, Actor
from runtime.model.problem import Source
from runtime.model.specs import ChannelSpec
from runtime.realtime.scopes import is_channel_name, may_join

READER = Actor(kind="user", id="42", roles=frozenset())
EDITOR = Actor(kind="user", id="7", roles=frozenset({"editor"}))
ADMIN = Actor(kind="user", id="1", roles=frozenset({"admin"}))
TOKEN = Actor(kind="token", id="token:importer", roles=frozenset())


def channel(name, scope):
    return ChannelSpec(name=name, description="", source=Source("config.yml"), scope=scope)


@pytest.mark.parametrize(
    ("scope", "actor", "refusal"),
    [
        ("public", PUBLIC, None),
        ("public", READER, None),
        ("authenticated", PUBLIC, "unauthenticated"),
        ("authenticated", READER, None),
        ("authenticated", TOKEN, None),
        ("authenticated", SYSTEM, None),
        ("role:editor", PUBLIC, "unauthenticated"),
        ("role:editor", READER, "forbidden"),
        ("role:editor", EDITOR, None),
        ("role:editor", ADMIN, None),
        ("role:edit", EDITOR, "forbidden"),
    ],
)
def test_a_scope_says_who(scope, actor, refusal):
    assert may_join(channel("news", scope), "news", actor) == refusal


@pytest.mark.parametrize(
    ("name", "actor", "refusal"),
    [
        ("user:42", READER, None),
        ("user:42", EDITOR, "forbidden"),
        ("user:42", ADMIN, None),
        ("user:42", SYSTEM, None),
        ("user:42", PUBLIC, "unauthenticated"),
        ("user:4", READER, "forbidden"),
        ("user:421", READER, "forbidden"),
        ("user:42.", READER, "forbidden"),
        ("user:importer", TOKEN, "forbidden"),
        ("user:token:importer", TOKEN, "forbidden"),  # a parameter has no colon, so this name is not of this template
    ],
)
def test_a_users_own_channel_is_for_that_user_alone(name, actor, refusal):
    assert may_join(channel("user:{userId}", "user"), name, actor) == refusal


def test_a_user_scope_without_a_user_in_the_name_is_closed():
    assert may_join(channel("mail", "user"), "mail", READER) == "forbidden"
    assert may_join(channel("mail:{room}", "user"), "mail:42", READER) == "forbidden"


@pytest.mark.parametrize("actor", [PUBLIC, READER, ADMIN, SYSTEM])
def test_what_nobody_declared_is_closed_to_everyone(actor):
    assert may_join(None, "secret", actor) == "undeclared"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("news", True),
        ("user:01976f3e-8a11", True),
        ("a.b_c", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("", False),
        ("a b", False),
        ("a,b", False),
        ("a/b", False),
        ("a\n", False),
        ("é", False),
        ("{userId}", False),
        ("_editing:notes:~a.b", True),
        ("_" + "x" * 255, True),
        ("_" + "x" * 256, False),
        ("a~b", False),
    ],
)
def test_names_are_short_and_plain(name, expected):
    assert is_channel_name(name) is expected
