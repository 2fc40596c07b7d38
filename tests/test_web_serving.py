"""What a server does besides giving pages."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desk_client import Officer
from quips.storage.store import Applied
from quips.web import serving


class Calendar:
    """A date that can be turned on."""

    day = date(2026, 1, 1)

    @classmethod
    def today(cls) -> date:
        return cls.day


def test_the_policy_is_applied_again_on_the_first_request_of_each_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    officer, applied, said = Officer(tmp_path), list[date](), list[Any]()

    def apply_policy(today: date) -> Applied:
        applied.append(today)
        return Applied({}, ["TV-9"], [])

    monkeypatch.setattr(serving, "date", Calendar)
    monkeypatch.setattr(officer.store, "apply_policy", apply_policy)
    serving._each_day(officer.app, officer.store, said.append)
    officer.page("/")
    assert applied == []
    Calendar.day = date(2026, 1, 2)
    officer.page("/")
    officer.page("/")
    assert applied == [date(2026, 1, 2)] and "TV-9" in said[0]
