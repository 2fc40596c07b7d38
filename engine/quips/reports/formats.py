"""The formats a report can have; each is one function, listed here."""

from __future__ import annotations

from collections.abc import Callable

from quips.audits import Audit
from quips.knowledge import Knowledge
from quips.reports.page import to_html
from quips.reports.rows import to_csv, to_json, to_jsonl
from quips.reports.text import TextReport

Renders = Callable[[list[Audit], Knowledge, str, int], str | bytes]


def _text(audits: list[Audit], knowledge: Knowledge, marking: str, width: int) -> str:
    report = TextReport(knowledge, width)
    return f"\n\n{'=' * width}\n".join(report.render(audit, marking) for audit in audits)


def _docx(audits: list[Audit], knowledge: Knowledge, marking: str, width: int) -> bytes:
    from quips.reports.actions import to_docx  # what writes Word documents takes time to load, and no other format needs it

    return to_docx(audits, knowledge, marking)


FORMATS: dict[str, Renders] = {
    "text": _text,
    "json": lambda audits, knowledge, marking, width: to_json(audits),
    "jsonl": lambda audits, knowledge, marking, width: to_jsonl(audits),
    "csv": lambda audits, knowledge, marking, width: to_csv(audits),
    "html": lambda audits, knowledge, marking, width: to_html(audits, knowledge, marking),
    "docx": _docx,
}


def render(audits: list[Audit], form: str, knowledge: Knowledge, marking: str, width: int) -> str | bytes:
    """Return audits in a format: text, or for Word, bytes.

    Args:
        audits: The audits, in the order in which to show them.
        form: One of `FORMATS`.
        knowledge: The knowledge base they were made by.
        marking: The protective marking.
        width: The width of a line of text, in characters.
    """
    return FORMATS[form](audits, knowledge, marking, width)
