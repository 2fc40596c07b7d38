"""The documentation, read offline inside the pages, and searched without script."""

from __future__ import annotations

from pathlib import PurePath

from flask import Blueprint, current_app, request, url_for
from werkzeug.exceptions import NotFound

from quips.knowledge import Knowledge
from quips.web.help import Help, Part, slug
from quips.web.view import Page, show

blueprint = Blueprint("help", __name__, url_prefix="/help")

EXTENSION = "quips-help"
"""The name under which the application keeps its documentation."""

_CONTENTS = "index"
_MOST = 40


@blueprint.get("/")
def contents() -> Page:
    """What there is to read."""
    return _shown(_CONTENTS, "")


@blueprint.get("/search")
def search() -> Page:
    """Look something up by words."""
    query = " ".join(request.args.get("q", "").split())[:200]
    found = documentation().search(query)
    return show("help_search.html", query=query, found=found[:_MOST], total=len(found), address=address_of)


@blueprint.get("/<path:page>")
def page(page: str) -> Page:
    """A page, or a part of a long one."""
    pages = documentation().sources
    if page in pages:
        return _shown(page, "")
    name, _, id_ = page.rpartition("/")
    return _shown(name, id_)


def _shown(name: str, id_: str) -> Page:
    found = documentation().place_of(name, id_)
    if found is None or found[1]:
        raise NotFound  # a heading within a part has no address of its own but that of the part
    part = found[0]
    return show("help.html", part=part, text=documentation().html(part, address_of), address=address_of, query="")


def documentation() -> Help:
    """Return the documentation of the application."""
    found: Help = current_app.extensions[EXTENSION]
    return found


def address_of(part: Part, id_: str = "") -> str:
    """Return the address of a part of the documentation, with the id of a heading on it."""
    if part.page == _CONTENTS:
        return url_for("help.contents", _anchor=id_ or None)
    return url_for("help.page", page=f"{part.page}/{part.id}" if part.id else part.page, _anchor=id_ or None)


def help_url(kind: str, name: str, knowledge: Knowledge) -> str:
    """Return the address of what the documentation says of something; empty if it says nothing of it.

    Args:
        kind: ``circumstance``, ``activity``, ``rule``, ``limit``, ``prompt``, ``edition``, or ``page`` for a page of its own.
        name: Its name.
        knowledge: The knowledge base in use, which may hold what the documentation does not.
    """
    found = documentation().place_of(*_written(kind, name, knowledge))
    return address_of(*found) if found else ""


def _written(kind: str, name: str, knowledge: Knowledge) -> tuple[str, str]:
    """The page on which something is written, and the heading, as `docs/generate.py` writes them."""
    match kind:
        case "circumstance":
            stem = PurePath(knowledge.vocabulary.circumstances[name].place.file).stem.replace("-", " ")
            return "reference/vocabulary", slug(f"Circumstances: {stem}")
        case "activity":
            return "reference/vocabulary", slug(knowledge.vocabulary.activities[name].title)
        case "rule":
            rule = knowledge.rules[name]
            return f"reference/rules/{rule.topic}", slug(rule.title)
        case "limit":
            return "reference/limits", slug(knowledge.limits[name].title)
        case "prompt":
            edition, _, heading = name.partition("/")
            return f"reference/editions/{edition}", slug(heading)
        case "edition":
            return f"reference/editions/{name}", ""
        case _:
            return name, ""
