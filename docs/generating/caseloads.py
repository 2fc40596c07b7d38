"""The page of the tables of a caseload: what goes in, what comes out, and how an extract is mapped; each column is explained."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from click.testing import CliRunner

from generating.words import UNVERIFIED, capital, escaped, page, table
from quips.caseload import tables
from quips.caseload.findingrows import COLUMNS
from quips.caseload.summing import SUMMARIES
from quips.cli import main
from quips.extracts import GROUPS, Extract
from quips.extracts import UNVERIFIED as NOT_PUBLISHED
from quips.knowledge import Knowledge

Json = Mapping[str, Any]

_CASES = (
    ("`case`", "The reference of the case, such as `TV-0042`; never a name. Each case once."),
    (
        ", ".join(f"`{name}`" for name in GROUPS),
        "What the summaries are broken down by. Each may be left out. References or codes, never names.",
    ),
    (
        f"`{tables.COMPLETE}`",
        (
            "`yes` or `no`: whether all that the file holds is in the record; or the stages of the work for which it is, parted "
            "by `;`. Left out or empty it is `no`, and nothing is called missing."
        ),
    ),
    ("any circumstance", "What is given of it. See below."),
)
_RECORD = (
    ("`case`", "The reference of the case."),
    ("`activity`", "What was done, such as `home_visit`; or `not_done`, where there is a reason why something was not."),
    ("`on`", "The day, or `unknown` where it was done and nobody can say when."),
    (
        "`said`",
        'What is said of it, as a JSON object with the names of a case file: `{"purposeful": true}`. Empty if nothing is.',
    ),
)
_CHANGES = (
    ("`case`", "The reference of the case."),
    ("`circumstance`", "A circumstance that may change."),
    ("`from`", "The day from which it was so."),
    ("`is`", "What it was, written as in the table of cases."),
)
_FILES = (
    ("overview.html", "the page to read"),
    ("run.json", "the day, the edition, the digest of the rules, what to look at in the tables"),
    ("cases.parquet", "which cases there were, and their groups"),
    ("findings/*.parquet", "a row for each finding that applies, a file for each thousand cases"),
    ("summaries/*.parquet", "the tables below"),
)
_GROUP = {
    "by": "What it is broken down by: `all` for all cases, or one of the groups.",
    "group": "Which group; empty for cases that are in none.",
}
_RULE = {"rule": "The rule.", "title": "Its title.", "topic": "Its topic.", "severity": "How much it matters."}
_COUNTS = {
    "with_gap": "How many of them have a gap.",
    "with_root": "How many have a root gap, which no other gap explains.",
    "with_open": "How many have something that is still open.",
}
_SUMMARY_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "rules": {
        **_RULE,
        "cases": "Of how many cases it found anything: a gap, something open, or that it is sufficient.",
        **_COUNTS,
    },
    "prompts": {
        "prompt": "The prompt.",
        "asks": "What it asks.",
        "cases": "Of how many cases a rule that answers it found anything.",
        "answered_no": "In how many it is answered no.",
    },
    "groups": {
        **_GROUP,
        "cases": "How many cases are in the group.",
        **_COUNTS,
        "roots": "How many root gaps they have together.",
    },
    "roots": {
        **_RULE,
        **_GROUP,
        "cases": "How many cases have it as a root gap.",
        "gaps": "How many root gaps of this rule they have; a case can have several.",
        "clears": "How many other gaps go back to it alone, and would go with it.",
    },
    "changes": {
        "case": "The case.",
        "rule": "The rule.",
        "key": "Which of the rule's findings.",
        "change": "`arisen`, `closed`, or `case_left` if the case is in the caseload no more.",
        "status": "Its status now; empty if there is none.",
        "was": "Its status in the run before; empty if there was none.",
    },
    "due_soon": {
        "case": "The case.",
        **dict.fromkeys(GROUPS, "As in the table of cases."),
        **_RULE,
        "key": "Which of the rule's findings.",
        "due": "The last day on which it is in time.",
    },
}


def caseload_page(knowledge: Knowledge) -> str:
    """Return the page of the tables that `quips caseload` reads and writes, and of mappings."""
    intro = (
        "What [an audit of a whole caseload](../how-to/audit-a-whole-caseload.md) reads and writes. Headings may be in capitals, "
        "and have spaces for `_`. Case files say the same things: [what a case record can say](vocabulary.md)."
    )
    return page(
        "The tables of a caseload",
        intro,
        _read(),
        _written(),
        _mappings(knowledge.files.schema("extract") or {}),
        *(_mapping(extract) for extract in knowledge.extracts.values()),
    )


def _read() -> Iterator[str]:
    yield from ("## What is read", "")
    yield "A folder with `cases.parquet` or `cases.csv` and so on, a workbook with a sheet for each, or a DuckDB file with a "
    yield "table for each. CSV is UTF-8, with commas."
    for name, columns, what in (
        (tables.CASES, _CASES, "A row for each case."),
        (tables.RECORD, _RECORD, "A row for each entry of a case's record."),
        (tables.CHANGES, _CHANGES, "A row for each circumstance that changed. This table may be left out."),
    ):
        yield from ("", f"### {name}", "", what, "", *table(("Column", "What it holds"), columns))
    yield from ("", "A cell is written as in a case file, and:", "")
    yield "- `yes` and `no` stand for `true` and `false`; either may be used."
    yield "- Several values, or several dates, stand in one cell, parted by `;`. `none` says that there are none."
    yield "- A date is year-month-day. A time of midnight after it, as databases write, is not looked at."
    yield "- An empty cell says nothing: it is not known."


def _written() -> Iterator[str]:
    yield from ("## What is written", "")
    yield "A run is a folder named after the day that the cases were read as at:"
    yield from ("", "```text", *(f"{name:<24}{what}" for name, what in _FILES), "```", "")
    yield "The head of each file of findings says what it was made from: the digest of the rules and framework, the day, the "
    yield "version of Quips and the digest of the cases. What does not apply to a case has no row."
    yield from (
        "",
        "### findings",
        "",
        *table(
            ("Column", "Type", "What it holds"), [(f"`{name}`", _type(kind), escaped(meaning)) for name, kind, meaning in COLUMNS]
        ),
    )
    yield from (
        "",
        "### For Athena",
        "",
        "The table of findings over a folder of them for each day, as Parquet on S3. Untried.",
        "",
    )
    yield from ("```sql", "CREATE EXTERNAL TABLE quips_findings (", ",\n".join(_athena_columns()))
    yield from (") PARTITIONED BY (as_at date)", "STORED AS PARQUET", "LOCATION 's3://YOUR-BUCKET/findings/';", "```")
    for name, columns in _summary_columns().items():
        rows = [(f"`{column}`", _SUMMARY_COLUMNS[name][column]) for column in columns]
        yield from ("", f"### summaries/{name}", "", SUMMARIES[name], "", *table(("Column", "What it holds"), rows))


def _athena_columns() -> Iterator[str]:
    kinds = {"text": "string", "true or false": "boolean", "day": "date", "list of texts": "array<string>"}
    return (f"  `{name}` {kinds[_type(kind)]}" for name, kind, _ in COLUMNS)


def _type(kind: object) -> str:
    """What a column holds, in plain words; words kept by number are text to whoever reads them."""
    words = str(kind)
    if words.startswith("dictionary"):
        return "text"
    return {"string": "text", "bool": "true or false", "date32[day]": "day", "list<item: string>": "list of texts"}.get(
        words, words
    )


def _summary_columns() -> dict[str, list[str]]:
    """The columns that a run's summaries have, from a run over a few cases."""
    with tempfile.TemporaryDirectory() as folder:
        for command in (
            ["synthetic", f"{folder}/cases", "--cases", "3"],
            ["caseload", f"{folder}/cases", "--as-at", "2010-07-30", "--output", f"{folder}/runs"],
        ):
            done = CliRunner().invoke(main, command, catch_exceptions=False)
            assert done.exit_code == 0, done.output
        summaries = Path(folder, "runs", date(2010, 7, 30).isoformat(), "summaries")
        return {name: pq.read_schema(summaries / f"{name}.parquet").names for name in SUMMARIES}


def _mappings(schema: Json) -> Iterator[str]:
    yield from ("## A mapping", "")
    yield "A YAML file that says how the tables of an extract become these. `quips check` checks those of the framework, and "
    yield "`quips caseload --mapping FILE` checks yours."
    yield ""
    yield from table(("Key", "Needed", "What it holds"), _keys(schema, schema["$defs"]))


def _keys(schema: Json, definitions: Json, before: str = "") -> Iterator[tuple[str, str, str]]:
    """Each key that a mapping may have, those within it beneath it."""
    for name, value in schema.get("properties", {}).items():
        given = {**definitions.get(value.get("$ref", "").rpartition("/")[2], {}), **value}
        inner = given.get("items", given)
        needed = "yes" if name in schema.get("required", ()) else ""
        yield f"`{before}{name}`", needed, escaped(given.get("description", _KEYS.get(name, "")))
        more = inner.get("additionalProperties") if name == "circumstances" else inner
        if isinstance(more, dict):
            yield from _keys(more, definitions, f"{before}{name}{'.NAME' if name == 'circumstances' else ''}.")


_KEYS = {
    "title": "What the extract is called.",
    "table": "The table of the extract: a file, sheet or table of that name.",
    "case": "The column that names the case.",
    **{name: f"The column with the {name}." for name in GROUPS},
    "circumstances": "Circumstances that stand in the table of cases, by their names.",
    "circumstance": "The circumstance.",
    "column": "The column that says it.",
    "codes": "What each code means: a value of the circumstance; in the record, an activity, or one and what is said of it.",
    "ignore": "Codes that are known, and say nothing of it.",
    "where": "For other columns, the values with which a row counts.",
    "on": "The column with the day.",
}


def _mapping(extract: Extract) -> Iterator[str]:
    standing = f" Standing: {UNVERIFIED}." if extract.standing == NOT_PUBLISHED else ""
    yield from (f"## The mapping `{extract.name}`", "", f"{capital(extract.title)}.{standing} {escaped(extract.note)}", "")
    facts = [
        (
            f"`{fact.table}.{fact.column}`",
            f"`{fact.circumstance}`",
            ", ".join(f"`{code}` {_value(value)}" for code, value in fact.codes.items()),
        )
        for fact in extract.facts
    ]
    yield from table(("Column", "Circumstance", "Codes"), facts)
    for done in extract.record:
        rows = [
            (f"`{code}`", f"`{activity}`", ", ".join(f"{name}: {_value(value)}" for name, value in said.items()))
            for code, (activity, said) in done.codes.items()
        ]
        only = "".join(
            f", where `{column}` is {' or '.join(f'`{one}`' for one in values)}" for column, values in done.where.items()
        )
        yield from (
            "",
            f"`{done.table}.{done.column}`, on `{done.on}`{only}:",
            "",
            *table(("Code", "Activity", "Said of it"), rows),
        )


def _value(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
