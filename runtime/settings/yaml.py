"""From YAML text to nodes, straight from the parser's events: no tag can construct anything."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import yaml

from runtime.model.problem import Source
from runtime.settings.problems import Report, quoted
from runtime.settings.scalars import resolve
from runtime.settings.tree import Node, member_path
from runtime.settings.variables import VariableProblem, interpolate

PARSER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: the same events in a seventh of the time."""

DEEPEST: Final = 40
"""How deep collections may nest; no project comes near, and what walks the tree later may recurse without fear."""

LARGEST: Final = 200_000
"""How many values a project may have, every alias and every include counted in full; some thousand collections."""

_TEXT_TAGS: Final = frozenset({"!", "tag:yaml.org,2002:str"})
_MAPPING_TAGS: Final = frozenset({None, "!", "tag:yaml.org,2002:map"})
_SEQUENCE_TAGS: Final = frozenset({None, "!", "tag:yaml.org,2002:seq"})
_INCLUDE: Final = "!include"
_MERGE: Final = "<<"


class TooManyValues(Exception):
    """The project has more than LARGEST values."""

    def __init__(self, source: Source) -> None:
        super().__init__(str(source))
        self.source = source


@dataclass(slots=True)
class Budget:
    """How many values may still be made."""

    left: int = LARGEST

    def spend(self, count: int, source: Source) -> None:
        """Count values. Raises TooManyValues."""
        self.left -= count
        if self.left < 0:
            raise TooManyValues(source)


@dataclass(frozen=True, slots=True)
class Text:
    """One YAML text, and what is needed to read it.

    `include` is asked for what `!include PATTERN` stands for; it is given the pattern and the node of the tag, whose
    value is to be replaced.
    """

    content: str
    file: str
    variables: Mapping[str, str]
    include: Callable[[str, Node], Node]
    budget: Budget
    report: Report


class _Unreadable(Exception):
    def __init__(self, source: Source, message: str, remedy: str) -> None:
        super().__init__(message)
        self.source, self.message, self.remedy = source, message, remedy


def compose(text: Text) -> Node | None:
    """Return the one document of a YAML text; None where there is none to return, which has been reported.

    YAML 1.2 core schema (§10.3) for plain scalars; keys are always text. Raises TooManyValues.
    """
    try:
        return _Composer(text).document()
    except _Unreadable as fault:
        text.report.add(fault.source, "", fault.message, fault.remedy)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        source = Source(text.file, mark.line + 1, mark.column + 1) if mark else Source(text.file)
        message = f"this is not YAML: {error.problem or error.context}"
        text.report.add(source, "", message, _syntax_remedy(error, text.content, source.line))
    except yaml.reader.ReaderError as error:
        before = text.content[: error.position]
        source = Source(text.file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        text.report.add(source, "", "this is not YAML: a control character", "Remove it, or write it as an escape.")
    return None


def _syntax_remedy(error: yaml.MarkedYAMLError, content: str, line: int) -> str:
    lines = content.splitlines()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    problem = str(error.problem or "")
    if "cannot start any token" in problem and "\t" in text:
        return "Indent with spaces: YAML refuses tabs."
    if "flow" in str(error.context or ""):
        if "${" in text:
            return 'Inside { } and [ ] put the variable in quotes: "${NAME}".'
        return (
            "Inside { } and [ ] quote text that has one of : , { } [ ] # in it, and check that every bracket is closed."
        )
    if "mapping values are not allowed" in problem:
        return 'Quote text that has ": " in it, and check the indentation of this line.'
    if "unexpected end of stream" in problem:
        return "Close the quote or bracket that was opened above."
    return "Check indentation, quotes and brackets in this line and the one above."


@dataclass(slots=True)
class _Composer:
    text: Text
    events: Iterator[Any] = field(init=False)
    anchors: dict[str, Node] = field(default_factory=dict)
    open_anchors: set[str] = field(default_factory=set)

    def document(self) -> Node | None:
        self.events = iter(yaml.parse(self.text.content, Loader=PARSER))
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise _Unreadable(Source(self.text.file), "the file is empty", "Fill it, or delete it.")
        root = self._node(next(self.events), Node(None, Source(self.text.file)), depth=0)
        next(self.events)
        following = next(self.events)
        if not isinstance(following, yaml.StreamEndEvent):
            source = self._source(following)
            raise _Unreadable(source, "a second document begins here", "Put it into a file of its own.")
        return root

    def _source(self, event: Any) -> Source:
        return Source(self.text.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any, parent: Node, *, depth: int) -> Node:
        """Return the node that an event begins. `parent` has the path and key that it stands under."""
        here = replace(parent, source=self._source(event))
        if depth > DEEPEST:
            raise _Unreadable(here.source, f"the nesting is deeper than {DEEPEST} levels", "Make it flatter.")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, here)
        self.text.budget.spend(1, here.source)
        if event.anchor:
            self.open_anchors.add(event.anchor)
        node = self._value(event, here, depth=depth)
        if event.anchor:
            self.open_anchors.discard(event.anchor)
            self.anchors[event.anchor] = node
        return node

    def _value(self, event: Any, here: Node, *, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, here)
        if isinstance(event, yaml.SequenceStartEvent):
            node, known = self._sequence(here, depth=depth), event.tag in _SEQUENCE_TAGS
        else:
            node, known = self._mapping(here, depth=depth), event.tag in _MAPPING_TAGS
        return node if known else self._unknown_tag(event, here)

    def _alias(self, event: Any, here: Node) -> Node:
        if event.anchor in self.open_anchors:
            return self._lost(here, f"*{event.anchor} contains itself", "Write the value out.")
        if event.anchor not in self.anchors:
            return self._lost(
                here, f"there is no anchor &{event.anchor} above", "Write the value out, or name an anchor."
            )
        anchored = self.anchors[event.anchor]
        self.text.budget.spend(anchored.size(), here.source)
        return replace(anchored, key=here.key)

    def _lost(self, here: Node, message: str, remedy: str) -> Node:
        self.text.report.at(here, message, remedy)
        return replace(here, value=None, whole=False)

    def _unknown_tag(self, event: Any, here: Node) -> Node:
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        return self._lost(
            here, f"the tag {quoted(tag)} is not known here", f"Leave it out; {_INCLUDE} is the only tag."
        )

    def _scalar(self, event: Any, here: Node) -> Node:
        if event.tag == _INCLUDE:
            return self.text.include(event.value, here)
        if event.tag is not None and event.tag not in _TEXT_TAGS:
            return self._unknown_tag(event, here)
        try:
            value = interpolate(event.value, self.text.variables)
            plain = event.tag is None and event.implicit[0]
            return replace(here, value=resolve(value) if plain else value)
        except VariableProblem as problem:
            return self._lost(here, problem.message, problem.remedy)
        except ValueError as error:
            return self._lost(here, str(error), "Write a smaller number, or put it in quotes to make it text.")

    def _sequence(self, here: Node, *, depth: int) -> Node:
        children: list[Node] = []
        index = 0
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            children.append(
                self._node(event, replace(here, path=member_path(here.path, index), key=None), depth=depth + 1)
            )
            index += 1
        kept = tuple(child for child in children if not child.lost)
        return replace(here, value=kept, whole=len(kept) == len(children))

    def _mapping(self, here: Node, *, depth: int) -> Node:
        members: dict[str, Node] = {}
        whole = True
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, here, members, depth=depth)
            place = replace(here, path=member_path(here.path, event.value), key=self._source(event)) if key else here
            child = self._node(next(self.events), place, depth=depth + 1)
            if key is not None:
                members[key] = child
            elif not isinstance(event, yaml.ScalarEvent) or event.value not in members:
                whole = False
        return replace(here, value=members, whole=whole)

    def _key(self, event: Any, here: Node, members: Mapping[str, Node], *, depth: int) -> str | None:
        """Return a new key; None where it is none, which is reported and its value left out."""
        source = self._source(event)
        if not isinstance(event, yaml.ScalarEvent):
            self._node(event, here, depth=depth + 1)
            self.text.report.add(source, here.path, "a key must be a word", "Write it as plain text.")
            return None
        key: str = event.value
        path = member_path(here.path, key)
        if key in members:
            first = members[key].place
            self.text.report.add(
                source, path, f"{quoted(key)} is there twice: first at {first}", "Remove one of the two."
            )
            return None
        if key == _MERGE and event.implicit[0]:
            remedy = "Write the keys out; an alias (*name) can stand for a whole value."
            self.text.report.add(source, path, "merge keys (<<) are not part of YAML 1.2", remedy)
            return None
        return key
