"""The graph's named questions, on the shipped knowledge base and on small ones with a circle."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from knowledge_base import ROOT, knowledge
from quips import graph
from quips.knowledge import load_knowledge
from quips.problems import InputError


def test_rules_come_after_those_they_rest_on_or_follow() -> None:
    order = [duty.name for duty in knowledge().program.duties]
    for rule in knowledge().rules.values():
        for edge in rule.edges:
            assert order.index(edge.rule) < order.index(rule.name)


def test_a_rule_needs_the_facts_that_its_inferences_need() -> None:
    needed = graph.facts_needed_by(knowledge().graph, "risk-management-plan-completed")
    assert {"risk_management_plan_required", "rosh_level", "supervision_started"} <= set(needed)


def test_a_fact_can_settle_the_rules_that_read_it_through_an_inference() -> None:
    assert "risk-management-plan-completed" in graph.rules_reading(knowledge().graph, "rosh_level")
    assert graph.rules_reading(knowledge().graph, "no_such_fact") == []


def test_a_changed_limit_touches_its_rules_their_dependents_and_their_prompts() -> None:
    touched = graph.affected_by_limit(knowledge().graph, "home-visit-after-start")
    assert "rule:home-visit-where-rosh-is-high" in touched
    assert "prompt:omi-1/2.2/home-visit-high-roh" in touched


def test_much_hangs_on_the_analysis_and_nothing_on_the_last_in_a_chain() -> None:
    dependents = graph.hanging_on(knowledge().graph, "roh-analysis-completed")
    direct = [rule for rule in knowledge().rules.values() if any(e.rule == "roh-analysis-completed" for e in rule.edges)]
    assert dependents >= len(direct) > 0
    assert graph.hanging_on(knowledge().graph, "sara-completed") == 0


def test_the_chain_from_a_rule_down_to_a_root_is_drawn_from_its_edges() -> None:
    chain = graph.shortest_chain(knowledge().graph, "sara-completed", "police-check-made")
    assert chain == ["sara-completed", "police-check-made"]
    assert graph.shortest_chain(knowledge().graph, "police-check-made", "sara-completed") == []


def test_what_nothing_reads_or_answers_is_found() -> None:
    assert set(graph.facts_no_rule_reads(knowledge().graph)) <= set(knowledge().vocabulary.circumstances)
    answered = {answer.prompt for rule in knowledge().rules.values() for answer in rule.answers}
    without = graph.prompts_without_rule(knowledge().graph, knowledge().editions.values())
    assert not answered & set(without)
    rules = knowledge().rules
    assert all(not rules[name].answers for name in graph.rules_answering_nothing(rules))


def broken_copy(folder: Path, rule: str, old: str, new: str) -> list[str]:
    rules = folder / "rules"
    shutil.copytree(ROOT / "rules", rules)
    path = rules / rule
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_knowledge(ROOT / "framework", rules)
    return [f"{problem.message} [{problem.name}]" for problem in caught.value.problems]


def test_rules_that_rest_on_one_another_in_a_circle_are_an_error_that_draws_it(tmp_path: Path) -> None:
    edge = "rests_on:\n  - {rule: sara-completed, reading: ours, because: a circle}\nanswers:"
    messages = broken_copy(tmp_path, "domestic-abuse/police-check-made.yaml", "answers:", edge)
    assert any("police-check-made -> sara-completed -> police-check-made" in message for message in messages)


def test_a_circumstance_inferred_from_itself_is_an_error(tmp_path: Path) -> None:
    messages = broken_copy(
        tmp_path, "sentence/setting-is-custody.yaml", "when: {sentence: custody}", "when: {sentence: custody, setting: custody}"
    )
    assert any("are inferred from one another in a circle" in message for message in messages)


def test_a_name_that_does_not_exist_is_an_error_with_the_nearest(tmp_path: Path) -> None:
    messages = broken_copy(tmp_path, "domestic-abuse/sara-completed.yaml", "rule: police-check-made", "rule: police-chek-made")
    assert any("There is no rule 'police-chek-made'" in message for message in messages)
