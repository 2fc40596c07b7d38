"""The interview: one thing on each page, and the pages on which an answer or an entry is changed."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from quips import casetext
from quips.vocabulary import COMMON_ATTRIBUTES, NONE, STAGES, Activity
from quips.web import interview
from quips.web.answers import (
    ASIDE,
    DONT_KNOW,
    NOT_RECORDED,
    Errors,
    Form,
    circumstance_from_form,
    circumstance_to_form,
    entry_from_form,
    entry_to_form,
    first,
    in_order_of,
    not_asked_of_reasons,
    reason_from_form,
    reason_to_form,
)
from quips.web.desk import Look
from quips.web.view import EntryGoneError, Page, address, back, came_from, desk, known, show, sound, version

blueprint = Blueprint("asking", __name__, url_prefix="/cases/<name>")

YES, NO, REASON = "yes", "no", "reason"
STAGES_BY_NAME = {stage: stage for stage in STAGES}


@blueprint.get("/ask")
def ask(name: str) -> Response:
    """Lead to what is best asked next, or, when nothing is, to the answers."""
    look = sound(name)
    return redirect(_address(look, look.steps[0]) if look.steps else url_for(".check", name=name), code=303)


def _address(look: Look, step: interview.Step) -> str:
    name = look.kept.name
    match step.kind:
        case interview.CIRCUMSTANCE:
            return address("asking.circumstance", name, "ask", term=step.name)
        case interview.WHICH:
            return address("asking.which", name, "ask", stage=step.name)
        case interview.ACTIVITY:
            return address("asking.add", name, "ask", activity=step.name)
        case interview.STAGE:
            return address("asking.stage", name, "ask", stage=step.name)
        case _:
            return address("asking.entry", name, "ask", number=int(step.name))


@blueprint.route("/circumstance/<term>", methods=["GET", "POST"])
def circumstance(name: str, term: str) -> Page:
    """Ask one circumstance."""
    look = sound(name)
    asked = known(term, look.knowledge.vocabulary.circumstances)
    errors, key = Errors(), f"{interview.CIRCUMSTANCE}/{term}"
    given = look.value["circumstances"].get(term)
    if request.method == "GET":
        form: Form = circumstance_to_form(asked, given, look.aside.get(key, ""))
        return _circumstance_page(look, asked, form, errors)
    form = sent()
    value = in_order_of(circumstance_from_form(asked, form, errors), given)
    if errors:
        return _circumstance_page(look, asked, form, errors)
    aside = value if isinstance(value, str) and value in ASIDE else None
    if aside is None or given is not None:
        desk().change(name, version(), partial(casetext.with_circumstance, name=term, value=None if aside else value))
    desk().put_aside(name, key, aside)
    return back(name)


def _circumstance_page(look: Look, asked: Any, form: Form, errors: Errors) -> Page:
    step = _step(look, interview.CIRCUMSTANCE, asked.name)
    return show("circumstance.html", look, came_from(), errors, term=asked, form=form, step=step)


@blueprint.route("/stage/<stage>/which", methods=["GET", "POST"])
def which(name: str, stage: str) -> Page:
    """Ask which of the things that are looked for at a stage are on the file; each of them is entered after that."""
    look = sound(name)
    step = _step(look, interview.WHICH, known(stage, STAGES_BY_NAME))
    errors, form = Errors(), sent()
    if request.method == "POST":
        offered = [one for one in form.get("offered", ()) if one in look.knowledge.vocabulary.activities]
        there = [one for one in form.get("there", ()) if one in offered]
        if (there and NONE in form.get("there", ())) or not form.get("there"):
            errors.add("there", "Choose those that are on the file, or 'None of these'")
        else:
            answers = {one: interview.TO_ENTER if one in there else NOT_RECORDED for one in offered}
            desk().put_all_aside(name, {f"{interview.ACTIVITY}/{one}": answer for one, answer in answers.items()})
            return back(name)
    if step is None:
        return back(name)
    return show("which.html", look, came_from(), errors, stage=stage, form=form, step=step)


@blueprint.route("/activity/<activity>", methods=["GET", "POST"])
def activity(name: str, activity: str) -> Page:
    """Ask whether something was done, or done again."""
    look = sound(name)
    asked = known(activity, look.knowledge.vocabulary.activities)
    errors, key = Errors(), f"{interview.ACTIVITY}/{activity}"
    if request.method == "POST":
        answer = first(sent(), "answer")
        if answer in (YES, REASON):
            endpoint = "asking.add" if answer == YES else "asking.reason"
            return redirect(address(endpoint, name, came_from(), activity=activity), code=303)
        if answer in (NO, DONT_KNOW):
            desk().put_aside(name, key, NOT_RECORDED if answer == NO else DONT_KNOW)
            return back(name)
        errors.add("answer", f"Choose an answer to '{asked.ask}'")
    entries, answered = entries_of(look, activity), look.aside.get(key, "")
    if entries and answered == interview.TO_ENTER:  # it has been entered, and whether there is another is a new question
        answered = ""
    form = {"answer": [{NOT_RECORDED: NO, interview.TO_ENTER: YES}.get(answered, answered)]}
    step = _asked_about(look, activity)
    return show("activity.html", look, came_from(), errors, activity=asked, entries=entries, form=form, step=step)


@blueprint.route("/activity/<activity>/add", methods=["GET", "POST"])
def add(name: str, activity: str) -> Page:
    """Add something that was done to the record."""
    look = sound(name)
    asked = known(activity, look.knowledge.vocabulary.activities)
    errors, form = Errors(), sent() if request.method == "POST" else begun(asked)
    if request.method == "POST":
        said = entry_from_form(asked, form, read_on(look), errors)
        if told_only() and said.get("evidence") == "interview" and "note" not in said:
            errors.add("note", "Enter what shows that it was done, or where that can be seen")
        if not errors:
            desk().change(name, version(), partial(casetext.with_entry, activity=activity, said=said))
            return redirect(address("asking.activity", name, came_from(), activity=activity), code=303)
    return _entry_page(look, asked, form, errors, None)


@blueprint.route("/record/<int:number>", methods=["GET", "POST"])
def entry(name: str, number: int) -> Page:
    """Change an entry of the record, or say what is still asked of it."""
    look = sound(name)
    errors = Errors()
    if request.method == "POST":
        same_entry(look, number)
    activity, said = entry_at(look, number)
    if activity == "not_done":
        return _reason(look, known(said["activity"], look.knowledge.vocabulary.activities), number)
    asked = look.knowledge.vocabulary.activities[activity]
    if request.method == "GET":
        return _entry_page(look, asked, entry_to_form(asked, said), errors, number)
    form = sent()
    now = in_order_of(entry_from_form(asked, form, read_on(look), errors), said)
    if errors:
        return _entry_page(look, asked, form, errors, number)
    if now != said:
        desk().change(name, version(), partial(casetext.with_entry_replaced, number=number, activity=activity, said=now))
    if set(wanted(look, number)) - set(now):  # left open on purpose: it is not asked again
        desk().put_aside(name, f"{interview.ENTRY}/{mark(sound(name), number)}", DONT_KNOW)
    return back(name)


@blueprint.route("/record/<int:number>/remove", methods=["GET", "POST"])
def remove(name: str, number: int) -> Page:
    """Take an entry off the record, once it has been said that this is meant."""
    look = sound(name)
    if request.method == "GET":
        activity, said = entry_at(look, number)
        return show("remove.html", look, came_from(), activity=activity, said=said, number=number, mark=mark(look, number))
    same_entry(look, number)
    desk().change(name, version(), partial(casetext.without_entry, number=number))
    return back(name, "stages")


@blueprint.route("/activity/<activity>/reason", methods=["GET", "POST"])
def reason(name: str, activity: str) -> Page:
    """Add the reason that is recorded for something not being done."""
    look = sound(name)
    return _reason(look, known(activity, look.knowledge.vocabulary.activities), None)


def _reason(look: Look, asked: Activity, number: int | None) -> Page:
    name, errors = look.kept.name, Errors()
    form: Form = sent()
    if request.method == "POST":
        said = reason_from_form(asked, form, read_on(look), errors)
        if not errors and number is None:
            desk().change(name, version(), partial(casetext.with_entry, activity="not_done", said=said))
            return back(name)
        if not errors and number is not None:
            before = entry_at(look, number)[1]
            said = in_order_of(said | not_asked_of_reasons(asked, before), before)
            edit = partial(casetext.with_entry_replaced, number=number, activity="not_done", said=said)
            desk().change(name, version(), edit)
            return back(name)
    elif number is not None:
        form = reason_to_form(asked, entry_at(look, number)[1])
    return show(
        "reason.html",
        look,
        came_from(),
        errors,
        activity=asked,
        form=form,
        number=number,
        mark=mark(look, number),
    )


@blueprint.route("/stage/<stage>/complete", methods=["GET", "POST"])
def stage(name: str, stage: str) -> Page:
    """Ask whether the file has been read to its end for one stage of the work."""
    look = sound(name)
    known(stage, STAGES_BY_NAME)
    errors, key = Errors(), f"{interview.STAGE}/{stage}"
    complete = complete_stages(look)
    if request.method == "POST":
        answer = first(sent(), "answer")
        if answer in (YES, NO):
            now = [one for one in STAGES if (one in complete and one != stage) or (one == stage and answer == YES)]
            if now != complete:
                value = True if len(now) == len(STAGES) else now or False
                desk().change(name, version(), partial(casetext.with_top, key="record_complete", value=value))
            desk().put_aside(name, key, DONT_KNOW if answer == NO else None)
            return back(name)
        errors.add("answer", "Choose yes or no")
    given = YES if stage in complete else NO if look.aside.get(key) else ""
    step = _step(look, interview.STAGE, stage)
    return show("stage_complete.html", look, came_from(), errors, stage=stage, form={"answer": [given]}, step=step)


@blueprint.get("/check")
def check(name: str) -> Page:
    """Show every answer with a way to change it."""
    look = sound(name)
    groups: dict[str, list[tuple[int, str, Any]]] = {one: [] for one in STAGES}
    for number, item in enumerate(look.value["record"]):
        [(activity, said)] = item.items()
        done = said["activity"] if activity == "not_done" else activity
        groups[look.knowledge.vocabulary.activities[done].stage].append((number, activity, said))
    return show("check.html", look, "ask", groups=groups, complete=complete_stages(look))


# What the pages above share ------------------------------------------------------------------------------------------------


def sent() -> Form:
    """Return what the request's form holds, by field."""
    return request.form.to_dict(flat=False)


def begun(asked: Activity) -> Form:
    """Return what the address says beforehand of an entry: of what kind it is and where it was evidenced, never how good."""
    terms = [COMMON_ATTRIBUTES["evidence"], *asked.attributes.values()]
    given = {term.name: request.args.get(term.name, "") for term in terms if term.type == "choice"}
    return {term.name: [given[term.name]] for term in terms if given.get(term.name) in term.values}


def told_only() -> bool:
    """Whether an entry is added of which the file shows nothing, so that its note has to say what does."""
    return request.args.get("evidence") == "interview"


def read_on(look: Look) -> date:
    """Return the day the record was read."""
    assert look.audit is not None
    return date.fromordinal(look.audit.case.as_at)


def entry_at(look: Look, number: int) -> tuple[str, dict[str, Any]]:
    """Return an entry of the record: its activity, and what is said of it.

    Raises:
        NotFound: The record has no such entry.
    """
    record = look.value["record"]
    if number >= len(record):
        raise NotFound
    [(activity, said)] = record[number].items()
    return activity, said if isinstance(said, dict) else {"on": said}


def entries_of(look: Look, activity: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Return the entries of the record about an activity, with their numbers: done, and not done for a reason."""
    found = [(number, *entry_at(look, number)) for number in range(len(look.value["record"]))]
    return [(n, name, said) for n, name, said in found if activity == (said["activity"] if name == "not_done" else name)]


def complete_stages(look: Look) -> list[str]:
    """Return the stages of the work for which the record is complete."""
    assert look.audit is not None
    return [one for one in STAGES if one not in look.audit.case.incomplete]


def wanted(look: Look, number: int) -> tuple[str, ...]:
    """Return the attributes that the findings wait for, of an entry."""
    step = _step(look, interview.ENTRY, str(number))
    return step.wanted if step else ()


def mark(look: Look, number: int | None) -> str:
    """Return what tells an entry from any other, so that a form never changes another entry than it was made for.

    It is empty for one that is still to be added.
    """
    return "" if number is None else interview.entry_mark(look.value["record"][number])


def same_entry(look: Look, number: int) -> None:
    """See that an entry is the one that the form was made for.

    Raises:
        EntryGoneError: Another entry stands there now, or none.
    """
    if number >= len(look.value["record"]) or request.form.get("entry") != mark(look, number):
        of = request.form.get("entry-of", "")  # not what stands there now, which may be something else altogether
        raise EntryGoneError(look, of if of in look.knowledge.vocabulary.activities else "")


def _entry_page(look: Look, asked: Activity, form: Form, errors: Errors, number: int | None) -> Page:
    asks = wanted(look, number) if number is not None else _read_by_rules(look, asked)
    terms = {**asked.attributes, **COMMON_ATTRIBUTES}
    first_asked = [terms[name] for name in asks if name in terms]
    rest = [term for name, term in terms.items() if term not in first_asked and name != "note"]
    return show(
        "entry.html",
        look,
        came_from(),
        errors,
        activity=asked,
        form=form,
        number=number,
        mark=mark(look, number),
        told=told_only(),
        asked=first_asked,
        rest=rest,
        step=_step(look, interview.ENTRY, str(number)),
    )


def _read_by_rules(look: Look, asked: Activity) -> list[str]:
    """The attributes that the applicable rules read, which are worth asking; the others can be said as well."""
    assert look.audit is not None
    return interview.attributes_read(look.audit, asked.name)


def _asked_about(look: Look, activity: str) -> interview.Step | None:
    """The step that asks about an activity, by itself or among others."""
    return next((step for step in look.steps if step.name == activity or activity in step.offered), None)


def _step(look: Look, kind: str, name: str) -> interview.Step | None:
    return next((step for step in look.steps if step.kind == kind and step.name == name), None)
