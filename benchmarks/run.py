"""Measures what Quips promises of its speed; run by hand: ``python benchmarks/run.py``.

Every figure is of this machine and this run, on one core. The engines are given the same 60 rules and the same drawn cases of
about forty activities, so their ratio means more than either figure.
"""

from __future__ import annotations

import gc
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from caseload import N_ACTIVITIES, draw_cases
from quips.cases import Case
from quips.durable.engine import DurableEngine, durable_available
from quips.findings import FindingBuilder
from quips.knowledge import Knowledge, find_folder, load_knowledge
from quips.program import Program
from quips.reference import ReferenceEngine

N_RULES = 60
EXAMPLE = "examples/cases/TV-0042.yaml"
CHANGED = "domestic-abuse/sara-completed.yaml"


def main() -> None:
    """Measure and print each figure, with what was promised of it."""
    knowledge = load_knowledge(find_folder("framework"), find_folder("rules"))
    program = some_rules(knowledge.program, N_RULES)
    cases = draw_cases(knowledge, 2_000)
    n_rules = len(knowledge.program.duties)
    print(f"{N_RULES} of {n_rules} rules, {N_ACTIVITIES} activities a case, Python {sys.version.split()[0]}")
    cold("cold audit of one case, first run on a machine", fresh_cache=True)
    cold("cold audit of one case", fresh_cache=False)
    checks()
    watching()
    engine = ReferenceEngine(program)
    reference = rate("reference, statuses and roots", engine.decide, cases, 5_000)
    builders = replace(knowledge)
    rate("reference, every explanation", lambda case: explained(builders, engine, case), cases[:400], 1_000)
    whole = ReferenceEngine(knowledge.program)
    rate(f"reference, all {n_rules} rules", whole.decide, cases, None)
    if durable_available():
        durable = DurableEngine(program)
        speed = rate("durable, every decision", durable.decide, cases[:400], 200)
        print(f"{'reference is faster than durable by':<58}{reference / speed:>10,.0f} times")
    memory(engine, cases)


def some_rules(program: Program, n: int) -> Program:
    """Return a program of n rules from all over the shipped one: every inference, and no rule without those it rests on."""
    keep = {number for number, duty in enumerate(program.duties) if duty.kind == "derivation"}
    for number in sorted(range(len(program.duties)), key=lambda number: number * 7919 % len(program.duties)):
        with_those_beneath = keep | _and_beneath(program, number)
        keep = with_those_beneath if len(with_those_beneath) <= n else keep
    new = {old: number for number, old in enumerate(sorted(keep))}
    duties = tuple(
        replace(program.duties[old], edges=tuple((new[beneath], kind) for beneath, kind in program.duties[old].edges))
        for old in new
    )
    derived = {
        name: replace(found, rules=tuple((new[old], value) for old, value in found.rules))
        for name, found in program.derived.items()
    }
    return replace(program, duties=duties, derived=derived)


def _and_beneath(program: Program, number: int) -> set[int]:
    return {number}.union(*(_and_beneath(program, beneath) for beneath, _ in program.duties[number].edges))


def explained(knowledge: Knowledge, engine: ReferenceEngine, case: Case) -> None:
    """Evaluate a case and build every finding, each with every word of its explanation: none is put off until it is asked for."""
    evaluation = engine.evaluate(case)
    FindingBuilder(knowledge, engine, case).findings(evaluation, engine.decisions(evaluation))


def rate(what: str, work: Callable[[Case], object], cases: list[Case], promised: int | None) -> float:
    """Print and return how many cases a second are worked, the best of three rounds."""
    best = 0.0
    for _ in range(3):
        gc.collect()
        started = time.perf_counter()
        for case in cases:
            work(case)
        best = max(best, len(cases) / (time.perf_counter() - started))
    aim = f"   promised {promised:,}" if promised else ""
    print(f"{what:<58}{best:>10,.0f} cases/s{aim}")
    return best


def cold(what: str, fresh_cache: bool) -> None:
    """Print how long a whole audit takes as a command, the best of five."""
    best = float("inf")
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder:
            environment = os.environ | ({"XDG_CACHE_HOME": folder} if fresh_cache else {})
            started = time.perf_counter()
            command = [sys.executable, "-m", "quips", "audit", EXAMPLE]
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own command
            best = min(best, time.perf_counter() - started)
    print(f"{what:<58}{best:>10.2f} s         promised 1.00")


def checks() -> None:
    """Print how long `quips check` takes: from nothing, with nothing changed since, and with one rule changed.

    By default it runs the examples on the reference engine; with `--engine both`, on both.
    """
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder, "rules")
        shutil.copytree(find_folder("rules"), rules)
        changed, title = rules / CHANGED, "\ntitle: "
        text = changed.read_text(encoding="utf-8")
        for name, options in {"quips check": [], "quips check --engine both": ["--engine", "both"]}.items():
            changed.write_text(text, encoding="utf-8")
            command = [sys.executable, "-m", "quips", "check", *options, "--rules", str(rules)]
            environment = os.environ | {"XDG_CACHE_HOME": f"{folder}/{name}"}
            for what in ("from nothing", "nothing changed", "one rule changed"):
                if what == "one rule changed":
                    changed.write_text(text.replace(title, f"{title}Again, ", 1), encoding="utf-8")
                started, used = time.perf_counter(), cpu()
                subprocess.run(command, env=environment, capture_output=True, check=True)  # noqa: S603 - our own command
                taken, at_work = time.perf_counter() - started, cpu() - used
                aim = "   promised 3.00" if not options and what == "from nothing" else ""
                print(f"{f'{name}, {what}':<58}{taken:>10.2f} s         of it at work {at_work:.2f} s{aim}")


def watching() -> None:
    """Print how long `quips check --watch` takes from the moment a file is saved until it has said what it found."""
    edits = {"one rule": CHANGED, "what every example rests on": "vocabulary/activities-outcomes.yaml"}
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder, "rules")
        shutil.copytree(find_folder("rules"), rules)
        command = [sys.executable, "-u", "-m", "quips", "check", "--watch", "--rules", str(rules)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            next(line for line in lines if line.startswith("Waiting"))
            for what, name in edits.items():
                best = float("inf")
                for _ in range(3):
                    path = rules / name
                    path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: Again, ", 1), encoding="utf-8")
                    saved = time.perf_counter()
                    next(line for line in lines if line.startswith("Waiting"))
                    best = min(best, time.perf_counter() - saved)
                print(
                    f"{f'quips check --watch, {what} saved':<58}{best:>10.2f} s         asked {1 if what == 'one rule' else 5}.00"
                )
            process.kill()


def cpu() -> float:
    """Return the time that finished child processes have worked, on all cores together."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(engine: ReferenceEngine, cases: list[Case]) -> None:
    """Print how much the process grows while 10,000 cases are evaluated."""
    engine.decide(cases[0])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for n in range(10_000):
        engine.decide(cases[n % len(cases)])
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{'memory grown over 10,000 cases, reference':<58}{grown:>10.1f} MB")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
