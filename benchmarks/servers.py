"""Server processes, pinned to cores: started, waited for, measured, ended by their id."""

import resource
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

START_S: Final = 30.0
END_S: Final = 20.0
MIB: Final = 1024


@dataclass(frozen=True)
class Server:
    """A running server."""

    pid: int
    url: str

    def memory(self) -> Mapping[str, float]:
        """Return MiB: what is resident, how much of it is its own (not a mapped file), and the most there ever was."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        sizes = {name: float(rest.split()[0]) / MIB for name, _, rest in (line.partition(":") for line in lines)
                 if name in {"VmRSS", "RssAnon", "VmHWM"}}  # fmt: skip
        return {"resident": sizes["VmRSS"], "own": sizes["RssAnon"], "peak": sizes["VmHWM"]}

    def cpu_s(self) -> float:
        """Return the seconds of CPU that its threads and its child processes have used."""
        stats = (path for pid in self._pids() for path in Path(f"/proc/{pid}/task").glob("*/schedstat"))
        return sum(int(path.read_text().split()[0]) for path in stats) / 1e9

    def resident_bytes(self) -> int:
        """Return how much memory it and its child processes have."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self._pids())
        return pages * resource.getpagesize()

    def _pids(self) -> list[int]:
        children = (path.read_text().split() for path in Path(f"/proc/{self.pid}/task").glob("*/children"))
        return [self.pid, *(int(pid) for pids in children for pid in pids)]


@contextmanager
def served(command: Sequence[str], *, cores: str, folder: Path, port: int, probe: str) -> Iterator[Server]:
    """Run a server on some cores until the end of the block; it is ready once `probe` is answered with 200.

    taskset puts the command in its own place, so that the process that is ended is the server.
    """
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(["taskset", "-c", cores, *command], cwd=folder, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(process, url + probe, folder / "server.log")
            yield Server(process.pid, url)
        finally:
            process.terminate()
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"{url} is not answered:\n{log.read_text()[-2000:]}")


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
