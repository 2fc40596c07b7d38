"""What a finding can say, and what kind of answer that is."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What one rule says of one case and one occasion."""

    MET = "met"
    CONSISTENT = "consistent"
    EXCEPTED = "excepted"
    MISSING = "missing"
    LATE = "late"
    INSUFFICIENT = "insufficient"
    UNDERMINED = "undermined"
    CONFLICT = "conflict"
    TO_JUDGE = "to_judge"
    CANNOT_TELL = "cannot_tell"
    NOT_YET_DUE = "not_yet_due"
    NOT_ON_RECORD = "not_on_record"
    NOT_APPLICABLE = "not_applicable"


class Verdict(StrEnum):
    """The kind of answer a status is."""

    GAP = "gap"
    OPEN = "open"
    SUFFICIENT = "sufficient"
    NOT_APPLICABLE = "not_applicable"


VERDICTS: dict[Status, Verdict] = {
    Status.MET: Verdict.SUFFICIENT,
    Status.CONSISTENT: Verdict.SUFFICIENT,
    Status.EXCEPTED: Verdict.SUFFICIENT,
    Status.MISSING: Verdict.GAP,
    Status.LATE: Verdict.GAP,
    Status.INSUFFICIENT: Verdict.GAP,
    Status.UNDERMINED: Verdict.GAP,
    Status.CONFLICT: Verdict.GAP,
    Status.TO_JUDGE: Verdict.OPEN,
    Status.CANNOT_TELL: Verdict.OPEN,
    Status.NOT_YET_DUE: Verdict.OPEN,
    Status.NOT_ON_RECORD: Verdict.OPEN,
    Status.NOT_APPLICABLE: Verdict.NOT_APPLICABLE,
}


def verdict_of(status: Status, means: str = "gap") -> Verdict:
    """Return the verdict of a status; a conflict that is only a query is open.

    Example:
        >>> verdict_of(Status.LATE)
        <Verdict.GAP: 'gap'>
    """
    return VERDICTS[status] if means != "query" or status is not Status.CONFLICT else Verdict.OPEN
