"""Finds the tables of a caseload: in a folder, a workbook or a DuckDB file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from quips.caseload.database import quoted, told_by_duckdb
from quips.caseload.tables import CASES, CHANGES, RECORD, Source
from quips.places import Place
from quips.problems import InputError, Problem, listed
from quips.tables import workbook_rows
from quips.workbooks import LIST, read_workbook

_CSV = "read_csv({0}, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', strict_mode = true)"
_PARQUET = "read_parquet({0})"
_FILES = {".parquet": _PARQUET, ".csv": _CSV}
_DATABASES = (".duckdb", ".db")


def find_tables(path: Path, connection: duckdb.DuckDBPyConnection) -> dict[str, Source]:
    """Return the tables that a caseload has.

    Args:
        path: Where they are kept: see `Sources`.
        connection: Where they are to be read.

    Raises:
        InputError: There are none, or one is there twice.
    """
    return Sources(path, connection).found((CASES, RECORD), (CHANGES,))


class Sources:
    """Where tables may be kept: a folder with a ``.parquet`` or ``.csv`` for each, a workbook with a sheet, or a DuckDB file."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        """Look at nothing yet.

        Args:
            path: The folder or file.
            connection: Where they are to be read.
        """
        self.path, self.connection = path, connection

    def found(self, needed: Iterable[str], also: Iterable[str] = ()) -> dict[str, Source]:
        """Return tables by their names.

        Args:
            needed: Those that have to be there.
            also: Those that may be.

        Raises:
            InputError: One is not there, or is there twice.
        """
        path, names = self.path, [*needed, *also]
        if path.is_dir():
            found = self._in_folder(names)
        elif path.suffix.lower() == ".xlsx" and path.is_file():
            found = self._in_workbook(names)
        elif path.suffix.lower() in _DATABASES and path.is_file():
            found = self._in_database(names)
        else:
            message = "A caseload is a folder with a .parquet or .csv for each table, an .xlsx workbook or a DuckDB file."
            hint = "Give one of these." if path.exists() else "It is not there."
            raise InputError([Problem(Place(str(path)), "no-such-file", message, hint)])
        missing = [name for name in needed if name not in found]
        if missing:
            place, hint = Place(str(path)), "Tables are found by their names."
            raise InputError([Problem(place, "no-such-table", f"There is no table '{name}'.", hint) for name in missing])
        return found

    def _in_folder(self, names: list[str]) -> dict[str, Source]:
        found, problems = {}, []
        for table in names:
            files = [one for ending in _FILES if (one := self.path / f"{table}{ending}").is_file()]
            if len(files) > 1:
                there = listed((file.name for file in files), "and")
                problems.append(Problem(Place(str(self.path)), "said-twice", f"There are {there}.", "Keep one of them."))
            elif files:
                found[table] = _file_source(files[0])
        if problems:
            raise InputError(problems)
        return found

    def _in_workbook(self, names: list[str]) -> dict[str, Source]:
        found = {}
        for sheet in read_workbook(self.path, str(self.path), LIST):
            table = sheet.lower()
            if table in names:
                rows = [cells for _, cells in workbook_rows(self.path, sheet)[1]]
                head, body = (rows[0], rows[1:]) if rows else ([], [])
                columns = {name: [row[n] if n < len(row) else "" for row in body] for n, name in enumerate(head) if name}
                self.connection.register(
                    "sheet", pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
                )
                self.connection.execute(f'CREATE TABLE "sheet_{table}" AS SELECT * FROM sheet')
                found[table] = Source(f'"sheet_{table}"', str(self.path), sheet, head=1)
        return found

    def _in_database(self, names: list[str]) -> dict[str, Source]:
        ask = self.connection.execute
        with told_by_duckdb([str(self.path)]):
            ask(f"ATTACH {quoted(str(self.path))} AS given (READ_ONLY)")
            rows = ask("SELECT table_name FROM information_schema.tables WHERE table_catalog = 'given'").fetchall()
        there = {name for (name,) in rows}
        return {table: Source(f'given."{table}"', f"{self.path}, table {table}") for table in names if table in there}


def _file_source(path: Path) -> Source:
    form = _FILES[path.suffix.lower()]
    return Source(form.format(quoted(str(path))), str(path), head=1 if form is _CSV else 0)
