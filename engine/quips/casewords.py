"""What a case file says, as people say it."""

from __future__ import annotations

from datetime import date
from typing import Any

from quips.cases import Case
from quips.explain import day_in_words, in_sentence
from quips.problems import listed
from quips.vocabulary import NONE, NOT_YET, Term, Vocabulary

_DATE_WORDS = {NOT_YET: "Still to come", NONE: "None"}


def day_words(day: str) -> str:
    """Return a day of a case file as people write it.

    Example:
        >>> day_words("2009-07-13"), day_words("unknown")
        ('13 July 2009', 'on a day that nobody can tell')
    """
    return "on a day that nobody can tell" if day == "unknown" else day_in_words(date.fromisoformat(day).toordinal())


def entry_title(activity: str, said: Any, vocabulary: Vocabulary) -> str:
    """Return what an entry of the record is about, such as ``Home visit``."""
    if activity == "not_done":
        return f"No {in_sentence(vocabulary.activities[said['activity']].title)}, for a reason"
    return vocabulary.activities[activity].title


def given_in_words(term: Term, given: Any) -> str:
    """Return what a case file says of a term, as people say it."""
    if isinstance(given, list) and given and isinstance(given[0], dict):
        return "; ".join(f"from {day_words(change['from'])}: {given_in_words(term, change['is'])}" for change in given)
    if term.type == "date":
        if given in _DATE_WORDS:
            return _DATE_WORDS[given]
        return listed([day_words(day) for day in (given if isinstance(given, list) else [given])], "and")
    if isinstance(given, list):
        words = listed([in_sentence(term.in_words(value)) for value in given], "and") or "None of these"
        return words[:1].upper() + words[1:]
    if term.type in ("number", "text"):
        return str(given)
    words = term.in_words(given)
    return words[:1].upper() + words[1:]


def circumstances_in_words(case: Case, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Return what is given of a case, in the order of the vocabulary: what each circumstance is called, and what it is."""
    given = case.document.value["circumstances"] if case.document else {}
    return [(term.title, given_in_words(term, given[name])) for name, term in vocabulary.circumstances.items() if name in given]
