"""Working days against a hand-written table of bank holidays, and every unit of time against a walk through the days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_holidays import BANK_HOLIDAYS
from naive_dates import due_day
from profiles import examples
from quips.workdays import FIRST_YEAR, LAST_YEAR, add, working_days


def day_after(start: str, value: int, unit: str) -> str:
    return date.fromordinal(add(date.fromisoformat(start).toordinal(), value, unit)).isoformat()


@pytest.mark.parametrize("year", BANK_HOLIDAYS)
def test_weekdays_off_are_the_bank_holidays_of_the_year(year: int) -> None:
    known = {day for decade in range(2000, 2030, 10) for day in working_days(decade)}
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365 + (year % 4 == 0))]
    off = {day for day in days if day.weekday() < 5 and day.toordinal() not in known}
    assert off == BANK_HOLIDAYS[year]


def test_no_weekend_is_a_working_day() -> None:
    assert {date.fromordinal(day).weekday() for day in working_days(2000)} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    "holiday",
    ["2011-04-29", "2012-06-04", "2012-06-05", "2020-05-08", "2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08"],
)
def test_one_off_holidays_are_skipped(holiday: str) -> None:
    assert day_after((date.fromisoformat(holiday) - timedelta(days=1)).isoformat(), 1, "working_days") > holiday


@pytest.mark.parametrize("day", ["2012-05-28", "2020-05-04", "2022-05-30", "2010-04-01"])
def test_days_that_a_holiday_moved_away_from_are_worked(day: str) -> None:
    """The late May holiday of 2012 and 2022 and the early May one of 2020 moved; Maundy Thursday is none."""
    assert date.fromisoformat(day).toordinal() in {day for decade in range(2000, 2030, 10) for day in working_days(decade)}


@pytest.mark.parametrize(
    ("start", "value", "unit", "due"),
    [
        ("2010-01-31", 1, "months", "2010-02-28"),
        ("2012-01-31", 1, "months", "2012-02-29"),
        ("2010-01-31", 2, "months", "2010-03-31"),
        ("2010-03-31", 1, "months", "2010-04-30"),
        ("2009-08-31", 6, "months", "2010-02-28"),
        ("2010-12-15", 1, "months", "2011-01-15"),
        ("2012-02-29", 12, "months", "2013-02-28"),
        ("2010-11-30", 3, "months", "2011-02-28"),
        ("2010-03-01", 16, "weeks", "2010-06-21"),
        ("2010-03-01", 15, "days", "2010-03-16"),
        ("2010-03-01", 5, "working_days", "2010-03-08"),
        ("2010-04-01", 1, "working_days", "2010-04-06"),
        ("2010-04-03", 1, "working_days", "2010-04-06"),
        ("2010-12-24", 3, "working_days", "2010-12-31"),
        ("2010-03-06", 0, "working_days", "2010-03-06"),
    ],
)
def test_due_day_when_counted_by_hand(start: str, value: int, unit: str, due: str) -> None:
    assert day_after(start, value, unit) == due


def test_months_are_counted_from_the_start_and_not_from_a_clamped_day() -> None:
    clamped = day_after("2010-01-31", 1, "months")
    assert day_after("2010-01-31", 2, "months") == "2010-03-31"
    assert day_after(clamped, 1, "months") == "2010-03-28"


@examples(8)
@given(
    st.dates(date(2006, 1, 1), date(2022, 6, 30)),
    st.integers(0, 70),
    st.sampled_from(["days", "weeks", "months", "working_days"]),
)
def test_due_day_is_that_of_a_walk_through_the_days(start: date, value: int, unit: str) -> None:
    value = value % 13 if unit == "months" else value % 40 if unit == "weeks" else value
    assert date.fromordinal(add(start.toordinal(), value, unit)) == due_day(start, value, unit)


@pytest.mark.parametrize("day", [date(FIRST_YEAR - 1, 12, 20), date(LAST_YEAR, 12, 28)])
def test_working_days_outside_the_known_years_are_refused(day: date) -> None:
    with pytest.raises(ValueError, match=f"{FIRST_YEAR} to {LAST_YEAR}"):
        add(day.toordinal(), 10, "working_days")


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="fortnights"):
        add(date(2010, 1, 1).toordinal(), 1, "fortnights")
