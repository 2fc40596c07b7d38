"""Kills writers at random moments and looks at what they leave, run as a program of its own so that it may fork safely.

    python crashing.py FOLDER HOW_OFTEN SEED

Prints one JSON object: how often it killed, how many changes were acknowledged, and everything that was not as promised.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from hashlib import sha256
from pathlib import Path

from quips.storage.folder import FolderStore
from quips.storage.store import NotKeptError


def text_of(number: int) -> str:
    """A text that shows by itself whether it is whole."""
    body = f"number: {number}\n" + f"# {number} of many lines\n" * 2000
    return f"{body}sum: {sha256(body.encode()).hexdigest()}\n"


def number_of(text: str) -> int:
    """Return which text it is; -1 if it is not whole."""
    number = int(text.split("\n", 1)[0].removeprefix("number: "))
    return number if text == text_of(number) else -1


def write_for_ever(folder: Path, first: int, acknowledge: int) -> None:
    store = FolderStore(folder)
    number = first
    while True:
        try:
            store.write("TV-1", text_of(number), store.read("TV-1").version)
        except NotKeptError:
            store.create("TV-1", text_of(number))
        os.write(acknowledge, f"{number}\n".encode())
        number += 1


def kill_one(folder: Path, first: int, chance: random.Random) -> list[int]:
    """Let a child write, kill it, and return what it had acknowledged by then."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        write_for_ever(folder, first, writing)
    os.close(writing)
    if chance.random() < 0.8:
        select.select([reading], [], [], 5)
    time.sleep(chance.random() * 0.012)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = b""
    while part := os.read(reading, 65536):
        said += part
    os.close(reading)
    return [int(line) for line in said.split(b"\n")[:-1]]


def main(folder: Path, how_often: int, seed: int) -> None:
    chance = random.Random(seed)
    store = FolderStore(folder)
    acknowledged: list[int] = []
    wrong: list[str] = []
    cut_short = 0
    for turn in range(how_often):
        first = (turn + 1) * 1000
        acknowledged += kill_one(folder, first, chance)
        cut_short += any((folder / ".quips" / "unfinished").glob("*"))
        if not acknowledged:
            continue
        now = number_of(store.read("TV-1").text)
        if now < acknowledged[-1]:
            wrong.append(f"turn {turn}: {now} is on the disk, though {acknowledged[-1]} was acknowledged")
    kept = {number_of(store.read_version("TV-1", version.version).text) for version in store.versions("TV-1")}
    if lost := set(acknowledged) - kept:
        wrong.append(f"acknowledged and lost: {sorted(lost)}")
    if -1 in kept:
        wrong.append("a version in the history is not whole")
    last = store.read("TV-1")
    store.write("TV-1", text_of(0), last.version)
    if left := list((folder / ".quips" / "unfinished").iterdir()):
        wrong.append(f"left lying about: {left}")
    print(json.dumps({"killed": how_often, "acknowledged": len(acknowledged), "cut_short": cut_short, "wrong": wrong}))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
