"""One case changed from several sides, and what is large or written in another script: nothing is lost or altered."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk_client import Officer, audited, problems_of
from html_forms import form_of, forms_of, text_of
from knowledge_base import ROOT, knowledge
from quips.casetext import new_case
from quips.source import parse_yaml

TEXT = (ROOT / "examples" / "cases" / "TV-0042.yaml").read_text(encoding="utf-8")
CASE = "/cases/TV-0042"
TIER, ABUSE, ADD = f"{CASE}/circumstance/tier", f"{CASE}/circumstance/domestic_abuse", f"{CASE}/activity/home_visit/add"


@pytest.fixture
def officer(tmp_path: Path) -> Officer:
    one = Officer(tmp_path)
    one.put("TV-0042", TEXT)
    return one


def test_two_tabs_the_second_is_shown_both_and_either_answer_can_be_kept(officer: Officer) -> None:
    second = form_of(officer.page(TIER), "tier").filled({"tier": ["2"]})
    assert officer.send(ABUSE, {"domestic_abuse": ["no"]}).status_code == 303
    between = officer.text("TV-0042")
    both = officer.post(TIER, second)
    assert both.status_code == 409
    assert officer.text("TV-0042") == between, "nothing is written until the officer has chosen"
    shown = text_of(both.text)
    assert "Domestic abuse" in shown
    assert "Tier" in shown
    chosen = officer.post(TIER, form_of(both.text).as_it_stands())
    assert chosen.status_code == 303
    assert officer.value("TV-0042")["circumstances"]["tier"] == 2
    assert officer.value("TV-0042")["circumstances"]["domestic_abuse"] is False


def test_two_tabs_about_the_same_answer(officer: Officer) -> None:
    second = form_of(officer.page(TIER), "tier").filled({"tier": ["2"]})
    assert officer.send(TIER, {"tier": ["3"]}).status_code == 303
    both = officer.post(TIER, second)
    assert both.status_code == 409
    shown = text_of(both.text)
    assert "3" in shown
    assert "2" in shown
    assert officer.value("TV-0042")["circumstances"]["tier"] == 3, "leaving the page leaves what is there"


def test_two_tabs_that_each_add_an_entry_keep_both(officer: Officer) -> None:
    answers = {"when": ["unknown"], "note": ["second"]}
    second = form_of(officer.page(ADD), *answers).filled(answers)
    assert officer.send(ADD, {"when": ["unknown"], "note": ["first"]}).status_code == 303
    both = officer.post(ADD, second)
    assert both.status_code == 409
    assert officer.post(ADD, form_of(both.text).as_it_stands()).status_code == 303
    notes = [
        said.get("note") for entry in officer.value("TV-0042")["record"] for said in entry.values() if isinstance(said, dict)
    ]
    assert [note for note in notes if note in ("first", "second")] == ["first", "second"]


def test_an_entry_that_was_removed_meanwhile_is_not_written_over_another(officer: Officer) -> None:
    entry = f"{CASE}/record/1"
    stale = form_of(officer.page(entry), "when", "note").filled({"note": ["mine"]})
    assert (
        officer.post(f"{CASE}/record/0/remove", form_of(officer.page(f"{CASE}/record/0/remove")).as_it_stands()).status_code
        == 303
    )
    between = officer.text("TV-0042")
    answer = officer.post(entry, stale)
    assert answer.status_code == 409
    assert "mine" in answer.text
    assert officer.text("TV-0042") == between
    added = forms_of(answer.text)[0]
    assert officer.post(added.action, added.as_it_stands()).status_code == 303
    assert [next(iter(one)) for one in officer.value("TV-0042")["record"]] == [
        "roh_analysis",
        "home_visit",
        "not_done",
        "roh_analysis",
    ]


def test_an_editor_that_changes_the_file_underneath_loses_nothing_and_is_not_lost(officer: Officer) -> None:
    sent = form_of(officer.page(TIER), "tier").filled({"tier": ["2"]})
    edited = TEXT.replace("victim declined", "victim declined twice").replace(
        "evidence: file}", "evidence: file}  # an editor's remark"
    )
    officer.put("TV-0042", edited)
    both = officer.post(TIER, sent)
    assert both.status_code == 409
    assert officer.text("TV-0042") == edited
    assert officer.post(TIER, form_of(both.text).as_it_stands()).status_code == 303
    now = officer.text("TV-0042")
    assert now == edited.replace("tier: 4", "tier: 2"), "every other byte is as the editor left it"


def test_an_editor_that_breaks_the_file_is_told_where_and_nothing_is_written(officer: Officer) -> None:
    sent = form_of(officer.page(TIER), "tier").filled({"tier": ["2"]})
    broken = TEXT.replace("home_visit", "house_visit")
    officer.put("TV-0042", broken)
    answer = officer.post(TIER, sent)
    assert answer.status_code < 500
    assert "home_visit" in answer.text
    assert officer.text("TV-0042") == broken
    assert "cannot be read" in text_of(officer.page("/")).lower()


def test_an_earlier_version_of_a_broken_file_can_be_brought_back(officer: Officer) -> None:
    officer.send(TIER, {"tier": ["2"]})
    sound = officer.text("TV-0042")
    officer.put("TV-0042", sound.replace("home_visit", "house_visit"))
    assert "/cases/TV-0042/versions" in officer.page("/cases/TV-0042/")
    page = officer.page("/cases/TV-0042/versions")
    restoring = [form for form in forms_of(page) if form.action.endswith("/restore")]
    answers = [officer.post(form.action, form.as_it_stands()).status_code for form in restoring[1:2]]
    assert answers == [303]
    assert officer.text("TV-0042") == sound


def test_a_form_that_would_lose_a_dispute_is_not_offered(officer: Officer) -> None:
    form = "/cases/TV-0042/takeaway/form.xlsx"
    assert form in officer.page("/cases/TV-0042/takeaway")
    rule = next(iter(audited(TEXT).findings)).rule.name
    officer.put("TV-0042", f"{TEXT}disputes:\n  - {{rule: {rule}, on: 2010-01-04, why: It was done.}}\n")
    page = officer.page("/cases/TV-0042/takeaway")
    assert form not in page and "has no room for that" in text_of(page)
    assert officer.get(form).status_code == 422


def test_back_and_sent_again_changes_nothing_twice(officer: Officer) -> None:
    answers = {"when": ["unknown"], "note": ["once"]}
    sent = form_of(officer.page(ADD), *answers).filled(answers)
    assert officer.post(ADD, sent).status_code == 303
    assert officer.post(ADD, sent).status_code == 422, "and says that it is there already"
    assert officer.text("TV-0042").count("once") == 1


def test_a_case_of_five_hundred_activities_is_shown_whole_and_can_be_changed(officer: Officer) -> None:
    lines = [
        f"  - contact: {{on: {2007 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}, note: number {n}}}\n" for n in range(500)
    ]
    officer.put("TV-0042", TEXT.partition("record:")[0] + "record:\n" + "".join(lines))
    shown = text_of(officer.page(f"{CASE}/timeline"))
    assert all(f"number {n} " in f"{shown} " for n in range(500))
    assert officer.send(f"{CASE}/record/499", {"note": ["the last"]}).status_code == 303
    assert officer.value("TV-0042")["record"][499]["contact"]["note"] == "the last"
    assert len(officer.value("TV-0042")["record"]) == 500


WELSH = "Mae’n byw yn Llanfairpwllgwyngyll; ŵyr, tŷ, ẅ"
WRITINGS = {
    "Welsh": WELSH,
    "Hebrew": "הוא גר כאן (ביקור 12)",
    "Arabic": "هو هنا منذ 3/4، مع أمه",
    "both ways": f"{WELSH} – הוא גר – كتب",
    "two thousand words": "\n\n".join(" ".join(f"word{n % 97}" for n in range(250)) for _ in range(8)),
    "several lines": "first\n\n  - second: {not yaml}\n# third",
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_a_note_reads_back_as_it_was_typed(writing: str, officer: Officer) -> None:
    note = WRITINGS[writing]
    answer = officer.send(ADD, {"when": ["unknown"], "note": [note.replace("\n", "\r\n")]})
    assert answer.status_code == 303, text_of(answer.text)
    assert officer.value("TV-0042")["record"][-1]["home_visit"]["note"] == note
    assert problems_of(officer.text("TV-0042")) == []
    form = form_of(officer.page(f"{CASE}/record/4"), "note")
    assert [value for name, value in form.as_it_stands() if name == "note"] == [note]
    assert " ".join(note.split()) in text_of(officer.page(f"{CASE}/check"))
    assert officer.post(f"{CASE}/record/4", form.as_it_stands()).status_code == 303
    assert officer.value("TV-0042")["record"][-1]["home_visit"]["note"] == note


def test_every_page_of_an_entry_left_as_it_stands_changes_nothing(officer: Officer) -> None:
    """Whatever a case file can say is on the page that changes it, or saving that page would lose it."""
    for path in sorted((ROOT / "examples" / "cases").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        value = parse_yaml(text, path.name).value
        officer.put(value["case"], text)
        for number in range(len(value["record"])):
            address = f"/cases/{value['case']}/record/{number}"
            assert officer.post(address, form_of(officer.page(address)).as_it_stands()).status_code == 303, address
            assert officer.text(value["case"]) == text, address
        for name in value["circumstances"]:
            address = f"/cases/{value['case']}/circumstance/{name}"
            assert officer.post(address, form_of(officer.page(address)).as_it_stands()).status_code == 303, address
            assert officer.text(value["case"]) == text, address


def test_a_reason_keeps_what_its_page_does_not_ask(officer: Officer) -> None:
    said = "activity: home_visit, on: 2009-09-01, reason: refused, reason_code: R1, evidence: file, purposeful: false"
    entry = f"  - not_done: {{{said}}}\n"
    officer.put("TV-0042", TEXT.replace("record:\n", f"record:\n{entry}", 1))
    form = form_of(officer.page("/cases/TV-0042/record/0"), "reason")
    assert officer.post("/cases/TV-0042/record/0", form.as_it_stands()).status_code == 303
    assert entry in officer.text("TV-0042"), "left as it stands it changes nothing"
    form = form_of(officer.page("/cases/TV-0042/record/0"), "reason")
    assert officer.post("/cases/TV-0042/record/0", form.filled({"reason": ["moved away"]})).status_code == 303
    [now] = officer.value("TV-0042")["record"][0].values()
    kept = {"reason_code": "R1", "evidence": "file", "purposeful": False}
    assert now == {"activity": "home_visit", "on": "2009-09-01", "reason": "moved away", **kept}


def test_a_case_that_cannot_be_looked_at_does_not_keep_the_others_from_the_list(officer: Officer) -> None:
    (officer.folder / "TV-0001.yaml").write_bytes(b"case: TV-0001\nnote: caf\xe9\n")
    (officer.folder / "TV-0002.yaml").symlink_to(officer.folder / "TV-0042.yaml")
    (officer.folder / "TV-0003.yaml").write_text(TEXT, encoding="utf-8")
    (officer.folder / "TV-0003.yml").write_text(TEXT, encoding="utf-8")
    page = officer.page("/")
    assert "/cases/TV-0042/" in page
    words = text_of(page)
    for name in ("TV-0001", "TV-0002", "TV-0003"):
        assert name in words
    assert "two files for TV-0003" in words


def test_a_case_that_was_started_says_nothing_of_anybody(officer: Officer) -> None:
    officer.put("N-1", new_case("N-1", "2010-04-19"))
    assert not audited(officer.text("N-1")).gaps
    assert set(knowledge().vocabulary.circumstances).isdisjoint(officer.value("N-1")["circumstances"])
