"""The interview: a few questions about one thing on each page, until nothing is left that would settle anything."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from quips import casetext
from quips.vocabulary import NONE, STAGES, Term
from quips.web import interview, showing
from quips.web.answers import (
    ASIDE,
    DONT_KNOW,
    NOT_RECORDED,
    Errors,
    Form,
    circumstance_from_form,
    circumstance_to_form,
    date_above,
    in_order_of,
    is_answered,
    with_same_day,
)
from quips.web.desk import Edit, Look
from quips.web.pages.entries import add_days, days_field, entries_from_days, entries_of, late_entries
from quips.web.subjects import by_subject
from quips.web.view import (
    Page,
    address,
    back,
    came_from,
    complete_stages,
    desk,
    known,
    leaving_now,
    read_on,
    sent,
    show,
    sound,
    version,
)

blueprint = Blueprint("asking", __name__, url_prefix="/cases/<name>")


@blueprint.get("/ask")
def ask(name: str) -> Response:
    """Lead to what is best asked next, or, when nothing is, to the answers."""
    look = sound(name)
    return redirect(_address(look, look.steps[0]) if look.steps else url_for(".check", name=name), code=303)


def _address(look: Look, step: interview.Step) -> str:
    """The address of the page that asks a step; it names what it asks, so that it asks the same when it is opened again."""
    name, first = look.kept.name, step.names[0]
    match step.kind:
        case interview.CIRCUMSTANCE if len(step.names) == 1:
            return address("asking.circumstance", name, "ask", term=first)
        case interview.CIRCUMSTANCE:
            return address("asking.circumstances", name, "ask", about=step.names)
        case interview.INFERRED:
            return address("asking.inferred", name, "ask", about=step.names)
        case interview.WHICH:
            return address("asking.which", name, "ask", about=step.names)
        case interview.MORE:
            return address("asking.more", name, "ask", about=step.names)
        case interview.STAGE:
            return address("asking.stages", name, "ask")
        case interview.ACTIVITY:
            return address("entries.add", name, "ask", activity=first)
        case _:
            return address("entries.entry", name, "ask", number=int(first))


@blueprint.route("/circumstance/<term>", methods=["GET", "POST"])
def circumstance(name: str, term: str) -> Page:
    """Ask one circumstance."""
    look = sound(name)
    return _circumstances(look, [known(term, look.knowledge.vocabulary.circumstances)])


@blueprint.route("/circumstances", methods=["GET", "POST"])
def circumstances(name: str) -> Page:
    """Ask several circumstances about the same subject."""
    look = sound(name)
    return _circumstances(look, [known(one, look.knowledge.vocabulary.circumstances) for one in _about()])


def _about() -> list[str]:
    """What the address says that the page asks about."""
    return list(dict.fromkeys(request.args.getlist("about"))) or [""]  # nothing is called so


def _circumstances(look: Look, asked: list[Term]) -> Page:
    given, errors, form = look.value["circumstances"], Errors(), sent()
    if request.method == "GET":
        for term in asked:
            answer = look.aside.get(interview.aside_key(interview.CIRCUMSTANCE, term.name), "")
            form |= circumstance_to_form(term, given.get(term.name), answer)
        return _circumstances_page(look, asked, form, errors)
    edits: list[Edit] = []
    put_aside: dict[str, str | None] = {}
    for term in asked:
        if leaving_now() and not is_answered(form, term):
            continue
        one, above = Errors(), date_above(term, asked)
        answered = with_same_day(form, term, above) if above else form
        if above and answered is not form and errors.within(above.name):
            continue  # what is wrong is said where it was typed
        value = in_order_of(circumstance_from_form(term, answered, one, read_on(look)), given.get(term.name))
        errors.messages.update(one.messages)
        aside = value if isinstance(value, str) and value in ASIDE else None
        put_aside[interview.aside_key(interview.CIRCUMSTANCE, term.name)] = aside
        if (None if aside else value) != given.get(term.name):
            edits.append(partial(casetext.with_circumstance, name=term.name, value=None if aside else value))
    if errors:
        return _circumstances_page(look, asked, form, errors)
    if edits:
        desk().change(look.kept.name, version(), *edits)
    desk().put_all_aside(look.kept.name, put_aside)
    return back(look.kept.name)


def _circumstances_page(look: Look, asked: list[Term], form: Form, errors: Errors) -> Page:
    names = {term.name for term in asked}
    asking = [step for step in look.steps if step.kind == interview.CIRCUMSTANCE and names & {*step.names}]
    because = [finding for step in asking for finding in step.because]
    subject = asked[0].subject
    return show("circumstances.html", look, came_from(), errors, asked=asked, form=form, subject=subject, because=because)


@blueprint.route("/inferred", methods=["GET", "POST"])
def inferred(name: str) -> Page:
    """Show what was taken from the other answers, to be said to be right or changed."""
    look = sound(name)
    terms = [known(one, look.knowledge.vocabulary.circumstances) for one in _about()]
    taken = [(term, value) for term in terms if (value := showing.inferred_in_words(look, term.name))]
    if request.method == "POST":
        shown = sent()
        marks = [interview.inferred_mark(term.name, value) for term, value in taken if [value] == shown.get(term.name)]
        desk().put_all_aside(name, {interview.aside_key(interview.INFERRED, mark): interview.RIGHT for mark in marks})
        return back(name)
    if not taken:  # all of it has been answered since
        return back(name)
    step = next((step for step in look.steps if step.kind == interview.INFERRED), None)
    return show("inferred.html", look, came_from(), taken=taken, step=step)


@blueprint.route("/which", methods=["GET", "POST"])
def which(name: str) -> Page:
    """Ask which of several things that are looked for are on the file, and when they were done.

    What is ticked and given no day is asked about after that, on a page of its own; so is what has to be told apart by its kind.
    """
    look = sound(name)
    asked = [known(one, look.knowledge.vocabulary.activities) for one in _about()]
    offered = sorted(asked, key=lambda one: STAGES.index(one.stage))
    said = {one.name: entries_of(look, one.name) for one in offered}
    errors, form = Errors(), sent()
    there = form.get("there", ())
    if request.method == "POST":
        ticked = [one.name for one in offered if one.name in there]
        is_none = NONE in there
        if ticked and is_none:
            errors.add("there", "Choose those that are on the file, or 'None of these', not both")
        elif not ticked and not is_none and not leaving_now():
            errors.add("there", "Choose those that are on the file, or 'None of these'")
        dated = entries_from_days(look, offered, form, errors)
        for one in offered:
            if one.name in dated and one.name not in ticked:
                errors.add(
                    days_field(one),
                    f"{one.title}: days were given and it was not ticked. Leave it ticked to enter them, or take them out",
                )
        if not errors:
            add_days(look, dated)
            settled = {one for one in said if said[one] or one in dated}
            answers: dict[str, str | None] = {one: None if one in settled else interview.TO_ENTER for one in ticked}
            if is_none or not leaving_now():
                answers |= {one: None if one in settled else NOT_RECORDED for one in said if one not in ticked}
            desk().put_all_aside(name, {interview.aside_key(interview.ACTIVITY, one): answer for one, answer in answers.items()})
            return back(name)
        form["there"] = [*there, *(one.name for one in offered if errors.at(days_field(one)) and one.name not in there)]
    else:
        answered = {one: look.aside.get(interview.aside_key(interview.ACTIVITY, one)) for one in said}
        ticked = [one for one in said if said[one] or answered[one] == interview.TO_ENTER]
        form = {"there": ticked or ([NONE] if all(answered.values()) else [])}
    step = next((step for step in look.steps if step.kind == interview.WHICH and offered[0].name in step.names), None)
    groups = [(stage, list(of_stage)) for stage, of_stage in groupby(offered, key=lambda one: one.stage)]
    assert look.audit is not None
    by_day = {one.name for one in offered} - interview.of_several_kinds(look.audit)
    return show("which.html", look, came_from(), errors, groups=groups, form=form, step=step, by_day=by_day, field=days_field)


@blueprint.route("/more", methods=["GET", "POST"])
def more(name: str) -> Page:
    """Ask of which of several entries, of which only the day is known, there is more to say; each of them is asked about next."""
    look = sound(name)
    record = enumerate(look.value["record"])
    marks = {interview.entry_mark(item): n for n, item in record if interview.gives_only_its_day(*item.values())}
    asked = [(mark, marks[mark]) for mark in _about() if mark in marks]
    errors, form = Errors(), sent()
    if not asked:  # all of them have been removed since, or more has been said of them
        return back(name)
    if request.method == "POST":
        ticked = [mark for mark, _ in asked if mark in form.get("more", ())]
        if leaving_now() and not form.get("more"):
            return back(name)
        if bool(ticked) == (NONE in form.get("more", ())):
            errors.add("more", "Choose those of which there is more to say, or 'None of these'")
        else:
            answers = {mark: interview.TO_ENTER if mark in ticked else interview.RIGHT for mark, _ in asked}
            desk().put_all_aside(name, {interview.aside_key(interview.MORE, mark): one for mark, one in answers.items()})
            return back(name)
    else:
        answered = {mark: look.aside.get(interview.aside_key(interview.MORE, mark)) for mark, _ in asked}
        ticked = [mark for mark, answer in answered.items() if answer == interview.TO_ENTER]
        form = {"more": ticked or ([NONE] if all(answered.values()) else [])}
    step = next((step for step in look.steps if step.kind == interview.MORE and asked[0][0] in step.names), None)
    return show("more.html", look, came_from(), errors, asked=asked, form=form, step=step, late=late_entries(look))


@blueprint.route("/complete", methods=["GET", "POST"])
def stages(name: str) -> Page:
    """Ask for which stages of the work all that the file holds has been entered."""
    look = sound(name)
    complete, errors, form = complete_stages(look), Errors(), sent()
    if request.method == "POST":
        ticked = [one for one in STAGES if one in form.get("complete", ())]
        if leaving_now() and not form.get("complete"):
            return back(name)
        if bool(ticked) == (NONE in form.get("complete", ())):
            errors.add("complete", "Choose the stages for which everything is entered, or 'None of them yet'")
        else:
            if ticked != complete:
                value = True if len(ticked) == len(STAGES) else ticked or False
                desk().change(name, version(), partial(casetext.with_top, key="record_complete", value=value))
            answers = {interview.aside_key(interview.STAGE, one): None if one in ticked else DONT_KNOW for one in STAGES}
            desk().put_all_aside(name, answers)
            return back(name)
    else:
        asked = any(interview.aside_key(interview.STAGE, one) in look.aside for one in STAGES)
        form = {"complete": complete or ([NONE] if asked else [])}
    step = next((step for step in look.steps if step.kind == interview.STAGE), None)
    return show("stages_complete.html", look, came_from(), errors, form=form, step=step, stages=STAGES)


@blueprint.get("/check")
def check(name: str) -> Page:
    """Show every answer with a way to change it."""
    look = sound(name)
    groups: dict[str, list[tuple[int, str, Any]]] = {one: [] for one in STAGES}
    for number, item in enumerate(look.value["record"]):
        [(activity, said)] = item.items()
        done = said["activity"] if activity == "not_done" else activity
        groups[look.knowledge.vocabulary.activities[done].stage].append((number, activity, said))
    subjects = by_subject(look.knowledge)
    return show("check.html", look, "ask", groups=groups, subjects=subjects, complete=complete_stages(look))
