import ast
import dataclasses
import gc
import os
import pickle
import sys

import pytest

from runtime.hooks.load import load
from runtime.hooks.registry import Registry
from runtime.model.problem import ProjectInvalid, Source
from runtime.model.specs import BoundHook, ChannelSpec, HookRef, ReceiveSpec


def problems_of(bench, *refs, **spec):
    with pytest.raises(ProjectInvalid) as caught:
        bench.load(*refs, **spec)
    return caught.value.problems


def own_modules():
    return {name for name in sys.modules if name.startswith("hookstream_user_")}


def test_an_edition_has_the_functions_of_hooks_and_jobs(bench):
    bench.write("hooks/a.py", "async def announce(ctx):\n    return 1\n")
    bench.write("jobs/digest.py", "\n\ndef run(ctx):\n    return 2\n")
    edition = bench.load("hooks/a.py:announce", jobs=("jobs/digest.py",), number=7)
    announce = edition.functions[HookRef("hooks/a.py", "announce")]
    run = edition.functions[HookRef("jobs/digest.py", "run")]
    assert edition.number == 7
    assert announce.is_async
    assert announce.line == 1
    assert not run.is_async
    assert run.line == 3
    assert run.function(None) == 2


def test_a_file_named_by_two_hooks_is_executed_once(bench):
    bench.write(
        "hooks/a.py", "import sys\nsys.counted = getattr(sys, 'counted', 0) + 1\ndef one(ctx): ...\ndef two(ctx): ...\n"
    )
    try:
        bench.load("hooks/a.py:one", "hooks/a.py:two")
        assert sys.counted == 1
    finally:
        del sys.counted


def test_a_syntax_error_is_a_problem_at_its_yaml_place_with_its_python_line(bench):
    bench.write("hooks/a.py", "def one(ctx):\n    return (\n")
    (problem,) = problems_of(bench, "hooks/a.py:one")
    assert str(problem.source) == "collections/articles.yml:10:3"
    assert problem.path == "hooks.create.after.0"
    assert problem.message == "hooks/a.py:2: SyntaxError: '(' was never closed"
    assert problem.remedy == "Correct the syntax."


def test_an_import_error_names_the_users_line_and_no_internal_name(bench):
    bench.write("hooks/a.py", "import os\nfrom hooks.shared import nothing\ndef one(ctx): ...\n")
    bench.write("hooks/shared.py", "something = 1\n")
    (problem,) = problems_of(bench, "hooks/a.py:one")
    assert problem.message.startswith("hooks/a.py:2: ImportError: cannot import name 'nothing' from 'hooks.shared'")


def test_an_error_in_a_shared_module_names_the_line_there(bench):
    bench.write("hooks/a.py", "from . import shared\ndef one(ctx): ...\n")
    bench.write("hooks/shared.py", "\n\n1 / 0\n")
    (problem,) = problems_of(bench, "hooks/a.py:one")
    assert problem.message == "hooks/shared.py:3: ZeroDivisionError: division by zero"


def test_a_syntax_error_in_a_shared_module_names_that_file(bench):
    bench.write("hooks/a.py", "from . import shared\ndef one(ctx): ...\n")
    bench.write("hooks/shared.py", "x = = 1\n")
    (problem,) = problems_of(bench, "hooks/a.py:one")
    assert problem.message == "hooks/shared.py:1: SyntaxError: invalid syntax"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("import sys; sys.exit(3)", "hooks/a.py:1: the file called sys.exit"),
        ("raise BaseException('odd')", "hooks/a.py:1: BaseException: odd"),
        ("import not_there_at_all", "hooks/a.py:1: ModuleNotFoundError: No module named 'not_there_at_all'"),
    ],
)
def test_whatever_a_file_raises_while_it_is_imported_is_a_problem(bench, statement, message):
    bench.write("hooks/a.py", f"{statement}\ndef one(ctx): ...\n")
    (problem,) = problems_of(bench, "hooks/a.py:one")
    assert problem.message == message


def test_an_interrupt_from_the_keyboard_is_not_swallowed(bench):
    bench.write("hooks/a.py", "raise KeyboardInterrupt\n")
    before = own_modules()
    with pytest.raises(KeyboardInterrupt):
        bench.load("hooks/a.py:one")
    assert own_modules() <= before


def test_null_bytes_are_a_problem(bench):
    (bench.folder / "hooks").mkdir()
    (bench.folder / "hooks" / "a.py").write_bytes(b"def one(ctx): ...\n\0")
    (problem,) = problems_of(bench, "hooks/a.py:one")
    assert "null bytes" in problem.message


@pytest.mark.parametrize(
    ("source", "message", "remedy"),
    [
        ("def other(ctx): ...", "hooks/a.py has no function one", "It has: other. Define it, or correct the name."),
        ("one = 3", "hooks/a.py: one is a int, not a function", "Name a function: def or async def."),
        (
            "class one: ...",
            "hooks/a.py: one is a class",
            "Name a function: def or async def, with one parameter, the context.",
        ),
        (
            "def one(): ...",
            "hooks/a.py:1: one cannot be called with the context alone (too many positional arguments): it takes ()",
            "Give it exactly one parameter: ctx.",
        ),
        (
            "def one(ctx, more): ...",
            "hooks/a.py:1: one cannot be called with the context alone (missing a required argument: 'more'): "
            "it takes (ctx, more)",
            "Give it exactly one parameter: ctx.",
        ),
        (
            "async def one(ctx, *, key): ...",
            "hooks/a.py:1: one cannot be called with the context alone (missing a required argument: 'key'): "
            "it takes (ctx, *, key)",
            "Give it exactly one parameter: ctx.",
        ),
        (
            "async def one(ctx):\n    yield 1",
            "hooks/a.py:1: one is a generator: it has a yield",
            "A hook runs to its end; to stream, return ctx.realtime.subscribe(…).",
        ),
        (
            "def one(ctx):\n    yield 1",
            "hooks/a.py:1: one is a generator: it has a yield",
            "A hook runs to its end; to stream, return ctx.realtime.subscribe(…).",
        ),
    ],
)
def test_what_cannot_be_a_hook_is_a_problem_that_names_the_remedy(bench, source, message, remedy):
    bench.write("hooks/a.py", source + "\n")
    (problem,) = problems_of(bench, "hooks/a.py:one")
    assert problem.message == message
    assert problem.remedy == remedy


def test_parameters_with_defaults_and_star_arguments_are_fine(bench):
    bench.write("hooks/a.py", "def one(ctx, flag=False, *, key=1): ...\ndef two(*args, **kwargs): ...\n")
    edition = bench.load("hooks/a.py:one", "hooks/a.py:two")
    assert len(edition.functions) == 2


def test_an_object_with_an_async_call_is_an_async_function(bench):
    bench.write("hooks/a.py", "class Hook:\n    async def __call__(self, ctx): return 5\none = Hook()\n")
    assert bench.load("hooks/a.py:one").functions[HookRef("hooks/a.py", "one")].is_async


def test_all_problems_are_reported_at_once(bench):
    bench.write("hooks/a.py", "def one(ctx): ...\n")
    bench.write("hooks/b.py", "x = = 1\n")
    found = problems_of(
        bench, "hooks/a.py:two", "hooks/b.py:one", "hooks/b.py:two", "hooks/c.py:one", jobs=("jobs/j.py",)
    )
    assert [str(problem.source) for problem in found] == [
        "collections/articles.yml:10:3",
        "collections/articles.yml:11:3",
        "collections/articles.yml:13:3",
        "jobs/jobs.yml:1:3",
    ]
    assert found[2].message == "hooks/c.py is not a file of the project"
    assert found[3].path == "jobs/j.py.file"


@pytest.mark.parametrize("file", ["../outside.py", "/etc/outside.py", "hooks/a.b.py", "hooks/a.txt"])
def test_a_path_that_is_no_file_of_the_project_is_a_problem(bench, file):
    (problem,) = problems_of(bench, f"{file}:one")
    assert problem.message == f"{file} cannot be a hook file"


def test_a_link_out_of_the_project_is_a_problem(bench, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "a.py"
    outside.write_text("def one(ctx): ...\n")
    (bench.folder / "hooks").mkdir()
    (bench.folder / "hooks" / "a.py").symlink_to(outside)
    (problem,) = problems_of(bench, "hooks/a.py:one")
    assert problem.message == "hooks/a.py is not a file of the project"


def test_a_failed_load_leaves_no_module_behind(bench):
    bench.write("hooks/shared.py", "x = 1\n")
    bench.write("hooks/a.py", "from . import shared\ndef one(ctx): ...\n")
    bench.write("hooks/b.py", "from hooks import shared\n1 / 0\n")
    before = own_modules()
    problems_of(bench, "hooks/a.py:one", "hooks/b.py:one")
    assert own_modules() <= before


def test_modules_leave_with_their_edition(bench):
    bench.write("hooks/a.py", "def one(ctx): ...\n")
    before = own_modules()
    registry = Registry(bench.load("hooks/a.py:one", number=1))
    assert own_modules() > before
    registry.swap(bench.load("hooks/a.py:one", number=2))
    registry.swap(bench.load("hooks/a.py:one", number=3))
    gc.collect()
    names = own_modules() - before
    assert not any("_e1" in name for name in names)
    assert any("_e2" in name for name in names)
    del registry
    gc.collect()
    assert own_modules() <= before


def test_imports_inside_functions_of_a_replaced_edition_still_work(bench):
    bench.write("hooks/late.py", "value = 'old'\n")
    bench.write(
        "hooks/a.py",
        "def one(ctx):\n    from .late import value\n    from hooks import late\n    return value, late.value\n",
    )
    edition = bench.load("hooks/a.py:one")
    registry = Registry(edition)
    bench.write("hooks/late.py", "value = 'new'\n")
    registry.swap(bench.load("hooks/a.py:one", number=2))
    registry.swap(bench.load("hooks/a.py:one", number=3))
    function = edition.functions[HookRef("hooks/a.py", "one")].function
    assert function(None) == ("new", "new")


@pytest.mark.parametrize(
    "statement",
    [
        "from . import shared; name = shared.name",
        "from .shared import name",
        "from hooks import shared; name = shared.name",
        "from hooks.shared import name",
        "from hooks.shared import *",
        "import hooks.shared; name = hooks.shared.name",
        "import hooks.shared as other; name = other.name",
        "import os, hooks.shared as other, sys; name = (os, sys) and other.name",
        "from ..hooks.shared import name",
        "import hooks as folder; from hooks import shared; name = folder.shared.name",
    ],
)
def test_two_projects_in_one_process_each_import_their_own_files(tmp_path_factory, bench, statement):
    functions = []
    for word in ("one", "two"):
        project = type(bench)(tmp_path_factory.mktemp(word))
        project.write("hooks/shared.py", f"name = {word!r}\n")
        project.write("hooks/a.py", f"{statement}\ndef hook(ctx):\n    return name\n")
        edition = project.load("hooks/a.py:hook")
        functions.append((edition, edition.functions[HookRef("hooks/a.py", "hook")].function))
    assert [function(None) for _, function in functions] == ["one", "two"]
    assert "hooks" not in sys.modules


def test_import_of_a_nested_folder_binds_the_top(bench):
    bench.write("hooks/deep/er.py", "name = 'deep'\n")
    bench.write("hooks/a.py", "import hooks.deep.er\ndef one(ctx):\n    return hooks.deep.er.name\n")
    edition = bench.load("hooks/a.py:one")
    assert edition.functions[HookRef("hooks/a.py", "one")].function(None) == "deep"


def test_hooks_and_jobs_share_modules(bench):
    bench.write("hooks/shared.py", "box = []\n")
    bench.write("hooks/a.py", "from hooks.shared import box\ndef one(ctx):\n    return box\n")
    bench.write("jobs/j.py", "from hooks.shared import box\ndef run(ctx):\n    return box\n")
    edition = bench.load("hooks/a.py:one", jobs=("jobs/j.py",))
    one, run = (function.function for function in edition.functions.values())
    assert one(None) is run(None)


def test_a_folder_named_like_a_standard_module_does_not_hide_it(bench):
    bench.write(
        "collections/a.py", "from collections import OrderedDict\ndef one(ctx):\n    return OrderedDict.__name__\n"
    )
    edition = bench.load("collections/a.py:one")
    assert edition.functions[HookRef("collections/a.py", "one")].function(None) == "OrderedDict"


def test_an_edit_that_keeps_size_and_time_is_seen(bench):
    path = bench.write("hooks/a.py", "def one(ctx):\n    return 1\n")
    stamp = path.stat()
    first = bench.load("hooks/a.py:one")
    path.write_text("def one(ctx):\n    return 2\n")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    second = bench.load("hooks/a.py:one", number=2)
    ref = HookRef("hooks/a.py", "one")
    assert (first.functions[ref].function(None), second.functions[ref].function(None)) == (1, 2)
    assert not (bench.folder / "hooks" / "__pycache__").exists()


def test_a_parser_upset_by_a_garbage_collection_is_asked_again(bench, monkeypatch):
    answers = [SystemError("AST constructor recursion depth mismatch (before=147, after=202)")]
    parse = ast.parse

    def upset_once(*args, **kwargs):
        if answers:
            raise answers.pop()
        return parse(*args, **kwargs)

    bench.write("hooks/a.py", "def one(ctx): ...\n")
    monkeypatch.setattr(ast, "parse", upset_once)
    assert len(bench.load("hooks/a.py:one").functions) == 1


def test_dataclasses_and_pickling_work(bench):
    bench.write(
        "hooks/a.py",
        """
        from __future__ import annotations
        from dataclasses import dataclass
        from typing import ClassVar, get_type_hints

        @dataclass
        class Point:
            x: int
            kind: ClassVar[str] = "point"

        def one(ctx):
            assert get_type_hints(Point)["x"] is int
            return Point(1)
        """,
    )
    edition = bench.load("hooks/a.py:one")
    point = edition.functions[HookRef("hooks/a.py", "one")].function(None)
    assert pickle.loads(pickle.dumps(point)) == point


def test_the_same_namespace_and_number_may_be_loaded_twice(bench):
    bench.write("hooks/a.py", "def one(ctx): ...\n")
    first = bench.load("hooks/a.py:one", number=1)
    second = bench.load("hooks/a.py:one", number=1)
    assert set(first.modules).isdisjoint(second.modules)


def test_a_namespace_with_a_hyphen_can_be_loaded(bench):
    bench.write("hooks/my-hook.py", "from . import other\ndef one(ctx):\n    return __name__\n")
    bench.write("hooks/other.py", "")
    edition = load(bench.spec("hooks/my-hook.py:one", namespace="news-room"), number=1)
    name = edition.functions[HookRef("hooks/my-hook.py", "one")].function(None)
    assert name.startswith("hookstream_user_news_room_e1")
    assert name.endswith(".hooks.my-hook")


def test_a_package_inside_hooks_is_executed_as_one(bench):
    bench.write("hooks/kit/__init__.py", "from .part import name\n")
    bench.write("hooks/kit/part.py", "name = 'part'\n")
    bench.write("hooks/a.py", "from .kit import name\ndef one(ctx):\n    return name\n")
    edition = bench.load("hooks/a.py:one")
    assert edition.functions[HookRef("hooks/a.py", "one")].function(None) == "part"


def test_the_hooks_of_channels_are_loaded_and_a_missing_one_is_a_problem(bench):
    bench.write("hooks/rooms.py", "def may_join(ctx): ...\n")
    place = Source("config.yml", 5, 3)

    def channel(**hooks):
        return ChannelSpec("room:{room}", "A room", place, "authenticated", **hooks)

    def bound(function):
        return BoundHook(HookRef("hooks/rooms.py", function), place, "channels.0.hooks.leave")

    loaded = load(dataclasses.replace(bench.spec(), channels=(channel(subscribe=bound("may_join")),)), number=1)
    assert [str(ref) for ref in loaded.functions] == ["hooks/rooms.py:may_join"]
    receive = {"chat": ReceiveSpec("chat", place, hook=bound("said"))}
    with pytest.raises(ProjectInvalid) as caught:
        load(dataclasses.replace(bench.spec(), channels=(channel(leave=bound("left"), receive=receive),)), number=2)
    assert [(p.source, p.message) for p in caught.value.problems] == [
        (place, "hooks/rooms.py has no function left"), (place, "hooks/rooms.py has no function said"),
    ]  # fmt: skip
