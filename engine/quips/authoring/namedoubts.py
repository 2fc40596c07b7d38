"""Words of the vocabulary that are to go, wherever they are still used."""

from __future__ import annotations

from collections.abc import Iterator

from quips.authoring.conditiondoubts import every_condition
from quips.conditions import AllOf, Test, facts_of, has_of, tests_of
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import Problem
from quips.rules import Anchor, Becomes, Each, Rule
from quips.vocabulary import Vocabulary

Use = tuple[str, str, Place]
"""What is used, a circumstance by name or an attribute as ``activity.attribute``; what it is to be replaced by; where."""


def name_doubts(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield each use of a circumstance, activity or attribute that the vocabulary says is to go."""
    for name, instead, place in _uses(knowledge):
        if instead:
            yield Problem(place, "deprecated-name", f"'{name}' is to go.", f"Use instead: {instead}")


def _uses(knowledge: Knowledge) -> Iterator[Use]:
    vocabulary = knowledge.vocabulary
    for _, condition, _ in every_condition(knowledge):
        for test in tests_of(condition):
            for name in facts_of(test):
                yield name, vocabulary.circumstances[name].deprecated, test.place
        for question in has_of(condition):
            yield from _work(question.activities, question.where, question.place, vocabulary)
    for rule in knowledge.rules.values():
        yield from _of_rule(rule, vocabulary)


def _of_rule(rule: Rule, vocabulary: Vocabulary) -> Iterator[Use]:
    for trigger in rule.triggers:
        match trigger:
            case Anchor(name, place):
                yield name, vocabulary.circumstances[name].deprecated, place
            case Becomes(test, place):
                yield test.subject, vocabulary.circumstances[test.subject].deprecated, place
            case Each(activity, where, _, _, _, place):
                yield from _work((activity,), where, place, vocabulary)
    if rule.expect:
        place = rule.document.key_place("expect", "never" if rule.expect.never else "activity")
        yield from _work(rule.expect.activities, rule.expect.where, place, vocabulary)
        each = tuple(trigger.activity for trigger in rule.triggers if isinstance(trigger, Each))
        for names, tests in ((rule.expect.activities, rule.expect.good_when), (each, rule.expect.this)):
            yield from _attributes(names, tests, vocabulary)
    if rule.conflict and rule.conflict.pair:
        place = rule.document.key_place("conflict", "pair", "activity")
        yield from _work((rule.conflict.pair,), rule.conflict.where, place, vocabulary)
        yield from _attributes((rule.conflict.pair,), AllOf(tuple(tests_of(rule.conflict.when))), vocabulary)


def _work(names: tuple[str, ...], where: AllOf, place: Place, vocabulary: Vocabulary) -> Iterator[Use]:
    for name in names:
        if name in vocabulary.activities:
            yield name, vocabulary.activities[name].deprecated, place
    yield from _attributes(names, where, vocabulary)


def _attributes(names: tuple[str, ...], tests: AllOf | None, vocabulary: Vocabulary) -> Iterator[Use]:
    for test in tests.parts if tests else ():
        for name in names:
            term = vocabulary.attribute(name, test.subject) if isinstance(test, Test) else None
            if term is not None:
                yield f"{name}.{term.name}", term.deprecated, test.place
