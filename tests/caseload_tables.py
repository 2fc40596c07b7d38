"""Writes case records as the tables of a caseload, in each form in which they may be kept."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

Rows = dict[str, list[dict[str, Any]]]


def rows_of(records: Iterable[dict[str, Any]], **groups: Sequence[str]) -> Rows:
    """Return the rows of each table; groups give each case a team, in turn."""
    rows: Rows = {"cases": [], "record": [], "changes": []}
    for n, record in enumerate(records):
        row = {"case": record["case"], **{name: values[n % len(values)] for name, values in groups.items()}}
        if "record_complete" in record:
            row["record_complete"] = _cell(record["record_complete"])
        for name, given in record["circumstances"].items():
            if isinstance(given, list) and given and isinstance(given[0], dict):
                changes = [
                    {"case": record["case"], "circumstance": name, "from": one["from"], "is": _cell(one["is"])} for one in given
                ]
                rows["changes"] += changes
            else:
                row[name] = _cell(given)
        rows["cases"].append(row)
        for item in record["record"]:
            [(activity, said)] = item.items()
            said = said if isinstance(said, dict) else {"on": said}
            rest = {name: value for name, value in said.items() if name != "on"}
            rows["record"].append(
                {"case": record["case"], "activity": activity, "on": said.get("on"), "said": json.dumps(rest) if rest else None}
            )
    return rows


def _cell(given: Any) -> str:
    if isinstance(given, list):
        return ";".join(given) if given else "none"
    return {True: "yes", False: "no"}.get(given, str(given)) if isinstance(given, bool) else str(given)


def table(rows: list[dict[str, Any]]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})


def as_parquet(rows: Rows, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, those in rows.items():
        if those:
            pq.write_table(table(those), folder / f"{name}.parquet")
    return folder


def as_csv(rows: Rows, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, those in rows.items():
        if those:
            names = table(those).column_names
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, names)
                writer.writeheader()
                writer.writerows(those)
    return folder


def as_workbook(rows: Rows, path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, those in rows.items():
            sheet = book.add_worksheet(name)
            names = table(those).column_names
            for at, row in enumerate([dict(zip(names, names, strict=True)), *those]):
                for column, heading in enumerate(names):
                    if row.get(heading) is not None:
                        sheet.write_string(at, column, row[heading])
    return path


def as_database(rows: Rows, path: Path) -> Path:
    with duckdb.connect(path) as connection:
        for name, those in rows.items():
            if those:
                connection.register("given", table(those))
                connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
    return path
