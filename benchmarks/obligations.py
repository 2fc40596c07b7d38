"""Rules that every engine can express, cases for them, and the same rules written for each engine by hand.

An obligation asks for one activity within some days of the start, in cases of which two circumstances are so. The rest of what
Quips does (working days, unknowns, incomplete records, how good the work was, what is a root) is left out, because most of the
others cannot say it; Quips does all of it here as well.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

AS_AT = date(2010, 4, 19)
N_FLAGS, N_ACTIVITIES, N_ENTRIES = 20, 40, 40
LEVELS = ("low", "medium", "high")
NA, MET, LATE, MISSING, NOT_YET = "not_applicable", "met", "late", "missing", "not_yet_due"

Found = dict[str, str]
"""For each obligation, its status in one case."""


@dataclass(frozen=True)
class Obligation:
    """``activity`` within ``days`` of the start, where ``flag`` is ``wanted`` and the level is one of ``levels``."""

    name: str
    flag: str
    wanted: bool
    levels: tuple[str, ...]
    activity: str
    days: int


@dataclass(frozen=True)
class Drawn:
    """A case: its flags, its level, its start, and each thing done with its day. `first` is the first day of each activity."""

    number: int
    flags: dict[str, bool]
    level: str
    started: int
    record: tuple[tuple[str, int], ...]

    @property
    def first(self) -> dict[str, int]:
        """The first day of each activity; the other engines are given it, so that they need not look for it."""
        found: dict[str, int] = {}
        for activity, day in self.record:
            found[activity] = min(day, found.get(activity, day))
        return found


def draw_obligations(n: int) -> list[Obligation]:
    """Return n obligations, the same each time."""
    draw = random.Random(n)
    return [
        Obligation(
            f"r{number}",
            f"f{draw.randrange(N_FLAGS)}",
            draw.random() < 0.5,
            tuple(draw.sample(LEVELS, draw.randint(1, 3))),
            f"a{draw.randrange(N_ACTIVITIES)}",
            draw.choice((5, 10, 15, 20, 30, 60)),
        )
        for number in range(n)
    ]


def draw_cases(n: int) -> Iterator[Drawn]:
    """Yield n cases of forty entries each, the same each time."""
    draw = random.Random(1)
    for number in range(n):
        flags = {f"f{flag}": draw.random() < 0.5 for flag in range(N_FLAGS)}
        length = draw.randint(5, 200)
        started = AS_AT.toordinal() - length
        record = tuple((f"a{draw.randrange(N_ACTIVITIES)}", started + draw.randint(0, length)) for _ in range(N_ENTRIES))
        yield Drawn(number, flags, draw.choice(LEVELS), started, record)


def independent(obligation: Obligation, case: Drawn) -> str:
    """The status by the definition above, and nothing else: what every engine is held to."""
    if case.flags[obligation.flag] is not obligation.wanted or case.level not in obligation.levels:
        return NA
    due, days = case.started + obligation.days, [day for activity, day in case.record if activity == obligation.activity]
    if days:
        return MET if min(days) <= due else LATE
    return MISSING if AS_AT.toordinal() > due else NOT_YET


# Quips ---------------------------------------------------------------------------------------------------------------------


def knowledge_of(obligations: list[Obligation], folder: Path, schemas: Path) -> Any:
    """Write the obligations as a knowledge base, and load it."""
    from quips.knowledge import load_knowledge

    rules, framework = folder / "rules", folder / "framework"
    (rules / "vocabulary").mkdir(parents=True)
    (rules / "work").mkdir()
    (framework / "limits").mkdir(parents=True)
    (framework / "schema").symlink_to(schemas.resolve())
    cites = [{"document": "semantics", "at": "none"}]
    yes_no = {f"f{n}": {"title": f"Flag {n}", "type": "yes_no", "ask": "Is it so?", "help": "Drawn."} for n in range(N_FLAGS)}
    level = {"title": "Level", "type": "choice", "values": {one: one for one in LEVELS}, "ask": "Which?", "help": "Drawn."}
    started = {"title": "Start", "type": "date", "ask": "When?", "help": "Drawn."}
    done = {"title": "activity", "stage": "delivery", "ask": "Was it done?", "help": "Drawn."}
    words = {
        "circumstances": {**yes_no, "level": level, "started": started},
        "activities": {f"a{n}": {**done, "title": f"activity {n}"} for n in range(N_ACTIVITIES)},
    }
    row = {"unit": "days", "valid_from": "2000-01-01", "standing": "published", "cites": cites}
    limits = [
        {
            "limit": f"d{days}",
            "title": f"{days} days",
            "clock": "start",
            "readings": [{"reading": "one", "rows": [{"value": days, **row}]}],
        }
        for days in sorted({one.days for one in obligations})
    ]
    source = {"title": "Drawn", "standing": "published", "found": "here"}
    _write(rules / "vocabulary" / "words.yaml", words)
    _write(framework / "sources.yaml", {"seeds": {}, "documents": {"semantics": source}})
    _write(framework / "limits" / "limits.yaml", {"limits": limits})
    for one in obligations:
        when = {one.flag: one.wanted, "level": list(one.levels)}
        given = {"as_at": "2010-04-19", "circumstances": {one.flag: not one.wanted}}
        rule = {
            "rule": one.name, "kind": "expectation", "title": f"Obligation {one.name}", "status": "active", "why": "Drawn.",
            "when": when, "from": "started", "expect": {"activity": one.activity, "within": f"d{one.days}"},
            "severity": "medium", "remedy": "Do it.", "cites": cites, "cannot_see": "The rest.",
            "examples": [{"name": "drawn", "given": given, "status": NA}],
        }  # fmt: skip
        _write(rules / "work" / f"{one.name}.yaml", rule)
    return load_knowledge(framework, rules)


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")  # JSON is YAML


def quips_case(case: Drawn, knowledge: Any) -> Any:
    """Return a drawn case as Quips has it."""
    from quips.cases import build_case
    from quips.source import Document

    def day(ordinal: int) -> str:
        return (AS_AT + timedelta(ordinal - AS_AT.toordinal())).isoformat()

    circumstances = {**case.flags, "level": case.level, "started": day(case.started)}
    record = [{activity: day(on)} for activity, on in case.record]
    value = {"case": f"B-{case.number}", "record_complete": True, "circumstances": circumstances, "record": record}
    return build_case(Document("drawn", value, {}, {}), knowledge.vocabulary, AS_AT)


def by_quips(knowledge: Any, engine: Any) -> Callable[[Any], Found]:
    """Decide with one of Quips's engines."""
    return lambda case: {decision.rule: str(decision.status) for decision in engine.decide(case)}


# Others --------------------------------------------------------------------------------------------------------------------


def facts_of(case: Drawn) -> dict[str, Any]:
    """Return what the other engines are given of a case."""
    return {"flags": case.flags, "level": case.level, "started": case.started, "as_at": AS_AT.toordinal(), "first": case.first}


def by_clips(obligations: list[Obligation]) -> Callable[[dict[str, Any]], Found]:
    """Decide with CLIPS: four rules for each obligation, each case's facts asserted and then forgotten."""
    import clips

    environment = clips.Environment()
    found: Found = {}
    environment.define_function(lambda name, status: found.__setitem__(str(name), str(status)), "found")
    for one in obligations:
        so = f"(so {one.flag} {'yes' if one.wanted else 'no'}) (level {'|'.join(one.levels)}) (started ?s)"
        first, due = f"(first {one.activity} ?d)", f"(+ ?s {one.days})"
        for status, when in {
            MET: f"{first} (test (<= ?d {due}))",
            LATE: f"{first} (test (> ?d {due}))",
            MISSING: f"(not (first {one.activity} ?)) (as-at ?t) (test (> ?t {due}))",
            NOT_YET: f"(not (first {one.activity} ?)) (as-at ?t) (test (<= ?t {due}))",
        }.items():
            environment.build(f"(defrule {one.name}-{status} {so} {when} => (found {one.name} {status}))")

    names = [one.name for one in obligations]

    def decide(case: dict[str, Any]) -> Found:
        found.update(dict.fromkeys(names, NA))
        environment.reset()
        so = [f"(so {flag} {'yes' if so else 'no'})" for flag, so in case["flags"].items()]
        first = [f"(first {activity} {day})" for activity, day in case["first"].items()]
        others = [f"(level {case['level']})", f"(started {case['started']})", f"(as-at {case['as_at']})"]
        environment.load_facts(" ".join([*so, *first, *others]))
        environment.run()
        return dict(found)

    return decide


def by_json_logic(obligations: list[Obligation]) -> Callable[[dict[str, Any]], Found]:
    """Decide with JsonLogic, compiled once by datalogic-rs: one expression for each obligation."""
    import datalogic_py

    def logic(one: Obligation) -> Any:
        day, due = {"var": f"first.{one.activity}"}, {"+": [{"var": "started"}, one.days]}
        so = {"and": [{"===": [{"var": f"flags.{one.flag}"}, one.wanted]}, {"in": [{"var": "level"}, list(one.levels)]}]}
        timely = {"if": [{"<=": [day, due]}, MET, LATE]}
        return {"if": [{"!": [so]}, NA, {"!": [day]}, {"if": [{">": [{"var": "as_at"}, due]}, MISSING, NOT_YET]}, timely]}

    rules = [(one.name, datalogic_py.Engine().compile(json.dumps(logic(one)))) for one in obligations]

    def decide(case: dict[str, Any]) -> Found:
        data = datalogic_py.DataHandle(json.dumps(case))
        return {name: rule.evaluate_data(data) for name, rule in rules}

    return decide


def by_zen(obligations: list[Obligation]) -> Callable[[dict[str, Any]], Found]:
    """Decide with zen-engine: one expression node with an expression for each obligation."""
    import zen

    def expression(one: Obligation) -> str:
        levels = " or ".join(f"level == '{level}'" for level in one.levels)
        so, day, due = (
            f"flags.{one.flag} == {str(one.wanted).lower()} and ({levels})",
            f"first.{one.activity}",
            f"started + {one.days}",
        )
        late, absent = f"({day} <= {due} ? '{MET}' : '{LATE}')", f"(as_at > {due} ? '{MISSING}' : '{NOT_YET}')"
        return f"not ({so}) ? '{NA}' : ({day} == null ? {absent} : {late})"

    expressions = [{"id": one.name, "key": one.name, "value": expression(one)} for one in obligations]
    at = {"x": 0, "y": 0}
    nodes = [
        {"id": "i", "type": "inputNode", "name": "in", "position": at},
        {"id": "e", "type": "expressionNode", "name": "obligations", "position": at, "content": {"expressions": expressions}},
        {"id": "o", "type": "outputNode", "name": "out", "position": at},
    ]
    edges = [
        {"id": "1", "sourceId": "i", "targetId": "e", "type": "edge"},
        {"id": "2", "sourceId": "e", "targetId": "o", "type": "edge"},
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return lambda case: decision.evaluate(case)["result"]


def by_rego(obligations: list[Obligation]) -> Callable[[dict[str, Any]], Found]:
    """Decide with Rego, by rego-cpp: four rules for each obligation."""
    import regopy

    def rules(one: Obligation) -> Iterator[str]:
        so = f"input.flags.{one.flag} == {str(one.wanted).lower()}; input.level in {json.dumps(list(one.levels))}"
        day, due = f"input.first.{one.activity}", f"input.started + {one.days}"
        yield f'found["{one.name}"] := "{MET}" if {{ {so}; {day} <= {due} }}'
        yield f'found["{one.name}"] := "{LATE}" if {{ {so}; {day} > {due} }}'
        yield f'found["{one.name}"] := "{MISSING}" if {{ {so}; not {day}; input.as_at > {due} }}'
        yield f'found["{one.name}"] := "{NOT_YET}" if {{ {so}; not {day}; input.as_at <= {due} }}'

    interpreter = regopy.Interpreter()
    text = "\n".join(["package q", "import rego.v1", *(line for one in obligations for line in rules(one))])
    interpreter.add_module("q", text)

    def decide(case: dict[str, Any]) -> Found:
        interpreter.set_input(case)
        [expression] = json.loads(str(interpreter.query("data.q.found")))["expressions"]
        return {one.name: expression.get(one.name, NA) for one in obligations}

    return decide


# All cases at once ---------------------------------------------------------------------------------------------------------


def sql_of(obligations: list[Obligation]) -> str:
    """Return the obligations as one query over a table with a column for each circumstance and each activity's first day."""

    def column(one: Obligation) -> str:
        levels = ", ".join(f"'{level}'" for level in one.levels)
        due = f"started + {one.days}"
        return (
            f"CASE WHEN {one.flag} <> {int(one.wanted)} OR level NOT IN ({levels}) THEN '{NA}' "
            f"WHEN {one.activity} IS NULL THEN CASE WHEN {AS_AT.toordinal()} > {due} THEN '{MISSING}' ELSE '{NOT_YET}' END "
            f"WHEN {one.activity} <= {due} THEN '{MET}' ELSE '{LATE}' END AS {one.name}"
        )

    return f"SELECT {', '.join(map(column, obligations))} FROM wide ORDER BY number"  # noqa: S608 - the rules are drawn here


def wide(cases: list[Drawn]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns of that table, and its rows."""
    flags, activities = [f"f{n}" for n in range(N_FLAGS)], [f"a{n}" for n in range(N_ACTIVITIES)]
    rows = []
    for case in cases:
        first = case.first
        rows.append(
            (case.number, case.level, case.started, *(int(case.flags[f]) for f in flags), *(first.get(a) for a in activities))
        )
    return ["number", "level", "started", *flags, *activities], rows
