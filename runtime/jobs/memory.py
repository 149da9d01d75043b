"""How much memory this process may take."""

import resource
import sys
from typing import Final

SPARE_BYTES: Final = 64 * 1024**2
"""What is left to tell of a MemoryError, beyond the limit at which it is raised."""


def limit(size_bytes: int) -> bool:
    """Hold this process to a size; whether this system does that.

    It counts what is written to and belongs to the process alone (RLIMIT_DATA, getrlimit(2)): not the code, not mapped
    files, not address space that is only reserved. Only Linux counts mapped memory so, since 4.7; macOS knows the
    limit and does not keep it.
    """
    if not sys.platform.startswith("linux"):
        return False
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = size_bytes + SPARE_BYTES
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (min(size_bytes, most), most))
    return True


def relax() -> None:
    """Allow the spare memory, so that it can be said that memory has run out."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
