"""The built admin UI: which files there are, and what they are sent as.

`admin/` is built into `runtime/web/admin/` when the package is. Its manifest names every file, and a name in a URL is
only ever looked up among those: no path from a request reaches the file system.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiohttp import web

FOLDER: Final = Path(__file__).parent / "admin"
NONCE: Final = "__NONCE__"
"""What stands in index.html for the nonce of an answer; admin/vite.config.ts puts it there."""

MANIFEST: Final = "manifest.json"
_ASSETS: Final = "_assets/"
_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class AdminUi:
    """The page, and where the files that it loads are, by the name they have in URLs."""

    page: str
    assets: Mapping[str, Path]

    def page_with(self, nonce: str) -> str:
        """Return the page for an answer with this nonce in its Content-Security-Policy."""
        return self.page.replace(NONCE, nonce)


class AdminUiFolder:
    """The UI as it was last built into a folder; it may be built anew while the server runs."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._read: tuple[int, AdminUi | None] | None = None

    def current(self) -> AdminUi | None:
        """Return the UI, None where it was not built. What was read is good for as long as the manifest is the same."""
        try:
            built_at = (self._folder / MANIFEST).stat().st_mtime_ns
        except OSError:
            return None
        if self._read is None or self._read[0] != built_at:
            self._read = built_at, read_admin_ui(self._folder)
        return self._read[1]


ADMIN_UI: web.AppKey[AdminUiFolder] = web.AppKey("admin_ui", AdminUiFolder)


def read_admin_ui(folder: Path = FOLDER) -> AdminUi | None:
    """Return the UI that was built into a folder, None where there is none, or not the whole of it."""
    try:
        page = (folder / "index.html").read_text(encoding="utf-8")
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    files = {name.removeprefix(_ASSETS): folder / name for name in _named(manifest) if name.startswith(_ASSETS)}
    if not all(path.is_file() for path in files.values()):
        return None
    return AdminUi(page, files)


def content_type(name: str) -> str:
    """Return the content type of a built file; browsers are told to believe it."""
    return _TYPES.get(Path(name).suffix, "application/octet-stream")


def _named(manifest: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return all files that a manifest of Vite's names (https://vite.dev/guide/backend-integration.html)."""
    chunks = manifest.values()
    return {
        *(chunk["file"] for chunk in chunks),
        *(name for chunk in chunks for kind in ("css", "assets") for name in chunk.get(kind, ())),
    }
