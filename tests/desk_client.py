"""The pages without a network: an application over a folder of its own, and a client that sends forms as a browser does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from html_forms import Sent, form_of
from knowledge_base import knowledge
from page_client import COMPILED, MARKING, auditor
from quips.audits import Audit
from quips.cases import case_problems
from quips.source import parse_yaml
from quips.storage.folder import FolderStore
from quips.web.app import create_app
from quips.web.desk import Desk


def audited(text: str) -> Audit:
    return auditor().audit_document(parse_yaml(text, "case.yaml"))


def problems_of(text: str) -> list[Any]:
    """What is wrong with a case file, read from its text alone."""
    return case_problems(parse_yaml(text, "case.yaml"), knowledge().case_shape)


def sound(answer: TestResponse) -> TestResponse:
    """Return a page on which no two things have the same id: a label would tick, and a link lead to, the wrong one."""
    if answer.mimetype == "text/html":
        ids = Counter(re.findall(r'\sid="([^"]*)"', answer.text))
        assert not [one for one, n in ids.items() if n > 1], answer.request.path
    return answer


class Officer:
    """Somebody with a browser that keeps cookies and has no script, and a folder of cases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = FolderStore(folder)
        self.desk = Desk(knowledge(), self.store, auditor())
        self.app: Flask = create_app(self.desk, "not a secret", MARKING)
        self.app.jinja_env.bytecode_cache = FileSystemBytecodeCache(COMPILED.name)
        self.client: FlaskClient = self.app.test_client()

    def put(self, name: str, text: str) -> None:
        """Keep a case file as an editor would."""
        (self.folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    def text(self, name: str) -> str:
        return (self.folder / f"{name}.yaml").read_text(encoding="utf-8")

    def value(self, name: str) -> dict[str, Any]:
        return dict(parse_yaml(self.text(name), "case.yaml").value)

    def get(self, address: str, follow: bool = True) -> TestResponse:
        return sound(self.client.get(address, follow_redirects=follow))

    def page(self, address: str, status: int = 200) -> str:
        """Return the page at an address, wherever it leads."""
        answer = self.get(address)
        assert answer.status_code == status, f"{address}: {answer.status_code}"
        return answer.text

    def post(self, address: str, sent: Sent | Iterable[tuple[str, str]], follow: bool = False) -> TestResponse:
        """Send a form as a browser does; half characters go as they are, for a browser is not the only thing that can send."""
        body = urlencode(list(sent), errors="surrogatepass").encode()
        kind = "application/x-www-form-urlencoded"
        return sound(self.client.post(address, data=body, content_type=kind, follow_redirects=follow))

    def send(self, address: str, answers: dict[str, list[str]], *names: str, follow: bool = False) -> TestResponse:
        """Open a page, fill in its form (the one with these fields), and send it to where it says."""
        answer = self.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        form = form_of(answer.text, *(names or tuple(answers)))
        return self.post(urljoin(address, form.action), form.filled(answers), follow)


def start(officer: Any, reference: str, as_at: str = "2010-04-19") -> str:
    """Start a case on the page for it, and return its name."""
    year, month, day = as_at.split("-")
    answers = {"reference": [reference], "as_at-day": [day], "as_at-month": [month], "as_at-year": [year]}
    answer = officer.send("/start", answers)
    assert answer.status_code == 303, answer.text
    return answer.location.strip("/").split("/")[-1]
