"""The pages of one case, for tests: no browser, no server, no worker process."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from knowledge_base import CASES, ROOT, knowledge
from page_client import MARKING, auditor, words_of
from quips.audits import Audit
from quips.storage.folder import FolderStore
from quips.web.app import create_app
from quips.web.desk import Desk, Look

LOCAL = "http://localhost"


@dataclass
class AtHand:
    """One case and its pages."""

    app: Flask
    client: FlaskClient
    desk: Desk
    name: str

    @property
    def look(self) -> Look:
        return self.desk.look(self.name)

    @property
    def audit(self) -> Audit:
        audit = self.look.audit
        assert audit is not None
        return audit

    def get(self, page: str, status: int = 200) -> str:
        """Return a page of the case, by its address within the case."""
        response = self.client.get(f"/cases/{self.name}/{page}", base_url=LOCAL)
        assert response.status_code == status, (page, response.status_code)
        return response.get_data(as_text=True)

    def post(self, page: str, status: int = 303, **form: str) -> TestResponse:
        """Send a form made from the case as it is now, unless it says of which version it was made."""
        form = {"version": self.look.kept.version, **form}
        response = self.client.post(f"/cases/{self.name}/{page}", data=form, base_url=LOCAL)
        assert response.status_code == status, (page, response.status_code, words_of(response.get_data(as_text=True)))
        return response

    def change(self, old: str, new: str) -> None:
        """Change the text of the case file, as in an editor."""
        text = self.look.kept.text
        assert old in text
        self.write(text.replace(old, new, 1))

    def write(self, text: str) -> None:
        """Give the case another text, whatever it was."""
        self.desk.store.write(self.name, text, self.look.kept.version)


def pages(text: str, name: str = "TV-0042") -> AtHand:
    """Return the pages of a case that is kept in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="quips-pages-"))
    desk = Desk(knowledge(), FolderStore(folder), auditor())
    desk.store.create(name, text)
    app = create_app(desk, "of no consequence", MARKING)
    app.config.update(WTF_CSRF_ENABLED=False, TESTING=True)
    return AtHand(app, app.test_client(), desk, name)


@cache
def shown(name: str) -> AtHand:
    """Return the pages of an example case, for tests that change nothing."""
    path = next(path for path in CASES if path.stem == name)
    return pages(path.read_text(encoding="utf-8"), name)


@cache
def written_in() -> AtHand:
    """Return the pages of a case that is written anew for each example."""
    return pages((ROOT / "examples" / "cases" / "TV-0042.yaml").read_text(encoding="utf-8"))
