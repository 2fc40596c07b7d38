"""What is asked of a case for one of the author's rules, and the findings that the answers give.

Numbers in brackets refer to the decisions in `docs/semantics.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quips.durable.casefacts import Moment, Moments
from quips.durable.findingfacts import Finding, Shown, observed, shown
from quips.durable.lowering import Lowered, Question
from quips.durable.settling import Answers
from quips.observations import observations
from quips.occasions import Occasion, State, occasions
from quips.program import Duty, Program
from quips.statuses import Status
from quips.truth import Conditions, World


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One occasion of one rule in a case, and what has to be settled for it.

    Attributes:
        occasion: The occasion.
        moment: When it is asked whether the rule applies.
        clash: What it is asked of whether there is a clash; None where that cannot be asked.
        questions: What has to be settled, each at a moment; nothing where there is no occasion.
    """

    occasion: Occasion
    moment: Moment
    clash: Moment | None
    questions: tuple[tuple[Question, Moment], ...]


class AskedRule:
    """What is asked for one of the author's rules, and the finding that each answer gives."""

    def __init__(self, number: int, duty: Duty, program: Program, lowered: Lowered, conditions: Conditions) -> None:
        self.number, self.duty = number, duty
        self.applies, self.clash = lowered.applies[number], lowered.clash.get(number)
        self.paired = duty.conflict is not None and duty.conflict.pair is not None
        self.is_query = duty.kind == "derivation" or (duty.conflict is not None and duty.conflict.means == "query")
        self.find = occasions(duty, program, conditions)
        self.observe = observations(duty, program, conditions) if duty.expect else None

    def asked(self, world: World, moments: Moments) -> list[Asked]:
        """Find the occasions of the rule in a case; of one that is not there, nothing is asked."""
        return [self._asked(occasion, world.case.as_at, moments) for occasion in self.find(world)]

    def _asked(self, occasion: Occasion, as_at: int, moments: Moments) -> Asked:
        # An expectation is read on the day of a clock that has started; a conflict on any day there is.
        started = occasion.state is State.NOW or self.clash is not None
        day = occasion.day if started and occasion.day is not None else as_at
        moment = moments.on(day)
        if occasion.state is State.NONE:
            return Asked(occasion, moment, None, ())
        applies = (self.applies, moment)
        if self.clash is None:
            return Asked(occasion, moment, None, (applies,))
        clash: Moment | None = moment
        if self.paired:
            whole = occasion.state is State.NOW and occasion.entry is not None and occasion.previous is not None
            clash = moments.of_pair(occasion.entry, occasion.previous, day) if whole else None
        return Asked(occasion, moment, clash, (applies, (self.clash, clash)) if clash else (applies,))

    def findings(self, world: World, asked: Asked, answers: Answers, n_occasions: int) -> Iterator[tuple[Finding, Shown | None]]:
        """Yield the findings of an occasion, each with how the record looks where that gives its status."""
        occasion = asked.occasion
        alone = Finding(self.number, occasion.key, Status.NOT_APPLICABLE, occasion.day)
        truth = answers.to(self.applies, asked.moment) if asked.questions else False
        if truth is None and self.duty.derives and world.case.fact(self.duty.derives[0], world.case.as_at) is not None:
            alone.status = Status.CONSISTENT  # what is given needs no inference [14]
            yield alone, None
        elif not truth:
            alone.status = Status.CANNOT_TELL if truth is None else Status.NOT_APPLICABLE
            yield alone, None
        elif self.observe is not None:
            for observation in self.observe(world, occasion, n_occasions):
                yield observed(self.number, observation), shown(observation)
        elif self.clash is None:
            differs = (self.applies.number, asked.moment.number) in answers.differs
            alone.status = Status.CONFLICT if differs else Status.CONSISTENT
            yield alone, None
        else:
            alone.done = alone.begun = occasion.day if occasion.entry else None
            alone.status = self._compared(asked, answers)
            yield alone, None

    def _compared(self, asked: Asked, answers: Answers) -> Status:
        """A conflict, none, or it cannot be told [13]."""
        if asked.occasion.state is State.NOT_SEEN:
            return Status.NOT_ON_RECORD
        if self.clash is None or asked.clash is None:
            return Status.CANNOT_TELL
        return _CLASH[answers.to(self.clash, asked.clash)]


_CLASH = {True: Status.CONFLICT, False: Status.CONSISTENT, None: Status.CANNOT_TELL}
