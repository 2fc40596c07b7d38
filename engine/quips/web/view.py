"""What every page is shown with, and where a form leads when it has been sent."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from quips.reports.wording import urgent_words
from quips.vocabulary import STAGES
from quips.web.answers import Errors, SentForm
from quips.web.comparing import changed_by
from quips.web.desk import Desk, Look

Page = str | tuple[str, int] | Response

LEAVE = "leave"
"""The button that keeps what has been answered of a page, and leaves the interview."""

_WAYS = {
    "ask": "asking.ask",
    "check": "asking.check",
    "stages": "record.stages",
    "framework": "record.framework",
    "timeline": "timeline.timeline",
    "findings": "findings.findings",
    "judgements": "judgements.judgements",
}
"""Where a form can have been opened from, by the word in its address, and the page to which it leads back."""

_NAVIGATION = (
    ("overview", "This case", "cases.overview"),
    ("ask", "Ask me", "asking.ask"),
    ("stages", "I have the file open", "record.stages"),
    ("findings", "Findings", "findings.findings"),
    ("timeline", "Timeline", "timeline.timeline"),
    ("judgements", "Judgements", "judgements.judgements"),
    ("take_away", "Take away", "takeaway.takeaway"),
)


def desk() -> Desk:
    """Return the desk that the request works on."""
    found: Desk = g.desk
    return found


def sound(name: str) -> Look:
    """Return a case whose file can be used; a page that needs one leads to what is wrong with it otherwise.

    Raises:
        NotKeptError: There is no such case.
    """
    look = desk().look(name)
    if look.audit is None:
        raise BrokenCaseError(look)
    g.setdefault("before", look)  # the case as it was when the request came
    return look


class BrokenCaseError(Exception):
    """A case whose file cannot be used until it is put right."""

    def __init__(self, look: Look) -> None:
        """Keep the case."""
        super().__init__(look.kept.name)
        self.look = look


class EntryGoneError(Exception):
    """The entry that a form was made for is not where it was: it was changed or removed since."""

    def __init__(self, look: Look, activity: str) -> None:
        """Keep the case as it is now, and what the form was about."""
        super().__init__(activity)
        self.look, self.activity = look, activity


def show(
    template: str, look: Look | None = None, here: str = "", errors: Errors | None = None, status: int = 200, **more: Any
) -> Page:
    """Return a page; with status 422 where something is wrong with what was sent.

    Args:
        template: The template.
        look: The case that the page is about, if it is about one.
        here: The part of the case's pages that it belongs to.
        errors: What is wrong with what was sent.
        status: The status, where nothing is wrong with what was sent.
        more: What else the template uses.
    """
    errors = errors or Errors()
    audit = look.audit if look else None
    page = render_template(
        template,
        look=look,
        here=here,
        errors=errors,
        error_list=[{"text": message, "href": f"#{where}"} for where, message in errors.messages.items()],
        navigation=_navigation(look, here) if look and audit else [],
        urgent=urgent_words(audit) if audit else "",
        came_from=came_from(),
        **more,
    )
    return page, 422 if errors else status


def came_from() -> str:
    """Return the word for where a form was opened from; empty if its address does not say."""
    word = request.args.get("from", "")
    return word if word in _WAYS else ""


def back(name: str, otherwise: str = "ask", leaving: str = "") -> Response:
    """Return the browser to where a form was opened from.

    Args:
        name: The case.
        otherwise: The word for where it leads if the address does not say where it was opened from.
        leaving: The page on which what was sent can be looked at again, if it is not the form's own.
    """
    if came_from() == "ask" and request.method == "POST":
        desk().passed(name, leaving or request.full_path)
    before, after = g.get("before"), desk().look(name)
    if came_from() == "findings" and before and before.audit and after.audit:
        flash(" ".join(changed_by(before.audit, after.audit)))
    if leaving_now():
        return redirect(url_for("cases.overview", name=name), code=303)
    return redirect(url_for(_WAYS[came_from() or otherwise], name=name), code=303)


def leaving_now() -> bool:
    """Return whether a form was sent by somebody who is leaving, so that it can be half answered."""
    return LEAVE in request.form


def from_word(word: str) -> dict[str, str]:
    """Return the part of an address that says where a form was opened from."""
    return {"from": word} if word in _WAYS else {}


def address(endpoint: str, look_name: str, word: str, **values: Any) -> str:
    """Return the address of a page of a case, with the word for where it is opened from."""
    parts: dict[str, Any] = {"name": look_name, **values, **from_word(word)}
    return url_for(endpoint, **parts)


def way_back(look: Look, word: str) -> str:
    """Return the address of the page from which a form was opened; in the interview, of the page that was answered before it."""
    if word != "ask":
        return url_for(_WAYS.get(word, "cases.overview"), name=look.kept.name)
    own = url_for("cases.overview", name=look.kept.name)
    passed = look.trail
    before = passed[: passed.index(request.full_path)] if request.full_path in passed else passed
    return next((page for page in reversed(before) if page.startswith(own)), own)


def version() -> str:
    """Return the version of the file that a form was made from."""
    return request.form.get("version", "")


def sent() -> SentForm:
    """Return what the request's form holds, by field."""
    return request.form.to_dict(flat=False)


def read_on(look: Look) -> date:
    """Return the day the record was read."""
    assert look.audit is not None
    return date.fromordinal(look.audit.case.as_at)


def complete_stages(look: Look) -> list[str]:
    """Return the stages of the work for which the record is complete."""
    assert look.audit is not None
    return [one for one in STAGES if one not in look.audit.case.incomplete]


def known(name: str, among: Any) -> Any:
    """Return what a name in an address stands for.

    Raises:
        NotFound: Nothing is called so.
    """
    if name not in among:
        raise NotFound
    return among[name]


def _navigation(look: Look, here: str) -> list[dict[str, Any]]:
    return [
        {"text": words, "href": url_for(endpoint, name=look.kept.name), "active": word == here}
        for word, words, endpoint in _NAVIGATION
    ]
