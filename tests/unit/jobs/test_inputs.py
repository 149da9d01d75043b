"""Whether a run's input fits its job."""

from pathlib import Path

import pytest

from runtime.jobs.inputs import Inputs
from runtime.model.errors import InvalidDocument, NotFound, TooLarge
from runtime.model.problem import Source
from runtime.model.specs import HookRef, JobSpec, ProjectSpec

SCHEMA = {
    "type": "object",
    "required": ["articleId"],
    "properties": {"articleId": {"type": "string"}, "copies": {"type": "integer", "multipleOf": 2}},
    "additionalProperties": False,
}


@pytest.fixture
def inputs():
    ref = HookRef("jobs/x.py", "run")
    jobs = (
        JobSpec("render-report", Source("jobs/x.yml"), ref, input=SCHEMA),
        JobSpec("anything", Source("jobs/x.yml"), ref),
    )
    return Inputs(ProjectSpec(Path("/project"), "newsroom", "sqlite::memory:", jobs=jobs))


def test_an_input_that_fits_is_copied(inputs):
    given = {"articleId": "a1", "copies": 2}
    checked = inputs.check("render-report", given)
    given["articleId"] = "changed"
    assert checked == {"articleId": "a1", "copies": 2}


@pytest.mark.parametrize(
    ("input", "pointers"),
    [
        ({}, {"/articleId"}),
        ({"articleId": 5}, {"/articleId"}),
        ({"articleId": "a", "copies": 3}, {"/copies"}),
        ({"articleId": "a", "x/y": 1}, {"/x~1y"}),
        ({"copies": "many"}, {"/articleId", "/copies"}),
    ],
)
def test_an_input_that_does_not_fit_is_refused_with_pointers(inputs, input, pointers):
    with pytest.raises(InvalidDocument) as refused:
        inputs.check("render-report", input)
    assert set(refused.value.errors) == pointers


def test_a_job_without_a_schema_takes_any_object_that_can_be_stored(inputs):
    assert inputs.check("anything", {"a": [1, None]}) == {"a": [1, None]}
    with pytest.raises(InvalidDocument) as refused:
        inputs.check("anything", {"$where": 1})
    assert list(refused.value.errors) == ["/$where"]
    with pytest.raises(InvalidDocument, match="not JSON"):
        inputs.check("anything", {"a": object()})


def test_a_huge_input_is_too_large(inputs):
    with pytest.raises(TooLarge, match="pass its id"):
        inputs.check("anything", {"a": "x" * 300_000})


def test_an_unknown_job_is_not_found_with_a_guess(inputs):
    with pytest.raises(NotFound, match="did you mean 'render-report'") as refused:
        inputs.check("render-reprot", {})
    assert refused.value.code == "unknown_job"
    with pytest.raises(NotFound, match="declared under `jobs`"):
        inputs.check("zzz", {})
