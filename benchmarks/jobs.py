"""Jobs beside saq on Redis: `python benchmarks/jobs.py`. Its figures: benchmarks/README.md."""

import argparse
import asyncio
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from machine import describe
from rounds import Rates, heading, line, take_turns
from servers import free_port

HERE: Final = Path(__file__).parent
START_S: Final = 10.0
PERCENT: Final = 100


class Sides:
    """Both sides, a fresh database each time; what each run told is kept."""

    def __init__(self, folder: Path, python: Path, *, jobs: int, samples: int) -> None:
        self._folder = folder
        self._python = python
        self._jobs = jobs
        self._samples = samples
        self._runs = 0
        self.told: dict[str, list[dict[str, Any]]] = {"ours": [], "saq": []}

    async def ours(self) -> float:
        """Return jobs per second, enqueued and run, in a new SQLite file."""
        self._runs += 1
        folder = self._folder / f"project-{self._runs}"
        folder.mkdir()
        rate = self._rate("ours", [sys.executable, str(HERE / "jobs_ours.py"), str(folder)])
        shutil.rmtree(folder)
        return rate

    async def saq(self) -> float:
        """Return the same of saq, on a new Redis."""
        with _redis(self._folder) as url:
            return self._rate("saq", [str(self._python), str(HERE / "jobs_saq.py"), url])

    def rates(self, part: str) -> Rates:
        """Return jobs per second of a part of the work, `enqueue` or `run`; the first run of each is left out."""
        return {side: [self._jobs / one[part] for one in runs[1:]] for side, runs in self.told.items()}

    def waits_ms(self, side: str) -> Sequence[float]:
        """Return how long single jobs waited, of all runs but the first."""
        return [wait * 1000 for one in self.told[side][1:] for wait in one["waits"]]

    def _rate(self, side: str, command: Sequence[str]) -> float:
        asked = [*command, str(self._jobs), str(self._samples)]
        told = json.loads(subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True).stdout)
        self.told[side].append(told)
        return self._jobs / (told["enqueue"] + told["run"])


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    """Run a Redis that forgets everything, on a free port, until the end of the block."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _install(folder: Path) -> Path:
    """Install what the other side needs into a virtual environment of its own; return its Python."""
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements-jobs.txt"]
    subprocess.run(pip, check=True, stdout=sys.stderr)
    return python


def _waits(title: str, sides: Mapping[str, Sequence[float]]) -> str:
    told = ", ".join(
        f"{side}: median {median(waits):.1f} ms, p99 {quantiles(waits, n=PERCENT)[-1]:.1f} ms, most {max(waits):.1f} ms"
        for side, waits in sides.items()
    )
    return f"{title}: {told}"


async def measure(folder: Path, *, jobs: int, samples: int, rounds: int) -> None:
    """Take turns, print all figures."""
    sides = Sides(folder, _install(folder), jobs=jobs, samples=samples)
    print(f"{jobs:,} jobs that do nothing; {describe(folder)}", flush=True)
    rates = await take_turns({"ours": sides.ours, "saq": sides.saq}, rounds=rounds)
    print(heading("hookstream", "saq"))
    print(line("enqueue and run", rates, ours="ours", theirs="saq"))
    for part in ("enqueue", "run"):
        print(line(f"{part} alone", sides.rates(part), ours="ours", theirs="saq"))
    waits = {"hookstream": sides.waits_ms("ours"), "saq": sides.waits_ms("saq")}
    print(_waits(f"pick-up when idle, {len(waits['saq'])} samples", waits))


def main() -> None:
    """Read the command line and measure in a folder of its own, which is deleted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000, help="in hundreds (10,000)")
    parser.add_argument("--samples", type=int, default=200, help="single jobs picked up in each round (200)")
    parser.add_argument("--rounds", type=int, default=3, help="pairs of runs; the figures are medians (3)")
    asked = parser.parse_args()
    if shutil.which("redis-server") is None:
        raise RuntimeError("redis-server is needed (package redis-server on Debian)")
    with tempfile.TemporaryDirectory(prefix="hookstream-bench-") as name:
        asyncio.run(measure(Path(name), jobs=asked.jobs, samples=asked.samples, rounds=asked.rounds))


if __name__ == "__main__":
    main()
