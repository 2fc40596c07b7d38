"""The smallest cases that show decisions of `semantics.md` which the dates oracle does not reach."""

from __future__ import annotations

from typing import Any

import pytest

from building import VOCABULARY, Json, case_of, decide, document, read_rules, shape, statuses, whole_limits, whole_rule
from quips.framework import Source, read_limits
from quips.names import name_problems
from quips.problems import Problem

_FIVE_DAYS: Any = {"limit": [[{"value": 5, "unit": "days"}]]}


# Occasions and conflicts -------------------------------------------------------------------------------------------------

_CHANGED_AGENCY: Json = {
    "conflict": {
        "pair": {"activity": "visit", "where": {"agency": "police"}},
        "conflict_when": {"full": {"same_as_previous": False}},
        "means": "gap",
    }
}


def visits(*said: Json) -> Json:
    return {"record": [{"visit": one} for one in said], "as_at": "2010-05-01"}


def test_a_pair_that_differs_is_a_conflict() -> None:
    case = visits({"on": "2010-02-19", "full": True, "agency": "police"}, {"on": "2010-02-20", "full": False, "agency": "police"})
    assert statuses(_CHANGED_AGENCY, case) == {"visit@2010-02-20": "conflict"}


def test_a_pair_whose_later_entry_may_not_count_cannot_be_told() -> None:
    case = visits({"on": "2010-02-19", "full": True, "agency": "police"}, {"on": "2010-02-20", "full": False})
    assert statuses(_CHANGED_AGENCY, case) == {"visit@2010-02-20": "cannot_tell"}


def test_a_pair_whose_earlier_entry_may_not_count_cannot_be_told() -> None:
    case = visits({"on": "2010-02-19", "full": True}, {"on": "2010-02-20", "full": False, "agency": "police"})
    assert statuses(_CHANGED_AGENCY, case) == {"visit@2010-02-20": "cannot_tell"}


_SECOND_ABSENCE: Json = {"from": {"each": "absence", "nth": 2}, "expect": {"activity": "breach", "within": "limit"}}


def absences(*days: str) -> Json:
    return {"record": [{"absence": day} for day in days], "as_at": "2010-05-01"}


def test_the_second_of_three_starts_the_clock() -> None:
    case = absences("2010-02-19", "2010-02-01", "2010-03-01")
    assert statuses(_SECOND_ABSENCE, case, _FIVE_DAYS) == {"absence@2010-02-19": "missing"}


def test_which_is_the_second_cannot_be_told_while_one_has_no_date() -> None:
    found = statuses(_SECOND_ABSENCE, absences("2010-02-01", "2010-02-19", "unknown"), _FIVE_DAYS)
    assert set(found.values()) == {"cannot_tell"}


def test_a_whole_number_with_a_decimal_point_is_that_number() -> None:
    fact = case_of({"circumstances": {"tier": 2.0}, "as_at": "2010-05-01"}).fact("tier", 0)
    assert (fact, type(fact)) == (2, int)  # durable_rules tells 2.0 from 2


def test_an_entry_is_found_by_a_date_of_its_own() -> None:
    rule: Json = {"expect": {"activity": "visit", "where": {"due": {"before": "2010-02-01"}}}}
    assert statuses(rule, visits({"on": "2010-02-19", "due": "2010-01-31"})) == {"case": "met"}
    assert statuses(rule, visits({"on": "2010-02-19", "due": "2010-02-01"})) == {"case": "missing"}


@pytest.mark.parametrize(
    ("counted", "row", "record"),
    [
        ("at_least", {"value": 1, "unit": "times"}, [{"visit": "2010-01-20"}]),
        ("each_period", {"value": 5, "unit": "days", "tolerance": 1}, []),
    ],
)
def test_learning_when_something_counted_ended_does_not_flip_it(counted: str, row: Json, record: list[Json]) -> None:
    rule: Json = {"from": "started", "expect": {"activity": "visit", counted: "limit", "until": "ended"}}
    found = set()
    for end in ({}, {"ended": "2010-01-10"}):
        case: Json = {"circumstances": {"started": "2010-01-04", **end}, "record": record, "as_at": "2010-05-01"}
        found.add(statuses(rule, case, {"limit": [[row]]})["started"])
    assert found != {"met", "missing"}


# Keys --------------------------------------------------------------------------------------------------------------------


def test_the_key_of_something_recurring_does_not_depend_on_what_is_known() -> None:
    rule: Json = {"when": {"flag": True}, "from": "started", "expect": {"activity": "visit", "every": "limit"}}
    known: Json = {"circumstances": {"started": "2010-01-04", "flag": True}, "as_at": "2010-03-01"}
    unknown: Json = {"circumstances": {"started": "2010-01-04"}, "as_at": "2010-03-01"}
    assert list(statuses(rule, unknown, _FIVE_DAYS)) == list(statuses(rule, known, _FIVE_DAYS))


@pytest.mark.parametrize(
    ("clocks", "circumstances"),
    [
        ([{"each": "absence", "where": {"excused": False}}, {"each": "absence", "where": {"agency": "police"}}], {}),
        ([{"becomes": {"flag": True}}, {"becomes": {"flag": False}}], {"flag": True}),
        (["started", "started"], {"started": "2010-01-04"}),
    ],
)
def test_two_clocks_have_keys_of_their_own_or_are_refused(clocks: list[Any], circumstances: Json) -> None:
    rule: Json = {"rule": "r", "from": clocks, "expect": {"activity": "visit"}}
    record = [{"absence": {"on": "2010-01-05", "excused": False, "agency": "police"}}]
    case = {"circumstances": circumstances, "record": record, "as_at": "2010-03-01"}
    keys = [decision.key for decision in decide([rule], case)]
    assert len(set(keys)) == len(keys) or problems_of(rule)


# What rests on what ------------------------------------------------------------------------------------------------------


def plan_on_analysis(analysis: Json) -> dict[str, str]:
    rules = [
        {"rule": "analysis", "from": "started", "expect": {"activity": "analysis", "within": "limit"}},
        {"rule": "plan", "from": "started", "expect": {"activity": "plan"}, "rests_on": ["analysis"]},
    ]
    case: Json = {
        "circumstances": {"started": "2010-01-04"},
        "record": [{"plan": "2010-01-10"}, {"analysis": analysis}],
        "as_at": "2010-05-01",
    }
    return {decision.rule: str(decision.status) for decision in decide(rules, case, _FIVE_DAYS)}


def test_a_plan_made_before_its_analysis_is_undermined() -> None:
    assert plan_on_analysis({"on": "2010-01-20"}) == {"analysis": "late", "plan": "undermined"}


def test_a_plan_made_after_a_late_analysis_is_met() -> None:
    assert plan_on_analysis({"on": "2010-01-10"}) == {"analysis": "late", "plan": "met"}


def test_a_plan_made_before_an_analysis_that_is_excepted_is_met() -> None:
    analysis = {"on": "2010-01-20", "late_reason": {"reason": "x", "acceptable": True}}
    assert plan_on_analysis(analysis) == {"analysis": "excepted", "plan": "met"}


# What the checks should not let pass -------------------------------------------------------------------------------------


def problems_of(rule: Json, limit: Json | None = None) -> list[Problem]:
    """What loading a rule and its limit would say of them."""
    whole = whole_limits({"limit": [[limit]]}) if limit else None
    known = {one.name: one for one in (read_limits(document(whole)) if whole else [])}
    shapes = shape("rule").problems(document(whole_rule(rule)))
    shapes += shape("limits").problems(document(whole)) if whole else []
    sources = {"a.txt": Source("a.txt", "x", "x", "published", 1)}
    return shapes + name_problems(VOCABULARY, sources, known, {}, {}, read_rules([rule]), shape("case"))


_VISIT: Json = {"activity": "visit"}


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        pytest.param({"when": {"has": {"activity": "not_done"}}, "expect": _VISIT}, None, id="has not_done: KeyError"),
        pytest.param({"expect": {"activity": "not_done"}}, None, id="expect not_done: KeyError"),
        pytest.param(
            {"from": "started", "expect": {**_VISIT, "within": "limit"}}, {"value": 5, "unit": "times"}, id="within 5 times"
        ),
        pytest.param(
            {"from": "started", "expect": {**_VISIT, "every": "limit"}}, {"value": 5, "unit": "times"}, id="every 5 times"
        ),
        pytest.param({"expect": {**_VISIT, "at_least": "limit"}}, {"value": 5, "unit": "days"}, id="at least 5 days"),
        pytest.param(
            {"from": "started", "expect": {**_VISIT, "every": "limit"}}, {"value": 0, "unit": "days"}, id="every 0 days: endless"
        ),
        pytest.param({"when": {"tier": {"same_as_previous": True}}, "expect": _VISIT}, None, id="no previous tier"),
        pytest.param({"expect": {**_VISIT, "where": {"agency": {"same_as_previous": True}}}}, None, id="no previous visit"),
        pytest.param({"expect": {**_VISIT, "where": {"agency": {"not_same_as": "full"}}}}, None, id="not_same_as in where"),
        pytest.param({"from": {"each": "absence"}, "expect": {**_VISIT, "same": ["nonsense"]}}, None, id="same nonsense"),
        pytest.param({"expect": {**_VISIT, "same": ["agency"]}}, None, id="same as no occasion"),
        pytest.param({"expect": {**_VISIT, "before": "trigger"}}, None, id="before no occasion"),
    ],
)
def test_what_can_never_work_is_refused_when_it_is_loaded(rule: Json, limit: Json | None) -> None:
    assert problems_of({"rule": "r", **rule}, limit)


@pytest.mark.parametrize(
    ("rule", "limit", "name"),
    [
        ({"expect": {"activity": "vist"}}, None, "unknown-activity"),
        ({"expect": {**_VISIT, "within": "limit"}}, {"value": 5, "unit": "days"}, "missing-key"),
        ({"expect": {**_VISIT, "before": "ended"}}, None, "missing-key"),
        ({"when": {"flag": {"at_least": 1}}, "expect": _VISIT}, None, "wrong-test"),
        ({"when": {"level": "hihg"}, "expect": _VISIT}, None, "wrong-value"),
        ({"from": "tier", "expect": _VISIT}, None, "unknown-anchor"),
        ({"from": {"becomes": {"child": True}}, "expect": _VISIT}, None, "cannot-change"),
        ({"from": "started", "expect": {"this": {"full": True}}}, None, "nothing-to-ask"),
        ({"expect": _VISIT, "rests_on": ["nothing"]}, None, "unknown-rule"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(rule: Json, limit: Json | None, name: str) -> None:
    assert name in {problem.name for problem in problems_of({"rule": "r", **rule}, limit)}
