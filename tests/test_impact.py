"""What a name matters for: what reads it is held to the files themselves, what it reaches to what changes when it is tried."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from knowledge_base import CASES, ROOT, knowledge
from quips.authoring.impact import impact
from quips.authoring.trials import of_case
from quips.authoring.uses import Thing, every_use, names, things_called, uses_of
from quips.cli import main
from quips.source import read_yaml

HOME_VISIT = "home-visit-where-rosh-is-high"
DECIDES = ("when", "unless", "from", "expect", "conflict", "derives", "rests_on", "follows", "answers")
LAST_GOOD_DAY = {
    "case": "IM-1",
    "as_at": "2009-12-01",
    "circumstances": {
        "sentence": "community_order",
        "setting": "community",
        "rosh_level": "very_high",
        "supervision_started": "2009-08-24",
    },
    "record": [{"rosh_screening": "2009-08-25"}, {"home_visit": {"on": "2009-09-08", "purposeful": True}}],
}


def quips(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def said(value: Any) -> Iterator[str]:
    """Every key and every text in a piece of YAML."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (key, *said(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from said(inner)
    elif isinstance(value, str):
        yield value


def test_the_rules_that_read_a_name_are_those_whose_files_say_it_where_they_decide() -> None:
    """Names of values that are also names of circumstances or activities are left out, as the files alone do not tell."""
    known = knowledge()
    written: dict[str, set[str]] = {}
    for rule in known.rules.values():
        value = yaml.load((ROOT / rule.place.file).read_text(encoding="utf-8"), yaml.BaseLoader)
        for name in said([value[part] for part in DECIDES if part in value]):
            written.setdefault(name, set()).add(rule.name)
    every = [*known.vocabulary.circumstances, *known.vocabulary.activities, *known.limits, *known.rules, *known.prompts]
    terms = [*known.vocabulary.circumstances.values()]
    terms += [term for activity in known.vocabulary.activities.values() for term in activity.attributes.values()]
    others = {value for term in terms for value in term.values} | {term.name for term in terms if term.place.column > 5}
    found: dict[str, set[str]] = {}
    for thing, use in every_use(known):
        if use.reader.kind == "rule":
            found.setdefault(thing.name, set()).add(use.reader.name)
    for name in set(every) - others:
        assert found.get(name, set()) == written.get(name, set()), name


def test_what_reads_it_is_named_with_its_line() -> None:
    known = knowledge()
    for thing in (Thing("circumstance", "rosh_level"), Thing("activity", "home_visit"), Thing("limit", "home-visit-after-start")):
        for use in uses_of(known, thing):
            near = (ROOT / use.place.file).read_text(encoding="utf-8").splitlines()[use.place.line - 1 :][:6]
            assert any(thing.name in line for line in near), use


@pytest.mark.parametrize("name", ["rosh_level", "child_safeguarding", "release", "roh_analysis", "sentence"])
def test_only_what_it_reaches_changes_when_it_is_said_otherwise(name: str) -> None:
    found = impact(knowledge(), *things_called(knowledge(), name), stored())
    assert found.moved
    reached = {one.thing.name for one in found.reached if one.thing.kind == "rule"}
    assert {change.rule for tried in found.moved.values() for one in tried for change in one.changes} <= reached


def test_only_what_a_limit_or_rule_reaches_changes_without_it() -> None:
    random = Random("impact")
    limits = [Thing("limit", name) for name in random.sample(sorted(knowledge().limits), 4)]
    rules = [Thing("rule", name) for name in random.sample(sorted(knowledge().rules), 4)]
    for thing in (*limits, *rules, Thing("limit", "home-visit-after-start"), Thing("rule", "roh-analysis-completed")):
        found = impact(knowledge(), thing, stored())
        reached = {one.thing.name for one in found.reached} | {thing.name}
        assert {change.rule for tried in (found.moved or {}).values() for one in tried for change in one.changes} <= reached


def test_a_limit_one_day_shorter_makes_the_last_good_day_late() -> None:
    """The rule's own example: due on 8 September 2009, since 31 August is a bank holiday, and visited that day."""
    found = impact(knowledge(), Thing("limit", "home-visit-after-start"), {"IM-1": LAST_GOOD_DAY})
    assert found.moved is not None
    moved = {one.words: [(c.rule, c.before, c.after) for c in one.changes] for one in found.moved["IM-1"]}
    assert (HOME_VISIT, "met", "late, root") in moved["one shorter"]
    assert (HOME_VISIT, "met", "to judge") in moved["without a number"]
    assert "one longer" not in moved


def test_an_attribute_that_decides_moves_the_case_and_one_that_nothing_reads_does_not() -> None:
    found = impact(knowledge(), Thing("attribute", "home_visit.purposeful"), {"IM-1": LAST_GOOD_DAY})
    assert found.moved is not None
    changed = {one.words: {(c.rule, c.after) for c in one.changes} for one in found.moved["IM-1"]}
    assert (HOME_VISIT, "to judge") in changed["left out of the one on 8 September 2009"]
    assert (HOME_VISIT, "insufficient, root") in changed["no, for the one on 8 September 2009"]
    assert not impact(knowledge(), Thing("attribute", "home_visit.note"), {"IM-1": LAST_GOOD_DAY}).moved


def test_without_a_rule_what_it_explains_is_a_root_of_its_own() -> None:
    case = {**LAST_GOOD_DAY, "record": []}
    found = impact(knowledge(), Thing("rule", "screening-completed"), {"IM-1": case})
    assert found.moved is not None
    [one] = found.moved["IM-1"]
    assert (HOME_VISIT, "missing, because of screening-completed", "missing, root") in {
        (change.rule, change.before, change.after) for change in one.changes
    }


def test_what_is_reached_through_an_inference_says_so() -> None:
    found = impact(knowledge(), Thing("circumstance", "rosh_level"))
    through = {one.thing.name: one.via.name for one in found.reached if one.via}
    assert through["risk-management-plan-before-release"] == "risk_management_plan_required"
    assert through["risk_management_plan_required"] == "risk-management-plan-required"
    assert found.moved is None


def test_every_way_of_saying_it_otherwise_leaves_the_case_as_it_was() -> None:
    before = json.dumps(LAST_GOOD_DAY)
    for kind, found in names(knowledge()).items():
        for name in sorted(found)[:40]:
            for trial in of_case(LAST_GOOD_DAY, Thing(kind, name), knowledge()):
                assert trial.case != LAST_GOOD_DAY
    assert json.dumps(LAST_GOOD_DAY) == before


def test_the_command_names_the_cases_as_text_and_as_json() -> None:
    text = quips("impact", "home_visit.purposeful", ROOT / "examples/cases/TV-0042.yaml")
    assert (
        text.exit_code == 0 and "OFFICIAL-SENSITIVE" in text.stdout and "home-visit-where-rosh-is-high.yaml:15:15" in text.stdout
    )
    value = json.loads(quips("impact", "limit:induction", ROOT / "examples/cases", "--format", "json").stdout)
    [one] = value["things"]
    assert one["kind"] == "limit" and one["cases"]["read"] == len(CASES)
    assert {each["name"] for each in one["reaches"]} == {"induction-after-release", "induction-completed"}
    assert len(json.loads(quips("impact", "induction", "--format", "json").stdout)["things"]) == 2


def test_a_prompt_reaches_those_it_meets_and_moves_the_cases_of_which_something_is_shown() -> None:
    value = json.loads(quips("impact", "omi-1/2.2/home-visit-high-roh", ROOT / "examples/cases", "--format", "json").stdout)
    [one] = value["things"]
    assert "omi-2/2.2/home-visit-high-roh" in one["prompts"] and one["reaches"] == []
    [tv] = [case for case in one["cases"]["moved"] if case["case"].endswith("TV-0042.yaml")]
    assert {change["before"] for change in tv["tried"][0]["changes"]} == {"late, shows no"}


def test_an_unknown_name_and_a_case_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    result = quips("impact", "home_visits")
    assert result.exit_code == 2 and "Did you mean 'home_visit'?" in result.stderr
    assert "Did you mean 'home_visit.purposeful'?" in quips("impact", "home_visit.purposful").stderr
    broken = tmp_path / "broken.yaml"
    broken.write_text("case: BR-1\nas_at: 2010-01-01\ncircumstances: {rosh_levl: high}\nrecord: []\n", encoding="utf-8")
    result = quips("impact", "rosh_level", broken)
    assert result.exit_code == 0 and "broken.yaml was not read" in result.stdout and "0 cases of 0 would move" in result.stdout


def stored() -> dict[str, Any]:
    return {path.stem: {"as_at": "2010-06-01", **read_yaml(path).value} for path in CASES[::3]}
