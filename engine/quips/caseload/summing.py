"""Sums up a run over a caseload: by rule, prompt, group and root gap, against the run before, and what falls due soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from quips.caseload.database import quoted, told_by_duckdb
from quips.caseload.runs import Run
from quips.extracts import GROUPS
from quips.knowledge import Knowledge

SUMMARIES: Mapping[str, str] = {
    "rules": "For each rule, of how many cases it found what.",
    "prompts": "For each prompt of the edition, to how many cases a rule that answers it applies, and how many are answered no.",
    "groups": "For each group of cases, such as a team, how many there are, and how many of them have what.",
    "roots": "For each root gap and each group, in how many cases it is, and how many other gaps go back to it alone.",
    "changes": "Each gap that has arisen or closed since the run before.",
    "due_soon": "Each finding that is not yet due and falls due within the days asked for.",
}
"""The tables of a run's summaries, and what each holds."""
_ALL = "all"
_FIRST_ROWS = 5_000
"""How many rows of a table are kept to be shown; all of them are in its file."""
_LISTS = {"applies": "true", "gap": "verdict = 'gap'", "root": "root", "open": "verdict = 'open'"}
"""What is listed of each case: the rules of which it has findings of a kind."""


@dataclass(frozen=True, slots=True)
class Changed:
    """How many gaps arose and closed since the run before.

    Attributes:
        since: The day of that run.
        arisen: How many gaps there were not.
        closed: How many there are no more, in cases that are still there.
        left: How many were of cases that are not in the caseload any more.
        other_rules: Whether the rules were others, so that some of it may come from that.
    """

    since: str
    arisen: int
    closed: int
    left: int
    other_rules: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run is summed up to; each table is also a Parquet file of the run.

    Attributes:
        run: The run.
        tables: The rows of each table of `SUMMARIES`, most first; of changes and what is due soon, the first rows only.
        counts: How many cases there are with a gap, with a root gap and with something open; how many gaps, root gaps and
            findings due soon.
        changed: What changed since the run before; None if there was none.
        days: Within how many days what is due soon falls due.
    """

    run: Run
    tables: Mapping[str, list[dict[str, Any]]]
    counts: Mapping[str, int]
    changed: Changed | None
    days: int


def sum_up(connection: duckdb.DuckDBPyConnection, run: Run, before: Run | None, knowledge: Knowledge, days: int) -> Summary:
    """Sum up a run, and write each table of the summary into its folder.

    Args:
        connection: Where it can be read.
        run: The run.
        before: The run before, to compare with.
        knowledge: The knowledge base that found it.
        days: Within how many days a finding that is not yet due falls due *soon*.

    Raises:
        InputError: A table cannot be written, or the run not be read.
    """
    with told_by_duckdb([str(run.path)]):
        return _summed(connection, run, before, knowledge, days)


def _summed(connection: duckdb.DuckDBPyConnection, run: Run, before: Run | None, knowledge: Knowledge, days: int) -> Summary:
    ask = connection.execute
    ask(f"CREATE OR REPLACE TEMP VIEW found AS SELECT * FROM {run.findings_sql}")
    ask(f"CREATE OR REPLACE TEMP VIEW of_cases AS SELECT * FROM {run.cases_sql}")
    connection.register("of_rules", _rules(knowledge))
    connection.register("of_prompts", _prompts(knowledge, run.edition))
    ask(f"CREATE OR REPLACE TEMP TABLE each_case AS {_each_case()}")
    folder = run.path / "summaries"
    folder.mkdir(exist_ok=True)
    columns = [name for name, *_ in ask("DESCRIBE of_cases").fetchall()]
    groups = [name for name in GROUPS if name in columns]
    soon = date.fromisoformat(run.as_at) + timedelta(days)
    sql = {
        "rules": _by_rule(),
        "prompts": _by_prompt(),
        "groups": _by_group(groups),
        "roots": _by_root(groups),
        "changes": _changes(before),
        "due_soon": _due_soon(run.as_at, soon.isoformat()),
    }
    tables = {}
    for name, one in sql.items():
        path = folder / f"{name}.parquet"
        ask(f"COPY ({one}) TO {quoted(str(path))} (FORMAT parquet, KV_METADATA {{meaning: {quoted(SUMMARIES[name])}}})")
        tables[name] = _rows(connection, f"SELECT * FROM read_parquet({quoted(str(path))}) LIMIT {_FIRST_ROWS}")
    [counts] = _rows(connection, _totals())
    counts["due_soon"] = _count(connection, folder / "due_soon.parquet")
    return Summary(run, tables, counts, _changed(connection, run, before, folder), days)


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = connection.sql(sql).to_arrow_table().to_pylist()
    return rows


def _rules(knowledge: Knowledge) -> pa.Table:
    rows = [(number, rule.name, rule.title, rule.topic, rule.severity) for number, rule in enumerate(knowledge.rules.values())]
    return pa.table(list(map(list, zip(*rows, strict=True))), names=["number", "rule", "title", "topic", "severity"])


def _prompts(knowledge: Knowledge, edition: str) -> pa.Table:
    pairs = [
        (answer.prompt, rule.name)
        for rule in knowledge.rules.values()
        for answer in rule.answers
        if answer.prompt.startswith(f"{edition}/")
    ]
    texts = [knowledge.prompts[prompt].asks for prompt, _ in pairs]
    return pa.table(
        {
            "prompt": pa.array([prompt for prompt, _ in pairs], pa.string()),
            "asks": pa.array(texts, pa.string()),
            "rule": pa.array([rule for _, rule in pairs], pa.string()),
        }
    )


def _each_case() -> str:
    """A row for each case: the rules, by number, of which it has findings of each kind, and how many gaps it has.

    There are a hundred findings a case; what comes after this looks at cases, and mostly at the few hundred lists that there are.
    """
    lists = [
        f"coalesce(list_sort(list_distinct(list(number) FILTER ({test}))), []) AS {name}_rules" for name, test in _LISTS.items()
    ]
    counts = "count(*) FILTER (verdict = 'gap') AS gaps, count(*) FILTER (root) AS roots"
    return f'SELECT "case", {", ".join(lists)}, {counts} FROM found JOIN of_rules USING (rule) GROUP BY 1'


def _with(name: str) -> str:
    return f"count(*) FILTER (len({name}_rules) > 0)"


def _totals() -> str:
    whole = "coalesce(sum(gaps), 0)::BIGINT AS gaps, coalesce(sum(roots), 0)::BIGINT AS roots"
    return (
        f"SELECT {_with('gap')} AS with_gap, {_with('root')} AS with_root, {_with('open')} AS with_open, {whole} FROM each_case"
    )


def _by_rule() -> str:
    def cases(name: str) -> str:
        alike = f"SELECT {name}_rules, count(*) AS n FROM each_case GROUP BY 1"
        each = f"SELECT unnest({name}_rules) AS number, n FROM ({alike})"
        return f"(SELECT number, sum(n)::BIGINT AS {name} FROM ({each}) GROUP BY 1)"

    counts = ", ".join(f"coalesce({name}, 0) AS with_{name}" for name in ("gap", "root", "open"))
    joined = " LEFT JOIN ".join(f"{cases(name)} USING (number)" for name in ("gap", "root", "open"))
    return (
        f"SELECT rule, title, topic, severity, applies AS cases, {counts} "
        f"FROM of_rules JOIN {cases('applies')} USING (number) LEFT JOIN {joined} ORDER BY with_root DESC, rule"
    )


def _by_prompt() -> str:
    """The prompts of each list of rules that some case has, and of how many cases it is the list."""
    lists = "SELECT applies_rules, count(*) AS n, row_number() OVER () AS list FROM each_case GROUP BY 1"
    each = f"SELECT list, n, unnest(applies_rules) AS number FROM ({lists})"
    prompts = f"SELECT DISTINCT list, n, prompt, asks FROM ({each}) JOIN of_rules USING (number) JOIN of_prompts USING (rule)"
    cases = f"SELECT prompt, asks, sum(n)::BIGINT AS cases FROM ({prompts}) GROUP BY ALL"
    no = """SELECT prompt, count(DISTINCT "case") AS answered_no
        FROM (SELECT "case", unnest(shows_no) AS prompt FROM found WHERE verdict = 'gap') GROUP BY 1"""
    return (
        f"SELECT prompt, asks, cases, coalesce(answered_no, 0) AS answered_no FROM ({cases}) LEFT JOIN ({no}) USING (prompt) "
        "ORDER BY answered_no DESC, prompt"
    )


def _by_group(groups: list[str]) -> str:
    """A row for each case with what it has, joined to the groups that it is in."""
    counted = f"""count(*) AS cases, {_with("gap")} AS with_gap, {_with("root")} AS with_root,
        {_with("open")} AS with_open, coalesce(sum(roots), 0)::BIGINT AS roots"""
    joined = f'{counted} FROM of_cases LEFT JOIN each_case USING ("case")'
    parts = [f"SELECT '{group}' AS \"by\", coalesce({group}, '') AS \"group\", {joined} GROUP BY 2" for group in groups]
    whole = f"SELECT '{_ALL}' AS \"by\", '' AS \"group\", {joined}"
    return f"{' UNION ALL '.join([whole, *parts])} ORDER BY 1, cases DESC, 2"


def _by_root(groups: list[str]) -> str:
    """Root gaps with the cases that have them, and the gaps that would go with each: those that go back to it alone."""
    root = """SELECT "case", rule, count(*) AS gaps FROM found WHERE root GROUP BY ALL"""
    cleared = """SELECT "case", split_part(roots[1], '/', 1) AS rule, count(*) AS clears FROM found
        WHERE len(roots) = 1 GROUP BY ALL"""
    both = f'SELECT * FROM ({root}) LEFT JOIN ({cleared}) USING ("case", rule) JOIN of_cases USING ("case")'
    counted = "count(*) AS cases, sum(gaps)::BIGINT AS gaps, coalesce(sum(clears), 0)::BIGINT AS clears"
    parts = [f"SELECT rule, '{_ALL}' AS \"by\", '' AS \"group\", {counted} FROM rooted GROUP BY ALL"]
    parts += [
        f"SELECT rule, '{group}' AS \"by\", coalesce({group}, '') AS \"group\", {counted} FROM rooted GROUP BY ALL"
        for group in groups
    ]
    return (
        f'WITH rooted AS ({both}) SELECT rule, title, severity, "by", "group", cases, gaps, clears '
        f'FROM ({" UNION ALL ".join(parts)}) JOIN of_rules USING (rule) ORDER BY "by", cases DESC, rule, "group"'
    )


def _changes(before: Run | None) -> str:
    gaps = """SELECT "case", rule, key, status FROM {} WHERE verdict = 'gap'"""
    now, then = gaps.format("found"), gaps.format(before.findings_sql if before else "found")
    both = f"""SELECT coalesce(n."case", t."case") AS "case", coalesce(n.rule, t.rule) AS rule, coalesce(n.key, t.key) AS key,
        CASE WHEN t.rule IS NULL THEN 'arisen' WHEN c."case" IS NULL THEN 'case_left' ELSE 'closed' END AS change,
        n.status AS status, t.status AS was
        FROM ({now}) n FULL JOIN ({then}) t ON n."case" = t."case" AND n.rule = t.rule AND n.key = t.key
        LEFT JOIN of_cases c ON c."case" = coalesce(n."case", t."case")
        WHERE n.rule IS NULL OR t.rule IS NULL"""
    return f"""SELECT * FROM ({both}) ORDER BY change, "case", rule, key"""


def _due_soon(as_at: str, soon: str) -> str:
    due = "coalesce(due, at_latest)"
    return f"""SELECT "case", of_cases.* EXCLUDE ("case"), rule, title, key, {due} AS due
        FROM found JOIN of_rules USING (rule) JOIN of_cases USING ("case")
        WHERE status = 'not_yet_due' AND {due} BETWEEN DATE '{as_at}' AND DATE '{soon}' ORDER BY due, "case", rule, key"""


def _changed(connection: duckdb.DuckDBPyConnection, run: Run, before: Run | None, folder: Path) -> Changed | None:
    if before is None:
        return None
    path = quoted(str(folder / "changes.parquet"))
    kinds = dict(connection.execute(f"SELECT change, count(*) FROM read_parquet({path}) GROUP BY 1").fetchall())
    arisen, closed, left = (int(kinds.get(kind, 0)) for kind in ("arisen", "closed", "case_left"))
    return Changed(before.as_at, arisen, closed, left, before.digest != run.digest)


def _count(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    [(count,)] = connection.execute(f"SELECT count(*) FROM read_parquet({quoted(str(path))})").fetchall()
    return int(count)
