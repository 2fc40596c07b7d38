"""Where each thing stands on the generated pages, and what belongs to it there: rules, prompts, published figures."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from generating.words import escaped, heading_of, heading_of_group, slug, where_written
from quips.explain import in_sentence
from quips.framework import Edition, Node, Prompt, read_citations
from quips.knowledge import Knowledge
from quips.published import Figure, Publication
from quips.rules import Edge, Rule

EXAMPLES = "examples/cases"
_INVERSE = {"broader": "narrower", "narrower": "broader"}


class Links:
    """Links from one page, with what they are made from."""

    def __init__(self, knowledge: Knowledge, up: str = "") -> None:
        """Remember the way from the page up to ``docs/reference``: empty, or ``../``."""
        self.knowledge, self.up = knowledge, up

    # Rules -----------------------------------------------------------------------------------------------------------

    def rule(self, rule: Rule, title: str = "") -> str:
        """Return a link to a rule, by its title as it stands in a sentence unless another is given."""
        return f"[{escaped(title or in_sentence(rule.title))}]({self.up}rules/{rule.topic}.md#{slug(rule.title)})"

    @cached_property
    def answering(self) -> dict[str, list[Rule]]:
        """The rules that answer each prompt, by title."""
        found: dict[str, list[Rule]] = {}
        for rule in sorted(self.knowledge.rules.values(), key=lambda rule: rule.title):
            for prompt in dict.fromkeys(answer.prompt for answer in rule.answers):
                found.setdefault(prompt, []).append(rule)
        return found

    @cached_property
    def above(self) -> dict[str, list[tuple[Rule, Edge]]]:
        """The rules that rest on or follow each rule, by title, with the edge that says so."""
        found: dict[str, list[tuple[Rule, Edge]]] = {}
        for rule in sorted(self.knowledge.rules.values(), key=lambda rule: rule.title):
            for edge in rule.edges:
                found.setdefault(edge.rule, []).append((rule, edge))
        return found

    # Editions --------------------------------------------------------------------------------------------------------

    def edition(self, name: str) -> str:
        """Return a link to the page of an edition, by its name."""
        return f"[{name}]({self.up}editions/{name}.md)"

    def node(self, edition: Edition, node: Node, words: str = "") -> str:
        """Return a link to a section, criterion, domain, standard or key question, by its heading or other words."""
        heading = heading_of(node, edition)
        return f"[{escaped(words or heading)}]({self.up}editions/{edition.name}.md#{slug(heading)})"

    def prompt(self, name: str, words: str = "") -> str:
        """Return a link to a prompt, by its edition and heading unless other words are given."""
        edition, _, heading = name.partition("/")
        return f"[{escaped(words) or f'{edition} {heading}'}]({self.up}editions/{edition}.md#{slug(heading)})"

    @cached_property
    def nodes(self) -> dict[str, tuple[Edition, Node]]:
        """Each node with its edition, by both names: ``omi-1/2.2``."""
        return {
            f"{name}/{node.id}": (edition, node) for name, edition in self.knowledge.editions.items() for node in edition.nodes()
        }

    def meeting(self, prompt: Prompt) -> list[str]:
        """Return the prompts of other editions that meet a prompt, each as a link with what it is to this one."""
        return self._meeting.get(prompt.name, [])

    @cached_property
    def _meeting(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for meets in self.knowledge.crosswalk:
            for here, other, how in (
                (meets.source, meets.target, meets.how),
                (meets.target, meets.source, _INVERSE.get(meets.how, meets.how)),
            ):
                note = f" {escaped(meets.notes)}" if meets.notes else ""
                asks = escaped(self.knowledge.prompts[other].asks)
                found.setdefault(here, []).append(f"{self.prompt(other)} ({how}): {asks}{note}")
        return found

    # Reports ---------------------------------------------------------------------------------------------------------

    def report(self, publication: Publication, anchor: str = "") -> str:
        """Return a link to what a report printed, by its short title."""
        short = escaped(self.knowledge.sources[publication.seed].short)
        return f"[{short}]({self.up}published/{publication.name}.md{f'#{anchor}' if anchor else ''})"

    @cached_property
    def figures(self) -> dict[str, list[tuple[Publication, Figure]]]:
        """The figures printed of each prompt, in the order of the reports and their lines."""
        found: dict[str, list[tuple[Publication, Figure]]] = {}
        for publication in self.knowledge.publications.values():
            for figure in sorted(publication.figures, key=lambda figure: figure.line):
                found.setdefault(figure.prompt, []).append((publication, figure))
        return found

    def figure(self, publication: Publication, figure: Figure) -> str:
        """Return a figure with the report, its place there and of which cases it is."""
        edition, node = self.nodes[figure.prompt.rsplit("/", 1)[0]]
        report = self.report(publication, slug(heading_of(node, edition)))
        cases = escaped("; ".join(filter(None, (figure.population, figure.group))))
        of = f" ({cases})" if cases else ""
        return f"{report}, {escaped(figure.at)}, line {figure.line}: {escaped(figure.printed)}{of} answered {figure.shows}"

    def figures_in_a_line(self, prompt: Prompt) -> str:
        """Return the figures printed of a prompt in one line, report by report; empty if there are none."""
        edition, node = self.nodes[prompt.name.rsplit("/", 1)[0]]
        by_report: dict[str, list[str]] = {}
        for publication, figure in self.figures.get(prompt.name, ()):
            group = f" ({escaped(figure.group)})" if figure.group else ""
            report = self.report(publication, slug(heading_of(node, edition)))
            by_report.setdefault(report, []).append(f"{figure.shows} {escaped(figure.printed)}{group}")
        return "; ".join(f"{report}: {', '.join(figures)}" for report, figures in by_report.items())

    def caveat(self, edition: Edition) -> str:
        """Return the inspectorate's warning against comparing areas, with where an edition's reports print it; empty if none."""
        for caveat in edition.scoring.get("caveats", []):
            if caveat["name"] == "no-comparison":
                places = where_written(read_citations(caveat["cites"]), self.knowledge.sources)
                return f"{escaped(caveat['statement'])} ({'; '.join(places)})"
        return ""

    def case(self, name: str) -> str:
        """Return a link to the file of an example case."""
        return f"[{name}]({self.up}../../{EXAMPLES}/{name}.yaml)"

    @cached_property
    def licences(self) -> dict[str, str]:
        """What each report states of copyright and licence."""
        [document] = self.knowledge.files.of_shape("sources")
        seeds: dict[str, Any] = document.value["seeds"]
        return {name: escaped(seed.get("licence", "Not looked up.")) for name, seed in seeds.items()}

    # Words -----------------------------------------------------------------------------------------------------------

    def limit(self, name: str) -> str:
        """Return a link to a time limit, by its title."""
        title = self.knowledge.limits[name].title
        return f"[{escaped(in_sentence(title))}]({self.up}limits.md#{slug(title)})"

    def word(self, name: str) -> str:
        """Return a link to a circumstance or an activity of the vocabulary, by its name."""
        vocabulary = self.knowledge.vocabulary
        if name in vocabulary.activities:
            return f"[`{name}`]({self.up}vocabulary.md#{slug(vocabulary.activities[name].title)})"
        return f"[`{name}`]({self.up}vocabulary.md#{slug(heading_of_group(vocabulary.circumstances[name]))})"
