"""The page of what was measured against other engines, from what `benchmarks/engines.py` has kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from generating.words import page, table

_RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "engines.json"
_OURS = "Quips, reference engine"

Row = Mapping[str, Any]


def benchmarks_page() -> str:
    """Return the page of the benchmark against other engines."""
    kept = json.loads(_RESULTS.read_text(encoding="utf-8"))
    machine, rows = kept["machine"], kept["engines"]
    [ours] = [row for row in rows if row["name"] == _OURS]
    wrong = sum(row["wrong"] for name in ("engines", "growth_with_rules") for row in kept[name])
    intro = (
        f"Measured on {machine['on']} on {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"{machine['system']}, Python {machine['python']}; the load was {machine['load']} when it began. Figures of another run "
        "differ; the ratios differ less. To measure again: `python benchmarks/engines.py`, with the engines installed."
    )
    what = (
        "Each engine decides the same drawn cases by the same rules: one activity asked for within some days of the start, "
        "where two circumstances are so. That is what all of them can say. Quips is given each case with its forty entries, and "
        "also tells roots from what follows; the others are given the first day of each activity, looked up beforehand. Each "
        f"runs in a process of its own, case by case on one core, for up to {kept['enough_seconds']:.0f} seconds; the databases "
        "decide all cases by one query and may use all cores."
    )
    agreed = (
        "Every decision of every engine is the one that the definition in plain Python comes to."
        if not wrong
        else f"**{wrong} decisions differ from the definition in plain Python.**"
    )
    left_out = f"Left out, for want of being installed: {', '.join(kept['left_out'])}." if kept["left_out"] else ""
    return page(
        "How fast, beside other engines",
        intro,
        what,
        f"{agreed} {left_out}".strip(),
        table(("Engine", "Version", "Cases decided", "Cases a second", "Times Quips", "Peak memory, MB"), _engines(rows, ours)),
        [
            "## More rules",
            "",
            *table(("Rules", "Cases a second", "Microseconds a rule and case"), _growth(kept["growth_with_rules"])),
        ],
        _caseloads(),
    )


def _engines(rows: Iterable[Row], ours: Row) -> list[tuple[str, ...]]:
    return [
        (
            row["name"],
            row["version"],
            f"{row['cases']:,}",
            f"{row['cases_a_second']:,.0f}",
            f"{row['cases_a_second'] / ours['cases_a_second']:.2g}",
            f"{row['peak_mb']:,.0f}",
        )
        for row in rows
    ]


def _growth(rows: Iterable[Row]) -> list[tuple[str, ...]]:
    return [
        (str(row["rules"]), f"{row['cases_a_second']:,.0f}", f"{1e6 / row['cases_a_second'] / row['rules']:.1f}") for row in rows
    ]


def _caseloads() -> Iterator[str]:
    kept = json.loads((_RESULTS.parent / "caseloads.json").read_text(encoding="utf-8"))
    yield from ("## Whole caseloads", "")
    yield "`quips caseload` over synthetic cases of some forty entries each, by every shipped rule, from Parquet to findings and "
    yield "summaries in Parquet: `python benchmarks/whole_caseloads.py`. *Compiled* is the same source built with mypyc."
    yield ""
    head = (
        "Build",
        "Cases",
        "Findings",
        "Seconds",
        "Seconds at work, all processes",
        "Milliseconds at work a case",
        "Peak memory, MB",
    )
    yield from table(head, [_caseload(build, row) for build, one in kept.items() for row in one["rows"]])
    loads = " and ".join(f"{one['machine']['load']} after *{build}*" for build, one in kept.items())
    yield from ("", f"The load of the machine, of two cores, was {loads}, which is the work of the run itself.")
    yield from ("", "### What bounds it", "", _BOUNDS)


_BOUNDS = (
    "From a profile (`perf`) of 20,000 cases, compiled, on 27 November 2026: four fifths of the work is done by the "
    "workers, a fifth by the process that reads, checks, sorts and hands out. Of what a worker does about two thirds is "
    "deciding, a fifth making rows, and a tenth making cases of rows. Three fifths of it pass within Python itself, which "
    "looks names up, makes small objects and takes them away again; no function of ours has more than 3% to itself. A case "
    "has about 116 findings that apply, of 286 that are looked at. To audit 250,000 cases within a minute on two cores "
    "would leave four microseconds for each that applies, everything included; it takes about twelve. A worker holds some "
    "250 MB, for few cases as for many; what grows is the process that reads."
)


def _caseload(build: str, row: Row) -> tuple[str, ...]:
    each = 1000 * row["worked"] / row["cases"]
    whole = f"{row['cases']:,}", f"{row['findings']:,}", f"{row['wall']:,.1f}", f"{row['worked']:,.1f}"
    return build, *whole, f"{each:.2f}", f"{row['peak_mb']:,}"
