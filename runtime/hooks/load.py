"""Loading the hook and job files of a project, all of them or none."""

import importlib
import sys
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any, Final

from runtime.hooks.frames import Place, place_of_error
from runtime.hooks.modules import ProjectLoader, modules_of, mount, unmount
from runtime.hooks.points import fault_of, is_async, may_wait
from runtime.model.problem import Problem, ProjectInvalid, Source
from runtime.model.specs import HookRef, ProjectSpec

_USUAL_FOLDERS: Final = frozenset({"hooks", "jobs"})


@dataclass(frozen=True, slots=True)
class HookFunction:
    """A function that was found fit to be called as a hook or a job. `line` is where it is defined, 0 if unknown."""

    ref: HookRef
    function: Any
    is_async: bool
    may_wait: bool
    line: int


@dataclass(frozen=True, eq=False)
class Edition:
    """One loaded version of a project: its spec, and the functions that the spec names.

    `modules` are those of its files, by module name. They stay in `sys.modules` as long as the edition is in use,
    so that imports inside its functions still work, and leave it with the edition itself. `loaded_at` is epoch seconds,
    None where whoever loaded it did not say.
    """

    number: int
    spec: ProjectSpec
    functions: Mapping[HookRef, HookFunction]
    modules: Mapping[str, ModuleType] = field(default_factory=dict, repr=False)
    loaded_at: float | None = None

    def sources(self) -> dict[str, bytes]:
        """Return the files of this edition as they were when they were loaded, by their full path."""
        loaders = (module.__spec__.loader for module in self.modules.values() if module.__spec__ is not None)
        files = [loader for loader in loaders if isinstance(loader, ProjectLoader)]
        return {loader.path: loader.source for loader in files if loader.source is not None}


@dataclass(frozen=True, slots=True)
class _Mention:
    """Where the YAML names a function."""

    ref: HookRef
    source: Source
    path: str


def load(
    spec: ProjectSpec, *, number: int, sources: Mapping[str, bytes] | None = None, at: float | None = None
) -> Edition:
    """Import every file that the project names, in this thread, and find the functions.

    Raises ProjectInvalid with all problems, each at the place in the YAML that names the file and with the Python
    line in its message: a syntax error, an error or `sys.exit` while importing, a missing function, one that cannot
    be a hook. Then no module of the project stays in `sys.modules`; modules from elsewhere that were imported on
    the way do. `sources`, what another edition's `sources()` returned, are not read again. `at` is what time it is.
    """
    mentions = tuple(_mentions(spec))
    folders = _own_folders(spec.folder, mentions)
    root = mount(spec.folder, namespace=spec.namespace, number=number, folders=folders, sources=sources)
    try:
        functions, problems = _load_all(root, spec.folder, mentions)
        if problems:
            raise ProjectInvalid(problems)
    except BaseException:
        unmount(root)
        raise
    edition = Edition(number=number, spec=spec, functions=functions, modules=modules_of(root), loaded_at=at)
    weakref.finalize(edition, unmount, root).atexit = False
    return edition


def _mentions(spec: ProjectSpec) -> Iterator[_Mention]:
    for collection in spec.collections:
        for hooks in collection.hooks.values():
            for hook in hooks:
                yield _Mention(hook.ref, hook.source, hook.path)
    for channel in spec.channels:
        for bound in (channel.subscribe, channel.leave, *(receive.hook for receive in channel.receive.values())):
            if bound is not None:
                yield _Mention(bound.ref, bound.source, bound.path)
    for job in spec.jobs:
        yield _Mention(job.ref, job.source, f"{job.name}.file")


def _own_folders(folder: Path, mentions: tuple[_Mention, ...]) -> frozenset[str]:
    named = {parts[0] for mention in mentions if len(parts := PurePosixPath(mention.ref.file).parts) > 1}
    # A folder named like a module of the standard library (`collections`) must not take its place.
    return frozenset(name for name in named | _USUAL_FOLDERS if (folder / name).is_dir()) - sys.stdlib_module_names


def _load_all(
    root: str, folder: Path, mentions: tuple[_Mention, ...]
) -> tuple[dict[HookRef, HookFunction], list[Problem]]:
    functions: dict[HookRef, HookFunction] = {}
    problems: list[Problem] = []
    modules: dict[str, ModuleType | None] = {}
    for mention in mentions:
        file = mention.ref.file
        if file not in modules:
            imported = _import(root, folder, file)
            modules[file] = imported if isinstance(imported, ModuleType) else None
            if isinstance(imported, tuple):
                problems.append(Problem(mention.source, mention.path, *imported))
        module = modules[file]
        if module is None or mention.ref in functions:
            continue
        found = _function(module, mention.ref)
        if isinstance(found, HookFunction):
            functions[mention.ref] = found
        else:
            problems.append(Problem(mention.source, mention.path, *found))
    return functions, problems


def _import(root: str, folder: Path, file: str) -> ModuleType | tuple[str, str]:
    """Return the module of a file, or what is wrong and the remedy."""
    path = PurePosixPath(file)
    if path.is_absolute() or path.suffix != ".py" or "." in path.stem or ".." in path.parts:
        return (
            f"{file} cannot be a hook file",
            "Name a .py file of the project, relative to it, with no other dot in its name.",
        )
    if not (folder / file).resolve().is_relative_to(folder.resolve()) or not (folder / file).is_file():
        return f"{file} is not a file of the project", "Create it, or correct the path."
    name = ".".join((root, *path.with_suffix("").parts))
    try:
        return importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except SystemExit as error:
        return f"{_at(error, file)}: the file called sys.exit", "A hook file is imported, not run: remove the call."
    except SyntaxError as error:
        return f"{_at_syntax(error, folder, file)}: {type(error).__name__}: {error.msg}", "Correct the syntax."
    except BaseException as error:  # noqa: BLE001 (whatever a user's file raises is that file's problem)
        text = str(error).replace(f"{root}.", "")
        return (
            f"{_at(error, file)}: {type(error).__name__}: {text}",
            "The file is executed when it is loaded: correct it there.",
        )


def _at(error: BaseException, file: str) -> Place | str:
    return place_of_error(error) or file


def _at_syntax(error: SyntaxError, folder: Path, file: str) -> str:
    name = Path(error.filename or file)
    shown = name.relative_to(folder).as_posix() if name.is_relative_to(folder) else name.as_posix()
    return f"{shown}:{error.lineno or 1}"


def _function(module: ModuleType, ref: HookRef) -> HookFunction | tuple[str, str]:
    if not hasattr(module, ref.function):
        names = sorted(name for name, value in vars(module).items() if _is_defined_here(value, module))
        there = f"It has: {', '.join(names)}." if names else "It has no functions."
        return f"{ref.file} has no function {ref.function}", f"{there} Define it, or correct the name."
    function = getattr(module, ref.function)
    line = getattr(getattr(function, "__code__", None), "co_firstlineno", 0)
    fault = fault_of(function)
    if fault is not None:
        what, remedy = fault
        at = f"{ref.file}:{line}" if line else ref.file
        return f"{at}: {ref.function} {what}", remedy
    return HookFunction(ref=ref, function=function, is_async=is_async(function), may_wait=may_wait(function), line=line)


def _is_defined_here(value: Any, module: ModuleType) -> bool:
    return callable(value) and getattr(value, "__module__", None) == module.__name__ and not isinstance(value, type)
