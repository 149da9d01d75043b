"""The load generator: thousands of event streams that check and time every message, in C (`c/sseload.c`)."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from hubs import Hub

SOURCES: Final = Path(__file__).with_name("c")
FAULTS: Final = ("lost", "gaps", "doubled", "damaged", "closed", "refused")
"""What must be 0 in every run: messages, order, connections, publishing."""

ANSWER_S: Final = 300.0


def compile_to(folder: Path) -> None:
    """Compile the C programs into a folder. Raises RuntimeError where there is no compiler."""
    if shutil.which("cc") is None:
        raise RuntimeError("cc is missing; install a C compiler with the system's packages and try again")
    for source in SOURCES.glob("*.c"):
        subprocess.run(["cc", "-O2", "-pthread", "-o", folder / source.stem, source], check=True)


@dataclass
class Load:
    """Streams to one hub, and what publishes to it. `opened`: how many there are, and in how many seconds."""

    hub: Hub
    process: asyncio.subprocess.Process
    opened: int = 0
    seconds: float = 0.0

    async def run(self, seconds: float, *, window: int = 1, rate: float = 0.0) -> dict[str, Any]:
        """Publish for some seconds: as fast as `window` undelivered messages allow, or at a `rate` per second."""
        return await self._measured(f"run {seconds} {window} {rate}")

    async def hook(self, count: int) -> dict[str, Any]:
        """Have a hook publish so many messages."""
        return await self._measured(f"hook {count}")

    async def say(self, command: str) -> dict[str, Any]:
        """Give a command and return its answer."""
        if self.process.stdin is not None:
            self.process.stdin.write(f"{command}\n".encode())
        return await self.answer()

    async def answer(self) -> dict[str, Any]:
        """Return the next line. Raises RuntimeError where there is none."""
        line = b""
        if self.process.stdout is not None:
            line = await asyncio.wait_for(self.process.stdout.readline(), ANSWER_S)
        if not line:
            raise RuntimeError(f"the load on {self.hub.name} ended; what it said is above")
        return orjson.loads(line)

    async def _measured(self, command: str) -> dict[str, Any]:
        """Run, and add CPU microseconds of the server per delivery. Raises RuntimeError for whatever went wrong."""
        before = self.hub.server.cpu_s()
        result = await self.say(command)
        spent_s = self.hub.server.cpu_s() - before
        wrong = {name: result[name] for name in FAULTS if result[name]}
        if wrong:
            raise RuntimeError(f"{self.hub.name} did not deliver as it should: {wrong}")
        result["rate"] = result["deliveries"] / result["seconds"]
        result["cpu_us"] = spent_s * 1e6 / max(result["deliveries"], 1)
        return result


@asynccontextmanager
async def load(
    hub: Hub,
    folder: Path,
    *,
    cores: Sequence[int],
    clients: int,
    channels: int = 1,
    lanes: int = 2,
    size: int = 200,
    stalling: int = 0,
    publish: str | None = None,
) -> AsyncIterator[Load]:
    """Open streams to a hub until the end of the block. Raises RuntimeError where not all of them open."""
    command = [
        folder / "sseload",
        "--listen", hub.server.url + hub.listen, "--publish", hub.server.url + (publish or hub.publish),
        "--clients", clients, "--channels", channels, "--lanes", lanes, "--size", size, "--stalling", stalling,
        "--cores", ",".join(map(str, cores)),
    ]  # fmt: skip
    for header in hub.publish_headers:
        command += ["--publish-header", header]
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    made = Load(hub, process)
    try:
        answer = await made.answer()
        made.opened, made.seconds = answer["open"], answer["seconds"]
        if made.opened != clients:
            raise RuntimeError(f"{hub.name} took only {made.opened} of {clients} streams")
        yield made
    finally:
        if process.returncode is None and process.stdin is not None:
            process.stdin.close()
        await process.wait()
