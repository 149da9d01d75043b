import pytest

from runtime.auth.identify import Identity
from runtime.model.actor import PUBLIC
from runtime.model.errors import Unauthenticated


@pytest.fixture
async def session(auth, ada):
    return await auth.sessions.open(ada, ip="", agent="")


async def test_who_carries_nothing_is_the_public(auth):
    assert await auth.identify.actor(bearer=None, cookie=None) == Identity(PUBLIC)
    assert await auth.identify.actor(bearer=None, cookie="") == Identity(PUBLIC)


async def test_a_session_is_known_by_cookie_and_by_bearer_token(auth, ada, session):
    by_cookie = await auth.identify.actor(bearer=None, cookie=session.token)
    assert (by_cookie.actor.id, by_cookie.via, by_cookie.stale_cookie) == (ada["id"], "cookie", False)
    by_bearer = await auth.identify.actor(bearer=session.token, cookie=None)
    assert (by_bearer.actor.id, by_bearer.via) == (ada["id"], "bearer")


async def test_an_api_token_is_known_as_bearer_token_only(auth):
    token = await auth.tokens.add("importer")
    assert (await auth.identify.actor(bearer=token, cookie=None)).actor.id == "token:importer"
    assert await auth.identify.actor(bearer=None, cookie=token) == Identity(PUBLIC, stale_cookie=True)


async def test_the_bearer_token_counts_before_the_cookie(auth, session):
    token = await auth.tokens.add("importer")
    assert (await auth.identify.actor(bearer=token, cookie=session.token)).actor.id == "token:importer"


async def test_a_bad_bearer_token_is_never_the_public_nor_the_cookie_s_user(auth, session):
    for bearer in ("", "x", "hst_x", "hss_x", session.token + "x"):
        with pytest.raises(Unauthenticated):
            await auth.identify.actor(bearer=bearer, cookie=session.token)


async def test_an_expired_bearer_token_is_an_error(auth, clock, session):
    clock.advance(432_000.0)
    with pytest.raises(Unauthenticated, match="wrong, revoked or expired"):
        await auth.identify.actor(bearer=session.token, cookie=None)


async def test_a_one_time_code_is_no_bearer_token(auth, ada):
    with pytest.raises(Unauthenticated):
        await auth.identify.actor(bearer=await auth.codes.open(ada), cookie=None)


async def test_an_old_cookie_is_the_public_and_said_to_be_stale(auth, clock, session):
    clock.advance(432_000.0)
    assert await auth.identify.actor(bearer=None, cookie=session.token) == Identity(PUBLIC, stale_cookie=True)
