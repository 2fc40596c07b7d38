"""The tables of a caseload, read by DuckDB from wherever they are kept.

DuckDB reads, joins and sorts here; it judges nothing. Every cell is text by the time that it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from quips.caseload.database import told_by_duckdb
from quips.places import Place
from quips.tables import key_of

CASES, RECORD, CHANGES = "cases", "record", "changes"
COMPLETE = "record_complete"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    CASES: ("case",),
    RECORD: ("case", "activity", "on", "said"),
    CHANGES: ("case", "circumstance", "from", "is"),
}
"""The columns that each table has to have. Cases may have others: each circumstance, `COMPLETE`, and `extracts.GROUPS`."""
_DAYS = ("on", "from")
_PIECE = 100_000


@dataclass(frozen=True, slots=True)
class Source:
    """Where one table is kept.

    Attributes:
        sql: What DuckDB reads it from.
        file: What to call it in messages.
        sheet: The sheet, if it is one of a workbook.
        head: How many rows of the file come before its first.
        numbered: Whether its rows are those of the file; not so where they were made of other tables.
    """

    sql: str
    file: str
    sheet: str = ""
    head: int = 0
    numbered: bool = True

    @property
    def place(self) -> Place:
        """The head of the table, or the table as a whole where it has none."""
        return Place(self.file, self.head, 0, self.sheet)

    def row(self, number: int, column: int = 0) -> Place:
        """Return the place of a row, counted from 1; of the table, where its rows are not those of a file."""
        if not self.numbered:
            return self.place
        return Place(self.file, number + self.head, column, self.sheet)


class Tables:
    """The tables of one caseload, each case with a number in the order of its table.

    Attributes:
        sources: Where each table is kept.
        headings: The columns of each, as they are written.
        columns: The same as they are matched, each once: lower case, with ``_`` for spaces.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> None:
        """See what columns there are.

        Args:
            connection: Where the sources can be read.
            sources: The tables that there are: cases and record at least.

        Raises:
            InputError: They cannot be read.
        """
        self._connection, self.sources = connection, sources
        self._files = [source.file for source in sources.values()]
        self.headings: dict[str, list[str]] = {}
        self._texts = {table: self._as_text(table) for table in sources}
        self.columns = {table: tuple(texts) for table, texts in self._texts.items()}

    def lay_out(self) -> None:
        """Number the cases, and make every cell text; from then on the tables can be asked for by their names.

        Raises:
            InputError: They cannot be read.
        """
        for table, source in self.sources.items():
            given = ", ".join(f'{text} AS "{name}"' for name, text in self._texts[table].items())
            if table == CASES:
                self.ask(f"CREATE TABLE {CASES} AS SELECT row_number() OVER () - 1 AS number, {given} FROM {source.sql}")
            else:
                self.ask(f"CREATE VIEW {table} AS SELECT {given} FROM {source.sql}")

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows that a question has.

        Raises:
            InputError: The tables cannot be read.
        """
        with told_by_duckdb(self._files):
            return self._connection.execute(sql, list(values)).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        """Return the first value that a question has."""
        [(found, *_), *_] = self.ask(sql, *values)
        return found

    def streams(self) -> tuple[Iterator[pa.Table], Iterator[pa.Table], Iterator[pa.Table]]:
        """Return the rows of cases, of the record and of changes, a piece at a time, in the order of the cases' numbers.

        Raises:
            InputError: While they are read: they cannot be.
        """
        changes = f'SELECT c.number, r.* EXCLUDE ("case") FROM {CHANGES} r JOIN {CASES} c USING ("case") ORDER BY ALL'
        return (
            self._stream(f"SELECT * FROM {CASES} ORDER BY number"),
            self._stream(
                f'SELECT c.number, r.activity, r."on", r.said FROM {RECORD} r JOIN {CASES} c USING ("case") ORDER BY c.number'
            ),
            self._stream(changes) if CHANGES in self.sources else iter(()),
        )

    def _stream(self, sql: str) -> Iterator[pa.Table]:
        with told_by_duckdb(self._files):
            for batch in self._connection.cursor().sql(sql).to_arrow_reader(_PIECE):
                yield pa.Table.from_batches([batch])

    def _as_text(self, table: str) -> dict[str, str]:
        """Return the columns of a table, each with the expression that makes it text."""
        texts = {}
        described = self.ask(f"DESCRIBE SELECT * FROM {self.sources[table].sql}")
        self.headings[table] = [name for name, *_ in described]
        for name, kind, *_ in described:
            quoted = '"' + name.replace('"', '""') + '"'
            if kind.endswith("[]"):
                text = f"array_to_string({quoted}, ';')"
            elif kind.startswith(("STRUCT", "MAP")):
                text = f"to_json({quoted})::VARCHAR"
            elif kind.startswith("TIMESTAMP") or key_of(name) in _DAYS:  # databases put a midnight after a day
                text = f"regexp_replace({quoted}::VARCHAR, '[ T]00:00:00(\\.0+)?$', '')"
            else:
                text = f"{quoted}::VARCHAR"
            texts[key_of(name)] = f"nullif(trim({text}), '')"
        return texts
