"""Time limits counted on the calendar: days, weeks, months and working days of England and Wales.

Days are ordinals of the proleptic Gregorian calendar (``datetime.date.toordinal``). The day that starts a clock is
day 0; the due day is inside the limit, to its end.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache

FIRST_YEAR, LAST_YEAR = 1950, 2069


@lru_cache(maxsize=2**15)
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
    decade = date.fromordinal(day).year // 10 * 10
    known = working_days(decade)
    at = bisect_right(known, day) + value - 1
    while at >= len(known):
        at -= len(known)
        decade += 10
        known = working_days(decade)
    return known[at]


@cache
def working_days(decade: int) -> list[int]:
    """Return the working days of England and Wales in the ten years from a year on, in order, as ordinals.

    Weekends and bank holidays are left out; the two nations share their bank holidays. Decades are worked out as they are
    needed, since most cases need one.

    Args:
        decade: The first of the ten years, such as 2000.

    Raises:
        ValueError: The decade lies outside the years that are known.
    """
    if not FIRST_YEAR <= decade <= LAST_YEAR:
        raise ValueError(f"working days are known from {FIRST_YEAR} to {LAST_YEAR} only")
    # Loaded late: it takes long to import, since each way in to one country loads all, and many a case counts no working days.
    from holidays.countries.united_kingdom import UnitedKingdom

    # The library's class is not typed; a day of its calendar is a date.
    closed: Iterable[date] = UnitedKingdom(subdiv="ENG", years=range(decade, decade + 10))  # type: ignore[no-untyped-call]
    off = {day.toordinal() for day in closed}
    first, last = date(decade, 1, 1).toordinal(), date(decade + 9, 12, 31).toordinal()
    return [day for day in range(first, last + 1) if (day - 1) % 7 < 5 and day not in off]
