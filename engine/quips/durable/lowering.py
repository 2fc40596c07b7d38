"""Compiles a program into rulesets for durable_rules: data, in the normal form, each within the limits of that engine.

The rulesets are run one after the other on a case: the circumstances that are inferred; whether each rule applies, by topic;
what the record gives; and what rests on what. Numbers in brackets refer to the decisions in `docs/semantics.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from quips.conditions import Condition, facts_of
from quips.durable.generic_rules import graph_rules, status_rules
from quips.durable.normalform import Compiled, LoweringError, Ruleset, check, fact, no_fact, rule, too_large
from quips.durable.sides import ALWAYS, NO, YES, Reading, Side, Sides, patterns, text, told
from quips.program import Derived, Duty, Program

What = Literal["applies", "clash"]
_WORDS: dict[What, tuple[str, str]] = {"applies": ("applies", "ruled-out"), "clash": ("clashes", "agrees")}


@dataclass(frozen=True, slots=True)
class Question:
    """Something that has to be settled of a case on a day: whether a rule applies, or whether what it compares clashes.

    Attributes:
        number: Its number among the questions.
        duty: The number of its rule in the program.
        always: Whether the answer is yes whatever the case, so that nothing has to be asked.
        kinds: The kinds of fact that the answer, and what is inferred from it, can depend on.
    """

    number: int
    duty: int
    always: bool
    kinds: frozenset[str]


@dataclass(frozen=True)
class Lowered:
    """A program in the form in which durable_rules runs it.

    Attributes:
        applies: For each rule, the question whether it applies.
        clash: For each rule that compares, the question whether what it compares clashes.
        readings: What each kind of fact tells of a case.
        circumstances: The rules that infer circumstances.
        topics: The rules that settle whether the author's rules apply.
        homes: For each question that is settled by topic, the place of its ruleset among the topics.
        record: The rules that give a status.
        graph: The rules of what rests on what.
    """

    applies: tuple[Question, ...]
    clash: Mapping[int, Question]
    readings: Mapping[str, Reading]
    circumstances: Ruleset
    topics: tuple[Ruleset, ...]
    homes: Mapping[int, int]
    record: Ruleset
    graph: Ruleset

    @property
    def rulesets(self) -> tuple[Ruleset, ...]:
        """Every ruleset, in the order in which they are run."""
        return (self.circumstances, *self.topics, self.record, self.graph)

    def names(self) -> tuple[str, ...]:
        """Return the name of every compiled rule."""
        return tuple(compiled.name for ruleset in self.rulesets for compiled in ruleset.rules)

    def without(self, names: frozenset[str]) -> Lowered:
        """Return the same with some compiled rules left out."""
        return replace(
            self,
            circumstances=self.circumstances.without(names),
            topics=tuple(ruleset.without(names) for ruleset in self.topics),
            record=self.record.without(names),
            graph=self.graph.without(names),
        )


def lower(program: Program) -> Lowered:
    """Compile a program.

    Raises:
        LoweringError: A rule asks for more than durable_rules can be trusted with.
    """
    return _Lowering(program).lowered()


class _Lowering:
    """One program while it is compiled."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.sides = Sides(program.derived)
        self.questions: list[Question] = []

    def lowered(self) -> Lowered:
        applies: list[Question] = []
        clash: dict[int, Question] = {}
        rules: dict[int, list[Compiled]] = {}
        levels = self.levels()
        for number, duty in enumerate(self.program.duties):
            try:
                level = levels.get(duty.derives[0], 1) if duty.derives else 1
                question, rules[number] = self.applies(number, duty, level)
                applies.append(question)
                if duty.conflict is not None:
                    clash[number], compiled = self.clash(number, duty)
                    rules[number] += compiled
            except LoweringError as error:
                raise LoweringError(f"{duty.name}: {error}") from error
        circumstances = self.circumstances(rules, levels)
        topics, places = self.topics(rules)
        homes = {q.number: places[q.duty] for q in (*applies, *clash.values()) if q.duty in places}
        lowered = Lowered(
            tuple(applies),
            clash,
            self.sides.readings,
            circumstances,
            topics,
            homes,
            status_rules(),
            graph_rules(),
        )
        for ruleset in lowered.rulesets:
            check(ruleset)
        return lowered

    def levels(self) -> dict[str, int]:
        """How many steps of inference lead to each circumstance that is inferred; it says in which phases it is."""
        levels: dict[str, int] = {}
        for name, derived in self.program.derived.items():
            reads = (fact for number, _ in derived.rules for fact in facts_of(self.program.duties[number].applies))
            levels[name] = 1 + max((levels.get(read, 0) for read in reads), default=0)
        return levels

    # Questions -------------------------------------------------------------------------------------------------------

    def applies(self, number: int, duty: Duty, level: int) -> tuple[Question, list[Compiled]]:
        sides = self.sides.of(duty.applies, given_only=duty.kind == "conflict")
        # What is inferred is settled for every day that matters, so a derivation is always asked.
        return self.asked(number, "applies", sides, 2 * level - 1, never_plain=duty.kind == "derivation")

    def clash(self, number: int, duty: Duty) -> tuple[Question, list[Compiled]]:
        assert duty.conflict is not None
        return self.asked(number, "clash", self.clash_sides(duty.conflict.when, duty.conflict.pair is not None), 1)

    def clash_sides(self, when: Condition, paired: bool) -> tuple[Side, Side]:
        return self.sides.of(when, of_entry=True) if paired else self.sides.of(when, given_only=True)

    def asked(
        self, number: int, what: What, sides: tuple[Side, Side], phase: int, never_plain: bool = False
    ) -> tuple[Question, list[Compiled]]:
        always = sides[0] == ALWAYS and not never_plain
        kinds = {kind for side in sides for parts in side for part in parts for kind in part.kinds}
        derives = self.program.duties[number].derives
        if derives:
            kinds |= {self.sides.given(derives[0]), self.sides.not_given(derives[0])}
        question = Question(len(self.questions), number, always, frozenset(kinds))
        self.questions.append(question)
        if always:
            return question, []
        compiled = []
        candidate = fact("c", "candidate", {"ask": question.number})
        # Only what infers is read by other rules, which have to know of what and of when it is the answer.
        of = {"ask": question.number, "at": {"c": "at"}} if derives else {}
        for side, word, answer in zip(sides, _WORDS[what], (YES, NO), strict=True):
            for n, parts in enumerate(side, start=1):
                compiled.append(
                    rule(
                        f"{self.program.duties[number].name}/{word}/{n}",
                        phase,
                        [candidate, *patterns(parts, "c")],
                        kind="settled",
                        key={"c": "key"},
                        answer=answer,
                        **of,
                    )
                )
        return question, compiled

    # Circumstances ---------------------------------------------------------------------------------------------------

    def circumstances(self, rules: Mapping[int, list[Compiled]], levels: Mapping[str, int]) -> Ruleset:
        """The rules that infer [14]: each level is settled in one phase and gives its values in the next."""
        compiled = [one for n, duty in enumerate(self.program.duties) if duty.derives for one in rules[n]]
        for name, derived in self.program.derived.items():
            compiled += self.inference(derived, 2 * levels[name])
        last = 2 * max(levels.values(), default=0) + 1
        return Ruleset("circumstances", (*compiled, _cannot_tell("circumstances", last)))

    def inference(self, derived: Derived, phase: int) -> Iterator[Compiled]:
        """The value of those that hold, if they agree; what is `otherwise` if all are ruled out; only where none is given."""
        name = derived.name
        value, given = self.sides.value(name), self.sides.given(name)
        not_given = fact("g", self.sides.not_given(name), joins=[{"at": {"s0": "at"}}])
        for number, infers in derived.rules:
            rule_name = self.program.duties[number].name
            holds = _settled("s0", self.ask(number), YES)
            others = [
                _settled(f"n{n}", self.ask(other), YES, "s0", absent=True)
                for n, (other, value_of_other) in enumerate(derived.rules)
                if value_of_other != infers
            ]
            at = {"s0": "at"}
            yield rule(f"{rule_name}/infers", phase, [holds, not_given, *others], kind=value, at=at, **told(infers))
            differs = fact("g", given, {"$neq": {"v": text(infers)}}, joins=[{"at": at}])
            yield rule(f"{rule_name}/differs", phase, [holds, differs], kind="differs", ask=self.ask(number), at=at)
        if derived.otherwise is not None:
            ruled_out = [
                _settled(f"s{n}", self.ask(number), NO, "s0" if n else "") for n, (number, _) in enumerate(derived.rules)
            ]
            emits = told(derived.otherwise)
            yield rule(f"{name}/otherwise", phase, [*ruled_out, not_given], kind=value, at={"s0": "at"}, **emits)

    def ask(self, duty: int) -> int:
        """The number of the question whether a rule applies."""
        return next(question.number for question in self.questions if question.duty == duty)

    # Topics ----------------------------------------------------------------------------------------------------------

    def topics(self, rules: Mapping[int, list[Compiled]]) -> tuple[tuple[Ruleset, ...], dict[int, int]]:
        """Fill rulesets with whole topics as far as the limits allow, else with whole rules."""
        duties = sorted(
            (n for n, duty in enumerate(self.program.duties) if not duty.derives and rules[n]),
            key=lambda n: (self.program.duties[n].topic, n),
        )
        groups = [list(group) for _, group in groupby(duties, key=lambda n: self.program.duties[n].topic)]
        filled: list[list[int]] = [[]]
        for group in groups:
            if not self.fits([*filled[-1], *group], rules):
                filled.append([])
            for number in group:
                if not self.fits([*filled[-1], number], rules):
                    filled.append([])
                filled[-1].append(number)
        filled = [members for members in filled if members]
        places = {number: place for place, members in enumerate(filled) for number in members}
        return tuple(_topic(place, members, rules) for place, members in enumerate(filled)), places

    def fits(self, members: Iterable[int], rules: Mapping[int, list[Compiled]]) -> bool:
        return not too_large([*(compiled for number in members for compiled in rules[number]), _cannot_tell("", 2)])


def _topic(place: int, members: list[int], rules: Mapping[int, list[Compiled]]) -> Ruleset:
    name = f"rules-{place + 1}"
    return Ruleset(name, (*(compiled for number in members for compiled in rules[number]), _cannot_tell(name, 2)))


def _settled(alias: str, ask: int, answer: str, joined_to: str = "", absent: bool = False) -> dict[str, Any]:
    """A pattern for a question that has been answered, on the same day as another one if there is one."""
    joins = [{"at": {joined_to: "at"}}] if joined_to else []
    return (no_fact if absent else fact)(alias, "settled", {"ask": ask}, {"answer": answer}, joins=joins)


def _cannot_tell(ruleset: str, phase: int) -> Compiled:
    """What was asked, and has no answer once all that can be settled has been."""
    unanswered = no_fact("a", "settled", joins=[{"key": {"c": "key"}}])
    return rule(f"{ruleset}/cannot-tell", phase, [fact("c", "candidate"), unanswered], kind="unsettled", key={"c": "key"})
