"""Load by `wrk`, pinned to cores of its own."""

import asyncio
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

THREADS: Final = 2
CONNECTIONS: Final = 32

_RATE: Final = re.compile(r"^Requests/sec:\s+([0-9.]+)$", re.MULTILINE)
_WRONG: Final = re.compile(r"^\s*(Non-2xx or 3xx responses|Socket errors): .*$", re.MULTILINE)


@dataclass(frozen=True)
class Wrk:
    """Asks one server at a time, on loopback. `folder` keeps its scripts."""

    cores: str
    folder: Path
    seconds: int

    def post(self, name: str, body: dict[str, object]) -> Path:
        """Return a script that sends a JSON body."""
        script = self.folder / f"{name}.lua"
        text = orjson.dumps(body).decode()
        script.write_text(
            f'wrk.method = "POST"\nwrk.body = [==[{text}]==]\nwrk.headers["Content-Type"] = "application/json"\n'
        )
        return script

    async def rate(self, url: str, script: Path | None = None) -> float:
        """Return the requests per second that were answered. Raises RuntimeError where any was refused or lost."""
        command = ["taskset", "-c", self.cores, "wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{self.seconds}s"]
        command += ["-s", str(script)] if script else []
        process = await asyncio.create_subprocess_exec(*command, url, stdout=asyncio.subprocess.PIPE)
        output = (await process.communicate())[0].decode()
        found, wrong = _RATE.search(output), _WRONG.search(output)
        if process.returncode or found is None or wrong is not None:
            raise RuntimeError(f"{url} was not answered as it should be:\n{output}")
        return float(found[1])


def require_programs() -> None:
    """Raise RuntimeError where what comes from the system is missing."""
    for program in ("wrk", "taskset"):
        if shutil.which(program) is None:
            raise RuntimeError(f"{program} is missing; install it with the system's packages and try again")
