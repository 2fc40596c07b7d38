"""A folder of cases with its pages, as a browser sees them, and what any page has to hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import yaml
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from knowledge_base import ROOT, knowledge
from quips.audits import Auditor
from quips.storage.folder import FolderStore
from quips.web.app import create_app
from quips.web.desk import Desk

MARKING = "OFFICIAL-SENSITIVE"
COMPILED = TemporaryDirectory()
"""Where compiled templates lie, since each test has an application of its own."""


@cache
def auditor() -> Auditor:
    return Auditor(knowledge(), "reference")


@dataclass
class Pages:
    """The pages of a folder of cases."""

    folder: Path
    marking: str = MARKING
    app: Flask = field(init=False)
    client: FlaskClient = field(init=False)

    def __post_init__(self):
        self.desk = Desk(knowledge(), FolderStore(self.folder), auditor())
        self.app = create_app(self.desk, "secret", self.marking)
        self.app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        self.app.jinja_env.bytecode_cache = FileSystemBytecodeCache(COMPILED.name)
        self.client = self.app.test_client()

    def copy(self, example: str = "TV-0042") -> None:
        text = (ROOT / "examples" / "cases" / f"{example}.yaml").read_text(encoding="utf-8")
        (self.folder / f"{example}.yaml").write_text(text, encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    def kept(self, name: str = "TV-0042") -> dict:
        return yaml.load((self.folder / f"{name}.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)

    def get(self, address: str, status: int = 200) -> str:
        answer = self.client.get(address)
        assert answer.status_code == status, f"{address}: {answer.status_code}"
        return answer.get_data(as_text=True)

    def send(self, address: str, name: str = "TV-0042", **fields: str):
        form = {"version": self.desk.store.read(name).version, **fields}
        return self.client.post(address, data=form)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.labels: set[str] = set()
        self.fields: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "label":
            self.labels.add(given.get("for"))
        if tag in ("input", "textarea", "select") and given.get("type") not in ("hidden", "submit"):
            self.fields.add(given.get("id"))

    def handle_data(self, data):
        self.text.append(data)


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


def words_of(html: str) -> str:
    return " ".join(" ".join(read(html).text).split())


def assert_sound(html: str) -> _Reader:
    """A page that somebody can use by keyboard and screen reader, and without script."""
    page = read(html)
    assert page.headings.count(1) == 1
    steps = [later - earlier for earlier, later in zip(page.headings, page.headings[1:], strict=False)]
    assert all(step <= 1 for step in steps), page.headings
    assert len(page.ids) == len(set(page.ids)), [i for i in page.ids if page.ids.count(i) > 1]
    assert page.fields <= page.labels
    assert not {"style", "onclick", "onload"} & set(page.attributes)
    inside = [urlsplit(link).fragment for link in page.links if link.startswith("#")]
    assert set(inside) <= set(page.ids), set(inside) - set(page.ids)
    assert page.tags.count("script") == 1  # the one that makes handier what works without it
    return page
