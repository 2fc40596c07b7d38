"""The pages as one application: what every page shares, and where each is found."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask, g, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from quips.explain import day_in_words, in_sentence
from quips.knowledge import find_folder
from quips.problems import QuipsError, listed
from quips.reasons import STATUS_WORDS, status_in_words
from quips.reports import wording
from quips.source import parse_yaml
from quips.statuses import Status, Verdict
from quips.storage.store import ChangedError, NameRefusedError, NotKeptError, StorageError
from quips.vocabulary import NONE, NOT_YET
from quips.web import answers, showing
from quips.web.desk import Desk
from quips.web.door import Door, keep_door
from quips.web.help import Help
from quips.web.pages import asking, cases, entries, findings, judgements, record, takeaway, timeline
from quips.web.pages import help as help_pages
from quips.web.safety import MAX_UPLOAD, guard
from quips.web.view import LEAVE, BrokenCaseError, EntryGoneError, Page, from_word, show, way_back
from quips.web.ways import entry_links

_ADVICE = {
    400: (
        "This page has been open too long",
        "Go back, load the page again, and send your answer once more. Nothing was changed.",
    ),
    404: ("Page not found", "If you typed the address, check that it is right. The case may have been erased."),
    405: ("Page not found", "This address only takes what a form on another page sends."),
    413: ("That file is too large", f"A case file or form can be up to {MAX_UPLOAD // 1_000_000} MB."),
    421: ("Quips answers this computer only", "Open it by the address that 'quips serve' printed."),
}


def create_app(desk: Desk, secret_key: str, marking: str, door: Door | None = None) -> Flask:
    """Return the application.

    Args:
        desk: The cases, and what reads them.
        secret_key: What signs the tokens of forms; a page made before a restart can be sent after it if this stays the same.
        marking: The protective marking that stands on every page; empty for none.
        door: What has to be had to be let in; None to let in whoever reaches the pages.
    """
    app = Flask("quips.web", static_url_path="/static")
    app.config.update(SECRET_KEY=secret_key, MAX_CONTENT_LENGTH=MAX_UPLOAD, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    app.config.update(SESSION_COOKIE_SAMESITE="Strict", SESSION_COOKIE_NAME="quips", MAX_FORM_MEMORY_SIZE=MAX_UPLOAD)
    app.config.update(MAX_FORM_PARTS=5_000)
    CSRFProtect(app)
    _words(app, desk, marking)
    guard(app)
    if door is not None:
        keep_door(app, door)
    app.before_request(lambda: setattr(g, "desk", desk))
    for pages in (cases, asking, entries, record, findings, timeline, judgements, takeaway, help_pages):
        app.register_blueprint(pages.blueprint)
    app.extensions[help_pages.EXTENSION] = Help(find_folder("docs"))
    _errors(app, desk)
    return app


def _words(app: Flask, desk: Desk, marking: str) -> None:
    """Give the templates what they all use."""
    loaders = [PackageLoader("quips.web"), PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})]
    app.jinja_loader = ChoiceLoader(loaders)
    app.jinja_env.undefined = ChainableUndefined  # as the GOV.UK macros need
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(day=day_in_words, in_sentence=in_sentence)
    app.jinja_env.globals.update(
        knowledge=desk.knowledge,
        vocabulary=desk.knowledge.vocabulary,
        marking=marking,
        answers=answers,
        entry_links=entry_links,
        showing=showing,
        way_back=way_back,
        parts_from=from_word,
        help_url=partial(help_pages.help_url, knowledge=desk.knowledge),
        wording=wording,
        STATUS_WORDS=STATUS_WORDS,
        status_in_words=status_in_words,
        listed=listed,
        LEAVE=LEAVE,
        Status=Status,
        Verdict=Verdict,
        NOT_YET=NOT_YET,
        NONE=NONE,
    )


def _errors(app: Flask, desk: Desk) -> None:
    """Tell in plain words what went wrong, on a page like the others."""

    def told(status: int, title: str, advice: str, details: tuple[str, ...] = ()) -> tuple[str, int]:
        return render_template("error.html", title=title, advice=advice, details=details), status

    @app.errorhandler(NameRefusedError)
    @app.errorhandler(NotKeptError)
    def not_kept(error: StorageError) -> tuple[str, int]:
        return told(404, *_ADVICE[404])

    @app.errorhandler(ChangedError)
    def changed(error: ChangedError) -> Page:
        return _choose(desk, error)

    @app.errorhandler(EntryGoneError)
    def gone(error: EntryGoneError) -> Page:
        return show("gone.html", error.look, activity=error.activity, sent=_sent(), status=409)

    @app.errorhandler(BrokenCaseError)
    def broken(error: BrokenCaseError) -> Page:
        return show("broken.html", error.look)

    @app.errorhandler(CSRFError)
    def stale(error: CSRFError) -> tuple[str, int]:
        return told(400, *_ADVICE[400])

    @app.errorhandler(QuipsError)
    def failed(error: QuipsError) -> tuple[str, int]:
        details = tuple(str(problem) for problem in getattr(error, "problems", ()))
        advice = "Nothing was changed." if details else f"{error} Nothing was changed."
        return told(422 if details else 500, "That could not be done", advice, details)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[str, int] | Response:
        status = error.code or 500
        if status < 400:
            return error.get_response()
        return told(status, *_ADVICE.get(status, ("Sorry, that went wrong", "Nothing was changed. Go back and try again.")))


def _choose(desk: Desk, error: ChangedError) -> Page:
    """Show both answers where a case has changed since a form was made from it, so that the officer can choose."""
    name, theirs = error.theirs.name, error.theirs
    look = desk.look(name)
    changes: list[str] = []
    try:
        before = parse_yaml(desk.store.read_version(name, request.form.get("version", "")).text, name)
        changes = showing.changes_in_words(before.value, look.value, desk.knowledge.vocabulary) if look.audit else []
    except QuipsError:
        pass  # what it was before is not kept any more: what is there now can still be shown
    return show("changed.html", look, theirs=theirs, changes=changes, sent=_sent(), status=409)


def _sent() -> list[tuple[str, Any]]:
    """What a form sent, but for what belongs to one sending of it."""
    return [(name, text) for name, text in request.form.items(multi=True) if name not in ("csrf_token", "version")]
