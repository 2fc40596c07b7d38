"""A sample that was drawn, on a screen, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from quips.reports.wording import wrap
from quips.sampling import Draw, Row
from quips.shares import Share

LEANS = (
    "Cases were taken in for minimum numbers, so the sample holds more of their kind than the list does, and a share of the "
    "whole sample leans their way."
)
CSV_COLUMNS = ("order", "reference", "group", "as", "taken_for", "instead_of")


def sample_text(draw: Draw, sized_by: str, notes: list[str], marking: str, width: int) -> str:
    """Return a sample as text.

    Args:
        draw: The sample.
        sized_by: How its size came about, in words.
        notes: What else has to be said.
        marking: The marking.
        width: The width to wrap at.
    """
    lines = [f"{len(draw.drawn)} of {draw.eligible} cases drawn   {marking}", ""]
    lines += wrap(f"Size: {sized_by}", width, subsequent_indent="  ")
    by = ", then ".join(draw.by) if draw.by else "nothing: every case had the same chance"
    lines += wrap(f"In proportion to: {by}", width, subsequent_indent="  ")
    lines += wrap(
        f"Seed: {draw.seed}. With this list, these options and this seed, anybody draws the same cases. "
        f"The list's digest is {draw.digest[:12]}; another digest is another list.",
        width,
        subsequent_indent="  ",
    )
    lines += _section("Cases to read, in the order they were drawn", _cases(draw))
    waiting = [f"{_group(group)}: {', '.join(names)}" for group, names in draw.next_in_line.items() if names]
    lines += _section("Next in line, if a case of the group cannot be read", waiting, width)
    lines += _section("Left out before the draw", [f"{name}: {why}" for name, why in draw.excluded.items()], width)
    lines += _section("Drawn, and cannot be read", [f"{name}: {why}" for name, why in draw.replaced.items()], width)
    lines += _section("The sample beside the list", _composition(draw))
    leaning = [LEANS] if any(one.taken_for for one in draw.drawn) else []
    lines += _section("To know", [*draw.shortfalls, *leaning, *notes], width)
    return "\n".join(lines) + "\n"


def sample_json(draw: Draw, sized_by: str, notes: list[str], marking: str) -> str:
    """Return a sample as JSON, with everything that is needed to repeat it."""
    return (
        json.dumps(
            {
                "marking": marking,
                "seed": draw.seed,
                "size": draw.size,
                "sized_by": sized_by,
                "by": draw.by,
                "eligible": draw.eligible,
                "digest": draw.digest,
                "cases": [
                    {
                        "reference": one.case.reference,
                        "group": dict(zip(draw.by, one.group, strict=True)),
                        "taken_for": one.taken_for,
                        "instead_of": one.instead_of,
                    }
                    for one in draw.drawn
                ],
                "next_in_line": [
                    {"group": dict(zip(draw.by, group, strict=True)), "references": names}
                    for group, names in draw.next_in_line.items()
                ],
                "excluded": draw.excluded,
                "replaced": draw.replaced,
                "composition": [
                    {"column": row.column, "value": row.value, "in_list": row.in_list, "in_sample": row.in_sample}
                    for row in draw.composition
                ],
                "shortfalls": draw.shortfalls,
                "notes": notes,
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def sample_csv(draw: Draw) -> str:
    """Return a sample as CSV: the cases to read, then those next in line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for number, one in enumerate(draw.drawn, 1):
        writer.writerow([number, *map(_cell, (one.case.reference, _group(one.group), "drawn", one.taken_for, one.instead_of))])
    for group, names in draw.next_in_line.items():
        for number, name in enumerate(names, 1):
            writer.writerow([number, *map(_cell, (name, _group(group), "next in line", "", ""))])
    return out.getvalue()


def _cell(text: str) -> str:
    """A spreadsheet takes what begins with one of these for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def _cases(draw: Draw) -> Iterator[str]:
    digits, longest = len(str(len(draw.drawn))), max(len(one.case.reference) for one in draw.drawn)
    for number, one in enumerate(draw.drawn, 1):
        asides = [
            f"for the minimum of {one.taken_for}" if one.taken_for else "",
            f"instead of {one.instead_of}" if one.instead_of else "",
        ]
        words = "; ".join(filter(None, [_group(one.group) if one.group else "", *asides]))
        yield f"{number:>{digits}}. {one.case.reference:<{longest}}  {words}".rstrip()


def _composition(draw: Draw) -> Iterator[str]:
    if not draw.composition:
        return
    longest = max(len(_named(row)) for row in draw.composition)
    yield f"{'':<{longest}}  {'list':>12}  {'sample':>12}"
    for row in draw.composition:
        of_list, of_sample = (
            Share(row.in_list, draw.eligible - row.in_list),
            Share(row.in_sample, len(draw.drawn) - row.in_sample),
        )
        yield f"{_named(row):<{longest}}  {_counted(of_list):>12}  {_counted(of_sample):>12}"


def _counted(share: Share) -> str:
    """A count with its percentage; no interval, since it is what was drawn and not what was found."""
    return f"{share.yes} ({share.percent}%)" if share.of else "0"


def _named(row: Row) -> str:
    return f"{row.column}: {row.value}" if row.column else row.value


def _group(group: tuple[str, ...]) -> str:
    return ", ".join(group) if group else "any"


def _section(title: str, items: Iterator[str] | list[str], width: int = 0) -> list[str]:
    found = list(items)
    lines = [line for item in found for line in (wrap(item, width, subsequent_indent="  ") if width else [item])]
    return ["", title, *(f"  {line}" for line in lines)] if found else []
