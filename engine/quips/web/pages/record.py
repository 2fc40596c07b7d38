"""The record by stage of the work, for somebody who has the file open, and the framework in its own order."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from quips.statuses import Verdict
from quips.vocabulary import STAGES
from quips.web.interview import activities_of, of_several_kinds
from quips.web.subjects import by_subject
from quips.web.view import Page, complete_stages, show, sound

blueprint = Blueprint("record", __name__, url_prefix="/cases/<name>")


@blueprint.get("/record")
def stages(name: str) -> Page:
    """Everything that can be said of a case: its circumstances, then what was done, by stage."""
    look = sound(name)
    assert look.audit is not None
    vocabulary = look.knowledge.vocabulary
    entries: dict[str, list[tuple[int, str, Any]]] = {stage: [] for stage in STAGES}
    for number, item in enumerate(look.value["record"]):
        [(activity, said)] = item.items()
        done = said["activity"] if activity == "not_done" else activity
        entries[vocabulary.activities[done].stage].append((number, activity, said))
    asked = {name for f in look.audit.findings if f.verdict is not Verdict.NOT_APPLICABLE for name in activities_of(f.rule)}
    asked -= look.audit.not_offered
    return show(
        "stages.html",
        look,
        "stages",
        circumstances=by_subject(look.knowledge),
        entries=entries,
        asked=asked,
        by_day=asked - of_several_kinds(look.audit),
        stages=STAGES,
        complete=complete_stages(look),
    )


@blueprint.get("/framework")
def framework(name: str) -> Response:
    """Lead to the prompts of the edition in its own order, which are the judgements, all of them."""
    return redirect(url_for("judgements.judgements", name=name, show="all"), code=303)
