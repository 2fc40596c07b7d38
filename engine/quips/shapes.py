"""Holds documents to a JSON Schema and says what is wrong in plain words, all of it at once.

Nearly every document fits. That it does, a compiled validator says some hundred times faster than the one that can say what is
wrong, so only a document that does not fit is given to the latter.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from quips.problems import Problem, did_you_mean, listed
from quips.source import Document, Path_

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_NOT_KNOWN = frozenset({"", "unknown", "not known", "unclear", "don't know", "n/k", "nk", "n/a", "tbc"})
_TYPE_WORDS = {
    "object": "a mapping (name: value)",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_TYPE_HINTS = {
    "object": "Write a name and a colon before each value.",
    "array": "Put it in square brackets, or on a line of its own after a dash.",
    "string": "Put it in quotes.",
    "integer": "Write it in figures, without quotes.",
    "number": "Write it in figures, without quotes.",
    "boolean": "Write true for yes and false for no.",
}


_FORMS = {
    "^[a-z][a-z0-9-]*$": "It is a name in small letters, with hyphens between its words.",
    "^[a-z][a-z0-9_]*$": "It is a name in small letters, with underscores between its words.",
}
"""What patterns of schemas ask for, in words."""
_OTHER_LOGIC = {"or": "any", "and": "all"}
"""What the words of other languages are called in conditions."""


def is_date(value: object) -> bool:
    """Whether a value is a day that exists, written year-month-day; anything but text passes, as in JSON Schema.

    Example:
        >>> is_date("2010-02-30")
        False
    """
    if not isinstance(value, str):
        return True
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


class Shape:
    """A JSON Schema, compiled once."""

    def __init__(self, schema: dict[str, Any]) -> None:
        """Compile a schema of draft 2020-12."""
        self._schema = schema
        self._quick = jsonschema_rs.Draft202012Validator(schema, formats={"date": is_date}, validate_formats=True)

    def problems(self, document: Document) -> list[Problem]:
        """Return everything about a document that does not fit the schema; an empty list if it fits."""
        if self._quick.is_valid(document.value):
            return []
        found = {problem for error in self._thorough.iter_errors(document.value) for problem in _problems_of(error, document)}
        return sorted(found)

    @cached_property
    def _thorough(self) -> Draft202012Validator:
        """The validator that says what is wrong; loaded late, since few need it and it takes long to import."""
        from jsonschema import Draft202012Validator, FormatChecker

        formats = FormatChecker(formats=())
        formats.checks("date")(is_date)
        return Draft202012Validator(self._schema, format_checker=formats)


def _problems_of(error: ValidationError, document: Document) -> list[Problem]:
    path = tuple(error.absolute_path)
    place = document.place(*path)
    key = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
    about = f"'{key}'" if key else "The file"
    kind = str(error.validator)
    value: Any = error.instance
    wanted: Any = error.validator_value
    schema: Any = error.schema
    if "propertyNames" in error.absolute_schema_path:
        known = wanted if kind == "enum" else ()
        message = f"'{value}' is not a name that can stand here."
        hint = did_you_mean(value, known) or "Names are lower case, with underscores between words."
        if ":" in value:
            hint = f"Put a space after the colon: {value.replace(':', ': ', 1)}."
        return [Problem(document.key_place(*path, value), "unknown-name", message, hint)]
    match kind:
        case "additionalProperties":
            return _unknown_keys(value, schema, path, document)
        case "required":
            missing = error.message.split("'")[1]
            message = f"'{missing}' is missing" + (f" in {about}." if key else ".")
            return [Problem(place, "missing-key", message, "Add it.")]
        case "dependentRequired":
            return [Problem(place, "missing-key", f"{about}: {error.message}.", "Add it.")]
        case "enum" | "const":
            choices = wanted if kind == "enum" else [wanted]
            message = f"{about} cannot be {_shown(value)}; it is {listed(map(_shown, choices))}."
            hint = _not_known(value, path) or did_you_mean(str(value), map(str, choices)) or _yes_no_hint(value, choices)
            return [Problem(place, "wrong-value", message, hint or "Take one of these.")]
        case "type":
            kinds = wanted if isinstance(wanted, list) else [wanted]
            words = listed(_TYPE_WORDS.get(name, name) for name in kinds)
            message = f"{about} has to be {words}, not {_shown(value)}."
            hint = _not_known(value, path) or _yes_no_hint(value, [True] if "boolean" in kinds else [])
            if not hint and value is None:
                hint = "Write it after the colon."
            elif not hint and key in _OTHER_LOGIC:
                hint = f"For '{key}' write {_OTHER_LOGIC[key]}, with the conditions beneath it."
            elif not hint and "pattern" in schema:
                hint = schema.get("description", "")
            return [Problem(place, "wrong-type", message, hint or _TYPE_HINTS.get(kinds[0], "Correct it."))]
        case "format":
            message = f"{about}: {_shown(value)} is not a day that exists."
            hint = _not_known(value, path) or "Write year-month-day, such as 2010-04-19."
            return [Problem(place, "not-a-date", message, hint)]
        case "pattern":
            hint = schema.get("description") or _FORMS.get(wanted, f"It has to fit the pattern {wanted}.")
            return [Problem(place, "wrong-form", f"{about}: {_shown(value)} is not of the right form.", hint)]
        case "minimum" | "maximum":
            bound = "at least" if kind == "minimum" else "at most"
            return [Problem(place, "out-of-range", f"{about} is {_shown(value)}; it has to be {bound} {wanted}.", "Correct it.")]
        case "minProperties" | "maxProperties" | "minItems" | "maxItems" | "minLength" | "maxLength":
            hint = "Fill it in." if kind.startswith("min") else "Take out what is too much."
            return [Problem(place, "wrong-size", _size_message(about, kind, wanted), hint)]
        case "uniqueItems":
            return [Problem(place, "repeated", f"{about} says the same thing twice.", "Keep one of them.")]
        case "oneOf" | "anyOf":
            options = [option["required"][0] for option in wanted if "required" in option]
            message = f"{about} needs {'just ' * (kind == 'oneOf')}one of: {listed(options)}."
            return [Problem(place, "missing-key", message, "Add one, or keep just one.")]
        case _:
            return [Problem(document.key_place(*path), "does-not-belong", f"{about} does not belong here.", "Remove it.")]


def _unknown_keys(found: dict[str, Any], schema: dict[str, Any], path: Path_, document: Document) -> list[Problem]:
    known = schema.get("properties", {})
    about = {name: (inner["title"], _told(inner)) for name, inner in known.items() if inner is not True and "title" in inner}
    see = schema.get("$comment", "")
    return [
        Problem(
            document.key_place(*path, name),
            "unknown-key",
            f"'{name}' is not something that can be said here.",
            _hint(did_you_mean(name, known, about), see) or _choose_from(known),
        )
        for name in found
        if name not in known
    ]


def _hint(meant: str, see: str) -> str:
    """Say where to look things up, unless what was meant is plain."""
    return meant if meant.startswith("Did") else f"{meant} {see}".strip()


def _told(schema: dict[str, Any]) -> str:
    """Return what a schema tells of a name: its own description, and the values that its parts can have."""
    parts = schema.get("then", {}).get("properties", {})
    values = [str(value) for name, part in parts.items() if name != "evidence" for value in part.get("enum", ())]
    return " ".join([schema.get("description", ""), *values])


def _size_message(about: str, kind: str, wanted: int) -> str:
    if kind == "minLength":
        return f"{about} is empty."
    if kind == "maxLength":
        return f"{about} is longer than {wanted} characters."
    thing = "thing" if wanted == 1 else "things"
    return f"{about} has to hold at {'least' if kind.startswith('min') else 'most'} {wanted} {thing}."


def _choose_from(known: Any) -> str:
    names = sorted(known)
    return f"It can be: {listed(names)}." if 0 < len(names) <= 30 else ""


def _not_known(value: object, path: Path_) -> str:
    """Say that what is not known is left out, where a case record says so in words or leaves the place empty."""
    if path[:1] not in (("circumstances",), ("record",)):
        return ""
    empty = value is None or (isinstance(value, str) and value.strip(" .?").lower().replace("_", " ") in _NOT_KNOWN)
    return "Leave it out if it is not known." if empty else ""


def _yes_no_hint(value: object, choices: list[Any]) -> str:
    if True in choices and isinstance(value, str) and value.lower() in ("yes", "no", "y", "n", "on", "off"):
        return "Write true for yes and false for no."
    return ""


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    text = str(value)
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'" if isinstance(value, str) else text
