"""Between what a page's form sends and what a case file says, both ways, with what is wrong in the words of GOV.UK forms.

A form is a mapping from a field's name to the texts sent for it. Fields are named after the term they answer; parts of a field
are joined to it by hyphens (``release-1-day``), which no term has in its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from quips.cases import entry_said, in_time
from quips.explain import day_in_words, in_sentence
from quips.problems import listed
from quips.vocabulary import COMMON_ATTRIBUTES, NONE, NOT_YET, REASON_ATTRIBUTES, Activity, Term
from quips.workdays import FIRST_YEAR, LAST_YEAR

Form = Mapping[str, Sequence[str]]
SentForm = dict[str, list[str]]

DONT_KNOW, NOT_RECORDED = "dont_know", "not_recorded"
ASIDE = (DONT_KNOW, NOT_RECORDED)
"""Answers that leave a circumstance out of the case file, for they say nothing of the case."""

ON_A_DATE, SAME_DAY, KNOWN, CHANGED = "date", "same_day", "known", "changed"
MAX_TEXT = 20_000
MOST_DAYS = 100
"""How many days one field takes at once."""
N_BLANK = 2
"""How many empty rows a list of dates or changes offers."""

_SMALL = 10
"""Numbers with no more values than this are offered one by one."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass
class Errors:
    """What is wrong with a form: for each part of it, by the id to which a link leads, what to do."""

    messages: dict[str, str] = field(default_factory=dict)

    def add(self, where: str, message: str) -> None:
        """Keep the first thing that is wrong with a part."""
        self.messages.setdefault(where, message)

    def at(self, where: str) -> str:
        """Return what is wrong with a part; empty if nothing is."""
        return self.messages.get(where, "")

    def within(self, prefix: str) -> str:
        """Return the first thing that is wrong with a field or one of its parts."""
        return next((m for where, m in self.messages.items() if where == prefix or where.startswith(f"{prefix}-")), "")

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.messages)


def first(form: Form, name: str) -> str:
    """Return the text sent for a field, without spaces around it; empty if none was."""
    sent = form.get(name) or [""]
    return sent[0].strip()


def is_answered(form: Form, term: Term) -> bool:
    """Return whether anything was sent for a circumstance, in its own field or in one within it."""
    fields = (one for one in form if one == term.name or one.startswith(f"{term.name}-"))
    return any(text.strip() for one in fields for text in form[one])


# Dates ---------------------------------------------------------------------------------------------------------------------


def date_from_form(form: Form, prefix: str, label: str, errors: Errors, latest: date | None = None) -> str | None:
    """Return the date that three fields give, written year-month-day; None if they are empty or wrong.

    Args:
        form: What was sent.
        prefix: What the fields' names begin with: ``PREFIX-day``, ``PREFIX-month``, ``PREFIX-year``.
        label: What the date is called, as a sentence begins.
        errors: What is wrong is added here.
        latest: The last day it can be; any if left out.
    """
    parts = {part: first(form, f"{prefix}-{part}") for part in ("day", "month", "year")}
    if not any(parts.values()):
        return None
    missing = [part for part, text in parts.items() if not text]
    if missing:
        errors.add(f"{prefix}-{missing[0]}", f"{label} must include a {listed(missing, 'and')}")
        return None
    try:
        return _day_in_time(parts["day"], parts["month"], parts["year"], latest)
    except _WrongDayError as error:
        errors.add(f"{prefix}-{error.part}", f"{label} must {error.must}")
        return None


def days_from_form(form: Form, name: str, label: str, errors: Errors, latest: date, given: str | None = None) -> list[str]:
    """Return the days of a field that holds one on each line, written year-month-day, in its order.

    Args:
        form: What was sent.
        name: The field.
        label: What the days are called, as a sentence begins.
        errors: What is wrong is added here, with its line.
        latest: The last day it can be.
        given: A day that has been given already and must not come again.
    """
    found: list[str] = []
    wrong: list[str] = []
    lines = [line.strip() for line in first(form, name).splitlines()]
    if len(lines) > MOST_DAYS:
        errors.add(name, f"{label}: give {MOST_DAYS} days or fewer, and the rest on another page")
        return []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            day = _day_in_time(*_parts_of_day(line), latest)
        except _WrongDayError as error:
            wrong.append(f"{number} must {error.must}")
            continue
        if day == given or day in found:
            wrong.append(f"{number} gives {day_in_words(_ordinal(day))} again. Take it out: each is added once")
        found.append(day)
    if wrong:
        errors.add(name, f"{label}: line " + ". Line ".join(wrong))
    return found


class _WrongDayError(ValueError):
    """What was typed is no day that can be given: which part of it is wrong, and what it must be."""

    def __init__(self, part: str, must: str) -> None:
        super().__init__(must)
        self.part, self.must = part, must


def _parts_of_day(line: str) -> tuple[str, str, str]:
    """The day, month and year that a line gives, in this order or from the year down, with whatever stands between them."""
    match re.findall(r"[^\s,./-]+", line):
        case [str(year), str(month), str(day)] if len(year) == len("2026"):
            return day, month, year
        case [str(day), str(month), str(year)]:
            return day, month, year
    raise _WrongDayError("day", f"be a day, a month and a year, such as 27 3 {this_year()}")


def _day_in_time(day: str, month: str, year: str, latest: date | None) -> str:
    try:
        found = date(_whole(year), _month(month), _whole(day))
    except ValueError:
        raise _WrongDayError("day", "be a real date") from None
    text = found.isoformat()
    if not in_time(text):
        must = f"have a year from {FIRST_YEAR} to {LAST_YEAR - 10}, in four figures, such as {this_year()}"
        raise _WrongDayError("year", must)
    if latest is not None and found > latest:
        last = "today" if latest == date.today() else f"{day_in_words(latest.toordinal())}, the day the record is read,"
        raise _WrongDayError("day", f"be {last} or before")
    return text


def this_year() -> int:
    """Return the year of the example that is given of a date."""
    return date.today().year


def date_to_form(prefix: str, day: str) -> dict[str, list[str]]:
    """Return the three fields that give a date."""
    year, month, of_month = day.split("-")
    return {f"{prefix}-day": [str(int(of_month))], f"{prefix}-month": [str(int(month))], f"{prefix}-year": [year]}


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise ValueError(text)
    return int(text)


def _month(text: str) -> int:
    """A month in figures or by its name, as people type it."""
    name = text[:3].lower()
    return _MONTHS.index(name) + 1 if name in _MONTHS else _whole(text)


# One term ------------------------------------------------------------------------------------------------------------------


def choices_of(term: Term) -> list[tuple[str, str]]:
    """Return what can be chosen for a term, as sent and in words; empty where it is typed."""
    match term.type:
        case "yes_no":
            return [("yes", "Yes"), ("no", "No")]
        case "choice" | "choices":
            return [(value, words[:1].upper() + words[1:]) for value, words in term.values.items()]
        case "number" if term.bounds[1] - term.bounds[0] < _SMALL:
            return [(str(n), str(n)) for n in range(term.bounds[0], term.bounds[1] + 1)]
        case _:
            return []


def term_to_form(term: Term, prefix: str, given: Any) -> dict[str, list[str]]:
    """Return the fields that give one value of a term, not dated ones."""
    if given is None:
        return {}
    match term.type:
        case "yes_no":
            return {prefix: ["yes" if given else "no"]}
        case "choices":
            return {prefix: list(given) or [NONE]}
        case "date":
            return date_to_form(prefix, given)
        case _:
            return {prefix: [str(given)]}


def term_from_form(term: Term, prefix: str, form: Form, errors: Errors) -> Any:
    """Return the value that a form gives of a term; None if it gives none, or what it gives is wrong."""
    label = _label(term)
    sent = [text.strip() for text in form.get(prefix, ()) if text.strip()]
    if term.type == "date":
        return date_from_form(form, prefix, label, errors)
    if not sent:
        return None
    if term.type == "text":
        return text_from_form(prefix, form, label, errors)
    if term.type == "choices":
        return _several(term, prefix, sent, errors)
    offered = dict(choices_of(term))
    if offered and sent[0] not in offered:
        errors.add(prefix, f"{label}: choose one of the answers on the page")
        return None
    if term.type == "yes_no":
        return sent[0] == "yes"
    if term.type == "choice":
        return sent[0]
    return _number(term, prefix, sent[0], errors)


def text_from_form(name: str, form: Form, label: str, errors: Errors) -> str | None:
    """Return what was typed, with line ends as they are in files; None if nothing was, or it is too long."""
    text = first(form, name).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_TEXT:
        errors.add(name, f"{label} must be {MAX_TEXT:,} characters or fewer")
        return None
    if any(not (character.isprintable() or character in "\n\t\u200e\u200f\u200d\u200c\u00a0") for character in text):
        errors.add(name, f"{label} must not include characters that cannot be printed")
        return None
    return text or None


def _several(term: Term, prefix: str, sent: list[str], errors: Errors) -> list[str] | None:
    chosen = [value for value in sent if value in term.values]
    if len(chosen) < len(sent) - sent.count(NONE):
        errors.add(prefix, f"{_label(term)}: choose from the answers on the page")
        return None
    if NONE in sent and chosen:
        errors.add(prefix, f"{_label(term)}: choose those that are so, or 'None of these'")
        return None
    return chosen


def _number(term: Term, prefix: str, text: str, errors: Errors) -> int | None:
    least, greatest = term.bounds
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= greatest:
        errors.add(prefix, f"{_label(term)} must be a whole number from {least} to {greatest}, like {max(least, 6)}")
        return None
    return int(text)


def in_order_of(value: Any, before: Any) -> Any:
    """Return a value; several choices in the order in which the case file has them, if they are the same ones."""
    if isinstance(value, dict) and isinstance(before, dict):
        return {name: in_order_of(one, before.get(name)) for name, one in value.items()}
    if isinstance(value, list) and isinstance(before, list) and all(isinstance(one, str) for one in [*value, *before]):
        return before if sorted(value) == sorted(before) else value
    return value


def _label(term: Term) -> str:
    return term.title[:1].upper() + term.title[1:]


# A circumstance ------------------------------------------------------------------------------------------------------------


def circumstance_to_form(term: Term, given: Any, aside: str = "") -> dict[str, list[str]]:
    """Return the fields that give a circumstance as it stands in a case file.

    Args:
        term: The circumstance.
        given: What the case file says; None if nothing.
        aside: ``dont_know`` or ``not_recorded`` if the question was put aside.
    """
    name = term.name
    if given is None:
        return {name: [aside]} if aside else {}
    if term.type == "date":
        if given in (NOT_YET, NONE):
            return {name: [given]}
        days = given if isinstance(given, list) else [given]
        form = {name: [ON_A_DATE]}
        for n, day in enumerate(days, 1):
            form |= date_to_form(f"{name}-{n}", day)
        return form
    if isinstance(given, list) and given and isinstance(given[0], dict):
        form = {name: [CHANGED]}
        for n, change in enumerate(given, 1):
            form |= date_to_form(f"{name}-change-{n}-from", change["from"])
            form |= term_to_form(term, f"{name}-change-{n}-is", change["is"])
        return form
    form = term_to_form(term, name, given)
    return {name: [KNOWN], f"{name}-value": form[name]} if has_own_field(term) else form


def circumstance_from_form(term: Term, form: Form, errors: Errors, latest: date) -> Any:
    """Return what a form says of a circumstance: a value as a case file holds it, or one of `ASIDE`.

    Args:
        term: The circumstance.
        form: What was sent.
        errors: What is wrong is added here.
        latest: The day the record was read; what comes after it is still to come.

    Returns:
        The value; None where something is wrong, which is then among the errors.
    """
    name, label = term.name, _label(term)
    sent = [text for text in form.get(name, ()) if text]
    if not sent:
        errors.add(name, f"Choose an answer to '{term.ask}'")
        return None
    if sent[0] in ASIDE:
        if len(sent) > 1:
            errors.add(name, f"{label}: choose an answer, or say that you do not know it")
            return None
        return sent[0]
    if term.type == "date":
        return _dates_from_form(term, form, sent[0], errors, latest)
    if sent[0] == CHANGED and term.may_change:
        return _changes_from_form(term, form, errors, latest)
    if any(text in (*ASIDE, CHANGED) for text in sent):
        errors.add(name, f"{label}: choose an answer, or say that you do not know it")
        return None
    if not has_own_field(term):
        return term_from_form(term, name, form, errors)
    if sent[0] != KNOWN or not any(map(str.strip, form.get(f"{name}-value", ()))):
        errors.add(f"{name}-value", f"Enter {in_sentence(term.title)}")
        return None
    return term_from_form(term, f"{name}-value", form, errors)


def date_above(term: Term, asked: Sequence[Term]) -> Term | None:
    """Return the date that a page asks before another, whose day may be that of the other too; None if it asks none.

    Args:
        term: The circumstance that is asked.
        asked: All that the page asks, in its order.
    """
    above = asked[: asked.index(term)] if term.type == "date" else ()
    return next((one for one in above if one.type == "date"), None)


def with_same_day(form: Form, term: Term, above: Term) -> Form:
    """Return a form in which a date that is said to be that of the question above is given as that one is."""
    if first(form, term.name) != SAME_DAY:
        return form
    given = {name: sent for name, sent in form.items() if name == above.name or name.startswith(f"{above.name}-")}
    own = {name: sent for name, sent in form.items() if not name.startswith(f"{term.name}-")}
    return own | {term.name + name.removeprefix(above.name): sent for name, sent in given.items()}


def _dates_from_form(term: Term, form: Form, sent: str, errors: Errors, latest: date) -> Any:
    name, label = term.name, _label(term)
    if sent in (NOT_YET, NONE):
        return sent
    if sent != ON_A_DATE:
        errors.add(name, f"{label}: choose one of the answers on the page")
        return None
    rows = {n: date_from_form(form, f"{name}-{n}", label, errors) for n in rows_of(form, name, "day", "month", "year")}
    for n, day in rows.items():
        if day is not None and day > latest.isoformat():
            read = "today" if latest == date.today() else f"{day_in_words(latest.toordinal())}, the day the record is read"
            errors.add(f"{name}-{n}-day", f"{label} is after {read}. Choose 'It is still to come', or correct the date")
    days = sorted({day for day in rows.values() if day is not None})
    if errors:
        return None
    if not days:
        errors.add(f"{name}-1-day", f"Enter {in_sentence(term.title)}")
        return None
    return days[0] if len(days) == 1 else days


def _changes_from_form(term: Term, form: Form, errors: Errors, latest: date) -> list[dict[str, Any]] | None:
    name, label = term.name, _label(term)
    changes: dict[str, Any] = {}
    for n in rows_of(form, f"{name}-change", "from-day", "from-month", "from-year", "is"):
        prefix = f"{name}-change-{n}"
        day = date_from_form(form, f"{prefix}-from", f"The day from which {in_sentence(term.title)} was so", errors, latest)
        value = term_from_form(term, f"{prefix}-is", form, errors)
        if value is None and day is not None:
            errors.add(f"{prefix}-is", f"Say what {in_sentence(term.title)} was from {day_in_words(_ordinal(day))}")
        elif day is None and value is not None:
            errors.add(f"{prefix}-from-day", f"Enter the day from which {in_sentence(term.title)} was so")
        elif day is not None and changes.setdefault(day, value) != value:
            errors.add(f"{prefix}-from-day", f"{label} has two answers from {day_in_words(_ordinal(day))}")
    if errors:
        return None
    if not changes:
        errors.add(f"{name}-change-1-from-day", f"Enter what {in_sentence(term.title)} was, and from which day")
        return None
    return [{"from": day, "is": changes[day]} for day in sorted(changes)]


def rows_of(form: Form, prefix: str, *parts: str) -> list[int]:
    """Return the numbers of the rows of which anything was sent, in order; ``PREFIX-3-day`` belongs to row 3."""
    numbers = set()
    for name, sent in form.items():
        head, _, rest = name.removeprefix(f"{prefix}-").partition("-")
        if name.startswith(f"{prefix}-") and head.isascii() and head.isdigit() and rest in parts and any(map(str.strip, sent)):
            numbers.add(int(head[:4]))
    return sorted(numbers)


def has_own_field(term: Term) -> bool:
    """Whether a circumstance's value has a field of its own beneath the choice of how to answer."""
    typed = term.type == "number" and not choices_of(term)
    return typed or (term.type == "choices" and term.may_change)


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


# An entry of the record ----------------------------------------------------------------------------------------------------


def attributes_of(activity: Activity) -> list[Term]:
    """Return what can be said of an activity, its own attributes first."""
    common = [COMMON_ATTRIBUTES[name] for name in ("sufficient", "evidence", "note", "stands")]
    return [*activity.attributes.values(), *common]


def entry_to_form(activity: Activity, said: Any) -> dict[str, list[str]]:
    """Return the fields that give an entry as it stands in a case file."""
    said = entry_said(said)
    form: dict[str, list[str]] = (
        {"when": ["unknown"]}
        if said["on"] == "unknown"
        else {
            "when": [ON_A_DATE],
            **date_to_form("on", said["on"]),
        }
    )
    for term in attributes_of(activity):
        form |= term_to_form(term, term.name, said.get(term.name))
    late = said.get("late_reason")
    if late:
        form["late_reason"] = [late["reason"]]
        if "acceptable" in late:
            form["late_acceptable"] = ["yes" if late["acceptable"] else "no"]
    return form


def entry_from_form(activity: Activity, form: Form, latest: date, errors: Errors) -> dict[str, Any]:
    """Return what a form says of an entry, as a case file holds it; what is wrong is added to the errors.

    Args:
        activity: What was done.
        form: What was sent.
        latest: The day the record was read; nothing on it can be later.
        errors: What is wrong is added here.
    """
    said: dict[str, Any] = {}
    nobody_can_tell = first(form, "when") == "unknown"  # what was typed of a day before is hidden then, and does not count
    day = None if nobody_can_tell else date_from_form(form, "on", f"The day of the {in_sentence(activity.title)}", errors, latest)
    when = first(form, "when") or (ON_A_DATE if day else "")
    if nobody_can_tell:
        said["on"] = "unknown"
    elif when == ON_A_DATE and day is not None:
        said["on"] = day
    elif when == ON_A_DATE:
        errors.add("on-day", "Enter the day it was, or say that nobody can tell the day")
    else:
        errors.add("when", "Say when it was, or that nobody can tell the day")
    said |= terms_from_form(attributes_of(activity), form, errors)
    reason = text_from_form("late_reason", form, "The reason for its being late", errors)
    if reason:
        acceptable = first(form, "late_acceptable")
        said["late_reason"] = {"reason": reason} | ({"acceptable": acceptable == "yes"} if acceptable in ("yes", "no") else {})
    elif first(form, "late_acceptable") in ("yes", "no"):
        errors.add("late_reason", "Enter the reason for its being late")
    return said


def reason_to_form(activity: Activity, said: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the fields that give a recorded reason for something not being done."""
    form = date_to_form("on", said["on"]) if "on" in said else {}
    for term in reason_terms(activity):
        form |= term_to_form(term, term.name, said.get(term.name))
    return form


def reason_from_form(activity: Activity, form: Form, latest: date, errors: Errors) -> dict[str, Any]:
    """Return what a form says of something not being done, as a case file holds it."""
    said: dict[str, Any] = {"activity": activity.name}
    day = date_from_form(form, "on", "The day of the reason", errors, latest)
    said |= {"on": day} if day else {}
    said |= terms_from_form(reason_terms(activity), form, errors)
    if "reason" not in said:
        errors.add("reason", f"Enter the reason that is recorded for there being no {in_sentence(activity.title)}")
    return said


def not_asked_of_reasons(activity: Activity, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of something not being done and the form does not ask, so that a change of it loses nothing."""
    asked = {"activity", "on", *(term.name for term in reason_terms(activity))}
    return {name: value for name, value in said.items() if name not in asked}


def reason_terms(activity: Activity) -> list[Term]:
    """Return what can be said of something that was not done."""
    own = [term for term in activity.attributes.values() if term.type in ("choice", "choices")]
    return [REASON_ATTRIBUTES["reason"], REASON_ATTRIBUTES["acceptable"], *own, COMMON_ATTRIBUTES["note"]]


def terms_from_form(terms: Iterable[Term], form: Form, errors: Errors) -> dict[str, Any]:
    """Return what a form says of several terms; what it leaves open is left out."""
    found = {term.name: term_from_form(term, term.name, form, errors) for term in terms}
    return {name: value for name, value in found.items() if value is not None and value != ""}
