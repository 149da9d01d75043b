from types import MappingProxyType

import pytest
import structlog

import runtime
from runtime.hooks.context import Context, Response
from runtime.hooks.job_context import JobContext
from runtime.model.query import And, Compare, Query


@pytest.fixture
def make(bench):
    edition = bench.load()
    return lambda **values: bench.context(edition, **values)


def test_what_users_import_is_exported():
    assert runtime.__all__ == [
        "Actor",
        "ChannelContext",
        "Conflict",
        "Context",
        "Failure",
        "Forbidden",
        "InvalidDocument",
        "InvalidMessage",
        "JobContext",
        "NotFound",
        "Reject",
        "Response",
        "Unauthenticated",
        "__version__",
    ]
    assert all(hasattr(runtime, name) for name in runtime.__all__)


def test_every_attribute_of_a_context_has_a_docstring():
    names = [name for name in dir(Context) if not name.startswith("_") and name not in {"query", "result"}]
    assert {"actor", "changed", "collection", "db", "document", "env", "http", "id", "jobs", "log", "narrow"} <= set(
        names
    )
    assert [name for name in names if not getattr(Context, name).__doc__] == []
    assert [name for name in ("env", "cancelled", "progress") if not getattr(JobContext, name).__doc__] == []


def test_a_context_says_who_asks_for_what(make):
    ctx = make(id="a1", document={"title": "Hi"})
    assert ctx.user is ctx.actor
    assert (ctx.actor.id, ctx.collection, ctx.action, ctx.phase, ctx.id) == ("u1", "articles", "create", "before", "a1")
    assert ctx.request.method == "POST"
    assert ctx.env == {"GREETING": "hello"}
    assert ctx.config.namespace == "newsroom"
    assert ctx.state == {}


def test_a_derived_context_shares_state_and_keeps_what_is_not_given(make):
    ctx = make(phase="bind", id="a1", document={"title": "Hi"})
    ctx.state["seen"] = True
    later = ctx.for_phase("validate", document={"title": "Ho"})
    assert (later.phase, later.id, later.document) == ("validate", "a1", {"title": "Ho"})
    assert later.state is ctx.state
    assert later.request is ctx.request
    assert ctx.for_phase("before", id=None).id is None


@pytest.mark.parametrize("phase", ["bind", "validate", "before"])
@pytest.mark.parametrize("action", ["create", "update"])
def test_before_a_write_the_document_itself_is_changed(make, action, phase):
    document = {"title": "Hi"}
    ctx = make(action=action, phase=phase, document=document)
    ctx.document["title"] = "Ho"
    assert document == {"title": "Ho"}
    ctx.document = {"title": "New"}
    assert ctx.for_phase("before").document == {"title": "New"}


@pytest.mark.parametrize(
    ("action", "phase"), [("create", "after"), ("update", "respond"), ("delete", "before"), ("delete", "after")]
)
def test_a_document_that_is_not_the_hooks_to_change_is_a_copy(make, action, phase):
    document = {"title": "Hi", "tags": [{"name": "a"}]}
    ctx = make(action=action, phase=phase, document=document)
    ctx.document["tags"][0]["name"] = "b"
    assert ctx.document["tags"] == [{"name": "b"}]
    assert document["tags"] == [{"name": "a"}]
    assert ctx.for_phase(phase).document == document


def test_previous_is_a_copy_and_each_hook_has_its_own(make):
    stored = {"title": "Old", "tags": ["a"]}
    ctx = make(action="update", document={"title": "New"}, previous=stored)
    ctx.previous["tags"].append("b")
    assert ctx.previous["tags"] == ["a", "b"]
    assert stored["tags"] == ["a"]
    assert ctx.for_phase("after").previous == {"title": "Old", "tags": ["a"]}


def test_there_is_no_previous_when_something_is_created(make):
    assert make().previous is None


def test_a_read_has_an_empty_document(make):
    ctx = make(action="read", query=Query())
    assert ctx.document == {}


@pytest.mark.parametrize(
    ("field", "document", "previous", "expected"),
    [
        ("title", {"title": "a"}, {"title": "a"}, False),
        ("title", {"title": "b"}, {"title": "a"}, True),
        ("title", {}, {"title": "a"}, True),
        ("title", {"title": None}, {}, True),
        ("title", {}, {}, False),
        ("title", {"title": "a"}, None, True),
        ("title", {}, None, False),
        ("author.name", {"author": {"name": "x"}}, {"author": {"name": "x", "age": 1}}, False),
        ("author.name", {"author": {"name": "x"}}, {"author": "x"}, True),
        ("author", {"author": {"a": 1, "b": 2}}, {"author": {"b": 2, "a": 1}}, False),
        ("tags.1", {"tags": ["a", "b"]}, {"tags": ["a"]}, True),
        ("tags.0", {"tags": ["a", "b"]}, {"tags": ["a"]}, False),
        ("tags", {"tags": ["a", "b"]}, {"tags": ["b", "a"]}, True),
        ("tags", {"tags": ["a"]}, {"tags": ["a", "b"]}, True),
        ("count", {"count": 1}, {"count": 1.0}, False),
        ("count", {"count": 1}, {"count": True}, True),
        ("count", {"count": False}, {"count": False}, False),
    ],
)
def test_changed_compares_the_document_with_what_was_stored(make, field, document, previous, expected):
    assert make(action="update", document=document, previous=previous).changed(field) is expected


def test_changed_sees_what_an_earlier_statement_of_the_hook_did(make):
    ctx = make(action="update", document={"title": "a"}, previous={"title": "a"})
    ctx.document["title"] = "b"
    assert ctx.changed("title")


def test_narrow_adds_to_the_query(make):
    ctx = make(action="read", query=Query(Compare(("status",), "$eq", "published")))
    ctx.narrow({"lang": "en"})
    assert ctx.query.filter == And((Compare(("status",), "$eq", "published"), Compare(("lang",), "$eq", "en")))


def test_narrow_takes_a_variable_literally(make):
    ctx = make(action="read", query=Query())
    ctx.narrow({"createdBy": "$user.id"})
    assert ctx.query.filter == Compare(("createdBy",), "$eq", "$user.id")


def test_a_wrong_filter_in_narrow_is_the_hooks_mistake(make):
    ctx = make(action="read", query=Query())
    with pytest.raises(ValueError, match=r"ctx\.narrow was given a filter that cannot be used"):
        ctx.narrow({"$where": "1"})


def test_narrow_is_for_reads_only(make):
    with pytest.raises(ValueError, match="create has no query"):
        make().narrow({})


def test_a_response_has_a_status_that_http_knows():
    assert Response({"ok": True}).status == 200
    assert Response(headers=MappingProxyType({"A": "b"})).headers == {"A": "b"}
    with pytest.raises(ValueError, match="not 99"):
        Response(status=99)
    with pytest.raises(ValueError, match="not 600"):
        Response(status=600)


def test_progress_stays_between_0_and_100(bench):
    told = []
    ctx = bench.job_context(bench.load(), report=lambda percent, message: told.append((percent, message)))
    ctx.progress(40, "halfway")
    ctx.progress(-1)
    ctx.progress(250)
    assert told == [(40.0, "halfway"), (0.0, ""), (100.0, "")]
    with pytest.raises(ValueError, match="not NaN"):
        ctx.progress(float("nan"))


def test_a_job_knows_its_environment_and_whether_it_is_cancelled(bench):
    ctx = bench.job_context(bench.load(), is_cancelled=lambda: True)
    assert ctx.cancelled
    assert ctx.env == {"GREETING": "hello"}


def test_the_log_knows_the_request(bench):
    log = structlog.wrap_logger(structlog.testing.CapturingLogger(), processors=[])
    bench.context(bench.load(), log=log).log.info("announced", channel="content")
    (call,) = log._logger.calls
    assert call.kwargs == {"request_id": "r1", "channel": "content", "event": "announced"}
