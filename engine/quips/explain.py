"""Why and why not: reads the same conditions and observations that decided, and says them in words.

Nothing here decides anything. Each condition of a tree is asked by the same compiled question as in the evaluation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from quips.cases import History, Value
from quips.conditions import AllOf, AnyOf, Condition, Has, Not, Test, facts_of
from quips.places import Place
from quips.problems import listed
from quips.rules import Rule
from quips.truth import Conditions, Truth, World, asks_entry
from quips.vocabulary import DAY, Term, Vocabulary


class Fact(NamedTuple):
    """A circumstance that a finding looked at.

    Attributes:
        name: The circumstance.
        value: What it is, in words; ``not known`` if nothing is known of it.
        known: Whether it is known.
        inferred: Whether it was inferred rather than given.
        place: Where in the case file it stands; None if it is not given.
    """

    name: str
    value: str
    known: bool
    inferred: bool
    place: Place | None = None


class Step(NamedTuple):
    """One condition of a rule, as it came out.

    Attributes:
        words: The condition in words.
        truth: True, false, or None where what is known does not settle it.
        found: What was found, in words; empty for a group.
        place: Where the condition is written.
        steps: The conditions it is made of.
    """

    words: str
    truth: Truth
    found: str
    place: Place
    steps: tuple[Step, ...] = ()


class Explainer:
    """Explains conditions about one case, in the words of the vocabulary."""

    def __init__(self, conditions: Conditions, vocabulary: Vocabulary, world: World) -> None:
        """Keep what the explanations are read off."""
        self.conditions, self.vocabulary, self.world = conditions, vocabulary, world
        self._facts: defaultdict[int, dict[str, Fact]] = defaultdict(dict)
        self._throughout: dict[str, Fact] = {}

    def tree(self, condition: Condition, day: int) -> Step:
        """Return a condition with the truth of each of its parts on a day."""
        truth = self.conditions.asks(condition)(self.world, day)
        match condition:
            case Test():
                return self._tested(condition, day, truth)
            case AllOf(parts):
                steps = tuple(self.tree(part, day) for part in parts)
                return Step("all of these" if steps else "every case", truth, "", condition.place, steps)
            case AnyOf(parts):
                steps = tuple(self.tree(part, day) for part in parts)
                return Step("at least one of these", truth, "", condition.place, steps)
            case Not(part):
                return Step("not", truth, "", condition.place, (self.tree(part, day),))
            case Has():
                return Step(self.in_words(condition), truth, self.record_in_words(condition), condition.place)

    def _tested(self, test: Test, day: int, truth: Truth) -> Step:
        found = self.fact(test.subject, day)
        return Step(self.in_words(test), truth, f"{found.value} (inferred)" if found.inferred else found.value, test.place)

    def first_failed(self, condition: Condition, day: int) -> Step | None:
        """Return the first condition that keeps one from being true: one that is false before one that is not known."""
        truth = self.conditions.asks(condition)(self.world, day)
        return None if truth else self._first(condition, day, truth)

    def _first(self, condition: Condition, day: int, truth: Truth) -> Step:
        """The first of the conditions that make one what it is, false or not known; of its parts one is always the same."""
        if isinstance(condition, Test):
            return self._tested(condition, day, truth)
        if isinstance(condition, AllOf | AnyOf):
            part = next(part for part, asks in self.conditions.parts(condition) if asks(self.world, day) is truth)
            return self._first(part, day, truth)
        if isinstance(condition, Not):
            inner = self.tree(condition.part, day)
            return Step(f"it is not so that {inner.words}", truth, inner.found or "it is so", condition.place)
        return self.tree(condition, day)

    def reads(self, condition: Condition) -> tuple[str, ...]:
        """Return the name of each circumstance that a condition reads, once, in the order in which it is written."""
        names = self.conditions.reads.get(id(condition))
        if names is None:
            names = self.conditions.reads[id(condition)] = tuple(dict.fromkeys(facts_of(condition)))
        return names

    def facts(self, names: Iterable[str], day: int) -> tuple[Fact, ...]:
        """Return what is known of circumstances on a day."""
        known, throughout = self._facts[day], self._throughout
        return tuple([throughout.get(name) or known.get(name) or self._fact(name, day) for name in names])

    def fact(self, name: str, day: int) -> Fact:
        """Return what is known of a circumstance on a day."""
        return self._throughout.get(name) or self._facts[day].get(name) or self._fact(name, day)

    def _fact(self, name: str, day: int) -> Fact:
        case, term = self.world.case, self.vocabulary.circumstances[name]
        given = case.fact(name, day)
        if given is not None:
            place = case.document.key_place("circumstances", name) if case.document else None
            fact = Fact(name, value_in_words(given, term), True, False, place)
            (self._facts[day] if isinstance(case.facts[name], History) else self._throughout)[name] = fact
            return fact
        value = self.conditions.value(name)(self.world, day)
        fact = self._facts[day][name] = Fact(name, value_in_words(value, term), value is not None, value is not None, None)
        return fact

    def unknown(self, condition: Condition, day: int) -> list[str]:
        """Return the circumstances that are not known and keep a condition from being settled, in order.

        Those that are inferred are followed to what they are inferred from. A question about the record names the activity or,
        where an entry is there and only something about it is not given, ``activity.attribute``.
        """
        found: dict[str, None] = {}
        for part in self._unsettled(condition, day):
            if isinstance(part, Has):
                found.update(dict.fromkeys(self._not_given(part, day) or part.activities))
            else:
                for name in facts_of(part):
                    if self.fact(name, day).known:
                        continue
                    found.update(dict.fromkeys(self._beneath(name, day) or [name]))
        return list(found)

    def _not_given(self, question: Has, day: int) -> list[str]:
        """Return what a question about the record waits for, where an entry leaves it open; empty if none does."""
        case, matches = self.world.case, asks_entry(question.where)
        found: dict[str, None] = {}
        for name in question.activities:
            for entry in case.entries.get(name, ()):
                if question.up_to_trigger and entry.day is not None and entry.day > day:
                    continue
                if matches(entry.attributes) is None:
                    tests = (test for test in question.where.parts if isinstance(test, Test))
                    missing = (test.subject for test in tests if entry.attributes.get(test.subject) is None)
                    found.update((f"{name}.{attribute}", None) for attribute in missing)
                elif matches(entry.attributes):
                    found[name] = None  # it is there, and nobody can say when
        return list(found)

    def limit_unknowns(self, rule: Rule, day: int) -> list[str]:
        """Return the circumstances that are not known and that a rule's limit depends on, on a day."""
        found: dict[str, None] = {}
        for name in rule.expect.limits if rule.expect else ():
            for reading in self.conditions.program.limits[name].readings:
                for row in reading.rows:
                    if row.when is not None and row.in_force(day):
                        found.update(dict.fromkeys(self.unknown(row.when, day)))
        return list(found)

    def smallest_change(self, condition: Condition, day: int, wanted: bool = True) -> list[str]:
        """Return in words the fewest changes that would make a condition true (or false); empty if it is already so."""
        return [] if self.conditions.asks(condition)(self.world, day) is wanted else self._change(condition, day, wanted)

    def _change(self, condition: Condition, day: int, wanted: bool) -> list[str]:
        """The fewest changes to a condition that is not as it is wanted."""
        if isinstance(condition, Test | Has):
            return [self.in_words(condition) if wanted else self.negated(condition)]
        if isinstance(condition, Not):
            return self._change(condition.part, day, not wanted)
        parts = self.conditions.parts(condition)
        changes = [self._change(part, day, wanted) for part, asks in parts if asks(self.world, day) is not wanted]
        if isinstance(condition, AllOf) is wanted:
            return changes[0] if len(changes) == 1 else [words for change in changes for words in change]
        return min((change for change in changes if change), key=len, default=[])

    def in_words(self, condition: Test | Has) -> str:
        """Return a test or a question about the record in words."""
        words = self.conditions.words.get(id(condition))
        if words is None:
            words = self.conditions.words[id(condition)] = self._in_words(condition)
        return words

    def _in_words(self, condition: Test | Has) -> str:
        if isinstance(condition, Has):
            names = listed(in_sentence(self.vocabulary.activities[name].title) for name in condition.activities)
            which = kind_in_words(condition.where.parts, self.vocabulary, condition.activities)
            return f"{names}{which} is on the record" + (" by then" if condition.up_to_trigger else "")
        return test_in_words(condition, self.vocabulary.circumstances[condition.subject], self.vocabulary)

    def negated(self, condition: Test | Has) -> str:
        """Return the opposite of a test in words."""
        words = self.in_words(condition)
        return words.replace(" is ", " is not ", 1) if " is " in words else f"not: {words}"

    def record_in_words(self, question: Has) -> str:
        """Return what the record has of the activities that a question asks about."""
        found = [
            entry_in_words(entry.activity, entry.day, self.vocabulary)
            for name in question.activities
            for entry in self.world.case.entries.get(name, ())
        ]
        return listed(found, "and") or "nothing on the record"

    def _unsettled(self, condition: Condition, day: int) -> Iterator[Test | Has]:
        if self.conditions.asks(condition)(self.world, day) is not None:
            return
        match condition:
            case AllOf(parts) | AnyOf(parts):
                for part in parts:
                    yield from self._unsettled(part, day)
            case Not(part):
                yield from self._unsettled(part, day)
            case _:
                yield condition

    def _beneath(self, name: str, day: int) -> list[str]:
        found: dict[str, None] = {}
        for condition in self.conditions.inferred_from(name):
            found.update(dict.fromkeys(self.unknown(condition, day)))
        return list(found)


def wanted_in_words(name: str, vocabulary: Vocabulary) -> str:
    """Return what is not known, as it stands in a sentence: a circumstance, an activity, or what to ask of an entry.

    Args:
        name: A circumstance, an activity, or ``activity.attribute``, of which ``on`` is the day of an entry.
        vocabulary: What a case record can say.
    """
    activity, _, attribute = name.partition(".")
    term = vocabulary.attribute(activity, attribute) if attribute else None
    known = vocabulary.circumstances.get(activity) or vocabulary.activities.get(activity)
    title = in_sentence(known.title) if known else name.replace("_", " ")
    if attribute == DAY:
        return f"the day of the {title}"
    return f"{title} ({term.ask})" if term else title


def question_about(name: str, vocabulary: Vocabulary) -> str:
    """Return the question whose answer is not known, as whoever fills in the record is asked it.

    Args:
        name: A circumstance, an activity, or ``activity.attribute``, of which ``on`` is the day of an entry.
        vocabulary: What a case record can say.
    """
    activity, _, attribute = name.partition(".")
    if attribute == DAY:
        return f"On which day was the {in_sentence(vocabulary.activities[activity].title)}?"
    term = vocabulary.attribute(activity, attribute) if attribute else None
    if term is not None:
        return f"{vocabulary.activities[activity].title}: {term.ask}"
    known = vocabulary.circumstances.get(activity) or vocabulary.activities[activity]
    return known.ask


@lru_cache(maxsize=4096)
def day_in_words(day: int | None) -> str:
    """Return a day as people write it.

    Example:
        >>> day_in_words(date(2009, 7, 13).toordinal())
        '13 July 2009'
    """
    if day is None:
        return "a day that is not known"
    on = date.fromordinal(day)
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def value_in_words(value: Value | None, term: Term) -> str:
    """Return what is known of a circumstance or attribute, as people say it."""
    if value is None:
        return "not known"
    if isinstance(value, tuple):
        return listed([day_in_words(day) for day in value], "and")
    if isinstance(value, frozenset):
        return listed([in_sentence(term.in_words(item)) for item in sorted(value)], "and") or "none"
    if term.type == "date":
        return day_in_words(value) if isinstance(value, int) else str(value).replace("_", " ")
    return in_sentence(term.in_words(value))


def entry_in_words(activity: str, day: int | None, vocabulary: Vocabulary) -> str:
    """Return an entry of the record in words, such as ``home visit on 1 September 2009``."""
    known = vocabulary.activities.get(activity)
    title = in_sentence(known.title) if known else "reason recorded"
    return f"{title} on {day_in_words(day)}" if day is not None else f"{title}, day not known"


def lateness_in_words(attributes: Mapping[str, object]) -> str:
    """Return what the record gives as the reason why an entry came late; empty if it gives none."""
    reason = attributes.get("late_reason")
    if not reason:
        return ""
    match attributes.get("late_acceptable"):
        case True:
            acceptable = "said to be acceptable"
        case False:
            acceptable = "said not to be acceptable"
        case _:
            acceptable = "with no word on whether it is acceptable"
    return f"the reason given for its lateness, {acceptable}: “{reason}”"


@lru_cache(maxsize=4096)
def in_sentence(title: str) -> str:
    """Return a title as it stands inside a sentence: its first letter small, unless it is an abbreviation.

    Example:
        >>> in_sentence("Home visit"), in_sentence("MAPPA referral"), in_sentence("OASys assessment")
        ('home visit', 'MAPPA referral', 'OASys assessment')
    """
    first = title.split(" ", 1)[0].split("-", 1)[0]
    return title if first[1:] != first[1:].lower() else title[:1].lower() + title[1:]


def test_in_words(test: Test, term: Term, vocabulary: Vocabulary | None = None) -> str:
    """Return a test in words, such as ``RoSH level is high or very high``."""
    subject = in_sentence(term.title)
    match test.op:
        case "one_of":
            if term.type == "yes_no":
                return f"{subject} is {'yes' if test.value[0] else 'no'}"
            return f"{subject} is {listed(value_in_words(value, term) for value in test.value)}"
        case "includes_any":
            return f"{subject} includes {listed(in_sentence(term.in_words(value)) for value in test.value)}"
        case "at_least" | "at_most":
            return f"{subject} is {test.op.replace('_', ' ')} {test.value}"
        case "before":
            return f"{subject} is before {day_in_words(test.value)}"
        case "known":
            return f"{subject} is known"
        case "not_same_as":
            other = vocabulary.circumstances[test.value].title if vocabulary else test.value
            return f"{subject} is not the same as {other}"
        case _:
            return f"{subject} is {'the same as' if test.value else 'not the same as'} the time before"


def attribute_in_words(test: Condition, vocabulary: Vocabulary, activities: tuple[str, ...]) -> str:
    """Return a test of an activity's attribute in words."""
    assert isinstance(test, Test)  # attributes are tested one by one
    term = next((term for name in activities if (term := vocabulary.attribute(name, test.subject))), None)
    if term is None:
        return test.subject.replace("_", " ")
    if test.op == "one_of":
        return f"{in_sentence(term.title)}: {listed(value_in_words(value, term) for value in test.value)}"
    return test_in_words(test, term, vocabulary)


def kind_in_words(tests: Iterable[Condition], vocabulary: Vocabulary, activities: tuple[str, ...]) -> str:
    """Return which of an activity is meant, in brackets, as people say it; empty if any is.

    Such as `` (with the prison, about RoSH level)``, from what the tests are called and what they ask for.
    """
    said = []
    for test in tests:
        words = attribute_in_words(test, vocabulary, activities)
        title, _, value = words.partition(": ")
        if value in ("yes", "no"):
            said.append(title if value == "yes" else f"not {title}")
        else:
            said.append(f"{title} {value}" if title.split(" ")[-1] in _LEADING_ON else value or title)
    return f" ({', '.join(said)})" if said else ""


_LEADING_ON = frozenset({"about", "of", "to", "with"})
"""The last words of titles that are said together with what they ask for; others are said without their title."""
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
