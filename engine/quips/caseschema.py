"""The JSON Schema of a case record, made from the vocabulary so that the two cannot differ."""

from __future__ import annotations

import re
from typing import Any

from quips.vocabulary import COMMON_ATTRIBUTES, NONE, NOT_YET, REASON_ATTRIBUTES, STAGES, Activity, Term, Vocabulary

Json = dict[str, Any]

_REFERENCE = r"^(?=.*[0-9])[A-Z][A-Z0-9]*([-/][A-Z0-9]+)*$(?!\n)"
LONGEST_REFERENCE = 40
_DATE: Json = {"type": "string", "format": "date"}
_TEXT: Json = {"type": "string", "minLength": 1}


def is_reference(text: str) -> bool:
    """Whether a text can be the reference of a case.

    Example:
        >>> is_reference("TV-0042"), is_reference("John Smith")
        (True, False)
    """
    return len(text) <= LONGEST_REFERENCE and re.match(_REFERENCE, text) is not None


def case_schema(vocabulary: Vocabulary, editions: list[str] | None = None) -> Json:
    """Return the schema of a case record.

    Args:
        vocabulary: What a case record can say.
        editions: The names that the judgements' prompts may begin with; any if left out.
    """
    circumstances = {name: {"title": term.title, **_circumstance(term)} for name, term in vocabulary.circumstances.items()}
    activities = {name: {"title": known.title, **_activity(known)} for name, known in vocabulary.activities.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://quips.invalid/schema/case.schema.json",
        "title": "A case record",
        "type": "object",
        "required": ["case", "circumstances", "record"],
        "additionalProperties": False,
        "properties": {
            "case": {
                "type": "string",
                "pattern": _REFERENCE,
                "maxLength": LONGEST_REFERENCE,
                "description": "A reference of capital letters, figures and hyphens with at least one figure, "
                "such as TV-0042; never a name.",
            },
            "as_at": {**_DATE, "description": "The day the record was read."},
            "composed": {**_TEXT, "description": "Says that the case is made up, and what it shows."},
            "record_complete": {
                "description": "false while the record is still being read; or the stages that are complete.",
                "if": {"type": "array"},
                "then": {"items": {"enum": list(STAGES)}, "uniqueItems": True},
                "else": {"type": "boolean"},
            },
            "circumstances": {
                "type": "object",
                "additionalProperties": False,
                "properties": circumstances,
                "$comment": "To see every circumstance: quips list circumstances.",
            },
            "record": {
                "type": "array",
                "items": {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                    "properties": {**activities, "not_done": _not_done(vocabulary)},
                    "$comment": "To see every activity: quips list activities.",
                },
            },
            "judgements": {
                "type": "object",
                "propertyNames": {"pattern": f"^({'|'.join(editions or ['[a-z0-9-]+'])})/[0-9.]+(/[a-z0-9-]+)?$"},
                "additionalProperties": _judgement(),
            },
            "disputes": {
                "type": "array",
                "items": _dispute(),
                "description": "Findings that somebody does not agree with, and why; the findings stay as they are.",
            },
        },
    }


def _value(term: Term) -> Json:
    described: Json = {"description": term.ask, **({"deprecated": True} if term.deprecated else {})}
    match term.type:
        case "yes_no":
            return {"type": "boolean", **described}
        case "choice":
            return {"enum": list(term.values), **described}
        case "choices":
            return {"type": "array", "uniqueItems": True, "items": {"enum": list(term.values)}, **described}
        case "number":
            least, greatest = term.bounds
            return {"type": "integer", "minimum": least, "maximum": greatest, **described}
        case "date":
            return {**_DATE, **described}
        case _:
            return {**_TEXT, **described}


def _circumstance(term: Term) -> Json:
    value = _value(term)
    if term.type == "date":
        return _date_circumstance(term)
    if not term.may_change:
        return value
    dated: Json = {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["from", "is"],
            "additionalProperties": False,
            "properties": {"from": _DATE, "is": value},
        },
    }
    if term.type != "choices":
        return {"if": {"type": "array"}, "then": dated, "else": value, "description": term.ask}
    bare_items = {"type": "array", "contains": {"type": "object"}}
    return {"if": bare_items, "then": dated, "else": value, "description": term.ask}


def _date_circumstance(term: Term) -> Json:
    one: Json = {
        "if": {"enum": [NOT_YET, NONE]},
        "else": {**_DATE, "description": f"A date, {NOT_YET} or {NONE}."},
        "description": f"{term.ask} A date, {NOT_YET} (it is still to come) or {NONE} (there is none).",
    }
    if not term.many:
        return one
    return {
        "if": {"type": "array"},
        "then": {"minItems": 1, "uniqueItems": True, "items": _DATE},
        "else": one,
        "description": term.ask,
    }


def _on() -> Json:
    return {
        "if": {"const": "unknown"},
        "else": _DATE,
        "description": "The day it was done, or unknown if it was done but nobody can say when.",
    }


def _activity(activity: Activity) -> Json:
    attributes = {name: _value(term) for name, term in {**COMMON_ATTRIBUTES, **activity.attributes}.items()}
    late_reason: Json = {
        "type": "object",
        "required": ["reason"],
        "additionalProperties": False,
        "properties": {"reason": _TEXT, "acceptable": {"type": "boolean"}},
    }
    return {
        "if": {"type": "object"},
        "then": {
            "required": ["on"],
            "additionalProperties": False,
            "properties": {"on": _on(), **attributes, "late_reason": late_reason},
        },
        "else": _on(),
        "description": activity.ask,
    }


def _not_done(vocabulary: Vocabulary) -> Json:
    attributes: Json = {}
    for activity in vocabulary.activities.values():
        for name, term in activity.attributes.items():
            attributes.setdefault(name, _value(term))
    own = {name: _value(term) for name, term in REASON_ATTRIBUTES.items()}
    common = {name: _value(COMMON_ATTRIBUTES[name]) for name in ("evidence", "note")}
    named: Json = {"enum": list(vocabulary.activities)}
    return {
        "type": "object",
        "required": ["activity", "reason"],
        "additionalProperties": False,
        "properties": {"activity": named, "on": _DATE, **attributes, **common, **own},
        "description": "Something that was not done, with the reason that is recorded.",
    }


def _judgement() -> Json:
    return {
        "type": "object",
        "required": ["answer"],
        "additionalProperties": False,
        "properties": {
            "answer": {"enum": ["yes", "no", "not_applicable"]},
            "reason": _TEXT,
            "evidence": {"enum": list(COMMON_ATTRIBUTES["evidence"].values)},
            "note": _TEXT,
        },
    }


def _dispute() -> Json:
    return {
        "type": "object",
        "required": ["rule", "on", "why"],
        "additionalProperties": False,
        "properties": {
            "rule": {**_TEXT, "description": "The rule, by name."},
            "key": {**_TEXT, "description": "Which of its findings, by key; all of them if left out."},
            "on": {**_DATE, "description": "The day it was said."},
            "why": {**_TEXT, "description": "Why the finding is not right. No names, dates of birth or addresses."},
        },
    }
