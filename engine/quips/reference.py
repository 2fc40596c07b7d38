"""The reference engine: plain Python, and the definition of the right answer.

Rules are compiled once. A case is evaluated in two steps: each rule by itself, then what rests on what. The same evaluation
gives the statuses and, read more closely, the explanations. Numbers in brackets refer to the decisions in `docs/semantics.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import replace

from quips.attempts import Attempt, Observation, Reason, Seen
from quips.cases import Case
from quips.decisions import Decision, Ref
from quips.observations import Observes, observations
from quips.occasions import FindsOccasions, Occasion, State, occasions
from quips.program import Duty, Program
from quips.statuses import Status, Verdict, verdict_of
from quips.truth import Asks, Conditions, Truth, World, pair_asks

_EXPLAINING_WEAKNESS = frozenset({Status.MISSING, Status.INSUFFICIENT, Status.UNDERMINED})
_NOW, _NONE, _NOT_SEEN, _NO_REASON = State.NOW, State.NONE, State.NOT_SEEN, Reason.NONE
_GOOD, _AFTER, _CLEAR, _NOTHING = Seen.GOOD, Seen.AFTER, Seen.CLEAR, Seen.NOTHING
_NOT_APPLICABLE, _MET, _TO_JUDGE, _MISSING, _LATE = (
    Status.NOT_APPLICABLE,
    Status.MET,
    Status.TO_JUDGE,
    Status.MISSING,
    Status.LATE,
)
_GAP, _OPEN, _SUFFICIENT = Verdict.GAP, Verdict.OPEN, Verdict.SUFFICIENT
"""Python 3.11 takes longer to look a member up in its class than is spent on most of what is asked with it."""
_CAN_BE_UNDERMINED = frozenset({Status.MET, Status.TO_JUDGE})
_WITHOUT_EFFECT = frozenset({Status.EXCEPTED, Status.NOT_APPLICABLE})
"""What is of no effect on what rests on it [18]."""


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
        undermined_by: The findings it rests on that fall short.
        beneath: The findings it rests on or follows, with the kind of edge, once they have been asked for.
        decision: Its decision, where the finding is one that cases share.
    """

    observation: Observation | None = None
    day: int | None = None
    done: int | None = None
    due: int | None = None
    undermined_by: tuple[Evaluated, ...] = ()
    beneath: list[tuple[Evaluated, str]] | None = None
    decision: Decision | None = None

    def __init__(self, number: int, key: str, status: Status, occasion: Occasion) -> None:
        """Start with what every finding has; the rest is as it mostly is until it is set (there are very many of these)."""
        self.number, self.key, self.occasion = number, key, occasion
        self.status = self.was = status
        self.day = occasion.day

    @property
    def begun(self) -> int | None:
        """The first day on which the work was done in any way."""
        begun = self.observation.attempts[0].begun if self.observation else None
        return self.done if begun is None else begun

    @property
    def only_timing(self) -> bool:
        """Whether all that can be wrong is when it was done, so that nothing that rests on it can fall with it."""
        return self.observation is not None and all(attempt.only_timing for attempt in self.observation.attempts)


Evaluation = list[list[Evaluated]]
"""For each rule of the program, its findings."""

_Rule = Callable[[World, list[Occasion]], list[Evaluated]]
_Alone = Callable[[Occasion, Status], Evaluated]


class ReferenceEngine:
    """Evaluates cases by one program."""

    name = "reference"

    def __init__(self, program: Program) -> None:
        """Compile the program's rules."""
        self.program = program
        self.conditions = Conditions(program)
        self.given = Conditions(replace(program, derived={}))
        self._verdicts = [
            {status: verdict_of(status, "query" if _asks_only(duty) else "gap") for status in Status} for duty in program.duties
        ]
        self._gaps = [{status: verdict is Verdict.GAP for status, verdict in found.items()} for found in self._verdicts]
        # Rules whose clocks start alike share their occasions: they are found once a case.
        finders: dict[Hashable, int] = {}
        self._finders: list[FindsOccasions] = []
        self._rules: list[tuple[_Rule, int]] = []
        for number, duty in enumerate(program.duties):
            conditions = self.given if duty.kind == "conflict" else self.conditions
            rule = _compile(number, duty, program, conditions, self._gaps[number])
            clocks = (duty.kind == "conflict", duty.triggers, duty.conflict, duty.expect is not None and duty.expect.every)
            finder = finders.setdefault(clocks, len(finders))
            if finder == len(self._finders):
                self._finders.append(occasions(duty, program, conditions))
            self._rules.append((rule, finder))
        self._edges = [duty.edges for duty in program.duties]
        self._names = [duty.name for duty in program.duties]
        self._resting = [(number, duty) for number, duty in enumerate(program.duties) if duty.edges]

    def decide(self, case: Case) -> list[Decision]:
        """Return a decision for each finding of a case, in the order of the program."""
        return self.decisions(self.evaluate(case))

    def evaluate(self, case: Case) -> Evaluation:
        """Evaluate every rule on a case, and what rests on what."""
        world = World(case)
        found = [find(world) for find in self._finders]
        evaluation = [rule(world, found[finder]) for rule, finder in self._rules]
        for number, duty in self._resting:
            for finding in evaluation[number]:
                if finding.status in _CAN_BE_UNDERMINED:
                    self._undermine(finding, duty, evaluation)
        return evaluation

    def decisions(self, evaluation: Evaluation) -> list[Decision]:
        """Return the decisions of an evaluation."""
        return [self.decision(finding, evaluation) for findings in evaluation for finding in findings]

    def decision(self, finding: Evaluated, evaluation: Evaluation) -> Decision:
        """Return the decision on one finding of an evaluation."""
        if finding.decision is not None:
            return finding.decision
        number, status = finding.number, finding.status
        gap = self._gaps[number][status]
        if self._edges[number] and status is not _NOT_APPLICABLE:
            beneath = self.prerequisites(finding, evaluation)
            if beneath:
                return self._resting_on(beneath, finding, gap, evaluation)
        return _bare(self._names[number], finding.key, status, gap)

    def prerequisites(self, finding: Evaluated, evaluation: Evaluation) -> list[tuple[Evaluated, str]]:
        """Return the findings that a finding rests on or follows, with the kind of edge, where one is in force [16]."""
        if finding.decision is not None or finding.beneath is None:
            beneath = []
            for number, kind in self._edges[finding.number]:
                found = _in_force(evaluation[number], finding)
                if found is not None:
                    beneath.append((found, kind))
            if finding.decision is not None:
                return beneath  # this finding is not of one case alone, and what it rests on is
            finding.beneath = beneath
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

    def _resting_on(
        self, beneath: list[tuple[Evaluated, str]], finding: Evaluated, gap: bool, evaluation: Evaluation
    ) -> Decision:
        """The decision on a finding that rests on others or follows them."""
        causes = self._causes(finding, evaluation) if gap else ()
        open_beneath = []
        for found, kind in beneath:
            if kind == "rests_on" and self._verdicts[found.number][found.status] is _OPEN and not found.only_timing:
                open_beneath.append(found)
        undermined_by, waits_for = self._refs(finding.undermined_by), self._refs(open_beneath)
        name, status = self._names[finding.number], finding.status
        decided = (name, finding.key, status, finding.was, undermined_by, causes, gap and not causes, waits_for)
        return tuple.__new__(Decision, decided)

    def _causes(self, gap: Evaluated, evaluation: Evaluation) -> tuple[Ref, ...]:
        """The nearest gaps upstream that explain a gap, looking through what is open or not applicable [19]."""
        causes = {id(found): found for found in gap.undermined_by if self.verdict(found) is _GAP}
        seen: set[tuple[int, str]] = set()
        pending = list(self.prerequisites(gap, evaluation))
        while pending:
            found, path = pending.pop()
            verdict = self._verdicts[found.number][found.status]
            if verdict is _GAP:
                if _explains(found, gap, path):
                    causes[id(found)] = found
            elif verdict is not _SUFFICIENT and self._edges[found.number] and (id(found), path) not in seen:
                seen.add((id(found), path))
                for beyond, kind in self.prerequisites(found, evaluation):
                    pending.append((beyond, kind if path == "rests_on" else path))
        return self._refs(causes.values())

    def _refs(self, findings: Collection[Evaluated]) -> tuple[Ref, ...]:
        if not findings:
            return ()
        ordered = sorted({(finding.number, finding.key) for finding in findings})
        return tuple([(self.program.duties[number].name, key) for number, key in ordered])


def status_of(attempt: Attempt) -> Status:
    """Return the status that what is on the record gives, under one reading of the limit [2]."""
    seen = attempt.seen
    if seen is _GOOD:
        return _MET if attempt.timed else _TO_JUDGE
    status = _STATUS_OF.get(seen)
    if status is not None:
        return status
    if seen is _AFTER:
        return Status.EXCEPTED if attempt.late_accepted else _LATE
    if seen is _CLEAR:
        return Status.NOT_ON_RECORD if attempt.incomplete else _MET
    return _status_of_absence(attempt)


_STATUS_OF = {
    Seen.UNJUDGED: _TO_JUDGE,
    Seen.UNCLEAR: _TO_JUDGE,
    Seen.UNDATED: _TO_JUDGE,
    Seen.EARLY: _TO_JUDGE,
    Seen.BAD: Status.INSUFFICIENT,
    Seen.FUTURE: Status.NOT_YET_DUE,
    Seen.NOT_SEEN: Status.NOT_ON_RECORD,
    Seen.NO_END: _NOT_APPLICABLE,
    Seen.DATE_NOT_GIVEN: Status.CANNOT_TELL,
    Seen.DOUBTFUL: Status.CANNOT_TELL,
}
"""What is on the record and settles the status by itself; `Seen.NOTHING`, `SHORT` and the rest depend on more."""


def stands(finding: Evaluated) -> bool:
    """Whether the auditor has said on purpose that the work stands, although what it rests on falls short [17]."""
    for attempt in finding.observation.attempts if finding.observation else ():
        if attempt.entry is not None and "stands" in attempt.entry.attributes:
            return True
    return False


def _status_of_absence(attempt: Attempt) -> Status:
    reason = attempt.reason
    if reason is not _NO_REASON and reason is not Reason.REFUSED:
        return Status.EXCEPTED if reason is Reason.ACCEPTED else _TO_JUDGE
    if attempt.still_open and not attempt.endless:
        return Status.NOT_YET_DUE
    if reason is not _NO_REASON:
        return _MISSING
    if attempt.incomplete:
        return Status.NOT_ON_RECORD
    if attempt.endless:
        return _TO_JUDGE
    return _MISSING if attempt.seen is _NOTHING else Status.INSUFFICIENT


def _combined(attempts: list[Attempt]) -> Status:
    """One status for all readings of a limit [7].

    Theirs if they agree; to judge if readings differ; cannot tell if it depends on what is not known.
    """
    first = status_of(attempts[0])
    statuses = [(attempt.reading, status_of(attempt)) for attempt in attempts]
    if all(status is first for _, status in statuses):
        return first
    per_reading: dict[str, set[Status]] = {}
    for reading, status in statuses:
        per_reading.setdefault(reading, set()).add(status)
    return Status.CANNOT_TELL if any(len(found) > 1 for found in per_reading.values()) else _TO_JUDGE


def _asks_only(duty: Duty) -> bool:
    """Whether a conflict that a rule finds is only a question: an inference that differs from what is given is."""
    return duty.kind == "derivation" or (duty.conflict is not None and duty.conflict.means == "query")


def _compile(number: int, duty: Duty, program: Program, conditions: Conditions, gaps: Mapping[Status, bool]) -> _Rule:
    applies, alone = conditions.asks(duty.applies), _alone(number, duty, gaps)
    if duty.kind == "derivation":
        return _derivation(duty, applies, alone)
    if duty.kind == "conflict":
        return _conflict(duty, applies, alone, conditions)
    return _expectation(number, applies, alone, observations(duty, program, conditions))


def _alone(number: int, duty: Duty, gaps: Mapping[Status, bool]) -> _Alone:
    """Make findings that say nothing of the record; where no day or entry sets one apart, all cases share it and its decision.

    What a rule with edges decides depends on other findings, unless it does not apply.
    """
    shared: dict[tuple[str, State, Status], Evaluated] = {}

    def alone(occasion: Occasion, status: Status) -> Evaluated:
        if occasion.day is not None or occasion.entry is not None or (duty.edges and status is not _NOT_APPLICABLE):
            return Evaluated(number, occasion.key, status, occasion)
        known = shared.get((occasion.key, occasion.state, status))
        if known is None:
            known = shared[occasion.key, occasion.state, status] = Evaluated(number, occasion.key, status, occasion)
            known.decision = _bare(duty.name, occasion.key, status, gaps[status])
        return known

    return alone


def _bare(name: str, key: str, status: Status, gap: bool) -> Decision:
    """The decision on a finding that rests on nothing."""
    # Its own way of making one, written in Python, would take three times as long, and there are very many.
    return tuple.__new__(Decision, (name, key, status, status, (), (), gap, ()))


def _expectation(number: int, applies: Asks, alone: _Alone, observe: Observes) -> _Rule:
    def evaluate(world: World, found: list[Occasion]) -> list[Evaluated]:
        results = []
        for occasion in found:
            state = occasion.state
            if state is _NONE:
                results.append(alone(occasion, _NOT_APPLICABLE))
                continue
            day = occasion.day if state is _NOW and occasion.day is not None else world.case.as_at
            truth = applies(world, day)
            if truth:
                for observation in observe(world, occasion, len(found)):
                    results.append(_observed(number, occasion, observation))  # noqa: PERF401 - mostly there is one
            else:
                results.append(alone(occasion, _UNASKED[truth]))
        return results

    return evaluate


def _observed(number: int, occasion: Occasion, observation: Observation) -> Evaluated:
    attempts = observation.attempts
    first = attempts[0]
    found = Evaluated(number, observation.key, status_of(first) if len(attempts) == 1 else _combined(attempts), occasion)
    found.observation, found.day, found.due = observation, observation.day, first.due
    if first.entry is not None:
        found.done = first.entry.day
    return found


def _derivation(duty: Duty, applies: Asks, alone: _Alone) -> _Rule:
    """An inference holds, is ruled out, or cannot be told; it is in conflict with a given value that differs [14].

    Where it cannot be told, a value that is given settles the matter.
    """
    assert duty.derives is not None
    name, value = duty.derives
    conflict, consistent = Status.CONFLICT, Status.CONSISTENT

    def evaluate(world: World, found: list[Occasion]) -> list[Evaluated]:
        [whole] = found
        as_at = world.case.as_at
        truth, given = applies(world, as_at), world.case.fact(name, as_at)
        if truth is False or (truth is None and given is None):
            return [alone(whole, _UNASKED[truth])]
        differs = truth and given is not None and given != value
        return [alone(whole, conflict if differs else consistent)]

    return evaluate


def _conflict(duty: Duty, applies: Asks, alone: _Alone, conditions: Conditions) -> _Rule:
    """A conflict, none, or it cannot be told [13]."""
    assert duty.conflict is not None
    paired = duty.conflict.pair is not None
    clashes = conditions.asks(duty.conflict.when) if not paired else None
    pair_clashes = pair_asks(duty.conflict.when) if paired else None

    def evaluate(world: World, found: list[Occasion]) -> list[Evaluated]:
        results = []
        for occasion in found:
            day = occasion.day if occasion.day is not None else world.case.as_at
            truth = False if occasion.state is _NONE else applies(world, day)
            if not truth:
                results.append(alone(occasion, _UNASKED[truth]))
                continue
            if clashes is not None:
                clash = clashes(world, day)
            elif pair_clashes is not None and occasion.state is _NOW and occasion.previous and occasion.entry:
                clash = pair_clashes(occasion.previous, occasion.entry)
            else:
                clash = None
            status = _CLASH[clash] if occasion.state is not _NOT_SEEN else Status.NOT_ON_RECORD
            finding = alone(occasion, status)
            if occasion.entry is not None:
                finding.done = occasion.day
            results.append(finding)
        return results

    return evaluate


_CLASH: dict[Truth, Status] = {True: Status.CONFLICT, False: Status.CONSISTENT, None: Status.CANNOT_TELL}


_UNASKED: dict[Truth, Status] = {False: _NOT_APPLICABLE, None: Status.CANNOT_TELL}
"""What a finding is where the rule does not apply, or may not."""


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
    if prerequisite.status in _WITHOUT_EFFECT:
        return False
    return finding.done is not None and prerequisite.begun is not None and finding.done < prerequisite.begun


def _explains(cause: Evaluated, gap: Evaluated, path: str) -> bool:
    if cause.status is _LATE:
        return gap.status is _LATE and cause.done is not None and gap.due is not None and cause.done > gap.due
    if path == "rests_on":
        return cause.status in _EXPLAINING_WEAKNESS
    return cause.status is _MISSING and (gap.status is _MISSING or gap.status is _LATE)
