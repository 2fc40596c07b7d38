"""Times what an author waits for: ``check``, ``test``, ``check --watch`` and ``diff``.

Run by hand: ``python benchmarks/authoring.py``. A copy of the shipped rules is made, and one rule of it changed. Asked are
1 s for one changed file, 5 s for everything, and 60 s for a diff over 10,000 composed cases. Each command is a process of
its own, as an author starts it; only the watcher goes on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

from quips.authoring.checkup import check_up
from quips.authoring.watching import Checker

ROOT = Path(__file__).resolve().parent.parent
RULE = Path("rules/contact/induction-completed.yaml")
N_CASES = 10_000


def quips(*words: object) -> None:
    """Give a command, whatever it finds."""
    command = [sys.executable, "-m", "quips", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine")}
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)  # noqa: S603 - our own
    if b"Traceback" in done.stderr or b"Usage:" in done.stderr:
        raise SystemExit(done.stderr.decode())


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes."""
    started = perf_counter()
    work()
    return perf_counter() - started


def told(words: str, took: float, asked: float) -> None:
    """Print a line of the table."""
    print(f"{words:62} {took:6.2f} s of {asked:g}{'' if took <= asked else '   over what was asked'}", flush=True)


def change(file: Path) -> None:
    """Change a rule so that it says something else."""
    text = file.read_text(encoding="utf-8")
    low, high = "\nseverity: low", "\nseverity: high"
    changed = text.replace(low, high) if low in text else text.replace("\nseverity: medium", low).replace(high, low)
    if changed == text:
        raise SystemExit(f"{file} has no severity to change.")
    file.write_text(changed, encoding="utf-8")


def main() -> None:
    """Time the commands and print a table."""
    with tempfile.TemporaryDirectory() as name:
        old, new = Path(name, "old"), Path(name, "new")
        for copy in (old, new):
            for part in ("rules", "framework"):
                shutil.copytree(ROOT / part, copy / part)
        folders = ("--rules", new / "rules", "--framework", new / "framework")
        told("check, everything anew", seconds(partial(quips, "check", "--again", *folders)), 5)
        told("check, nothing changed", seconds(partial(quips, "check", *folders)), 5)
        change(new / RULE)
        told("check, one rule changed", seconds(partial(quips, "check", *folders)), 1)
        told("test, everything", seconds(partial(quips, "test", *folders)), 5)
        told("test, one rule", seconds(partial(quips, "test", RULE.stem, *folders)), 1)
        checker = Checker(str(new / "framework"), str(new / "rules"), partial(check_up, durable=False))
        told("check --watch, the first time", seconds(checker.check), 5)
        change(new / RULE)
        told("check --watch, one rule changed", seconds(checker.check), 1)
        told(f"diff over {N_CASES:,} composed cases", seconds(partial(quips, "diff", old, new, "--composed", N_CASES)), 60)


if __name__ == "__main__":
    main()
