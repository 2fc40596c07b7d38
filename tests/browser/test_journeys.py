"""A new officer's way from nothing to a printed page, in a real browser, with script and without, and on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from desk_client import audited
from interviewing import Answers, Interview
from knowledge_base import ROOT
from quips.durable.engine import durable_available
from quips.source import parse_yaml
from served import Served
from watching import NARROW, keep_picture, opened, overflowing

FACTS = "gp-west-mercia-2008-remand-in-custody"
"""The example with the shortest interview."""


@dataclass
class Came:
    """The page that came, as the driver of an interview sees it."""

    status_code: int
    location: str
    text: str


class OfficerAtBrowser:
    """Opens pages and fills in forms by what can be seen and clicked on them."""

    def __init__(self, page: Page, address: str) -> None:
        self._page, self._address = page, address

    def get(self, address: str, follow: bool = True) -> Came:
        answer = self._page.goto(self._address + address)
        assert answer is not None
        assert answer.status == 200, f"{address}: {answer.status}"
        return Came(303, self._here(), self._page.content())

    def page(self, address: str) -> str:
        return self.get(address).text

    def send(self, address: str, answers: Answers, *names: str) -> Came:
        if self._here() != address:
            self.get(address)
        page = self._page
        closed = page.locator("main form details:not([open]) > summary")
        while closed.count():  # one after the other: what is opened is no longer among them
            closed.first.click()
        for name, values in answers.items():
            field = page.locator(f"main form [name='{name}']")
            if field.first.get_attribute("type") in ("radio", "checkbox"):
                for value in values:
                    page.locator(f"main form [name='{name}'][value='{value}']").check()
            else:
                field.fill(values[0])
        with page.expect_navigation():
            page.locator("main form button.govuk-button").first.click()
        assert not page.title().startswith("Error: "), page.inner_text(".govuk-error-summary")
        return Came(303, self._here(), page.content())

    def _here(self) -> str:
        parts = urlsplit(self._page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")


@pytest.fixture(scope="module")
def both_engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("both") / "cases"
    folder.mkdir()
    with Served(folder, engine="both") as server:
        yield server


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_new_officer_goes_from_nothing_to_a_printed_page(
    script: bool, chromium: Browser, served: Served, both_engines: Served, tmp_path: Path
) -> None:
    server = both_engines if script else served
    text = (ROOT / "examples" / "cases" / f"{FACTS}.yaml").read_text(encoding="utf-8")
    facts = dict(parse_yaml(text, FACTS).value)
    facts["case"] = "WALK-1" if script else "WALK-2"
    with opened(chromium, server.address, script) as window:
        page = window.open("/")
        page.get_by_role("link", name="Start a case").or_(page.get_by_role("button", name="Start a case")).first.click()
        interview = Interview(OfficerAtBrowser(page, server.address), facts)
        interview.run()
        assert page.inner_text("h1") == "Check your answers"
        keep_picture(page, f"journey {script} checked")
        page.locator("main").get_by_text("See the findings").click()
        keep_picture(page, f"journey {script} findings")
        assert page.locator("main h2").count() > 0
        page.locator("nav").get_by_text("Take away").click()
        page.locator("main a[href$='/takeaway/report']").first.click()
        report = page.context.pages[-1]
        report.wait_for_load_state()
        assert facts["case"] in report.content()
        printed = report.pdf(path=tmp_path / "report.pdf", format="A4")
        assert printed.startswith(b"%PDF")
        assert len(printed) > 20_000
    kept = (server.folder / f"{facts['case']}.yaml").read_text(encoding="utf-8")
    found = {(one.rule.name, one.status) for one in audited(kept).findings}
    assert found == {(one.rule.name, one.status) for one in audited(text).findings}
    if script and durable_available():
        assert "Decided twice" in report_engines(chromium, server, facts["case"])


def report_engines(chromium: Browser, server: Served, case: str) -> str:
    """Return what the report says of the engines that made it."""
    with opened(chromium, server.address) as window:
        return window.open(f"/cases/{case}/takeaway/report").inner_text("body")


def test_back_in_the_browser_and_again_loses_nothing(chromium: Browser, served: Served) -> None:
    (served.folder / "BACK-1.yaml").write_text(
        "case: BACK-1\nas_at: 2010-04-19\ncircumstances: {}\nrecord: []\n", encoding="utf-8"
    )
    with opened(chromium, served.address) as window:
        page = window.open("/cases/BACK-1/circumstance/tier")
        page.check("[name=tier][value='3']")
        page.locator("main form button.govuk-button").first.click()
        page.wait_for_url("**/cases/BACK-1/**")
        page.go_back()
        assert page.locator("[name=tier]").count() > 0
        page.check("[name=tier][value='2']")
        with page.expect_navigation():
            page.locator("main form button.govuk-button").first.click()
        kept = (served.folder / "BACK-1.yaml").read_text(encoding="utf-8")
        if "tier: 2" not in kept:  # the browser showed the page as it was: then both answers are told, and neither is lost
            assert "tier: 3" in kept
            assert "has changed since you opened the page" in page.inner_text("main")


def test_five_hundred_entries_are_all_there_to_be_seen_and_fit(chromium: Browser, served: Served) -> None:
    days = (date(2000, 1, 3) + timedelta(weeks=number) for number in range(500))
    entries = "".join(f"  - contact: {day}\n" for day in days)
    case = f"case: MANY-1\nas_at: 2010-04-19\ncircumstances: {{}}\nrecord:\n{entries}"
    (served.folder / "MANY-1.yaml").write_text(case, encoding="utf-8")
    with opened(chromium, served.address) as window:
        page = window.open("/cases/MANY-1/timeline")
        assert page.locator("[id^='entry-']").count() == 500
        page.set_viewport_size(NARROW)
        assert overflowing(page) == []
        assert window.told() == []
