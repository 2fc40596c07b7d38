"""The picture of a case: its root gaps, and what follows from each."""

from __future__ import annotations

from quips.audits import Audit
from quips.authoring.pictures import MOST, Arrow, Box, Picture, folded, topic_words
from quips.explain import in_sentence
from quips.findings import Finding
from quips.ordering import Gap
from quips.reasons import STATUS_WORDS
from quips.statuses import Verdict

_ALONE = "Root gaps from which nothing else follows"


def of_case(audit: Audit, marking: str, first: str) -> Picture:
    """Return the root gaps of a case with their consequences; roots from which nothing follows stand by their topic.

    Args:
        audit: The audited case.
        marking: The protective marking.
        first: What has to be said before anything else, where somebody may be at risk.
    """
    gaps = [gap for root in audit.gaps for gap in root.walk()]
    drawn = {finding.ref: gap.finding for gap in gaps for finding in (gap.finding, *gap.twins)}
    pairs = [(drawn[cause], gap.finding) for gap in gaps for cause in gap.finding.because_of if cause in drawn]
    arrows = list(dict.fromkeys(_arrow(cause, found) for cause, found in pairs))
    groups: dict[str, str] = {}
    for root in audit.gaps:
        for gap in root.walk() if root.consequences else ():
            groups[_name(gap.finding)] = topic_words(root.finding.rule.topic)
    for cause, found in pairs:  # a root that explains only what hangs on another root as well stands with it
        groups.setdefault(_name(cause), groups[_name(found)])
    boxes = sorted((_box(gap, groups.get(_name(gap.finding), _ALONE)) for gap in gaps), key=lambda box: box.group == _ALONE)
    notes: list[str] = []
    severity = {_name(gap.finding): gap.finding.rule.severity for gap in gaps}
    for level in ("low", "medium"):
        members = [box for box in boxes if len(boxes) > MOST and box.group == _ALONE and severity[box.name] == level]
        if len(members) > 1:
            into = Box(f"folded:{level}", "folded", f"Other root gaps of {level} severity", f"{len(members)} folded", _ALONE)
            boxes, arrows = folded(boxes, arrows, [box.name for box in members], into)
            notes.append(f"Folded into one box: {'; '.join(in_sentence(box.title) for box in members)}.")
    if not boxes:
        notes.append("No gap was found so far.")
    n_open = len(audit.with_verdict(Verdict.OPEN))
    if n_open:
        notes.append(f"Not in the picture: {n_open} finding{'s' * (n_open != 1)} still open, each of which may be a gap.")
    about = (
        "Read it from left to right: each root gap, then the gaps that it explains. Put the root right first. "
        "Indicative: this is what the record shows, read by rules; the judgement is the auditor's."
    )
    return Picture(
        f"{audit.case.reference}: root gaps and what follows from them",
        about,
        tuple(boxes),
        tuple(arrows),
        tuple(notes),
        marking,
        first,
    )


def _box(gap: Gap, group: str) -> Box:
    finding = gap.finding
    occasions = f", {' and '.join(gap.occasions)}" if gap.occasions else ""
    note = f"{'Root gap' if finding.root else 'Follows'}: {STATUS_WORDS[finding.status]}{occasions}"
    if group == _ALONE:
        note = f"{topic_words(finding.rule.topic)}. {note}"
    look = "root" if finding.root else "consequence"
    return Box(_name(finding), look, finding.rule.title, note, group, place=finding.rule.place)


def _name(finding: Finding) -> str:
    return f"{finding.rule.name}#{finding.key}"


def _arrow(cause: Finding, gap: Finding) -> Arrow:
    edges = {edge.rule: (edge.kind, edge.place) for edge in gap.rule.edges}
    kind, place = edges.get(cause.rule.name, ("explains", gap.rule.place))
    return Arrow(_name(cause), _name(gap), kind, "explains", place)
