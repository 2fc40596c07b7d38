"""Cases that are made of tables are the cases that are made of case files, and what is found of them is the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseload_tables import Rows, as_csv, as_database, as_parquet, as_workbook, rows_of
from knowledge_base import knowledge
from quips.audits import Auditor
from quips.caseload.batches import Batch, CaseReader, batches
from quips.caseload.casefile import case_record
from quips.caseload.checking import check_tables
from quips.caseload.database import connected
from quips.caseload.findingrows import FindingRows
from quips.caseload.sources import find_tables
from quips.caseload.tables import Tables
from quips.cases import Case, Entry, History, build_case
from quips.decisions import Ref
from quips.reference import ReferenceEngine
from quips.source import Document
from quips.statuses import Verdict
from random_cases import AS_AT, random_case


def records(n: int, seed: int = 1, n_entries: int = 25) -> list[dict[str, Any]]:
    """Random case records, such as the schema allows: numbers within their bounds, no two changes on one day."""
    random, found = Random(seed), []
    for number in range(n):
        case = random_case(random, knowledge().vocabulary, n_entries if n_entries < 0 else random.randint(0, n_entries))
        assert case.document is not None
        value = {**case.document.value, "case": f"R-{number}"}
        for name, term in knowledge().vocabulary.circumstances.items():
            given = value["circumstances"].get(name)
            if isinstance(given, list) and given and isinstance(given[0], dict):
                given = list({one["from"]: {**one, "is": _within(one["is"], term.bounds)} for one in given}.values())
            if given is not None:
                value["circumstances"][name] = _within(given, term.bounds)
        if value["circumstances"].get("supervision_ended") not in (None, "not_yet", "none"):
            value["circumstances"]["supervision_ended"] = "2010-04-18"
            value["circumstances"]["supervision_started"] = "2009-04-18"
        value["record"] = [item for item in value["record"] if _fits(item)]
        found.append(value)
    return found


def _fits(item: dict[str, Any]) -> bool:
    value = {"case": "X-1", "circumstances": {}, "record": [item]}
    return not knowledge().case_shape.problems(Document("", value, {}, {}))


def _within(given: Any, bounds: tuple[int, int]) -> Any:
    return min(max(given, bounds[0]), bounds[1]) if isinstance(given, int) and not isinstance(given, bool) else given


def as_data(case: Case) -> Any:
    """A case as data that can be compared; places in a file are left out, as tables have none."""
    facts = {name: (value.days, value.values) if isinstance(value, History) else value for name, value in case.facts.items()}
    entries, reasons = (
        {name: [_entry(one) for one in those] for name, those in each.items()} for each in (case.entries, case.reasons)
    )
    return case.reference, case.as_at, facts, case.dates, entries, reasons, case.incomplete


def _entry(entry: Entry) -> tuple[Any, ...]:
    return entry.activity, entry.day, entry.attributes, entry.key


def cases_of(path: Path, size: int = 7) -> list[Case]:
    with connected() as connection:
        tables = Tables(connection, find_tables(path, connection))
        check_tables(tables, knowledge())
        reader = CaseReader(knowledge().vocabulary, AS_AT.toordinal())
        n = tables.one("SELECT count(*) FROM cases")
        return [case for batch in batches(tables.streams(), size, n) for case in reader.cases(batch)]


@pytest.mark.parametrize("write", [as_parquet, as_csv, as_database, as_workbook])
def test_a_case_is_the_same_from_tables_of_any_kind(write: Any, tmp_path: Path) -> None:
    made = records(40)
    rows = rows_of(made)
    Random(3).shuffle(rows["record"])  # in what order rows stand does not matter
    endings = {as_database: "caseload.duckdb", as_workbook: "caseload.xlsx"}
    path = write(rows, tmp_path / endings.get(write, "caseload"))
    built = [build_case(Document("", value, {}, {}), knowledge().vocabulary, AS_AT) for value in made]
    assert [as_data(case) for case in cases_of(path)] == [as_data(case) for case in built]


@given(seed=st.integers(0, 10_000), size=st.integers(1, 9))
def test_a_case_is_the_same_however_the_tables_are_cut(tmp_path_factory: pytest.TempPathFactory, seed: int, size: int) -> None:
    made = records(8, seed, 12)
    path = as_parquet(rows_of(made), tmp_path_factory.mktemp("cut"))
    if not (path / "record.parquet").exists():
        return
    built = [build_case(Document("", value, {}, {}), knowledge().vocabulary, AS_AT) for value in made]
    assert [as_data(case) for case in cases_of(path, size)] == [as_data(case) for case in built]


@pytest.mark.parametrize("n", [60, pytest.param(10_000, marks=(pytest.mark.long, pytest.mark.slow))])
def test_what_is_found_is_what_an_audit_of_the_case_alone_finds(n: int, tmp_path: Path) -> None:
    made = records(n, 5)
    path = as_parquet(rows_of(made), tmp_path / "caseload")
    rows = FindingRows(knowledge(), ReferenceEngine(knowledge().program)).of(cases_of(path)).to_pylist()
    with Auditor(knowledge(), "reference") as auditor:
        wanted = [row for value in made for row in rows_of_audit(auditor, value)]
    assert rows == wanted


def rows_of_audit(auditor: Auditor, value: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings of a report on one case that apply, as the rows of a caseload have them, in every column."""
    audit = auditor.audit_document(Document("case.yaml", value, {}, {}), AS_AT)
    causes = {one.ref: one.because_of for one in audit.findings}
    waiting = {(one.rule, one.key): one.waits_for for one in auditor.reference.decide(audit.case)}

    def roots(ref: Ref) -> list[Ref]:
        """What a gap goes back to, in the order in which its causes are told."""
        return list(dict.fromkeys(root for cause in causes[ref] for root in roots(cause))) or [ref]

    return [
        {
            "case": value["case"],
            "rule": one.rule.name,
            "key": one.key,
            "status": str(one.status),
            "was": str(one.was),
            "verdict": str(one.verdict),
            "root": one.root,
            "because_of": named(one.because_of),
            "roots": named(roots(one.ref)) if one.because_of else [],
            "undermined_by": named(one.undermined_by),
            "waits_for": named(waiting[one.ref]),
            "shows_no": [shown.prompt for shown in one.shows if shown.shows == "no"],
            **{name: _day(getattr(one, name)) for name in ("started", "due", "at_latest", "done")},
        }
        for one in audit.findings
        if one.verdict is not Verdict.NOT_APPLICABLE
    ]


def named(refs: Iterable[Ref]) -> list[str]:
    return [f"{rule}/{key}" for rule, key in refs]


def _day(day: int | None) -> date | None:
    return None if day is None else date.fromordinal(day)


def test_the_case_file_that_is_written_out_is_the_case(tmp_path: Path) -> None:
    made = records(20, 9)
    path = as_parquet(rows_of(made), tmp_path / "caseload")
    with connected() as connection:
        tables = Tables(connection, find_tables(path, connection))
        check_tables(tables, knowledge())
        for value in made:
            written = case_record(tables, value["case"], knowledge().vocabulary, AS_AT.isoformat())
            ours, theirs = (build_case(Document("", one, {}, {}), knowledge().vocabulary, AS_AT) for one in (written, value))
            assert as_data(ours) == as_data(theirs)


def test_a_batch_has_another_digest_if_anything_in_it_is_other(tmp_path: Path) -> None:
    made = records(3, 2)
    first, again = (_batch(rows_of(made), tmp_path / name) for name in ("one", "again"))
    made[1]["record"].append({"contact": "2010-01-05"})
    other = _batch(rows_of(made), tmp_path / "other")
    assert first.digest() == again.digest() != other.digest()


def _batch(rows: Rows, path: Path) -> Batch:
    as_parquet(rows, path)
    with connected() as connection:
        tables = Tables(connection, find_tables(path, connection))
        check_tables(tables, knowledge())
        [batch] = batches(tables.streams(), 100, 3)
        return batch


def test_roots_are_those_that_a_gap_goes_back_to_through_any_number_of_others() -> None:
    """By the definition: follow every explanation upwards to what none explains."""
    engine = ReferenceEngine(knowledge().program)
    cases = [build_case(Document("", value, {}, {}), knowledge().vocabulary, AS_AT) for value in records(40, 11, 40)]
    rows = FindingRows(knowledge(), engine).of(cases).to_pylist()
    by_name = {(row["case"], f"{row['rule']}/{row['key']}"): row for row in rows}

    def up(row: dict[str, Any]) -> set[str]:
        name = f"{row['rule']}/{row['key']}"
        return {name} if row["root"] else {root for one in row["because_of"] for root in up(by_name[row["case"], one])}

    following = [row for row in rows if row["because_of"]]
    assert following
    for row in following:
        assert set(row["roots"]) == up(row)
    assert not any(row["roots"] for row in rows if not row["because_of"])


def test_findings_are_kept_as_they_are_read_again(tmp_path: Path) -> None:
    cases = [build_case(Document("", value, {}, {}), knowledge().vocabulary, AS_AT) for value in records(5)]
    rows = FindingRows(knowledge(), ReferenceEngine(knowledge().program)).of(cases)
    pq.write_table(rows, tmp_path / "rows.parquet")
    assert pq.read_table(tmp_path / "rows.parquet").to_pylist() == rows.to_pylist()
