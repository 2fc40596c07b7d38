"""What a cell of a caseload's tables says, as a case file would say it, and everything that is wrong with it.

Cells are text. What does not fit its column is left as it is written, so that the schema of a case record says what is wrong.
"""

from __future__ import annotations

import json
import re
from typing import Any

from quips.cases import in_time
from quips.places import NOWHERE
from quips.problems import Problem
from quips.shapes import Shape, is_date
from quips.source import Document
from quips.vocabulary import NONE, Term, Vocabulary

UNKNOWN = "unknown"
SEPARATOR = ";"
ANY_DAY = "2000-01-01"
"""Stands for the day of an entry where only the rest of it is looked at, so that entries alike in the rest are looked at once."""
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_WHOLE = re.compile(r"-?[0-9]{1,9}")


def circumstance_of(term: Term, text: str) -> Any:
    """Return what a cell says of a circumstance, as a case file says it.

    Example:
        >>> circumstance_of(Term("tier", "tier", "number", "Which tier?"), "3")
        3
        >>> circumstance_of(Term("risk_to", "risk to", "choices", "To whom?"), "public; staff")
        ['public', 'staff']
    """
    match term.type:
        case "yes_no":
            return _YES_NO.get(text.lower(), text)
        case "number":
            return int(text) if _WHOLE.fullmatch(text) else text
        case "choices":
            return [] if text.lower() == NONE else _several(text)
        case "date":
            days = _several(text)
            return days if len(days) > 1 else text
        case _:
            return text


def complete_of(text: str) -> Any:
    """Return what a cell says of how far the record is complete: yes, no, or the stages that are."""
    return _YES_NO.get(text.lower(), _several(text))


def said_of(text: str | None) -> Any:
    """Return what is said of an entry; what is no JSON object stays text, so that the schema refuses it."""
    if not text:
        return {}
    try:
        found = json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, dict) else text


def _several(text: str) -> list[str]:
    return [one.strip() for one in text.split(SEPARATOR) if one.strip()]


class CellChecks:
    """Checks cells by the schema of a case record, so that a table may say what a case file may say and nothing else."""

    def __init__(self, vocabulary: Vocabulary, shape: Shape) -> None:
        """Keep what cells are held to."""
        self.vocabulary, self.shape = vocabulary, shape

    def circumstance(self, name: str, text: str) -> list[Problem]:
        """Return what is wrong with a value of a circumstance."""
        given = circumstance_of(self.vocabulary.circumstances[name], text)
        return self._problems(circumstances={name: given}) or _out_of_time(given)

    def change(self, name: str, since: str, text: str) -> list[Problem]:
        """Return what is wrong with a change of a circumstance."""
        given = [{"from": since, "is": circumstance_of(self.vocabulary.circumstances[name], text)}]
        return self._problems(circumstances={name: given}) or _out_of_time(since)

    def complete(self, text: str) -> list[Problem]:
        """Return what is wrong with what is said of how far the record is complete."""
        return self._problems(record_complete=complete_of(text))

    def entry(self, activity: str, said: str | None, on: str | None) -> list[Problem]:
        """Return what is wrong with an entry, but for its day."""
        found = said_of(said)
        if isinstance(found, dict) and "on" in found:
            message = "The day stands in what is said of the entry; it has a column of its own."
            return [Problem(NOWHERE, "said-twice", message, "Take it out there.")]
        return self._problems(record=[{activity: entry_of(found, on)}])

    def day(self, on: str) -> list[Problem]:
        """Return what is wrong with the day of an entry."""
        if not is_date(on):
            return [Problem(NOWHERE, "not-a-date", f"'{on}' is not a day that exists.", "Write year-month-day, or unknown.")]
        return _out_of_time(on)

    def _problems(self, **part: Any) -> list[Problem]:
        return self.shape.problems(Document("", {"case": "X-1", "circumstances": {}, "record": [], **part}, {}, {}))


def entry_of(said: Any, on: str | None) -> Any:
    """Return an entry as a case file gives it: what is said of it, with its day."""
    return {"on": on, **said} if on and isinstance(said, dict) else said


def _out_of_time(given: Any) -> list[Problem]:
    days = [day for day in (given if isinstance(given, list) else [given]) if isinstance(day, str) and is_date(day)]
    words = "'{}' is in a year that no case can be of."
    return [Problem(NOWHERE, "out-of-time", words.format(day), "Correct it.") for day in days if not in_time(day)]
