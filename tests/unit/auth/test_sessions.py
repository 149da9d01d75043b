import asyncio

import pytest

from runtime.auth.secrets import Secret, new_token
from runtime.auth.sessions import Sessions
from runtime.model.actor import Actor
from runtime.model.errors import NotFound, Unavailable
from runtime.model.specs import AuthSpec


@pytest.fixture
async def opened(auth, ada):
    return await auth.sessions.open(ada, ip="192.0.2.1", agent="Browser/1.0")


async def test_a_session_s_token_says_who_asks(auth, ada, opened):
    assert await auth.sessions.resolve(opened.token) == Actor(
        kind="user",
        id=ada["id"],
        name="ada@example.org",
        roles=frozenset({"editor"}),
        session=opened.id,
        expires_at=1_768_910_400.0,
    )
    assert opened.expires_at == 1_768_910_400.0


async def test_a_stolen_database_opens_no_session(stored, opened):
    """Neither the token nor its secret part is stored."""
    text = await stored("_sessions")
    assert opened.id in text
    assert opened.token not in text
    assert opened.token[37:] not in text


async def test_the_id_of_a_session_does_not_open_it(auth, opened):
    assert await auth.sessions.resolve(new_token("hss_", opened.id)) is None


async def test_what_is_no_token_is_nobody(auth, opened):
    assert await auth.sessions.resolve("") is None
    assert await auth.sessions.resolve(opened.id) is None
    assert await auth.sessions.resolve(opened.token + "x") is None


async def test_an_api_token_or_a_code_is_no_session(auth, ada):
    assert await auth.sessions.resolve(await auth.tokens.add("importer")) is None
    assert await auth.sessions.resolve(await auth.codes.open(ada)) is None


async def test_another_secret_ends_all_sessions(store, auth, clock, log, opened):
    other = Sessions(store, users=auth.users, secret=Secret(b"new"), clock=clock, ttl_s=lambda: 60.0, log=log)
    assert await other.resolve(opened.token) is None


async def test_a_session_lasts_a_fixed_time_however_much_it_is_used(auth, clock, opened):
    for _ in range(5):
        clock.advance(86_399.9)
        assert await auth.sessions.resolve(opened.token)
    clock.advance(0.5)
    assert await auth.sessions.resolve(opened.token) is None


async def test_a_reloaded_session_time_counts_for_the_next_session(auth, project, ada):
    project.replace(auth=AuthSpec(session_ttl_s=60.0))
    opened = await auth.sessions.open(ada, ip="", agent="")
    assert opened.expires_at == 1_768_478_460.0


async def test_a_change_of_roles_takes_effect_at_once(auth, ada, opened):
    await auth.users.set_roles(ada["id"], ["author"])
    actor = await auth.sessions.resolve(opened.token)
    assert actor.roles == frozenset({"author"})


async def test_a_closed_session_ends_at_once(auth, opened):
    await auth.sessions.close(opened.id)
    assert await auth.sessions.resolve(opened.token) is None
    await auth.sessions.close(opened.id)


async def test_all_sessions_of_a_user_end_at_once_and_nobody_else_s(auth, ada, opened):
    bob = await auth.sessions.open(await auth.users.create("bob@example.org"), ip="", agent="")
    second = await auth.sessions.open(ada, ip="", agent="")
    await auth.sessions.close_all(ada["id"])
    assert await auth.sessions.resolve(opened.token) is None
    assert await auth.sessions.resolve(second.token) is None
    assert await auth.sessions.list(ada["id"]) == []
    assert await auth.sessions.resolve(bob.token)


async def test_all_sessions_of_nobody_are_not_found(auth):
    with pytest.raises(NotFound):
        await auth.sessions.close_all("019bc1f4-2a00-7abc-8def-0123456789ab")


async def test_a_disabled_user_is_out_at_once_and_stays_out(auth, ada, opened):
    """Enabling the user again does not revive the sessions of before."""
    await auth.users.disable(ada["id"])
    assert await auth.sessions.resolve(opened.token) is None
    await auth.users.enable(ada["id"])
    assert await auth.sessions.resolve(opened.token) is None


async def test_a_session_opened_while_the_user_is_shut_out_is_dead_from_the_start(auth, ada):
    """The sign-in has checked the password, and before it opens the session the user is disabled and enabled again."""
    await auth.users.disable(ada["id"])
    late = await auth.sessions.open(ada, ip="", agent="")
    assert await auth.sessions.resolve(late.token) is None
    await auth.users.enable(ada["id"])
    assert await auth.sessions.resolve(late.token) is None


async def test_a_session_of_a_user_who_is_disabled_is_worth_nothing(auth, ada):
    opened = await auth.sessions.open(await auth.users.disable(ada["id"]), ip="", agent="")
    assert await auth.sessions.resolve(opened.token) is None


async def test_a_session_opened_with_the_old_password_is_dead_from_the_start(auth, ada):
    await auth.users.set_password(ada["id"], "another horse")
    late = await auth.sessions.open(ada, ip="", agent="")
    assert await auth.sessions.resolve(late.token) is None


async def test_a_deleted_user_s_sessions_end_and_are_deleted(auth, ada, opened):
    late = await auth.sessions.open(ada, ip="", agent="")
    await auth.users.delete(ada["id"])
    assert await auth.sessions.resolve(opened.token) is None
    assert await auth.sessions.resolve(late.token) is None
    assert await auth.sessions.list(ada["id"]) == []


async def test_sessions_are_listed_without_what_could_be_abused(auth, ada, opened):
    assert await auth.sessions.list(ada["id"]) == [
        {
            "id": opened.id,
            "createdAt": "2026-01-15T12:00:00.000Z",
            "updatedAt": "2026-01-15T12:00:00.000Z",
            "createdBy": ada["id"],
            "version": 1,
            "user": ada["id"],
            "ip": "192.0.2.1",
            "agent": "Browser/1.0",
            "lastSeenAt": "2026-01-15T12:00:00.000Z",
            "expiresAt": "2026-01-20T12:00:00.000Z",
        }
    ]


async def test_what_a_client_says_of_itself_is_bounded(auth, ada):
    await auth.sessions.open(ada, ip="x" * 1000, agent="y" * 100_000)
    [session] = await auth.sessions.list(ada["id"])
    assert (session["ip"], session["agent"]) == ("x" * 64, "y" * 200)


async def test_the_last_use_is_noted_at_most_once_a_minute(auth, ada, clock, opened):
    seen = []
    for seconds in (0.0, 59.9, 0.2, 59.8, 0.2):
        clock.advance(seconds)
        await auth.sessions.resolve(opened.token)
        [session] = await auth.sessions.list(ada["id"])
        seen.append((session["lastSeenAt"], session["version"]))
    assert seen == [
        ("2026-01-15T12:00:00.000Z", 1),
        ("2026-01-15T12:00:00.000Z", 1),
        ("2026-01-15T12:01:00.100Z", 2),
        ("2026-01-15T12:01:00.100Z", 2),
        ("2026-01-15T12:02:00.100Z", 3),
    ]


async def test_noting_the_last_use_never_revives_a_session(auth, store, ada, secret, clock, log, opened):
    """The session is closed between the reading of it and the writing of the time."""

    class Slow:
        get = store.get

        async def commit(self, writes):
            await auth.sessions.close(opened.id)
            return await store.commit(writes)

    clock.advance(61.0)
    slow = Sessions(Slow(), users=auth.users, secret=secret, clock=clock, ttl_s=lambda: 60.0, log=log)
    await slow.resolve(opened.token)
    assert await auth.sessions.list(ada["id"]) == []
    assert await auth.sessions.resolve(opened.token) is None


async def test_many_requests_at_once_may_note_the_last_use(auth, clock, opened):
    clock.advance(61.0)
    actors = await asyncio.gather(*(auth.sessions.resolve(opened.token) for _ in range(10)))
    assert None not in actors


async def test_a_store_that_can_only_be_read_still_knows_who_asks(auth, store, secret, clock, log, logged, opened):
    class ReadOnly:
        get = store.get

        async def commit(self, writes):
            raise Unavailable("the disk is full; make room")

    clock.advance(61.0)
    sessions = Sessions(ReadOnly(), users=auth.users, secret=secret, clock=clock, ttl_s=lambda: 60.0, log=log)
    assert await sessions.resolve(opened.token)
    assert logged.entries == [
        {
            "event": "last_use_not_noted",
            "log_level": "warning",
            "collection": "_sessions",
            "id": opened.id,
            "reason": "the disk is full; make room",
        }
    ]


async def test_pruning_deletes_what_has_expired_and_nothing_else(auth, ada, clock, opened):
    clock.advance(100.0)
    second = await auth.sessions.open(ada, ip="", agent="")
    assert await auth.sessions.prune() == 0
    clock.advance(432_000.0 - 100.0)
    assert await auth.sessions.prune() == 1
    assert [session["id"] for session in await auth.sessions.list(ada["id"])] == [second.id]


async def test_pruning_gets_through_more_than_one_batch(auth, ada, clock, monkeypatch):
    monkeypatch.setattr("runtime.auth.records.BATCH", 2)
    for _ in range(5):
        await auth.sessions.open(ada, ip="", agent="")
    clock.advance(432_000.0)
    assert await auth.sessions.prune() == 5
    assert await auth.sessions.list(ada["id"]) == []
