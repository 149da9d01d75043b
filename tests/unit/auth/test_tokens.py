import re

import pytest

from runtime.auth.secrets import new_token, token_id
from runtime.model.actor import Actor
from runtime.model.errors import InvalidDocument, NotFound, NotUnique


async def test_a_token_acts_under_its_own_name_with_its_roles(auth):
    token = await auth.tokens.add("importer", roles=["editor"])
    assert re.fullmatch(r"hst_[0-9a-f]{32}_[A-Za-z0-9_-]{43}", token)
    assert await auth.tokens.resolve(token) == Actor(
        kind="token",
        id="token:importer",
        name="importer",
        roles=frozenset({"editor"}),
        session=token_id(token, "hst_"),
        expires_at=None,
    )


async def test_a_stolen_database_gives_no_token_away(auth, stored):
    token = await auth.tokens.add("importer")
    text = await stored("_tokens")
    assert "importer" in text
    assert token[37:] not in text


async def test_a_revoked_token_ends_at_once(auth):
    token = await auth.tokens.add("importer")
    await auth.tokens.revoke("importer")
    assert await auth.tokens.resolve(token) is None


async def test_a_new_token_of_an_old_name_does_not_revive_the_old_one(auth):
    old = await auth.tokens.add("importer")
    await auth.tokens.revoke("importer")
    new = await auth.tokens.add("importer")
    assert await auth.tokens.resolve(old) is None
    assert await auth.tokens.resolve(new)


async def test_revoking_what_is_not_there_is_not_found(auth):
    with pytest.raises(NotFound, match="there is no token of this name"):
        await auth.tokens.revoke("importer")


async def test_a_token_expires(auth, clock):
    token = await auth.tokens.add("importer", expires_at=clock.now() + 60.0)
    clock.advance(59.9)
    actor = await auth.tokens.resolve(token)
    assert actor.expires_at == 1_768_478_460.0
    clock.advance(0.1)
    assert await auth.tokens.resolve(token) is None


async def test_a_token_cannot_be_expired_from_the_start(auth, clock):
    with pytest.raises(InvalidDocument) as raised:
        await auth.tokens.add("importer", expires_at=clock.now())
    assert raised.value.errors == {"/expiresAt": "a token has to expire in the future"}


async def test_the_id_of_a_token_does_not_stand_for_it(auth):
    token = await auth.tokens.add("importer")
    assert await auth.tokens.resolve(new_token("hst_", token_id(token, "hst_"))) is None


async def test_a_session_s_token_or_a_code_is_no_api_token(auth, ada):
    session = await auth.sessions.open(ada, ip="", agent="")
    assert await auth.tokens.resolve(session.token) is None
    assert await auth.tokens.resolve(await auth.codes.open(ada)) is None
    assert await auth.tokens.resolve("hst_") is None


async def test_a_name_belongs_to_one_token(auth):
    await auth.tokens.add("importer")
    with pytest.raises(NotUnique) as raised:
        await auth.tokens.add("importer")
    message = "there is a token 'importer' already; revoke it first, or choose another name"
    assert raised.value.errors == {"/name": message}


@pytest.mark.parametrize("name", ["", "-x", "a b", "a/b", "ä", "a:b", "x" * 65, "a\n"])
async def test_a_name_has_to_be_fit_for_permissions(auth, name):
    with pytest.raises(InvalidDocument) as raised:
        await auth.tokens.add(name)
    assert list(raised.value.errors) == ["/name"]


async def test_a_token_s_role_has_to_be_declared(auth):
    with pytest.raises(InvalidDocument) as raised:
        await auth.tokens.add("importer", roles=["edito"])
    assert raised.value.errors == {"/roles/0": "there is no role 'edito'; did you mean 'editor'?"}


async def test_the_last_use_is_noted_at_most_once_a_minute(auth, clock):
    token = await auth.tokens.add("importer")
    used = []
    for seconds in (0.0, 59.9, 0.2):
        clock.advance(seconds)
        await auth.tokens.resolve(token)
        [listed] = await auth.tokens.list()
        used.append(listed["lastUsedAt"])
    assert used == ["2026-01-15T12:00:00.000Z", "2026-01-15T12:00:00.000Z", "2026-01-15T12:01:00.100Z"]


async def test_tokens_are_listed_by_name_without_their_digests(auth, clock):
    await auth.tokens.add("zeta", by="somebody")
    await auth.tokens.add("alpha", roles=["editor"], expires_at=clock.now() + 60.0)
    listed = await auth.tokens.list()
    assert [(token["name"], token["roles"], token["expiresAt"]) for token in listed] == [
        ("alpha", ["editor"], "2026-01-15T12:01:00.000Z"),
        ("zeta", [], None),
    ]
    assert listed[1]["createdBy"] == "somebody"
    assert all("digest" not in token for token in listed)
