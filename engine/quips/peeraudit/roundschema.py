"""The JSON Schema of ``round.yaml``, made from the knowledge base so that an editor can name editions, topics and stages."""

from __future__ import annotations

from typing import Any

from quips.knowledge import Knowledge
from quips.vocabulary import STAGES

Json = dict[str, Any]

_TEXT: Json = {"type": "string", "minLength": 1}
_NAMES: Json = {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True}
_FILE: Json = {"type": "string", "pattern": "^[^\\u0000-\\u001f]+$"}
_WORD: Json = {"type": ["string", "integer"], "minLength": 1}
_VALUES: Json = {"type": "object", "minProperties": 1, "additionalProperties": {"type": "array", "items": _WORD, "minItems": 1}}


def round_schema(knowledge: Knowledge) -> Json:
    """Return the schema of the plan of a round.

    Args:
        knowledge: Whose editions, topics and threads a plan may name.
    """
    threads = {name for edition in knowledge.editions.values() for name in edition.threads}
    variants = {name for edition in knowledge.editions.values() for name in edition.variants}
    topics = {rule.topic for rule in knowledge.rules.values() if rule.answers}
    properties: Json = {
        "round": _text("What the round is called."),
        "edition": {"enum": sorted(knowledge.editions), "description": "The edition that cases are judged under."},
        "scope": _scope(sorted(threads), sorted(variants), sorted(topics)),
        "cases": _cases(),
        "draw": _draw(),
        "people": _file("The list of who takes part, CSV or xlsx, in the round's folder: its name, or file and sheet."),
        "groups": _object("The groups that read cases.", {"size": _whole("How many readers a group has, more or less.", 1, 20)}),
        "second_readings": _second(),
        "qualify": _percent(
            "How many of the known answers, in per cent, a reader gives before reading cases; nobody has to if left out."
        ),
        "feedback": _object(
            "What follows from feedback.",
            {"due_days": _whole("In how many days actions are due; where that is no working day, on the next.", 1, 366)},
        ),
        "marking": _text("The protective marking on everything."),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://quips.invalid/schema/round.schema.json",
        "title": "The plan of a peer audit round",
        "description": "What a team decides before the draw. Nothing that the draw rests on may be changed after it.",
        **_object("", properties, ["round", "edition", "cases", "people"]),
    }


def _scope(threads: list[str], variants: list[str], topics: list[str]) -> Json:
    about = (
        "Which prompts are judged; every prompt about a case, if left out. A prompt is in scope if it fits all of nodes, topics, "
        "thread and stages that are given; prompts that are named are in scope besides."
    )
    return _object(
        about,
        {
            "nodes": {**_NAMES, "description": "Parts of the edition, such as '1' or '2.1', in quotes; with all beneath them."},
            "topics": {**_enum(topics), "description": "Topics of rules: a prompt is of a topic if a rule of it answers it."},
            "thread": {"enum": threads, "description": "One headline thread of the edition, such as roh."},
            "variant": {"enum": variants, "description": "crc or nps, where the edition asks them differently."},
            "stages": {
                **_enum(list(STAGES)),
                "description": "Stages of the work: forms ask about these alone; prompts are those that a rule on it answers.",
            },
            "prompts": {**_NAMES, "description": "Prompts by name, such as 2.2/home-visit-high-roh."},
        },
    )


def _cases() -> Json:
    columns = {
        "reference": _text("The column of the case's reference; 'reference' if left out."),
        "team": _text("The column of the team; 'team' if left out."),
        "officer": _text("The column of the officer's reference; 'officer' if left out."),
        "senior": _text("The column of the reference of the officer's senior; no column, if left out."),
    }
    return _object(
        "The list of cases to draw from, and what counts in it. Only the columns that the plan names are read.",
        {
            "file": {**_FILE, "description": "The list, CSV or xlsx, in the round's folder."},
            "sheet": _text("The sheet, if it is a workbook of several."),
            "columns": _object("What the columns are called.", columns),
            "eligible": {**_VALUES, "description": "By column, the values that a case may have; every case, if left out."},
            "exclude": {
                "type": "object",
                "additionalProperties": _TEXT,
                "description": "Cases that are left out of the draw, each with the reason.",
            },
            "breakdowns": {**_NAMES, "description": "Other columns by which the report counts, such as the officer's grade."},
        },
        ["file"],
    )


def _draw() -> Json:
    return _object(
        "How cases are drawn.",
        {
            "size": _whole("How many cases; worked out from the next two, if left out.", 1),
            "confidence": _percent("How sure a share is to be within the margin, in per cent; 80 if left out.", 99.9),
            "margin": _percent("Within how many percentage points either way; 5 if left out.", 99.9),
            "by": {**_NAMES, "description": "The columns that the draw keeps in proportion, the closest kept first."},
            "at_least": {
                "type": "object",
                "additionalProperties": {"type": "integer", "minimum": 1},
                "description": "At least so many of a kind of the edition, such as ppo, or of COLUMN:VALUE,VALUE.",
            },
            "seed": {**_WORD, "description": "The word that the draw follows from; one is made up, if left out."},
        },
    )


def _second() -> Json:
    always = {
        "columns": {**_VALUES, "description": "By column of the list of cases, the values with which a case is."},
        "rules": {**_NAMES, "description": "Rules, by name, with a gap of which a case is."},
        "urgent": {"type": "boolean", "description": "Whether a live case is whose gaps concern a child, a victim or MAPPA."},
    }
    return _object(
        "Which cases are read a second time, blind.",
        {
            "share": {"type": "number", "minimum": 0, "maximum": 100, "description": "What share of the cases, in per cent."},
            "always": _object("Which cases always are.", always),
        },
    )


def _file(description: str) -> Json:
    """A file by its name alone, or with its sheet; said so that a mistake within is told as such."""
    return {
        "description": description,
        "if": {"type": "object"},
        "then": _object("", {"file": {**_FILE, "description": "The file."}, "sheet": _text("Its sheet.")}, ["file"]),
        "else": {**_FILE, "description": description},
    }


def _object(description: str, properties: Json, required: list[str] | None = None) -> Json:
    described = {"description": description} if description else {}
    return {**described, "type": "object", "required": required or [], "additionalProperties": False, "properties": properties}


def _text(description: str) -> Json:
    return {**_TEXT, "description": description}


def _enum(values: list[str]) -> Json:
    return {"type": "array", "items": {"enum": values}, "minItems": 1, "uniqueItems": True}


def _whole(description: str, least: int, most: int | None = None) -> Json:
    bounds = {"minimum": least} | ({"maximum": most} if most else {})
    return {"type": "integer", **bounds, "description": description}


def _percent(description: str, most: float = 100) -> Json:
    return {"type": "number", "minimum": 1, "maximum": most, "description": description}
