"""A round in a folder from the plan to a report, with real forms, to be verified as it is and after somebody changed it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result

from knowledge_base import knowledge
from quips.audits import Auditor
from quips.cli import main
from quips.peeraudit.book import Book
from quips.peeraudit.planfile import read_plan
from quips.peeraudit.steps import agreeing
from quips.peeraudit.trail import BEGINNING, Row, Step, seal
from round_files import RoundFiles
from round_forms import InHand, example
from schemas import validator


class VerifiedRound(RoundFiles):
    """A round's folder, the commands, and ways to change it as nobody should."""

    def says(self, *words: str) -> tuple[int, str]:
        """What verify answers: its exit code and its text on one line, without the folder's name."""
        result = CliRunner().invoke(main, ["round", "verify", str(self.path), *words], catch_exceptions=False)
        return result.exit_code, " ".join(click.unstyle(result.output).split()).replace(f"{self.path}/", "")

    def verified(self) -> dict[str, Any]:
        result: Result = CliRunner().invoke(main, ["round", "verify", str(self.path), "--format", "json"], catch_exceptions=False)
        value: dict[str, Any] = json.loads(result.output)
        assert result.exit_code == (0 if value["sound"] else 1)
        validator("round-verify").validate(value)
        return value

    def named(self) -> set[str]:
        """The names of all problems that verify tells."""
        return {problem["name"] for check in self.verified()["checks"] for problem in check["problems"]}

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.folder.rows()

    def file_of(self, folder: str) -> str:
        """The first file of a folder that a row rests on."""
        return next(path for row in self.rows for path in row.step.files if path.startswith(f"{folder}/"))

    def rewrite(self, change: Callable[[int, Step], Step | None]) -> None:
        """Write the whole trail anew, each row sealed, as somebody would who knows how."""
        rows: list[Row] = []
        for row in self.rows:
            step = change(row.number, row.step)
            if step is not None:
                rows.append(seal(len(rows) + 1, row.at, step, rows[-1].seal if rows else BEGINNING))
        (self.path / "trail.jsonl").write_text("".join(f"{row.line}\n" for row in rows))
        (self.path / "trail.end").write_text(f"{len(rows)} {rows[-1].seal}\n")

    def forge(self, path: str, data: bytes) -> None:
        """Change a file, and the digest of it in the trail with it."""
        (self.path / path).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()

        def change(_: int, step: Step) -> Step:
            files = {name: digest if name == path else was for name, was in step.files.items()}
            return Step(step.who, step.did, step.case, step.about, files)

        self.rewrite(change)

    def copied(self, to: Path) -> VerifiedRound:
        shutil.copytree(self.path, to)
        found = VerifiedRound.__new__(VerifiedRound)
        found.path = to
        return found

    def forms(self, reader: str, case: str) -> None:
        """Read a case: the facts, then the judgements, each handed in on its form."""
        self._command("forms", "--for", reader)
        yes = dict.fromkeys(self.read().prompts, "yes")
        for stage in ("facts", "judging"):
            path = self.path / "forms" / reader / f"{case}-{stage}.xlsx"
            form = InHand(path.read_bytes())
            filled = form.record(example()) if stage == "facts" else form.judged(yes)
            path.write_bytes(filled.saved())
            self._command("import", str(path))

    def settle(self, case: str) -> None:
        with Auditor(knowledge(), "reference", "omi-1") as auditor:
            book = Book(self.folder, read_plan(self.folder, knowledge()), auditor)
            with book.folder.turn() as turn:
                one = turn.state.cases[case]
                turn.take(agreeing.moderate(book.plan, turn.state, "M01", case, one.reader, book.differing(one)))

    def _command(self, command: str, *words: str) -> None:
        result = CliRunner().invoke(main, ["round", command, str(self.path), *words], catch_exceptions=False)
        assert result.exit_code == 0, result.output


PARTS: dict[str, Any] = {"scope": {"stages": ["assessment"]}, "draw": {"size": 6}, "second_readings": {"share": 0}}


def whole_round(path: Path, read: int = 2) -> VerifiedRound:
    """A round of six cases, one of them replaced, of which the first few are read and settled, with a report."""
    found = VerifiedRound(path, **PARTS)
    found.run("draw")
    found.run("replace", first_case(found), "--because", "The file cannot be found.")
    found.run("allocate")
    for name, case in [*found.folder.state().cases.items()][:read]:
        found.forms(case.reader, name)
        found.settle(name)
    found.run("feed-back")
    found.run("report")
    return found


def first_case(found: VerifiedRound) -> str:
    return next(iter(found.folder.state().cases))


def edited(text: str, words: Sequence[tuple[str, str]]) -> str:
    for old, new in words:
        assert old in text
        text = text.replace(old, new, 1)
    return text
