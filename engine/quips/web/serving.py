"""Serves the pages from this computer to this computer."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from datetime import date
from pathlib import Path

from flask import Flask
from waitress.server import create_server

from quips.audits import Auditor
from quips.places import Place
from quips.problems import InputError, Problem
from quips.storage.files import make_folder, refuse_link, told_plainly
from quips.storage.folder import FolderStore
from quips.storage.store import Applied, StorageError, Store
from quips.web.app import create_app
from quips.web.desk import Desk
from quips.web.door import Door
from quips.web.safety import MAX_UPLOAD

HOST = "127.0.0.1"
_MAX_REQUEST, _MAX_ANSWER = 2 * MAX_UPLOAD, 100_000_000
"""In bytes. What is larger would be put into a temporary file on its way, where nobody would look after it."""
_SECRET = "secret"  # noqa: S105 - the name of a file


def serve(auditor: Auditor, folder: Path, port: int, browser: bool, say: Callable[[str], object]) -> None:
    """Serve the cases of a folder until the process is stopped.

    Args:
        auditor: What audits the cases.
        folder: The folder; it is made if it is not there, and that is told, since the name may be a slip.
        port: The port on the loopback address.
        browser: Whether to open the page in the browser.
        say: Tells the person at the keyboard.

    Raises:
        InputError: The port is taken.
        StorageError: The folder cannot be used.
    """
    _free(port)
    if _made(folder):
        say(f"The folder {folder} was not there and has been made. If you have cases already, they are in another folder.")
    store = FolderStore(folder)
    settings = store.settings()
    _tell(store.apply_policy(date.today()), say)
    door = Door()
    app = create_app(Desk(auditor.knowledge, store, auditor), secret_of(folder), settings.marking, door)
    _each_day(app, store, say)
    server = create_server(
        app,
        host=HOST,
        port=port,
        threads=4,
        ident=None,
        clear_untrusted_proxy_headers=True,
        max_request_body_size=_MAX_REQUEST,
        inbuf_overflow=_MAX_REQUEST,
        outbuf_overflow=_MAX_ANSWER,
    )
    address = f"http://{HOST}:{port}/"
    say(f"Quips is showing the folder {folder} at {address} on this computer only. Press Ctrl+C to stop.")
    say(f"If the browser asks for a code, type {door.code}")
    if browser:
        threading.Timer(0.5, webbrowser.open, [f"{address}open/{door.link}"]).start()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that a page waits for another for a moment is nobody's concern
    try:
        server.run()
    except KeyboardInterrupt:
        say("Stopped.")


def _made(folder: Path) -> bool:
    """Make the folder if it is not there, and return whether it was made."""
    if folder.exists():
        return False
    if not folder.absolute().parent.is_dir():
        raise StorageError(f"There is no folder {folder.parent} in which {folder.name} could be made. Check how it is written.")
    with told_plainly(f"The folder {folder} cannot be made"):
        make_folder(folder)
    return True


def secret_of(folder: Path) -> str:
    """Return what signs the tokens of forms, kept in the folder so that a page made before a restart can be sent after it."""
    path = folder / ".quips" / _SECRET
    try:
        for part in (path.parent, path):
            refuse_link(part)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32), encoding="utf-8")
        return path.read_text(encoding="utf-8").strip() or secrets.token_hex(32)
    except OSError as error:
        raise StorageError(f"{path} cannot be used: {error.strerror or error}.") from error


def _each_day(app: Flask, store: Store, say: Callable[[str], object]) -> None:
    """Apply the policy again on the first request of each day, for a server may run for weeks."""
    applied, lock = [date.today()], threading.Lock()

    @app.before_request
    def policy() -> None:
        with lock:
            due, applied[0] = applied[0] != date.today(), date.today()
        if due:
            _tell(store.apply_policy(date.today()), say)


def _tell(applied: Applied, say: Callable[[str], object]) -> None:
    if applied.dropped:
        say(f"By the policy of this folder, old versions of {len(applied.dropped)} cases were dropped.")
    if applied.erased:
        say(f"By the policy of this folder, these cases were erased: {', '.join(applied.erased)}.")
    for failed in applied.failed:
        say(failed)


def _free(port: int) -> None:
    with socket.socket() as probe:
        if os.name != "nt":  # on Windows this would take a port from under the program that has it
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            message = f"Port {port} is taken, perhaps by Quips in another window."
            raise InputError([Problem(Place("--port"), "port-taken", message, "Choose another, such as 8041.")]) from error
