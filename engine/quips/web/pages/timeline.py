"""To come."""

from flask import Blueprint

from quips.web.view import Page, show, sound

blueprint = Blueprint("timeline", __name__, url_prefix="/cases/<name>")


@blueprint.get("/timeline")
def timeline(name: str) -> Page:
    """To come."""
    return show("error.html", sound(name), "timeline", title="timeline", advice="", details=())
