"""To come."""

from flask import Blueprint

from quips.web.view import Page, show, sound

blueprint = Blueprint("takeaway", __name__, url_prefix="/cases/<name>")


@blueprint.get("/takeaway")
def takeaway(name: str) -> Page:
    """To come."""
    return show("error.html", sound(name), "takeaway", title="takeaway", advice="", details=())
