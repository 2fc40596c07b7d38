"""The page of terms and abbreviations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generating.links import Links
from generating.words import capital, counted, escaped, page, slug, standing_words, where_written
from quips.framework import Entry
from quips.knowledge import Knowledge


def glossary_page(knowledge: Knowledge) -> str:
    """Return the page of the terms and abbreviations of the reports."""
    written = [value for document in knowledge.files.of_shape("glossary") for value in document.value["terms"]]
    entries = sorted(zip(knowledge.glossary, written, strict=True), key=lambda found: found[0].term.casefold())
    anchors = {name: slug(_heading(entry)) for entry, _ in entries for name in (entry.term, entry.short) if name}
    assert len({slug(_heading(entry)) for entry, _ in entries}) == len(entries), "two terms have the same heading"
    intro = (
        f"{counted(len(entries), 'term')} of the reports' glossaries and lists of abbreviations, in our own words. Where a term "
        "is a circumstance or an activity of [what a case record can say](vocabulary.md), its name there is given."
    )
    letters: dict[str, list[str]] = {}
    links = Links(knowledge)
    for entry, value in entries:
        letters.setdefault(entry.term[0].upper(), []).extend(_entry(entry, value, anchors, links))
    return page("Glossary", intro, *([f"## {letter}", *lines] for letter, lines in letters.items()), contents=2)


def _heading(entry: Entry) -> str:
    return f"{entry.term} ({entry.short})" if entry.short else entry.term


def _entry(entry: Entry, value: Mapping[str, Any], anchors: Mapping[str, str], links: Links) -> Iterator[str]:
    yield from ("", f"### {escaped(_heading(entry))}", "", escaped(entry.means), "")
    if entry.used_as:
        yield f"- In a case record: {', '.join(map(links.word, entry.used_as))}"
    if value.get("see"):
        yield f"- See also: {', '.join(f'[{escaped(name)}](#{anchors[name]})' for name in value['see'])}"
    editions = ", ".join(map(links.edition, value.get("editions", ())))
    yield f"- {capital(standing_words(entry.standing))}{f', {editions}' if editions else ''}: {_source(entry, links)}"


def _source(entry: Entry, links: Links) -> str:
    return "; ".join(where_written(entry.cites, links.knowledge.sources)) or "none"
