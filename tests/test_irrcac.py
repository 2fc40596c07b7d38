"""Agreement held to what the package irrCAC works out of random tables; ``irrcac_table.py`` says how these were made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from quips.reliability import cohens_kappa, fleiss_kappa, gwets_ac1, krippendorffs_alpha
from quips.shares import CONFIDENCE, critical

MADE = json.loads(Path(__file__).with_name("irrcac.json").read_text(encoding="utf-8"))
TO_THE_LAST = {"abs": 1e-9, "rel": 1e-9}


def tables(complete: bool = False, readers: int = 0) -> list[dict[str, Any]]:
    found = [table for table in MADE["tables"] if not complete or all(None not in row for row in table["rows"])]
    return [table for table in found if not readers or len(table["rows"][0]) == readers]


def judged(table: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {
        f"case {n:02}": {f"reader {r}": answer for r, answer in enumerate(row) if answer is not None}
        for n, row in enumerate(table["rows"])
    }


def test_there_are_tables_of_every_kind() -> None:
    assert len(tables()) == 200
    assert min(len(tables(complete=True)), len(tables(readers=2)), len(tables(readers=3)), len(tables(readers=4))) > 20
    assert len(tables()) - len(tables(complete=True)) > 50


@pytest.mark.parametrize("table", tables(), ids=range(200))
def test_ac1_and_its_error_are_those_of_irrcac(table: dict[str, Any]) -> None:
    found = gwets_ac1(judged(table), MADE["answers"])
    assert found is not None and found.low is not None and found.high is not None
    assert found.value == pytest.approx(table["gwet"]["value"], **TO_THE_LAST)
    spread = table["gwet"]["error"] * critical(CONFIDENCE)
    assert found.low == pytest.approx(max(-1.0, found.value - spread), **TO_THE_LAST)
    assert found.high == pytest.approx(min(1.0, found.value + spread), **TO_THE_LAST)


def test_krippendorffs_alpha_is_that_of_irrcac() -> None:
    for table in tables():
        assert krippendorffs_alpha(judged(table)) == pytest.approx(table["krippendorff"]["value"], **TO_THE_LAST)


def test_fleiss_kappa_is_that_of_irrcac_where_all_read_all() -> None:
    for table in tables(complete=True):
        assert fleiss_kappa(judged(table)) == pytest.approx(table["fleiss"]["value"], **TO_THE_LAST)


def test_cohens_kappa_is_congers_of_two_readers() -> None:
    for table in tables(complete=True, readers=2):
        found = cohens_kappa(judged(table), "reader 0", "reader 1")
        assert found == pytest.approx(table["conger"]["value"], **TO_THE_LAST)
