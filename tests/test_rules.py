"""Every active rule shows by example what it owes: a gap, no gap, not applicable, its last good and first bad day, its edges."""

from __future__ import annotations

import pytest

from knowledge_base import examples_by_rule, knowledge, reference
from quips.attempts import Seen
from quips.examples import ExampleRunner
from quips.rules import Rule
from quips.statuses import Status, Verdict

ACTIVE = sorted((rule for rule in knowledge().rules.values() if rule.status == "active"), key=lambda rule: rule.name)
GAPS = {Status.MISSING, Status.LATE, Status.INSUFFICIENT, Status.UNDERMINED, Status.CONFLICT}
GOOD = {Status.MET, Status.CONSISTENT, Status.EXCEPTED}


def statuses(rule: Rule) -> set[Status]:
    shown: set[str] = set()
    for example in rule.examples:
        shown |= {example["status"]} if "status" in example else set(example["findings"].values())
    return {Status(status) for status in shown}


def numbered(rule: Rule) -> bool:
    """Whether a rule has a limit with a number, so that it has a last good day."""
    limits = [knowledge().limits[name] for name in (rule.expect.limits if rule.expect else ())]
    rows = [row for limit in limits for reading in limit.readings for row in reading.rows]
    return any(row.value is not None and row.unit != "times" for row in rows)


@pytest.mark.parametrize("rule", ACTIVE, ids=lambda rule: rule.name)
def test_examples_hold_on_the_reference_engine(rule: Rule) -> None:
    runner = ExampleRunner(knowledge(), reference())
    assert runner.problems(examples_by_rule()[rule.name]) == []


@pytest.mark.parametrize("rule", ACTIVE, ids=lambda rule: rule.name)
def test_examples_show_a_gap_and_none(rule: Rule) -> None:
    shown = statuses(rule)
    limits = [knowledge().limits[name] for name in (rule.expect.limits if rule.expect else ())]
    never_timed = limits and not numbered(rule)
    if rule.kind == "derivation":
        assert shown >= {Status.CONSISTENT, Status.CONFLICT}
    elif never_timed:
        # Without a number what was done can only be judged: the gap is absence, if the rule says by when.
        assert shown & (GOOD | {Status.TO_JUDGE})
    else:
        assert shown & GAPS
        assert shown & GOOD


@pytest.mark.parametrize("rule", ACTIVE, ids=lambda rule: rule.name)
def test_examples_show_where_it_does_not_apply(rule: Rule) -> None:
    assert Status.NOT_APPLICABLE in statuses(rule)


@pytest.mark.parametrize("rule", [rule for rule in ACTIVE if rule.edges], ids=lambda rule: rule.name)
def test_examples_show_each_edge(rule: Rule) -> None:
    named = {name for example in rule.examples for key in ("because_of", "undermined_by") for name in example.get(key, [])}
    provisional = any(example.get("provisional") for example in rule.examples)
    unseen = {edge.rule for edge in rule.edges if edge.rule not in named and not (provisional and edge.kind == "rests_on")}
    assert not unseen


@pytest.mark.parametrize("rule", [rule for rule in ACTIVE if numbered(rule)], ids=lambda rule: rule.name)
def test_examples_show_the_last_good_and_the_first_bad_day(rule: Rule) -> None:
    last_good = first_bad = False
    for example in examples_by_rule()[rule.name]:
        evaluation = reference().evaluate(example.case)
        for finding in (found for findings in evaluation for found in findings):
            if reference().program.duties[finding.number].name != rule.name or finding.observation is None:
                continue
            for attempt in finding.observation.attempts:
                if attempt.due is None:
                    done = attempt.entry is not None and attempt.measure is not None
                    last_good |= done and attempt.seen is Seen.GOOD
                    first_bad |= done and attempt.seen in (Seen.SHORT, Seen.NOTHING)
                    continue
                last_good |= attempt.done == attempt.due or example.case.as_at == attempt.due
                first_bad |= attempt.done == attempt.due + 1 or example.case.as_at == attempt.due + 1
    assert last_good
    assert first_bad


@pytest.mark.parametrize("rule", ACTIVE, ids=lambda rule: rule.name)
def test_an_active_rule_cites_a_report_and_says_what_it_cannot_see(rule: Rule) -> None:
    assert any(knowledge().sources[cite.source].lines for cite in rule.cites) or rule.standing == "unverified"
    assert rule.cannot_see
    assert rule.kind == "derivation" or rule.remedy
    for edge in rule.edges:
        assert edge.ours or edge.cites
        assert edge.because


def test_a_rule_answers_prompts_or_says_in_a_note_why_not() -> None:
    silent = [rule.name for rule in ACTIVE if rule.kind != "derivation" and not rule.answers and not rule.notes]
    assert silent == []


def test_concerned_rules_are_severe_enough_to_be_said_first() -> None:
    mild = [rule.name for rule in ACTIVE if rule.concerns and rule.severity == "low"]
    assert mild == []


def test_verdicts_cover_every_status() -> None:
    from quips.statuses import VERDICTS

    assert set(VERDICTS) == set(Status)
    assert set(VERDICTS.values()) == set(Verdict)
