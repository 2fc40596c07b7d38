"""Looks at pages in a real Chromium: what its console says, what axe finds, what does not fit, what the keyboard reaches."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from knowledge_base import ROOT
from served import COOKIES

SCREENSHOTS = Path(os.environ.get("QUIPS_SCREENSHOTS") or ROOT / "build" / "screenshots")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
_TALLEST = 12_000
"""Of a page that is taller than this, in pixels, only the top is kept."""
_OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth
  const inside = (element) => element.closest('.quips-scroll, .govuk-visually-hidden') !== null
  const past = [...document.querySelectorAll('body *')].filter((e) => !inside(e) && e.getBoundingClientRect().right > wide + 1)
  return document.documentElement.scrollWidth > wide ? past.slice(0, 5).map((e) => e.outerHTML.slice(0, 120)) : []
}"""


class Watched:
    """A browser window that keeps what its console says against a page."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.complaints: list[str] = []
        self.page: Page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self._complain(message.type, message.text))
        page.on("pageerror", lambda error: self._complain("error", str(error)))
        page.on("request", lambda request: self._outside(request.url))
        return page

    def _complain(self, kind: str, text: str) -> None:
        refused = "the server responded with a status of"  # Chromium says so of every page for a mistake
        if kind in ("error", "warning") and refused not in text:
            self.complaints.append(f"{self.page.url}: {text}")

    def _outside(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "about:", "blob:")):
            self.complaints.append(f"{self.page.url} asks for {url}")

    def told(self) -> list[str]:
        """Return the complaints since this was last asked."""
        told, self.complaints = self.complaints, []
        return told

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page


@contextmanager
def opened(chromium: Browser, address: str, script: bool = True) -> Iterator[Watched]:
    context = chromium.new_context(viewport=WIDE, java_script_enabled=script, locale="en-GB")
    context.set_default_timeout(20_000)
    if address in COOKIES:
        context.add_cookies([{"name": "quips", "value": COOKIES[address], "url": address}])
    watched = Watched(context, address)
    yield watched
    context.close()
    assert watched.told() == []


def violations(page: Page, contrast: bool = True) -> list[str]:
    """Return what axe finds wrong with a page, one line for each place.

    Args:
        page: The page.
        contrast: Whether to measure the contrast of every text with what lies behind it, which takes longer than all the rest.
    """
    options = {"runOnly": {"type": "tag", "values": _TAGS}, "rules": {"color-contrast": {"enabled": contrast}}}
    found = Axe().run(page, options={**options, "resultTypes": ["violations"]})
    return [
        f"{page.url}: {one['id']}: {one['help']}: {node['target']} {node['html'][:200]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


def overflowing(page: Page) -> list[str]:
    """Return what makes a page scroll sideways; empty if it does not."""
    return [f"{page.url}: {html}" for html in page.evaluate(_OVERFLOW)]


def keep_picture(page: Page, name: str) -> None:
    """Keep a picture of a page for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.png"
    page.screenshot(path=path, full_page=page.evaluate("document.body.scrollHeight") < _TALLEST)
