"""`ctx.realtime.text_stream`: text that comes token by token, as messages."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Final, Self

from runtime.model.document import new_id
from runtime.model.errors import Failure

MERGE_S: Final = 0.05
"""Tokens that come within this time go out together: twenty messages a second read as fluently as two hundred."""

MERGED_CHARACTERS: Final = 4096
"""… but no more of them than this."""


class TextStream:
    """One text on its way to a channel: `async with ctx.realtime.text_stream("user:42") as s: await s.write(token)`.

    Its messages are `{type, streamId, text, done}`, in the order of the writes. The last one has `done: true`, also
    where the block raises; it then has `error: true` too. They go out at once, not with the commit of a request.
    """

    __slots__ = ("_channel", "_closed", "_failure", "_pending", "_send", "_sent_at", "_task", "_type", "id")

    def __init__(
        self, send: Callable[[str, Mapping[str, Any]], Awaitable[None]], channel: str, *, type: str, now: float
    ) -> None:
        """`send(channel, message)` sends at once; `now` is epoch seconds, for the id."""
        self.id = new_id(now)
        self._send = send
        self._channel = channel
        self._type = type
        self._pending = ""
        self._sent_at: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._failure: Failure | None = None
        self._closed = False

    async def write(self, text: str) -> None:
        """Add to the text. Raises InvalidMessage or TooLarge where the channel refuses it, RuntimeError once closed."""
        if self._closed:
            raise RuntimeError("this text stream is closed; write within its `async with` block")
        if not isinstance(text, str):
            raise TypeError(f"a text stream takes text, not {type(text).__name__}")
        self._raise_failure()
        self._pending += text
        now = asyncio.get_running_loop().time()
        waited_s = MERGE_S if self._sent_at is None else now - self._sent_at
        if waited_s >= MERGE_S or len(self._pending) >= MERGED_CHARACTERS:
            await self._flush()
        elif self._task is None:
            self._task = asyncio.create_task(self._flush_later(MERGE_S - waited_s))

    async def __aenter__(self) -> Self:
        """Begin; nothing is sent before the first write."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Send what is left, and that the text is done."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if error is None:
            self._raise_failure()
        await self._say(done=True, **({} if error is None else {"error": True}))

    async def _flush_later(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        self._task = None
        try:
            await self._flush()
        except Failure as failure:
            self._failure = failure

    async def _flush(self) -> None:
        if self._pending:
            self._sent_at = asyncio.get_running_loop().time()
            await self._say(done=False)

    async def _say(self, *, done: bool, **more: Any) -> None:
        text, self._pending = self._pending, ""
        message = {"type": self._type, "streamId": self.id, "text": text, "done": done, **more}
        await self._send(self._channel, message)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
