"""Load by `wrk`, pinned to cores of its own."""

import asyncio
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from articles import EPOCH_S, SPAN_MS

THREADS: Final = 2
CONNECTIONS: Final = 64

# Each thread of wrk has numbers of its own: no list is asked for twice, or nearly none.
_MOMENTS: Final = """\
local threads = 0
function setup(thread) threads = threads + 1; thread:set("seed", threads) end
function init() math.randomseed(seed) end
function request()
  local ms = math.random(0, {span_ms} - 1)
  local at = os.date("!{form}", {epoch_s} + math.floor(ms / 1000)) .. string.format(".%03dZ", ms % 1000)
  return wrk.format("GET", (([==[{path}]==]):gsub("MOMENT", function() return at end)))
end
"""

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

    def moments(self, name: str, path: str, *, form: str) -> Path:
        """Return a script that asks for a path with another moment each time in place of MOMENT, `os.date`'s `form`."""
        script = self.folder / f"{name}.lua"
        script.write_text(_MOMENTS.format(path=path, form=form, epoch_s=EPOCH_S, span_ms=SPAN_MS))
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
