"""Jobs: what starts them, and that it ever will."""

import re
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from apscheduler.triggers.cron import CronTrigger

from runtime.model.weekdays import NotWeekdays, weekdays
from runtime.settings.checks.code import check_job_file
from runtime.settings.checks.json_schemas import check_json_schema
from runtime.settings.checks.outline import Outline
from runtime.settings.checks.permissions import check_principal
from runtime.settings.measures import size_bytes
from runtime.settings.problems import Report, is_absent, listed, quoted, suggest
from runtime.settings.tree import Node

TRIGGERS: Final = ("cron", "every", "at")
OUTCOMES: Final = ("started", "progress", "complete", "failed")
_KEY = re.compile(r"\$user\.id|\$input((\.\w+)+)")
_LEAST_MEMORY: Final = 64 * 1024**2
"""What the interpreter and the server's own code need before a job's file is loaded: 40 MiB, measured on Linux."""
_PARAMETER = re.compile(r"\{(\w+)\}")
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_CRON_REMEDY: Final = 'Write minute, hour, day, month, weekday: "0 6 * * mon-fri" is six o\'clock on weekdays.'


def check_job(job: Node, outline: Outline, report: Report) -> None:
    """Report what is wrong with one job."""
    file = job.get("file")
    if file is not None:
        check_job_file(file, outline.folder, report)
    _check_triggers(job, report)
    _check_needs(job, report)
    _check_concurrency(job, report)
    permissions = job.get("permissions")
    for principal, granted in permissions.members.items() if permissions else ():
        check_principal(granted, principal, outline, report, admin=True)
    schema = job.get("input")
    if schema is not None:
        check_json_schema(schema, report)
    _check_events(job, outline, report)


def _check_triggers(job: Node, report: Report) -> None:
    given = [job.members[key] for key in TRIGGERS if key in job.members]
    names = [key for key in TRIGGERS if key in job.members]
    for extra in given[1:]:
        report.at_key(
            extra, f"a job has one trigger, and this has {listed(names)}", "Keep one of them, or make two jobs."
        )
    cron, at, zone, schema = (job.get(key) for key in ("cron", "at", "timezone", "input"))
    if cron is not None and cron.text is not None:
        _check_cron(cron, cron.text, report)
    if at is not None and at.text is not None:
        _check_moment(at, at.text, report)
    if zone is not None and zone.text is not None:
        _check_zone(zone, zone.text, report)
        if is_absent(job, "cron") and is_absent(job, "at"):
            report.at_key(zone, "a time zone means nothing without cron or at", "Remove it.")
    required = schema.get("required") if schema else None
    if given and required is not None and required.elements:
        message = (
            f"its trigger gives the job no input, but it requires {listed(str(e.value) for e in required.elements)}"
        )
        report.at(required, message, "Remove the trigger, or require nothing.")


def _check_needs(job: Node, report: Report) -> None:
    """Report what means nothing without something else."""
    for key in ("catchUp", "jitter"):
        if key in job.members and all(is_absent(job, trigger) for trigger in TRIGGERS):
            report.at_key(job.members[key], f"{key} means nothing without cron, every or at", "Remove it.")
    memory = job.get("memory")
    if memory is not None and is_absent(job, "isolate"):
        report.at_key(memory, "memory is a limit of jobs with a process of their own", "Add isolate: process.")
    elif memory is not None and memory.text is not None and _is_too_little(memory.text):
        report.at(memory, f"{quoted(memory.text)} is less than Python itself takes", "Write 64MiB or more.")


def _is_too_little(memory: str) -> bool:
    try:
        return size_bytes(memory) < _LEAST_MEMORY
    except ValueError:  # the schema says what is wrong with it
        return False


def _check_concurrency(job: Node, report: Report) -> None:
    concurrency, overlap = job.get("concurrency"), job.get("overlap")
    if concurrency is None:
        return
    if overlap is not None and overlap.text == "allow":
        report.at(overlap, "overlap: allow sets no limit, and concurrency sets one", "Keep one of them.")
    key = concurrency.get("key")
    if key is None or key.text is None:
        return
    found = _KEY.fullmatch(key.text)
    if found is None:
        remedy = "Write $input.articleId, a property of the job's input, or $user.id, who asked for the run."
        report.at(key, f"{quoted(key.text)} is no key", remedy)
        return
    schema = job.get("input")
    properties = schema.get("properties") if schema else None
    first = found[1].split(".")[1] if found[1] else None
    if first is not None and properties is not None and first not in properties.members:
        known = list(properties.members)
        remedy = suggest(first, known, otherwise=f"The job's input has {listed(known)}.")
        report.at(key, f"nothing says what {quoted(first)} is", remedy)


def _check_cron(node: Node, text: str, report: Report) -> None:
    parts = text.split()
    if len(parts) != 5:
        report.at(node, f"{quoted(text)} is not cron: it has 5 parts, not {len(parts)}", _CRON_REMEDY)
        return
    minute, hour, day, month, weekday = parts
    try:
        weekdays(weekday)
    except NotWeekdays as wrong:
        remedy = "Write names such as mon-fri, or 0 to 7 from Sunday."
        report.at(node, f"{quoted(wrong.part)} is not a weekday of cron", remedy)
        return
    try:
        trigger: Any = CronTrigger.from_crontab(f"{minute} {hour} {day} {month} *", timezone=UTC)
    except ValueError as error:
        report.at(node, f"{quoted(text)} is not cron: {_lowered(str(error))}", _CRON_REMEDY)
        return
    # where a weekday is given too, either is enough
    only_days = weekday.startswith("*")
    if only_days and trigger.get_next_fire_time(None, _LONG_AGO) is None:
        report.at(node, f"{quoted(text)} never comes: no such day is in that month", "Correct the day or the month.")


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _check_moment(node: Node, text: str, report: Report) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        valid = False
    else:
        valid = "T" in text
    if not valid:
        report.at(node, f"{quoted(text)} is not a moment", "Write date and time: 2026-12-24T18:00:00.")


def _check_zone(node: Node, text: str, report: Report) -> None:
    try:
        ZoneInfo(text)
    except (KeyError, OSError, ValueError):
        remedy = suggest(text, available_timezones(), otherwise="Write a name such as Europe/Berlin.")
        report.at(node, f"there is no time zone {quoted(text)}", remedy)


def _check_events(job: Node, outline: Outline, report: Report) -> None:
    events = job.get("events")
    channel = events.get("channel") if events else None
    if events is None or channel is None or channel.text is None:
        return
    schema = job.get("input")
    properties = schema.get("properties") if schema else None
    known = ["userId", *(properties.members if properties else ())]
    for parameter in _PARAMETER.findall(channel.text):
        if parameter not in known:
            otherwise = (
                f"Use {{userId}}, who asked for the run, or a property of the job's input; known: {listed(known)}."
            )
            report.at(channel, f"nothing says what {{{parameter}}} is", suggest(parameter, known, otherwise=otherwise))
            return
    declared = outline.channel(_PARAMETER.sub("x", channel.text))
    if declared is None:
        if outline.channel_names.complete:
            remedy = suggest(channel.text, outline.channels, otherwise="Declare it under channels in config.yml.")
            report.at(channel, f"there is no channel {quoted(channel.text)}", remedy)
        return
    prefix, types = events.text_at("prefix"), declared.get("events")
    unknown = [f"{prefix}_{outcome}" for outcome in OUTCOMES if types and f"{prefix}_{outcome}" not in types.members]
    if prefix is not None and types is not None and types.members and unknown:
        message = f"the channel {quoted(channel.text)} would refuse these messages: {listed(unknown)}"
        report.at(channel, message, "Add these types to the channel's events.")
