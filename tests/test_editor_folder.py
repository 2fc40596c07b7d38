"""What `quips editor` writes: the settings, tasks and snippets of VS Code, beside the schemas."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from breaking import laid_out
from knowledge_base import ROOT
from quips.cli import main
from quips.problems import Level
from quips.source import parse_yaml
from test_editor_schemas import editor

_VSCODE = ROOT / ".vscode"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["editor", *arguments], prog_name="quips")
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def own_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the framework and the rules, in which a circumstance has another name."""
    folder = tmp_path_factory.mktemp("own")
    for name in ("rules", "framework"):
        shutil.copytree(ROOT / name, folder / name)
    for path in (*folder.glob("rules/**/*.yaml"), *folder.glob("framework/**/*.yaml")):
        text = path.read_text(encoding="utf-8")
        if "statutory_victim" in text:
            path.write_text(text.replace("statutory_victim", "victim_by_statute"), encoding="utf-8")
    return folder


def test_it_writes_the_names_of_the_folder_that_it_is_for(own_copy: Path) -> None:
    code, told = run(str(own_copy))
    assert (code, told) == (0, f"17 files written to {own_copy / '.vscode'}.\n")
    schema = (own_copy / ".vscode" / "schemas" / "rule.schema.json").read_text(encoding="utf-8")
    assert "victim_by_statute" in schema and "statutory_victim" not in schema
    assert (own_copy / ".vscode" / "settings.json").read_bytes() == (_VSCODE / "settings.json").read_bytes()
    assert run(str(own_copy)) == (0, "Everything is up to date.\n")


def test_settings_that_somebody_changed_stay_and_schemas_do_not(tmp_path: Path) -> None:
    (tmp_path / ".vscode" / "schemas").mkdir(parents=True)
    settings, schema = tmp_path / ".vscode" / "settings.json", tmp_path / ".vscode" / "schemas" / "rule.schema.json"
    for path in (settings, schema):
        path.write_text("{}", encoding="utf-8")
    code, told = run(str(tmp_path))
    assert code == 0 and f"{settings} is there already and was left as it is" in told
    assert settings.read_text(encoding="utf-8") == "{}" and len(schema.read_text(encoding="utf-8")) > 100_000


def test_files_that_cannot_be_used_are_told_and_nothing_is_written(own_copy: Path, tmp_path: Path) -> None:
    shutil.copytree(own_copy / "rules", tmp_path / "rules")
    rule = tmp_path / "rules" / "planning" / "sentence-plan-completed.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("rule: sentence-plan-completed", "rle: x"), encoding="utf-8")
    code, told = run(str(tmp_path), "--framework", str(own_copy / "framework"))
    assert code == 2 and "sentence-plan-completed.yaml:1:1: error:" in told
    assert not (tmp_path / ".vscode").exists()


def tasks() -> dict[str, Any]:
    every = json.loads((_VSCODE / "tasks.json").read_text(encoding="utf-8"))["tasks"]
    return {task["label"].removeprefix("quips: "): task for task in every}


def ran(task: str, folder: Path, monkeypatch: pytest.MonkeyPatch, file: str = "") -> str:
    """What a task prints in a folder."""
    monkeypatch.chdir(folder)
    arguments = [argument.replace("${file}", file) for argument in tasks()[task]["args"]]
    result = CliRunner().invoke(main, arguments, prog_name="quips")
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.stdout


def test_a_mistake_that_a_task_finds_is_read_by_its_matcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = laid_out(tmp_path)
    rule = "rules/visits/visit-made.yaml"
    path = folder / rule
    path.write_text(path.read_text(encoding="utf-8").replace("within: early-visit", "within: early-vist"), encoding="utf-8")
    matcher = tasks()["check"]["problemMatcher"]
    pattern = matcher["pattern"]
    found = [re.match(pattern["regexp"], line) for line in ran("check", folder, monkeypatch).splitlines()]
    [one] = [match for match in found if match]
    assert [one[pattern[part]] for part in ("file", "severity", "code")] == [rule, "error", "unknown-limit"]
    assert "early-vist" in path.read_text(encoding="utf-8").splitlines()[int(one[pattern["line"]]) - 1]
    assert "early-vist" in one[pattern["message"]]
    assert tasks()["check as I save"]["problemMatcher"]["pattern"] == pattern


@pytest.mark.parametrize("level", list(Level))
def test_every_level_is_read_by_the_matcher(level: Level) -> None:
    pattern = tasks()["check"]["problemMatcher"]["pattern"]
    assert re.match(pattern["regexp"], f"rules/x/y.yaml:8:12: {level} unknown-name: There is nothing called 'x'.")


def test_the_other_tasks_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = laid_out(tmp_path)
    assert "held" in ran("test this rule", folder, monkeypatch, str(folder / "rules" / "visits" / "visit-made.yaml"))
    assert "files written" in ran("names for the editor", folder, monkeypatch)


def test_an_editor_sees_when_a_check_on_saving_begins_and_ends(tmp_path: Path) -> None:
    task = tasks()["check as I save"]
    background = task["problemMatcher"]["background"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine"), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "quips", *task["args"]]
    with subprocess.Popen(command, cwd=laid_out(tmp_path), env=environment, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            assert re.match(background["beginsPattern"], program.stdout.readline())
            assert re.match(background["endsPattern"], program.stdout.readline()), "nothing is wrong, so nothing is between"
        finally:
            program.kill()


_RULE = """\
rule: a-new-rule
kind: expectation
title: x
status: draft
why: x
expect: {activity: home_visit}
severity: high
remedy: x
cannot_see: x
"""
_CITED = "cites:\n- {document: memory}\n"
_EXAMPLES = "examples: []\n"
_LIMIT = "limits:\n- limit: x\n  title: x\n  clock: x\n  readings:\n  - reading: x\n    rows:\n"
_SURROUNDINGS = {
    "example": ("rule", _RULE + _CITED + "examples:\n", 0),
    "answers": ("rule", _RULE + _CITED + _EXAMPLES, 0),
    "has": ("rule", _RULE + _CITED + _EXAMPLES + "when:\n", 2),
    "rests_on": ("rule", _RULE + _CITED + _EXAMPLES, 0),
    "cite": ("rule", _RULE + _EXAMPLES + "cites:\n", 0),
    "row": ("limits", _LIMIT, 4),
    "circumstance": ("vocabulary", "circumstances:\n", 2),
    "activity": ("vocabulary", "activities:\n", 2),
}


def snippets() -> dict[str, Any]:
    every = json.loads((_VSCODE / "quips.code-snippets").read_text(encoding="utf-8"))
    return {snippet["prefix"]: snippet for snippet in every.values()}


def test_every_snippet_is_tried() -> None:
    assert set(snippets()) == set(_SURROUNDINGS)


@pytest.mark.parametrize("prefix", _SURROUNDINGS)
def test_what_a_snippet_puts_in_is_right_as_it_stands(prefix: str) -> None:
    kind, around, indent = _SURROUNDINGS[prefix]
    lines = [re.sub(r"\$\{\d+\|([^,|]+)[^|]*\|\}", r"\1", line) for line in snippets()[prefix]["body"]]
    lines = [re.sub(r"\$\d|\$\{\d+:([^}]*)\}", lambda found: found[1] or "", line) for line in lines]
    text = around + "".join(f"{' ' * indent}{line}\n" for line in lines)
    document = parse_yaml(text, "x.yaml")
    assert editor(kind).is_valid(document.value), text + "\n".join(e.message for e in editor(kind).iter_errors(document.value))
