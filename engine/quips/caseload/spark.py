"""Audits a caseload that is spread over many machines: Spark moves the rows, and each of its workers audits as one machine does.

The tables go together into one, which Spark divides by case. Each worker takes its part a piece at a time and treats a piece as a
small caseload of its own: checked, read and evaluated by what `quips caseload` uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as spark
from pyspark.sql.pandas.types import from_arrow_schema

from quips.caseload.batches import batches
from quips.caseload.checking import check_tables
from quips.caseload.crew import BatchAuditor, Task
from quips.caseload.database import connected
from quips.caseload.findingrows import SCHEMA
from quips.caseload.tables import CASES, CHANGES, RECORD, Source, Tables
from quips.knowledge import Knowledge, find_folder, find_rules, load_knowledge
from quips.places import Place
from quips.problems import InputError, Problem, listed
from quips.tables import key_of

PIECE = 50_000
"""How many rows, of all tables together, are audited at once; a case is never divided."""
_TABLE, _CASE = "_table", "_case"
_PLAIN = pa.schema([pa.field(one.name, pa.string() if pa.types.is_dictionary(one.type) else one.type) for one in SCHEMA])


def task_for(as_at: date, rules: str | None = None, framework: str | None = None) -> Task:
    """Return what each worker does: reads cases as at a day, by the rules that are installed, or those of a folder.

    Args:
        as_at: The day.
        rules: A folder of rules, in the same place on every worker, in place of the shipped ones or laid over them.
        framework: A folder of the framework, likewise.

    Raises:
        InputError: The rules or the framework cannot be used.
    """
    loads = partial(_loaded, rules, framework)
    return Task(loads, loads().digest, as_at.toordinal())


def _loaded(rules: str | None, framework: str | None) -> Knowledge:
    shipped, own = find_rules(rules)
    return load_knowledge(find_folder("framework", framework), shipped, own=own)


def findings_on_spark(task: Task, cases: DataFrame, record: DataFrame, changes: DataFrame | None = None) -> DataFrame:
    """Return the findings that apply, a row for each, with the columns of a run's findings.

    The rows are those that `quips caseload` finds, in no order. Quips with its rules has to be installed on every worker.

    Args:
        task: What `task_for` returns.
        cases: The table of cases, with the columns that `quips caseload` reads.
        record: The table of entries.
        changes: The table of circumstances that changed, if there is one.

    Raises:
        InputError: A table has no column that names the case.
        pyspark.errors.PythonException: When the findings are asked for: a table cannot be used. Its message says what is wrong,
            without rows, for Spark's have no numbers. Where one machine can hold the tables, `quips caseload --check` names them.
    """
    tables = {CASES: cases, RECORD: record} | ({CHANGES: changes} if changes is not None else {})
    parts = [_labelled(name, table) for name, table in tables.items()]
    together = parts[0]
    for part in parts[1:]:
        together = together.unionByName(part, allowMissingColumns=True)
    by_case = together.repartition(_CASE).sortWithinPartitions(_CASE)
    headings = {name: tuple(table.columns) for name, table in tables.items()}
    return by_case.mapInArrow(partial(_audited, task, headings), from_arrow_schema(_PLAIN))


def _labelled(name: str, table: DataFrame) -> DataFrame:
    """A table that can share rows with the others: its columns named after it and numbered, with the case apart."""
    quoted = ["`" + heading.replace("`", "``") + "`" for heading in table.columns]
    case = next((one for one, heading in zip(quoted, table.columns, strict=True) if key_of(heading) == "case"), None)
    if case is None:
        hint = f"There are: {listed(table.columns, 'and')}."
        raise InputError([Problem(Place(f"the table of {name}"), "missing-column", "There is no column 'case'.", hint)])
    columns = [spark.col(one).alias(f"{name}_{n}") for n, one in enumerate(quoted)]
    return table.select(spark.lit(name).alias(_TABLE), spark.trim(spark.col(case).cast("string")).alias(_CASE), *columns)


def _audited(task: Task, headings: Mapping[str, Sequence[str]], rows: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Audit the cases of one part of the caseload."""
    for piece in _pieces(rows):
        yield from _findings(_auditor(task), {name: _table(piece, name, those) for name, those in headings.items()})


def _pieces(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Cut rows that are in the order of their cases into pieces of about `PIECE` rows, never within a case."""
    waiting: list[pa.RecordBatch] = []
    for batch in rows:
        waiting.append(batch)
        if sum(map(len, waiting)) >= PIECE:
            whole = pa.Table.from_batches(waiting)
            cut = pc.index(whole[_CASE], whole[_CASE][-1]).as_py() if whole[_CASE][-1].is_valid else 0
            if cut:
                yield whole.slice(0, cut)
                waiting = whole.slice(cut).to_batches()
    if any(map(len, waiting)):
        yield pa.Table.from_batches(waiting)


def _table(piece: pa.Table, name: str, headings: Sequence[str]) -> pa.Table:
    """The rows and columns of one of the tables, as they were before all went together."""
    rows = piece.filter(pc.equal(piece[_TABLE], name))
    return pa.Table.from_arrays([_without_zone(rows[f"{name}_{n}"]) for n in range(len(headings))], names=list(headings))


def _without_zone(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Spark gives moments; what a cell says is the time on its own clock."""
    return pc.local_timestamp(column) if pa.types.is_timestamp(column.type) and column.type.tz else column


def _findings(auditor: BatchAuditor, tables: dict[str, pa.Table]) -> Iterator[pa.RecordBatch]:
    with connected() as connection:
        for name, table in tables.items():
            connection.register("given", table)
            connection.execute(f"CREATE TABLE part_of_{name} AS SELECT * FROM given")
        sources = {name: Source(f"part_of_{name}", f"the table of {name}", numbered=False) for name in tables}
        part = Tables(connection, sources)
        check_tables(part, auditor.knowledge)
        for batch in batches(part.streams(), len(tables[CASES]) or 1, len(tables[CASES])):
            yield from auditor.rows(batch).cast(_PLAIN).to_batches()


_auditors: dict[tuple[str, int], BatchAuditor] = {}
"""What audits in this worker, by the rules and the day; Spark uses a worker for many parts."""


def _auditor(task: Task) -> BatchAuditor:
    key = task.digest, task.as_at
    if key not in _auditors:
        _auditors[key] = task.auditor()
    return _auditors[key]
