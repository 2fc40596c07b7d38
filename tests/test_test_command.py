"""``quips test`` as an author uses it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from knowledge_base import ROOT, knowledge
from quips.cli import main

RULE = "home-visit-where-rosh-is-high"


def quips(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "rules", tmp_path / "rules"))


def edit(rules: Path, old: str, new: str) -> None:
    path = rules / "home-visits" / f"{RULE}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_rules_are_picked_by_name_topic_file_and_folder(rules: Path) -> None:
    of_topic = [rule for rule in knowledge().rules.values() if rule.topic == "home-visits" and rule.status == "active"]
    for picked in ("home-visits", rules / "home-visits"):
        assert f"of {len(of_topic)} rules" in quips("test", picked, "--rules", rules).stdout
    for picked in (RULE, rules / "home-visits" / f"{RULE}.yaml"):
        assert f"{len(knowledge().rules[RULE].examples)} examples of 1 rule" in quips("test", picked, "--rules", rules).stdout


def test_what_names_nothing_is_told_and_nothing_is_run() -> None:
    result = quips("test", "home-visit", "mappa", "nonsense")
    assert result.exit_code == 2 and result.stdout == ""
    assert "Did you mean 'home-visits'?" in result.stderr and "'nonsense'" in result.stderr


def test_a_draft_is_said_to_be_one(rules: Path) -> None:
    draft = rules / "home-visits" / "visit-again.yaml"
    text = (rules / "home-visits" / f"{RULE}.yaml").read_text(encoding="utf-8")
    draft.write_text(
        text.replace(f"rule: {RULE}", "rule: visit-again").replace("status: active", "status: draft"), encoding="utf-8"
    )
    for named in ("visit-again", draft):
        result = quips("test", named, "--rules", rules)
        assert result.exit_code == 2 and result.stdout == ""
        assert "'visit-again' is a draft" in result.stderr and "Say status: active" in result.stderr


def test_what_was_expected_stands_beside_what_was_found(rules: Path) -> None:
    edit(rules, "supervision_started: missing", "supervision_started: met")
    result = quips("test", RULE, "--rules", rules)
    assert result.exit_code == 1
    [head] = [line for line in result.stdout.splitlines() if line.endswith("expected  found")]
    [told] = [line for line in result.stdout.splitlines() if line.strip().startswith("supervision_started ")]
    assert told[head.index("expected") :].split() == ["met", "missing"]
    assert "1 failed" in result.stdout


def test_an_example_still_to_do_may_fail_and_must_not_hold_unnoticed(rules: Path) -> None:
    edit(rules, "supervision_started: missing", "supervision_started: met")
    edit(rules, "  - name: ", "  - todo: Ask the framework group.\n    name: ")
    first = knowledge().rules[RULE].examples[0]
    is_first = "supervision_started" in first.get("findings", {}) and first["findings"]["supervision_started"] == "missing"
    assert is_first, "the example edited above has to be the first"
    result = quips("test", RULE, "--rules", rules)
    assert result.exit_code == 0 and "Ask the framework group." in result.stdout and "1 still to do" in result.stdout
    assert quips("check", "--rules", rules).exit_code == 0

    edit(rules, "supervision_started: met", "supervision_started: missing")
    result = quips("test", RULE, "--rules", rules)
    assert result.exit_code == 1 and "Take 'todo' out" in result.stdout
    assert "todo-holds" in quips("check", "--rules", rules).stdout


def test_a_part_that_no_example_reaches_is_named_with_its_line(rules: Path) -> None:
    path = rules / "unpaid-work" / "sex-offender-marker-shared.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index("  - name: the prison was told, and the supervisor was not")
    path.write_text(text[:start] + text[text.index("  - name: last good day") :], encoding="utf-8")
    result = quips("test", path, "--rules", rules, "--coverage", "--least", "100")
    assert result.exit_code == 1
    line = text[: text.index("where: {with:")].count("\n") + 1
    assert f"sex-offender-marker-shared.yaml:{line}:" in result.stdout and "'with' false" in result.stdout
    assert "100% is asked for" in result.stderr


def test_json_says_the_same(rules: Path) -> None:
    edit(rules, "supervision_started: missing", "supervision_started: met")
    result = quips("test", RULE, "--rules", rules, "--format", "json")
    value: dict[str, Any] = json.loads(result.stdout)
    [failed] = [one for one in value["examples"] if one["result"] == "fails"]
    assert failed["differ"] == [{"what": "supervision_started", "expected": "met", "found": "missing"}]
    assert value["reached"]["seen"] == value["reached"]["of"]


@pytest.mark.slow
def test_both_engines_can_be_asked() -> None:
    result = quips("test", RULE, "--engine", "both")
    assert result.exit_code == 0 and "reference and durable engines" in result.stdout
