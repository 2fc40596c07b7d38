"""What two versions find of the same cases: which findings change, by rule and by what changed, with a smallest case of each."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from quips.cases import build_case
from quips.knowledge import Knowledge
from quips.reference import ReferenceEngine
from quips.source import Document
from quips.statuses import Status

Json = dict[str, Any]

NOTHING = "no finding"
SAYS_NOTHING = (NOTHING, Status.NOT_APPLICABLE.value)
"""That a rule does not apply and that it has no finding is the same."""
CANNOT_READ = "cannot be read"


class Kind(NamedTuple):
    """A kind of change: of which rule, and from what to what; ``no finding`` where there is none."""

    rule: str
    before: str
    after: str


@dataclass
class Changed:
    """The cases that change in one way.

    Attributes:
        kind: The way.
        stored: The stored cases, by name.
        composed: How many composed cases.
        smallest: The smallest case found that changes so, as a case file says it.
    """

    kind: Kind
    stored: list[str] = field(default_factory=list)
    composed: int = 0
    smallest: Json = field(default_factory=dict)

    @property
    def cases(self) -> int:
        """How many cases change so."""
        return len(self.stored) + self.composed


@dataclass(frozen=True)
class Behaviour:
    """How two versions differ in what they find.

    Attributes:
        changed: The ways in which findings change, by rule, those of most cases first.
        stored: How many stored cases both read.
        composed: How many composed cases both read.
        moved: How many cases have a finding that changes.
        left_out: How many composed cases only one of them can read.
        unreadable: The stored cases that one of them cannot read, with what is wrong.
    """

    changed: tuple[Changed, ...]
    stored: int
    composed: int
    moved: int
    left_out: int
    unreadable: Mapping[str, str]


class Side:
    """One of the two versions, ready to read cases."""

    def __init__(self, knowledge: Knowledge, names: Mapping[str, str] | None = None) -> None:
        """Compile a version.

        Args:
            knowledge: The version.
            names: What a rule is called in the other version, where it is called otherwise there.
        """
        self.knowledge, self.names = knowledge, names or {}
        self.engine = ReferenceEngine(knowledge.program)

    def problem(self, case: Any) -> str:
        """Return what is wrong with what a case file says, under this version; empty if nothing is."""
        problems = self.knowledge.case_shape.problems(Document("case", case, {}, {}))
        return problems[0].message if problems else ""

    def found(self, case: Json) -> dict[tuple[str, str], str]:
        """Return the status of each finding, a gap's with whether it is a root, by rule and key."""
        document = Document("case", case, {}, {})
        built = build_case(document, self.knowledge.vocabulary, date.fromisoformat(case["as_at"]))
        found = {}
        for decision in self.engine.decide(built):
            of_gap = ", root" if decision.root else f", because of {decision.because_of[0][0]}" if decision.because_of else ""
            found[self.names.get(decision.rule, decision.rule), decision.key] = f"{decision.status}{of_gap}"
        return found


def behaviour(old: Side, new: Side, stored: Mapping[str, Any], composed: Iterable[Json]) -> Behaviour:
    """Compare what two versions find.

    Args:
        old: The old version.
        new: The new one.
        stored: Cases that were kept, as their files say them and each with an ``as_at``, by name.
        composed: Cases that were made up.
    """
    changed: dict[Kind, Changed] = {}
    unreadable = {}
    counts = {"stored": 0, "composed": 0, "moved": 0, "left_out": 0}
    for name, case in chain(stored.items(), (("", case) for case in composed)):
        problem = old.problem(case) or new.problem(case)
        if problem:
            if name:
                unreadable[name] = problem
            counts["left_out"] += not name
            continue
        counts["stored" if name else "composed"] += 1
        kinds = set(_kinds(old, new, case))
        counts["moved"] += bool(kinds)
        for kind in kinds:
            one = changed.setdefault(kind, Changed(kind, smallest=case))
            if name:
                one.stored.append(name)
            else:
                one.composed += 1
            if _size(case) < _size(one.smallest):
                one.smallest = case
    for one in changed.values():
        one.smallest = smallest(old, new, one.kind, one.smallest)
    ordered = sorted(changed.values(), key=lambda one: (one.kind.rule, -one.cases, one.kind))
    return Behaviour(tuple(ordered), counts["stored"], counts["composed"], counts["moved"], counts["left_out"], unreadable)


def smallest(old: Side, new: Side, kind: Kind, case: Json) -> Json:
    """Return a case from which nothing can be left out without its findings no longer changing in this way."""
    case = {**case, "case": "SMALLEST-1"}
    again = True
    while again:
        again = False
        for lesser in _lesser(case):
            if not old.problem(lesser) and not new.problem(lesser) and kind in _kinds(old, new, lesser):
                case, again = lesser, True
                break
    return case


def _kinds(old: Side, new: Side, case: Json) -> Iterator[Kind]:
    before, after = old.found(case), new.found(case)
    for ref in before.keys() | after.keys():
        was, now = before.get(ref, NOTHING), after.get(ref, NOTHING)
        if was != now and not (was in SAYS_NOTHING and now in SAYS_NOTHING):
            yield Kind(ref[0], was, now)


def _lesser(case: Json) -> Iterator[Json]:
    """Yield the case with one thing less, large things first."""
    for n in reversed(range(len(case["record"]))):
        yield {**case, "record": [*case["record"][:n], *case["record"][n + 1 :]]}
    for name in case["circumstances"]:
        yield {**case, "circumstances": {key: value for key, value in case["circumstances"].items() if key != name}}
    if "record_complete" in case:
        yield {key: value for key, value in case.items() if key != "record_complete"}
    for n, item in enumerate(case["record"]):
        [(activity, said)] = item.items()
        if isinstance(said, dict):
            for key in said:
                if key not in ("on", "activity", "reason"):
                    lesser = copy.deepcopy(case)
                    del lesser["record"][n][activity][key]
                    yield lesser


def _size(case: Json) -> int:
    return len(case["circumstances"]) + 2 * len(case["record"])
