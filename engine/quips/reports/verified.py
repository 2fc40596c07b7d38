"""What came of verifying a round, on a screen and as JSON; ``round-verify.schema.json`` describes and versions its shape."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from quips.peeraudit.trail import SEAL_SHOWN, Row
from quips.peeraudit.verifying import Check, Verified
from quips.problems import Level
from quips.reports.roundcounts import counted
from quips.reports.roundlog import WHO
from quips.reports.wording import wrap

SHAPE_VERSION = 1
_RIGHT = {
    "trail": ("{n}, each sealed to the one before it, and none missing.", "row", "The trail is empty: nothing was done yet."),
    "files": ("{n} that steps rest on, as when they were written.", "file", "No step rests on a file."),
    "left_over": ("Nothing else lies among them.", "", "Nothing else lies among them."),
    "plan": ("What the draw rests on is as it was.", "", ""),
    "draw": ("Made again, the draw and its replacements give the same {n}.", "case", "Nothing has been drawn."),
    "readings": ("{n} read again from the forms that were kept: the same.", "reading", "None came from a form."),
    "reports": ("{n} whose figures were worked out again: the same.", "report", "None was made."),
}
_NAMES = {"left_over": "Left over"}


def verified_text(found: Verified, width: int) -> str:
    """Return what came of verifying a round as text.

    Args:
        found: What came of it.
        width: The width of a line, in characters.
    """
    return "\n".join(_lines(found, width)) + "\n"


def verified_json(found: Verified) -> str:
    """Return what came of verifying a round as JSON."""
    last = found.rows[-1] if found.rows else None
    value = {
        "version": SHAPE_VERSION,
        "sound": found.is_sound,
        "rows": len(found.rows),
        "seal": last.seal if last else None,
        "at": last.at if last else None,
        "checks": [
            {
                "name": check.name,
                "looked_at": check.looked_at,
                "problems": [
                    {
                        "level": str(problem.level),
                        "file": problem.place.file,
                        "line": problem.place.line or None,
                        "name": problem.name,
                        "message": problem.message,
                        "hint": problem.hint or None,
                    }
                    for problem in check.problems
                ],
                "not_done": list(check.not_done),
            }
            for check in found.checks
        ],
        "seal_asked": found.asked or None,
        "seal_found": found.found and {"row": found.found.number, "at": found.found.at, "did": found.found.step.did},
    }
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _lines(found: Verified, width: int) -> Iterator[str]:
    wrong = len(found.wrong)
    aside = any(check.not_done for check in found.checks)
    if wrong:
        head = f"{wrong} {'thing is' if wrong == 1 else 'things are'} wrong."
    else:
        head = "Nothing that was looked at is wrong; what could not be looked at is told below." if aside else "Nothing is wrong."
    yield click.style(head, bold=True)
    for check in found.checks:
        yield from _check(check, width)
    if found.found is not None:
        yield from wrap(f"Seal: {_of(found.found, found.rows)}", width, subsequent_indent="  ")
    if found.rows:
        last = found.rows[-1]
        yield from wrap(f"Last row: {last.number}, {_when(last)}, with the seal {last.seal[:SEAL_SHOWN]}.", width)
    yield from wrap(WHO, width)


def _check(check: Check, width: int) -> Iterator[str]:
    name = _NAMES.get(check.name, check.name.capitalize())
    if not check.problems and check.name in _RIGHT:
        some, one, none = _RIGHT[check.name]
        words = some.format(n=counted(check.looked_at, one)) if check.looked_at else none
        if words and not (check.not_done and not check.looked_at):
            yield from wrap(f"{name}: {words}", width, subsequent_indent="  ")
    elif check.problems:
        errors = sum(problem.level is Level.ERROR for problem in check.problems)
        yield click.style(f"{name}: {errors} wrong" if errors else f"{name}: {len(check.problems)} to look at", bold=True)
        for problem in check.problems:
            yield from wrap(str(problem), width, initial_indent="  ", subsequent_indent="    ")
    for words in check.not_done:
        yield from wrap(f"{name}: {words}", width, subsequent_indent="  ")


def _of(row: Row, rows: tuple[Row, ...]) -> str:
    since = len(rows) - row.number
    steps = "No step was" if not since else "One step was" if since == 1 else f"{since} steps were"
    case = f", {row.step.case}" if row.step.case else ""
    return f"it is that of row {row.number}, {_when(row)} ({row.step.did} by {row.step.who}{case}). {steps} taken since."


def _when(row: Row) -> str:
    return f"{row.at[:10]} {row.at[11:16]} UTC"
