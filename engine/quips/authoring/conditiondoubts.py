"""Conditions that no case can meet, that every case meets, or parts of which change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from quips.conditions import ALWAYS, AllOf, AnyOf, Condition, Not
from quips.knowledge import Knowledge
from quips.problems import Problem
from quips.satisfiable import can_hold_together
from quips.vocabulary import Term


def condition_doubts(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what is doubtful about the conditions of a knowledge base, wherever they stand."""
    circumstances = knowledge.vocabulary.circumstances
    for owner, condition, within in every_condition(knowledge):
        if condition != ALWAYS and can_hold_together(list(within), circumstances):
            yield from _Doubts(owner, circumstances).of(condition, list(within))


def every_condition(knowledge: Knowledge) -> Iterator[tuple[str, Condition, Sequence[Condition]]]:
    """Yield every condition about a case: the name of what it belongs to, itself, and those that hold wherever it is asked."""
    for term in knowledge.vocabulary.circumstances.values():
        if term.relevant_when:
            yield term.name, term.relevant_when, ()
    for limit in knowledge.limits.values():
        for row in (row for reading in limit.readings for row in reading.rows):
            yield limit.name, row.when or ALWAYS, ()
    for edition in knowledge.editions.values():
        for node, population in edition.populations():
            if node.applies_when:
                yield f"{edition.name}/{node.id}", node.applies_when, population[:-1]
            for prompt in node.prompts:
                yield prompt.name, prompt.applies_when or ALWAYS, population
    for rule in knowledge.rules.values():
        yield rule.name, rule.applies, ()
        if rule.conflict and rule.conflict.pair is None:
            yield rule.name, rule.conflict.when, (rule.applies,)


class _Doubts:
    """What is doubtful about a condition of a thing that has a name."""

    def __init__(self, owner: str, circumstances: Mapping[str, Term]) -> None:
        self.owner, self.circumstances = owner, circumstances

    def can(self, *conditions: Condition) -> bool:
        return can_hold_together(list(conditions), self.circumstances)

    def of(self, condition: Condition, within: list[Condition]) -> Iterator[Problem]:
        """What is doubtful about a condition that is only asked where others hold."""
        if not self.can(*within, condition):
            yield self.never(condition)
        elif not self.can(*within, Not(condition)):
            message = f"Every case for which '{self.owner}' asks this meets it, if it is known at all."
            hint = "Leave it out, or ask for what you mean."
            yield Problem(condition.place, "always-holds", message, hint)
        else:
            yield from self.inside(condition, within)

    def inside(self, condition: Condition, within: list[Condition]) -> Iterator[Problem]:
        match condition:
            case AllOf(parts):
                yield from self.of_all(list(parts), within)
            case AnyOf(parts):
                yield from self.of_any(list(parts), within)
            case Not(part):
                yield from self.inside(part, within)

    def of_all(self, parts: list[Condition], within: list[Condition]) -> Iterator[Problem]:
        kept = list(parts)
        for part in reversed(parts):
            others = [other for other in kept if other is not part]
            if not self.can(*within, *others, Not(part)):
                yield self.idle(part)
                kept = others
        for part in kept:
            yield from self.inside(part, [*within, *(other for other in kept if other is not part)])

    def of_any(self, parts: list[Condition], within: list[Condition]) -> Iterator[Problem]:
        kept = list(parts)
        for part in reversed(parts):
            others = [other for other in kept if other is not part]
            if not self.can(*within, part):
                yield self.never(part)
                kept = others
            elif not self.can(*within, part, Not(AnyOf(tuple(others)))):
                yield self.idle(part)
                kept = others
        for part in kept:
            yield from self.inside(part, within)

    def never(self, part: Condition) -> Problem:
        message = f"No case can meet this part of what '{self.owner}' asks, with what has to hold beside it."
        return Problem(part.place, "never-holds", message, "Look for values that rule one another out.")

    def idle(self, part: Condition) -> Problem:
        message = f"This part of what '{self.owner}' asks changes nothing: what stands beside it says as much."
        return Problem(part.place, "makes-no-difference", message, "Leave it out, or ask for what you mean.")
