"""A case read again after the changes: a gap is called closed only where something new puts it right, whatever is left out."""

from __future__ import annotations

import copy
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import docx
import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import Filled
from knowledge_base import knowledge
from quips.audits import read_record
from quips.explain import in_sentence
from quips.forms.writing import form_bytes
from quips.peeraudit import signingsheet
from quips.peeraudit.feedback import Prepared, prepare
from quips.peeraudit.rereading import Change, closed_late, compare, is_from, reread
from quips.peeraudit.restoring import restored
from quips.peeraudit.steps import agreeing, feeding_back
from quips.problems import InputError
from quips.reports.letters import letters, says
from quips.reports.rereadtext import reread_text
from quips.source import Document, parse_yaml, read_yaml
from quips.vocabulary import STAGES
from quips.yamltext import as_yaml
from round_at_hand import RoundAtHand
from round_commands import Commands

VISIT, AGAIN = "home-visit-where-rosh-is-high", "home-visit-repeated"
NOW = "2026-09-30"
Record = dict[str, Any]


class CaseAgain:
    """A case of the round, fed back on, whose record can be changed and read again."""

    def __init__(self, path: Path, source: str) -> None:
        self.round = RoundAtHand(path)
        self.round.draw(["TV-1", "TV-2"])
        self.round.allocate()
        self.round.submit("TV-1", source=source)
        self.round.settle("TV-1")
        self.round.feed_back("TV-1")
        self.who = self.round.case("TV-1").reader
        text = (path / f"readings/TV-1.{self.who}.1.yaml").read_text(encoding="utf-8")
        self.record: Record = copy.deepcopy(parse_yaml(text, "x").value)
        self.day = self.record["as_at"]
        self.record.pop("judgements")

    def add(self, **entry: Any) -> CaseAgain:
        """Add an entry, done two weeks after the case was read where no day is given."""
        [(name, said)] = entry.items()
        self.record["record"].append({name: said})
        return self

    def drop(self, name: str, **said: Any) -> CaseAgain:
        kept = [one for one in self.record["record"] if not self._is(one, name, said)]
        assert len(kept) < len(self.record["record"])
        self.record["record"] = kept
        return self

    def change(self, name: str, to: dict[str, Any], **said: Any) -> CaseAgain:
        [one] = [one for one in self.record["record"] if self._is(one, name, said)]
        one[name] = {key: value for key, value in {**one[name], **to}.items() if value is not None}
        return self

    def circumstance(self, name: str, value: Any) -> CaseAgain:
        assert name in self.record["circumstances"]
        if value is None:
            del self.record["circumstances"][name]
        else:
            self.record["circumstances"][name] = value
        return self

    @staticmethod
    def _is(one: Record, name: str, said: dict[str, Any]) -> bool:
        there = one.get(name)
        there = there if isinstance(there, dict) else {"on": there}
        return name in one and all(there.get(key) == value for key, value in said.items())

    def read(self, as_at: str) -> Change:
        text = as_yaml({**self.record, "as_at": as_at})
        return reread(self.round.book, self.who, "TV-1", parse_yaml(text, "now.yaml"))


@pytest.fixture
def visits(tmp_path: Path) -> CaseAgain:
    """High risk; the first visit late, none since release on 17 September 2010, and none after a change on 13 October."""
    return CaseAgain(tmp_path / "round", "composed-home-visits")


def parts(change: Change) -> tuple[set[str], set[str], set[str]]:
    return set(change.closed), set(change.still_open), set(change.unsure)


GOOD = {"purposeful": True, "evidence": "both"}


def test_nothing_changed_leaves_every_gap_open(visits):
    assert parts(visits.read("2010-11-12")) == (set(), {VISIT, AGAIN}, set())


def test_what_was_missing_and_is_done_now_is_closed_and_that_it_was_late_is_said(visits):
    change = visits.add(home_visit={"on": "2010-11-20", **GOOD}).read("2010-11-26")
    assert parts(change) == ({VISIT, AGAIN}, set(), set())
    assert change.closed[VISIT] == "done on 20 November 2010; that it was late stays in the settled record"
    assert closed_late(visits.round.book, visits.round.case("TV-1")) == {VISIT}, "and the report counts it"


def test_done_but_not_well_enough_is_not_closed(visits):
    change = visits.add(home_visit={"on": "2010-11-20", "purposeful": False}).read("2010-11-26")
    assert parts(change) == ({AGAIN}, {VISIT}, set())  # that there was another visit is all that the second rule asks


def test_done_and_not_judged_is_not_closed(visits):
    change = visits.add(home_visit={"on": "2010-11-20"}).read("2010-11-26")
    assert VISIT not in change.closed


def test_one_told_in_interview_only_is_said_to_be(visits):
    change = visits.add(home_visit={"on": "2010-11-20", "purposeful": True, "evidence": "interview"}).read("2010-11-26")
    assert "told in interview, and not shown by the file" in change.closed[VISIT]


def test_the_step_says_what_was_found_and_keeps_the_record(visits):
    change = visits.add(home_visit={"on": "2010-11-20", **GOOD}).drop("significant_change").read("2010-11-26")
    found = visits.round.case("TV-1").rereads[-1]
    assert found.file == "rereads/TV-1.1.yaml" and found.by == visits.who
    assert set(found.closed) == {VISIT} and set(found.still_open) == {AGAIN} and dict(found.unsure) == dict(change.unsure)
    kept = read_yaml(visits.round.path / found.file).value
    assert kept["record"] == visits.record["record"] and kept["as_at"] == "2010-11-26"
    visits.read("2010-11-26")
    assert visits.round.case("TV-1").rereads[-1].file == "rereads/TV-1.2.yaml"


# Saying less closes nothing ------------------------------------------------------------------------------------------------


def test_what_started_it_is_gone(visits):
    change = visits.drop("significant_change").read("2010-11-26")
    assert AGAIN in change.unsure and AGAIN not in change.closed
    assert "'significant change on 13 October 2010' is not in the record any more" in change.unsure[AGAIN]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rosh_level", None),
        ("rosh_level", "low"),
        ("rosh_level", [{"from": "2009-09-14", "is": "low"}]),
        ("sentence", [{"from": "2009-09-14", "is": "community_order"}, {"from": "2009-12-18", "is": "custody"}]),
        ("release", None),
        ("release", "not_yet"),
        ("release", "2010-11-25"),
    ],
)
def test_a_circumstance_that_is_not_known_any_more_or_another_closes_nothing(visits, name, value):
    change = visits.circumstance(name, value).read("2010-11-26")
    assert not change.closed
    assert VISIT in change.unsure or VISIT in change.still_open


def test_a_circumstance_given_up_is_named(visits):
    change = visits.circumstance("rosh_level", None).read("2010-11-26")
    assert "no longer seen, since" in change.unsure[VISIT]
    assert "level of risk of serious harm" in change.unsure[VISIT].lower() or "rosh" in change.unsure[VISIT].lower()
    assert "is not given any more" in change.unsure[VISIT]


@pytest.mark.parametrize("complete", [False, ["court", "assessment", "planning", "reviewing", "outcomes"]])
def test_a_record_that_is_not_called_complete_any_more_closes_nothing(visits, complete):
    visits.record["record_complete"] = complete
    change = visits.read("2010-11-26")
    assert not change.closed and {VISIT, AGAIN} <= set(change.unsure) | set(change.still_open)
    assert "the record is not called complete for delivery any more" in change.unsure[AGAIN]


def test_another_day_for_the_same_visit_closes_nothing(visits):
    """The late one is said to have been in time; the missing one to have been called off for a good reason."""
    visits.drop("home_visit", on="2009-10-05").add(home_visit={"on": "2009-09-25", **GOOD})
    visits.change("not_done", {"acceptable": True}, activity="home_visit")
    visits.drop("significant_change")
    change = visits.read("2010-11-26")
    assert not change.closed and VISIT in change.unsure
    assert "'home visit on 5 October 2009'" in change.unsure[VISIT]


def test_the_reason_called_acceptable_now_closes_nothing(visits):
    change = visits.change("not_done", {"acceptable": True}, activity="home_visit").read("2010-11-12")
    assert VISIT not in change.closed


def test_an_entry_dated_before_the_case_was_read_and_beside_all_that_was_there_says_more(visits):
    change = visits.add(home_visit={"on": "2010-09-24", **GOOD}).read("2010-11-26")
    assert change.closed[VISIT] == "done on 24 September 2010" and AGAIN in change.still_open


def test_a_visit_that_only_counts_because_another_circumstance_is_given_up_closes_nothing(visits):
    visits.circumstance("supervision_started", "2009-09-28").add(home_visit={"on": "2010-11-20", **GOOD})
    assert VISIT not in visits.read("2010-11-26").closed


def test_an_entry_that_should_not_be_there_and_is_gone_closes_nothing(tmp_path):
    case = CaseAgain(tmp_path / "round", "composed-domestic-abuse")
    change = case.drop("police_call_out").read("2010-08-01")
    assert not change.closed
    assert {"no-further-call-outs", "call-out-prompts-check"} <= set(change.unsure)
    assert "'police call-out on 8 June 2010' any more" in change.unsure["no-further-call-outs"]


@pytest.mark.parametrize("value", [True, None])
def test_work_of_a_past_day_does_not_get_better_by_being_judged_otherwise(tmp_path, value):
    case = CaseAgain(tmp_path / "round", "composed-planning")
    change = case.change("sentence_plan", {"sequenced": value}, on="2010-02-17").read("2010-08-01")
    assert "sentence-plan-sequenced" not in change.closed
    assert "the record says otherwise of 'sentence plan on 17 February 2010'" in change.unsure["sentence-plan-sequenced"]


def test_what_rests_on_a_gap_that_did_not_close_has_not_closed_either(tmp_path):
    case = CaseAgain(tmp_path / "round", "composed-risk-of-harm")
    case.change("rosh_screening", {"indicates_analysis": False}).circumstance("rosh_level", "low")
    change = case.read("2010-08-01")
    assert not change.closed
    assert {"roh-analysis-completed", "sentence-plan-addresses-risk-of-harm"} <= set(change.unsure) | set(change.still_open)


# What is put right ---------------------------------------------------------------------------------------------------------


def test_work_done_again_meets_the_rule_and_whether_that_puts_it_right_is_for_people(tmp_path):
    case = CaseAgain(tmp_path / "round", "composed-planning")
    again = dict.fromkeys(("contact_level", "roles_clear", "sequenced", "outcome_focused", "participated"), True)
    change = case.add(sentence_plan={"on": "2010-07-20", **again}).read("2010-08-01")
    assert not change.closed
    assert change.unsure["sentence-plan-sequenced"].startswith("sentence plan on 20 July 2010 meets it")
    assert change.late == ("sentence-plan-completed",)  # done late before it was first read: nothing undoes that


def test_work_done_again_that_falls_short_again_stays_open(tmp_path):
    case = CaseAgain(tmp_path / "round", "composed-planning")
    change = case.add(sentence_plan={"on": "2010-07-20", "sequenced": False, "contact_level": True}).read("2010-08-01")
    assert "sentence-plan-sequenced" in change.still_open and "sentence-plan-states-contact-level" in change.unsure


def test_time_that_goes_on_is_no_loss(visits):
    """The sentence goes on to another level and ends; that takes nothing back of what was said."""
    visits.circumstance("supervision_ended", "2010-11-25")
    visits.circumstance("rosh_level", [{"from": "2009-09-14", "is": "high"}, {"from": "2010-11-22", "is": "medium"}])
    change = visits.add(home_visit={"on": "2010-11-20", **GOOD}).read("2010-11-26")
    assert set(change.closed) == {VISIT, AGAIN}


def test_a_new_gap_is_told_as_new(visits):
    change = visits.add(absence={"on": "2010-11-18", "judgement_recorded": False}).read("2010-11-26")
    assert "absence-judged" in change.new and "absence-judged" not in change.still_open


def test_what_was_set_aside_is_neither_closed_nor_open(visits):
    round_ = visits.round
    round_.take(lambda state: feeding_back.dispute(round_.plan, state, "O00", "TV-1", AGAIN, "Moved back.", [AGAIN]))
    round_.take(lambda state: feeding_back.answer_dispute(round_.plan, state, "M01", "TV-1", AGAIN, "set_aside", "Seen."))
    change = visits.read("2010-11-26")
    assert parts(change) == (set(), {VISIT}, set()) and AGAIN not in change.new


# Whatever is taken out -----------------------------------------------------------------------------------------------------

SOURCES = ("composed-home-visits", "composed-safeguarding", "composed-domestic-abuse", "composed-risk-of-harm")


@pytest.fixture(scope="module", params=SOURCES)
def settled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CaseAgain:
    return CaseAgain(tmp_path_factory.mktemp("settled") / "round", request.param)


def closed(case: CaseAgain, record: Record, as_at: str = "") -> set[str]:
    document = Document("now", {**record, "as_at": as_at or case.day}, {}, {})
    book, one = case.round.book, case.round.case("TV-1")
    try:
        now = book.auditor.audit_document(document, edition=case.round.plan.edition)
    except InputError:  # a record that is none closes nothing
        return set()
    audit = book.settled(one)
    assert audit is not None and audit.gaps
    return set(compare(book, one, audit, now).closed)


def test_taking_any_one_thing_out_of_a_record_never_closes_a_gap(settled):
    whole, tried = settled.record, 0
    for n in range(len(whole["record"])):
        assert not closed(settled, {**whole, "record": whole["record"][:n] + whole["record"][n + 1 :]}), whole["record"][n]
        tried += 1
    for name in whole["circumstances"]:
        kept = {key: value for key, value in whole["circumstances"].items() if key != name}
        assert not closed(settled, {**whole, "circumstances": kept}), name
        tried += 1
    assert tried > 40


@given(st.data())
@hypothesis.settings(max_examples=40, deadline=None)
def test_saying_less_or_otherwise_in_many_places_never_closes_a_gap(settled, data):
    """Entries and circumstances are taken out, turned round or given another day; nothing is added."""
    record = copy.deepcopy(settled.record)
    for _ in range(data.draw(st.integers(1, 8))):
        kind = data.draw(st.sampled_from(("entry", "attribute", "day", "circumstance", "complete")))
        at = data.draw(st.integers(0, len(record["record"]) - 1))
        [(name, said)] = record["record"][at].items()
        said = dict(said) if isinstance(said, dict) else {"on": said}
        if kind == "entry":
            del record["record"][at]
        elif kind == "attribute" and len(said) > 1:
            key = data.draw(st.sampled_from([one for one in said if one not in ("on", "activity", "reason")] or ["on"]))
            turned = data.draw(st.booleans()) and isinstance(said[key], bool)
            changed = (
                {**said, key: not said[key]}
                if turned
                else {one: value for one, value in said.items() if one != key or one == "on"}
            )
            record["record"][at] = {name: changed}
        elif kind == "day" and "on" in said:
            moved = date.fromisoformat(said["on"]) + timedelta(data.draw(st.integers(-300, 60)))
            record["record"][at] = {name: {**said, "on": min(moved.isoformat(), settled.day)}}
        elif kind == "circumstance":
            key = data.draw(st.sampled_from(sorted(record["circumstances"])))
            value = record["circumstances"][key]
            if isinstance(value, bool) and data.draw(st.booleans()):
                record["circumstances"][key] = not value
            elif len(record["circumstances"]) > 1:
                del record["circumstances"][key]
        elif kind == "complete":
            record["record_complete"] = data.draw(st.lists(st.sampled_from(STAGES), unique=True))
    later = date.fromisoformat(settled.day) + timedelta(data.draw(st.sampled_from((0, 30, 200))))
    assert closed(settled, record, later.isoformat()) == set()


def test_a_record_put_back_says_everything_it_said(visits):
    then = visits.record
    less = {**then, "record": then["record"][:5], "circumstances": {"tier": 1}, "record_complete": False}
    back = restored(then, less, visits.day, knowledge().vocabulary)
    assert back.record["circumstances"] == then["circumstances"]
    whole = restored(then, then, visits.day, knowledge().vocabulary)
    assert sorted(map(str, back.record["record"])) == sorted(map(str, whole.record["record"]))
    assert len(back.record["record_complete"]) == 6
    assert restored(then, copy.deepcopy(then), visits.day, knowledge().vocabulary).losses == ()


# The command ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def commands(visits: CaseAgain, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(visits.round, monkeypatch)


def test_the_command_prints_what_closed_what_is_open_with_what_puts_it_right_and_what_is_new(visits, commands, tmp_path):
    visits.add(home_visit={"on": "2010-11-20", **GOOD}).add(absence={"on": "2010-11-18", "judgement_recorded": False})
    visits.drop("significant_change")
    file = tmp_path / "now.yaml"
    file.write_text(as_yaml({**visits.record, "as_at": "2010-11-26"}))
    told = commands.works("reread", "TV-1", file, who=visits.who)
    rules = knowledge().rules
    for words in (
        "Closed: 1",
        "Still open: none",
        "Not clear: 1",
        "New: 1",
        "OFFICIAL-SENSITIVE",
        "Indicative",
    ):
        assert words in told
    assert "Late, and so it stays" not in told and "For people to judge" not in told, "nothing stands there"
    assert f"{rules[VISIT].title}: done on 20 November 2010" in told
    assert "no longer seen, since" in told and rules[AGAIN].remedy.split(",")[0] in told
    assert "rereads/TV-1.1.yaml" in told and "put right what is open: quips round act" in told


def test_only_what_was_taken_out_is_to_be_put_back_and_who_judges_the_rest_is_said(tmp_path):
    case = CaseAgain(tmp_path / "round", "composed-planning")
    again = dict.fromkeys(("contact_level", "roles_clear", "sequenced", "outcome_focused", "participated"), True)
    change = case.add(sentence_plan={"on": "2010-07-20", **again}).read("2010-08-01")
    assert change.for_people and not change.not_clear and change.late == ("sentence-plan-completed",)

    def told(change: Change) -> str:
        return " ".join(reread_text(change, case.round.case("TV-1"), knowledge(), "OFFICIAL", 100).split())

    assert "the director judges it on signing" in told(change) and "Put back" not in told(change)
    titles = knowledge().titles
    n = len(change.for_people)
    assert f"For people to judge: {n}" in told(change) and "Late, and so it stays: 1" in told(change)
    assert f"Nothing is left to do. {titles['sentence-plan-completed']}." in told(change)
    shown = "\n".join(signingsheet.shown(case.round.book, case.round.folder.rows(), case.round.case("TV-1")))
    assert f"Look first: 1 gap is open at the last reading and {n} are for you to judge, named below." in shown
    assert len(change.new) == 1, "that one is new"
    assert f"For you to judge: {titles['sentence-plan-sequenced']}: sentence plan" in shown
    assert f"Late, and nothing done now undoes that: {titles['sentence-plan-completed']}." in shown
    assert "No gap is still open." in shown and "Still open: " not in shown
    change = case.change("sentence_plan", {"sequenced": None}, on="2010-02-17").read("2010-08-01")
    assert change.taken_out and "Put back in it what still holds" in told(change)


def test_what_is_done_now_asks_for_nothing_more_where_only_people_can_say_whether_it_was_in_time(tmp_path):
    case = CaseAgain(tmp_path / "round", "composed-reviewing")  # a change on 21 July 2008, and no review of the risk since
    rule = knowledge().rules["roh-review-after-change"]
    change = case.add(roh_review={"on": "2008-10-20", "text_unchanged": False}).read("2008-10-27")
    assert change.for_people[rule.name].startswith("done on 20 October 2008; whether that was in time is for the director")
    assert rule.name not in change.closed and rule.name in change.step["still_open"]
    told = " ".join(reread_text(change, case.round.case("TV-1"), knowledge(), "OFFICIAL", 100).split())
    assert f"{rule.title}: done on 20 October 2008" in told
    assert rule.remedy not in told and "Say it in the record" not in told
    shown = signingsheet.shown(case.round.book, case.round.folder.rows(), case.round.case("TV-1"))
    assert f"For you to judge: {rule.title}: {change.for_people[rule.name]}." in shown
    change = case.drop("significant_change").add(significant_change={"on": "2008-07-22", "affects": ["risk_of_harm"]})
    assert rule.name in change.read("2008-10-27").taken_out, "an entry that was moved is put back first"


def test_a_filled_form_of_the_case_can_be_read_again(visits, commands, tmp_path):
    document = Document("now", {**visits.record, "as_at": "2010-11-26"}, {}, {})
    file = tmp_path / "now.xlsx"
    form = Filled(form_bytes(knowledge(), document))
    form.complete()
    form.write("Delivery", "Was the person visited at home?", "20 November 2010", column=4)
    file.write_bytes(form.saved())
    read = read_record(file, knowledge())
    assert {"home_visit": "2010-11-20"} in read.value["record"]
    told = commands.works("reread", "TV-1", file, who=visits.who)
    assert "Closed: 1" in told and "Still open: 1" in told  # nobody said yet whether the visit had a purpose
    row = visits.round.folder.rows()[-1]
    assert set(row.step.files) == {"rereads/TV-1.1.yaml", "kept/TV-1.reread.1.xlsx"}
    assert (visits.round.path / "kept/TV-1.reread.1.xlsx").read_bytes() == file.read_bytes()
    kept = (visits.round.path / "rereads/TV-1.1.yaml").read_bytes()
    assert is_from(file.read_bytes(), "now.xlsx", kept, knowledge())
    other = Filled(form.saved())
    other.write("Delivery", "Was the person visited at home?", "21 November 2010", column=4)
    assert not is_from(other.saved(), "now.xlsx", kept, knowledge())


def test_a_record_that_was_begun_from_the_settled_one_and_added_to_is_read_as_at_today(visits):
    visits.add(home_visit={"on": "2010-11-20", **GOOD})
    change = visits.read("2010-11-12")
    assert date.fromordinal(change.audit.case.as_at).year == date.fromisoformat(visits.round.folder.today()).year == 2026
    assert VISIT in change.closed
    assert visits.read("2010-11-26").audit.case.as_at == date(2010, 11, 26).toordinal()


def test_another_case_an_older_record_and_one_of_a_day_to_come_are_refused_with_their_lines(visits, commands, tmp_path):
    file = tmp_path / "now.yaml"
    before = visits.round.folder.rows()
    file.write_text(as_yaml({**visits.record, "case": "TV-2", "as_at": "2030-01-01"}))
    told = commands.refused("reread", "TV-1", file, who=visits.who)
    assert "now.yaml:1:" in told and "This is the record of TV-2" in told and "still to come" in told
    older = {**visits.record, "as_at": "2010-11-11"}
    file.write_text(as_yaml(older))
    assert "before it was first read (12 November 2010)" in commands.refused("reread", "TV-1", file, who=visits.who)
    file.write_text("case: TV-1\ncircumstances: {tire: 4}\nrecord: []\n")
    assert "tier" in commands.refused("reread", "TV-1", file, who=visits.who)
    assert visits.round.folder.rows() == before and not (visits.round.path / "rereads").exists()


def test_the_officer_does_not_read_their_own_case_again_and_nobody_before_feedback(visits, commands, tmp_path):
    file = tmp_path / "now.yaml"
    file.write_text(as_yaml(visits.record))
    assert "takes no part" in commands.refused("reread", "TV-1", file, who="O00")
    assert "D01 does not read TV-1 again" in commands.refused("reread", "TV-1", file, who="D01")
    assert "no feedback stands" in commands.refused("reread", "TV-2", file, who=visits.who)


def test_a_record_without_a_day_is_read_as_at_today_and_kept_with_it(visits):
    record, day = {key: value for key, value in visits.record.items() if key != "as_at"}, visits.round.folder.today()
    reread(visits.round.book, visits.who, "TV-1", parse_yaml(as_yaml(record), "now.yaml"))
    kept = read_yaml(visits.round.path / "rereads/TV-1.1.yaml").value
    assert day <= kept["as_at"] <= visits.round.folder.today()


def test_an_unreadable_day_is_told_and_nothing_is_kept(visits):
    with pytest.raises(InputError):
        reread(visits.round.book, visits.who, "TV-1", parse_yaml("- not a record\n", "now.yaml"))
    assert not (visits.round.path / "rereads").exists()


# The feedback after it -----------------------------------------------------------------------------------------------------


CHANGE = {"on": "2010-11-15", "affects": ["risk_of_harm"]}


def told_next(again: CaseAgain) -> tuple[Prepared, dict[str, Any]]:
    """What is told of the case the next time, after a director refused."""
    again.round.act("TV-1")
    again.round.sign("TV-1", accepts=False)
    found = prepare(again.round.book, again.round.state, "L01", "TV-1")
    return found, says(again.round.book, found, "officer")


def test_what_closed_is_told_as_put_right_and_asks_for_nothing(visits):
    visits.add(home_visit={"on": "2010-11-20", "purposeful": False}).read("2010-11-26")
    found, said = told_next(visits)
    assert said["put_right"] == [knowledge().rules[AGAIN].title] and said["as_at"].startswith("26 November 2010")
    assert [one.rule for one in found.actions] == [one["rule"] for one in said["gaps"]] == [VISIT] and list(found.told) == [VISIT]
    assert "20 November 2010" in " ".join(one["why"] for one in said["gaps"][0]["findings"]), "it is of the last reading"
    assert AGAIN in visits.round.book.can_be_disputed(visits.round.case("TV-1"))
    letter = letters(visits.round.book, found)["officer"]
    assert "Put right since the first letter" in "\n".join(one.text for one in docx.Document(io.BytesIO(letter)).paragraphs)


def test_what_was_put_right_is_not_told_as_unsettled_and_work_done_again_is_with_the_director(tmp_path):
    again = CaseAgain(tmp_path / "round", "composed-reviewing")  # nothing was reviewed after a change on 21 July 2008
    rewritten = "roh-review-rewritten"
    again.add(roh_review={"on": "2008-10-20", "text_unchanged": False}).add(lor_review={"on": "2008-10-20", "rescored": True})
    change = again.read("2008-10-27")
    found, said = told_next(again)
    meets = "eview of the risk of harm on 20 October 2008 meets it; whether that puts the earlier one right is for the director"
    assert change.for_people[rewritten].startswith(f"r{meets}")
    [gap] = [one for one in said["gaps"] if one["rule"] == rewritten]
    assert gap["findings"][-1]["why"].startswith(f"R{meets}")
    [action] = [one for one in found.actions if one.rule == rewritten]
    assert action.remedy == gap["remedy"] and "whether it is enough is for the director who signs" in gap["remedy"]
    assert knowledge().rules[rewritten].remedy not in gap["remedy"], "it was done again, and is not asked for again"
    closed = {in_sentence(knowledge().titles[name]) for name in change.closed}
    assert closed <= {in_sentence(title) for title in said["put_right"]}
    assert not [words for words in said["not_settled"] if [title for title in closed if title in words]]


def test_where_all_closed_nothing_is_asked_and_nobody_is_said_to_be_at_risk(tmp_path):
    again = CaseAgain(tmp_path / "round", "composed-safeguarding")
    rules = set(again.round.book.gap_rules(again.round.case("TV-1")))
    again.read(again.day)
    path, case = again.round.case("TV-1").rereads[-1].file, again.round.case("TV-1")
    step = {"closed": [*rules], "still_open": [], "new": []}
    again.round.take(lambda state: feeding_back.reread(again.round.plan, state, again.who, case.reference, path, {}, step))
    found, said = told_next(again)
    assert not found.actions and not found.told and said["urgent"] == "" and len(said["put_right"]) == len(rules)


def test_what_is_not_clear_stays_as_it_was_settled_and_says_why(visits):
    visits.drop("significant_change").read("2010-11-26")
    found, said = told_next(visits)
    assert {one.rule for one in found.actions} == {VISIT, AGAIN} and said["put_right"] == []
    [again] = [one for one in said["gaps"] if one["rule"] == AGAIN]
    assert again["findings"][-1]["status"].startswith("Read again on ") and "not in the record any more" in str(again["findings"])


def test_what_is_new_stands_with_the_others_and_can_be_disputed(visits):
    change = visits.add(significant_change="2010-11-15").read("2011-03-26")
    new = set(change.new)
    assert new
    found, _ = told_next(visits)
    assert new <= set(found.told) <= set(visits.round.book.can_be_disputed(visits.round.case("TV-1")))


def test_a_gap_since_of_a_rule_that_was_set_aside_before_is_new_and_told(visits):
    round_ = visits.round
    officer = round_.case("TV-1").officer
    told = round_.book.can_be_disputed(round_.case("TV-1"))
    round_.take(lambda state: feeding_back.dispute(round_.plan, state, officer, "TV-1", AGAIN, "It was done.", told))
    round_.take(lambda state: feeding_back.answer_dispute(round_.plan, state, "M01", "TV-1", AGAIN, "set_aside", "Seen."))
    assert AGAIN not in round_.book.can_be_disputed(round_.case("TV-1"))
    change = visits.add(significant_change=CHANGE).read("2011-03-26")
    assert AGAIN in change.new
    assert f"New: {knowledge().rules[AGAIN].title}." in list(
        signingsheet.shown(round_.book, round_.folder.rows(), round_.case("TV-1"))
    )
    found, said = told_next(visits)
    [again] = [one for one in said["gaps"] if one["rule"] == AGAIN]
    assert "15 November 2010" in str(again["findings"]) and len(again["findings"]) == 1, "what was set aside is not told again"
    assert AGAIN in {one.rule for one in found.actions}


def test_a_gap_of_one_occasion_that_is_not_clear_stays_though_another_of_its_rule_is_still_seen(visits):
    """Of the change that was known the entry was taken out; after another one, since, nobody visited either."""
    visits.drop("significant_change").add(significant_change=CHANGE).read("2011-03-26")
    _, said = told_next(visits)
    [again] = [one for one in said["gaps"] if one["rule"] == AGAIN]
    told = str(again["findings"])
    assert "13 October 2010" in told and "15 November 2010" in told


def test_a_case_that_was_opened_and_settled_again_is_told_as_it_was_settled(visits):
    visits.add(home_visit={"on": "2010-11-20", "purposeful": False}).read("2010-11-26")
    visits.round.act("TV-1")
    visits.round.sign("TV-1", accepts=False)
    visits.round.take(lambda state: agreeing.reopen(visits.round.plan, state, "M01", "TV-1", "The director doubts it."))
    visits.round.settle("TV-1")
    assert set(prepare(visits.round.book, visits.round.state, "L01", "TV-1").told) == {VISIT, AGAIN}
