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


def decisions_of(rules: list[Json], circumstances: Json, *record: Json) -> dict[str, Any]:
    """What is decided of each rule's only finding."""
    case: Json = {"circumstances": {"started": "2010-01-04", **circumstances}, "record": list(record), "as_at": "2010-05-01"}
    return {decision.rule: decision for decision in decide(rules, case, _FIVE_DAYS)}


def work(name: str, activity: str, *, in_time: bool = False, **more: Any) -> Json:
    limit = {"within": "limit"} if in_time else {}
    return {"rule": name, "from": "started", "expect": {"activity": activity, **limit, **more.pop("expect", {})}, **more}


def test_the_cause_is_the_nearest_gap_and_not_the_one_beneath_it() -> None:
    rules = [work("a", "analysis"), work("b", "plan", rests_on=["a"]), work("c", "visit", rests_on=["b"])]
    found = decisions_of(rules, {})
    assert [found[name].because_of for name in "abc"] == [(), (("a", "started"),), (("b", "started"),)]
    assert [found[name].root for name in "abc"] == [True, False, False]


@pytest.mark.parametrize(
    ("between", "status"),
    [
        ({"expect": {"until": "ended"}}, "not_yet_due"),
        ({"when": {"flag": True}}, "not_applicable"),
        ({"when": {"child": True}}, "cannot_tell"),
    ],
)
def test_causes_are_looked_for_through_what_is_open_or_not_applicable(between: Json, status: str) -> None:
    rules = [work("a", "analysis"), work("b", "plan", rests_on=["a"], **between), work("c", "visit", rests_on=["b"])]
    found = decisions_of(rules, {"flag": False, "ended": "not_yet"})
    assert found["b"].status == status
    assert found["c"].because_of == (("a", "started"),)


def test_causes_are_not_looked_for_through_what_is_sufficient() -> None:
    rules = [work("a", "analysis"), work("b", "plan", follows=["a"]), work("c", "visit", rests_on=["b"])]
    found = decisions_of(rules, {}, {"plan": "2010-01-05"})
    assert found["b"].status == "met" and found["c"].because_of == () and found["c"].root


def test_what_only_follows_explains_absence_and_never_poor_quality() -> None:
    quality = {"expect": {"good_when": {"full": True}}}
    rules = [work("a", "analysis"), work("b", "plan", follows=["a"]), work("c", "visit", follows=["a"], **quality)]
    found = decisions_of(rules, {}, {"visit": {"on": "2010-01-05", "full": False}})
    assert found["b"].because_of == (("a", "started"),)
    assert found["c"].status == "insufficient" and found["c"].root


def test_what_it_rests_on_explains_poor_quality() -> None:
    rules = [work("a", "analysis"), work("b", "visit", rests_on=["a"], expect={"good_when": {"full": True}})]
    found = decisions_of(rules, {}, {"visit": {"on": "2010-01-05", "full": False}})
    assert found["b"].because_of == (("a", "started"),)


@pytest.mark.parametrize(("analysis", "because"), [("2010-01-09", ()), ("2010-01-10", (("a", "sentenced"),))])
@pytest.mark.parametrize("edge", ["rests_on", "follows"])
def test_what_is_late_explains_only_what_was_due_before_it_was_done(edge: str, analysis: str, because: Any) -> None:
    """The plan was due on the 9th: an analysis of the 10th kept it waiting, one of the 9th did not."""
    first = {**work("a", "analysis", in_time=True), "from": "sentenced"}
    rules = [first, work("b", "plan", in_time=True, **{edge: ["a"]})]
    found = decisions_of(rules, {"sentenced": "2010-01-01"}, {"analysis": analysis}, {"plan": "2010-01-20"})
    assert [found[name].status for name in "ab"] == ["late", "late"]
    assert found["b"].because_of == because


def test_what_is_late_does_not_explain_what_is_missing() -> None:
    rules = [work("a", "analysis", in_time=True), work("b", "plan", rests_on=["a"])]
    assert decisions_of(rules, {}, {"analysis": "2010-01-20"})["b"].root


def test_what_is_open_beneath_is_waited_for() -> None:
    rules = [work("a", "analysis", expect={"good_when": {"full": True}}), work("b", "plan", rests_on=["a"])]
    found = decisions_of(rules, {}, {"analysis": "2010-01-05"}, {"plan": "2010-01-06"})
    assert found["a"].status == "to_judge"
    assert found["b"].status == "met" and found["b"].waits_for == (("a", "started"),)
    rules[1] = work("b", "plan", follows=["a"])
    assert decisions_of(rules, {}, {"analysis": "2010-01-05"}, {"plan": "2010-01-06"})["b"].waits_for == ()


def test_undermining_is_passed_on_and_names_what_lies_next_beneath() -> None:
    rules = [work("a", "analysis"), work("b", "plan", rests_on=["a"]), work("c", "visit", rests_on=["b"])]
    found = decisions_of(rules, {}, {"plan": "2010-01-05"}, {"visit": "2010-01-06"})
    assert [found[name].status for name in "abc"] == ["missing", "undermined", "undermined"]
    assert found["c"].undermined_by == found["c"].because_of == (("b", "started"),)
    assert found["c"].was == "met"


def test_work_that_the_auditor_lets_stand_stays_met() -> None:
    rules = [work("a", "analysis"), work("b", "plan", rests_on=["a"])]
    assert decisions_of(rules, {}, {"plan": {"on": "2010-01-05", "stands": "seen"}})["b"].status == "met"
    assert decisions_of(rules, {}, {"plan": {"on": "2010-01-05", "sufficient": True}})["b"].status == "undermined"


def test_each_occasion_rests_on_the_last_that_started_before_it_was_done() -> None:
    """One analysis for each change: the plan of the 12th rests on that of the 10th, which is missing, not on that of the 2nd."""
    rules = [
        {"rule": "a", "from": {"each": "absence"}, "expect": {"activity": "analysis", "within": "limit"}},
        {"rule": "b", "from": "sentenced", "expect": {"activity": "plan"}, "rests_on": ["a"]},
    ]
    absences = [{"absence": "2010-01-02"}, {"absence": "2010-01-10"}, {"absence": "2010-01-20"}]
    record = [*absences, {"analysis": "2010-01-03"}, {"plan": "2010-01-12"}]
    case = {"circumstances": {"sentenced": "2010-01-01"}, "record": record, "as_at": "2010-05-01"}
    [plan] = [decision for decision in decide(rules, case, _FIVE_DAYS) if decision.rule == "b"]
    assert plan.undermined_by == (("a", "absence@2010-01-10"),)


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
