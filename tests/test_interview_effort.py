"""How many pages an officer with an ordinary case goes through, and about how long that takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from effort import CountingOfficer, Effort
from html_forms import text_of
from interviewing import Interview
from knowledge_base import ORDINARY, ROOT
from quips.source import parse_yaml


def effort_over(text: str, folder: Path) -> Effort:
    officer = CountingOfficer(folder)
    interview = Interview(officer, dict(parse_yaml(text, "case.yaml").value))
    interview.run()
    said = text_of(officer.page(f"/cases/{interview.name}/check"))
    assert "Nothing is left to ask." in said
    return officer.effort


def test_an_ordinary_case_takes_at_most_a_quarter_of_an_hour(tmp_path: Path) -> None:
    effort = effort_over(ORDINARY.read_text(encoding="utf-8"), tmp_path)
    assert effort.n_pages <= 21 and 0 < effort.minutes_to_gaps <= 13 and effort.minutes <= 15, effort
    parts = [text for text in effort.read if text.startswith("Part ")]
    assert parts == ["Part 1 of 3, the case:", "Part 2 of 3, what is in its file:", "Part 3 of 3, how well it was done:"]


def test_a_case_of_high_risk_with_its_many_circumstances_is_not_much_longer(tmp_path: Path) -> None:
    effort = effort_over((ROOT / "examples" / "cases" / "TV-0042.yaml").read_text(encoding="utf-8"), tmp_path)
    assert effort.n_pages <= 25 and 0 < effort.minutes_to_gaps <= 13 and effort.minutes <= 16, effort


def test_a_file_with_much_on_it_shows_what_is_missing_long_before_it_is_said_how_well_everything_was_done(tmp_path: Path) -> None:
    effort = effort_over((ROOT / "examples" / "cases" / "composed-well-run.yaml").read_text(encoding="utf-8"), tmp_path)
    assert effort.n_dates == 41, "each of its dates is given once"
    assert 0 < effort.minutes_to_gaps <= 33 and effort.minutes <= 48, effort


def test_what_is_folded_away_and_what_was_read_before_is_not_counted() -> None:
    effort = Effort()
    page = (
        "<main><p>One two</p><details><summary>Three</summary><div>four five</div></details><input><p>six</p></main><p>seven</p>"
    )
    effort.look_at(page)
    effort.look_at(page)
    assert effort.n_words == 4 and effort.n_pages == 2
    assert effort.minutes == pytest.approx(4 / 230 + 6 / 60)
