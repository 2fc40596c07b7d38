"""In which order gaps are told: roots first, each with what follows from it beneath."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quips.decisions import Ref
from quips.findings import Finding
from quips.graph import Graph, hanging_on
from quips.statuses import Verdict

SEVERITIES = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap and what follows from it.

    Attributes:
        finding: The gap.
        twins: Findings of the same rule that say the same from another clock that started on the same day.
        consequences: The gaps of which this is the first cause, in the order in which to put them right.
        also_because_of: Its other causes, where it is a consequence of several gaps.
    """

    finding: Finding
    twins: tuple[Finding, ...]
    consequences: tuple[Gap, ...]
    also_because_of: tuple[Ref, ...]

    def walk(self) -> Iterator[Gap]:
        """Yield the gap and all that follows from it, in the order in which to put them right."""
        yield self
        for gap in self.consequences:
            yield from gap.walk()

    @property
    def occasions(self) -> list[str]:
        """The occasions in words, this gap's and its twins'."""
        return [finding.occasion for finding in (self.finding, *self.twins) if finding.occasion]


def gaps_in_order(findings: Sequence[Finding], graph: Graph) -> list[Gap]:
    """Return the root gaps, each with its consequences.

    No root explains another. First come those under which something can still be put right, then those that were done and were
    only late. Among these, roots come by severity, then what concerns a child, a victim or MAPPA, then by how many rules hang on
    them, then in the order of the program. Consequences stand once, under the first of their causes, in the order in which to
    put them right.

    Args:
        findings: Every finding of a case, in the program's order.
        graph: The graph of the knowledge base.
    """
    gaps = [finding for finding in findings if finding.verdict is Verdict.GAP]
    twins: dict[Ref, list[Finding]] = {}
    leading: dict[tuple[object, ...], Finding] = {}
    for gap in gaps:
        first = leading.setdefault(what_it_says(gap), gap)
        if first is not gap:
            twins.setdefault(first.ref, []).append(gap)
    lead = {gap.ref: leading[what_it_says(gap)].ref for gap in gaps}
    beneath: dict[Ref, list[Finding]] = {}
    for gap in leading.values():
        if gap.because_of:
            beneath.setdefault(lead[gap.because_of[0]], []).append(gap)

    def told(gap: Finding) -> Gap:
        consequences = tuple(told(found) for found in beneath.get(gap.ref, []))
        return Gap(gap, tuple(twins.get(gap.ref, ())), consequences, gap.because_of[1:])

    def place(root: Gap) -> tuple[bool, int, bool, int, int]:
        rule, beneath = root.finding.rule, [gap.finding for gap in root.walk()]
        only_late = all(finding.done_late for finding in beneath)
        concerns = any(finding.rule.concerns for finding in beneath if not finding.done_late)
        severity, hanging = SEVERITIES.index(rule.severity), hanging_on(graph, rule.name)
        return only_late, severity, not concerns, -hanging, position[root.finding.ref]

    position = {gap.ref: n for n, gap in enumerate(gaps)}
    return sorted((told(gap) for gap in leading.values() if not gap.because_of), key=place)


def what_it_says(finding: Finding) -> tuple[object, ...]:
    """Return what two findings have in common that say the same: a licence starts supervision on the day of release."""
    causes = tuple(rule for rule, _ in finding.because_of)
    key = finding.key if finding.started is None else None
    return finding.rule.name, finding.status, finding.started, finding.due, finding.done, causes, key
