"""What a case record can say: circumstances and activities, with the questions that ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TypeVar

from quips.conditions import Condition, read_condition
from quips.places import NOWHERE, Place
from quips.problems import Problem
from quips.source import Document

NOT_YET, NONE = "not_yet", "none"
DAY = "on"
"""The name of an entry's day, beside its attributes."""


@dataclass(frozen=True, slots=True)
class Term:
    """A circumstance, or an attribute of an activity: something that has a value.

    Attributes:
        name: Its name in files.
        title: What it is called in sentences.
        type: ``yes_no``, ``choice``, ``choices`` (several at once), ``number``, ``date`` or ``text``.
        ask: The question that asks for it.
        help: What counts and where to find it.
        values: For a choice, each value and what it is called.
        codes: What case systems use for it: system, code, our value.
        may_change: It may be given as a list of dated values.
        many: A date that may be given as a list, one for each order or sentence.
        bounds: For a number, the least and the greatest it can be.
        relevant_when: Where this is false it is not asked, and a clock that starts here does not run.
        concerns: ``child``, ``victim`` or ``mappa``.
        deprecated: What to use instead; empty unless it is to go.
        place: Where it is defined.
    """

    name: str
    title: str
    type: str
    ask: str
    help: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str | int | bool]] = field(default_factory=dict)
    may_change: bool = False
    many: bool = False
    bounds: tuple[int, int] = (0, 1000)
    relevant_when: Condition | None = None
    concerns: tuple[str, ...] = ()
    deprecated: str = ""
    place: Place = NOWHERE

    @property
    def subject(self) -> str:
        """What a circumstance is about, such as ``Public protection``: the file that defines it is called so."""
        return PurePath(self.place.file).stem.replace("-", " ").capitalize()

    def in_words(self, value: object) -> str:
        """Return a value as people say it."""
        if self.type == "yes_no":
            return "yes" if value is True else "no"
        return self.values.get(str(value), str(value))


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that is done on a date.

    Attributes:
        name: Its name in files.
        title: What it is called in sentences.
        stage: The stage of the work it belongs to.
        ask: The question that asks whether it was done.
        help: What counts and where to find it.
        attributes: What can be said of it, beyond what can be said of any activity.
        codes: What case systems use for it: system, codes.
        offered_when: Where this is false it is not asked whether it was done; on the record it counts all the same.
        deprecated: What to use instead; empty unless it is to go.
        place: Where it is defined.
    """

    name: str
    title: str
    stage: str
    ask: str
    help: str
    attributes: Mapping[str, Term]
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    offered_when: Condition | None = None
    deprecated: str = ""
    place: Place = NOWHERE


STAGES = ("court", "assessment", "planning", "delivery", "reviewing", "outcomes")

COMMON_ATTRIBUTES: Mapping[str, Term] = {
    term.name: term
    for term in [
        Term(
            "sufficient",
            "judged sufficient",
            "yes_no",
            "Was it good enough?",
            "A judgement of its quality, by whoever reads the file.",
        ),
        Term(
            "evidence",
            "evidence",
            "choice",
            "Where was it evidenced?",
            "Practice that was only described in interview is not on the file.",
            {"file": "the file", "interview": "interview", "both": "file and interview"},
        ),
        Term("note", "note", "text", "Anything to add?", "No names, dates of birth or addresses."),
        Term(
            "stands",
            "stands all the same",
            "text",
            "Why does this work stand, although what it rests on falls short?",
            "Only where the auditor has seen the gap beneath it and judged this work sufficient all the same.",
        ),
    ]
}
REASON_ATTRIBUTES: Mapping[str, Term] = {
    term.name: term
    for term in [
        Term("reason", "reason", "text", "What reason is recorded?"),
        Term("reason_code", "kind of reason", "text", "What kind of reason is it?"),
        Term("acceptable", "acceptable reason", "yes_no", "Is the reason acceptable?"),
    ]
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every circumstance and activity, by name."""

    circumstances: Mapping[str, Term]
    activities: Mapping[str, Activity]

    def attribute(self, activity: str, name: str) -> Term | None:
        """Return an attribute of an activity by name, or None if it has no such attribute."""
        if activity == "not_done":
            return REASON_ATTRIBUTES.get(name) or COMMON_ATTRIBUTES.get(name)
        own = self.activities[activity].attributes.get(name) if activity in self.activities else None
        return own or COMMON_ATTRIBUTES.get(name)

    def anchors(self) -> list[str]:
        """Return the names of the circumstances that are dates and so can start a clock."""
        return [name for name, term in self.circumstances.items() if term.type == "date"]


_Defined = TypeVar("_Defined", Term, Activity)


def read_vocabulary(documents: Iterable[Document], problems: list[Problem]) -> Vocabulary:
    """Build the vocabulary from schema-valid documents; what is defined twice is added to the problems."""
    circumstances: dict[str, Term] = {}
    activities: dict[str, Activity] = {}
    for document in documents:
        for name in document.value.get("circumstances", {}):
            term = _read_term(document, "circumstances", name)
            _define(circumstances, term, problems)
        for name, entry in document.value.get("activities", {}).items():
            attributes = {
                attribute: _read_term(document, "activities", name, "attributes", attribute)
                for attribute in entry.get("attributes", {})
            }
            codes = {system: tuple(codes) for system, codes in entry.get("codes", {}).items()}
            offered = read_condition(document, "activities", name, "offered_when") if "offered_when" in entry else None
            place = document.key_place("activities", name)
            said = entry["title"], entry["stage"], entry["ask"], entry["help"]
            activity = Activity(name, *said, attributes, codes, offered, entry.get("deprecated", ""), place)
            _define(activities, activity, problems)
    return Vocabulary(circumstances, activities)


def _define(known: dict[str, _Defined], new: _Defined, problems: list[Problem]) -> None:
    if new.name in known:
        message = f"'{new.name}' is defined twice; first at {known[new.name].place}."
        problems.append(Problem(new.place, "defined-twice", message, "Keep one of them."))
    known.setdefault(new.name, new)


def _read_term(document: Document, *path: str | int) -> Term:
    value = document.at(*path)
    name = str(path[-1])
    relevant = read_condition(document, *path, "relevant_when") if "relevant_when" in value else None
    return Term(
        name,
        value.get("title", name.replace("_", " ")),
        value["type"],
        value["ask"],
        value.get("help", ""),
        value.get("values", {}),
        value.get("codes", {}),
        value.get("may_change", False),
        value.get("many", False),
        (value.get("at_least", 0), value.get("at_most", 1000)),
        relevant,
        tuple(value.get("concerns", ())),
        value.get("deprecated", ""),
        document.key_place(*path),
    )
