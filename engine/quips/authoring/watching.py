"""Notices which files of a knowledge base change, and checks it again, reading only what is new."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from quips.authoring.checkup import CheckUp, stopped
from quips.knowledge import Knowledge, find_folder, find_rules, load_knowledge
from quips.problems import InputError
from quips.readbefore import ReadBefore

Stamps = dict[Path, tuple[int, int]]
"""For each file, when it was last written and how large it is."""


def changes(folders: Iterable[Path], wait: Callable[[], None]) -> Iterator[list[Path]]:
    """Yield the files that were written, added or removed since the last time; at first all of them.

    Args:
        folders: The folders to look in, with all that lies beneath.
        wait: Waits before the next look.
    """
    folders = list(folders)
    before: Stamps = {}
    while True:
        now = _stamps(folders)
        changed = sorted(path for path in now.keys() | before.keys() if now.get(path) != before.get(path))
        if changed:
            yield changed
        before = now
        wait()


class Checker:
    """Checks a knowledge base again and again."""

    def __init__(self, framework: str | None, rules: str | None, check: Callable[[Knowledge], CheckUp]) -> None:
        """Know the folders, and what is done once their files can be used.

        Raises:
            InputError: A folder that was named is not there, or is not of its kind.
        """
        self.framework = find_folder("framework", framework)
        self.rules, self.own = find_rules(rules)
        self._check = check
        self._before = ReadBefore()

    @property
    def folders(self) -> list[Path]:
        """The folders whose files are read."""
        return [folder for folder in (self.framework, self.rules, self.own) if folder is not None]

    def check(self) -> CheckUp:
        """Return what is found now; files that say what they said are not read again."""
        try:
            return self._check(load_knowledge(self.framework, self.rules, True, self.own, self._before))
        except InputError as error:
            return stopped(error.problems)


def _stamps(folders: Iterable[Path]) -> Stamps:
    found: Stamps = {}
    for folder in folders:
        for parent, _, names in os.walk(folder, followlinks=False):
            for name in names:
                if name.endswith((".yaml", ".yml", ".json")):
                    path = Path(parent, name)
                    try:
                        about = path.stat()
                    except OSError:
                        continue  # removed at this very moment; the next look says so
                    found[path] = about.st_mtime_ns, about.st_size
    return found
