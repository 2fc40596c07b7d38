"""The reference engine's dates against an oracle that walks through the days one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from building import STAGE_OF, statuses
from naive_dates import due_day
from oracle import STAGES, Finding, Oracle
from picking import Pick
from profiles import examples

Json = dict[str, Any]
Limits = dict[str, list[list[Json]]]
Problem3 = tuple[Json, Limits, Json]


def test_the_oracle_knows_the_stages_of_the_vocabulary() -> None:
    assert STAGES == STAGE_OF


def findings_of(engine_says: dict[str, str]) -> list[Finding]:
    """The engine's findings in the oracle's terms: `anchor/2` is the second time, and `visit@day#2` is as `visit@day`."""
    found = []
    for key, status in engine_says.items():
        base, _, turn = key.partition("/")
        base = base if "@" not in base else base.partition("#")[0]
        found.append((base, int(turn or 0), status))
    return sorted(found)


def found_by_engine(rule: Json, limits: Limits, case: Json) -> list[Finding]:
    return findings_of(statuses(rule, case, limits))


def agree(rule: Json, limits: Limits, case: Json) -> None:
    """The engine finds what the oracle finds."""
    expected = Oracle(rule, limits, case).findings()
    assert found_by_engine(rule, limits, case) == expected, f"\nrule: {rule}\nlimits: {limits}\ncase: {case}"


# Small cases -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Small:
    """The smallest case that shows one decision of `semantics.md`."""

    name: str
    decision: str
    rule: Json
    case: Json
    expected: list[Finding]
    limits: Limits = field(default_factory=dict)

    @property
    def problem(self) -> Problem3:
        """The rule, its limits and the case, whole."""
        return {"rule": "r", **self.rule}, self.limits, {"circumstances": {}, "record": [], **self.case}


_FIVE_DAYS: Limits = {"limit": [[{"value": 5, "unit": "days"}]]}
_FIVE_DAYS_FOR_TIER_4: Json = {"value": 5, "unit": "days", "when": {"tier": 4}}
_ONCE_AT_LEAST: Limits = {"limit": [[{"value": 1, "unit": "times"}]]}
_STARTED: Json = {"started": "2010-01-04"}
_WITHIN: Json = {"from": "started", "expect": {"activity": "visit", "within": "limit"}}
_EVERY: Json = {"from": "started", "expect": {"activity": "visit", "every": "limit", "until": "ended"}}
_EACH_PERIOD: Json = {"from": "started", "expect": {"activity": "visit", "each_period": "limit", "until": "ended"}}
_AT_LEAST: Json = {"from": "started", "expect": {"activity": "visit", "at_least": "limit", "until": "ended"}}
_EACH_ABSENCE: Json = {"from": {"each": "absence"}, "expect": {"activity": "visit"}}


def _refused(on: str | None = "2010-01-05") -> Json:
    return {"not_done": {"activity": "visit", "reason": "x", "acceptable": False} | ({"on": on} if on else {})}


_ACCEPTED: Json = {"not_done": {"activity": "visit", "reason": "x", "acceptable": True}}
_ACCEPTED_IN_2009: Json = {"not_done": {**_ACCEPTED["not_done"], "on": "2009-12-01"}}

SMALL = [
    Small(
        "a refused reason is missing once the window has closed",
        "[6]",
        _WITHIN,
        {"circumstances": _STARTED, "record": [_refused()], "as_at": "2010-01-10"},
        [("started", 0, "missing")],
        _FIVE_DAYS,
    ),
    Small(
        "a refused reason while the window is open is not yet due",
        "[6]",
        _WITHIN,
        {"circumstances": _STARTED, "record": [_refused()], "as_at": "2010-01-09"},
        [("started", 0, "not_yet_due")],
        _FIVE_DAYS,
    ),
    Small(
        "a refused reason does not hide what was done when the date is not given",
        "[8], and completing a date never flips missing to met",
        _WITHIN,
        {"record": [{"visit": "2010-01-05"}, _refused()], "as_at": "2010-03-01"},
        [("started", 0, "cannot_tell")],
        _FIVE_DAYS,
    ),
    Small(
        "a row without a number is tried where the circumstance that picks the row is unknown",
        "[7]",
        _WITHIN,
        {"circumstances": _STARTED, "record": [{"visit": "2010-02-01"}], "as_at": "2010-03-01"},
        [("started", 0, "cannot_tell")],
        {"limit": [[_FIVE_DAYS_FOR_TIER_4, {}]]},
    ),
    Small(
        "that no row may be the right one is tried as well",
        "[7]",
        _WITHIN,
        {"circumstances": _STARTED, "record": [{"visit": "2010-02-01"}], "as_at": "2010-03-01"},
        [("started", 0, "cannot_tell")],
        {"limit": [[_FIVE_DAYS_FOR_TIER_4]]},
    ),
    Small(
        "a reading without a number gives way",
        "[7]",
        _WITHIN,
        {"circumstances": _STARTED, "record": [{"visit": "2010-02-01"}], "as_at": "2010-03-01"},
        [("started", 0, "late")],
        {"limit": [[{"value": 5, "unit": "days"}], [{}]]},
    ),
    Small(
        "nothing is late by our own last day",
        "[7]",
        {"from": "started", "expect": {"activity": "visit", "within": "limit", "at_latest": "10 days"}},
        {"circumstances": _STARTED, "record": [{"visit": "2010-02-01"}], "as_at": "2010-03-01"},
        [("started", 0, "to_judge")],
        {"limit": [[{}]]},
    ),
    Small(
        "done after a first day that is not given",
        "[8], and completing a date never flips met to missing",
        {"expect": {"activity": "visit", "by": "ended", "not_before": "sentenced"}},
        {"circumstances": {"ended": "2010-02-01"}, "record": [{"visit": "2010-01-04"}], "as_at": "2010-03-01"},
        [("case", 0, "cannot_tell")],
    ),
    Small(
        "nothing done after a first day that is not given",
        "[8]: it is missing whatever the first day is",
        {"expect": {"activity": "visit", "by": "ended", "not_before": "sentenced"}},
        {"circumstances": {"ended": "2010-02-01"}, "as_at": "2010-03-01"},
        [("case", 0, "missing")],
    ),
    Small(
        "answered, but nobody can say when the occasion was",
        "[8] and [5]",
        _EACH_ABSENCE,
        {"record": [{"absence": "unknown"}, {"visit": "2010-01-04"}], "as_at": "2010-03-01"},
        [("absence@unknown", 0, "to_judge")],
    ),
    Small(
        "what must not happen perhaps happened before the occasion",
        "[8]",
        {"from": {"each": "absence"}, "expect": {"never": "visit"}},
        {"record": [{"absence": "unknown"}, {"visit": "2010-01-04"}], "as_at": "2010-03-01"},
        [("absence@unknown", 0, "to_judge")],
    ),
    Small(
        "what is unclear but outside the time in which something must not happen",
        "[2]: only what is in the window counts",
        {"from": "started", "expect": {"never": "visit", "where": {"agency": "police"}}},
        {"circumstances": _STARTED, "record": [{"visit": "2010-01-01"}], "as_at": "2010-03-01"},
        [("started", 0, "met")],
    ),
    Small(
        "what goes on has no end until one is given",
        "[9]",
        {"from": "started", "expect": {"never": "visit", "until": "ended"}},
        {"circumstances": _STARTED, "record": [{"visit": "2010-02-01"}], "as_at": "2010-03-01"},
        [("started", 0, "insufficient")],
    ),
    Small(
        "of two reviews on a day the better one decides",
        "[2]",
        {**_EVERY, "expect": {**_EVERY["expect"], "good_when": {"full": True}}},
        {
            "circumstances": {**_STARTED, "ended": "2010-01-09"},
            "record": [{"visit": {"on": "2010-01-05", "full": full}} for full in (True, False)],
            "as_at": "2010-03-01",
        },
        [("started", 1, "met")],
        _FIVE_DAYS,
    ),
    Small(
        "the first review done just before the start",
        "[5] and [9]: a recurring duty asks for new work",
        _EVERY,
        {"circumstances": _STARTED, "record": [{"visit": "2010-01-01"}], "as_at": "2010-03-01"},
        [("started", 1, "missing")],
        _FIVE_DAYS,
    ),
    Small(
        "one entry without a date fills one period at most",
        "[10]",
        _EACH_PERIOD,
        {"circumstances": {**_STARTED, "ended": "2010-01-19"}, "record": [{"visit": "unknown"}], "as_at": "2010-03-01"},
        [("started", 0, "missing")],
        _FIVE_DAYS,
    ),
    Small(
        "the last day of one period is not in the next as well",
        "[3] and [10]: day 5 ends the first period of five days, and day 6 begins the second",
        _EACH_PERIOD,
        {"circumstances": {**_STARTED, "ended": "2010-01-14"}, "record": [{"visit": "2010-01-09"}], "as_at": "2010-03-01"},
        [("started", 0, "insufficient")],
        _FIVE_DAYS,
    ),
    Small(
        "a frequency over a time too short for one period",
        "[2]: the window is not open any more",
        _EACH_PERIOD,
        {"circumstances": {**_STARTED, "ended": "2010-01-06"}, "as_at": "2010-03-01"},
        [("started", 0, "not_applicable")],
        _FIVE_DAYS,
    ),
    Small(
        "too few before a date that is still to come",
        "[4] and [8]",
        _AT_LEAST,
        {"circumstances": {**_STARTED, "ended": "not_yet"}, "as_at": "2010-03-01"},
        [("started", 0, "not_yet_due")],
        _ONCE_AT_LEAST,
    ),
    Small(
        "a reason for not doing what is counted",
        "[6]",
        _AT_LEAST,
        {"circumstances": {**_STARTED, "ended": "2010-02-01"}, "record": [_ACCEPTED], "as_at": "2010-03-01"},
        [("started", 0, "excepted")],
        _ONCE_AT_LEAST,
    ),
    Small(
        "early, refused and then done late",
        "[2] and [5]: the reason settles that the early work does not hold; the late work comes before the reason",
        _WITHIN,
        {
            "circumstances": _STARTED,
            "record": [{"visit": "2010-01-01"}, _refused(), {"visit": "2010-02-01"}],
            "as_at": "2010-03-01",
        },
        [("started", 0, "late")],
        _FIVE_DAYS,
    ),
    Small(
        "a dated reason while the date of the clock is not given",
        "[6]: a dated reason excuses the window that holds it, and nobody can say which that is",
        _WITHIN,
        {"record": [_ACCEPTED_IN_2009], "as_at": "2010-03-01"},
        [("started", 0, "cannot_tell")],
        _FIVE_DAYS,
    ),
    Small(
        "a dated reason while the first day of the window is not given",
        "[6]: the same",
        {"expect": {"activity": "visit", "by": "ended", "not_before": "sentenced"}},
        {"circumstances": {"ended": "2010-02-01"}, "record": [_ACCEPTED_IN_2009], "as_at": "2010-03-01"},
        [("case", 0, "cannot_tell")],
    ),
    Small(
        "which of two was the first nobody can say, but both are good",
        "[2]: met whichever it was; and one more good entry never makes it worse",
        {"expect": {"activity": "visit", "which": "first"}},
        {"record": [{"visit": "unknown"}, {"visit": "2010-01-05"}], "as_at": "2010-03-01"},
        [("case", 0, "met")],
    ),
    Small(
        "a refused reason where the entry that starts the clock has no date",
        "[6]: it decides even where the date of the occasion is not given",
        {**_EACH_ABSENCE, "expect": {"activity": "visit", "within": "limit"}},
        {"record": [{"absence": "unknown"}, _refused(on=None)], "as_at": "2010-03-01"},
        [("absence@unknown", 0, "missing")],
        _FIVE_DAYS,
    ),
]


@pytest.mark.parametrize("small", SMALL, ids=lambda small: small.name)
def test_the_oracle_says_what_the_semantics_say(small: Small) -> None:
    assert Oracle(*small.problem).findings() == small.expected


@pytest.mark.parametrize("small", SMALL, ids=lambda small: small.name)
def test_the_engine_says_what_the_semantics_say(small: Small) -> None:
    assert found_by_engine(*small.problem) == small.expected, small.decision


_LATE_TWICE: Json = {"circumstances": _STARTED, "as_at": "2010-01-20"}


def test_what_recurs_and_was_surely_done_late_is_late_whatever_else_was_done_that_day() -> None:
    rule: Json = {**_EVERY, "expect": {**_EVERY["expect"], "where": {"agency": "police"}, "good_when": {"full": True}}}
    sure: Json = {"visit": {"on": "2010-01-19", "agency": "police", "full": False}}
    unclear: Json = {"visit": {"on": "2010-01-19", "full": False}}
    late = found_by_engine({"rule": "r", **rule}, _FIVE_DAYS, {**_LATE_TWICE, "record": [sure]})
    assert late[0] == ("started", 1, "late")
    assert found_by_engine({"rule": "r", **rule}, _FIVE_DAYS, {**_LATE_TWICE, "record": [sure, unclear]}) == late


# Random rules and cases --------------------------------------------------------------------------------------------------

# Days near month ends, weekends and bank holidays, so that a day too many or too few shows.
_STARTS = [date(2010, 1, 29), date(2010, 1, 31), date(2010, 3, 31), date(2009, 12, 24), date(2010, 2, 26), date(2010, 4, 1)]
_LENGTHS = [(0, "days"), (1, "days"), (5, "days"), (14, "days"), (1, "weeks"), (3, "weeks"), (1, "months"), (2, "months")]
_LENGTHS += [(0, "working_days"), (1, "working_days"), (5, "working_days"), (10, "working_days")]
_RECURRING = [(5, "days"), (1, "months"), (3, "working_days"), (1, "weeks")]
_AGENCIES = ["police", "prison"]
_ATTRIBUTES = {"visit": ["full", "agency"], "plan": ["full", "agency"], "absence": ["excused", "agency"]}
_LAST_DAYS = ["10 days", "1 months"]


class Drawn:
    """A rule with one expectation, its limits, and a case whose dates lie close to the rule's boundaries."""

    def __init__(self, pick: Pick, kind: str) -> None:
        self.pick = pick
        self.start = pick.of(_STARTS)
        self.last = self.start + timedelta(days=pick.up_to(40))
        """A day on which something ends: the limit, or what the rule is bound by."""
        self.limits: Limits = {}
        self.rule = self.draw_rule(kind)
        self.case = self.draw_case()

    def draw_rule(self, kind: str) -> Json:
        pick = self.pick
        activity = pick.of(["visit", "visit", ["visit", "plan"]])
        expect: Json = {"never" if kind == "never" else "activity": activity}
        self.add_limit(expect, kind)
        clock = pick.of(["anchor", "each", "several", "anchor" if kind in ("within", "every", "each_period") else "none"])
        each: Json = {"each": "absence", "where": {"excused": False}} if pick.chance() else {"each": "absence"}
        rule: Json = {"rule": "r", "expect": expect}
        if clock != "none":
            rule["from"] = {"anchor": "started", "each": each, "several": ["started", each]}[clock]
        if pick.chance(3):
            rule["when"] = {"flag": True}
        self.add_bounds(expect, kind, clock)
        self.add_answer(expect, kind, clock)
        return rule

    def add_limit(self, expect: Json, kind: str) -> None:
        pick = self.pick
        if kind == "within":
            self.limits["limit"] = self.readings()
            numbered = [row for rows in self.limits["limit"] for row in rows if "value" in row]
            if numbered:
                self.last = due_day(self.start, numbered[0]["value"], numbered[0]["unit"])
        elif kind in ("every", "each_period"):
            row = self.row(_RECURRING) if not pick.chance(8) else {}
            if row:  # the end of a period, or of one but the first
                self.last = due_day(self.start, row["value"] * pick.between(1, 3), row["unit"])
            counted = {"times": pick.between(1, 2), "tolerance": pick.up_to(1)} if kind == "each_period" and row else {}
            self.limits["limit"] = [[row | counted]]
        elif kind == "at_least":
            self.limits["limit"] = [[{"value": pick.between(1, 3), "unit": "times", "tolerance": pick.up_to(1)}]]
        if self.limits:
            expect[kind] = "limit"
        if kind in ("within", "plain") and pick.chance(3):
            expect["at_latest"] = pick.of(_LAST_DAYS)
            if kind == "plain" or not numbered:
                value, unit = expect["at_latest"].split()
                self.last = due_day(self.start, int(value), unit)

    def row(self, lengths: list[tuple[int, str]]) -> Json:
        value, unit = self.pick.of(lengths)
        return {"value": value, "unit": unit}

    def readings(self) -> list[list[Json]]:
        """The readings of a limit: plain, several, numberless, with rows by date, or with rows by tier."""
        pick = self.pick
        turn = (self.start + timedelta(days=pick.between(0, 3) - 1)).isoformat()
        one, two, three = ({} if pick.chance(6) else self.row(_LENGTHS) for _ in range(3))
        match pick.up_to(6):
            case 0:
                return [[one], [two]]
            case 1:
                return [[{**one, "valid_until": turn}, {**two, "valid_from": turn}]]
            case 2:
                return [[{**one, "valid_from": turn}]]
            case 3:
                return [[{**one, "when": {"tier": 4}}, two]]
            case 4:
                by_tier = [{**one, "when": {"tier": [3, 4]}}, {**two, "when": {"tier": [1, 2]}}, three]
                return [by_tier[: pick.between(1, 3)]]
        return [[one]]

    def add_bounds(self, expect: Json, kind: str, clock: str) -> None:
        pick = self.pick
        if kind == "until" or (kind in ("never", "every", "each_period", "at_least") and pick.chance()):
            expect["until"] = "ended"
        if kind == "before" and clock == "each" and pick.chance():
            expect["before"] = "trigger"
        elif kind in ("before", "by"):
            expect |= {kind: "ended", "not_before": "sentenced"}

    def add_answer(self, expect: Json, kind: str, clock: str) -> None:
        pick = self.pick
        if kind in ("within", "plain", "until", "before", "by", "every") and pick.chance():
            expect["good_when"] = {"full": True}
        if kind in ("within", "plain", "until", "before", "by"):
            expect["which"] = pick.of(["any", "first", "latest"])
            if pick.chance(6) and kind not in ("before", "by"):
                expect["early"] = "counts"
        if pick.chance(4):
            expect["where"] = {"agency": "police"}
        elif clock == "each" and pick.chance(4):
            expect["same"] = ["agency"]

    def draw_case(self) -> Json:
        pick = self.pick
        facts: Json = {
            "started": self.date(several=True),
            "ended": self.date(self.last),
            "sentenced": None if pick.chance(6) else self.start.isoformat(),
            "tier": pick.of([1, 3, 4, None]),
            "flag": self.flag(),
        }
        names = [pick.of(["visit", "visit", "visit", "plan", "absence"]) for _ in range(pick.up_to(4))]
        if self.rule.get("from", "started") != "started":
            names += ["absence"] * pick.of([1, 1, 2, 0])
        record = [{name: self.said(name)} for name in names]
        if pick.chance(3):
            record += [{"not_done": self.reason()} for _ in range(pick.between(1, 2))]
        later = self.last + timedelta(days=pick.up_to(60))
        as_at = self.day() if pick.chance(4) else later.isoformat()
        given = {name: value for name, value in facts.items() if value is not None}
        case: Json = {"circumstances": given, "record": without_ties(record), "as_at": as_at}
        if pick.chance(4):
            case["record_complete"] = pick.of([False, ["planning", "reviewing"], ["delivery"]])
        return case

    def day(self) -> str:
        """A day on or next to a boundary, or any within some weeks of it."""
        pick = self.pick
        if pick.chance():
            return (pick.of([self.start, self.last]) + timedelta(days=pick.up_to(2) - 1)).isoformat()
        return (self.start + timedelta(days=pick.up_to((self.last - self.start).days + 18) - 6)).isoformat()

    def date(self, day: date | None = None, several: bool = False) -> Any:
        one = (day or self.start).isoformat()
        two = sorted({self.start.isoformat(), self.last.isoformat()})
        return self.pick.of([one] * 9 + [two if several and len(two) > 1 else one, "not_yet", "none", None])

    def flag(self) -> Any:
        pick = self.pick
        turn = (self.start + timedelta(days=pick.up_to(3) - 1)).isoformat()
        dated = [{"from": "2009-01-01", "is": pick.chance()}, {"from": turn, "is": pick.chance()}]
        return pick.of([True] * 7 + [False, None, dated, dated, dated[1:]])

    def said(self, name: str) -> Json:
        """What is said of one entry; each attribute may be left out."""
        pick = self.pick
        said: Json = {"on": "unknown" if pick.chance(13) else self.day()}
        for attribute in _ATTRIBUTES[name]:
            value = pick.of([*_AGENCIES, *_AGENCIES, None] if attribute == "agency" else [False, True, False, None])
            if value is not None:
                said[attribute] = value
        if pick.chance(6):
            said["late_reason"] = {"reason": "x", **pick.of([{"acceptable": True}, {"acceptable": False}, {}])}
        return said

    def reason(self) -> Json:
        pick = self.pick
        said: Json = {"activity": pick.of(["visit", "visit", "plan"]), "reason": "x"}
        if pick.chance():
            said["on"] = self.day()
        return said | pick.of([{"acceptable": True}, {"acceptable": True}, {"acceptable": False}, {}])


def without_ties(record: list[Json]) -> list[Json]:
    """Leave out reasons for lateness where several things were done on a day: whose reason counts is not said."""
    on = [said.get("on") for item in record for said in item.values()]
    for item in record:
        for said in item.values():
            if on.count(said.get("on")) > 1:
                said.pop("late_reason", None)
    return record


@st.composite
def problems(draw: Callable[[st.SearchStrategy[Any]], Any], kinds: tuple[str, ...]) -> Problem3:
    """A rule, its limits and a case."""
    pick = Pick(draw)
    drawn = Drawn(pick, pick.of(kinds))
    return drawn.rule, drawn.limits, drawn.case


@examples(12)
@given(problems(("within",)))
def test_within_a_limit(problem: Problem3) -> None:
    agree(*problem)


@examples(10)
@given(problems(("plain", "until", "before", "by")))
def test_bounds(problem: Problem3) -> None:
    agree(*problem)


@examples(4)
@given(problems(("never",)))
def test_never(problem: Problem3) -> None:
    agree(*problem)


@examples(6)
@given(problems(("every",)))
def test_every(problem: Problem3) -> None:
    agree(*problem)


@examples(5)
@given(problems(("each_period",)))
def test_each_period(problem: Problem3) -> None:
    agree(*problem)


@examples(4)
@given(problems(("at_least",)))
def test_at_least(problem: Problem3) -> None:
    agree(*problem)
