"""Whether a run's input fits what its job declares."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

import orjson

from runtime.model.errors import InvalidDocument, NotFound, TooLarge
from runtime.model.specs import JobSpec, ProjectSpec
from runtime.query.schemas import Schema, compiled, faults
from runtime.query.values import check_json

INPUT_LIMIT_BYTES: Final = 256 * 1024
"""The largest input as JSON; arbitrary. What is larger belongs into a document, and its id into the input."""


class Inputs:
    """The jobs of one edition of the project, with their input schemas compiled at their first use."""

    def __init__(self, spec: ProjectSpec) -> None:
        self._jobs = spec.job
        self._validators: dict[str, Schema] = {}

    def job(self, name: str) -> JobSpec:
        """Return a job. Raises NotFound with a guess at what was meant."""
        if (found := self._jobs.get(name)) is not None:
            return found
        close = get_close_matches(name, list(self._jobs), n=1)
        guess = f"did you mean {close[0]!r}?" if close else "jobs are declared under `jobs` in the project's YAML"
        raise NotFound(f"there is no job {name!r}; {guess}", code="unknown_job")

    def check(self, name: str, input: Mapping[str, Any]) -> dict[str, Any]:
        """Return a copy of the input, which nobody can change any more.

        Raises NotFound for an unknown job, InvalidDocument (errors by JSON pointer) and TooLarge.
        """
        job = self.job(name)
        try:
            text = orjson.dumps(input)
        except TypeError as error:
            raise InvalidDocument(f"the input of {name!r} is not JSON: {error}") from error
        if len(text) > INPUT_LIMIT_BYTES:
            raise TooLarge(f"the input of {name!r} is over {INPUT_LIMIT_BYTES} bytes as JSON; store it and pass its id")
        copy: dict[str, Any] = orjson.loads(text)
        if errors := self._errors(job, copy) or check_json(copy):
            raise InvalidDocument(f"the input does not fit the job {name!r}; see errors", errors=errors)
        return copy

    def _errors(self, job: JobSpec, input: dict[str, Any]) -> dict[str, str]:
        if job.input is None:
            return {}
        validator = self._validators.get(job.name)
        if validator is None:
            validator = self._validators[job.name] = compiled(job.input)
        return faults(validator, input, unknown="is not among the job's inputs")
