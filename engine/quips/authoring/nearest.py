"""The fewest changes to a case that would make what a rule finds something else, found by trying them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import NamedTuple

from quips.authoring.behaviour import NOTHING
from quips.authoring.impact import problem_of
from quips.authoring.moves import Move, can_go_together, moves_of, taken
from quips.authoring.trials import Json
from quips.cases import build_case
from quips.knowledge import Knowledge
from quips.reference import ReferenceEngine
from quips.rules import Rule
from quips.source import Document

MOST_MOVES, MOST_TRIED = 3, 3000
_MOST_ALIKE = 3


class Nearest(NamedTuple):
    """The fewest changes that lead to one status.

    Attributes:
        status: The status; ``no finding`` where the finding is gone.
        ways: Ways to it, each of as few moves as there can be; the most natural first, at most three.
    """

    status: str
    ways: tuple[tuple[Move, ...], ...]


class Search(NamedTuple):
    """What was found by trying changes.

    Attributes:
        nearest: For each status that was reached, the fewest changes that lead to it; the fewest first.
        moves: How many single changes there were to try.
        tried: How many of them, and of several together, were tried.
        whole: How many together were tried in every way; of more together, only some where ``tried`` is `MOST_TRIED`.
    """

    nearest: tuple[Nearest, ...]
    moves: int
    tried: int
    whole: int


class Nearby:
    """Looks for the fewest changes that would give a rule's findings another status."""

    def __init__(self, rule: Rule, knowledge: Knowledge) -> None:
        """Compile the rule, and no more of the others than bear on it."""
        self.rule, self.knowledge = rule, knowledge
        needed: set[str] = set()
        pending = [rule.name, *(one.name for one in knowledge.rules.values() if one.derives)]
        while pending:
            name = pending.pop()
            if name not in needed:
                needed.add(name)
                pending += [edge.rule for edge in knowledge.rules[name].edges]
        rules = {name: one for name, one in knowledge.rules.items() if name in needed}
        self.engine = ReferenceEngine(replace(knowledge, rules=rules).program)

    def search(self, case: Json, key: str, days: Iterable[int]) -> Search:
        """Return the fewest changes to a case that would give one finding another status.

        Every single change is tried, then every two together, then three, until something sufficient has been reached.

        Args:
            case: What the case file says, with its day.
            key: The key of the finding.
            days: The days that bear on it, such as the first and the last of a limit.
        """
        now = self.status(case, key)
        moves = [one for one in moves_of(case, self.rule, self.knowledge, days) if self._can_be_said(taken(case, [one]))]
        found: dict[str, list[tuple[Move, ...]]] = {}
        tried = whole = 0
        for size in range(1, MOST_MOVES + 1):
            reached: dict[str, list[tuple[Move, ...]]] = {}
            for way in _sets(moves, size):
                if tried == MOST_TRIED:
                    break
                tried += 1
                other = taken(case, way)
                status = self.status(other, key)
                known = status == now or status in found or len(reached.get(status, ())) == _MOST_ALIKE
                if not known and (size == 1 or self._can_be_said(other)):
                    reached.setdefault(status, []).append(way)
            else:
                whole = size
            found |= reached
            if tried == MOST_TRIED or any(status in _ENOUGH for status in (now, *found)):
                break
        ordered = sorted(found.items(), key=lambda item: (len(item[1][0]), item[0] not in _ENOUGH))
        return Search(tuple(Nearest(status, tuple(ways)) for status, ways in ordered), len(moves), tried, whole)

    def status(self, case: Json, key: str) -> str:
        """Return the status of one finding of a case; ``no finding`` if it has none of that key."""
        built = build_case(Document("case", case, {}, {}), self.knowledge.vocabulary, date.fromisoformat(case["as_at"]))
        for decision in self.engine.decide(built):
            if (decision.rule, decision.key) == (self.rule.name, key):
                return decision.status.value
        return NOTHING

    def _can_be_said(self, case: Json) -> bool:
        return not problem_of(self.knowledge, case)


def _sets(moves: list[Move], size: int) -> Iterator[tuple[Move, ...]]:
    return (way for way in combinations(moves, size) if can_go_together(way))


_ENOUGH = frozenset({"met", "consistent", "excepted"})
