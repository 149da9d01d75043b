"""Importing a project's own Python files, each version of a project under a module name of its own.

A mounted project is a root module in `sys.modules`, `hookstream_user_<namespace>_e<number>`, whose submodules are
the project's files: `hooks/articles.py` is `<root>.hooks.articles`. So relative imports, dataclasses and pickling
work as in any package, and two projects, or two versions of one, never meet.

An absolute import of a project's own folder (`from hooks.shared import x`) is meant for the version that the
importing file belongs to, and `sys.modules` has room for one `hooks` only. Which file imports is known for certain
when the file is compiled, so that is where such an import is turned into the root's: `from <root>.hooks.shared
import x`. Imports by name at run time (`importlib.import_module("hooks.shared")`) are not seen; a relative one with
`__package__` works.

Sources are read and compiled each time. There is no `__pycache__`, whose clock is too coarse to see two edits in
one second.
"""

import ast
import linecache
import os
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

ROOT_PREFIX: Final = "hookstream_user_"


class ProjectLoader(SourceFileLoader):
    """Loads one file of a mounted project. `folder` is the project's, `root` the name of its root module.

    `source` is the file as it was when it was loaded.
    """

    def __init__(self, name: str, path: str, *, folder: str, root: str, mounted: "Mounted") -> None:
        super().__init__(name, path)
        self.folder = folder
        self.root = root
        self.source = mounted.sources.get(path)
        self._folders = mounted.folders

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 (importlib's signature)
        """Read and compile the source as it is now, or as it was given."""
        if self.source is None:
            self.source = self.get_data(self.path)
        source = self.source
        # Tracebacks show the lines that were loaded, whatever happens to the file meanwhile: without a time, an entry
        # is never checked against the file.
        lines = source.decode(errors="replace").splitlines(keepends=True)
        linecache.cache[self.path] = (len(source), None, lines, self.path)
        rewritten = ast.fix_missing_locations(_OwnImports(self.root, self._folders).visit(_parse(source, self.path)))
        code: CodeType = compile(rewritten, self.path, "exec", dont_inherit=True)
        return code

    def place(self, filename: str) -> str | None:
        """Return a source file's path relative to the project, with slashes; None for one outside, or no file."""
        if not filename.startswith(self.folder + os.sep):
            return None
        return Path(filename).relative_to(self.folder).as_posix()


@dataclass(frozen=True, slots=True)
class Mounted:
    """What a mounted project's files are compiled with: see `mount`."""

    folders: Collection[str] = frozenset()
    sources: Mapping[str, bytes] = field(default_factory=dict)


class ProjectFinder:
    """Finds the submodules of mounted projects, in the folders of their parent packages. It keeps no state."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a file or folder of a mounted project; None for all other modules."""
        root = sys.modules.get(fullname.partition(".")[0]) if fullname.startswith(ROOT_PREFIX) else None
        if root is None or root.__spec__ is None or path is None:
            return None
        for parent in path:
            here = Path(parent, fullname.rpartition(".")[2])
            package, module = here / "__init__.py", Path(f"{here}.py")
            if package.is_file():
                loader = _loader(fullname, package, root)
                return spec_from_file_location(fullname, package, loader=loader, submodule_search_locations=[str(here)])
            if module.is_file():
                return spec_from_file_location(fullname, module, loader=_loader(fullname, module, root))
            if here.is_dir():
                folder = ModuleSpec(fullname, None, is_package=True)
                folder.submodule_search_locations = [str(here)]
                return folder
        return None


def mount(
    folder: Path, *, namespace: str, number: int, folders: Collection[str], sources: Mapping[str, bytes] | None = None
) -> str:
    """Make a project's files importable; return the name of its root module.

    `folders` are the top-level folders that files of the project import absolutely. `sources` are files, by path, that
    are not read but taken as they are given. Nothing is executed yet.
    """
    if ProjectFinder not in sys.meta_path:
        sys.meta_path.insert(0, ProjectFinder)
    base = f"{ROOT_PREFIX}{re.sub(r'[^0-9A-Za-z_]', '_', namespace)}_e{number}"
    root = ModuleType(base, "A mounted project.")
    root.__path__ = [str(folder)]
    taken = 0
    # One step, because another thread may be mounting the same namespace.
    while sys.modules.setdefault(root.__name__, root) is not root:
        taken += 1
        root.__name__ = f"{base}_{taken}"
    mounted = Mounted(frozenset(folders), sources or {})
    root.__spec__ = ModuleSpec(root.__name__, None, loader_state=mounted, is_package=True)
    return root.__name__


def unmount(root: str) -> None:
    """Take a mounted project's modules out of `sys.modules`; functions that are still running keep theirs."""
    for name in modules_of(root):
        sys.modules.pop(name, None)


def modules_of(root: str) -> dict[str, ModuleType]:
    """Return the modules of a mounted project that have been imported so far, by name, the root among them."""
    # Names alone: making a list of pairs lets the garbage collector run, and that removes modules of old editions.
    own = [name for name in list(sys.modules) if name.partition(".")[0] == root]
    return {name: module for name in own if (module := sys.modules.get(name)) is not None}


def _parse(source: bytes, path: str) -> ast.Module:
    try:
        return ast.parse(source, path)
    except SystemError:
        # Before 3.11.8 CPython's depth counter is upset when a garbage collection in the midst of it parses something
        # else, as printing a traceback does (python/cpython#106905). The collection is over now.
        return ast.parse(source, path)


def _loader(fullname: str, file: Path, root: ModuleType) -> ProjectLoader:
    mounted = root.__spec__.loader_state if root.__spec__ else Mounted()
    return ProjectLoader(fullname, str(file), folder=root.__path__[0], root=root.__name__, mounted=mounted)


class _OwnImports(ast.NodeTransformer):
    """Points absolute imports of the project's own folders at the root module."""

    def __init__(self, root: str, folders: Collection[str]) -> None:
        self._root = root
        self._folders = folders

    def _is_own(self, module: str) -> bool:
        return module.partition(".")[0] in self._folders

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        if node.level == 0 and node.module is not None and self._is_own(node.module):
            node.module = f"{self._root}.{node.module}"
        return node

    def visit_Import(self, node: ast.Import) -> list[ast.stmt]:
        statements: list[ast.stmt] = []
        for alias in node.names:
            if self._is_own(alias.name):
                statements.extend(ast.copy_location(new, node) for new in self._own(alias))
            else:
                statements.append(ast.copy_location(ast.Import([alias]), node))
        return statements

    def _own(self, alias: ast.alias) -> list[ast.stmt]:
        package, _, name = f"{self._root}.{alias.name}".rpartition(".")
        top = alias.name.partition(".")[0]
        first = ast.ImportFrom(package, [ast.alias(name, alias.asname or top)], 0)
        if alias.asname or name == top:
            return [first]
        # `import hooks.shared` imports the submodule and binds the top: the second statement binds the same name again.
        return [first, ast.ImportFrom(self._root, [ast.alias(top, None)], 0)]
