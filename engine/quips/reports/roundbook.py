"""The report of a round as an Excel workbook: one row for each case and prompt, one table on each sheet, and charts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quips.judged import AGREED, READER, SECOND_READER, Answer, Judged, words_of
from quips.peeraudit.figures import Figures
from quips.peeraudit.patterns import BECAME
from quips.peeraudit.state import DONE, OPEN, TAKEN_BACK, WITHDRAWN, Action
from quips.readings import Reading
from quips.reports.roundlog import WHO
from quips.reports.roundpaper import RoundReport
from quips.reports.roundsummary import UNFINISHED, asked, is_of_one_part, numbered, questions_of
from quips.reports.roundtables import BECAME_WORDS, OUTCOMES, capital, measured, shortened
from quips.reports.scorepage import grouped
from quips.reports.scoretext import INDICATIVE, rating_words
from quips.reports.tablebook import Row, TableBook
from quips.reports.wording import gap_words, in_use_words
from quips.scoring.measures import Measure
from quips.scoring.tree import Scored
from quips.shares import LEAST, Share, is_small, whole_percent

_ANSWERS = ("Prompt", "Question", "Settled answer", "First reader", "Second reader", "Settled between them")
_WHY = ("Reason", "Evidence", "Record suggested", "Judged otherwise")
_SHARE = ("Yes", "Of", "%", "Low %", "High %")


def to_workbook(report: RoundReport, judged: Judged) -> bytes:
    """Return the report of a round as the bytes of a workbook.

    Args:
        report: The report.
        judged: What was answered of the settled cases.
    """
    found = report.figures
    book = TableBook(report.title, report.marking)
    book.table("About", ("What", "Said"), [*_about(report)], (26, 110))
    columns = [*found.by]
    head = ("Case", *(capital(found.named[column]) for column in columns), *_ANSWERS, *_WHY)
    widths = (14, *(14 for _ in columns), 40, 50, 14, 14, 14, 14, 40, 12, 16, 16)
    book.table("Answers", head, [*_answers(found, judged, columns)], widths)
    if found.card:
        _scores(book, found, found.card.walk())
    if found.patterns.cases >= LEAST:
        _gaps(book, found)
    _rest(book, report)
    return book.data()


def _about(report: RoundReport) -> Iterator[Row]:
    found = report.figures
    yield "Report", report.title
    yield "Marking", report.marking
    yield "Made", f"On {report.day}, from row {found.rows} of the trail, with the seal {found.seal}."
    yield "Who may see it", "It has every answer about every case. Give it only to those who may see the cases one by one."
    yield (
        "Cases",
        f"{found.progress.settled} settled of {found.progress.cases} in the round, drawn from {found.eligible or 'a list'}.",
    )
    if not found.progress.is_finished:
        yield "Not finished", UNFINISHED
    yield "Standing", INDICATIVE
    yield "Who did what", WHO
    yield "Edition", ", ".join(filter(None, [found.edition.title, in_use_words(found.edition)]))
    yield "Framework and rules", f"Digest {found.rules}"
    yield "Small numbers", f"On sheets of figures, what rests on fewer than {LEAST} cases is left blank."
    if found.card:
        yield "On comparing", found.card.caveat


def _answers(found: Figures, judged: Judged, columns: Iterable[str]) -> Iterator[Row]:
    """Yield a row for each case and prompt, in the order of the draw and of the edition."""
    titles = asked(found)
    by: dict[tuple[str, str], dict[str, Answer]] = {}
    for answer in judged.answers:
        by.setdefault((answer.case, answer.question), {})[answer.role] = answer
    settled = {(answer.case, answer.question): answer for answer in judged.settled}
    order = {case: n for n, case in enumerate(judged.described)}
    prompts = {name: n for n, name in enumerate(titles)}
    for key in sorted(by, key=lambda one: (order[one[0]], prompts.get(one[1], 0), one[1])):
        case, prompt = key
        roles, last = by[key], settled.get(key)
        said = [words_of(roles[role].answer) if role in roles else "" for role in (READER, SECOND_READER, AGREED)]
        suggested = last.proposal if last else ""
        yield (
            *(case, *(judged.described[case].get(column, "") for column in columns), prompt, titles.get(prompt, "")),
            *(words_of(last.answer) if last else "not settled", *said),
            *((last.reason, last.evidence) if last else (None, None)),
            *(words_of(suggested), ("yes" if last and last.answer != suggested else "no") if suggested else ""),
        )


def _scores(book: TableBook, found: Figures, walked: Iterable[Scored]) -> None:
    nodes = [one for one in walked if one.measure and not one.is_question and not is_of_one_part(one)]
    rows = [(one.number, one.title, *_ends(one.measure), rating_words(one), one.told) for one in nodes]
    book.table("Scores", ("Number", "Title", "Score %", "Low %", "High %", "Rating", "Told"), rows, (10, 60, 9, 9, 9, 36, 40))
    book.chart("Chart of scores", ("Title", "Score %"), [(shortened(numbered(one)), one.measure) for one in nodes if one.measure])
    questions = [(one.name, one.title, *_share(one.share, one.measure), one.told) for one in questions_of(found)]
    book.table("Questions", ("Prompt", "Question", *_SHARE, "Told"), questions, (40, 60, 8, 8, 8, 8, 8, 44))
    beside = [
        (
            *(column, group.name, one.number, one.title, *_ends(one.measure), one.rests_on[0], scored.rests_on[0]),
            *(_ends(alike.measure if (alike := group.alike_of(scored)) else None)[0], rating_words(one), one.told),
        )
        for column, card in found.by.items()
        for scored, groups in grouped(card)
        if not is_of_one_part(scored)
        for group, one in groups
    ]
    if beside:
        figures = ("Score %", "Low %", "High %", "Questions", "Of questions of the whole", "All cases on the same %")
        head = ("Column", "Group", "Number", "Title", *figures, "Rating", "Told")
        book.table("Scores by group", head, beside, (14, 20, 10, 50, 9, 9, 9, 11, 14, 14, 36, 40))


def _gaps(book: TableBook, found: Figures) -> None:
    roots = found.patterns.roots
    rows = [
        (
            *(
                n,
                gap.rule.name,
                gap_words(gap.rule, gap.statuses),
                gap.rule.severity,
                *_counts(gap.share),
                *_ends(gap.measure),
                gap.also_follows,
                gap.open,
            ),
            *(gap.actions[status] for status in (OPEN, DONE, WITHDRAWN, TAKEN_BACK)),
            *(gap.became[which] for which in BECAME),
            " ".join(gap.remedies),
        )
        for n, gap in enumerate(roots, 1)
    ]
    again = (f"Read again: {BECAME_WORDS[which]}" for which in BECAME)
    counts = ("Follows from another", "Record does not tell", "Actions open", "Done", "Withdrawn", "Taken back", *again)
    head = ("Gap", "Rule", "What falls short", "Severity", *_SHARE, *counts, "What officers were asked to do")
    book.table("Root gaps", head, rows, (6, 34, 50, 10, 7, 7, 7, 7, 7, 12, 12, 9, 9, 10, 10, 12, 12, 12, 12, 60))
    drawn = [(label, measure) for label, measure, _ in measured(found)]
    book.chart("Chart of root gaps", ("Gap", "Of the cases it applies to, %"), drawn)
    leads = [(gap.rule.name, gap.rule.title, rule.name, rule.title, cases) for gap in roots for rule, cases in gap.leads_to]
    if leads:
        named = ("Root gap", "What falls short", "Leads to", "What follows", "Cases")
        book.table("What follows", named, leads, (34, 50, 34, 50, 8))
    beside = [
        (
            column,
            group.name,
            gap.rule.name,
            gap_words(gap.rule, gap.statuses),
            *_counts(group.shares.get(gap.rule.name)),
            group.told[gap.rule.name],
        )
        for column, groups in found.patterns.by.items()
        for gap in roots
        for group in groups
    ]
    if beside:
        by = ("Column", "Group", "Rule", "What falls short", "Cases", "Of", "Told")
        book.table("Root gaps by group", by, beside, (14, 20, 34, 50, 8, 8, 44))


def _rest(book: TableBook, report: RoundReport) -> None:
    found = report.figures
    if found.card and (found.card.by_prompt or found.card.by_rule):
        rows = [
            (what, one.name, titles.get(one.name, one.name), *_counts(None if is_small(one.share) else one.share))
            for what, some, titles in (("prompt", found.card.by_prompt, asked(found)), ("rule", found.card.by_rule, found.titles))
            for one in some
        ]
        otherwise = ("By", "Name", "What it asks or finds", "Judged otherwise", "Of suggestions")
        book.table("Judged otherwise", otherwise, rows, (10, 40, 60, 16, 16))
    if found.agreement.questions:
        enough = found.agreement.cases >= LEAST
        agreed = [
            (one.question, asked(found)[one.question], one.raw.yes, one.raw.of, *(_by_chance(one) if enough else ("", "")))
            for one in found.agreement.questions
        ]
        book.table("Agreement", ("Prompt", "Question", "Same answer", "Of", "Kappa", "AC1"), agreed, (40, 60, 12, 8, 12, 12))
    if found.good_practice:
        good = [(case, words) for case, several in found.good_practice.items() for words in several]
        book.table("Good practice", ("Case", "What was good"), good, (16, 110))
    if found.actions:
        actions = [
            (
                *(case, feedback, one.number, one.title, one.remedy, one.owner, one.due),
                *(_told(one, found.as_at), one.done_on, one.evidence),
            )
            for case, several in found.actions.items()
            for feedback, one in several
        ]
        heads = (
            "Case",
            "Feedback",
            "Action",
            "What falls short",
            "What would put it right",
            "Owner",
            "Due",
            "State",
            "Done on",
            "What shows it",
        )
        book.table("Actions", heads, actions, (16, 10, 8, 50, 60, 10, 12, 12, 12, 50))
    if found.disputes:
        disputed = [(one.case, one.title, one.because, OUTCOMES[one.outcome], one.answer) for one in found.disputes]
        book.table("Disputes", ("Case", "Finding", "Why", "Outcome", "Answer"), disputed, (16, 50, 50, 20, 50))
    if found.refusals:
        refused = [(one.case, one.feedback, one.because) for one in found.refusals]
        book.table("Refusals", ("Case", "Feedback", "Why a director refused to countersign"), refused, (16, 10, 110))
    if found.left_out:
        book.table("Left out", ("Case", "Why it was left out before the draw"), [*found.left_out.items()], (16, 110))
    if found.gone:
        out = [
            (name, *("yes" if is_so else "no" for is_so in (one.not_eligible, one.was_read)), one.because)
            for name, one in found.gone.items()
        ]
        book.table("Taken out", ("Case", "Should not have been drawn", "Read before", "Why"), out, (16, 26, 14, 90))
    if report.change:
        changed = [(one.name, one.title, one.told) for one in report.change.questions]
        book.table("Change", ("Prompt", "Question", "Change"), changed, (40, 60, 100))


def _by_chance(one: Reading) -> tuple[float | None, float | None]:
    return _rounded(one.kappa), _rounded(one.ac1.value if one.ac1 else None)


def _told(action: Action, as_at: str) -> str:
    return "overdue" if action.status == OPEN and action.due < as_at else words_of(action.status)


def _share(share: Share | None, measure: Measure | None) -> tuple[int | None, ...]:
    return (*_counts(share if measure else None), *_ends(measure))


def _counts(share: Share | None) -> tuple[int | None, int | None]:
    return (share.yes, share.of) if share else (None, None)


def _ends(measure: Measure | None) -> tuple[int | None, ...]:
    if measure is None:
        return None, None, None
    low, high = (measure.low, measure.high) if measure.bounded else (None, None)
    return whole_percent(measure.value), *(None if end is None else whole_percent(end) for end in (low, high))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
