"""The command line as a user meets it: exit codes, what is said of bad input, and that nothing is half-written."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from knowledge_base import CASES, ROOT
from quips.checking import Checked
from quips.cli import main
from quips.durable.engine import durable_available
from quips.knowledge import Knowledge

GOOD = """\
case: TV-0001
as_at: 2010-04-19
circumstances:
  sentence: community_order
  supervision_started: 2010-01-04
  rosh_level: high
record:
  - home_visit: {on: 2010-01-11, purposeful: true}
"""


def quips(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def case_file(folder: Path, text: str = GOOD, name: str = "case.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


BROKEN = {
    "not YAML": (GOOD.replace("record:", "record: [\n"), "not-yaml", ":9:3: "),
    "a wrong key": (GOOD.replace("rosh_level:", "rosh_levl:"), "unknown-key", ":6:3: "),
    "a wrong value": (GOOD.replace("high", "hihg"), "wrong-value", ":6:15: "),
    "a truth value written as yes": (GOOD.replace("purposeful: true", "purposeful: yes"), "wrong-type", ":8:46: "),
    "a day that does not exist": (GOOD.replace("2010-01-04", "2010-02-30"), "not-a-date", ":5:24: "),
    "a day after the case was read": (GOOD.replace("2010-01-11", "2010-05-01"), "after-as-at", ":8:17: "),
    "an unknown activity": (GOOD.replace("home_visit", "home_vist"), "unknown-key", ":8:5: "),
    "an entry without a day": (GOOD.replace("on: 2010-01-11, ", ""), "missing-key", ":8:17: "),
    "a name for a reference": (GOOD.replace("TV-0001", "John Smith"), "wrong-form", ":1:7: "),
    "a key twice": (GOOD + "as_at: 2010-04-20\n", "duplicate-key", ":9:1: "),
    "an alias": (GOOD.replace("high", "&a high\n  tier: *a"), "alias", ":7:9: "),
    "an end before the start": (
        GOOD.replace("rosh_level", "supervision_ended: 2009-01-04\n  rosh_level"),
        "ended-before-start",
        ":6:22: ",
    ),
    "a number that cannot be": (GOOD.replace("rosh_level", "tier: 9\n  rosh_level"), "out-of-range", ":6:9: "),
    "a year that cannot be": (GOOD.replace("2010-01-04", "1010-01-04"), "out-of-time", ":5:24: "),
    "a dispute of no rule": (
        GOOD + "disputes:\n  - {rule: home-visit-where-rosh-is-hi, on: 2010-04-20, why: It was made.}\n",
        "unknown-rule",
        ":10:12: ",
    ),
    "a dispute without a reason": (
        GOOD + "disputes: [{rule: home-visit-where-rosh-is-high, on: 2010-04-20}]\n",
        "missing-key",
        ":9:12: ",
    ),
    "a list of cases": ("- 1\n- 2\n", "wrong-type", ":1:1: "),
    "nothing": ("", "wrong-type", ": "),
}


@pytest.mark.parametrize("what", BROKEN)
def test_bad_input_is_located_and_ends_with_2(what: str, tmp_path: Path) -> None:
    text, name, place = BROKEN[what]
    path = case_file(tmp_path, text)
    result = quips("audit", path, "--engine", "reference")
    assert result.exit_code == 2
    assert f"[{name}]" in result.stderr
    assert f"{path}{place}" in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output


def test_a_near_miss_is_answered_with_what_was_meant(tmp_path: Path) -> None:
    text = GOOD.replace("rosh_level:", "rosh_levl:").replace("home_visit", "home_vist")
    result = quips("audit", case_file(tmp_path, text), "--engine", "reference")
    assert "Did you mean 'rosh_level'?" in result.stderr
    assert "Did you mean 'home_visit'?" in result.stderr


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0", b"case: \xff\xfe\n"], ids=["binary", "not UTF-8"])
def test_a_file_that_is_not_text_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(data)
    result = quips("audit", path)
    assert result.exit_code == 2
    assert "[not-text]" in result.stderr or "[not-utf-8]" in result.stderr


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    result = quips("audit", path)
    assert result.exit_code == 2
    assert "[file-too-large]" in result.stderr


def test_an_alias_bomb_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    result = quips("audit", case_file(tmp_path, "\n".join(lines)))
    assert result.exit_code == 2
    assert "[alias]" in result.stderr


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.symlink_to(path)
    result = quips("audit", path)
    assert result.exit_code == 2
    assert str(path) in result.stderr


def test_a_folder_with_a_loop_of_links_can_still_be_audited(tmp_path: Path) -> None:
    case_file(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert quips("audit", tmp_path, "--engine", "reference").exit_code == 0


def test_one_bad_case_does_not_stop_the_others(tmp_path: Path) -> None:
    good, bad = case_file(tmp_path), case_file(tmp_path, "case: 1\n", "bad.yaml")
    result = quips("audit", bad, good, "--engine", "reference")
    assert result.exit_code == 2
    assert "TV-0001" in result.stdout
    assert str(bad) in result.stderr
    assert "1 of 2 cases audited." in result.stderr


def test_text_that_may_identify_is_warned_about_and_used(tmp_path: Path) -> None:
    text = GOOD.replace("purposeful: true", "purposeful: true, note: Seen with Karen Jones at SW1A 1AA")
    result = quips("audit", case_file(tmp_path, text), "--engine", "reference")
    assert result.exit_code == 0
    assert "This text looks as if it holds a postcode and a name." in " ".join(result.stdout.split())


def test_nothing_is_written_where_it_cannot_be(tmp_path: Path) -> None:
    output = tmp_path / "no such folder" / "report.html"
    result = quips("audit", case_file(tmp_path), "--engine", "reference", "--format", "html", "--output", output)
    assert result.exit_code == 2
    assert "[cannot-write]" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["case.yaml"]


def test_a_report_never_replaces_the_case_it_is_of(tmp_path: Path) -> None:
    path = case_file(tmp_path)
    result = quips("audit", path, "--engine", "reference", "--output", path)
    assert result.exit_code == 2
    assert "[would-replace-case]" in result.stderr
    assert path.read_text(encoding="utf-8") == GOOD


def test_a_clock_that_starts_after_the_case_was_read_is_warned_about(tmp_path: Path) -> None:
    text = GOOD.replace("supervision_started: 2010-01-04", "supervision_started: 2011-01-04")
    result = quips("audit", case_file(tmp_path, text), "--engine", "reference")
    assert "Nothing due from that day on has been looked for." in " ".join(result.stdout.split())


def test_silence_is_neither_sufficient_nor_a_yes() -> None:
    arguments = ("audit", ROOT / "examples/cases/TV-0042.yaml", "--engine", "reference")
    shown = quips(*arguments).stdout
    assert "No caution or conviction since the start of the sentence" in shown.partition("As far as the record goes")[2]
    [report] = json.loads(quips(*arguments, "--format", "json").stdout)
    answers = {proposal["prompt"]: proposal["answer"] for proposal in report["proposals"]}
    assert answers["omi-2/3.1/no-further-offending"] == "for_the_auditor"


def test_fail_on_turns_a_gap_into_1(tmp_path: Path) -> None:
    path = case_file(tmp_path)
    assert quips("audit", path, "--engine", "reference").exit_code == 0
    assert quips("audit", path, "--engine", "reference", "--fail-on", "low").exit_code == 1


def test_as_at_moves_the_day(tmp_path: Path) -> None:
    path = case_file(tmp_path)
    early = quips("audit", path, "--engine", "reference", "--as-at", "2010-01-05", "--format", "json")
    findings = {f["rule"]: f["status"] for f in json.loads(early.stdout)[0]["findings"]}
    assert findings["home-visit-where-rosh-is-high"] in ("not_yet_due", "not_applicable")
    assert quips("audit", path, "--as-at", "2010-02-30").exit_code == 2


@pytest.mark.parametrize("edition", ["omi-1", "omi-2", "standards-2018"])
def test_each_edition_can_be_asked_for(edition: str, tmp_path: Path) -> None:
    result = quips("audit", case_file(tmp_path), "--engine", "reference", "--edition", edition, "--format", "json")
    [report] = json.loads(result.stdout)
    assert report["edition"] == edition
    assert {proposal["prompt"].split("/")[0] for proposal in report["proposals"]} == {edition}


def test_an_edition_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    result = quips("audit", case_file(tmp_path), "--edition", "omi-3")
    assert result.exit_code == 2
    assert "Is one of these meant: omi-1 or omi-2?" in result.stderr


def test_json_of_every_example_case_has_the_documented_shape() -> None:
    schema = json.loads((ROOT / "engine/quips/reports/audit.schema.json").read_text(encoding="utf-8"))
    reports = json.loads(quips("audit", ROOT / "examples/cases", "--engine", "reference", "--format", "json").stdout)
    assert len(reports) == len(CASES)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(reports)] == []


def test_jsonl_and_csv_tell_the_same_findings(tmp_path: Path) -> None:
    path = case_file(tmp_path)
    lines = [json.loads(line) for line in quips("audit", path, "--engine", "reference", "--format", "jsonl").stdout.splitlines()]
    rows = list(csv.DictReader(io.StringIO(quips("audit", path, "--engine", "reference", "--format", "csv").stdout)))
    applying = [line for line in lines if line["verdict"] != "not_applicable"]
    assert [(row["rule"], row["key"], row["status"]) for row in rows] == [
        (line["rule"], line["key"], line["status"]) for line in applying
    ]


def test_the_same_input_gives_the_same_bytes() -> None:
    for form in ("text", "html", "json", "csv"):
        arguments = ("audit", ROOT / "examples/cases/TV-0042.yaml", "--engine", "reference", "--format", form)
        assert quips(*arguments).stdout == quips(*arguments).stdout


def test_the_page_is_self_contained(tmp_path: Path) -> None:
    page = quips("audit", case_file(tmp_path), "--engine", "reference", "--format", "html").stdout
    for word in ("http://", "https://", "<script", "src=", "@import", "url("):
        assert word not in page


def test_explain_says_why_and_why_not(tmp_path: Path) -> None:
    path = case_file(tmp_path)
    met = quips("explain", path, "home-visit-where-rosh-is-high").stdout
    assert "Does it apply?" in met
    assert f"{path}:8:" in met
    other = quips("explain", path, "home-visit-for-safeguarding").stdout
    assert "Why not met?" in other
    assert quips("explain", path, "home-visit-where-rosh-is-hihg").exit_code == 2


def test_next_asks_what_settles_most(tmp_path: Path) -> None:
    result = quips("next", case_file(tmp_path))
    assert result.exit_code == 0
    assert "1. " in result.stdout


def test_check_passes_on_what_is_shipped() -> None:
    result = quips("check")
    assert result.exit_code == 0, result.stdout
    assert "on the reference engine: nothing to mend" in result.stdout


@pytest.mark.skipif(not durable_available(), reason="durable_rules is not installed")
def test_check_runs_the_examples_on_both_engines_if_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not run here, since they take long; whether they pass on both is for `.ci/run`."""
    asked = []

    def checked(knowledge: Knowledge, durable: bool, *options: object) -> Checked:
        asked.append(durable)
        return Checked([], 1, 0)

    monkeypatch.setattr("quips.authoring.checkup.check_examples", checked)
    said = quips("check", "--engine", "both").stdout
    assert asked == [True]
    assert "on the reference and durable engines" in said


def test_check_gathers_every_problem_of_a_broken_copy(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    visit = rules / "home-visits/home-visit-where-rosh-is-high.yaml"
    text = visit.read_text(encoding="utf-8")
    visit.write_text(text.replace("rosh_level:", "rosh_levle:").replace("severity: high", "severity: hihg"), encoding="utf-8")
    broken = rules / "home-visits/broken.yaml"
    broken.write_text("rule: [", encoding="utf-8")
    result = quips("check", "--rules", rules, "--engine", "reference")
    assert result.exit_code == 2
    assert "[not-yaml]" in result.stdout
    assert "[wrong-value]" in result.stdout


@pytest.mark.parametrize("what", ["editions", "prompts", "rules", "limits", "circumstances", "activities"])
def test_everything_listed_can_be_shown(what: str) -> None:
    names = [line.split("\t")[0] for line in quips("list", what).stdout.splitlines()]
    assert names
    for name in names[:: max(1, len(names) // 5)]:
        assert quips("show", name).exit_code == 0


def test_a_name_that_is_not_there_is_answered_with_the_nearest() -> None:
    result = quips("show", "home-visit-where-rosh-is-hi")
    assert result.exit_code == 2
    assert "Did you mean 'home-visit-where-rosh-is-high'?" in result.stderr


def counted(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    assert found is not None, text
    return int(found[1])


def test_check_runs_again_only_what_a_change_can_touch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache of the whole run is empty here; the second run skips all, a changed rule only itself and what leads to it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    check = ("check", "--rules", rules, "--engine", "reference")
    assert "not run again" not in quips(*check).stderr
    n_examples = counted(r"(\d+) examples on", quips(*check).stdout)
    assert f"{n_examples} examples not run again" in quips(*check).stderr

    changed = rules / "home-visits/home-visit-where-rosh-is-high.yaml"
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text.replace("supervision_started: missing", "supervision_started: met", 1), encoding="utf-8")
    result = quips(*check)
    assert result.exit_code == 2
    assert "example-fails" in result.stdout
    n_known = counted(r"(\d+) examples not run again", result.stderr)
    assert 0.8 * n_examples < n_known < n_examples
    assert quips(*check).exit_code == 2, "what failed is never taken for known"

    changed.write_text(text, encoding="utf-8")
    assert f"{n_examples} examples not run again" in quips(*check).stderr, "what is as it was is known as it was"
    assert "not run again" not in quips(*check, "--again").stderr


ANSWERED = (
    GOOD
    + """\
judgements:
  omi-2/2.2/home-visit-high-roh: {answer: no, reason: Nobody looked at the household., note: See page 4., evidence: both}
  omi-2/1.2/rosh-classification-agreed: {answer: yes, reason: It fits the history.}
  omi-1/2.2/home-visit-high-roh: {answer: yes, reason: It was early.}
"""
)


@pytest.mark.parametrize("form", ["text", "html"])
def test_the_auditors_own_answer_wins_and_keeps_its_reason(form: str, tmp_path: Path) -> None:
    """The visit was made in time, so the findings suggest a yes; the auditor said no, and that is what is told."""
    shown = quips("audit", case_file(tmp_path, ANSWERED), "--engine", "reference", "--format", form).stdout
    words = " ".join(re.sub(r"<[^>]+>", " ", shown).split())
    own = words.partition("Answers given")[2]
    answers = own.partition("omi-2/2.2/home-visit-high-roh")
    first, second = own.partition("omi-2/1.2/rosh-classification-agreed")[2], answers[2]
    assert re.search(r"\bno\b", second[:60])
    for said in ("Nobody looked at the household. See page 4.", "file and interview", "Quips would have proposed: yes."):
        assert said in second[:400]
    assert "It fits the history." in first[:300]
    assert "Quips would have left it to the auditor." in first[:300]
    assert "It was early." in own  # of another edition, and still not lost
    suggested = words.partition("What this suggests under")[2]
    assert "Was a home visit made where the risk of harm was high?" not in suggested


def test_an_answer_to_a_prompt_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = case_file(tmp_path, ANSWERED.replace("omi-2/2.2/home-visit-high-roh", "omi-2/2.2/home-visit-high-rho"))
    result = quips("audit", path, "--engine", "reference")
    assert result.exit_code == 2
    assert f"{path}:10:3: error: There is no prompt 'omi-2/2.2/home-visit-high-rho'." in result.stderr
    assert "Did you mean 'omi-2/2.2/home-visit-high-roh'?" in result.stderr


def many_cases(folder: Path, count: int) -> Path:
    for number in range(1, count + 1):
        case_file(folder, GOOD.replace("TV-0001", f"TV-00{number:02}"), f"case-{number:02}.yaml")
    return folder


def test_many_cases_are_a_line_each_and_how_to_see_one_whole(tmp_path: Path) -> None:
    case_file(tmp_path, ANSWERED.replace("TV-0001", "SMITH-1981"), "warned.yaml")
    result = quips("audit", many_cases(tmp_path, 10), "--engine", "reference")
    lines = result.stdout.splitlines()
    assert len(lines) < 30
    assert [line.split()[0] for line in lines if line.startswith("TV-")] == [f"TV-00{number:02}" for number in range(1, 11)]
    [report] = json.loads(quips("audit", tmp_path / "case-03.yaml", "--engine", "reference", "--format", "json").stdout)
    verdicts = [finding["verdict"] for finding in report["findings"]]
    roots = sum(finding["root"] for finding in report["findings"] if finding["verdict"] == "gap")
    [line] = [line for line in lines if line.startswith("TV-0003")]
    assert line.split()[2:4] == [str(verdicts.count("gap")), str(verdicts.count("open"))]
    assert 0 < int(line.split()[1]) <= roots  # an absence with two occasions is told once
    assert line.endswith("case-03.yaml")
    assert "The reference SMITH-1981 looks as if it holds a name." in " ".join(result.stdout.split())
    assert f"To see one whole: quips audit {tmp_path}/" in result.stdout


def test_the_whole_reports_are_printed_of_few_cases_or_where_they_are_asked_for(tmp_path: Path) -> None:
    many_cases(tmp_path, 11)
    output = tmp_path / "report.txt"
    few = [tmp_path / "case-01.yaml", tmp_path / "case-02.yaml"]
    assert quips("audit", *few, "--engine", "reference").stdout.count("Put right:") >= 2
    assert "Put right:" not in quips("audit", *few, "--engine", "reference", "--brief").stdout
    assert "Put right:" not in quips("audit", tmp_path, "--engine", "reference").stdout
    assert quips("audit", tmp_path, "--engine", "reference", "--full").stdout.count("Put right:") >= 11
    assert quips("audit", tmp_path, "--engine", "reference", "--output", output).exit_code == 0
    assert output.read_text(encoding="utf-8").count("Put right:") >= 11


def test_urgent_cases_are_marked_before_all_else() -> None:
    cases = [ROOT / "examples/cases/composed-well-run.yaml", ROOT / "examples/cases/TV-0042.yaml"]
    shown = quips("audit", *cases, "--engine", "reference", "--brief").stdout
    assert shown.index("speak to your manager today") < shown.index("CX-WR-01")
    [calm] = [line for line in shown.splitlines() if line.startswith("CX-WR-01")]
    [urgent] = [line for line in shown.splitlines() if line.startswith("TV-0042")]
    assert "child, MAPPA, victim" in urgent and "child" not in calm


@pytest.mark.parametrize(
    ("circumstances", "urgent"),
    [
        (
            "child_safeguarding: true, mappa_eligible: false, domestic_abuse: false",
            "child and a victim",
        ),  # other victims: unknown
        ("child_safeguarding: true, mappa_eligible: false, mappa_category: 2", "child, MAPPA and a victim"),  # which is right?
        ("child_safeguarding: true", "child, MAPPA and a victim"),
    ],
)
def test_a_gap_that_may_concern_several_is_urgent_for_those_that_the_record_does_not_deny(
    tmp_path: Path, circumstances: str, urgent: str
) -> None:
    case = tmp_path / "case.yaml"
    review = "record: [{roh_review: {on: 2010-02-01, agencies_consulted: false}}]\n"
    case.write_text(f"case: TV-1\nas_at: 2010-04-19\ncircumstances: {{{circumstances}}}\n{review}", encoding="utf-8")
    assert f"concern a {urgent}." in " ".join(quips("audit", case, "--engine", "reference").stdout.split())


def test_brief_is_for_text(tmp_path: Path) -> None:
    result = quips("audit", case_file(tmp_path), "--brief", "--format", "html")
    assert result.exit_code == 2 and "--brief is for the text report" in result.stderr


def test_what_is_not_on_the_record_is_a_list_by_stage_of_the_work() -> None:
    case = ROOT / "examples/cases/gp-kent-2008-part-in-own-plan.yaml"
    [report] = json.loads(quips("audit", case, "--engine", "reference", "--format", "json").stdout)
    wanted = {finding["title"] for finding in report["findings"] if finding["status"] == "not_on_record"}
    shown = quips("audit", case, "--engine", "reference").stdout
    part = shown.partition("Not on the record so far")[2].partition("\n\n")[0].splitlines()[1:]
    assert [line for line in part if not line.startswith(" ")] == [
        "Court:",
        "Assessment:",
        "Planning:",
        "Delivery:",
        "Reviewing:",
    ]
    told = " ".join(line.strip() if line.startswith("  ") else f"\n{line.strip()}" for line in part)
    assert {line.removeprefix("- ").strip() for line in told.splitlines() if line.startswith("- ")} == wanted
    planning = told.partition("Planning:")[2].partition("Delivery:")[0]
    assert "The risk management plan is in the format required at the time" in planning
    assert max(map(len, part)) <= 100


@pytest.mark.parametrize(("category", "status"), [("mappa_category: 0", "conflict"), ("mappa_category: 1", "consistent")])
def test_a_registered_sex_offender_in_no_mappa_category_is_put_to_the_auditor(category: str, status: str, tmp_path: Path) -> None:
    path = case_file(tmp_path, GOOD.replace("rosh_level", f"registered_sex_offender: true\n  {category}\n  rosh_level"))
    lines = quips("audit", path, "--engine", "reference", "--format", "jsonl").stdout.splitlines()
    [found] = [f for f in map(json.loads, lines) if f["rule"] == "mappa-applies-to-registered-sex-offender"]
    assert (found["status"], found["verdict"]) == (status, "open" if status == "conflict" else "sufficient")
    if status == "conflict":
        said = "On the record, and it does not sit together: registered sex offender is yes; MAPPA category is 0."
        assert found["why"] == [said]


@pytest.mark.parametrize(
    ("option", "folder", "lacks"),
    [
        ("--rules", "", "it has no folder 'vocabulary' with YAML files in it"),
        ("--rules", "framework", "it has no folder 'vocabulary' with YAML files in it"),
        ("--rules", "rules/vocabulary", "it has no folder 'vocabulary' with YAML files in it"),
        ("--framework", "", "it has no file sources.yaml"),
        ("--framework", "rules", "it has no file sources.yaml"),
    ],
)
def test_a_folder_of_another_kind_is_one_error(option: str, folder: str, lacks: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    named = ROOT / folder if folder else tmp_path / "empty"
    result = quips("audit", case_file(tmp_path), option, named)
    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    assert line.startswith(f"{named}: error: This is not a folder of ") and lacks in line and "[wrong-folder]" in line


def test_a_folder_with_words_and_no_rule_is_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules" / "vocabulary", tmp_path / "rules" / "vocabulary")
    result = quips("audit", case_file(tmp_path), "--rules", tmp_path / "rules")
    assert result.exit_code == 2 and "there is no rule in it" in result.stderr


def test_paper_has_every_source_of_a_gap_and_the_screen_opens_them() -> None:
    arguments = ("audit", ROOT / "examples/cases/TV-0042.yaml", "--engine", "reference", "--format")
    [report] = json.loads(quips(*arguments, "json").stdout)
    page = quips(*arguments, "html").stdout
    on_paper = {text.rpartition("Rule: ")[2]: text for text in re.findall(r'<p class="quiet paper">(.*?)\.</p>', page)}
    roots = [finding for finding in report["findings"] if finding["verdict"] == "gap" and finding["root"]]
    assert len(roots) > 20
    for finding in roots:
        lines = [f"line {cite['line']}" for cite in finding["cites"] if cite["line"]]
        assert lines and all(line in on_paper[finding["rule"]] for line in lines)
        assert "This cannot see: " in on_paper[finding["rule"]]
    printed = page.partition("@media print {")[2].partition("@page")[0]
    assert "details, .skip, .screen { display: none; }" in printed and ".paper { display: block; }" in printed
    assert ".paper { display: none; }" in page.partition("@media print {")[0]
    assert ".marking" not in printed  # not every browser prints the margins of a page, so the marking stays in the text


DISPUTED = (
    GOOD
    + """\
disputes:
  - {rule: home-visit-where-rosh-is-high, key: supervision_started, on: 2010-05-04, why: Nobody was at home.}
  - {rule: screening-completed, on: 2010-05-05, why: It is on the old system.}
"""
)


def findings_of(path: Path) -> dict[tuple[str, str], dict[str, object]]:
    [audit] = json.loads(quips("audit", path, "--engine", "reference", "--format", "json").stdout)
    return {(finding["rule"], finding["key"]): finding for finding in audit["findings"]}


def test_a_dispute_is_kept_beside_the_finding_and_changes_nothing_else(tmp_path: Path) -> None:
    before, after = findings_of(case_file(tmp_path)), findings_of(case_file(tmp_path, DISPUTED, "disputed.yaml"))
    said = {ref: finding.pop("disputed") for ref, finding in after.items()}
    assert {finding.pop("disputed") for finding in before.values()} == {None}
    assert str(list(after.values())).replace("disputed.yaml", "case.yaml") == str(list(before.values()))
    assert said["home-visit-where-rosh-is-high", "supervision_started"] == "Nobody was at home."
    of_screening = {ref: why for ref, why in said.items() if ref[0] == "screening-completed"}
    assert of_screening and set(of_screening.values()) == {"It is on the old system."}  # every finding of the rule
    others = {why for ref, why in said.items() if ref[0] not in ("home-visit-where-rosh-is-high", "screening-completed")}
    assert others == {None}


@pytest.mark.parametrize("form", ["text", "html"])
def test_a_dispute_is_told_where_the_finding_is(form: str, tmp_path: Path) -> None:
    shown = quips("audit", case_file(tmp_path, DISPUTED), "--engine", "reference", "--format", form).stdout
    words = " ".join(shown.split())
    gap, _, rest = words.partition("Disputed on 5 May 2010: It is on the old system.")
    assert "A risk of harm screening at the start of the sentence" in gap[-1500:]
    assert (
        rest.partition("Disputed as well")[2].find("Disputed on 4 May 2010: Nobody was at home.") >= 0
    )  # of a finding that is met


def test_a_dispute_of_a_finding_that_is_not_there_is_warned_about(tmp_path: Path) -> None:
    path = case_file(tmp_path, DISPUTED.replace("key: supervision_started", "key: release#7"))
    result = quips("audit", path, "--engine", "reference")
    assert result.exit_code != 2
    told = "".join(result.stdout.split())  # a long path may be broken anywhere
    assert ":10:5:'home-visit-where-rosh-is-high'hasnofinding'release#7'inthiscasetodispute." in told


def test_a_dispute_that_may_identify_somebody_is_warned_about(tmp_path: Path) -> None:
    result = quips("audit", case_file(tmp_path, DISPUTED.replace("Nobody", "Karen Jones")), "--engine", "reference")
    assert "This text looks as if it holds a name." in " ".join(result.stdout.split())


def test_what_was_only_told_in_interview_is_told_as_such_where_it_counts_as_done(tmp_path: Path) -> None:
    """The engines take the officer's word; whoever reads the report has to see that it is no more than that."""
    said = "told in interview; the file does not show it"
    on_file = quips("audit", case_file(tmp_path), "--engine", "reference").stdout
    told = quips("audit", case_file(tmp_path, GOOD.replace("purposeful: true", "purposeful: true, evidence: interview")))
    assert said not in " ".join(on_file.split())
    assert f"11 January 2010 ({said}" in " ".join(told.stdout.split())


@pytest.mark.parametrize("form", ["text", "html", "json", "csv"])
def test_an_answered_key_question_stands_in_every_report(tmp_path: Path, form: str) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(GOOD + "judgements:\n  standards-2018/2.1.1: {answer: no, reason: Nobody asked.}\n", encoding="utf-8")
    result = quips("audit", case, "--format", form)
    assert result.exit_code in (0, 1) and "Traceback" not in result.output
    if form in ("text", "html"):
        assert "2.1.1 " in result.stdout and "Nobody asked." in result.stdout
