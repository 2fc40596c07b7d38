"""``quips fmt``: whatever a file looked like, it says what it said, keeps its comments, and is laid out once and for all."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import ROOT
from profiles import examples
from quips.authoring.formatting import formatted
from quips.cli import main
from quips.problems import InputError
from quips.source import parse_yaml

RULES = sorted(path for path in (ROOT / "rules").rglob("*.yaml") if path.parent.name != "vocabulary")
OTHERS = sorted([*(ROOT / "framework").rglob("*.yaml"), *(ROOT / "rules" / "vocabulary").glob("*.yaml")])
ORDER = list(json.loads((ROOT / "framework/schema/rule.schema.json").read_text(encoding="utf-8"))["properties"])
COMMENT = re.compile(r"(?:^|\s)#[^\n]*")


def quips(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def comments(text: str) -> list[str]:
    """Whatever may be a comment: also what only looks like one within a text, which has to stay as well."""
    return sorted(found.strip() for found in COMMENT.findall(text))


def held(text: str, order: list[str] | None = None) -> str:
    """Lay a text out, and hold the result to all that is promised."""
    after = formatted(text, "x.yaml", order or [])
    assert parse_yaml(after, "x.yaml").value == parse_yaml(text, "x.yaml").value
    assert comments(after) == comments(text)
    assert formatted(after, "x.yaml", order or []) == after
    assert after.endswith("\n") and "\r" not in after
    return after


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_every_shipped_rule_is_laid_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert held(text, ORDER) == text


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_other_shipped_file_is_laid_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert held(text) == text


WHAT_IS_SPOILT = st.lists(
    st.tuples(
        st.sampled_from(["blank", "empty", "colon", "brace", "comma", "comment", "dashes", "order"]), st.integers(0, 10**6)
    ),
    min_size=1,
    max_size=12,
)


def spoilt(text: str, how: str, where: int) -> str:
    """Spoil the layout of a text in one place, in a way that changes nothing of what it says, if it can be done there."""
    lines = text.split("\n")
    at = where % len(lines)
    line = lines[at]
    match how:
        case "blank":
            lines[at] = line + "  "
        case "empty":
            lines[at:at] = ["", ""]
        case "colon":
            lines[at] = re.sub(r"^(\s*[a-z_]+):(?= \S)", r"\1:   ", line)
        case "brace":
            lines[at] = re.sub(r"\{(?=[a-z])", "{  ", line, count=1)
        case "comma":
            lines[at] = re.sub(r", (?=[a-z_]+: )", " ,  ", line, count=1)
        case "comment":
            lines[at:at] = [" " * (where % 7) + f"# remark {where}"]
        case "dashes":
            return re.sub(r"(?m)^cites:\n((?:  .*\n)+)", lambda found: "cites:\n" + re.sub("(?m)^  ", "", found[1]), text)
        case "order":
            blocks = re.split(r"(?m)^(?=[a-z_]+:)", text)
            first, second = 1 + where % (len(blocks) - 1), 1 + (where // 97) % (len(blocks) - 1)
            blocks[first], blocks[second] = blocks[second], blocks[first]
            return "".join(blocks)
    return "\n".join(lines)


@examples(1)
@given(st.sampled_from(RULES), WHAT_IS_SPOILT)
def test_a_spoilt_rule_is_laid_out_and_says_what_it_said(path: Path, changes: list[tuple[str, int]]) -> None:
    sound = path.read_text(encoding="utf-8")
    text = sound
    for how, where in changes:
        after = spoilt(text, how, where)
        try:
            same = parse_yaml(after, "x.yaml").value == parse_yaml(sound, "x.yaml").value
        except InputError:
            same = False
        text = after if same else text
    after = held(text, ORDER)
    if not any(how == "comment" for how, _ in changes) and "#" not in sound:
        assert [line for line in after.split("\n") if line] == [line for line in sound.split("\n") if line]
    assert "\n\n\n" not in after


@examples(1)
@given(st.text("ab:-[]{}&*!|>'\"#%@,? \n\r0.", max_size=60))
def test_any_text_is_laid_out_or_refused_in_words(text: str) -> None:
    try:
        parse_yaml(text, "x.yaml")
    except InputError:
        with pytest.raises(InputError):
            formatted(text, "x.yaml")
        return
    after = formatted(text, "x.yaml")
    assert parse_yaml(after, "x.yaml").value == parse_yaml(text, "x.yaml").value
    assert formatted(after, "x.yaml") == after


UNTIDY = """\
# Why this rule is here.

kind: expectation


rule:   a-rule   # its name
# What is expected.
expect: { activity: home_visit ,  within:  early }
why: >-
  Two  blanks  stay,

  and so does   this.
cites:
- {seed: a.txt, line: 1}
# the second
- seed: b.txt
  line: 2
"""
TIDY = """\
# Why this rule is here.

rule: a-rule   # its name
kind: expectation

why: >-
  Two  blanks  stay,

  and so does   this.
# What is expected.
expect: {activity: home_visit, within: early}
cites:
  - {seed: a.txt, line: 1}
  # the second
  - seed: b.txt
    line: 2
"""


def test_what_laying_out_does_at_a_glance() -> None:
    assert held(UNTIDY, ORDER) == TIDY


def test_the_command_writes_what_is_untidy_and_only_that(tmp_path: Path) -> None:
    untidy, tidy, case = tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "case.yml"
    untidy.write_text(UNTIDY, encoding="utf-8")
    tidy.write_text(TIDY, encoding="utf-8")
    case.write_bytes(b"\xef\xbb\xbfcase: TV-1\r\nas_at: 2010-04-19\r\n")
    looked = quips("fmt", "--check", tmp_path)
    assert looked.exit_code == 1 and looked.stdout.count("would be laid out anew") == 2
    assert untidy.read_text(encoding="utf-8") == UNTIDY
    before = tidy.stat().st_mtime_ns
    done = quips("fmt", tmp_path)
    assert done.exit_code == 0 and "a.yaml: is laid out anew" in done.stdout
    assert untidy.read_text(encoding="utf-8") == TIDY and tidy.stat().st_mtime_ns == before
    assert case.read_bytes() == b"case: TV-1\nas_at: 2010-04-19\n"
    assert quips("fmt", "--check", tmp_path).exit_code == 0


def test_nothing_is_written_where_one_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(UNTIDY, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("a: [1\n", encoding="utf-8")
    result = quips("fmt", tmp_path)
    assert result.exit_code == 2 and "b.yaml:" in result.stderr and "[not-yaml]" in result.stderr
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == UNTIDY


def test_a_folder_without_files_and_a_file_that_is_not_there_are_told(tmp_path: Path) -> None:
    assert quips("fmt", tmp_path).exit_code == 2
    assert "[no-such-file]" in quips("fmt", tmp_path / "absent.yaml").stderr
