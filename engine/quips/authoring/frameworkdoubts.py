"""Prompts that nothing answers, limits that hold twice or not at all, and words of the vocabulary that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from quips.conditions import ALWAYS, facts_of, has_of
from quips.framework import Limit, Reading, Row
from quips.graph import facts_no_rule_reads
from quips.knowledge import Knowledge
from quips.problems import Problem
from quips.satisfiable import can_hold_together


def framework_doubts(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what is doubtful about the editions, the limits and the vocabulary."""
    yield from _of_prompts(knowledge)
    for limit in knowledge.limits.values():
        for reading in limit.readings:
            yield from _of_rows(limit, reading, knowledge)
    yield from _unread(knowledge)


def _of_prompts(knowledge: Knowledge) -> Iterator[Problem]:
    answered: dict[str, str] = {}
    for rule in knowledge.rules.values():
        if rule.status == "active":
            for answer in rule.answers:
                answered.setdefault(answer.prompt, rule.name)
    for prompt in knowledge.prompts.values():
        if prompt.about != "case":
            continue
        if prompt.name not in answered and not prompt.judged:
            message = f"No rule answers '{prompt.name}', and it does not say why."
            hint = "Write a rule, or say under 'judged' what a machine cannot see."
            yield Problem(prompt.place, "neither-rule-nor-judged", message, hint)
        elif prompt.name in answered and prompt.judged:
            message = f"'{prompt.name}' says why no rule answers it, and the rule '{answered[prompt.name]}' does."
            yield Problem(prompt.place, "rule-and-judged", message, "Take 'judged' out, or the answer.")


def _of_rows(limit: Limit, reading: Reading, knowledge: Knowledge) -> Iterator[Problem]:
    possible = []
    for row in reading.rows:
        if row.valid_until is not None and row.valid_until <= row.valid_from:
            message = f"This row of '{limit.name}' ends before it begins, so it is never in force."
            yield Problem(row.place, "never-in-force", message, "Correct one of the two dates.")
        else:
            possible.append(row)
    for one, other in combinations(possible, 2):
        same_days = _ends_after(one, other) and _ends_after(other, one)
        conditions = [row.when or ALWAYS for row in (one, other)]
        if same_days and can_hold_together(conditions, knowledge.vocabulary.circumstances):
            message = f"Two rows of one reading of '{limit.name}' are in force on the same day for the same case."
            hint = f"The row on line {one.place.line} would win. End it before this one begins, or let 'when' tell them apart."
            yield Problem(other.place, "overlapping-rows", message, hint)
    for row in possible:
        ended = row.valid_until
        later = [other for other in possible if ended is not None and other.valid_from > ended]
        following = min(later, key=lambda other: other.valid_from, default=None)
        if following and ended is not None and not any(other.in_force(ended) for other in possible):
            until, since = (date.fromordinal(day).isoformat() for day in (ended, following.valid_from))
            message = f"From {until} to {since} no row of this reading of '{limit.name}' is in force."
            yield Problem(following.place, "gap-between-rows", message, "Let the days meet, if nothing else was in force.")


def _ends_after(one: Row, other: Row) -> bool:
    return one.valid_until is None or one.valid_until > other.valid_from


def _unread(knowledge: Knowledge) -> Iterator[Problem]:
    vocabulary = knowledge.vocabulary
    relevant = [term.relevant_when for term in vocabulary.circumstances.values() if term.relevant_when]
    read_there = {fact for condition in relevant for fact in facts_of(condition)}
    for name in facts_no_rule_reads(knowledge.graph):
        if name not in read_there:
            message = f"Nothing reads '{name}', so nobody needs to be asked for it."
            yield Problem(
                vocabulary.circumstances[name].place, "unread-circumstance", message, "Use it in a rule, or take it out."
            )
    asked = {target for _, target, kind in knowledge.graph.edges(keys=True) if kind == "asks_for"}
    asked |= {f"activity:{name}" for condition in relevant for has in has_of(condition) for name in has.activities}
    for name, activity in vocabulary.activities.items():
        if f"activity:{name}" not in asked:
            message = f"No rule asks for '{name}', so it makes no difference whether it is recorded."
            yield Problem(activity.place, "unasked-activity", message, "Use it in a rule, or take it out.")
