"""One finding laid open for the author of its rule: what was asked of each entry, what was known, how the limit was counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from quips.attempts import Attempt
from quips.audits import Audit
from quips.authoring.nearest import Nearby, Search
from quips.cases import Entry
from quips.conditions import ALWAYS, Test, tests_of
from quips.explain import Fact, Step, attribute_in_words, day_in_words, entry_in_words, value_in_words
from quips.findings import Finding, FindingBuilder
from quips.framework import length_in_words
from quips.graph import facts_needed_by
from quips.knowledge import Knowledge
from quips.places import Place
from quips.reference import Evaluated, ReferenceEngine
from quips.rules import Each, Rule
from quips.truth import Truth, asks_attribute
from quips.workdays import add, working_days


class Asked(NamedTuple):
    """What one test asks of one entry: in words, how it came out, what the entry says, and where the test is written."""

    words: str
    truth: Truth
    found: str
    place: Place


class EntryAsked(NamedTuple):
    """An entry that was looked at, where it stands in the case file, and what was asked of it."""

    words: str
    place: Place | None
    asked: tuple[Asked, ...]


class Counted(NamedTuple):
    """How one reading of a limit was counted.

    Attributes:
        words: The reading and its sum, in words.
        row: Where the value is written.
        when: For which cases the value is, as it came out; None for all.
        left_out: The days that were not counted, in words; empty where all were.
    """

    words: str
    row: Place
    when: Step | None
    left_out: str


@dataclass(frozen=True, slots=True)
class LaidOpen:
    """One finding laid open.

    Attributes:
        finding: The finding.
        facts: What is known of each circumstance that bears on it, by name.
        entries: The entries that were looked at.
        counted: How the limit was counted.
        search: What would make it something else.
    """

    finding: Finding
    facts: tuple[Fact, ...]
    entries: tuple[EntryAsked, ...]
    counted: tuple[Counted, ...]
    search: Search


def laid_open(engine: ReferenceEngine, audit: Audit, rule: Rule, builder: FindingBuilder) -> list[LaidOpen]:
    """Return each finding of a rule in an audited case, laid open for the rule's author.

    Args:
        engine: The reference engine, whose evaluation is read.
        audit: The audit of the case.
        rule: The rule.
        builder: Builds findings of the same case.
    """
    knowledge, explainer = builder.knowledge, builder.explainer(rule)
    number = next(n for n, duty in enumerate(engine.program.duties) if duty.name == rule.name)
    by_ref = {finding.ref: finding for finding in audit.findings}
    said = audit.case.document.value if audit.case.document else {}
    case = {"circumstances": {}, "record": [], **said, "as_at": date.fromordinal(audit.case.as_at).isoformat()}
    nearby, found = Nearby(rule, knowledge), []
    for evaluated in engine.evaluate(audit.case)[number]:
        finding, day = by_ref[rule.name, evaluated.key], builder.day(evaluated)
        names = facts_needed_by(knowledge.rule_graph, rule.name)
        found.append(
            LaidOpen(
                finding,
                explainer.facts(names, day),
                tuple(_entries(rule, evaluated, audit, knowledge)),
                tuple(_counted(evaluated, builder, rule, day)),
                nearby.search(case, evaluated.key, _days(evaluated)),
            )
        )
    return found


def counted_words(start: int, value: int, unit: str, due: int) -> tuple[str, str]:
    """Return how a length of time is counted from a day, and which days were not counted.

    Args:
        start: The day the clock starts, as an ordinal: day 0.
        value: How many of the unit.
        unit: The unit.
        due: The last day.

    Example:
        >>> start, due = (date(2009, *day).toordinal() for day in ((8, 24), (9, 8)))
        >>> for words in counted_words(start, 10, "working_days", due): print(words)
        10 working days from 24 August 2009, which is day 0: the last is 8 September 2009
        4 days of weekends and the bank holiday on 31 August 2009
    """
    words = f"{length_in_words(value, unit)} from {day_in_words(start)}, which is day 0: the last is {day_in_words(due)}"
    if unit != "working_days":
        return words, ""
    counted = {day for decade in {_decade(start), _decade(due)} for day in working_days(decade)}
    off = [day for day in range(start + 1, due + 1) if day not in counted]
    weekends = sum(1 for day in off if date.fromordinal(day).weekday() > 4)
    holidays = [day_in_words(day) for day in off if date.fromordinal(day).weekday() < 5]
    parts = [f"{weekends} day{'s' * (weekends != 1)} of weekends"] if weekends else []
    parts += [f"the bank holiday on {day}" for day in holidays]
    return words, " and ".join(parts)


def _decade(day: int) -> int:
    return date.fromordinal(day).year // 10 * 10


def _days(evaluated: Evaluated) -> list[int]:
    """The days that bear on a finding: when its clock started, the first and last of its windows, and the day after each."""
    attempts = evaluated.observation.attempts if evaluated.observation else []
    ends = [day for attempt in attempts for day in (attempt.first, attempt.due, attempt.at_latest)]
    return [day + by for day in (evaluated.day, *ends) if day is not None for by in (0, 1)]


def _counted(evaluated: Evaluated, builder: FindingBuilder, rule: Rule, day: int) -> Iterator[Counted]:
    attempts = evaluated.observation.attempts if evaluated.observation else ()
    ours = next((attempt for attempt in attempts if attempt.at_latest is not None), None)
    if ours is not None and evaluated.day is not None:
        yield _our_own(evaluated.day, ours, rule)
    for attempt in attempts:
        row = attempt.row
        if row is None:
            continue
        when = builder.explainer(rule).tree(row.when, day) if row.when else None
        reading = f"{attempt.reading}: "
        if row.value is None or attempt.first is None or attempt.due is None or row.unit == "times":
            yield Counted(f"{reading}{row.in_words()}", row.place, when, "")
            continue
        start = next(
            (day for day in (attempt.first, evaluated.day) if day and add(day, row.value, row.unit) == attempt.due), None
        )
        if start is None:  # a window of something recurring begins where the last one ended
            window = f"{row.in_words()}, here from {day_in_words(attempt.first)} to {day_in_words(attempt.due)}"
            yield Counted(f"{reading}{window}", row.place, when, "")
            continue
        words, left_out = counted_words(start, row.value, row.unit, attempt.due)
        yield Counted(f"{reading}{words}{_done_words(attempt.done, attempt.due)}", row.place, when, left_out)


def _our_own(start: int, attempt: Attempt, rule: Rule) -> Counted:
    """How the last day was counted that the rule itself sets, for no source gives a number."""
    assert rule.expect is not None and rule.expect.at_latest is not None and attempt.at_latest is not None
    words, left_out = counted_words(start, *rule.expect.at_latest, attempt.at_latest)
    words = f"our own last day: {words}{_done_words(attempt.done, attempt.at_latest)}"
    return Counted(words, rule.document.place("expect", "at_latest"), None, left_out)


def _done_words(done: int | None, due: int) -> str:
    """When it was done, counted from the last day; empty if it was not."""
    if done is None:
        return ""
    by = done - due
    on_time = "on the last day" if not by else f"{abs(by)} day{'s' * (abs(by) != 1)} {'after' if by > 0 else 'before'} it"
    return f"; done on {day_in_words(done)}, {on_time}"


def _entries(rule: Rule, evaluated: Evaluated, audit: Audit, knowledge: Knowledge) -> Iterator[EntryAsked]:
    """Each entry that the rule looks for or starts its clock with, with what is asked of it."""
    looked: list[tuple[tuple[str, ...], tuple[Test, ...]]] = []
    for trigger in rule.triggers:
        if isinstance(trigger, Each):
            this = rule.expect.this if rule.expect else None
            looked.append(((trigger.activity,), (*tests_of(trigger.where), *tests_of(this or ALWAYS))))
    if rule.expect:
        tests = (*tests_of(rule.expect.where), *tests_of(rule.expect.good_when or ALWAYS))
        looked.append((rule.expect.activities, tests))
    if rule.conflict and rule.conflict.pair:
        looked.append(((rule.conflict.pair,), tuple(tests_of(rule.conflict.where))))
    case = audit.case
    for activities, tests in looked:
        for activity in activities:
            for entry in case.entries.get(activity, ()):
                place = case.document.place(*entry.path) if case.document else None
                words = entry_in_words(activity, entry.day, knowledge.vocabulary)
                yield EntryAsked(words, place, tuple(_asked(entry, tests, knowledge)))
            for entry in case.reasons.get(activity, ()):
                place = case.document.place(*entry.path) if case.document else None
                accepted = _accepted(entry)
                yield EntryAsked(
                    f"reason recorded for no {entry_in_words(activity, entry.day, knowledge.vocabulary)}{accepted}", place, ()
                )


def _accepted(entry: Entry) -> str:
    accepted = entry.attributes.get("acceptable")
    return "" if accepted is None else ", acceptable" if accepted else ", not acceptable"


def _asked(entry: Entry, tests: Iterable[Test], knowledge: Knowledge) -> Iterator[Asked]:
    for test in tests:
        term = knowledge.vocabulary.attribute(entry.activity, test.subject)
        value = entry.attributes.get(test.subject)
        found = "not given" if value is None or term is None else value_in_words(value, term)
        words = attribute_in_words(test, knowledge.vocabulary, (entry.activity,))
        yield Asked(words, asks_attribute(test)(entry.attributes), found, test.place)
