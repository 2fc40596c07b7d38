"""A region's own rules, laid over the shipped ones: which count, and that every report says so."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from knowledge_base import ROOT, knowledge
from quips.cli import main
from quips.knowledge import Knowledge, find_rules, load_knowledge
from quips.problems import InputError

SHIPPED = ROOT / "rules" / "contact" / "first-appointment-on-time.yaml"
CASE = ROOT / "examples" / "cases" / "TV-0042.yaml"


def laid_over(folder: Path) -> Knowledge:
    shipped, own = find_rules(str(folder))
    return load_knowledge(ROOT / "framework", shipped, fresh=True, own=own)


def rule_text(**changed: str) -> str:
    """The shipped rule, with some of its lines written otherwise."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    return "\n".join(
        next((f"{key}: {value}" for key, value in changed.items() if line.startswith(f"{key}:")), line) for line in lines
    )


def put(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_rule_of_the_same_name_takes_the_place_of_the_shipped_one_and_all_others_stay(tmp_path: Path) -> None:
    found = laid_over(put(tmp_path / "own", "anything", rule_text(title="Our own first appointment")))
    rule = found.rules["first-appointment-on-time"]
    assert rule.title == "Our own first appointment" and rule.own and rule.topic == "contact"
    assert found.rules.keys() == knowledge().rules.keys()
    assert [name for name, one in found.rules.items() if one.own] == ["first-appointment-on-time"]
    assert found.digest != knowledge().digest
    [told] = found.own
    assert told.instead_of is not None and told.instead_of.file.endswith("first-appointment-on-time.yaml")


def test_a_rule_of_another_name_is_one_more_under_the_topic_of_its_folder(tmp_path: Path) -> None:
    found = laid_over(put(tmp_path / "own" / "contact", "ours", rule_text(rule="seen-by-ours")))
    assert found.rules.keys() - knowledge().rules.keys() == {"seen-by-ours"}
    assert found.rules["seen-by-ours"].topic == "contact" and found.own[0].instead_of is None


def test_a_retired_rule_leaves_the_shipped_one_out(tmp_path: Path) -> None:
    shipped = (ROOT / "rules" / "outcomes" / "exit-planned.yaml").read_text(encoding="utf-8")
    found = laid_over(put(tmp_path / "own", "anything", shipped.replace("status: active", "status: retired")))
    assert knowledge().rules.keys() - found.rules.keys() == {"exit-planned"}
    assert found.own[0].status == "retired"


def test_two_of_ones_own_with_one_name_are_refused(tmp_path: Path) -> None:
    folder = put(put(tmp_path / "own", "a", rule_text()), "b", rule_text())
    with pytest.raises(InputError, match="is defined twice"):
        laid_over(folder)


def test_what_is_wrong_with_an_own_rule_is_told_at_its_line(tmp_path: Path) -> None:
    folder = put(tmp_path / "own", "a", rule_text(when="{sentense: [community_order]}"))
    with pytest.raises(InputError) as caught:
        laid_over(folder)
    [problem] = caught.value.problems
    assert problem.place.file.endswith("a.yaml") and problem.place.line > 1 and "sentence" in problem.hint


@pytest.mark.parametrize("content", [{}, {"case": "case: TV-1\nas_at: 2010-04-19\ncircumstances: {}\nrecord: []\n"}])
def test_a_folder_without_rules_is_not_taken_for_rules(tmp_path: Path, content: dict[str, str]) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    for name, text in content.items():
        put(folder, name, text)
    with pytest.raises(InputError, match="not a folder of rules"):
        find_rules(str(folder))


def test_a_folder_with_a_vocabulary_stands_alone() -> None:
    assert find_rules(str(ROOT / "rules")) == (ROOT / "rules", None)


def audited(own: Path, form: str) -> str:
    options = ["audit", str(CASE), "--rules", str(own), "--format", form]
    result = CliRunner().invoke(main, options, catch_exceptions=False)
    assert result.exit_code in (0, 1), result.output
    return result.output


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put(tmp_path_factory.mktemp("region") / "own", "any", rule_text(title="Our own first appointment"))


@pytest.mark.parametrize("form", ["text", "html"])
def test_reports_to_read_name_the_own_rule(own: Path, form: str) -> None:
    words = " ".join(audited(own, form).split())
    assert "Read with rules of the region" in words and "“Our own first appointment” (first-appointment-on-time)" in words


def test_reports_for_programs_name_the_own_rule(own: Path) -> None:
    [audit] = json.loads(audited(own, "json"))
    assert [(one["rule"], one["status"]) for one in audit["own_rules"]] == [("first-appointment-on-time", "active")]
    said: list[dict[str, Any]] = [json.loads(line) for line in audited(own, "jsonl").splitlines()]
    assert {row["rule"] for row in said if row["own_rule"]} <= {"first-appointment-on-time"}
    rows = list(csv.DictReader(io.StringIO(audited(own, "csv"))))
    assert {row["own_rule"] for row in rows} <= {"yes", "no"}
    assert all((row["own_rule"] == "yes") == (row["rule"] == "first-appointment-on-time") for row in rows)


def test_nothing_is_said_where_there_is_no_own_rule() -> None:
    result = CliRunner().invoke(main, ["audit", str(CASE), "--format", "json"], catch_exceptions=False)
    assert json.loads(result.output)[0]["own_rules"] == []


def test_a_region_can_cite_a_policy_of_its_own(tmp_path: Path) -> None:
    policy = (
        "documents:\n  our-policy: {title: Our policy on first appointments, standing: published, found: On our own pages.}\n"
    )
    text = rule_text(rule="seen-by-ours").replace("\ncites:\n", "\ncites:\n  - {document: our-policy, at: section 3}\n")
    own = put(tmp_path / "own", "sources", policy)
    put(own / "contact", "seen-by-ours", text)
    found = laid_over(own)
    assert found.rules["seen-by-ours"].cites[0].source == "our-policy"
    assert found.sources.keys() - knowledge().sources.keys() == {"our-policy"}
    (own / "sources.yaml").unlink()
    with pytest.raises(InputError, match="There is no source 'our-policy'"):
        laid_over(own)


def test_a_file_that_is_not_read_and_a_rule_of_no_topic_are_told(tmp_path: Path) -> None:
    own = put(tmp_path / "own", "seen-by-ours", rule_text(rule="seen-by-ours"))
    (own / "contact.txt").write_text("rule: nobody-reads-it", encoding="utf-8")
    (own / "notes.md").write_text("Of our own.", encoding="utf-8")
    told = CliRunner().invoke(main, ["check", "--rules", str(own), "--format", "concise"]).stdout
    assert "contact.txt:1:1" in told and "file-not-read" in told
    assert "rule-without-topic" in told and "notes.md" not in told


def test_an_empty_folder_is_told_what_it_could_be(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a folder of rules") as told:
        find_rules(str(tmp_path))
    assert "put a rule of your own in it first" in told.value.problems[0].hint
