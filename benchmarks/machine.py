"""What a run was made on, as far as its figures depend on it."""

import os
import platform
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median


def describe(folder: Path) -> str:
    """Return a line about the machine; `folder` is where the databases will be."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_model()}, {len(os.sched_getaffinity(0))} cores, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"fsync of 4 KiB {median(_fsyncs_ms(folder)):.2f} ms"
    )


def _model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _fsyncs_ms(folder: Path) -> Iterator[float]:
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(100):
            file.write(bytes(4096))
            started = time.perf_counter()
            os.fsync(file.fileno())
            yield (time.perf_counter() - started) * 1000
