"""Two readers of a case who wrote down different facts: told where a gap hangs on it, and settled by nobody unseen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quips.peeraudit.differingfacts import DifferingFact, differing_facts
from quips.peeraudit.state import Phase
from round_at_hand import RoundAtHand
from round_commands import Commands
from round_forms import InHand

VISIT = "An early, purposeful home visit where the risk of serious harm is high"
AGAIN = "Another home visit after a change that bears on the risk of harm"
LAST_CONTACT = "  - contact: {on: 2010-10-26, kind: office}\n"
SEEN = "  - home_visit: {on: 2010-09-24, purposeful: true, evidence: interview}\n"
OTHER_DAY = LAST_CONTACT.replace("10-26", "10-27")


def read_by_two(path: Path, first: str, second: str) -> RoundAtHand:
    """A case of which each reader's record has this in the place of the last contact: after release nobody visited."""
    found = RoundAtHand(path / "round")
    found.draw(["TV-1"])
    found.allocate(second=["TV-1"])
    for reader, text in zip(found.case("TV-1").readers, (first, second), strict=True):
        found.submit("TV-1", reader, changed=(LAST_CONTACT, text))
    return found


def read_otherwise(path: Path, was: str, becomes: str) -> RoundAtHand:
    """A case of which the second reader wrote down something else; the first reader's facts are in, and lead to nothing yet."""
    found = RoundAtHand(path / "round")
    found.draw(["TV-1"])
    found.allocate(second=["TV-1"])
    one, other = found.case("TV-1").readers
    found.submit("TV-1", one)
    assert facts(found) == [], "nothing before both readings are in"
    found.submit("TV-1", other, changed=(was, becomes))
    return found


def facts(found: RoundAtHand) -> list[DifferingFact]:
    return [*differing_facts(found.book, found.case("TV-1"))]


def test_a_fact_on_which_a_gap_hangs_is_told_with_what_each_wrote_down(tmp_path: Path) -> None:
    """Only the second reader was told of a visit within ten working days of the release, so only the first finds it missing."""
    [one] = facts(read_by_two(tmp_path, LAST_CONTACT, LAST_CONTACT + SEEN))
    assert (one.case, one.fact, one.gaps) == ("TV-1", "home_visit", (VISIT,))
    assert one.first == "nothing else"
    assert one.second == "home visit on 24 September 2010 (purposeful: yes; evidence: interview)"


def test_what_both_wrote_down_otherwise_is_told_of_both(tmp_path: Path) -> None:
    """One was told why nobody visited, and finds the reason good; the other finds it poor, as the file has it."""
    poor = 'on: 2010-09-27, reason: "called off by the office, not booked again", acceptable: false'
    good = 'on: 2010-09-27, reason: "he was in hospital", acceptable: true'
    [visit] = facts(read_otherwise(tmp_path, poor, good))
    assert visit.first.startswith("not done: home visit on 27 September 2010 (reason: called off by the office")
    assert visit.second.startswith("not done: home visit on 27 September 2010 (reason: he was in hospital")
    assert visit.gaps == (VISIT,)


@pytest.mark.parametrize("second", [OTHER_DAY, LAST_CONTACT.replace("kind", "evidence: file, kind")])
def test_a_difference_on_which_no_gap_hangs_is_left_out(tmp_path: Path, second: str) -> None:
    assert facts(read_by_two(tmp_path, LAST_CONTACT, second)) == []


def test_a_circumstance_that_readers_took_otherwise_is_told_with_all_that_hangs_on_it(tmp_path: Path) -> None:
    found = read_otherwise(tmp_path, "rosh_level: high", "rosh_level: low")
    [level] = [fact for fact in facts(found) if fact.fact == "rosh_level"]
    assert (level.first, level.second) == ("high", "low") and VISIT in level.gaps


def test_a_record_read_earlier_is_told_where_no_fact_explains_it(tmp_path: Path) -> None:
    """By our own reading another visit is missing after 3 November, so not yet on the day before; nothing else differs."""
    [day] = facts(read_otherwise(tmp_path, "as_at: 2010-11-12", "as_at: 2010-11-02"))
    assert (day.fact, day.first, day.second, day.gaps) == ("as_at", "12 November 2010", "2 November 2010", (AGAIN,))


def test_a_case_whose_records_lead_to_other_gaps_is_looked_at_before_it_is_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = read_by_two(tmp_path, LAST_CONTACT, LAST_CONTACT + SEEN)
    run = Commands(found, monkeypatch)
    [one] = json.loads(run.shown("agree", "--format", "json"))["differing_facts"]
    assert one["fact"] == "home_visit" and one["gaps"] == [VISIT]
    assert f"gaps that hang on it: {VISIT}" in run.told("agree")
    told = run.works("settle", "--all-agreed", who="M01")
    assert "TV-1: The records differ on 'home visit'" in told and "settle" in told
    assert found.case("TV-1").phase is Phase.TO_MODERATE
    run.works("settle", "--sheet", who="M01")
    hand = InHand((found.path / "forms" / "settling-M01.xlsx").read_bytes())
    assert any("The records differ on 'home visit'" in str(cell.value) for cell in hand.book["Cases"]["A"])
    hand.write(("settle", "TV-1"), True)
    path = found.path / "forms" / "settling-M01.xlsx"
    path.write_bytes(hand.saved())
    run.works("import", path, who="")
    assert found.case("TV-1").phase is Phase.TO_FEED_BACK


def test_with_the_same_facts_and_answers_one_word_settles_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_by_two(tmp_path, LAST_CONTACT, OTHER_DAY)
    assert "1 settled: TV-1." in Commands(found, monkeypatch).works("settle", "--all-agreed", who="M01")
