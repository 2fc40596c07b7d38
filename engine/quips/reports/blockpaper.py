"""A report as a Word document, to be sent out as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from quips.reports.blocks import Block, Chart, Heading, Paper, Points, Section, Table, Words
from quips.reports.word import QUIET, describe, describe_table, edges, lay_out, row_property, said, steady_bytes

_WIDE = 17.0
_SHADE = "F0F2F3"
_KEPT_WHOLE = 100
"""How many characters for each centimetre of its width a cell has at the most, where a row is not to break: a third of a page."""


def to_docx(paper: Paper, when: datetime) -> bytes:
    """Return a report as the bytes of a Word document; the same report gives the same bytes.

    Args:
        paper: The report.
        when: When it was made, as its properties say.
    """
    document: Any = Document()
    lay_out(document)
    document.styles["Normal"].paragraph_format.space_after = Pt(5)
    describe(document, said(paper.title), paper.marking, when)
    edges(document, paper.marking, paper.foot)
    document.add_paragraph(said(paper.title), style="Title")
    for n, line in enumerate(paper.under):
        run = document.add_paragraph().add_run(said(line))
        run.font.color.rgb = QUIET if n else None
    for section in paper.sections:
        _section(document, section)
    return steady_bytes(document)


def _section(document: Any, section: Section) -> None:
    document.add_heading(said(section.title), 1)
    for n, block in enumerate(section.blocks):
        after = next((one for one in section.blocks[n + 1 :] if not isinstance(one, Words)), None)
        _block(document, block, leads_on=isinstance(after, Table))


def _block(document: Any, block: Block, leads_on: bool) -> None:
    """Add a block; words that lead on to a table are not parted from it, or their heading would stand apart from it."""
    match block:
        case Words(text, stands_out):
            paragraph = document.add_paragraph()
            paragraph.add_run(said(text)).bold = stands_out
            paragraph.paragraph_format.keep_with_next = leads_on
        case Points(lines):
            for line in lines:
                document.add_paragraph(said(line), style="List Bullet").paragraph_format.space_after = Pt(3)
        case Heading(text):
            document.add_heading(said(text), 2)
        case Table():
            _table(document, block)
        case Chart():
            pass  # the table after it has the same figures


def _table(document: Any, block: Table) -> None:
    above = document.add_paragraph()
    above.paragraph_format.keep_with_next = True
    above.paragraph_format.space_after = Pt(3)
    above.add_run(said(block.title)).bold = True
    table = document.add_table(rows=1, cols=len(block.head))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    describe_table(table, said(block.title))
    for cell, title in zip(table.rows[0].cells, block.head, strict=True):
        cell.paragraphs[0].add_run(said(title)).bold = True
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    row_property(table.rows[0], "w:cantSplit")
    widths = [_WIDE * width / sum(block.widths) for width in block.widths]
    for words in block.rows:
        row = table.add_row()
        cells = row.cells
        is_head = len(words) == 1
        if is_head:
            cells[0].merge(cells[-1])
            _shade(cells[0])
        for cell, text in zip(cells, words, strict=False):
            cell.paragraphs[0].add_run(said(text)).bold = is_head
        cells[0].paragraphs[0].paragraph_format.keep_with_next = is_head
        if _stays_whole(words, [_WIDE] if is_head else widths):
            row_property(row, "w:cantSplit")
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(_WIDE) if len({id(one._tc) for one in row.cells}) == 1 else Cm(width)
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(2)
                for run in paragraph.runs:
                    run.font.size = Pt(9.5)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _stays_whole(words: Sequence[str], widths: Sequence[float]) -> bool:
    """Whether a row is short enough not to break across pages; LibreOffice leaves out the end of one that fits on no page."""
    return all(len(text) <= _KEPT_WHOLE * width for text, width in zip(words, widths, strict=True))


def _shade(cell: Any) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)
