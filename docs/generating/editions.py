"""A page for each edition: its scoring, and its hierarchy down to the last prompt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generating.links import Links
from generating.words import (
    capital,
    condition_words,
    escaped,
    heading_of,
    page,
    slug,
    standing_words,
    table,
    where_written,
)
from quips.explain import day_in_words
from quips.framework import Citation, Edition, Node, Prompt, read_citations
from quips.knowledge import Knowledge
from quips.problems import listed
from quips.reports.printed import CAVEAT

_STANDINGS = (
    "A standing says what a text rests on. *Published*: a report prints it. *Reconstructed*: our wording, from what the reports "
    "found. **Unverified**: it rests on memory, or on a document read second-hand, and may be wrong."
)
_ABOUT = ("title", "name", "band", "statement", "wording", "standing", "cites", "notes")


def edition_pages(knowledge: Knowledge) -> dict[str, str]:
    """Return a page for each edition, by path beneath ``docs/reference``."""
    links = Links(knowledge, "../")
    pages = {f"editions/{name}.md": _Page(edition, links).text() for name, edition in knowledge.editions.items()}
    rows = [
        (f"[{escaped(edition.title)}]({name}.md)", f"`{name}`", _in_use(edition), escaped(edition.summary))
        for name, edition in knowledge.editions.items()
    ]
    tree = ["```{toctree}", ":hidden:", "", *knowledge.editions, "```"]
    index = page("Editions", _STANDINGS, table(("Edition", "Name", "In use", "What it is"), rows), tree)
    return {"editions/index.md": index, **pages}


def _in_use(edition: Edition) -> str:
    start = f"from {day_in_words(edition.valid_from)}" if edition.valid_from else "from a day that is not known"
    return f"{start} to {day_in_words(edition.valid_until - 1)}" if edition.valid_until else start


class _Page:
    """Writes the page of one edition."""

    def __init__(self, edition: Edition, links: Links) -> None:
        self.edition, self.links, self.knowledge = edition, links, links.knowledge
        headings = [slug(_heading(prompt)) for prompt in edition.prompts()]
        assert len(set(headings)) == len(headings), f"two prompts of {edition.name} have the same heading"

    def text(self) -> str:
        edition = self.edition
        facts = [
            f"- Name: `{edition.name}`",
            f"- In use: {_in_use(edition)}",
            f"- Layers, top to bottom: {listed(edition.levels, 'and')}",
            f"- Source: {self.source(edition.cites)}",
        ]
        return page(
            edition.title,
            escaped(edition.summary),
            facts,
            escaped(edition.notes),
            _STANDINGS,
            ["## Reports, copyright and licence", "", *self.reports()],
            self.threads(),
            ["## Scoring", "", "Every score worked out from these is indicative.", "", *self.scoring()],
            *(self.node(node) for division in edition.divisions for node in division.walk()),
            contents=len(edition.levels),
        )

    def source(self, cites: Iterable[Citation]) -> str:
        return "; ".join(where_written(cites, self.knowledge.sources)) or "none of its own"

    def reports(self) -> Iterator[str]:
        printed = {publication.seed: self.links.report(publication) for publication in self.knowledge.publications.values()}
        yield "The edition is read from these. Its prompts are in our words. What each report states of copyright is given."
        yield ""
        for name, source in self.knowledge.sources.items():
            if source.edition == self.edition.name:
                yield f"- {printed.get(name, escaped(source.short))}, {escaped(source.title)}. {self.links.licences[name]}"
        yield ""
        counted = "*yes* counts the cases answered yes, *no* those answered no"
        yield f"Published figures stand with the prompts they are of: {counted}. {CAVEAT}"
        yield ""
        yield (
            "A prompt that meets one of another edition has a link to it. *Exact*: the other asks the same of the same cases; "
            "*broader*: it asks more, or of more cases; *narrower*: less, or of fewer; *related*: it asks something near to it."
        )

    def threads(self) -> Iterator[str]:
        yield from ("## Purposes, threads and variants", "")
        yield from (f"- Purpose, {name}: {escaped(meaning)}" for name, meaning in self.edition.purposes.items())
        yield from (f"- Headline thread, {name}: {escaped(title)}" for name, title in self.edition.threads.items())
        yield from (f"- Variant, {name.upper()}: {escaped(title)}" for name, title in self.edition.variants.items())

    # Scoring ---------------------------------------------------------------------------------------------------------

    def scoring(self) -> list[str]:
        rows = self.scoring_rows("the scheme", self.edition.scoring, "published")
        return table(("Part", "What it says", "Standing", "Source"), rows)

    def scoring_rows(self, part: str, value: Mapping[str, Any], standing: str) -> Iterator[tuple[str, str, str, str]]:
        """Yield a row for a part of the scoring, and for each part within it; a standing holds for all beneath."""
        standing = value.get("standing", standing)
        said = [escaped(str(value[key])) for key in ("title", "statement", "wording") if key in value]
        said += [f"{_key(key)}: {_plain(found)}" for key, found in value.items() if key not in _ABOUT and _is_plain(found)]
        if "notes" in value:
            said.append(f"Note: {escaped(value['notes'])}")
        if said:
            cites = self.source(read_citations(value["cites"])) if "cites" in value else " "
            yield escaped(part), "<br>".join(said), standing_words(standing), cites
        for key, found in value.items():
            if key in _ABOUT or _is_plain(found):
                continue
            for name, inner in _parts(found):
                inside = ": ".join(filter(None, (_key(key), name)))
                yield from self.scoring_rows(inside if part == "the scheme" else f"{part}, {inside}", inner, standing)

    # Hierarchy -------------------------------------------------------------------------------------------------------

    def node(self, node: Node) -> Iterator[str]:
        vocabulary = self.knowledge.vocabulary
        yield f"{'#' * (node.depth + 2)} {escaped(heading_of(node, self.edition))}"
        yield ""
        level = self.edition.levels[min(node.depth, len(self.edition.levels) - 2)]
        scored = f", scored by {node.scored}" if node.scored not in ("", "none") else ""
        yield f"*{capital(level)}, {standing_words(node.standing)}{scored}.* {escaped(node.statement)}"
        yield ""
        if node.applies_when:
            yield f"- Which cases: those where {escaped(condition_words(node.applies_when, vocabulary))}"
        if node.purposes:
            yield f"- Purposes: {listed(node.purposes, 'and')}"
        if node.threads:
            yield f"- Headline threads: {escaped(listed([self.edition.threads[name] for name in node.threads], 'and'))}"
        yield f"- Source: {self.source(node.cites)}"
        if node.notes:
            yield f"- Note: {escaped(node.notes)}"
        for prompt in node.prompts:
            yield ""
            yield from self.prompt(prompt)

    def prompt(self, prompt: Prompt) -> Iterator[str]:
        about = ", about the organisation" if prompt.about == "organisation" else ""
        yield f"{'#' * (len(self.edition.levels) + 1)} {_heading(prompt)}"
        yield ""
        yield f"**{escaped(prompt.asks)}** `{prompt.name}` ({standing_words(prompt.standing)}{about})"
        yield ""
        if prompt.applies_when:
            words = condition_words(prompt.applies_when, self.knowledge.vocabulary)
            yield f"- Which cases: those where {escaped(words)}"
        if prompt.threads:
            yield f"- Headline threads: {escaped(listed([self.edition.threads[name] for name in prompt.threads], 'and'))}"
        if prompt.sufficient_when:
            yield f"- Sufficient: {escaped(prompt.sufficient_when)}"
        if prompt.insufficient_when:
            yield f"- Not sufficient: {escaped(prompt.insufficient_when)}"
        if prompt.evidence:
            yield f"- Where to look: {escaped('; '.join(prompt.evidence))}"
        rules = [
            self.links.rule(rule, rule.title) + ("" if rule.status == "active" else f" ({rule.status})")
            for rule in self.links.answering.get(prompt.name, [])
        ]
        if rules:
            yield f"- Rules that bear on it: {'; '.join(rules)}"
        if prompt.judged:
            yield f"- Why it stays a judgement: {escaped(prompt.judged)}"
        elif prompt.about == "case" and not rules:
            yield "- Rules that bear on it: none, and no reason is on record; it is for the auditor alone"
        figures = self.links.figures_in_a_line(prompt)
        if figures:
            yield f"- Published: {figures}"
        yield from (f"- Meets {meeting}" for meeting in self.links.meeting(prompt))
        yield f"- Source: {self.source(prompt.cites)}"


def _heading(prompt: Prompt) -> str:
    """Return the heading of a prompt on its edition's page: its name within the edition."""
    return prompt.name.split("/", 1)[1]


def _is_plain(value: object) -> bool:
    """Whether a value is said in the row of the part it belongs to, rather than in a row of its own."""
    if isinstance(value, dict):
        return all(not isinstance(found, dict | list) for found in value.values()) and not {"standing", "cites"} & set(value)
    return not isinstance(value, list) or not any(isinstance(item, dict) for item in value)


def _parts(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, list):
        for item in value:
            yield str(item.get("name") or item.get("band") or ""), item
    else:
        yield "", value


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{_key(key)} {_plain(found)}" for key, found in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return escaped(str(value).replace("_", " "))


def _key(key: str) -> str:
    return escaped(str(key).replace("_", " "))
