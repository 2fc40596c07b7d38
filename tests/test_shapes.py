"""What a person is told about a rule, a case or a limit that does not fit: where, what kind of fault, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from knowledge_base import knowledge
from quips.cases import case_problems
from quips.caseschema import case_schema
from quips.problems import Problem, did_you_mean
from quips.shapes import Shape, is_date
from quips.source import Document, parse_yaml
from quips.vocabulary import read_vocabulary

_SCHEMAS = Path(__file__).parent.parent / "framework" / "schema"

_VOCABULARY = """\
circumstances:
  started: {title: Start, type: date, ask: When did it start?, help: The day., many: true}
  release: {title: Release, type: date, ask: When?, help: The day.}
  tier: {title: Tier, type: number, ask: Which tier?, help: One to four.}
  rosh_level:
    {title: RoSH level, type: choice, may_change: true, ask: Which?, help: x, values: {low: low, medium: medium, high: high}}
  needs: {title: Needs, type: choices, ask: Which?, help: x, values: {drugs: drugs, housing: housing}}
  child: {title: Child, type: yes_no, ask: Is there?, help: x}
activities:
  home_visit:
    title: home visit
    stage: delivery
    ask: Was there a home visit?
    help: x
    attributes: {purposeful: {type: yes_no, ask: Was it purposeful?}}
"""

_CASE = """\
case: TV-0042
as_at: 2010-04-19
circumstances:
  started: 2009-07-13
record:
  - home_visit: 2009-09-01
"""

_RULE = """\
rule: home-visit-made
kind: expectation
title: A home visit
status: active
why: It shows how somebody lives.
from: started
expect: {activity: home_visit, within: home-visit}
severity: high
remedy: Arrange it.
cites:
  - {seed: 003.txt, line: 455}
cannot_see: What was looked at.
examples:
  - name: none
    given: {as_at: 2010-04-19}
    status: missing
"""

_LIMITS = """\
limits:
  - limit: home-visit
    title: Home visit
    clock: The start.
    readings:
      - reading: omi-2
        rows:
          - {value: 10, unit: working_days, valid_from: 2009-01-01, standing: published, cites: [{seed: a.txt, line: 1}]}
"""


@cache
def schema(kind: str) -> dict[str, Any]:
    if kind == "case":
        problems: list[Problem] = []
        vocabulary = read_vocabulary([parse_yaml(_VOCABULARY, "vocabulary.yaml")], problems)
        assert not problems
        return case_schema(vocabulary, ["omi-2"])
    read: dict[str, Any] = json.loads((_SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))
    return read


@cache
def shape(kind: str) -> Shape:
    return Shape(schema(kind))


_WHOLE = {"case": _CASE, "rule": _RULE, "limits": _LIMITS}


def problems_of(kind: str, text: str) -> list[Problem]:
    document: Document = parse_yaml(text, "x.yaml")
    return case_problems(document, shape(kind)) if kind == "case" else shape(kind).problems(document)


def broken(kind: str, old: str, new: str) -> list[Problem]:
    assert _WHOLE[kind].count(old) == 1, "the fixture changes one place"
    return problems_of(kind, _WHOLE[kind].replace(old, new))


@pytest.mark.parametrize("kind", _WHOLE)
def test_nothing_is_said_when_all_is_well(kind: str) -> None:
    assert problems_of(kind, _WHOLE[kind]) == []


@pytest.mark.parametrize(
    ("kind", "old", "new", "at", "name", "message", "hint"),
    [
        # What is not known
        ("rule", "severity: high", "severty: high", "8:1", "unknown-key", "'severty'", "Did you mean 'severity'?"),
        ("rule", "within: home-visit", "withn: home-visit", "7:32", "unknown-key", "'withn'", "Did you mean 'within'?"),
        ("rule", "why: It", "reason: x\nwhy: It", "5:1", "unknown-key", "'reason'", ""),
        ("case", "started: 2009", "startd: 2009", "4:3", "unknown-key", "'startd'", "Did you mean 'started'?"),
        ("case", "home_visit: 2009", "home_vist: 2009", "6:5", "unknown-key", "'home_vist'", "Did you mean 'home_visit'?"),
        (
            "case",
            "home_visit: 2009-09-01",
            "home_visit: {on: 2009-09-01, porpoiseful: true}",
            "6:34",
            "unknown-key",
            "'porpoiseful'",
            "Did you mean 'purposeful'?",
        ),
        ("case", "started: 2009-07-13", "child: yes", "4:10", "wrong-type", "true or false", "Write true for yes"),
        ("limits", "valid_from", "validfrom", "8:45", "unknown-key", "'validfrom'", "Did you mean 'valid_from'?"),
        ("rule", "from: started", "from: Started", "6:7", "wrong-form", "'Started'", "The date circumstance"),
        ("rule", "rule: home-visit-made", "rule: Home Visit", "1:7", "wrong-form", "'Home Visit'", "in small letters"),
        ("rule", "from: started", "when: {Tier: 3}\nfrom: started", "6:8", "unknown-name", "'Tier'", "lower case"),
        # Values
        ("rule", "severity: high", "severity: hihg", "8:11", "wrong-value", "'low', 'medium' or 'high'", "Did you mean 'high'?"),
        ("rule", "severity: high", "severity: 3", "8:11", "wrong-value", "'severity' cannot be 3", ""),
        ("rule", "kind: expectation", "kind: expectations", "2:7", "wrong-value", "expectations", "'expectation'"),
        ("case", "started: 2009-07-13", "rosh_level: hgih", "4:15", "wrong-value", "'medium' or 'high'", "'high'"),
        ("case", "started: 2009-07-13", "needs: [drugs, drink]", "4:18", "wrong-value", "'drink'", ""),
        ("case", "started: 2009-07-13", "needs: [drugs, drugs]", "4:10", "repeated", "'needs'", ""),
        ("case", "started: 2009-07-13", "tier: four", "4:9", "wrong-type", "a whole number, not 'four'", ""),
        ("case", "started: 2009-07-13", "tier: -1", "4:9", "out-of-range", "at least 0", ""),
        ("case", "started: 2009-07-13", "tier: true", "4:9", "wrong-type", "a whole number, not true", ""),
        ("case", "started: 2009-07-13", "tier:", "4:8", "wrong-type", "not nothing", ""),
        ("case", "case: TV-0042", "case: Smith", "1:7", "wrong-form", "'Smith'", "TV-0042"),
        ("limits", "unit: working_days", "unit: working_day", "8:31", "wrong-value", "'working_day'", "'working_days'"),
        ("limits", "value: 10", "value: ten", "8:21", "wrong-type", "a whole number", ""),
        ("limits", "value: 10", "value: -1", "8:21", "out-of-range", "at least 0", ""),
        # Days
        ("case", "2009-07-13", "2009-02-30", "4:12", "not-a-date", "'2009-02-30' is not a day", "2010-04-19"),
        ("case", "2009-07-13", "13/07/2009", "4:12", "not-a-date", "'13/07/2009'", "year-month-day"),
        ("case", "2009-07-13", "[2009-07-13, 2009-7-1]", "4:25", "not-a-date", "'2009-7-1'", "year-month-day"),
        ("case", "2009-09-01", "{on: 2009-09-31}", "6:22", "not-a-date", "'2009-09-31'", "year-month-day"),
        ("case", "2009-07-13", "not_yte", "4:12", "not-a-date", "'not_yte'", ""),
        ("case", "2010-04-19", "2009-08-31", "6:17", "after-as-at", "2009-09-01, after the day", "Correct one"),
        ("limits", "2009-01-01", "2009-13-01", "8:57", "not-a-date", "'2009-13-01'", "year-month-day"),
        # What is missing or does not belong
        ("case", "2009-09-01", "{purposeful: true}", "6:17", "missing-key", "'on' is missing in 'home_visit'", "Add it."),
        ("case", "case: TV-0042\n", "", "1:1", "missing-key", "'case' is missing.", "Add it."),
        ("rule", "remedy: Arrange it.\n", "", "1:1", "missing-key", "'remedy' is missing", "Add it."),
        ("rule", "activity: home_visit, ", "", "7:9", "missing-key", "just one of: activity, this or never", ""),
        ("rule", "activity: home_visit", "activity: a, never: b", "7:9", "missing-key", "just one of", ""),
        ("rule", "    status: missing\n", "", "14:5", "missing-key", "status or findings", ""),
        ("rule", "from: started", "from: {each: visit, in: 2 days}", "6:7", "missing-key", "'nth'", "Add it."),
        ("limits", "value: 10, ", "", "8:13", "missing-key", "'value'", "Add it."),
        ("rule", "cites:\n  - {seed: 003.txt, line: 455}", "cites: []", "10:8", "wrong-size", "at least 1 thing", ""),
        ("case", "home_visit: 2009-09-01", "{}", "6:5", "wrong-size", "at least 1 thing", ""),
        ("rule", "title: A home visit", "title: ''", "3:8", "wrong-size", "'title' is empty", ""),
        ("rule", "from: started", "from: []", "6:7", "wrong-size", "at least 1 thing", ""),
        ("rule", "from: started", "when: {tier: {at_least: 1, at_most: 3}}\nfrom: x", "6:14", "wrong-size", "at most 1", ""),
        # Kinds
        ("rule", "expect: {activity: home_visit, within: home-visit}", "expect: x", "7:9", "wrong-type", "a mapping", ""),
        ("rule", "cites:\n  - {seed: 003.txt, line: 455}", "cites: x", "10:8", "wrong-type", "a list, not 'x'", ""),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_to_do(
    kind: str, old: str, new: str, at: str, name: str, message: str, hint: str
) -> None:
    problems = [problem for problem in broken(kind, old, new) if problem.name == name]
    assert [str(problem.place) for problem in problems] == [f"x.yaml:{at}"]
    [problem] = problems
    assert message in problem.message
    assert hint in problem.hint
    assert str(problem).startswith(f"x.yaml:{at}: error: ")
    assert str(problem).endswith(f"[{name}]")


@pytest.mark.parametrize(("kind", "named"), [("case", "The file"), ("rule", "The file"), ("limits", "The file")])
@pytest.mark.parametrize(("text", "shown"), [("", "nothing"), ("[]", "a list"), ("x", "'x'"), ("3", "3")])
def test_a_file_that_is_no_mapping_is_told_as_that_alone(kind: str, named: str, text: str, shown: str) -> None:
    [problem] = problems_of(kind, text)
    assert problem.name == "wrong-type"
    assert problem.message == f"{named} has to be a mapping (name: value), not {shown}."


def test_every_fault_is_told_at_once_in_the_order_of_the_file() -> None:
    text = _CASE.replace("TV-0042", "x").replace("2009-07-13", "13/7").replace("home_visit", "visit")
    assert [(p.place.line, p.name) for p in problems_of("case", text)] == [
        (1, "wrong-form"),
        (4, "not-a-date"),
        (6, "unknown-key"),
    ]


def test_what_belongs_to_another_kind_of_rule_is_told_at_its_key() -> None:
    [problem] = broken("rule", "from: started", "otherwise: true\nfrom: started")
    assert problem.name == "does-not-belong"
    assert problem.message.startswith("'otherwise' does not belong here")
    assert str(problem.place) == "x.yaml:6:1"


def test_everything_that_does_not_belong_to_a_kind_is_told_at_once() -> None:
    """`if`/`then` on the kind names the field; a root `oneOf` would only say that nothing fits."""
    problems = broken("rule", "kind: expectation", "kind: derivation")
    found = {problem.message.split("'")[1] for problem in problems}
    assert found == {"when", "derives", "expect", "from", "severity", "remedy"}


def test_an_unknown_kind_is_told_without_faults_that_would_only_follow_from_it() -> None:
    [problem] = broken("rule", "kind: expectation", "kind: derivatio")
    assert problem.name == "wrong-value" and problem.hint == "Did you mean 'derivation'?"


def test_a_reference_that_is_too_long_is_told_as_that() -> None:
    [problem] = broken("case", "TV-0042", "TV-" + "0" * 50)
    assert problem.name in ("wrong-size", "wrong-form")
    assert "40" in problem.message + problem.hint


def test_a_long_value_is_cut_short() -> None:
    [problem] = broken("rule", "severity: high", f"severity: {'x' * 500}")
    assert "x" * 60 + "…" in problem.message
    assert len(problem.message) < 150


def test_a_name_that_cannot_be_a_key_of_judgements_is_told_at_the_key() -> None:
    [problem] = problems_of("case", _CASE + "judgements:\n  omi-9/1.2/x: {answer: yes}\n")
    assert problem.name == "unknown-name" and str(problem.place) == "x.yaml:8:3"


def test_an_answer_of_no_is_text() -> None:
    """With PyYAML's own resolver this would be false and fit nothing."""
    assert problems_of("case", _CASE + "judgements:\n  omi-2/1.2/x: {answer: no}\n") == []


@pytest.mark.parametrize("value", ["2009-07-13", "2012-02-29", 3, None, True, ["x"]])
def test_a_day_that_exists_or_what_is_no_text_passes_as_a_date(value: object) -> None:
    assert is_date(value)


@pytest.mark.parametrize("value", ["2011-02-29", "2009-7-3", "20090713", "2009-07-13 ", "2009-W07-1", "٢٠٠٩-٠٧-١٣", ""])
def test_other_text_does_not_pass_as_a_date(value: str) -> None:
    assert not is_date(value)


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 6),
    st.sampled_from(
        [2.0, 0.5, float("inf"), 10**19, [], {}, [{}], "", "started", "2010-02-30", "2010-02-28", "home_visit", "10 days"]
    ),
    st.lists(st.sampled_from(["a", "b", 1, True, "low"]), max_size=3),
)


def _spots(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document at which something can be put instead, and one new key in each mapping."""
    yield path
    if isinstance(value, dict):
        yield (*path, "new")
    for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _spots(child, (*path, key))


@given(kind=st.sampled_from(sorted(_WHOLE)), data=st.data())
def test_what_is_let_through_fits_the_schema_by_the_validator_that_explains(kind: str, data: st.DataObject) -> None:
    value = parse_yaml(_WHOLE[kind], "x.yaml").value
    for _ in range(data.draw(st.integers(0, 3))):
        *parents, last = data.draw(st.sampled_from([path for path in _spots(value) if path]))
        parent = value
        for step in parents:
            parent = parent[step]
        if isinstance(parent, dict) and data.draw(st.booleans()):
            parent.pop(last, None)
        else:
            parent[last] = data.draw(_VALUES)
    formats = FormatChecker(formats=())
    formats.checks("date")(is_date)
    fits = Draft202012Validator(schema(kind), format_checker=formats).is_valid(value)
    assert (shape(kind).problems(Document("x.yaml", value, {}, {})) == []) is fits


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("home_vist", "home_visit"),
        ("homevisit", "home_visit"),
        ("rosh_analysis", "roh_analysis"),  # one letter more, and what the analysis is called everywhere else
        ("mapa_referral", "mappa_referral"),
        ("sentence_plna", "sentence_plan"),
    ],
)
def test_a_slip_of_the_pen_is_answered_with_what_was_meant(written: str, meant: str) -> None:
    assert did_you_mean(written, knowledge().vocabulary.activities) == f"Did you mean '{meant}'?"


@pytest.mark.parametrize(
    ("written", "not_meant", "first"),
    [
        ("phone_call", "police_call_out", "police_call_out (Police call-out) or contact (Contact)?"),
        ("appointment", "first_appointment", ""),
        ("telephone_contact", "prison_contact", "contact (Contact)"),
        ("sara_referral", "marac_referral", "sara (SARA)"),
        ("person_contact", "prison_contact", "contact (Contact)"),
        ("risk_plan", "exit_plan", "risk_management_plan (Risk management plan)"),
    ],
)
def test_a_word_that_means_something_else_is_never_said_to_be_meant(written: str, not_meant: str, first: str) -> None:
    """`phone_call` is no slip for a call-out of the police: what is like it is listed by its title, to be chosen from."""
    [problem] = case_problems(
        parse_yaml(f"case: TV-0001\ncircumstances: {{}}\nrecord:\n  - {written}: 2010-01-04\n", "x.yaml"), knowledge().case_shape
    )
    assert f"Did you mean '{not_meant}'" not in problem.hint
    assert problem.hint.startswith(f"Is one of these meant: {first}")
    assert problem.hint.endswith("To see every activity: quips list activities.")


def test_what_is_like_nothing_is_answered_with_where_to_look() -> None:
    [problem] = case_problems(
        parse_yaml("case: TV-0001\ncircumstances: {shoe_size: 9}\nrecord: []\n", "x.yaml"), knowledge().case_shape
    )
    assert problem.hint == "To see every circumstance: quips list circumstances."
    assert did_you_mean("shoe_size", knowledge().vocabulary.activities) == ""


@pytest.mark.parametrize(
    "line",
    ["domestic_abuse: unknown", "domestic_abuse: Not known", "rosh_level: unknown", "tier: n/k", "sentenced: unknown", "ppo:"],
)
def test_what_is_not_known_is_to_be_left_out(line: str) -> None:
    [problem] = case_problems(
        parse_yaml(f"case: TV-0001\ncircumstances:\n  {line}\nrecord: []\n", "x.yaml"), knowledge().case_shape
    )
    assert problem.hint == "Leave it out if it is not known."


def test_an_entry_whose_attribute_is_not_known_says_so_by_silence() -> None:
    text = "case: TV-0001\ncircumstances: {}\nrecord:\n  - home_visit: {on: unknown, purposeful: unknown}\n"
    [problem] = case_problems(parse_yaml(text, "x.yaml"), knowledge().case_shape)
    assert problem.message.startswith("'purposeful'") and problem.hint == "Leave it out if it is not known."
