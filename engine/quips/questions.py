"""Which circumstances are worth asking next: those whose answers would settle most findings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from quips.cases import Case
from quips.conditions import facts_of
from quips.findings import Finding
from quips.statuses import Status
from quips.truth import Conditions, World
from quips.vocabulary import Term, Vocabulary

_WEIGHT = {"high": 3, "medium": 2, "low": 1}


@dataclass(frozen=True, slots=True)
class Question:
    """A circumstance that is not known and would settle something.

    Attributes:
        term: The circumstance, with the question that asks for it.
        settles: The findings that depend on it, most severe first.
        alone: How many of them depend on it alone.
    """

    term: Term
    settles: tuple[Finding, ...]
    alone: int


def questions(vocabulary: Vocabulary, conditions: Conditions, case: Case, findings: Sequence[Finding]) -> list[Question]:
    """Return the circumstances worth asking, the one that settles most first.

    A finding counts for more the more severe its rule, and less the more other answers it waits for. What cannot matter is
    not asked, and what only another answer may bring up is not asked before it: whether a partner is at high risk comes
    after whether there is domestic abuse.
    """
    waiting: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.status is Status.CANNOT_TELL:
            for name in finding.settled_by:
                if name in vocabulary.circumstances:
                    waiting.setdefault(name, []).append(finding)
    world = World(case)
    asked = []
    for name, found in waiting.items():
        term = vocabulary.circumstances[name]
        if _may_matter(term, waiting, conditions, world):
            ordered = sorted(found, key=lambda f: (-_WEIGHT[f.rule.severity], f.rule.name, f.key))
            alone = sum(1 for finding in found if len(finding.settled_by) == 1)
            asked.append(Question(term, tuple(ordered), alone))
    return sorted(asked, key=lambda question: (-_worth(question), question.term.name))


def not_offered(vocabulary: Vocabulary, conditions: Conditions, case: Case) -> frozenset[str]:
    """Return the activities that need not be asked about, since they cannot be in a case like this one."""
    world = World(case)
    return frozenset(
        name
        for name, activity in vocabulary.activities.items()
        if activity.offered_when and conditions.asks(activity.offered_when)(world, case.as_at) is False
    )


def _may_matter(term: Term, waiting: Collection[str], conditions: Conditions, world: World) -> bool:
    if term.relevant_when is None:
        return True
    relevant = conditions.asks(term.relevant_when)(world, world.case.as_at)
    comes_first = any(name in waiting for name in facts_of(term.relevant_when))
    return relevant is True or (relevant is None and not comes_first)


def _worth(question: Question) -> float:
    return sum(_WEIGHT[finding.rule.severity] / len(finding.settled_by) for finding in question.settles)
