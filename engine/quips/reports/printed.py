"""What the reports printed and what the knowledge base covers, on a screen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from quips.coverage import Coverage
from quips.framework import Source
from quips.knowledge import Knowledge
from quips.published import Figure, Publication
from quips.scoring.recomputed import Recomputed, recompute

CAVEAT = "Printed shares of the areas inspected. The inspectorate warns against comparing areas closely."


def figures_of(knowledge: Knowledge, prompt: str) -> list[tuple[str, Figure]]:
    """Return the figures printed of a prompt, with the name of the report, in the order of the reports."""
    return [
        (knowledge.sources[publication.seed].short, figure)
        for publication in knowledge.publications.values()
        for figure in publication.figures
        if figure.prompt == prompt
    ]


def figure_words(short: str, figure: Figure) -> str:
    """Return a figure in words, such as ``Kent 2008, 1.2, strength (b): 91% of cases answered yes``.

    What is printed as words, such as ``too often``, does not run on into whom it is of.
    """
    group = f", {figure.group}" if figure.group else ""
    if figure.printed[:1].isdigit():
        population = f" of {figure.population}" if figure.population else ""
        return f"{short}, {figure.at}{group}: {figure.printed}{population} answered {figure.shows}"
    population = f", of {figure.population}" if figure.population else ""
    return f"{short}, {figure.at}{group}: “{figure.printed}” answered {figure.shows}{population}"


def recomputed(knowledge: Knowledge) -> list[Recomputed]:
    """Return every printed figure that can be worked out again, report by report."""
    return [
        found
        for publication in knowledge.publications.values()
        for found in recompute(publication, knowledge.editions[publication.edition])
    ]


def published_text(knowledge: Knowledge) -> str:
    """Return what is held of each report, a line each."""
    lines = [_summary(publication, knowledge.sources[publication.seed]) for publication in knowledge.publications.values()]
    return "".join(f"{line}\n" for line in [*lines, CAVEAT])


def recomputed_text(found: Sequence[Recomputed]) -> str:
    """Return what does not add up when it is worked out again, with the reason on record, and how much does."""
    wrong = [one for one in found if not one.agrees]
    lines = [f"{len(found)} printed figures can be worked out from others; {len(found) - len(wrong)} agree."]
    for one in wrong:
        lines.append(f"{one.publication}, line {one.line}: {one.what}: printed {one.printed}, comes to {one.found}")
        lines.append(f"  {one.explained or 'NO REASON ON RECORD'}")
    return "".join(f"{line}\n" for line in lines)


def coverage_text(covered: Coverage) -> str:
    """Return what the knowledge base covers, in lines."""
    return "".join(f"{line}\n" for line in _coverage(covered))


def coverage_json(covered: Coverage) -> str:
    """Return what the knowledge base covers as JSON."""
    return json.dumps(asdict(covered), indent=2, ensure_ascii=False) + "\n"


def _summary(publication: Publication, source: Source) -> str:
    return (
        f"{publication.name}\t{source.short}, {publication.edition}: {len(publication.results)} scores and ratings, "
        f"{len(publication.figures)} figures, {len(publication.contradictions)} contradictions on record"
    )


def _coverage(covered: Coverage) -> Iterator[str]:
    for edition in covered.editions:
        yield (
            f"{edition.edition}: {edition.about_cases} prompts about a case: {edition.with_rule} with a rule, "
            f"{edition.judged} judged, {len(edition.neither)} neither; {edition.about_organisation} about the organisation"
        )
        yield from (f"  neither rule nor reason: {name}" for name in edition.neither)
    for seed, lines in covered.uncited.items():
        where = f"; not cited: {', '.join(map(str, lines))}" if lines else ""
        yield f"{seed}: {covered.n_paragraphs[seed]} paragraphs with findings, {len(lines)} not cited by a prompt{where}"
    for topic, count in covered.rules_by_topic.items():
        yield f"rules on {topic}: {count}"
    for status, count in covered.statuses_shown.items():
        yield f"examples that show {status}: {count}"
    for what, names in (
        ("rules that answer no prompt", covered.answering_nothing),
        ("circumstances that nothing reads", covered.unread_circumstances),
        ("activities that no rule asks for", covered.unasked_activities),
        ("rules with no published figure", covered.without_published),
    ):
        yield f"{what}: {', '.join(names) or 'none'}"
