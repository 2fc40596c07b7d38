"""Begins a round: a folder with a plan to be edited, lists with their headings and two examples, and a place for letters."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from string import Template

from quips.framework import Edition
from quips.peeraudit.folder import PLAN
from quips.storage.files import told_plainly
from quips.storage.store import StorageError
from quips.yamltext import as_yaml

_CASES = [
    ("reference", "team", "officer", "senior", "rosh_level", "sentence", "grade"),
    ("EXAMPLE-1", "North", "O12", "S03", "high", "licence", "PO"),
    ("EXAMPLE-2", "South", "O27", "", "medium", "community order", "PSO"),
]
_PEOPLE = [
    ("person", "grade", "team", "roles", "group", "most", "conflicts"),
    ("EXAMPLE-L1", "SPO", "", "lead; moderator", "", "", ""),
    ("EXAMPLE-R1", "PO", "North", "reader", "A", "8", "EXAMPLE-2"),
]


def begin_round(folder: Path, edition: Edition) -> list[str]:
    """Make the folder of a round, and return the names of what was put into it.

    Args:
        folder: The folder; it is made if it is not there, and has to be empty if it is.
        edition: The edition that cases are to be judged under.

    Raises:
        StorageError: It is not empty, or cannot be written; then nothing is left behind.
    """
    written: list[Path] = []
    with told_plainly(f"{folder} cannot be made"):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StorageError(f"{folder} is not an empty folder. Nothing was changed. Name a new one.")
        is_new = not folder.exists()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, rows in (("cases.csv", _CASES), ("people.csv", _PEOPLE)):
                written.append(folder / name)
                written[-1].write_text(_csv(rows), encoding="utf-8", newline="")
            written.append(folder / "templates")
            written[-1].mkdir()
            written.append(folder / PLAN)  # last, since a folder is a round once it has a plan
            written[-1].write_text(_plan(folder.resolve().name, edition), encoding="utf-8", newline="\n")
        except BaseException:
            for path in reversed(written):
                with suppress(OSError):
                    path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
            if is_new:
                with suppress(OSError):
                    folder.rmdir()
            raise
    return [path.name for path in written]


def _plan(name: str, edition: Edition) -> str:
    """Return the plan to begin with, about the first part of the edition that bears on risk of harm."""
    named = as_yaml({"round": name}).partition(": ")[2].rstrip()
    parts = [node for node in edition.nodes() if node.depth == 1]
    about = next(
        node
        for wanted in ("roh", "")
        for node in parts
        if any(prompt.about == "case" and wanted in (*prompt.threads, "") for below in node.walk() for prompt in below.prompts)
    )
    text = files("quips.peeraudit").joinpath("beginning.yaml").read_text(encoding="utf-8")
    return Template(text).substitute(name=named, edition=edition.name, node=f'"{about.id}"')


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()
