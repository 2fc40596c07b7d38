"""Warns about free text that looks as if it could identify somebody. It cannot be sure; it only asks for a second look."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from quips.places import Place
from quips.problems import Level, Problem, listed
from quips.source import Document, Path_

_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b")
_BIRTH = re.compile(
    r"\b(?:d\.?o\.?b\.?|born|date of birth)\b|\b(?:0?[1-9]|[12][0-9]|3[01])[/.](?:0?[1-9]|1[0-2])[/.](?:19|20)?[0-9]{2}\b",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Sgt|PC|DC|HHJ)\.? [A-Z][a-z]+"
    r"|\b(?i:mr|mrs|ms|dr)\.? (?!(?i:and|or|who|was|has|is|the|said|says|letter|note|office|word|excel|teams)\b"
    r"|(?i:appointment|visit)s?\b)(?i:[a-z][a-z'’-]{2,})"
)
_NUMBERS = {
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[\w.]*\w"),
    "a telephone number": re.compile(r"(?<![\w/.-])\(?(?:\+44|0044|0)[\s()-]{0,3}(?:\d[\s()-]{0,2}){8,10}\d(?![\w/])"),
    "a PNC number": re.compile(r"\b(?:19|20)?\d{2}/\d{3,7}[A-Z]\b", re.IGNORECASE),
    "a case reference number (CRN)": re.compile(r"\b[A-Z]\d{6}\b", re.IGNORECASE),
    "a prison number (NOMIS)": re.compile(r"\b[A-Z]\d{4}[A-Z]{2}\b", re.IGNORECASE),
    "a national insurance number": re.compile(r"\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.IGNORECASE),
}
_YEAR = re.compile(r"(?:\d{4})?(?:19|20)\d{2}")  # alone, or at the end of a day that is written without separators
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
# Words of four letters or more that references are made of and that are nobody's name: areas, and what is kept.
_NOT_SURNAMES = frozenset(
    (
        *("AREA", "AUDIT", "CASE", "COURT", "DEMO", "FILE", "GATE", "GROUP", "MAPPA", "MARAC", "NORTH", "NUMBER"),
        *("OASYS", "PEER", "PILOT", "QUIPS", "REVIEW", "ROUND", "SAMPLE", "SOUTH", "EAST", "WEST", "STAFF", "TEAM"),
        *("TEST", "TRAINING", "UNIT", "AVON", "SOMERSET", "BEDFORDSHIRE", "CAMBRIDGESHIRE", "CHESHIRE", "CORNWALL"),
        *("CUMBRIA", "DERBYSHIRE", "DEVON", "DORSET", "DURHAM", "DYFED", "POWYS", "ESSEX", "GLOUCESTERSHIRE", "GREATER"),
        *("GWENT", "HAMPSHIRE", "HERTFORDSHIRE", "HUMBERSIDE", "KENT", "LANCASHIRE", "LEICESTERSHIRE", "LINCOLNSHIRE"),
        *("LONDON", "MANCHESTER", "MERCIA", "MERSEYSIDE", "MIDLANDS", "NORFOLK", "NORTHAMPTONSHIRE", "NORTHUMBRIA"),
        *("NOTTINGHAMSHIRE", "STAFFORDSHIRE", "SUFFOLK", "SURREY", "SUSSEX", "TEESSIDE", "THAMES", "VALLEY", "WALES"),
        *("WARWICKSHIRE", "WILTSHIRE", "YORKSHIRE"),
    )
)
_FREE_TEXT_KEYS = frozenset({"note", "reason", "reason_code", "stands", "composed", "why"})
_TAKE_OUT = "Take it out if it does; a case record needs no names, addresses, dates of birth or numbers that somebody goes by."


def privacy_warnings(document: Document) -> list[Problem]:
    """Return a warning for a reference, and for each piece of free text, that looks as if it could identify somebody."""
    warnings = []
    reference = document.value.get("case", "")
    of_somebody = reference_looks_like(reference)
    if of_somebody:
        message = f"The reference {reference} looks as if it holds {of_somebody}."
        hint = "If it does, use one that means nothing to anybody else, and keep the list that links the two somewhere safe."
        warnings.append(Problem(document.place("case"), "may-identify", message, hint, Level.WARNING))
    return warnings + text_warnings((text, document.place(*path)) for path, text in _free_text(document.value, ()))


def text_warnings(texts: Iterable[tuple[str, Place]]) -> list[Problem]:
    """Return a warning for each text that looks as if it could identify somebody, at the place where it stands."""
    found = [(listed(_looks_like(text), "and"), place) for text, place in texts]
    return [
        Problem(place, "may-identify", f"This text looks as if it holds {looks_like}.", _TAKE_OUT, Level.WARNING)
        for looks_like, place in found
        if looks_like
    ]


def reference_looks_like(reference: str) -> str:
    """Return what a case reference seems to hold: a number that somebody goes by, or a name with a year or another name.

    Example:
        >>> reference_looks_like("SMITH-1981"), reference_looks_like("TV-0042")
        ('a name', '')
    """
    for what, pattern in _NUMBERS.items():
        if pattern.fullmatch(reference):
            return what
    parts = re.findall(r"[A-Z]+|[0-9]+", reference)
    names = [part for part in parts if len(part) >= 4 and part.isalpha() and part not in _NOT_SURNAMES]
    years = [part for part in parts if _YEAR.fullmatch(part)]
    return "a name" if len(names) > 1 or (names and years) else ""


def _looks_like(text: str) -> Iterator[str]:
    if _POSTCODE.search(text):
        yield "a postcode"
    if _BIRTH.search(text):
        yield "a date of birth"
    for what, pattern in _NUMBERS.items():
        if pattern.search(text):
            yield what
    names = (pair for pair in _CAPITALISED.findall(text) if not _NOT_NAMES.intersection(pair))
    if _TITLED.search(text) or any(names):
        yield "a name"


def _free_text(value: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _free_text(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _free_text(child, (*path, index))
    elif isinstance(value, str) and path and path[-1] in _FREE_TEXT_KEYS:
        yield path, value
