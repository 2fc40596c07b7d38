"""A case with one thing said otherwise, or a knowledge base with one thing changed, to see what hangs on it.

A case is what a case file says. What cannot be said in a case file is not tried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from quips.authoring.uses import Thing
from quips.conditions import Condition, tests_of
from quips.explain import day_in_words, in_sentence
from quips.framework import Row
from quips.knowledge import Knowledge
from quips.rules import Each
from quips.shapes import is_date
from quips.vocabulary import NONE, NOT_YET, Term

Json = dict[str, Any]


class Trial(NamedTuple):
    """A case in which one thing is said otherwise: what, in words, and the case."""

    words: str
    case: Json


class Otherwise(NamedTuple):
    """A knowledge base with one thing otherwise: what, in words, and the knowledge base."""

    words: str
    knowledge: Knowledge


def of_case(case: Json, thing: Thing, knowledge: Knowledge) -> Iterator[Trial]:
    """Yield a case with a circumstance, an activity or an attribute of one said otherwise in each way that is tried.

    Args:
        case: What the case file says, with its day.
        thing: The circumstance, activity or attribute.
        knowledge: The knowledge base.
    """
    if thing.kind == "circumstance":
        yield from _circumstance(case, thing.name, knowledge)
    elif thing.kind == "activity":
        yield from _activity(case, thing.name, knowledge)
    elif thing.kind == "attribute":
        activity, attribute = thing.name.split(".")
        yield from _attribute(case, activity, attribute, knowledge)


def of_knowledge(knowledge: Knowledge, thing: Thing) -> Iterator[Otherwise]:
    """Yield the knowledge base without a rule, or with a limit that is one shorter, one longer, or has no number."""
    if thing.kind == "rule":
        others = {
            name: replace(rule, edges=tuple(edge for edge in rule.edges if edge.rule != thing.name))
            for name, rule in knowledge.rules.items()
            if name != thing.name
        }
        yield Otherwise("without the rule", replace(knowledge, rules=others))
    elif thing.kind == "limit":
        for words, by in (("without a number", None), ("one shorter", -1), ("one longer", 1)):
            limit = knowledge.limits[thing.name]
            readings = tuple(replace(one, rows=tuple(_row(row, by) for row in one.rows)) for one in limit.readings)
            if readings != limit.readings:
                limits = {**knowledge.limits, thing.name: replace(limit, readings=readings)}
                yield Otherwise(words, replace(knowledge, limits=limits))


def other_answers(term: Term, now: Any, as_at: str, tests: Collection[int] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the other answers that are tried to a question, each in words.

    Yes/no: the other; a choice: every other; choices: each put in or taken out; a number: each that a test names and those next
    to it; a date: a day before and after, not yet, none, and where it is not given the day the case is read.

    Args:
        term: The circumstance or attribute.
        now: What is said now; None if nothing is.
        as_at: The day the case is read as at.
        tests: For a number, the numbers that it is compared with.
    """
    match term.type:
        case "yes_no":
            yield from ((_said(term, value), value) for value in (True, False) if value is not now)
        case "choice":
            yield from ((_said(term, value), value) for value in term.values if value != now)
        case "choices":
            have = [value for value in now if isinstance(value, str)] if isinstance(now, list) else []
            for value in term.values:
                other = [one for one in have if one != value] if value in have else [*have, value]
                yield f"{in_sentence(term.values[value])} {'taken out' if value in have else 'put in'}", other
        case "number":
            near = sorted({n + by for n in tests for by in (-1, 0, 1)})
            yield from ((f"{n}", n) for n in near if n != now and term.bounds[0] <= n <= term.bounds[1])
        case "date":
            yield from _other_days(now, as_at)


def _circumstance(case: Json, name: str, knowledge: Knowledge) -> Iterator[Trial]:
    term, given = knowledge.vocabulary.circumstances[name], case["circumstances"]
    if name in given:
        yield Trial("left out", {**case, "circumstances": {key: value for key, value in given.items() if key != name}})
    tests = numbers(knowledge, name) if term.type == "number" else ()
    for words, value in other_answers(term, given.get(name), case["as_at"], tests):
        yield Trial(words, {**case, "circumstances": {**given, name: value}})


def _activity(case: Json, name: str, knowledge: Knowledge) -> Iterator[Trial]:
    record = case["record"]
    there = [n for n, item in enumerate(record) if name in item]
    for n in there:
        yield Trial(f"{_entry(record[n], name)} left out", {**case, "record": [*record[:n], *record[n + 1 :]]})
    if len(there) > 1:
        yield Trial("every one left out", {**case, "record": [item for item in record if name not in item]})
    day = day_in_words(date.fromisoformat(case["as_at"]).toordinal())
    yield Trial(f"one put in, on {day}", {**case, "record": [*record, {name: case["as_at"]}]})


def _attribute(case: Json, activity: str, attribute: str, knowledge: Knowledge) -> Iterator[Trial]:
    term = knowledge.vocabulary.attribute(activity, attribute)
    assert term is not None  # the name was looked up
    for n, item in enumerate(case["record"]):
        if activity not in item:
            continue
        said = item[activity] if isinstance(item[activity], dict) else {"on": item[activity]}
        which, now = _entry(item, activity), said.get(attribute)
        if now is not None:
            yield Trial(f"left out of {which}", with_entry(case, n, activity, {k: v for k, v in said.items() if k != attribute}))
        tests = numbers(knowledge, attribute) if term.type == "number" else ()
        for words, value in other_answers(term, now, case["as_at"], tests):
            yield Trial(f"{words}, for {which}", with_entry(case, n, activity, {**said, attribute: value}))


def with_entry(case: Json, n: int, activity: str, said: Any) -> Json:
    """Return a case with one entry of its record said otherwise."""
    return {**case, "record": [*case["record"][:n], {activity: said}, *case["record"][n + 1 :]]}


def _other_days(now: Any, as_at: str) -> Iterator[tuple[str, Any]]:
    last = now[-1] if isinstance(now, list) and now else now
    if isinstance(last, str) and is_date(last):
        for words, by in (("a day earlier", -1), ("a day later", 1)):
            day = (date.fromisoformat(last) + timedelta(days=by)).isoformat()
            yield words, [*now[:-1], day] if isinstance(now, list) else day
    elif now is None:
        yield "the day the case is read", as_at
    yield from ((words.replace("_", " "), words) for words in (NOT_YET, NONE) if now != words)


def _said(term: Term, value: Any) -> str:
    return in_sentence(term.in_words(value))


def _entry(item: Json, name: str) -> str:
    on = item[name].get("on") if isinstance(item[name], dict) else item[name]
    return f"the one on {day_in_words(date.fromisoformat(on).toordinal())}" if is_date(on) else "the one with no day"


def _row(row: Row, by: int | None) -> Row:
    if row.value is None:
        return row
    return replace(row, value=None if by is None else max(row.value + by, 1))


def numbers(knowledge: Knowledge, subject: str) -> set[int]:
    """Return the numbers that a circumstance or attribute is compared with."""
    found: set[int] = set()
    for condition in _conditions(knowledge):
        for test in tests_of(condition):
            if test.subject == subject and test.op in ("at_least", "at_most", "one_of"):
                found.update(test.value if isinstance(test.value, tuple) else (test.value,))
    return found


def _conditions(knowledge: Knowledge) -> Iterator[Condition]:
    for rule in knowledge.rules.values():
        yield rule.applies
        yield from (trigger.where for trigger in rule.triggers if isinstance(trigger, Each))
        if rule.conflict:
            yield from (rule.conflict.where, rule.conflict.when)
        if rule.expect:
            yield from (part for part in (rule.expect.where, rule.expect.good_when, rule.expect.this) if part)
    for limit in knowledge.limits.values():
        yield from (row.when for reading in limit.readings for row in reading.rows if row.when)
