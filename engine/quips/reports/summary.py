"""One line for each case: where there are many, whom to look at first comes before what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from quips.audits import Audit
from quips.reports.wording import INDICATIVE, URGENT, wrap
from quips.statuses import Verdict

_COLUMNS = ("case", "roots", "gaps", "open", "urgent", "file")
_NUMBERS = slice(1, 4)
_MARKED = "A live case with an open gap about a child, a victim or MAPPA is marked below."
_MEANING = (
    "Roots are the gaps to begin with; the others follow from them. Open is what is for the auditor, cannot be told yet, is not "
    "on a record that is not complete, or is not yet due."
)


def summary_text(audits: Sequence[Audit], marking: str, width: int, whole: bool) -> str:
    """Return one line for each case, in the order given.

    Args:
        audits: The audits.
        marking: The protective marking.
        width: The width of a line of prose, in characters.
        whole: Whether the whole reports follow; if not, it is said how to see them.
    """
    return "\n".join(_lines(audits, marking, width, whole)) + "\n"


def _lines(audits: Sequence[Audit], marking: str, width: int, whole: bool) -> Iterator[str]:
    title = f"{len(audits)} case{'s' if len(audits) != 1 else ''}"
    yield click.style(title, bold=True) + (f"   {marking}" if marking else "")
    if not whole:
        for warning in (warning for audit in audits for warning in audit.warnings):
            yield from wrap(f"Warning: {warning.place}: {warning.message} {warning.hint}", width)
    if any(audit.urgent for audit in audits):
        yield ""
        for line in wrap(f"{URGENT} {_MARKED}", width):
            yield click.style(line, bold=True)
    yield ""
    rows = [_row(audit) for audit in audits]
    widths = [max(map(len, column)) for column in zip(_COLUMNS, *rows, strict=True)]
    yield click.style(_aligned(_COLUMNS, widths), bold=True)
    for row in rows:
        yield _aligned(row, widths)
    yield ""
    yield from wrap(_MEANING, width)
    if not whole:
        most = max(audits, key=lambda audit: len(audit.gaps))
        yield f"To see one whole: quips audit {_file(most)}"
        yield "To see them all: the same command with --full."
        yield from wrap(INDICATIVE, width)


def _row(audit: Audit) -> tuple[str, ...]:
    counts = (len(audit.gaps), len(audit.with_verdict(Verdict.GAP)), len(audit.with_verdict(Verdict.OPEN)))
    urgent = ", ".join("MAPPA" if concern == "mappa" else concern for concern in audit.urgent)
    return (audit.case.reference, *map(str, counts), urgent, Path(_file(audit)).name)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    numbers = range(len(row))[_NUMBERS]
    cells = [
        cell.rjust(width) if n in numbers else cell.ljust(width) for n, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _file(audit: Audit) -> str:
    return audit.case.document.file if audit.case.document else ""
