"""Anything at all sent to any form: never a server's error, always a valid case file, and nothing else in it changes."""

from __future__ import annotations

import shutil
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from desk_client import Officer, audited, problems_of
from hostile import TEXTS
from html_forms import Form, Sent, forms_of
from knowledge_base import ROOT, knowledge
from profiles import examples
from quips.web.interview import entry_mark

TEXT = (ROOT / "examples" / "cases" / "TV-0042.yaml").read_text(encoding="utf-8") + "  - contact: 2009-08-10\n"
CASE = "/cases/TV-0042"
ACTIVITIES = ("home_visit", "roh_analysis", "marac_referral", "contact", "sentence_plan")
ADDRESSES = (
    "/start",
    "/bring-in",
    f"{CASE}/read-as-at",
    f"{CASE}/erase",
    f"{CASE}/versions",
    f"{CASE}/findings",
    f"{CASE}/judgements",
    *(f"{CASE}/circumstance/{name}" for name in knowledge().vocabulary.circumstances),
    *(f"{CASE}/activity/{name}{tail}" for name in ACTIVITIES for tail in ("", "/add", "/reason")),
    f"{CASE}/circumstances?about=sentence&about=requirements&about=supervision_started&about=tier",
    f"{CASE}/inferred?about=home_visit_indicated&about=oversight_required",
    f"{CASE}/which?about=oasys&about=contact&about=sara",
    f"{CASE}/more?about={entry_mark({'contact': '2009-08-10'})}",
    f"{CASE}/days?about=oasys&about=contact&from=stages",
    f"{CASE}/complete",
    *(f"{CASE}/record/{number}{tail}" for number in range(4) for tail in ("", "/remove")),
    f"{CASE}/judgements/omi-2/1.2/rosh-classification-agreed",
    f"{CASE}/disputes/{'/'.join(audited(TEXT).gaps[0].finding.ref)}",
)
NEAR = (
    "0",
    "1",
    "12",
    "13",
    "29",
    "31",
    "32",
    "feb",
    "2009",
    "2010",
    "1899",
    "20100",
    "yes",
    "no",
    "date",
    "known",
    "changed",
    "A-1",
    "TV-0042",
)
PARTS = {"day": ("1", "12", "28"), "month": ("1", "feb", "12"), "year": ("2009", "2010")}
"""Parts of dates that are mostly real."""
ANSWERED = (200, 303, 400, 404, 409, 422)


@st.composite
def sendings(draw: st.DrawFn, form: Form) -> Sent:
    """Draw what is sent for a form: each field as it stands, left out, chosen, typed, hostile or twice; and fields it has not."""
    typed = st.sampled_from(NEAR) | st.sampled_from(TEXTS) | st.text(max_size=30)
    sent: Sent = [(one.name, one.value) for one in form.fields if one.name == "csrf_token"]
    standing = form.as_it_stands()
    for name in dict.fromkeys(one.name for one in form.fields if one.name != "csrf_token"):
        values = [value for given, value in standing if given == name]
        offered = form.offered(name)
        if name in ("version", "entry", "entry-of", "dispute"):  # mostly true, or nothing would ever be written
            how = draw(st.sampled_from(["stands"] * 9 + ["typed"]))
        else:
            how = draw(st.sampled_from(["stands", "out", "chosen", "chosen", "chosen", "typed", "twice"]))
        if how == "chosen" and offered:
            values = draw(st.lists(st.sampled_from(offered), min_size=1, max_size=1 if form.kinds(name) == {"radio"} else 3))
        elif how in ("chosen", "typed"):
            near = st.sampled_from(PARTS.get(name.rpartition("-")[2], NEAR))
            values = [draw(near if how == "chosen" else typed)]
        elif how == "twice":
            values = [draw(typed), *values, draw(typed)]
        elif how == "out":
            values = []
        sent += [(name, value) for value in values]
    if form.buttons and draw(st.booleans()):
        sent.append((form.buttons[0].name, form.buttons[0].value))
    extra = st.sampled_from(
        ["on-day", "tier", "tier-change-99999-is", "sufficient", "when", "note", "record_complete", "__class__", ""]
    )
    return sent + draw(st.lists(st.tuples(extra | st.sampled_from(TEXTS), typed), max_size=2))


def changeable(value: dict[str, Any], address: str) -> dict[str, Any]:
    """Return a case without what a page may change: all the rest has to stay as it was."""
    rest = deepcopy(value)
    _, _, kind, *names = [*urlsplit(address).path.strip("/").split("/"), "", ""][:6]
    if kind == "circumstance":
        rest["circumstances"].pop(names[0], None)
    elif kind == "activity" and names[1] in ("add", "reason"):
        rest["record"] = rest["record"][:4]
    elif kind == "record" and names[1] == "remove":
        rest["record"] = [entry for entry in rest["record"] if entry != RECORD[int(names[0])]]
    elif kind == "record":
        rest["record"] = [entry for number, entry in enumerate(rest["record"]) if number != int(names[0])]
    elif kind == "circumstances":
        for name in parse_qs(urlsplit(address).query)["about"]:
            rest["circumstances"].pop(name, None)
    elif kind == "complete":
        rest.pop("record_complete", None)
    elif kind == "read-as-at":
        rest.pop("as_at")
    elif kind == "judgements":
        rest.pop("judgements", None)
    elif kind == "disputes":
        rest.pop("disputes", None)
    return rest


@pytest.fixture(scope="module")
def officer():
    with TemporaryDirectory() as folder:
        cases = Path(folder) / "cases"
        cases.mkdir()
        one = Officer(cases)
        one.put("TV-0042", TEXT)
        one.send(f"{CASE}/circumstance/tier", {"tier": ["3"]})  # so that there is an earlier version
        one.put("TV-0042", TEXT)
        shutil.copytree(one.folder, pristine(one))
        one.app.config["PROPAGATE_EXCEPTIONS"] = True  # so that a fault is shown where it is
        yield one


def pristine(officer: Officer) -> Path:
    """Where the folder of cases lies as it is before anything is sent."""
    return officer.folder.with_name("pristine")


RECORD: list[Any] = []


@given(st.data())
@examples(3)
def test_whatever_is_sent_the_case_stays_whole(officer: Officer, data: st.DataObject) -> None:
    for kept in officer.folder.iterdir():
        shutil.rmtree(kept) if kept.is_dir() else kept.unlink()
    shutil.copytree(pristine(officer), officer.folder, dirs_exist_ok=True)
    before = officer.value("TV-0042")
    RECORD[:] = before["record"]
    address = data.draw(st.sampled_from(ADDRESSES), label="address")
    page = officer.get(address)
    assert page.status_code in ANSWERED, page.status_code
    forms = [form for form in forms_of(page.text) if form.method == "post"]
    if not forms:
        event("no form")
        return
    form = data.draw(st.sampled_from(forms), label="form")
    sent = data.draw(sendings(form), label="sent")
    target = urljoin(page.request.full_path, form.action)
    answer = officer.post(target, sent)
    event(f"{answer.status_code}")
    assert answer.status_code in ANSWERED, f"{target}: {answer.status_code} {answer.text}"
    if answer.status_code == 303:
        assert officer.get(urljoin(target, answer.location)).status_code in (200, 404), answer.location
    for name in officer.store.names():
        assert problems_of(officer.text(name)) == [], officer.text(name)
    if "TV-0042" not in officer.store.names():
        assert "/erase" in target
        assert "tv-0042" in [value.strip().lower() for name, value in sent if name == "confirm"]
        return
    if answer.status_code != 303:
        assert officer.text("TV-0042") == TEXT
    if "/restore" not in target:
        event("written" if officer.text("TV-0042") != TEXT else "not written")
        assert changeable(officer.value("TV-0042"), target) == changeable(before, target)
