"""Measures whole caseloads: ``python benchmarks/whole_caseloads.py [CASES ...]``; the results are kept in ``results``.

A synthetic caseload is made, and `quips caseload` audits it by all shipped rules, from Parquet to findings and summaries in
Parquet. Memory is what the program and its workers hold together, shared pages counted once, seen twice a second.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import quips.truth
from machine import machine

RESULTS = Path(__file__).parent / "results" / "caseloads.json"
USUAL = (1_000, 10_000, 100_000)
DAY = "2010-07-30"


def main(arguments: list[str]) -> None:
    """Measure, print, and keep what was measured beside what was measured of the other build."""
    build = "as it is" if quips.truth.__file__.endswith(".py") else "compiled"
    rows = [measured(n) for n in map(int, arguments or USUAL)]
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept[build] = {"machine": machine(), "rows": rows}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def measured(n: int) -> dict[str, Any]:
    """Measure one caseload of n cases."""
    with tempfile.TemporaryDirectory() as folder:
        quips_ = [sys.executable, "-m", "quips"]
        make = [*quips_, "synthetic", f"{folder}/made", "--cases", str(n)]
        subprocess.run(make, check=True, capture_output=True)  # noqa: S603 - our own command
        before, began, peak = _worked(), time.perf_counter(), 0.0
        command = [*quips_, "caseload", f"{folder}/made", "--as-at", DAY, "--output", f"{folder}/runs"]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:  # noqa: S603 - our own command
            while process.poll() is None:
                peak = max(peak, _held(process.pid))
                time.sleep(0.5)
        assert process.returncode == 0
        wall, worked = time.perf_counter() - began, _worked() - before
        run = json.loads(Path(folder, "runs", DAY, "run.json").read_text(encoding="utf-8"))
    print(f"{n:>10,} cases {run['findings']:>12,} findings {wall:>8.1f} s, at work {worked:>8.1f} s, {peak:>6,.0f} MB")
    return {"cases": n, "findings": run["findings"], "wall": round(wall, 1), "worked": round(worked, 1), "peak_mb": round(peak)}


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _held(process: int) -> float:
    """The megabytes that a process and those it has started hold."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split()
    except OSError:  # it has ended
        return 0.0
    own = next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return own / 1024 + sum(_held(int(child)) for child in children)


if __name__ == "__main__":
    main(sys.argv[1:])
