"""The list of cases, starting one, and the first page of each."""

from __future__ import annotations

from datetime import date
from functools import partial

from flask import Blueprint, redirect, request, url_for

from quips import casetext
from quips.caseschema import is_reference
from quips.privacy import reference_looks_like
from quips.problems import InputError, QuipsError
from quips.source import parse_yaml
from quips.storage.store import AlreadyKeptError, ChangedError, StorageError, name_for
from quips.web.answers import Errors, Form, date_from_form, date_to_form, first
from quips.web.showing import changes_in_words, n_answered
from quips.web.uploads import read_upload
from quips.web.view import Page, back, complete_stages, desk, sent, show, sound, version

blueprint = Blueprint("cases", __name__)

_N_TOLD = 20
"""Of how many of the latest versions it is told what was changed after them."""
_REFERENCE_ADVICE = "a reference such as TV-0042, of capital letters, hyphens and at least one figure; never a name"


@blueprint.get("/")
def index() -> Page:
    """Every case, and how to start another."""
    looks, refused = desk().looks()
    looks.sort(
        key=lambda look: (look.audit is None, not (look.audit and (look.audit.urgent or look.audit.undecided)), look.kept.name)
    )
    return show("index.html", looks=looks, refused=refused)


@blueprint.route("/start", methods=["GET", "POST"])
def start() -> Page:
    """Start a case from nothing."""
    errors, doubt = Errors(), ""
    form = sent() if request.method == "POST" else date_to_form("as_at", date.today().isoformat())
    if request.method == "POST":
        reference = first(form, "reference").upper()
        if not is_reference(reference):
            errors.add("reference", f"Enter {_REFERENCE_ADVICE}")
        elif (held := reference_looks_like(reference)) and first(form, "meant") != reference:
            doubt = reference
            errors.add("reference", f"{reference} looks as if it holds {held}. Use one that means nothing to anybody else")
        as_at = date_from_form(form, "as_at", "The day the record is read", errors, date.today())
        if as_at is None and not errors.within("as_at"):
            errors.add("as_at-day", "Enter the day on which the record is read")
        if not errors and as_at:
            name = _create(reference, casetext.new_case(reference, as_at), "reference", errors)
            if name:
                return redirect(url_for(".overview", name=name), code=303)
    return show("start.html", errors=errors, form=form, advice=_REFERENCE_ADVICE, doubt=doubt)


@blueprint.route("/bring-in", methods=["GET", "POST"])
def bring_in() -> Page:
    """Take in a case file or a filled-in spreadsheet form; the file that was chosen stays as it is."""
    errors, problems = Errors(), []
    if request.method == "POST":
        file = request.files.get("file")
        if file is None or not file.filename:
            errors.add("file", "Choose a case file (.yaml) or a spreadsheet form (.xlsx)")
        else:
            try:
                reference, text = read_upload(file.filename, file.read(), desk().auditor)
                name = _create(reference, text, "file", errors)
                if name:
                    return redirect(url_for(".overview", name=name), code=303)
            except InputError as error:
                problems = error.problems
                errors.add("file", "The file cannot be used until what is listed below is put right")
            except StorageError as error:
                errors.add("file", str(error))
    return show("bring_in.html", errors=errors, problems=problems)


def _create(reference: str, text: str, field: str, errors: Errors) -> str:
    """Keep a new case and return its name; empty if there is one already, which is then among the errors."""
    try:
        return desk().store.create(name_for(reference), text).name
    except AlreadyKeptError:
        errors.add(field, f"There is a case {reference} already. Open it from the list, or use another reference")
    except StorageError as error:
        errors.add(field, str(error))
    return ""


@blueprint.get("/cases/<name>/")
def overview(name: str) -> Page:
    """The first page of a case: what is urgent, how far along it is, and every way on from here."""
    look = sound(name)
    complete = complete_stages(look)
    return show("overview.html", look, "overview", answered=n_answered(look), complete=complete, today=date.today())


@blueprint.route("/cases/<name>/read-as-at", methods=["GET", "POST"])
def read_as_at(name: str) -> Page:
    """Change the day the record is read as at."""
    look = sound(name)
    assert look.audit is not None
    errors = Errors()
    form: Form = date_to_form("as_at", date.fromordinal(look.audit.case.as_at).isoformat())
    if request.method == "POST":
        form = sent()
        day = date_from_form(form, "as_at", "The day the record is read", errors)
        if day is None and not errors:
            errors.add("as_at-day", "Enter the day on which the record is read")
        if not errors:
            try:
                desk().change(name, version(), partial(casetext.with_top, key="as_at", value=day))
                return redirect(url_for(".overview", name=name), code=303)
            except InputError as error:
                errors.add("as_at-day", f"{error.problems[0].message} {error.problems[0].hint}")
    return show("read_as_at.html", look, "overview", errors, form=form)


@blueprint.post("/cases/<name>/edition")
def edition(name: str) -> Page:
    """Read a case under another edition of the framework."""
    look = sound(name)
    chosen = first(sent(), "edition")
    desk().keep_note(name, "edition", chosen if chosen in look.knowledge.editions else "")
    return back(name, "findings")


@blueprint.get("/cases/<name>/versions")
def versions(name: str) -> Page:
    """The earlier versions of a case; of one that cannot be used as well, since one of them may be sound."""
    look, store = desk().look(name), desk().store
    found = store.versions(name)
    newer = [look.kept.text, *(store.read_version(name, one.version).text for one in found[:_N_TOLD])]
    changes = [_changed(before, after, name) for before, after in zip(newer[1:], newer, strict=False)]
    return show("versions.html", look, "overview", versions=found, changes=changes)


def _changed(before: str, after: str, name: str) -> list[str]:
    """What differs between two versions, in words; nothing where one of them cannot be read."""
    try:
        was, is_now = (parse_yaml(text, name).value for text in (before, after))
        return changes_in_words(was, is_now, desk().knowledge.vocabulary)
    except (QuipsError, KeyError, TypeError, AttributeError):
        return []


@blueprint.post("/cases/<name>/versions/<earlier>/restore")
def restore(name: str, earlier: str) -> Page:
    """Bring back an earlier version; what is there now becomes an earlier version in its turn."""
    store = desk().store
    text = store.read_version(name, earlier).text
    desk().checked(text, name)
    store.write(name, text, version())
    return redirect(url_for(".overview", name=name), code=303)


@blueprint.route("/cases/<name>/erase", methods=["GET", "POST"])
def erase(name: str) -> Page:
    """Erase a case with all its earlier versions, once its name has been typed to say that this is meant."""
    look = desk().look(name)
    errors = Errors()
    if request.method == "POST":
        if first(sent(), "confirm").upper() != name.upper():
            errors.add("confirm", f"Type {name} to say that you mean it")
        elif version() != look.kept.version:
            raise ChangedError(look.kept)
        else:
            desk().erase(name)
            return redirect(url_for(".index"), code=303)
    return show("erase.html", look, "overview", errors, form=sent())
