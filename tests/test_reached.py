"""What of a rule's conditions its examples have seen true and false, on rules small enough to say by hand."""

from __future__ import annotations

from typing import Any

import pytest

from building import build, case_of
from knowledge_base import examples_by_rule, reference
from quips.examples import Example
from quips.reached import Reached, reached

Json = dict[str, Any]

EXPECTS = {"expect": {"activity": "plan", "at_latest": "5 working_days"}, "from": "started"}


def reach(rule: Json, *cases: Json) -> Reached:
    examples = [{"name": f"{n}", "given": {"as_at": "2018-06-01"}, "status": "met"} for n, _ in enumerate(cases)]
    built = build([{"rule": "r", **rule, "examples": examples}])
    given = [case_of({"as_at": "2018-06-01", **case}) for case in cases]
    return reached([Example(built.rules["r"], n, case) for n, case in enumerate(given)], built.engine)


def never(found: Reached) -> dict[str, tuple[bool, ...]]:
    return {part.words: part.never for part in found.parts}


@pytest.mark.parametrize(
    ("cases", "left"),
    [
        ([], None),
        ([{"circumstances": {"flag": True}}], (False,)),
        ([{"circumstances": {"flag": False}}], (True,)),
        ([{"circumstances": {"flag": True}}, {"circumstances": {"flag": False}}], ()),
        ([{"circumstances": {}}], (True, False)),  # not known is neither
    ],
)
def test_a_test_has_to_be_seen_true_and_false(cases: list[Json], left: tuple[bool, ...] | None) -> None:
    found = never(reach({"when": {"flag": True}, **EXPECTS}, *cases)) if cases else {}
    assert found.get("flag") == left


def test_every_branch_of_an_any_has_to_be_seen_though_another_holds() -> None:
    rule = {"when": {"any": [{"flag": True}, {"child": True}]}, **EXPECTS}
    found = reach(rule, {"circumstances": {"flag": True, "child": False}}, {"circumstances": {"flag": False, "child": False}})
    assert never(found) == {"any": (), "flag": (), "child": (True,)}


def test_the_whole_of_a_branch_has_to_be_seen_and_not_its_tests_one_at_a_time() -> None:
    rule = {"when": {"any": [{"all": [{"flag": True}, {"child": True}]}, {"tier": 4}]}, **EXPECTS}
    cases = [
        {"circumstances": {"flag": True, "child": False, "tier": 4}},
        {"circumstances": {"flag": False, "child": True, "tier": 1}},
    ]
    assert never(reach(rule, *cases)) == {"any": (), "all of this": (True,), "flag": (), "child": (), "tier": ()}


def test_what_is_denied_has_to_be_seen_both_ways() -> None:
    rule = {"unless": {"flag": True}, **EXPECTS}
    assert never(reach(rule, {"circumstances": {"flag": False}})) == {"flag": (True,)}


def test_a_condition_is_looked_at_on_the_day_the_clock_starts_too() -> None:
    changed = [{"from": "2018-01-01", "is": True}, {"from": "2018-05-01", "is": False}]
    case = {"circumstances": {"flag": changed, "started": "2018-02-01"}}
    assert never(reach({"when": {"flag": True}, **EXPECTS}, case)) == {"flag": ()}


def test_tests_of_entries_are_looked_at_in_every_entry() -> None:
    rule = {"from": "started", "expect": {"activity": "analysis", "where": {"agency": "police"}, "good_when": {"full": True}}}
    one = {"record": [{"analysis": {"on": "2018-03-01", "agency": "police", "full": True}}]}
    other = {"record": [{"analysis": {"on": "2018-03-01", "agency": "prison", "full": True}}]}
    assert never(reach(rule, one)) == {"agency": (False,), "full": (False,)}
    assert never(reach(rule, one, other)) == {"agency": (), "full": (False,)}


def test_pairs_are_looked_at_two_by_two() -> None:
    rule = {
        "conflict": {"pair": {"activity": "analysis"}, "conflict_when": {"full": {"same_as_previous": False}}, "means": "gap"}
    }
    entries = [{"analysis": {"on": f"2018-0{n}-01", "full": full}} for n, full in ((1, True), (2, True), (3, False))]
    assert never(reach(rule, {"record": entries[:2]})) == {"full": (True,)}
    assert never(reach(rule, {"record": entries})) == {"full": ()}


def test_a_share_counts_two_for_each_part() -> None:
    found = reach({"when": {"flag": True}, **EXPECTS}, {"circumstances": {"flag": True}})
    assert (found.seen, found.of, found.percent) == (1, 2, 50)
    [problem] = found.problems()
    assert (problem.name, str(problem.place).split(":")[0]) == ("not-reached", "r.yaml")
    assert "'flag' false" in problem.message


def test_the_examples_of_every_shipped_rule_reach_all_of_its_conditions() -> None:
    found = reached([example for examples in examples_by_rule().values() for example in examples], reference())
    assert found.problems() == []
