"""The files of a composed round as a team would write them, and the commands run on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from knowledge_base import knowledge
from quips.cli import main
from quips.peeraudit.folder import RoundFolder
from quips.peeraudit.plan import Plan
from quips.peeraudit.planfile import read_plan
from quips.problems import InputError
from quips.yamltext import as_yaml

TEAMS = ("North", "South", "East", "West")
GRADES = ("PO", "PSO", "SPO")
HEADINGS = ("reference", "team", "officer", "senior", "rosh_level", "sentence", "grade", "status")
PEOPLE = ("person", "grade", "team", "roles", "group", "most", "conflicts")
OTHERS = (
    ("L01", "SPO", "", "lead"),
    ("M01", "SPO", "", "moderator"),
    ("M02", "SPO", "", "moderator"),
    ("D01", "ACO", "", "director"),
)
PLAN: dict[str, Any] = {
    "round": "Autumn 2026",
    "edition": "omi-1",
    "scope": {"nodes": ["1.2"]},
    "cases": {"file": "cases.csv", "columns": {"senior": "senior"}, "breakdowns": ["grade", "sentence"]},
    "draw": {"size": 10, "by": ["rosh_level"], "seed": "autumn"},
    "people": "people.csv",
    "second_readings": {"share": 20},
}


def a_case(n: int) -> tuple[str, ...]:
    """One row of the list of cases: teams in turn, one in four of high risk, one in ten closed."""
    team = TEAMS[n % 4]
    rosh = ("high", "medium", "low", "medium")[n // 2 % 4]
    closed = "closed" if n % 10 == 9 else "current"
    return (f"TV-{1000 + n}", team, f"O{n % 12:02}", f"S{n % 4:02}", rosh, ("licence", "order")[n % 2], GRADES[n % 2], closed)


def readers(count: int = 12) -> list[tuple[str, ...]]:
    """Readers of every grade in each team."""
    return [(f"R{n + 1:02}", GRADES[n % 3], TEAMS[n // 3 % 4], "reader") for n in range(count)]


def write_csv(path: Path, rows: Iterable[Iterable[object]]) -> None:
    path.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n", encoding="utf-8")


def changed(value: Mapping[str, Any], **parts: Any) -> dict[str, Any]:
    """A plan with parts of it changed; a part that is None is left out."""
    new = {**value}
    for name, part in parts.items():
        if part is None:
            new.pop(name)
        else:
            before = new.get(name, {})
            new[name] = {**before, **part} if isinstance(part, dict) and isinstance(before, dict) else part
    return new


class RoundFiles:
    """A folder of a round, and the commands."""

    def __init__(self, path: Path, cases: int = 40, **parts: Any) -> None:
        self.path = path
        path.mkdir(exist_ok=True)
        self.plan(**parts)
        self.cases(map(a_case, range(cases)))
        self.people([*readers(), *OTHERS])

    def plan(self, **parts: Any) -> None:
        (self.path / "round.yaml").write_text(as_yaml(changed(PLAN, **parts)), encoding="utf-8")

    def plan_text(self, text: str) -> None:
        (self.path / "round.yaml").write_text(text, encoding="utf-8")

    def cases(self, rows: Iterable[Iterable[object]], headings: Iterable[str] = HEADINGS) -> None:
        write_csv(self.path / "cases.csv", [headings, *rows])

    def people(self, rows: Iterable[Iterable[object]]) -> None:
        write_csv(self.path / "people.csv", [PEOPLE, *([*row, *[""] * (7 - len([*row]))] for row in rows)])

    @property
    def folder(self) -> RoundFolder:
        return RoundFolder(self.path)

    def read(self) -> Plan:
        return read_plan(self.folder, knowledge())

    def told(self) -> list[str]:
        """What is wrong with it, a line each, without the folder's name."""
        try:
            self.read()
        except InputError as error:
            return [str(problem).replace(f"{self.path}/", "") for problem in error.problems]
        return []

    def run(self, command: str, *words: str, who: str = "L01", fails: bool = False) -> Result:
        as_ = [] if command in ("status", "log", "new") else ["--as", who]
        result = CliRunner().invoke(main, ["round", command, str(self.path), *words, *as_])
        assert result.exit_code == (2 if fails else 0), result.output + repr(result.exception)
        return result
