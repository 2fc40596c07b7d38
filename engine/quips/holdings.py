"""Checks of what the framework holds beside the editions: published figures, crosswalk, glossary, and prompts as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from quips.conditions import Condition
from quips.framework import Edition, Entry, Meets, Prompt
from quips.places import Place
from quips.problems import Problem, did_you_mean
from quips.published import Figure, Publication
from quips.rules import Rule
from quips.satisfiable import can_hold_together
from quips.vocabulary import Vocabulary

_AS_IN_EDITION = "Take the name as the edition's own files have it."


def prompt_problems(editions: Mapping[str, Edition]) -> Iterator[Problem]:
    """Yield a problem for each prompt without a citation, and for each two of an edition that ask the same."""
    for edition in editions.values():
        asked: dict[tuple[str, str], Prompt] = {}
        for prompt in edition.prompts():
            if not prompt.cites:
                message = f"The prompt '{prompt.name}' has no citation."
                yield Problem(prompt.place, "no-citation", message, "Say where it comes from, if only {document: memory}.")
            words = " ".join(prompt.asks.lower().split()), prompt.name.split("/")[1]
            if words in asked:
                message = f"'{prompt.name}' asks the same as '{asked[words].name}'."
                yield Problem(prompt.place, "asks-the-same", message, "Make them one prompt with both citations.")
            asked.setdefault(words, prompt)


def publication_problems(publications: Mapping[str, Publication], editions: Mapping[str, Edition]) -> Iterator[Problem]:
    """Yield a problem for each published figure that cannot be, and each name in a publication that does not exist.

    A figure that cannot be is right if the report prints it so, and the contradiction is on record.
    """
    prompts = {prompt.name: prompt for edition in editions.values() for prompt in edition.prompts()}
    for publication in publications.values():
        nodes = {node.id for node in editions[publication.edition].nodes()}
        for result in publication.results:
            if result.node not in nodes:
                message = f"There is no '{result.node}' in {publication.edition}."
                yield Problem(result.place, "unknown-node", message, did_you_mean(result.node, nodes) or _AS_IN_EDITION)
        yield from _unknown_prompts(publication, prompts)
        explained = {line for contradiction in publication.contradictions for line in contradiction.lines}
        for figure in publication.figures:
            if figure.prompt not in prompts:
                message = f"There is no prompt '{figure.prompt}'."
                yield Problem(figure.place, "unknown-prompt", message, did_you_mean(figure.prompt, prompts) or _AS_IN_EDITION)
            if figure.line not in explained:
                yield from _impossible(figure)


def crosswalk_problems(crosswalk: Sequence[Meets], prompts: Mapping[str, Prompt]) -> Iterator[Problem]:
    """Yield a problem for each pair of the crosswalk that names no prompt, stands twice, or stays in one edition."""
    seen = set()
    for meets in crosswalk:
        for name in (meets.source, meets.target):
            if name not in prompts:
                hint = did_you_mean(name, prompts) or _AS_IN_EDITION
                yield Problem(meets.place, "unknown-prompt", f"There is no prompt '{name}'.", hint)
        if meets.source.split("/")[0] == meets.target.split("/")[0]:
            yield Problem(meets.place, "one-edition", "Both prompts are of one edition.", "A crosswalk joins two.")
        pair = frozenset((meets.source, meets.target))
        if pair in seen:
            yield Problem(meets.place, "defined-twice", f"'{meets.source}' and '{meets.target}' are joined twice.", "Keep one.")
        seen.add(pair)


def glossary_problems(glossary: Iterable[Entry], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield a problem for each name of the vocabulary that a term is said to be and that does not exist."""
    names = {*vocabulary.circumstances, *vocabulary.activities}
    for entry in glossary:
        for name in entry.used_as:
            if name not in names:
                message = f"'{name}' is not in the vocabulary."
                hint = did_you_mean(name, names) or "To see every name: quips list circumstances, quips list activities."
                yield Problem(entry.place, "unknown-name", message, hint)


def population_problems(rules: Iterable[Rule], editions: Mapping[str, Edition], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield a problem for each rule and population that no case can belong to, and for each two that none can belong to both."""

    def possible(*conditions: Condition) -> bool:
        return can_hold_together(list(conditions), vocabulary.circumstances)

    populations: dict[str, list[Condition]] = {}
    for edition in editions.values():
        for node, above in edition.populations():
            for prompt in node.prompts:
                population = [*above, *([prompt.applies_when] if prompt.applies_when else [])]
                if possible(*population):
                    populations[prompt.name] = population
                else:
                    yield _never(f"the prompt '{prompt.name}' is asked of", population[-1].place)
    for rule in rules:
        if not possible(rule.applies):
            yield _never(f"the rule '{rule.name}' is for", rule.applies.place)
            continue
        for answer in rule.answers:
            population = populations.get(answer.prompt, [])
            if population and not possible(rule.applies, *population):
                message = f"The prompt '{answer.prompt}' is never asked of the cases this rule is for."
                hint = "Change the rule's 'when' or the prompt's 'applies_when', or leave out the answer."
                yield Problem(answer.place, "never-together", message, hint)


def _never(what: str, place: Place) -> Problem:
    hint = "Look for values that rule one another out."
    return Problem(place, "never-holds", f"There can be no case that {what}.", hint)


def _unknown_prompts(publication: Publication, prompts: Mapping[str, Prompt]) -> Iterator[Problem]:
    """What recommendations and good practice point at has to be a prompt of the report's edition."""
    for kind, entries in publication.others.items():
        for entry in entries:
            for name in entry.get("prompts", ()):
                full = name if name in prompts else f"{publication.edition}/{name}"
                if full not in prompts:
                    message = f"{kind.replace('_', ' ').capitalize()} (line {entry['line']}): there is no prompt '{name}'."
                    yield Problem(
                        Place(publication.name), "unknown-prompt", message, did_you_mean(full, prompts) or _AS_IN_EDITION
                    )


def _impossible(figure: Figure) -> Iterator[Problem]:
    if figure.percent is not None and not 0 <= figure.percent <= 100:
        message = f"A share of {figure.percent:g}% cannot be."
        yield Problem(figure.place, "impossible-share", message, "If it is printed so, record the contradiction.")
    if figure.n is not None and figure.of is not None and figure.n > figure.of:
        message = f"{figure.n} of {figure.of} cannot be."
        yield Problem(figure.place, "impossible-share", message, "If it is printed so, record the contradiction.")
