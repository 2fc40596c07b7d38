"""The reference engine: plain Python, and the definition of the right answer.

Rules are compiled once. A case is evaluated in two steps: each rule by itself, then what rests on what. The same evaluation
gives the statuses and, read more closely, the explanations. Numbers in brackets refer to the decisions in `docs/semantics.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from quips.cases import Case
from quips.decisions import Decision, Ref
from quips.observations import Attempt, Observation, Reason, Seen, observations
from quips.occasions import FindsOccasions, Occasion, State, occasions
from quips.program import Duty, Program
from quips.statuses import Status, Verdict, verdict_of
from quips.truth import Asks, Conditions, Truth, World, pair_asks

_EXPLAINING_WEAKNESS = frozenset({Status.MISSING, Status.INSUFFICIENT, Status.UNDERMINED})
_NOT_APPLICABLE = Status.NOT_APPLICABLE
_CAN_BE_UNDERMINED = frozenset({Status.MET, Status.TO_JUDGE})


class Evaluated:
    """One finding while a case is evaluated.

    Attributes:
        number: The rule's number in the program.
        key: The finding's key within the rule.
        status: Its status.
        was: Its status before it was undermined.
        occasion: The occasion it answers.
        observation: What the record shows; None where the rule does not apply or asks nothing of the record.
        day: The day its clock started.
        done: The day the work was done.
        due: The last day it was due.
        begun: The first day on which the work was done in any way.
        only_timing: Whether all that can be wrong with it is when it was done, so that nothing that rests on it can fall with it.
        undermined_by: The findings it rests on that fall short.
        beneath: The findings it rests on or follows, with the kind of edge, once they have been asked for.
    """

    observation: Observation | None = None
    day: int | None = None
    done: int | None = None
    due: int | None = None
    begun: int | None = None
    only_timing: bool = False
    undermined_by: tuple[Evaluated, ...] = ()
    beneath: list[tuple[Evaluated, str]] | None = None

    def __init__(self, number: int, key: str, status: Status, occasion: Occasion) -> None:
        """Start with what every finding has; the rest is as it mostly is until it is set (there are very many of these)."""
        self.number, self.key, self.occasion = number, key, occasion
        self.status = self.was = status
        self.day = occasion.day


Evaluation = list[list[Evaluated]]
"""For each rule of the program, its findings."""

_Rule = Callable[[World], list[Evaluated]]


class ReferenceEngine:
    """Evaluates cases by one program."""

    name = "reference"

    def __init__(self, program: Program) -> None:
        """Compile the program's rules."""
        self.program = program
        self.conditions = Conditions(program)
        self.given = Conditions(replace(program, derived={}))
        self._rules = [
            _compile(number, duty, program, self.given if duty.kind == "conflict" else self.conditions)
            for number, duty in enumerate(program.duties)
        ]
        self._verdicts = [
            {status: verdict_of(status, "query" if _asks_only(duty) else "gap") for status in Status} for duty in program.duties
        ]

    def decide(self, case: Case) -> list[Decision]:
        """Return a decision for each finding of a case, in the order of the program."""
        return self.decisions(self.evaluate(case))

    def evaluate(self, case: Case) -> Evaluation:
        """Evaluate every rule on a case, and what rests on what."""
        world = World(case)
        evaluation = [rule(world) for rule in self._rules]
        for duty, findings in zip(self.program.duties, evaluation, strict=True):
            if not duty.edges:
                continue
            for finding in findings:
                if finding.status in _CAN_BE_UNDERMINED:
                    self._undermine(finding, duty, evaluation)
        return evaluation

    def decisions(self, evaluation: Evaluation) -> list[Decision]:
        """Return the decisions of an evaluation."""
        decided: list[Decision] = []
        for duty, verdicts, findings in zip(self.program.duties, self._verdicts, evaluation, strict=True):
            name, edges = duty.name, duty.edges
            for finding in findings:
                status = finding.status
                if edges and status is not _NOT_APPLICABLE:
                    decided.append(self._decision(finding, evaluation))
                else:
                    gap = verdicts[status] is Verdict.GAP
                    decided.append(Decision(name, finding.key, status, finding.was, (), (), gap, ()))
        return decided

    def prerequisites(self, finding: Evaluated, evaluation: Evaluation) -> list[tuple[Evaluated, str]]:
        """Return the findings that a finding rests on or follows, with the kind of edge, where one is in force [16]."""
        if finding.beneath is None:
            edges = self.program.duties[finding.number].edges
            joined = [(_in_force(evaluation[number], finding), kind) for number, kind in edges]
            finding.beneath = [(found, kind) for found, kind in joined if found is not None]
        return finding.beneath

    def verdict(self, finding: Evaluated) -> Verdict:
        """Return the kind of answer a finding is."""
        return self._verdicts[finding.number][finding.status]

    def _undermine(self, finding: Evaluated, duty: Duty, evaluation: Evaluation) -> None:
        """What rests on work that falls short, or was done before it, is undermined, unless its auditor let it stand [17]."""
        beneath = tuple(
            prerequisite
            for prerequisite, kind in self.prerequisites(finding, evaluation)
            if kind == "rests_on" and (prerequisite.status in _EXPLAINING_WEAKNESS or _done_before(finding, prerequisite))
        )
        if beneath and not stands(finding):
            finding.undermined_by = beneath
            finding.status = Status.UNDERMINED

    def _decision(self, finding: Evaluated, evaluation: Evaluation) -> Decision:
        duty, status = self.program.duties[finding.number], finding.status
        gap = self._verdicts[finding.number][status] is Verdict.GAP
        causes = self._causes(finding, evaluation) if gap else ()
        waits_for = self._open_beneath(finding, evaluation)
        undermined_by = self._refs(finding.undermined_by)
        return Decision(duty.name, finding.key, status, finding.was, undermined_by, causes, gap and not causes, waits_for)

    def _open_beneath(self, finding: Evaluated, evaluation: Evaluation) -> tuple[Ref, ...]:
        found = [
            prerequisite
            for prerequisite, kind in self.prerequisites(finding, evaluation)
            if kind == "rests_on" and self.verdict(prerequisite) is Verdict.OPEN and not prerequisite.only_timing
        ]
        return self._refs(found)

    def _causes(self, gap: Evaluated, evaluation: Evaluation) -> tuple[Ref, ...]:
        """The nearest gaps upstream that explain a gap, looking through what is open or not applicable [19]."""
        causes = {id(found): found for found in gap.undermined_by if self.verdict(found) is Verdict.GAP}
        seen: set[tuple[int, str]] = set()
        pending = list(self.prerequisites(gap, evaluation))
        while pending:
            found, path = pending.pop()
            if (id(found), path) in seen:
                continue
            seen.add((id(found), path))
            verdict = self.verdict(found)
            if verdict is Verdict.GAP:
                if _explains(found, gap, path):
                    causes[id(found)] = found
            elif verdict is not Verdict.SUFFICIENT:
                for beyond, kind in self.prerequisites(found, evaluation):
                    pending.append((beyond, kind if path == "rests_on" else path))
        return self._refs(causes.values())

    def _refs(self, findings: Collection[Evaluated]) -> tuple[Ref, ...]:
        if not findings:
            return ()
        ordered = sorted({(finding.number, finding.key) for finding in findings})
        return tuple((self.program.duties[number].name, key) for number, key in ordered)


def status_of(attempt: Attempt) -> Status:
    """Return the status that what is on the record gives, under one reading of the limit [2]."""
    seen = attempt.seen
    status = _STATUS_OF.get(seen)
    if status is not None:
        return status
    if seen is Seen.GOOD:
        return Status.MET if attempt.timed else Status.TO_JUDGE
    if seen is Seen.AFTER:
        return Status.EXCEPTED if attempt.late_accepted else Status.LATE
    if seen is Seen.CLEAR:
        return Status.NOT_ON_RECORD if attempt.incomplete else Status.MET
    return _status_of_absence(attempt)


_STATUS_OF = {
    Seen.UNJUDGED: Status.TO_JUDGE,
    Seen.UNCLEAR: Status.TO_JUDGE,
    Seen.UNDATED: Status.TO_JUDGE,
    Seen.EARLY: Status.TO_JUDGE,
    Seen.BAD: Status.INSUFFICIENT,
    Seen.FUTURE: Status.NOT_YET_DUE,
    Seen.NOT_SEEN: Status.NOT_ON_RECORD,
    Seen.NO_END: Status.NOT_APPLICABLE,
    Seen.DATE_NOT_GIVEN: Status.CANNOT_TELL,
    Seen.DOUBTFUL: Status.CANNOT_TELL,
}
"""What is on the record and settles the status by itself; `Seen.NOTHING`, `SHORT` and the rest depend on more."""


def stands(finding: Evaluated) -> bool:
    """Whether the auditor has said on purpose that the work stands, although what it rests on falls short [17]."""
    attempts = finding.observation.attempts if finding.observation else []
    return any(attempt.entry is not None and "stands" in attempt.entry.attributes for attempt in attempts)


def _status_of_absence(attempt: Attempt) -> Status:
    if attempt.reason is Reason.ACCEPTED:
        return Status.EXCEPTED
    if attempt.reason is Reason.UNSAID:
        return Status.TO_JUDGE
    if attempt.still_open and not attempt.endless:
        return Status.NOT_YET_DUE
    if attempt.reason is Reason.REFUSED:
        return Status.MISSING
    if attempt.incomplete:
        return Status.NOT_ON_RECORD
    if attempt.endless:
        return Status.TO_JUDGE
    return Status.INSUFFICIENT if attempt.seen is Seen.SHORT else Status.MISSING


def _combined(attempts: list[Attempt]) -> Status:
    """One status for all readings of a limit [7].

    Theirs if they agree; to judge if readings differ; cannot tell if it depends on what is not known.
    """
    first = status_of(attempts[0])
    if len(attempts) == 1:
        return first
    statuses = [(attempt.reading, status_of(attempt)) for attempt in attempts]
    if all(status is first for _, status in statuses):
        return first
    per_reading: dict[str, set[Status]] = {}
    for reading, status in statuses:
        per_reading.setdefault(reading, set()).add(status)
    return Status.CANNOT_TELL if any(len(found) > 1 for found in per_reading.values()) else Status.TO_JUDGE


def _asks_only(duty: Duty) -> bool:
    """Whether a conflict that a rule finds is only a question: an inference that differs from what is given is."""
    return duty.kind == "derivation" or (duty.conflict is not None and duty.conflict.means == "query")


def _compile(number: int, duty: Duty, program: Program, conditions: Conditions) -> _Rule:
    applies = conditions.asks(duty.applies)
    if duty.kind == "derivation":
        return _derivation(number, duty, applies)
    find = occasions(duty, program, conditions)
    if duty.kind == "conflict":
        return _conflict(number, duty, applies, find, conditions)
    return _expectation(number, applies, find, duty, program, conditions)


def _expectation(number: int, applies: Asks, find: FindsOccasions, duty: Duty, program: Program, conditions: Conditions) -> _Rule:
    observe = observations(duty, program, conditions)
    started, none = State.NOW, State.NONE

    def evaluate(world: World) -> list[Evaluated]:
        found = find(world)
        results = []
        for occasion in found:
            state = occasion.state
            day = occasion.day if state is started and occasion.day is not None else world.case.as_at
            truth = False if state is none else applies(world, day)
            if not truth:
                results.append(_without_observation(number, occasion, truth))
                continue
            results += [_observed(number, occasion, seen) for seen in observe(world, occasion, len(found))]
        return results

    return evaluate


def _observed(number: int, occasion: Occasion, observation: Observation) -> Evaluated:
    status, first = _combined(observation.attempts), observation.attempts[0]
    found = Evaluated(number, observation.key, status, occasion)
    found.observation, found.day = observation, observation.day
    found.done, found.due = first.done, first.due
    found.begun = first.begun if first.begun is not None else first.done
    found.only_timing = all(attempt.only_timing for attempt in observation.attempts)
    return found


def _derivation(number: int, duty: Duty, applies: Asks) -> _Rule:
    """An inference holds, is ruled out, or cannot be told; it is in conflict with a given value that differs [14].

    Where it cannot be told, a value that is given settles the matter.
    """
    assert duty.derives is not None
    name, value = duty.derives
    whole = Occasion("case", State.NOW)

    def evaluate(world: World) -> list[Evaluated]:
        as_at = world.case.as_at
        truth, given = applies(world, as_at), world.case.fact(name, as_at)
        if truth is False or (truth is None and given is None):
            return [_without_observation(number, whole, truth)]
        differs = truth and given is not None and given != value
        status = Status.CONFLICT if differs else Status.CONSISTENT
        return [Evaluated(number, "case", status, whole)]

    return evaluate


def _conflict(number: int, duty: Duty, applies: Asks, find: FindsOccasions, conditions: Conditions) -> _Rule:
    """A conflict, none, or it cannot be told [13]."""
    assert duty.conflict is not None
    paired = duty.conflict.pair is not None
    clashes = conditions.asks(duty.conflict.when) if not paired else None
    pair_clashes = pair_asks(duty.conflict.when) if paired else None

    def evaluate(world: World) -> list[Evaluated]:
        results = []
        for occasion in find(world):
            day = occasion.day if occasion.day is not None else world.case.as_at
            truth = False if occasion.state is State.NONE else applies(world, day)
            if not truth:
                results.append(_without_observation(number, occasion, truth))
                continue
            if clashes is not None:
                clash = clashes(world, day)
            elif pair_clashes is not None and occasion.state is State.NOW and occasion.previous and occasion.entry:
                clash = pair_clashes(occasion.previous, occasion.entry)
            else:
                clash = None
            status = _CLASH[clash] if occasion.state is not State.NOT_SEEN else Status.NOT_ON_RECORD
            done = occasion.day if occasion.entry else None
            found = Evaluated(number, occasion.key, status, occasion)
            found.done = found.begun = done
            results.append(found)
        return results

    return evaluate


_CLASH: dict[Truth, Status] = {True: Status.CONFLICT, False: Status.CONSISTENT, None: Status.CANNOT_TELL}


def _without_observation(number: int, occasion: Occasion, truth: Truth) -> Evaluated:
    status = Status.NOT_APPLICABLE if truth is False else Status.CANNOT_TELL
    return Evaluated(number, occasion.key, status, occasion)


def _in_force(prerequisites: list[Evaluated], finding: Evaluated) -> Evaluated | None:
    """The finding of the same occasion, else the last whose clock started by the day this was done (or due) [16]."""
    by = finding.done if finding.done is not None else finding.due if finding.due is not None else finding.day
    last = None
    for found in prerequisites:
        if found.key == finding.key:
            return found
        in_time = by is None or found.day is None or found.day <= by
        if in_time and (last is None or (found.day or 0, found.key) > (last.day or 0, last.key)):
            last = found
    return last


def _done_before(finding: Evaluated, prerequisite: Evaluated) -> bool:
    if prerequisite.status in (Status.EXCEPTED, Status.NOT_APPLICABLE):
        return False  # these have no effect [18]
    return finding.done is not None and prerequisite.begun is not None and finding.done < prerequisite.begun


def _explains(cause: Evaluated, gap: Evaluated, path: str) -> bool:
    if cause.status is Status.LATE:
        return gap.status is Status.LATE and cause.done is not None and gap.due is not None and cause.done > gap.due
    if path == "rests_on":
        return cause.status in _EXPLAINING_WEAKNESS
    return cause.status is Status.MISSING and gap.status in (Status.MISSING, Status.LATE)
