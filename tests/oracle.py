"""A day-by-day oracle of what one simple expectation says of one case.

Written from `docs/semantics.md` alone (numbers in brackets are its decisions) and meant to be slow and plain: it reads the same
YAML values as the engine but none of its code, and it finds every window by walking through the days one at a time.

It covers one expectation whose `when` is at most one yes/no circumstance; the clocks `from: circumstance`, `{each: ...}`
with `where`, several of them, or none; and `within`, `until`, `before`, `by`, `every`, `each_period`, `at_least`, `never`
or nothing; `where`, `same`, `good_when`, `which`, `early`, `at_latest`; recorded reasons; unknown dates; incomplete
records; limits with several readings, dated rows and rows for some tiers only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from naive_dates import ONE_DAY, due_day

Json = dict[str, Any]
Truth = bool | None

FIRST_DAY, LAST_DAY = date(2009, 11, 1), date(2010, 10, 31)
"""No day of a case lies outside these, so a window without a bound ends here."""

STAGES = {
    "screening": "assessment",
    "analysis": "assessment",
    "plan": "planning",
    "visit": "delivery",
    "absence": "delivery",
    "breach": "delivery",
    "review": "reviewing",
    "conviction": "outcomes",
}


@dataclass(frozen=True)
class Done:
    """An entry of the record that is seen: what, when (None if nobody can say) and what is said of it."""

    name: str
    on: date | None
    said: Json


@dataclass(frozen=True)
class Clock:
    """One occasion on which the rule asks."""

    key: str
    kind: str
    """`case`, `anchor` or `each`."""
    state: str = "now"
    on: date | None = None
    entry: Done | None = None


@dataclass(frozen=True)
class Row:
    """A row of a limit; without a value if the source gives no number, and so is no row at all."""

    value: int | None
    unit: str = "days"
    times: int = 1
    tolerance: int = 0


NO_NUMBER = Row(None)
Finding = tuple[str, int, str]
"""The occasion's key, which time it is for what recurs (otherwise 0), and the status."""


@dataclass(frozen=True)
class Window:
    """From which day to which day something should be done; None for no such bound."""

    first: date | None
    last: date | None
    never_ends: bool = False
    """It ends on a day that is still to come."""
    timed: bool = True
    """False where the source gives no number, so that the timing is to judge."""
    latest: date | None = None
    """Our own last day, after which absence is missing [7]."""
    starts_unknown: bool = False
    """Its first day is a date that is not given."""


def days(first: date, last: date) -> Iterator[date]:
    """Walk from one day to another, both of them inside."""
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


class Oracle:
    """One rule, its limits and one case, all as plain values."""

    def __init__(self, rule: Json, limits: Mapping[str, Sequence[Sequence[Json]]], case: Json) -> None:
        self.rule, self.limits, self.case = rule, limits, case
        self.expect: Json = rule["expect"]
        self.as_at = date.fromisoformat(case["as_at"])
        self.facts: Json = case["circumstances"]
        self.record: list[Done] = []
        self.reasons: list[Done] = []
        for item in case["record"]:
            [(name, said)] = item.items()
            said = said if isinstance(said, dict) else {"on": said}
            on = None if said.get("on") in (None, "unknown") else date.fromisoformat(said["on"])
            if on is not None and on > self.as_at:
                continue  # nothing dated after as_at is seen [8]
            (self.reasons if name == "not_done" else self.record).append(Done(name, on, said))

    def findings(self) -> list[Finding]:
        """Return every finding of the rule, in order."""
        clocks = self.clocks()
        found: list[Finding] = []
        for clock in clocks:
            turns = self.turns(clock, len(clocks))
            numbered = enumerate(turns, 1) if "every" in self.expect and len(turns) else enumerate(turns)
            found += [(clock.key, turn, status) for turn, status in numbered]
        return sorted(found)

    # Clocks ----------------------------------------------------------------------------------------------------------

    def clocks(self) -> list[Clock]:
        """Every occasion; a rule has at least one in every case [11]."""
        given = self.rule.get("from")
        if given is None:
            return [Clock("case", "case")]
        triggers = given if isinstance(given, list) else [given]
        return [clock for trigger in triggers for clock in self.clocks_of(trigger)]

    def clocks_of(self, trigger: str | Json) -> list[Clock]:
        if isinstance(trigger, str):
            return self.anchor_clocks(trigger)
        name, found = trigger["each"], []
        for entry in self.reasons if name == "not_done" else self.record:
            if entry.name == name:
                matches = fits(entry.said, trigger.get("where", {}))
                if matches is not False:
                    state = "doubtful" if matches is None else "undated" if entry.on is None else "now"
                    found.append(Clock(f"{name}@{entry.said.get('on', 'undated')}", "each", state, entry.on, entry))
        unseen = self.open_stages() if name == "not_done" else self.open_stages() & {STAGES[name]}
        return found or [Clock(name, "each", "not_seen" if unseen else "none")]

    def anchor_clocks(self, name: str) -> list[Clock]:
        """A date, several dates (each with its own clock), `not_yet`, `none` or not given [8]."""
        given = self.facts.get(name)
        if given is None or given == "not_yet":
            return [Clock(name, "anchor", "future" if given else "not_given")]
        if given == "none":
            return [Clock(name, "anchor", "none")]
        dates = sorted(map(date.fromisoformat, given if isinstance(given, list) else [given]))
        return [
            Clock(name if n == 0 else f"{name}#{n + 1}", "anchor", "now" if day <= self.as_at else "future", day)
            for n, day in enumerate(dates)
        ]

    def turns(self, clock: Clock, n_clocks: int) -> list[str]:
        """The status of each finding for one occasion: one, except where something recurs."""
        if clock.state == "none":
            return ["not_applicable"]
        reads_on = clock.on if clock.state == "now" and clock.on else self.as_at
        applies = self.applies(reads_on)
        if applies is not True:
            return ["cannot_tell" if applies is None else "not_applicable"]
        if clock.state in _WITHOUT_LOOKING:
            return [_WITHOUT_LOOKING[clock.state]]
        if clock.state == "not_given":
            return [self.without_a_date(clock, n_clocks)]
        if "never" in self.expect:
            return [self.never(clock)]
        if "every" in self.expect:
            return self.every(clock)
        if "each_period" in self.expect:
            return [self.each_period(clock)]
        if "at_least" in self.expect:
            return [self.at_least(clock, n_clocks)]
        return [self.once(clock, n_clocks)]

    def applies(self, on: date) -> Truth:
        """The rule's `when`, at most one yes/no circumstance, read on a day."""
        for name, wanted in self.rule.get("when", {}).items():
            value = self.fact(name, on)
            return None if value is None else value == wanted
        return True

    def fact(self, name: str, on: date) -> Any:
        given = self.facts.get(name)
        if not isinstance(given, list):
            return given
        known = [change for change in given if date.fromisoformat(change["from"]) <= min(on, self.as_at)]
        return max(known, key=lambda change: str(change["from"]))["is"] if known else None

    def open_stages(self) -> set[str]:
        complete = self.case.get("record_complete", True)
        every = {"court", *STAGES.values()}
        return set() if complete is True else every if complete is False else every - set(complete)

    # What answers ----------------------------------------------------------------------------------------------------

    def activities(self) -> list[str]:
        named = self.expect.get("activity", self.expect.get("never"))
        return named if isinstance(named, list) else [named]

    def answers(self, clock: Clock) -> list[tuple[Done, Truth]]:
        """What may answer an occasion, and whether it is the right thing."""
        found = []
        for entry in self.record:
            matches = fits(entry.said, self.expect.get("where", {})) if entry.name in self.activities() else False
            for name in self.expect.get("same", ()) if matches is not False else ():
                ours, theirs = entry.said.get(name), clock.entry.said.get(name) if clock.entry else None
                if ours is None or theirs is None:
                    matches = None if matches is not False else False
                elif ours != theirs:
                    matches = False
            if matches is not False:
                found.append((entry, matches))
        return found

    def quality(self, entry: Done, matches: Truth) -> str:
        if matches is None:
            return "unclear"
        good = fits(entry.said, self.expect.get("good_when", {}))
        return "good" if good else "unjudged" if good is None else "bad"

    def record_is_open(self) -> bool:
        return any(STAGES[name] in self.open_stages() for name in self.activities())

    def without_a_date(self, clock: Clock, n_clocks: int) -> str:
        """The clock has no date: it cannot be told [8]; but what was not done, for a reason on record, was not done [6]."""
        reason = "" if "never" in self.expect or self.answers(clock) else self.reason(None, n_clocks)
        return {"accepted": "excepted", "unsaid": "to_judge", "refused": "missing"}.get(reason, "cannot_tell")

    # One window ------------------------------------------------------------------------------------------------------

    def once(self, clock: Clock, n_clocks: int) -> str:
        """Whether it was done in its window, under every reading of the limit [7]."""
        if "within" in self.expect and clock.on is not None:
            return self.combined(
                [[self.in_row(clock, n_clocks, row) for row in rows] for rows in self.readings("within", clock.on)]
            )
        if "within" in self.expect:
            return "to_judge" if self.answers(clock) else self.without_a_date(clock, n_clocks)  # [8]
        window = self.bounds(clock)
        return window if isinstance(window, str) else self.in_window(clock, n_clocks, window)

    def in_row(self, clock: Clock, n_clocks: int, row: Row) -> str:
        assert clock.on is not None
        first = None if "early" in self.expect else clock.on
        if row.value is None:
            return self.in_window(clock, n_clocks, Window(first, None, timed=False, latest=self.our_last_day(clock)))
        return self.in_window(clock, n_clocks, Window(first, due_day(clock.on, row.value, row.unit)))

    def our_last_day(self, clock: Clock) -> date | None:
        if "at_latest" not in self.expect or clock.on is None:
            return None
        value, unit = self.expect["at_latest"].split()
        return due_day(clock.on, int(value), unit)

    def bounds(self, clock: Clock) -> Window | str:
        """The window that other dates give, or the status where they give none."""
        expect = self.expect
        bound = expect.get("until") or expect.get("before") or expect.get("by")
        first = None if "early" in expect else clock.on
        if bound is None:
            return Window(first, None, latest=self.our_last_day(clock))
        given = self.instant(bound, clock)
        if given is None:
            return "cannot_tell"
        if "until" in expect:
            return Window(first, given if isinstance(given, date) else None, never_ends=isinstance(given, str))
        if given == "none":
            return "not_applicable"  # there is nothing that it should come before
        first = self.instant(expect["not_before"], clock) if "not_before" in expect else None
        assert first is None or isinstance(first, date)
        last = None if isinstance(given, str) else day_before(given) if "before" in expect else given
        return Window(first, last, never_ends=last is None, starts_unknown="not_before" in expect and first is None)

    def instant(self, name: str, clock: Clock) -> date | str | None:
        if name == "trigger":
            return clock.on
        anchor, _, attribute = name.partition(".")
        if attribute:
            said = clock.entry.said.get(attribute) if clock.entry else None
            return date.fromisoformat(said) if said else None
        given = self.facts.get(anchor)
        return given if given in (None, "not_yet", "none") else date.fromisoformat(given)

    def in_window(self, clock: Clock, n_clocks: int, window: Window) -> str:
        """What is on the record in and around a window: the first that holds [2]."""
        answers, first, last = self.answers(clock), window.first, window.last
        if clock.state == "undated" and answers:
            return "to_judge"  # whether it came after the occasion nobody can say [5] [8]
        inside_days = set(days(first or FIRST_DAY, last or LAST_DAY))
        too_early = set(days(FIRST_DAY, day_before(first))) if first else set()
        undated_is_inside = first is None and last is None  # it is not asked when, only whether
        inside = [(e, m) for e, m in answers if (e.on in inside_days if e.on else undated_is_inside)]
        if inside:
            if window.starts_unknown:
                return "cannot_tell"
            shown = self.chosen(inside)
            return {"good": "met" if window.timed else "to_judge", "bad": "insufficient"}.get(shown, "to_judge")
        if any(e.on is None for e, _ in answers):
            return "to_judge"
        reason = self.reason((first or FIRST_DAY, last or LAST_DAY), n_clocks)
        early = any(e.on in too_early for e, _ in answers)
        if early and clock.kind == "anchor" and "not_before" not in self.expect and reason not in ("accepted", "refused"):
            return "to_judge"  # done before the clock started: does it still hold? [5]
        late = [(e, m) for e, m in answers if e.on not in too_early]
        if late:
            return "cannot_tell" if window.starts_unknown and not any(m for _, m in late) else self.lateness(late)
        if window.starts_unknown and reason != self.reason(None, n_clocks):
            return "cannot_tell"  # whether the window holds a dated reason nobody can say [6]
        return self.absence(reason, window)

    def chosen(self, inside: list[tuple[Done, Truth]]) -> str:
        """What decides among those in a window, by `which`: the best of the day."""
        which = self.expect.get("which", "any")
        if which != "any":
            dates = [e.on for e, _ in inside if e.on]
            wanted = (max(dates) if which == "latest" else min(dates)) if dates else None
            # one without a date may be the first or the latest as well
            inside = [(e, m) for e, m in inside if e.on is None or e.on == wanted]
            if len(inside) > 1 and any(e.on is None for e, _ in inside):
                shown = {self.quality(e, m) for e, m in inside}
                return shown.pop() if len(shown) == 1 else "undated"
        shown = {self.quality(e, m) for e, m in inside}
        return next(quality for quality in ("good", "unjudged", "unclear", "bad") if quality in shown)

    def lateness(self, late: list[tuple[Done, Truth]]) -> str:
        sure = sorted((e for e, m in late if m), key=lambda e: str(e.on))
        if not sure:
            return "to_judge"
        return "excepted" if sure[0].said.get("late_reason", {}).get("acceptable") is True else "late"

    def absence(self, reason: str, window: Window) -> str:
        if reason == "accepted":
            return "excepted"
        if reason == "unsaid":
            return "to_judge"
        ends = window.last or window.latest
        if window.never_ends or (ends is not None and self.as_at <= ends):
            return "not_yet_due"
        if reason == "refused":
            return "missing"
        if self.record_is_open():
            return "not_on_record"
        return "missing" if window.timed or ends is not None else "to_judge"

    def reason(self, window: tuple[date, date] | None, n_clocks: int) -> str:
        """The best reason on record: a dated one for the window that holds it, an undated one for a single clock [6].

        Without a window, no dated reason can be said to be in it.
        """
        found = set()
        inside = set(days(*window)) if window else None
        for entry in self.reasons:
            about = entry.said["activity"] in self.activities()
            if not about or fits(entry.said, self.expect.get("where", {})) is False:
                continue
            if entry.on is not None and (inside is None or entry.on not in inside):
                continue
            acceptable = entry.said.get("acceptable")
            if acceptable is False:
                found.add("refused")
            elif acceptable is None or (entry.on is None and n_clocks > 1):
                found.add("unsaid")
            else:
                found.add("accepted")
        return next((reason for reason in ("accepted", "unsaid", "refused") if reason in found), "")

    # Limits ----------------------------------------------------------------------------------------------------------

    def readings(self, use: str, on: date) -> list[list[Row]]:
        """For each reading in force on a day, the rows that may be the right ones [7]."""
        found = []
        for rows in self.limits[self.expect[use]]:
            possible: list[Row] = []
            settled = False
            for row in rows:
                starts, ends = row.get("valid_from", "2000-01-01"), row.get("valid_until", "2100-01-01")
                if settled or not starts <= on.isoformat() < ends:
                    continue
                fitting = fits_tier(self.facts.get("tier"), row.get("when", {}).get("tier"))
                if fitting is not False:
                    possible.append(Row(row.get("value"), row.get("unit", "days"), row.get("times", 1), row.get("tolerance", 0)))
                settled = fitting is True
            if possible and not settled:
                possible.append(NO_NUMBER)  # it may be that no row is the right one
            if possible:
                found.append(possible)
        numbered = [rows for rows in found if any(row.value is not None for row in rows)]
        return numbered or [[NO_NUMBER]]  # readings without a number give way

    @staticmethod
    def combined(readings: list[list[str]]) -> str:
        """The same in all is the status; else a matter of judgement between readings, or of what is not known [7]."""
        found = {status for reading in readings for status in reading}
        if len(found) == 1:
            return found.pop()
        return "cannot_tell" if any(len(set(reading)) > 1 for reading in readings) else "to_judge"

    def only_row(self, use: str, on: date) -> Row:
        """The row of a limit that is not in doubt."""
        [[row]] = self.readings(use, on)
        return row

    # What must not happen, what recurs, counts ------------------------------------------------------------------------

    def end(self) -> date | None:
        """The day on which something that goes on stops; it has no end until one is given [9]."""
        given = self.facts.get(self.expect["until"]) if "until" in self.expect else None
        return None if given in (None, "not_yet", "none") else date.fromisoformat(given)

    def never(self, clock: Clock) -> str:
        window = set(days(clock.on or FIRST_DAY, self.end() or LAST_DAY))
        answers = [(e, m) for e, m in self.answers(clock) if e.on is None or e.on in window]
        if any(m and e.on for e, m in answers):
            return "to_judge" if clock.state == "undated" else "insufficient"
        if answers:
            return "to_judge"
        return "not_on_record" if self.record_is_open() else "met"

    def every(self, clock: Clock) -> list[str]:
        """Walk from the start; each time it is done the next is due from then, late or poor ones included [9]."""
        if clock.on is None:
            return ["cannot_tell"]
        answers, found = self.answers(clock), []
        start, first = clock.on, clock.on
        while True:
            row = self.only_row("every", start)
            last = due_day(start, row.value, row.unit) if row.value is not None else None
            end = self.end()
            if end is not None and last is not None and last > end:
                break
            done = next((day for day in days(first, self.as_at) if any(e.on == day for e, _ in answers)), None)
            if done is not None:
                found.append(self.turn_done([(e, m) for e, m in answers if e.on == done], last))
                start, first = done, done + ONE_DAY
                continue
            if any(e.on is None for e, _ in answers):
                found.append("to_judge")
                break
            reason = self.reason((start, last or LAST_DAY), 2)
            found.append(self.absence(reason, Window(start, last, timed=row.value is not None)))
            if reason != "accepted" or last is None or self.as_at <= last:
                break
            start, first = last, last + ONE_DAY
        return found or ["not_applicable"]

    def turn_done(self, those: list[tuple[Done, Truth]], last: date | None) -> str:
        if last is not None and those[0][0].on not in set(days(FIRST_DAY, last)) and any(m for _, m in those):
            return self.lateness(those)
        shown = self.chosen(those)
        return {"good": "to_judge" if last is None else "met", "bad": "insufficient"}.get(shown, "to_judge")

    def each_period(self, clock: Clock) -> str:
        """Only periods that have ended count; one with a dated acceptable reason leaves the denominator [10]."""
        if clock.on is None or self.end_is_unknown():
            return "cannot_tell"
        row, answers = self.only_row("each_period", clock.on), self.answers(clock)
        if row.value is None:
            absent = "not_on_record" if self.record_is_open() else "to_judge"
            return "to_judge" if answers else absent
        done = waived = unclear = ended = 0
        lacking: list[int] = []  # how many more each other period would need, if the unclear ones count
        first = clock.on
        while True:
            last = due_day(clock.on, row.value * (ended + 1), row.unit)
            if last >= self.as_at or (self.end() is not None and last > self.end()):
                break
            ended += 1
            period = set(days(first, last))
            inside = [m for e, m in answers if e.on in period]
            if sum(m is True for m in inside) >= row.times:
                done += 1
            elif self.reason((first, last), 2) == "accepted":
                waived += 1
            else:
                lacking.append(row.times - len(inside))
            first = last + ONE_DAY
        undated = sum(1 for e, _ in answers if e.on is None)
        for short in sorted(lacking):  # an undated one fills one place in one period
            if short <= undated:
                undated -= max(short, 0)
                unclear += 1
        if not ended:
            end = self.end()
            return "not_applicable" if end is not None and end < self.as_at else "not_yet_due"
        if ended == waived:
            return "excepted"
        return self.counted(done, unclear, ended - waived - row.tolerance, still_open=False)

    def end_is_unknown(self) -> bool:
        """Whether nobody says up to when something is counted [8]."""
        return "until" in self.expect and self.facts.get(self.expect["until"]) is None

    def at_least(self, clock: Clock, n_clocks: int) -> str:
        if self.end_is_unknown():
            return "cannot_tell"
        row = self.only_row("at_least", clock.on or self.as_at)
        window = set(days(clock.on or FIRST_DAY, self.end() or LAST_DAY))
        inside = [(e, m) for e, m in self.answers(clock) if e.on is None or e.on in window]
        sure = sum(1 for e, m in inside if m and e.on)
        still_open = "until" in self.expect and (self.end() is None or self.as_at <= self.end())
        assert row.value is not None
        wanted = row.value - row.tolerance
        reason = self.reason((clock.on or FIRST_DAY, self.end() or LAST_DAY), n_clocks)
        return self.counted(sure, len(inside) - sure, wanted, still_open, reason)

    def counted(self, sure: int, unclear: int, wanted: int, still_open: bool, reason: str = "") -> str:
        if sure >= wanted:
            return "met"
        if sure + unclear >= wanted or reason == "unsaid":
            return "to_judge"
        if reason == "accepted":
            return "excepted"
        if still_open:
            return "not_yet_due"
        if reason == "refused":
            return "missing"
        if self.record_is_open():
            return "not_on_record"
        return "insufficient" if sure else "missing"


_WITHOUT_LOOKING = {
    "future": "not_yet_due",
    "doubtful": "cannot_tell",
    "not_seen": "not_on_record",
}


def fits(said: Json, tests: Json) -> Truth:
    """Whether what is said of an entry passes every test of it; None if what is not said decides."""
    results = {None if said.get(name) is None else said[name] == wanted for name, wanted in tests.items()}
    return False if False in results else None if None in results else True


def fits_tier(tier: int | None, wanted: int | list[int] | None) -> Truth:
    if wanted is None:
        return True
    return None if tier is None else tier in (wanted if isinstance(wanted, list) else [wanted])


def day_before(day: date) -> date:
    """Return the day before a day."""
    return day - ONE_DAY
