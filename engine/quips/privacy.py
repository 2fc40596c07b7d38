"""Warns about free text that looks as if it could identify somebody. It cannot be sure; it only asks for a second look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from quips.problems import Level, Problem
from quips.source import Document, Path_

_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b")
_BIRTH = re.compile(
    r"\b(?:d\.?o\.?b\.?|born|date of birth)\b|\b(?:0?[1-9]|[12][0-9]|3[01])[/.](?:0?[1-9]|1[0-2])[/.](?:19|20)?[0-9]{2}\b",
    re.IGNORECASE,
)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Sgt|PC|DC|HHJ)\.? [A-Z][a-z]+")
_CAPITALISED = re.compile(r"\b([A-Z][a-z]{2,}) ([A-Z][a-z]{2,})\b")
# Capitalised words that stand side by side in this field's writing and are nobody's name.
_NOT_NAMES = frozenset(
    {
        "Abuse",
        "Approved",
        "April",
        "Area",
        "August",
        "Authority",
        "Board",
        "Boxing",
        "Building",
        "Centre",
        "Change",
        "Children",
        "Children's",
        "Christmas",
        "Community",
        "Court",
        "Crown",
        "Curfew",
        "Day",
        "December",
        "Detention",
        "Domestic",
        "Easter",
        "English",
        "February",
        "Friday",
        "Harm",
        "Health",
        "Home",
        "Housing",
        "January",
        "July",
        "June",
        "Justice",
        "Liaison",
        "Local",
        "Magistrates",
        "Manager",
        "March",
        "May",
        "Mental",
        "Mercia",
        "Monday",
        "National",
        "New",
        "November",
        "October",
        "Offender",
        "Offending",
        "Officer",
        "Order",
        "Parole",
        "Police",
        "Premises",
        "Probation",
        "Programme",
        "Relationships",
        "Restraining",
        "Risk",
        "Saturday",
        "Senior",
        "Sentence",
        "September",
        "Serious",
        "Service",
        "Services",
        "Skills",
        "Social",
        "Standards",
        "Sunday",
        "Suspended",
        "Team",
        "Thames",
        "Thinking",
        "Thursday",
        "Tuesday",
        "Unit",
        "Unpaid",
        "Valley",
        "Victim",
        "Violence",
        "Wednesday",
        "Welsh",
        "West",
        "Work",
        "Year",
        "Youth",
    }
)
_FREE_TEXT_KEYS = frozenset({"note", "reason", "stands", "composed", "why"})


def privacy_warnings(document: Document) -> list[Problem]:
    """Return a warning for each piece of free text that looks like a name, a date of birth or a postcode."""
    warnings = []
    for path, text in _free_text(document.value, ()):
        looks_like = _looks_like(text)
        if looks_like:
            message = f"This text looks as if it holds {looks_like}."
            hint = "Take it out if it does; a case record needs no names, dates of birth or addresses."
            warnings.append(Problem(document.place(*path), "may-identify", message, hint, Level.WARNING))
    return warnings


def _looks_like(text: str) -> str:
    if _POSTCODE.search(text):
        return "a postcode"
    if _BIRTH.search(text):
        return "a date of birth"
    if _TITLED.search(text):
        return "a name"
    for first, second in _CAPITALISED.findall(text):
        if first not in _NOT_NAMES and second not in _NOT_NAMES:
            return "a name"
    return ""


def _free_text(value: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _free_text(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _free_text(child, (*path, index))
    elif isinstance(value, str) and path and path[-1] in _FREE_TEXT_KEYS:
        yield path, value
