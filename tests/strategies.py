"""Draws small rule sets with every construct of the language, and cases that meet them, all as the plain values of YAML.

Everything goes through the real readers (see `building`). Days lie close together, so that clocks, windows and changes of
circumstance fall before, on and after one another often.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from building import Built, Json, build
from picking import Pick

Draw = Callable[[st.SearchStrategy[Any]], Any]
Limits = dict[str, list[list[Json]]]

FIRST = date(2010, 1, 4)
LEVELS, NEEDS, AGENCIES = ["low", "medium", "high"], ["drugs", "housing", "alcohol"], ["police", "prison"]
DATES = ["started", "ended", "release", "sentenced"]
GIVEN = ["flag", "child", "level", "level_before", "tier", "tier_before", "needs", "setting"]
DERIVED = ["required", "grade", "oversight"]
YES_NO = [True, False]
ATTRIBUTES: dict[str, dict[str, list[Any]]] = {
    "screening": {"full": YES_NO},
    "analysis": {"full": YES_NO, "agency": AGENCIES, "score": [1, 2, 3], "topics": [["drugs"], ["housing", "drugs"], []]},
    "plan": {"full": YES_NO, "agency": AGENCIES, "due": []},
    "visit": {"full": YES_NO, "agency": AGENCIES, "due": []},
    "absence": {"excused": YES_NO, "agency": AGENCIES},
    "breach": {},
    "review": {"full": YES_NO, "agency": AGENCIES},
    "conviction": {"grave": YES_NO},
}
ACTIVITIES = ["plan", "visit", "analysis", *ATTRIBUTES, "plan", "visit"]
"""Some more often than others, so that rules and cases speak of the same ones."""
STAGE_LISTS = [["court", "assessment"], ["planning", "delivery", "reviewing"], ["assessment", "delivery", "outcomes"], []]
SPANS = ["5 days", "2 weeks", "1 months", "10 working_days"]
ONCE = ["within", "until", "until trigger", "before", "by", "before trigger", "plain"]
"""The expectations that ask for something once, in one window."""
EXPECTATIONS = [*ONCE, "every", "each_period", "at_least", "never", "this", "within"]


def day(offset: int) -> str:
    """Return the day a number of days after the first, as it is written in files."""
    return (FIRST + timedelta(days=offset)).isoformat()


def _day(pick: Pick) -> str:
    return day(pick.up_to(45))


# Conditions ----------------------------------------------------------------------------------------------------------


def _fact_test(pick: Pick, derived: Sequence[str] = ()) -> Json:
    """A test of one circumstance, by one of the operations that its type allows."""
    name = pick.of([*GIVEN, *derived, *derived, *DATES])
    if name not in derived and pick.chance(8):
        return {name: {"known": True}}
    return {name: _test_of(pick, name)}


def _test_of(pick: Pick, name: str) -> Any:
    kind = pick.up_to(3)
    match name:
        case "flag" | "child" | "required" | "oversight":
            return pick.of(YES_NO)
        case "level" | "level_before" | "grade":
            other = {"level": "level_before", "level_before": "level"}.get(name)
            return {"not_same_as": other} if other and not kind else _one_or_several(pick, LEVELS)
        case "setting":
            return pick.of(["custody", "community"])
        case "tier" | "tier_before":
            if kind == 0:
                return {"not_same_as": "tier_before" if name == "tier" else "tier"}
            bound = pick.between(1, 4)
            return _one_or_several(pick, [1, 2, 3, 4]) if kind == 1 else {"at_least" if kind == 2 else "at_most": bound}
        case "needs":
            return {"includes": pick.of(NEEDS)} if kind < 2 else {"includes_any": pick.some(NEEDS, 2, 1)}
    if kind == 0:
        return {"not_same_as": "ended" if name == "sentenced" else "sentenced"}
    return {"before": _day(pick)} if kind < 3 else _one_or_several(pick, ["not_yet", "none"])


def _one_or_several(pick: Pick, values: list[Any]) -> Any:
    return pick.of(values) if pick.chance() else pick.some(values, 2, 1)


def _attribute_tests(pick: Pick, *activities: str) -> Json:
    """Up to two tests of attributes that all of some activities have; none where they have none."""
    each = [ATTRIBUTES.get(activity, {"acceptable": YES_NO}) for activity in activities]
    said = {name: values for name, values in each[0].items() if all(name in other for other in each)}
    return {name: _attribute_test(pick, name, said[name]) for name in pick.some(list(said), 2)}


def _attribute_test(pick: Pick, name: str, values: list[Any]) -> Any:
    if pick.chance(8):
        return {"known": True}
    if name == "score":
        return pick.of([1, [1, 2], {"at_least": 2}, {"at_most": 2}])
    if name == "topics":
        return pick.of([{"includes": "drugs"}, {"includes_any": ["housing", "alcohol"]}])
    return {"before": _day(pick)} if name == "due" else pick.of(values)


def _has_test(pick: Pick) -> Json:
    """A question about the record."""
    activity = pick.of(ACTIVITIES)
    asked: Json = {"activity": [activity, "breach"] if activity != "breach" and pick.chance(4) else activity}
    where = _attribute_tests(pick, activity)
    return {"has": asked | ({"where": where} if where else {}) | ({"up_to": "trigger"} if pick.chance() else {})}


def _condition(pick: Pick, derived: Sequence[str] = (), depth: int = 2) -> Json:
    """Tests joined by `all`, `any`, `not`, and several keys in one mapping."""
    kind = pick.up_to(7) if depth else pick.up_to(3)
    if kind < 3:
        return _fact_test(pick, derived)
    if kind == 3:
        return _has_test(pick)
    if kind == 4:
        return {"not": _condition(pick, derived, depth - 1)}
    if kind == 5:
        return {**_condition(pick, derived, depth - 1), **_condition(pick, derived, depth - 1)}
    parts = [_condition(pick, derived, depth - 1) for _ in range(pick.between(1, 3))]
    return {"all" if kind == 6 else "any": parts}


@st.composite
def conditions(draw: Draw) -> Json:
    """A condition on the circumstances that are given and on the record."""
    return _condition(Pick(draw))


# Limits --------------------------------------------------------------------------------------------------------------


def _limit(pick: Pick, use: str, plain: bool) -> list[list[Json]]:
    """The readings of a limit: one or two, each with one to three rows by date or by circumstance."""
    if plain:
        return [[_row(pick, use)]]
    return [_reading(pick, use) for _ in range(2 if pick.chance(5) else 1)]


def _reading(pick: Pick, use: str) -> list[Json]:
    n_rows = pick.between(1, 3)
    rows = [{} if pick.chance(9) else _row(pick, use) for _ in range(n_rows)]
    for n, row in enumerate(rows):
        if n < n_rows - 1 and pick.chance():
            row["when"] = _fact_test(pick)
        if pick.chance(6):
            row["valid_from"] = _day(pick)
        if pick.chance(6):
            row["valid_until"] = _day(pick)
    return rows


def _row(pick: Pick, use: str) -> Json:
    if use == "at_least":
        return {"value": pick.of([1, 2, 3, 0]), "unit": "times", "tolerance": pick.up_to(1)}
    units = [(3, "days"), (10, "days"), (1, "weeks"), (1, "months"), (2, "working_days"), (5, "working_days")]
    value, unit = pick.of(units)
    row: Json = {"value": value, "unit": unit}
    return row | ({"tolerance": pick.up_to(1), "times": pick.between(1, 2)} if use == "each_period" else {})


# Rules ---------------------------------------------------------------------------------------------------------------


def _clock(pick: Pick, only_each: str = "") -> str | Json:
    """A clock of each kind; or one that starts with a certain activity."""
    kind = "each" if only_each else pick.of(["anchor", "anchor", "anchor", "each", "each", "nth", "becomes"])
    if kind == "anchor":
        return pick.of(["started", "started", *DATES])
    if kind == "becomes":
        return {
            "becomes": pick.of([{"flag": True}, {"flag": False}, {"level": ["medium", "high"]}, {"needs": {"includes": "drugs"}}])
        }
    activity = only_each or pick.of(["visit", "plan", "absence", "not_done"])
    clock: Json = {"each": activity}
    where = _attribute_tests(pick, activity) if pick.chance() else {}
    if where:
        clock["where"] = where
    if kind == "nth":
        clock["nth"] = pick.between(2, 3)
        if pick.chance():
            clock["in"] = pick.of(SPANS)
        if pick.chance():
            clock["since"] = "breach"
    return clock


def _expectation(pick: Pick, name: str, kind: str, derived: Sequence[str], plain_limits: bool) -> tuple[Json, Limits]:
    """A rule that expects something, with the limit it uses, if it uses one."""
    rule: Json = {"rule": name}
    if pick.chance(3):
        rule["when"] = _condition(pick, derived)
    if pick.chance(8):
        rule["unless"] = _condition(pick, derived)
    _add_clocks(pick, rule, kind)
    activities = [pick.of(ACTIVITIES)]
    expect: Json = {}
    if kind == "this":
        expect["this"] = _attribute_tests(pick, rule["from"]["each"]) or {"sufficient": True}
    else:
        if pick.chance(5):
            activities += [other for other in [pick.of(["breach", "review", "visit"])] if other not in activities]
        expect["never" if kind == "never" else "activity"] = activities if len(activities) > 1 else activities[0]
        _add_answer(pick, rule, expect, kind, activities)
    found: Limits = {}
    if kind in ("within", "every", "each_period", "at_least"):
        found[f"limit-{name}"] = _limit(pick, kind, plain_limits)
        expect[kind] = f"limit-{name}"
        if kind == "within" and pick.chance(4):
            expect["at_latest"] = pick.of(SPANS)
    _add_bounds(pick, expect, kind)
    return {**rule, "expect": expect}, found


def _add_clocks(pick: Pick, rule: Json, kind: str) -> None:
    if kind in ("until trigger", "before trigger", "this"):
        rule["from"] = _clock(pick, pick.of(["visit", "plan"]))
    elif kind in ("within", "every", "each_period") or pick.chance():
        clocks = [_clock(pick) for _ in range(2 if pick.chance(4) else 1)]
        starts = {_starts_with(clock) for clock in clocks}
        rule["from"] = clocks if len(starts) > 1 else clocks[0]


def _starts_with(clock: str | Json) -> str:
    """What a clock starts with; two clocks that start with the same thing would have findings with the same key."""
    return clock if isinstance(clock, str) else str(clock.get("each") or next(iter(clock["becomes"])))


def _starts_with_an_agency(rule: Json) -> bool:
    """Whether every clock starts with an entry that can say which agency it is of."""
    clocks = rule.get("from", [])
    listed = clocks if isinstance(clocks, list) else [clocks]
    each = [clock.get("each") if isinstance(clock, dict) else None for clock in listed]
    return bool(each) and all("agency" in ATTRIBUTES.get(name or "", ()) for name in each)


def _add_answer(pick: Pick, rule: Json, expect: Json, kind: str, activities: Sequence[str]) -> None:
    """Which activity counts, what a good one is like, and which of several decides."""
    where = _attribute_tests(pick, *activities) if pick.chance(4) else {}
    if where:
        expect["where"] = where
    if kind == "never":
        return
    good = _attribute_tests(pick, *activities) if pick.chance(3) else {}
    if good or pick.chance(6):
        expect["good_when"] = good or {"sufficient": True}
    if pick.chance(3):
        expect["which"] = pick.of(["any", "first", "latest"])
    if pick.chance(5) and all("agency" in ATTRIBUTES[one] for one in activities) and _starts_with_an_agency(rule):
        expect["same"] = ["agency"]
    if pick.chance(6) and "from" in rule:
        expect["early"] = "counts"


def _add_bounds(pick: Pick, expect: Json, kind: str) -> None:
    if kind == "until" or (kind in ("every", "each_period", "at_least", "never") and pick.chance()):
        expect["until"] = pick.of(["ended", "release"])
    if kind == "until trigger":
        expect["until"] = "trigger.due"
    if kind == "before trigger":
        expect["before"] = "trigger"
    if kind in ("before", "by"):
        expect |= {kind: pick.of(["ended", "release"]), "not_before": pick.of(["sentenced", "started"])}


def _derivation(pick: Pick, name: str, fact: str, earlier: Sequence[str]) -> Json:
    """A rule that infers a circumstance from those given and those inferred before it."""
    value = pick.of(LEVELS) if fact == "grade" else pick.of([True, True, False])
    rule: Json = {"rule": name, "when": _condition(pick, earlier), "derives": {fact: value}}
    if pick.chance(3):
        rule["otherwise"] = "low" if fact == "grade" else pick.of(YES_NO)
    return rule


def _conflict(pick: Pick, name: str) -> Json:
    """A rule that says what cannot both be right: about the case, or about an entry and the next of its kind."""
    rule: Json = {"rule": name}
    means = pick.of(["gap", "query"])
    if pick.chance(3):
        rule["unless"] = _condition(pick)
    if pick.chance():
        return {**rule, "conflict": {"conflict_when": _condition(pick), "means": means}}
    activity = pick.of(["analysis", "plan", "visit", "review"])
    pair: Json = {"activity": activity}
    where = _attribute_tests(pick, activity) if pick.chance(3) else {}
    if where:
        pair["where"] = where
    same = {pick.of(["full", "agency"]): {"same_as_previous": pick.of(YES_NO)}}
    asked = pick.of([same, {"not": same}, {"any": [same, {"full": False}]}, {**same, "sufficient": True}])
    return {**rule, "conflict": {"pair": pair, "conflict_when": asked, "means": means}}


def _add_edges(pick: Pick, rule: Json, earlier: list[str]) -> None:
    """Edges lead only to rules drawn before, so that they never form a circle; the rules' names are in another order."""
    targets = pick.some(earlier, 3, 0 if pick.chance(4) else 1)
    rests_on = [name for name in targets if not pick.chance(3)]
    follows = [name for name in targets if name not in rests_on]
    rule |= {key: value for key, value in (("rests_on", rests_on), ("follows", follows)) if value}


@st.composite
def rule_sets(
    draw: Draw,
    kinds: Sequence[str] = EXPECTATIONS,
    derive: bool = True,
    edges: bool = True,
    plain_limits: bool = False,
    n_expectations: int = 5,
) -> tuple[list[Json], Limits]:
    """Rules with their limits: inferences in a chain, conflicts, and expectations that rest on or follow one another.

    Args:
        draw: Hypothesis's own.
        kinds: Which of `EXPECTATIONS` may be drawn.
        derive: Whether circumstances may be inferred.
        edges: Whether rules may rest on or follow others.
        plain_limits: Whether each limit has one reading with one row.
        n_expectations: How many expectations there are at most.
    """
    pick = Pick(draw)
    rules: list[Json] = []
    known: Limits = {}
    names = iter(pick.shuffled([f"r-{letter}" for letter in "abcdefghijkl"]))
    derived: list[str] = []
    for fact in DERIVED if derive else []:
        n_rules = pick.of([0, 1, 0, 2])
        rules += [_derivation(pick, next(names), fact, derived) for _ in range(n_rules)]
        derived += [fact] * bool(n_rules)
    if derive and pick.chance():
        rules.append(_conflict(pick, next(names)))
    for _ in range(pick.between(1, n_expectations)):
        rule, found = _expectation(pick, next(names), pick.of(kinds), derived, plain_limits)
        if edges and rules:
            of_its_kind = [earlier["rule"] for earlier in rules if "expect" in earlier]
            _add_edges(pick, rule, of_its_kind if of_its_kind and not pick.chance(4) else [r["rule"] for r in rules])
        known |= found
        rules.append(rule)
    return pick.shuffled(rules), known


# Cases ---------------------------------------------------------------------------------------------------------------


def _circumstances(pick: Pick, known: int) -> Json:
    given: Json = {}
    for name in [*DATES, *GIVEN, *DERIVED]:
        if not pick.chance(known) if name not in DERIVED else pick.chance(4):
            given[name] = _circumstance(pick, name)
    return given


def _circumstance(pick: Pick, name: str) -> Any:
    match name:
        case "started":
            several = sorted({_day(pick), _day(pick)})
            return pick.of([several[0]] * 6 + [several, "not_yet", "none"])
        case "ended" | "release" | "sentenced":
            return pick.of([_day(pick)] * 6 + ["not_yet", "none"])
        case "setting":
            return pick.of(["community", "custody"])
        case "tier" | "tier_before":
            return pick.between(1, 4)
    values: list[Any] = {
        "level": LEVELS,
        "level_before": LEVELS,
        "grade": LEVELS,
        "needs": [[], ["drugs"], ["housing"], ["drugs", "alcohol"]],
    }.get(name, YES_NO)
    if name in ("flag", "level", "needs", "oversight") and pick.chance():
        days = sorted({_day(pick) for _ in range(pick.between(1, 3))})
        return [{"from": one, "is": pick.of(values)} for one in days]
    return pick.of(values)


def _entry(pick: Pick) -> Json:
    """Something done, and what is said of it; each attribute may be left out."""
    activity = pick.of(ACTIVITIES)
    said: Json = {"on": "unknown" if pick.chance(12) else _day(pick)}
    for name, values in ATTRIBUTES[activity].items():
        if not pick.chance(4):
            said[name] = _day(pick) if name == "due" else pick.of(values)
    if pick.chance(4):
        said["sufficient"] = pick.of(YES_NO)
    if pick.chance(8):
        said["stands"] = "seen and good all the same"
    if pick.chance(8):
        said["late_reason"] = {"reason": "x", **pick.of([{"acceptable": True}, {"acceptable": False}, {}])}
    return {activity: said if len(said) > 1 or pick.chance() else said["on"]}


def _not_done(pick: Pick) -> Json:
    """A recorded reason for something not being done."""
    said: Json = {"activity": pick.of(ACTIVITIES), "reason": "x"}
    if pick.chance():
        said["on"] = _day(pick)
    if not pick.chance(4):
        said["acceptable"] = pick.of(YES_NO)
    if pick.chance(4):
        said["agency"] = pick.of(AGENCIES)
    return {"not_done": said}


@st.composite
def cases(draw: Draw, complete: bool | None = None, known: int = 4) -> Json:
    """A case record.

    Args:
        draw: Hypothesis's own.
        complete: Whether the record is complete as it stands; either if left out.
        known: A circumstance is unknown once in so many times.
    """
    pick = Pick(draw)
    record = [_entry(pick) for _ in range(pick.up_to(9))]
    if pick.chance():
        record += [_not_done(pick) for _ in range(pick.between(1, 2))]
    case: Json = {
        "circumstances": _circumstances(pick, known),
        "record": record,
        "as_at": day(pick.between(0, 45) if pick.chance(3) else pick.between(30, 100)),
    }
    if complete is None and pick.chance(4):
        case["record_complete"] = pick.of([False, *STAGE_LISTS])
    return case


@st.composite
def worlds(
    draw: Draw,
    kinds: Sequence[str] = EXPECTATIONS,
    derive: bool = True,
    edges: bool = True,
    complete: bool | None = None,
) -> tuple[Built, Json]:
    """Rules, compiled, and a case for them."""
    rules, known = draw(rule_sets(kinds, derive, edges))
    return build(rules, known), draw(cases(complete))
