"""Where each name of the knowledge base is read: by which rule, limit, prompt or question, for what, and on which line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from quips.conditions import ALWAYS, AllOf, Condition, has_of, tests_of
from quips.knowledge import Knowledge
from quips.places import Place
from quips.rules import Anchor, Becomes, Each, Expect, Rule
from quips.vocabulary import COMMON_ATTRIBUTES, REASON_ATTRIBUTES

KINDS = ("circumstance", "activity", "attribute", "limit", "rule", "prompt")


class Thing(NamedTuple):
    """Something that has a name: one of `KINDS`, or a ``node`` of an edition, and what it is called."""

    kind: str
    name: str

    @property
    def node(self) -> str:
        """What it is called in the graph."""
        return f"{self.kind}:{self.name}"


class Use(NamedTuple):
    """One place where something is read.

    Attributes:
        reader: What reads it.
        how: What for, in words.
        place: Where that is written.
    """

    reader: Thing
    how: str
    place: Place


_Found = Iterator[tuple[Thing, Use]]


def things_called(knowledge: Knowledge, name: str) -> list[Thing]:
    """Return what has a name; of a name that several have, ``limit:NAME`` is the limit of that name only.

    Args:
        knowledge: The knowledge base.
        name: A name, ``activity.attribute``, or either after one of `KINDS` and a colon.
    """
    kind, colon, rest = name.partition(":")
    wanted, kinds = (rest, (kind,)) if colon and kind in KINDS else (name, KINDS)
    return [Thing(kind, wanted) for kind in kinds if wanted in names(knowledge)[kind]]


def names(knowledge: Knowledge) -> dict[str, frozenset[str]]:
    """Return the names of each kind of thing."""
    vocabulary = knowledge.vocabulary
    return {
        "circumstance": frozenset(vocabulary.circumstances),
        "activity": frozenset(vocabulary.activities),
        "attribute": frozenset(
            f"{activity}.{attribute}"
            for activity in (*vocabulary.activities, "not_done")
            for attribute in attributes_of(knowledge, activity)
        ),
        "limit": frozenset(knowledge.limits),
        "rule": frozenset(knowledge.rules),
        "prompt": frozenset(knowledge.prompts),
    }


def attributes_of(knowledge: Knowledge, activity: str) -> list[str]:
    """Return the names of everything that can be said of an activity."""
    known = knowledge.vocabulary.activities.get(activity)
    return list({**(REASON_ATTRIBUTES if known is None else known.attributes), **COMMON_ATTRIBUTES})


def uses_of(knowledge: Knowledge, thing: Thing) -> list[Use]:
    """Return every place where something is read, in the order of the files."""
    found = (use for read, use in every_use(knowledge) if read == thing)
    return sorted(dict.fromkeys(found), key=lambda use: (use.reader.kind != "rule", use.place))


def every_use(knowledge: Knowledge) -> _Found:
    """Yield everything that is read, with where it is."""
    for rule in knowledge.rules.values():
        yield from _by_rule(rule)
    for limit in knowledge.limits.values():
        for row in (row for reading in limit.readings for row in reading.rows if row.when):
            yield from _by_condition(row.when, Thing("limit", limit.name), "for whom a value is")
    for edition in knowledge.editions.values():
        for node in edition.nodes():
            yield from _by_condition(node.applies_when, Thing("node", f"{edition.name}/{node.id}"), "whom it is about")
            for prompt in node.prompts:
                yield from _by_condition(prompt.applies_when, Thing("prompt", prompt.name), "whom it is about")
    for term in knowledge.vocabulary.circumstances.values():
        how = "where its clock runs" if term.type == "date" else "where it is asked"
        yield from _by_condition(term.relevant_when, Thing("circumstance", term.name), how)
    for activity in knowledge.vocabulary.activities.values():
        yield from _by_condition(activity.offered_when, Thing("activity", activity.name), "where it is asked")
        for term in activity.attributes.values():
            yield from _by_condition(term.relevant_when, Thing("attribute", f"{activity.name}.{term.name}"), "where it is asked")
    for meets in knowledge.crosswalk:
        for one, other in ((meets.source, meets.target), (meets.target, meets.source)):
            yield Thing("prompt", one), Use(Thing("prompt", other), "meets it", meets.place)


def _by_rule(rule: Rule) -> _Found:
    here = Thing("rule", rule.name)
    yield from _by_condition(rule.applies, here, "whom it is for")
    for trigger in rule.triggers:
        match trigger:
            case Anchor(name):
                yield Thing("circumstance", name), Use(here, "its clock", trigger.place)
            case Becomes(test):
                yield Thing("circumstance", test.subject), Use(here, "its clock", test.place)
            case Each(activity):
                yield Thing("activity", activity), Use(here, "its clock", trigger.place)
                yield from _by_tests(trigger.where, (activity,), here, "its clock")
                if trigger.since:
                    yield Thing("activity", trigger.since), Use(here, "what starts the count again", trigger.place)
    if rule.expect:
        yield from _by_expectation(rule.expect, rule, here)
    if rule.conflict and rule.conflict.pair:
        pair = (rule.conflict.pair,)
        yield (
            Thing("activity", rule.conflict.pair),
            Use(here, "compares each with the next", rule.document.place("conflict", "pair")),
        )
        yield from _by_tests(rule.conflict.where, pair, here, "which of them it compares")
        yield from _by_tests(AllOf(tuple(tests_of(rule.conflict.when))), pair, here, "what is a conflict")
    elif rule.conflict:
        yield from _by_condition(rule.conflict.when, here, "what is a conflict")
    if rule.derives:
        name = rule.derives[0]
        yield Thing("circumstance", name), Use(here, "infers it", rule.document.key_place("derives", name))
    for edge in rule.edges:
        yield Thing("rule", edge.rule), Use(here, edge.kind.replace("_", " "), edge.place)
    for answer in rule.answers:
        yield Thing("prompt", answer.prompt), Use(here, "answers it", answer.place)


def _by_expectation(expect: Expect, rule: Rule, here: Thing) -> _Found:
    def at(key: str) -> Place:
        return rule.document.key_place("expect", key)

    each = tuple(trigger.activity for trigger in rule.triggers if isinstance(trigger, Each))
    for activity in expect.activities:
        how, key = ("what must not happen", "never") if expect.never else ("what it looks for", "activity")
        yield Thing("activity", activity), Use(here, how, at(key))
    yield from _by_tests(expect.where, expect.activities, here, "which of them count")
    yield from _by_tests(expect.good_when or ALWAYS, expect.activities, here, "what a good one is like")
    yield from _by_tests(expect.this or ALWAYS, each, here, "what a good one is like")
    for name in expect.same:
        for activity in (*expect.activities, *each):
            yield Thing("attribute", f"{activity}.{name}"), Use(here, "what has to be the same", at("same"))
    for key in ("within", "every", "each_period", "at_least"):
        limit = getattr(expect, key)
        if limit:
            yield Thing("limit", limit), Use(here, key.replace("_", " "), at(key))
    for key in ("until", "before", "by", "not_before"):
        bound = getattr(expect, key)
        if bound and bound.startswith("trigger."):
            for activity in each:
                attribute = bound.removeprefix("trigger.")
                yield Thing("attribute", f"{activity}.{attribute}"), Use(here, key.replace("_", " "), at(key))
        elif bound and bound != "trigger":
            yield Thing("circumstance", bound), Use(here, key.replace("_", " "), at(key))


def _by_condition(condition: Condition | None, reader: Thing, how: str) -> _Found:
    if condition is None:
        return
    for test in tests_of(condition):
        for name in (test.subject, *((test.value,) if test.op == "not_same_as" else ())):
            yield Thing("circumstance", name), Use(reader, how, test.place)
    for question in has_of(condition):
        for activity in question.activities:
            yield Thing("activity", activity), Use(reader, how, question.place)
        yield from _by_tests(question.where, question.activities, reader, how)


def _by_tests(tests: AllOf, activities: Iterable[str], reader: Thing, how: str) -> _Found:
    for activity in activities:
        for test in tests_of(tests):
            yield Thing("attribute", f"{activity}.{test.subject}"), Use(reader, how, test.place)
