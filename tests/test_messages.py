"""Every message has its page, its level and its name; every form of a check says the same of the same problems."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator

from knowledge_base import ROOT
from profiles import examples
from quips.authoring.checkup import CheckUp
from quips.authoring.messages import every_name, message
from quips.cli import main
from quips.places import Place
from quips.problems import Level, Problem
from quips.reports.checked import FORMATS
from quips.source import parse_yaml
from schemas import validator

PACKAGE = ROOT / "engine" / "quips"
SAYING = [
    *(
        "source.py",
        "shapes.py",
        "names.py",
        "holdings.py",
        "knowledge.py",
        "knowledgefiles.py",
        "vocabulary.py",
        "graph.py",
        "examples.py",
    ),
    *("citations.py", "reached.py"),
    *(str(path.relative_to(PACKAGE)) for path in (PACKAGE / "authoring").glob("*.py")),
]
"""The modules whose problems an author of the framework or the rules can be told of."""

OF_REVISIONS = {"no-version", "no-git"}
"""What ``quips diff`` says of a version that it cannot open; no file is at fault."""
HEADINGS = ["Why it matters", "Wrong", "Right", "How to mend it"]


def quips(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def names_said_in(path: Path) -> set[str]:
    """The names of the problems that a module can make: what stands second in each, or is passed on to one."""
    said = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        name = {"Problem": 1, "fail": 0, "refused": 0}.get(called)
        if name is not None and len(node.args) > name:
            said |= {part.value for part in ast.walk(node.args[name]) if isinstance(part, ast.Constant) and _is_name(part.value)}
    return said


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", value))


@cache
def said() -> frozenset[str]:
    kinds = {"rule", "prompt", "source", "fact", "activity", "limit"}
    found = {name for module in SAYING for name in names_said_in(PACKAGE / module)} | {f"unknown-{kind}" for kind in kinds}
    return frozenset((found | {"after-as-at", "out-of-time", "ended-before-start"}) - OF_REVISIONS)


def test_every_message_has_a_page_and_every_page_a_message() -> None:
    assert len(said()) > 50
    assert sorted(said() - set(every_name())) == []
    assert sorted(set(every_name()) - said()) == []


@pytest.mark.parametrize("name", every_name())
def test_a_page_says_what_it_means_why_it_matters_and_how_to_mend_it(name: str) -> None:
    one = message(name)
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", name)
    assert re.findall(r"^## (.+)$", one.page, re.MULTILINE) == HEADINGS
    assert all(one.section(heading) for heading in HEADINGS)
    assert one.section("Wrong") != one.section("Right")
    assert one.means.endswith(".") and len(one.means) < 400


@pytest.mark.parametrize("name", every_name())
def test_the_right_example_of_a_page_can_be_read(name: str) -> None:
    page = message(name).page
    right = re.search(r"^## Right\n\n```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    if right:
        parse_yaml(right[1], f"{name}.md")


def test_a_name_that_is_no_message_is_answered_with_the_nearest() -> None:
    result = quips("check", "--explain", "unknown-activty")
    assert result.exit_code == 2 and "Did you mean 'unknown-activity'?" in result.stderr
    for name in ("../cli/shared", "", "Circle"):
        assert quips("check", "--explain", name).exit_code == 2


@pytest.mark.parametrize("name", every_name())
def test_each_message_is_explained(name: str) -> None:
    result = quips("check", "--explain", name)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{name} ({message(name).level})\n")
    assert "```" not in result.stdout and "How to mend it:" in result.stdout


# Forms ---------------------------------------------------------------------------------------------------------------

_FILES = st.sampled_from(["rules/a/b.yaml", "rules/with space/é%.yaml", "/elsewhere/rules/c.yaml", "framework"])
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
_SPOTS = st.just((0, 0)) | st.tuples(st.integers(1, 999), st.integers(0, 200))
_PLACES = st.tuples(_FILES, _SPOTS).map(lambda where: Place(where[0], *where[1]))
_PROBLEMS = st.builds(Problem, _PLACES, st.sampled_from(every_name()), _TEXTS, _TEXTS | st.just(""), st.sampled_from(Level))
_FOUND = st.lists(_PROBLEMS, max_size=6).map(lambda problems: CheckUp(tuple(problems), 3, 2, 1, 0, ("reference",)))


@cache
def check_validator() -> Draft202012Validator:
    return validator("check")


@cache
def sarif_validator() -> Draft4Validator:
    schema = json.loads((ROOT / "tests" / "vendor" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema)


@examples(2)
@given(_FOUND)
def test_sarif_fits_its_schema_and_points_at_its_rules(found: CheckUp) -> None:
    value = json.loads(FORMATS["sarif"](found))
    sarif_validator().validate(value)
    [run] = value["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(found.problems)
    for result, problem in zip(run["results"], found.problems, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == problem.name
        assert result["level"] == {"advice": "note"}.get(problem.level, problem.level)
        region = result["locations"][0]["physicalLocation"].get("region")
        assert (region["startLine"] if region else 0) == problem.place.line


def test_the_sarif_schema_refuses_what_is_wrong() -> None:
    value: dict[str, Any] = json.loads(FORMATS["sarif"](CheckUp((Problem(Place("a.yaml", 1, 1), "circle", "x"),))))
    value["runs"][0]["results"][0]["level"] = "advice"
    assert not sarif_validator().is_valid(value)


@examples(2)
@given(_FOUND)
def test_json_holds_every_problem_whole(found: CheckUp) -> None:
    value = json.loads(FORMATS["json"](found))
    check_validator().validate(value)
    rows = [
        (one.place.file, one.place.line, one.place.column, one.level, one.name, one.message, one.hint) for one in found.problems
    ]
    keys = ("file", "line", "column", "level", "name", "message", "hint")
    assert [tuple(row[key] for key in keys) for row in value["problems"]] == rows
    assert sum(value["counts"].values()) == len(found.problems)


@examples(2)
@given(_FOUND)
def test_github_reads_each_problem_back(found: CheckUp) -> None:
    """Read by the rules of GitHub's runner: a command to a line, properties between commas, percent codes undone last."""

    def undone(text: str) -> str:
        for code, character in {"%2C": ",", "%3A": ":", "%0A": "\n", "%0D": "\r", "%25": "%"}.items():
            text = text.replace(code, character)
        return text

    lines = FORMATS["github"](found).split("\n")
    assert lines.pop() == "" and len(lines) == len(found.problems)
    for line, problem in zip(lines, found.problems, strict=True):
        _, command, told = line.split("::", 2)
        level, properties = command.split(" ", 1)
        read = dict(part.split("=", 1) for part in properties.split(","))
        assert level == {"advice": "notice"}.get(problem.level, problem.level)
        assert undone(read["file"]) == problem.place.file and undone(read["title"]) == problem.name
        assert int(read.get("line", 0)) == problem.place.line
        assert undone(told) == f"{problem.message} {problem.hint}".strip()


def test_concise_is_one_line_for_each_problem_that_editors_can_split() -> None:
    problems = (
        Problem(Place("rules/a.yaml", 3, 5), "unknown-key", "No: that is 'not' known.", "Take another."),
        Problem(Place("rules/a.yaml"), "not-text", "Not text.", "", Level.WARNING),
    )
    assert FORMATS["concise"](CheckUp(problems)).splitlines() == [
        "rules/a.yaml:3:5: error unknown-key: No: that is 'not' known.",
        "rules/a.yaml:1:1: warning not-text: Not text.",
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_each_form_of_what_is_shipped_is_clean(form: str) -> None:
    result = quips("check", "--format", form)
    assert result.exit_code == 0
    if form in ("concise", "github"):
        assert result.stdout == ""
    elif form == "json":
        value = json.loads(result.stdout)
        check_validator().validate(value)
        assert value["problems"] == [] and value["waived"]
    elif form == "sarif":
        value = json.loads(result.stdout)
        sarif_validator().validate(value)
        assert all(row["suppressions"][0]["justification"] for row in value["runs"][0]["results"])


@pytest.mark.parametrize(
    ("form", "where"), [("json", '"name": "no-such-folder"'), ("github", "::error file="), ("concise", ":1:1: error no-")]
)
def test_a_folder_that_is_not_there_is_told_in_the_form_that_was_asked_for(form: str, where: str) -> None:
    result = quips("check", "--rules", "nowhere", "--format", form)
    assert result.exit_code == 2 and where in result.stdout and result.stderr == ""
