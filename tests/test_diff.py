"""Two versions of the knowledge base compared: as written, and in what they find."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from knowledge_base import ROOT, knowledge
from quips.authoring.behaviour import Kind, Side, smallest
from quips.authoring.composed import composed
from quips.cli import main

HOME_VISIT = "home-visits/home-visit-where-rosh-is-high.yaml"


def quips(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("old") / "version")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return copied(tmp_path / "new")


def copied(folder: Path) -> Path:
    for part in ("framework", "rules"):
        shutil.copytree(ROOT / part, folder / part)
    return folder


def edit(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    path.write_text(text, encoding="utf-8")


def compared(*arguments: object) -> dict[str, Any]:
    result = quips("diff", *arguments, "--format", "json", "--composed", "300")
    assert result.exit_code in (0, 1), result.output
    value: dict[str, Any] = json.loads(result.stdout)
    return value


def written(value: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(one["kind"], one["name"], one["how"]) for one in value["written"]}


def test_a_version_does_not_differ_from_itself(old: Path) -> None:
    value = compared(old, old, "--cases", ROOT / "examples/cases")
    assert value["written"] == [] and value["found"]["changed"] == [] and value["found"]["moved"] == 0
    assert value["found"]["stored"] == len(list((ROOT / "examples/cases").glob("*.yaml")))


def test_new_words_change_no_finding_and_are_told(old: Path, new: Path) -> None:
    edit(new / "rules" / HOME_VISIT, ("why: ", "why: In other words, "))
    value = compared(old, new)
    assert written(value) == {("rule", "home-visit-where-rosh-is-high", "reworded")}
    assert value["found"]["moved"] == 0


def test_a_rule_that_is_renamed_and_moved_is_the_same_rule(old: Path, new: Path) -> None:
    name = "police-asked-before-level-settled"  # nothing rests on it
    there = new / "rules/domestic-abuse" / f"{name}.yaml"
    text = there.read_text(encoding="utf-8").replace(f"rule: {name}", f"rule: police-first\nformer_ids: [{name}]", 1)
    there.unlink()
    (new / "rules/risk-of-harm/police-first.yaml").write_text(text, encoding="utf-8")
    value = compared(old, new)
    assert written(value) == {("rule", "police-first", "renamed"), ("rule", "police-first", "moved")}
    assert value["found"]["moved"] == 0


def test_another_day_is_told_with_the_smallest_case_that_shows_it(old: Path, new: Path) -> None:
    edit(new / "rules/domestic-abuse/call-out-prompts-check.yaml", ("at_latest: 5 working_days", "at_latest: 3 working_days"))
    value = compared(old, new)
    assert written(value) == {("rule", "call-out-prompts-check", "decides otherwise")}
    changed = value["found"]["changed"]
    assert {(one["rule"], one["before"], one["after"]) for one in changed} == {
        ("call-out-prompts-check", "not_yet_due", "missing, root")
    }
    # by hand: the clock starts with the call-out, and nothing else is asked
    [smallest_case] = [one["smallest"] for one in changed]
    assert smallest_case["circumstances"] == {} and [list(item) for item in smallest_case["record"]] == [["police_call_out"]]


def test_a_limit_that_is_dated_anew_and_a_rule_taken_out_are_told(old: Path, new: Path) -> None:
    (new / "rules/domestic-abuse/police-asked-before-level-settled.yaml").unlink()
    limits = next(path for path in sorted((new / "framework/limits").glob("*.yaml")) if "valid_from: 2007-" in path.read_text())
    day = limits.read_text(encoding="utf-8").split("valid_from: 2007-")[1][:5]
    edit(limits, (f"valid_from: 2007-{day}", "valid_from: 2007-02-27"))
    value = compared(old, new)
    assert ("rule", "police-asked-before-level-settled", "removed") in written(value)
    assert [one["how"] for one in value["written"] if one["kind"] == "limit"] == ["re-dated"]
    gone = [one for one in value["found"]["changed"] if one["rule"] == "police-asked-before-level-settled"]
    assert gone and all(one["after"] == "no finding" for one in gone)


def test_a_stored_case_that_can_be_read_no_more_is_told(old: Path, new: Path) -> None:
    vocabulary = new / "rules/vocabulary/activities-court.yaml"
    text = vocabulary.read_text(encoding="utf-8")
    assert "  court_report:" in text
    stored = ROOT / "examples/cases"
    edit(vocabulary, (" standard: Standard", " full: Standard"))
    for path in new.rglob("*.yaml"):
        if path != vocabulary and "type: standard" in (words := path.read_text(encoding="utf-8")):
            path.write_text(words.replace("type: standard", "type: full"), encoding="utf-8")
    value = compared(old, new, "--cases", stored)
    naming = {path.stem for path in stored.glob("*.yaml") if "type: standard" in path.read_text(encoding="utf-8")}
    assert naming and len(value["found"]["unreadable"]) == len(naming)
    assert value["found"]["stored"] == len(list(stored.glob("*.yaml"))) - len(naming)


@pytest.mark.parametrize("text", ["record: []\n", "- not a case\n", "case: TV-1\nas_at: [2010]\ncircumstances: {}\nrecord: []\n"])
def test_a_stored_file_that_is_no_case_is_told_by_its_name(old: Path, tmp_path: Path, text: str) -> None:
    stored = tmp_path / "odd.yaml"
    stored.write_text(text, encoding="utf-8")
    found = compared(old, old, "--cases", stored)["found"]
    assert list(found["unreadable"]) == [str(stored)] and found["stored"] == 0


def test_revisions_of_a_repository_are_versions(new: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@x.invalid"]
        subprocess.run(["git", *who, *arguments], cwd=new, check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    edit(new / "rules" / HOME_VISIT, ("title: ", "title: Once more, "))
    git("commit", "-qam", "two")
    monkeypatch.chdir(new)
    between = compared("HEAD~1", "HEAD")
    assert written(between) == {("rule", "home-visit-where-rosh-is-high", "reworded")}
    [difference] = between["written"]
    assert difference["place"].startswith("HEAD:rules/home-visits/")
    assert compared("HEAD", ".")["written"] == []


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("no-such-thing", "neither a folder nor a git revision"),
        ("examples", "There is no folder 'framework' in it"),
    ],
)
def test_what_is_no_version_is_told(word: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = quips("diff", word, ".")
    assert result.exit_code == 2 and told in result.stderr


def test_nothing_can_be_left_out_of_a_smallest_case(old: Path, new: Path) -> None:
    """Independent of how it is found: each answer and each entry is taken out in turn, and the change is gone."""
    edit(new / "rules" / HOME_VISIT, ("rosh_level: [high, very_high]", "rosh_level: [very_high]"))
    changed = compared(old, new)["found"]["changed"]
    assert changed
    from quips.knowledge import load_knowledge

    sides = [Side(load_knowledge(folder / "framework", folder / "rules")) for folder in (old, new)]
    for one in changed:
        case, kind = one["smallest"], Kind(one["rule"], one["before"], one["after"])
        assert kind in set(kinds(*sides, case))
        for lesser in without_one(case):
            if not any(side.problem(lesser) for side in sides):
                assert kind not in set(kinds(*sides, lesser)), (one, lesser)
        assert smallest(*sides, kind, case) == {**case, "case": "SMALLEST-1"}


def kinds(before: Side, after: Side, case: dict[str, Any]) -> Iterator[Kind]:
    was, now = before.found(case), after.found(case)
    for ref in {*was, *now}:
        if was.get(ref) != now.get(ref):
            yield Kind(ref[0], was.get(ref, "no finding"), now.get(ref, "no finding"))


def without_one(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in case["circumstances"]:
        yield {**case, "circumstances": {key: said for key, said in case["circumstances"].items() if key != name}}
    for n in range(len(case["record"])):
        yield {**case, "record": case["record"][:n] + case["record"][n + 1 :]}


def test_composed_cases_follow_from_the_seed_and_nearly_all_can_be_read() -> None:
    first, again = (list(composed([knowledge()], 200, "seven")) for _ in range(2))
    assert first == again and first != list(composed([knowledge()], 200, "eight"))
    side = Side(knowledge())
    assert sum(not side.problem(case) for case in first) > 150


def test_the_page_holds_what_the_text_says_and_fetches_nothing(old: Path, new: Path) -> None:
    edit(new / "rules/domestic-abuse/call-out-prompts-check.yaml", ("at_latest: 5 working_days", "at_latest: 3 working_days"))
    page = quips("diff", old, new, "--composed", "300", "--format", "html").stdout
    assert "call-out-prompts-check" in page and "missing, root" in page and "police_call_out" in page
    assert "<script" not in page and "http" not in page.split("<body>")[1]
