"""What changed from round to round for other programs, as JSON; ``change.schema.json`` describes and versions its shape."""

from __future__ import annotations

import json

from quips.reports.scorerows import Json, share_as_json
from quips.rounds import Compared, Comparison, RunChart
from quips.shares import CONFIDENCE, LEAST

SHAPE_VERSION = 1


def to_json(compared: Comparison) -> str:
    """Return a comparison as JSON."""
    return json.dumps(change_as_json(compared), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def change_as_json(compared: Comparison) -> Json:
    """Return a comparison as plain data. What rests on too few cases is in no field of it."""
    return {
        "version": SHAPE_VERSION,
        "edition": compared.edition.name,
        "confidence": CONFIDENCE,
        "least": LEAST,
        "indicative": True,
        "notes": list(compared.notes),
        "rounds": [
            {"name": one.name, "cases": len(one.judged.cases), "undecided": len(one.judged.undecided)} for one in compared.rounds
        ],
        "questions": [_question(question) for question in compared.questions],
        "left_out": list(compared.left_out),
    }


def _question(question: Compared) -> Json:
    found = question.change
    return {
        "name": question.name,
        "number": question.number,
        "level": question.level,
        "title": question.title,
        "under": question.node,
        "shares": [
            {"share": share_as_json(share), "told": words} for share, words in zip(question.shares, question.each, strict=True)
        ],
        "change": found
        and {
            "difference": round(found.difference, 6),
            "low": round(found.low, 6),
            "high": round(found.high, 6),
            "takes_in_no_change": not found.is_clear,
        },
        "told": question.told,
        "run_chart": question.run and _run_chart(question.run),
    }


def _run_chart(chart: RunChart) -> Json:
    found = None if chart.runs is None else [{"kind": run.kind, "first": run.first, "last": run.last} for run in chart.runs]
    return {"rounds": list(chart.rounds), "median": round(chart.median, 6), "runs": found, "told": chart.told}
