"""Random people take random steps of a round; a model that knows nothing of the steps says which may succeed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from quips.peeraudit.folding import after, state_of
from quips.peeraudit.plan import MODERATOR, READER
from quips.peeraudit.state import Action, State
from quips.peeraudit.steps import agreeing, feeding_back, reading, setting_up, signing
from quips.peeraudit.steps.checks import StepRefusedError
from quips.peeraudit.trail import BEGINNING, Row, Step, end_of, end_problems, read_rows, seal
from round_at_hand import TEAMS, listed_case, people, plan

BOTH = {name: replace(people()[name], roles=frozenset({READER, MODERATOR})) for name in ("R01", "R03")}
PLAN = replace(plan(), people=people() | BOTH)
ASKED = PLAN.prompts[:2]
NAMES = ("TV-1", "TV-2")
READERS = {name: one.team for name, one in people().items() if one.team}
MODERATORS, DIRECTORS = ("M01", "M02", "R01", "R03"), ("M02", "D01")
EVERYBODY = (*people(), *(f"O{n:02}" for n in range(3)), *(f"S{n:02}" for n in range(3)), "", "X99")

who_ = st.sampled_from(EVERYBODY)


def mostly(*likely: str) -> st.SearchStrategy[str]:
    """Mostly somebody who may; ``@reader`` and the like stand for whoever it is of the case."""
    return st.one_of(*[st.sampled_from(likely)] * 4, st.sampled_from(["M02", "D01", "M01", "L01", "R01", "R03"]), who_)


case_ = st.sampled_from(["TV-2", "TV-2", "TV-1"])
reason_ = st.sampled_from([*["Because."] * 5, "", " "])
answer_ = st.sampled_from(["yes", "no"])
gap_ = st.sampled_from(["gap-a", "gap-b"])


@dataclass
class Believed:
    """What the model believes of a case."""

    reader: str
    second: str
    officer: str
    senior: str
    team: str
    said: dict[str, tuple[dict[str, str], bool]] = field(default_factory=dict)
    agreed: dict[str, str] = field(default_factory=dict)
    settled_by: str = ""
    fed_by: str = ""
    times: int = 0
    actions: dict[int, tuple[str, str]] = field(default_factory=dict)
    disputed: dict[str, tuple[str, str]] = field(default_factory=dict)
    signed: bool = False

    reread_by: set[str] = field(default_factory=set)
    ever_said: list[tuple[str, bool]] = field(default_factory=list)

    @property
    def readers(self) -> list[str]:
        return [one for one in (self.reader, self.second) if one]

    def whoever(self, who: str) -> str:
        return {"@reader": self.reader, "@second": self.second, "@officer": self.officer, "@senior": self.senior}.get(who, who)

    @property
    def all_in(self) -> bool:
        return all(one in self.said and self.said[one][1] for one in self.readers)

    @property
    def differ(self) -> set[str]:
        if not self.second or not self.all_in:
            return set()
        one, other = (self.said[reader][0] for reader in self.readers)
        return {prompt for prompt in ASKED if one[prompt] != other[prompt]}

    @property
    def aside(self) -> set[str]:
        return {rule for rule, (_, outcome) in self.disputed.items() if outcome == "set_aside"}

    @property
    def gaps(self) -> list[str]:
        return [rule for rule in ("gap-a", "gap-b") if rule not in self.aside]

    def keep_set_aside(self) -> None:
        self.disputed = {rule: said for rule, said in self.disputed.items() if rule in self.aside}


class Round(RuleBasedStateMachine):
    """A round of two cases, the second of them read twice."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.state = State()
        cases = [listed_case(name, n) for n, name in enumerate(NAMES)]
        groups = {team: tuple(sorted(name for name, of in READERS.items() if of == team)) for team in TEAMS}
        self.believed = {}
        given = {}
        for n, case in enumerate(cases):
            able = [team for team in TEAMS if team != case["team"]]
            second = groups[able[1]][0] if n == 1 else ""
            given[case["case"]] = {"group": able[0], "reader": groups[able[0]][0], "second_reader": second}
            self.believed[case["case"]] = Believed(groups[able[0]][0], second, case["officer"], case["senior"], case["team"])
        self.take(setting_up.draw(PLAN, self.state, "L01", {"cases": cases}))
        self.take(setting_up.allocate(PLAN, self.state, "L01", groups, given))
        self.conflicts: set[tuple[str, str]] = set()
        self.taken_out: set[str] = set()

    def take(self, step: Step) -> None:
        row = seal(len(self.rows) + 1, "2026-10-01T09:00:00Z", step, self.rows[-1].seal if self.rows else BEGINNING)
        self.rows.append(row)
        self.state = after(self.state, row)

    def wish(self, allowed: bool, made, *arguments) -> bool:
        """Wish for a step: it succeeds just where the model says so, and never of a case that was taken out."""
        allowed = allowed and arguments[1] not in self.taken_out
        before = len(self.rows)
        try:
            step = made(PLAN, self.state, *arguments)
        except StepRefusedError as error:
            assert str(error).strip(), "a refusal says why"
            assert not allowed, (made.__name__, arguments, str(error))
            assert len(self.rows) == before
            return False
        assert allowed, (made.__name__, arguments)
        self.take(step)
        return True

    @rule(name=case_, who=mostly("@reader", "@second"), answers=st.tuples(answer_, answer_), complete=st.booleans(), why=reason_)
    def submit(self, name: str, who: str, answers: tuple[str, str], complete: bool, why: str) -> None:
        case = self.believed[name]
        who = case.whoever(who)
        again = who in case.said and case.said[who][1]
        allowed = (
            who in case.readers and not case.settled_by and self.is_free(case, who, name) and (bool(why.strip()) or not again)
        )
        if self.wish(allowed, reading.submit, who, name, f"readings/{len(self.rows)}", "", {}, complete, (), why):
            case.said[who] = (dict(zip(ASKED, answers, strict=True)), complete)
            case.ever_said.append((who, complete))
            case.agreed = {}

    @rule(name=case_, who=mostly("L01"), to=st.sampled_from(sorted(READERS)), second=st.booleans(), why=reason_)
    def reallocate(self, name: str, who: str, to: str, second: bool, why: str) -> None:
        case = self.believed[name]
        who = case.whoever(who)
        group = READERS[to]  # here a group is a team
        given = {"second_reader": to, "second_because": "x"} if second else {"group": group, "reader": to}
        reader, other = (case.reader, to) if second else (to, case.second)
        mates = {one for one, of in READERS.items() if other and of in (READERS[reader], READERS[other])}
        mates |= {one for one, of in READERS.items() if of == READERS[reader]}
        fits = all(self.is_free(case, one, name) for one in mates) and (not other or READERS[reader] != READERS[other])
        allowed = who == "L01" and not case.settled_by and bool(why.strip()) and fits
        if self.wish(allowed, setting_up.reallocate, who, name, given, why):
            before = case.readers
            case.reader, case.second = reader, other
            if case.readers != before:
                case.agreed = {}

    @rule(name=case_, who=mostly("L01"), why=reason_)
    def replace_by_nothing(self, name: str, who: str, why: str) -> None:
        """Only wished for where it has to be refused: what was read stays in the round, and so do settled cases."""
        case = self.believed[name]
        who = case.whoever(who)
        read = case.settled_by or any(complete for _, complete in case.ever_said)
        if read or who != "L01" or not why.strip():
            self.wish(False, setting_up.replace_case, who, name, why, None, {})

    @rule(name=case_, who=mostly("L01"), why=reason_, really=st.sampled_from([*[False] * 5, True]))
    def take_out(self, name: str, who: str, why: str, really: bool) -> None:
        """A case that should not have been drawn goes, read or not; seldom, as nothing more can be tried on it."""
        case = self.believed[name]
        who = case.whoever(who)
        allowed = who == "L01" and not case.settled_by and bool(why.strip())
        if (really or not allowed) and self.wish(allowed, setting_up.replace_case, who, name, why, None, {}, True):
            self.taken_out.add(name)

    @rule(name=case_, who=mostly("L01", "M01", "M02", "@reader"))
    def reread(self, name: str, who: str) -> None:
        case = self.believed[name]
        who = case.whoever(who)
        theirs = (who in case.readers or who in MODERATORS or who == "L01") and self.is_free(case, who, name)
        change = {"closed": [], "still_open": [], "new": []}
        allowed = theirs and bool(case.fed_by) and not case.signed
        if self.wish(allowed, feeding_back.reread, who, name, f"rereads/{len(self.rows)}", {}, change):
            case.reread_by.add(who)

    @rule(name=case_, who=st.sampled_from([*sorted(READERS), "M01", "M02", "D01"]), why=reason_)
    def declare(self, name: str, who: str, why: str) -> None:
        rare = len(self.conflicts) < 1  # else soon nobody reads anything
        if rare and self.wish(bool(why.strip()), setting_up.declare, who, name, why):
            self.conflicts.add((who, name))

    def may_settle(self, case: Believed, who: str, name: str) -> bool:
        read_it = who in case.readers or who in case.said
        return who in MODERATORS and not read_it and self.is_free(case, who, name)

    def is_free(self, case: Believed, who: str, name: str) -> bool:
        """Whether a case is neither somebody's own nor their team's, and they have no conflict with it."""
        return READERS.get(who, "") != case.team and (who, name) not in self.conflicts

    @rule(name=case_, who=mostly("M01", "M02", "R01", "R03"), prompt=st.sampled_from(ASKED), answer=answer_, why=reason_)
    def adjudicate(self, name: str, who: str, prompt: str, answer: str, why: str) -> None:
        case = self.believed[name]
        who = case.whoever(who)
        allowed = (
            self.may_settle(case, who, name)
            and case.all_in
            and not case.settled_by
            and prompt in case.differ
            and bool(why.strip())
        )
        said = {prompt: {"answer": answer, "reason": why}}
        if self.wish(allowed, agreeing.adjudicate, who, name, said, case.differ):
            case.agreed[prompt] = who

    @rule(name=case_, who=mostly("M01", "M02", "R01", "R03"), second=st.booleans(), why=reason_)
    def settle(self, name: str, who: str, second: bool, why: str) -> None:
        case = self.believed[name]
        who = case.whoever(who)
        record_of = case.second if second else case.reader
        allowed = (
            self.may_settle(case, who, name)
            and case.all_in
            and not case.settled_by
            and case.differ <= set(case.agreed)
            and bool(record_of)
            and (not second or bool(why.strip()))
        )
        if self.wish(allowed, agreeing.moderate, who, name, record_of, case.differ, why):
            case.settled_by = who

    @rule(name=case_, who=mostly("M01", "M02", "R03"), why=reason_)
    def reopen(self, name: str, who: str, why: str) -> None:
        case = self.believed[name]
        who = case.whoever(who)
        between = bool(case.settled_by) and not case.fed_by and not case.signed
        if self.wish(self.may_settle(case, who, name) and between and bool(why.strip()), agreeing.reopen, who, name, why):
            case.settled_by, case.disputed = "", {}

    @rule(name=case_, who=mostly("L01", "M01", "R03"))
    def feed_back(self, name: str, who: str) -> None:
        case = self.believed[name]
        who = case.whoever(who)
        theirs = (who in case.readers or who in MODERATORS or who == "L01") and self.is_free(case, who, name)
        actions = [Action(n, gap, gap, "Do it.", case.officer, "2026-12-01") for n, gap in enumerate(case.gaps, 1)]
        allowed = theirs and bool(case.settled_by) and not case.fed_by and not case.signed
        if self.wish(allowed, feeding_back.feed_back, who, name, actions, {}):
            case.fed_by, case.times = who, case.times + 1
            case.actions = {action.number: (action.rule, "open") for action in actions}
            case.keep_set_aside()

    @rule(name=case_, who=mostly("L01", "@officer", "@senior"), number=st.integers(1, 3), shows=reason_)
    def act(self, name: str, who: str, number: int, shows: str) -> None:
        case = self.believed[name]
        who = case.whoever(who)
        change = {"number": number, "status": "done", "done_on": "2026-11-01", "evidence": shows}
        theirs = who == "L01" or (bool(who) and who in (case.officer, case.senior))
        is_open = number in case.actions and case.actions[number][1] != "withdrawn"
        allowed = bool(case.fed_by) and not case.signed and theirs and is_open and bool(shows.strip())
        if self.wish(allowed, feeding_back.act, who, name, [change]):
            case.actions[number] = (case.actions[number][0], "done")

    @rule(name=case_, who=mostly("@officer", "@senior"), gap=st.sampled_from(["gap-a", "gap-b", "gap-c"]), why=reason_)
    def dispute(self, name: str, who: str, gap: str, why: str) -> None:
        case = self.believed[name]
        who = case.whoever(who)
        theirs = bool(who) and who in (case.officer, case.senior)
        new = gap in case.gaps and gap not in case.disputed
        allowed = bool(case.fed_by) and not case.signed and theirs and new and bool(why.strip())
        if self.wish(allowed, feeding_back.dispute, who, name, gap, why, case.gaps):
            case.disputed[gap] = ("", "")

    @rule(
        name=case_,
        who=mostly("M01", "M02", "R01", "R03"),
        gap=st.sampled_from(["gap-a", "gap-b"]),
        outcome=st.sampled_from(["stands", "set_aside"]),
        why=reason_,
    )
    def answer(self, name: str, who: str, gap: str, outcome: str, why: str) -> None:
        case = self.believed[name]
        who = case.whoever(who)
        is_open = case.disputed.get(gap) == ("", "")
        allowed = bool(case.fed_by) and not case.signed and self.may_settle(case, who, name) and is_open and bool(why.strip())
        if self.wish(allowed, feeding_back.answer_dispute, who, name, gap, outcome, why):
            case.disputed[gap] = (who, outcome)
            for number, (of, status) in case.actions.items():
                if outcome == "set_aside" and of == gap and status == "open":
                    case.actions[number] = (of, "withdrawn")

    @rule(name=case_, who=mostly("D01", "M02"), accepts=st.booleans(), why=reason_)
    def sign(self, name: str, who: str, accepts: bool, why: str) -> None:
        case = self.believed[name]
        who = case.whoever(who)
        hands = {
            *case.readers,
            *case.said,
            *case.reread_by,
            case.settled_by,
            case.fed_by,
            *case.agreed.values(),
            *(by for by, _ in case.disputed.values()),
        }
        nothing_open = ("", "") not in case.disputed.values() and all(status != "open" for _, status in case.actions.values())
        ready = bool(case.fed_by) and not case.signed
        allowed = (
            who in DIRECTORS
            and who not in hands
            and self.is_free(case, who, name)
            and ready
            and (nothing_open if accepts else bool(why.strip()))
        )
        if self.wish(allowed, signing.countersign, who, name, accepts, why):
            case.signed = accepts
            if not accepts:
                case.fed_by, case.actions = "", {}
                case.keep_set_aside()

    @rule(name=case_, second=st.booleans(), again=st.booleans())
    def hand_over(self, name: str, second: bool, again: bool) -> None:
        """A case that was read goes to another reader of the group, and sometimes back again."""
        case = self.believed[name]
        before = case.second if second else case.reader
        if before:
            mate = next(one for one, team in READERS.items() if team == READERS[before] and one != before)
            self.reallocate(name, "L01", mate, second, "Illness.")
            if again:
                self.submit(name, mate, ("no", "no"), True, "Because.")

    @rule(
        name=case_,
        said=st.tuples(answer_, answer_),
        by=st.sampled_from(["M01", "M02", "R01", "R03"]),
        dispute=st.booleans(),
        times=st.integers(1, 6),
    )
    def carry_on(self, name: str, said: tuple[str, str], by: str, dispute: bool, times: int) -> None:
        """Mostly the right person does what comes next, so that wrong steps are tried at every depth."""
        for _ in range(times):
            self.next(name, said, by, dispute)

    def next(self, name: str, said: tuple[str, str], by: str, dispute: bool) -> None:
        case = self.believed[name]
        waiting = [one for one in case.readers if one not in case.said or not case.said[one][1]]
        if waiting:
            self.submit(name, waiting[0], said, True, "Because.")
        elif case.differ - set(case.agreed) and not case.settled_by:
            if dispute:
                self.adjudicate(name, by, min(case.differ - set(case.agreed)), said[0], "Because.")
            else:
                self.settle(name, by, False, "")  # too early
        elif not case.settled_by:
            self.settle(name, by, False, "")
        elif not case.fed_by and dispute and by == "R03":
            self.reopen(name, "M01", "Because.")
        elif not case.fed_by:
            self.feed_back(name, "L01")
        elif dispute and case.gaps and case.gaps[0] not in case.disputed:
            self.dispute(name, case.officer, case.gaps[0], "Because.")
        elif ("", "") in case.disputed.values():
            gap = next(gap for gap, said_of in case.disputed.items() if said_of == ("", ""))
            self.answer(name, by, gap, "set_aside" if dispute else "stands", "Because.")
        elif any(status == "open" for _, status in case.actions.values()):
            for number, (_, status) in list(case.actions.items()):
                if status == "open":
                    self.act(name, case.officer, number, "Because.")
        else:
            self.reread(name, "M02" if dispute else "L01")
            self.sign(name, "M02" if by == "M01" else "D01", said[0] == "yes", "Because.")

    @invariant()
    def the_trail_verifies_and_tells_the_same_again(self) -> None:
        text = "".join(f"{row.line}\n" for row in self.rows)
        rows, problems = read_rows(text, "trail.jsonl")
        assert problems == [] and rows == self.rows and end_problems(rows, end_of(rows), "trail.jsonl") == []
        assert state_of(rows) == self.state

    @invariant()
    def nothing_is_lost(self) -> None:
        assert set(self.state.cases) == set(self.believed) - self.taken_out and set(self.state.gone) == self.taken_out
        for name, there in self.state.cases.items():
            case = self.believed[name]
            assert (there.signature is not None, there.feedback is not None) == (case.signed, bool(case.fed_by))
            assert list(there.readers) == case.readers and set(there.adjudicated) == set(case.agreed)
            assert (there.moderated is not None) == bool(case.settled_by) and there.times_fed_back == case.times
            assert {n: (one.rule, one.status) for n, one in there.actions.items()} == case.actions
            assert {gap: (one.answered_by, one.outcome) for gap, one in there.disputes.items()} == case.disputed
            handed_in = [row.step.about["reading"] for row in self.rows if row.step.did == "submitted" and row.step.case == name]
            kept = [reading.file for versions in there.readings.values() for reading in versions]
            assert sorted(kept) == sorted(handed_in)


def run(examples: int, steps: int) -> None:
    quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Round, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=quiet)
    )


@pytest.mark.slow
def test_no_forbidden_step_succeeds_no_allowed_one_fails_and_nothing_is_lost() -> None:
    run(120, 80)


@pytest.mark.long
def test_the_same_for_longer() -> None:
    run(1500, 120)


def test_a_lucky_round_gets_to_its_end() -> None:
    """The model and the steps agree on a whole round, so that the machine is not content with refusing everything."""
    one = Round()
    name, case = "TV-2", one.believed["TV-2"]
    one.submit(name, case.reader, ("yes", "no"), True, "")
    one.submit(name, case.second, ("yes", "yes"), True, "")
    one.adjudicate(name, "M01", ASKED[1], "no", "Because.")
    one.settle(name, "M01", False, "")
    one.feed_back(name, "L01")
    one.dispute(name, case.officer, "gap-a", "Because.")
    one.answer(name, "M01", "gap-a", "set_aside", "Because.")
    one.act(name, case.officer, 2, "Because.")
    one.sign(name, "D01", False, "Because.")
    one.feed_back(name, "L01")
    one.act(name, case.senior, 1, "Because.")
    one.sign(name, "D01", True, "")
    assert one.state.cases[name].signature is not None
    one.the_trail_verifies_and_tells_the_same_again()
    one.nothing_is_lost()
