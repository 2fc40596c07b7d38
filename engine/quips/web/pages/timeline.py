"""The record in the order of its days."""

from __future__ import annotations

from flask import Blueprint, redirect, request

from quips.vocabulary import STAGES, Activity
from quips.web.answers import Errors
from quips.web.days import by_month, marks_of
from quips.web.desk import Look
from quips.web.view import Page, address, show, sound

blueprint = Blueprint("timeline", __name__, url_prefix="/cases/<name>")


@blueprint.get("/timeline")
def timeline(name: str) -> Page:
    """What was done, what was due when, and what comes due next, day by day."""
    return _timeline(sound(name), Errors())


@blueprint.get("/timeline/add")
def add(name: str) -> Page:
    """Lead to the page on which a chosen activity is added."""
    look, activity = sound(name), request.args.get("activity", "")
    if activity in look.knowledge.vocabulary.activities:
        return redirect(address("entries.activity", name, "timeline", activity=activity), code=303)
    errors = Errors()
    errors.add("activity", "Choose what was done")
    return _timeline(look, errors)


def _timeline(look: Look, errors: Errors) -> Page:
    asked = request.args.get("stage", "")
    stage = asked if asked in STAGES else ""
    only_open = request.args.get("only") == "open"
    marks = marks_of(look, stage, only_open)
    months = by_month(marks)
    years: dict[int, list[object]] = {}
    for month in months:
        years.setdefault(month.year, []).append(month)
    return show(
        "timeline.html",
        look,
        "timeline",
        errors,
        months=months,
        years=years,
        undated=[mark for mark in marks if mark.day is None],
        stages=STAGES,
        stage=stage,
        only_open=only_open,
        activities=_by_stage(look),
    )


def _by_stage(look: Look) -> list[tuple[str, list[Activity]]]:
    activities = look.knowledge.vocabulary.activities.values()
    return [
        (stage, sorted((a for a in activities if a.stage == stage), key=lambda activity: activity.title.lower()))
        for stage in STAGES
    ]
