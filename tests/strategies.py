"""Draws small rule sets with every construct of the language, and cases that meet them, all as the plain values of YAML.

Everything goes through the real readers (see `building`). Days lie close together, so that clocks, windows and changes of
circumstance fall before, on and after one another often.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from building import Built, Json, build
from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]
Limits = dict[str, list[list[Json]]]

FIRST = date(2010, 1, 4)
LEVELS, NEEDS, AGENCIES = ["low", "medium", "high"], ["drugs", "housing", "alcohol"], ["police", "prison"]
DATES = ["started", "ended", "release", "sentenced"]
GIVEN = ["flag", "child", "level", "level_before", "tier", "tier_before", "needs", "setting"]
DERIVED = ["required", "grade", "oversight"]
MAY_CHANGE = ["flag", "level", "needs", "oversight"]
ATTRIBUTES: dict[str, dict[str, list[Any]]] = {
    "screening": {"full": [True, False]},
    "analysis": {"full": [True, False], "agency": AGENCIES, "score": [1, 2, 3], "topics": [["drugs"], ["housing", "drugs"], []]},
    "plan": {"full": [True, False], "agency": AGENCIES},
    "visit": {"full": [True, False], "agency": AGENCIES},
    "absence": {"excused": [True, False], "agency": AGENCIES},
    "breach": {},
    "review": {"full": [True, False], "agency": AGENCIES},
    "conviction": {"grave": [True, False]},
}
ACTIVITIES = list(ATTRIBUTES)
STAGE_LISTS = [["court", "assessment"], ["planning", "delivery", "reviewing"], ["assessment", "delivery", "outcomes"], []]
SPANS = ["5 days", "2 weeks", "1 months", "10 working_days"]


def day(offset: int) -> str:
    """Return the day a number of days after the first, as it is written in files."""
    return (FIRST + timedelta(days=offset)).isoformat()


_DAYS = st.integers(0, 45).map(day)
_BOOLEANS = st.booleans()


def _chance(draw: Draw, of: int) -> bool:
    """True once in so many times, and false where Hypothesis simplifies."""
    return bool(draw(st.integers(1, of)) == of)


# Conditions ----------------------------------------------------------------------------------------------------------


@st.composite
def fact_tests(draw: Draw, derived: Sequence[str] = ()) -> Json:
    """A test of one circumstance, by each of the operations that its type allows."""
    name = draw(st.sampled_from([*GIVEN, *derived, *derived, *DATES]))
    if name not in derived and _chance(draw, 8):
        return {name: {"known": True}}
    if name in ("flag", "child", "required", "oversight"):
        return {name: draw(_BOOLEANS)}
    if name in ("level", "level_before", "grade"):
        return {name: draw(_one_or_several(LEVELS) | st.just({"not_same_as": "level_before"} if name == "level" else "high"))}
    if name == "setting":
        return {name: draw(st.sampled_from(["custody", "community"]))}
    if name in ("tier", "tier_before"):
        bounds = st.fixed_dictionaries({"at_least": st.integers(1, 4)}) | st.fixed_dictionaries({"at_most": st.integers(1, 4)})
        same = st.just({"not_same_as": "tier_before" if name == "tier" else "tier"})
        return {name: draw(bounds | _one_or_several([1, 2, 3, 4]) | same)}
    if name == "needs":
        several = st.lists(st.sampled_from(NEEDS), min_size=1, max_size=2, unique=True)
        return {name: draw(st.sampled_from(NEEDS).map(lambda x: {"includes": x}) | several.map(lambda x: {"includes_any": x}))}
    dates = [_DAYS.map(lambda x: {"before": x}), st.sampled_from(["not_yet", "none", ["not_yet", "none"]])]
    return {name: draw(st.one_of(*dates, st.just({"not_same_as": "sentenced" if name != "sentenced" else "ended"})))}


def _one_or_several(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


@st.composite
def attribute_tests(draw: Draw, activity: str) -> Json:
    """Tests of an activity's attributes, one or two of them; empty where it has none."""
    said = ATTRIBUTES.get(activity, {"acceptable": [True, False]})
    due = ["due"] if activity in ("plan", "visit") else []
    names = draw(st.lists(st.sampled_from([*said, *due]), max_size=2, unique=True)) if said else []
    return {name: draw(_attribute_test(name, said.get(name, []))) for name in names}


def _attribute_test(name: str, values: list[Any]) -> st.SearchStrategy[Any]:
    if name == "score":
        return st.sampled_from([1, [1, 2], {"at_least": 2}, {"at_most": 2}, {"known": True}])
    if name == "topics":
        return st.sampled_from([{"includes": "drugs"}, {"includes_any": ["housing", "alcohol"]}, {"known": True}])
    if name == "due":
        return _DAYS.map(lambda x: {"before": x}) | st.just({"known": True})
    return st.sampled_from([*values, *values, {"known": True}])


@st.composite
def has_tests(draw: Draw) -> Json:
    """A question about the record."""
    activity = draw(st.sampled_from(ACTIVITIES))
    asked: Json = {"activity": [activity, "breach"] if activity != "breach" and _chance(draw, 4) else activity}
    where = draw(attribute_tests(activity))
    if where:
        asked["where"] = where
    if draw(_BOOLEANS):
        asked["up_to"] = "trigger"
    return {"has": asked}


def conditions(derived: Sequence[str] = (), has: bool = True) -> st.SearchStrategy[Json]:
    """A condition: tests joined by `all`, `any`, `not`, and several keys in one mapping."""
    leaves = st.one_of(*[fact_tests(derived)] * 3, has_tests()) if has else fact_tests(derived)

    def joined(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
        parts = st.lists(inner, min_size=1, max_size=3)
        both = st.tuples(inner, inner).map(lambda pair: {**pair[0], **pair[1]})
        return st.one_of(
            parts.map(lambda x: {"all": x}), parts.map(lambda x: {"any": x}), inner.map(lambda x: {"not": x}), both
        )

    return st.recursive(leaves, joined, max_leaves=4)


# Limits --------------------------------------------------------------------------------------------------------------


@st.composite
def limits(draw: Draw, use: str, plain: bool = False) -> list[list[Json]]:
    """The readings of a limit: one or two, each with one to three rows by date or by circumstance.

    Args:
        draw: Hypothesis's own.
        use: The word in the expectation that names it.
        plain: One reading with one row.
    """

    def row() -> Json:
        if use == "at_least":
            return {"value": draw(st.integers(0, 3)), "unit": "times"}
        units = [(3, "days"), (10, "days"), (1, "weeks"), (1, "months"), (2, "working_days"), (5, "working_days")]
        value, unit = draw(st.sampled_from(units))
        return {"value": value, "unit": unit}

    def reading() -> list[Json]:
        rows = [row() if _chance(draw, 1) and not _chance(draw, 9) else {} for _ in range(draw(st.integers(1, 3)))]
        for n, one in enumerate(rows):
            if len(rows) > 1 and n < len(rows) - 1 and draw(_BOOLEANS):
                one["when"] = draw(fact_tests())
            if _chance(draw, 6):
                one["valid_from"] = draw(_DAYS)
            if _chance(draw, 6):
                one["valid_until"] = draw(_DAYS)
            if use in ("each_period", "at_least") and "value" in one:
                one["tolerance"] = draw(st.integers(0, 1))
            if use == "each_period" and "value" in one:
                one["times"] = draw(st.integers(1, 2))
        return rows

    if plain:
        return [[row()]]
    return [reading() for _ in range(2 if _chance(draw, 5) else 1)]


# Rules ---------------------------------------------------------------------------------------------------------------


@st.composite
def triggers(draw: Draw, only_each: str = "") -> str | Json:
    """A clock of each kind; or one that starts with one activity, or with something not done."""
    kind = "each" if only_each else draw(st.sampled_from(["anchor", "anchor", "anchor", "each", "each", "nth", "becomes"]))
    if kind == "anchor":
        return draw(st.sampled_from(["started", "started", *DATES]))
    if kind == "becomes":
        name = draw(st.sampled_from(["flag", "level", "needs"]))
        wanted = {"flag": draw(_BOOLEANS), "level": ["medium", "high"], "needs": {"includes": "drugs"}}
        return {"becomes": {name: wanted[name]}}
    activity = only_each or draw(st.sampled_from(["absence", "absence", "visit", "screening", "not_done"]))
    clock: Json = {"each": activity}
    where = draw(attribute_tests(activity)) if draw(_BOOLEANS) else {}
    if where:
        clock["where"] = where
    if kind == "nth":
        clock["nth"] = draw(st.integers(2, 3))
        if draw(_BOOLEANS):
            clock["in"] = draw(st.sampled_from(SPANS))
        if draw(_BOOLEANS):
            clock["since"] = "breach"
    return clock


WINDOWS = ["within", "until", "until trigger", "before", "by", "before trigger", "every", "each_period", "at_least"]
EXPECTATIONS = [*WINDOWS, "within", "plain", "never", "this"]


@st.composite
def expectations(draw: Draw, name: str, kind: str, derived: Sequence[str], plain_limits: bool = False) -> tuple[Json, Limits]:
    """A rule that expects something, with the limit it uses, if it uses one.

    Args:
        draw: Hypothesis's own.
        name: The rule's name.
        kind: One of `EXPECTATIONS`.
        derived: The inferred circumstances that it may read.
        plain_limits: Whether its limit is to have one row only.
    """
    rule: Json = {"rule": name}
    if _chance(draw, 2):
        rule["when"] = draw(conditions(derived))
    if _chance(draw, 5):
        rule["unless"] = draw(conditions(derived))
    activity = draw(st.sampled_from(ACTIVITIES))
    expect: Json = {}
    _add_triggers(draw, rule, kind)
    if kind == "this":
        each = rule["from"]["each"]
        expect["this"] = draw(attribute_tests(each)) or {"sufficient": True}
    else:
        named = [activity, "breach"] if activity != "breach" and _chance(draw, 5) else activity
        expect["never" if kind == "never" else "activity"] = named
        _add_answer(draw, rule, expect, kind, activity)
    found: Limits = {}
    if kind in ("within", "every", "each_period", "at_least"):
        found[f"limit-{name}"] = draw(limits(kind, plain_limits))
        expect[kind] = f"limit-{name}"
        if kind == "within" and _chance(draw, 4):
            expect["at_latest"] = draw(st.sampled_from(SPANS))
    _add_bounds(draw, expect, kind)
    return {**rule, "expect": expect}, found


def _add_triggers(draw: Draw, rule: Json, kind: str) -> None:
    if kind in ("until trigger", "before trigger", "this"):
        rule["from"] = draw(triggers(draw(st.sampled_from(["visit", "plan"]))))
    elif kind in ("within", "every", "each_period") or draw(_BOOLEANS):
        clocks = [draw(triggers()) for _ in range(2 if _chance(draw, 4) else 1)]
        rule["from"] = clocks if len(clocks) > 1 and clocks[0] != clocks[1] else clocks[0]


def _add_answer(draw: Draw, rule: Json, expect: Json, kind: str, activity: str) -> None:
    """Which activity counts, what a good one is like, and which of several decides."""
    where = draw(attribute_tests(activity)) if _chance(draw, 3) else {}
    if where:
        expect["where"] = where
    if kind == "never":
        return
    good = draw(attribute_tests(activity)) if draw(_BOOLEANS) else {}
    if good or _chance(draw, 6):
        expect["good_when"] = good or {"sufficient": True}
    if _chance(draw, 3):
        expect["which"] = draw(st.sampled_from(["any", "first", "latest"]))
    if _chance(draw, 5) and "agency" in ATTRIBUTES[activity]:
        expect["same"] = ["agency"]
    if _chance(draw, 6) and "from" in rule:
        expect["early"] = "counts"


def _add_bounds(draw: Draw, expect: Json, kind: str) -> None:
    if kind == "until" or (kind in ("every", "each_period", "at_least", "never") and draw(_BOOLEANS)):
        expect["until"] = draw(st.sampled_from(["ended", "release"]))
    if kind == "until trigger":
        expect["until"] = "trigger.due"
    if kind == "before trigger":
        expect["before"] = "trigger"
    if kind in ("before", "by"):
        bounds = st.fixed_dictionaries({kind: st.sampled_from(["ended", "release"]), "not_before": st.sampled_from(["sentenced", "started"])})
        expect |= draw(bounds)


@st.composite
def derivations(draw: Draw, name: str, fact: str, earlier: Sequence[str]) -> Json:
    """A rule that infers a circumstance from those given and those inferred before it."""
    value = draw(st.sampled_from(LEVELS)) if fact == "grade" else draw(st.sampled_from([True, True, False]))
    rule: Json = {"rule": name, "when": draw(conditions(earlier)), "derives": {fact: value}}
    if _chance(draw, 3):
        rule["otherwise"] = "low" if fact == "grade" else draw(_BOOLEANS)
    return rule


@st.composite
def conflicts(draw: Draw, name: str) -> Json:
    """A rule that says what cannot both be right: about the case, or about an entry and the next of its kind."""
    rule: Json = {"rule": name}
    means = draw(st.sampled_from(["gap", "query"]))
    if _chance(draw, 3):
        rule["unless"] = draw(conditions())
    if draw(_BOOLEANS):
        return {**rule, "conflict": {"conflict_when": draw(conditions()), "means": means}}
    activity = draw(st.sampled_from(["analysis", "plan", "visit", "review"]))
    pair: Json = {"activity": activity}
    where = draw(attribute_tests(activity)) if _chance(draw, 3) else {}
    if where:
        pair["where"] = where
    name_tested = draw(st.sampled_from(["full", "agency"]))
    same = {name_tested: {"same_as_previous": draw(_BOOLEANS)}}
    asked = draw(st.sampled_from([same, {"not": same}, {"any": [same, {"full": False}]}, {**same, "sufficient": True}]))
    return {**rule, "conflict": {"pair": pair, "conflict_when": asked, "means": means}}


@st.composite
def rule_sets(draw: Draw, kinds: Sequence[str] = EXPECTATIONS, derive: bool = True, edges: bool = True) -> tuple[list[Json], Limits]:
    """Rules with their limits: inferences in a chain, conflicts, and expectations that rest on or follow one another.

    Args:
        draw: Hypothesis's own.
        kinds: Which of `EXPECTATIONS` may be drawn.
        derive: Whether circumstances may be inferred.
        edges: Whether rules may rest on or follow others.
    """
    rules: list[Json] = []
    known: Limits = {}
    names = iter(draw(st.permutations([f"r-{letter}" for letter in "abcdefghijkl"])))
    derived: list[str] = []
    for fact in DERIVED if derive else []:
        n_rules = draw(st.sampled_from([1, 0, 2]))
        rules += [draw(derivations(next(names), fact, tuple(derived))) for _ in range(n_rules)]
        derived += [fact] * bool(n_rules)
    if draw(_BOOLEANS):
        rules.append(draw(conflicts(next(names))))
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(kinds))
        rule, found = draw(expectations(next(names), kind, tuple(derived)))
        if edges and rules:
            _add_edges(draw, rule, [earlier["rule"] for earlier in rules])
        known |= found
        rules.append(rule)
    return draw(st.permutations(rules)), known


def _add_edges(draw: Draw, rule: Json, earlier: list[str]) -> None:
    """Edges lead only to rules drawn before, so that they never form a circle; the rules' names are in another order."""
    targets = draw(st.lists(st.sampled_from(earlier), min_size=0 if _chance(draw, 4) else 1, max_size=3, unique=True))
    rests_on = [name for name in targets if draw(st.integers(0, 2))]
    follows = [name for name in targets if name not in rests_on]
    rule |= {key: value for key, value in (("rests_on", rests_on), ("follows", follows)) if value}


# Cases ---------------------------------------------------------------------------------------------------------------


@st.composite
def circumstances(draw: Draw, known: int = 4) -> Json:
    """What is given of a case; each circumstance is unknown once in so many times."""
    values: dict[str, st.SearchStrategy[Any]] = {
        "started": _DAYS | st.lists(_DAYS, min_size=2, max_size=2, unique=True) | st.sampled_from(["not_yet", "none"]),
        "ended": _DAYS | _DAYS | st.sampled_from(["not_yet", "none"]),
        "release": _DAYS | _DAYS | st.sampled_from(["not_yet", "none"]),
        "sentenced": _DAYS,
        "setting": st.sampled_from(["community", "custody"]),
        "flag": _dated(_BOOLEANS),
        "child": _BOOLEANS,
        "level": _dated(st.sampled_from(LEVELS)),
        "level_before": st.sampled_from(LEVELS),
        "tier": st.integers(1, 4),
        "tier_before": st.integers(1, 4),
        "needs": _dated(st.lists(st.sampled_from(NEEDS), max_size=2, unique=True)),
        "required": _BOOLEANS,
        "grade": st.sampled_from(LEVELS),
        "oversight": _dated(_BOOLEANS),
    }
    return {
        name: draw(value) for name, value in values.items() if _chance(draw, 3) or (name not in DERIVED and not _chance(draw, known))
    }


def _dated(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    change = st.fixed_dictionaries({"from": _DAYS, "is": values})
    return values | st.lists(change, min_size=1, max_size=3, unique_by=lambda one: str(one["from"]))


@st.composite
def entries(draw: Draw, activities: Sequence[str] = ACTIVITIES) -> Json:
    """One entry of the record: something done, or something not done for a reason."""
    activity = draw(st.sampled_from(activities))
    said: Json = {"on": "unknown" if _chance(draw, 12) else draw(_DAYS)}
    for name, values in ATTRIBUTES[activity].items():
        if draw(st.integers(0, 3)):
            said[name] = draw(st.sampled_from(values))
    if _chance(draw, 4):
        said["sufficient"] = draw(_BOOLEANS)
    if activity in ("plan", "visit") and draw(_BOOLEANS):
        said["due"] = draw(_DAYS)
    if _chance(draw, 8):
        said["stands"] = "seen and good all the same"
    if _chance(draw, 8):
        said["late_reason"] = {"reason": "x"}
        if draw(_BOOLEANS):
            said["late_reason"]["acceptable"] = draw(_BOOLEANS)
    return {activity: said if len(said) > 1 or draw(_BOOLEANS) else said["on"]}


@st.composite
def not_done(draw: Draw) -> Json:
    """A recorded reason for something not being done."""
    said: Json = {"activity": draw(st.sampled_from(ACTIVITIES)), "reason": "x"}
    if draw(_BOOLEANS):
        said["on"] = draw(_DAYS)
    if draw(st.integers(0, 3)):
        said["acceptable"] = draw(_BOOLEANS)
    if _chance(draw, 4):
        said["agency"] = draw(st.sampled_from(AGENCIES))
    return {"not_done": said}


@st.composite
def cases(draw: Draw, complete: bool | None = None, known: int = 4) -> Json:
    """A case record.

    Args:
        draw: Hypothesis's own.
        complete: Whether the record is complete as it stands; either if left out.
        known: A circumstance is unknown once in so many times.
    """
    record = draw(st.lists(entries(), max_size=7)) + (draw(st.lists(not_done(), max_size=2)) if draw(_BOOLEANS) else [])
    case: Json = {"circumstances": draw(circumstances(known)), "record": record, "as_at": day(draw(st.integers(0, 90)))}
    if complete is None and _chance(draw, 4):
        case["record_complete"] = draw(st.sampled_from([False, *STAGE_LISTS]))
    return case


@st.composite
def worlds(
    draw: Draw, kinds: Sequence[str] = EXPECTATIONS, derive: bool = True, edges: bool = True, complete: bool | None = None
) -> tuple[Built, Json]:
    """Rules, compiled, and a case for them."""
    rules, known = draw(rule_sets(kinds, derive, edges))
    return build(rules, known), draw(cases(complete))
