"""The first steps of somebody who has never used the pages: a folder that is not there, and a first slip."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk_client import Officer
from html_forms import form_of
from page_client import auditor
from pages_at_hand import words_of
from quips.storage.store import StorageError
from quips.web import serving
from served import free_port


class Stopped:
    """A server that is stopped at once."""

    def run(self) -> None:
        raise KeyboardInterrupt


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "create_server", lambda *_, **__: Stopped())


def said_for(folder: Path) -> list[str]:
    said: list[Any] = []
    serving.serve(auditor(), folder, free_port(), False, said.append)
    return said


@pytest.mark.usefixtures("stopped")
def test_a_folder_that_is_not_there_is_made_and_said_to_be_new(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    first, second = said_for(folder), said_for(folder)
    assert folder.is_dir()
    assert folder.stat().st_mode & 0o077 == 0, "nobody else may look into it"
    assert [words for words in first if "has been made" in words and str(folder) in words]
    assert not [words for words in second if "has been made" in words]


@pytest.mark.usefixtures("stopped")
def test_no_folder_is_made_where_the_one_above_it_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no folder"):
        said_for(tmp_path / "not-there" / "2010")
    assert not [*tmp_path.iterdir()]


@pytest.fixture
def officer(tmp_path: Path) -> Officer:
    return Officer(tmp_path)


def started(officer: Officer, year: int) -> str:
    form = {"reference": ["TV-1"], "as_at-day": ["1"], "as_at-month": ["1"], "as_at-year": [str(year)]}
    answer = officer.send("/start", form)
    assert answer.status_code == 422
    return words_of(answer.text)


def test_a_day_that_is_still_to_come_is_told_by_todays_date(officer: Officer) -> None:
    tomorrow = date.today() + timedelta(days=1)
    said = started(officer, tomorrow.year + 1)
    assert "today or before" in said


def test_a_year_of_two_figures_is_asked_for_with_four(officer: Officer) -> None:
    assert f"in four figures, such as {date.today().year}" in started(officer, 26)


def test_a_reference_that_looks_like_a_name_is_used_only_once_that_is_meant(officer: Officer) -> None:
    day = {"as_at-day": ["1"], "as_at-month": ["1"], "as_at-year": ["2010"]}
    answer = officer.send("/start", {"reference": ["SMITH-1980"], **day})
    assert answer.status_code == 422 and "SMITH-1980 looks as if it holds a name" in words_of(answer.text)
    assert not [*officer.store.names()]
    form = form_of(answer.text, "meant")
    other = officer.post("/start", form.filled({"reference": ["JONES-1980"], "meant": ["SMITH-1980"]}))
    assert other.status_code == 422, "what was meant of one reference is not meant of another"
    assert officer.post("/start", form.filled({"meant": ["SMITH-1980"]})).status_code == 303
