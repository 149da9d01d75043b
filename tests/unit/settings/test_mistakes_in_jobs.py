"""What is said about each mistake in a job."""

from collections.abc import Callable

import pytest

MISTAKES = [
    pytest.param(
        "name: print",
        "name: count",
        "5:9",
        'the job "count" is declared twice: first at',
        "Rename or remove one of the two.",
    ),
    pytest.param("1-5", "1-9", "3:9", '"1-9" is not a weekday of cron', "Write names such as mon-fri, or 0 to 7"),
    pytest.param(
        "0 6 * * 1-5",
        "61 6 * * *",
        "3:9",
        '"61 6 * * *" is not cron: error validating',
        "Write minute, hour, day, month,",
    ),
    pytest.param(
        "0 6 * * 1-5",
        "0 6 * *",
        "3:9",
        '"0 6 * *" is not cron: it has 5 parts, not 4',
        "Write minute, hour, day, month,",
    ),
    pytest.param(
        "0 6 * * 1-5", "@daily", "3:9", '"@daily" is not cron: it has 5 parts, not 1', "Write minute, hour, day, month,"
    ),
    pytest.param(
        "0 6 * * 1-5",
        "0 6 31 2 *",
        "3:9",
        '"0 6 31 2 *" never comes: no such day is in that',
        "Correct the day or the month.",
    ),
    pytest.param(
        "Europe/Berlin", "Europe/Berln", "4:13", 'there is no time zone "Europe/Berln"', 'Did you mean "Europe/Berlin"?'
    ),
    pytest.param(
        "  timezone: Europe/Berlin\n",
        "  every: 30s\n",
        "4:3",
        "a job has one trigger, and this has cron, every",
        "Keep one of them, or make two jobs.",
    ),
    pytest.param(
        '  cron: "0 6 * * 1-5"\n  timezone: Europe/Berlin\n',
        "  at: 2026-12-24\n",
        "3:7",
        '"2026-12-24" is not a moment',
        "Write date and time:",
    ),
    pytest.param(
        "Europe/Berlin\n",
        "Europe/Berlin\n  colour: red\n",
        "5:3",
        'unknown key "colour"',
        "Remove it; known here: name,",
    ),
    pytest.param(
        "Europe/Berlin\n",
        "Europe/Berlin\n  retries: {backoff: 5s}\n",
        "5:3",
        '"max" is missing',
        'Add "max": How often a failed run is',
    ),
    pytest.param(
        "Europe/Berlin\n", "Europe/Berlin\n  overlap: skp\n", "5:12", 'overlap cannot be "skp"', 'Did you mean "skip"?'
    ),
    pytest.param(
        "type: object, required: [product]",
        "type: objekt, required: [product]",
        "7:17",
        '"objekt" is not a type of JSON Schema',
        'Did you mean "object"?',
    ),
    pytest.param(
        "role:clerk: true", "role:clark: true", "8:17", 'there is no role "clark"', 'Did you mean "role:clerk"?'
    ),
    pytest.param(
        "role:clerk: true",
        "role:clerk: false",
        "8:29",
        "role:clerk must be true, not false",
        "Write true, or leave the line out.",
    ),
    pytest.param("user:{userId}", "user:{user}", "9:21", "nothing says what {user} is", 'Did you mean "userId"?'),
    pytest.param(
        "user:{userId}", "usr:{userId}", "9:21", 'there is no channel "usr:{userId}"', 'Did you mean "user:{userId}"?'
    ),
    pytest.param(
        "user:{userId}",
        "floor",
        "9:21",
        'the channel "floor" would refuse these messages:',
        "Add these types to the channel's events.",
    ),
    pytest.param("prefix: printing", "prefx: printing", "9:38", 'unknown key "prefx"', 'Did you mean "prefix"?'),
    pytest.param(
        "  input:",
        "  every: 5m\n  input:",
        "8:35",
        "its trigger gives the job no input, but it requires",
        "Remove the trigger, or require nothing.",
    ),
    pytest.param(
        "- name: count\n  file: jobs/count.py",
        "- name: count\n  file: jobs/cuont.py",
        "2:9",
        'there is no file "jobs/cuont.py"',
        'Did you mean "jobs/count.py"?',
    ),
    pytest.param(
        "- name: count\n  file: jobs/count.py",
        "- name: count\n  file: jobs/count.py:run",
        "2:9",
        '"jobs/count.py:run" is not a Python file',
        "Write the file alone: jobs/count.py;",
    ),
    pytest.param(
        "- name: count\n  file: jobs/count.py",
        "- name: count\n  file: hooks/products.py",
        "2:9",
        '"hooks/products.py" is not under jobs/',
        "Put the file there and write",
    ),
    pytest.param('  cron: "0 6 * * 1-5"\n', "", "3:3", "a time zone means nothing without cron or at", "Remove it."),
    pytest.param('cron: "0 6 * * 1-5"', "at: tomorrow", "3:7", '"tomorrow" is not a moment', "Write date and time:"),
    pytest.param("Europe/Berlin", "/etc/hosts", "4:13", 'there is no time zone "/etc/hosts"', "Write a name such as"),
    pytest.param(
        "file: jobs/count.py\n  cron",
        "file: 'jobs\\count.py'\n  cron",
        "2:9",
        "forward slashes",
        "Write it like jobs/name.py.",
    ),
    pytest.param(
        "file: jobs/count.py\n  cron",
        "file: jobs/../count.py\n  cron",
        "2:9",
        "leaves the project",
        "Put the file under jobs/",
    ),
    pytest.param(
        "file: jobs/count.py\n  cron",
        "file: jobs/other.py\n  cron",
        "2:9",
        "there is no file",
        "Create it with a function run(ctx)",
    ),
    pytest.param(
        "name: print\n",
        "name: print\n  catchUp: once\n",
        "6:3",
        "catchUp means nothing without cron, every or at",
        "Remove it.",
    ),
    pytest.param(
        "name: print\n",
        "name: print\n  jitter: 5s\n",
        "6:3",
        "jitter means nothing without cron, every or at",
        "Remove it.",
    ),
    pytest.param(
        "name: print\n",
        "name: print\n  priority: urgent\n",
        "6:13",
        '"urgent"',
        "normal",
    ),
    pytest.param(
        "name: print\n",
        "name: print\n  memory: 256MiB\n",
        "6:3",
        "memory is a limit of jobs with a process of their own",
        "Add isolate: process.",
    ),
    pytest.param(
        "name: print\n",
        "name: print\n  isolate: process\n  memory: 1MiB\n",
        "7:11",
        '"1MiB" is less than Python itself takes',
        "Write 64MiB or more.",
    ),
    pytest.param(
        "name: print\n",
        "name: print\n  overlap: allow\n  concurrency: {max: 2}\n",
        "6:12",
        "overlap: allow sets no limit, and concurrency sets one",
        "Keep one of them.",
    ),
    pytest.param(
        "name: print\n",
        "name: print\n  concurrency: {max: 2, key: product}\n",
        "6:30",
        '"product" is no key',
        "Write $input.articleId, a property of the job's input, or $user.id",
    ),
    pytest.param(
        "name: print\n",
        "name: print\n  concurrency: {max: 2, key: $input.produkt}\n",
        "6:30",
        'nothing says what "produkt" is',
        'Did you mean "product"?',
    ),
    pytest.param(
        "role:clerk: true",
        "clerk: true",
        "8:17",
        '"clerk" is nobody to give permissions to',
        'Did you mean "role:clerk"?',
    ),
]


@pytest.mark.parametrize(("old", "new", "place", "message", "remedy"), MISTAKES)
def test_a_mistake_in_a_job_is_told_once_at_its_place(
    assert_told: Callable[..., None], old: str, new: str, place: str, message: str, remedy: str
) -> None:
    assert_told("jobs/nightly.yml", old, new, place=place, message=message, remedy=remedy)
