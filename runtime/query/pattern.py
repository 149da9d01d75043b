r"""Regular expressions that clients send: a dialect that is checked, bounded and timed.

The matching is done by the `regex` package, which has a time limit. What a client sends is read token by token first,
because the package goes beyond the dialect (fuzzy matching, recursion) and unrolls counted repetitions while it
compiles: `(?:(?:(?:a){9}){9}){9}` and so on would take all memory before any time limit begins.

The dialect is what PCRE2, MongoDB's engine, and `regex` have in common: literals, `.`, `^`, `$`, `|`, sets with POSIX
classes, the quantifiers `* + ? {n} {n,} {n,m}`, lazy or possessive, groups (plain, `?:`, named, atomic), lookarounds,
scoped flags `(?i:…)`, flags in front `(?i)…`, back references, `\d \w \s \b \B \A \z \Z \p{…} \xHH`, escaped signs.

Differences from PCRE2 as MongoDB configures it:

* `\d`, `\w`, `\s`, `\b` and POSIX classes know all of Unicode, as with PCRE2's `(*UCP)`; MongoDB's know ASCII only.
* Lookbehinds may have any length.
* A literal `{`, and `[` inside a set, must be escaped. Recursion, conditionals, callouts, verbs, `\Q…\E`, `\K`, `\R`,
  `\X`, comments `(?#…)` and flags in the middle are refused.
"""

import re
from collections.abc import Callable
from typing import Final

import regex

from runtime.model.errors import InvalidQuery

PATTERN_LENGTH_LIMIT: Final = 512
UNROLLED_LIMIT: Final = 20_000
"""How many atoms a pattern may have once its repetitions are written out: some 5 MB when compiled."""
GROUP_DEPTH_LIMIT: Final = 20

TIME_LIMIT_S: Final = 0.25
"""How much processor time one pattern may take on one string; honest patterns take microseconds."""
BRISK_S: Final = 0.005
"""How long a search holds the interpreter before it lets other threads run: Python's own switch interval.

Giving the interpreter up for each search costs up to that long whenever another thread is busy, measured as 0.5 ms a
search beside one busy thread against 2 µs.
"""

_FLAGS: Final = {"i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL}
_ENDS: Final = {r"\z": r"\Z", r"\Z": r"(?=\n?\Z)"}
"""PCRE's `\\z` is the very end, its `\\Z` is also before a last line break; the package's `\\Z` is the very end."""

_TOKEN: Final = re.compile(
    r"""
      (?P<end>     \\[zZ])
    | (?P<atom>    \\(?:[dDwWsSbBAnrtf1-9] | x[0-9A-Fa-f]{2} | [pP](?:[A-Z]|\{\^?[A-Za-z_]{1,40}\}) | [^A-Za-z0-9])
                 | \[\^?\]?
                     (?:\\(?:[dDwWsSbnrtf] | x[0-9A-Fa-f]{2} | [pP](?:[A-Z]|\{\^?[A-Za-z_]{1,40}\}) | [^A-Za-z0-9])
                       | \[:\^?[a-z]{1,10}:\]
                       | [^\]\[\\])*
                   \]
                 | \(\?P=[A-Za-z_]\w{0,31}\))
    | (?P<flags>   \(\?[ims]{1,3}\))
    | (?P<open>    \((?:\?(?:[:=!>] | <[=!] | P?<[A-Za-z_]\w{0,31}> | [ims]{0,3}(?:-[ims]{1,3})?:) | (?![?*])))
    | (?P<close>   \))
    | (?P<repeat>  (?:[*+?] | \{(?P<least>\d{1,4})(?:,\d{0,4})?\})[+?]?)
    | (?P<bar>     \|)
    | (?P<space>   [ \t\n\r\f\v] | \#[^\n]*\n?)
    | (?P<literal> [^\\\[\(\)\*\+\?\{\|])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)

Search = Callable[[str], bool]


def searcher(pattern: str, options: str) -> Search:
    """Return what tells whether a pattern is found anywhere in a string.

    Options are those of `$options`: `i` ignores case, `m` lets `^` and `$` match at line breaks, `s` lets `.` match
    them, `x` ignores white space and `#` comments outside of sets. Raises InvalidQuery for a pattern outside the
    dialect; what is returned raises InvalidQuery where one search takes longer than TIME_LIMIT_S.
    """
    compiled = _compile(pattern, options)

    def search(text: str) -> bool:
        try:
            return compiled.search(text, timeout=BRISK_S, concurrent=False) is not None
        except TimeoutError:
            return _search_patiently(compiled, pattern, text)

    return search


def _search_patiently(compiled: "regex.Pattern[str]", pattern: str, text: str) -> bool:
    try:
        return compiled.search(text, timeout=TIME_LIMIT_S, concurrent=True) is not None
    except TimeoutError as error:
        raise InvalidQuery(
            f"the regular expression {pattern[:80]!r} takes longer than {TIME_LIMIT_S} s on one value; "
            "repetitions inside repetitions make it slow"
        ) from error


def _compile(pattern: str, options: str) -> "regex.Pattern[str]":
    if len(pattern) > PATTERN_LENGTH_LIMIT:
        raise InvalidQuery(f"the regular expression is longer than {PATTERN_LENGTH_LIMIT} characters")
    flags = regex.VERSION0
    for option in options:
        flags |= _FLAGS.get(option, 0)
    try:
        return regex.compile(_read(pattern, verbose="x" in options), flags)
    except (regex.error, ValueError, ArithmeticError, LookupError, RuntimeError) as error:
        raise InvalidQuery(f"the regular expression {pattern[:80]!r} is invalid: {error}") from error


class _Frame:
    """A group while it is read: `atoms` stand in it unrolled, `last` of what a quantifier would repeat."""

    __slots__ = ("atoms", "last")

    def __init__(self) -> None:
        self.atoms = 0
        self.last = 0

    def add(self, atoms: int) -> None:
        self.atoms += self.last
        self.last = atoms

    def repeat(self, least: int) -> None:
        self.last *= least + 1

    def total(self) -> int:
        return self.atoms + self.last


def _read(pattern: str, *, verbose: bool) -> str:
    """Return the pattern for the `regex` package. Raises InvalidQuery for what is outside the dialect or its bounds."""
    frames = [_Frame()]
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        kind = token.lastgroup if token else None
        if token is None or (kind == "flags" and parts):
            raise InvalidQuery(
                f"the regular expression has {pattern[position : position + 10]!r} at character {position + 1}, "
                "which is not in its dialect; escape literal signs with a backslash"
            )
        position = token.end()
        if kind == "space" and verbose:
            continue
        if kind == "space" and len(token[0]) > 1:
            position = token.start() + 1
        text = pattern[token.start() : position]
        parts.append(_ENDS.get(text, text))
        _count(frames, kind, least=int(token["least"] or text.startswith("+")))
    if sum(frame.total() for frame in frames) > UNROLLED_LIMIT:
        raise InvalidQuery(f"the regular expression {pattern[:80]!r} repeats too much; lower the numbers in its braces")
    return "".join(parts)


def _count(frames: list[_Frame], kind: str | None, *, least: int) -> None:
    frame = frames[-1]
    if kind == "open":
        if len(frames) > GROUP_DEPTH_LIMIT:
            raise InvalidQuery(f"the regular expression nests more than {GROUP_DEPTH_LIMIT} groups")
        frames.append(_Frame())
    elif kind == "close" and len(frames) > 1:
        frames.pop()
        frames[-1].add(frame.total() + 1)
    elif kind == "repeat":
        frame.repeat(least)
    else:
        frame.add(1)
