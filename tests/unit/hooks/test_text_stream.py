"""Text that is sent while it is made: in order, merged, and always to an end."""

import asyncio

import pytest

from runtime.hooks.text_stream import MERGED_CHARACTERS, TextStream
from runtime.model.errors import InvalidMessage


class Channel:
    """Takes what is sent; `change` tells of it."""

    def __init__(self):
        self.sent = []
        self.failure = None
        self.changed = asyncio.Event()

    async def send(self, channel, message):
        if self.failure is not None:
            failure, self.failure = self.failure, None
            self.changed.set()
            raise failure
        self.sent.append((channel, message))
        self.changed.set()

    @property
    def chunks(self):
        return [(message["text"], message["done"]) for _, message in self.sent]

    async def change(self):
        self.changed.clear()
        await self.changed.wait()

    def stream(self):
        return TextStream(self.send, "user:42", type="answer", now=1_768_478_400.0)


@pytest.fixture
def channel():
    return Channel()


async def test_the_first_token_goes_out_at_once_and_the_next_ones_together(channel):
    async with channel.stream() as text:
        await text.write("Once ")
        assert channel.chunks == [("Once ", False)]
        await text.write("upon ")
        await text.write("a ")
        assert channel.chunks == [("Once ", False)]
        await channel.change()
        assert channel.chunks == [("Once ", False), ("upon a ", False)]
        await text.write("time")
    assert "".join(chunk for chunk, _ in channel.chunks) == "Once upon a time"
    assert [done for _, done in channel.chunks][-1] is True
    assert channel.sent[0] == (
        "user:42", {"type": "answer", "streamId": text.id, "text": "Once ", "done": False},
    )  # fmt: skip


async def test_much_text_does_not_wait(channel):
    async with channel.stream() as text:
        await text.write("a")
        await text.write("b" * MERGED_CHARACTERS)
        assert len(channel.chunks) == 2


async def test_nothing_at_all_is_done_too(channel):
    async with channel.stream():
        pass
    assert channel.chunks == [("", True)]


async def test_a_block_that_raises_says_so_and_what_was_sent_stays(channel):
    async def tell():
        async with channel.stream() as text:
            await text.write("Once ")
            await text.write("upon")
            raise LookupError

    with pytest.raises(LookupError):
        await tell()
    last = channel.sent[-1][1]
    assert (last["text"], last["done"], last["error"]) == ("upon", True, True)


async def test_a_refused_message_is_an_error_at_the_writer(channel):
    channel.failure = InvalidMessage("no such type")
    with pytest.raises(InvalidMessage):
        async with channel.stream() as text:
            await text.write("Once ")
    async with channel.stream() as text:
        await text.write("Once ")
        channel.failure = InvalidMessage("too late")
        await text.write("upon")
        await channel.change()
        with pytest.raises(InvalidMessage, match="too late"):
            await text.write("a time")


async def test_it_is_written_within_its_block_and_takes_text(channel):
    async with channel.stream() as text:
        with pytest.raises(TypeError, match="takes text, not int"):
            await text.write(5)
    with pytest.raises(RuntimeError, match="closed"):
        await text.write("late")
