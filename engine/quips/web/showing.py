"""What a case file says, in the words that pages show."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quips.audits import Audit
from quips.cases import entry_said
from quips.casewords import day_words, entry_title, given_in_words
from quips.findings import Finding, uses_inferred
from quips.ordering import gaps_in_order
from quips.places import Place
from quips.problems import Problem, listed
from quips.vocabulary import DAY, Activity, Term, Vocabulary
from quips.web.answers import DONT_KNOW, NOT_RECORDED, attributes_of
from quips.web.desk import Look
from quips.web.interview import ACTIVITY, CIRCUMSTANCE, ENTRY, INFERRED, MORE, RIGHT, WHICH, aside_key, inferred_mark

ASIDE_WORDS = {DONT_KNOW: "Not known", NOT_RECORDED: "Not recorded in the file"}
_DAYS_NAMED = 8
"""Of how many entries the days are told one by one."""
_NOT_ANSWERED = "Not answered"
PARTS = ("the case", "what is in its file", "how well it was done")
"""Of the interview."""


def in_short(text: str) -> str:
    """Return the first sentence of a help text.

    Example:
        >>> in_short("Each visit counts. Give the day.")
        'Each visit counts.'
    """
    first, full_stop, _ = text.partition(". ")
    return first + full_stop.strip()


def to_look_at(look: Look) -> list[tuple[Problem, int | str | None]]:
    """Return what may be a slip in a case file, each with the entry's number, or the circumstance, in which it is changed."""
    assert look.audit is not None
    if not look.audit.warnings:
        return []
    document, value = look.document, look.value
    starts: dict[Place, int | str | None] = {document.key_place(part): None for part in value}
    starts |= {document.key_place("circumstances", name): name for name in value["circumstances"]}
    starts |= {document.place("record", n): n for n in range(len(value["record"]))}
    places = sorted(starts)
    return [(one, starts[places[bisect_right(places, one.place) - 1]]) for one in look.audit.warnings]


def already_entered(look: Look, activity: str) -> str:
    """Return what is on the record of an activity, by its days; empty if nothing is."""
    said = [entry[activity] for entry in look.value["record"] if activity in entry]
    days = sorted({one["on"] if isinstance(one, dict) else one for one in said})
    if len(said) > _DAYS_NAMED:
        return f"{len(said)}, the latest {day_words(max((day for day in days if day != 'unknown'), default='unknown'))}"
    return listed([day_words(day) for day in days], "and")


def circumstance_in_words(look: Look, name: str) -> str:
    """Return what a case file says of a circumstance, or that its question was put aside, or that it is not answered."""
    term = look.knowledge.vocabulary.circumstances[name]
    given = look.value["circumstances"].get(name)
    if given is not None:
        return given_in_words(term, given)
    return ASIDE_WORDS.get(look.aside.get(aside_key(CIRCUMSTANCE, name), ""), _NOT_ANSWERED)


def answered(look: Look) -> set[str]:
    """Return the circumstances that were answered in some way, or inferred."""
    terms = look.knowledge.vocabulary.circumstances
    given = {name for name in terms if circumstance_in_words(look, name) != _NOT_ANSWERED}
    return given | {name for name in terms if name not in given and inferred_in_words(look, name)}


def inferred_in_words(look: Look, name: str) -> str:
    """Return what a circumstance was inferred to be; empty if it was not."""
    assert look.audit is not None
    facts = (fact for finding in look.audit.findings for fact in finding.facts)
    return next((fact.value for fact in facts if fact.name == name and fact.inferred), "")


def is_confirmed(look: Look, name: str, inferred: str) -> bool:
    """Whether somebody has said that what a circumstance was inferred to be is right."""
    return look.aside.get(aside_key(INFERRED, inferred_mark(name, inferred))) == RIGHT


def could_change(look: Look, finding: Finding) -> list[str]:
    """Return why a finding could still change; what was inferred and somebody has said is right is left out."""
    terms = look.knowledge.vocabulary.circumstances
    inferred = (fact for fact in finding.facts if fact.inferred)
    right = {uses_inferred(terms[fact.name]) for fact in inferred if is_confirmed(look, fact.name, fact.value)}
    return [why for why in finding.provisional if why not in right]


def as_confirmed(look: Look) -> Audit:
    """Return the audit for taking away: what was inferred, and somebody has said is right, makes no finding provisional.

    What is suggested for prompts stays as an auditor would have it, who has not said so.
    """
    assert look.audit is not None
    findings = tuple(finding._replace(provisional=tuple(could_change(look, finding))) for finding in look.audit.findings)
    return replace(look.audit, findings=findings, gaps=tuple(gaps_in_order(findings, look.knowledge.rule_graph)))


def day_of(said: Any) -> str:
    """Return when an entry of the record was, in words."""
    return day_words(entry_said(said)[DAY])


def entry_rows(activity: str, said: Any, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Return all that is said of an entry: what is asked, and the answer in words."""
    said = entry_said(said)
    rows = [("When", day_words(said["on"]))] if "on" in said else []
    for name, given in said.items():
        if name == "late_reason":
            judged = {True: " (acceptable)", False: " (not acceptable)"}.get(given.get("acceptable"), "")
            rows.append(("Why it was late", given["reason"] + judged))
        elif name not in ("on", "activity"):
            term = vocabulary.attribute(activity, name) or _attribute_of(
                vocabulary.activities.get(said.get("activity", "")), name
            )
            rows.append((term.ask if term else name, given_in_words(term, given) if term else str(given)))
    return rows


def _attribute_of(activity: Activity | None, name: str) -> Term | None:
    if activity is None:
        return None
    return next((term for term in attributes_of(activity) if term.name == name), None)


def n_answered(look: Look) -> int:
    """Return how many questions have been answered."""
    answered = {
        *(aside_key(CIRCUMSTANCE, name) for name in look.value["circumstances"]),
        *(key for key in look.aside if not key.startswith((f"{MORE}/", f"{ENTRY}/"))),
        *(f"entry/{n}" for n in range(len(look.value["record"]))),
    }
    return len(answered)


def part_of(look: Look) -> tuple[int, int, bool]:
    """Return in which part of the interview somebody is, how many pages of it are left, and whether answers can bring up more.

    The parts are what the case is, what is in its file and when, and how well that was done. With the second it is known what is
    missing and what was late; what is asked of the case because of something in the file belongs to it as well.
    """
    kinds = [step.kind for step in look.steps if not step.how_well]
    if not kinds:
        return 3, len(look.steps), any(step.kind == MORE for step in look.steps)
    begun = look.value["record"] or any(key.startswith(f"{ACTIVITY}/") for key in look.aside)
    if begun or kinds[0] not in (CIRCUMSTANCE, INFERRED):
        return 2, len(kinds), CIRCUMSTANCE in kinds or WHICH in kinds
    return 1, sum(kind in (CIRCUMSTANCE, INFERRED) for kind in kinds), CIRCUMSTANCE in kinds


def changes_in_words(before: Mapping[str, Any], after: Mapping[str, Any], vocabulary: Vocabulary) -> list[str]:
    """Return what differs between two versions of a case file, one sentence for each difference."""
    found = []
    for name, term in vocabulary.circumstances.items():
        old, new = before["circumstances"].get(name), after["circumstances"].get(name)
        if old != new:
            was, now = (given_in_words(term, given) if given is not None else "not answered" for given in (old, new))
            found.append(f"{term.title}: was “{was}”, is now “{now}”.")
    gone, come = list(before["record"]), []
    for item in after["record"]:
        if item in gone:
            gone.remove(item)
        else:
            come.append(item)
    found += [f"Added: {item_in_words(item, vocabulary)}." for item in come]
    found += [f"No longer there: {item_in_words(item, vocabulary)}." for item in gone]
    others = [key for key in {**before, **after} if key not in ("circumstances", "record")]
    found += [f"{_PARTS.get(key, key)} changed." for key in others if before.get(key) != after.get(key)]
    return found


def item_in_words(item: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    """Return an entry of the record in one line."""
    [(activity, said)] = item.items()
    rows = entry_rows(activity, said, vocabulary)
    return "; ".join([entry_title(activity, said, vocabulary), *(f"{asked.rstrip('?')}: {answer}" for asked, answer in rows)])


_PARTS = {
    "as_at": "The day the record is read as at",
    "record_complete": "What of the record is complete",
    "judgements": "The judgements",
    "disputes": "What is disputed",
}
