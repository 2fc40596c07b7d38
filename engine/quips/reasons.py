"""Says why a finding is as it is, in an officer's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from textwrap import shorten

from quips.attempts import Attempt, Reason, Seen, Spells
from quips.cases import Entry
from quips.conditions import Test, tests_of
from quips.explain import (
    Step,
    attribute_in_words,
    day_in_words,
    in_sentence,
    lateness_in_words,
    value_in_words,
    wanted_in_words,
)
from quips.occasions import State, not_said
from quips.phrases import WEAK, Phrases
from quips.problems import listed
from quips.reference import stands, status_of
from quips.rules import Becomes
from quips.statuses import Status
from quips.truth import asks_attribute
from quips.vocabulary import Term

STATUS_WORDS: Mapping[Status, str] = {
    Status.MET: "met",
    Status.CONSISTENT: "consistent",
    Status.EXCEPTED: "not done, for an acceptable reason",
    Status.MISSING: "missing",
    Status.LATE: "late",
    Status.INSUFFICIENT: "not good enough",
    Status.UNDERMINED: "undermined",
    Status.CONFLICT: "cannot both be right",
    Status.TO_JUDGE: "for the auditor to judge",
    Status.CANNOT_TELL: "cannot tell yet",
    Status.NOT_YET_DUE: "not yet due",
    Status.NOT_ON_RECORD: "not on the record so far",
    Status.NOT_APPLICABLE: "does not apply",
}


def status_in_words(status: Status, done: int | None) -> str:
    """Return a status in a word or two; an acceptable reason stands for lateness where something was done.

    Args:
        status: The status of a finding, or what one reading of a limit would give.
        done: The day it was done, as an ordinal; None if it was not.

    Example:
        >>> status_in_words(Status.EXCEPTED, None), status_in_words(Status.EXCEPTED, 733_042)
        ('not done, for an acceptable reason', 'late, for an acceptable reason')
    """
    return "late, for an acceptable reason" if status is Status.EXCEPTED and done is not None else STATUS_WORDS[status]


_NOTE_SHOWN = 300
"""How much of a note is told with a finding, in characters; the whole of it stands with its entry."""


@dataclass(slots=True, eq=False)
class Telling(Phrases):
    """Tells why a finding is as it is."""

    def why(self) -> list[str]:
        """Return why the finding is as it is, in sentences."""
        observation, status = self.evaluated.observation, self.evaluated.status
        if observation is not None:
            said = self._of_observation(observation.attempts)
            beneath = self.evaluated.undermined_by or stands(self.evaluated)  # mostly there is nothing to say of that
            return [*self._beneath(), *said, *self._noted()] if beneath else [*said, *self._noted()]
        if status is _NOT_APPLICABLE:
            return [self._not_applicable()]
        if status is _CANNOT_TELL:
            return [self._cannot_tell()]
        return [self._clash()] if self.rule.conflict else [self._inference()]

    # Parts -----------------------------------------------------------------------------------------------------------

    def _noted(self) -> Iterator[str]:
        """Yield what is noted on the entry that calls for it: a reader has to know which change it was."""
        entry = self.evaluated.occasion.entry
        note = entry.attributes.get("note") if entry is not None else None
        if note:
            words = shorten(str(note), _NOTE_SHOWN, placeholder=" …")
            yield f"Noted on the {in_sentence(self._title(self.evaluated.occasion.about))}: “{words}”."

    def _beneath(self) -> Iterator[str]:
        for found in self.evaluated.undermined_by:
            title = in_sentence(self.titles[self.explainer.conditions.program.duties[found.number].name])
            on = f", on {day_in_words(found.done)}" if found.done is not None else ""
            said = f"is {STATUS_WORDS[found.status]}" if found.status in WEAK else f"was done only afterwards{on}"
            yield f"It rests on other work: {title}. That {said}."
        if stands(self.evaluated):
            yield "The auditor has recorded why this work stands, whatever it rests on."

    def _of_observation(self, attempts: list[Attempt]) -> Iterable[str]:
        if len(attempts) == 1:
            return _TOLD[attempts[0].seen](self, attempts[0])
        return self._of_several(attempts)

    def _of_several(self, attempts: list[Attempt]) -> Iterator[str]:
        if len({status_of(attempt) for attempt in attempts}) > 1:
            if self.evaluated.was is Status.CANNOT_TELL:
                facts = list(self.explainer.limit_unknowns(self.rule, self.day))
                names = listed([wanted_in_words(name, self.explainer.vocabulary) for name in facts], "and")
                yield f"How long is allowed depends on what is not known: {names}."
            else:
                yield "The sources give different limits, and they lead to different answers; which holds is for the auditor."
            for attempt in attempts:
                yield f"{self._limit(attempt)}: {status_in_words(status_of(attempt), attempt.done)}."
            yield from dict.fromkeys(words for attempt in attempts for words in self._why_late(attempt))
            return
        yield from _TOLD[attempts[0].seen](self, attempts[0])
        yield "Every limit that may apply gives the same answer."

    def _good(self, attempt: Attempt) -> list[str]:
        if attempt.measure:
            return [self._measured(attempt)]
        said = f"{self._entry(attempt.entry)}.{self._in_time(attempt)}"
        if attempt.at_latest is not None and attempt.done is not None and attempt.done > attempt.at_latest:
            ours = f"That is after {day_in_words(attempt.at_latest)}, our own last day, for no source gives a number"
            return [said, f"{ours}: whether it was soon enough is for the auditor.", *self._why_late(attempt)]
        if attempt.timed:
            return [said]
        no_number = "The source says only that it should be on time, with no number: whether it was is for the auditor."
        return [said, no_number, *self._why_late(attempt)]

    def _not_judged(self, attempt: Attempt) -> list[str]:
        if attempt.measure:
            return [self._measured(attempt)]
        if attempt.spells:
            return [*self._how_often(attempt.spells), "No source says how often: whether that was enough is for the auditor."]
        return [f"{self._entry(attempt.entry)}. {self._unjudged(attempt.entry)}"]

    def _not_clear(self, attempt: Attempt) -> list[str]:
        missing = self._not_given(attempt.entry)
        return [f"{self._entry(attempt.entry)}. It may be the right one, but the record does not say: {missing}."]

    def _bad(self, attempt: Attempt) -> list[str]:
        return [f"{self._entry(attempt.entry)}.", *self._faults(attempt.entry)]

    def _undated(self, attempt: Attempt) -> list[str]:
        return [f"{self._entry(attempt.entry)}. It was done, but when is not known: whether it was in time is for the auditor."]

    def _early(self, attempt: Attempt) -> list[str]:
        days = _days((attempt.first or 0) - (attempt.done or 0))
        return [f"{self._entry(attempt.entry)}, {days} before the clock started. Does it still hold?", *self._otherwise(attempt)]

    def _otherwise(self, attempt: Attempt) -> Iterator[str]:
        """What would count instead of early work that holds no more: the first of the kind since the clock started."""
        expect, due = self.rule.expect, attempt.due
        if expect is None or expect.where.parts or attempt.first is None:
            return
        there = (entry for activity in expect.activities for entry in self.case.entries.get(activity, ()))
        since = [entry for entry in there if entry.day is not None and attempt.first <= entry.day <= self.case.as_at]
        if since:
            instead = min(since, key=lambda entry: entry.day or 0)
            late = (instead.day or 0) - due if due is not None else 0
            yield f"If not, the next is the {in_sentence(self._entry(instead))}" + (f", {_days(late)} late." if late > 0 else ".")

    def _late(self, attempt: Attempt) -> list[str]:
        late = _days((attempt.done or 0) - (attempt.due or 0))
        said = f"{self._entry(attempt.entry)}, {late} late. {self._limit(attempt)}."
        return [said, *self._faults(attempt.entry), *self._why_late(attempt)]

    def _why_late(self, attempt: Attempt) -> Iterator[str]:
        reason = lateness_in_words(attempt.entry.attributes) if attempt.entry is not None else ""
        if reason:
            yield f"{reason[:1].upper()}{reason[1:]}."

    def _absence(self, attempt: Attempt) -> Iterator[str]:
        if attempt.measure:
            yield self._measured(attempt)
        else:
            yield f"Nothing on the record: {self._what()}{self._which()}{self._between(attempt)}."
        if attempt.reason is not _NO_REASON:
            yield _REASONS[attempt.reason]
        elif attempt.endless:
            yield "The source says only that it should be on time, with no number: whether it is late is for the auditor."
        elif attempt.at_latest is not None and attempt.still_open:
            yield f"No source gives a number; by our own reading there is time until {day_in_words(attempt.at_latest)}."
        elif attempt.at_latest is not None and not attempt.incomplete:
            yield f"No source gives a number; by our own reading it is missing after {day_in_words(attempt.at_latest)}."
        elif attempt.still_open and attempt.due is not None:
            yield f"There is still time. {self._limit(attempt)}."
        elif attempt.incomplete:
            yield "The record is not complete, so it may have been done."
        periods = self.evaluated.observation.periods if self.evaluated.observation else 0
        if periods > 1 and self.evaluated.was is Status.MISSING:
            yield f"By now it has come due {periods} times with nothing done."

    def _without_window(self, attempt: Attempt) -> list[str]:
        return [self._no_window(attempt.seen)]

    def _no_window(self, seen: Seen) -> str:
        occasion = self.evaluated.occasion
        match seen:
            case Seen.FUTURE:
                on = f"on {day_in_words(occasion.day)}" if occasion.day is not None else "still to come"
                return f"The clock has not started: {in_sentence(self._title(occasion.about))} is {on}."
            case Seen.NOT_SEEN:
                what = self._title(occasion.about)
                return f"No occasion for it is on the record so far ({in_sentence(what)}), and the record is not complete."
            case Seen.DOUBTFUL:
                said = self._entry(occasion.entry)
                missing = [wanted_in_words(name, self.explainer.vocabulary) for name in not_said(self.rule.triggers, occasion)]
                which = f": {listed(missing, 'and')}" if missing else ""
                return f"{said}. Whether that calls for anything depends on what is not given{which}."
            case Seen.NO_END:
                return "What it should come before does not happen in this case."
            case _:
                bounds = [bound for bound in self._bounds() if bound not in self.case.dates]
                dates = [occasion.about] if occasion.day is None and occasion.about else bounds
                return f"The date is not known: {listed([in_sentence(self._title(name)) for name in dates], 'and')}."

    def _not_applicable(self) -> str:
        occasion = self.evaluated.occasion
        if occasion.state is _NONE:
            return self._once(("none", self.rule.name, occasion.about), lambda: self._no_occasion(occasion.about))
        failed = self.explainer.first_failed(self.rule.applies, self.day)
        return f"It is for cases where {failed.words}; here: {failed.found}." if failed else "It does not apply here."

    def _no_occasion(self, about: str) -> str:
        if about in self.explainer.vocabulary.activities or about == "not_done":
            return f"No occasion for it: {in_sentence(self._title(about))} is not on the record."
        if any(isinstance(trigger, Becomes) for trigger in self.rule.triggers):
            return f"No occasion for it: {in_sentence(self._title(about))} has not changed in that way."
        return f"This clock does not run here: there is no {in_sentence(self._title(about))} in this case."

    def _cannot_tell(self) -> str:
        occasion = self.evaluated.occasion
        unknown = self.explainer.unknown(self.rule.applies, self.day)
        if not unknown and self.rule.conflict and self.rule.conflict.pair is None:
            unknown = self.explainer.unknown(self.rule.conflict.when, self.day)
        if unknown:
            names = listed([wanted_in_words(name, self.explainer.vocabulary) for name in unknown], "and")
            return f"Whether it applies depends on what is not known: {names}."
        if occasion.state is State.DATE_NOT_GIVEN:
            return f"The date is not known: {in_sentence(self._title(occasion.about))}."
        return "What decides is not given on the record."

    def _clash(self) -> str:
        assert self.rule.conflict is not None
        if self.evaluated.status is Status.NOT_ON_RECORD:
            return self._no_window(Seen.NOT_SEEN)
        if self.evaluated.status is Status.CONSISTENT:
            return "Nothing on the record contradicts it."
        pair = self.rule.conflict.pair
        if pair is None:
            steps = [self.explainer.tree(part, self.day) for part in (self.rule.applies, self.rule.conflict.when)]
            true = dict.fromkeys(words for step in steps for words in what_holds(step))
            return f"On the record, and it does not sit together: {'; '.join(true)}."
        said = listed(
            [attribute_in_words(test, self.explainer.vocabulary, (pair,)) for test in tests_of(self.rule.conflict.when)],
            "and",
        )
        previous, entry = self.evaluated.occasion.previous, self.evaluated.occasion.entry
        return f"{self._entry(previous)}; then {in_sentence(self._entry(entry))}: {said}."

    def _inference(self) -> str:
        assert self.rule.derives is not None
        name, value = self.rule.derives
        term = self.explainer.vocabulary.circumstances[name]
        inferred = f"{in_sentence(term.title)}: {value_in_words(value, term)}"
        if self.evaluated.status is Status.CONFLICT:
            given = value_in_words(self.case.fact(name, self.day), term)
            return f"The record gives {given}, but the rest of it points to {inferred}. What is given counts; check it."
        return f"From what is given it follows that {inferred}."

    # Words -----------------------------------------------------------------------------------------------------------

    def _between(self, attempt: Attempt) -> str:
        first, last = attempt.first, attempt.due
        if last is None or last > self.case.as_at:  # what comes later has not been looked at
            last = self.case.as_at
        if first is None:
            return f" by {day_in_words(last)}"
        return f" between {day_in_words(first)} and {day_in_words(last)}"

    def _in_time(self, attempt: Attempt) -> str:
        return f" {self._limit(attempt)}." if attempt.due is not None and attempt.timed else ""

    def _measured(self, attempt: Attempt) -> str:
        measure = attempt.measure
        assert measure is not None
        waived = f", {measure.waived} left out for an acceptable reason" if measure.waived else ""
        unclear = f", {measure.unclear} not clear" if measure.unclear else ""
        return f"Done in {measure.done} of {measure.of}{waived}{unclear}."

    def _how_often(self, spells: Spells) -> Iterator[str]:
        """On how many days it was done, the longest times without it, and the last time."""
        what, first, last = self._what(), day_in_words(spells.first), day_in_words(spells.last)
        undated = f", and {_times(spells.undated)} with no day" if spells.undated else ""
        yield f"{what[:1].upper()}{what[1:]} on {_days(spells.days)} between {first} and {last}{undated}."
        if spells.latest is None:
            return
        without = [self._without(spell, spells.latest) for spell in spells.longest]
        if without:
            yield f"The longest time{'s' if len(without) > 1 else ''} without: {'; '.join(without)}."
        if spells.last > spells.latest and (spells.latest, spells.last) not in spells.longest:
            yield f"The last time: {day_in_words(spells.latest)}, {_days(spells.last - spells.latest)} before {last}."

    def _without(self, spell: tuple[int, int], latest: int) -> str:
        """How long one time without it was, and whether it has run on since."""
        since, until = spell
        ran_on = ", and nothing since" if until == self.case.as_at != latest else ""
        return f"{_days(until - since)}, from {day_in_words(since)} to {day_in_words(until)}{ran_on}"

    def _unjudged(self, entry: Entry | None) -> str:
        expect = self.rule.expect
        tests = expect.judged if expect else None
        if not tests:
            return "Whether that was enough is for the auditor."
        names = self._judged_activities()
        asked = [
            self._attribute(names, test.subject)
            for test in tests.parts
            if isinstance(test, Test) and (entry is None or entry.attributes.get(test.subject) is None)
        ]
        questions = " ".join(term.ask for term in asked if term is not None)
        return f"For the auditor: {questions}" if questions else "Whether it was good enough is for the auditor."

    def _attribute(self, activities: tuple[str, ...], name: str) -> Term | None:
        terms = (self.explainer.vocabulary.attribute(activity, name) for activity in activities)
        return next((term for term in terms if term is not None), None)

    def _not_given(self, entry: Entry | None) -> str:
        tests = self.rule.expect.where.parts if self.rule.expect else ()
        names = [
            test.subject.replace("_", " ")
            for test in tests
            if isinstance(test, Test) and (entry is None or entry.attributes.get(test.subject) is None)
        ]
        return listed(names, "and") or "what it was"

    def _faults(self, entry: Entry | None) -> Iterator[str]:
        """Yield what is asked of an entry that falls short, with the answer, such as ``Was it minuted? No.``."""
        expect = self.rule.expect
        tests = expect.judged if expect else None
        for test in tests.parts if tests and entry is not None else ():
            if isinstance(test, Test) and entry is not None and asks_attribute(test)(entry.attributes) is False:
                term = self.explainer.vocabulary.attribute(entry.activity, test.subject)
                if term:
                    value = value_in_words(entry.attributes.get(test.subject), term)
                    yield f"{term.ask} {value[:1].upper()}{value[1:]}."


def what_holds(step: Step) -> Iterator[str]:
    """Yield in words the conditions that hold, of those that a condition is made of; of a negation, what is not so."""
    if step.truth is not True:
        return
    if step.words == "not":
        yield f"not so: {listed(leaf.words for leaf in _leaves(step))}"
    elif step.steps:
        for inner in step.steps:
            yield from what_holds(inner)
    elif step.words != "every case":
        yield step.words


def _days(number: int) -> str:
    return f"{number} day{'s' * (number != 1)}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _leaves(step: Step) -> Iterator[Step]:
    if not step.steps:
        yield step
    for inner in step.steps:
        yield from _leaves(inner)


_REASONS = {
    Reason.ACCEPTED: "An acceptable reason is on record.",
    Reason.REFUSED: "A reason is on record, and it was not acceptable.",
    Reason.UNSAID: "A reason is on record; whether it is acceptable, and whether it is for this occasion, is for the auditor.",
}
_NONE, _NO_REASON = State.NONE, Reason.NONE
_NOT_APPLICABLE, _CANNOT_TELL = Status.NOT_APPLICABLE, Status.CANNOT_TELL
"""Python 3.11 takes longer to look a member up in its class than is spent on most of what is asked with it."""
_TOLD: dict[Seen, Callable[[Telling, Attempt], Iterable[str]]] = {
    Seen.GOOD: Telling._good,
    Seen.UNJUDGED: Telling._not_judged,
    Seen.UNCLEAR: Telling._not_clear,
    Seen.BAD: Telling._bad,
    Seen.UNDATED: Telling._undated,
    Seen.EARLY: Telling._early,
    Seen.AFTER: Telling._late,
    Seen.NOTHING: Telling._absence,
    Seen.SHORT: Telling._absence,
    Seen.CLEAR: Telling._absence,
    Seen.FUTURE: Telling._without_window,
    Seen.DATE_NOT_GIVEN: Telling._without_window,
    Seen.DOUBTFUL: Telling._without_window,
    Seen.NOT_SEEN: Telling._without_window,
    Seen.NO_END: Telling._without_window,
}
"""How what was seen in a window is told."""
