"""How many files, sockets among them, the server's process may have open."""

import sys
from contextlib import suppress
from typing import Final

if sys.platform != "win32":
    import resource

RESERVE: Final = 200
"""What is open besides event streams: databases, logs, requests that are being answered. Generous."""


def raise_open_files() -> int | None:
    """Raise the soft limit to the hard one and return it; None where there is no limit that could be told.

    systemd and most shells set the soft limit to 1,024 and the hard one far higher, for programs that ask for it
    (systemd.exec(5), LimitNOFILE=).
    """
    if sys.platform == "win32":
        return None
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS refuses what is above the kernel's own limit
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft
