"""What has changed in the findings since a day that the officer chose.

What the findings were is kept as a note beside the case when "Compare from here on" is pressed, and only then: a page that is
merely looked at writes nothing, and so a comparison is always with a moment that somebody meant. The note can be lost without
harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from quips.audits import Audit
from quips.explain import in_sentence
from quips.findings import Finding
from quips.problems import listed
from quips.statuses import Status, Verdict
from quips.workdays import FIRST_YEAR, LAST_YEAR

NOTE = "compared"
"""The name of the note."""


@dataclass(frozen=True, slots=True)
class Change:
    """A finding that is not what it was.

    Attributes:
        title: What should be so, in words.
        was: What it was.
        now: The finding as it is now; None if there is no such finding any more.
    """

    title: str
    was: Status
    now: Finding | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What has changed since a day.

    Attributes:
        since: The day, as an ordinal.
        as_at: The day the record was read as at then, as an ordinal.
        same_rules: Whether the rules are the same as then.
        closed: Gaps that are none any more: sufficient now, or not asked of this case.
        opened: Gaps that were none.
        unsettled: Gaps that are open now, so that nobody can say whether they are closed.
        other: Gaps that are gaps of another kind now.
    """

    since: int
    as_at: int
    same_rules: bool
    closed: tuple[Change, ...]
    opened: tuple[Change, ...]
    unsettled: tuple[Change, ...]
    other: tuple[Change, ...]

    @property
    def any(self) -> bool:
        """Whether any gap has changed."""
        return bool(self.closed or self.opened or self.unsettled or self.other)


def taken(audit: Audit, today: date) -> dict[str, Any]:
    """Return what is noted of the findings as they are, to compare with later."""
    return {
        "on": today.isoformat(),
        "as_at": date.fromordinal(audit.case.as_at).isoformat(),
        "rules": audit.digest,
        "findings": [
            [finding.rule.name, finding.key, finding.rule.title, str(finding.status), str(finding.verdict)]
            for finding in audit.findings
            if finding.verdict is not Verdict.NOT_APPLICABLE
        ],
    }


def compared(audit: Audit, note: Any) -> Comparison | None:
    """Return what has changed since a note was taken; None if there is none that can be read."""
    try:
        since, as_at = (date.fromisoformat(note[key]) for key in ("on", "as_at"))
        was = {
            (str(rule), str(key)): (str(title), Status(status), Verdict(verdict))
            for rule, key, title, status, verdict in note["findings"]
        }
        same_rules = note["rules"] == audit.digest
    except (TypeError, ValueError, KeyError):
        return None
    if not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in (since, as_at)):
        return None
    now = {finding.ref: finding for finding in audit.findings}
    closed, unsettled, other = [], [], []
    for ref, (title, status, verdict) in was.items():
        finding = now.get(ref)
        if verdict is not Verdict.GAP:
            continue
        change = Change(title, status, finding)
        if finding is None or finding.verdict in (Verdict.SUFFICIENT, Verdict.NOT_APPLICABLE):
            closed.append(change)
        elif finding.verdict is Verdict.OPEN:
            unsettled.append(change)
        elif finding.status is not status:
            other.append(change)
    opened = [
        Change(finding.rule.title, was[finding.ref][1] if finding.ref in was else Status.NOT_APPLICABLE, finding)
        for finding in audit.with_verdict(Verdict.GAP)
        if finding.ref not in was or was[finding.ref][2] is not Verdict.GAP
    ]
    return Comparison(
        since.toordinal(), as_at.toordinal(), same_rules, tuple(closed), tuple(opened), tuple(unsettled), tuple(other)
    )


def changed_by(before: Audit, after: Audit) -> list[str]:
    """Return what an answer changed in the findings, one sentence for each kind of change."""
    found = compared(after, taken(before, date.today()))
    assert found is not None  # it was noted just now
    done_late = [one for one in found.other if one.now is not None and one.now.done_late]
    kinds = {
        "Closed": found.closed,
        "Now a gap": found.opened,
        "No gap any more, and still open": found.unsettled,
        "Done now, and late": done_late,
        "Still a gap, of another kind": [one for one in found.other if one not in done_late],
    }
    titles = {words: dict.fromkeys(in_sentence(one.title) for one in changes) for words, changes in kinds.items()}
    said = [f"{words}: {listed(named, 'and')}." for words, named in titles.items() if named]
    return ["Saved.", *(said or ["No gap has changed by it."])]
