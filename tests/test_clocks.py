"""When a clock starts: the n-th entry by trying everything that may be so, and changes of circumstance by a walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from building import Json, statuses
from naive_dates import due_day
from picking import Pick
from profiles import examples
from strategies import day

Draw = Callable[[st.SearchStrategy[Any]], Any]

_LAST = 24
_AS_AT = day(_LAST)
_STARTED, _DOUBTFUL, _NONE = "missing", "cannot_tell", "not_applicable"
"""What a rule says that asks for something that was never done: the clock has started, may have, or has not."""


def asks(clock: Any) -> Json:
    return {"from": clock, "expect": {"activity": "conviction"}}


# The n-th ------------------------------------------------------------------------------------------------------------


@st.composite
def nth_problems(draw: Draw) -> tuple[Json, list[Json], list[int]]:
    """A clock that starts with the n-th absence that was not excused, the absences, and the days that set the count back."""
    pick = Pick(draw)
    clock: Json = {"each": "absence", "where": {"excused": False}, "nth": pick.between(2, 3)}
    if pick.chance():
        clock["in"] = pick.of(["5 days", "2 weeks", "3 working_days"])
    if pick.chance():
        clock["since"] = "breach"
    days: list[int | str] = list(pick.some(range(_LAST + 1), 5, 1))
    if pick.chance(4):
        days[0] = "unknown"
    doubtful = pick.of([[], [None]])
    said = [{"on": day(on) if isinstance(on, int) else on, "excused": pick.of([False, False, True, *doubtful])} for on in days]
    return clock, said, pick.some(range(_LAST + 1), 2)


def everything_that_may_be(said: list[Json]) -> Iterator[list[tuple[str, date]]]:
    """The absences that count, in order, in every way in which what is not given may have been."""
    choices = []
    for one in said:
        name = str(one["on"])
        days = [date.fromisoformat(day(n)) for n in range(_LAST + 1)] if name == "unknown" else [date.fromisoformat(name)]
        counts = [one["excused"] is False] if one["excused"] is not None else [True, False]
        choices.append([(name, on) for on in days if True in counts] + [None] * (False in counts))
    for chosen in product(*choices):
        yield sorted((one for one in chosen if one), key=lambda one: one[1])


def nth_of(absences: list[tuple[str, date]], breaches: list[date], clock: Json) -> set[str]:
    """Those at which the count, within its span and since it was last set back, reaches n."""
    found = set()
    for n, (name, on) in enumerate(absences):
        last_breach = max((one for one in breaches if one < on), default=date.min)
        counted = [one for _, one in absences[: n + 1] if one > last_breach and near(one, on, clock)]
        if len(counted) == clock["nth"]:
            found.add(name)
    return found


def near(earlier: date, later: date, clock: Json) -> bool:
    if "in" not in clock:
        return True
    value, unit = clock["in"].split()
    return later <= due_day(earlier, int(value), unit)


@examples(5)
@given(nth_problems())
def test_the_nth_is_sure_only_if_it_is_in_every_way_that_may_be(problem: tuple[Json, list[Json], list[int]]) -> None:
    """Exactly so where each absence has a date; where one has none, the engine may be in doubt more often, never less."""
    clock, said, resets = problem
    breaches = [date.fromisoformat(day(n)) for n in resets] if "since" in clock else []
    ways = [nth_of(absences, breaches, clock) for absences in everything_that_may_be(said)]
    maybe, surely = set().union(*ways), set(ways[0]).intersection(*ways)
    record = [{"absence": {k: v for k, v in one.items() if v is not None}} for one in said]
    record += [{"breach": day(n)} for n in resets]
    found = statuses(asks(clock), {"record": record, "as_at": _AS_AT})
    if any(one["on"] == "unknown" for one in said):
        assert {key for key, status in found.items() if status == _STARTED} <= {f"absence@{on}" for on in surely}
        assert {f"absence@{on}" for on in maybe - {"unknown"}} <= set(found)
        assert found != {"absence": _NONE} or not maybe
    else:
        expected = {f"absence@{on}": _STARTED if on in surely else _DOUBTFUL for on in maybe}
        assert found == (expected or {"absence": _NONE})


def absences(*excused: bool | None) -> Json:
    said = [{"on": day(n), "excused": one} for n, one in enumerate(excused)]
    return {"record": [{"absence": {k: v for k, v in one.items() if v is not None}} for one in said], "as_at": _AS_AT}


_SECOND = {"each": "absence", "where": {"excused": False}, "nth": 2}


def test_an_absence_that_may_not_count_puts_the_second_and_the_third_in_doubt() -> None:
    found = statuses(asks(_SECOND), absences(False, None, False))
    assert found == {f"absence@{day(1)}": _DOUBTFUL, f"absence@{day(2)}": _DOUBTFUL}


def test_an_absence_after_the_second_that_may_not_count_is_no_occasion() -> None:
    assert statuses(asks(_SECOND), absences(False, False, None)) == {f"absence@{day(1)}": _STARTED}


# Changes -------------------------------------------------------------------------------------------------------------


@st.composite
def histories(draw: Draw) -> Any:
    """What a level was from each of several days on; or one level throughout; or nothing."""
    pick = Pick(draw)
    levels = ["low", "medium", "high"]
    days = pick.some(range(30), 5, 1)
    return pick.of([[{"from": day(on), "is": pick.of(levels)} for on in days]] * 5 + [pick.of(levels), None])


@examples(2)
@given(histories())
def test_a_change_starts_the_clock_each_time_it_comes_and_never_by_what_was_first(history: Any) -> None:
    rule = asks({"becomes": {"level": ["medium", "high"]}})
    expected = {"level": _DOUBTFUL if history is None else _NONE}
    if isinstance(history, list):
        seen = sorted((change["from"], change["is"]) for change in history if change["from"] <= _AS_AT)
        changes = [on for (_, old), (on, new) in pairwise(seen) if old == "low" and new != "low"]
        expected = {f"level@{on}": _STARTED for on in changes} or ({"level": _NONE} if seen else {"level": _DOUBTFUL})
    facts = {"level": history} if history is not None else {}
    assert statuses(rule, {"circumstances": facts, "as_at": _AS_AT}) == expected


# The others ----------------------------------------------------------------------------------------------------------


def test_each_order_has_a_clock_of_its_own() -> None:
    facts = {"started": [day(20), day(2), day(40)]}
    found = statuses(asks("started"), {"circumstances": facts, "as_at": _AS_AT})
    assert found == {"started": _STARTED, "started#2": _STARTED, "started#3": "not_yet_due"}


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"release": day(3)}, _STARTED),
        ({"release": day(3), "setting": "community"}, _STARTED),
        ({"release": "not_yet"}, "not_yet_due"),
        ({"release": "not_yet", "setting": "community"}, _NONE),
        ({"release": "none", "setting": "custody"}, _NONE),
        ({"setting": "custody"}, _DOUBTFUL),
        ({"setting": "community"}, _NONE),
        ({}, _DOUBTFUL),
    ],
)
def test_a_clock_runs_where_it_is_relevant_or_its_date_is_given(facts: Json, status: str) -> None:
    """There is no release from a community order; but a date that is given wins."""
    assert statuses(asks("release"), {"circumstances": facts, "as_at": _AS_AT}) == {"release": status}


@pytest.mark.parametrize(("complete", "status"), [(True, _NONE), (False, "not_on_record"), (["delivery"], _NONE)])
def test_no_occasion_on_the_record_is_none_or_unseen(complete: Any, status: str) -> None:
    case = {"record_complete": complete, "as_at": _AS_AT}
    assert statuses(asks({"each": "absence"}), case) == {"absence": status}


def test_something_not_done_starts_a_clock() -> None:
    refused = {"not_done": {"activity": "visit", "on": day(5), "reason": "x", "acceptable": False}}
    excused = {"not_done": {"activity": "plan", "on": day(6), "reason": "x", "acceptable": True}}
    unsaid = {"not_done": {"activity": "plan", "on": day(7), "reason": "x"}}
    rule = asks({"each": "not_done", "where": {"acceptable": False}})
    found = statuses(rule, {"record": [refused, excused, unsaid], "as_at": _AS_AT})
    assert found == {f"not_done@{day(5)}": _STARTED, f"not_done@{day(7)}": _DOUBTFUL}


def test_the_answer_has_to_match_the_entry_that_started_the_clock() -> None:
    rule: Json = {"from": {"each": "absence"}, "expect": {"activity": "visit", "same": ["agency"]}}
    absences = [{"absence": {"on": day(n), "agency": agency}} for n, agency in ((1, "police"), (2, "prison"))]
    record = [*absences, {"visit": {"on": day(9), "agency": "prison"}}]
    found = statuses(rule, {"record": record, "as_at": _AS_AT})
    assert found == {f"absence@{day(1)}": "missing", f"absence@{day(2)}": "met"}
    found = statuses(rule, {"record": [*record, {"visit": {"on": day(10)}}], "as_at": _AS_AT})
    assert found == {f"absence@{day(1)}": "to_judge", f"absence@{day(2)}": "met"}


@pytest.mark.parametrize("offset", range(-2, 3))
def test_circumstances_are_read_on_the_day_the_clock_started(offset: int) -> None:
    rule = {"when": {"flag": True}, **asks("sentenced")}
    started = date.fromisoformat(day(10)) + timedelta(days=offset)
    flag = [{"from": day(10), "is": True}, {"from": day(12), "is": False}]
    status = statuses(rule, {"circumstances": {"sentenced": started.isoformat(), "flag": flag}, "as_at": _AS_AT})["sentenced"]
    assert status == (_DOUBTFUL if offset < 0 else _STARTED if offset < 2 else _NONE)


@pytest.mark.parametrize(("on", "status"), [(9, _STARTED), (10, _STARTED), (11, _NONE), (None, _DOUBTFUL)])
def test_the_record_is_asked_up_to_the_day_the_clock_started(on: int | None, status: str) -> None:
    rule = {"when": {"has": {"activity": "visit", "up_to": "trigger"}}, **asks("sentenced")}
    record = [{"visit": "unknown" if on is None else day(on)}]
    case = {"circumstances": {"sentenced": day(10)}, "record": record, "as_at": _AS_AT}
    assert statuses(rule, case) == {"sentenced": status}
