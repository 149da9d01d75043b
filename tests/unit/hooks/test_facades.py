import pytest

from runtime.model.ports import StreamRequest


@pytest.fixture
def ctx(bench):
    return bench.context(bench.load())


async def test_send_delivers_a_prepared_message(bench, ctx):
    await ctx.realtime.send("content", {"type": "hello", "n": 1})
    await ctx.realtime.broadcast("content", {"type": "there"})
    assert [(message.channel, message.type) for message in bench.sent] == [("content", "hello"), ("content", "there")]
    assert bench.sent[0].body == {"type": "hello", "n": 1}


async def test_a_channel_can_be_held_to_send_to_it(bench, ctx):
    channel = ctx.realtime.channel("content")
    await channel.send({"type": "one"})
    await channel.broadcast({"type": "two"})
    assert channel.name == "content"
    assert [(message.channel, message.type) for message in bench.sent] == [("content", "one"), ("content", "two")]


async def test_subscribe_asks_for_a_stream(ctx):
    assert await ctx.realtime.subscribe("a") == StreamRequest(("a",))
    stream = await ctx.realtime.subscribe(
        "a", "b", "a", last_n=0, max_age=600, buffer_size=1, on_full="drop-newest", message_ttl="10m"
    )
    assert stream == StreamRequest(
        ("a", "b"), last_n=0, max_age_s=600.0, buffer_size=1, on_full="drop-newest", message_ttl_s=600.0
    )


@pytest.mark.parametrize(
    ("channels", "settings", "message"),
    [
        ((), {}, "at least one channel"),
        (("",), {}, "not ''"),
        ((1,), {}, "not 1"),
        (("a",), {"last_n": -1}, "last_n is a whole number from 0"),
        (("a",), {"last_n": True}, "last_n is a whole number from 0"),
        (("a",), {"buffer_size": 0}, "buffer_size is a whole number from 1"),
        (("a",), {"on_full": "block"}, "on_full is 'drop-oldest' or 'drop-newest'"),
        (("a",), {"max_age": -1}, "max_age is a number of seconds from 0"),
        (("a",), {"max_age": "soon"}, "max_age is a number of seconds or a text"),
        (("a",), {"message_ttl": float("inf")}, "message_ttl is a number of seconds from 0"),
    ],
)
async def test_settings_that_mean_nothing_are_refused(ctx, channels, settings, message):
    with pytest.raises(ValueError, match=message):
        await ctx.realtime.subscribe(*channels, **settings)


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [(0, 0.0), (1.5, 1.5), ("500ms", 0.5), ("15s", 15.0), ("10m", 600.0), ("24h", 86400.0), ("5d", 432000.0)],
)
async def test_enqueue_stores_the_run_and_returns_its_id(bench, ctx, delay, seconds):
    assert await ctx.jobs.enqueue("digest", {"n": 1}, delay=delay, key="k") == "run-1"
    assert bench.enqueuer.asked == [("digest", {"n": 1}, seconds, "k", "u1")]
    assert [write.id for write in bench.stored] == ["run-1"]


@pytest.mark.parametrize("delay", [-1, "10", "10 m", "-5s", None, True])
async def test_a_delay_that_means_nothing_is_refused(bench, ctx, delay):
    with pytest.raises(ValueError, match="delay is a number of seconds"):
        await ctx.jobs.enqueue("digest", delay=delay)
    assert bench.stored == []


async def test_a_message_may_be_transient_or_a_whole_facade_of_them(bench, ctx):
    await ctx.realtime.send("content", {"type": "typing"}, transient=True)
    await ctx.realtime.channel("content").send({"type": "typing"}, transient=True)
    await ctx.realtime.send("content", {"type": "chat"})
    assert [message.transient for message in bench.sent] == [True, True, False]


async def test_a_disconnection_is_of_a_user_or_of_a_connection(ctx):
    for wrong in ({}, {"user": "u", "connection": "c"}):
        with pytest.raises(ValueError, match="a user or a connection"):
            await ctx.realtime.disconnect(**wrong)


async def test_scopes_are_a_list(ctx):
    with pytest.raises(TypeError, match="list of channels"):
        await ctx.realtime.revalidate("articles.list", scopes="user:42")
