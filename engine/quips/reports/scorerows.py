"""Scores for other programs, as JSON; ``score.schema.json`` describes and versions its shape."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from quips.change import Area
from quips.judged import Overturned
from quips.reports.scoretext import limits_words
from quips.scoring.cards import Group, Scorecard
from quips.scoring.measures import Measure
from quips.scoring.tree import Points, Scored
from quips.shares import Share, is_small

Json = dict[str, Any]

SHAPE_VERSION = 1


def to_json(card: Scorecard) -> str:
    """Return a scorecard as JSON."""
    return json.dumps(card_as_json(card), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def card_as_json(card: Scorecard) -> Json:
    """Return a scorecard as plain data. What rests on too few cases is in no field of it."""
    return {
        "version": SHAPE_VERSION,
        "edition": card.edition.name,
        "variant": card.variant or None,
        "source": card.source,
        "report": card.report or None,
        "cases": card.cases,
        "confidence": card.asked.confidence,
        "least": card.asked.least,
        "population": card.asked.population,
        "indicative": True,
        "notes": list(card.notes),
        "caveat": card.caveat,
        "scored": [_scored(scored) for scored in card.scored],
        "by": card.asked.by or None,
        "groups": [_group(group) for group in card.groups],
        "undecided": len(card.undecided),
        "overturned_by_prompt": _overturned(card.by_prompt, card.asked.least),
        "overturned_by_rule": _overturned(card.by_rule, card.asked.least),
    }


def _scored(scored: Scored) -> Json:
    return {**_score(scored), "parts": [_scored(part) for part in scored.parts]}


def _score(scored: Scored) -> Json:
    return {
        "name": scored.name,
        "number": scored.number,
        "level": scored.level,
        "title": scored.title,
        "told": scored.told,
        "score": _measure(scored.measure),
        "share": share_as_json(scored.share),
        "band": scored.band or None,
        "bands_touched": list(scored.touched),
        "rating": scored.rating or None,
        "points": _points(scored.points),
        "recorded": scored.recorded or None,
        "printed": scored.printed or None,
        "standing": list(scored.standing),
        "counts": scored.counts,
        "how": scored.how,
        "notes": list(scored.notes),
    }


def _measure(measure: Measure | None) -> Json | None:
    if measure is None:
        return None
    low, high = (round(measure.low, 6), round(measure.high, 6)) if measure.bounded else (None, None)
    return {"value": round(measure.value, 6), "low": low, "high": high}


def share_as_json(share: Share | None) -> Json | None:
    """Return a share as plain data; nothing where there is none, or none to show."""
    return {"yes": share.yes, "no": share.no, "not_applicable": share.not_applicable} if share else None


def _points(points: Points | None) -> Json | None:
    return {"value": points.value, "low": points.low, "high": points.high} if points else None


def _group(group: Group) -> Json:
    return {
        "name": group.name,
        "cases": group.cases,
        "scored": [_of_group(group, scored) for scored in group.scores.values()],
    }


def _of_group(group: Group, scored: Scored) -> Json:
    alike = group.alike_of(scored)
    beside = {"questions": scored.rests_on[0], "all_on_the_same": _measure(alike.measure) if alike else None}
    return {**_score(scored), **beside, "limits": _limits(group.area_of(scored))}


def _limits(area: Area | None) -> Json | None:
    if area is None:
        return None
    narrow, wide = ({"lower": limits.lower, "upper": limits.upper} for limits in (area.limits_95, area.limits_998))
    return {"at_95": narrow, "at_99_8": wide, "stands": area.stands, "told": limits_words(area)}


def _overturned(found: Sequence[Overturned], least: int) -> list[Json]:
    """How often proposals were overturned; of how few, where they are too few, is not said."""
    return [{"name": one.name, "share": None if is_small(one.share, least) else share_as_json(one.share)} for one in found]
