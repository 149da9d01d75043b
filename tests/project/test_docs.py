"""The documentation names everything there is: codes, settings, commands, phases, metrics, what hooks are given."""

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from runtime.cli.root import main
from runtime.hooks.channel_context import ChannelContext
from runtime.hooks.context import Context
from runtime.hooks.facades import Realtime
from runtime.hooks.job_context import JobContext
from runtime.model import errors
from runtime.model.specs import PHASES
from runtime.settings.schemas import read_schema
from runtime.web.metrics import metrics_of

ROOT = Path(__file__).resolve().parents[2]
DOCS = {path.name: path.read_text() for path in (ROOT / "docs").glob("*.md")}
SOURCES = "\n".join(path.read_text() for path in (ROOT / "runtime").rglob("*.py"))


def codes() -> set[str]:
    classes = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.Failure)]
    given = set(re.findall(r'code="([a-z_]+)"', SOURCES))
    for constant in set(re.findall(r"\bcode=([A-Z_]+)\b", SOURCES)):
        given |= set(re.findall(rf'^{constant}: Final = "([a-z_]+)"', SOURCES, re.MULTILINE))
    answered = set(re.findall(r'problem_response\(\s*[\w.]+, "([a-z_]+)"', SOURCES))
    return {kind.code for kind in classes} | given | answered


def keys(schema: Mapping[str, Any]) -> Iterator[str]:
    for name, part in (schema.get("properties") or {}).items():
        yield name
        yield from keys(part)
    for part in (schema.get("$defs") or {}).values():
        yield from keys(part)


def commands(group: click.Group, prefix: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield f"{prefix}{name}"
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")


def test_every_error_code_is_in_the_table_of_errors():
    (table,) = re.findall(r"^\| code \| .*\n((?:\|.*\n)+)", DOCS["rest.md"], re.MULTILINE)
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE))
    assert codes() == documented


@pytest.mark.parametrize("name", ["config", "collection", "jobs"])
def test_every_setting_is_documented(name):
    missing = [key for key in keys(read_schema(name)) if not re.search(rf"[`.]{key}[`.:]", DOCS["projects.md"])]
    assert not [key for key in missing if f"`{key}`" not in "".join(DOCS.values())]


def test_every_command_is_documented():
    text = DOCS["cli.md"].replace("\\|", "|")
    for command in commands(main):
        group, _, name = command.partition(" ")
        if not name:
            assert f"`hookstream {group}" in text, command
        else:
            assert re.search(rf"`hookstream {group} [\w|]*\b{name}\b", text), command


def test_every_phase_and_all_that_a_hook_is_given_are_documented():
    for phase in {phase for phases in PHASES.values() for phase in phases}:
        assert f"| `{phase}` |" in DOCS["hooks.md"]
    public = {name for name, _ in inspect.getmembers(Context) if not name.startswith("_")}
    for name in public - {"for_phase", "in_thread", "adopt"}:
        assert f"ctx.{name}" in DOCS["hooks.md"], name


def test_all_that_a_channel_s_hook_is_given_is_documented():
    for phase in ("subscribe", "leave", "receive"):
        assert f"| `{phase}` |" in DOCS["hooks.md"]
    members = {name for name, _ in inspect.getmembers(ChannelContext) if not name.startswith("_")} - {"in_thread"}
    part = DOCS["hooks.md"].partition("## Hooks of channels")[2].partition("\n## ")[0]
    for name in members:
        assert re.search(rf"`(ctx\.)?{name}`", part), name


def test_all_that_ctx_realtime_does_is_documented():
    (row,) = re.findall(r"^\| `ctx.realtime` \|.*$", DOCS["hooks.md"], re.MULTILINE)
    for name in {name for name, _ in inspect.getmembers(Realtime) if not name.startswith("_")}:
        assert re.search(rf"`{name}[`(]", row), name


def test_all_that_a_job_is_given_is_documented():
    fields = set(JobContext.__dataclass_fields__) | {"progress", "step", "cancelled", "env"}
    for name in fields - {"report", "is_cancelled", "steps"}:
        assert re.search(rf"`(ctx\.)?{name}[`(]", DOCS["jobs.md"]), name


def test_every_metric_is_documented():
    names = {f"{family.name}_total" if family.type == "counter" else family.name for family in metrics_of({}).collect()}
    assert len(names) > 10
    for name in names:
        assert f"`{name}`" in DOCS["operating.md"], name


def test_links_between_pages_lead_somewhere():
    for name, text in {**DOCS, "../README.md": (ROOT / "README.md").read_text()}.items():
        for target in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", text):
            assert (ROOT / "docs" / name).parent.joinpath(target).exists(), f"{name} links to {target}"
