"""The pages of what is printed as JSON, each made from its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from generating.words import capital, page, slug, table

Json = dict[str, Any]


def schema_of(name: str) -> Json:
    """Return the schema of something that is printed as JSON, such as ``audit``."""
    schema: Json = json.loads(files("quips.reports").joinpath(f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


def report_page() -> str:
    """Return the page of the JSON report, field by field."""
    more = (
        "`quips audit --format jsonl` prints a line for each finding, with `case`, `as_at` and `edition` of its audit before it."
    )
    return _Page("audit").text("The JSON report", ["", more])


def score_page() -> str:
    """Return the page of scores as JSON."""
    return _Page("score").text("Scores as JSON")


def change_page() -> str:
    """Return the page of changes between rounds as JSON."""
    return _Page("change").text("Changes between rounds as JSON")


def agree_page() -> str:
    """Return the page of agreement between readers as JSON."""
    return _Page("agree").text("Agreement between readers as JSON")


def check_page() -> str:
    """Return the page of what a check finds, as JSON."""
    return _Page("check").text("What a check finds, as JSON")


def round_report_page() -> str:
    """Return the page of the report of a round as JSON."""
    return _Page("round-report").text("The report of a round as JSON")


def round_verify_page() -> str:
    """Return the page of what verifying a round finds, as JSON."""
    return _Page("round-verify").text("What verifying a round finds, as JSON")


class _Page:
    """Writes the page of one schema."""

    def __init__(self, name: str) -> None:
        self.name, self.schema = name, schema_of(name)

    def text(self, title: str, more: Sequence[str] = ()) -> str:
        intro = [self.schema["description"], "", f"The schema is `engine/quips/reports/{self.name}.schema.json`.", *more]
        return page(title, intro, *(self.part(name, part) for name, part in self.schema["$defs"].items() if "properties" in part))

    def part(self, name: str, part: Json) -> Iterator[str]:
        yield from (f"## {_title(name)}", "", part["description"], "")
        rows = [
            (f"`{field}`", self.kind(value), value.get("description", "") or self.described(value))
            for field, value in part["properties"].items()
        ]
        yield from table(("Field", "Value", "Meaning"), rows)
        optional = [field for field in part["properties"] if field not in part["required"]]
        if optional:
            yield from ("", f"May be left out: {', '.join(f'`{field}`' for field in optional)}.")

    def kind(self, value: Json) -> str:
        """Say what kind of value a field holds."""
        if "$ref" in value:
            name = value["$ref"].rsplit("/", 1)[1]
            found = self.schema["$defs"][name]
            return f"[{_title(name).lower()}](#{slug(_title(name))})" if "properties" in found else self.kind(found)
        if "anyOf" in value:
            return " or ".join(self.kind(part) for part in value["anyOf"])
        if "const" in value:
            return f"`{json.dumps(value['const'])}`"
        if "enum" in value:
            return ", ".join("nothing" if item is None else f"`{item}`" for item in value["enum"])
        kind = value["type"]
        if isinstance(kind, list):
            return " or ".join(self.kind({**value, "type": one}) for one in kind)
        if kind == "array":
            return f"list of: {self.kind(value['items'])}"
        if kind == "string":
            return str(value.get("format", "text"))
        known = {"integer": "whole number", "number": "number", "boolean": "true or false", "null": "nothing"}
        return {**known, "object": "mapping"}[kind]

    def described(self, value: Json) -> str:
        name = value.get("$ref", "").rsplit("/", 1)[-1]
        return str(self.schema["$defs"][name].get("description", "")) if name else ""


def _title(name: str) -> str:
    return capital(name.replace("_", " "))
