"""Checks that every name a file uses exists and is used as what it is; says the nearest one if not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from quips.cases import case_problems
from quips.conditions import AllOf, AnyOf, Condition, Has, Not, Test, tests_of
from quips.framework import Citation, Edition, Limit, Prompt, Source
from quips.places import Place
from quips.problems import Problem, did_you_mean, listed
from quips.rules import Anchor, Becomes, Each, Expect, Rule
from quips.shapes import Shape
from quips.source import Document, Path_
from quips.vocabulary import NONE, NOT_YET, Term, Vocabulary


def name_problems(
    vocabulary: Vocabulary,
    sources: Mapping[str, Source],
    limits: Mapping[str, Limit],
    editions: Mapping[str, Edition],
    prompts: Mapping[str, Prompt],
    rules: Mapping[str, Rule],
    case_shape: Shape,
    retired: Collection[str] = (),
    misshapen: Collection[str] = (),
) -> list[Problem]:
    """Return a problem for each name that does not exist, does not exist any more, or does not fit where it stands.

    Rules that are misshapen are told of elsewhere, so that they are named is no mistake.
    """
    checker = _Checker(vocabulary, sources, limits, prompts, rules, case_shape, retired, misshapen)
    return [
        *checker.of_vocabulary(),
        *(problem for limit in limits.values() for problem in checker.of_limit(limit)),
        *(problem for edition in editions.values() for problem in checker.of_edition(edition)),
        *(problem for rule in rules.values() for problem in checker.of_rule(rule)),
    ]


class _Checker:
    def __init__(
        self,
        vocabulary: Vocabulary,
        sources: Mapping[str, Source],
        limits: Mapping[str, Limit],
        prompts: Mapping[str, Prompt],
        rules: Mapping[str, Rule],
        case_shape: Shape,
        retired: Collection[str],
        misshapen: Collection[str],
    ) -> None:
        self.vocabulary, self.sources, self.limits = vocabulary, sources, limits
        self.prompts, self.rules, self.case_shape = prompts, rules, case_shape
        self.retired, self.misshapen = retired, misshapen
        self.former = {former: rule.name for rule in rules.values() for former in rule.former_names}

    # Files of each kind ----------------------------------------------------------------------------------------------

    def of_vocabulary(self) -> Iterator[Problem]:
        for term in self.vocabulary.circumstances.values():
            if term.relevant_when:
                yield from self.condition(term.relevant_when)
        for activity in self.vocabulary.activities.values():
            if activity.offered_when:
                yield from self.condition(activity.offered_when)

    def of_limit(self, limit: Limit) -> Iterator[Problem]:
        for reading in limit.readings:
            for row in reading.rows:
                yield from self.citations(row.cites)
                if row.when:
                    yield from self.condition(row.when)

    def of_edition(self, edition: Edition) -> Iterator[Problem]:
        yield from self.citations(edition.cites)
        for node in edition.nodes():
            yield from self.citations(node.cites)
            if node.applies_when:
                yield from self.condition(node.applies_when)
            for prompt in node.prompts:
                yield from self.citations(prompt.cites)
                if prompt.applies_when:
                    yield from self.condition(prompt.applies_when)

    def of_rule(self, rule: Rule) -> Iterator[Problem]:
        yield from self.citations(rule.cites)
        yield from self.condition(rule.applies)
        for trigger in rule.triggers:
            match trigger:
                case Anchor(name, place):
                    yield from self.anchor(name, place)
                case Becomes(test, place):
                    yield from self.changing(test, place)
                case Each():
                    yield from self.each(trigger)
        if rule.expect:
            yield from self.expect(rule.expect, rule)
        if rule.conflict:
            yield from self.conflict(rule)
        if rule.derives:
            yield from self.derives(rule)
        for edge in rule.edges:
            yield from self.rule(edge.rule, edge.place)
            yield from self.citations(edge.cites)
            target = self.rules.get(edge.rule)
            if target and target.status == "draft" and rule.status == "active":
                message = f"The rule '{edge.rule}' is a draft, and an active rule cannot lean on it."
                yield Problem(edge.place, "leans-on-draft", message, "Make it active, or leave out the edge.")
        for answer in rule.answers:
            yield from self.known(answer.prompt, self.prompts, "prompt", answer.place)
        yield from self.examples(rule)

    # Parts -----------------------------------------------------------------------------------------------------------

    def known(self, name: str, names: Iterable[str], what: str, place: Place, meant: str = "") -> Iterator[Problem]:
        if name not in names:
            hint = meant or did_you_mean(name, names) or _WHERE_LISTED[what]
            yield Problem(place, f"unknown-{what}", f"There is no {what} '{name}'.", hint)

    def rule(self, name: str, place: Place) -> Iterator[Problem]:
        if name in self.former and name not in self.rules:
            newer = self.former[name]
            yield Problem(place, "former-name", f"The rule '{name}' is now called '{newer}'.", f"Write {newer}.")
        elif name in self.retired:
            hint = "Leave it out, or name the rule that took its place."
            yield Problem(place, "retired-rule", f"The rule '{name}' is retired, and finds nothing any more.", hint)
        elif name not in self.misshapen:
            yield from self.known(name, self.rules, "rule", place)

    def citations(self, cites: tuple[Citation, ...]) -> Iterator[Problem]:
        for cite in cites:
            called = [name for name, one in self.sources.items() if cite.source in (one.short, one.title)]
            meant = f"{cite.source} is {called[0]} here." if called else ""
            yield from self.known(cite.source, self.sources, "source", cite.place, meant)
            source = self.sources.get(cite.source)
            if source and source.lines and not 1 <= cite.line <= source.lines:
                message = f"{cite.source} has {source.lines} lines; there is no line {cite.line}."
                yield Problem(cite.place, "no-such-line", message, "Look the passage up again.")

    def condition(self, condition: Condition) -> Iterator[Problem]:
        match condition:
            case Test():
                yield from self.fact_test(condition)
            case AllOf(parts) | AnyOf(parts):
                for part in parts:
                    yield from self.condition(part)
            case Not(part):
                yield from self.condition(part)
            case Has(activities, where, _, place):
                yield from self.activities(activities, place)
                yield from self.attributes(activities, where)

    def fact_test(self, test: Test) -> Iterator[Problem]:
        facts = self.vocabulary.circumstances
        if test.op == "same_as_previous":
            yield _nothing_to_compare(test)
        yield from self.known(test.subject, facts, "fact", test.place)
        if test.op == "not_same_as":
            yield from self.known(test.value, facts, "fact", test.place)
        term = facts.get(test.subject)
        if term:
            yield from _test_problems(test, term)

    def anchor(self, name: str, place: Place) -> Iterator[Problem]:
        anchors = self.vocabulary.anchors()
        if name not in anchors:
            message = f"'{name}' is not a date circumstance, so no clock can start with it."
            yield Problem(place, "unknown-anchor", message, did_you_mean(name, anchors) or _WHERE_LISTED["fact"])

    def changing(self, test: Test, place: Place) -> Iterator[Problem]:
        yield from self.fact_test(test)
        term = self.vocabulary.circumstances.get(test.subject)
        if term and not term.may_change:
            message = f"'{test.subject}' cannot change, so it cannot become anything."
            yield Problem(place, "cannot-change", message, "Give it may_change in the vocabulary if it can.")

    def activities(self, names: tuple[str, ...], place: Place) -> Iterator[Problem]:
        for name in names:
            yield from self.known(name, self.vocabulary.activities, "activity", place)

    def attributes(self, activities: tuple[str, ...], tests: AllOf, paired: bool = False) -> Iterator[Problem]:
        real = [name for name in activities if name in self.vocabulary.activities or name == "not_done"]
        for test in tests.parts if real else ():  # what is no activity is told of as such
            if not isinstance(test, Test):
                continue
            if test.op == "not_same_as" or (test.op == "same_as_previous" and not paired):
                yield _nothing_to_compare(test)
            terms = [self.vocabulary.attribute(name, test.subject) for name in real]
            found = [term for term in terms if term is not None]
            if not found:
                names = {n for a in real if a in self.vocabulary.activities for n in self.vocabulary.activities[a].attributes}
                message = f"{listed(activities)} has no attribute '{test.subject}'."
                hint = did_you_mean(test.subject, names) or f"To see them: quips show {real[0]}."
                yield Problem(test.place, "unknown-attribute", message, hint)
            elif len(found) < len(terms):
                without = [name for name, term in zip(real, terms, strict=True) if term is None]
                lack = f"{listed(without, 'and')} {'has' if len(without) == 1 else 'have'} no attribute '{test.subject}'"
                message = f"{lack}, so that such an entry could never be told to count."
                hint = "Ask for each activity in a rule of its own, or leave out the activity or the test."
                yield Problem(test.place, "attribute-not-of-all", message, hint)
            else:
                yield from _test_problems(test, found[0])

    def each(self, trigger: Each) -> Iterator[Problem]:
        if trigger.activity != "not_done":
            yield from self.activities((trigger.activity,), trigger.place)
        yield from self.attributes((trigger.activity,), trigger.where)
        if trigger.since:
            yield from self.activities((trigger.since,), trigger.place)

    def expect(self, expect: Expect, rule: Rule) -> Iterator[Problem]:
        def at(key: str) -> Place:
            return rule.document.key_place("expect", key)

        yield from self.activities(expect.activities, at("never" if expect.never else "activity"))
        yield from self.attributes(expect.activities, expect.where)
        if expect.good_when:
            yield from self.attributes(expect.activities, expect.good_when)
        for key in ("within", "every", "each_period", "at_least"):
            name = getattr(expect, key)
            if name is not None:
                yield from self.known(name, self.limits, "limit", at(key))
                yield from self.unit(key, name, at(key))
        each = tuple(trigger.activity for trigger in rule.triggers if isinstance(trigger, Each))
        on_entries = bool(each) and len(each) == len(rule.triggers)
        for name in expect.same:
            known = AllOf((Test(name, "known", True, at("same")),))
            yield from self.attributes(expect.activities, known)
            yield from self.attributes(each, known)
        if expect.same and not on_entries:
            message = "'same' compares with the entry that starts the clock, so the rule needs 'from: {each: ...}'."
            yield Problem(at("same"), "nothing-to-compare", message, "Add such a trigger.")
        if expect.this:
            if not on_entries:
                message = "'this' asks something of the entry that starts the clock, so the rule needs 'from: {each: ...}'."
                yield Problem(at("this"), "nothing-to-ask", message, "Add such a trigger.")
            yield from self.attributes(each, expect.this)
        for key in ("until", "before", "by", "not_before"):
            bound = getattr(expect, key)
            if bound is not None and bound.startswith("trigger."):
                yield from self.attributes(each, AllOf((Test(bound.removeprefix("trigger."), "known", True, at(key)),)))
            elif bound is not None and bound != "trigger":
                yield from self.anchor(bound, at(key))
        yield from self.windows(expect, rule, at)

    def windows(self, expect: Expect, rule: Rule, at: Callable[[str], Place]) -> Iterator[Problem]:
        """Check that what is asked has one window of time, and that it has a beginning."""
        windows = [
            key for key in ("within", "before", "by", "every", "each_period", "at_least") if getattr(expect, key) is not None
        ]
        if len(windows) > 1:
            message = "An expectation has one window: within, before, by, every, each_period or at_least."
            second = max(windows, key=at)
            yield Problem(at(second), "two-windows", message, "Write two rules.")
        if expect.at_latest and (expect.until or set(windows) - {"within"}):
            message = "'at_latest' goes with 'within', or stands alone: other windows have a last day of their own."
            yield Problem(at("at_latest"), "two-windows", message, "Leave one of them out.")
        if expect.before == "trigger" and not rule.triggers:
            message = "'before: trigger' needs something that starts the rule's clock."
            yield Problem(at("before"), "missing-key", message, "Add 'from'.")
        elif (expect.before or expect.by) and expect.before != "trigger" and not expect.not_before:
            message = "'before' and 'by' need 'not_before', so that something done years ago does not count."
            yield Problem(at("before" if expect.before else "by"), "missing-key", message, "Add it.")
        timed = [key for key in ("within", "every", "each_period", "at_latest") if getattr(expect, key) is not None]
        if timed and not rule.triggers:
            yield Problem(at(timed[0]), "missing-key", "A time limit needs something that starts its clock.", "Add 'from'.")

    def unit(self, key: str, name: str, place: Place) -> Iterator[Problem]:
        """Check that a limit is of the kind that is asked for: a length of time, or a number of times."""
        lasting = key != "at_least"
        rows = [row for reading in self.limits[name].readings for row in reading.rows] if name in self.limits else []
        for row in rows:
            if row.value is not None and (row.unit == "times") is lasting:
                what = "a length of time" if lasting else "a number of times"
                message = f"The limit '{name}' has to be {what} here, and it is {row.in_words()}."
                yield Problem(place, "wrong-unit", message, "Use another limit.")
                return
            if row.value == 0 and key in ("every", "each_period"):
                message = f"The limit '{name}' is nothing, and something cannot recur all the time."
                yield Problem(place, "wrong-unit", message, "Use another limit.")
                return

    def conflict(self, rule: Rule) -> Iterator[Problem]:
        conflict = rule.conflict
        assert conflict is not None
        if conflict.pair is None:
            yield from self.condition(conflict.when)
            return
        yield from self.activities((conflict.pair,), rule.place)
        yield from self.attributes((conflict.pair,), conflict.where)
        yield from self.attributes((conflict.pair,), AllOf(tuple(tests_of(conflict.when))), paired=True)

    def derives(self, rule: Rule) -> Iterator[Problem]:
        assert rule.derives is not None
        name, value = rule.derives
        place = rule.document.key_place("derives", name)
        yield from self.fact_test(Test(name, "one_of", (value,), place))
        term = self.vocabulary.circumstances.get(name)
        if term and term.type in ("date", "choices"):
            message = f"'{name}' is a {term.type} circumstance, which cannot be inferred."
            yield Problem(place, "cannot-infer", message, "Only yes/no, choices of one and numbers can be.")

    def examples(self, rule: Rule) -> Iterator[Problem]:
        for n, example in enumerate(rule.examples):
            path: Path_ = ("examples", n, "given")
            yield from case_problems(_part(rule.document, path, "E-1"), self.case_shape)
            for key in ("because_of", "undermined_by"):
                for m, name in enumerate(example.get(key, [])):
                    yield from self.rule(name, rule.document.place("examples", n, key, m))


def example_document(rule: Rule, n: int) -> Document:
    """Return the case that an example of a rule gives, as if it were a file of its own, with its places in the rule."""
    return _part(rule.document, ("examples", n, "given"), f"E-{n + 1}")


def _part(document: Document, path: Path_, reference: str) -> Document:
    return document.part({"case": reference, "circumstances": {}, "record": [], **document.at(*path)}, *path)


def _nothing_to_compare(test: Test) -> Problem:
    message = f"'{test.subject}' is tested with {test.op}, and there is nothing here to compare it with."
    hint = "same_as_previous belongs in a pair's 'conflict_when', not_same_as in conditions about circumstances."
    return Problem(test.place, "nothing-to-compare", message, hint)


def _test_problems(test: Test, term: Term) -> Iterator[Problem]:
    allowed = OPERATIONS[term.type]
    if test.op not in allowed:
        words = listed(sorted(allowed))
        message = f"'{test.subject}' is a {term.type} value; it cannot be tested with {test.op}, only with {words}."
        yield Problem(test.place, "wrong-test", message, "Test it in one of these ways.")
        return
    if term.type == "number" and test.op in ("at_least", "at_most", "one_of"):
        least, most = term.bounds
        asked = test.value if test.op == "one_of" else (test.value,)
        for value in asked:
            if isinstance(value, int) and not least <= value <= most:
                message = f"'{test.subject}' cannot be {value}: it goes from {least} to {most}."
                yield Problem(test.place, "wrong-value", message, "Take a number that it can be.")
    if test.op not in ("one_of", "includes_any"):
        return
    for value in test.value:
        if not _fits(value, term):
            known = [*term.values] or ["true", "false"] * (term.type == "yes_no")
            hint = did_you_mean(str(value), known) or f"It is {listed(known) or f'a {term.type}'}."
            if term.type == "yes_no" and value in ("yes", "no"):
                hint = "Write true for yes and false for no."
            elif term.type == "yes_no" and value in ("true", "false"):
                hint = f"Write {value} without quotes."
            message = f"'{test.subject}' cannot be '{value}'."
            yield Problem(test.place, "wrong-value", message, hint)


def _fits(value: object, term: Term) -> bool:
    match term.type:
        case "yes_no":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "choice" | "choices":
            return value in term.values
        case "date":
            return value in (NOT_YET, NONE)
        case _:
            return isinstance(value, str)


_WHERE_LISTED = {
    "fact": "To see every circumstance: quips list circumstances.",
    "activity": "To see every activity: quips list activities.",
    "limit": "To see every limit: quips list limits.",
    "prompt": "To see every prompt: quips list prompts.",
    "rule": "To see every rule: quips list rules.",
    "source": "Documents that can be cited stand in framework/sources.yaml, or in sources.yaml of a folder of your own rules.",
}
OPERATIONS = {
    "yes_no": {"one_of", "known", "not_same_as", "same_as_previous"},
    "choice": {"one_of", "known", "not_same_as", "same_as_previous"},
    "choices": {"includes_any", "known", "not_same_as", "same_as_previous"},
    "number": {"one_of", "at_least", "at_most", "known", "not_same_as", "same_as_previous"},
    "date": {"one_of", "before", "known", "not_same_as"},
    "text": {"one_of", "known", "same_as_previous"},
}
"""What each type of value can be tested with."""
