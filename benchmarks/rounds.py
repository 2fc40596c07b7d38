"""Measures how long a round's report and its verification take; run by hand: ``python benchmarks/rounds.py``.

A composed round of 461 cases, as many as the published account of TV Quips in 2009 says were read in one year, each read once and
every fifth twice, all settled and fed back. The readings are case files without forms, so reading a form again is measured apart,
on one form, and told as what it would come to. Every figure is of this machine and this run, on one core.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import quips.peeraudit.verifying as verifying
from quips.peeraudit.book import Book
from quips.peeraudit.feedback import roots_of
from quips.peeraudit.figures import figures_of
from quips.peeraudit.folder import Turn, digest_of
from quips.peeraudit.folding import state_of
from quips.peeraudit.handingin import reading_text
from quips.peeraudit.issuing import issue
from quips.peeraudit.reworking import Written
from quips.peeraudit.trail import BEGINNING, Row, Step, seal
from quips.reports.readingforms import reading_form
from quips.reports.roundpaper import RoundReport
from quips.reports.roundreports import ROUND_FORMATS
from quips.reports.roundrows import SHAPE_VERSION, change_digest, figures_digest, said_digest

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from reported_round import PROMPTS, SOURCES, ReportedRound
from round_at_hand import case_text, listed_case, plan
from round_forms import InHand, example

CASES, EVERY = 461, 5
AT, DAY = "2026-10-01T09:00:00Z", "2026-12-10"
GROUPS = {"North": ["R01", "R06"], "South": ["R02", "R03"], "East": ["R04", "R05"]}


def main() -> None:
    """Print how long each step takes."""
    with tempfile.TemporaryDirectory() as folder:
        found = ReportedRound(Path(folder) / "round", plan(PROMPTS))
        rows = composed(found)
        n_readings = sum(row.step.did == "submitted" for row in rows)
        print(f"{CASES} cases, {n_readings} readings, {len(rows)} rows")

        started = perf_counter()
        state = state_of(rows)
        print(f"state of the round: {perf_counter() - started:.2f} s")
        started = perf_counter()
        book = Book(found.folder, found.plan, found.book.auditor)
        figures = figures_of(book, state, DAY)
        print(f"figures: {perf_counter() - started:.2f} s")
        report = RoundReport(found.plan.name, found.plan.marking, 1, figures)
        judged = book.judged(state)
        for form, render in ROUND_FORMATS.items():
            started = perf_counter()
            size = len(render(report, judged))
            print(f"{form}: {perf_counter() - started:.2f} s, {size // 1024} KB")

        made = {"as_at": DAY, "rules": figures.rules, "shape": SHAPE_VERSION, "quips": "", "rows": len(rows)}
        rows = written(found, rows, [Step("L01", "reported", about={**made, "figures": figures_digest(figures)})])
        # the plan of this round is made in code and its cases are not drawn from a list, so these two are left out
        verifying.read_plan = lambda *_: found.plan
        verifying.replay = lambda *_: []
        started = perf_counter()
        how = Written(SHAPE_VERSION, "", figures_digest, change_digest, said_digest)
        result = verifying.verify(found.folder, found.book.auditor, how)
        print(f"verified, without forms: {perf_counter() - started:.2f} s, sound: {result.is_sound}")
        each = one_form(Path(folder) / "small")
        whole, waited, count = all_forms(Path(folder) / "forms")
        print(f"{count} forms laid out: {whole:.2f} s, of which others wait {waited:.2f} s")
        forms = 2 * n_readings
        print(f"one form read again: {each:.2f} s; {forms} of them, facts and judgements, would take {each * forms:.0f} s more")


def composed(found: ReportedRound) -> list[Row]:
    """Compose the round, row by row: to take each step through a turn would read the whole trail for each."""
    sources, names = [*SOURCES.values()], [f"TV-{n:04}" for n in range(CASES)]
    texts = {source: case_text("CASE", dict.fromkeys(PROMPTS, "yes"), source) for source in sources}
    cases = [listed_case(name, n) for n, name in enumerate(names)]
    teams = [*GROUPS]
    allocated, steps = {}, []
    for n, case in enumerate(cases):
        first, second = [team for team in teams if team != case["team"]]
        allocated[case["case"]] = {"group": first, "reader": GROUPS[first][n % 2]}
        if n % EVERY == 0:
            allocated[case["case"]]["second_reader"] = GROUPS[second][n % 2]
    (found.path / "readings").mkdir()
    for n, name in enumerate(names):
        given = allocated[name]
        for who in filter(None, (given["reader"], given.get("second_reader"))):
            path = f"readings/{name}.{who}.1.yaml"
            data = texts[sources[n % len(sources)]].replace("CASE", name, 1).encode()
            (found.path / path).write_bytes(data)
            about = {"version": 1, "reading": path, "form": "", "complete": True, "good_practice": ["Letters in plain words."]}
            steps.append(Step(who, "submitted", name, about, {path: digest_of(data)}))
        steps.append(Step("M01", "moderated", name, {"record_of": given["reader"]}))
    drawn = {"seed": "seven", "size": CASES, "eligible": 4000, "cases": cases}
    first = [Step("L01", "drew", about=drawn), Step("L01", "allocated", about={"groups": GROUPS, "cases": allocated})]
    rows = written(found, [], [*first, *steps])
    state = state_of(rows)
    return written(found, rows, [fed_back(found, state.cases[name]) for name in names])


def fed_back(found: ReportedRound, case: Any) -> Step:
    """Return the step of feedback on a case, with an action for each root gap."""
    audit = found.book.settled(case)
    assert audit is not None
    gaps = [root.rule for root in roots_of(audit, frozenset())]
    said = {"owner": case.officer, "due": "2026-11-01", "status": "open", "done_on": "", "evidence": ""}
    actions = [{"number": n, "rule": r.name, "title": r.title, "remedy": r.remedy, **said} for n, r in enumerate(gaps, 1)]
    return Step("L01", "fed_back", case.reference, {"actions": actions})


def written(found: ReportedRound, rows: list[Row], steps: list[Step]) -> list[Row]:
    """Return rows with more after them, and write all of them."""
    rows = [*rows]
    for step in steps:
        rows.append(seal(len(rows) + 1, AT, step, rows[-1].seal if rows else BEGINNING))
    (found.path / "trail.jsonl").write_text("".join(f"{row.line}\n" for row in rows), encoding="utf-8")
    (found.path / "trail.end").write_text(f"{len(rows)} {rows[-1].seal}\n", encoding="utf-8")
    return rows


def all_forms(path: Path) -> tuple[float, float, int]:
    """Return how long it takes to lay out a form for every case, how much of it others wait, and how many there are."""
    found = ReportedRound(path, plan(PROMPTS))
    found.draw([f"TV-{n:04}" for n in range(CASES)])
    found.allocate()
    take_turn, waited = found.folder.turn, [0.0]

    @contextmanager
    def timed() -> Iterator[Turn]:
        with take_turn() as turn:
            begun = perf_counter()
            yield turn
            waited[0] += perf_counter() - begun

    found.folder.turn = timed  # type: ignore[method-assign]
    started = perf_counter()
    count = len(issue(found.book, reading_form))
    return perf_counter() - started, waited[0], count


def one_form(path: Path) -> float:
    """Return how long it takes to read a filled form of facts again, the middle of three times."""
    small = ReportedRound(path, plan(PROMPTS))
    small.draw(["TV-1"])
    small.allocate()
    [made] = issue(small.book, reading_form)
    data = InHand((path / made.path).read_bytes()).record(example()).saved()
    times = []
    for _ in range(3):
        started = perf_counter()
        reading_text(small.book, data, made.path)
        times.append(perf_counter() - started)
    return sorted(times)[1]


if __name__ == "__main__":
    main()
