"""Finds the tables of a caseload: in a folder, a workbook or a DuckDB file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from quips.caseload.tables import CASES, CHANGES, RECORD, Source, not_read
from quips.places import Place
from quips.problems import InputError, Problem, listed
from quips.tables import workbook_rows
from quips.workbooks import LIST, read_workbook

_TABLES = (CASES, RECORD, CHANGES)
_MEMORY = "1500MB"
_CSV = "read_csv({0}, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', strict_mode = true)"
_PARQUET = "read_parquet({0})"
_FILES = {".parquet": _PARQUET, ".csv": _CSV}
_DATABASES = (".duckdb", ".db")


@contextmanager
def connected() -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a DuckDB of our own: no network, no extension that it does not have, and room on the disk if memory runs out."""
    with TemporaryDirectory(prefix="quips-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": _MEMORY,
            "temp_directory": folder,
        }
        with duckdb.connect(config=settings) as connection:
            yield connection


def find_tables(path: Path, connection: duckdb.DuckDBPyConnection) -> dict[str, Source]:
    """Return the tables that a caseload has.

    Args:
        path: A folder that holds ``cases``, ``record`` and, if circumstances changed, ``changes``, each as ``.parquet`` or
            ``.csv``; a workbook with sheets of these names; or a DuckDB file with tables of these names.
        connection: Where they are to be read.

    Raises:
        InputError: There are none, or one is there twice.
    """
    if path.is_dir():
        return _in_folder(path)
    if path.suffix.lower() == ".xlsx":
        return _in_workbook(path, connection)
    if path.suffix.lower() in _DATABASES and path.is_file():
        return _in_database(path, connection)
    message = "A caseload is a folder with cases.parquet and record.parquet (or .csv), a workbook or a DuckDB file."
    raise InputError(
        [Problem(Place(str(path)), "no-such-file", message, "Give one of these." if path.exists() else "It is not there.")]
    )


def file_source(path: Path, shown_as: str = "") -> Source:
    """Return the source that a Parquet or CSV file is.

    Raises:
        InputError: It is neither.
    """
    form = _FILES.get(path.suffix.lower())
    if form is None:
        message = f"A table is kept as {listed(_FILES)}, not as {path.suffix or 'a file without an ending'}."
        raise InputError([Problem(Place(shown_as or str(path)), "not-a-file", message)])
    return Source(form.format(quoted(str(path))), shown_as or str(path), head=1 if form is _CSV else 0)


def quoted(text: str) -> str:
    """Return text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _in_folder(folder: Path) -> dict[str, Source]:
    found, problems = {}, []
    for table in _TABLES:
        files = [folder / f"{table}{ending}" for ending in _FILES if (folder / f"{table}{ending}").is_file()]
        if len(files) > 1:
            names = listed((file.name for file in files), "and")
            problems.append(Problem(Place(str(folder)), "said-twice", f"There are {names}.", "Keep one of them."))
        elif files:
            found[table] = file_source(files[0])
    return _complete(found, str(folder), problems)


def _in_workbook(path: Path, connection: duckdb.DuckDBPyConnection) -> dict[str, Source]:
    found = {}
    for sheet in read_workbook(path, str(path), LIST):
        if sheet.lower() in _TABLES:
            rows = [cells for _, cells in workbook_rows(path, sheet)[1]]
            table = sheet.lower()
            head, body = (rows[0], rows[1:]) if rows else ([], [])
            columns = {name: [row[n] if n < len(row) else "" for row in body] for n, name in enumerate(head) if name}
            connection.register("sheet", pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()}))
            connection.execute(f"CREATE TABLE sheet_{table} AS SELECT * FROM sheet")
            found[table] = Source(f"sheet_{table}", str(path), sheet, head=1)
    return _complete(found, str(path), [])


def _in_database(path: Path, connection: duckdb.DuckDBPyConnection) -> dict[str, Source]:
    try:
        connection.execute(f"ATTACH {quoted(str(path))} AS given (READ_ONLY)")
        rows = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'given'").fetchall()
        views = connection.execute(
            "SELECT view_name FROM duckdb_views() WHERE database_name = 'given' AND NOT internal"
        ).fetchall()
    except duckdb.Error as error:
        raise InputError([not_read(error, [str(path)])]) from error
    there = {name for (name,) in [*rows, *views]}
    found = {table: Source(f"given.{table}", f"{path}, table {table}") for table in _TABLES if table in there}
    return _complete(found, str(path), [])


def _complete(found: Mapping[str, Source], path: str, problems: list[Problem]) -> dict[str, Source]:
    for table in (CASES, RECORD):
        if table not in found and not problems:
            message = f"There is no table of {table}." if table == CASES else "There is no table of the record."
            problems.append(Problem(Place(path), "no-such-table", message, f"It has to be called {table}."))
    if problems:
        raise InputError(problems)
    return dict(found)
