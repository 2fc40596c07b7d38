"""To come."""

from flask import Blueprint

from quips.web.view import Page, show, sound

blueprint = Blueprint("findings", __name__, url_prefix="/cases/<name>")


@blueprint.get("/findings")
def findings(name: str) -> Page:
    """To come."""
    return show("error.html", sound(name), "findings", title="findings", advice="", details=())
