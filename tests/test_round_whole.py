"""A whole round from the command line and real workbooks: from the list of cases to the countersigned report."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from quips.cli import main
from round_forms import InHand, example

TEAMS, LEVELS = ("North", "South", "East", "West"), ("low", "medium", "high")
SOURCES = ("composed-home-visits", "composed-risk-of-harm", "composed-safeguarding", "composed-planning", "composed-mappa")


def can_be_given(output: str) -> None:
    """See that each command of a round that is printed, to be typed next, is one, and has the options that are said."""
    rounds = main.commands["round"]
    assert isinstance(rounds, click.Group)
    for line in re.findall(r"quips round (.*)", click.unstyle(output)):
        name, *words = line.split()
        options = {option for parameter in rounds.commands[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


class Team:
    """Everybody who takes part in a round, each at their own keyboard."""

    def __init__(self, folder: Path, n_cases: int) -> None:
        self.folder, self.n_cases = folder, n_cases
        self.raised: list[str] = []
        self.run("new")
        rows = [
            (
                f"TV-{n:04}",
                TEAMS[n % 4],
                f"O{n % 8 + 1:02}",
                f"S{n % 4 + 1:02}",
                ("low", "medium", "high")[n % 3],
                "licence",
                "PO",
            )
            for n in range(1, 3 * n_cases + 1)
        ]
        self.table("cases.csv", ("reference", "team", "officer", "senior", "rosh_level", "sentence", "grade"), rows)
        readers = [(f"R{n:02}", ("PO", "PSO", "SPO")[n % 3], TEAMS[(n - 1) // 3], "reader", "", "", "") for n in range(1, 13)]
        others = [
            ("L01", "SPO", "lead"),
            ("M01", "SPO", "moderator"),
            ("M02", "SPO", "moderator"),
            ("D01", "Director", "director"),
        ]
        people = [*readers, *((who, grade, "", role, "", "", "") for who, grade, role in others)]
        self.table("people.csv", ("person", "grade", "team", "roles", "group", "most", "conflicts"), people)
        plan = folder / "round.yaml"
        text = (
            plan.read_text(encoding="utf-8").replace("size: 10 ", f"size: {n_cases} ").replace("# seed: autumn", "seed: autumn")
        )
        plan.write_text(text.replace("# stages: [assessment, planning]", "stages: [assessment, planning]"), encoding="utf-8")

    def table(self, name: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *rows])

    def run(self, command: str, *words: object, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["round", command, str(self.folder), *map(str, words)], catch_exceptions=False)
        assert result.exit_code == code, result.output
        can_be_given(result.output)
        if command in ("draw", "allocate", "import", "settle", "feed-back", "answer", "countersign"):
            can_be_given(CliRunner().invoke(main, ["round", "status", str(self.folder)], catch_exceptions=False).output)
        return " ".join(click.unstyle(result.output).split())

    @property
    def rows(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder / "trail.jsonl").read_text(encoding="utf-8").splitlines()]

    @property
    def cases(self) -> dict[str, dict]:
        return {one["case"]: one for one in self.rows[0]["about"]["cases"]}

    @property
    def unanswered(self) -> list[str]:
        """The cases on which somebody may be at risk, and nobody has written down what was done at once."""
        result = CliRunner().invoke(main, ["round", "status", str(self.folder), "--format", "json"], catch_exceptions=False)
        return list(json.loads(result.output)["unanswered"])

    def forms(self, pattern: str) -> Iterator[tuple[Path, InHand]]:
        for path in sorted((self.folder / "forms").glob(pattern)):
            yield path, InHand(path.read_bytes())


def whole_round(folder: Path, n_cases: int) -> Team:
    team = Team(folder, n_cases)
    team.run("draw", "--as", "L01")
    team.run("allocate", "--as", "L01")
    team.run("forms")

    numbers = {name: n for n, name in enumerate(team.cases)}
    facts = list(team.forms("*/*-facts.xlsx"))
    n_second = -(-n_cases // 5)  # a fifth, rounded up
    assert len(facts) == n_cases + n_second
    for path, hand in facts:
        path.write_bytes(hand.record(example(SOURCES[numbers[hand.head["case"]] % len(SOURCES)])).saved())
    team.run("import", *(path for path, _ in facts))

    judging = list(team.forms("*/*-judging.xlsx"))
    assert len(judging) == len(facts)
    for n, (path, hand) in enumerate(judging):
        prompts = [where[1] for where in hand.cells if where[0] == "judgements" and where[2] == "answer"]
        hand.judged({prompt: ("yes", "yes", "no")[(n + m) % 3] for m, prompt in enumerate(prompts)})
        hand.write(("good_practice", 0), f"Practice {n}.")
        path.write_bytes(hand.saved())
    team.run("import", *(path for path, _ in judging))
    again = len(team.rows)
    team.run("import", *(path for path, _ in judging[:3]))
    assert len(team.rows) == again, "the same forms twice change nothing"

    at_risk = team.unanswered
    team.raised = sorted({next(iter(team.cases)), *at_risk})
    for name in team.raised:
        team.run("urgent", name, "--as", "R01", "--concern", "A child may be at risk.", "--told", "The SPO at 10:15.")
    assert at_risk and not team.unanswered

    team.run("settle", "--all-agreed", "--as", "M01")
    team.run("settle", "--sheet", "--as", "M02")
    [(path, hand)] = team.forms("settling-M02.xlsx")
    for where in list(hand.cells):
        if where[0] == "settle":
            hand.write(where, True)
        elif where[0] == "answers" and where[3] == "answer":
            hand.write(where, "no")
            hand.write((*where[:3], "reason"), "Talked over with both.")
    path.write_bytes(hand.saved())
    team.run("import", path)

    team.run("feed-back", "--as", "L01")
    disputed = 0
    replies = list(team.forms("reply-*.xlsx"))
    assert len(replies) == n_cases
    for path, hand in replies:
        hand.write(("who",), team.cases[hand.head["case"]]["officer"])
        for where in list(hand.cells):
            if where[0] == "actions" and where[2] == "done_on":
                hand.write(where, "2026-10-20")
                hand.write((*where[:2], "evidence"), "Entry of that day.")
            elif where[0] == "disputes" and where[2] == "disputed" and disputed < 2:
                disputed += 1
                hand.write(where, True)
                hand.write((*where[:2], "because"), "It was done, on paper.")
        path.write_bytes(hand.saved())
    team.run("import", *(path for path, _ in replies), "--as", "L01")

    open_disputes = [(row["case"], row["about"]["rule"]) for row in team.rows if row["did"] == "disputed"]
    assert len(open_disputes) == 2
    refused = team.run("countersign", open_disputes[0][0], "--accept", "--as", "D01", code=2)
    assert "disputed" in refused
    (first, rule), (second, other) = open_disputes
    team.run("answer", first, rule, "--stands", "--because", "The file does not show it.", "--as", "M01")
    team.run("answer", second, other, "--set-aside", "--because", "Seen on paper.", "--as", "M01")

    team.run("countersign", "--sheet", "--as", "D01")
    [(path, hand)] = team.forms("signing-D01.xlsx")
    waiting = [where for where in hand.cells if where[0] == "sign"]
    assert len(waiting) == n_cases
    for n, where in enumerate(waiting):
        hand.write(where, "refuse" if n == 0 else "accept")
        if n == 0:
            hand.write(("because", where[1]), "Say by whom it was done.")
    path.write_bytes(hand.saved())
    team.run("import", path)
    taken_back = str(waiting[0][1])
    team.run("feed-back", taken_back, "--as", "L01")
    for number in range(1, 1 + len(team.rows[-1]["about"]["actions"])):
        officer = team.cases[taken_back]["officer"]
        team.run("act", taken_back, number, "--done", "2026-10-21", "--evidence", "By O01, entry of that day.", "--as", officer)
    team.run("countersign", taken_back, "--accept", "--as", "D01")
    return team


def look_at(team: Team, n_cases: int) -> None:
    team.run("report", "--as", "L01")
    [folder] = (team.folder / "reports").iterdir()
    value = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    text = json.dumps(value)
    assert (
        value["figures"]["raised"]["cases"] == len(set(team.raised))
        and value["figures"]["unanswered"] == 0
        and "The SPO at 10:15" not in text
    ), "what was raised at once is only counted"
    assert {path.suffix for path in folder.iterdir()} == {".html", ".docx", ".xlsx", ".json"}
    book = load_workbook(folder / "report.xlsx")
    answers = next(sheet for sheet in book.worksheets if sheet.title == "Answers")
    prompts = len({where[1] for _, hand in team.forms("R01/*-judging.xlsx") for where in hand.cells if where[0] == "judgements"})
    answered = [row["about"] for row in team.rows if row["did"] == "answered"]
    n_aside = sum(one["outcome"] == "set_aside" and "/" in one["rule"] for one in answered)
    assert answers.max_row - 1 == n_cases * prompts - n_aside, "a row for each case and prompt, but for answers set aside"
    done = [row["did"] for row in team.rows]
    assert done.count("countersigned") == n_cases and done.count("refused") == 1 and done.count("raised") == len(team.raised)
    assert "Nothing is wrong." in team.run("verify")
    kept = next((team.folder / "kept").iterdir())
    kept.write_bytes(kept.read_bytes() + b" ")
    assert kept.name in team.run("verify", code=1)


@pytest.mark.slow
def test_a_round_of_ten_cases_from_the_list_to_the_countersigned_report(tmp_path: Path) -> None:
    look_at(whole_round(tmp_path / "round", 10), 10)


@pytest.mark.long
def test_a_round_of_sixty_cases(tmp_path: Path) -> None:
    look_at(whole_round(tmp_path / "round", 60), 60)
