"""Where the records of the two readers of a case differ, and a gap hangs on it.

Many a difference between two records makes none to what is found. Those that do are for people to look at:
whichever record is taken decides what the officer is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quips.audits import Audit
from quips.cases import Entry, History
from quips.explain import day_in_words, entry_in_words, in_sentence, value_in_words
from quips.graph import record_needed_by
from quips.peeraudit.book import Book
from quips.peeraudit.state import RoundCase
from quips.statuses import Verdict
from quips.vocabulary import Term, Vocabulary

_NOT_COMPARED = frozenset({"note", "evidence"})
"""What is said of an entry, and told beside it, that no rule reads."""


@dataclass(frozen=True, slots=True)
class DifferingFact:
    """Something of which the two records of a case say different things, so that one of them has a gap that the other has not.

    Attributes:
        case: The case.
        fact: The circumstance or activity, by name; ``as_at`` or ``record_complete`` for the record as a whole.
        title: The same in words.
        first: What the first reader wrote down, in words, with its evidence.
        second: What the second reader wrote down.
        gaps: What the gaps are about of which one record has more than the other, in words.
    """

    case: str
    fact: str
    title: str
    first: str
    second: str
    gaps: tuple[str, ...]


def differing_facts(book: Book, case: RoundCase) -> Iterator[DifferingFact]:
    """Yield the facts of a case on which its two readers differ and on which a gap hangs, in the order of the form.

    Until both readings are in there are none.

    Args:
        book: The readings of the round.
        case: The case.
    """
    newest = [case.newest(reader) for reader in case.readers] if case.second_reader and case.all_read else []
    audits = [book.audit(reading.file) for reading in newest if reading is not None]
    if len(audits) != 2:
        return
    knowledge = book.auditor.knowledge
    gaps = [Counter(finding.rule.name for finding in book.in_scope(audit).with_verdict(Verdict.GAP)) for audit in audits]
    rules = [rule for rule in knowledge.rules.values() if gaps[0][rule.name] != gaps[1][rule.name]]
    needs = {rule.title: record_needed_by(knowledge.rule_graph, rule.name) for rule in rules}
    explained: set[str] = set()
    for name, title in _facts(knowledge.vocabulary):
        bears_on = tuple(rule for rule, needed in needs.items() if name in needed)
        if bears_on and _said(audits[0], name) != _said(audits[1], name):
            explained.update(bears_on)
            first, second = (_words(one, other, name, knowledge.vocabulary) for one, other in (audits, audits[::-1]))
            yield DifferingFact(case.reference, name, title, first, second, bears_on)
    left = tuple(title for title in needs if title not in explained)
    for name, title, words in _WHOLE if left else ():
        first, second = (words(audit) for audit in audits)
        if first != second:
            yield DifferingFact(case.reference, name, title, first, second, left)


def facts_words(fact: DifferingFact) -> str:
    """Return in one line what the two records say, and what hangs on it."""
    said = f"The first reader wrote: {fact.first}. The second: {fact.second}."
    return f"The records differ on '{in_sentence(fact.title)}'. {said} A gap hangs on it: {'; '.join(fact.gaps)}."


def _facts(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    yield from ((name, term.title) for name, term in vocabulary.circumstances.items())
    yield from ((name, activity.title) for name, activity in vocabulary.activities.items())


def _said(audit: Audit, name: str) -> Any:
    """Return what a record says of a circumstance or an activity, to be compared."""
    value = audit.case.facts.get(name)
    given = (value.days, value.values) if isinstance(value, History) else value
    return given, [_compared(entry) for entry in _entries(audit, name)]


def _compared(entry: Entry) -> Any:
    return entry.activity, entry.day, {key: said for key, said in entry.attributes.items() if key not in _NOT_COMPARED}


def _entries(audit: Audit, name: str) -> list[Entry]:
    return [*audit.case.entries.get(name, ()), *audit.case.reasons.get(name, ())]


def _words(audit: Audit, other: Audit, name: str, vocabulary: Vocabulary) -> str:
    """Return what one record says of a fact; of an activity only the entries that the other has not."""
    if name in vocabulary.circumstances:
        term, value = vocabulary.circumstances[name], audit.case.facts.get(name)
        if isinstance(value, History):
            changes = zip(value.days, value.values, strict=True)
            return "; ".join(f"{value_in_words(one, term)} from {day_in_words(day)}" for day, one in changes)
        return value_in_words(value, term)
    there = [_compared(entry) for entry in _entries(other, name)]
    entries = _entries(audit, name)
    own = [_entry_words(entry, vocabulary) for entry in entries if _compared(entry) not in there]
    return "; ".join(own) or ("nothing else" if entries else "nothing on the record")


def _entry_words(entry: Entry, vocabulary: Vocabulary) -> str:
    what = entry_in_words(entry.attributes.get("activity", entry.activity), entry.day, vocabulary)
    told = ((vocabulary.attribute(entry.activity, name), name, value) for name, value in entry.attributes.items())
    said = [_attribute(term, name, value) for term, name, value in told if value is not None and name != "activity"]
    not_done = "not done: " if entry.activity == "not_done" else ""
    return f"{not_done}{what} ({'; '.join(said)})" if said else f"{not_done}{what}"


def _attribute(term: Term | None, name: str, value: Any) -> str:
    if term is None:
        return f"{name.replace('_', ' ')}: {'yes' if value is True else 'no' if value is False else value}"
    return f"{in_sentence(term.title)}: {value_in_words(value, term)}"


def _complete_words(audit: Audit) -> str:
    stages = sorted(audit.case.incomplete)
    return f"not complete for {', '.join(stages)}" if stages else "complete"


_WHOLE = (
    ("as_at", "The day on which the record was read", lambda audit: day_in_words(audit.case.as_at)),
    ("record_complete", "Whether the record is complete", _complete_words),
)
