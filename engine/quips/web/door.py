"""Lets in whoever has the code of this run: others who are logged in to the same computer can reach its ports as well."""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass, field

from flask import Blueprint, Flask, redirect, request, session, url_for
from werkzeug.wrappers import Response

from quips.web.answers import Errors, first
from quips.web.view import Page, sent, show

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""None of them looks like another."""
_IN = "let_in"
_SECONDS_AFTER_A_WRONG_CODE = 1


def _code() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(2))


@dataclass
class Door:
    """What opens the pages of one run of the server.

    Attributes:
        code: What is typed on the page that asks for it; shown where the server was started, and nowhere else.
        link: The last part of an address that opens them once, for the browser that the server itself opens.
    """

    code: str = field(default_factory=_code)
    link: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def fits(self, typed: str) -> bool:
        """Whether this is the code, however it is spaced and in whatever case."""
        return hmac.compare_digest(_plain(typed).encode(), _plain(self.code).encode())

    def fits_link(self, link: str) -> bool:
        """Whether this is the link; from then on it opens nothing any more."""
        fits = bool(self.link) and hmac.compare_digest(link.encode(), self.link.encode())
        if fits:
            self.link = ""
        return fits


def keep_door(app: Flask, door: Door) -> None:
    """Answer nobody but those who came by the link or typed the code; the browser keeps that until it is closed."""
    blueprint = Blueprint("door", __name__)

    @app.before_request
    def let_in() -> Response | None:
        open_to_all = request.endpoint in ("static", "door.enter", "door.come_in")
        return None if open_to_all or session.get(_IN) else redirect(url_for("door.enter"), code=303)

    @blueprint.route("/enter", methods=["GET", "POST"])
    def enter() -> Page:
        """Ask for the code."""
        errors = Errors()
        if request.method == "POST":
            if door.fits(first(sent(), "code")):
                return _in()
            time.sleep(_SECONDS_AFTER_A_WRONG_CODE)  # so that codes cannot be tried by the thousand
            errors.add("code", "Enter the code that is shown in the window in which Quips was started")
        return show("enter.html", errors=errors)

    @blueprint.get("/open/<link>")
    def come_in(link: str) -> Page:
        """Let in the browser that the server opened, once."""
        if session.get(_IN):
            return redirect(url_for("cases.index"), code=303)
        if not door.fits_link(link):
            return redirect(url_for("door.enter"), code=303)
        return _in()

    app.register_blueprint(blueprint)


def _in() -> Response:
    session[_IN] = True
    return redirect(url_for("cases.index"), code=303)


def _plain(code: str) -> str:
    return code.replace("-", "").replace(" ", "").upper()
