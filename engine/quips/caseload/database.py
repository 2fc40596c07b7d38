"""DuckDB as we use it: with no network, with room on the disk, and with its errors in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import duckdb

from quips.places import Place
from quips.problems import InputError, Problem

_MEMORY = "1500MB"
_LINE = re.compile(r"on Line: ([0-9]+)")


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


def quoted(text: str) -> str:
    """Return text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def told_by_duckdb(files: Iterable[str]) -> Iterator[None]:
    """Tell in plain words what DuckDB cannot do, at the file that it is about. The row itself is not printed.

    Args:
        files: What is read or written.

    Raises:
        InputError: DuckDB failed.
    """
    try:
        yield
    except duckdb.Error as error:
        raise InputError([_problem(error, list(dict.fromkeys(files)))]) from error


def _problem(error: duckdb.Error, files: list[str]) -> Problem:
    words = str(error)
    about = next((file for file in files if file in words), " and ".join(files))
    first = next((line.strip() for line in words.splitlines() if line.strip()), "nothing")
    line = _LINE.search(words)
    what = first.partition(": ")[2] or first
    if isinstance(error, (duckdb.IOException, duckdb.OutOfMemoryException)) and "space" in words.lower():
        hint = "Make room on the disk, and run it again."
    else:
        hint = "Write it anew from the system that it comes from, or repair the row."
    return Problem(Place(about, int(line[1]) if line else 0), "cannot-read", f"DuckDB says: {what}", hint)
