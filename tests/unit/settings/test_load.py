"""Loading as a whole: defaults, everything at once, and that nothing but problems ever comes out of a bad project."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.model.problem import Problem, ProjectInvalid
from runtime.model.specs import AuthSpec, ConcurrencySpec, HooksSpec, LimitsSpec, RealtimeSpec, RetrySpec, ServerSpec
from runtime.settings.load import load


def test_a_namespace_is_enough(make_project: Any) -> None:
    project = make_project({"config.yml": "namespace: tiny\n"})
    spec = project.load()
    assert (spec.namespace, spec.label, spec.broker) == ("tiny", "", "memory:")
    assert spec.storage == "sqlite:data/tiny.db"
    assert (spec.server, spec.auth, spec.limits) == (ServerSpec(), AuthSpec(), LimitsSpec())
    assert (spec.realtime, spec.hooks) == (RealtimeSpec(), HooksSpec())
    assert (spec.channels, spec.collections, spec.jobs) == ((), (), ())
    assert spec.files == (project.folder.resolve() / "config.yml",)


def test_every_setting_arrives(make_project: Any) -> None:
    project = make_project(
        {
            "config.yml": """\
namespace: full
server:
  host: 0.0.0.0
  port: 0
  cors: {origins: [https://a.example, "http://localhost:3000"]}
  trustedProxies: [10.0.0.1, "fd00::/8"]
  bodyLimit: 3MiB
broker: "memory:"
auth: {secret: "0123456789abcdef", sessionTTL: 12h, roles: [a]}
limits: {requests: 0/minute, login: 1/second, connect: 7/hour, send: 2/second}
realtime:
  {maxConnections: 5, maxPerUser: 2, maxPerAddress: 0, heartbeat: 3s, retry: 1500ms, sendTimeout: 4s,
   messageLimit: 8KiB}
hooks: {timeout: 2m, slow: 100ms, threads: 4}
channels:
  - {name: c, description: d, scope: "role:a", bufferSize: 9, onFull: drop-newest, messageTTL: 1m, lastN: 9, maxAge: 2s}
collections:
  - name: things
    fields:
      - {name: n, type: integer, min: 1, max: 5, readonly: true, hidden: true, required: true}
      - {name: t, type: text, minLength: 1, pattern: "^a$", default: a}
      - {name: m, type: multiselect, options: [yes, no], min: 1, max: 2, default: [no]}
      - {name: o, type: object, fields: [{name: inner, type: object, fields: [{name: deep, type: geo}]}]}
      - {name: z, type: json, default: {on: [1, null]}}
jobs:
  - name: once
    description: Says it once
    file: jobs/once.py
    at: 2026-12-24T18:00:00
    timezone: Europe/Vienna
    timeout: 1h
    retries: {max: 2, jitter: 3s}
    overlap: queue
    priority: high
    catchUp: once
    jitter: 10s
    concurrency: {max: 2, key: $user.id}
    isolate: process
    memory: 256MiB
""",
            "jobs/once.py": "",
        }
    )
    spec = project.load()
    assert (spec.server.host, spec.server.port) == ("0.0.0.0", 0)
    assert spec.server.cors_origins == ("https://a.example", "http://localhost:3000")
    assert (spec.server.trusted_proxies, spec.server.body_limit_bytes) == (("10.0.0.1", "fd00::/8"), 3145728)
    assert (spec.auth.secret, spec.auth.session_ttl_s, spec.auth.roles) == ("0123456789abcdef", 43200.0, ("a",))
    limits = spec.limits
    assert [(r.count, r.per_s) for r in (limits.requests, limits.login, limits.connect, limits.send)] == [
        (0, 60.0),
        (1, 1.0),
        (7, 3600.0),
        (2, 1.0),
    ]
    assert spec.realtime == RealtimeSpec(5, 2, 0, 3.0, 1.5, 4.0, 8192)
    assert spec.hooks == HooksSpec(120.0, 0.1, 4)
    channel = spec.channels[0]
    assert (channel.on_full, channel.buffer_size, channel.last_n, channel.events) == ("drop-newest", 9, 9, None)
    assert (channel.message_ttl_s, channel.max_age_s) == (60.0, 2.0)
    fields = spec.collections[0].by_name
    assert (fields["n"].min, fields["n"].max, fields["n"].readonly, fields["n"].hidden) == (1, 5, True, True)
    assert (fields["t"].min_length, fields["t"].pattern, fields["t"].default) == (1, "^a$", "a")
    assert (fields["m"].options, fields["m"].default) == (("yes", "no"), ["no"])
    assert spec.collections[0].field_at(("o", "inner", "deep")).type == "geo"  # type: ignore[union-attr]
    assert fields["z"].default == {"on": [1, None]}
    job = spec.jobs[0]
    assert (job.at, job.timezone, job.timeout_s) == ("2026-12-24T18:00:00", "Europe/Vienna", 3600.0)
    assert (job.retries, job.overlap, job.description) == (RetrySpec(2, 5.0, 2.0, 3.0), "queue", "Says it once")
    assert (job.priority, job.catch_up, job.jitter_s) == ("high", "once", 10.0)
    assert (job.concurrency, job.isolated, job.memory_bytes) == (ConcurrencySpec(2, "$user.id"), True, 268_435_456)


def test_publish_without_on_means_every_change(shop: Any) -> None:
    shop.change("collections/products.yml", "{channel: news, on: [create], fields: [id, name]}", "{channel: news}")
    publish = shop.load().collection["products"].publish
    assert (sorted(publish.on), publish.fields) == (["create", "delete", "update"], ())


@pytest.mark.parametrize(
    "cron", ["*/5 * * * *", "0 0 29 2 *", "0 6 * * 0,7", "0 6 * * FRI-mon", "0 6 13 * 5/2", "0 6 31 2 1"]
)
def test_cron_as_people_write_it_is_accepted(shop: Any, cron: str) -> None:
    """Weekdays are checked as cron has them, where 7 is Sunday and ranges may wrap, not as APScheduler 3 does."""
    shop.change("jobs/nightly.yml", "0 6 * * 1-5", cron)
    assert shop.load().jobs[0].cron == cron


@pytest.mark.parametrize(
    "filter",
    [
        "{state: {$in: [shown, hidden]}}",
        "{$or: [{state: shown}, {tags: {$all: [a]}}]}",
        "{size.width: {$gte: 3}, extra.anything.at.all: 1, createdAt: {$lt: $now}}",
        "{tags: {$in: $user.roles}, tags.0: x}",
        "{name: {$regex: '^a', $options: i}}",
    ],
)
def test_a_filter_may_use_the_whole_language(shop: Any, filter: str) -> None:
    shop.change("collections/products.yml", "{createdBy: $user.id}", filter)
    assert shop.load().collection["products"].grants["update"][0].filter == yaml.safe_load(filter)


def test_a_folder_without_a_config_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ProjectInvalid) as caught:
        load(tmp_path / "nowhere", {})
    (problem,) = caught.value.problems
    assert (str(problem.source), problem.path) == ("config.yml", "")
    assert "there is no config.yml in" in problem.message
    assert "`hookstream new DIR`" in problem.remedy


def test_a_config_that_is_no_mapping_is_told_so(make_project: Any) -> None:
    (problem,) = make_project({"config.yml": "- namespace: x\n"}).problems()
    assert (problem.message, problem.remedy) == (
        "the file must be config.yml, not a list",
        'Write "key: value" lines without dashes.',
    )


def test_everything_is_told_at_once_in_the_order_of_its_place(shop: Any) -> None:
    shop.change("config.yml", "requests: 300/minute", "requests: 300")
    shop.change("config.yml", "scope: role:clerk", "scope: role:clark")
    shop.change("collections/products.yml", "from: name", "from: nmae")
    shop.change("collections/products.yml", "type: json", "type: jsn")
    shop.change("collections/search.yml", "read: {before", "reed: {before")
    shop.change("jobs/nightly.yml", "Europe/Berlin", "Europe/Berln")
    assert [str(p.source) for p in shop.problems()] == [
        "collections/products.yml:5:36",
        "collections/products.yml:15:25",
        "collections/search.yml:6:3",
        "config.yml:10:20",
        "config.yml:22:12",
        "jobs/nightly.yml:4:13",
    ]


def test_a_hook_file_behind_a_link_that_leads_out_is_refused(shop: Any, tmp_path: Path) -> None:
    (tmp_path / "evil.py").write_text("def narrow(ctx): ...")
    (shop.folder / "hooks/linked.py").symlink_to(tmp_path / "evil.py")
    shop.change("collections/search.yml", "hooks/products.py", "hooks/linked.py")
    (problem,) = shop.problems()
    assert problem.message == '"hooks/linked.py" leads out of the project'


def test_a_file_that_cannot_be_opened_is_a_problem(shop: Any) -> None:
    (shop.folder / "config.yml.env").mkdir()
    (problem,) = shop.problems()
    assert problem.message == "config.yml.env cannot be read: is a directory"


def test_loading_twice_gives_equal_and_separate_snapshots(shop: Any) -> None:
    first, second = shop.load(), shop.load()
    assert first == second
    assert first.collections[0] is not second.collections[0]


class _Loader(yaml.SafeLoader):
    """Reads the shop's files so that they can be changed as data; includes are marked, `on` is a text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own name
        letter: resolvers for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items() if letter not in "oO"
    }


_Loader.add_constructor("!include", lambda loader, node: "!include " + loader.construct_scalar(node))

FILES = ("config.yml", "collections/products.yml", "collections/search.yml", "jobs/nightly.yml")
ODD = st.sampled_from(
    [
        None, True, 0, -1, 1.5, 10**18, "", "x", "a.b", "..", "/", "*", "é😀", "\u0000", "5d", "$user.id", "{x}",
        "user:{userId}", "role:", "role:clerk", "hooks/products.py:narrow", "hooks/../x.py:f", "sqlite:x", "select",
        "array", "reference", [], [1], ["x"], [None], [["x"]], {}, {"a": 1}, {"": 1}, {"type": "string"}, {"$ref": "#"},
        {"name": "x", "type": "string"}, {"a.b": {"$in": 1}}, {"$or": []},
    ]
)  # fmt: skip


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, child in children for found in _paths(child, (*path, key)))]


def _with(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copied = json.loads(json.dumps(value))
    around = copied
    for key in path[:-1]:
        around = around[key]
    around[path[-1]] = new
    return copied


def _yaml(value: Any) -> str:
    text: str = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
    return text.replace("'!include", "!include").replace("yml'", "yml")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_stands_anywhere_it_is_loaded_or_told(shop: Any, data: st.DataObject) -> None:
    """Any value at any place: nothing but ProjectInvalid is raised, and every problem has a place and a remedy."""
    file = data.draw(st.sampled_from(FILES))
    original = (shop.folder / file).read_text(encoding="utf-8")
    value = yaml.load(original, Loader=_Loader)
    value = _with(value, data.draw(st.sampled_from(_paths(value))), data.draw(ODD))
    shop.write(file, _yaml(value))
    try:
        problems = _problems(shop)
    finally:
        shop.write(file, original)
    assert all(p.source.file and p.message and p.remedy.endswith((".", "?")) for p in problems)


def _problems(shop: Any) -> tuple[Problem, ...]:
    try:
        shop.load()
    except ProjectInvalid as invalid:
        return invalid.problems
    return ()


def test_the_shop_itself_is_fine(shop: Any, make_project: Callable[..., Any]) -> None:
    spec = shop.load()
    assert [c.name for c in spec.collections] == ["makers", "products", "search"]
    assert [j.name for j in spec.jobs] == ["count", "print"]
