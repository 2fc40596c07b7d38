"""Reports for other programs: JSON, JSON Lines and CSV, all of the same shape."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

from quips.audits import Audit
from quips.findings import Finding, LimitShown
from quips.framework import Citation
from quips.knowledge import OwnRule
from quips.places import Place
from quips.proposals import Proposal
from quips.statuses import Verdict

Json = dict[str, Any]

SHAPE_VERSION = 1
CSV_COLUMNS = (
    *("case", "as_at", "edition", "rule", "key", "title", "occasion", "status", "verdict", "severity", "root"),
    *("provisional", "started", "due", "done", "why", "remedy", "because_of", "prompts", "cites", "place", "own_rule"),
)


def audit_as_json(audit: Audit) -> Json:
    """Return an audit as plain data; `audit.schema.json` describes and versions its shape."""
    return {
        "version": SHAPE_VERSION,
        "case": audit.case.reference,
        "as_at": _day(audit.case.as_at),
        "as_at_from": audit.as_at_from,
        "edition": audit.edition.name,
        "engines": list(audit.engines),
        "rules_digest": audit.digest,
        "own_rules": [_own_rule(rule) for rule in audit.own_rules],
        "indicative": True,
        "urgent": list(audit.urgent),
        "findings": [finding_as_json(finding) for finding in audit.findings],
        "proposals": [_proposal(proposal) for proposal in audit.proposals],
        "ask_next": [question.term.name for question in audit.questions],
        "warnings": [
            {"name": problem.name, "message": problem.message, "place": _place(problem.place)} for problem in audit.warnings
        ],
    }


def finding_as_json(finding: Finding) -> Json:
    """Return a finding as plain data."""
    rule = finding.rule
    return {
        "rule": rule.name,
        "key": finding.key,
        "title": rule.title,
        "topic": rule.topic,
        "kind": rule.kind,
        "severity": rule.severity,
        "concerns": list(rule.concerns),
        "bears": rule.bears or None,
        "occasion": finding.occasion or None,
        "status": str(finding.status),
        "was": str(finding.was),
        "verdict": str(finding.verdict),
        "root": finding.root,
        "because_of": [_ref(ref) for ref in finding.because_of],
        "undermined_by": [_ref(ref) for ref in finding.undermined_by],
        "provisional": list(finding.provisional),
        "why": list(finding.why),
        "would_be_met": list(finding.would_be_met),
        "started": _day(finding.started),
        "due": _day(finding.due),
        "at_latest": _day(finding.at_latest),
        "done": _day(finding.done),
        "only_timing": finding.only_timing,
        "periods": finding.periods,
        "measure": None
        if finding.measure is None
        else {
            "done": finding.measure.done,
            "of": finding.measure.of,
            "waived": finding.measure.waived,
            "unclear": finding.measure.unclear,
        },
        "limits": [_limit(limit) for limit in finding.limits],
        "entries": [{"words": entry.words, "place": _place(entry.place)} for entry in finding.entries],
        "facts": [
            {
                "name": fact.name,
                "value": fact.value if fact.known else None,
                "inferred": fact.inferred,
                "place": _place(fact.place),
            }
            for fact in finding.facts
        ],
        "settled_by": list(finding.settled_by),
        "prompts": [{"prompt": shown.prompt, "shows": shown.shows} for shown in finding.shows],
        "disputed": "\n".join(dispute.why for dispute in finding.disputes) or None,
        "remedy": finding.remedy or None,
        "cannot_see": rule.cannot_see,
        "standing": rule.standing,
        "cites": [_cite(cite) for cite in rule.cites],
        "rule_place": _place(rule.place),
        "own_rule": rule.own,
    }


def to_json(audits: list[Audit]) -> str:
    """Return audits as one JSON document: a list with one element for each case."""
    return json.dumps([audit_as_json(audit) for audit in audits], indent=2, ensure_ascii=False) + "\n"


def to_jsonl(audits: list[Audit]) -> str:
    """Return audits as JSON Lines: one line for each finding, with the case it is of."""
    lines = []
    for audit in audits:
        head = {"case": audit.case.reference, "as_at": _day(audit.case.as_at), "edition": audit.edition.name}
        lines += [json.dumps({**head, **finding_as_json(finding)}, ensure_ascii=False) for finding in audit.findings]
    return "".join(f"{line}\n" for line in lines)


def to_csv(audits: list[Audit]) -> str:
    """Return audits as CSV: one row for each finding that applies to its case."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for audit in audits:
        for finding in audit.findings:
            if finding.verdict is not Verdict.NOT_APPLICABLE:
                writer.writerow([_cell(value) for value in _row(audit, finding)])
    return out.getvalue()


def _row(audit: Audit, finding: Finding) -> list[object]:
    rule = finding.rule
    own = [f"{shown.prompt}={shown.shows}" for shown in finding.shows if shown.prompt.startswith(f"{audit.edition.name}/")]
    return [
        audit.case.reference,
        _day(audit.case.as_at),
        audit.edition.name,
        rule.name,
        finding.key,
        rule.title,
        finding.occasion,
        finding.status,
        finding.verdict,
        rule.severity,
        "yes" if finding.root else "no",
        "; ".join(finding.provisional),
        _day(finding.started),
        _day(finding.due),
        _day(finding.done),
        " ".join(finding.why),
        finding.remedy,
        "; ".join(f"{name} ({key})" for name, key in finding.because_of),
        "; ".join(own),
        "; ".join(f"{cite.source}:{cite.line}" if cite.line else cite.source for cite in rule.cites),
        str(rule.place),
        "yes" if rule.own else "no",
    ]


def _cell(value: object) -> str:
    """Return a cell as text; what a spreadsheet would take for a formula is quoted."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _limit(limit: LimitShown) -> Json:
    return {
        "limit": limit.limit,
        "reading": limit.reading,
        "length": limit.length,
        "started": _day(limit.started),
        "due": _day(limit.due),
        "status": str(limit.status),
        "standing": limit.standing,
        "cites": [_cite(cite) for cite in limit.cites],
    }


def _proposal(proposal: Proposal) -> Json:
    return {
        "prompt": proposal.prompt.name,
        "answer": proposal.answer,
        "standing": proposal.prompt.standing,
        "findings": [_ref(finding.ref) for finding in proposal.findings],
        "judgement": dict(proposal.judgement) if proposal.judgement is not None else None,
    }


def _own_rule(rule: OwnRule) -> Json:
    return {"rule": rule.name, "title": rule.title, "status": rule.status, "instead_of": _place(rule.instead_of)}


def _cite(cite: Citation) -> Json:
    return {"source": cite.source, "line": cite.line or None, "at": cite.at or None}


def _ref(ref: tuple[str, str]) -> Json:
    return {"rule": ref[0], "key": ref[1]}


def _place(place: Place | None) -> Json | None:
    return None if place is None else dict(place._asdict())


def _day(day: int | None) -> str | None:
    return None if day is None else date.fromordinal(day).isoformat()
