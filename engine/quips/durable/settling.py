"""Has compiled rules settle what is asked of a case: first the circumstances they infer, then whether each rule applies.

Numbers in brackets refer to the decisions in `docs/semantics.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from quips.durable.casefacts import CaseFacts, Fact, Moment, Moments
from quips.durable.lowering import Lowered, Question
from quips.durable.normalform import Ruleset
from quips.durable.sides import YES, told
from quips.problems import QuipsError
from quips.program import Program
from quips.truth import Truth

_Questions = dict[tuple[int, int], tuple[Question, Moment]]
Runs = Callable[[Ruleset, list[Fact]], list[Fact]]
"""Runs a ruleset on facts and returns the facts that its rules emit."""


class ContradictionError(QuipsError):
    """The rules gave two answers to one question, or none."""


@dataclass(slots=True)
class Answers:
    """What has been settled of one case.

    Attributes:
        settled: The answer to each question at each moment that it was asked of; None where it cannot be told.
        differs: The derivations, by question and moment, that infer something else than what is given [14].
    """

    settled: dict[tuple[int, int], Truth] = field(default_factory=dict)
    differs: set[tuple[int, int]] = field(default_factory=set)

    def to(self, question: Question, moment: Moment) -> Truth:
        """Return the answer to a question at a moment."""
        return True if question.always else self.settled[question.number, moment.number]


class Settler:
    """Settles questions by one program."""

    def __init__(self, program: Program, lowered: Lowered, facts: CaseFacts, runs: Runs) -> None:
        """Keep what is needed.

        Args:
            program: The program.
            lowered: The program's compiled rules.
            facts: What tells the facts of a case.
            runs: What runs a ruleset.
        """
        self._lowered, self._facts, self._runs = lowered, facts, runs
        self._inferring = {
            f"value:{name}": (name, [lowered.applies[duty] for duty, _ in derived.rules])
            for name, derived in program.derived.items()
        }
        self._values = {
            (name, told(value)["v"]): value
            for name, derived in program.derived.items()
            for value in (*(value for _, value in derived.rules), derived.otherwise)
            if value is not None
        }

    def settle(self, moments: Moments, asked: Iterable[tuple[Question, Moment]]) -> Answers:
        """Settle questions of one case, each at one moment, and every derivation on the day the case is read as at.

        Raises:
            ContradictionError: The rules gave two answers to one question, or none.
        """
        answers = Answers()
        homes = self._lowered.homes
        by_topic: dict[int, _Questions] = {}
        inferring: _Questions = {}
        self._need(self._inferring, moments, moments.on(moments.world.case.as_at), inferring, always=True)
        for question, moment in asked:
            questions = by_topic.setdefault(homes.get(question.number, -1), {})
            if (question.number, moment.number) not in questions:
                questions[question.number, moment.number] = question, moment
                self._need(question.kinds, moments, moment, inferring)
        by_topic.pop(-1, None)
        for fact in self._ask(self._lowered.circumstances, inferring, moments, answers):
            self._note_inference(fact, moments, answers)
        for place, questions in sorted(by_topic.items()):
            self._ask(self._lowered.topics[place], questions, moments, answers)
        return answers

    def _need(self, kinds: Iterable[str], moments: Moments, moment: Moment, inferring: _Questions, always: bool = False) -> None:
        """Add the derivations of what has to be inferred at a moment: what is read and not given, and what that rests on."""
        for kind in kinds:
            name, derivations = self._inferring.get(kind, ("", ()))
            if name and (always or moments.world.case.fact(name, moment.day) is None):
                for question in derivations:
                    if (question.number, moment.number) not in inferring:
                        inferring[question.number, moment.number] = question, moment
                        self._need(question.kinds, moments, moment, inferring)

    def _ask(self, ruleset: Ruleset, questions: _Questions, moments: Moments, answers: Answers) -> list[Fact]:
        """Ask questions of a ruleset and note the answers; return everything that it emitted."""
        if not questions:
            return []
        kinds: dict[Moment, set[str]] = {}
        for question, moment in questions.values():
            kinds.setdefault(moment, set()).update(question.kinds)
        facts = [fact for moment, read in kinds.items() for fact in self._facts.of(moments, moment, sorted(read))]
        keys = list(questions)
        facts += [{"kind": "candidate", "ask": ask, "at": at, "key": n} for n, (ask, at) in enumerate(keys)]
        emitted = self._runs(ruleset, facts)
        for fact in emitted:
            if fact["kind"] in ("settled", "unsettled"):
                truth = None if fact["kind"] == "unsettled" else fact["answer"] == YES
                if answers.settled.setdefault(keys[fact["key"]], truth) is not truth:
                    raise ContradictionError(f"{ruleset.name}: question {keys[fact['key']]} has two answers")
        unanswered = questions.keys() - answers.settled.keys()
        if unanswered:
            raise ContradictionError(f"{ruleset.name}: question {min(unanswered)} has no answer")
        return emitted

    def _note_inference(self, fact: Fact, moments: Moments, answers: Answers) -> None:
        kind, _, name = str(fact["kind"]).partition(":")
        if kind == "value":
            key = (name, fact["at"])
            value: Any = self._values[name, fact["v"]]
            if moments.inferred.setdefault(key, value) != value:
                raise ContradictionError(f"circumstances: '{name}' is inferred to be two things")
        elif kind == "differs":
            answers.differs.add((fact["ask"], fact["at"]))
