"""Makes synthetic caseloads of any size: cases drawn by chance, with what was planted in each written down."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from quips.caseload.database import connected, quoted, told_by_duckdb
from quips.synthetic.archetypes import Archetypes

SYNTHETIC = "Synthetic. Nobody in it exists."
_PER_OFFICER, _PER_TEAM, _TEAMS_PER_OFFICE = 40, 10, 4
"""Forty cases an officer is what this caseload takes as usual; no report prints one number for all."""
_PIECE = 50_000


def make_caseload(archetypes: Archetypes, output: Path, cases: int, seed: int, as_at: date) -> None:
    """Write the tables of a synthetic caseload, and what was planted in it, into a folder.

    The same for the same archetypes, number, seed and day.

    Args:
        archetypes: What it is made of.
        output: The folder; it may be there if it is empty.
        cases: How many cases.
        seed: What the draw begins from.
        as_at: The day on which each case has just the gaps that were planted in it.

    Raises:
        InputError: DuckDB cannot write a table.
        OSError: The folder cannot be written.
    """
    unfinished = output.with_name(f".{output.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    with connected() as connection, told_by_duckdb([str(output)]):
        _insert(connection, "drawn", _drawn(archetypes, cases, seed, as_at))
        _insert(connection, "variants", iter([_variants(archetypes)]))
        _insert(connection, "entries", iter([_entries(archetypes)]))
        _insert(connection, "gaps", iter([_gaps(archetypes)]))
        given = ", ".join(
            f'coalesce((d.start + v."{name}_day")::VARCHAR, v."{name}") AS "{name}"' for name in _circumstances(archetypes)
        )
        people = ", ".join(archetypes.shares)
        tables = {
            "cases": f'SELECT "case", team, office, officer, {people}, ppo, {given} FROM drawn d JOIN variants v USING (variant)',
            "record": """SELECT "case", activity, (start + day)::VARCHAR AS "on", said FROM drawn JOIN entries USING (variant)""",
            "planted": """SELECT "case", plant, rule,
                CASE WHEN day IS NULL THEN key ELSE key || '@' || (start + day)::VARCHAR END AS key, status, root
                FROM drawn JOIN gaps USING (variant)""",
        }
        for name, sql in tables.items():
            label = f"KV_METADATA {{synthetic: {quoted(SYNTHETIC)}, seed: '{seed}'}}"
            order = "number" if name == "cases" else "number, place"
            path = quoted(str(unfinished / f"{name}.parquet"))
            connection.execute(f"COPY ({sql} ORDER BY {order}) TO {path} (FORMAT parquet, {label})")
    (unfinished / "README.txt").write_text(
        f"{SYNTHETIC}\n\n{cases:,} cases drawn with the seed {seed}, to be read as at {as_at.isoformat()}.\n"
        "planted.parquet holds every gap that there is; an audit has to find these and no others.\n",
        encoding="utf-8",
    )
    unfinished.replace(output)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, pieces: Iterator[pa.Table]) -> None:
    for n, piece in enumerate(pieces):
        connection.register("piece", piece)
        connection.execute(
            f"CREATE TABLE {table} AS SELECT * FROM piece" if n == 0 else f"INSERT INTO {table} SELECT * FROM piece"
        )
        connection.unregister("piece")


def _drawn(archetypes: Archetypes, cases: int, seed: int, as_at: date) -> Iterator[pa.Table]:
    """Yield the cases that are drawn, some at a time."""
    draw = random.Random(seed)
    variants = archetypes.variants
    weights = [variant.weight for variant in variants]
    among = sum(variant.weight for variant in variants if variant.may_be_ppo) / sum(weights)
    for begin in range(0, cases, _PIECE):
        numbers = range(begin, min(begin + _PIECE, cases))
        n = len(numbers)
        which = draw.choices(range(len(weights)), weights, k=n)
        first = as_at - timedelta(archetypes.reads_from)
        columns: dict[str, Any] = {
            "number": list(numbers),
            "case": [f"SYN-{number + 1:07}" for number in numbers],
            "variant": which,
            "start": [first - timedelta(days) for days in draw.choices(range(archetypes.stays + 1), k=n)],
            "officer": [f"P{number // _PER_OFFICER + 1:05}" for number in numbers],
            "team": [f"T{number // (_PER_OFFICER * _PER_TEAM) + 1:04}" for number in numbers],
            "office": [f"O{number // (_PER_OFFICER * _PER_TEAM * _TEAMS_PER_OFFICE) + 1:03}" for number in numbers],
            "ppo": [
                "yes" if draw.random() * 100 * among < archetypes.ppo and variants[one].may_be_ppo else "no" for one in which
            ],
        }
        for column, shares in archetypes.shares.items():
            columns[column] = draw.choices(list(shares), list(shares.values()), k=n)
        yield pa.table(columns)


def _circumstances(archetypes: Archetypes) -> list[str]:
    """Every circumstance that any case has, but for the one that is drawn."""
    return list(dict.fromkeys(name for one in archetypes.variants for name in one.circumstances if name != "ppo"))


def _variants(archetypes: Archetypes) -> pa.Table:
    columns: dict[str, Any] = {"variant": pa.array(range(len(archetypes.variants)), pa.int64())}
    for name in _circumstances(archetypes):
        given = [variant.circumstances.get(name) for variant in archetypes.variants]
        columns[name] = pa.array(
            [None if isinstance(value, dict) or value is None else _cell(value) for value in given], pa.string()
        )
        columns[f"{name}_day"] = pa.array([value["day"] if isinstance(value, dict) else None for value in given], pa.int32())
    return pa.table(columns)


def _entries(archetypes: Archetypes) -> pa.Table:
    rows = [
        (number, place, activity, day, json.dumps(said) if said else None)
        for number, variant in enumerate(archetypes.variants)
        for place, (day, activity, said) in enumerate(variant.record)
    ]
    kinds = (pa.int64(), pa.int32(), pa.string(), pa.int32(), pa.string())
    return _table(("variant", "place", "activity", "day", "said"), kinds, rows)


def _gaps(archetypes: Archetypes) -> pa.Table:
    rows = [
        (number, place, variant.plant, gap.rule, *_parted(gap.key), gap.status, gap.root)
        for number, variant in enumerate(archetypes.variants)
        for place, gap in enumerate(variant.gaps)
    ]
    kinds = (pa.int64(), pa.int32(), pa.string(), pa.string(), pa.string(), pa.int32(), pa.string(), pa.bool_())
    return _table(("variant", "place", "plant", "rule", "key", "day", "status", "root"), kinds, rows)


def _parted(key: str) -> tuple[str, int | None]:
    what, at, day = key.partition("@")
    return what, int(day) if at else None


def _table(names: tuple[str, ...], kinds: tuple[pa.DataType, ...], rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = [pa.array([row[n] for row in rows], kind) for n, kind in enumerate(kinds)]
    return pa.Table.from_arrays(columns, names=list(names))


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(map(str, value)) if value else "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
