"""A small vocabulary, and the way from plain values through the real readers to programs, cases and decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from quips.cases import Case, build_case
from quips.caseschema import case_schema
from quips.decisions import Decision
from quips.framework import Limit, read_limits
from quips.graph import build_graph, derived_in_order, rules_in_order
from quips.problems import Problem
from quips.program import Program, compile_program
from quips.reference import ReferenceEngine
from quips.rules import Rule, read_rule
from quips.shapes import Shape
from quips.source import Document, parse_yaml
from quips.vocabulary import Vocabulary, read_vocabulary

Json = dict[str, Any]

_VOCABULARY = """\
circumstances:
  started: {title: Start, type: date, many: true, ask: When?, help: x}
  ended: {title: End, type: date, ask: When?, help: x}
  release: {title: Release, type: date, relevant_when: {setting: custody}, ask: When?, help: x}
  sentenced: {title: Sentence, type: date, ask: When?, help: x}
  setting: {title: Setting, type: choice, values: {community: community, custody: custody}, ask: Where?, help: x}
  flag: {title: Flag, type: yes_no, may_change: true, ask: Is it?, help: x}
  child: {title: Child, type: yes_no, ask: Is there?, help: x}
  level:
    {title: Level, type: choice, may_change: true, values: {low: low, medium: medium, high: high}, ask: Which?, help: x}
  level_before: {title: Old level, type: choice, values: {low: low, medium: medium, high: high}, ask: Which?, help: x}
  tier: {title: Tier, type: number, ask: Which?, help: x}
  tier_before: {title: Old tier, type: number, ask: Which?, help: x}
  needs:
    title: Needs
    type: choices
    may_change: true
    values: {drugs: drugs, housing: housing, alcohol: alcohol}
    ask: Which?
    help: x
  required: {title: Required, type: yes_no, ask: Is it?, help: Worked out.}
  grade: {title: Grade, type: choice, values: {low: low, medium: medium, high: high}, ask: Which?, help: Worked out.}
  oversight: {title: Oversight, type: yes_no, may_change: true, ask: Is it?, help: Worked out.}
activities:
  screening:
    title: screening
    stage: assessment
    ask: Was it done?
    help: x
    attributes: {full: {type: yes_no, ask: Is it full?}}
  analysis:
    title: analysis
    stage: assessment
    ask: Was it done?
    help: x
    attributes:
      full: {type: yes_no, ask: Is it full?}
      agency: {type: choice, values: {police: police, prison: prison}, ask: Whose?}
      score: {type: number, ask: Which?}
      topics: {type: choices, values: {drugs: drugs, housing: housing, alcohol: alcohol}, ask: Which?}
  plan:
    title: plan
    stage: planning
    ask: Was it done?
    help: x
    attributes:
      full: {type: yes_no, ask: Is it full?}
      agency: {type: choice, values: {police: police, prison: prison}, ask: Whose?}
      due: {type: date, ask: By when?}
  visit:
    title: visit
    stage: delivery
    ask: Was it done?
    help: x
    attributes:
      full: {type: yes_no, ask: Is it full?}
      agency: {type: choice, values: {police: police, prison: prison}, ask: Whose?}
      due: {type: date, ask: By when?}
  absence:
    title: absence
    stage: delivery
    ask: Were there any?
    help: x
    attributes:
      excused: {type: yes_no, ask: Was it excused?}
      agency: {type: choice, values: {police: police, prison: prison}, ask: Whose?}
  breach: {title: breach, stage: delivery, ask: Was there one?, help: x}
  review:
    title: review
    stage: reviewing
    ask: Was it done?
    help: x
    attributes:
      full: {type: yes_no, ask: Is it full?}
      agency: {type: choice, values: {police: police, prison: prison}, ask: Whose?}
  conviction:
    title: conviction
    stage: outcomes
    ask: Was there one?
    help: x
    attributes: {grave: {type: yes_no, ask: Was it grave?}}
"""


def _vocabulary() -> Vocabulary:
    problems: list[Problem] = []
    vocabulary = read_vocabulary([parse_yaml(_VOCABULARY, "vocabulary.yaml")], problems)
    assert not problems
    return vocabulary


VOCABULARY = _vocabulary()
STAGE_OF = {name: activity.stage for name, activity in VOCABULARY.activities.items()}


@cache
def shape(kind: str) -> Shape:
    """Return a compiled schema: `case`, made from the vocabulary above, or one of the framework's own."""
    if kind == "case":
        return Shape(case_schema(VOCABULARY))
    path = Path(__file__).parent.parent / "framework" / "schema" / f"{kind}.schema.json"
    return Shape(json.loads(path.read_text(encoding="utf-8")))


def document(value: Any, file: str = "x.yaml") -> Document:
    """Return a plain value as the strict reader reads it: JSON is YAML."""
    return parse_yaml(json.dumps(value), file)


_SAID_OF_EVERY_RULE: Json = {
    "title": "x",
    "status": "active",
    "why": "x",
    "cites": [{"seed": "a.txt", "line": 1}],
    "cannot_see": "x",
    "examples": [],
}
_SAID_OF_EVERY_ROW: Json = {"valid_from": "2000-01-01", "standing": "published", "cites": [{"seed": "a.txt", "line": 1}]}


def whole_rule(rule: Json) -> Json:
    """Return a rule with what every rule has to say, so that it fits the schema."""
    kind = next((k for k in ("derives", "conflict") if k in rule), "expect")
    said: Json = {**_SAID_OF_EVERY_RULE, "kind": {"derives": "derivation", "expect": "expectation"}.get(kind, kind)}
    if kind != "derives":
        said |= {"severity": "low", "remedy": "x"}
    edges = {
        key: [edge if isinstance(edge, dict) else {"rule": edge, "reading": "ours"} for edge in rule[key]]
        for key in ("rests_on", "follows")
        if key in rule
    }
    return {**said, **rule, **edges}


def whole_limits(limits: Mapping[str, Sequence[Sequence[Json]]]) -> Json:
    """Return limits, given as name to readings, each a list of rows, as a file that fits the schema."""
    return {
        "limits": [
            {
                "limit": name,
                "title": name,
                "clock": "x",
                "readings": [
                    {"reading": f"reading-{n}", "rows": [{**_SAID_OF_EVERY_ROW, **row} for row in rows]}
                    for n, rows in enumerate(readings)
                ],
            }
            for name, readings in limits.items()
        ]
    }


class Built:
    """Rules and limits, read and compiled; it shows itself as the plain values they were read from."""

    def __init__(self, rules: Mapping[str, Rule], limits: Mapping[str, Limit], program: Program, plain: Any) -> None:
        self.rules, self.limits, self.program, self.plain = rules, limits, program, plain

    def __repr__(self) -> str:
        return f"build(rules={self.plain[0]}, limits={self.plain[1]})"

    @property
    def engine(self) -> ReferenceEngine:
        """A new reference engine for it."""
        return ReferenceEngine(self.program)


def read_rules(rules: Sequence[Json]) -> dict[str, Rule]:
    """Read rules, each as if it were a file of its own."""
    read = [read_rule(document(whole_rule(rule), f"{rule['rule']}.yaml"), "topic") for rule in rules]
    return {rule.name: rule for rule in read}


def build(rules: Sequence[Json], limits: Mapping[str, Sequence[Sequence[Json]]] | None = None) -> Built:
    """Read rules and limits from plain values and compile them."""
    read = read_rules(rules)
    known = {limit.name: limit for limit in (read_limits(document(whole_limits(limits))) if limits else [])}
    graph = build_graph(read, {}, known, VOCABULARY)
    program = compile_program(rules_in_order(graph, read), derived_in_order(read), known, VOCABULARY)
    return Built(read, known, program, (rules, limits))


def case_of(value: Json, as_at: date | str | None = None) -> Case:
    """Build a case from a plain value, as at the day given or its own."""
    day = as_at or value["as_at"]
    whole = {"case": "T-1", "circumstances": {}, "record": [], **value}
    return build_case(document(whole), VOCABULARY, day if isinstance(day, date) else date.fromisoformat(day))


def decide(rules: Sequence[Json], case: Json, limits: Mapping[str, Any] | None = None) -> list[Decision]:
    """Return what the reference engine decides of a case by some rules."""
    return build(rules, limits).engine.decide(case_of(case))


def statuses(rule: Json, case: Json, limits: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the status of each finding of one rule on one case, by key."""
    return {d.key: str(d.status) for d in decide([{"rule": "r", **rule}], case, limits)}
