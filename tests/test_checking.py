"""Which examples have to be run again: those on which a change can have any bearing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge_base import knowledge
from quips.checking import digests_of_rules


def touched_by(name: str) -> set[str]:
    """The rules whose digests change with a word of one rule."""
    known = knowledge()
    rule = known.rules[name]
    said = replace(rule, document=replace(rule.document, value={**rule.document.value, "why": "For another reason."}))
    before, after = digests_of_rules(known), digests_of_rules(replace(known, rules={**known.rules, name: said}))
    return {name for name in before if before[name] != after[name]}


def leading_to(name: str) -> set[str]:
    """The rule and every rule from which some way along the edges leads to it, found by going round until nothing is new."""
    found: set[str] = set()
    new = {name}
    while new:
        found |= new
        new = {rule.name for rule in knowledge().rules.values() for edge in rule.edges if edge.rule in found} - found
    return found


@pytest.mark.parametrize("name", ["roh-analysis-completed", "police-check-made", "mappa-actions-in-sentence-plan"])
def test_a_changed_rule_touches_itself_and_what_leads_to_it(name: str) -> None:
    assert touched_by(name) == leading_to(name)


def test_some_rule_leads_to_another() -> None:
    assert len(leading_to("roh-analysis-completed")) > 8


def test_an_inference_touches_every_rule() -> None:
    inference = next(rule.name for rule in knowledge().rules.values() if rule.derives)
    assert touched_by(inference) == set(knowledge().rules)
