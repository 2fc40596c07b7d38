"""Runs the commands that stand in a hand-written page, and puts what they print beneath them.

A page says what to do in comments, each of them right before the block it is about:

``<!-- file: NAME -->``                    the block is a file; it is written to an empty folder
``<!-- insert: NAME after "TEXT" -->``     the block is put into that file, after the line that holds the text
``<!-- replace: NAME "TEXT" -->``          the block takes the place of the line that holds the text
``<!-- copy: FOLDER ... -->``              folders of the project are copied there (there is no block)
``<!-- run: quips ... -->``                the command is run there, and the block becomes its output
``<!-- run: quips ...; keep: "A" to "B", "C" -->``
                                           the same, but only the lines from the first that holds A to before the next that
                                           holds B, and the one that holds C with what stands further in beneath it
"""

from __future__ import annotations

import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner

from quips.cli import main

_DIRECTIVE = re.compile(r"<!-- (file|insert|replace|copy|run): (.+?) -->")
_KEPT = re.compile(r'"([^"]+)"(?: to "([^"]+)")?')
_LEFT_OUT = "..."
_OF_THIS_MACHINE = re.compile(r"\d+ examples not run again: ")
"""What is printed only where the same was checked before."""


class SessionError(Exception):
    """A page's commands do not do what the page says, so that somebody has to look at the page."""


def is_session(text: str) -> bool:
    """Return whether a page holds commands to run."""
    return "<!-- run: " in text


def with_output(text: str, root: Path, name: str) -> str:
    """Return a page with the output of its commands brought up to date.

    Args:
        text: The page.
        root: The project's folder.
        name: The page's name, for messages.

    Raises:
        SessionError: What a page wants to keep of an output is not in it, or a block is missing.
    """
    with tempfile.TemporaryDirectory() as folder:
        session = _Session(Path(folder), root, name)
        lines, result = iter(text.splitlines()), []
        for line in lines:
            result.append(line)
            directive = _DIRECTIVE.fullmatch(line)
            if directive:
                result += session.obey(directive[1], directive[2], lines)
    return "\n".join(result) + "\n"


class _Session:
    """One page's folder, and what is done in it."""

    def __init__(self, folder: Path, root: Path, name: str) -> None:
        self.folder, self.root, self.name = folder, root, name

    def obey(self, word: str, what: str, lines: Iterator[str]) -> list[str]:
        if word == "copy":
            for name in what.split():
                shutil.copytree(self.root / name, self.folder / name)
            return []
        opening, block = self.block(lines, what)
        if word == "run":
            return ["```console", *self.run(what), "```"]
        how = {"file": self.write, "insert": self.insert, "replace": self.replace}[word]
        how(what, block)
        return [opening, *block, "```"]

    def block(self, lines: Iterator[str], what: str) -> tuple[str, list[str]]:
        opening = next(lines, "")
        if not opening.startswith("```"):
            raise SessionError(f"{self.name}: there is no block right after '{what}'.")
        block: list[str] = []
        for line in lines:
            if line == "```":
                return opening, block
            block.append(line)
        raise SessionError(f"{self.name}: the block after '{what}' has no end.")

    def write(self, name: str, block: list[str]) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(block) + "\n", encoding="utf-8")

    def insert(self, what: str, block: list[str]) -> None:
        name, _, after = what.partition(" after ")
        lines = (self.folder / name).read_text(encoding="utf-8").splitlines()
        at = self.find(lines, after.strip('"'), 0)
        self.write(name, [*lines[: at + 1], *block, *lines[at + 1 :]])

    def replace(self, what: str, block: list[str]) -> None:
        name, _, text = what.partition(" ")
        lines = (self.folder / name).read_text(encoding="utf-8").splitlines()
        at = self.find(lines, text.strip('"'), 0)
        self.write(name, [*lines[:at], *block, *lines[at + 1 :]])

    def run(self, what: str) -> list[str]:
        command, _, kept = what.partition("; keep: ")
        words = shlex.split(command)
        if words[0] != "quips":
            raise SessionError(f"{self.name}: only quips can be run, not '{words[0]}'.")
        with chdir(self.folder):
            result = CliRunner().invoke(main, words[1:], prog_name="quips")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        lines = result.output.replace(f"{self.root}/", "").rstrip().splitlines()
        printed = [line for line in lines if not _OF_THIS_MACHINE.match(line)]
        return [f"$ {command}", *(self.kept(printed, kept) if kept else printed)]

    def kept(self, printed: list[str], kept: str) -> list[str]:
        """Return the lines that are kept, with a mark wherever something is left out."""
        result: list[str] = []
        past = 0
        for start, stop in _KEPT.findall(kept):
            first = self.find(printed, start, past)
            last = self.find(printed, stop, first + 1) if stop else _end_of_item(printed, first)
            while not printed[last - 1].strip():
                last -= 1
            result += [_LEFT_OUT] * (first > past) + printed[first:last]
            past = last
        return result + [_LEFT_OUT] * (past < len(printed))

    def find(self, lines: list[str], text: str, start: int) -> int:
        for index in range(start, len(lines)):
            if text in lines[index]:
                return index
        shown = "\n".join(lines)
        raise SessionError(f"{self.name}: '{text}' is not there any more. Bring the page up to date with this:\n{shown}")


def _end_of_item(lines: list[str], start: int) -> int:
    """Return the first line after one that is empty or does not stand further in than it."""

    def margin(line: str) -> int:
        return len(line) - len(line.lstrip())

    rest = range(start + 1, len(lines))
    return next((n for n in rest if not lines[n].strip() or margin(lines[n]) <= margin(lines[start])), len(lines))
