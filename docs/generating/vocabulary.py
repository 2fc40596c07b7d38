"""The page of the vocabulary: everything that a case record can say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from generating.words import capital, condition_words, escaped, heading_of_group, page, table
from quips.knowledge import Knowledge
from quips.vocabulary import COMMON_ATTRIBUTES, NONE, NOT_YET, REASON_ATTRIBUTES, STAGES, Activity, Term, Vocabulary

_TYPES = {
    "yes_no": "`true` or `false`",
    "choice": "one of",
    "choices": "a list of any of",
    "number": "a whole number",
    "date": "a date",
    "text": "text",
}


def vocabulary_page(knowledge: Knowledge) -> str:
    """Return the page of circumstances and activities."""
    vocabulary = knowledge.vocabulary
    intro = (
        "A case file has *circumstances* (what is true of the case) and a *record* (what was done, with its date). What is not "
        "given is unknown, never false. The same questions are asked by `quips next`. The schema of a case file, "
        "`framework/schema/case.schema.json`, is made from the same words."
    )
    groups: dict[str, list[Term]] = {}
    for term in vocabulary.circumstances.values():
        groups.setdefault(heading_of_group(term), []).append(term)
    by_stage = {stage: [a for a in vocabulary.activities.values() if a.stage == stage] for stage in STAGES}
    return page(
        "What a case record can say",
        intro,
        _how_written(),
        *(_circumstances(heading, terms, vocabulary) for heading, terms in groups.items()),
        _common(),
        *(_stage(stage, activities, vocabulary) for stage, activities in by_stage.items() if activities),
    )


def _how_written() -> Iterator[str]:
    yield from ("## How it is written", "")
    yield "- A date is year-month-day, such as `2010-04-19`."
    yield f"- A circumstance that is a date may also be `{NOT_YET}` (it is still to come) or `{NONE}` (there is none)."
    yield "- Where it says *may change*, a list of dated values may be given: `[{from: 2010-01-04, is: medium}, ...]`."
    yield "- Where it says *may be several*, a list of dates may be given, one for each order or sentence."
    yield "- An entry of the record is a name and a date, `home_visit: 2009-09-01`, or a name and what is said of it: "
    yield "  `home_visit: {on: 2009-09-01, purposeful: true}`. `on: unknown` says that it was done, and nobody can say when."


def _circumstances(heading: str, terms: Iterable[Term], vocabulary: Vocabulary) -> Iterator[str]:
    yield from (f"## {heading}", "")
    rows = [(f"`{term.name}`", f"{escaped(term.ask)} {escaped(term.help)}", _values(term), _codes(term.codes)) for term in terms]
    yield from table(("Name", "Question", "Written as", "In case systems"), rows)
    for term in terms:
        if term.relevant_when:
            yield ""
            words = escaped(condition_words(term.relevant_when, vocabulary))
            yield f"`{term.name}` is asked only where {words}."


def _values(term: Term) -> str:
    values = ", ".join(
        f"`{value}`" + (f" ({escaped(title)})" if title.lower() != value.replace("_", " ") else "")
        for value, title in term.values.items()
    )
    more = ["may change"] * term.may_change + ["may be several"] * term.many
    return "; ".join([f"{_TYPES[term.type]} {values}".strip(), *more])


def _codes(codes: Mapping[str, Mapping[str, object]]) -> str:
    return "; ".join(
        f"{capital(system)}: " + ", ".join(f"{escaped(code)} is `{_plain(value)}`" for code, value in found.items())
        for system, found in codes.items()
    )


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _common() -> Iterator[str]:
    yield from ("## What can be said of any activity", "")
    yield from _attributes({**COMMON_ATTRIBUTES})
    yield ""
    yield "- `late_reason`: why it was late, as `{reason: ..., acceptable: true}`."
    yield ""
    yield "What was not done, for a reason on record, is `not_done: {activity: ..., reason: ...}`, with its day if it has one:"
    yield ""
    yield from _attributes(REASON_ATTRIBUTES)


def _stage(stage: str, activities: Iterable[Activity], vocabulary: Vocabulary) -> Iterator[str]:
    yield f"## Activities: {stage}"
    for activity in activities:
        yield from ("", f"### {escaped(activity.title)}", "")
        yield f"`{activity.name}`. {escaped(activity.ask)} {escaped(activity.help)}"
        if activity.offered_when:
            words = escaped(condition_words(activity.offered_when, vocabulary))
            yield from ("", f"The pages ask about it only where {words}.")
        if activity.codes:
            codes = "; ".join(f"{capital(system)}: {', '.join(map(escaped, found))}" for system, found in activity.codes.items())
            yield from ("", f"In case systems: {codes}.")
        if activity.attributes:
            yield ""
            yield from _attributes(activity.attributes)


def _attributes(terms: Mapping[str, Term]) -> list[str]:
    rows = [(f"`{name}`", f"{escaped(term.ask)} {escaped(term.help)}", _values(term)) for name, term in terms.items()]
    return table(("Attribute", "Question", "Written as"), rows)
