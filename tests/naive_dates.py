"""The calendar counted by walking it one day at a time; no arithmetic is shared with the engine."""

from __future__ import annotations

from datetime import date, timedelta

from bank_holidays import EVERY_BANK_HOLIDAY

ONE_DAY = timedelta(days=1)
SATURDAY = 5


def due_day(start: date, value: int, unit: str) -> date:
    """Return the last day inside a limit that starts on a day: that day is day 0 [3]."""
    match unit:
        case "days":
            return _walk(start, value)
        case "weeks":
            return _walk(start, value * 7)
        case "working_days":
            return _walk_working_days(start, value)
        case "months":
            return _walk_months(start, value)
    raise AssertionError(unit)


def _walk(start: date, days: int) -> date:
    day = start
    for _ in range(days):
        day += ONE_DAY
    return day


def _walk_working_days(start: date, days: int) -> date:
    day, counted = start, 0
    while counted < days:
        day += ONE_DAY
        if day.weekday() < SATURDAY and day not in EVERY_BANK_HOLIDAY:
            counted += 1
    return day


def _walk_months(start: date, months: int) -> date:
    """Walk to the month, then to the same day of it, or to its last day if it has no such day."""
    if months == 0:
        return start
    day, passed = start, 0
    while passed < months:
        day += ONE_DAY
        if day.day == 1:
            passed += 1
    while day.day < start.day and (day + ONE_DAY).day != 1:
        day += ONE_DAY
    return day
