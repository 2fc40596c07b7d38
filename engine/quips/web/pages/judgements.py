"""To come."""

from flask import Blueprint

from quips.web.view import Page, show, sound

blueprint = Blueprint("judgements", __name__, url_prefix="/cases/<name>")


@blueprint.get("/judgements")
def judgements(name: str) -> Page:
    """To come."""
    return show("error.html", sound(name), "judgements", title="judgements", advice="", details=())
