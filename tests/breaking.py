"""A small knowledge base in which nothing is wrong, and the faults that break it in one place at a time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from knowledge_base import ROOT
from quips.cli import main
from quips.source import read_yaml

BROKEN = ROOT / "tests" / "broken"


def faults() -> list[dict[str, Any]]:
    """Every fault: what it is called, the file, the text that is replaced and by what, and the message that it gives.

    ``at`` is text of the line where the message stands; without it that is where the change begins. ``file`` and ``folder`` mean
    the file, or the folder above it, as a whole. ``elsewhere`` is another file in which that line stands.
    """
    return [fault for path in sorted((BROKEN / "faults").glob("*.yaml")) for fault in read_yaml(path).value]


def laid_out(folder: Path) -> Path:
    """Lay the sound knowledge base out in a folder, with the schemas that are shipped."""
    shutil.copytree(BROKEN / "base", folder, dirs_exist_ok=True)
    shutil.copytree(ROOT / "framework" / "schema", folder / "framework" / "schema")
    return folder


@contextmanager
def broken(folder: Path, fault: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Break the knowledge base in one place, give the file and the line where that is to be told, and mend it again."""
    path = folder / fault["file"]
    before = path.read_bytes() if path.exists() else None
    text = before.decode("utf-8") if before is not None else ""
    if "whole" in fault:
        after, start = fault["whole"], 0
    elif "removed" in fault:
        after, start = None, 0
    else:
        assert text.count(fault["old"]) == 1, f"{fault['fault']}: '{fault['old']}' has to stand once in {fault['file']}"
        start = text.index(fault["old"])
        after = text.replace(fault["old"], fault["new"])
    if after is None:
        path.unlink()
    else:
        path.write_bytes(after.encode(fault.get("encoding", "utf-8")))
    try:
        if "elsewhere" in fault:
            other = folder / fault["elsewhere"]
            yield _where(other, other.read_text(encoding="utf-8"), 0, fault)
        else:
            yield _where(path, after or "", start, fault)
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)


def _where(path: Path, text: str, start: int, fault: dict[str, Any]) -> tuple[str, int]:
    match fault.get("at"):
        case "file":
            return str(path), 0
        case "folder":
            return str(path.parent), 0
        case None:
            return str(path), text.count("\n", 0, start) + 1
        case wanted:
            assert text.count(wanted) == 1, f"{fault['fault']}: '{wanted}' has to stand once in what is broken"
            return str(path), text.count("\n", 0, text.index(wanted)) + 1


def check(folder: Path, *options: str) -> list[dict[str, Any]]:
    """Return the problems that ``quips check`` finds."""
    arguments = [
        "check",
        "--rules",
        str(folder / "rules"),
        "--framework",
        str(folder / "framework"),
        "--format",
        "json",
        *options,
    ]
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    problems: list[dict[str, Any]] = json.loads(result.stdout)["problems"]
    return problems
