"""What stands of a settled case: the gaps of it as it was last read, without what was put right and what was set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from quips.audits import Audit
from quips.findings import Finding
from quips.ordering import Gap
from quips.peeraudit.book import Book, set_aside
from quips.peeraudit.state import RoundCase
from quips.statuses import Verdict


def standing(book: Book, case: RoundCase) -> Audit | None:
    """Return the audit of a case as it was last read, with the gaps that stand; None until it is settled.

    A gap that the last reading does not show, and of which it could not be said that it closed, stands as it was settled. What
    was set aside is what was found by then: a gap of the same rule on an occasion since stands.

    Args:
        book: The readings of the round.
        case: The case.
    """
    settled, again = book.settled(case), case.read_again
    aside = set_aside(case)
    if settled is None or again is None:
        return settled and _with(settled, lambda gap: gap.rule.name not in aside)
    now = book.in_scope(book.audit(again.file))
    gone, new = aside | set(again.closed), frozenset(case.new_gaps)
    known = {finding.ref for finding in settled.with_verdict(Verdict.GAP)}
    told = {finding.ref for finding in now.findings if finding.verdict in (Verdict.GAP, Verdict.SUFFICIENT)}
    unseen = known - told
    now = _with(now, lambda gap: gap.rule.name not in gone or (gap.ref not in known and gap.rule.name in new))
    then = _with(settled, lambda gap: gap.ref in unseen and gap.rule.name in again.still_open and gap.rule.name not in gone)
    stays = {finding.ref: finding for finding in then.with_verdict(Verdict.GAP)}
    findings = (*(one for one in now.findings if one.ref not in stays), *stays.values())
    return replace(now, findings=findings, gaps=(*now.gaps, *then.gaps))


def _with(audit: Audit, stands: Callable[[Finding], bool]) -> Audit:
    """Return an audit with some of its gaps only."""
    findings = tuple(one for one in audit.findings if one.verdict is not Verdict.GAP or stands(one))
    return replace(audit, findings=findings, gaps=tuple(gaps_of(audit.gaps, stands)))


def gaps_of(gaps: Iterable[Gap], stands: Callable[[Finding], bool]) -> Iterator[Gap]:
    """Yield some gaps; where one is left out, what hangs on it takes its place.

    Args:
        gaps: The root gaps.
        stands: Whether a gap stays.
    """
    for gap in gaps:
        beneath = tuple(gaps_of(gap.consequences, stands))
        if stands(gap.finding):
            yield replace(gap, consequences=beneath)
        else:
            yield from beneath
