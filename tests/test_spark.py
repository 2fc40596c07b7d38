"""Spark, on this machine alone, finds what `quips caseload` finds, however the caseload is divided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

pytest.importorskip("pyspark", reason="pip install 'quips[spark]', and Java 17, to try it")

from pyspark.errors import PythonException
from pyspark.sql import SparkSession

from caseload_tables import as_parquet, rows_of
from quips.caseload import spark as on_spark
from quips.caseload.crew import Task
from quips.caseload.findingrows import SCHEMA
from quips.caseload.spark import findings_on_spark, task_for
from quips.cli import main
from quips.problems import InputError
from random_cases import AS_AT
from test_caseload_cases import records

TASK = task_for(AS_AT)


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    made = builder.config("spark.sql.shuffle.partitions", "3").config("spark.driver.host", "127.0.0.1").getOrCreate()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return as_parquet(rows_of(records(200, 11)), tmp_path_factory.mktemp("spark") / "caseload")


def of_spark(session: SparkSession, folder: Path) -> list[dict[str, Any]]:
    cases, record, changes = (session.read.parquet(str(folder / f"{name}.parquet")) for name in ("cases", "record", "changes"))
    return in_order(findings_on_spark(TASK, cases, record, changes).toArrow().to_pylist())


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["case"], row["rule"], row["key"]))


def test_it_finds_what_one_machine_finds(session: SparkSession, folder: Path, tmp_path: Path) -> None:
    words = ["caseload", str(folder), "--as-at", AS_AT.isoformat(), "--output", str(tmp_path), "--workers", "1"]
    assert CliRunner().invoke(main, words, catch_exceptions=False).exit_code == 0
    files = sorted((tmp_path / AS_AT.isoformat() / "findings").iterdir())
    wanted = in_order([row for path in files for row in pq.read_table(path).to_pylist()])
    found = of_spark(session, folder)
    assert len(found) > 10_000 and list(found[0]) == SCHEMA.names
    assert found == wanted


def test_pieces_are_cut_between_cases(session: SparkSession, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = on_spark._labelled("record", session.read.parquet(str(folder / "record.parquet"))).sort("_case").toArrow()
    monkeypatch.setattr(on_spark, "PIECE", 100)
    pieces = list(on_spark._pieces(rows.to_batches(max_chunksize=37)))
    assert len(pieces) > 10 and sum(map(len, pieces)) == len(rows)
    cases = [set(piece["_case"].to_pylist()) for piece in pieces]
    assert all(not one & other for n, one in enumerate(cases) for other in cases[n + 1 :])


def test_what_is_wrong_is_told_and_nothing_is_found(session: SparkSession) -> None:
    cases = session.createDataFrame([("R-1", "licence"), ("R-2", "licens")], ["case", "sentence"])
    record = session.createDataFrame(
        [("R-3", "home_visit", "2010-01-01", None)], "case string, activity string, on string, said string"
    )
    with pytest.raises(PythonException) as told:
        findings_on_spark(TASK, cases, record).toArrow()
    # Each of two workers may find its own first.
    assert "Did you mean 'licence'?" in str(told.value) or "There is no case R-3" in str(told.value)


def test_a_table_without_its_cases_is_refused_at_once(session: SparkSession, folder: Path) -> None:
    cases, record = (session.read.parquet(str(folder / f"{name}.parquet")) for name in ("cases", "record"))
    with pytest.raises(InputError, match="the table of record: error: There is no column 'case'"):
        findings_on_spark(TASK, cases, record.withColumnRenamed("case", "crn"))


def test_other_rules_on_a_worker_are_refused(session: SparkSession, folder: Path) -> None:
    cases, record = (session.read.parquet(str(folder / f"{name}.parquet")) for name in ("cases", "record"))
    other = Task(TASK.load, "another", TASK.as_at)
    with pytest.raises(PythonException, match="The rules or the framework were changed"):
        findings_on_spark(other, cases, record).toArrow()
