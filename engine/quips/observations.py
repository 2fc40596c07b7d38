"""What the record shows for one occasion of one rule: the windows, what was done in them, and the reasons recorded.

This is the arithmetic of dates. Both engines are given its results as facts and decide the status each in its own way.
Numbers in brackets refer to the decisions in `docs/semantics.md`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from quips.attempts import Attempt, Measure, Observation, Reason, Seen, Spells, Window
from quips.cases import Case, Entry
from quips.framework import Row
from quips.occasions import Occasion, State
from quips.program import Duty, Program
from quips.rules import Expect
from quips.truth import Asks, Conditions, Truth, World, asks_entry
from quips.vocabulary import NONE, NOT_YET
from quips.workdays import add

Observes = Callable[[World, Occasion, int], list[Observation]]
Candidates = list[tuple[Entry, Truth]]

_STATES = {
    State.FUTURE: Seen.FUTURE,
    State.DATE_NOT_GIVEN: Seen.DATE_NOT_GIVEN,
    State.DOUBTFUL: Seen.DOUBTFUL,
    State.NOT_SEEN: Seen.NOT_SEEN,
}
_NOW, _UNDATED = State.NOW, State.UNDATED
_GOOD, _NOTHING, _CLEAR, _EARLY, _AFTER, _NO_REASON = Seen.GOOD, Seen.NOTHING, Seen.CLEAR, Seen.EARLY, Seen.AFTER, Reason.NONE
"""Python 3.11 takes longer to look a member up in its class than is spent on most of what is asked with it."""
_QUALITY: dict[Truth, Seen] = {True: Seen.GOOD, None: Seen.UNJUDGED, False: Seen.BAD}
_DAYS_KEPT = 4_000
_LONGEST = 3
"""How many of the longest times without something are told."""
_RANK = {Seen.GOOD: 0, Seen.UNJUDGED: 1, Seen.UNCLEAR: 2, Seen.BAD: 3}


def observations(duty: Duty, program: Program, conditions: Conditions) -> Observes:
    """Compile a rule's expectation into a function that says what the record shows for an occasion to which it applies.

    The function takes the case, the occasion, and how many occasions the rule has in this case.
    """
    assert duty.expect is not None  # derivations and conflicts are decided without the record's windows
    observer = _Observer(duty.expect, duty, program, conditions)
    how: Observes
    if duty.expect.this is not None:
        how = observer.trigger_itself
    elif duty.expect.never:
        how = observer.never
    elif duty.expect.every:
        how = observer.every
    elif duty.expect.each_period:
        how = observer.each_period
    elif duty.expect.at_least:
        how = observer.at_least
    else:
        how = observer.once

    def observe(world: World, occasion: Occasion, n_occasions: int) -> list[Observation]:
        state = occasion.state
        if state is _NOW or state is _UNDATED:
            return how(world, occasion, n_occasions)
        seen = _STATES[state]
        attempt = Attempt(seen)
        if seen is Seen.DATE_NOT_GIVEN and not observer.expect.never and not observer.candidates(world, occasion):
            # Nothing was done at all, and a recorded reason says that the occasion was there, whenever it was.
            attempt.reason = observer.reason(world.case, None, None, n_occasions, dated=False)
            attempt.seen = seen if attempt.reason is _NO_REASON else _NOTHING
        return [Observation(occasion.key, occasion.day, [attempt])]

    return observe


class _Observer:
    """One expectation, compiled."""

    def __init__(self, expect: Expect, duty: Duty, program: Program, conditions: Conditions) -> None:
        self.expect = expect
        self.where = asks_entry(expect.where)
        self.asked = conditions.number((expect.activities, expect.where))
        self.good = asks_entry(expect.good_when) if expect.good_when else None
        self.this = asks_entry(expect.this) if expect.this else None
        self.stages = frozenset(program.stages[name] for name in expect.activities)
        self.anchors = program.relevant
        self.judges_early = expect.not_before is None and not expect.early_counts
        limit = expect.within or expect.every or expect.each_period or expect.at_least
        self.readings = _compiled_readings(program, limit, conditions) if limit else []
        self.conditional = any(asks is not None for _, rows in self.readings for _, asks in rows)
        self.bound = expect.until or expect.before or expect.by
        self.known_windows: dict[int | None, list[Window | Seen]] = {}

    # What is asked of an occasion ------------------------------------------------------------------------------------

    def trigger_itself(self, world: World, occasion: Occasion, n_occasions: int) -> list[Observation]:
        assert self.this is not None and occasion.entry is not None  # checked when the rules were loaded
        attempt = Attempt(_QUALITY[self.this(occasion.entry.attributes)])
        attempt.entry = occasion.entry
        return [Observation(occasion.key, occasion.day, [attempt])]

    def once(self, world: World, occasion: Occasion, n_occasions: int) -> list[Observation]:
        case, found = world.case, self.candidates(world, occasion)
        attempts = []
        for window in self.windows(world, occasion):
            attempts.append(self.attempt(case, found, window, occasion, n_occasions))  # noqa: PERF401 - mostly there is one
        return [Observation(occasion.key, occasion.day, attempts)]

    def never(self, world: World, occasion: Occasion, n_occasions: int) -> list[Observation]:
        case = world.case
        end = self.end(world, occasion)
        seen, decisive = _CLEAR, None
        for entry, matches in self.candidates(world, occasion):
            if not _may_be_within(entry.day, occasion.day, end):
                continue
            if entry.day is None or matches is None or occasion.state is State.UNDATED:
                seen, decisive = Seen.UNCLEAR, entry
            else:
                seen, decisive = Seen.BAD, entry
                break
        attempt = Attempt(seen)
        attempt.first, attempt.due, attempt.entry = occasion.day, end, decisive
        attempt.incomplete = self.incomplete(case)
        return [Observation(occasion.key, occasion.day, [attempt])]

    def every(self, world: World, occasion: Occasion, n_occasions: int) -> list[Observation]:
        """Rolling [9]: the next is due from the last one done, late or poor ones included."""
        if occasion.day is None:
            return [Observation(occasion.key, None, [Attempt(Seen.DATE_NOT_GIVEN)])]
        case, end = world.case, self.end(world, occasion)
        found = self.candidates(world, occasion)
        undated = next((entry for entry, _ in found if entry.day is None), None)
        results: list[Observation] = []
        start, turn = occasion.day, 1
        while True:
            windows = self.limit_windows(world, start)
            if end is not None and all(w.last is not None and w.last > end for w in windows):
                break
            done = self.next_done(found, start, first=turn == 1)
            attempts = [self.recurring_attempt(case, window, done, undated) for window in windows]
            observation = Observation(f"{occasion.key.removesuffix('/1')}/{turn}", start, attempts, turn)
            results.append(observation)
            excused = next((a for a in attempts if a.seen is _NOTHING and a.reason is Reason.ACCEPTED), None)
            if done:
                start = done[0][0].day or start  # what is next has a day
            elif excused is not None and excused.due is not None and not excused.still_open:
                start = excused.due
            else:
                observation.periods = self.periods_passed(world, windows, start)
                break
            turn += 1
        return results or [Observation(occasion.key, start, [Attempt(Seen.NO_END)], 1)]

    def each_period(self, world: World, occasion: Occasion, n_occasions: int) -> list[Observation]:
        if occasion.day is None or self.end_not_given(world, occasion):
            return [Observation(occasion.key, None, [Attempt(Seen.DATE_NOT_GIVEN)])]
        case, end = world.case, self.end(world, occasion)
        found = self.candidates(world, occasion)
        windows = self.limit_windows(world, occasion.day)
        attempts = [self.frequency(case, window, found, end) for window in windows]
        return [Observation(occasion.key, occasion.day, attempts)]

    def at_least(self, world: World, occasion: Occasion, n_occasions: int) -> list[Observation]:
        if self.end_not_given(world, occasion):
            return [Observation(occasion.key, occasion.day, [Attempt(Seen.DATE_NOT_GIVEN)])]
        case, end = world.case, self.end(world, occasion)
        found = self.candidates(world, occasion)
        attempts = []
        for row, reading in self.rows(world, occasion.day if occasion.day is not None else case.as_at):
            wanted = row.value if row and row.value is not None else None
            inside = [pair for pair in found if _may_be_within(pair[0].day, occasion.day, end)]
            sure = sum(1 for entry, matches in inside if matches and entry.day is not None)
            attempt = Attempt(_NOTHING)
            attempt.first, attempt.due, attempt.reading, attempt.row = occasion.day, end, reading, row
            attempt.timed = wanted is not None
            attempt.endless = wanted is None
            attempt.incomplete = self.incomplete(case)
            attempt.still_open = self.expect.until is not None and (end is None or case.as_at <= end)
            if wanted is not None:
                attempt.measure = Measure(sure, wanted, 0, len(inside) - sure)
                attempt.seen = _counted(sure, len(inside) - sure, wanted - (row.tolerance if row else 0))
            elif inside:
                attempt.seen = Seen.UNJUDGED
            attempt.entry = inside[-1][0] if inside else None
            if attempt.seen in (_NOTHING, Seen.SHORT):
                attempt.reason = self.reason(case, occasion.day, end, n_occasions)
            attempts.append(attempt)
        return [Observation(occasion.key, occasion.day, attempts)]

    # Windows ---------------------------------------------------------------------------------------------------------

    def windows(self, world: World, occasion: Occasion) -> list[Window | Seen]:
        """The windows in which it should be done; a `Seen` where a window cannot be had."""
        if self.bound is not None or self.conditional:
            return self.windows_in(world, occasion)
        known = self.known_windows.get(occasion.day)
        if known is None:
            # They depend on nothing but the day, so all cases share them; they are few, as days are.
            if len(self.known_windows) >= _DAYS_KEPT:
                self.known_windows.clear()
            known = self.known_windows[occasion.day] = self.windows_in(world, occasion)
        return known

    def windows_in(self, world: World, occasion: Occasion) -> list[Window | Seen]:
        """The windows of one occasion in one case."""
        expect, day = self.expect, occasion.day
        first = None if expect.early_counts else day
        if expect.within:
            return [Seen.UNDATED] if day is None else list(self.limit_windows(world, day))
        if self.bound is None:
            grace = add(day, *expect.at_latest) if expect.at_latest and day is not None else None
            return [Window(first, None, grace=grace)]
        last = _resolve(self.bound, world.case, occasion)
        if expect.before or expect.by:
            start = _resolve(expect.not_before, world.case, occasion) if expect.not_before else NONE
            first, unknown = (start if isinstance(start, int) else None), start is None
            if last == NOT_YET:
                return [Window(first, None, endless=True, first_unknown=unknown)]
            if isinstance(last, str):
                return [Seen.NO_END]
            if last is not None:
                return [Window(first, last - 1 if expect.before else last, first_unknown=unknown)]
        elif isinstance(last, str):
            return [Window(first, None, endless=True)]
        if last is None:
            return [Seen.DATE_NOT_GIVEN]
        return [Window(first, last)]

    def limit_windows(self, world: World, day: int) -> list[Window]:
        """The windows that a limit gives from a day on: one for each reading and each row that may be the right one."""
        latest = self.expect.at_latest
        windows = []
        first = None if self.expect.early_counts else day
        for row, reading in self.rows(world, day):
            if row is not None and row.value is not None:
                windows.append(Window(first, add(day, row.value, row.unit), True, False, reading, row))
            else:
                grace = add(day, *latest) if latest else None
                windows.append(Window(first, None, False, latest is None, reading, row, grace))
        return windows

    def rows(self, world: World, day: int) -> list[tuple[Row | None, str]]:
        """The rows that may be the right ones on a day; readings without a number give way to those with one [7]."""
        possible: list[tuple[Row | None, str]] = []
        for name, rows in self.readings:
            truth: Truth = False
            for row, asks in rows:
                if not row.in_force(day):
                    continue
                truth = asks(world, day) if asks else True
                if truth is not False:
                    possible.append((row, name))
                if truth:
                    break
            if possible and possible[-1][1] == name and not truth:
                possible.append((None, name))  # it may be that no row is the right one
        numbered = {name for row, name in possible if row is not None and row.value is not None}
        return [(row, name) for row, name in possible if name in numbered] or possible[:1] or [(None, "")]

    def end(self, world: World, occasion: Occasion) -> int | None:
        """The day on which something that goes on stops; None while it has not been given: it has not come."""
        if self.expect.until is None:
            return None
        end = _resolve(self.expect.until, world.case, occasion)
        return end if isinstance(end, int) else None

    def end_not_given(self, world: World, occasion: Occasion) -> bool:
        """Whether something is counted up to a day that nobody gives: then it cannot be told what counts."""
        return self.expect.until is not None and _resolve(self.expect.until, world.case, occasion) is None

    # What was done ---------------------------------------------------------------------------------------------------

    def candidates(self, world: World, occasion: Occasion) -> Candidates:
        """What may answer the occasion, in the order of days, with whether it is the right thing."""
        found = world.done.get(self.asked)
        if found is None:
            found = world.done[self.asked] = self.in_question(world.case)
        if not self.expect.same:
            return found
        compared = [(entry, _same(entry, occasion, self.expect.same, matches)) for entry, matches in found]
        return [pair for pair in compared if pair[1] is not False]

    def in_question(self, case: Case) -> Candidates:
        """What may answer any occasion, in the order of days: rules that ask for the same share it."""
        found: Candidates = []
        for name in self.expect.activities:
            for entry in case.entries.get(name, ()):
                matches = self.where(entry.attributes)
                if matches is not False:
                    found.append((entry, matches))
        if len(self.expect.activities) > 1:
            found.sort(key=lambda pair: (pair[0].day is None, pair[0].day or 0, pair[0].key))
        return found

    def attempt(self, case: Case, found: Candidates, window: Window | Seen, occasion: Occasion, n_occasions: int) -> Attempt:
        if not isinstance(window, Window):
            return self.without_window(case, found, window, n_occasions)
        seen, entry = self.choose(found, window, occasion) if found else (_NOTHING, None)
        reason = _NO_REASON
        if case.reasons and (seen is _NOTHING or seen is _EARLY):
            reason = self.reason(case, window.first, window.last, n_occasions)
            if seen is _EARLY and reason in (Reason.ACCEPTED, Reason.REFUSED):
                # A reason for not doing it now says that what was done before does not hold.
                seen, entry = self.choose(found, window, occasion, heeds_early=False)
        if window.first_unknown:
            undated = self.reason(case, None, None, n_occasions, dated=False)
            if seen in _RANK or (seen is _NOTHING and reason is not undated):
                seen = Seen.DATE_NOT_GIVEN
        attempt = Attempt(seen)
        attempt.first, attempt.due, attempt.at_latest = window.first, window.last, window.grace
        attempt.entry, attempt.timed = entry, window.timed
        attempt.endless = window.endless and not window.timed
        if found:
            attempt.begun = found[0][0].day  # the first in order; what has no day comes last
        attempt.reading, attempt.row = window.reading, window.row
        if case.incomplete:
            attempt.incomplete = self.incomplete(case)
        attempt.still_open = window.still_open(case.as_at)
        if seen is _NOTHING:
            attempt.reason = reason
        elif seen is _AFTER and entry is not None:
            attempt.late_accepted = entry.attributes.get("late_acceptable") is True
            attempt.quality = self.quality(entry, True)
        return attempt

    def without_window(self, case: Case, found: Candidates, seen: Seen, n_occasions: int) -> Attempt:
        """The occasion has no date, or the bound is not known: what was done is for the auditor [8]."""
        if seen is not Seen.UNDATED:
            return Attempt(seen)
        attempt = Attempt(Seen.UNDATED if found else Seen.DATE_NOT_GIVEN)
        attempt.entry = found[0][0] if found else None
        reason = _NO_REASON if found else self.reason(case, None, None, n_occasions, dated=False)
        if reason is not Reason.NONE:
            attempt.seen, attempt.reason = _NOTHING, reason
        return attempt

    def choose(
        self, found: Candidates, window: Window, occasion: Occasion, heeds_early: bool = True
    ) -> tuple[Seen, Entry | None]:
        """What decides in a window, and the entry: the first of `Seen` that holds; something may answer."""
        if occasion.state is _UNDATED:
            return Seen.UNDATED, found[0][0]
        first, last = window.first, window.last
        if first is None and last is None:
            return self.best(found)
        inside: Candidates = []
        undated = early = after = None
        for pair in found:
            entry, matches = pair
            day = entry.day
            if day is None:
                undated = undated or entry
            elif first is not None and day < first:
                early = entry
            elif last is not None and day > last:
                if after is None or (after[1] is None and matches):
                    after = pair
            else:
                inside.append(pair)
        if inside:
            return self.best(inside)
        if undated:
            return Seen.UNDATED, undated
        if early and heeds_early and self.judges_early and occasion.about in self.anchors:
            return _EARLY, early
        if after:
            return (_AFTER if after[1] else Seen.UNCLEAR), after[0]
        return _NOTHING, None

    def best(self, inside: Candidates) -> tuple[Seen, Entry]:
        """The entry that decides among those in the window, by `which`, and what it shows."""
        if self.expect.which != "any" and len(inside) > 1:
            days = [entry.day for entry, _ in inside]
            if None in days:
                qualities = {self.quality(entry, matches) for entry, matches in inside}
                return (qualities.pop() if len(qualities) == 1 else Seen.UNDATED), inside[-1][0]
            day = days[-1] if self.expect.which == "latest" else days[0]
            inside = [(entry, matches) for entry, matches in inside if entry.day == day]
        decides, matches = inside[0]
        best = self.quality(decides, matches)
        if best is _GOOD or len(inside) == 1:
            return best, decides
        for entry, matches in inside[1:]:
            quality = self.quality(entry, matches)
            if _RANK[quality] < _RANK[best]:
                best, decides = quality, entry
        return best, decides

    def quality(self, entry: Entry, matches: Truth) -> Seen:
        if matches is None:
            return Seen.UNCLEAR
        return _QUALITY[self.good(entry.attributes)] if self.good else _GOOD

    def reason(self, case: Case, first: int | None, last: int | None, n_occasions: int, dated: bool = True) -> Reason:
        """The best reason on record: a dated one excuses the window that holds it, an undated one a single occasion [6].

        Where the window is not known, a dated reason says nothing of it: `dated` is false then.
        """
        best = _NO_REASON
        if not case.reasons:
            return best
        for name in self.expect.activities:
            for entry in case.reasons.get(name, ()):
                if self.where(entry.attributes) is False:
                    continue
                if entry.day is not None and not (dated and _may_be_within(entry.day, first, last)):
                    continue
                acceptable = entry.attributes.get("acceptable")
                if acceptable is False:
                    best = Reason.REFUSED if best is _NO_REASON else best
                elif acceptable is None or (entry.day is None and n_occasions > 1):
                    best = Reason.UNSAID if best is not Reason.ACCEPTED else best
                else:
                    best = Reason.ACCEPTED
        return best

    def incomplete(self, case: Case) -> bool:
        return bool(case.incomplete) and not self.stages.isdisjoint(case.incomplete)

    # Recurring things and counts -------------------------------------------------------------------------------------

    def next_done(self, found: Candidates, start: int, first: bool) -> Candidates:
        """The next one done, or those of one day; none if nothing was done after."""
        after = start if first else start + 1
        days = [entry.day for entry, _ in found if entry.day is not None and entry.day >= after]
        return [pair for pair in found if days and pair[0].day == days[0]]

    def recurring_attempt(self, case: Case, window: Window, done: Candidates, undated: Entry | None) -> Attempt:
        """What one window shows; of several done on one day the best, or, where that is late, the best that surely counts."""
        attempt = Attempt(_NOTHING)
        attempt.first, attempt.due, attempt.timed = window.first, window.last, window.timed
        attempt.endless = not window.timed and window.endless
        attempt.reading, attempt.row = window.reading, window.row
        attempt.incomplete = self.incomplete(case)
        attempt.still_open = window.still_open(case.as_at)
        if not done:
            attempt.seen, attempt.entry = (Seen.UNDATED, undated) if undated else (_NOTHING, None)
            attempt.reason = self.reason(case, window.first, window.last, 2)
        else:
            day = done[0][0].day
            late = window.last is not None and day is not None and day > window.last
            sure = [pair for pair in done if pair[1]] if late else []
            entry, matches = min(sure or done, key=lambda pair: _RANK[self.quality(*pair)])
            attempt.entry, quality = entry, self.quality(entry, matches)
            attempt.seen, attempt.quality = (_AFTER, quality) if late and matches else (quality, None)
            attempt.late_accepted = entry.attributes.get("late_acceptable") is True
        return attempt

    def periods_passed(self, world: World, windows: list[Window], start: int) -> int:
        """How many due dates an unbroken absence has passed, by the longest reading."""
        counts = []
        for window in windows:
            row, periods = window.row, 0
            if row is not None and row.value:
                while add(start, row.value * (periods + 1), row.unit) < world.case.as_at:
                    periods += 1
            counts.append(periods)
        return min(counts, default=0)

    def frequency(self, case: Case, window: Window, found: Candidates, end: int | None) -> Attempt:
        """How many of the periods that have ended had what they should [10]."""
        row, start = window.row, window.first
        attempt = Attempt(_NOTHING)
        attempt.first, attempt.timed, attempt.reading, attempt.row = start, window.timed, window.reading, row
        attempt.incomplete = self.incomplete(case)
        attempt.entry = found[-1][0] if found else None
        if row is None or not row.value or start is None:
            attempt.seen, attempt.endless = (Seen.UNJUDGED if found else _NOTHING), True
            if start is not None:
                attempt.spells = _spells(found, start, case.as_at if end is None else max(start, min(end, case.as_at)))
            return attempt
        done = waived = ended = 0
        lacking = []
        for first, last in _periods(start, row, case.as_at, end):
            ended += 1
            inside = [matches for entry, matches in found if entry.day is not None and first <= entry.day <= last]
            sure = sum(1 for matches in inside if matches)
            if sure >= row.times:
                done += 1
            elif self.reason(case, first, last, 2) is Reason.ACCEPTED:
                waived += 1
            else:
                lacking.append(max(0, row.times - len(inside)))
        unclear = _could_be_filled(lacking, sum(1 for entry, _ in found if entry.day is None))
        of = ended - waived
        attempt.measure = Measure(done, of, waived, unclear)
        attempt.still_open = ended == 0
        if ended and not of:
            attempt.reason = Reason.ACCEPTED
        elif not ended and end is not None and end < case.as_at:
            attempt.seen = Seen.NO_END  # it stopped before one period was over
        elif ended:
            attempt.seen = _counted(done, unclear, of - row.tolerance)
        return attempt


def _spells(found: Candidates, start: int, stop: int) -> Spells:
    """How often something was done from one day to another, and the longest times without it."""
    days = sorted({entry.day for entry, _ in found if entry.day is not None and start <= entry.day <= stop})
    ends = [start, *days, stop]
    spells = sorted(itertools.pairwise(ends), key=lambda spell: (spell[0] - spell[1], -spell[1]))
    half = (spells[0][1] - spells[0][0]) / 2
    longest = tuple((since, until) for since, until in spells[:_LONGEST] if until > since and until - since >= half)
    return Spells(len(days), start, stop, longest, days[-1] if days else None, sum(entry.day is None for entry, _ in found))


def _counted(sure: int, unclear: int, wanted: int) -> Seen:
    if sure >= wanted:
        return _GOOD
    if sure + unclear >= wanted:
        return Seen.UNJUDGED
    return Seen.SHORT if sure else _NOTHING


def _could_be_filled(lacking: list[int], spare: int) -> int:
    """How many periods may count after all, if entries that have no day are put where the fewest are lacking."""
    filled = 0
    for lack in sorted(lacking):
        spare -= lack
        if spare < 0:
            break
        filled += 1
    return filled


def _may_be_within(day: int | None, first: int | None, last: int | None) -> bool:
    """Whether something was done between two days, or may have been, for nobody can say when."""
    return day is None or ((first is None or day >= first) and (last is None or day <= last))


def _periods(start: int, row: Row, as_at: int, end: int | None) -> Iterator[tuple[int, int]]:
    """The periods that have ended, their last days inside, as for any limit [3]; one that is cut off does not count."""
    assert row.value is not None  # the caller has a number
    stop = as_at - 1 if end is None else min(as_at - 1, end)
    first, n = start, 1
    while (last := add(start, row.value * n, row.unit)) <= stop:
        yield first, last
        first, n = last + 1, n + 1


def _same(entry: Entry, occasion: Occasion, names: tuple[str, ...], matches: Truth) -> Truth:
    for name in names:
        ours = entry.attributes.get(name)
        theirs = occasion.entry.attributes.get(name) if occasion.entry else None
        if ours is None or theirs is None:
            matches = None
        elif ours != theirs:
            return False
    return matches


def _resolve(instant: str, case: Case, occasion: Occasion) -> int | str | None:
    """The day that a name stands for; ``not_yet`` or ``none`` as given; None if it is not known."""
    if instant == "trigger":
        return occasion.day
    anchor, _, attribute = instant.partition(".")
    if attribute:
        value = occasion.entry.attributes.get(attribute) if occasion.entry else None
        return value if isinstance(value, int) else None
    given = case.dates.get(anchor)
    if isinstance(given, tuple):
        later = [day for day in given if occasion.day is None or day >= occasion.day]
        return later[0] if later else given[-1]
    return given


def _compiled_readings(program: Program, limit: str, conditions: Conditions) -> list[tuple[str, list[tuple[Row, Asks | None]]]]:
    return [
        (reading.name, [(row, conditions.asks(row.when) if row.when else None) for row in reading.rows])
        for reading in program.limits[limit].readings
    ]
