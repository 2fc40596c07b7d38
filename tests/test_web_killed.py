"""The server is killed while answers are being saved: whatever was acknowledged is there afterwards, and every file is whole."""

from __future__ import annotations

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from desk_client import problems_of
from html_forms import Sent, form_of
from knowledge_base import ROOT
from quips.casetext import new_case
from quips.source import parse_yaml
from quips.storage.folder import FolderStore
from served import Served, free_port, let_in

_PER_CASE = 20
"""Kills for each case, so that a case does not grow until reading it is all that is tested."""


class KilledError(OSError):
    """The server went away."""


class Officer:
    """A browser that keeps its cookie through the restarts of a server."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self.cookie = f"quips={let_in(folder)}"

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            connection.close()
        except (OSError, http.client.HTTPException) as error:
            raise KilledError from error
        for said in answer.headers.get_all("Set-Cookie") or ():
            self.cookie = "; ".join(f"{name}={one.value}" for name, one in SimpleCookie(said).items())
        return answer.status, text

    def fill(self, path: str, answers: dict[str, list[str]]) -> Sent:
        status, page = self.ask("GET", path)
        assert status == 200, f"{path}: {status}"
        return form_of(page, *answers).filled(answers)

    def send(self, path: str, sent: Sent) -> int:
        return self.ask("POST", path, urlencode(sent))[0]

    def save(self, path: str, answers: dict[str, list[str]]) -> None:
        status = self.send(path, self.fill(path, answers))
        assert status == 303, f"{path}: {status}"

    def wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                assert self.ask("GET", "/static/icon.svg")[0] == 200
            except KilledError:
                time.sleep(0.005)
            else:
                return
        raise AssertionError("the server does not answer")


def killed_at_random(folder: Path, moments: int, seed: int) -> int:
    """Kill a server at random moments while answers are saved; returns how many answers it had acknowledged."""
    chance = random.Random(seed)
    store, port = FolderStore(folder), free_port()
    command = [sys.executable, str(ROOT / "tests" / "forking_server.py"), str(folder), str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine")}
    source = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert source.stdin and source.stdout
    officer, acknowledged, total = Officer(port, folder), list[str](), 0
    try:
        for moment in range(moments):
            name = f"K-{moment // _PER_CASE}"
            if moment % _PER_CASE == 0:
                store.create(name, new_case(name, "2010-04-19"))
                acknowledged = []
            source.stdin.write("\n")
            source.stdin.flush()
            server = int(source.stdout.readline())
            officer.wait()
            officer.ask("GET", f"/cases/{name}/activity/home_visit/add")  # pages are slower the first time
            officer.save(f"/cases/{name}/circumstance/tier", {"tier": ["1"]})
            began = time.monotonic()
            officer.save(f"/cases/{name}/circumstance/domestic_abuse", {"domestic_abuse": ["yes" if moment % 2 else "no"]})
            pace = time.monotonic() - began  # what a save takes on this machine at this moment
            ending = threading.Timer(chance.uniform(0, 12 * pace), os.kill, (server, signal.SIGKILL))
            ending.start()
            try:
                for number in range(1_000):
                    note = f"moment {moment} answer {number}"
                    answers = {"when": ["unknown"], "note": [note]}
                    officer.save(f"/cases/{name}/activity/home_visit/add", answers)
                    acknowledged.append(note)
                    total += 1
                    officer.save(
                        f"/cases/{name}/circumstance/tier", {"tier": [str(chance.randint(1, 4)) if number % 2 else "dont_know"]}
                    )
                    total += 1
            except KilledError:
                pass
            ending.join()
            text = store.read(name).text
            assert problems_of(text) == []
            notes = [entry["home_visit"]["note"] for entry in parse_yaml(text, name).value["record"]]
            assert [note for note in notes if note in set(acknowledged)] == acknowledged, "lost, or not in the order it was said"
            assert len(notes) == len(set(notes)), "nothing is there twice"
            assert len(notes) <= len(acknowledged) + moment % _PER_CASE + 1, (
                "only an answer that was on its way can be there as well"
            )
            store.notes(name)
            assert [parse_yaml(store.read_version(name, one.version).text, name) for one in store.versions(name)]
    finally:
        source.stdin.close()
        source.kill()
        source.wait()
    return total


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    assert killed_at_random(tmp_path, 15, seed=1) >= 15


@pytest.mark.slow
@pytest.mark.long
def test_nothing_acknowledged_is_lost_when_the_server_is_killed_at_two_hundred_moments(tmp_path: Path) -> None:
    assert killed_at_random(tmp_path, 200, seed=2) > 200


def test_a_page_from_before_a_kill_can_be_sent_after_it_and_the_log_names_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "R-1.yaml").write_text(new_case("R-1", "2010-04-19"), encoding="utf-8")
    server = Served(folder).start()
    officer = Officer(server.port, folder)
    path = "/cases/R-1/activity/home_visit/add"
    officer.save("/cases/R-1/circumstance/tier", {"tier": ["4"]})
    sent = officer.fill(path, {"when": ["unknown"], "note": ["Jane Smith of Elm Road"]})
    server.kill()
    with Served(folder, port=server.port) as again:
        assert officer.send(path, sent) == 303
        assert "Jane" not in again.told()
        assert "on this computer only" in again.told()
    value = parse_yaml((folder / "R-1.yaml").read_text(encoding="utf-8"), "R-1").value
    assert value["circumstances"] == {"tier": 4}
    assert value["record"] == [{"home_visit": {"on": "unknown", "note": "Jane Smith of Elm Road"}}]
