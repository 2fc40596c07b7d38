"""A synthetic caseload has the gaps that were planted in it, and no others: rules, dates and populations from end to end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from knowledge_base import knowledge, reference
from quips.cases import build_case
from quips.cli import main
from quips.cli.caseloads import _MADE_FOR
from quips.cli.shared import Day
from quips.findings import means
from quips.source import Document
from quips.statuses import Verdict, verdict_of
from quips.synthetic.archetypes import Variant, read_archetypes

ARCHETYPES = read_archetypes()
AS_AT = Day().convert(_MADE_FOR, None, None)


@pytest.mark.parametrize("variant", ARCHETYPES.variants, ids=lambda one: f"{one.archetype}-{one.plant or 'nothing-planted'}")
def test_a_variant_has_the_gaps_that_are_said_whenever_it_started(variant: Variant) -> None:
    for days in range(0, ARCHETYPES.stays + 1, 9):
        start = AS_AT - timedelta(ARCHETYPES.reads_from + days)
        document = Document("", variant.value("SYN-1", start), {}, {})
        assert not knowledge().case_shape.problems(document)
        case = build_case(document, knowledge().vocabulary, AS_AT)
        found = {
            (one.rule, one.key, str(one.status), one.root)
            for one in reference().decide(case)
            if verdict_of(one.status, means(knowledge().rules[one.rule])) is Verdict.GAP
        }
        assert found == {(gap.rule, gap.key, gap.status, gap.root) for gap in (planted.on(start) for planted in variant.gaps)}


def test_each_plant_is_tried_and_leaves_a_root_gap() -> None:
    planted = [variant for variant in ARCHETYPES.variants if variant.plant]
    assert len(planted) > 30
    assert all(any(gap.root for gap in variant.gaps) for variant in planted)


def quips(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


def test_an_audit_of_a_synthetic_caseload_finds_what_was_planted_and_no_more(tmp_path: Path) -> None:
    assert quips("synthetic", tmp_path / "made", "--cases", 300, "--seed", 7).exit_code == 0
    words = ("caseload", tmp_path / "made", "--as-at", _MADE_FOR, "--output", tmp_path / "runs", "--workers", 1)
    assert quips(*words).exit_code == 0
    names = ("case", "rule", "key", "status", "root")
    files = sorted((tmp_path / "runs" / _MADE_FOR / "findings").iterdir())
    rows = [row for path in files for row in pq.read_table(path).to_pylist() if row["verdict"] == "gap"]
    planted = pq.read_table(tmp_path / "made" / "planted.parquet").to_pylist()
    assert planted
    assert {tuple(row[name] for name in names) for row in rows} == {tuple(row[name] for name in names) for row in planted}


def test_the_same_seed_draws_the_same_caseload_and_each_file_says_that_it_is_synthetic(tmp_path: Path) -> None:
    for folder, seed in (("one", 3), ("again", 3), ("other", 4)):
        quips("synthetic", tmp_path / folder, "--cases", 50, "--seed", seed)
    for name in ("cases", "record", "planted"):
        one, again, other = (pq.read_table(tmp_path / folder / f"{name}.parquet") for folder in ("one", "again", "other"))
        assert one.to_pylist() == again.to_pylist() != other.to_pylist()
        assert b"Nobody in it exists" in pq.read_schema(tmp_path / "one" / f"{name}.parquet").metadata[b"synthetic"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "one", "other"]
    refused = quips("synthetic", tmp_path / "one")
    assert refused.exit_code == 2 and "not empty" in refused.output


def test_people_are_drawn_in_the_shares_that_were_published(tmp_path: Path) -> None:
    """Within four standard errors of Kent's caseload, as its report prints it."""
    quips("synthetic", tmp_path / "made", "--cases", 20_000)
    rows = pq.read_table(tmp_path / "made" / "cases.parquet").to_pylist()
    for column, value, percent in (("gender", "female", 9.6), ("ethnicity", "minority ethnic", 6.7), ("ppo", "yes", 1.34)):
        share = sum(row[column] == value for row in rows) / len(rows)
        expected = percent / 100
        assert abs(share - expected) < 4 * (expected * (1 - expected) / len(rows)) ** 0.5
