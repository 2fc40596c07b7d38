"""Which prompts a round judges, those that the plan's scope names, and what of an audit bears on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from quips.audits import Audit
from quips.conditions import has_of
from quips.findings import Finding
from quips.framework import Edition, Prompt
from quips.knowledge import Knowledge
from quips.problems import Problem, did_you_mean
from quips.rules import Each, Rule
from quips.source import Document


def scope_problems(scope: Mapping[str, Any], edition: Edition, document: Document) -> Iterator[Problem]:
    """Yield what a scope names that the edition has not.

    Args:
        scope: The scope, of the form that its schema asks for.
        edition: The edition.
        document: The plan, for the places.
    """
    nodes = {node.id: node.title for node in edition.nodes()}
    prompts = {prompt.name.removeprefix(f"{edition.name}/"): prompt for prompt in _of_cases(edition)}
    for n, node in enumerate(scope.get("nodes", ())):
        if node not in nodes:
            hint = did_you_mean(node, nodes) or f"To see them: quips show {edition.name}."
            message = f"{edition.name} has no part '{node}'."
            yield Problem(document.place("scope", "nodes", n), "unknown-node", message, hint)
    for n, name in enumerate(scope.get("prompts", ())):
        short = name.removeprefix(f"{edition.name}/")
        if short not in prompts:
            hint = did_you_mean(short, prompts) or f"To see them: quips list prompts --edition {edition.name}."
            message = f"{edition.name} has no prompt '{short}' about a case."
            yield Problem(document.place("scope", "prompts", n), "unknown-prompt", message, hint)
    for key, known, what in (("thread", edition.threads, "thread"), ("variant", edition.variants, "variant")):
        if key in scope and scope[key] not in known:
            message = f"{edition.name} has no {what} '{scope[key]}'."
            hint = did_you_mean(scope[key], known) or "Leave it out."
            yield Problem(document.place("scope", key), f"unknown-{what}", message, hint)


def prompts_in_scope(scope: Mapping[str, Any], edition: Edition, knowledge: Knowledge) -> tuple[str, ...]:
    """Return the prompts in scope by full name, in the edition's order.

    A prompt is in scope if it fits all of ``nodes``, ``topics``, ``thread`` and ``stages`` that are given. Those named under
    ``prompts`` are in scope besides, or alone if none of these is given.

    Args:
        scope: A scope that names nothing unknown.
        edition: The edition.
        knowledge: Whose rules say which prompts are of a topic or a stage.
    """
    named = {f"{edition.name}/{name.removeprefix(f'{edition.name}/')}" for name in scope.get("prompts", ())}
    fitting: list[set[str]] = []
    if "nodes" in scope:
        wanted = [node for node in edition.nodes() if node.id in scope["nodes"]]
        fitting.append({prompt.name for node in wanted for part in node.walk() for prompt in part.prompts})
    if "topics" in scope:
        fitting.append({*_answered(rule for rule in _active(knowledge) if rule.topic in scope["topics"])})
    if "stages" in scope:
        stages = set(scope["stages"])
        fitting.append({*_answered(rule for rule in _active(knowledge) if stages & _stages(rule, knowledge))})
    if "thread" in scope:
        fitting.append({*_of_thread(scope["thread"], edition)})
    variant = scope.get("variant")
    found = []
    for prompt in _of_cases(edition):
        fits = all(prompt.name in names for names in fitting) and (bool(fitting) or not named)
        if (fits and (not variant or prompt.variant in ("", variant))) or prompt.name in named:
            found.append(prompt.name)
    return tuple(found)


def of_prompts(audit: Audit, prompts: Collection[str]) -> Audit:
    """Return an audit with only what bears on some prompts, and whatever may put somebody at risk.

    A root gap stays if anything that follows from it does: it is what would put that right.

    Args:
        audit: The audit.
        prompts: The prompts, by full name.
    """
    urgent = {finding.ref for finding in (*audit.urgent_gaps, *audit.undecided)}

    def bears(finding: Finding) -> bool:
        at_risk = finding.ref in urgent or (finding.told and bool(finding.rule.concerns))
        return at_risk or any(answer.prompt in prompts for answer in finding.rule.answers)

    gaps = tuple(root for root in audit.gaps if any(bears(gap.finding) for gap in root.walk()))
    kept = {gap.finding.ref for root in gaps for gap in root.walk()}
    findings = tuple(finding for finding in audit.findings if finding.ref in kept or bears(finding))
    return replace(audit, findings=findings, gaps=gaps)


def looked_at_words(scope: Mapping[str, Any], prompts: Collection[str], edition: Edition) -> str:
    """Return in words that a round looked at a part of an edition; empty if it looked at all of it."""
    asked = sum(1 for _ in _of_cases(edition))
    if not scope or len(prompts) == asked:
        return ""
    return (
        f"This round looked at {len(prompts)} of the {asked} questions of the edition about a case. What bears on none of them "
        "is left out, unless somebody may be at risk."
    )


def _of_thread(thread: str, edition: Edition) -> Iterator[str]:
    """Yield the prompts that a thread is scored from; where it is not scored, those whose own or whose part's thread it is."""
    scored = edition.scoring.get("threads", {}).get(thread, {})
    for division in edition.divisions:
        if scored and division.id not in scored.get("sections", ()):
            continue
        for node in division.walk():
            inherited = not scored and any(node in above.walk() and thread in above.threads for above in division.walk())
            for prompt in node.prompts:
                if thread in prompt.threads or (inherited and not prompt.threads):
                    yield prompt.name


def _of_cases(edition: Edition) -> Iterator[Prompt]:
    return (prompt for prompt in edition.prompts() if prompt.about == "case")


def _active(knowledge: Knowledge) -> Iterator[Rule]:
    return (rule for rule in knowledge.rules.values() if rule.status == "active")


def _answered(rules: Iterable[Rule]) -> Iterator[str]:
    return (answer.prompt for rule in rules for answer in rule.answers)


def _stages(rule: Rule, knowledge: Knowledge) -> set[str]:
    """Return the stages of the work that a rule asks for: what should be done, what starts it, or what is in conflict."""
    names = [*(rule.expect.activities if rule.expect else ())]
    if not names:
        names = [trigger.activity for trigger in rule.triggers if isinstance(trigger, Each)]
    if rule.conflict:
        names += [rule.conflict.pair] if rule.conflict.pair else []
        names += [name for question in has_of(rule.conflict.when) for name in question.activities]
    return {knowledge.vocabulary.activities[name].stage for name in names if name in knowledge.vocabulary.activities}
