"""When a job fires, as a pure function of time.

Every process that serves a project must find the same instants, because the instant is what makes a scheduled run
unique. So nothing here depends on when a process was started.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from runtime.model.specs import JobSpec
from runtime.model.weekdays import weekdays

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TICK: Final = timedelta(microseconds=1)


class Timetable(Protocol):
    """The instants at which a job fires. All of them are in UTC."""

    def after(self, moment: datetime) -> datetime | None:
        """Return the first instant later than `moment`; None where there is none any more."""

    def latest(self, after: datetime, until: datetime) -> datetime | None:
        """Return the last instant later than `after` and not later than `until`, however many lie between."""


@dataclass(frozen=True)
class Cron:
    """`minute hour day month weekday`, as cron(8) has it, on the clocks of a time zone.

    Where day and weekday are both restricted, either is enough. Weekdays are 0–7 (0 and 7 are Sunday) or names.
    When clocks go forward, a time that is left out fires as much later as they were moved. When they go back, a
    time of day that comes twice fires the first time only, unless the hour is `*` or `*/n`: such jobs are wanted at
    a steady rhythm and fire through both hours.
    """

    expression: str
    zone: tzinfo

    @cached_property
    def _steady(self) -> bool:
        return self.expression.split()[1].startswith("*")

    @cached_property
    def _triggers(self) -> tuple[Any, ...]:
        fields = self.expression.split()
        if len(fields) != 5:
            raise ValueError(f"a cron expression has 5 fields (minute hour day month weekday), not {len(fields)}")
        minute, hour, day, month, weekday = fields
        # APScheduler 3 counts from Monday, so that it is given names only.
        names = weekdays(weekday)
        times = {"minute": minute, "hour": hour, "month": month, "second": 0, "timezone": self.zone}
        if day.startswith("*") or weekday.startswith("*"):
            return (CronTrigger(day=day, day_of_week=names, **times),)
        return CronTrigger(day=day, **times), CronTrigger(day="*", day_of_week=names, **times)

    def after(self, moment: datetime) -> datetime | None:
        """Return the first instant later than `moment`."""
        found = self._following(moment)
        while found is not None and not self._steady and found.astimezone(self.zone).fold:
            found = self._following(found)
        return found

    def latest(self, after: datetime, until: datetime) -> datetime | None:
        """Return the last instant in (after, until].

        Looks back over windows that double, so that a clock which jumps by years costs no more than a few steps.
        """
        window = timedelta(minutes=1)
        while True:
            start = max(after, until - window)
            if (found := self.after(start)) is not None and found <= until:
                break
            if start == after:
                return None
            window *= 2
        while (following := self.after(found)) is not None and following <= until:
            found = following
        return found

    def _following(self, moment: datetime) -> datetime | None:
        times = [trigger.get_next_fire_time(None, moment + TICK) for trigger in self._triggers]
        # A time that the clocks leave out compares by its wall clock; as UTC it is the instant that is meant.
        return min((time.astimezone(UTC) for time in times if time is not None), default=None)


@dataclass(frozen=True)
class Every:
    """A fixed period, counted from the epoch: `1h` fires at every full hour UTC, whenever the server was started."""

    period: timedelta

    def after(self, moment: datetime) -> datetime | None:
        """Return the first instant later than `moment`."""
        return EPOCH + ((moment - EPOCH) // self.period + 1) * self.period

    def latest(self, after: datetime, until: datetime) -> datetime | None:
        """Return the last instant in (after, until]."""
        last = EPOCH + (until - EPOCH) // self.period * self.period
        return last if last > after else None


@dataclass(frozen=True)
class At:
    """One instant."""

    instant: datetime

    def after(self, moment: datetime) -> datetime | None:
        """Return the instant if it is later than `moment`."""
        return self.instant if self.instant > moment else None

    def latest(self, after: datetime, until: datetime) -> datetime | None:
        """Return the instant if it lies in (after, until]."""
        return self.instant if after < self.instant <= until else None


def timetable(spec: JobSpec) -> Timetable | None:
    """Return when a job fires; None for one that is only enqueued.

    Raises ValueError where the cron expression, the time or the time zone is none.
    """
    try:
        zone = UTC if spec.timezone == "UTC" else ZoneInfo(spec.timezone)
    except (KeyError, OSError) as error:
        raise ValueError(f"there is no time zone {spec.timezone!r}; use a name such as Europe/Berlin") from error
    if spec.cron is not None:
        cron = Cron(spec.cron, zone)
        cron.after(EPOCH)
        return cron
    if spec.every_s is not None:
        period = timedelta(seconds=spec.every_s)
        if period <= timedelta():
            raise ValueError("a job's period must be longer than nothing")
        return Every(period)
    if spec.at is not None:
        moment = datetime.fromisoformat(spec.at)
        return At((moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC))
    return None


def next_fire(spec: JobSpec, now: float) -> float | None:
    """Return when a job fires next, at `now` or later, in epoch seconds; None: not any more, or never by itself."""
    return next(iter(next_fires(spec, now, most=1)), None)


def next_fires(spec: JobSpec, now: float, *, most: int) -> list[float]:
    """Return when a job fires from `now` on, the first `most` times at most, in epoch seconds."""
    table = timetable(spec)
    moment: datetime | None = datetime.fromtimestamp(now, UTC) - TICK
    found: list[float] = []
    while table is not None and len(found) < most and moment is not None:
        moment = table.after(moment)
        if moment is not None:
            found.append(moment.timestamp())
    return found
