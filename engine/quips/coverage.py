"""What the knowledge base covers: prompts with a rule, judged or neither; paragraphs of the reports that no prompt cites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from quips.framework import Edition, Prompt
from quips.graph import facts_no_rule_reads, rules_answering_nothing
from quips.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class EditionCoverage:
    """How far one edition is covered.

    Attributes:
        edition: The edition's name.
        about_cases: How many prompts are about a case.
        about_organisation: How many are about the organisation, which no case record can answer.
        with_rule: How many of those about a case an active rule answers.
        judged: How many of them say why they stay a judgement.
        neither: Those that do neither.
    """

    edition: str
    about_cases: int
    about_organisation: int
    with_rule: int
    judged: int
    neither: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the knowledge base covers.

    Attributes:
        editions: How far each edition is covered.
        uncited: For each report, the lines of findings that no prompt cites.
        n_paragraphs: For each report, how many paragraphs hold findings.
        rules_by_topic: How many active rules each topic has.
        answering_nothing: Active rules that answer no prompt.
        unread_circumstances: Circumstances that nothing reads.
        unasked_activities: Activities that no rule asks for.
        statuses_shown: How many examples show each status.
        without_published: Active rules none of whose prompts has a published figure.
    """

    editions: tuple[EditionCoverage, ...]
    uncited: Mapping[str, tuple[int, ...]]
    n_paragraphs: Mapping[str, int]
    rules_by_topic: Mapping[str, int]
    answering_nothing: tuple[str, ...]
    unread_circumstances: tuple[str, ...]
    unasked_activities: tuple[str, ...]
    statuses_shown: Mapping[str, int]
    without_published: tuple[str, ...]


def coverage(knowledge: Knowledge) -> Coverage:
    """Return what a knowledge base covers."""
    active = {name: rule for name, rule in knowledge.rules.items() if rule.status == "active"}
    answered = {answer.prompt for rule in active.values() for answer in rule.answers}
    cited: dict[str, set[int]] = {}
    for prompt in knowledge.prompts.values():
        for cite in prompt.cites:
            cited.setdefault(cite.source, set()).add(cite.line)
    asked = {target for _, target, kind in knowledge.graph.edges(keys=True) if kind == "asks_for"}
    figured = {figure.prompt for publication in knowledge.publications.values() for figure in publication.figures}
    shown: Counter[str] = Counter()
    for rule in active.values():
        for example in rule.examples:
            shown.update([example["status"]] if "status" in example else example["findings"].values())
    return Coverage(
        tuple(_of_edition(edition, answered) for edition in knowledge.editions.values()),
        {seed: tuple(n for n in lines if n not in cited.get(seed, ())) for seed, lines in knowledge.paragraphs.items()},
        {seed: len(lines) for seed, lines in knowledge.paragraphs.items()},
        dict(sorted(Counter(rule.topic for rule in active.values()).items())),
        tuple(rules_answering_nothing(active)),
        tuple(facts_no_rule_reads(knowledge.graph)),
        tuple(sorted(name for name in knowledge.vocabulary.activities if f"activity:{name}" not in asked)),
        dict(sorted(shown.items())),
        tuple(
            sorted(
                name
                for name, rule in active.items()
                if rule.answers and not any(answer.prompt in figured for answer in rule.answers)
            )
        ),
    )


def _of_edition(edition: Edition, answered: set[str]) -> EditionCoverage:
    prompts = list(edition.prompts())
    about_cases = [prompt for prompt in prompts if prompt.about == "case"]
    with_rule = [prompt for prompt in about_cases if prompt.name in answered]
    judged = [prompt for prompt in about_cases if prompt.name not in answered and prompt.judged]
    return EditionCoverage(
        edition.name,
        len(about_cases),
        len(prompts) - len(about_cases),
        len(with_rule),
        len(judged),
        tuple(prompt.name for prompt in about_cases if _neither(prompt, answered)),
    )


def _neither(prompt: Prompt, answered: set[str]) -> bool:
    return prompt.name not in answered and not prompt.judged
