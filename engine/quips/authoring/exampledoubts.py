"""Examples that come out as they say, and for more reasons than the one they are there to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from quips.cases import Case, Value
from quips.conditions import facts_of, has_of
from quips.examples import Example, examples_of
from quips.knowledge import Knowledge
from quips.problems import Problem
from quips.truth import Conditions, World
from quips.vocabulary import Term


def example_doubts(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield each example to whose case its rule does not apply for several reasons, so that no one of them is shown.

    One reason is enough if there is one thing that would have the rule apply, or leave it open, were it otherwise.
    """
    conditions = Conditions(knowledge.program)
    rules = [name for name, rule in knowledge.rules.items() if any(map(_is_of_not_applicable, rule.examples))]
    for example in examples_of(knowledge, rules):
        said = example.rule.examples[example.number]
        if not _is_of_not_applicable(said):
            continue
        if _is_ruled_out(example, example.case, conditions) and not _alone(example, conditions, knowledge):
            message = f"The rule does not apply to the example '{said['name']}' for more than one reason."
            hint = "Change the case so that only what the example is named for keeps the rule out."
            yield Problem(example.place, "other-reason", message, hint)


def _is_of_not_applicable(said: Mapping[str, Any]) -> bool:
    """Whether an example says that its rule does not apply, and nothing else."""
    return ({said["status"]} if "status" in said else set(said["findings"].values())) == {"not_applicable"}


def _is_ruled_out(example: Example, case: Case, conditions: Conditions) -> bool:
    return conditions.asks(example.rule.applies)(World(case), case.as_at) is False


def _alone(example: Example, conditions: Conditions, knowledge: Knowledge) -> bool:
    """Whether the rule would apply, or it would be open whether it does, if one thing were otherwise."""
    return any(not _is_ruled_out(example, other, conditions) for other in _one_thing_changed(example, knowledge))


def _one_thing_changed(example: Example, knowledge: Knowledge) -> Iterator[Case]:
    """The case of an example with one circumstance not known or otherwise, or without knowing of one kind of work."""
    case, vocabulary = example.case, knowledge.vocabulary
    for name in case.facts:
        yield replace(case, facts={fact: value for fact, value in case.facts.items() if fact != name})
    for name in facts_of(example.rule.applies):
        for value in _values(vocabulary.circumstances[name], case):
            yield replace(case, facts={**case.facts, name: value})
    for question in has_of(example.rule.applies):
        stages = {vocabulary.activities[name].stage for name in question.activities}
        entries = {name: found for name, found in case.entries.items() if name not in question.activities}
        yield replace(case, entries=entries, incomplete=case.incomplete | stages)


def _values(term: Term, case: Case) -> list[Value]:
    match term.type:
        case "yes_no":
            return [True, False]
        case "choices":
            return [frozenset({value}) for value in term.values]
        case "number":
            least, most = term.bounds
            return list(range(least, min(most, least + 20) + 1))
        case "date":
            return [(case.as_at,)]
        case _:
            return list(term.values)
