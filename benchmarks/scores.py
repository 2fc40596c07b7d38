"""Measures how long scoring takes; run by hand: ``python benchmarks/scores.py``.

5,000 judged cases of 200 prompts each, a million answers, drawn from a printed seed: scored from memory, and read from a CSV file
as well. Every figure is of this machine and this run, on one core.
"""

from __future__ import annotations

import csv
import random
import tempfile
from pathlib import Path
from time import perf_counter

from quips.judged import ANSWERS, Answer, Judged
from quips.judgedtables import read_judged_table
from quips.knowledge import find_folder, load_knowledge
from quips.scoring.cards import Asked, score_judged

CASES, PROMPTS, SEED = 5_000, 200, 1


def main() -> None:
    """Print how long each step takes."""
    knowledge = load_knowledge(find_folder("framework"), find_folder("rules"))
    edition = knowledge.editions["omi-2"]
    prompts = [prompt.name for prompt in edition.prompts() if prompt.about == "case"][:PROMPTS]
    draw = random.Random(SEED)
    teams = {f"B-{n}": {"team": draw.choice(["North", "South", "East"])} for n in range(CASES)}
    answers = tuple(Answer(case, prompt, draw.choice(ANSWERS), "R1") for case in teams for prompt in prompts)
    print(f"{len(teams):,} cases, {len(prompts)} prompts, {len(answers):,} answers, seed {SEED}")

    started = perf_counter()
    score_judged(edition, Judged(answers, teams))
    print(f"scored from memory: {perf_counter() - started:.2f} s")

    started = perf_counter()
    score_judged(edition, Judged(answers, teams), Asked(by="team"))
    print(f"scored from memory, by team: {perf_counter() - started:.2f} s")

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["case", "prompt", "answer", "reader", "team"])
            rows.writerows((a.case, a.question, a.answer, a.reader, teams[a.case]["team"]) for a in answers)
        started = perf_counter()
        judged = read_judged_table(path, knowledge)
        read = perf_counter() - started
        score_judged(edition, judged)
        print(f"read from CSV: {read:.2f} s; read and scored: {perf_counter() - started:.2f} s")


if __name__ == "__main__":
    main()
