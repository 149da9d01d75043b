import pytest
from argon2 import PasswordHasher, extract_parameters

from runtime.auth.users import public_view
from runtime.model.actor import PUBLIC, SYSTEM
from runtime.model.change import Write
from runtime.model.errors import Conflict, Forbidden, InvalidDocument, RateLimited, Unauthenticated
from runtime.model.specs import LimitsSpec, Rate

FROM = {"ip": "192.0.2.1", "agent": "Browser/1.0"}


@pytest.fixture
def unlimited(project):
    project.replace(limits=LimitsSpec(login=Rate(0, 60.0)))


@pytest.fixture
def sign_in(auth):
    """Sign in and return (actor, token)."""

    async def sign_in(email="ada@example.org", password="correct horse"):
        token = (await auth.login(email, password, **FROM)).token
        return await auth.sessions.resolve(token), token

    return sign_in


async def failure_of(attempt):
    try:
        await attempt
    except Unauthenticated as failure:
        return failure.code, failure.message, failure.errors
    return None


async def test_signing_in_opens_a_session(auth, ada):
    signed_in = await auth.login(" Ada@example.org", "correct horse", **FROM)
    assert signed_in.user == public_view(ada)
    assert signed_in.expires_at == 1_768_910_400.0
    actor = await auth.sessions.resolve(signed_in.token)
    assert (actor.id, actor.name) == (ada["id"], "ada@example.org")


async def test_no_answer_tells_whether_an_account_exists(auth, ada, unlimited):
    """Unknown, wrong, disabled, without a password, no address at all: one answer."""
    await auth.users.create("new@example.org")
    bob = await auth.users.create("bob@example.org", password="correct horse")
    await auth.users.disable(bob["id"])
    answers = [
        await failure_of(auth.login(email, password, **FROM))
        for email, password in [
            ("nobody@example.org", "correct horse"),
            ("ada@example.org", "wrong"),
            ("ada@example.org", ""),
            ("bob@example.org", "correct horse"),
            ("new@example.org", "correct horse"),
            ("new@example.org", ""),
            ("no address", "correct horse"),
        ]
    ]
    assert answers == [("unauthenticated", "the e-mail address or the password is wrong", {})] * 7


@pytest.mark.parametrize("email", ["nobody@example.org", "ada@example.org", "new@example.org", "no address"])
async def test_no_time_tells_whether_an_account_exists(auth, ada, hasher, email):
    """Whoever is tried, one computation of the same cost is made."""
    await auth.users.create("new@example.org")
    await failure_of(auth.login(email, "wrong", **FROM))
    [verified] = hasher.verified
    assert extract_parameters(verified) == extract_parameters(ada["passwordHash"])


async def test_no_throttle_tells_whether_an_account_exists(auth, ada, project):
    project.replace(limits=LimitsSpec(login=Rate(1, 60.0)))
    for number, email in enumerate(["ada@example.org", "nobody@example.org"]):
        await failure_of(auth.login(email, "wrong", ip=f"192.0.2.{number}", agent=""))
        with pytest.raises(RateLimited, match=r"^too many sign-in attempts; try again in 60 seconds$"):
            await auth.login(email, "wrong", ip=f"198.51.100.{number}", agent="")


async def test_guessing_is_slowed_down_before_a_password_is_computed(auth, ada, hasher):
    for _ in range(5):
        await failure_of(auth.login("ada@example.org", "wrong", **FROM))
    with pytest.raises(RateLimited) as raised:
        await auth.login("ada@example.org", "correct horse", **FROM)
    assert raised.value.retry_after_s == 60.0
    assert len(hasher.verified) == 5


async def test_a_success_does_not_reset_the_address(auth, ada):
    for _ in range(4):
        await failure_of(auth.login("victim@example.org", "wrong", **FROM))
    await auth.login("ada@example.org", "correct horse", **FROM)
    with pytest.raises(RateLimited):
        await auth.login("victim@example.org", "wrong", **FROM)


async def test_who_signs_in_on_many_devices_is_not_slowed_down(auth, ada):
    for number in range(10):
        await auth.login("ada@example.org", "correct horse", ip=f"192.0.2.{number}", agent="")


async def test_guessing_codes_is_slowed_down(auth, ada):
    for _ in range(5):
        assert await failure_of(auth.login_with_code("hsc_guess", **FROM)) == (
            "unauthenticated",
            "the code is wrong, used or expired",
            {},
        )
    with pytest.raises(RateLimited):
        await auth.login_with_code(await auth.codes.open(ada), **FROM)


async def test_a_code_signs_in_once(auth, ada):
    code = await auth.codes.open(ada)
    signed_in = await auth.login_with_code(code, **FROM)
    assert (await auth.sessions.resolve(signed_in.token)).id == ada["id"]
    assert await failure_of(auth.login_with_code(code, **FROM))


async def test_a_disabled_user_cannot_sign_in(auth, ada):
    code = await auth.codes.open(await auth.users.disable(ada["id"]))
    assert await failure_of(auth.login("ada@example.org", "correct horse", **FROM))
    assert await failure_of(auth.login_with_code(code, **FROM))
    await auth.users.enable(ada["id"])
    assert await auth.login("ada@example.org", "correct horse", **FROM)


async def test_sign_ins_are_logged_with_what_matters_and_nothing_secret(auth, ada, logged):
    token = (await auth.login("ada@example.org", "correct horse", **FROM)).token
    await failure_of(auth.login("ada@example.org", "wrong horse", **FROM))
    await failure_of(auth.login("nobody@example.org", "wrong horse", **FROM))
    await failure_of(auth.login_with_code("hsc_guess", **FROM))
    [session] = await auth.sessions.list(ada["id"])
    assert logged.entries == [
        {
            "event": "login_succeeded",
            "log_level": "info",
            "method": "password",
            "user": ada["id"],
            "session": session["id"],
            "ip": "192.0.2.1",
        },
        {
            "event": "login_failed",
            "log_level": "warning",
            "method": "password",
            "reason": "wrong_password",
            "ip": "192.0.2.1",
            "user": ada["id"],
        },
        {
            "event": "login_failed",
            "log_level": "warning",
            "method": "password",
            "reason": "unknown_user",
            "ip": "192.0.2.1",
            "user": None,
        },
        {
            "event": "login_failed",
            "log_level": "warning",
            "method": "code",
            "reason": "wrong_code",
            "ip": "192.0.2.1",
            "user": None,
        },
    ]
    assert token not in str(logged.entries)


async def test_a_password_typed_into_the_email_field_is_not_logged(auth, logged):
    await failure_of(auth.login("my secret password", "", **FROM))
    assert "my secret password" not in str(logged.entries)
    assert len(logged.entries) == 1


async def test_being_slowed_down_is_logged(auth, project, logged):
    project.replace(limits=LimitsSpec(login=Rate(1, 60.0)))
    await failure_of(auth.login("ada@example.org", "wrong", **FROM))
    with pytest.raises(RateLimited):
        await auth.login("ada@example.org", "wrong", **FROM)
    assert logged.entries[1] == {
        "event": "login_failed",
        "log_level": "warning",
        "method": "password",
        "reason": "rate_limited",
        "ip": "192.0.2.1",
    }


async def test_a_hash_of_old_parameters_is_renewed_at_the_next_sign_in(auth, store, ada, passwords):
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1, hash_len=16, salt_len=8).hash("correct horse")
    aged = {**ada, "passwordHash": old, "version": 2}
    await store.commit([Write("_users", ada["id"], aged, expected=1)])
    signed_in = await auth.login("ada@example.org", "correct horse", **FROM)
    renewed = (await auth.users.get(ada["id"]))["passwordHash"]
    assert not passwords.is_outdated(renewed)
    assert await passwords.verify(renewed, "correct horse")
    assert await auth.sessions.resolve(signed_in.token)


async def test_a_wrong_password_renews_no_hash(auth, store, ada):
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1, hash_len=16, salt_len=8).hash("correct horse")
    await store.commit([Write("_users", ada["id"], {**ada, "passwordHash": old, "version": 2}, expected=1)])
    await failure_of(auth.login("ada@example.org", "wrong", **FROM))
    assert (await auth.users.get(ada["id"]))["passwordHash"] == old


async def test_signing_out_ends_the_session(auth, ada, sign_in):
    actor, token = await sign_in()
    other, other_token = await sign_in()
    await auth.logout(actor)
    assert await auth.sessions.resolve(token) is None
    assert await auth.sessions.resolve(other_token) == other


async def test_signing_out_twice_or_as_nobody_is_fine(auth, ada, sign_in):
    actor, _ = await sign_in()
    await auth.logout(actor)
    await auth.logout(actor)
    await auth.logout(PUBLIC)


async def test_an_api_token_cannot_sign_out(auth):
    token = await auth.tokens.add("importer")
    with pytest.raises(Forbidden, match="revoke the token instead"):
        await auth.logout(await auth.tokens.resolve(token))
    assert await auth.tokens.resolve(token)


async def test_changing_the_password_keeps_this_session_and_ends_all_others(auth, ada, sign_in):
    actor, token = await sign_in()
    _, other_token = await sign_in()
    code = await auth.codes.open(ada)
    view = await auth.change_password(actor, current="correct horse", new="another horse", ip="192.0.2.1")
    assert view["hasPassword"] is True
    assert await auth.sessions.resolve(token) == actor
    assert await auth.sessions.resolve(other_token) is None
    assert await auth.codes.redeem(code) is None
    assert [session["id"] for session in await auth.sessions.list(ada["id"])] == [actor.session]
    assert await failure_of(auth.login("ada@example.org", "correct horse", **FROM))
    assert await auth.login("ada@example.org", "another horse", **FROM)


async def test_a_stolen_session_cannot_change_the_password(auth, ada, sign_in):
    actor, _ = await sign_in()
    with pytest.raises(InvalidDocument) as raised:
        await auth.change_password(actor, current="wrong", new="another horse", ip="192.0.2.1")
    assert raised.value.errors == {"/current": "the current password is wrong"}
    with pytest.raises(InvalidDocument) as raised:
        await auth.change_password(actor, current=None, new="another horse", ip="192.0.2.1")
    assert raised.value.errors == {"/current": "the current password is needed to set a new one"}
    assert await auth.users.get(ada["id"]) == ada


async def test_a_stolen_session_cannot_guess_the_password(auth, ada, sign_in):
    actor, _ = await sign_in()
    for _ in range(5):
        with pytest.raises(InvalidDocument):
            await auth.change_password(actor, current="wrong", new="another horse", ip="192.0.2.1")
    with pytest.raises(RateLimited, match=r"^too many attempts to change the password; try again in 60 seconds$"):
        await auth.change_password(actor, current="correct horse", new="another horse", ip="192.0.2.1")


async def test_a_new_password_has_eight_characters(auth, ada, sign_in):
    actor, _ = await sign_in()
    with pytest.raises(InvalidDocument) as raised:
        await auth.change_password(actor, current="correct horse", new="short", ip="192.0.2.1")
    assert raised.value.errors == {"/new": "a password has 8 to 1024 characters"}


async def test_who_has_no_password_yet_sets_one_without(auth):
    new = await auth.users.create("new@example.org")
    signed_in = await auth.login_with_code(await auth.codes.open(new), **FROM)
    actor = await auth.sessions.resolve(signed_in.token)
    await auth.change_password(actor, current=None, new="correct horse", ip="192.0.2.1")
    assert await auth.login("new@example.org", "correct horse", **FROM)


async def test_a_password_that_was_changed_meanwhile_is_not_overwritten(auth, ada, sign_in, monkeypatch):
    """Somebody sets another password after the current one was found right."""
    actor, _ = await sign_in()
    set_password = auth.users.set_password

    async def overtaken(*args, **kwargs):
        await set_password(ada["id"], "the admin's choice", keep_session=actor.session)
        return await set_password(*args, **kwargs)

    monkeypatch.setattr(auth.users, "set_password", overtaken)
    with pytest.raises(Conflict, match="changed by somebody else at the same moment"):
        await auth.change_password(actor, current="correct horse", new="another horse", ip="192.0.2.1")
    assert await auth.login("ada@example.org", "the admin's choice", **FROM)


async def test_a_session_that_has_ended_changes_no_password(auth, ada, sign_in):
    actor, _ = await sign_in()
    await auth.logout(actor)
    with pytest.raises(Unauthenticated, match="your session has ended; sign in again"):
        await auth.change_password(actor, current="correct horse", new="another horse", ip="192.0.2.1")
    assert await auth.login("ada@example.org", "correct horse", **FROM)


async def test_only_users_have_a_password_to_change(auth):
    change = {"current": None, "new": "another horse", "ip": "192.0.2.1"}
    with pytest.raises(Unauthenticated):
        await auth.change_password(PUBLIC, **change)
    with pytest.raises(Forbidden):
        await auth.change_password(SYSTEM, **change)
    with pytest.raises(Forbidden):
        await auth.change_password(await auth.tokens.resolve(await auth.tokens.add("importer")), **change)


async def test_a_user_learns_who_they_are(auth, ada, sign_in):
    actor, _ = await sign_in()
    assert await auth.me(actor) == {"user": public_view(ada), "expiresAt": "2026-01-20T12:00:00.000Z"}


async def test_a_token_learns_who_it_is(auth):
    actor = await auth.tokens.resolve(await auth.tokens.add("importer", roles=["editor", "author"]))
    assert await auth.me(actor) == {"token": {"name": "importer", "roles": ["author", "editor"]}, "expiresAt": None}


async def test_nobody_learns_nothing(auth, ada, sign_in):
    with pytest.raises(Unauthenticated, match="nobody is signed in; sign in first"):
        await auth.me(PUBLIC)
    actor, _ = await sign_in()
    await auth.users.delete(ada["id"])
    with pytest.raises(Unauthenticated, match="your user has been deleted"):
        await auth.me(actor)


async def test_the_first_start_makes_an_admin_and_a_way_in(auth):
    invitation = await auth.first_admin()
    assert (invitation.email, invitation.expires_at) == ("admin@localhost", 1_768_479_300.0)
    signed_in = await auth.login_with_code(invitation.code, **FROM)
    assert (signed_in.user["email"], signed_in.user["roles"], signed_in.user["hasPassword"]) == (
        "admin@localhost",
        ["admin"],
        False,
    )


async def test_the_first_admin_has_no_password_that_could_be_guessed(auth, unlimited):
    await auth.first_admin()
    for password in ("", "admin", "password"):
        assert await failure_of(auth.login("admin@localhost", password, **FROM))


async def test_who_starts_the_server_twice_gets_in_twice(auth):
    """Also with the first code unused, used, or expired; there is still one admin."""
    first, second = await auth.first_admin(), await auth.first_admin()
    assert await auth.login_with_code(first.code, **FROM)
    assert await auth.login_with_code(second.code, **FROM)
    third = await auth.first_admin()
    assert await auth.login_with_code(third.code, **FROM)
    assert len(await auth.users.list()) == 1


async def test_from_the_first_password_on_no_start_gives_a_way_in(auth):
    used, unused = await auth.first_admin(), await auth.first_admin()
    signed_in = await auth.login_with_code(used.code, **FROM)
    actor = await auth.sessions.resolve(signed_in.token)
    await auth.change_password(actor, current=None, new="correct horse", ip="192.0.2.1")
    assert await auth.first_admin() is None
    assert await failure_of(auth.login_with_code(unused.code, **FROM))


async def test_where_an_admin_with_a_password_exists_none_is_made(auth):
    await auth.users.create("root@example.org", password="correct horse", roles=["admin"])
    assert await auth.first_admin() is None
    assert [user["email"] for user in await auth.users.list()] == ["root@example.org"]


async def test_an_admin_without_a_password_is_the_first_admin(auth):
    await auth.users.create("root@example.org", roles=["admin"])
    invitation = await auth.first_admin()
    assert invitation.email == "root@example.org"
    assert len(await auth.users.list()) == 1


async def test_where_all_admins_are_disabled_a_new_one_is_made(auth, ada):
    root = await auth.users.create("root@example.org", password="correct horse", roles=["admin"])
    second = await auth.users.create("second@example.org", password="correct horse", roles=["admin"])
    await auth.users.disable(second["id"])
    await auth.users.set_roles(ada["id"], ["admin"])
    await auth.users.disable(root["id"])
    assert await auth.first_admin() is None
    root = await auth.users.create("third@example.org", roles=["admin"])
    await auth.users.disable(ada["id"])
    assert (await auth.first_admin()).email == "third@example.org"


async def test_a_user_who_happens_to_be_called_admin_is_not_made_one(auth, logged):
    user = await auth.users.create("admin@localhost", password="correct horse", roles=["editor"])
    assert await auth.first_admin() is None
    assert await auth.users.get(user["id"]) == user
    assert logged.entries == [
        {"event": "no_admin", "log_level": "warning", "remedy": "hookstream user role admin@localhost admin"}
    ]


async def test_servers_that_start_together_make_one_admin(auth, monkeypatch):
    """The other one has created the admin since we looked."""
    enabled_admins = auth.users.enabled_admins
    looks = []

    async def outdated():
        looks.append(1)
        return [] if len(looks) == 1 else await enabled_admins()

    await auth.first_admin()
    monkeypatch.setattr(auth.users, "enabled_admins", outdated)
    invitation = await auth.first_admin()
    assert await auth.login_with_code(invitation.code, **FROM)
    assert len(await auth.users.list()) == 1


async def test_upkeep_deletes_expired_sessions_and_codes(auth, ada, clock, sign_in, stored):
    await sign_in()
    await auth.codes.open(ada)
    assert await auth.prune() == 0
    clock.advance(432_000.0)
    assert await auth.prune() == 2
    assert (await stored("_sessions"), await stored("_codes")) == ("", "")


async def test_no_secret_is_stored_anywhere(auth, ada, stored):
    code = await auth.codes.open(ada)
    session = (await auth.login("ada@example.org", "correct horse", **FROM)).token
    token = await auth.tokens.add("importer")
    text = "".join([await stored(name) for name in ("_users", "_sessions", "_codes", "_tokens")])
    for secret in (code, session, token):
        assert secret[37:] not in text
    assert "correct horse" not in text
