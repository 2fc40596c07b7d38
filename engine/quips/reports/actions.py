"""The list of actions as a Word document, for a meeting: what to put right, who does it by when, and what was done well."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.shared import Cm, Pt

from quips.audits import Audit
from quips.explain import day_in_words, in_sentence
from quips.knowledge import Knowledge
from quips.ordering import Gap
from quips.problems import listed
from quips.reports.word import QUIET, describe, describe_table, edges, lay_out, row_property, said
from quips.reports.wording import (
    INDICATIVE,
    also_disputed,
    as_at_words,
    before_all_else,
    by_what_settles,
    dispute_words,
    not_yet_due,
    of_status,
    own_rules_words,
    status_words,
    strength_words,
    strengths,
    to_judge,
    told_only,
)
from quips.statuses import Status, Verdict

Numbered = tuple[str, int, Gap]

_COLUMNS = (("What", 6.3), ("Why", 7.4), ("What would put it right", 6.4), ("Who", 2.8), ("By when", 2.8))


def to_docx(audits: list[Audit], knowledge: Knowledge, marking: str) -> bytes:
    """Return the actions that audits call for as the bytes of a Word document.

    Args:
        audits: The audits, in the order in which to show them; each begins on a page of its own.
        knowledge: The knowledge base they were made by.
        marking: The protective marking that stands at the top and foot of every page.
    """
    document: Any = Document()
    _set_up(document, marking, audits)
    for number, audit in enumerate(audits):
        if number:
            document.add_page_break()
        _case(document, audit, knowledge)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


# The document --------------------------------------------------------------------------------------------------------------


def _set_up(document: Any, marking: str, audits: Sequence[Audit]) -> None:
    """Lay out the page, with what stands on each, and say of the document what it is and nothing of who made it."""
    names = [audit.case.reference for audit in audits]
    lay_out(document, landscape=True)
    title = f"Actions: {names[0] if len(names) == 1 else f'{len(names)} cases'}"
    describe(document, title, marking, datetime.now(UTC).replace(microsecond=0, tzinfo=None))
    case = f"{names[0]}, read as at {day_in_words(audits[0].case.as_at)}. " if len(names) == 1 else ""
    edges(document, marking, case)


# One case ------------------------------------------------------------------------------------------------------------------


def _case(document: Any, audit: Audit, knowledge: Knowledge) -> None:
    document.add_paragraph(said(f"{audit.case.reference}: actions"), style="Title")
    document.add_paragraph(said(f"The record read as at {as_at_words(audit)}, under {audit.edition.title}. {INDICATIVE}"))
    if audit.own_rules:
        document.add_paragraph(said(own_rules_words(audit.own_rules)))
    for words in before_all_else(audit):
        document.add_paragraph().add_run(said(words)).bold = True
    document.add_heading("To put right", 1)
    gaps = [*_numbered(audit.gaps)]
    if gaps:
        words = "Whole numbers come first. What stands beneath one follows from it, and is often put right by the same work."
        document.add_paragraph(words)
        _table(document, gaps)
    else:
        not_settled = any(finding.verdict is Verdict.OPEN for finding in audit.findings)
        more = " That is not the same as no gap: see what is still open." if not_settled else ""
        document.add_paragraph(f"No gap was found in what is on the record.{more}")
    told = told_only(audit)
    if told:
        document.add_heading("Told in interview, not on the file: put it on the file", 1)
        rest = (f"{entry.words}. What rests on it: {listed(map(in_sentence, titles), 'and')}" for entry, titles in told)
        _bullets(document, rest)
    _open(document, audit, knowledge)
    disputed = [*(one for one in to_judge(audit)[0] if one.disputes), *also_disputed(audit)]
    if disputed:
        document.add_heading("Disputed as well; the findings stay as they are", 1)
        _bullets(document, (f"{status_words(one)}: {one.rule.title}. {' '.join(dispute_words([one]))}" for one in disputed))
    good = strengths(audit)
    document.add_heading("What was done well", 1)
    if good:
        _bullets(document, (f"{title}: {words}" if (words := strength_words(found)) else title for title, found in good))
    else:
        document.add_paragraph("Nothing that the rules read is on the record as sufficient yet.")


def _numbered(gaps: Sequence[Gap], above: str = "", depth: int = 0) -> Iterator[Numbered]:
    """Yield the gaps, each with its number and how deep beneath a root it stands: 1, then 1.1, 1.1.1 and 1.2."""
    for n, gap in enumerate(gaps, 1):
        number = f"{above}{n}"
        yield number, depth, gap
        yield from _numbered(gap.consequences, f"{number}.", depth + 1)


def _table(document: Any, gaps: Sequence[Numbered]) -> None:
    table = document.add_table(rows=1, cols=len(_COLUMNS))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    describe_table(table, "What to put right, with room to say who does it by when")
    head = table.rows[0]
    for cell, (title, _) in zip(head.cells, _COLUMNS, strict=True):
        cell.paragraphs[0].add_run(title).bold = True
    row_property(head, "w:cantSplit")
    for number, depth, gap in gaps:
        row = table.add_row()
        row_property(row, "w:cantSplit")
        _fill(row.cells, number, depth, gap)
    for column, (_, width) in zip(table.columns, _COLUMNS, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, (_, width) in zip(row.cells, _COLUMNS, strict=True):
            cell.width = Cm(width)
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(3)


def _fill(cells: Sequence[Any], number: str, depth: int, gap: Gap) -> None:
    finding = gap.finding
    what = cells[0].paragraphs[0]
    what.paragraph_format.left_indent = Cm(0.4 * min(depth, 4))
    what.add_run(said(f"{number}  {finding.rule.title}")).bold = not depth
    severity = f", {finding.rule.severity} severity" if not depth else ""
    occasions = f". From {listed(gap.occasions, 'and')}" if gap.occasions else ""
    more = cells[0].add_paragraph()
    more.paragraph_format.left_indent = what.paragraph_format.left_indent
    more.add_run(said(f"{status_words(finding)}{severity}{occasions}")).font.color.rgb = QUIET
    cells[1].paragraphs[0].add_run(said(" ".join(finding.why)))
    if finding.provisional:
        could_change = f"This could change: {listed(finding.provisional, 'and')}."
        cells[1].add_paragraph().add_run(said(could_change)).font.color.rgb = QUIET
    for words in dispute_words((finding, *gap.twins)):
        cells[1].add_paragraph(said(words))
    cells[2].paragraphs[0].add_run(said(finding.remedy))


def _open(document: Any, audit: Audit, knowledge: Knowledge) -> None:
    """Say what is not settled, so that silence is not taken for sufficient."""
    judged, timing = to_judge(audit)
    dated, _ = not_yet_due(audit.findings)
    coming = [f"By {day_in_words(day)}{whose}: {in_sentence(finding.rule.title)}" for day, whose, finding in dated]
    unknown = [
        f"{settles[:1].upper()}{settles[1:] or 'What decides'}: {listed(_titles(group), 'and')}"
        for settles, group in by_what_settles(audit.findings, knowledge)
    ]
    parts = (
        ("Coming due", dict.fromkeys(coming)),
        ("For the auditor to judge", dict.fromkeys(finding.rule.title for finding in judged)),
        ("Done; whether it was on time is for the auditor", dict.fromkeys(finding.rule.title for finding in timing)),
        ("Not known, and what it would settle", dict.fromkeys(unknown)),
        (
            "Not on the record so far, which is not complete",
            dict.fromkeys(finding.rule.title for finding in of_status(audit.findings, Status.NOT_ON_RECORD)),
        ),
    )
    if not any(lines for _, lines in parts):
        return
    document.add_heading("Still open", 1)
    for heading, lines in parts:
        if lines:
            document.add_heading(heading, 2)
            _bullets(document, lines)


def _titles(findings: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(in_sentence(finding.rule.title) for finding in findings))


def _bullets(document: Any, lines: Iterable[str]) -> None:
    for line in lines:
        document.add_paragraph(said(line), style="List Bullet")
