"""The strict reader: what YAML 1.2 says of scalars, what is refused, and where everything stands."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles import examples
from quips.places import Place
from quips.problems import InputError, Problem
from quips.source import MAX_BYTES, MAX_DEPTH, parse_yaml, read_yaml


def value_of(text: str) -> Any:
    return parse_yaml(text, "x.yaml").value


def only_problem(text: str) -> Problem:
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "x.yaml")
    [problem] = caught.value.problems
    return problem


def problem_of_file(path: Path) -> Problem:
    with pytest.raises(InputError) as caught:
        read_yaml(path, "x.yaml")
    [problem] = caught.value.problems
    assert problem.place.file == "x.yaml"
    return problem


# Scalars -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *[
            "on",
            "On",
            "off",
            "yes",
            "Yes",
            "no",
            "No",
            "NO",
            "y",
            "n",
            "tRUE",
            "nULL",
            "2010-04-19",
            "2010-04-19T10:00:00",
            "12:30",
            "12:30:45",
            "190:20:30",
        ],
        *["1_000", "0b11", "0o8", "0xZZ", "1e", "e3", ".", "+", "+-1", "1.2.3", "1,5", "infinity", ".infinity", "<<", "=", "١٢"],
    ],
)
def test_text_stays_text_when_only_yaml_1_1_would_make_more_of_it(text: str) -> None:
    assert value_of(f"a: {text}") == {"a": text}
    assert value_of(f"- {text}") == [text]


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "y", "true", "null", "08", "1e3"])
def test_keys_are_text_whatever_they_look_like(word: str) -> None:
    assert value_of(f"{word}: x") == {word: "x"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("0", 0),
        ("08", 8),
        ("012", 12),
        ("+7", 7),
        ("-19", -19),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        ("1E-2", 0.01),
        (".5", 0.5),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("3.25", 3.25),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("~", None),
        ("null", None),
        ("", None),
    ],
)
def test_scalars_are_those_of_the_core_schema(text: str, value: object) -> None:
    found = value_of(f"a: {text}")["a"]
    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_read_as_one() -> None:
    assert math.isnan(value_of("a: .nan")["a"])


@pytest.mark.parametrize("text", ["true", "12", "null", "~", "1e3", ".inf", "2010-04-19", ""])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_quoted_scalars_are_text(text: str, quote: str) -> None:
    assert value_of(f"a: {quote}{text}{quote}") == {"a": text}


def test_block_scalars_are_text() -> None:
    assert value_of("a: |\n  12\nb: >-\n  true\n") == {"a": "12\n", "b": "true"}


def test_a_record_keeps_on_and_no() -> None:
    """The two words that YAML 1.1 turns into truth values stand in every case record."""
    read = value_of("record:\n  - home_visit: {on: 2009-09-01, answer: no}\n")
    assert read == {"record": [{"home_visit": {"on": "2009-09-01", "answer": "no"}}]}


_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cn", "Cs"]), max_size=12)
_SCALARS = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False) | _TEXT
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@examples(2)
@given(_VALUES)
def test_json_is_read_as_json(value: object) -> None:
    """YAML 1.2 holds JSON; whatever JSON writes comes back as it was."""
    assert value_of(json.dumps(value, ensure_ascii=False)) == value


@pytest.mark.parametrize(("text", "value"), [("!!str 12", "12"), ("!!str true", "true"), ("!!str", "")])
def test_a_tag_is_heeded_or_refused(text: str, value: str) -> None:
    try:
        assert value_of(f"a: {text}") == {"a": value}
    except InputError as error:
        assert error.problems


# What is refused -----------------------------------------------------------------------------------------------------


def test_a_key_that_stands_twice_names_both_lines() -> None:
    problem = only_problem("a: 1\nb: 2\na: 3\n")
    assert problem.name == "duplicate-key"
    assert (problem.place.line, problem.place.column) == (3, 1)
    assert "'a'" in problem.message and "line 1" in problem.message
    assert problem.hint


def test_every_key_that_stands_twice_is_reported() -> None:
    with pytest.raises(InputError) as caught:
        parse_yaml("a: 1\na: 2\nb:\n  c: 1\n  'c': 2\n  c: 3\n", "x.yaml")
    assert [problem.place.line for problem in caught.value.problems] == [2, 5, 6]
    assert {problem.name for problem in caught.value.problems} == {"duplicate-key"}


def test_the_same_key_in_two_mappings_is_no_duplicate() -> None:
    assert value_of("- a: 1\n- a: 2\n") == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "a: &x {b: 1}\nc:\n  <<: *x\n", "- &x 1\n- *x\n"])
def test_an_alias_is_refused_where_it_stands(text: str) -> None:
    problem = only_problem(text)
    assert problem.name == "alias" and "*x" in problem.message
    assert problem.place.line == text.count("\n")


def test_an_alias_as_a_key_is_refused() -> None:
    assert only_problem("- &x a\n- *x : 1\n").name == "key-not-text"


def test_an_alias_bomb_is_refused_at_once() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60)]
    started = time.perf_counter()
    assert only_problem("\n".join(rows)).name == "alias"
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("text", ["? [a, b]\n: 1\n", "? {a: 1}\n: 2\n", "{[a]: 1}"])
def test_a_key_that_is_not_a_word_is_refused(text: str) -> None:
    assert only_problem(text).name == "key-not-text"


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_nesting_that_is_too_deep_is_refused(opening: str) -> None:
    problem = only_problem(opening * (MAX_DEPTH + 200))
    assert problem.name == "nested-too-deeply" and str(MAX_DEPTH) in problem.message
    assert problem.place == Place("x.yaml", 1, len(opening) * MAX_DEPTH + 1)


def test_nesting_that_is_absurdly_deep_is_refused_by_the_reader_or_the_parser() -> None:
    assert only_problem("[" * 1_000_000).name in ("nested-too-deeply", "not-yaml")


def test_block_nesting_that_is_too_deep_is_refused() -> None:
    assert only_problem("".join(f"{' ' * n}a:\n" for n in range(MAX_DEPTH + 10))).name == "nested-too-deeply"


def test_nesting_up_to_the_limit_is_read() -> None:
    value = value_of("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    for _ in range(MAX_DEPTH - 1):
        [value] = value
    assert value == []


@pytest.mark.parametrize("text", ["a: 1\n---\nb: 2\n", "a: 1\n...\n---\n[]\n"])
def test_several_documents_are_refused_at_the_second(text: str) -> None:
    problem = only_problem(text)
    assert problem.name == "several-documents"
    assert text.splitlines()[problem.place.line - 1] == "---"


def test_one_document_with_its_marks_is_read() -> None:
    assert value_of("%YAML 1.2\n---\na: no\n...\n") == {"a": "no"}


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: [1, 2\nb: 3\n", 1), ("a: 'x\n", 1), ("a: 1\n  b: 2\n", 2), ("a: 1\n\tb: 2\n", 2), ("a: @x\n", 1), ("{a: 1}}", 1)],
)
def test_what_is_not_yaml_is_refused_near_the_fault(text: str, line: int) -> None:
    problem = only_problem(text)
    assert problem.name == "not-yaml" and problem.hint
    assert problem.place.line == line and problem.place.column >= 1


@pytest.mark.parametrize("character", ["\x01", "\x7f", "\ufffe"])
def test_a_character_that_yaml_has_no_place_for_is_refused(character: str) -> None:
    assert only_problem(f"a: {character}\n").name == "not-yaml"


@examples(5)
@given(st.text("ab:-[]{}&*!|>'\"#%@,? \n\t0.", max_size=40) | st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        parse_yaml(text, "x.yaml")
    except InputError as error:
        assert error.problems
        assert all(problem.message and problem.place.file == "x.yaml" for problem in error.problems)


# Files ---------------------------------------------------------------------------------------------------------------


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    for text in ("", "\n\n", "# only a remark\n", "---\n"):
        path.write_text(text, encoding="utf-8")
        assert read_yaml(path).value is None


def test_a_file_of_50_mb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    started = time.perf_counter()
    problem = problem_of_file(path)
    assert problem.name == "file-too-large" and str(MAX_BYTES // 1_000_000) in problem.message
    assert time.perf_counter() - started < 0.5


def test_a_file_of_just_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: 1\n#" + b"x" * (MAX_BYTES - 7) + b"\n")
    assert path.stat().st_size == MAX_BYTES
    assert read_yaml(path).value == {"a": 1}
    path.write_bytes(path.read_bytes() + b"\n")
    assert problem_of_file(path).name == "file-too-large"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a: 1\n".encode("utf-16")])
def test_a_binary_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(data)
    assert problem_of_file(path).name == "not-text"


def test_a_file_that_is_not_utf_8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes("a: 1\nb: café\n".encode("latin-1"))
    problem = problem_of_file(path)
    assert problem.name == "not-utf-8" and problem.place.line == 2
    assert "UTF-8" in problem.hint


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: no\r\nb: caf\xc3\xa9\r\n")
    document = read_yaml(path, "x.yaml")
    assert document.value == {"a": "no", "b": "café"}
    assert document.key_place("b") == Place("x.yaml", 2, 1)


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to(tmp_path / "b.yaml")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    assert problem_of_file(tmp_path / "a.yaml").name in ("no-such-file", "cannot-read")


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    assert read_yaml(tmp_path / "b.yaml").value == {"a": 1}


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    assert problem_of_file(tmp_path).name == "not-a-file"
    os.mkfifo(tmp_path / "pipe")
    assert problem_of_file(tmp_path / "pipe").name == "not-a-file"
    assert problem_of_file(tmp_path / "absent.yaml").name == "no-such-file"
    assert problem_of_file(tmp_path / "absent.yaml" / "beneath").name == "no-such-file"
    assert problem_of_file(tmp_path / ("x" * 300)).name == "cannot-read"


# Places --------------------------------------------------------------------------------------------------------------

_PLACED = """\
case: TV-0042
circumstances:
  tier: 4
  started: [2009-07-13,
            2009-08-13]
record:
  - home_visit: {on: 2009-09-01, "purposeful": true}
  -   contact: 2009-09-02
"""


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("case",), 1, 7),
        (("circumstances", "tier"), 3, 9),
        (("circumstances", "started", 0), 4, 13),
        (("circumstances", "started", 1), 5, 13),
        (("record", 0), 7, 5),
        (("record", 0, "home_visit"), 7, 17),
        (("record", 0, "home_visit", "on"), 7, 22),
        (("record", 0, "home_visit", "purposeful"), 7, 48),
        (("record", 1, "contact"), 8, 16),
    ],
)
def test_values_stand_where_they_start(path: tuple[str | int, ...], line: int, column: int) -> None:
    assert parse_yaml(_PLACED, "x.yaml").place(*path) == Place("x.yaml", line, column)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [(("case",), 1, 1), (("circumstances", "tier"), 3, 3), (("record", 0, "home_visit", "purposeful"), 7, 34)],
)
def test_keys_stand_where_they_start(path: tuple[str | int, ...], line: int, column: int) -> None:
    assert parse_yaml(_PLACED, "x.yaml").key_place(*path) == Place("x.yaml", line, column)


def test_the_place_of_what_is_not_there_is_that_of_its_nearest_parent() -> None:
    document = parse_yaml(_PLACED, "x.yaml")
    assert document.place("record", 0, "home_visit", "where", "x") == Place("x.yaml", 7, 17)
    assert document.key_place("record", 7) == Place("x.yaml", 7, 3)
    assert document.place("absent") == Place("x.yaml", 1, 1)
    assert str(parse_yaml("", "x.yaml").place("absent")) == "x.yaml"
