import asyncio

import pytest

from runtime.auth.users import Users, public_view
from runtime.model.errors import Conflict, InvalidDocument, NotFound, NotUnique, VersionConflict

ADDRESSES_THAT_ARE_NONE = [
    "", "ada", "@example.org", "ada@", "a da@example.org", "ada@exa\u00a0mple.org",
    "a@b@c", "a\x00@b", "a\ud800@b",
    "x" * 250 + "@b.de",
]  # fmt: skip


async def test_a_user_is_found_however_the_address_is_written(auth, ada):
    assert ada["email"] == "ada@example.org"
    assert (await auth.users.find_by_email("  ADA@Example.ORG ")) == ada


async def test_an_address_belongs_to_one_user_however_it_is_written(auth, ada):
    with pytest.raises(NotUnique) as raised:
        await auth.users.create("Ada@Example.org")
    assert raised.value.errors == {"/email": "there is a user with this e-mail address already"}


@pytest.mark.parametrize("address", ADDRESSES_THAT_ARE_NONE)
async def test_what_is_no_address_is_refused(auth, address):
    with pytest.raises(InvalidDocument) as raised:
        await auth.users.create(address)
    assert list(raised.value.errors) == ["/email"]


@pytest.mark.parametrize("address", ADDRESSES_THAT_ARE_NONE)
async def test_what_is_no_address_finds_nobody(auth, address):
    assert await auth.users.find_by_email(address) is None


async def test_a_name_has_a_limit(auth):
    with pytest.raises(InvalidDocument) as raised:
        await auth.users.create("ada@example.org", name="x" * 201)
    assert raised.value.errors == {"/name": "a name has at most 200 characters, in one line"}


async def test_a_role_has_to_be_declared(auth):
    with pytest.raises(InvalidDocument) as raised:
        await auth.users.create("ada@example.org", roles=["editor", "autor", "king"])
    assert raised.value.errors == {
        "/roles/1": "there is no role 'autor'; did you mean 'author'?",
        "/roles/2": "there is no role 'king'; there are admin, author, editor; add it to auth.roles",
    }


async def test_a_role_given_twice_is_held_once(auth):
    user = await auth.users.create("ada@example.org", roles=["editor", "admin", "editor"])
    assert user["roles"] == ["editor", "admin"]


async def test_a_password_is_stored_as_a_hash_only(ada, stored):
    text = await stored("_users")
    assert "$argon2id$" in text
    assert "correct horse" not in text


async def test_no_hash_leaves_the_server(ada):
    view = public_view(ada)
    assert set(view) == {
        "id", "email", "name", "roles", "disabled", "hasPassword", "createdAt", "updatedAt", "createdBy", "version",
    }  # fmt: skip
    assert view["hasPassword"] is True
    assert view["createdAt"] == "2026-01-15T12:00:00.000Z"


async def test_users_are_listed_by_address(auth, ada):
    await auth.users.create("zoe@example.org")
    await auth.users.create("abe@example.org")
    assert [user["email"] for user in await auth.users.list()] == [
        "abe@example.org",
        "ada@example.org",
        "zoe@example.org",
    ]
    assert [user["email"] for user in await auth.users.list(limit=1, offset=2)] == ["zoe@example.org"]


async def test_a_change_makes_the_next_version(auth, ada, clock):
    clock.advance(1.5)
    after = await auth.users.set_roles(ada["id"], ["author"])
    assert (after["roles"], after["version"], after["updatedAt"]) == (["author"], 2, "2026-01-15T12:00:01.500Z")
    assert await auth.users.get(ada["id"]) == after


async def test_changes_at_the_same_moment_all_count(auth, ada):
    await asyncio.gather(
        auth.users.set_roles(ada["id"], ["author"]),
        auth.users.disable(ada["id"]),
        auth.users.set_password(ada["id"], "another horse"),
    )
    user = await auth.users.get(ada["id"])
    assert (user["roles"], user["disabled"], user["version"]) == (["author"], True, 4)
    assert user["passwordHash"] != ada["passwordHash"]


async def test_a_user_who_never_stops_being_changed_is_a_conflict(store, clock, passwords, ada):
    class Contended:
        get, find, count = store.get, store.find, store.count

        async def commit(self, writes):
            raise VersionConflict("another version is stored", collection="_users", id=writes[0].id, stored=7)

    users = Users(Contended(), clock=clock, passwords=passwords, declared=lambda: ["editor"])
    with pytest.raises(Conflict, match=r"at the same moment; try again"):
        await users.set_roles(ada["id"], [])


async def test_changing_nobody_is_not_found(auth):
    nobody = "019bc1f4-2a00-7abc-8def-0123456789ab"
    for change in (
        auth.users.set_roles(nobody, []),
        auth.users.set_password(nobody, "correct horse"),
        auth.users.disable(nobody),
        auth.users.enable(nobody),
        auth.users.end_sessions(nobody),
        auth.users.delete(nobody),
    ):
        with pytest.raises(NotFound, match="there is no such user"):
            await change


async def test_a_password_that_is_too_short_changes_nothing(auth, ada):
    with pytest.raises(InvalidDocument):
        await auth.users.set_password(ada["id"], "short")
    assert await auth.users.get(ada["id"]) == ada


async def test_a_deleted_user_is_gone(auth, ada):
    await auth.users.delete(ada["id"])
    assert await auth.users.get(ada["id"]) is None
    assert await auth.users.find_by_email("ada@example.org") is None


@pytest.mark.parametrize("dismissal", ["roles", "disable", "delete"])
async def test_the_last_admin_cannot_be_lost(auth, dismissal):
    admin = await auth.users.create("root@example.org", roles=["admin"])
    disabled = await auth.users.create("old@example.org", roles=["admin"])
    await auth.users.disable(disabled["id"])

    async def dismiss():
        if dismissal == "roles":
            await auth.users.set_roles(admin["id"], ["editor"])
        else:
            await getattr(auth.users, dismissal)(admin["id"])

    with pytest.raises(Conflict, match=r"root@example\.org is the last admin") as raised:
        await dismiss()
    assert raised.value.code == "last_admin"
    await auth.users.create("second@example.org", roles=["admin"])
    await dismiss()
    assert [user["email"] for user in await auth.users.enabled_admins()] == ["second@example.org"]
