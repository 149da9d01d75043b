"""What is said about mistakes in YAML itself: syntax, includes, variables."""

from collections.abc import Callable

import pytest

IN_CONFIG = [
    pytest.param(
        "port: 8090", "port: ${PORT:-x}", "4:9", "port must be a whole number, not text", "Write a whole number."
    ),
    pytest.param(
        "collections: !include collections/*.yml",
        "collections: collections/*.yml",
        "27:14",
        "collections must be a list, not text",
        "Write collections: !include",
    ),
    pytest.param(
        "!include jobs/*.yml",
        "!include job/*.yml",
        "28:7",
        'there is no folder "job" to include from',
        'Did you mean "jobs"?',
    ),
    pytest.param(
        "!include jobs/*.yml",
        "!include jobs/nigthly.yml",
        "28:7",
        'there is no file "jobs/nigthly.yml" to include',
        'Did you mean "nightly.yml"?',
    ),
    pytest.param(
        "!include jobs/*.yml",
        "!include ../jobs/*.yml",
        "28:7",
        '!include "../jobs/*.yml" leaves the folder of its',
        "Name a file inside the project,",
    ),
    pytest.param(
        "!include jobs/*.yml",
        "!include /etc/passwd",
        "28:7",
        '!include "/etc/passwd" is an absolute path',
        "Name a file inside the project,",
    ),
    pytest.param(
        "!include jobs/*.yml",
        "!include config.yml",
        "28:7",
        "the file includes itself: config.yml → config.yml",
        "Take one of these includes out.",
    ),
    pytest.param(
        "!include jobs/*.yml",
        "!includ jobs/*.yml",
        "28:7",
        'the tag "!includ" is not known here',
        "Leave it out; !include is the only tag.",
    ),
    pytest.param(
        "!include jobs/*.yml",
        "!include jobs/*.py",
        "28:7",
        '"jobs/count.py" is not a YAML file',
        "Include files that end with .yml, .yaml",
    ),
    pytest.param(
        "hooks: {timeout: 5s, threads: 8}",
        "hooks: {timeout: 5s, threads: 8}\nhooks: {}",
        "13:1",
        '"hooks" is there twice: first at config.yml:12:1',
        "Remove one of the two.",
    ),
    pytest.param(
        "${STORAGE:-sqlite:data/shop.db}",
        "${STORAGE}",
        "8:10",
        "the variable STORAGE is not set",
        "Set STORAGE in the environment or in",
    ),
    pytest.param(
        "${STORAGE:-sqlite:data/shop.db}",
        "${STORAGE",
        "8:10",
        "a ${ is not followed by a variable's name and a }",
        "Write ${NAME} or ${NAME:-default}, with",
    ),
    pytest.param(
        "{sessionTTL: 5d,",
        "{sessionTTL: ${TTL:-5d},",
        "9:21",
        "this is not YAML",
        "Inside { } and [ ] put the variable in",
    ),
    pytest.param("  port: 8090", "\tport: 8090", "4:1", "this is not YAML", "Indent with spaces: YAML refuses tabs."),
    pytest.param(
        "label: Shop", "label: Shop: the best", "2:19", "this is not YAML", "Inside { } and [ ] quote text that has"
    ),
    pytest.param(
        "namespace: shop",
        "namespace: ${NS:-Shop}",
        "1:12",
        '"Shop" is not a namespace',
        "Start with a small letter; then small",
    ),
    pytest.param("jobs: !include", "jbos: !include", "28:1", 'unknown key "jbos"', 'Did you mean "jobs"?'),
    pytest.param(
        "jobs: !include jobs/*.yml",
        "jobs: [5]",
        "28:8",
        "an item of jobs must be a mapping, not the number 5",
        'Write "key: value" lines.',
    ),
    pytest.param(
        "jobs: !include jobs/*.yml",
        "jobs: {name: x}",
        "28:7",
        "jobs must be a list, not a mapping",
        'Begin each item with "- ".',
    ),
]

IN_A_COLLECTION = [
    pytest.param(
        "name: products\n",
        "name: products\n<<: {virtual: false}\n",
        "2:1",
        "merge keys (<<) are not part of YAML 1.2",
        "Write the keys out; an alias (*name)",
    ),
    pytest.param(
        "name: products\n", "? [a]\n: b\nname: products\n", "1:3", "a key must be a word", "Write it as plain text."
    ),
    pytest.param(
        "name: products\n",
        "name: *x\n",
        "1:7",
        "there is no anchor &x above",
        "Write the value out, or name an anchor.",
    ),
    pytest.param(
        "max: 1000",
        "max: .inf",
        "7:46",
        ".inf is not a number that JSON can hold",
        "Write a smaller number, or put it in",
    ),
    pytest.param(
        "max: 1000",
        "max: 99999999999999999999",
        "7:46",
        "the number is beyond 64 bits",
        "Write a smaller number, or put it in",
    ),
    pytest.param(
        "max: 1000",
        "max: !!float 1000",
        "7:46",
        'the tag "!!float" is not known here',
        "Leave it out; !include is the only tag.",
    ),
    pytest.param("hooks:\n", "- x\nhooks:\n", "24:1", "this is not YAML", "Check indentation, quotes and brackets"),
]


@pytest.mark.parametrize(("old", "new", "place", "message", "remedy"), IN_CONFIG)
def test_a_mistake_in_the_yaml_of_the_config_is_told_once_at_its_place(
    assert_told: Callable[..., None], old: str, new: str, place: str, message: str, remedy: str
) -> None:
    assert_told("config.yml", old, new, place=place, message=message, remedy=remedy)


@pytest.mark.parametrize(("old", "new", "place", "message", "remedy"), IN_A_COLLECTION)
def test_a_mistake_in_the_yaml_of_a_collection_is_told_once_at_its_place(
    assert_told: Callable[..., None], old: str, new: str, place: str, message: str, remedy: str
) -> None:
    assert_told("collections/products.yml", old, new, place=place, message=message, remedy=remedy)
