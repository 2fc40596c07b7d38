"""Serves a folder of cases again and again, loading the knowledge base once: a server for each line read, in a fork.

Run as ``python forking_server.py FOLDER PORT``; the process of each server is written out. What is forked is what `quips serve`
runs, so killing it is killing that; only the seconds in which it loads its files and audits for the first time are saved.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from quips.audits import Auditor
from quips.casetext import new_case
from quips.knowledge import find_folder, load_knowledge
from quips.source import parse_yaml
from quips.web.serving import serve


def main(folder: Path, port: int) -> None:
    auditor = Auditor(load_knowledge(find_folder("framework", None), find_folder("rules", None)), "reference")
    auditor.audit_document(parse_yaml(new_case("WARM-1", "2010-04-19"), "warm"))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            serve(auditor, folder, port, False, lambda words: None)
            os._exit(1)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
