"""Warns about dates of a case file that are most likely slips of the pen, and would hide gaps if they were."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from quips.cases import entry_said
from quips.casewords import entry_title
from quips.explain import day_in_words
from quips.problems import Level, Problem
from quips.source import Document
from quips.vocabulary import DAY, Vocabulary

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONG = timedelta(days=182)
"""How long before every date of a case an entry is asked about. Reports and assessments come before it, by weeks."""


def slips(document: Document, as_at: date, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield a warning for each date that may be a slip.

    Such are a date that starts a clock and lies after the day the case is read as at, for nothing is looked for from it on; and
    an entry more than half a year before anything that the case dates, for nothing that was asked later is answered by it.
    """
    given = {
        name: date.fromisoformat(day)
        for name, day in document.value.get("circumstances", {}).items()
        if isinstance(day, str) and _DAY.fullmatch(day)
    }
    for name, day in given.items():
        if day > as_at:
            title = vocabulary.circumstances[name].title
            yield Problem(
                document.place("circumstances", name),
                "clock-not-started",
                f"{title} is {_words(day)}, after the day the record is read as at, {_words(as_at)}.",
                "Nothing due from that day on has been looked for. Correct it if it is a slip.",
                Level.WARNING,
            )
    if given:
        yield from _long_before(document, min(given.values()), vocabulary)


def _long_before(document: Document, earliest: date, vocabulary: Vocabulary) -> Iterator[Problem]:
    for n, item in enumerate(document.value["record"]):
        [(name, given)] = item.items()
        on = str(entry_said(given).get(DAY) or "")
        if _DAY.fullmatch(on) and date.fromisoformat(on) < earliest - _LONG:
            yield Problem(
                document.place("record", n, name),
                "long-before",
                f"{entry_title(name, given, vocabulary)}: {_words(date.fromisoformat(on))} is more than half a year before any "
                f"date in the circumstances, of which {_words(earliest)} is the first.",
                "Correct it if it is a slip, such as last year's number. What happened before this case is better told in a "
                "note: what is on the record is read as part of it, and starts its clocks.",
                Level.WARNING,
            )


def _words(day: date) -> str:
    return day_in_words(day.toordinal())
