"""Properties that hold for every rule set and every case, by `semantics.md` ("Properties that hold")."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import quips.conditions as language
from building import VOCABULARY, Built, Json, build, case_of, document, read_rules, shape, statuses, whole_limits, whole_rule
from profiles import examples
from quips.attempts import Seen
from quips.cases import case_problems
from quips.decisions import Decision
from quips.framework import Source
from quips.graph import build_graph, circles
from quips.names import name_problems
from quips.occasions import State
from quips.program import Duty, Program
from quips.reference import Evaluated
from quips.rules import Anchor, Becomes, Each
from quips.statuses import VERDICTS, Verdict
from strategies import DATES, DERIVED, GIVEN, ONCE, Limits, cases, conditions, day, rule_sets, worlds


def decide(built: Built, case: Json) -> list[Decision]:
    return built.engine.decide(case_of(case))


def by_key(decisions: Iterable[Decision]) -> dict[tuple[str, str], Decision]:
    return {(decision.rule, decision.key): decision for decision in decisions}


def own_statuses(built: Built, case: Json) -> dict[tuple[str, str], str]:
    """The status of each finding before what it rests on is looked at."""
    return {ref: str(decision.was) for ref, decision in by_key(decide(built, case)).items()}


# What is drawn ---------------------------------------------------------------------------------------------------------


@examples(0.5)
@given(rule_sets(), cases())
def test_what_is_drawn_fits_the_schemas_and_the_names(drawn: tuple[list[Json], Limits], case: Json) -> None:
    """Otherwise the other properties would say nothing of what an author can write."""
    rules, limits = drawn
    for rule in rules:
        assert shape("rule").problems(document(whole_rule(rule))) == []
    if limits:
        assert shape("limits").problems(document(whole_limits(limits))) == []
    whole_case = {"case": "T-1", "circumstances": {}, "record": [], **case}
    assert [p for p in case_problems(document(whole_case), shape("case")) if p.name != "after-as-at"] == []
    built = build(rules, limits)
    sources = {"a.txt": Source("a.txt", "x", "x", "published", 1)}
    assert name_problems(VOCABULARY, sources, built.limits, {}, {}, built.rules, shape("case")) == []
    graph = build_graph(built.rules, {}, built.limits, VOCABULARY)
    assert circles(graph, built.rules) == []


def test_every_construct_of_the_language_is_drawn() -> None:
    """A strategy that never draws a construct proves nothing of it."""
    seen: set[str] = set()
    verdicts: set[str] = set()

    @examples(3)
    @given(worlds())
    def draw(world: tuple[Built, Json]) -> None:
        built, case = world
        for rule in built.rules.values():
            seen.update(_words_of(rule.document.value))
        decisions = decide(built, case)
        verdicts.update(str(decision.status) for decision in decisions)
        seen.update(word for d in decisions for word in ("undermined_by", "because_of", "waits_for") if getattr(d, word))

    draw()
    words = """
        all any not has where up_to known not_same_as includes includes_any at_least at_most before when unless each nth in
        since becomes activity this never which same early within at_latest until by not_before every each_period good_when
        derives otherwise pair conflict_when same_as_previous rests_on follows undermined_by because_of waits_for
    """
    assert set(words.split()) - seen == set()
    assert verdicts == {str(status) for status in VERDICTS}


def _words_of(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield key
            yield from _words_of(child)
    elif isinstance(value, list):
        for child in value:
            yield from _words_of(child)


# Engines, order and repetition -------------------------------------------------------------------------------------------


@cache
def _durable() -> Any:
    from quips.durable.engine import DurableEngine, durable_available

    if not durable_available():
        pytest.skip("durable_rules is not installed, or cannot be imported by this Python")
    return DurableEngine


@examples(0.6)
@given(rule_sets(), st.lists(cases(), min_size=3, max_size=3))
def test_both_engines_decide_alike(drawn: tuple[list[Json], Limits], several: list[Json]) -> None:
    durable = _durable()
    built = build(*drawn)
    engine = durable(built.program)
    for case in several:
        assert engine.decide(case_of(case)) == decide(built, case), f"\nrules: {drawn}\ncase: {case}"


@examples(1)
@given(worlds(), st.randoms(use_true_random=False))
def test_shuffling_the_file_changes_no_decision(world: tuple[Built, Json], random: Any) -> None:
    built, case = world
    record, facts = list(case["record"]), list(case["circumstances"].items())
    random.shuffle(record)
    random.shuffle(facts)
    assert decide(built, {**case, "record": record, "circumstances": dict(facts)}) == decide(built, case)


@examples(0.5)
@given(rule_sets(), cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_rules_are_read_changes_no_decision(drawn: tuple[list[Json], Limits], case: Json, random: Any) -> None:
    rules, limits = drawn
    shuffled = list(rules)
    random.shuffle(shuffled)
    assert decide(build(shuffled, limits), case) == decide(build(rules, limits), case)


@examples(0.5)
@given(worlds(), cases())
def test_an_engine_decides_the_same_again_whatever_it_decided_between(world: tuple[Built, Json], other: Json) -> None:
    built, case = world
    engine = built.engine
    first = engine.decide(case_of(case))
    engine.decide(case_of(other))
    assert engine.decide(case_of(case)) == first


_DECIDE_ALL = """
import json, sys
from building import build, case_of
for rules, limits, case in json.load(sys.stdin):
    print(build(rules, limits).engine.decide(case_of(case)))
"""


def test_nothing_depends_on_the_order_of_hashes() -> None:
    drawn: list[Any] = []

    @examples(0.5)
    @given(rule_sets(), cases())
    def draw(rules: tuple[list[Json], Limits], case: Json) -> None:
        drawn.append([*rules, case])

    draw()
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    outputs = {
        subprocess.run(
            [sys.executable, "-c", _DECIDE_ALL],
            input=json.dumps(drawn),
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
        ).stdout
        for seed in ("0", "1", "4242")
    }
    [output] = outputs
    assert output.count("\n") == len(drawn)


# Findings and their keys -------------------------------------------------------------------------------------------------


@examples(1)
@given(worlds())
def test_every_rule_gives_a_finding_with_a_key_of_its_own(world: tuple[Built, Json]) -> None:
    built, case = world
    decisions = decide(built, case)
    assert {decision.rule for decision in decisions} == set(built.rules)
    assert len(by_key(decisions)) == len(decisions)
    for rule in built.rules.values():
        keys = {decision.key.partition("/")[0] for decision in decisions if decision.rule == rule.name}
        anchors = {trigger.name for trigger in rule.triggers if isinstance(trigger, Anchor)}
        assert anchors <= keys, "each date that starts a clock has a finding, whatever is known of it"
        if rule.expect and not rule.triggers:
            assert keys == {"case"}


@examples(1)
@given(worlds(), st.sets(st.sampled_from(GIVEN + DERIVED), min_size=1))
def test_forgetting_a_circumstance_changes_no_key(world: tuple[Built, Json], forgotten: set[str]) -> None:
    """What has no date decides nothing about which findings there are, except for a clock that starts when it changes.

    The turns of something recurring are left out: how many there are depends on the limit, and so on what picks its row.
    """
    built, case = world
    fewer = {name: value for name, value in case["circumstances"].items() if name not in forgotten}

    def keys(decisions: list[Decision]) -> set[tuple[str, str]]:
        return {(d.rule, d.key.partition("/")[0]) for d in decisions if not _starts_with_a_change(built, d.rule)}

    assert keys(decide(built, case)) == keys(decide(built, {**case, "circumstances": fewer}))


def _starts_with_a_change(built: Built, rule: str) -> bool:
    return any(isinstance(trigger, Becomes) for trigger in built.rules[rule].triggers)


@examples(1)
@given(worlds())
def test_decisions_hang_together(world: tuple[Built, Json]) -> None:
    """Statuses, roots, causes and what is waited for fit together, whatever the rules and the case."""
    built, case = world
    found = by_key(decide(built, case))
    queries = {r.name for r in built.rules.values() if r.kind == "derivation" or (r.conflict and r.conflict.means == "query")}
    order = [duty.name for duty in built.program.duties]
    for decision in found.values():
        gap = VERDICTS[decision.status] is Verdict.GAP and not (decision.status == "conflict" and decision.rule in queries)
        assert (decision.status == "undermined") == bool(decision.undermined_by)
        assert (decision.status != decision.was) <= (decision.status == "undermined" and decision.was in ("met", "to_judge"))
        assert decision.root == (gap and not decision.because_of)
        assert gap or not decision.because_of
        for rule, key in decision.because_of:
            assert VERDICTS[found[rule, key].status] is Verdict.GAP
        for rule, key in decision.waits_for:
            assert VERDICTS[found[rule, key].status] is Verdict.OPEN or rule in queries
        for rule, _ in (*decision.because_of, *decision.undermined_by, *decision.waits_for):
            assert order.index(rule) < order.index(decision.rule)


# The day the case is read as at -------------------------------------------------------------------------------------------


def _days_of(case: Json) -> set[str]:
    """Every day on which something that is seen changes: entries, clocks, changes of circumstance."""
    found: set[str] = set()
    for item in case["record"]:
        [said] = item.values()
        found.add(said.get("on", "") if isinstance(said, dict) else said)
    for value in case["circumstances"].values():
        for part in value if isinstance(value, list) else [value]:
            found.add(str(part["from"] if isinstance(part, dict) else part))
    return {found_day for found_day in found if found_day.count("-") == 2}


@st.composite
def quiet_times(draw: Any, case: Json) -> tuple[str, str]:
    """Two days, the second later, between which nothing that is seen changes."""
    start = draw(st.sampled_from(sorted(_days_of(case)) or [day(0)]))
    later = [one for one in _days_of(case) if one > start]
    last = date.fromisoformat(min(later)) - timedelta(days=1) if later else date.fromisoformat(start) + timedelta(days=120)
    days = (last - date.fromisoformat(start)).days
    first = draw(st.integers(0, days))
    second = draw(st.integers(first, days))
    return tuple((date.fromisoformat(start) + timedelta(days=n)).isoformat() for n in (first, second))  # two in, two out


_WAITING = {"not_yet_due"}
_MIXED = {"to_judge", "cannot_tell"}
"""What readings or rows of a limit give together, while one is over and another is not."""
_TIME_IS_UP = {"missing", "insufficient", "not_on_record", "not_yet_due"}


def _reads_the_limit_on_the_last_day(duty: Duty) -> bool:
    return duty.expect is not None and duty.expect.at_least is not None


def _mixed(duty: Duty, program: Program) -> bool:
    limits = duty.expect.limits if duty.expect else ()
    return any(len(program.limits[name].readings) > 1 or len(program.limits[name].readings[0].rows) > 1 for name in limits)


@examples(1.5)
@given(worlds(), st.data())
def test_when_nothing_happens_only_time_runs_out(world: tuple[Built, Json], data: st.DataObject) -> None:
    """Moving `as_at` alone, over days on which nothing is dated.

    By itself, what is not yet due can run out of time: it becomes missing, too little, or not on record where the record
    is incomplete; where a limit has several readings or rows, it may be to judge or not to be told while one of them has
    run out. Nothing else changes by itself, except that more periods of a frequency have ended. No finding goes away, and
    only something recurring can have a new one. Apart from that a finding changes only if one it rests on or follows did.
    """
    built, case = world
    first, second = data.draw(quiet_times(case))
    before, after = (by_key(built.engine.decide(case_of(case, as_at))) for as_at in (first, second))
    duties = {duty.name: duty for duty in built.program.duties}
    assert set(before) <= set(after)
    assert all(duties[rule].expect.every for rule, _ in set(after) - set(before))  # only expectations have turns
    changed = {rule for rule, _ in set(after) - set(before)}
    for (rule, key), old in before.items():
        new, duty = after[rule, key], duties[rule]
        if old.was != new.was:
            changed.add(rule)
            if _reads_the_limit_on_the_last_day(duty) or (duty.expect and duty.expect.each_period):
                continue
            mixed = _MIXED if _mixed(duty, built.program) else set()
            assert str(old.was) in _WAITING | mixed, (rule, key, old.was, new.was)
            assert str(new.was) in _TIME_IS_UP | mixed, (rule, key, old.was, new.was)
    for duty in built.program.duties:
        if any(built.program.duties[number].name in changed for number, _ in duty.edges):
            changed.add(duty.name)
    for (rule, _), old in before.items():
        assert rule in changed or after[rule, old.key] == old


@examples(1)
@given(worlds(ONCE, derive=False, edges=False), st.data())
def test_what_was_met_or_late_stays_so_as_more_is_seen(world: tuple[Built, Json], data: st.DataObject) -> None:
    """What is asked once, of any of the entries, in a window that is over or not: more entries do not undo it."""
    built, case = world
    first, second = sorted(data.draw(st.tuples(st.integers(0, 60), st.integers(0, 90))))
    before, after = (by_key(built.engine.decide(case_of(case, day(offset)))) for offset in (first, second))
    for ref, old in before.items():
        rule = built.rules[ref[0]]
        if old.status not in ("met", "late") or rule.expect is None or rule.expect.which != "any":
            continue
        if _reads_the_record(rule.applies) or not rule.triggers or _counts_entries(rule.triggers):
            continue
        assert after[ref].status == old.status


def _reads_the_record(condition: Any) -> bool:
    return any(True for _ in language.has_of(condition))


def _counts_entries(triggers: Iterable[Any]) -> bool:
    return any(isinstance(trigger, Each) and trigger.nth for trigger in triggers)


# More and less on the record ----------------------------------------------------------------------------------------------

_RANK = {
    **dict.fromkeys(["met", "consistent", "excepted"], 3),
    **dict.fromkeys(["to_judge", "cannot_tell", "not_yet_due", "not_on_record", "not_applicable"], 2),
    **dict.fromkeys(["late", "insufficient"], 1),
    "missing": 0,
}


@dataclass(frozen=True)
class Good:
    """Something that would be good to have on the record for a rule: what, and what can be said of it."""

    activity: str
    said: Mapping[str, Any]


def _good(rule: Json, same: Mapping[str, Any]) -> Good | None:
    """What passes every test of a rule's answer; None where the tests cannot all be passed."""
    expect = rule["expect"]
    activity = expect["activity"] if isinstance(expect["activity"], str) else expect["activity"][0]
    said: Json = {}
    for tests in (expect.get("where", {}), expect.get("good_when", {})):
        for name, test in tests.items():
            value = _passing(name, test)
            if name in said and said[name] != value:
                return None
            said[name] = value
    if any(said.get(name, value) != value for name, value in same.items()):
        return None
    return Good(activity, {**same, **said})


def _passing(name: str, test: Any) -> Any:
    if not isinstance(test, dict):
        return test[0] if isinstance(test, list) else test
    [(op, operand)] = test.items()
    match op:
        case "includes":
            return [operand]
        case "includes_any":
            return [operand[0]]
        case "at_least" | "at_most":
            return operand
        case "before":
            return (date.fromisoformat(operand) - timedelta(days=1)).isoformat()
        case _:
            return {"agency": "police", "score": 2, "topics": ["drugs"], "due": day(10)}.get(name, True)


def _is_apart(rule: Any, activity: str) -> bool:
    """Whether a rule asks about an activity only as the answer, so that one more starts no clock and meets no condition."""
    triggers = {trigger.activity for trigger in rule.triggers if isinstance(trigger, Each)}
    triggers |= {trigger.since for trigger in rule.triggers if isinstance(trigger, Each)}
    asked = {name for question in language.has_of(rule.applies) for name in question.activities}
    return activity not in triggers | asked


_NO_WINDOW = {Seen.FUTURE, Seen.DATE_NOT_GIVEN, Seen.DOUBTFUL, Seen.NOT_SEEN, Seen.NO_END}


def _has_a_window(finding: Evaluated) -> bool:
    attempts = finding.observation.attempts if finding.observation else []
    return bool(attempts) and finding.occasion.state is State.NOW and not any(a.seen in _NO_WINDOW for a in attempts)


@examples(2)
@given(rule_sets([*ONCE, *ONCE, "each_period", "at_least"], derive=False, edges=False), cases(complete=True), st.data())
def test_a_good_activity_in_its_window_never_makes_it_worse(
    drawn: tuple[list[Json], Limits], case: Json, data: st.DataObject
) -> None:
    """Nor does taking one away make it better: the record without it is the one before it was added.

    Where the limit has no number the timing is to judge, and so is what would be excepted were it not done.
    """
    built = build(*drawn)
    before = built.engine.evaluate(case_of(case))
    rules = {rule["rule"]: rule for rule in drawn[0] if "activity" in rule.get("expect", {})}
    asked = [f for fs in before for f in fs if _has_a_window(f) and built.program.duties[f.number].name in rules]
    assume(asked)
    finding = data.draw(st.sampled_from(asked))
    name = built.program.duties[finding.number].name
    expect = built.rules[name].expect
    assert expect is not None and finding.observation is not None
    assume(expect.not_before is None or expect.not_before in case["circumstances"])
    said = finding.occasion.entry.attributes if finding.occasion.entry else {}
    same = {word: said[word] for word in expect.same if word in said}
    good = _good(rules[name], same)
    assume(good is not None and len(same) == len(expect.same) and _is_apart(built.rules[name], good.activity))
    assert good is not None
    starts = [a.first for a in finding.observation.attempts if a.first is not None]
    ends = [a.due for a in finding.observation.attempts if a.due is not None]
    first, last = max(starts, default=date(2010, 1, 1).toordinal()), min([*ends, date.fromisoformat(case["as_at"]).toordinal()])
    assume(first <= last)
    on = date.fromordinal(data.draw(st.sampled_from([first, last]) | st.integers(first, last)))
    added = {**case, "record": [*case["record"], {good.activity: {"on": on.isoformat(), **good.said}}]}
    after = own_statuses(built, added)[name, finding.key]
    timed = all(attempt.timed for attempt in finding.observation.attempts)
    assert not timed or _RANK[after] >= _RANK[str(finding.was)], (name, finding.key, str(finding.was), after, on)
    if expect.which == "any" and not (expect.at_least or expect.each_period):
        assert after in ({"met"} if timed else _MIXED)


@examples(1)
@given(rule_sets(["every"], derive=False, edges=False, plain_limits=True, n_expectations=1), cases(complete=True), st.data())
def test_one_more_good_review_in_time_never_makes_more_gaps(
    drawn: tuple[list[Json], Limits], case: Json, data: st.DataObject
) -> None:
    """Where something recurs, one more in any of its windows moves the later turns.

    There are never more gaps and none that is graver, by one limit. (By a limit that has become shorter, or where a
    window is excused by a dated reason, the later turns may well be worse.)
    """
    built = build(*drawn)
    [rule] = drawn[0]
    good = _good(rule, {})
    assume(good is not None and "same" not in rule["expect"] and _is_apart(built.rules[rule["rule"]], good.activity))
    assert good is not None
    case = {**case, "record": [item for item in case["record"] if "not_done" not in item]}
    turns = [turn for turns in built.engine.evaluate(case_of(case)) for turn in turns if _has_a_window(turn)]
    assume(turns)
    turn = data.draw(st.sampled_from(turns))
    assert turn.observation is not None
    [attempt] = turn.observation.attempts
    assume(attempt.first is not None and attempt.due is not None)
    first, last = attempt.first + (turn.observation.turn > 1), min(attempt.due, case_of(case).as_at)
    assume(first <= last)
    on = date.fromordinal(data.draw(st.sampled_from([first, last]) | st.integers(first, last))).isoformat()
    added = {**case, "record": [*case["record"], {good.activity: {"on": on, **good.said}}]}
    before, after = own_statuses(built, case), own_statuses(built, added)

    def gaps(found: dict[tuple[str, str], str]) -> list[int]:
        clock = turn.key.partition("/")[0]
        mine = [status for (_, key), status in found.items() if key.partition("/")[0] == clock]
        return sorted(_RANK[status] for status in mine if _RANK[status] < 2)

    assert len(gaps(after)) <= len(gaps(before))
    assert min(gaps(after), default=3) >= min(gaps(before), default=3)


# Completing what is unknown -----------------------------------------------------------------------------------------------


def _asks_if_known(built: Built, name: str) -> bool:
    """Whether any condition asks if the circumstance is known: such a condition changes when it is completed, on purpose."""
    rows = [row.when for limit in built.limits.values() for r in limit.readings for row in r.rows if row.when]
    conditions = [*rows, *(duty.applies for duty in built.program.duties)]
    return any(test.subject == name and test.op == "known" for condition in conditions for test in language.tests_of(condition))


@examples(2)
@given(worlds(derive=False), st.sampled_from(GIVEN))
def test_completing_a_circumstance_never_flips_met_and_missing(world: tuple[Built, Json], name: str) -> None:
    built, case = world
    assume(name in case["circumstances"] and not _asks_if_known(built, name))
    _completing_flips_nothing(built, case, name)


@examples(2)
@given(worlds(derive=False), st.sampled_from(DATES))
def test_completing_a_date_never_flips_met_and_missing(world: tuple[Built, Json], name: str) -> None:
    built, case = world
    assume(name in case["circumstances"] and not _asks_if_known(built, name))
    _completing_flips_nothing(built, case, name)


def _completing_flips_nothing(built: Built, case: Json, name: str) -> None:
    fewer = {known: value for known, value in case["circumstances"].items() if known != name}
    after, before = own_statuses(built, case), own_statuses(built, {**case, "circumstances": fewer})
    for ref, old in before.items():
        assert {old, after.get(ref)} != {"met", "missing"}, (name, ref, old, after.get(ref))


# Conditions ---------------------------------------------------------------------------------------------------------------


def truth_of(condition: Json, case: Json) -> bool | None:
    """How the engine reads a condition on the day of the sentence, seen from whether a rule with it applies."""
    status = statuses({"when": condition, "from": "sentenced", "expect": {"activity": "breach"}}, case)["sentenced"]
    return {"not_applicable": False, "cannot_tell": None}.get(status, True)


def naive(condition: Json, case: Json) -> bool | None:
    """Kleene's tables, by the letter."""
    return _and([_naive_key(key, value, case) for key, value in condition.items()])


def _and(parts: list[bool | None]) -> bool | None:
    return False if False in parts else None if None in parts else True


def _not(part: bool | None) -> bool | None:
    return None if part is None else not part


def _naive_key(key: str, value: Any, case: Json) -> bool | None:
    match key:
        case "all":
            return _and([naive(part, case) for part in value])
        case "any":
            return _not(_and([_not(naive(part, case)) for part in value]))
        case "not":
            return _not(naive(value, case))
        case "has":
            return _naive_has(value, case)
    given = _fact(key, case)
    if value == {"known": True}:
        return given is not None
    if isinstance(value, dict) and "not_same_as" in value:
        other = _fact(value["not_same_as"], case)
        return None if given is None or other is None else _as_set(given) != _as_set(other)
    return None if given is None else _passes(given, value)


def _passes(given: Any, test: Any) -> bool:
    if not isinstance(test, dict):
        return given in test if isinstance(test, list) else given == test
    [(op, operand)] = test.items()
    match op:
        case "at_least":
            return bool(given >= operand)
        case "at_most":
            return bool(given <= operand)
        case "before":
            first = min(given) if isinstance(given, list) else given
            return first not in ("not_yet", "none") and first < operand
        case "includes":
            return operand in given
        case "includes_any":
            return any(one in given for one in operand)
    raise AssertionError(op)


def _as_set(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else frozenset([value])


def _fact(name: str, case: Json) -> Any:
    given, on = case["circumstances"].get(name), case["circumstances"]["sentenced"]
    if isinstance(given, list) and given and isinstance(given[0], dict):
        past = [change for change in given if change["from"] <= on]
        return max(past, key=lambda change: change["from"])["is"] if past else None
    return given


def _naive_has(question: Json, case: Json) -> bool | None:
    names = [question["activity"]] if isinstance(question["activity"], str) else question["activity"]
    found: list[bool | None] = []
    for item in case["record"]:
        [(name, said)] = item.items()
        said = said if isinstance(said, dict) else {"on": said}
        if name not in names or (said["on"] != "unknown" and said["on"] > case["as_at"]):
            continue
        tests = question.get("where", {})
        truths: list[bool | None] = []
        for word, test in tests.items():
            value = said.get(word)
            truths.append(value is not None if test == {"known": True} else None if value is None else _passes(value, test))
        if question.get("up_to") == "trigger":
            on = said["on"]
            truths.append(None if on == "unknown" else on <= case["circumstances"]["sentenced"])
        found.append(_and(truths))
    complete = case.get("record_complete", True)
    if complete is not True:
        stages = {VOCABULARY.activities[name].stage for name in names}
        found += [None] * bool(complete is False or stages - set(complete))
    return _not(_and([_not(one) for one in found]))


@st.composite
def sentenced_cases(draw: Any) -> Json:
    """Cases whose sentence has been passed, so that a clock that starts with it is running."""
    case = draw(cases(known=3))
    sentenced = draw(st.sampled_from(sorted(_days_of(case)) or [day(0)]) | st.integers(0, 45).map(day))
    return {
        **case,
        "circumstances": {**case["circumstances"], "sentenced": sentenced},
        "as_at": max(case["as_at"], sentenced),
    }


@examples(6)
@given(conditions(), sentenced_cases())
def test_conditions_follow_kleenes_tables(condition: Json, case: Json) -> None:
    assert truth_of(condition, case) == naive(condition, case), f"\ncondition: {condition}\ncase: {case}"


@examples(1)
@given(conditions(), conditions(), sentenced_cases())
def test_laws_of_conditions(one: Json, two: Json, case: Json) -> None:
    first, second = truth_of(one, case), truth_of(two, case)
    assert truth_of({"not": {"not": one}}, case) == first
    assert truth_of({"all": [one]}, case) == truth_of({"any": [one]}, case) == first
    assert truth_of({"all": [one, two]}, case) == truth_of({"all": [two, one]}, case) == _and([first, second])
    assert truth_of({"any": [one, two]}, case) == truth_of({"not": {"all": [{"not": one}, {"not": two}]}}, case)
    assert truth_of({"all": [one, {"not": one}]}, case) is (None if first is None else False)
    assert truth_of({"any": [one, {"not": one}]}, case) is (None if first is None else True)


@examples(2)
@given(conditions(), sentenced_cases(), st.sampled_from([*GIVEN, "ended", "release", "started"]))
def test_forgetting_never_turns_true_into_false(condition: Json, case: Json, name: str) -> None:
    """More is known, more is settled, and what was settled stays: except where the condition asks what is known."""
    assume(f'"{name}": {{"known": true}}' not in json.dumps(condition))
    fewer = {known: value for known, value in case["circumstances"].items() if known != name}
    forgotten = truth_of(condition, {**case, "circumstances": fewer})
    assert forgotten in (None, truth_of(condition, case))


@examples(2)
@given(st.lists(conditions(), min_size=1, max_size=2), sentenced_cases(), st.booleans(), st.booleans())
def test_an_inferred_circumstance_is_true_if_any_rule_holds_and_false_if_all_are_ruled_out(
    premises: list[Json], case: Json, given: bool, value: bool
) -> None:
    """A given value wins [14]; `known` looks at given values only."""
    assume('"required"' not in json.dumps(premises))
    facts = {name: fact for name, fact in case["circumstances"].items() if name != "required"}
    case = {**case, "circumstances": {**facts, **({"required": value} if given else {})}}
    rules = [{"rule": f"d-{n}", "when": premise, "derives": {"required": True}} for n, premise in enumerate(premises)]
    for wanted, condition in ((True, {"required": True}), (False, {"required": False})):
        asks = {"rule": "r", "when": condition, "from": "sentenced", "expect": {"activity": "breach"}}
        found = {d.rule: str(d.status) for d in decide(build([*rules, asks]), case)}["r"]
        inferred = _not(_and([_not(naive(premise, case)) for premise in premises]))
        holds = value if given else inferred
        applies = None if holds is None else holds == wanted
        assert {"not_applicable": False, "cannot_tell": None}.get(found, True) == applies
    known = {"rule": "k", "when": {"required": {"known": True}}, "from": "sentenced", "expect": {"activity": "breach"}}
    applies = next(d.status for d in decide(build([*rules, known]), case) if d.rule == "k") != "not_applicable"
    assert applies == given


# Circles ------------------------------------------------------------------------------------------------------------------


def _circles(rules: list[Json]) -> list[str]:
    read = read_rules(rules)
    return [problem.message for problem in circles(build_graph(read, {}, {}, VOCABULARY), read)]


def _expects(name: str, **edges: list[str]) -> Json:
    return {"rule": name, "expect": {"activity": "visit"}, **edges}


@given(
    st.permutations(["a", "b", "c", "d"]),
    st.integers(1, 4),
    st.lists(st.sampled_from(["rests_on", "follows"]), min_size=4, max_size=4),
)
def test_a_circle_of_rules_is_drawn_whole(names: list[str], size: int, kinds: tuple[str, ...]) -> None:
    ring = names[:size]
    rules = [_expects(name, **{kind: [ring[(n + 1) % size]]}) for n, (name, kind) in enumerate(zip(ring, kinds, strict=False))]
    rules += [_expects(name, rests_on=[ring[0]]) for name in names[size:]]
    [message] = _circles(rules)
    start = ring.index(min(ring))
    turned = [*ring[start:], *ring[:start], ring[start]]
    assert message == f"These rest on one another in a circle: {' -> '.join(turned)}."


def test_each_of_two_circles_is_reported_at_its_first_rule() -> None:
    rules = [
        _expects("a", rests_on=["b"]),
        _expects("b", follows=["a"]),
        _expects("c", rests_on=["d"]),
        _expects("d", rests_on=["c"]),
    ]
    read = read_rules(rules)
    problems = circles(build_graph(read, {}, {}, VOCABULARY), read)
    assert sorted(problem.place.file for problem in problems) == ["a.yaml", "c.yaml"]
    assert {problem.name for problem in problems} == {"circle"}


def test_a_circle_of_inferences_is_reported() -> None:
    rules = [
        {"rule": "a", "when": {"oversight": True}, "derives": {"required": True}},
        {"rule": "b", "when": {"grade": "low"}, "derives": {"oversight": True}},
        {"rule": "c", "when": {"any": [{"child": True}, {"required": True}]}, "derives": {"grade": "high"}},
    ]
    [message] = _circles(rules)
    assert all(word in message for word in ("inferred from one another", "a", "oversight", "b", "grade", "c", "required"))
    assert _circles(rules[:2]) == []
    turned = [rules[0], {**rules[1], "when": {"not": {"grade": "low"}}}, rules[2]]
    [message] = _circles(turned)
    assert "depends on its own absence" in message and "oversight" in message


def test_rules_that_lean_on_the_same_rules_are_no_circle() -> None:
    assert (
        _circles([_expects("a", rests_on=["b", "c"]), _expects("b", rests_on=["d"]), _expects("c", follows=["d"]), _expects("d")])
        == []
    )


# What is seen -------------------------------------------------------------------------------------------------------------


@examples(1)
@given(worlds(), st.lists(st.sampled_from(["visit", "plan", "absence", "screening", "breach"]), max_size=3))
def test_what_is_dated_after_the_day_is_not_seen(world: tuple[Built, Json], activities: list[str]) -> None:
    built, case = world
    after = (date.fromisoformat(case["as_at"]) + timedelta(days=1)).isoformat()
    later = [{name: {"on": after}} for name in activities]
    later.append({"not_done": {"activity": "visit", "on": after, "reason": "x", "acceptable": True}})
    facts = dict(case["circumstances"])
    for name in ("flag", "level", "needs"):
        if isinstance(facts.get(name), list) and facts[name] and isinstance(facts[name][0], dict):
            facts[name] = [*facts[name], {"from": after, "is": facts[name][0]["is"]}]
    assert decide(built, {**case, "record": [*case["record"], *later], "circumstances": facts}) == decide(built, case)
