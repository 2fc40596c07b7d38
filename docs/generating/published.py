"""A page for each report: what it printed, what does not add up in it, what it recommends, and the good practice it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from generating.links import Links
from generating.words import bullets, capital, counted, escaped, heading_of, page, table
from quips.framework import Node, Prompt
from quips.knowledge import Knowledge
from quips.published import Figure, Publication, Result
from quips.reports.printed import CAVEAT
from quips.scoring.recomputed import Recomputed, recompute

_OF_NOTHING = "The reports of this edition print no such warning. We keep to that of the others."


def published_pages(knowledge: Knowledge) -> dict[str, str]:
    """Return a page for each report that has printed results, by path beneath ``docs/reference``."""
    links = Links(knowledge, "../")
    pages = {f"published/{name}.md": _Page(found, links).text() for name, found in knowledge.publications.items()}
    return {"published/index.md": _index(knowledge, links), **pages}


def _index(knowledge: Knowledge, links: Links) -> str:
    intro = (
        "Scores, shares and counts as the five reports print them, each with its place, and each share with the prompt it is of. "
        "They are what was found in an area at one time, and nothing that a case is held against: no finding uses them. Where a "
        "report does not agree with itself both figures are kept. `quips published --audit` works out again whatever can be."
    )
    rows = []
    for publication in knowledge.publications.values():
        worked_out = list(recompute(publication, knowledge.editions[publication.edition]))
        rows.append(
            (
                links.report(publication),
                links.edition(publication.edition),
                str(len(publication.results) + len(publication.headlines)),
                str(len(publication.figures)),
                f"{sum(found.agrees for found in worked_out)} of {len(worked_out)}",
                str(len(publication.contradictions)),
                str(len(publication.others["recommendations"])),
                str(len(publication.others["good_practice"])),
            )
        )
    head = ("Report", "Edition", "Results", "Figures", "Agree again", "Contradictions", "Recommendations", "Good practice")
    warnings = [links.caveat(edition) for edition in knowledge.editions.values()]
    comparing = ["## Comparing areas", "", CAVEAT, "", *bullets(filter(None, warnings))]
    tree = ["```{toctree}", ":hidden:", "", *knowledge.publications, "```"]
    return page("What the reports printed", intro, comparing, ["## The reports", "", *table(head, rows)], tree)


class _Page:
    """Writes the page of one report."""

    def __init__(self, publication: Publication, links: Links) -> None:
        self.publication, self.links = publication, links
        self.knowledge = links.knowledge
        self.edition = self.knowledge.editions[publication.edition]
        self.source = self.knowledge.sources[publication.seed]

    def text(self) -> str:
        others = self.publication.others
        where = f"`{self.publication.seed}`, {self.source.lines} lines; `framework/published/{self.publication.name}`"
        facts = [
            f"- Report: {escaped(self.source.title)}",
            f"- Edition: {self.links.edition(self.edition.name)}",
            f"- In the files as: {where}",
            f"- Copyright and licence: {self.links.licences[self.publication.seed]}",
        ]
        return page(
            f"{self.source.short}: what was printed",
            facts,
            "Numbers, comments, grades and ratings are as printed. Of which cases they are, and the notes, are in our words.",
            f"**Not for comparing areas.** {CAVEAT} {self.links.caveat(self.edition) or _OF_NOTHING}",
            self.results(),
            ["## The sample", "", *self.sample(others["sample"])],
            [*self.figures()],
            ["## What does not agree", "", *self.contradictions()],
            ["## What comes out when it is worked out again", "", *self.worked_out()],
            ["## Recommendations", "", *self.recommendations(others["recommendations"])],
            ["## Practice it tells of", "", *self.practice(others["good_practice"])],
            contents=3,
        )

    # Results ---------------------------------------------------------------------------------------------------------

    def results(self) -> Iterator[str]:
        yield from ("## Results", "")
        nodes = {node.id: node for node in self.edition.nodes()}
        order = {name: place for place, name in enumerate(nodes)}
        ordered = sorted(self.publication.results, key=lambda result: (order[result.node], result.line))
        groups: dict[tuple[str, str, int | None, str], list[Result]] = {}
        for result in (*self.publication.headlines, *ordered):
            groups.setdefault((result.thread, result.node, result.percent, result.verdict), []).append(result)
        rows = [
            (
                self.links.node(self.edition, nodes[node]) if node else escaped(self.headline(thread)),
                f"{percent}%" if percent is not None else "",
                escaped(verdict),
                _lines(result.line for result in results),
                _notes(result.notes for result in results),
            )
            for (thread, node, percent, verdict), results in groups.items()
        ]
        yield from table(("What", "Score", "Comment, grade or rating", "Line", "Note"), rows)

    def headline(self, thread: str) -> str:
        return self.edition.threads.get(thread, capital(thread))

    def sample(self, facts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        rows = [
            (escaped(fact["what"]), _amount(fact), self.where(fact), escaped(fact.get("notes", "")))
            for fact in sorted(facts, key=lambda fact: fact["line"])
        ]
        yield from table(("What", "As printed", "Where", "Note"), rows) if rows else ["No fact of it is on record."]

    # Figures ---------------------------------------------------------------------------------------------------------

    def figures(self) -> Iterator[str]:
        by_prompt: dict[str, list[Figure]] = {}
        for figure in sorted(self.publication.figures, key=lambda figure: figure.line):
            by_prompt.setdefault(figure.prompt, []).append(figure)
        yield from ("## Figures", "")
        yield (
            f"{counted(len(self.publication.figures), 'share or count', 'shares and counts')}, of "
            f"{counted(len(by_prompt), 'prompt')}. *Yes* says that the figure is of the cases in which the question was answered "
            "yes, *no* that it is of those in which it was answered no."
        )
        for node in self.edition.nodes():
            found = [prompt for prompt in node.prompts if prompt.name in by_prompt]
            if found:
                yield from ("", f"### {escaped(heading_of(node, self.edition))}", "")
                yield from self.node_figures(found, by_prompt)

    def node_figures(self, prompts: Iterable[Prompt], by_prompt: Mapping[str, list[Figure]]) -> Iterator[str]:
        rows = [
            (
                self.links.prompt(prompt.name, prompt.asks) if first else "",
                f"{figure.shows} {escaped(figure.printed)}",
                escaped("; ".join(filter(None, (figure.population, figure.group)))),
                f"{escaped(figure.at)}, line {figure.line}",
                escaped(figure.notes),
            )
            for prompt in prompts
            for first, figure in _first(by_prompt[prompt.name])
        ]
        yield from table(("Prompt", "As printed", "Of which cases", "Where", "Note"), rows)

    # What does not add up --------------------------------------------------------------------------------------------

    def contradictions(self) -> Iterator[str]:
        if not self.publication.contradictions:
            yield "Nothing is on record."
            return
        rows = [(escaped(found.what), _lines(found.lines), escaped(found.why)) for found in self.publication.contradictions]
        yield from table(("What", "Lines", "Why, and what is kept"), rows)

    def worked_out(self) -> Iterator[str]:
        found: list[Recomputed] = list(recompute(self.publication, self.edition))
        wrong = [one for one in found if not one.agrees]
        if not found:
            yield "Nothing of what is printed can be worked out from the rest."
            return
        agree = len(found) - len(wrong)
        yield f"{counted(len(found), 'printed figure')} can be worked out from others; {agree} agree within rounding."
        if wrong:
            yield ""
            rows = [
                (
                    escaped(one.what),
                    one.printed,
                    one.found,
                    str(one.line),
                    escaped(one.explained) or "**No reason is on record.**",
                )
                for one in wrong
            ]
            yield from table(("What", "Printed", "Comes to", "Line", "Reason"), rows)

    # Recommendations and practice ------------------------------------------------------------------------------------

    def recommendations(self, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        nodes: dict[str, Node] = {node.id: node for node in self.edition.nodes()}
        for one in sorted(found, key=lambda one: one["line"]):
            yield f"- {_sentence(one['asks'])} ({self.where(one)})"
            about = [self.links.node(self.edition, nodes[name], name) for name in one.get("nodes", ()) if name in nodes]
            yield from self.bearing(about, one)
        if not found:
            yield "None is on record."

    def practice(self, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        for one in sorted(found, key=lambda one: one["line"]):
            yield f"- {_sentence(one['what'])} ({self.where(one)})"
            yield from self.bearing([], one)
            if "case" in one:
                yield f"  - As an example case: {self.links.case(one['case'])}"
        if not found:
            yield "None is on record."

    def bearing(self, about: list[str], one: Mapping[str, Any]) -> Iterator[str]:
        prompts = [self.links.prompt(f"{self.edition.name}/{name}", name) for name in one.get("prompts", ())]
        if about or prompts:
            yield f"  - About: {'; '.join([*about, *prompts])}"

    def where(self, value: Mapping[str, Any]) -> str:
        return ", ".join(filter(None, (escaped(value.get("at", "")), f"line {value['line']}")))


def _first(figures: Iterable[Figure]) -> Iterator[tuple[bool, Figure]]:
    """Yield each figure, with whether it is the first."""
    for place, figure in enumerate(figures):
        yield place == 0, figure


def _amount(fact: Mapping[str, Any]) -> str:
    counts = f"{fact['n']} of {fact['of']}" if "n" in fact and "of" in fact else str(fact.get("n", ""))
    share = f"{fact['percent']:g}%" if "percent" in fact else ""
    return f"{share} ({counts})" if share and counts else share or counts


def _lines(lines: Iterable[int]) -> str:
    return ", ".join(map(str, lines))


def _notes(notes: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(escaped(note) for note in notes if note))


def _sentence(text: str) -> str:
    return escaped(text) if text.endswith((".", "!", "?")) else f"{escaped(text)}."
