"""Why and why not, for one rule and one case: the evaluation that decided, laid open."""

from __future__ import annotations

from dataclasses import dataclass

from quips.audits import Audit
from quips.explain import Step
from quips.findings import Finding, FindingBuilder
from quips.reference import ReferenceEngine
from quips.rules import Rule


@dataclass(frozen=True, slots=True)
class Joined:
    """A finding that another is joined to, by resting on it (``rests_on``) or coming after it (``follows``)."""

    finding: Finding
    kind: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One finding laid open.

    Attributes:
        finding: The finding.
        applies: The rule's population, condition by condition, as it came out.
        clash: For a conflict, what was tested; None otherwise.
        beneath: What the finding rests on or follows here.
        above: What rests on it or follows it here.
        decisive: The first condition that failed or is not known; None if the rule applies.
        would_apply: The smallest change after which the rule would apply; empty if it does.
    """

    finding: Finding
    applies: Step
    clash: Step | None
    beneath: tuple[Joined, ...]
    above: tuple[Joined, ...]
    decisive: Step | None
    would_apply: tuple[str, ...]


def explain(engine: ReferenceEngine, audit: Audit, rule: Rule, builder: FindingBuilder) -> list[Explanation]:
    """Return an explanation of each finding of a rule in an audited case.

    Args:
        engine: The reference engine, whose evaluation is read.
        audit: The audit of the case.
        rule: The rule.
        builder: Builds findings of the same case.
    """
    evaluation = engine.evaluate(audit.case)
    by_ref = {finding.ref: finding for finding in audit.findings}
    duties = engine.program.duties
    explainer = builder.explainer(rule)
    explanations = []
    for evaluated in next(findings for duty, findings in zip(duties, evaluation, strict=True) if duty.name == rule.name):
        day = builder.day(evaluated)
        applies = explainer.tree(rule.applies, day)
        beneath = tuple(
            Joined(by_ref[duties[found.number].name, found.key], kind)
            for found, kind in engine.prerequisites(evaluated, evaluation)
        )
        above = tuple(
            Joined(by_ref[duties[other.number].name, other.key], kind)
            for others in evaluation
            for other in others
            for found, kind in engine.prerequisites(other, evaluation)
            if found is evaluated
        )
        clash = explainer.tree(rule.conflict.when, day) if rule.conflict and rule.conflict.pair is None else None
        change = explainer.smallest_change(rule.applies, day)
        finding = by_ref[rule.name, evaluated.key]
        explanations.append(
            Explanation(finding, applies, clash, beneath, above, explainer.first_failed(rule.applies, day), tuple(change))
        )
    return explanations
