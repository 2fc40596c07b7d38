"""The page of the JSON report, made from its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from generating.words import capital, page, slug, table

Json = dict[str, Any]


def report_schema() -> Json:
    """Return the schema of the JSON report."""
    schema: Json = json.loads(files("quips.reports").joinpath("audit.schema.json").read_text(encoding="utf-8"))
    return schema


def report_page() -> str:
    """Return the page of the JSON report, field by field."""
    schema = report_schema()
    intro = [
        schema["description"],
        "",
        "The schema is `engine/quips/reports/audit.schema.json`.",
        "",
        "`quips audit --format jsonl` prints a line for each finding, with `case`, `as_at` and `edition` of its audit before it.",
    ]
    return page("The JSON report", intro, *(_part(name, part) for name, part in schema["$defs"].items() if "properties" in part))


def _part(name: str, part: Json) -> Iterator[str]:
    yield from (f"## {_title(name)}", "", part["description"], "")
    rows = [
        (f"`{field}`", _kind(value), value.get("description", "") or _described(value))
        for field, value in part["properties"].items()
    ]
    yield from table(("Field", "Value", "Meaning"), rows)
    optional = [field for field in part["properties"] if field not in part["required"]]
    if optional:
        yield from ("", f"May be left out: {', '.join(f'`{field}`' for field in optional)}.")


def _kind(value: Json) -> str:
    """Say what kind of value a field holds."""
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[1]
        found = report_schema()["$defs"][name]
        return f"[{_title(name).lower()}](#{slug(_title(name))})" if "properties" in found else _kind(found)
    if "anyOf" in value:
        return " or ".join(_kind(part) for part in value["anyOf"])
    if "const" in value:
        return f"`{json.dumps(value['const'])}`"
    if "enum" in value:
        return ", ".join("nothing" if item is None else f"`{item}`" for item in value["enum"])
    kind = value["type"]
    if isinstance(kind, list):
        return " or ".join(_kind({**value, "type": one}) for one in kind)
    if kind == "array":
        return f"list of: {_kind(value['items'])}"
    if kind == "string":
        return str(value.get("format", "text"))
    return {"integer": "whole number", "boolean": "true or false", "null": "nothing"}[kind]


def _described(value: Json) -> str:
    name = value.get("$ref", "").rsplit("/", 1)[-1]
    return str(report_schema()["$defs"][name].get("description", "")) if name else ""


def _title(name: str) -> str:
    return capital(name.replace("_", " "))
