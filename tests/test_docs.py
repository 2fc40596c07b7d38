"""The documentation keeps up with the program, the framework and the rules."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from quips.audits import Auditor
from quips.cli import main
from quips.framework import read_limits
from quips.knowledge import Knowledge, load_knowledge
from quips.names import name_problems
from quips.reports.rows import SHAPE_VERSION, audit_as_json, to_json
from quips.rules import read_rule
from quips.shapes import Shape
from quips.source import Document, parse_yaml, read_yaml
from quips.statuses import Status, Verdict

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "engine" / "quips"
REFERENCE = ROOT / "docs" / "reference"
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.read_text(encoding="utf-8").strip())


@cache
def knowledge() -> Knowledge:
    return load_knowledge(ROOT / "framework", ROOT / "rules")


@cache
def report_validator() -> Draft202012Validator:
    schema = json.loads((PACKAGE / "reports" / "audit.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def commands() -> Iterator[click.Context]:
    pending = [click.Context(main, info_name="quips")]
    while pending:
        context = pending.pop()
        yield context
        if isinstance(context.command, click.Group):
            inner = context.command.commands.items()
            pending += [click.Context(command, info_name=name, parent=context) for name, command in inner]


def test_examples_in_the_generator_hold():
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine")}
    command = [sys.executable, "-m", "doctest", "docs/generating/words.py"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# The command line ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("context", [*commands()], ids=lambda context: context.command_path)
def test_command_and_its_options_have_help(context):
    silent = [
        parameter.name for parameter in context.command.params if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert context.command.help
    assert not silent, f"no help for {silent}"


@pytest.mark.parametrize("context", [*commands()], ids=lambda context: context.command_path)
def test_command_and_its_options_stand_in_the_reference(context):
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    [section] = re.findall(rf"^## {re.escape(context.command_path)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    for parameter in context.command.params:
        if isinstance(parameter, click.Option):
            assert all(name in section for name in parameter.opts)


# Rules and modules ---------------------------------------------------------------------------------------------------


def test_every_rule_has_its_section_with_every_heading():
    headings = (
        "What it asks",
        "Why it matters",
        "When it applies",
        "What it rests on",
        "What rests on it",
        "What puts it right",
        "What it cannot see",
        "Bears on",
        "Published figures",
        "Source",
        "Examples",
    )
    for rule in knowledge().rules.values():
        text = (REFERENCE / "rules" / f"{rule.topic}.md").read_text(encoding="utf-8")
        sections = [part for part in re.split(r"^## ", text, flags=re.MULTILINE) if f"\n`{rule.name}`: " in part]
        assert len(sections) == 1, f"{rule.name} has {len(sections)} sections"
        assert tuple(re.findall(r"^### (.+)$", sections[0], re.MULTILINE)) == headings


def test_every_prompt_has_its_section_with_rules_or_reason_figures_and_what_it_meets():
    meeting: dict[str, list[str]] = {}
    for meets in knowledge().crosswalk:
        meeting.setdefault(meets.source, []).append(meets.target)
        meeting.setdefault(meets.target, []).append(meets.source)
    answered = {answer.prompt for rule in knowledge().rules.values() for answer in rule.answers}
    figured = {figure.prompt for publication in knowledge().publications.values() for figure in publication.figures}
    for name, edition in knowledge().editions.items():
        text = (REFERENCE / "editions" / f"{name}.md").read_text(encoding="utf-8")
        sections = dict(re.findall(r"^#{4,5} (\S+/\S+)\n(.*?)(?=^#{2,5} |\Z)", text, re.MULTILINE | re.DOTALL))
        assert list(sections) == [prompt.name.removeprefix(f"{name}/") for prompt in edition.prompts()]
        for prompt in edition.prompts():
            section = sections[prompt.name.removeprefix(f"{name}/")]
            assert ("Rules that bear on it: [" in section) == (prompt.name in answered), prompt.name
            assert ("Why it stays a judgement" in section) == bool(prompt.judged), prompt.name
            assert ("\n- Published: [" in section) == (prompt.name in figured), prompt.name
            for other in meeting.get(prompt.name, ()):
                assert f"- Meets [{other.replace('/', ' ', 1)}]" in section, (prompt.name, other)


def test_every_published_figure_stands_on_the_pages_of_its_report_and_of_the_rules_that_answer_its_prompt():
    rules: dict[str, list[str]] = {}
    for rule in knowledge().rules.values():
        for answer in rule.answers:
            rules.setdefault(answer.prompt, []).append(rule.topic)
    text = {path: path.read_text(encoding="utf-8") for path in REFERENCE.rglob("*.md")}
    for name, publication in knowledge().publications.items():
        page = text[REFERENCE / "published" / f"{name}.md"]
        assert "Not for comparing areas" in page
        for figure in publication.figures:
            assert f"line {figure.line} |" in page, figure.place
            for topic in rules.get(figure.prompt, ()):
                assert f", line {figure.line}: " in text[REFERENCE / "rules" / f"{topic}.md"], figure.place
        assert "No reason on record" not in page


def test_every_report_says_what_it_states_of_copyright():
    text = (REFERENCE / "sources.md").read_text(encoding="utf-8")
    section = text.split("## Copyright and licence")[1]
    for source in knowledge().sources.values():
        assert not source.lines or f"| {source.short} | " in section
    assert "Not looked up" not in section


def test_every_module_says_what_it_is_for():
    silent = [path for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert not silent


def test_every_module_stands_in_the_architecture():
    text = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    modules = {path.stem for path in MODULES if path.parent == PACKAGE and not path.stem.startswith("__")}
    assert modules - set(re.findall(r"`(\w+)`", text)) == set()


# Schemas -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_report_of_an_example_case_fits_its_schema(path):
    with Auditor(knowledge(), engine="reference") as auditor:
        audit = auditor.audit(path)
    report_validator().validate([audit_as_json(audit)])
    report_validator().validate(json.loads(to_json([audit])))


def test_report_schema_knows_every_status_and_verdict_and_the_version():
    parts = report_validator().schema["$defs"]
    finding = parts["finding"]["properties"]
    assert finding["status"]["enum"] == finding["was"]["enum"] == [str(status) for status in Status]
    assert parts["limit"]["properties"]["status"]["enum"] == [str(status) for status in Status]
    assert finding["verdict"]["enum"] == [str(verdict) for verdict in Verdict]
    assert parts["audit"]["properties"]["version"]["const"] == SHAPE_VERSION


def test_report_schema_describes_every_field_and_allows_no_other():
    for name, part in report_validator().schema["$defs"].items():
        assert part.get("description"), name
        if "properties" in part:
            assert part["additionalProperties"] is False, name
            assert all(field.get("description") for field in part["properties"].values()), name


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case_schema_accepts_an_example_case(path):
    schema = json.loads((ROOT / "framework" / "schema" / "case.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(read_yaml(path).value)


# The rule language ---------------------------------------------------------------------------------------------------

BASE: dict[str, Any] = {
    "rule": "an-example",
    "kind": "expectation",
    "title": "An example",
    "status": "active",
    "why": "To show it.",
    "cites": [{"document": "memory"}],
    "cannot_see": "Nothing.",
    "examples": [],
}
WORK = {"severity": "low", "remedy": "Do it."}
KINDS: dict[str, dict[str, Any]] = {
    "expectation": {**WORK, "expect": {"activity": "home_visit"}},
    "conflict": {**WORK, "conflict": {"conflict_when": {"ppo": True}, "means": "query"}},
    "derivation": {"when": {"ppo": True}, "derives": {"oversight_required": True}},
}


def blocks(kind: str) -> list[str]:
    """Return the YAML in the page about the language: fragments of a rule, or of a file of limits."""
    found = re.findall(r"^```yaml\n(.*?)^```$", (REFERENCE / "language.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [block for block in found if block.startswith("limits:") == (kind == "limits")]


def shape(name: str) -> Shape:
    return Shape(json.loads((ROOT / "framework" / "schema" / f"{name}.schema.json").read_text(encoding="utf-8")))


@cache
def limits() -> dict[str, Any]:
    shown = [limit for block in blocks("limits") for limit in read_limits(parse_yaml(block, "language.md"))]
    return {**knowledge().limits, **{limit.name: limit for limit in shown}}


@pytest.mark.parametrize("block", blocks("limits"))
def test_limit_in_the_language_page_is_right(block):
    assert shape("limits").problems(parse_yaml(block, "language.md")) == []


@pytest.mark.parametrize("block", blocks("rule"))
def test_fragment_in_the_language_page_is_right(block):
    value = parse_yaml(block, "language.md").value
    kind = value.get("kind", "expectation")
    whole = {**BASE, **KINDS[kind], **value}
    document = Document("language.md", whole, {}, {})
    assert shape("rule").problems(document) == []
    rule, known = read_rule(document, "language"), knowledge()
    rules = {**known.rules, rule.name: rule}
    vocabulary, prompts = known.vocabulary, known.prompts
    assert name_problems(vocabulary, known.sources, limits(), {}, prompts, rules, known.case_shape) == []
