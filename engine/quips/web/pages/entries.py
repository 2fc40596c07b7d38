"""The pages on which an entry of the record is made, changed or removed."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from quips import casetext
from quips.cases import entry_said
from quips.casewords import day_words
from quips.explain import day_in_words
from quips.findings import Finding
from quips.statuses import Status
from quips.vocabulary import COMMON_ATTRIBUTES, DAY, Activity
from quips.web import interview
from quips.web.answers import (
    DONT_KNOW,
    NOT_RECORDED,
    ON_A_DATE,
    Errors,
    Form,
    days_from_form,
    entry_from_form,
    entry_to_form,
    first,
    in_order_of,
    not_asked_of_reasons,
    reason_from_form,
    reason_to_form,
)
from quips.web.desk import TRAIL, Look
from quips.web.view import EntryGoneError, Page, address, back, came_from, desk, known, read_on, sent, show, sound, version
from quips.web.ways import entry_numbers

blueprint = Blueprint("entries", __name__, url_prefix="/cases/<name>")

YES, NO, REASON, ANOTHER = "yes", "no", "reason", "another"
OTHER_DAYS = "other_days"
_OF_WORK = ("sufficient", "stands", "late_reason", "late_acceptable")
"""What is asked of work, and not of what merely happened, such as a call-out."""


@blueprint.route("/activity/<activity>", methods=["GET", "POST"])
def activity(name: str, activity: str) -> Page:
    """Ask whether something was done, or done again."""
    look = sound(name)
    asked = known(activity, look.knowledge.vocabulary.activities)
    errors, key = Errors(), interview.aside_key(interview.ACTIVITY, activity)
    if request.method == "POST":
        answer = first(sent(), "answer")
        if answer in (YES, REASON):
            endpoint = "entries.add" if answer == YES else "entries.reason"
            return redirect(address(endpoint, name, came_from(), activity=activity), code=303)
        if answer in (NO, DONT_KNOW):
            desk().put_aside(name, key, NOT_RECORDED if answer == NO else DONT_KNOW)
            return back(name)
        errors.add("answer", f"Choose an answer to '{asked.ask}'")
    entries, answered = entries_of(look, activity), look.aside.get(key, "")
    if entries and answered == interview.TO_ENTER:  # it has been entered, and whether there is another is a new question
        answered = ""
    form = {"answer": [{NOT_RECORDED: NO, interview.TO_ENTER: YES}.get(answered, answered)]}
    step = _step(look, interview.ACTIVITY, activity) or _step(look, interview.WHICH, activity)
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
        days = days_from_form(form, OTHER_DAYS, "The others", errors, read_on(look), said.get("on"))
        alike = [said, *({**said, "on": day} for day in days)]
        if not errors and any(one in _of_kind(look, activity) for one in alike):
            message = "What this says is on the record already. If it happened once more, say below what tells the two apart"
            errors.add("when", message)
        if not errors:
            desk().change(name, version(), *(partial(casetext.with_entry, activity=activity, said=one) for one in alike))
            if ANOTHER in form:
                return redirect(address("entries.add", name, came_from(), activity=activity), code=303)
            return _added(look, asked)
    return _entry_page(look, asked, form, errors, None)


def _of_kind(look: Look, activity: str) -> list[dict[str, Any]]:
    """Every entry of one activity that is on the record, as its page would send it."""
    return [entry_said(item[activity]) for item in look.value["record"] if activity in item]


def _added(before: Look, asked: Activity) -> Response:
    """Go on once entries have been added: what their page asked and was left open is not asked again."""
    name, number = before.kept.name, len(before.value["record"])
    desk().put_aside(name, interview.aside_key(interview.ACTIVITY, asked.name), None)
    look, there = sound(name), {*_read_by_rules(before, asked)}
    asides: dict[str, str | None] = {}
    for one in range(number, len(look.value["record"])):
        asides[interview.aside_key(interview.MORE, mark(look, one))] = interview.RIGHT
        open_ = wanted(look, one)
        if open_ and {*open_} <= there:
            asides[interview.aside_key(interview.ENTRY, mark(look, one))] = DONT_KNOW
    desk().put_all_aside(name, asides)
    return back(name, leaving=address("entries.entry", name, came_from(), number=number))


@blueprint.route("/days", methods=["GET", "POST"])
def days(name: str) -> Page:
    """Add several things to the record by their days alone."""
    look = sound(name)
    asked = [known(one, look.knowledge.vocabulary.activities) for one in dict.fromkeys(request.args.getlist("about"))]
    errors, form = Errors(), sent()
    if request.method == "POST":
        given = entries_from_days(look, asked, form, errors)
        if not errors:
            add_days(look, given)
            desk().put_all_aside(name, {interview.aside_key(interview.ACTIVITY, one): None for one in given})
            return back(name, "stages")
    if not asked:
        return back(name, "stages")
    return show("days.html", look, came_from(), errors, asked=asked, form=form, field=days_field)


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
    asked_of, now_called = wanted(look, number), mark(sound(name), number)
    asides = {interview.aside_key(interview.MORE, now_called): interview.RIGHT}
    if not all(interview.says(now, name) for name in asked_of):  # left open on purpose: it is not asked again
        asides[interview.aside_key(interview.ENTRY, now_called)] = DONT_KNOW
    desk().put_all_aside(name, asides)
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
    answer = back(name, "stages")
    desk().keep_note(name, TRAIL, [])  # the numbers of the entries after it are other ones now
    return answer


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
            return _added(look, asked)
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


# What the pages above share ------------------------------------------------------------------------------------------------


def begun(asked: Activity) -> Form:
    """Return what the address says beforehand of an entry: of what kind it is and where it was evidenced, never how good."""
    terms = [COMMON_ATTRIBUTES["evidence"], *asked.attributes.values()]
    given = {term.name: request.args.get(term.name, "") for term in terms if term.type == "choice"}
    said = {term.name: [given[term.name]] for term in terms if given.get(term.name) in term.values}
    return {"when": [ON_A_DATE], **said}  # mostly it is known; without a day the form says what to do


def told_only() -> bool:
    """Whether an entry is added of which the file shows nothing, so that its note has to say what does."""
    return request.args.get("evidence") == "interview"


def entry_at(look: Look, number: int) -> tuple[str, dict[str, Any]]:
    """Return an entry of the record: its activity, and what is said of it.

    Raises:
        NotFound: The record has no such entry.
    """
    record = look.value["record"]
    if number >= len(record):
        raise NotFound
    [(activity, said)] = record[number].items()
    return activity, entry_said(said)


def days_field(asked: Activity) -> str:
    """Return the name of the field for the days on which something was done."""
    return f"days-{asked.name}"


def entries_from_days(look: Look, asked: list[Activity], form: Form, errors: Errors) -> dict[str, list[str]]:
    """Return the days that a form gives, by activity, of those of which it gives any; what is wrong is added to the errors."""
    found = {}
    for one in asked:
        days = days_from_form(form, days_field(one), one.title, errors, read_on(look))
        there = {said["on"] for said in _of_kind(look, one.name)}
        again = [day for day in days if day in there]
        if again:
            errors.add(days_field(one), f"{one.title}: {day_words(again[0])} is on the record already. Take it out here")
        if days:
            found[one.name] = days
    return found


def add_days(look: Look, given: dict[str, list[str]]) -> None:
    """Add an entry for each of several days, by activity, of which nothing else is said."""
    entries = [(activity, {"on": day}) for activity, days in given.items() for day in days]
    if entries:
        edits = [partial(casetext.with_entry, activity=activity, said=said) for activity, said in entries]
        desk().change(look.kept.name, version(), *edits)


def entries_of(look: Look, activity: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Return the entries of the record about an activity, with their numbers: done, and not done for a reason."""
    found = [(number, *entry_at(look, number)) for number in range(len(look.value["record"]))]
    return [(n, name, said) for n, name, said in found if activity == (said["activity"] if name == "not_done" else name)]


def wanted(look: Look, number: int) -> tuple[str, ...]:
    """Return the attributes that the findings wait for, of an entry, and DAY for its day; whether they are still asked or not."""
    step = _step(look, interview.ENTRY, str(number))
    waiting = [name.partition(".")[2] for finding in waiting_for(look, number) for name in finding.settled_by]
    return tuple(dict.fromkeys((*(step.wanted if step else ()), *waiting)))


def waiting_for(look: Look, number: int) -> list[Finding]:
    """Return the findings that wait for something that is not said of an entry."""
    assert look.audit is not None
    numbers = entry_numbers(look)
    waiting = [finding for finding in look.audit.findings if finding.waits_for_an_entry]
    return [finding for finding in waiting if any(numbers.get(entry.place) == number for entry in finding.entries)]


def late_entries(look: Look) -> dict[int, str]:
    """Return the entries that were late, by their numbers, each with the last day that was in time, in words."""
    assert look.audit is not None
    numbers = entry_numbers(look)
    late = [one for one in look.audit.findings if one.status is Status.LATE and one.due is not None]
    return {numbers[entry.place]: day_in_words(one.due) for one in late for entry in one.entries if entry.place in numbers}


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
    is_work = asked.name in look.knowledge.work or any(form.get(name) for name in _OF_WORK)
    if not is_work:
        rest = [term for term in rest if term.name not in _OF_WORK]
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
        day_decides=DAY in asks,
        rest=rest,
        is_work=is_work,
        step=_step(look, interview.ENTRY, str(number)),
        due=late_entries(look).get(number, "") if number is not None else "",
    )


def _read_by_rules(look: Look, asked: Activity) -> list[str]:
    """The attributes that the applicable rules read, which are worth asking; the others can be said as well."""
    assert look.audit is not None
    return interview.attributes_read(look.audit, asked.name)


def _step(look: Look, kind: str, name: str) -> interview.Step | None:
    return next((step for step in look.steps if step.about(kind, name)), None)
