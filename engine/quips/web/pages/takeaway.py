"""What can be taken from the pages to a meeting, a printer or another program; each file is made when it is asked for."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date

from flask import Blueprint, Response, current_app

from quips.forms.writing import form_bytes
from quips.reports.actions import to_docx
from quips.reports.page import to_html
from quips.reports.rows import to_json
from quips.web.desk import Look
from quips.web.showing import as_confirmed
from quips.web.view import Page, show, sound

blueprint = Blueprint("takeaway", __name__, url_prefix="/cases/<name>")

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/takeaway")
def takeaway(name: str) -> Page:
    """Every form in which a case can be taken away."""
    look = sound(name)
    return show("takeaway.html", look, "take_away", disputed=bool(look.value.get("disputes")))


@blueprint.get("/takeaway/report")
def report(name: str) -> Response:
    """The whole report as one page that can be printed, saved and sent on: it needs nothing from this server."""
    look = sound(name)
    html = to_html([as_confirmed(look)], look.knowledge, _marking())
    answer = _file(look, "report.html", html, "text/html; charset=utf-8", "inline")
    answer.headers["Content-Security-Policy"] = policy_for(html)
    return answer


@blueprint.get("/takeaway/actions.docx")
def actions(name: str) -> Response:
    """The list of actions for Word."""
    look = sound(name)
    return _file(look, "actions.docx", to_docx([as_confirmed(look)], look.knowledge, _marking()), _WORD)


@blueprint.get("/takeaway/form.xlsx")
def form(name: str) -> Response:
    """The case as a spreadsheet form, filled in with what it says, for whoever would rather go on there."""
    look = sound(name)
    return _file(look, "form.xlsx", form_bytes(look.knowledge, look.document), _EXCEL)


@blueprint.get("/takeaway/audit.json")
def audit_json(name: str) -> Response:
    """The audit for other programs."""
    look = sound(name)
    assert look.audit is not None
    return _file(look, "audit.json", to_json([look.audit]), "application/json; charset=utf-8")


@blueprint.get("/takeaway/case.yaml")
def case_yaml(name: str) -> Response:
    """The case file as it is kept, to the byte."""
    look = sound(name)
    return _file(look, "case.yaml", look.kept.text, "application/yaml; charset=utf-8")


def policy_for(html: str) -> str:
    """Return a content security policy for a page that stands alone: its own style sheet, and nothing else at all."""
    digests = (base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in _STYLE.findall(html))
    style = " ".join(f"'sha256-{digest}'" for digest in digests)
    return f"default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def _file(look: Look, tail: str, content: str | bytes, mimetype: str, disposition: str = "attachment") -> Response:
    """Return a file whose name says which case it is of, read on which day, and how it is marked."""
    assert look.audit is not None
    day = date.fromordinal(look.audit.case.as_at).isoformat()
    marking = re.sub(r"[^A-Za-z0-9]+", "-", _marking()).strip("-")
    name = "_".join(part for part in (look.audit.case.reference, day, marking, tail) if part)
    answer = Response(content, content_type=mimetype)
    answer.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    return answer


def _marking() -> str:
    return str(current_app.jinja_env.globals["marking"])
