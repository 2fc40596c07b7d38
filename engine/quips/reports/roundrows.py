"""The figures of a round for other programs, as JSON; ``round-report.schema.json`` describes and versions its shape."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from quips.judged import ANSWERS
from quips.peeraudit.figures import Agreement, Figures
from quips.peeraudit.patterns import GapsOfGroup, Patterns, RootGap
from quips.reports.changerows import change_as_json
from quips.reports.roundpaper import RoundReport
from quips.reports.scorerows import card_as_json, share_as_json
from quips.rounds import Comparison
from quips.scoring.measures import Measure
from quips.shares import CONFIDENCE, LEAST

Json = dict[str, Any]

SHAPE_VERSION = 4


def to_json(report: RoundReport) -> str:
    """Return the report of a round as JSON."""
    value = {
        "version": SHAPE_VERSION,
        "round": report.name,
        "marking": report.marking,
        "number": report.number,
        "indicative": True,
        "figures": figures_as_json(report.figures),
        "change": report.change and change_as_json(report.change),
        "earlier_seal": report.earlier or None,
    }
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def figures_digest(figures: Figures) -> str:
    """Return the SHA-256 of the figures of a round, by which it is seen whether they come out the same again."""
    return digest_of_json(figures_as_json(figures))


def change_digest(change: Comparison) -> str:
    """Return the SHA-256 of what changed since an earlier round."""
    return digest_of_json(change_as_json(change))


def said_digest(data: bytes) -> str:
    """Return the SHA-256 of the figures in a report that was kept as JSON; empty if it holds none."""
    try:
        return digest_of_json(json.loads(data)["figures"])
    except (ValueError, LookupError, TypeError):
        return ""


def digest_of_json(value: Json) -> str:
    """Return the SHA-256 of a value, whatever the order and the layout it was written in."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def figures_as_json(figures: Figures) -> Json:
    """Return the figures of a round as plain data. What rests on too few cases is in no field of it."""
    progress = figures.progress
    return {
        "edition": figures.edition.name,
        "rules": figures.rules,
        "as_at": figures.as_at,
        "rows": figures.rows,
        "seal": figures.seal,
        "confidence": CONFIDENCE,
        "least": LEAST,
        "eligible": figures.eligible,
        "left_out": [{"case": case, "because": why} for case, why in figures.left_out.items()],
        "gone": [{"case": case, **asdict(one)} for case, one in figures.gone.items()],
        "progress": {
            **{key: value for key, value in asdict(progress).items() if key != "phases"},
            "phases": [{"phase": str(phase), "cases": count} for phase, count in progress.phases.items()],
            "finished": progress.is_finished,
        },
        "composition": [asdict(row) for row in figures.composition],
        "scores": figures.card and card_as_json(figures.card),
        "left_aside": [
            {
                "scored": name,
                **{key: value for key, value in asdict(one).items() if key != "answers"},
                "answers": one.answers and {"yes": one.answers.yes, "no": one.answers.no},
            }
            for name, one in figures.aside.items()
        ],
        "scores_by": [{"column": column, "scores": card_as_json(card)} for column, card in figures.by.items()],
        "gaps": _patterns(figures.patterns),
        "agreement": _agreement(figures.agreement),
        "good_practice": [{"case": case, "words": list(words)} for case, words in figures.good_practice.items()],
        "put_right": asdict(figures.put_right),
        "disputes": [
            {
                "case": one.case,
                "rule": one.name,
                "title": one.title,
                "because": one.because,
                "outcome": one.outcome or None,
                "answer": one.answer or None,
            }
            for one in figures.disputes
        ],
        "refusals": [asdict(one) for one in figures.refusals],
        "raised": {**asdict(figures.raised), "days": list(figures.raised.days)},
        "unanswered": figures.unanswered,
        "looked_at": figures.looked_at,
    }


def _patterns(patterns: Patterns) -> Json:
    few = patterns.cases < LEAST
    return {
        "settled": patterns.cases,
        "gaps": None if few else patterns.gaps,
        "without": None if few else patterns.without,
        "roots": [] if few else [_root(gap) for gap in patterns.roots],
        "by": [
            {"column": column, "groups": [_group(group) for group in groups]} for column, groups in patterns.by.items() if not few
        ],
        "set_aside": [{"rule": one.name, "title": one.title, "cases": one.cases} for one in patterns.aside],
    }


def _root(gap: RootGap) -> Json:
    return {
        "rule": gap.rule.name,
        "title": gap.rule.title,
        "statuses": [str(one) for one in gap.statuses],
        "severity": gap.rule.severity,
        "concerns": list(gap.rule.concerns),
        "share": share_as_json(gap.share),
        "interval": gap.measure and _ends(gap.measure),
        "told": gap.told,
        "also_follows": gap.also_follows,
        "open": gap.open,
        "leads_to": [{"rule": rule.name, "title": rule.title, "cases": n} for rule, n in gap.leads_to],
        "remedies": list(gap.remedies),
        "actions": dict(gap.actions),
        "read_again": dict(gap.became),
    }


def _ends(measure: Measure) -> Json:
    return {"low": round(measure.low, 6), "high": round(measure.high, 6)}


def _group(group: GapsOfGroup) -> Json:
    return {
        "name": group.name,
        "cases": group.cases,
        "gaps": [
            {"rule": rule, "share": share_as_json(group.shares.get(rule)), "told": words} for rule, words in group.told.items()
        ],
    }


def _agreement(found: Agreement) -> Json:
    return {
        "cases": found.cases,
        "alike": found.alike.yes,
        "of": found.alike.of,
        "questions": [
            {
                "question": one.question,
                "agree": one.raw.yes,
                "of": one.raw.of,
                "kappa": None if one.kappa is None else round(one.kappa, 6),
                "ac1": one.ac1
                and {
                    "value": round(one.ac1.value, 6),
                    "low": None if one.ac1.low is None else round(one.ac1.low, 6),
                    "high": None if one.ac1.high is None else round(one.ac1.high, 6),
                },
                "why_undefined": one.why_undefined or None,
                "table": [
                    {"first": first, "second": second, "cases": pair.table[first, second]}
                    for pair in one.pairs
                    for first in ANSWERS
                    for second in ANSWERS
                    if (first, second) in pair.table
                ],
            }
            for one in found.questions
        ],
    }
