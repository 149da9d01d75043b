import functools

import pytest

from runtime.hooks.points import may_wait


async def never(ctx):
    async def inner():
        await ctx.db.get("articles", "a1")

    ctx.state["later"] = inner


async def awaits(ctx):
    return await ctx.db.get("articles", "a1")


async def enters(ctx):
    async with ctx.db.batch():
        pass


async def iterates(ctx):
    async for _ in ctx.state["stream"]:
        pass


async def comprehends(ctx):
    return [one async for one in ctx.state["stream"]]


class Hooks:
    async def method(self, ctx):
        return None


@pytest.mark.parametrize("function", [awaits, enters, iterates, comprehends])
def test_a_function_with_an_await_may_wait(function):
    assert may_wait(function)


def test_a_function_without_any_never_waits():
    assert not may_wait(never)


@pytest.mark.parametrize("function", [Hooks().method, functools.partial(never), lambda ctx: awaits(ctx), print])
def test_what_cannot_be_looked_into_may_wait(function):
    assert may_wait(function)
