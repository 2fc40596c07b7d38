"""What stands of a settled case: the gaps of it as it was last read, without what was put right and what was set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from quips.audits import Audit
from quips.ordering import Gap
from quips.peeraudit.book import Book, set_aside
from quips.peeraudit.state import RoundCase
from quips.statuses import Verdict


def standing(book: Book, case: RoundCase) -> Audit | None:
    """Return the audit of a case as it was last read, with the gaps that stand; None until it is settled.

    A gap that the last reading does not show, and of which it could not be said that it closed, stands as it was settled.

    Args:
        book: The readings of the round.
        case: The case.
    """
    settled, again = book.settled(case), case.read_again
    aside = set_aside(case)
    if settled is None or again is None:
        return settled and _with(settled, lambda name: name not in aside)
    now = book.in_scope(book.audit(again.file))
    gone = aside | set(again.closed)
    seen = {finding.rule.name for finding in now.with_verdict(Verdict.GAP)}
    unseen = set(again.still_open) - seen - gone
    now, then = _with(now, lambda name: name not in gone), _with(settled, lambda name: name in unseen)
    stays = {finding.ref: finding for finding in then.with_verdict(Verdict.GAP)}
    findings = (*(one for one in now.findings if one.ref not in stays), *stays.values())
    return replace(now, findings=findings, gaps=(*now.gaps, *then.gaps))


def _with(audit: Audit, stands: Callable[[str], bool]) -> Audit:
    """Return an audit with the gaps of some rules only."""
    findings = tuple(one for one in audit.findings if one.verdict is not Verdict.GAP or stands(one.rule.name))
    return replace(audit, findings=findings, gaps=tuple(gaps_of(audit.gaps, stands)))


def gaps_of(gaps: Iterable[Gap], stands: Callable[[str], bool]) -> Iterator[Gap]:
    """Yield the gaps of some rules; where one is left out, what hangs on it takes its place.

    Args:
        gaps: The root gaps.
        stands: Whether the gaps of a rule stay.
    """
    for gap in gaps:
        beneath = tuple(gaps_of(gap.consequences, stands))
        if stands(gap.finding.rule.name):
            yield replace(gap, consequences=beneath)
        else:
            yield from beneath
