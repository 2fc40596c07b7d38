"""The page of a picture draws it by itself, from a file, with nothing fetched, and axe finds nothing wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from knowledge_base import ROOT, knowledge
from quips.audits import Auditor
from quips.authoring.casepictures import of_case
from quips.authoring.editionpictures import of_edition
from quips.authoring.pictures import Picture
from quips.authoring.rulepictures import of_rule, of_topic
from quips.reports.pictures import to_html
from test_pictures import hostile
from watching import violations


def pictures() -> dict[str, Picture]:
    known = knowledge()
    audit = Auditor(known, "reference").audit(ROOT / "examples/cases/TV-0042.yaml")
    return {
        "rule": of_rule(known, known.rules["roh-analysis-completed"]),
        "topic": of_topic(known, "risk-of-harm"),
        "edition": of_edition(known, known.editions["omi-2"]),
        "case": of_case(audit, "OFFICIAL-SENSITIVE", "If somebody may be at risk now, speak to your manager today."),
        "words that mean something": hostile(),
    }


@pytest.mark.parametrize("name", ["rule", "topic", "edition", "case", "words that mean something"])
def test_the_page_draws_every_box_and_every_arrow(chromium: Browser, tmp_path: Path, name: str) -> None:
    picture = pictures()[name]
    path = tmp_path / "picture.html"
    path.write_text(to_html(picture, 100), encoding="utf-8")
    context = chromium.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(path.as_uri())
    page.wait_for_selector("#picture svg")
    assert page.locator("#picture g.node").count() == len(picture.boxes)
    assert page.locator("#picture g.edge").count() >= len(picture.arrows)
    assert page.locator("#picture g.edge path").count() >= len(picture.arrows)
    assert page.locator("#picture g.cluster").count() == sum(1 for group in picture.groups if group)
    if name == "case":
        assert "OFFICIAL-SENSITIVE" in (page.locator("#picture svg").text_content() or "")
    with page.expect_download() as download:
        page.click("#save")
    saved = Path(download.value.path()).read_text(encoding="utf-8")
    assert saved.startswith("<svg") and saved.count('class="node"') == len(picture.boxes)
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == [] and said == []
    assert violations(page) == []
    context.close()
