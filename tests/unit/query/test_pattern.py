"""The dialect of regular expressions that clients may use."""

import pytest

from runtime.model.errors import InvalidQuery
from runtime.query.pattern import searcher


@pytest.mark.parametrize(
    ("pattern", "options", "text", "found"),
    [
        ("", "", "", True),
        ("a|b", "", "xb", True),
        ("^a$", "", "a\n", True),
        ("^a\\z", "", "a\n", False),
        ("^a\\Z", "", "a\n", True),
        ("^a\\Z", "", "a\nb", False),
        ("\\Ab", "m", "a\nb", False),
        ("^b$", "m", "a\nb\nc", True),
        ("(?i)AB", "", "ab", True),
        ("a(?i:B)", "", "ab", True),
        ("a(?i:B)", "", "Ab", False),
        ("a(?-i:b)", "i", "AB", False),
        ("(?s-i:a.)", "i", "a\n", True),
        ("[a-c]{2,3}", "", "xab", True),
        ("^[a-c]{2,3}$", "", "abca", False),
        ("^a{2}$", "", "aa", True),
        ("^a{2,}$", "", "aaaa", True),
        ("[]a]", "", "]", True),
        ("[^]a]", "", "]", False),
        ("[\\]\\[]", "", "[", True),
        ("[[:alpha:]]", "", "é", True),
        ("[[:^alpha:]]", "", "é", False),
        ("[a&&b]", "", "&", True),
        ("[+--]x", "", ",x", True),
        ("\\d", "", "٣", True),
        ("^\\w+$", "", "größe", True),
        ("\\bb", "", "a b", True),
        ("\\x41", "", "A", True),
        ("\\p{Lu}", "", "É", True),
        ("\\P{L}", "", "é", False),
        ("\\pL", "", "é", True),
        ("(a)\\1", "", "aa", True),
        ("(?P<x>a)(?P=x)", "", "aa", True),
        ("(?<x>a)b", "", "ab", True),
        ("a(?=b)", "", "ab", True),
        ("a(?!b)", "", "ab", False),
        ("(?<=a+)b", "", "aab", True),
        ("(?<!a)b", "", "ab", False),
        ("(?>a+)a", "", "aaa", False),
        ("a++a", "", "aaa", False),
        ("a+?b", "", "aab", True),
        ("a.c", "", "a\nc", False),
        ("a.c", "s", "a\nc", True),
        ("a b  # comment )(", "x", "ab", True),
        ("a\\ b", "x", "a b", True),
        ("a[ ]b", "x", "a b", True),
        ("( a b ) {2}", "x", "abab", True),
        ("  (?i)a", "x", "A", True),
        ("a # no comment", "", "a # no comment", True),
        ("price: 5\\$", "", "price: 5$", True),
        ("\\{}]", "", "{}]", True),
        ("É", "i", "é", True),
    ],
)
def test_the_dialect_means_what_pcre_means(pattern: str, options: str, text: str, found: bool) -> None:
    assert searcher(pattern, options)(text) is found


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("a" * 513, "longer than 512 characters"),
        ("(a", "is invalid"),
        ("a)", "is invalid"),
        ("[a", "'\\[a' at character 1"),
        ("*a", "is invalid"),
        ("a**", "is invalid"),
        ("a{2,1}", "is invalid"),
        ("[z-a]", "is invalid"),
        ("(a)\\2", "is invalid"),
        ("\\p{Nonsense}", "is invalid"),
        ("[[:nonsense:]]", "is invalid"),
        ("a\\", "at character 2"),
        ("a{b", "'\\{b' at character 2, which is not in its dialect; escape literal signs with a backslash"),
        ("a{,5}", "at character 2"),
        ("a{99999}", "at character 2"),
        ("(?:foo){e<=2}", "'\\{e<=2\\}' at character 8"),
        ("(?R)", "at character 1"),
        ("(a)(?1)", "at character 4"),
        ("(?P>x)", "at character 1"),
        ("(?&x)", "at character 1"),
        ("(a)?(?(1)b|c)", "at character 5"),
        ("(?|a|b)", "at character 1"),
        ("(?#comment)", "at character 1"),
        ("a(?i)b", "at character 2"),
        ("(?V1)a", "at character 1"),
        ("(?x)a", "at character 1"),
        ("(*FAIL)", "at character 1"),
        ("\\Qa\\E", "at character 1"),
        ("\\K", "at character 1"),
        ("\\X", "at character 1"),
        ("\\G", "at character 1"),
        ("\\L<x>", "at character 1"),
        ("\\N{DIGIT ONE}", "at character 1"),
        ("[[a-z]--[aeiou]]", "at character 1"),
        ("(" * 21 + "a" + ")" * 21, "nests more than 20 groups"),
    ],
)
def test_what_is_outside_the_dialect_is_refused(pattern: str, words: str) -> None:
    with pytest.raises(InvalidQuery, match=words):
        searcher(pattern, "")


@pytest.mark.parametrize(
    "pattern",
    [
        "(?:" * 12 + "a" + "){2}" * 12,
        "(?:" * 20 + "a" + ")+" * 20,
        "(?:(?:(?:a{9}){99}){99}){99}",
        "(?:(?:a{999}b{999}c){999})",
        "(?: (?: a{99} ) {99} # ) \n ) {99}",
        "(?:(?:[)]{99}){99}){99}",
        "(?:(?:\\){99}){99}){99}",
        "#(?:(?:(?:a{99}){99}){99})",
        "(?:(?:(?:a{99}# ){99} #){99})",
        "a{9999}b{9999}c{9999}",
    ],
)
def test_repetitions_that_would_fill_the_memory_are_refused_before_they_are_compiled(pattern: str) -> None:
    with pytest.raises(InvalidQuery, match="repeats too much; lower the numbers in its braces"):
        searcher(pattern, "x" if "\n" in pattern else "")


@pytest.mark.parametrize(
    "pattern",
    [
        "(?:" * 20 + "a" + ")*" * 20,
        "\\d+-\\d+-\\d+-\\d+-\\d+-\\d+-\\d+-\\d+-\\d+",
        "(?:[a-z]{1,63}\\.){1,8}[a-z]{2,63}",
    ],
)
def test_honest_repetitions_are_allowed(pattern: str) -> None:
    assert searcher(pattern, "")("") in (True, False)


def test_a_pattern_may_be_as_long_as_its_limit() -> None:
    assert searcher("a" * 512, "")("a" * 512) is True


def test_a_long_search_gives_the_same_answer_as_a_brisk_one() -> None:
    search = searcher("\\w+\\s\\d", "")
    assert search("lorem ipsum " * 40_000) is False
    assert search("lorem ipsum " * 40_000 + "a 1") is True


def test_a_search_that_takes_too_long_is_ended() -> None:
    search = searcher("(a|aa)+$", "")
    assert search("a" * 60) is True
    with pytest.raises(InvalidQuery, match=r"takes longer than 0\.25 s on one value; repetitions inside repetitions"):
        search("a" * 60 + "b")
