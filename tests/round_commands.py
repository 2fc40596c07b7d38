"""The commands of a round, run in this process on a composed round whose plan is made in code."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner, Result

from quips.cli import main
from quips.cli.rounds import shared
from quips.peeraudit.folder import RoundFolder
from round_at_hand import RoundAtHand


class Commands:
    """Runs ``quips round`` on the folder of a round, by the round's own clock."""

    def __init__(self, at_hand: RoundAtHand, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = at_hand.path
        monkeypatch.setattr(shared, "read_plan", lambda folder, knowledge: at_hand.plan)
        monkeypatch.setattr(RoundFolder.__init__, "__defaults__", (at_hand._clock,))

    def __call__(self, command: str, *arguments: object, who: str) -> Result:
        words = ["round", command, str(self.folder), *map(str, arguments), *(["--as", who] if who else [])]
        result = CliRunner().invoke(main, words, catch_exceptions=False)
        assert result.exit_code in (0, 2), result.output
        return result

    def works(self, command: str, *arguments: object, who: str) -> str:
        result = self(command, *arguments, who=who)
        assert result.exit_code == 0, result.output
        return " ".join(click.unstyle(result.output).split())

    def refused(self, command: str, *arguments: object, who: str) -> str:
        result = self(command, *arguments, who=who)
        assert result.exit_code == 2 and "Traceback" not in result.output, result.output
        return " ".join(click.unstyle(result.output).split())

    def shown(self, command: str, *arguments: object) -> str:
        """What a command prints that nobody in particular gives."""
        result = self(command, *arguments, who="")
        assert result.exit_code == 0, result.output
        return result.stdout

    def told(self, command: str, *arguments: object) -> str:
        return " ".join(click.unstyle(self.shown(command, *arguments)).split())
