"""The tables of a round's report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from textwrap import shorten

from quips.explain import in_sentence
from quips.judged import Overturned
from quips.peeraudit.figures import Disputed, Figures
from quips.peeraudit.patterns import BECAME, CLOSED, LATE, STILL_OPEN, UNSURE, RootGap
from quips.peeraudit.state import DONE, OPEN, SET_ASIDE, STANDS, TAKEN_BACK, WITHDRAWN, Gone
from quips.problems import listed
from quips.readings import Reading
from quips.reports.blocks import Block, Chart, Points, Table, Words
from quips.reports.charts import Bar
from quips.reports.roundcounts import cases_words, counted
from quips.reports.roundsummary import (
    asked,
    follows_words,
    is_of_one_part,
    numbered,
    others_words,
    questions_of,
    rests_on,
    status_cases,
)
from quips.reports.scorepage import areas_of, grouped
from quips.reports.scoretext import limits_words, marks, overturned_words, rating_words
from quips.reports.wording import gap_status, gap_words
from quips.scoring.cards import Group
from quips.scoring.measures import Measure
from quips.scoring.tree import Scored
from quips.shares import LEAST, is_small

OUTCOMES = {STANDS: "The finding stands", SET_ASIDE: "Set aside", "": "Not answered yet"}
OUTCOMES_OF_SEVERAL = {SET_ASIDE: "set aside in", STANDS: "stands in", "": "not answered yet in"}
BECAME_WORDS = {
    CLOSED: "closed",
    LATE: "done late, which cannot be undone",
    UNSURE: "for people to judge",
    STILL_OPEN: "still open",
}
ACTION_WORDS = {DONE: "done", OPEN: "open", WITHDRAWN: "withdrawn", TAKEN_BACK: "taken back with refused feedback"}
GAPS_IN_CHART = 10
_GAPS_IN_GROUPS = 5
_BESIDE_A_BAR = 85
_OVERTURNED_SHOWN = 10


def capital(words: str) -> str:
    """Return words with their first letter large, whatever the others are."""
    return words[:1].upper() + words[1:]


def shortened(title: str) -> str:
    """Return a title cut to what stands beside a bar of a chart."""
    return shorten(title, _BESIDE_A_BAR, placeholder=" …")


def cases(found: Figures) -> Iterator[Block]:
    """Yield how far the cases are, and how they represent the list."""
    progress = found.progress
    rows = [(str(phase).capitalize(), str(count)) for phase, count in progress.phases.items() if count]
    yield Table("How far the cases are", ("Cases that are", "Number"), [*rows, ("All", str(progress.cases))], (12, 5))
    if found.composition:
        yield Table(
            "The cases beside the list that they were drawn from, by what the list said then",
            ("Kind of case", "On the list", "Drawn", "Settled"),
            [*_composition(found)],
            (8, 3, 3, 3),
        )

    if found.left_out:
        reasons = Counter(found.left_out.values())
        told = "; ".join(f"{why} ({cases_words(number)})" for why, number in reasons.most_common())
        yield Words(f"Left out by the plan before the draw, and in no figure: {told}.")
    if found.gone:
        yield Table(
            "Taken out after the draw",
            ("Case", "Read before", "Why"),
            [(name, *_why(one)) for name, one in found.gone.items()],
            (3, 3, 11),
        )


def _why(one: Gone) -> tuple[str, str]:
    what = "Should not have been drawn" if one.not_eligible else "Could not be read"
    return "yes" if one.was_read else "no", f"{what}. {one.because}"


def _composition(found: Figures) -> Iterator[tuple[str, ...]]:
    in_all = found.eligible or 0
    drawn, settled = found.progress.cases, found.progress.settled
    before = ""
    for row in found.composition:
        column = found.named.get(row.column, "kinds of case of which there should not be too few")
        if column != before:
            before = column
            yield (capital(column),)
        counts = [
            _of(row.in_list, in_all),
            _of(row.in_sample, drawn),
            "not known" if row.settled is None else _of(row.settled, settled),
        ]
        yield (row.value.replace("_", " ") or "not given", *counts)


def _of(number: int, whole: int) -> str:
    return f"{number} ({(200 * number + whole) // (2 * whole)}%)" if whole else str(number)


def scores(found: Figures, scored: Sequence[Scored]) -> Table:
    """Return the scores of headlines, sections and criteria."""
    rows = [(f"{numbered(one)}{marks(one)}", f"{one.told}{rests_on(one)}", rating_words(one)) for one in scored]
    return _rated("Scores", ("What is scored", "Score"), rows, (8, 5, 4))


def _rated(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]], widths: tuple[float, ...]) -> Table:
    """Return a table of scores, its last column of ratings; without that where the edition gives none."""
    if any(row[-1] for row in rows if len(row) > 1):
        return Table(title, (*head, "Rating or comment"), rows, widths)
    return Table(title, head, [row[:-1] if len(row) > 1 else row for row in rows], widths[:-1])


def questions(found: Figures) -> Table:
    """Return every question that any case is about, with its share."""
    rows = [(f"{one.title}{marks(one)}", one.told) for one in questions_of(found) if one.share and one.share.of]
    return Table("Question by question", ("Question", "Answered yes"), rows, (10, 7))


def is_marked(found: Figures) -> bool:
    """Whether anything in the tables of scores has a mark that has to be explained."""
    return found.card is not None and any(marks(one) for one in found.card.walk())


def measured(found: Figures) -> list[tuple[str, Measure, RootGap]]:
    """Return the commonest root gaps of which there is a percentage, each with its label in a chart, numbered as in the table.

    There is none where the commonest has no percentage: a chart without it would show others as the commonest.
    """
    if not any(gap.measure for gap in found.patterns.roots[:1]):
        return []
    shown = [
        (shortened(f"{n}. {capital(gap_status(gap.rule, gap.statuses))}: {in_sentence(gap.rule.title)}"), gap.measure, gap)
        for n, gap in enumerate(found.patterns.roots, 1)
        if gap.measure
    ]
    return shown[:GAPS_IN_CHART]


def gap_chart(found: Figures) -> Chart:
    """Return the shares of the commonest root gaps of which there is a percentage."""
    rows = [Bar(label, measure, gap.told) for label, measure, gap in measured(found)]
    words = (
        f"Chart of the commonest root gaps, {GAPS_IN_CHART} at the most: in how many of the cases that it applies to each is, "
        f"with intervals.{_not_drawn(found)}"
    )
    return Chart(words, rows, ())


def _not_drawn(found: Figures) -> str:
    """Say which root gaps before the last one in the chart are not in it; empty if all are."""
    drawn = [gap for _, _, gap in measured(found)]
    last = found.patterns.roots.index(drawn[-1]) if drawn else 0
    left = [n for n, gap in enumerate(found.patterns.roots[:last], 1) if gap.measure is None]
    if not left:
        return ""
    words = f"Number {left[0]} is" if len(left) == 1 else f"Numbers {listed(left, 'and')} are"
    return f" {words} in the table alone: of fewer than {LEAST} cases, or of cases mostly not known, there is no percentage."


def gaps(found: Figures) -> Table:
    """Return the root gaps, each with what follows from it, what would put it right, and what became of that."""
    rows = [
        (
            f"{n}. {gap_words(gap.rule, gap.statuses)}{_each(found, gap)}.{_with_it(gap)}",
            _cases(gap),
            f"{' In other cases: '.join(gap.remedies)}\n{_actions(found.beside.asked.get(gap.rule.name, {}))}{_became(gap)}",
        )
        for n, gap in enumerate(found.patterns.roots, 1)
    ]
    head = (
        "What should be there, and what it was",
        "Cases, of those that it applies to",
        "What officers were asked to do, and what became of it",
    )
    return Table("Root gaps, those of most cases first", head, rows, (6, 3, 8))


def _each(found: Figures, gap: RootGap) -> str:
    words = status_cases(found, gap)
    return f" ({words})" if words else ""


def _with_it(gap: RootGap) -> str:
    return f"\nWith it fell short: {follows_words(gap)}." if gap.leads_to else ""


def _cases(gap: RootGap) -> str:
    is_unknown = 0 < gap.open == gap.share.of - gap.share.yes
    words = [cases_words(gap.share.yes) if is_unknown else gap.told]
    if gap.also_follows:
        words.append(f"{others_words(gap, gap.also_follows)} it follows from another gap")
    if gap.open:
        words.append(f"{others_words(gap, gap.open)} it is not known")
    return f"{'; '.join(words)}."


def _actions(asked_in: Mapping[str, int]) -> str:
    """Say in how many cases with a root gap an action was set, as it stands by the newest letter; however often it was set."""
    words = [f"{ACTION_WORDS[status]} in {cases_words(asked_in[status])}" for status in ACTION_WORDS if asked_in.get(status)]
    return f"Action {listed(words, 'and')}." if words else "No action was set."


def _became(gap: RootGap) -> str:
    """Say what the case files show of a gap when they were read again, in how many cases; empty where none was."""
    parts = [f"{BECAME_WORDS[which]} in {gap.became[which]}" for which in BECAME if gap.became[which]]
    return f" When read again: {listed(parts, 'and')}." if parts else ""


def groups(found: Figures, column: str) -> Iterator[Block]:
    """Yield the scores and the commonest root gaps of the groups of a column, side by side."""
    card = found.by[column]
    name = found.named[column]
    if len(card.groups) == 1:
        yield Words(f"All settled cases are of one {name}: {card.groups[0].name}.")
        return
    sizes = listed((f"{group.name} ({cases_words(group.cases)})" for group in card.groups), "and")
    gaps_by = found.patterns.by[column]
    if not any(one.shares for one in gaps_by):
        yield Words(f"{sizes}: too few cases in a group to show any beside the others.")
        return
    yield Words(f"{sizes}.")
    rows: list[tuple[str, ...]] = []
    for scored, beside in grouped(card):
        if is_of_one_part(scored):
            continue
        rows.append((numbered(scored),))
        areas = areas_of(card, scored)
        for group, one in beside:
            limits = f" {limits_words(areas[group.name])}" if group.name in areas else ""
            rows.append((group.name, f"{one.told}{limits}", *_on_the_same(group, one, scored), rating_words(one)))
    if rows and all(one.measure is None for _, beside in grouped(card) for _, one in beside):
        yield Words(f"No score can be shown by {name}: too few questions are about enough cases in each group.")
    elif rows:
        head = (capital(name), "Score", "On how many questions", "All cases, on the same questions")
        yield _rated(f"Scores by {name}", head, rows, (3, 5, 4, 5, 4))
    common = found.patterns.roots[:_GAPS_IN_GROUPS]
    beneath = [
        row
        for gap in common
        for row in ((gap_words(gap.rule, gap.statuses),), *((one.name, one.told[gap.rule.name]) for one in gaps_by))
    ]
    yield Table(f"The commonest root gaps by {name}", (capital(name), "Of all cases of the group"), beneath, (6, 11))


def _on_the_same(group: Group, one: Scored, of_all: Scored) -> tuple[str, str]:
    """Say on how many of the questions of the whole a group's score rests, and what all cases come to on the same."""
    alike, (count, of) = group.alike_of(of_all), (one.rests_on[0], of_all.rests_on[0])
    return f"{count} of {counted(of, 'question')}" if of else "", alike.told if alike else ""


def shows_limits(found: Figures) -> bool:
    """Whether limits stand beside any score of a group."""
    return any(areas_of(card, scored) for card in found.by.values() for scored, _ in grouped(card))


def good_practice(found: Figures) -> Iterator[Block]:
    """Yield what readers called good practice, in their words; of which case it is said stands in the workbook."""
    if not found.good_practice:
        yield Words("No reader wrote any down.")
        return
    yield Words("In the readers' own words; of which case each is said stands in the workbook.")
    yield Points([one for words in found.good_practice.values() for one in words])


def put_right(found: Figures) -> Iterator[Block]:
    """Yield what became of actions, disputes and signatures."""
    done = found.put_right
    again = (
        ("Gaps closed by then", done.closed),
        ("Gaps of work done late, which cannot be undone", done.late),
        ("Gaps for people to judge: the record does not show whether they were put right", done.unsure),
        ("Gaps still open then", done.still_open),
        ("Gaps that were new then", done.new),
    )
    rows = [
        ("Cases on which feedback was given", found.progress.fed_back),
        ("Actions done", done.done),
        ("Actions open", done.open),
        ("of these overdue on the day of this report", done.overdue),
        ("Actions withdrawn", done.withdrawn),
        *((("Actions taken back with feedback that a director refused", done.taken_back),) if done.taken_back else ()),
        *((("Of all these actions, those of feedback that a director then refused", done.refused),) if done.refused else ()),
        ("Cases read again after the changes", done.reread),
        *(again if done.reread else ()),
        ("Cases that a director has countersigned", found.progress.countersigned),
        ("Times that a director refused to countersign", len(found.refusals)),
        ("Cases in which somebody might have been at risk, and it is written down who was told", found.raised.cases),
        (
            "Cases with a gap about a child, a victim or MAPPA of which nobody has written down what was done at once",
            found.unanswered,
        ),
    ]
    yield Table("What was done", ("What", "Number"), [(what, str(number)) for what, number in rows], (12, 5))
    if found.disputes:
        disputed: dict[str, list[Disputed]] = {}
        for one in found.disputes:
            disputed.setdefault(one.title, []).append(one)
        rows_of = [(title, _answers(of)) for title, of in disputed.items()]
        yield Table("Findings that were disputed", ("Finding", "Answer"), rows_of, (12, 5))
    if found.disputes or found.refusals:
        yield Words("What was said of single cases, in disputes, answers and refusals, is in the workbook and in the log.")


def _answers(disputes: Sequence[Disputed]) -> str:
    """Return how the disputes about one finding were answered; about that of several cases, in how many cases each way."""
    if len(disputes) == 1:
        return OUTCOMES[disputes[0].outcome]
    counts = Counter(one.outcome for one in disputes)
    told = [f"{OUTCOMES_OF_SEVERAL[which]} {counts[which]}" for which in OUTCOMES_OF_SEVERAL if counts[which]]
    cases_of = len({one.case for one in disputes})
    times = "" if cases_of == len(disputes) else f", {len(disputes)} times"
    return f"In {cases_words(cases_of)}{times}: {listed(told, 'and')}"


def agreement(found: Figures) -> Iterator[Block]:
    """Yield how far first and second readers agree on each question."""
    agreed = found.agreement
    if not agreed.questions:
        yield Words("No case was read by two people yet.")
        return
    told = f"{cases_words(agreed.cases).capitalize()} {'was' if agreed.cases == 1 else 'were'} read by two people."
    if agreed.cases < LEAST:
        yield Words(
            f"{told} With fewer than {LEAST} such cases only the number of same answers is given: readers often agree by chance."
        )
    else:
        yield Words(
            f"{told} Two readers who toss a coin agree on every other question. Kappa and AC1 say how far they agree beyond "
            "that: 1 is full agreement, 0 no more than chance. Kappa falls where almost every answer is the same, however well "
            "readers agree; AC1 does so far less. The interval says between what AC1 may lie, as few cases were read twice."
        )
    titles, title = asked(found), "Agreement on each question, the least agreed on first"
    if agreed.cases < LEAST:
        apart = [(titles[one.question], _alike(one)) for one in agreed.questions if one.raw.no]
        left = len(agreed.questions) - len(apart)
        if apart:
            yield Table("Questions on which two readers differed", ("Question", "Same answer"), apart, (14, 3))
        if left:
            yield Words(
                f"On {'all' if not apart else 'the other'} {counted(left, 'question')} they gave the same answer, which was "
                "often that the question does not apply."
            )
        return
    rows = [(titles[one.question], _alike(one), *_by_chance(one)) for one in agreed.questions]
    yield Table(title, ("Question", "Same answer", "Kappa", "AC1 and its interval"), rows, (8, 3, 2, 4))


def _alike(reading: Reading) -> str:
    return f"{reading.raw.yes} of {reading.raw.of}"


def _by_chance(reading: Reading) -> tuple[str, str]:
    kappa = "undefined" if reading.kappa is None else f"{reading.kappa:.2f}"
    ac1 = reading.ac1
    if ac1 is None:
        return kappa, "undefined"
    bounds = f" ({ac1.low:.2f} to {ac1.high:.2f})" if ac1.low is not None and ac1.high is not None else ""
    return kappa, f"{ac1.value:.2f}{bounds}"


def overturned(found: Figures) -> Iterator[Block]:
    """Yield how often readers judged otherwise than the record suggested, by question and by rule."""
    card = found.card
    if card is None:
        yield Words("No case is settled yet.")
        return
    titles = asked(found)
    for what, all_found, named in (("question", card.by_prompt, titles), ("rule", card.by_rule, found.titles)):
        some = [one for one in all_found if one.share.yes]
        if not some:
            yield Words(f"By {what}: nothing that the record suggested was judged otherwise.")
            continue
        shown = [one for one in some if not is_small(one.share)][:_OVERTURNED_SHOWN]
        if shown:
            rows = [(named.get(one.name, one.name), overturned_words(one, card)) for one in shown]
            yield Table(f"Judged otherwise, by {what}", (what.capitalize(), "Judged otherwise"), rows, (9, 8))
        yield from _not_shown(what, some, shown)


def _not_shown(what: str, some: Sequence[Overturned], shown: Sequence[Overturned]) -> Iterator[Block]:
    left = len(some) - len(shown)
    if left:
        are = "is" if left == 1 else "are"
        yield Words(f"{counted(left, f'more {what}')} {are} not shown: of too few cases, or seldom judged otherwise.")
