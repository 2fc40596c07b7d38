"""The forms in which the report of a round can be had; each is one function, listed here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from quips.judged import Judged
from quips.reports.roundpaper import RoundReport, paper
from quips.reports.roundrows import to_json

Renders = Callable[[RoundReport, Judged], bytes]


def _html(report: RoundReport, judged: Judged) -> bytes:
    from quips.reports.blockpage import to_html  # the template takes time to load

    return to_html(paper(report)).encode()


def _docx(report: RoundReport, judged: Judged) -> bytes:
    from quips.reports.blockpaper import to_docx  # the library takes time to load

    return to_docx(paper(report), datetime.fromisoformat(report.figures.as_at))


def _workbook(report: RoundReport, judged: Judged) -> bytes:
    from quips.reports.roundbook import to_workbook  # the library takes time to load

    return to_workbook(report, judged)


ROUND_FORMATS: dict[str, Renders] = {
    "html": _html,
    "docx": _docx,
    "xlsx": _workbook,
    "json": lambda report, judged: to_json(report).encode(),
}
