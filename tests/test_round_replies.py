"""The reply sheet: written, filled in as people do, and read back."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from forms import Filled, row_of
from quips.forms.filled import read_filled
from quips.peeraudit.feedback import give, prepare
from quips.peeraudit.replysheet import FRESH, KIND, hand_in, reply_sheet
from quips.problems import InputError
from round_at_hand import RoundAtHand

CHECK = "childrens-services-check-made"


@pytest.fixture
def round_(tmp_path: Path) -> RoundAtHand:
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1", "TV-2", "TV-3"])
    found.allocate()
    found.submit("TV-1", source="composed-safeguarding")
    found.settle("TV-1")
    feed_back(found)
    return found


def feed_back(round_: RoundAtHand) -> None:
    found = prepare(round_.book, round_.state, "L01", "TV-1")
    give(round_.book, found, {"officer": b"one", "senior": b"two"}, reply_sheet(found, round_.plan.name, round_.plan.marking))


class Reply(Filled):
    """The reply sheet of TV-1 in the hands of somebody who fills it in."""

    def __init__(self, round_: RoundAtHand, who: str = "O00", number: int = 1) -> None:
        super().__init__((round_.path / f"forms/reply-TV-1.{number}.xlsx").read_bytes())
        if who:
            self.write("Reply", "Who replies?", who)

    def done(self, number: int, day: str = "2026-10-01", shows: str = "Entry.") -> str:
        """Say that an action was done, and return the cell of the day."""
        at = self.write("Actions", f"{number}. ", day or None)
        self.write("Actions", f"{number}. ", shows or None, column=3)
        return at

    def disputed(self, rule: str, answer: str = "Yes", why: str = "It is on the paper file.") -> str:
        sheet = self.book["Findings"]
        row = next(cell.row for cell in sheet["A"] if str(cell.value or "").endswith(rule))
        sheet.cell(row, 2).value, sheet.cell(row, 3).value = answer or None, why or None
        return f"Findings!B{row}"

    def hand_in(self, round_: RoundAtHand, who: str = "L01") -> list[str]:
        return hand_in(round_.book, read_filled(self.saved(), "reply.xlsx", {KIND: FRESH}), who)


def refused(round_: RoundAtHand, reply: Reply, who: str = "L01") -> list[str]:
    before = round_.folder.rows()
    with pytest.raises(InputError) as error:
        reply.hand_in(round_, who)
    assert round_.folder.rows() == before
    return [str(problem) for problem in error.value.problems]


def test_the_sheet_asks_of_each_action_and_each_gap_and_holds_nothing_that_runs(round_):
    book = openpyxl.load_workbook(round_.path / "forms/reply-TV-1.1.xlsx")
    case = round_.case("TV-1")
    assert [row_of(book["Actions"], f"{n}. ") for n in case.actions] == [4, 5, 6]
    gaps = round_.book.gap_rules(case)
    assert len(gaps) == 5
    asked = [str(cell.value).splitlines()[-1] for cell in book["Findings"]["A"][3:]]
    assert asked == gaps
    assert all(sheet.protection.sheet for sheet in book.worksheets)


def test_what_was_done_and_what_is_disputed_is_taken_as_the_officers_with_who_handed_it_in(round_):
    reply = Reply(round_)
    reply.done(1)
    reply.done(2, "1 October 2026", "Review of that day.")
    reply.disputed(CHECK)
    lines = reply.hand_in(round_)
    assert lines[0] == "TV-1: action 1 was done on 1 October 2026." and lines[2] == f"TV-1: {CHECK} is disputed by O00."
    assert "quips round answer" in lines[-1]
    case = round_.case("TV-1")
    assert [one.status for one in case.actions.values()] == ["done", "done", "open"]
    assert case.disputes[CHECK].by == "O00" and case.disputes[CHECK].because == "It is on the paper file."
    acted, disputed = (row.step for row in round_.folder.rows()[-2:])
    assert acted.who == disputed.who == "O00"
    assert acted.about["handed_in_by"] == disputed.about["handed_in_by"] == "L01"


def test_the_officer_who_hands_in_their_own_need_not_say_who_they_are(round_):
    reply = Reply(round_, who="")
    reply.done(1)
    reply.hand_in(round_, "O00")
    step = round_.folder.rows()[-1].step
    assert step.who == "O00" and "handed_in_by" not in step.about


def test_the_same_sheet_twice_changes_nothing_and_one_with_more_in_it_adds_that(round_):
    reply = Reply(round_)
    reply.done(1)
    reply.disputed(CHECK)
    reply.hand_in(round_)
    before = round_.folder.rows()
    assert "Nothing was changed." in reply.hand_in(round_)[0]
    assert round_.folder.rows() == before
    reply.done(2)
    assert len(reply.hand_in(round_)) == 2 and len(round_.folder.rows()) == len(before) + 1


def test_an_old_sheet_does_not_undo_what_was_corrected_after_it(round_):
    from quips.peeraudit.steps import feeding_back

    reply = Reply(round_)
    reply.done(1)
    reply.hand_in(round_)
    change = {"number": 1, "status": "done", "done_on": "2026-09-30", "evidence": "Entry of the 30th."}
    round_.take(lambda state: feeding_back.act(round_.plan, state, "L01", "TV-1", [change]))
    reply.hand_in(round_)
    assert round_.case("TV-1").actions[1].done_on == "2026-09-30"


def test_a_dispute_that_was_answered_is_not_opened_again_by_the_same_sheet(round_):
    from quips.peeraudit.steps import feeding_back

    reply = Reply(round_)
    reply.disputed(CHECK)
    reply.hand_in(round_)
    round_.take(lambda state: feeding_back.answer_dispute(round_.plan, state, "M01", "TV-1", CHECK, "set_aside", "Seen."))
    assert "Nothing was changed." in reply.hand_in(round_)[0]
    assert not round_.case("TV-1").open_disputes


def test_everything_that_is_wrong_is_told_by_cell_at_once_and_nothing_is_taken(round_):
    reply = Reply(round_)
    without_evidence = reply.done(1, shows="")
    without_day = reply.done(2, day="")
    to_come = reply.done(3, day="2035-01-01")
    [first, second, third, *_] = round_.book.gap_rules(round_.case("TV-1"))
    no_reason = reply.disputed(first, why="")
    no_answer = reply.disputed(second, answer="")
    not_a_word = reply.disputed(third, answer="perhaps")
    told = "\n".join(refused(round_, reply))
    for cell, words in (
        (without_evidence.replace("!B", "!C"), "Say what shows that action 1 was done."),
        (without_day, "Say on which day action 2 was done."),
        (to_come, "is still to come"),
        (no_reason.replace("!B", "!C"), "Say why this finding is not right."),
        (no_answer, "Say Yes if you dispute this finding."),
        (not_a_word, "Choose Yes or No"),
    ):
        sheet, at = cell.split("!")
        assert any(sheet in line and at in line and words in line for line in told.splitlines()), (cell, words, told)


def test_somebody_elses_reply_is_refused_in_the_cell_that_says_whose_it_is_with_all_else_that_is_wrong(round_):
    reply = Reply(round_, who="O02")
    no_day = reply.done(1, "soon", shows="")
    reply.done(2)
    reply.done(3, "2035-01-01", shows="")
    reply.disputed(CHECK, answer="perhaps", why="")
    told = "\n".join(refused(round_, reply))
    assert "Reply!B4" in told and "O02 is neither the officer nor the senior of TV-1" in told and told.count("O02") == 1
    row = int(no_day.rpartition("B")[2])
    for cell in (f"Actions!B{row}", f"Actions!C{row}", f"Actions!B{row + 2}", f"Actions!C{row + 2}", "Findings!B"):
        assert cell in told, (cell, told)
    assert len(told.splitlines()) >= 6


def test_a_senior_who_is_not_the_owner_and_the_lead_may_reply_and_only_the_parties_dispute(round_):
    reply = Reply(round_, who="L01")
    reply.done(1)
    disputed = reply.disputed(CHECK)
    [told] = refused(round_, reply)
    assert disputed in told and "only they dispute" in told


def test_who_replies_has_to_be_said_where_somebody_else_hands_it_in(round_):
    reply = Reply(round_, who="")
    reply.done(1)
    [told] = refused(round_, reply)
    assert "Say who replies. The officer is O00, and the senior S00." in told and "B4" in told


def test_somebody_who_has_no_part_in_the_round_hands_in_nothing(round_):
    reply = Reply(round_)
    reply.done(1)
    assert "takes no part in this round" in refused(round_, reply, who="X99")[0]


def test_a_reply_to_feedback_that_was_taken_back_is_refused(round_):
    reply = Reply(round_)
    reply.done(1)
    round_.sign("TV-1", accepts=False)
    assert "replies to feedback 1 on TV-1, which was taken back" in refused(round_, reply)[0]
    feed_back(round_)
    [told] = refused(round_, reply)
    assert "Reply on the sheet of feedback 2." in told
    again = Reply(round_, number=2)
    again.done(1)
    again.hand_in(round_)
    assert round_.case("TV-1").actions[1].status == "done"


def test_a_reply_of_another_round_with_the_same_name_and_cases_is_refused(round_, tmp_path):
    other = RoundAtHand(tmp_path / "other", hours=5)
    other.draw(["TV-1"])
    other.allocate()
    other.submit("TV-1", source="composed-safeguarding")
    other.settle("TV-1")
    feed_back(other)
    reply = Reply(other)
    reply.done(1)
    its, this = other.state.began[:16], round_.state.began[:16]
    message = f"This is of another round, 'Autumn 2026', whose draw has the seal {its}; the draw of this one has {this}."
    assert its != this and message in refused(round_, reply)[0]


def test_hostile_text_in_a_reply_is_kept_as_text(round_):
    reply = Reply(round_)
    reply.done(1, shows="{{ 7*7 }} <b> & \"quotes\" 'x' +1-1 @SUM(A1)")
    reply.hand_in(round_)
    assert round_.case("TV-1").actions[1].evidence == "{{ 7*7 }} <b> & \"quotes\" 'x' +1-1 @SUM(A1)"
    formula = Reply(round_)
    formula.done(2, shows="=1+1")
    with pytest.raises(InputError, match="formula"):
        formula.hand_in(round_)


def test_the_sheet_of_a_case_without_actions_names_no_sheet_that_is_not_there(round_):
    round_.submit("TV-2", source="composed-well-run")
    round_.settle("TV-2")
    found = prepare(round_.book, round_.state, "L01", "TV-2")
    book = openpyxl.load_workbook(io.BytesIO(reply_sheet(found, "Autumn", "OFFICIAL")))
    said = " ".join(str(cell.value) for row in book["Reply"].iter_rows() for cell in row if cell.value)
    assert "Actions" not in book.sheetnames and "the sheet Actions" not in said and "so no reply is needed." in said
    assert "Findings" not in book.sheetnames and "there is none to dispute" in said and "tell L01" in said


def test_the_same_feedback_gives_the_same_sheet(round_):
    round_.submit("TV-2", source="composed-home-visits")
    round_.settle("TV-2")
    found = prepare(round_.book, round_.state, "L01", "TV-2")
    assert reply_sheet(found, "Autumn", "OFFICIAL") == reply_sheet(found, "Autumn", "OFFICIAL")
    assert io.BytesIO(reply_sheet(found, "Autumn", "OFFICIAL")).read(2) == b"PK"
