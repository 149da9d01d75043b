"""`${NAME}` and `${NAME:-default}` in YAML, and the file that holds their defaults."""

import re
from collections.abc import Mapping

from runtime.model.problem import Source
from runtime.settings.problems import Report, quoted, suggest

_REFERENCE = re.compile(
    r"""
      (?P<escaped> \$\$\{ )
    | \$\{ (?P<name> [A-Za-z_][A-Za-z0-9_]* ) (?: :- (?P<default> [^{}]* ) )? \}
    | (?P<broken> \$\{ )
    """,
    re.VERBOSE,
)
_ASSIGNMENT = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<inside>.*?)(?P=quote)\s*(?:\#.*)?""")
_COMMENT = re.compile(r"(?:^|\s+)#.*")


class VariableProblem(ValueError):
    """A variable cannot be put in; `remedy` says what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """Return text with its variables put in, each once: what a variable holds is never read as a variable again.

    `${NAME:-default}` gives the default where NAME is not set or empty, as in a shell (POSIX 2.6.2). `$${` is a literal
    `${`; a `$` in front of anything else is left alone. Raises VariableProblem.
    """
    return _REFERENCE.sub(lambda found: _value(found, variables), text) if "${" in text else text


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    if found["escaped"]:
        return "${"
    if found["broken"]:
        raise VariableProblem(
            "a ${ is not followed by a variable's name and a }",
            "Write ${NAME} or ${NAME:-default}, with no braces in the default; $${ stands for the two characters.",
        )
    name, default = found["name"], found["default"]
    if default is not None:
        return variables.get(name) or default
    if name not in variables:
        remedy = f"Set {name} in the environment or in config.yml.env, or give it a default: ${{{name}:-default}}."
        guess = suggest(name, variables, otherwise="")
        raise VariableProblem(f"the variable {name} is not set", f"{remedy} {guess}".rstrip())
    return variables[name]


def read_defaults(text: str, *, file: str, report: Report) -> dict[str, str]:
    """Return the variables of a `config.yml.env`: a `NAME=value` a line, `#` comments, quotes around a value optional.

    Values are taken as they are, without escapes or variables. Lines that are none of that, and second values
    for a name, are reported.
    """
    defaults: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        source = Source(file, number, len(line) - len(line.lstrip()) + 1)
        found = _ASSIGNMENT.fullmatch(stripped)
        value = _unquote(found["value"]) if found else None
        if found is None or value is None:
            report.add(source, "", "the line is not NAME=value", "Write NAME=value, or # in front of a comment.")
            continue
        name = found["name"]
        if name in defaults:
            message = f"{quoted(name)} is set twice: first at line {lines[name]}"
            report.add(source, name, message, "Remove one of the two lines.")
            continue
        defaults[name] = value
        lines[name] = number
    return defaults


def _unquote(value: str) -> str | None:
    """Return a value without its quotes and the comment behind it; None where a quote is not closed."""
    if value[:1] in {'"', "'"}:
        found = _QUOTED.fullmatch(value)
        return found["inside"] if found else None
    return _COMMENT.sub("", value)
