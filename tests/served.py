"""`quips serve` in a process of its own, over a folder of cases."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from urllib.error import URLError
from urllib.request import urlopen

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from knowledge_base import ROOT
from quips.web.serving import secret_of

_SECONDS_TO_START = 90


def free_port() -> int:
    """Return a port of the loopback address on which nothing answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def let_in(folder: Path) -> str:
    """Return the value of the cookie of a browser that was let in; it is signed by what is kept in the folder."""
    app = Flask("let-in")
    app.secret_key = secret_of(folder)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return str(signer.dumps({"let_in": True}))


COOKIES: dict[str, str] = {}
"""The cookie of a browser that was let in, by the address of the server."""


def hear_interrupts() -> None:
    """Let a program about to begin hear Ctrl+C, to which a shell makes deaf what it runs in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Served:
    """A server; a context manager that ends it."""

    def __init__(self, folder: Path, engine: str = "reference", port: int = 0) -> None:
        self.folder, self.engine, self.port = folder, engine, port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder.with_name(f"{folder.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Served:
        """Start it and wait until it answers.

        Raises:
            AssertionError: It ended, or does not answer in time.
        """
        options = ["--port", str(self.port), "--engine", self.engine, "--no-browser"]
        command = [sys.executable, "-m", "quips", "serve", str(self.folder), *options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine"), "PYTHONUNBUFFERED": "1"}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env=environment, cwd=ROOT, preexec_fn=hear_interrupts
            )
        until = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < until:
            assert self._process.poll() is None, self.told()
            try:
                with urlopen(f"{self.address}/static/icon.svg", timeout=5):
                    COOKIES[self.address] = let_in(self.folder)
                    return self
            except (URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(f"no answer in {_SECONDS_TO_START} seconds: {self.told()}")

    def told(self) -> str:
        """Return all that it said to the person at the keyboard."""
        return self.log.read_text(encoding="utf-8")

    def kill(self) -> None:
        """End it at once, with no chance to finish anything."""
        self.stop(signal.SIGKILL)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def __enter__(self) -> Served:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
