"""How large files may be: what one field says, and what all of the project does."""

from runtime.model.specs import LimitsSpec
from runtime.settings.checks.fields import inside
from runtime.settings.measures import size_bytes
from runtime.settings.problems import Report
from runtime.settings.tree import Node


def check_file_sizes(root: Node, report: Report) -> None:
    """Report sizes that would never count, because another one is smaller."""
    limits, collections = root.get("limits"), root.get("collections")
    largest = _bytes(limits, "fileSize", default=LimitsSpec().file_size_bytes)
    unused = _bytes(limits, "unusedFiles", default=LimitsSpec().unused_files_bytes)
    if largest is None or unused is None:
        return
    if limits is not None and unused < largest:
        stated = limits.get("unusedFiles") or limits.members["fileSize"]
        message = f"unusedFiles is {unused} bytes, less than one file may have with fileSize: {largest} bytes"
        report.at(stated, message, "Raise unusedFiles, or lower fileSize.")
    for collection in collections.elements if collections else ():
        fields = collection.get("fields")
        for field in fields.elements if fields else ():
            for part in inside(field):
                _check_field(part, largest, report)


def _check_field(field: Node, largest: int, report: Report) -> None:
    size = _bytes(field, "maxSize", default=0)
    if size is not None and size > largest:
        message = f"no file can be as large: limits.fileSize is {largest} bytes"
        report.at(field.members["maxSize"], message, "Lower maxSize, or raise limits.fileSize in config.yml.")


def _bytes(node: Node | None, key: str, *, default: int) -> int | None:
    """Return the size at a key; None where what stands there is none, which is told elsewhere."""
    text = node.text_at(key) if node else None
    if text is None:
        return default
    try:
        return size_bytes(text)
    except ValueError:
        return None
