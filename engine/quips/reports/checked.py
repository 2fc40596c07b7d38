"""What a check of framework and rules found, in every form: for people, editors, scripts and code hosts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from quips import __version__
from quips.authoring.checkup import CheckUp
from quips.authoring.messages import Message, message
from quips.authoring.waivers import Waiver
from quips.places import Place
from quips.problems import Level, Problem, listed

_SARIF_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "note"}
_GITHUB_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "notice"}
_COUNTED = {
    Level.ERROR: ("error", "errors"),
    Level.WARNING: ("warning", "warnings"),
    Level.ADVICE: ("piece of advice", "pieces of advice"),
}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def text(found: CheckUp) -> str:
    """Return a line for each problem with what to do about it, and a line about the whole."""
    return "".join(f"{line}\n" for line in (*map(str, found.problems), summary(found)))


def concise(found: CheckUp) -> str:
    """Return ``file:line:column: level name: message`` for each problem, for editors and other programs; nothing else."""
    return "".join(f"{_spot(one.place)}: {one.level} {one.name}: {one.message}\n" for one in found.problems)


def as_json(found: CheckUp) -> str:
    """Return everything as JSON."""
    value = {
        "version": 1,
        "files": found.n_files,
        "rules": found.n_rules,
        "examples": found.n_examples,
        "engines": list(found.engines),
        "as_at": found.as_at.isoformat() if found.as_at else None,
        "counts": {str(level): found.count(level) for level in Level},
        "problems": [_row(problem) for problem in found.problems],
        "waived": [_row(problem) | _waiver(waiver) for problem, waiver in found.waived],
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def sarif(found: CheckUp) -> str:
    """Return everything in SARIF 2.1.0, which code hosts and editors read."""
    names = sorted({problem.name for problem in (*found.problems, *(problem for problem, _ in found.waived))})
    driver = {
        "name": "quips check",
        "version": __version__,
        "rules": [_sarif_rule(message(name)) for name in names],
    }
    results = [_sarif_result(problem, names.index(problem.name)) for problem in found.problems]
    for problem, waiver in found.waived:
        suppressed = {"kind": "inSource", "justification": f"{waiver.because} ({waiver.owner}, until {waiver.until.isoformat()})"}
        results.append(_sarif_result(problem, names.index(problem.name)) | {"suppressions": [suppressed]})
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def github(found: CheckUp) -> str:
    """Return a line for each problem by which GitHub shows it at its place in a review."""
    return "".join(f"{_annotation(problem)}\n" for problem in found.problems)


FORMATS: Mapping[str, Callable[[CheckUp], str]] = {
    "text": text,
    "concise": concise,
    "json": as_json,
    "sarif": sarif,
    "github": github,
}
"""The forms by name."""


def summary(found: CheckUp) -> str:
    """Return what was looked at and how many problems there are, in a line."""
    counts = [(found.count(level), words) for level, words in _COUNTED.items()]
    told = listed((f"{n} {words[n != 1]}" for n, words in counts if n), "and") or "nothing to mend"
    if found.waived:
        told += f"; {len(found.waived)} let stand by waivers, as at {found.as_at}"
    if not found.n_files:
        return f"The files cannot be used as they are: {told}."
    engines = f"the {listed(found.engines, 'and')} engine{'s' * (len(found.engines) > 1)}"
    return f"{found.n_files} files, {found.n_rules} active rules, {found.n_examples} examples on {engines}: {told}."


def explained(one: Message) -> str:
    """Return the page of a message for the screen."""
    parts = [f"{one.name} ({one.level})", one.means]
    for heading in ("Why it matters", "Wrong", "Right", "How to mend it"):
        body = one.section(heading)
        indented = "\n".join(f"    {line}".rstrip() for line in body.split("\n"))
        parts.append(f"{heading}:\n{indented}")
    return "\n\n".join(parts) + "\n"


def _spot(place: Place) -> str:
    """File, line and column, of which editors need all three."""
    return f"{place.file}:{max(place.line, 1)}:{max(place.column, 1)}"


def _row(problem: Problem) -> dict[str, Any]:
    file, line, column, _ = problem.place
    said = {"level": str(problem.level), "name": problem.name, "message": problem.message, "hint": problem.hint}
    return {"file": file, "line": line, "column": column, **said}


def _waiver(waiver: Waiver) -> dict[str, str]:
    return {"because": waiver.because, "owner": waiver.owner, "until": waiver.until.isoformat()}


def _sarif_rule(one: Message) -> dict[str, Any]:
    return {
        "id": one.name,
        "shortDescription": {"text": one.means},
        "help": {"text": one.section("How to mend it"), "markdown": one.page},
        "defaultConfiguration": {"level": _SARIF_LEVELS[one.level]},
    }


def _sarif_result(problem: Problem, index: int) -> dict[str, Any]:
    file, line, column, _ = problem.place
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    if line:
        location["region"] = {"startLine": line, "startColumn": max(column, 1)}
    return {
        "ruleId": problem.name,
        "ruleIndex": index,
        "level": _SARIF_LEVELS[problem.level],
        "message": {"text": f"{problem.message} {problem.hint}".strip()},
        "locations": [{"physicalLocation": location}],
    }


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _annotation(problem: Problem) -> str:
    file, line, column, _ = problem.place
    where = {"file": file, **({"line": line, "col": max(column, 1)} if line else {}), "title": problem.name}
    properties = ",".join(f"{key}={_escaped(str(value), property_=True)}" for key, value in where.items())
    told = _escaped(f"{problem.message} {problem.hint}".strip())
    return f"::{_GITHUB_LEVELS[problem.level]} {properties}::{told}"


def _escaped(text: str, property_: bool = False) -> str:
    """Escape what GitHub's commands give a meaning to, as its own toolkit does."""
    for character, code in {"%": "%25", "\r": "%0D", "\n": "%0A"}.items():
        text = text.replace(character, code)
    return text.replace(":", "%3A").replace(",", "%2C") if property_ else text
