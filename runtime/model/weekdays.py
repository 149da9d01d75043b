"""The weekdays of a cron expression, as cron(8) counts them: 0 is Sunday, and so is 7."""

from typing import Final

WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class NotWeekdays(ValueError):
    """A part of the field means nothing; `part` is that part."""

    def __init__(self, part: str, why: str) -> None:
        super().__init__(f"{part!r} in a cron expression's weekdays {why}")
        self.part = part


def weekdays(field: str) -> str:
    """Return cron's weekday field in names: `1-5` becomes `mon,tue,wed,thu,fri`. Ranges may wrap (`fri-mon`).

    Raises NotWeekdays for the first part that means nothing.
    """
    if field == "*":
        return field
    days = {day for part in field.split(",") for day in _range(part)}
    return ",".join(name for number, name in enumerate(WEEKDAYS) if number in days)


def _range(part: str) -> list[int]:
    span, slash, step = part.partition("/")
    first, dash, last = ("0", "-", "6") if span == "*" else span.partition("-")
    start = _weekday(first, part) % 7
    end = _weekday(last, part) if dash else (6 if slash else start)
    if end < start:
        end += 7
    if slash and not (step.isdecimal() and int(step) > 0):
        raise NotWeekdays(part, "has a step that is no positive number")
    return [day % 7 for day in range(start, end + 1, int(step or 1))]


def _weekday(text: str, part: str) -> int:
    if text.isascii() and text.isdecimal() and int(text) <= len(WEEKDAYS):
        return int(text)
    if text.lower() in WEEKDAYS:
        return WEEKDAYS.index(text.lower())
    raise NotWeekdays(part, f"is neither 0–7 nor {', '.join(WEEKDAYS)}")
