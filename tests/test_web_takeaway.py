"""What can be taken away: each file is of this case and this day, is marked, and says what the audit says."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zipfile

import pytest
from click.testing import CliRunner
from docx import Document
from docx.oxml.ns import qn

from knowledge_base import ROOT, knowledge
from page_client import MARKING, Pages, assert_sound, auditor, read
from quips.audits import read_record
from quips.cli import main
from quips.reports.actions import to_docx
from quips.reports.rows import to_json
from quips.source import parse_yaml
from quips.statuses import Status

AWAY = "/cases/TV-0042/takeaway"
FILES = ("report", "actions.docx", "case.yaml", "form.xlsx", "audit.json")


@pytest.fixture
def pages(tmp_path):
    made = Pages(tmp_path)
    made.copy()
    return made


def word(data: bytes):
    return Document(io.BytesIO(data))


def audit_of(example: str):
    return auditor().audit(ROOT / "examples" / "cases" / f"{example}.yaml")


def test_the_page_is_sound_and_every_link_on_it_works(pages):
    links = [link for link in assert_sound(pages.get(AWAY)).links if link.startswith(f"{AWAY}/")]
    assert links == [f"{AWAY}/{tail}" for tail in FILES]
    for link in links:
        assert pages.client.get(link).status_code == 200


@pytest.mark.parametrize(("tail", "ending"), [*zip(FILES, ("html", "docx", "yaml", "xlsx", "json"), strict=True)])
def test_names_of_files_carry_reference_day_and_marking(pages, tail, ending):
    said = pages.client.get(f"{AWAY}/{tail}").headers["Content-Disposition"]
    assert re.search(rf'filename="TV-0042_2010-04-19_OFFICIAL-SENSITIVE_[a-z]+\.{ending}"$', said)


def test_a_marking_of_the_folders_own_is_on_each_and_safe_in_a_name(tmp_path):
    pages = Pages(tmp_path, 'OFFICIAL "x"\r\nSet-Cookie: <b>')
    pages.copy()
    for tail in FILES:
        said = pages.client.get(f"{AWAY}/{tail}").headers
        assert "TV-0042_2010-04-19_OFFICIAL-x-Set-Cookie-b_" in said["Content-Disposition"] and "Set-Cookie" not in said
    assert "&lt;b&gt;" in pages.get(f"{AWAY}/report")


def test_no_marking_leaves_none(tmp_path):
    pages = Pages(tmp_path, "")
    pages.copy()
    said = pages.client.get(f"{AWAY}/actions.docx").headers["Content-Disposition"]
    assert said == 'attachment; filename="TV-0042_2010-04-19_actions.docx"'


def test_the_printable_page_may_use_its_own_style_and_nothing_else(pages):
    answer = pages.client.get(f"{AWAY}/report")
    html = answer.get_data(as_text=True)
    [style] = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["style-src"] == f"'sha256-{digest}'"
    assert "script-src" not in policy and "unsafe" not in answer.headers["Content-Security-Policy"]
    page = read(html)
    assert not {"style", "onclick"} & set(page.attributes) and not {"script", "img", "link", "iframe"} & set(page.tags)
    assert "@media print" in style and MARKING in html


def test_the_case_file_is_what_is_kept_to_the_byte(pages):
    text = "# a comment\n" + (ROOT / "examples/cases/TV-0042.yaml").read_text(encoding="utf-8")
    pages.write("TV-0042", text)
    assert pages.client.get(f"{AWAY}/case.yaml").data == text.encode()


def test_the_json_is_the_audit(pages):
    said = json.loads(pages.get(f"{AWAY}/audit.json"))
    expected = json.loads(to_json([audit_of("TV-0042")]))
    assert [one["rule"] for one in said[0]["findings"]] == [one["rule"] for one in expected[0]["findings"]]
    assert [one["status"] for one in said[0]["findings"]] == [one["status"] for one in expected[0]["findings"]]


def test_the_form_says_what_the_case_says(pages, tmp_path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(pages.client.get(f"{AWAY}/form.xlsx").data)
    again = read_record(path, knowledge()).value
    kept = pages.desk.look("TV-0042").value
    assert again["circumstances"] == kept["circumstances"]
    assert [[*item] for item in again["record"]] == [[*item] for item in kept["record"]]


def test_a_case_that_cannot_be_read_leads_to_what_is_wrong(pages):
    pages.write("TV-0042", "case: TV-0042\ncircumstances: {tier: many}\nrecord: []\n")
    for tail in ("", *(f"/{tail}" for tail in FILES)):
        assert "tier" in pages.client.get(AWAY + tail).get_data(as_text=True)


# The list of actions -------------------------------------------------------------------------------------------------------


def test_actions_are_told_roots_first_with_what_follows_beneath(pages):
    table = word(pages.client.get(f"{AWAY}/actions.docx").data).tables[0]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == ["What", "Why", "What would put it right", "Who", "By when"]
    numbers = [row[0].split()[0] for row in rows[1:]]
    gaps = audit_of("TV-0042").gaps
    assert [number for number in numbers if "." not in number] == [str(n) for n in range(1, len(gaps) + 1)]
    assert numbers == sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])
    roots = [row for row in rows[1:] if "." not in row[0].split()[0]]
    assert [row[0].split("\n")[0].split("  ")[1] for row in roots] == [gap.finding.rule.title for gap in gaps]
    assert [row[2] for row in roots] == [gap.finding.remedy for gap in gaps]
    assert all(row[1] and row[3:] == ["", ""] for row in rows[1:])  # who and by when are for people to fill in


def test_every_gap_of_the_audit_is_there_but_twins_that_say_the_same(pages):
    def count(gaps):
        return sum(1 + count(gap.consequences) for gap in gaps)

    table = word(pages.client.get(f"{AWAY}/actions.docx").data).tables[0]
    assert len(table.rows) - 1 == count(audit_of("TV-0042").gaps)


def test_what_is_disputed_is_told_in_the_document_beside_a_gap_or_by_itself(pages):
    gap = audit_of("TV-0042").gaps[0].finding
    good = next(one for one in audit_of("TV-0042").findings if one.status is Status.MET)
    disputes = [{"rule": one.rule.name, "key": one.key, "on": "2010-04-19", "why": f"It is {one.status}."} for one in (gap, good)]
    text = (ROOT / "examples/cases/TV-0042.yaml").read_text(encoding="utf-8")
    pages.write("TV-0042", f"{text}disputes: {json.dumps(disputes)}\n")
    document = word(pages.client.get(f"{AWAY}/actions.docx").data)
    first_row = [cell.text for cell in document.tables[0].rows[1].cells]
    assert f"Disputed on 19 April 2010: It is {gap.status}." in first_row[1]
    by_itself = [p.text for p in document.paragraphs if "Disputed on" in p.text]
    assert len(by_itself) == 1 and good.rule.title in by_itself[0]


def test_the_document_is_marked_numbered_and_in_english_and_names_nobody(pages):
    data = pages.client.get(f"{AWAY}/actions.docx").data
    document = word(data)
    [section] = document.sections
    assert section.header.paragraphs[0].text == section.footer.paragraphs[0].text == MARKING
    fields = [field.get(qn("w:instr")) for field in section.footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    properties = document.core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("Quips", "Quips", "")
    assert properties.language == "en-GB" and properties.title == "Actions: TV-0042"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        styles = archive.read("word/styles.xml").decode()
    assert set(re.findall(r'<w:lang[^>]* w:val="([^"]+)"', styles)) == {"en-GB"}


def test_the_head_of_the_table_is_repeated_and_headings_are_headings(pages):
    document = word(pages.client.get(f"{AWAY}/actions.docx").data)
    [first, *others] = document.tables[0].rows
    assert first._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:tblHeader")) is None for row in others)
    headings = [(p.style.name, p.text) for p in document.paragraphs if p.style.name.startswith(("Heading", "Title"))]
    assert headings[0] == ("Title", "TV-0042: actions")
    assert [text for style, text in headings if style == "Heading 1"] == ["To put right", "Still open", "What was done well"]


def test_an_urgent_case_says_so_before_all_else(pages):
    document = word(pages.client.get(f"{AWAY}/actions.docx").data)
    before = [p.text for p in document.paragraphs][: [p.text for p in document.paragraphs].index("To put right")]
    assert any("speak to your manager today" in text for text in before)


def test_no_gap_is_never_said_to_be_all_well():
    audit = audit_of("composed-well-run")
    document = word(to_docx([audit], knowledge(), MARKING))
    assert not audit.gaps and not document.tables
    text = [paragraph.text for paragraph in document.paragraphs]
    assert "No gap was found in what is on the record. That is not the same as no gap: see what is still open." in text
    assert text.index("Still open") < text.index("What was done well")


def test_several_cases_each_begin_on_a_page_of_their_own():
    document = word(to_docx([audit_of("TV-0042"), audit_of("composed-reviewing")], knowledge(), MARKING))
    titles = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Title"]
    assert titles == ["TV-0042: actions", f"{audit_of('composed-reviewing').case.reference}: actions"]
    assert len([*document.element.body.iter(qn("w:br"))]) == 1


def test_text_that_no_document_can_hold_does_not_break_it():
    reason = '"\\x07 <w:p> & \\u202e ]]>"'
    text = (ROOT / "examples/cases/TV-0042.yaml").read_text(encoding="utf-8").replace("victim declined", reason)
    audit = auditor().audit_document(parse_yaml(text, "TV-0042.yaml"))
    assert word(to_docx([audit], knowledge(), "A\x00\x0b<b>")).sections[0].header.paragraphs[0].text == "A<b>"


def test_the_command_line_writes_it_and_says_that_a_screen_cannot_show_it(tmp_path):
    case = str(ROOT / "examples/cases/TV-0042.yaml")
    refused = CliRunner().invoke(main, ["audit", case, "--format", "docx"])
    assert refused.exit_code == 2 and "--output FILE.docx" in refused.stderr and not refused.stdout
    out = tmp_path / "actions.docx"
    done = CliRunner().invoke(main, ["audit", case, "--format", "docx", "--engine", "reference", "--output", str(out)])
    assert done.exit_code == 0 and word(out.read_bytes()).tables
