"""The report of a round: a few lines, then what was found in plain words, then the tables, then how all of it was worked out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from quips.explain import day_in_words
from quips.peeraudit.figures import Figures
from quips.peeraudit.trail import SEAL_SHOWN
from quips.reports import roundtables
from quips.reports.blocks import Block, Chart, Heading, Paper, Points, Section, Table, Words
from quips.reports.changetext import left_out_words, rounds_words
from quips.reports.charts import Bar
from quips.reports.roundcounts import counted
from quips.reports.roundlog import WHO
from quips.reports.roundshort import in_short
from quips.reports.roundsummary import gaps_words, is_of_one_part, numbered, repeats, summary
from quips.reports.scoretext import INDICATIVE, LIMITS, MARKS_MEAN
from quips.reports.wording import in_use_words, own_rules_words
from quips.rounds import Comparison
from quips.scoring.schemes import bands_of
from quips.shares import LEAST


@dataclass(frozen=True)
class RoundReport:
    """The report of a round, ready to be shown.

    Attributes:
        name: What the round is called.
        marking: The protective marking.
        number: Which report of the round it is, from 1; None for one that is not kept.
        figures: What it says.
        change: What changed since an earlier round; None if none was named.
        earlier: The seal of the earlier round; empty if none was named.
        earlier_rows: How many rows its trail had.
    """

    name: str
    marking: str
    number: int | None
    figures: Figures
    change: Comparison | None = None
    earlier: str = ""
    earlier_rows: int = 0

    @property
    def title(self) -> str:
        """What it is called."""
        return f"Peer audit: {self.name}"

    @property
    def day(self) -> str:
        """The day of the report, in words."""
        return day_in_words(date.fromisoformat(self.figures.as_at).toordinal())

    @property
    def seal(self) -> str:
        """The seal that the report rests on, as it is printed."""
        return self.figures.seal[:SEAL_SHOWN]


def paper(report: RoundReport) -> Paper:
    """Return the report of a round as it is to be read.

    Args:
        report: The report.
    """
    found = report.figures
    number = f"Report {report.number}, made on " if report.number else "Made on "
    years = in_use_words(found.edition)
    under = (
        f"{found.edition.title}{f', {years}' if years else ''}: the edition that was chosen for this round.",
        f"{number}{report.day}.{_instead(report.number or 1)} Seal {report.seal}.",
    )
    sections = [
        Section("In short", [*in_short(found)]),
        Section("What was read, found and done", [*summary(found)]),
        Section("The cases", [*roundtables.cases(found)]),
        Section("Scores", [*_scores(found)]),
        Section("Root gaps", [*_gaps(found)]),
        *_groups(found),
        *_change(report),
        Section("Good practice", [*roundtables.good_practice(found)]),
        Section("What was done about it", [*roundtables.put_right(found)]),
        Section("How the readers judged", [*_readers(found)]),
        Section("How this was worked out", [*_how(report)]),
    ]
    return Paper(report.title, under, report.marking, f"{report.name}. Seal {report.seal}. ", sections)


def _instead(number: int) -> str:
    """Say which reports this one replaces, by its number; empty for the first, and for one that is not kept."""
    before = {1: "", 2: "report 1", 3: "reports 1 and 2"}.get(number, f"reports 1 to {number - 1}")
    return f" It replaces {before}." if before else ""


def _scores(found: Figures) -> Iterator[Block]:
    if found.card is None:
        yield Words("No case is settled yet, so there is no score.")
        return
    bands = bands_of(found.edition.scoring)
    is_open = " Where an interval reaches into more than one band, the rating is open between them." if bands else ""
    yield Words(
        f"{INDICATIVE}{is_open} Questions that fewer than {LEAST} cases are about are not counted, and their figures are not "
        "shown."
    )
    same = repeats(found)
    nodes = (one for one in found.card.walk() if one.measure and not one.is_question)
    scored = [one for one in nodes if not is_of_one_part(one) and one.name not in same]
    if scored:
        measured = [(one, one.measure) for one in scored if one.measure]
        yield Chart(
            "Chart of the scores, with their intervals. The table after it has the same figures.",
            [Bar(roundtables.shortened(numbered(one)), measure, one.told) for one, measure in measured],
            bands,
        )
        yield roundtables.scores(found, scored)
    yield roundtables.questions(found)
    if roundtables.is_marked(found):
        yield Words(MARKS_MEAN)


def _gaps(found: Figures) -> Iterator[Block]:
    patterns = found.patterns
    if patterns.cases < LEAST:
        yield Words(f"Fewer than {LEAST} cases are settled, so gaps are not counted.")
        return
    told = gaps_words(found) if patterns.roots else f"In {counted(patterns.without, 'settled case')} no gap was found."
    yield Words(f"A root gap is one that no other gap explains. What follows from it stands beneath it. {told}")
    if patterns.roots:
        if roundtables.measured(found):
            yield roundtables.gap_chart(found)
        yield roundtables.gaps(found)
    if patterns.aside:
        yield Words("Set aside after the officer or the senior disputed it, and not counted above:")
        yield Points([f"{one.title}: {counted(one.cases, 'case')}" for one in patterns.aside])
        yield Words("A question that was answered no because of one of these still counts as no, unless it was disputed too.")


def _groups(found: Figures) -> Iterator[Section]:
    """Yield the groups of cases of each column side by side, with the warning not to compare said once."""
    if not found.by or found.card is None:
        return
    few = f"Groups of fewer than {LEAST} cases are not shown, nor any other figure from which theirs could be worked out."
    blocks: list[Block] = [
        Words(found.card.caveat, stands_out=True),
        Words(f"{few} {LIMITS}" if roundtables.shows_limits(found) else few),
    ]
    for column in found.by:
        blocks += [Heading(f"By {found.named[column]}"), *roundtables.groups(found, column)]
    yield Section("Groups of cases side by side", blocks)


def _change(report: RoundReport) -> Iterator[Section]:
    change = report.change
    if change is None:
        return
    blocks: list[Block] = [Words(report.figures.card.caveat, stands_out=True)] if report.figures.card else []
    blocks += [Words(" ".join([rounds_words(change), *change.notes]))]
    rows: list[tuple[str, ...]] = []
    node = ""
    for question in change.questions:
        if question.node != node:
            node = question.node
            rows.append((node,))
        rows.append((question.title, question.told))
    blocks.append(Table("What changed, question by question", ("Question", "Change"), rows, (6, 11)))
    blocks += [Words(words) for words in [left_out_words(change)] if words]
    yield Section(f"Since {change.rounds[0].name}", blocks)


def _readers(found: Figures) -> Iterator[Block]:
    yield Heading("Where two people read the same case")
    yield from roundtables.agreement(found)
    yield Heading("Where readers judged otherwise than the record suggested")
    yield from roundtables.overturned(found)


def _how(report: RoundReport) -> Iterator[Block]:
    found = report.figures
    notes = found.card.notes if found.card else ()
    yield from (Words(note) for note in notes)
    undecided = len(found.card.undecided) if found.card else 0
    if undecided:
        yield Words(f"On {counted(undecided, 'answer')} readers differ and nothing was settled, so they count for nothing.")
    drawn = f" They were drawn from {found.eligible}." if found.eligible else ""
    yield Words(
        f"Counted are the settled cases: {found.patterns.cases} of {found.progress.cases} in the round.{drawn} Intervals are 95% "
        "intervals (Wilson). That of a score is worked out from the ends of those of its questions, so it is wider than a 95% "
        "interval of the score itself would be. Intervals are narrower where many of the cases that may be meant were read. Of "
        "groups by a column that the draw did not count by, it is not known how many those are, so theirs are wider."
    )
    yield Words(
        f"{WHO} The folder's own permissions decide who could write in it. What was found is what the records show, read by "
        "rules and judged by readers; it is indicative."
    )
    own = own_rules_words(found.own_rules)
    if own:
        yield Words(own, stands_out=True)
    earlier = f" The earlier round was taken at its seal {report.earlier[:SEAL_SHOWN]}." if report.earlier else ""
    yield Words(
        f"Edition: {found.edition.title}. Digest of the framework and the rules: {found.rules}. Trail: row {found.rows}, seal "
        f"{found.seal}.{earlier}"
    )
    yield Words(f"To see that nothing was changed since: quips round verify FOLDER --seal {report.seal}")
