"""Who is let in: the browser that the server opened, once, and whoever types the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk_client import Officer
from html_forms import text_of
from page_client import MARKING
from quips.web import door
from quips.web.app import create_app
from quips.web.door import Door


@pytest.fixture
def shut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Officer:
    monkeypatch.setattr(door, "_SECONDS_AFTER_A_WRONG_CODE", 0)
    officer = Officer(tmp_path)
    officer.put("TV-1", "case: TV-1\nas_at: 2010-04-19\ncircumstances: {}\nrecord: []\n")
    officer.app = create_app(officer.desk, "not a secret", MARKING, Door("K7QM-2XPD", "once"))
    officer.client = officer.app.test_client()
    return officer


@pytest.mark.parametrize("address", ["/", "/cases/TV-1/", "/cases/TV-1/takeaway/case.yaml", "/help/", "/open/", "/nothing"])
def test_nothing_is_shown_before(shut: Officer, address: str) -> None:
    answer = shut.get(address)
    assert "Enter the code" in text_of(answer.text) and "TV-1" not in answer.text


def test_nothing_is_changed_before(shut: Officer) -> None:
    before = shut.text("TV-1")
    page = shut.page("/enter")
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    shut.post("/cases/TV-1/circumstance/tier", [("tier", "3"), ("csrf_token", token)])
    assert shut.text("TV-1") == before


@pytest.mark.parametrize("typed", ["K7QM-2XPD", " k7qm 2xpd"])
def test_the_code_lets_in(shut: Officer, typed: str) -> None:
    assert shut.send("/enter", {"code": [typed]}).location == "/"
    assert "TV-1" in shut.page("/")


@pytest.mark.parametrize("typed", ["", "K7QM-2XPE", "é" * 9, "once"])
def test_another_code_does_not(shut: Officer, typed: str) -> None:
    answer = shut.send("/enter", {"code": [typed]})
    assert answer.status_code == 422 and "the window in which Quips was started" in text_of(answer.text)
    assert "TV-1" not in shut.page("/")


def test_the_link_lets_in_one_browser_once(shut: Officer) -> None:
    assert shut.get("/open/once", follow=False).location == "/"
    assert "TV-1" in shut.page("/") and "TV-1" in shut.page("/open/once"), "it can be opened again where it was opened"
    shut.client = shut.app.test_client()
    assert "Enter the code" in shut.page("/open/once")


def test_each_run_has_a_code_and_a_link_of_its_own() -> None:
    doors = [Door() for _ in range(20)]
    assert len({one.code for one in doors}) == len({one.link for one in doors}) == 20
    assert all(len(one.code) == 9 and one.fits(one.code) and not one.fits("") for one in doors)
    assert not any(one.fits_link("") for one in doors)
