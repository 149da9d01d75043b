"""Who is on a channel: users over all their connections, connections where no user counts."""

import pytest

from runtime.model.actor import PUBLIC, Actor
from runtime.realtime.presence import Presence

ADA = Actor(kind="user", id="ada")
BOB = Actor(kind="user", id="bob")


@pytest.fixture
def presence():
    return Presence()


def test_a_user_is_there_from_the_first_connection_to_the_last(presence):
    presence.enter("room", ADA, "c1", is_shown=True)
    presence.enter("room", ADA, "c2", is_shown=True)
    presence.enter("room", BOB, "c3", is_shown=True)
    assert presence.present("room") == {"users": ["ada", "bob"], "anonymous": 0}
    presence.left("c1", None, 100.0)
    assert presence.due(1000.0) == []
    presence.left("c2", None, 100.0)
    assert presence.due(104.9) == []
    (member,) = presence.due(105.0)
    assert (member.user, member.connection) == ("ada", None)
    presence.forget(member)
    assert presence.present("room") == {"users": ["bob"], "anonymous": 0}


def test_who_comes_back_in_time_was_never_away(presence):
    first = presence.enter("room", ADA, "c1", is_shown=True)
    presence.left("c1", None, 100.0)
    assert presence.enter("room", ADA, "c2", is_shown=True) is first
    assert presence.due(1000.0) == []
    presence.forget(first)  # as somebody who had seen them due would do
    assert presence.present("room") == {"users": ["ada"], "anonymous": 0}


def test_the_public_is_counted_and_not_named(presence):
    presence.enter("room", PUBLIC, "c1", is_shown=True)
    presence.enter("room", PUBLIC, "c2", is_shown=True)
    assert presence.present("room") == {"users": [], "anonymous": 2}
    presence.left("c1", None, 100.0)
    assert presence.present("room") == {"users": [], "anonymous": 1}


def test_without_presence_each_connection_leaves_at_once_and_nobody_is_shown(presence):
    presence.enter("line", ADA, "c1", is_shown=False)
    presence.enter("line", ADA, "c2", is_shown=False)
    assert (presence.shows("line"), presence.present("line")) == (False, {"users": [], "anonymous": 0})
    presence.left("c1", None, 100.0)
    assert [member.connection for member in presence.due(100.0)] == ["c1"]


def test_a_connection_leaves_some_channels_and_stays_on_others(presence):
    presence.enter("a", ADA, "c1", is_shown=True)
    presence.enter("b", ADA, "c1", is_shown=True)
    presence.left("c1", ["a", "never"], 100.0)
    assert [member.channel for member in presence.due(105.0)] == ["a"]
    presence.left("c1", None, 100.0)
    assert [member.channel for member in presence.due(105.0)] == ["a", "b"]


def test_nothing_stays_behind(presence):
    presence.enter("room", ADA, "c1", is_shown=True)
    presence.left("c1", None, 0.0)
    for member in presence.due(5.0):
        presence.forget(member)
    presence.left("c1", None, 0.0)
    presence.left("never", None, 0.0)
    assert (presence._rooms, presence._of, presence._gone) == ({}, {}, {})


def test_somebody_waits_for_those_who_leave(presence):
    called = []
    presence.on_gone = lambda: called.append(True)
    presence.enter("room", ADA, "c1", is_shown=True)
    presence.left("other", None, 0.0)
    assert called == []
    presence.left("c1", None, 0.0)
    assert called == [True]
