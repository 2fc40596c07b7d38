"""What an author is told of a finding: held to cases worked by hand, and to what happens when a proposed change is made."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner, Result

from knowledge_base import ROOT, examples_by_rule, knowledge
from quips.audits import Auditor
from quips.authoring.laidopen import LaidOpen, counted_words, laid_open
from quips.authoring.moves import can_go_together, taken
from quips.cli import main
from quips.findings import FindingBuilder
from quips.source import Document
from quips.workdays import add

HOME_VISIT = "home-visit-where-rosh-is-high"
TV = ROOT / "examples/cases/TV-0042.yaml"


def quips(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@cache
def auditor() -> Auditor:
    return Auditor(knowledge(), "reference")


def case(circumstances: dict[str, Any], *record: dict[str, Any]) -> dict[str, Any]:
    start = {"sentence": "community_order", "setting": "community", "supervision_started": "2009-08-24"}
    return {
        "case": "AU-1",
        "as_at": "2009-12-01",
        "circumstances": start | circumstances,
        "record": [{"rosh_screening": "2009-08-25"}, *record],
    }


def opened(value: dict[str, Any], rule: str = HOME_VISIT) -> dict[str, LaidOpen]:
    audit = auditor().audit_document(Document("case", value, {}, {}))
    builder = FindingBuilder(knowledge(), auditor().reference, audit.case)
    return {one.finding.key: one for one in laid_open(auditor().reference, audit, knowledge().rules[rule], builder)}


def ways(one: LaidOpen) -> dict[str, list[list[str]]]:
    return {found.status: [[move.words for move in way] for way in found.ways] for found in one.search.nearest}


def test_a_visit_a_day_late_is_met_by_a_visit_on_the_last_day() -> None:
    """Worked by hand: day 0 is Monday 24 August 2009; 31 August is a bank holiday; the tenth working day is 8 September."""
    one = opened(case({"rosh_level": "high"}, {"home_visit": {"on": "2009-09-09", "purposeful": True}}))["supervision_started"]
    assert one.finding.status == "late"
    assert ["home visit on 9 September 2009: on 8 September 2009 instead"] in ways(one)["met"]
    assert ["RoSH level: medium"] in ways(one)["not_applicable"]
    assert ways(one)["missing"] == [["home visit on 9 September 2009: left out"]]
    assert one.search.whole == 1
    [counted] = one.counted
    assert "10 working days from 24 August 2009, which is day 0: the last is 8 September 2009" in counted.words
    assert counted.words.endswith("done on 9 September 2009, 1 day after it")
    assert counted.left_out == "4 days of weekends and the bank holiday on 31 August 2009"
    assert counted.row.file.endswith("framework/limits/contact.yaml") and counted.when is not None and counted.when.truth is True


def test_a_visit_of_no_purpose_is_met_by_a_purpose_and_the_test_that_failed_is_named_with_its_line() -> None:
    one = opened(case({"rosh_level": "high"}, {"home_visit": {"on": "2009-09-02", "purposeful": False}}))["supervision_started"]
    assert one.finding.status == "insufficient"
    assert ways(one)["met"][0] == ["home visit on 2 September 2009: purposeful: yes"]
    [entry] = one.entries
    [asked] = entry.asked
    assert (asked.truth, asked.found) == (False, "no")
    lines = (ROOT / f"rules/home-visits/{HOME_VISIT}.yaml").read_text(encoding="utf-8").splitlines()
    assert "purposeful" in lines[asked.place.line - 1]


def test_two_changes_are_found_where_no_one_change_will_do() -> None:
    """Medium risk and no visit: for it to be met, the risk has to be high and a visit made, with a purpose, in time."""
    one = opened(case({"rosh_level": "medium"}))["supervision_started"]
    assert one.finding.status == "not_applicable"
    assert ["RoSH level: high"] in ways(one)["missing"]
    met = ways(one)["met"]
    assert all(len(way) == 2 for way in met)
    assert {words for way in met for words in way} <= {
        "RoSH level: high",
        "RoSH level: very high",
        *(f"home visit put in, on {day} (purposeful: yes)" for day in ("24 August 2009", "25 August 2009")),
    }


def test_of_two_conditions_that_fail_both_have_to_change() -> None:
    one = opened(case({"rosh_level": "medium", "setting": "custody"}))["supervision_started"]
    assert "missing" in ways(one) and all(len(way) == 2 for way in ways(one)["missing"])
    assert ["RoSH level: high", "setting: in the community"] in [sorted(way) for way in ways(one)["missing"]]


def test_work_that_is_undermined_is_mended_by_what_it_rests_on() -> None:
    """The analysis drew on its sources, and no check with the police was made: one change, the check, would mend it."""
    value = case(
        {"domestic_abuse": True, "child_safeguarding": False, "rosh_level": "high"},
        {"roh_analysis": {"on": "2009-09-10", "sources_used": True, "sufficient": True}},
    )
    [one] = opened(value, "roh-analysis-draws-on-sources").values()
    assert one.finding.status == "undermined"
    assert any("check with another agency" in words for way in ways(one)["met"] for words in way)
    assert all(len(way) == 1 for way in ways(one)["met"])


@pytest.mark.parametrize("seed", range(6))
def test_a_proposed_change_leads_to_what_it_says_and_no_part_of_it_does(seed: int) -> None:
    """Each way is taken and the whole knowledge base audits the case anew; each lesser part of it must not be enough."""
    random = Random(f"nearest {seed}")
    named = sorted(name for name, rule in knowledge().rules.items() if rule.status == "active")
    seen = 0
    for rule in random.sample(named, 4):
        value = random.choice(examples_by_rule()[rule]).case.document.value  # type: ignore[union-attr]
        before = json.dumps(value)
        for one in opened(value, rule).values():
            for found in one.search.nearest:
                for way in found.ways:
                    seen += 1
                    assert can_go_together(way)
                    assert status(taken(value, way), rule, one.finding.key) == found.status
                    for size in range(len(way)):
                        for part in combinations(way, size):
                            assert status(taken(value, part), rule, one.finding.key) != found.status
        assert json.dumps(value) == before
    assert seen


def status(value: dict[str, Any], rule: str, key: str) -> str:
    audit = auditor().audit_document(Document("case", value, {}, {}))
    return next((finding.status.value for finding in audit.findings if finding.ref == (rule, key)), "no finding")


@pytest.mark.parametrize("unit", ["days", "weeks", "months", "working_days"])
def test_the_days_that_count_and_those_that_do_not_make_up_the_time(unit: str) -> None:
    random = Random(unit)
    for _ in range(60):
        start, value = date(2004, 1, 1).toordinal() + random.randrange(6000), random.randint(1, 40)
        due = add(start, value, unit)
        words, left_out = counted_words(start, value, unit, due)
        assert words.startswith(f"{value} {unit.replace('_', ' ')[: -1 if value == 1 else None]} from ")
        if unit != "working_days":
            assert left_out == ""
            continue
        weekends = int(left_out.split()[0]) if "weekends" in left_out else 0
        assert value + weekends + left_out.count("bank holiday") == due - start


def test_officers_are_told_what_they_were_told_and_authors_more() -> None:
    plain, author = quips("explain", TV, HOME_VISIT), quips("explain", TV, HOME_VISIT, "--author")
    assert plain.exit_code == author.exit_code == 0
    assert author.stdout.startswith(plain.stdout) and "What would make it something else" not in plain.stdout
    more = author.stdout.removeprefix(plain.stdout)
    lines = TV.read_text(encoding="utf-8").splitlines()
    [place] = {line.rsplit("(", 1)[1].rstrip(")") for line in more.splitlines() if line.startswith("  rosh_level:")}
    assert "rosh_level" in lines[int(place.split(":")[1]) - 1]
    assert "framework/limits/contact.yaml:" in more and "Tried:" in more


@pytest.mark.parametrize(
    ("record", "done"),
    [("[]", ""), ("[{agency_check: {on: 2009-07-21, agency: police_domestic_abuse}}]", "; done on 21 July 2009, 1 day after it")],
)
def test_our_own_last_day_is_counted_out_as_a_limit_is(tmp_path: Path, record: str, done: str) -> None:
    """From Monday 13 July 2009: five working days end on Monday 20 July, past one weekend."""
    case = tmp_path / "M-1.yaml"
    case.write_text(
        "case: M-1\nas_at: 2010-04-19\ncircumstances: {sentence: licence, provider: trust, supervision_started: 2009-07-13, "
        f"release: 2009-07-13, domestic_abuse: true}}\nrecord: {record}\n",
        encoding="utf-8",
    )
    said = " ".join(quips("explain", case, "police-check-made", "--author").stdout.split())
    day = "our own last day: 5 working days from 13 July 2009, which is day 0: the last is 20 July 2009"
    assert f"{day}{done} (rules/domestic-abuse/police-check-made.yaml:13:14) Not counted: 2 days of weekends." in said


def test_each_rule_that_is_shipped_can_be_laid_open() -> None:
    audit = auditor().audit(TV)
    builder = FindingBuilder(knowledge(), auditor().reference, audit.case)
    for name in sorted(name for name, rule in knowledge().rules.items() if rule.status == "active")[::9]:
        for one in laid_open(auditor().reference, audit, knowledge().rules[name], builder):
            assert one.search.whole >= 1 or one.search.moves == 0
