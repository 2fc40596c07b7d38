"""`quips caseload`: a run is whole or not there, goes on where it stopped, and tells all that is wrong with its tables."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from caseload_tables import as_csv, as_parquet, rows_of
from knowledge_base import knowledge
from quips.caseload import crew, runs
from quips.caseload.batches import batches
from quips.caseload.checking import check_tables
from quips.caseload.crew import BatchAuditor, BatchError, Job, Task, audited
from quips.caseload.database import connected
from quips.caseload.sources import find_tables
from quips.caseload.tables import Tables
from quips.cli import main
from quips.cli.shared import load
from quips.knowledge import Knowledge
from random_cases import AS_AT
from test_caseload_cases import records

DAY = AS_AT.isoformat()


def at_hand(*_: object) -> Knowledge:
    return knowledge()


@pytest.fixture(autouse=True)
def knowledge_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quips.cli.caseloads.load", at_hand)


def quips(*words: object) -> Result:
    return CliRunner().invoke(main, ["caseload", *map(str, words)], catch_exceptions=False)


def caseload(folder: Path, n: int = 12, seed: int = 1) -> Path:
    return as_parquet(rows_of(records(n, seed), team=["North", "South"]), folder)


def findings(run: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((run / "findings").iterdir()) for row in pq.read_table(path).to_pylist()]


def test_a_run_is_a_folder_named_after_its_day(tmp_path: Path) -> None:
    result = quips(caseload(tmp_path / "in"), "--as-at", DAY, "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == [DAY]
    run = tmp_path / "out" / DAY
    about = json.loads((run / "run.json").read_text())
    assert (about["cases"], about["as_at"], about["digest"]) == (12, DAY, knowledge().digest)
    rows = findings(run)
    assert len(rows) == about["findings"] and {row["case"] for row in rows} <= {f"R-{n}" for n in range(12)}
    assert [column["name"] for column in about["columns"]] == list(rows[0])
    assert "12 cases" in (run / "overview.html").read_text() and "<script" not in (run / "overview.html").read_text()


def test_the_summaries_count_what_the_findings_say(tmp_path: Path) -> None:
    quips(caseload(tmp_path / "in", 30), "--as-at", DAY, "--output", tmp_path / "out", "--due-within", 40)
    run = tmp_path / "out" / DAY
    rows = findings(run)
    by_rule = {row["rule"]: row for row in _summary(run, "rules")}
    assert {row["rule"] for row in rows} == set(by_rule)
    for rule, summed in by_rule.items():
        ours = [row for row in rows if row["rule"] == rule]
        assert summed["cases"] == len({row["case"] for row in ours})
        assert summed["with_gap"] == len({row["case"] for row in ours if row["verdict"] == "gap"})
        assert summed["with_root"] == len({row["case"] for row in ours if row["root"]})
    roots = [row for row in _summary(run, "roots") if row["by"] == "all"]
    assert {row["rule"]: row["cases"] for row in roots} == {
        rule: len({row["case"] for row in rows if row["root"] and row["rule"] == rule})
        for rule in {row["rule"] for row in rows if row["root"]}
    }
    for row in roots:
        cleared = [one for one in rows if len(one["roots"]) == 1 and one["roots"][0].split("/")[0] == row["rule"]]
        assert row["clears"] == len(cleared)
    for row in _summary(run, "prompts"):
        answered = {one["case"] for one in rows if row["prompt"] in one["shows_no"]}
        assert row["answered_no"] == len(answered) <= row["cases"]
    teams = {row["group"]: row for row in _summary(run, "groups") if row["by"] == "team"}
    assert {name: row["cases"] for name, row in teams.items()} == {"North": 15, "South": 15}
    with_root = {row["case"] for row in rows if row["root"]}
    assert teams["North"]["with_root"] == len({case for case in with_root if int(case[2:]) % 2 == 0})
    last = AS_AT + timedelta(40)
    soon = [
        row for row in rows if row["status"] == "not_yet_due" and (day := row["due"] or row["at_latest"]) and AS_AT <= day <= last
    ]
    assert len(soon) > 0
    assert sorted((row["case"], row["rule"], row["key"]) for row in _summary(run, "due_soon")) == sorted(
        (row["case"], row["rule"], row["key"]) for row in soon
    )


def _summary(run: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(run / "summaries" / f"{name}.parquet").to_pylist()
    return rows


def test_what_arose_and_closed_since_the_run_before(tmp_path: Path) -> None:
    made = records(12)
    quips(as_parquet(rows_of(made), tmp_path / "in"), "--as-at", DAY, "--output", tmp_path / "out")
    later = (AS_AT + timedelta(7)).isoformat()
    made[2]["record"] = []
    left = as_parquet(rows_of(made[:-1]), tmp_path / "later")
    result = quips(left, "--as-at", later, "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output

    def gaps(day: str) -> dict[tuple[str, ...], str]:
        rows = findings(tmp_path / "out" / day)
        return {(row["case"], row["rule"], row["key"]): row["status"] for row in rows if row["verdict"] == "gap"}

    now, then = gaps(later), gaps(DAY)
    changes = {(row["case"], row["rule"], row["key"]): row["change"] for row in _summary(tmp_path / "out" / later, "changes")}
    wanted = {**dict.fromkeys(now.keys() - then.keys(), "arisen")}
    wanted |= {ref: "case_left" if ref[0] == "R-11" else "closed" for ref in then.keys() - now.keys()}
    assert changes == wanted and set(wanted.values()) == {"arisen", "closed", "case_left"}
    assert "gaps have arisen" in " ".join(result.output.split())


def test_several_processes_find_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = caseload(tmp_path / "in", 30)
    monkeypatch.setattr(runs, "BATCH_SIZE", 7)
    monkeypatch.setattr(runs, "_FEW", 0)
    quips(path, "--as-at", DAY, "--output", tmp_path / "one", "--workers", 1)
    quips(path, "--as-at", DAY, "--output", tmp_path / "two", "--workers", 2)
    one, two = ([path.read_bytes() for path in sorted((tmp_path / out / DAY / "findings").iterdir())] for out in ("one", "two"))
    assert len(one) == 5 and one == two


def test_a_run_that_was_interrupted_goes_on_with_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = caseload(tmp_path / "in", 20)
    monkeypatch.setattr(runs, "BATCH_SIZE", 5)
    done: list[int] = []
    real = BatchAuditor.audit

    def until_the_third(auditor: BatchAuditor, job: Job) -> int:
        if len(done) == 2:
            raise OSError(28, "No space left on device")
        done.append(job.batch.number)
        return real(auditor, job)

    monkeypatch.setattr(BatchAuditor, "audit", until_the_third)
    result = quips(path, "--as-at", DAY, "--output", tmp_path / "out")
    assert result.exit_code == 2 and "there is no room left on the disk" in result.output and "goes on with it" in result.output
    assert [one.name for one in (tmp_path / "out").iterdir()] == [runs.UNFINISHED]

    def counted(auditor: BatchAuditor, job: Job) -> int:
        done.append(job.batch.number)
        return real(auditor, job)

    monkeypatch.setattr(BatchAuditor, "audit", counted)
    assert quips(path, "--as-at", DAY, "--output", tmp_path / "out").exit_code == 0
    assert done == [0, 1, 2, 3]
    quips(path, "--as-at", DAY, "--output", tmp_path / "whole")
    assert findings(tmp_path / "out" / DAY) == findings(tmp_path / "whole" / DAY)


def test_what_an_interrupted_run_has_of_other_tables_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "BATCH_SIZE", 5)
    out = tmp_path / "out"
    quips(caseload(tmp_path / "other", 25, seed=2), "--as-at", DAY, "--output", tmp_path / "first")
    (tmp_path / "first" / DAY).rename(tmp_path / "unfinished")
    out.mkdir()
    (tmp_path / "unfinished").rename(out / runs.UNFINISHED)
    path = caseload(tmp_path / "in", 20)
    assert quips(path, "--as-at", DAY, "--output", out).exit_code == 0
    quips(path, "--as-at", DAY, "--output", tmp_path / "whole")
    assert findings(out / DAY) == findings(tmp_path / "whole" / DAY)


class _Dying:
    """Ends the process that audits a batch, the first time or each time."""

    def __init__(self, mark: Path, always: bool) -> None:
        self.mark, self.always = mark, always

    def __call__(self) -> Any:
        found = load(None, None)
        mark, always = self.mark, self.always
        real = BatchAuditor.audit

        def dying(auditor: BatchAuditor, job: Job) -> int:
            if job.batch.number == 1 and (always or not mark.exists()):
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return real(auditor, job)

        BatchAuditor.audit = dying
        return found


@pytest.mark.slow
def test_a_worker_that_dies_takes_no_finding_with_it(tmp_path: Path) -> None:
    wanted = dict(_audited(tmp_path / "wanted", partial(load, None, None), 1))
    found = dict(_audited(tmp_path / "found", _Dying(tmp_path / "mark", always=False), 2))
    assert (tmp_path / "mark").exists() and found == wanted and len(found) == 4


@pytest.mark.slow
def test_a_batch_that_ends_a_worker_again_is_named(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="the 5 cases from R-5 to R-9"):
        list(_audited(tmp_path, _Dying(tmp_path / "mark", always=True), 2))


def _audited(folder: Path, loads: Any, workers: int, digest: str = "") -> Any:
    path = caseload(folder / "in", 20)
    with connected() as connection:
        tables = Tables(connection, find_tables(path, connection))
        check_tables(tables, knowledge())
        jobs = [Job(batch, folder / f"{batch.number}.parquet", {}) for batch in batches(tables.streams(), 5, 20)]
        task = Task(loads, digest or knowledge().digest, AS_AT.toordinal())
        yield from ((job.batch.number, count) for job, count in audited(jobs, task, workers))


class _Breaking:
    """A pool that breaks when a batch is handed in, as one does whose worker has died since."""

    def __init__(self, handed_in: list[int], breaks_at: int) -> None:
        self.handed_in, self.breaks_at = handed_in, breaks_at

    def __enter__(self) -> _Breaking:
        return self

    def __exit__(self, *failure: object) -> None:
        pass

    def submit(self, _: Any, job: Job) -> Future[int]:
        self.handed_in.append(job.batch.number)
        if len(self.handed_in) == self.breaks_at:
            raise BrokenProcessPool
        done: Future[int] = Future()
        done.set_result(job.batch.number)
        return done


@pytest.mark.parametrize("breaks_at", [1, 2, 3, 4])
def test_a_batch_is_not_lost_that_was_handed_in_as_a_worker_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks_at: int
) -> None:
    handed_in: list[int] = []
    monkeypatch.setattr(crew, "_pool", lambda *_: _Breaking(handed_in, breaks_at))
    found = list(_audited(tmp_path, at_hand, 2))
    assert sorted(found) == [(number, number) for number in range(4)]
    assert len(handed_in) > 4


def test_a_run_with_a_case_too_few_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "BATCH_SIZE", 5)
    monkeypatch.setattr(runs, "audited", lambda jobs, *_: ((job, 0) for job in list(jobs)[1:]))
    result = quips(caseload(tmp_path / "in", 20), "--as-at", DAY, "--output", tmp_path / "out")
    assert result.exit_code == 2 and "5 of 20 cases were not audited" in result.output
    assert not (tmp_path / "out" / DAY).exists()


def test_a_summary_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise duckdb.IOException("IO Error: Could not write file: No space left on device")

    monkeypatch.setattr("quips.caseload.summing._by_prompt", full)
    result = quips(caseload(tmp_path / "in", 2), "--as-at", DAY, "--output", tmp_path / "out")
    assert result.exit_code == 2 and "No space left" in result.output and "Make room on the disk" in result.output
    assert not (tmp_path / "out" / DAY).exists()


@pytest.mark.slow
def test_rules_that_change_while_workers_start_are_told_as_that(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="were changed"):
        list(_audited(tmp_path, at_hand, 2, digest="another"))


def test_rules_that_change_meanwhile_are_noticed() -> None:
    with pytest.raises(BatchError, match="were changed"):
        Task(partial(load, None, None), "another", 1).auditor()


def test_a_run_of_the_same_day_is_not_overwritten(tmp_path: Path) -> None:
    path = caseload(tmp_path / "in", 2)
    assert quips(path, "--as-at", DAY, "--output", tmp_path / "out").exit_code == 0
    again = quips(path, "--as-at", DAY, "--output", tmp_path / "out")
    assert again.exit_code == 2 and "is there already" in again.output


def test_one_case_can_be_written_out_and_audited(tmp_path: Path) -> None:
    written = quips(caseload(tmp_path / "in", 3), "--as-at", DAY, "--case", "R-1")
    (tmp_path / "case.yaml").write_text(written.output)
    report = CliRunner().invoke(main, ["audit", str(tmp_path / "case.yaml"), "--format", "json"])
    assert report.exit_code == 0 and '"R-1"' in report.output
    missing = quips(caseload(tmp_path / "in", 3), "--case", "R-77")
    assert missing.exit_code == 2 and "There is no case R-77" in missing.output


def test_what_to_look_at_is_told_with_the_cases(tmp_path: Path) -> None:
    made = records(3)
    made[1]["record"] = []
    made[2]["record"] = [{"contact": "2010-05-01"}, {"contact": "2010-02-01"}, {"contact": "2010-02-01"}]
    for n, record in enumerate(made):
        record["circumstances"]["supervision_started"] = "2009-11-02"
        record["circumstances"].pop("supervision_ended", None)
        if n == 0:
            del record["circumstances"]["supervision_started"]
            record["record"] = [{"contact": "2010-02-01"}]
    result = quips(as_parquet(rows_of(made), tmp_path / "in"), "--as-at", DAY, "--check")
    said = " ".join(result.output.split())
    assert result.exit_code == 0
    assert "Entries dated after 2010-04-19, which were not looked at: 1 (R-2)." in said
    assert "Entries that are there more than once, the same in everything; each is counted: 1 (R-2)." in said
    assert "Cases without the day on which supervision started, so that what is due from then cannot be told: 1 (R-0)." in said
    assert "Cases without an entry in the record: 1 (R-1)." in said


GOOD = {
    "cases": "case,sentence,rosh_level,supervision_started,supervision_ended\nTV-1,licence,high,2010-01-04,not_yet\n",
    "record": "case,activity,on,said\nTV-1,home_visit,2010-02-01,\nTV-1,contact,unknown,\n",
}


@pytest.mark.parametrize(
    ("table", "old", "new", "line", "told"),
    [
        ("cases", "TV-1,licence", "John Smith,licence", 2, "The case is no reference"),
        ("cases", "TV-1,licence", ",licence", 2, "The row has no case"),
        ("cases", "not_yet\n", "not_yet\nTV-1,licence,high,,\n", 3, "TV-1 is in row 2 already"),
        ("cases", "high", "hihg", 2, "Did you mean 'high'?"),
        ("cases", "2010-01-04", "04/01/2010", 2, "'04/01/2010'"),
        ("cases", "2010-01-04", "1066-10-14", 2, "in a year that no case can be of"),
        ("cases", "not_yet", "2009-01-04", 2, "ended before it started"),
        ("cases", "rosh_level", "rosh_levl", 1, "Did you mean 'rosh_level'?"),
        ("cases", "case,", "kase,", 1, "There is no column 'case'"),
        ("cases", "sentence,rosh", "Rosh level,rosh", 1, "The column 'rosh_level' is there 2 times"),
        ("record", "TV-1,home", "TV-2,home", 2, "There is no case TV-2"),
        ("record", "home_visit", "home_vist", 2, "Did you mean 'home_visit'?"),
        ("record", "2010-02-01,", '2010-02-01,"{""purposful"": true}"', 2, "Did you mean 'purposeful'?"),
        ("record", "2010-02-01,", "2010-02-01,purposeful", 2, "home_visit"),
        ("record", "2010-02-01,", '2010-02-01,"{""on"": ""2010-02-01""}"', 2, "it has a column of its own"),
        ("record", "2010-02-01", "2010-02-30", 2, "'2010-02-30' is not a day that exists"),
        ("record", "2010-02-01", "9999-02-01", 2, "in a year that no case can be of"),
        ("record", "unknown", "", 3, "contact"),
    ],
)
def test_what_is_wrong_is_told_at_its_row(tmp_path: Path, table: str, old: str, new: str, line: int, told: str) -> None:
    for name, text in GOOD.items():
        assert name != table or old in text
        (tmp_path / f"{name}.csv").write_text(text.replace(old, new, 1) if name == table else text)
    result = quips(tmp_path, "--output", tmp_path / "out")
    said = " ".join(result.output.split())
    assert result.exit_code == 2 and told in said, said
    assert f"{table}.csv:{line}" in said
    assert not (tmp_path / "out").exists()


def test_the_good_tables_are_good(tmp_path: Path) -> None:
    for name, text in GOOD.items():
        (tmp_path / f"{name}.csv").write_text(text)
    assert quips(tmp_path, "--check").exit_code == 0


def test_a_fault_in_many_rows_is_told_once_with_how_many(tmp_path: Path) -> None:
    rows = "".join(f"TV-1,home_vist,2010-02-{day:02},\n" for day in range(1, 28))
    (tmp_path / "cases.csv").write_text(GOOD["cases"])
    (tmp_path / "record.csv").write_text(GOOD["record"] + rows)
    result = quips(tmp_path, "--check")
    assert result.exit_code == 2 and result.output.count("home_vist") == 2 and "27 rows" in result.output


def test_ten_thousand_columns_are_not_all_told(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("case," + ",".join(f"x{n}" for n in range(10_000)) + "\n" + "TV-1" + "," * 10_000 + "\n")
    (tmp_path / "record.csv").write_text(GOOD["record"])
    result = quips(tmp_path, "--check")
    assert result.exit_code == 2 and "9,980 more columns mean nothing" in result.output and result.output.count("\n") < 30


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("record.parquet", b"PAR1 cut off", "record.parquet"),
        ("record.csv", b'case,activity,on,said\nTV-1,"home_visit,2010-02-01,\n', "record.csv"),
        ("record.csv", b"case,activity,on,said\nTV-1,home_visit,2010-02-01," + b"\xff\xfe\n", "record.csv"),
        ("record.csv", b"", "record.csv"),
        ("record.xlsx", b"no workbook", "There is no table 'record'"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    (tmp_path / "cases.csv").write_text(GOOD["cases"])
    (tmp_path / name).write_bytes(data)
    result = quips(tmp_path, "--output", tmp_path / "out")
    assert result.exit_code == 2 and told in result.output and "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_a_parquet_file_that_was_cut_off_is_named(tmp_path: Path) -> None:
    path = caseload(tmp_path, 5)
    whole = (path / "record.parquet").read_bytes()
    (path / "record.parquet").write_bytes(whole[: len(whole) // 2])
    result = quips(path, "--output", tmp_path / "out")
    assert result.exit_code == 2 and "record.parquet" in result.output and not (tmp_path / "out").exists()


def test_a_case_with_a_hundred_thousand_entries_is_audited(tmp_path: Path) -> None:
    record = [{"contact": {"on": (date(2009, 1, 1) + timedelta(n % 400)).isoformat()}} for n in range(100_000)]
    value = {"case": "TV-1", "circumstances": {"supervision_started": "2009-01-01"}, "record": record}
    result = quips(as_parquet(rows_of([value]), tmp_path / "in"), "--as-at", DAY, "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output


def test_no_process_is_started_for_few_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_pool", None)
    assert quips(caseload(tmp_path / "in", 3), "--as-at", DAY, "--output", tmp_path / "out", "--workers", 2).exit_code == 0


def test_what_is_missing_is_told_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in __import__("sys").modules if name.startswith("quips.caseload") or name == "duckdb"]:
        monkeypatch.delitem(__import__("sys").modules, name)
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    result = quips(as_csv(rows_of(records(1)), tmp_path), "--check")
    assert result.exit_code == 2 and "pip install 'quips[caseload]'" in result.output
