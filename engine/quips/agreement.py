"""Where the decisions of two engines on a case differ, and the error that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quips.decisions import Decision
from quips.problems import QuipsError


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding on which two engines differ; None where an engine has no such finding."""

    one: Decision | None
    other: Decision | None

    def __str__(self) -> str:
        """Return both answers on one line."""
        named = self.one or self.other
        assert named is not None  # at least one engine has the finding
        return f"{named.rule} ({named.key}): {_shown(self.one)} / {_shown(self.other)}"


class EnginesDifferError(QuipsError):
    """The engines give different answers for a case; neither is used."""

    def __init__(self, case: str, names: tuple[str, str], differences: Sequence[Difference]) -> None:
        """Keep the answers of both engines."""
        self.differences = tuple(differences)
        shown = "\n".join(f"  {difference}" for difference in differences)
        super().__init__(
            f"{case}: the engines {names[0]} and {names[1]} differ on {len(differences)} findings, so there is no answer. "
            f"Please report this with the rules' digest.\n{shown}"
        )


def differences(one: Sequence[Decision], other: Sequence[Decision]) -> list[Difference]:
    """Return where two engines' decisions differ, in order of rule and key; empty if they agree."""
    first = {(decision.rule, decision.key): decision for decision in one}
    second = {(decision.rule, decision.key): decision for decision in other}
    return [
        Difference(first.get(ref), second.get(ref))
        for ref in sorted(first.keys() | second.keys())
        if first.get(ref) != second.get(ref)
    ]


def _shown(decision: Decision | None) -> str:
    if decision is None:
        return "no finding"
    extra = [
        f"{word} {', '.join(rule for rule, _ in refs)}"
        for word, refs in (("because of", decision.because_of), ("undermined by", decision.undermined_by))
        if refs
    ]
    return "; ".join([str(decision.status), *extra])
