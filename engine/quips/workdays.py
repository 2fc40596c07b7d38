"""Time limits counted on the calendar: days, weeks, months and working days of England and Wales.

Days are ordinals of the proleptic Gregorian calendar (``datetime.date.toordinal``). The day that starts a clock is
day 0; the due day is inside the limit, to its end.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from functools import cache

FIRST_YEAR, LAST_YEAR = 1995, 2045


def add(day: int, value: int, unit: str) -> int:
    """Return the day a number of units after a day.

    Args:
        day: The day the clock starts, as an ordinal.
        value: How many units, 0 or more.
        unit: ``days``, ``weeks``, ``months`` or ``working_days``.

    Raises:
        ValueError: The unit is not one of these, or a working day lies outside the years that are known.

    Example:
        >>> date.fromordinal(add(date(2010, 1, 31).toordinal(), 1, "months")).isoformat()
        '2010-02-28'
    """
    if unit == "days":
        return day + value
    if unit == "weeks":
        return day + 7 * value
    if unit == "months":
        return _add_months(day, value)
    if unit == "working_days":
        return _add_working_days(day, value)
    raise ValueError(f"unknown unit of time: {unit}")


def _add_months(day: int, months: int) -> int:
    """Months clamp to the month's end: 31 January and one month is 28 February."""
    start = date.fromordinal(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()


def _add_working_days(day: int, value: int) -> int:
    if value == 0:
        return day
    known = working_days()
    at = bisect_right(known, day) + value - 1
    if day < known[0] or at >= len(known):
        raise ValueError(f"working days are known from {FIRST_YEAR} to {LAST_YEAR} only")
    return known[at]


@cache
def working_days() -> list[int]:
    """Return every working day of England and Wales that is known, in order, as ordinals.

    Weekends and bank holidays are left out; the two nations share their bank holidays.
    """
    from holidays.countries.united_kingdom import UnitedKingdom

    closed: Iterable[date] = UnitedKingdom(subdiv="ENG", years=range(FIRST_YEAR, LAST_YEAR + 1))  # type: ignore[no-untyped-call]
    off = {day.toordinal() for day in closed}
    first, last = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal()
    return [day for day in range(first, last + 1) if (day - 1) % 7 < 5 and day not in off]
