"""A case that should not have been drawn is taken out, though it was read: by whom, when, and what every report then says."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import click
import openpyxl
import pytest

from knowledge_base import knowledge
from quips.cli.rounds import reporting, shared
from quips.peeraudit.figures import figures_of
from quips.peeraudit.plan import LEAD, READER
from quips.peeraudit.state import Gone
from quips.peeraudit.steps import agreeing, setting_up
from quips.peeraudit.steps.checks import StepRefusedError
from quips.reports.blocktext import to_text
from quips.reports.roundbook import to_workbook
from quips.reports.roundpaper import RoundReport, paper
from quips.reports.roundrows import figures_as_json
from reported_round import settled
from round_at_hand import RoundAtHand
from verified_round import PARTS, VerifiedRound

WHY = "Supervision began after the period."


@pytest.fixture
def round_(tmp_path: Path) -> RoundAtHand:
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1", "TV-2"])
    found.allocate(second=["TV-2"])
    found.submit("TV-1")
    return found


def taken_out(round_: RoundAtHand, case: str = "TV-1", who: str = "L01", because: str = WHY) -> None:
    round_.take(lambda state: setting_up.replace_case(round_.plan, state, who, case, because, None, {}, not_eligible=True))


def test_a_case_that_was_read_goes_only_as_one_that_should_not_have_been_drawn(round_: RoundAtHand) -> None:
    with pytest.raises(StepRefusedError, match="If it should not have been drawn at all, say so: --not-eligible"):
        round_.take(lambda state: setting_up.replace_case(round_.plan, state, "L01", "TV-1", WHY, None, {}))
    taken_out(round_)
    taken_out(round_, "TV-2")
    assert [*round_.state.gone.items()] == [("TV-1", Gone(WHY, True, True)), ("TV-2", Gone(WHY, True, False))]
    assert not round_.state.cases


@pytest.mark.parametrize("who", ["R05", "M01", "D01"])
def test_only_a_lead_takes_it_out_and_says_why(round_: RoundAtHand, who: str) -> None:
    with pytest.raises(StepRefusedError, match="cannot replace a case; L01 can, as lead"):
        taken_out(round_, who=who)
    with pytest.raises(StepRefusedError, match="Say why the case should not have been drawn"):
        taken_out(round_, because=" ")


def test_nobody_takes_out_what_they_read_or_what_is_their_teams(round_: RoundAtHand) -> None:
    case = round_.case("TV-1")
    mate = next(name for name, one in round_.plan.people.items() if one.team == case.team)
    for who, why in ((case.reader, f"{case.reader} is a reader of TV-1, so another lead"), (mate, f"of {mate}'s own team")):
        person = replace(round_.plan.people[who], roles=frozenset({LEAD, READER}))
        round_.plan = replace(round_.plan, people={**round_.plan.people, who: person})
        with pytest.raises(StepRefusedError, match=why):
            taken_out(round_, who=who)


def test_what_is_settled_has_to_be_opened_again_first(round_: RoundAtHand) -> None:
    round_.settle("TV-1")
    with pytest.raises(StepRefusedError, match="A moderator opens it again first: quips round reopen"):
        taken_out(round_)
    round_.feed_back("TV-1")
    with pytest.raises(StepRefusedError, match="it is settled, and locked"):
        taken_out(round_)
    assert "TV-1" in round_.state.cases


def test_the_next_in_line_comes_in_and_the_trail_still_verifies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (reporting, shared):
        monkeypatch.setattr(module, "load", lambda *_: knowledge())
    found = VerifiedRound(tmp_path / "round", **PARTS)
    found.run("draw")
    found.run("allocate")
    case = next(iter(found.folder.state().cases.values()))
    found.forms(case.reader, case.reference)
    assert "what was read stays in the round" in found.run("replace", case.reference, "--because", WHY, fails=True).stderr
    said = found.run("replace", case.reference, "--not-eligible", "--because", WHY).stdout
    [new] = set(found.folder.state().cases) - {one["case"] for one in found.rows[0].step.about["cases"]}
    assert f"{case.reference} is taken out, and {new} comes in for it" in said
    assert "speak to the manager today" in said and "nobody gets feedback on it" in said
    code, text = found.says()
    assert code == 0 and "Nothing is wrong" in text
    assert f"should not have been drawn: {WHY} {new} came in for it" in " ".join(found.run("log").stdout.split())
    late = found.path / "forms" / case.reader / f"{case.reference}-judging.xlsx"
    result = found.run("import", str(late), fails=True)
    assert f"{case.reference} was taken out: {WHY}" in result.stderr


def test_every_report_names_what_was_taken_out_and_why(tmp_path: Path) -> None:
    found = settled(tmp_path / "round")
    found.submit_more()
    found.take(lambda state: agreeing.reopen(found.plan, state, "M01", "TV-03", "It may be out of the period."))
    taken_out(found, "TV-03")
    figures = figures_of(found.book, found.state, "2026-12-10")
    assert (figures.progress.replaced, figures.progress.not_eligible, figures.progress.cases) == (0, 1, 11)
    assert figures_as_json(figures)["gone"] == [{"case": "TV-03", "because": WHY, "not_eligible": True, "was_read": True}]
    report = RoundReport("Autumn", "OFFICIAL", 1, figures)
    book = openpyxl.load_workbook(io.BytesIO(to_workbook(report, found.book.judged(found.state))))
    assert [*book["Taken out"].values][1] == ("TV-03", "yes", "yes", WHY)
    text = " ".join(click.unstyle(to_text(paper(report), 120)).split())
    assert "1 was taken out because it should not have been drawn, after it was read." in text
    assert f"TV-03 Read before: yes Why: Should not have been drawn. {WHY}" in text
