"""The JSON Schemas (Draft 2020-12) of a project's files, shipped with the package so that editors can use them too."""

import json
from importlib.resources import files
from typing import Any, Final

NAMES: Final = ("config", "collection", "jobs")
"""`config.yml`; a file of `collections/`; a file of `jobs/`."""


def read_schema(name: str) -> dict[str, Any]:
    """Return a schema, a fresh copy each time. Raises ValueError for a name that is not in NAMES."""
    if name not in NAMES:
        raise ValueError(f"there is no schema {name!r}; there are {', '.join(NAMES)}")
    schema: dict[str, Any] = json.loads((files(__name__) / f"{name}.json").read_text("utf-8"))
    return schema
