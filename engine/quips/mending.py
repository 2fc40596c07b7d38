"""Says what would have a finding met: the smallest changes, of which any one will do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quips.attempts import Attempt, Seen
from quips.conditions import tests_of
from quips.explain import attribute_in_words, day_in_words, in_sentence
from quips.phrases import WEAK, Phrases
from quips.problems import listed
from quips.statuses import Status
from quips.truth import pair_asks


@dataclass(slots=True, eq=False)
class Mending(Phrases):
    """Tells what would have a finding met."""

    def would_be_met(self) -> list[str]:
        """Return the changes of which any one would have the finding met, the smallest there are; empty if it is met."""
        status = self.evaluated.status
        if status in _AS_THEY_SHOULD_BE:
            return []
        if status is _NOT_APPLICABLE:
            changes = self.explainer.smallest_change(self.rule.applies, self.day)
            return [f"it would apply if {listed(changes, 'and')}"] if changes else []
        if self.evaluated.undermined_by:
            return [", and ".join(self._put_right_beneath())]
        if self.rule.conflict:
            return self._no_clash()
        attempts = self.evaluated.observation.attempts if self.evaluated.observation else []
        any_of = dict.fromkeys(change for attempt in attempts for change in self._changes(attempt))
        return sorted(any_of, key=_REASONS_WANTED.__contains__)  # what is to be done first, then the reasons for not doing it

    def _put_right_beneath(self) -> Iterator[str]:
        """Yield what would mend what it rests on; of what only came afterwards there is nothing left to mend."""
        found = dict(zip(self._rules_beneath(), self.evaluated.undermined_by, strict=True))
        weak = [in_sentence(self.titles[name]) for name, one in found.items() if one.status in WEAK]
        after = [in_sentence(self.titles[name]) for name, one in found.items() if one.status not in WEAK]
        if weak:
            yield f"what it rests on put right: {listed(weak, 'and')}"
        if after:
            titles = listed(after, "and")
            yield f"this looked at again, and done anew or said to stand, since it came before what it rests on: {titles}"

    def _no_clash(self) -> list[str]:
        assert self.rule.conflict is not None
        if self.rule.conflict.pair is None:
            return self.explainer.smallest_change(self.rule.conflict.when, self.day, wanted=False)
        entry, previous = self.evaluated.occasion.entry, self.evaluated.occasion.previous
        if entry is None or previous is None or not pair_asks(self.rule.conflict.when)(previous, entry):
            return []
        said = [
            attribute_in_words(test, self.explainer.vocabulary, (entry.activity,)) for test in tests_of(self.rule.conflict.when)
        ]
        return [f"not: {words}" for words in said[:1]]

    def _changes(self, attempt: Attempt) -> Iterator[str]:
        """The smallest changes under one reading of the limit, of which any one will do."""
        seen = attempt.seen
        good = self._wanted()
        if seen in _SETTLED_BY:
            yield _SETTLED_BY[seen]
        elif seen is _AFTER:
            yield f"done by {day_in_words(attempt.due)}"
            yield _LATE_FOR_A_REASON
        elif seen is _EARLY:
            yield f"done on or after {day_in_words(attempt.first)}"
            yield "the auditor's judgement that it still holds"
        elif seen is _BAD and self.rule.expect and self.rule.expect.never:
            yield f"no {self._what()}, if the record is wrong about it"
        elif (seen is _BAD or seen is _UNJUDGED) and not attempt.measure:
            yield good or "judged sufficient"
        else:
            by = f" by {day_in_words(attempt.due)}" if attempt.due is not None else ""
            which = f", with {good}" if good else ""
            often = " as often as the limit asks" if attempt.measure else ""
            yield f"{self._what()}{self._which()} on record{by}{often}{which}"
            yield _NOT_DONE_FOR_A_REASON


_AFTER, _EARLY, _BAD, _UNJUDGED = Seen.AFTER, Seen.EARLY, Seen.BAD, Seen.UNJUDGED
_NOT_APPLICABLE = Status.NOT_APPLICABLE
"""Python 3.11 takes longer to look a member up in its class than is spent on most of what is asked with it."""
_AS_THEY_SHOULD_BE = frozenset({Status.MET, Status.CONSISTENT, Status.EXCEPTED, Status.CANNOT_TELL})
"""What no single change would have met, because it is already so, or because nobody can tell what would."""
_NOT_DONE_FOR_A_REASON = "an acceptable reason on record"
_LATE_FOR_A_REASON = "an acceptable reason for the lateness on record"
_REASONS_WANTED = frozenset({_NOT_DONE_FOR_A_REASON, _LATE_FOR_A_REASON})
_OCCASION_WANTED = "the occasion for it on record"
_DETAILS_WANTED = "the day it was done, and what it was, on record"
_SETTLED_BY = {
    Seen.UNDATED: _DETAILS_WANTED,
    Seen.UNCLEAR: _DETAILS_WANTED,
    Seen.FUTURE: _OCCASION_WANTED,
    Seen.DATE_NOT_GIVEN: _OCCASION_WANTED,
    Seen.DOUBTFUL: _OCCASION_WANTED,
    Seen.NOT_SEEN: _OCCASION_WANTED,
    Seen.NO_END: _OCCASION_WANTED,
}
"""What would settle it where it is always the same."""
