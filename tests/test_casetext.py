"""A case file is changed where it is meant to be, and nowhere else: not its values, not its comments, not its layout."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import CASES, knowledge
from picking import Pick
from profiles import examples
from quips.cases import case_problems
from quips.casetext import (
    CaseTextError,
    new_case,
    with_circumstance,
    with_entry,
    with_entry_replaced,
    with_judgement,
    with_top,
    without_entry,
)
from quips.problems import InputError
from quips.source import parse_yaml
from random_cases import random_case

_PROMPT = "omi-2/1.2/rosh-classification-agreed"

_CASE = """\
# Read with the officer.
case: TV-0042
as_at: 2010-04-19  # the day of the interview

circumstances:
  # from the front sheet
  tier: 4        # since March
  sentence:
    - {from: 2009-03-02, is: custody}   # Crown Court
    # the licence began late
    - {from: 2009-07-13, is:   licence}
  mappa_level: 2

record:
  # first weeks
  - rosh_screening: {on: 2009-07-14,  accurate: true}   # paper file
  - induction: 2009-07-15
  - sentence_plan:  # the second try
      on: 2009-08-03
      # asked twice
      participated: true
      note: "agreed"   # by telephone
      # and signed
  # nothing in September
judgements:
  omi-2/1.2/rosh-classification-agreed: {answer: no, reason: too low}
# end of the file
"""

_LONG = "The first appointment was kept. " * 6


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        pytest.param(lambda t: with_circumstance(t, "tier", 3), "tier: 4  ", "tier: 3  ", id="a value"),
        pytest.param(lambda t: with_circumstance(t, "tier", 4), "", "", id="the same value"),
        pytest.param(
            lambda t: with_circumstance(t, "tier", None),
            "  tier: 4        # since March\n",
            "  # since March\n",
            id="no value",
        ),
        pytest.param(
            lambda t: with_circumstance(t, "rosh_level", "high"),
            "  mappa_level: 2\n",
            "  mappa_level: 2\n  rosh_level: high\n",
            id="a new value",
        ),
        pytest.param(
            lambda t: with_circumstance(t, "risk_to", ["public", "staff"]),
            "  mappa_level: 2\n",
            "  mappa_level: 2\n  risk_to: [public, staff]\n",
            id="a new list",
        ),
        pytest.param(
            lambda t: with_circumstance(
                t,
                "sentence",
                [
                    {"from": "2009-03-02", "is": "custody"},
                    {"from": "2009-07-13", "is": "licence"},
                    {"from": "2010-01-04", "is": "custody"},
                ],
            ),
            "is:   licence}\n",
            "is:   licence}\n    - {from: 2010-01-04, is: custody}\n",
            id="one more change of a circumstance",
        ),
        pytest.param(
            lambda t: with_circumstance(t, "sentence", [{"from": "2009-07-13", "is": "licence"}]),
            "    - {from: 2009-03-02, is: custody}   # Crown Court\n",
            "    # Crown Court\n",
            id="one change of a circumstance fewer",
        ),
        pytest.param(
            lambda t: with_circumstance(
                t,
                "sentence",
                [
                    {"from": "2009-01-05", "is": "licence"},
                    {"from": "2009-03-02", "is": "custody"},
                    {"from": "2009-07-13", "is": "licence"},
                ],
            ),
            "    - {from: 2009-03-02",
            "    - {from: 2009-01-05, is: licence}\n    - {from: 2009-03-02",
            id="a change before the others",
        ),
        pytest.param(
            lambda t: with_circumstance(t, "sentence", "licence"),
            """\
  sentence:
    - {from: 2009-03-02, is: custody}   # Crown Court
    # the licence began late
    - {from: 2009-07-13, is:   licence}
""",
            "  # Crown Court\n  # the licence began late\n  sentence: licence\n",
            id="one value for several",
        ),
        pytest.param(
            lambda t: with_circumstance(t, "tier", [{"from": "2009-03-02", "is": 3}, {"from": "2010-01-04", "is": 4}]),
            "  tier: 4        # since March\n",
            "  tier:        # since March\n    - {from: 2009-03-02, is: 3}\n    - {from: 2010-01-04, is: 4}\n",
            id="several values for one",
        ),
        pytest.param(
            lambda t: with_entry(t, "home_visit", {"on": "2009-09-01", "purposeful": True, "note": "seen: the flat"}),
            "      # and signed\n",
            '      # and signed\n  - home_visit: {on: 2009-09-01, purposeful: true, note: "seen: the flat"}\n',
            id="a new entry",
        ),
        pytest.param(
            lambda t: with_entry(t, "induction", "2009-09-01"),
            "      # and signed\n",
            "      # and signed\n  - induction: 2009-09-01\n",
            id="a new entry in short",
        ),
        pytest.param(
            lambda t: with_entry(t, "contact", {"on": "2009-09-01", "note": _LONG.strip()}),
            "      # and signed\n",
            """\
      # and signed
  - contact:
      on: 2009-09-01
      note: >-
        The first appointment was kept. The first appointment was kept. The first appointment was kept. The first appointment was
        kept. The first appointment was kept. The first appointment was kept.
""",
            id="a long entry",
        ),
        pytest.param(
            lambda t: with_entry_replaced(t, 0, "rosh_screening", {"on": "2009-07-14", "accurate": False}),
            "{on: 2009-07-14,  accurate: true}   #",
            "{on: 2009-07-14, accurate: false}   #",
            id="an entry in one line",
        ),
        pytest.param(
            lambda t: with_entry_replaced(t, 1, "induction", {"on": "2009-07-16"}),
            "  - induction: 2009-07-15\n",
            "  - induction: {on: 2009-07-16}\n",
            id="an entry in short",
        ),
        pytest.param(
            lambda t: with_entry_replaced(
                t, 2, "sentence_plan", {"on": "2009-08-03", "participated": False, "sequenced": True, "note": "agreed"}
            ),
            """\
      participated: true
      note: "agreed"   # by telephone
      # and signed
""",
            """\
      participated: false
      note: "agreed"   # by telephone
      sequenced: true
      # and signed
""",
            id="one word of an entry over several lines",
        ),
        pytest.param(
            lambda t: with_entry_replaced(t, 2, "contact", "2009-08-04"),
            """\
  - sentence_plan:  # the second try
      on: 2009-08-03
      # asked twice
      participated: true
      note: "agreed"   # by telephone
      # and signed
""",
            "  # asked twice\n  # by telephone\n  # and signed\n  - contact: 2009-08-04  # the second try\n",
            id="another entry in place of several lines",
        ),
        pytest.param(
            lambda t: without_entry(t, 0),
            "  - rosh_screening: {on: 2009-07-14,  accurate: true}   # paper file\n",
            "  # paper file\n",
            id="an entry fewer",
        ),
        pytest.param(
            lambda t: without_entry(t, 2),
            """\
  - sentence_plan:  # the second try
      on: 2009-08-03
      # asked twice
      participated: true
      note: "agreed"   # by telephone
      # and signed
""",
            "  # the second try\n  # asked twice\n  # by telephone\n  # and signed\n",
            id="the last entry fewer",
        ),
        pytest.param(
            lambda t: with_judgement(t, "omi-1/2.2/home-visit-high-roh", {"answer": "yes"}),
            "reason: too low}\n",
            "reason: too low}\n  omi-1/2.2/home-visit-high-roh: {answer: yes}\n",
            id="a new judgement",
        ),
        pytest.param(
            lambda t: with_judgement(t, _PROMPT, {"answer": "no", "reason": "too low: see the analysis"}),
            "reason: too low}\n",
            'reason: "too low: see the analysis"}\n',
            id="another reason for a judgement",
        ),
        pytest.param(
            lambda t: with_judgement(t, _PROMPT, None),
            "judgements:\n  omi-2/1.2/rosh-classification-agreed: {answer: no, reason: too low}\n",
            "judgements: {}\n",
            id="no judgement any more",
        ),
        pytest.param(
            lambda t: with_top(t, "as_at", date(2010, 5, 4)),
            "as_at: 2010-04-19  #",
            "as_at: 2010-05-04  #",
            id="another day",
        ),
        pytest.param(
            lambda t: with_top(t, "record_complete", False),
            "case: TV-0042\n",
            "case: TV-0042\nrecord_complete: false\n",
            id="a record that is still being read",
        ),
        pytest.param(
            lambda t: with_top(t, "as_at", None), "as_at: 2010-04-19  # the day", "# the day", id="no day any more"
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["unix", "windows"])
def test_only_what_is_changed_is_written_anew(change: Callable[[str], str], old: str, new: str, ends: str) -> None:
    assert _CASE.count(old) == 1 or old == ""
    assert change(_CASE.replace("\n", ends)) == _CASE.replace(old, new, 1).replace("\n", ends)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("record: []", "record:\n  - induction: 2009-07-15\n"),
        ("record: []   # none yet\ncase: A1\n", "record:   # none yet\n  - induction: 2009-07-15\ncase: A1\n"),
        ("record:\ncase: A1\n", "record:\n  - induction: 2009-07-15\ncase: A1\n"),
        ("case: A1\n", "case: A1\nrecord:\n  - induction: 2009-07-15\n"),
        ("case: A1", "case: A1\nrecord:\n  - induction: 2009-07-15\n"),
        ("record:\n- a: 1\n- b: 2", "record:\n- a: 1\n- b: 2\n- induction: 2009-07-15\n"),
        ("record:\n    -   a: 1\n", "record:\n    -   a: 1\n    - induction: 2009-07-15\n"),
        ("record:\n-\n  a: 1\n\ncase: A1\n", "record:\n-\n  a: 1\n- induction: 2009-07-15\n\ncase: A1\n"),
        ("record: [{a: 1}] # one\ncase: A1\n", "record: # one\n  - a: 1\n  - induction: 2009-07-15\ncase: A1\n"),
        ("record:\n  - a: |\n      x\n\n      # y\n\ncase: A1\n",
         "record:\n  - a: |\n      x\n\n      # y\n  - induction: 2009-07-15\n\ncase: A1\n"),
        ("record:\n  - a: |+\n      x\n\ncase: A1\n", "record:\n  - a: |+\n      x\n\n  - induction: 2009-07-15\ncase: A1\n"),
        ('{"case": "A1", "record": []}', "case: A1\nrecord:\n  - induction: 2009-07-15\n"),
        ("{case: A1, # first\n record: [] # last\n}\n", "# first\n# last\ncase: A1\nrecord:\n  - induction: 2009-07-15\n"),
        ("---\nrecord:\n  - a: 1\n...\n", "---\nrecord:\n  - a: 1\n  - induction: 2009-07-15\n...\n"),
        ("\ufeffrecord:\n  - a: 1\n", "\ufeffrecord:\n  - a: 1\n  - induction: 2009-07-15\n"),
    ],
)  # fmt: skip
def test_an_entry_is_added_however_the_record_is_laid_out(before: str, after: str) -> None:
    assert with_entry(before, "induction", "2009-07-15") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("? record\n: - a: 1\n? case\n: A1 # x\n", "# x\nrecord:\n  - a: 1\n  - induction: 2009-07-15\ncase: A1\n"),
        ("record:\n  - a: |\n      x", "record:\n  - a: x\n  - induction: 2009-07-15\n"),
        ("record: &r # x\n  - a: 1\n", "record: # x\n  - a: 1\n  - induction: 2009-07-15\n"),
        ("record:\n  - a: 1\x85  - b: 1\n", "record:\n  - a: 1\n  - b: 1\n  - induction: 2009-07-15\n"),
        ("--- {record: [], case: A1}\n", "record:\n  - induction: 2009-07-15\ncase: A1\n"),
    ],
)
def test_an_odd_layout_is_written_anew_rather_than_read_wrongly(before: str, after: str) -> None:
    assert with_entry(before, "induction", "2009-07-15") == after


@pytest.mark.parametrize("text", ["# x\u2028record: []\ncase: A1\n", "record:\n  - a: 1 # x\u2028  - b: 2\n"])
def test_a_layout_that_cannot_be_changed_safely_is_left_as_it_is(text: str) -> None:
    """The reader takes these signs for ends of lines, and what follows a comment would be lost in it."""
    with pytest.raises(CaseTextError, match="Change it in a text editor"):
        with_entry(text, "induction", "2009-07-15")


def test_a_new_case_is_a_valid_one() -> None:
    document = parse_yaml(new_case("TV-0042", date(2010, 4, 19)), "x.yaml")
    assert document.value == {
        "case": "TV-0042",
        "as_at": "2010-04-19",
        "record_complete": False,
        "circumstances": {},
        "record": [],
    }
    assert case_problems(document, knowledge().case_shape) == []


@pytest.mark.parametrize("reference", ["", "John Smith", "SMITH", "tv-1", "TV-1\n", "TV-1: x", "T" * 40 + "1", "../1"])
def test_a_name_is_no_reference(reference: str) -> None:
    with pytest.raises(CaseTextError, match="never a name"):
        new_case(reference, "2010-04-19")


@pytest.mark.parametrize("day", ["", "2010-02-30", "19/04/2010", "2010-04-19\nrecord: []"])
def test_a_new_case_needs_a_day(day: str) -> None:
    with pytest.raises(CaseTextError, match="is not a day"):
        new_case("TV-1", day)


@pytest.mark.parametrize("number", [-1, 3, 99])
def test_an_entry_that_is_not_there_is_not_changed(number: int) -> None:
    with pytest.raises(CaseTextError, match="not in the record"):
        without_entry(_CASE, number)
    with pytest.raises(CaseTextError, match="not in the record"):
        with_entry_replaced(_CASE, number, "contact", "2009-08-04")


@pytest.mark.parametrize("text", ["", "[]", "x", "record: {}", "record: x"])
def test_what_is_no_case_file_is_not_changed(text: str) -> None:
    with pytest.raises(CaseTextError, match="Correct the file first"):
        with_entry(text, "contact", "2009-08-04")


def test_what_is_not_yaml_is_told_with_its_place() -> None:
    with pytest.raises(InputError, match=r"^the case file:2:1: error: The key 'case' stands twice"):
        with_entry("case: A1\ncase: A2\n", "contact", "2009-08-04")


# Hostile text --------------------------------------------------------------------------------------------------------

_HOSTILE = [
    "no", "on", "yes", "null", "Null", "~", "true", "2009-07-13", "1e3", "0x1A", "0o17", "012", "1_000", "12:30", ".5", "+1", "-",
    ".inf", ".nan", "=", "<<", "", " ", "\n", "\t", " lead", "trail ", "a\n", "\na", "a\n\n\nb", "a\n b", "a\n\tb", "a  b", "#x",
    "a #b", "a: b", "a:", "- a", "? a", "'", '"', "it's \"so\"", "\\", "\\n", "{a}", "[a", "*a", "&a", "!a", "|", ">", "%a", "@a",
    "`a", "---", "...", "--- a\n...\n", "😀 👨\u200d👩\u200d👧", "מה שלומך", "مرحبا بالعالم", "\u202eabc\u202c",
    "Ŵyr y tŷ â'r ŷd",
    "a\u00a0b", "a\u2028b", "\ufeffa", "é", "e\u0301", "word " * 2000 + "end", "x" * 3000, "a\n" * 200 + "b",
    ("w " * 99 + "\n\n") * 9 + "x",
    "# " * 100 + "x", ("- a: {b} # c " * 20).strip(), "{" * 100, "\U00010348" * 70,
]  # fmt: skip


@pytest.mark.parametrize("text", _HOSTILE, ids=lambda text: ascii(text[:20]))
def test_any_text_is_read_back_as_it_was_meant(text: str) -> None:
    said = {"on": "2009-08-04", "note": text}
    after = with_entry(_CASE, "contact", said)
    assert parse_yaml(after, "x").value["record"][3] == {"contact": said}
    assert after.replace("\n".join(_new_lines(_CASE, after)) + "\n", "", 1) == _CASE
    assert parse_yaml(with_entry_replaced(_CASE, 2, "sentence_plan", said), "x").value["record"][2] == {"sentence_plan": said}
    assert parse_yaml(with_entry_replaced(after, 3, "contact", {"on": "x"}), "x").value["record"][3] == {"contact": {"on": "x"}}
    assert without_entry(after, 3) == _CASE
    if 0 < len(text) < 1000:  # a longer one is no key in YAML
        assert parse_yaml(with_circumstance(_CASE, text, text), "x").value["circumstances"][text] == text
        assert parse_yaml(with_judgement(_CASE, text, {text: text}), "x").value["judgements"][text] == {text: text}


def _new_lines(before: str, after: str) -> list[str]:
    """Return the lines that stand in the middle of the one and not of the other."""
    old, new = before.split("\n"), after.split("\n")
    first = next(n for n in range(len(new)) if old[n] != new[n])
    return new[first : first + len(new) - len(old)]


@given(st.text(max_size=300))
def test_text_is_read_back_or_refused_in_plain_words(text: str) -> None:
    said = {"on": "2009-08-04", "note": text}
    refused = any(c not in "\t\n\r" and (c < " " or "\x7f" <= c <= "\x9f" or c in "\ufffe\uffff") for c in text)
    if refused:
        with pytest.raises(CaseTextError, match=r"cannot be seen \(U\+[0-9A-F]{4}\).* Take it out"):
            with_entry(_CASE, "contact", said)
    else:
        meant = text.replace("\r\n", "\n").replace("\r", "\n")
        found = parse_yaml(with_entry(_CASE, "contact", said), "x").value["record"][3]["contact"]
        assert found == {"on": "2009-08-04", "note": meant}


@pytest.mark.parametrize("sign", ["\u202e", "\u2028", "\u00a0", "\ufeff"])
@pytest.mark.parametrize("rest", ["", " and so on" * 30])
def test_signs_that_cannot_be_seen_are_spelt_out(sign: str, rest: str) -> None:
    """So that no editor shows a line otherwise than it is read."""
    after = with_entry(_CASE, "contact", {"on": "2009-08-04", "note": f"a{sign}b{rest}"})
    assert sign not in after and f"a\\u{ord(sign):04x}b" in after


def test_half_a_character_is_refused() -> None:
    with pytest.raises(CaseTextError, match=r"U\+D83D"):
        with_circumstance(_CASE, "note", "\ud83d")


@pytest.mark.parametrize("value", [{1, 2}, b"x", object()])
def test_what_no_case_file_says_is_refused(value: Any) -> None:
    with pytest.raises(CaseTextError, match="not something that a case file can say"):
        with_circumstance(_CASE, "tier", value)


# Random cases in random layouts --------------------------------------------------------------------------------------


class _Writer:
    """Lays out a value in one of the many ways that YAML has, with numbered comments wherever there may be one."""

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self.comments = 0

    def document(self, value: dict[str, Any]) -> str:
        lines = self.comment_lines(0) + self.mapping(value, 0) + self.comment_lines(0)
        text = "\n".join(lines) + ("\n" if self.pick.up_to(5) else "")
        return f"---\n{text}" if self.pick.chance(8) else text

    def mapping(self, value: dict[str, Any], indent: int) -> list[str]:
        lines = []
        for key, child in value.items():
            lines += self.comment_lines(indent)
            lines += self.member(key, child, indent)
        return lines

    def member(self, key: str, value: Any, indent: int) -> list[str]:
        head = f"{' ' * indent}{key}:"
        if isinstance(value, dict | list) and value and self.pick.chance():
            deeper = indent + self.pick.of([2, 4, 1])
            if isinstance(value, dict):
                return [head + self.comment(), *self.mapping(value, deeper), *self.comment_lines(deeper)]
            dashes = indent + self.pick.of([2, 0, 4])
            return [head + self.comment(), *self.items(value, dashes), *self.comment_lines(dashes)]
        return self.leaf(head + self.pick.of([" ", " ", "   "]), value, indent)

    def items(self, value: list[Any], indent: int) -> list[str]:
        lines = []
        for child in value:
            lines += self.comment_lines(indent)
            if isinstance(child, dict) and len(child) == 1 and self.pick.chance():
                gap = self.pick.of([1, 3])
                first, *rest = self.mapping_without_comment(child, indent + 1 + gap)
                lines += [" " * indent + "-" + " " * gap + first.lstrip(" "), *rest]
            else:
                lines += self.leaf(" " * indent + "- ", child, indent)
        return lines

    def mapping_without_comment(self, value: dict[str, Any], indent: int) -> list[str]:
        [(key, child)] = value.items()
        return self.member(key, child, indent)

    def leaf(self, head: str, value: Any, indent: int) -> list[str]:
        if isinstance(value, str) and value.isalpha() and self.pick.chance(4):
            style = self.pick.of(["|-", ">-"])
            return [f"{head}{style}{self.comment()}", f"{' ' * (indent + 3)}{value}"]
        return [head + self.flow(value) + self.comment()]

    def flow(self, value: Any) -> str:
        space = self.pick.of(["", " "])
        if isinstance(value, dict):
            return "{" + space + ", ".join(f"{key}: {self.flow(child)}" for key, child in value.items()) + space + "}"
        if isinstance(value, list):
            return "[" + space + ", ".join(map(self.flow, value)) + (", " if value and self.pick.chance(6) else "") + "]"
        if isinstance(value, str):
            plain = value.replace("-", "").replace("_", "").isalnum() and not value.isdigit() and value not in ("true", "null")
            return (
                value if plain and self.pick.up_to(3) else self.pick.of([json.dumps(value), "'" + value.replace("'", "''") + "'"])
            )
        return json.dumps(value)

    def comment(self) -> str:
        if not self.pick.chance(5):
            return ""
        return self.pick.of([" ", "   "]) + self.marker()

    def comment_lines(self, indent: int) -> list[str]:
        lines = []
        while self.pick.chance(6):
            lines.append(" " * self.pick.of([indent, 0, indent + 2]) + self.marker() if self.pick.up_to(2) else "")
        return lines

    def marker(self) -> str:
        self.comments += 1
        return f"# comment-{self.comments};"


@st.composite
def _laid_out(draw: Any) -> tuple[str, dict[str, Any], int, random.Random]:
    """A valid case, its text in some layout, how many comments it has, and chance for what is to be done with it."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    case = random_case(chance, knowledge().vocabulary, chance.randint(0, 5), known=0.1)
    assert case.document
    value = json.loads(json.dumps(case.document.value))
    if chance.random() < 0.5:
        value["judgements"] = {_PROMPT: {"answer": "no", "reason": "too low: see # 3"}}
    writer = _Writer(Pick(draw))
    text = writer.document(value)
    return text, value, writer.comments, chance


@examples(3)
@given(_laid_out())
def test_one_thing_changes_and_nothing_else(laid_out: tuple[str, dict[str, Any], int, random.Random]) -> None:
    text, value, n_comments, chance = laid_out
    assert parse_yaml(text, "x").value == value, "the layout says what it should"
    for _ in range(4):
        text, value = _changed_in_both(text, value, chance)
        assert parse_yaml(text, "x").value == value
        _keeps_comments(text, n_comments)


def _keeps_comments(text: str, n_comments: int) -> None:
    """Every comment is there once; that none became part of a value is shown by the values."""
    assert [text.count(f"# comment-{n + 1};") for n in range(n_comments)] == [1] * n_comments


def _changed_in_both(text: str, value: dict[str, Any], chance: random.Random) -> tuple[str, dict[str, Any]]:
    """Make one change to the text and, by plain Python, to the value."""
    value = json.loads(json.dumps(value))
    other = random_case(chance, knowledge().vocabulary, 1, known=0.2).document.value
    record, entry = value["record"], other["record"][0]
    entry = json.loads(json.dumps(entry))
    [(activity, said)] = entry.items()
    if chance.random() < 0.5:
        said["note"] = chance.choice(_HOSTILE)
    match chance.randint(0, 6):
        case 0:
            record.append(entry)
            return with_entry(text, activity, said), value
        case 1 if record:
            number = chance.randrange(len(record))
            record[number] = entry
            return with_entry_replaced(text, number, activity, said), value
        case 2 if record:
            number = chance.randrange(len(record))
            [(activity, said)] = record[number].items()
            said = {**said, "note": chance.choice(_HOSTILE)} if isinstance(said, dict) else {"on": said}
            said.pop(chance.choice(list(said)))
            record[number] = {activity: said}
            return with_entry_replaced(text, number, activity, said), value
        case 3 if record:
            number = chance.randrange(len(record))
            del record[number]
            return without_entry(text, number), value
        case 4 if other["circumstances"]:
            name, given = chance.choice(list(other["circumstances"].items()))
            value["circumstances"][name] = json.loads(json.dumps(given))
            return with_circumstance(text, name, given), value
        case 5 if value["circumstances"]:
            name = chance.choice(list(value["circumstances"]))
            del value["circumstances"][name]
            return with_circumstance(text, name, None), value
        case 6:
            judgement = chance.choice([None, {"answer": "yes"}, {"answer": "no", "reason": chance.choice(_HOSTILE)}])
            if judgement:
                value.setdefault("judgements", {})[_PROMPT] = judgement
            else:
                value.get("judgements", {}).pop(_PROMPT, None)
            return with_judgement(text, _PROMPT, judgement), value
    value["record_complete"] = other["record_complete"]
    return with_top(text, "record_complete", other["record_complete"]), value


# The example cases ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_in_the_example_cases_all_other_lines_stay_as_they_are(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    record = parse_yaml(text, path.name).value["record"]
    added = with_entry(text, "contact", {"on": "2010-01-01"})
    before = text if record else text.replace("record: []", "record:")
    assert [line for line in added.split("\n") if line != "  - contact: {on: 2010-01-01}"] == before.split("\n")
    for number, entry in enumerate(record):
        [(activity, said)] = entry.items()
        assert with_entry_replaced(text, number, activity, said) == text
        fewer = without_entry(text, number)
        assert parse_yaml(fewer, path.name).value["record"] == record[:number] + record[number + 1 :]
        if len(record) > 1:
            assert _is_cut_out_of(fewer, text)
        else:
            assert fewer.startswith(text[: text.index("record:")] + "record: []\n")


def _is_cut_out_of(fewer: str, text: str) -> bool:
    """Whether a text is another without some lines of it that stand together."""
    short, long = fewer.split("\n"), text.split("\n")
    same = next((n for n, line in enumerate(short) if line != long[n]), len(short))
    return short[same:] == long[len(long) - (len(short) - same) :]
