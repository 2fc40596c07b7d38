"""The facts about findings that compiled rules are given: what the record shows for each, and which of them an edge joins.

Numbers in brackets refer to the decisions in `docs/semantics.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quips.attempts import Attempt, Observation
from quips.durable.casefacts import Fact
from quips.durable.sides import NO, YES
from quips.program import Duty
from quips.statuses import Status, Verdict, verdict_of

Shown = frozenset[tuple[str | int, ...]]
"""What the attempts of one observation look like; observations that look alike have the same status."""


@dataclass(slots=True, eq=False)
class Finding:
    """One finding while a case is decided.

    Attributes:
        duty: The number of its rule in the program.
        key: Its key within the rule.
        status: Its status by itself; that of what the record shows is filled in when it has been inferred.
        day: The day its clock started.
        done: The day the work was done.
        due: The last day it was due.
        begun: The first day on which the work was done in any way.
        only_timing: Whether all that can be wrong with it is when it was done.
        stands: Whether the auditor lets it stand, whatever it rests on [17].
        number: Its place among the findings of the case.
    """

    duty: int
    key: str
    status: Status = Status.CANNOT_TELL
    day: int | None = None
    done: int | None = None
    due: int | None = None
    begun: int | None = None
    only_timing: bool = False
    stands: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Join:
    """An edge that is in force between two findings.

    Attributes:
        dependent: The finding that rests on the other or follows it.
        prerequisite: The other.
        kind: ``rests_on`` or ``follows``.
    """

    dependent: Finding
    prerequisite: Finding
    kind: str


def observed(duty: int, observation: Observation) -> Finding:
    """Return the finding of an observation, its status still to be inferred; its dates are those of the first attempt."""
    first = observation.attempts[0]
    stands = any(attempt.entry is not None and "stands" in attempt.entry.attributes for attempt in observation.attempts)
    begun = first.begun if first.begun is not None else first.done
    only_timing = all(attempt.only_timing for attempt in observation.attempts)
    return Finding(
        duty,
        observation.key,
        day=observation.day,
        done=first.done,
        due=first.due,
        begun=begun,
        only_timing=only_timing,
        stands=stands,
    )


def shown(observation: Observation) -> Shown:
    """Return what the record shows in an observation, as far as its status depends on it."""
    several = len(observation.attempts) > 1
    return frozenset(_looks(attempt, attempt.reading if several else "") for attempt in observation.attempts)


_LOOKS = ("reading", "seen", "reason", "timed", "endless", "still_open", "incomplete", "late_accepted")


def _looks(attempt: Attempt, reading: str) -> tuple[str | int, ...]:
    answers = (attempt.timed, attempt.endless, attempt.still_open, attempt.incomplete, attempt.late_accepted)
    # No rule of the program tests an empty text, so the reading always has a name.
    return (reading or "-", attempt.seen.value, attempt.reason.value, *(YES if answer else NO for answer in answers))


def attempt_facts(number: int, attempts: Shown) -> list[Fact]:
    """Return the facts of one way of looking, by its number."""
    return [{"kind": "attempt", "of": number, **dict(zip(_LOOKS, looks, strict=True))} for looks in sorted(attempts, key=repr)]


def joins(duties: Sequence[Duty], findings: Sequence[Sequence[Finding]], left_out: frozenset[str]) -> list[Join]:
    """Return the edges in force between the findings of a case that can have an effect [16].

    An edge of what does not apply has one only where something is looked at through it.

    Args:
        duties: The rules of the program, each after those its edges lead to.
        findings: The findings of each.
        left_out: The names of edges to leave out.
    """
    found: list[Join] = []
    leant_on: set[Finding] = set()
    for duty, own in zip(reversed(duties), reversed(findings), strict=True):
        for number, kind in duty.edges:
            if left_out and edge_name(duty, duties[number], kind) in left_out:
                continue
            for finding in own:
                if finding.status is Status.NOT_APPLICABLE and finding not in leant_on:
                    continue
                prerequisite = _in_force(findings[number], finding)
                if prerequisite is not None:
                    leant_on.add(prerequisite)
                    found.append(Join(finding, prerequisite, kind))
    return found


def edge_name(dependent: Duty, prerequisite: Duty, kind: str) -> str:
    """Return the name of an edge: ``edge:induction-completed/follows/first-appointment-on-time``."""
    return f"edge:{dependent.name}/{kind}/{prerequisite.name}"


def _in_force(candidates: Iterable[Finding], dependent: Finding) -> Finding | None:
    """The finding of the same occasion; else the last whose clock had started when the work was done, or was due [16]."""
    moments = [day for day in (dependent.done, dependent.due, dependent.day) if day is not None]
    started: list[tuple[int, str, Finding]] = []
    for found in candidates:
        if found.key == dependent.key:
            return found
        if not moments or found.day is None or found.day <= moments[0]:
            started.append((found.day or 0, found.key, found))
    return max(started, key=lambda each: each[:2])[2] if started else None


def graph_facts(findings: Iterable[Finding], edges: Sequence[Join], queries: frozenset[int]) -> list[Fact]:
    """Return the facts of the edges, of the findings they join, and of every other gap.

    Args:
        findings: The findings of a case.
        edges: The edges in force between them.
        queries: The rules whose conflicts are only queries.
    """
    joined = {edge.dependent.number for edge in edges} | {edge.prerequisite.number for edge in edges}
    facts: list[Fact] = [
        {"kind": "edge", "from": edge.dependent.number, "to": edge.prerequisite.number, "type": edge.kind} for edge in edges
    ]
    for finding in findings:
        verdict = verdict_of(finding.status, "query" if finding.duty in queries else "gap")
        if verdict is Verdict.GAP or finding.number in joined:
            fact: Fact = {"kind": "finding", "n": finding.number, "status": finding.status.value, "verdict": verdict.value}
            fact["stands"] = YES if finding.stands else NO
            fact["only_timing"] = YES if finding.only_timing else NO
            # What is excepted or does not apply has no effect on what rests on it, whenever it was begun [18].
            begun = None if finding.status in (Status.EXCEPTED, Status.NOT_APPLICABLE) else finding.begun
            days = (("done", finding.done), ("due", finding.due), ("begun", begun))
            fact.update((name, day) for name, day in days if day is not None)
            facts.append(fact)
    return facts
