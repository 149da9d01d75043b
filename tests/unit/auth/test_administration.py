import pytest

from runtime.auth import tokens
from runtime.auth.named import named
from runtime.model.actor import PUBLIC, Actor
from runtime.model.errors import Conflict, Forbidden, InvalidDocument, NotFound, NotUnique, Unauthenticated


@pytest.fixture
async def root(auth):
    """An admin who has signed in."""
    user = await auth.users.create("root@example.org", roles=["admin"])
    session = await auth.sessions.open(user, ip="127.0.0.1", agent="tests")
    return await auth.sessions.resolve(session.token)


async def signed_in(auth, user):
    session = await auth.sessions.open(user, ip="10.0.0.1", agent="tests")
    return session, await auth.sessions.resolve(session.token)


async def test_a_change_is_one_commit_however_much_it_changes(auth, ada):
    after = await auth.users.change(ada["id"], email="Ada@Lovelace.org", name=" Ada L. ", roles=["author"])
    assert (after["email"], after["name"], after["roles"], after["version"]) == (
        "ada@lovelace.org", "Ada L.", ["author"], 2,
    )  # fmt: skip
    assert after["generation"] == ada["generation"]


async def test_a_change_that_is_wrong_anywhere_changes_nothing(auth, ada):
    with pytest.raises(InvalidDocument) as raised:
        await auth.users.change(ada["id"], email="ada", name="in two\nlines", roles=["nobody"])
    assert sorted(raised.value.errors) == ["/email", "/name", "/roles/0"]
    assert await auth.users.get(ada["id"]) == ada


async def test_an_address_that_another_has_is_refused(auth, ada):
    other = await auth.users.create("eve@example.org")
    with pytest.raises(NotUnique) as raised:
        await auth.users.change(other["id"], email="ada@example.org")
    assert list(raised.value.errors) == ["/email"]


async def test_disabling_twice_ends_sessions_once(auth, ada):
    first = await auth.users.change(ada["id"], disabled=True)
    again = await auth.users.change(ada["id"], disabled=True)
    enabled = await auth.users.change(ada["id"], disabled=False)
    assert [user["generation"] for user in (first, again, enabled)] == [2, 2, 2]


async def test_users_are_searched_by_what_is_written_not_by_a_pattern(auth, ada):
    await auth.users.create("a.b+c@example.org", name="(Anna)")
    for search, found in {"ADA": 1, ".": 2, "b+c": 1, "(anna": 1, "a.a": 0, ".*": 0, " ada ": 1, "": 2}.items():
        assert (len(await auth.users.list(search=search)), await auth.users.count(search=search)) == (found, found)


async def test_an_account_is_set_up_once_and_all_other_ways_in_end(auth):
    user = await auth.users.create("eve@example.org")
    first, spare = await auth.codes.open(user), await auth.codes.open(user)
    assert await auth.codes.redeem(first)
    session, eve = await signed_in(auth, user)
    other, _ = await signed_in(auth, user)
    await auth.account.set_up(eve, email=None, name="Eve", password="correct horse", ip="10.0.0.1")
    assert await auth.codes.redeem(spare) is None
    assert await auth.sessions.resolve(other.token) is None
    again = await auth.sessions.resolve(session.token)
    with pytest.raises(Conflict) as raised:
        await auth.account.set_up(again, email=None, name="Eve", password="battery staple", ip="10.0.0.1")
    assert raised.value.code == "has_password"


async def test_only_admins_choose_an_address_when_they_set_up(auth, root):
    user = await auth.users.create("eve@example.org", roles=["editor"])
    _, eve = await signed_in(auth, user)
    with pytest.raises(Forbidden):
        await auth.account.set_up(eve, email="boss@example.org", name="", password="correct horse", ip="")
    after = await auth.account.set_up(root, email="Boss@example.org", name="Boss", password="correct horse", ip="")
    assert (after["email"], after["hasPassword"]) == ("boss@example.org", True)


async def test_nobody_without_a_session_has_an_account(auth):
    with pytest.raises(Unauthenticated):
        await auth.account.sessions(PUBLIC)
    with pytest.raises(Forbidden):
        await auth.account.rename(Actor(kind="token", id="token:importer", name="importer"), "X")


async def test_sessions_of_all_are_listed_the_last_seen_first_and_only_good_ones(auth, ada, clock):
    await signed_in(auth, ada)
    clock.advance(60)
    eve = await auth.users.create("eve@example.org")
    late, _ = await signed_in(auth, eve)
    shut_out = await auth.users.create("out@example.org")
    await signed_in(auth, shut_out)
    await auth.users.disable(shut_out["id"])
    found = await auth.sessions.of_all()
    assert [session["owner"]["email"] for session in found] == ["eve@example.org", "ada@example.org"]
    assert found[0]["id"] == late.id
    assert not {"digest", "generation"} & found[0].keys()
    assert "passwordHash" not in found[1]["owner"]
    assert [session["owner"]["email"] for session in await auth.sessions.of_all(user=ada["id"])] == ["ada@example.org"]
    clock.advance(5 * 24 * 3600)
    assert (await auth.sessions.of_all(), await auth.sessions.count()) == ([], 0)


async def test_pages_of_sessions_are_cut_where_asked(auth, ada):
    for _ in range(3):
        await signed_in(auth, ada)
    first, second = await auth.sessions.of_all(limit=2), await auth.sessions.of_all(limit=2, offset=2)
    assert (len(first), len(second), len({session["id"] for session in (*first, *second)})) == (2, 1, 3)


async def test_there_are_only_so_many_tokens(auth, root, monkeypatch):
    monkeypatch.setattr(tokens, "TOKENS_MAX", 1)
    await auth.administration.create_token(root, "one", roles=[], expires_at=None)
    with pytest.raises(Conflict) as raised:
        await auth.administration.create_token(root, "two", roles=[], expires_at=None)
    assert raised.value.code == "too_many_tokens"


async def test_an_invitation_ends_after_three_days(auth, root, clock):
    _, invitation = await auth.administration.create_user(
        root, email="eve@example.org", name="", roles=[], password=None, invite=True
    )
    assert invitation.expires_at - clock.now() == 259_200.0
    clock.advance(259_200.0)
    assert await auth.codes.redeem(invitation.code) is None


async def test_what_was_typed_is_in_no_line_of_the_log(auth, root, logged):
    user, invitation = await auth.administration.create_user(
        root, email="secret.person@example.org", name="Secret Name", roles=["editor"], password=None, invite=True
    )
    await auth.administration.change_user(root, user["id"], email="other.person@example.org", name="Other Name")
    await auth.administration.set_password(root, user["id"], "correct horse")
    _, again = await auth.administration.invite(root, user["id"])
    await auth.administration.end_sessions(root, user["id"])
    await auth.administration.delete_user(root, user["id"])
    assert [line["event"] for line in logged.entries] == [
        "user_created", "user_changed", "password_set", "user_invited", "sessions_ended", "user_deleted",
    ]  # fmt: skip
    assert {line["by"] for line in logged.entries} == {root.id}
    text = str(logged.entries)
    for typed in ("person", "Name", "correct horse", invitation.code, again.code):
        assert typed not in text


async def test_whoever_can_be_named_is_found(auth, ada, project):
    await auth.tokens.add("importer", roles=["editor"])
    await auth.users.disable(ada["id"])

    async def find(text):
        return await named(text, users=auth.users, tokens=auth.tokens, spec=project.spec)

    assert (await find("public")).actor == PUBLIC
    assert (await find("role:author")).actor == Actor(
        kind="user", id="", name="role:author", roles=frozenset({"author"})
    )
    assert (await find("token:importer")).actor == Actor(
        kind="token", id="token:importer", name="importer", roles=frozenset({"editor"})
    )
    for text in (ada["id"], "ADA@example.org"):
        assert (await find(text)).actor.id == ada["id"]
        assert (await find(text)).disabled is True
    for text in ("eve@example.org", "role:nobody", "token:none", "", "role:", "token:"):
        with pytest.raises(NotFound):
            await find(text)
