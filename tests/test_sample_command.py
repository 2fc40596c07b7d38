"""``quips sample`` as a quality team runs it."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from quips.cli import main
from quips.knowledge import load_knowledge

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "examples" / "samples" / "caseload.csv"


def run(*arguments):
    return CliRunner().invoke(main, ["sample", *map(str, arguments)])


def drawn(*arguments):
    result = run(LIST, *arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_size_follows_from_the_list_the_confidence_and_the_margin():
    assert len(drawn()["cases"]) == 33
    # n0 = 1.96 squared / (4 * 0.01) = 96.04; 96.04 / (1 + 95.04 / 40) = 28.4
    assert len(drawn("--confidence", 95, "--margin", 10)["cases"]) == 29
    assert len(drawn("--size", 7)["cases"]) == 7
    assert drawn("--exclude", "TV-1001=moved", "--exclude", "tv-1002=ended")["eligible"] == 38


def test_draw_replays_from_the_seed_it_prints():
    first = drawn("--size", 10, "--by", "RoSH level")
    again = drawn("--size", 10, "--by", "rosh_level", "--seed", first["seed"])
    assert again == first
    assert drawn("--size", 10, "--by", "rosh_level")["seed"] != first["seed"]
    assert first["by"] == ["rosh_level"]
    assert f"Seed: {first['seed']}." in run(LIST, "--size", 10, "--seed", first["seed"]).stdout


def test_every_form_has_the_same_cases_and_only_columns_that_were_named():
    options = ("--size", 12, "--by", "team", "--seed", "autumn")
    cases = drawn(*options)["cases"]
    text = run(LIST, *options).stdout
    rows = [*csv.DictReader(io.StringIO(run(LIST, *options, "--format", "csv").stdout))]
    assert [row["reference"] for row in rows if row["as"] == "drawn"] == [case["reference"] for case in cases]
    assert all(f". {case['reference']}  {case['group']['team']}\n" in text for case in cases)
    assert text.startswith("12 of 40 cases drawn   OFFICIAL-SENSITIVE\n")
    assert not any(word in text for word in ("female", "gender", "ppo"))


def test_kinds_of_an_edition_are_shown_and_minimum_numbers_met():
    found = drawn("--size", 12, "--seed", "autumn", "--edition", "omi-1", "--at-least", "ppo=3", "--at-least", "team:Slough=6")
    rows = {row["value"]: row["in_sample"] for row in found["composition"]}
    assert rows["prolific and other priority offenders"] == 3
    assert rows["team Slough"] >= 6
    assert len(found["cases"]) == 12
    assert [words.split("'")[1] for words in found["notes"]] == ["approved_premises_resident", "minority_ethnic"]
    short = run(LIST, "--size", 12, "--edition", "omi-2", "--at-least", "ppo=9").stdout
    assert "prolific and other priority offenders: 9 were wanted, and the list has only 3." in " ".join(short.split())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--size", 41], "41 cases cannot be drawn from 40 eligible ones"),
        (["--size", 5, "--margin", 5], "either --size, or --confidence and --margin"),
        (["--by", "teem"], "caseload.csv:1:1: error: There is no column 'teem'; .* Did you mean 'team'"),
        (["--reference", "crn"], "There is no column 'crn'"),
        (["--at-least", "ppo=3"], "There is no kind of case 'ppo'. Write COLUMN:VALUE,VALUE=NUMBER, or name an edition"),
        (["--edition", "omi-1", "--at-least", "pp=3"], "There is no kind of case 'pp'. Did you mean 'ppo'"),
        (["--at-least", "ppo"], "'ppo' is not a kind of case and a number"),
        (["--at-least", "risk:high=3"], "There is no column 'risk'"),
        (["--edition", "omi-1", "--at-least", "minority-ethnic=3"], "There is no column 'minority_ethnic'"),
        (["--edition", "omi-3"], "There is no edition 'omi-3'"),
        (["--exclude", "TV-1001"], "'TV-1001' has no reason. Write --exclude"),
        (["--exclude", "TV-9999=moved"], "There is no case 'TV-9999' on the list"),
        (["--output", LIST], "the sample would replace it"),
    ],
)
def test_mistake_is_told_in_plain_words_and_nothing_is_drawn(options, words):
    result = run(LIST, *options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert re.search(words, " ".join(result.stderr.split())), result.stderr


def test_kinds_of_every_edition_are_ones_that_the_vocabulary_or_its_notes_know():
    knowledge = load_knowledge(ROOT / "framework", ROOT / "rules")
    for name in ("omi-1", "omi-2"):
        kinds = knowledge.editions[name].scoring["sampling"]["enough_of"]
        assert [kind["kind"] for kind in kinds] == ["high-risk", "ppo", "approved-premises", "victim", "minority-ethnic"]
        # no report says how many
        assert not any("at_least" in kind for kind in kinds)
        # a list has a column for ethnicity; the case record has none, since no rule turns on it
        assert {kind["column"] for kind in kinds} - set(knowledge.vocabulary.circumstances) == {"minority_ethnic"}
