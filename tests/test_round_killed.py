"""A program that is killed in the middle of any command of a round: nothing is lost, and the command can be given again."""

from __future__ import annotations

import os
import random
import shutil
import signal
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from quips.cli import main
from test_round_whole import Team, whole_round


class EndedTeam(Team):
    """A team whose program is ended at moments at which something reaches the disk, the first time it gives each command.

    That is tried on a copy of the round, in a process of its own that is killed (signal 9) there. The copy has to be sound then,
    and the same command has to go through on it.
    """

    at_each_moment = False
    ended: dict[str, int]

    def run(self, command: str, *words: object, code: int = 0) -> str:
        ended = self.__dict__.setdefault("ended", {})
        if code == 0 and command not in (*ended, "new", "verify") and (self.folder / "trail.jsonl").exists():
            ended[command] = self._end(command, words)
        return super().run(command, *words, code=code)

    def _end(self, command: str, words: tuple[object, ...]) -> int:
        """Return at how many moments it was ended."""
        there = self.folder.with_name("ended")
        n_moments = self._ended_at(there, command, words, 0)
        moments = range(1, n_moments + 1)
        for moment in moments if self.at_each_moment else random.Random(command).sample(moments, min(1, n_moments)):
            self._ended_at(there, command, words, moment)
            before = given(there, "verify")
            assert before.exit_code == 0 or "left over" in " ".join(before.output.split()), (
                f"{command} at {moment}: {before.output}"
            )
            taken = n_rows(there) > n_rows(self.folder)  # then it is refused a second time, in words
            again = given(there, command, *moved(words, self.folder, there))
            assert again.exit_code == 0 or (taken and again.exit_code == 2), (
                f"{command} after it was ended at {moment}: {again.output}"
            )
            after = given(there, "verify")
            assert "Nothing is wrong." in " ".join(after.output.split()), f"{command} again after {moment}: {after.output}"
        return n_moments

    def _ended_at(self, there: Path, command: str, words: tuple[object, ...], moment: int) -> int:
        """Give a command on a copy and end it at a moment; with 0 let it end, and return how many moments there were."""
        shutil.rmtree(there, ignore_errors=True)
        shutil.copytree(self.folder, there)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            count = [0]

            def reaching(real: Any) -> Any:
                def at_disk(*args: Any, **more: Any) -> Any:
                    count[0] += 1
                    if count[0] == moment:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return real(*args, **more)

                return at_disk

            os.fsync, os.replace, os.mkdir = reaching(os.fsync), reaching(os.replace), reaching(os.mkdir)
            result = given(there, command, *moved(words, self.folder, there))
            os.write(writer, f"{count[0]} {result.exit_code}".encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as said:
            told = said.read()
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == (-signal.SIGKILL if moment else 0), f"{command} at {moment}: {told}"
        return int(told.split()[0]) if not moment else 0


def n_rows(folder: Path) -> int:
    return (folder / "trail.jsonl").read_bytes().count(b"\n")


def given(folder: Path, command: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["round", command, str(folder), *words], catch_exceptions=False)


def moved(words: tuple[object, ...], folder: Path, there: Path) -> list[str]:
    return [click.unstyle(str(word)).replace(str(folder), str(there)) for word in words]


def ended_round(folder: Path, at_each_moment: bool, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    monkeypatch.setattr(EndedTeam, "at_each_moment", at_each_moment)
    monkeypatch.setattr("test_round_whole.Team", EndedTeam)
    team = whole_round(folder, 3)
    team.run("report", "--as", "L01")
    assert isinstance(team, EndedTeam)
    return team.ended


@pytest.mark.slow
def test_every_command_can_be_killed_at_some_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = ended_round(tmp_path / "round", False, monkeypatch)
    assert {"allocate", "forms", "import", "urgent", "settle", "feed-back", "answer", "countersign", "report"} <= {*ended}
    assert all(ended.values()), ended


@pytest.mark.slow
@pytest.mark.long
def test_every_command_can_be_killed_at_every_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sum(ended_round(tmp_path / "round", True, monkeypatch).values()) > 100
