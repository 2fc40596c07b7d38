"""Everything that is said of a framework and rules: what is wrong with them, and what is doubtful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from quips.authoring.conditiondoubts import condition_doubts
from quips.authoring.enginedoubts import engine_doubts
from quips.authoring.exampledoubts import example_doubts
from quips.authoring.frameworkdoubts import framework_doubts
from quips.authoring.messages import levelled
from quips.authoring.namedoubts import name_doubts
from quips.authoring.ruledoubts import rule_doubts
from quips.authoring.waivers import Waiver, sorted_by_waiver, waivers_of
from quips.checking import Examples, check_examples
from quips.citations import citation_problems
from quips.examples import Example
from quips.garbage import all_kept
from quips.knowledge import Knowledge
from quips.places import Place
from quips.problems import Level, Problem


@dataclass(frozen=True, slots=True)
class CheckUp:
    """What a check found.

    Attributes:
        problems: Everything that somebody has to look at, in the order of its places.
        n_files: How many files were read; 0 if they cannot be used as they are.
        n_rules: How many active rules there are.
        n_examples: How many examples.
        n_known: How many of those were not run, because they are known to pass.
        engines: The engines that ran the others.
        waived: What the files let stand, each with the waiver that says why.
        as_at: The day on which waivers had to hold.
    """

    problems: tuple[Problem, ...]
    n_files: int = 0
    n_rules: int = 0
    n_examples: int = 0
    n_known: int = 0
    engines: tuple[str, ...] = ()
    waived: tuple[tuple[Problem, Waiver], ...] = ()
    as_at: date | None = None

    def count(self, level: Level) -> int:
        """Return how many problems are of a level."""
        return Counter(problem.level for problem in self.problems)[level]


def stopped(problems: Iterable[Problem]) -> CheckUp:
    """Return what is said of files that cannot be used until their problems are mended."""
    return CheckUp(tuple(levelled(problems)))


@all_kept()
def check_up(
    knowledge: Knowledge,
    durable: bool,
    again: bool = False,
    reports: Path | None = None,
    as_at: date | None = None,
    progress: Callable[[list[Example]], Examples] = iter,
) -> CheckUp:
    """Run the examples of a knowledge base whose files can be used, and look for what is doubtful in it.

    Args:
        knowledge: The knowledge base.
        durable: Whether to run the examples on the durable engine too.
        again: Run those that are known to pass as well.
        reports: The folder that holds the reports' texts, in which citations are looked up; None if they are not.
        as_at: The day on which waivers have to hold; today if left out.
        progress: Shows a person how far it has come, as it yields the examples.

    Raises:
        EngineError: The durable engine failed.
    """
    checked = check_examples(knowledge, durable, again, progress)
    problems = list(checked.problems)
    if not checked.n_examples:
        problems.append(Problem(Place("rules"), "nothing-to-run", "There is no example to run.", "Write examples in the rules."))
    if reports is not None:
        problems += citation_problems(knowledge, reports)
    doubts = (name_doubts, rule_doubts, example_doubts, condition_doubts, framework_doubts, engine_doubts)
    problems += [problem for look in doubts for problem in look(knowledge)]
    day = as_at or date.today()
    found = sorted_by_waiver(levelled(problems), waivers_of(knowledge), day)
    return CheckUp(
        tuple(levelled(found.left)),
        knowledge.n_files,
        sum(rule.status == "active" for rule in knowledge.rules.values()),
        checked.n_examples,
        checked.n_known,
        ("reference", "durable")[: 1 + durable],
        tuple(found.waived),
        day,
    )
