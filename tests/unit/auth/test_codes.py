import asyncio

from runtime.auth.codes import Codes
from runtime.auth.secrets import new_token, token_id


async def test_a_code_signs_its_user_in(auth, ada):
    assert await auth.codes.redeem(await auth.codes.open(ada)) == ada


async def test_a_code_is_good_for_one_use(auth, ada):
    code = await auth.codes.open(ada)
    await auth.codes.redeem(code)
    assert await auth.codes.redeem(code) is None


async def test_of_many_who_use_a_code_at_once_one_gets_in(auth, ada):
    code = await auth.codes.open(ada)
    users = await asyncio.gather(*(auth.codes.redeem(code) for _ in range(10)))
    assert [user for user in users if user] == [ada]


async def test_a_code_that_is_used_while_somebody_else_is_about_to_use_it_is_used(auth, store, ada, secret, clock):
    """The other one gets in between the reading of the code and its deletion."""
    others = []

    class Slow:
        get = store.get

        async def commit(self, writes):
            others.append(await auth.codes.redeem(code))
            return await store.commit(writes)

    code = await auth.codes.open(ada)
    slow = Codes(Slow(), users=auth.users, secret=secret, clock=clock)
    assert await slow.redeem(code) is None
    assert others == [ada]


async def test_a_code_is_good_for_a_quarter_of_an_hour(auth, ada, clock):
    early, late = await auth.codes.open(ada), await auth.codes.open(ada)
    clock.advance(899.9)
    assert await auth.codes.redeem(early) == ada
    clock.advance(0.1)
    assert await auth.codes.redeem(late) is None


async def test_a_stolen_database_gives_no_code_away(auth, ada, stored):
    code = await auth.codes.open(ada)
    text = await stored("_codes")
    assert token_id(code, "hsc_") in text
    assert code[37:] not in text


async def test_a_guessed_code_does_not_use_up_the_real_one(auth, ada):
    code = await auth.codes.open(ada)
    assert await auth.codes.redeem(new_token("hsc_", token_id(code, "hsc_"))) is None
    assert await auth.codes.redeem(code) == ada


async def test_a_session_s_or_an_api_token_is_no_code(auth, ada):
    session = await auth.sessions.open(ada, ip="", agent="")
    assert await auth.codes.redeem(session.token) is None
    assert await auth.codes.redeem(await auth.tokens.add("importer")) is None
    assert await auth.codes.redeem("") is None


async def test_a_code_of_before_the_password_was_set_is_dead(auth, ada):
    code = await auth.codes.open(ada)
    await auth.users.set_password(ada["id"], "another horse")
    assert await auth.codes.redeem(code) is None
    assert await auth.codes.redeem(await auth.codes.open(ada)) is None


async def test_a_disabled_user_s_code_is_dead_and_stays_dead(auth, ada):
    before = await auth.codes.open(ada)
    disabled = await auth.users.disable(ada["id"])
    assert await auth.codes.redeem(before) is None
    assert await auth.codes.redeem(await auth.codes.open(disabled)) is None
    await auth.users.enable(ada["id"])
    assert await auth.codes.redeem(before) is None


async def test_a_deleted_user_s_code_is_dead(auth, ada):
    await auth.users.delete(ada["id"])
    assert await auth.codes.redeem(await auth.codes.open(ada)) is None


async def test_pruning_deletes_what_has_expired_and_nothing_else(auth, ada, clock):
    await auth.codes.open(ada)
    clock.advance(600.0)
    code = await auth.codes.open(ada)
    clock.advance(300.0)
    assert await auth.codes.prune() == 1
    assert await auth.codes.redeem(code) == ada
