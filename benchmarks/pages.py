"""Times each page as a browser waits for it: forty cases in the folder, one of them with five hundred activities.

Run as ``python benchmarks/pages.py``. A page is timed as it is met again (the case has been read), and as it is met after a
change (the case is read and audited anew). The server is the real one, in a process of its own; asked is a median under 200
milliseconds.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from quips.casetext import with_top

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
ASKED = 200.0
PAGES = {
    "list of cases": "/",
    "overview": "{case}/",
    "a question": "{case}/circumstance/rosh_level?from=ask",
    "an activity": "{case}/activity/home_visit?from=ask",
    "an entry": "{case}/record/0",
    "check your answers": "{case}/check",
    "the record by stage": "{case}/record",
    "findings": "{case}/findings",
    "timeline": "{case}/timeline",
    "judgements": "{case}/judgements",
    "framework": "{case}/framework",
    "take away": "{case}/takeaway",
    "report to print": "{case}/takeaway/report",
}


KEPT: dict[str, str] = {}
"""The cookie of the browser, once it has been let in."""


def write_cases(folder: Path) -> None:
    """Put forty cases into a folder: one with five hundred activities, the examples, and copies of them."""
    text = EXAMPLES[0].read_text(encoding="utf-8").partition("record:")[0].replace("TV-0042", "LONG-1")
    entries = [f"  - contact: {{on: {2007 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}}}\n" for n in range(500)]
    (folder / "LONG-1.yaml").write_text(text + "record:\n" + "".join(entries), encoding="utf-8")
    for number in range(38):
        copy = EXAMPLES[number % len(EXAMPLES)].read_text(encoding="utf-8")
        (folder / f"B-{number}.yaml").write_text(copy, encoding="utf-8")
    (folder / "TV-0042.yaml").write_text(EXAMPLES[0].read_text(encoding="utf-8"), encoding="utf-8")


def milliseconds(port: int, path: str) -> float:
    """Return how long the server takes to give a page."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path, headers=KEPT)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status >= 400:
        raise SystemExit(f"{path}: {answer.status}")
    return (time.perf_counter() - began) * 1000


def started(folder: Path, engine: str) -> tuple[subprocess.Popen[bytes], int]:
    """Return a server that answers, and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options = ["--port", str(port), "--engine", engine, "--no-browser"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine")}
    command = [sys.executable, "-m", "quips", "serve", str(folder), *options]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 - our own command
    assert server.stdout is not None
    code = next((line.split()[-1] for line in server.stdout if "asks for a code" in line), "")
    while server.poll() is None:
        try:
            milliseconds(port, "/static/icon.svg")
        except OSError:
            time.sleep(0.1)
        else:
            let_in(port, code)
            return server, port
    raise SystemExit("The server ended before it answered.")


def let_in(port: int, code: str) -> None:
    """Type the code that the server told, and keep the cookie that it gives for it."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/enter")
    page = connection.getresponse()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
    assert token is not None
    cookie = {"Cookie": page.headers["Set-Cookie"].partition(";")[0], "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/enter", urlencode({"csrf_token": token[1], "code": code}), cookie)
    KEPT["Cookie"] = connection.getresponse().headers["Set-Cookie"].partition(";")[0]


def main() -> None:
    """Time the pages and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["both", "reference"], default="both")
    parser.add_argument("--times", type=int, default=9, help="How often each page is asked for.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_cases(folder)
        server, port = started(folder, given.engine)
        try:
            print(f"The list of 40 cases for the first time: {milliseconds(port, '/'):.0f} ms")
            print(f"{'median of ' + str(given.times) + ', ms':24} {'example':>9} {'changed':>9} {'500 long':>9} {'changed':>9}")
            for words, path in PAGES.items():
                cells = [cell for case in ("TV-0042", "LONG-1") for cell in timed(folder, port, case, path, given.times)]
                slow = "  over what was asked" if max(cells) > ASKED else ""
                print(f"{words:24} " + " ".join(f"{cell:9.0f}" for cell in cells) + slow, flush=True)
        finally:
            server.terminate()
            server.wait()


def timed(folder: Path, port: int, case: str, path: str, times: int) -> tuple[float, float]:
    """Return the median for a page as it is met again, and as it is met after a change of the case."""
    address, file = path.format(case=f"/cases/{case}"), folder / f"{case}.yaml"
    milliseconds(port, address)
    again = [milliseconds(port, address) for _ in range(times)]
    changed = []
    for number in range(times):
        file.write_text(with_top(file.read_text(encoding="utf-8"), "composed", f"change {path} {number}"), encoding="utf-8")
        changed.append(milliseconds(port, address))
    return statistics.median(again), statistics.median(changed)


if __name__ == "__main__":
    main()
