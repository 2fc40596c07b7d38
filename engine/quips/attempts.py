"""What is on the record in one window, as data: the windows, what was tried in them, and what came of it.

Numbers in brackets refer to the decisions in `docs/semantics.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from quips.cases import Entry
from quips.framework import Row


class Seen(StrEnum):
    """What is on the record in and around one window; the first that holds [2]."""

    GOOD = "good"
    """Done in the window, and good (or only asked whether it was done)."""
    UNJUDGED = "unjudged"
    """Done in the window; nobody has judged it."""
    UNCLEAR = "unclear"
    """Done in the window, if it is the right one: an attribute that decides is not given."""
    BAD = "bad"
    """Done in the window and judged not good enough."""
    SHORT = "short"
    """Done less often than it should be."""
    UNDATED = "undated"
    """Done, but nobody can say when."""
    EARLY = "early"
    """Done before the clock started."""
    AFTER = "after"
    """Done after the window closed."""
    NOTHING = "nothing"
    """Nothing on the record."""
    CLEAR = "clear"
    """What must not happen is not on the record."""
    FUTURE = "future"
    """The clock has not started."""
    DATE_NOT_GIVEN = "date_not_given"
    """A date that the window depends on is not known."""
    DOUBTFUL = "doubtful"
    """It is not known whether this is an occasion."""
    NOT_SEEN = "not_seen"
    """No occasion is on the record, and the record is not complete."""
    NO_END = "no_end"
    """The date it should come before does not exist in this case."""


class Reason(StrEnum):
    """A reason on record for something not being done [6]."""

    NONE = "none"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True)
class Measure:
    """How often something was done, in periods or times.

    Attributes:
        done: How many periods (or times) count as done.
        of: How many there should be, those with an acceptable reason left out.
        waived: How many were left out for an acceptable reason.
        unclear: How many may count, if what is not given were known.
    """

    done: int
    of: int
    waived: int = 0
    unclear: int = 0


@dataclass(frozen=True, slots=True)
class Spells:
    """How often something was done where no source says how often it should be.

    Attributes:
        days: On how many days it was done.
        first: The first day that was looked at, as an ordinal.
        last: The last day that was looked at.
        longest: The two ends of the longest time without it, and of those at least half as long, three at the most: the longest
            first, and of two that are as long the later.
        latest: The last day it was done; None if it never was.
        undated: How many more there are that have no day.
    """

    days: int
    first: int
    last: int
    longest: tuple[tuple[int, int], ...]
    latest: int | None
    undated: int


class Attempt:
    """What the record shows under one reading of the limit and one row of it.

    Attributes:
        seen: What is on the record.
        first: The first day of the window, as an ordinal; None if it has none.
        due: The last day of the window; None if it has none.
        at_latest: Our own last day, after which absence is called missing; None if the rule has none.
        entry: The entry that decided, if one did.
        timed: False where the limit has no number, so that the timing is for the auditor.
        endless: Whether nothing says by when, so that absence alone can never be called missing.
        still_open: Whether the window is still open on the day the case is read as at.
        incomplete: Whether the record is incomplete where this would stand.
        reason: The reason on record for it not being done.
        late_accepted: Whether an acceptable reason for lateness is on record.
        reading: The name of the reading of the limit; empty if there is no limit.
        row: The row of the limit.
        measure: For counts and frequencies.
        spells: For frequencies for which the limit has no number.
        quality: For work done after the window closed, what it would show but for that.
        begun: The first day on which the work was done in any way, early work included; None if that is not known.
    """

    first: int | None = None
    due: int | None = None
    at_latest: int | None = None
    entry: Entry | None = None
    timed: bool = True
    endless: bool = False
    still_open: bool = False
    incomplete: bool = False
    reason: Reason = Reason.NONE
    late_accepted: bool = False
    reading: str = ""
    row: Row | None = None
    measure: Measure | None = None
    spells: Spells | None = None
    quality: Seen | None = None
    begun: int | None = None

    def __init__(self, seen: Seen) -> None:
        """Start with what is on the record; the rest is as it mostly is until it is set (there are very many of these)."""
        self.seen = seen

    @property
    def done(self) -> int | None:
        """The day it was done, if it was and the day is known."""
        return self.entry.day if self.entry else None

    @property
    def only_timing(self) -> bool:
        """Whether all that can be wrong is when it was done: it was done, and it is good as far as that is asked."""
        return self.seen is Seen.GOOD or self.quality is Seen.GOOD


@dataclass(slots=True)
class Observation:
    """What the record shows for one finding.

    Attributes:
        key: The finding's key within its rule.
        day: The day its clock started; None where there is none.
        attempts: One for each reading of the limit and each row that may be the right one; at least one.
        turn: For a recurring rule, which time this is, from 1; otherwise 0.
        periods: For an unbroken absence of something recurring, how many due dates have passed.
    """

    key: str
    day: int | None
    attempts: list[Attempt]
    turn: int = 0
    periods: int = 0


@dataclass(slots=True)
class Window:
    """From which day to which day something should be done; None for no bound.

    Attributes:
        first: The first day.
        last: The last day.
        timed: False where the limit has no number.
        endless: Whether it stays open, because the day that would end it has not come.
        reading: The reading of the limit.
        row: The row of the limit.
        grace: Our own last day, after which nothing done is missing, though what is done later is not late.
        first_unknown: Whether there is a first day, and nobody says which.
    """

    first: int | None
    last: int | None
    timed: bool = True
    endless: bool = False
    reading: str = ""
    row: Row | None = None
    grace: int | None = None
    first_unknown: bool = False

    def still_open(self, as_at: int) -> bool:
        """Whether it may still be done in time: until the last day, or until our own last day for calling it missing."""
        last = self.last if self.last is not None else self.grace
        return self.endless if last is None else as_at <= last
