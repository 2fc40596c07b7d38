"""How far a round is and what is next for whom, and who reads what: on a screen and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from quips.peeraudit.allocation import Allocation
from quips.peeraudit.plan import Plan
from quips.peeraudit.progress import Progress, Task
from quips.peeraudit.state import State
from quips.problems import listed
from quips.reports.wording import URGENT, wrap

_FEW = 8


def status_text(plan: Plan, state: State, progress: Progress, folder: str, width: int) -> str:
    """Return how far a round is, as text.

    Args:
        plan: The plan.
        state: The round as it stands.
        progress: How far it is.
        folder: What the folder is called in commands.
        width: The width to wrap at.
    """
    lines = [f"{plan.name}   {plan.edition}   {plan.marking}"]
    if progress.urgent:
        lines += ["", *wrap(f"Raised at once: {listed(progress.urgent, 'and')}. {URGENT}", width)]
    if progress.unanswered:
        about = f"Open gaps concern a child, a victim or MAPPA: {listed(progress.unanswered, 'and')}. {URGENT}"
        lines += ["", *wrap(f"{about} Nobody has written down what was done at once.", width)]
    lines += _section("Cases", _phases(progress))
    lines += _section("Readers", _loads(progress))
    lines += _section("Second readings to come", [", ".join(progress.seconds)] if progress.seconds else [], width)
    lines += _section("Open disputes", [f"{case}: {rule}" for case, rule in progress.disputes])
    overdue = [f"{one.case}, action {one.number}: {one.owner}, due {one.due}" for one in progress.overdue]
    lines += _section("Actions overdue", overdue)
    if progress.lacking:
        lines += ["", *wrap(f"Nobody on the list of people is {listed(progress.lacking)} yet.", width)]
    lines += _section("Next", [line for task in progress.tasks for line in _task(task, width)])
    if any(load.to_read or load.facts for load in progress.loads):
        lines += ["", "To hand in a form that is filled in:", f"  quips round import {folder} FORM.xlsx --as PERSON"]
    return "\n".join(lines) + "\n"


def status_json(plan: Plan, state: State, progress: Progress) -> str:
    """Return how far a round is, as JSON."""
    said = {
        "marking": plan.marking,
        "round": plan.name,
        "edition": plan.edition,
        "rows": state.rows,
        "seal": state.seal,
        "cases": {str(phase): count for phase, count in progress.phases.items()},
        "gone": [{"case": case, **asdict(one)} for case, one in state.gone.items()],
        "readers": [asdict(load) | {"to_read": load.to_read} for load in progress.loads],
        "seconds_to_come": list(progress.seconds),
        "disputes": [{"case": case, "rule": rule} for case, rule in progress.disputes],
        "overdue": [asdict(one) for one in progress.overdue],
        "urgent": list(progress.urgent),
        "unanswered": list(progress.unanswered),
        "lacking": list(progress.lacking),
        "next": [asdict(task) for task in progress.tasks],
    }
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def allocation_text(plan: Plan, found: Allocation, width: int) -> str:
    """Return who reads what, as text.

    Args:
        plan: The plan.
        found: Who reads what.
        width: The width to wrap at.
    """
    first, second = _by_reader(found.cases, "reader"), _by_reader(found.cases, "second_reader")
    loads = found.loads
    twice = sum(bool(case["second_reader"]) for case in found.cases.values())
    spread = f"{min(loads.values())} to {max(loads.values())}" if len({*loads.values()}) > 1 else str(max(loads.values()))
    lines = [f"{len(found.cases)} cases given to {len(loads)} readers, {spread} each; {twice} read twice   {plan.marking}"]
    for name, members in found.groups.items():
        lines += ["", f"Group {name}"]
        for who in members:
            person = plan.people[who]
            about = ", ".join(filter(None, (person.grade, person.team)))
            given = [*first.get(who, ()), *(f"{case} (second)" for case in second.get(who, ()))]
            lines += wrap(f"{who} ({about}): {', '.join(given) or 'none'}", width, initial_indent="  ", subsequent_indent="    ")
    reasons: dict[str, list[str]] = {}
    for name, case in found.cases.items():
        if case["second_because"]:
            reasons.setdefault(case["second_because"], []).append(name)
    lines += _section("Read twice", [f"{why}: {', '.join(names)}" for why, names in reasons.items()], width)
    lines += _section("To know", found.notes, width)
    return "\n".join(lines) + "\n"


def _by_reader(cases: Mapping[str, Mapping[str, str]], key: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, case in cases.items():
        found.setdefault(case[key], []).append(name)
    return found


def _phases(progress: Progress) -> list[str]:
    total = sum(progress.phases.values())
    return [f"{count:>4}  {phase}" for phase, count in progress.phases.items()] + ([f"{total:>4}  in all"] if total else [])


def _loads(progress: Progress) -> list[str]:
    if not progress.loads:
        return []
    longest = max(len(load.reader) for load in progress.loads)
    head = f"{'':<{longest}}  group  given  to read  facts in  judged"
    return [head] + [
        f"{load.reader:<{longest}}  {load.group:<5}  {load.given:>5}  {load.to_read:>7}  {load.facts:>8}  {load.judged:>6}"
        for load in progress.loads
    ]


def _task(task: Task, width: int) -> list[str]:
    more = f" and {len(task.cases) - _FEW} more" if len(task.cases) > _FEW else ""
    cases = f" ({', '.join(task.cases[:_FEW])}{more})" if task.cases else ""
    who = listed(task.who) or "nobody who may; add somebody to the list of people"
    return [*wrap(f"{who}: {task.what}{cases}", width - 2, subsequent_indent="  "), f"    {task.command}"]


def _section(title: str, items: Iterable[str], width: int = 0) -> list[str]:
    lines = [line for item in items for line in (wrap(item, width - 2, subsequent_indent="  ") if width else [item])]
    return ["", title, *(f"  {line}" for line in lines)] if lines else []
