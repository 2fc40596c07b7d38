"""What findings suggest for the prompts of an edition: yes, no, not applicable, or for the auditor.

The auditor judges. Presence can show a "no" and seldom a "yes", and key questions and criteria get no proposal at all, for the
inspectorate does not count prompts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from quips.cases import Case
from quips.conditions import AllOf
from quips.findings import Finding
from quips.framework import Edition, Node, Prompt
from quips.knowledge import Knowledge
from quips.statuses import Status
from quips.truth import Conditions, World

YES, NO, NOT_APPLICABLE, FOR_THE_AUDITOR = "yes", "no", "not_applicable", "for_the_auditor"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the findings suggest for one prompt.

    Attributes:
        prompt: The prompt.
        node: The criterion or key question it belongs to.
        answer: ``yes``, ``no``, ``not_applicable`` or ``for_the_auditor``.
        findings: The findings that bear on it and apply.
        judgement: The auditor's own answer in the case file, if there is one.
        only_earlier: Whether it is not asked of the case as it is now, but was when something that shows a no was called for.
    """

    prompt: Prompt
    node: Node
    answer: str
    findings: tuple[Finding, ...]
    judgement: Mapping[str, Any] | None
    only_earlier: bool = False


def edition_for(knowledge: Knowledge, as_at: int) -> Edition:
    """Return the edition that was in use on a day: the last that had come into use by then, else the first of all."""
    day = date.fromordinal(as_at).isoformat()
    in_order = sorted(knowledge.editions, key=knowledge.editions.in_use_from)
    begun = [name for name in in_order if knowledge.editions.in_use_from(name) <= day]
    return knowledge.editions[begun[-1] if begun else in_order[0]]


def proposals(conditions: Conditions, edition: Edition, case: Case, findings: Sequence[Finding]) -> list[Proposal]:
    """Return a proposal for each prompt about a case, in the edition's own order.

    Args:
        conditions: The program's conditions, which decide each prompt's population.
        edition: The edition to read the case under.
        case: The case.
        findings: Every finding of the case.
    """
    bearing: dict[str, list[tuple[Finding, str]]] = {}
    for finding in findings:
        for shown in finding.shows:
            if shown.shows != "nothing" or finding.status is Status.EXCEPTED:
                bearing.setdefault(shown.prompt, []).append((finding, shown.shows))
    world = World(case)
    provider = case.fact("provider", case.as_at)
    found = []
    for node, population in edition.populations():
        for prompt in node.prompts:
            if prompt.about != "case" or (prompt.variant and provider is not None and prompt.variant != provider):
                continue
            relevant = [*population, *([prompt.applies_when] if prompt.applies_when else [])]
            asks = conditions.asks(AllOf(tuple(relevant)))
            applies = asks(world, case.as_at)
            bears = bearing.get(prompt.name, [])
            days = {finding.started for finding, shows in bears if shows == "no" and finding.started is not None}
            only_earlier = applies is False and any(asks(world, day) for day in days)
            answer = FOR_THE_AUDITOR if only_earlier else _answer(applies, bears)
            judgement = case.judgements.get(prompt.name)
            found.append(Proposal(prompt, node, answer, tuple(finding for finding, _ in bears), judgement, only_earlier))
    return found


def _answer(applies: bool | None, bears: Sequence[tuple[Finding, str]]) -> str:
    """The proposal for a prompt [21]."""
    if applies is False:
        return NOT_APPLICABLE
    shown = [shows for _, shows in bears]
    if "no" in shown:
        return NO
    settled = applies and "yes" in shown and "open" not in shown and not any(f.provisional for f, _ in bears)
    return YES if settled else FOR_THE_AUDITOR
