"""The page of the plan of a round, made from its schema and from the plan that a new round comes with."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from generating.words import capital, page, table
from quips.knowledge import Knowledge
from quips.peeraudit.roundschema import round_schema

Json = dict[str, Any]

_PEOPLE = (
    ("`person`", "Their reference, such as R07; never a name."),
    ("`grade`", "Their grade. Groups are formed so that grades are mixed."),
    ("`team`", "Their team, spelled as the list of cases does; empty for somebody of none. Nobody reads their own team's cases."),
    ("`roles`", "What they do: lead, reader, moderator, director; several parted by `;`."),
    (
        "`group`",
        "The group they read in; may be left out or empty, then Quips forms it. Who comes after the allocation needs one.",
    ),
    ("`most`", "How many cases they can read at most; may be left out."),
    ("`conflicts`", "Cases they should not read, beside their own and their team's, parted by `;`; may be left out."),
)


def plan_page(knowledge: Knowledge) -> str:
    """Return the page of ``round.yaml``, part by part."""
    schema = round_schema(knowledge)
    intro = (
        "The plan of a peer audit round is the file `round.yaml` in the round's folder. `quips round new` makes one to edit. A "
        "mistake in it, or in the lists it names, is told with its line, or its row and column, when any command of the round is "
        "run; `quips round draw FOLDER --dry-run` tries it without drawing."
    )
    rests = (
        "What the draw rests on (edition, scope, cases, draw and second_readings) is written down with the draw. If it changes "
        "afterwards, every command says what was changed, and goes no further until it is put back. People may always be added."
    )
    example = files("quips.peeraudit").joinpath("beginning.yaml").read_text(encoding="utf-8")
    example = example.replace("$name", "Autumn 2026").replace("$edition", "omi-1").replace("$node", '"1.2"')
    people = [
        "## The list of people",
        "",
        "CSV or an Excel workbook, a row for each person. Officers whose cases are read need not be on it.",
        "",
    ]
    return page(
        "The plan of a round",
        intro,
        rests,
        "The schema, for editors, is `framework/schema/round.schema.json`.",
        _part("The whole plan", "", schema),
        *(_part(title, schema["properties"][name]["description"], schema["properties"][name]) for name, title in _TITLES.items()),
        _part("second_readings: always", *_always(schema)),
        [*people, *table(("Column", "What it says"), _PEOPLE)],
        ["## The plan that a new round comes with", "", "```yaml", *example.splitlines(), "```"],
    )


_TITLES = {name: name for name in ("scope", "cases", "draw", "groups", "second_readings", "feedback")}


def _always(schema: Json) -> tuple[str, Json]:
    always = schema["properties"]["second_readings"]["properties"]["always"]
    return always["description"], always


def _part(title: str, about: str, schema: Json) -> Iterator[str]:
    yield from (f"## {capital(title) if ' ' in title and ':' not in title else f'`{title}`'}", "")
    if about:
        yield from (about, "")
    needed = schema.get("required", ())
    rows = [
        (f"`{name}`{' (needed)' if name in needed else ''}", _kind(part), part.get("description", ""))
        for name, part in schema["properties"].items()
    ]
    yield from table(("Key", "Value", "What it says"), rows)


def _kind(part: Json) -> str:
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    if "if" in part:
        return "text, or `file` and `sheet`"
    match part.get("type"):
        case "array":
            inner = part["items"]
            return "list of: " + (_kind(inner) if "enum" in inner else "text")
        case "object":
            if part.get("properties"):
                return ", ".join(f"`{name}`" for name in part["properties"])
            inner = part["additionalProperties"]
            return "names, each with " + {"array": "a list of values", "integer": "a number"}.get(inner["type"], "text")
        case "integer" | "number":
            low, high = part.get("minimum"), part.get("maximum")
            kind = "whole number" if part["type"] == "integer" else "number"
            return f"{kind}, {f'from {low} to {high:g}' if high else f'at least {low}'}"
        case "boolean":
            return "`true` or `false`"
        case _:
            return "text"
