"""The page of time limits, and the page of the documents they and everything else are read from."""

from __future__ import annotations

from collections.abc import Iterator

from generating.links import Links
from generating.words import condition_words, escaped, page, slug, standing_words, table, where_written
from quips.conditions import Condition
from quips.explain import day_in_words, in_sentence
from quips.framework import Limit, Row
from quips.knowledge import Knowledge


def limits_page(knowledge: Knowledge) -> str:
    """Return the page of every time limit, count and frequency."""
    intro = (
        "A limit holds one or more *readings*, for documents do not always agree. Where the readings in force give different "
        "answers, a finding is for the auditor and shows each. The day on which the clock starts is day 0, and the last day is "
        "in time to its end. Working days are those of England and Wales. A row with no number counts only where no row with "
        "one is in force."
    )
    titles = [limit.title for limit in knowledge.limits.values()]
    assert len(set(map(slug, titles))) == len(titles), "two limits have the same title"
    ordered = sorted(knowledge.limits.values(), key=lambda limit: limit.title)
    return page("Time limits", intro, *(_limit(limit, knowledge) for limit in ordered))


def sources_page(knowledge: Knowledge) -> str:
    """Return the page of every document that is cited."""
    intro = (
        "Published inspection reports are read line by line: a citation gives the report, where a reader of the printed "
        "report finds the passage, and the line of the text file. Everything else that is cited was not at hand, and whatever "
        "rests on it is marked unverified."
    )
    copyright_ = (
        "What each report states itself, in short. Where it states nothing, nothing is claimed here: whoever wants to pass its "
        "words on has to ask. This repository holds our own words, figures, and citations of up to eight words; not the reports."
    )
    links = Links(knowledge)
    printed = {publication.seed: links.report(publication) for publication in knowledge.publications.values()}
    rows = [
        (
            printed.get(name, escaped(source.short)),
            escaped(source.title),
            standing_words(source.standing),
            f"`{name}`, {source.lines} lines" if source.lines else f"`{name}`",
        )
        for name, source in knowledge.sources.items()
    ]
    licences = [
        (escaped(source.short), links.licences[name]) for name, source in knowledge.sources.items() if name in links.licences
    ]
    return page(
        "Documents that are cited",
        intro,
        table(("Called", "Title", "Standing", "In the files as"), rows),
        ["## Copyright and licence", "", copyright_, "", *table(("Report", "What it states"), licences)],
    )


def _limit(limit: Limit, knowledge: Knowledge) -> Iterator[str]:
    users = [rule for rule in knowledge.rules.values() if rule.expect and limit.name in rule.expect.limits]
    frequency = any(rule.expect and rule.expect.each_period == limit.name for rule in users)
    yield f"## {escaped(limit.title)}"
    yield ""
    yield f"`{limit.name}`. The clock starts with: {escaped(in_sentence(limit.clock))}"
    yield ""
    if limit.notes:
        yield from (escaped(limit.notes), "")
    rows = [
        (
            escaped(reading.title) if reading.title != limit.title else reading.name.replace("-", " "),
            _cases(row.when, knowledge),
            _how_long(row, frequency),
            day_in_words(row.valid_from),
            day_in_words(row.valid_until - 1) if row.valid_until else "still in force",
            standing_words(row.standing),
            "<br>".join(where_written(row.cites, knowledge.sources)),
        )
        for reading in limit.readings
        for row in reading.rows
    ]
    yield from table(("Reading", "Which cases", "How long", "From", "To", "Standing", "Source"), rows)
    notes = [row.notes for reading in limit.readings for row in reading.rows if row.notes]
    yield ""
    yield from (f"- {escaped(note)}" for note in dict.fromkeys(notes))
    links = [
        f"[{escaped(in_sentence(rule.title))}](rules/{rule.topic}.md#{slug(rule.title)})"
        for rule in sorted(users, key=lambda rule: rule.title)
    ]
    yield f"- Used by: {'; '.join(links) or 'no rule'}"


def _cases(when: Condition | None, knowledge: Knowledge) -> str:
    return escaped(condition_words(when, knowledge.vocabulary)) if when is not None else "all"


def _how_long(row: Row, frequency: bool) -> str:
    words = row.in_words()
    if frequency and row.value is not None:
        often = "once" if row.times == 1 else f"{row.times} times"
        words = f"{often} in each {words.removeprefix('1 ')}" if row.value == 1 else f"{often} in every {words}"
    return words + (f"; {row.tolerance} may be missed" if row.tolerance else "")
