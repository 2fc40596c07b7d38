"""Letters to the officer and the senior: what they say, whatever text is in them, and what a team's own template can do."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from knowledge_base import ROOT, knowledge
from quips.explain import in_sentence
from quips.peeraudit.feedback import OFFICER, Prepared, prepare
from quips.problems import InputError
from quips.reports.letters import letters, says
from quips.reports.lettertemplates import default_templates
from quips.reports.wording import strength_words
from quips.statuses import Status, Verdict
from round_at_hand import PROMPTS, RoundAtHand

HOSTILE = 'Tom & "Jerry" </w:t><w:p> {{ 7*7 }} {% for x in y %} {_{ \x00\x0b]]> “curly” &amp; \ud800 =1+1'
SHOWN = 'Tom & "Jerry" </w:t><w:p> {{ 7*7 }} {% for x in y %}'


@pytest.fixture
def round_(tmp_path: Path) -> RoundAtHand:
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1", "TV-2", "TV-3"])
    found.allocate()
    return found


def prepared(round_: RoundAtHand, source: str = "composed-safeguarding", name: str = "TV-1", **answers: str) -> Prepared:
    round_.submit(name, source=source, answers=answers)
    round_.settle(name)
    return prepare(round_.book, round_.state, "L01", name)


def opened(data: bytes) -> Any:
    return Document(io.BytesIO(data))


def text_of(document: Any) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def edges_of(document: Any) -> tuple[str, str]:
    section = document.sections[0]
    return tuple("\n".join(one.text for one in part.paragraphs) for part in (section.header, section.footer))


def own_template(
    round_: RoundAtHand, *paragraphs: str, to: str = "officer", foot: str = "{{ marking }} {{ indicative_short }} {{ seal }}"
) -> None:
    document: Any = Document()
    for words in paragraphs:
        document.add_paragraph(words)
    document.sections[0].footer.paragraphs[0].text = foot
    (round_.path / "templates").mkdir(exist_ok=True)
    document.save(str(round_.path / "templates" / f"{to}.docx"))


def faults(round_: RoundAtHand, found: Prepared) -> list[str]:
    with pytest.raises(InputError) as refused:
        letters(round_.book, found)
    return [str(problem) for problem in refused.value.problems]


def test_the_letter_says_strengths_first_then_each_root_gap_with_what_follows_and_how_to_disagree(round_):
    found = prepared(round_)
    document = opened(letters(round_.book, found)["officer"])
    headings = [one.text for one in document.paragraphs if one.style.name.startswith("Heading")]
    assert headings[:2] == ["What was done well", "Good practice that readers noted"]
    assert headings[2] == "What to put right"
    assert headings.index("If you do not agree") > headings.index("Actions")
    roots = [f"{n}. {root.rule.title}" for n, root in enumerate(found.roots, 1)]
    assert headings[3 : 3 + len(roots)] == roots
    text = text_of(document)
    for root in found.roots:
        assert root.rule.remedy in text
        assert all(rule.title in text for rule in root.follows)
    assert sum(len(root.follows) for root in found.roots) >= 2  # this case has gaps that only follow
    assert "Letters in plain words." in text
    assert "29 October 2026" in text  # 28 days after 1 October
    assert "speak to your manager today" in text
    assert "{" not in text


def test_what_the_round_has_judged_poor_is_not_said_to_be_done_well(round_):
    source = "composed-well-run"
    strong = {one["title"] for one in says(round_.book, prepared(round_, source), OFFICER)["strengths"]}
    answers = dict.fromkeys(PROMPTS, "no")
    judged = says(round_.book, prepared(round_, source, "TV-2", **answers), OFFICER)
    assert {one["title"] for one in judged["strengths"]} < strong
    assert {one["title"] for one in judged["strengths"]}  # what no question of the round is about stays


def test_the_seniors_letter_adds_what_the_senior_is_asked_to_do(round_):
    both = letters(round_.book, prepared(round_))
    assert "What you are asked to do" not in text_of(opened(both["officer"]))
    asked = text_of(opened(both["senior"]))
    assert (
        "What you are asked to do" in asked
        and "Record your oversight on the case" in asked
        and "the senior of TV-1 (S00)" in asked
    )


def test_each_page_is_marked_and_shows_the_seal_and_that_it_is_indicative(round_):
    found = prepared(round_)
    for data in letters(round_.book, found).values():
        document = opened(data)
        head, foot = edges_of(document)
        assert head == "OFFICIAL-SENSITIVE"
        assert "OFFICIAL-SENSITIVE" in foot and "Indicative" in foot and round_.state.seal[:16] in foot and "TV-1" in foot
        assert document.core_properties.author == "Quips" and document.core_properties.language == "en-GB"


def test_the_actions_are_a_table_whose_head_stands_on_each_page(round_):
    found = prepared(round_)
    [table] = opened(letters(round_.book, found)["officer"]).tables
    assert [cell.text for cell in table.rows[0].cells] == ["No.", "What is to be put right, as said above", "Who", "By when"]
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert [row.cells[0].text for row in table.rows[1:]] == [str(action.number) for action in found.actions]
    assert {row.cells[2].text for row in table.rows[1:]} == {"O00"}


def test_what_is_urgent_stands_first(round_):
    found = prepared(round_, "composed-risk-of-harm")
    flags = [root.urgent for root in found.roots]
    assert flags == sorted(flags, reverse=True) and flags[0]


def test_that_somebody_may_be_at_risk_by_an_entry_that_leaves_open_what_decides_stands_first(round_, monkeypatch):
    monkeypatch.setattr("quips.reports.letters.undecided_words", lambda audit: "What decides is not given.")
    found = prepared(round_, "composed-well-run")
    text = text_of(opened(letters(round_.book, found)["officer"]))
    assert 0 < text.index("What decides is not given.") < text.index("No gap was found in what is on the record.")


def test_a_case_without_gaps_has_strengths_and_no_actions(round_):
    found = prepared(round_, "composed-well-run")
    text = text_of(opened(letters(round_.book, found)["officer"]))
    assert not found.actions and "No gap was found in what is on the record." in text and "Actions" not in text.split("\n")
    assert "for each action" not in text and "Nothing is to be put right, so no reply is needed." in text
    assert "reply sheet" not in text and "beside the finding" not in text and "there is none to dispute" in text
    assert "what would put that right" not in text, "there is nothing to"


def test_every_action_is_told_once_and_where_it_was_only_late_what_is_asked_can_be_done(round_):
    found = prepared(round_, "composed-home-visits")  # one visit late, and one of the same kind missing
    text = text_of(opened(letters(round_.book, found)["officer"]))
    assert found.roots and all(text.count(root.remedy) == 1 for root in found.roots)
    only_late = replace(found.roots[0], gaps=tuple(gap for gap in found.roots[0].gaps if gap.finding.done_late))
    assert only_late.gaps and "if there was none, say so in your reply" in only_late.remedy
    assert found.roots[0].remedy == found.roots[0].rule.remedy, "there the other visit is still to be made"


def test_the_letter_says_a_day_once_praises_without_doubts_and_says_nothing_twice(round_):
    found = prepared(round_, "composed-risk-of-harm")
    values = says(round_.book, found, OFFICER)
    for one in (one for gap in values["gaps"] for one in gap["findings"]):
        assert not one["occasion"] or one["occasion"].lower() not in one["why"].lower()
    assert not [one for one in values["strengths"] if "this could change" in one["when"]]
    assert [one for one in found.audit.findings if one.verdict is Verdict.SUFFICIENT and one.provisional], "there are doubts"
    said = " ".join(values["not_settled"])
    assert values["strengths"] and not [one for one in values["strengths"] if in_sentence(one["title"]) in said]
    known = "The record does not answer this: "
    assert all("which would settle" not in words for words in values["not_settled"])
    assert [words for words in values["not_settled"] if words.startswith(known)] == [
        words for words in values["not_settled"] if "? An answer would settle:" in words
    ]


def test_a_letter_is_in_words_that_its_reader_can_do_something_with(round_):
    found = prepared(round_, "composed-well-run", **{PROMPTS[0]: "no"})
    assert [one.rule for one in found.actions] == [PROMPTS[0]]
    shaky = found.audit.findings[0]._replace(verdict=Verdict.SUFFICIENT, provisional=("the level of risk is not known",))
    assert "this could change: the level of risk is not known" in strength_words([shaky])
    for data in letters(round_.book, found).values():
        text = text_of(opened(data))
        assert f"{found.told[PROMPTS[0]]} As the file shows." in text and "Please talk over with" in text
        assert "for each action" in text
        assert "quips round" not in text and "the lead can show" in text and "provisional" not in text


def test_a_question_answered_no_is_told_with_why_unless_a_gap_says_it(round_):
    found = prepared(round_, "composed-well-run", **{PROMPTS[0]: "no"})
    asks = round_.book.auditor.knowledge.prompts[PROMPTS[0]].asks
    assert f"{asks} As the file shows." in text_of(opened(letters(round_.book, found)["officer"]))


def test_the_same_feedback_gives_the_same_bytes(round_):
    found = prepared(round_)
    assert letters(round_.book, found) == letters(round_.book, found)
    assert default_templates() == default_templates()


def test_hostile_text_in_every_field_stays_text(round_):
    found = prepared(round_)
    reading = found.case.newest(found.case.readers[0])
    case = replace(
        found.case,
        officer=HOSTILE,
        senior=HOSTILE,
        readings={reading.reader: (replace(reading, good_practice=(HOSTILE,)),)},
    )
    actions = tuple(replace(one, title=HOSTILE, remedy=HOSTILE, owner=HOSTILE) for one in found.actions)
    rule = found.roots[0].rule.name
    bad = replace(found, case=case, by=HOSTILE, actions=actions, aside={rule: HOSTILE})
    round_.book.plan = replace(round_.plan, name=HOSTILE, marking=HOSTILE.replace("{_{", ""))
    for data in letters(round_.book, bad).values():
        document = opened(data)
        text = text_of(document)
        assert text.count(SHOWN) >= 6 + 2 * len(actions)
        assert "49" not in re.sub(r"\d{4}", "", text) and "\x00" not in text
        assert SHOWN in edges_of(document)[0]
        assert len(document.tables) == 1


def _lines(values: dict[str, Any]) -> list[str]:
    """A template that shows every placeholder there is."""
    lines = []
    for name, value in values.items():
        if not isinstance(value, list):
            lines.append(f"{name}: {{{{ {name} }}}}")
            continue
        lines.append(f"{{%p for one in {name} %}}")
        if value and isinstance(value[0], dict):
            for key, inner in value[0].items():
                if isinstance(inner, list):
                    shown = "{{ each.status }} {{ each.occasion }} {{ each.why }}" if key == "findings" else "{{ each }}"
                    lines += [f"{{%p for each in one.{key} %}}", shown, "{%p endfor %}"]
                else:
                    lines.append(f"{name}.{key}: {{{{ one.{key} }}}}")
        else:
            lines.append("{{ one }}")
        lines.append("{%p endfor %}")
    return lines


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [str(value)]


@pytest.mark.parametrize("to", ["officer", "senior"])
def test_a_teams_own_template_can_show_everything(round_, to):
    found = prepared(round_)
    found = replace(found, aside={found.roots[0].rule.name: "Shown in the paper file."})
    values = says(round_.book, found, to)
    own_template(round_, *_lines(values), to=to)
    text = text_of(opened(letters(round_.book, found)[to]))
    for told in _texts(values):
        assert told in text


def test_every_placeholder_is_in_the_how_to(round_):
    found = prepared(round_)
    values = says(round_.book, replace(found, aside={found.roots[0].rule.name: "So."}), "senior")
    page = (ROOT / "docs" / "how-to" / "feed-back.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([a-z_.]+)`", page))
    for name, value in values.items():
        assert name in told, name
        for key in value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else ():
            assert f"{name}.{key}" in told, f"{name}.{key}"


def test_unknown_placeholders_are_all_told_with_where_and_what_was_meant(round_):
    found = prepared(round_)
    own_template(round_, "Dear {{ oficer }}", "{%p for gap in gaps %}", "{{ gap.titel }}", "{%p endfor %}", "{{ weather }}")
    told = faults(round_, found)
    assert len(told) == 3
    joined = "\n".join(told)
    assert (
        "officer.docx: error: There is nothing called 'oficer' to fill in. It is in the paragraph 'Dear {{ oficer }}'." in joined
    )
    assert "Did you mean 'officer'?" in joined and "Did you mean 'title'?" in joined
    assert "'{{ gap.titel }}'" in joined and "What can be filled in there: due, findings" in joined


def test_broken_tags_of_body_and_foot_and_of_both_templates_are_told_at_once(round_):
    found = prepared(round_)
    own_template(round_, "One", "{%p for gap in gaps %}", "{{ gap.title }}", foot="{{ marking }} {{ seal ")
    own_template(round_, "{% if urgent %} {{ urgent }} {% endfor %}", to="senior")
    told = faults(round_, found)
    assert len(told) == 3 and all("broken-tag" in one for one in told)
    assert sum("officer.docx" in one for one in told) == 2 and sum("senior.docx" in one for one in told) == 1
    assert "{% if urgent %} {{ urgent }} {% endfor %}" in next(one for one in told if "senior.docx" in one)


@pytest.mark.parametrize(
    ("paragraph", "name"),
    [
        ("{{ ''.__class__.__mro__ }}", "cannot-fill-in"),
        ("{{ 1 / 0 }}", "cannot-fill-in"),
        ("{{ range(10 ** 9) | list }}", "cannot-fill-in"),
        ("{{ gaps.append(1) }}", "cannot-fill-in"),
        ("{%tr for gap in gaps %}{%tr endfor %}", "broken-tag"),
    ],
)
def test_what_a_template_may_not_do_is_told_without_a_traceback(round_, paragraph, name):
    found = prepared(round_)
    own_template(round_, paragraph)
    [told] = faults(round_, found)
    assert "officer.docx" in told and f"[{name}]" in told


def test_a_template_that_is_no_word_document_or_holds_macros_is_refused(round_):
    found = prepared(round_)
    folder = round_.path / "templates"
    folder.mkdir()
    (folder / "officer.docx").write_bytes(b"not a document")
    own_template(round_, "Fine", to="senior")
    with zipfile.ZipFile(folder / "senior.docx", "a") as parts:
        parts.writestr("word/vbaProject.bin", b"x")
    told = faults(round_, found)
    assert "[not-a-word-document]" in told[0] and "[macros]" in told[1]


@pytest.mark.parametrize(
    ("foot", "what"), [("{{ seal }} {{ indicative_short }}", "marking"), ("{{ marking }} {{ indicative_short }}", "seal")]
)
def test_a_letter_without_its_marking_or_its_seal_is_not_written(round_, foot, what):
    found = prepared(round_)
    own_template(round_, "Dear colleague", foot=foot)
    [told] = faults(round_, found)
    assert what in told and "[not-shown]" in told


def test_what_word_splits_into_pieces_is_still_one_placeholder(round_):
    found = prepared(round_)
    own_template(round_, "")
    path = round_.path / "templates" / "officer.docx"
    document: Any = Document(str(path))
    paragraph = document.paragraphs[0]
    for piece in ("{", "{ refer", "ence }", "}"):
        paragraph.add_run(piece)
    document.save(str(path))
    assert "TV-1" in text_of(opened(letters(round_.book, found)["officer"]))


def test_a_second_letter_says_why_the_director_did_not_sign_the_first(round_):
    once = prepared(round_)
    assert "A director did not sign" not in text_of(opened(letters(round_.book, once)["officer"]))
    round_.feed_back("TV-1")
    round_.act("TV-1")
    round_.sign("TV-1", accepts=False)
    for data in letters(round_.book, prepare(round_.book, round_.state, "L01", "TV-1")).values():
        assert "A director did not sign it, and it was taken back: Too thin." in text_of(opened(data))


def test_what_is_open_and_the_round_does_not_ask_about_is_left_out(round_):
    round_.plan = replace(round_.plan, prompts=("omi-1/1.2/roh-analysis-completed",))
    found = prepared(round_)
    rules = [rule for rule in knowledge().rules.values() if any(one.prompt in round_.plan.prompts for one in rule.answers)]
    said = " ".join(says(round_.book, found, "officer")["not_settled"])
    open_ = [one for one in found.audit.findings if one.verdict is Verdict.OPEN]
    asked = {in_sentence(one.rule.title) for one in open_ if one.rule in rules}
    others = {in_sentence(one.rule.title) for one in open_} - asked
    assert others and not [title for title in others if title in said]
    waiting = {in_sentence(one.rule.title) for one in open_ if one.status is Status.NOT_YET_DUE}
    assert all(title in said for title in asked - waiting)
