"""Words and groupings that every report shares."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from quips.audits import Audit
from quips.explain import day_in_words, in_sentence
from quips.findings import Finding
from quips.framework import Citation, Source
from quips.knowledge import Knowledge
from quips.problems import listed
from quips.reasons import STATUS_WORDS
from quips.statuses import Status, Verdict

wrap = partial(textwrap.wrap, break_on_hyphens=False)
"""Wraps text; the names of rules and files are not broken at their hyphens."""

INDICATIVE = (
    "Indicative: this is what the record shows, read by rules. The judgement is the auditor's, and ratings are the "
    "inspectorate's."
)
URGENT = "If somebody may be at risk now, speak to your manager today."
CONCERNS = {"child": "a child", "victim": "a victim", "mappa": "MAPPA"}
ANSWERS = {
    "yes": "yes",
    "no": "no",
    "not_applicable": "not applicable",
    "for_the_auditor": "for the auditor",
}


def urgent_words(audit: Audit) -> str:
    """Return what is said before all else of a live case with an urgent gap; empty if there is none."""
    if not audit.urgent:
        return ""
    about = listed([CONCERNS[concern] for concern in audit.urgent], "and")
    return f"{URGENT} Open gaps on this live case concern {about}."


def engines_words(audit: Audit) -> str:
    """Return which engines stand behind the findings."""
    if len(audit.engines) > 1:
        n = len(audit.findings)
        return f"Decided by {audit.engines[0]}_rules; the {audit.engines[1]} engine gives the same {n} findings."
    why = " (durable_rules is not in use here)" if audit.engines == ("reference",) else ""
    return f"Decided by the {audit.engines[0]} engine alone{why}."


def as_at_words(audit: Audit) -> str:
    """Return the day the case was read as at, and where it was taken from if not from the file."""
    tail = {"clock": " (today, for the file gives no as_at)", "option": " (as asked for)"}.get(audit.as_at_from, "")
    return day_in_words(audit.case.as_at) + tail


def status_words(finding: Finding) -> str:
    """Return a finding's status as a heading, such as ``Missing``; an outcome is never said to be the officer's doing."""
    if finding.rule.bears == "outcome" and finding.verdict is Verdict.GAP:
        return "Outcome not achieved"
    words = STATUS_WORDS[finding.status]
    return words[:1].upper() + words[1:]


def cited(cites: Iterable[Citation], sources: Mapping[str, Source]) -> list[str]:
    """Return where something is written, for a reader of the printed reports."""
    found = []
    for cite in cites:
        source = sources[cite.source]
        at = f", {cite.at}" if cite.at else ""
        where = f" (line {cite.line} of {cite.source})" if cite.line else ""
        unverified = " [unverified]" if source.standing == "unverified" else ""
        found.append(f"{source.short}{at}{where}{unverified}")
    return found


def own_first(cites: Iterable[Citation], sources: Mapping[str, Source], edition: str) -> list[Citation]:
    """Return citations with those of an edition's own reports first."""
    return sorted(cites, key=lambda cite: sources[cite.source].edition != edition)


def dispute_words(findings: Iterable[Finding]) -> list[str]:
    """Return what is said against some findings in the case file, each once, such as ``Disputed on 4 May 2010: ...``."""
    disputes = dict.fromkeys(dispute for finding in findings for dispute in finding.disputes)
    return [f"Disputed on {day_in_words(dispute.day)}: {dispute.why}" for dispute in disputes]


def also_disputed(audit: Audit) -> list[Finding]:
    """Return the disputed findings that are neither gaps nor to judge, beside which the dispute is shown.

    Where a dispute is of all findings of a rule, those that do not apply are left out if another does.
    """
    if not audit.case.disputes:
        return []
    disputed = [finding for finding in audit.findings if finding.disputes]
    apply = {dispute for f in disputed for dispute in f.disputes if f.verdict is not Verdict.NOT_APPLICABLE}
    shown = {finding.ref for finding in (*to_judge(audit)[0], *audit.with_verdict(Verdict.GAP))}
    return [
        finding
        for finding in disputed
        if finding.ref not in shown and (finding.verdict is not Verdict.NOT_APPLICABLE or set(finding.disputes) - apply)
    ]


def waiting_words(finding: Finding, knowledge: Knowledge) -> str:
    """Return what would settle a finding that cannot be told, in words."""
    vocabulary = knowledge.vocabulary
    titles = []
    for name in finding.settled_by:
        known = vocabulary.circumstances.get(name) or vocabulary.activities.get(name)
        titles.append(in_sentence(known.title) if known else name)
    return listed(titles, "and")


def by_what_settles(findings: Sequence[Finding], knowledge: Knowledge) -> list[tuple[str, list[Finding]]]:
    """Group the findings that cannot be told by what would settle them; the largest group first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.status is Status.CANNOT_TELL:
            groups.setdefault(waiting_words(finding, knowledge), []).append(finding)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def of_status(findings: Sequence[Finding], *statuses: Status) -> list[Finding]:
    """Return the findings of some statuses, in order."""
    return [finding for finding in findings if finding.status in statuses]


def strengths(audit: Audit) -> list[tuple[str, list[Finding]]]:
    """Return what was done and sufficient, by what should be so, in the program's order.

    Inferences are left out, for they are nobody's work, and so is what merely nothing contradicts.
    """
    groups: dict[str, list[Finding]] = {}
    for finding in audit.with_verdict(Verdict.SUFFICIENT):
        if finding.rule.expect is not None and not finding.rule.expect.never:
            groups.setdefault(finding.rule.title, []).append(finding)
    return list(groups.items())


def not_on_record(audit: Audit) -> list[str]:
    """Return what should not happen and is not on the record, which does not show that it did not happen."""
    return [
        finding.rule.title
        for finding in audit.with_verdict(Verdict.SUFFICIENT)
        if finding.rule.expect is not None and finding.rule.expect.never
    ]


def strength_words(findings: Sequence[Finding]) -> str:
    """Return when it was done, and what has to be said of it, such as ``4 March 2010 (provisional)``."""
    days = listed(dict.fromkeys(day_in_words(finding.done) for finding in findings if finding.done is not None), "and")
    notes = [STATUS_WORDS[Status.EXCEPTED]] if any(f.status is Status.EXCEPTED for f in findings) else []
    notes += ["provisional"] if any(finding.provisional for finding in findings) else []
    return days + (f" ({'; '.join(notes)})" if notes else "")


def to_judge(audit: Audit) -> tuple[list[Finding], list[Finding]]:
    """Return what is for the auditor: what asks for a judgement, and what was done and only has to be judged for its timing."""
    found = of_status(audit.findings, Status.TO_JUDGE)
    queries = [finding for finding in of_status(audit.findings, Status.CONFLICT) if finding.verdict is Verdict.OPEN]
    judged = [finding for finding in found if not finding.only_timing]
    timing = {(f.rule.name, f.started, f.done): f for f in reversed(found) if f.only_timing}
    return [*judged, *queries], list(reversed(timing.values()))


def due_soonest(findings: Sequence[Finding]) -> list[tuple[int, str, Finding]]:
    """Return the findings that are not yet due and have a last day, the soonest first: day, whose reading it is, finding."""
    waiting = [
        (day, "" if finding.due is not None else " (by our own reading)", finding)
        for finding in findings
        if finding.status is Status.NOT_YET_DUE
        for day in [finding.due if finding.due is not None else finding.at_latest]
        if day is not None
    ]
    return sorted(waiting, key=lambda found: (found[0], found[2].rule.name, found[2].key))
