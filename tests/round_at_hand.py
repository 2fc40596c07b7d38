"""A composed round of a few cases, taken as far as a test wants through the steps themselves, without forms or letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from knowledge_base import ROOT, knowledge
from quips.audits import Auditor
from quips.peeraudit.book import Book
from quips.peeraudit.folder import RoundFolder
from quips.peeraudit.plan import DIRECTOR, LEAD, MODERATOR, READER, Person, Plan, Population, SecondReadings
from quips.peeraudit.state import Action, RoundCase, State
from quips.peeraudit.steps import agreeing, feeding_back, reading, setting_up, signing
from quips.peeraudit.trail import Step
from quips.yamltext import as_yaml

EDITION = "omi-1"
PROMPTS = tuple(prompt.name for prompt in knowledge().editions[EDITION].prompts() if prompt.about == "case")[:6]
TEAMS = ("North", "South", "East")
BEGAN = datetime(2026, 10, 1, 9, tzinfo=UTC)


def people() -> dict[str, Person]:
    """Two readers of each team, of different grades; a lead, two moderators and a director of no team."""
    readers = {
        f"R{n:02}": Person(f"R{n:02}", ("PO", "PSO", "SPO")[n % 3], TEAMS[n // 2 % 3], frozenset({READER})) for n in range(1, 7)
    }
    others = {
        "L01": Person("L01", "Manager", "", frozenset({LEAD})),
        "M01": Person("M01", "SPO", "", frozenset({MODERATOR})),
        "M02": Person("M02", "SPO", "", frozenset({MODERATOR, DIRECTOR})),
        "D01": Person("D01", "Director", "", frozenset({DIRECTOR})),
    }
    return readers | others


def plan(prompts: Sequence[str] = PROMPTS, **other: Any) -> Plan:
    population = Population("population.csv", senior="senior", breakdowns=("grade", "sentence"))
    given = {"size": 4, "seed": "seven", "second": SecondReadings(share=0.25), **other}
    return Plan("Autumn 2026", EDITION, tuple(prompts), ("assessment", "planning"), population, people(), **given)


def listed_case(reference: str, n: int = 0) -> dict[str, Any]:
    """A case as the row of the draw names it: its team from its number, its officer and senior of that team."""
    team = TEAMS[n % 3]
    values = {"team": team, "officer": f"O{n:02}", "senior": f"S{n % 3:02}", "grade": ("PO", "PSO")[n % 2], "sentence": "licence"}
    return {"case": reference, "team": team, "officer": values["officer"], "senior": values["senior"], "values": values}


def case_text(reference: str, answers: Mapping[str, str], source: str = "composed-home-visits") -> str:
    """A case file of the shipped example of that name, under another reference, judged so."""
    from quips.source import read_yaml

    value = dict(read_yaml(ROOT / "examples" / "cases" / f"{source}.yaml").value)
    value["case"] = reference
    value["judgements"] = {
        prompt: {"answer": answer, "reason": "As the file shows.", "evidence": "file"} for prompt, answer in answers.items()
    }
    return as_yaml(value)


@dataclass
class RoundAtHand:
    """A round in a folder, and ways to take its steps with as few words as a test needs."""

    path: Path
    plan: Plan = field(default_factory=plan)
    hours: int = 0

    def __post_init__(self) -> None:
        self.path.mkdir(exist_ok=True)
        (self.path / "round.yaml").write_text("round: Autumn 2026\n")
        self.folder = RoundFolder(self.path, self._clock)

    def _clock(self) -> datetime:
        self.hours += 1
        return BEGAN + timedelta(hours=self.hours)

    @cached_property
    def book(self) -> Book:
        return Book(self.folder, self.plan, Auditor(knowledge(), "reference", EDITION))

    @property
    def state(self) -> State:
        return self.folder.state()

    def case(self, name: str) -> RoundCase:
        return self.state.cases[name]

    def take(self, step: Callable[[State], Step]) -> None:
        with self.folder.turn() as turn:
            turn.take(step(turn.state))

    def draw(self, names: Sequence[str]) -> None:
        cases = [listed_case(name, n) for n, name in enumerate(names)]
        about = {"seed": "seven", "size": len(names), "cases": cases}
        self.take(lambda state: setting_up.draw(self.plan, state, "L01", about))

    def allocate(self, second: Sequence[str] = ()) -> None:
        """Give each case to the first group that may read it, each group being the two readers of a team."""
        groups = {team: tuple(sorted(name for name, one in people().items() if one.team == team)) for team in TEAMS}
        cases = {}
        for name, case in self.state.cases.items():
            able = [team for team in TEAMS if team != case.team]
            cases[name] = {"group": able[0], "reader": groups[able[0]][0]}
            if name in second:
                cases[name] |= {"second_reader": groups[able[1]][0], "second_because": "in the share"}
        self.take(lambda state: setting_up.allocate(self.plan, state, "L01", groups, cases))

    def submit(
        self,
        name: str,
        who: str = "",
        answers: Mapping[str, str] | None = None,
        because: str = "",
        source: str = "composed-home-visits",
        complete: bool = True,
        changed: tuple[str, str] = ("", ""),
    ) -> None:
        """Hand in a reading: every prompt answered yes, but for those given; ``changed`` is what of its text becomes what."""
        who = who or self.case(name).reader
        said = dict.fromkeys(self.plan.prompts, "yes") | dict(answers or {})
        with self.folder.turn() as turn:
            version = len(turn.state.cases[name].readings.get(who, ())) + 1
            path = f"readings/{name}.{who}.{version}.yaml"
            text = case_text(name, said, source)
            assert changed[0] in text
            files = turn.keep(path, text.replace(*changed).encode() if changed[0] else text.encode())
            turn.take(
                reading.submit(self.plan, turn.state, who, name, path, "", files, complete, ["Letters in plain words."], because)
            )

    def settle(self, name: str, by: str = "M01") -> None:
        """Settle a case: where readers differ, the answer is no."""
        differing = self.book.differing(self.case(name))
        if differing:
            answers = {prompt: {"answer": "no", "reason": "Talked over."} for prompt in differing}
            self.take(lambda state: agreeing.adjudicate(self.plan, state, by, name, answers, differing))
        self.take(lambda state: agreeing.moderate(self.plan, state, by, name, self.case(name).reader, differing))

    def feed_back(self, name: str, by: str = "L01") -> None:
        """Feed back with an action for each root gap, owned by the officer."""
        audit = self.book.settled(self.case(name))
        assert audit is not None
        officer = self.case(name).officer
        roots = [gap.finding.rule for gap in audit.gaps]
        actions = [Action(n, rule.name, rule.title, rule.remedy, officer, "2026-12-01") for n, rule in enumerate(roots, 1)]
        self.take(lambda state: feeding_back.feed_back(self.plan, state, by, name, actions, {}))

    def act(self, name: str) -> None:
        """Let the officer do every action that is open."""
        changes = [
            {"number": n, "status": "done", "done_on": "2026-11-20", "evidence": "Entry of that day."}
            for n, action in self.case(name).actions.items()
            if action.status == "open"
        ]
        self.take(lambda state: feeding_back.act(self.plan, state, self.case(name).officer, name, changes))

    def read_again(self, name: str, *since: Mapping[str, Any], as_at: str = "2010-11-26") -> None:
        """Let the lead read a case again, whose record says what it said when it was settled, and what was done since."""
        from quips.peeraudit.rereading import reread
        from quips.source import parse_yaml

        newest = self.case(name).newest(self.case(name).reader)
        assert newest is not None
        value = dict(parse_yaml(self.folder.read(newest.file).decode(), newest.file).value)
        value["record"] = [*value["record"], *since]
        reread(self.book, "L01", name, parse_yaml(as_yaml({**value, "as_at": as_at}), "now.yaml"))

    def sign(self, name: str, accepts: bool = True, by: str = "D01") -> None:
        self.take(lambda state: signing.countersign(self.plan, state, by, name, accepts, "" if accepts else "Too thin."))
