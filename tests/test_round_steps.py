"""The steps of a round, taken in order and out of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from quips.peeraudit.plan import DIRECTOR, MODERATOR, READER
from quips.peeraudit.state import Phase
from quips.peeraudit.steps import agreeing, feeding_back, setting_up, signing
from quips.peeraudit.steps.checks import StepRefusedError
from quips.peeraudit.steps.reading import may_see
from round_at_hand import PROMPTS, RoundAtHand


@pytest.fixture
def round_(tmp_path: Path) -> RoundAtHand:
    found = RoundAtHand(tmp_path / "round")
    found.draw(["TV-1", "TV-2", "TV-3"])
    found.allocate(second=["TV-2"])
    return found


def test_a_case_goes_from_the_draw_to_the_signature(round_: RoundAtHand) -> None:
    phases = [round_.case("TV-1").phase]
    for step in (round_.submit, round_.settle, round_.feed_back, round_.act, round_.sign):
        step("TV-1")
        phases.append(round_.case("TV-1").phase)
    assert phases == [
        Phase.TO_READ,
        Phase.TO_MODERATE,
        Phase.TO_FEED_BACK,
        Phase.WITH_OFFICER,
        Phase.TO_COUNTERSIGN,
        Phase.COUNTERSIGNED,
    ]


def test_a_second_reading_stays_blind_until_both_are_in_and_its_differences_are_settled_first(round_: RoundAtHand) -> None:
    first, second = round_.case("TV-2").readers
    round_.submit("TV-2", first, {PROMPTS[0]: "no"})
    assert round_.case("TV-2").phase is Phase.SECOND_TO_READ
    assert not may_see(round_.state, second, "TV-2", first) and may_see(round_.state, first, "TV-2", first)
    with pytest.raises(StepRefusedError, match=f"the reading of {second} is not in"):
        round_.settle("TV-2")
    round_.submit("TV-2", second)
    assert may_see(round_.state, second, "TV-2", first)
    assert round_.book.differing(round_.case("TV-2")) == [PROMPTS[0]]
    with pytest.raises(StepRefusedError, match="the readers differ on"):
        round_.take(lambda state: agreeing.moderate(round_.plan, state, "M01", "TV-2", first, [PROMPTS[0]]))
    round_.settle("TV-2")
    assert round_.case("TV-2").adjudicated[PROMPTS[0]].answer == "no"


def test_nobody_reads_their_own_teams_case(round_: RoundAtHand) -> None:
    case = round_.case("TV-1")
    own = next(name for name, one in round_.plan.people.items() if one.team == case.team)
    given = {"group": case.team, "reader": own}
    with pytest.raises(StepRefusedError, match=f"is of team {case.team}"):
        round_.take(lambda state: setting_up.reallocate(round_.plan, state, "L01", "TV-1", given, "Illness."))


def test_nobody_reads_for_a_group_in_which_somebody_has_a_conflict(round_: RoundAtHand) -> None:
    case = round_.case("TV-1")
    group = next(name for name in round_.state.groups if name not in (case.group, case.team))
    reader, mate = round_.state.groups[group]
    round_.take(lambda state: setting_up.declare(round_.plan, state, mate, "TV-1", "I know the family."))
    with pytest.raises(StepRefusedError, match=f"{mate} \\(of the same group\\) has a conflict with TV-1"):
        given = {"group": group, "reader": reader}
        round_.take(lambda state: setting_up.reallocate(round_.plan, state, "L01", "TV-1", given, "Illness."))


def test_a_refusal_takes_the_feedback_back(round_: RoundAtHand) -> None:
    for step in (round_.submit, round_.settle, round_.feed_back, round_.act):
        step("TV-1")
    round_.sign("TV-1", accepts=False)
    case = round_.case("TV-1")
    assert case.phase is Phase.TO_FEED_BACK and not case.actions and len(case.refusals) == 1
    round_.feed_back("TV-1")
    assert round_.case("TV-1").feedback is not None and round_.case("TV-1").times_fed_back == 2


def test_whoever_settled_a_case_does_not_sign_it(round_: RoundAtHand) -> None:
    round_.submit("TV-1")
    round_.settle("TV-1", by="M02")  # who is a director as well
    round_.feed_back("TV-1")
    round_.act("TV-1")
    with pytest.raises(StepRefusedError, match="nobody signs their own work"):
        round_.take(lambda state: signing.countersign(round_.plan, state, "M02", "TV-1", True))
    assert round_.case("TV-1").signature is None


def test_nothing_is_signed_while_an_action_is_open(round_: RoundAtHand) -> None:
    for step in (round_.submit, round_.settle, round_.feed_back):
        step("TV-1")
    with pytest.raises(StepRefusedError, match="cannot be signed while action"):
        round_.sign("TV-1")


def test_a_done_action_keeps_its_owner_and_its_day(round_: RoundAtHand) -> None:
    for step in (round_.submit, round_.settle, round_.feed_back, round_.act):
        step("TV-1")
    change = {"number": 1, "owner": "O02"}
    with pytest.raises(StepRefusedError, match="Action 1 of TV-1 is done, so who does it and by when stay as they are"):
        round_.take(lambda state: feeding_back.act(round_.plan, state, "L01", "TV-1", [change], "Illness."))


def mate(round_: RoundAtHand, who: str) -> str:
    return next(name for members in round_.state.groups.values() if who in members for name in members if name != who)


def hand_over(round_: RoundAtHand, case: str, second: bool = False) -> str:
    """Give a case to another reader of the group, and return who had it before."""
    one = round_.case(case)
    before = one.second_reader if second else one.reader
    to = {"second_reader": mate(round_, before)} if second else {"group": one.group, "reader": mate(round_, before)}
    round_.take(lambda state: setting_up.reallocate(round_.plan, state, "L01", case, to, "Illness."))
    return before


def with_roles(round_: RoundAtHand, who: str, *roles: str) -> None:
    person = replace(round_.plan.people[who], roles=frozenset(roles))
    round_.plan = replace(round_.plan, people={**round_.plan.people, who: person})


def test_whoever_once_read_a_case_neither_settles_nor_signs_it(round_: RoundAtHand) -> None:
    round_.submit("TV-1")
    before = hand_over(round_, "TV-1")
    with_roles(round_, before, READER, MODERATOR, DIRECTOR)
    round_.submit("TV-1")
    with pytest.raises(StepRefusedError, match=f"{before} read TV-1, so somebody else has to settle it"):
        round_.settle("TV-1", by=before)
    for step in (round_.settle, round_.feed_back, round_.act):
        step("TV-1")
    with pytest.raises(StepRefusedError, match="nobody signs their own work"):
        round_.sign("TV-1", by=before)


def test_whoever_read_it_again_or_owned_an_action_does_not_sign(round_: RoundAtHand) -> None:
    with_roles(round_, "M01", MODERATOR, DIRECTOR)
    for step in (round_.submit, lambda name: round_.settle(name, by="M02"), round_.feed_back):
        step("TV-1")
    given = {"number": 1, "owner": "D01"}
    round_.take(lambda state: feeding_back.act(round_.plan, state, "L01", "TV-1", [given], "She asked for it."))
    round_.act("TV-1")
    change = {"closed": [], "still_open": [], "new": []}
    round_.take(lambda state: feeding_back.reread(round_.plan, state, "M01", "TV-1", "rereads/x.yaml", {}, change))
    with pytest.raises(StepRefusedError, match="nobody signs their own work"):
        round_.sign("TV-1", by="M01")
    with pytest.raises(StepRefusedError, match="nobody signs their own work"):
        round_.sign("TV-1")


def test_a_conflict_keeps_moderators_and_directors_out_too(round_: RoundAtHand) -> None:
    round_.submit("TV-1")
    for who in ("M01", "D01"):
        round_.take(lambda state, who=who: setting_up.declare(round_.plan, state, who, "TV-1", "I know the family."))
    with pytest.raises(StepRefusedError, match="M01 has a conflict with TV-1, so somebody else has to settle it"):
        round_.settle("TV-1")
    for step in (lambda name: round_.settle(name, by="M02"), round_.feed_back, round_.act):
        step("TV-1")
    with pytest.raises(StepRefusedError, match="D01 has a conflict with TV-1, so somebody else has to countersign it"):
        round_.sign("TV-1")


def test_a_case_that_was_read_is_not_replaced(round_: RoundAtHand) -> None:
    round_.submit("TV-1")
    with pytest.raises(StepRefusedError, match="what was read stays in the round"):
        round_.take(lambda state: setting_up.replace_case(round_.plan, state, "L01", "TV-1", "Thin file.", None, {}))


def test_what_was_settled_between_two_readers_does_not_hold_for_others(round_: RoundAtHand) -> None:
    first, second = round_.case("TV-2").readers
    round_.submit("TV-2", first, {PROMPTS[0]: "no"})
    round_.submit("TV-2", second)
    said = {PROMPTS[0]: {"answer": "no", "reason": "Talked over."}}
    round_.take(lambda state: agreeing.adjudicate(round_.plan, state, "M01", "TV-2", said, [PROMPTS[0]]))
    hand_over(round_, "TV-2", second=True)
    assert not round_.case("TV-2").adjudicated
    round_.take(lambda state: setting_up.reallocate(round_.plan, state, "L01", "TV-2", {"second_reader": second}, "Well again."))
    with pytest.raises(StepRefusedError, match="the readers differ on"):
        round_.take(lambda state: agreeing.moderate(round_.plan, state, "M01", "TV-2", first, [PROMPTS[0]]))


def test_a_second_reading_that_was_called_for_is_not_done_without_unless_it_is_said_why(round_: RoundAtHand) -> None:
    round_.take(
        lambda state: setting_up.reallocate(
            round_.plan, state, "L01", "TV-1", {"second_because": "gap: no plan"}, "A rule marks it."
        )
    )
    round_.submit("TV-1")
    with pytest.raises(StepRefusedError, match=r"TV-1 is to be read a second time \(gap: no plan\), and nobody does yet"):
        round_.settle("TV-1")
    reader = round_.case("TV-1").reader
    round_.take(lambda state: agreeing.moderate(round_.plan, state, "M01", "TV-1", reader, [], "Nobody of another team is left."))
    moderated = round_.case("TV-1").moderated
    assert moderated is not None and moderated.because == "Nobody of another team is left."


@pytest.mark.parametrize("change", [{"status": "banana"}, {"title": "Another"}])
def test_nothing_is_written_of_an_action_that_could_not_be_read_again(round_: RoundAtHand, change: dict[str, str]) -> None:
    for step in (round_.submit, round_.settle, round_.feed_back):
        step("TV-1")
    with pytest.raises(StepRefusedError, match="An action is open, done or withdrawn"):
        round_.take(lambda state: feeding_back.act(round_.plan, state, "L01", "TV-1", [{"number": 1, **change}]))
