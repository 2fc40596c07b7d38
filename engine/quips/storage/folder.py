"""Keeps case files in a folder: the very files that ``quips audit`` reads, and everything else under ``.quips`` in it.

```text
TV-0042.yaml                          the case
.quips/history/TV-0042/TIME-DIGEST.yaml   each version of it, from before it took its place
.quips/notes/TV-0042.json             what is noted of it
.quips/settings.yaml                  what has been decided for the folder
.quips/lock, .quips/unfinished/       one change at a time; files on their way
```

Each version goes into the history before it becomes the case, so that an editor which overwrites the case cannot lose it. An
editor's own text is taken into the history before it is replaced.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from quips.problems import QuipsError
from quips.source import read_text
from quips.storage.files import make_folder, refuse_link, refused, saved_at, sync_folder, told_plainly, write_whole
from quips.storage.settings import read_settings
from quips.storage.store import (
    AlreadyKeptError,
    Applied,
    ChangedError,
    Kept,
    NotKeptError,
    Settings,
    StorageError,
    Version,
    check_name,
    encoded,
    is_name,
    same_name,
    version_of,
)

OWN = ".quips"
ENDINGS = (".yaml", ".yml")
_WAIT_SECONDS = 20
_TICK = timedelta(microseconds=1)
_TIME = "%Y%m%dT%H%M%S.%fZ"
_VERSION_FILE = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-([0-9a-f]{32})\.yaml")


def _clock() -> datetime:
    return datetime.now(UTC)


class FolderStore:
    """Keeps case files in a folder; several of these, in several processes, may share it."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = _clock) -> None:
        """Open a folder; nothing is written until something is kept.

        Args:
            folder: The folder, which has to be there.
            now: What the time is, in UTC.

        Raises:
            StorageError: There is no such folder, or it cannot be read.
        """
        with told_plainly(f"The folder {folder} cannot be opened"):
            self.folder = Path(os.path.realpath(folder, strict=True))
            if not self.folder.is_dir():
                raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        self._now = now

    # Cases -----------------------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Return the names of all cases, in order."""
        with told_plainly(f"The folder {self.folder} cannot be read"), os.scandir(self.folder) as found:
            files = [Path(entry.name) for entry in found if entry.is_symlink() or entry.is_file(follow_symlinks=False)]
        return sorted({file.stem for file in files if file.suffix in ENDINGS and is_name(file.stem)})

    def read(self, name: str) -> Kept:
        """Return a case as it is now."""
        check_name(name)
        with told_plainly(f"{name} cannot be read"):
            return self._kept(name, self._path(name))

    def create(self, name: str, text: str) -> Kept:
        """Keep a new case."""
        check_name(name)
        encoded(text)
        with self._locked(f"{name} cannot be saved"):
            if any(same_name(other) == same_name(name) for other in self.names()):
                raise AlreadyKeptError(f"There is a case {name} in the folder already. Open it, or choose another name.")
            self._notes_path(name).unlink(missing_ok=True)  # of another case that had this name
            return self._put(name, self.folder / f"{name}.yaml", text, None)

    def write(self, name: str, text: str, onto: str) -> Kept:
        """Replace the text of a case."""
        check_name(name)
        encoded(text)
        with self._locked(f"{name} cannot be saved"):
            path = self._path(name)
            current = self._kept(name, path)
            if text != current.text and onto != current.version:
                raise ChangedError(current)
            if not os.access(path, os.W_OK):
                raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            self._take_in(current)
            return current if text == current.text else self._put(name, path, text, current)

    def erase(self, name: str) -> None:
        """Erase a case with everything kept of it."""
        check_name(name)
        with self._locked(f"{name} cannot be erased altogether"):
            self._erase(name)

    def _erase(self, name: str) -> None:
        history, notes = self._history_folder(name), self._notes_path(name)
        files = self._files(name)
        if not (files or history.exists() or notes.exists()):
            raise _not_kept(name)
        # The case goes last: if this is cut short, its name is still there to be erased again.
        if history.exists():
            shutil.rmtree(history)
            sync_folder(history.parent)
        if notes.exists():
            notes.unlink()
            sync_folder(notes.parent)
        for path in files:
            path.unlink()
        sync_folder(self.folder)

    def left_behind(self) -> list[str]:
        """Return the names under which something is kept though the case itself is gone."""
        with told_plainly(f"The folder {self.folder / OWN} cannot be read"):
            kept = {path.name for path in _listed(self._own("history"))}
            kept |= {path.stem for path in _listed(self._own("notes")) if path.suffix == ".json"}
        return sorted(name for name in kept - set(self.names()) if is_name(name))

    # Versions --------------------------------------------------------------------------------------------------------

    def versions(self, name: str) -> list[Version]:
        """Return the versions of a case, the one it has now first and then the earlier ones, newest first."""
        current = self.read(name)
        with told_plainly(f"The earlier versions of {name} cannot be read"):
            kept = list(self._history(name))
        if kept and kept[0].version == current.version:
            return kept
        now = Version(current.version, current.saved)
        return [now, *(version for version in kept if version != now)]

    def read_version(self, name: str, version: str) -> Kept:
        """Return a case as it was."""
        check_name(name)
        with told_plainly(f"The earlier versions of {name} cannot be read"):
            for found, path in self._history(name).items():
                if found.version == version:
                    text = read_text(path, f"an earlier version of {name}")
                    if version_of(text) != version:
                        raise StorageError(f"The version of {name} of {found.saved:%d %B %Y} has been damaged on the disk.")
                    return Kept(name, text, version, found.saved)
        current = self.read(name)
        if current.version == version:
            return current
        raise NotKeptError(f"There is no such version of {name}; it may have been dropped as too old.")

    # Notes -----------------------------------------------------------------------------------------------------------

    def notes(self, name: str) -> dict[str, Any]:
        """Return what is noted of a case."""
        check_name(name)
        with told_plainly(f"The notes on {name} cannot be read"):
            self._path(name)
            path = self._notes_path(name)
            if not path.exists():
                return {}
            text = read_text(path, f"{OWN}/notes/{path.name}")
        try:
            notes = json.loads(text)
        except ValueError:
            notes = None
        if not isinstance(notes, dict):
            message = f"The notes on {name}, {OWN}/notes/{path.name}, are not as Quips wrote them. Delete that file to go on."
            raise StorageError(message)
        return notes

    def keep_notes(self, name: str, notes: dict[str, Any]) -> None:
        """Replace what is noted of a case."""
        check_name(name)
        data = encoded(json.dumps(notes, ensure_ascii=True, indent=1, sort_keys=True, allow_nan=False))
        with self._locked(f"The notes on {name} cannot be saved"):
            self._path(name)
            make_folder(self._own("notes"))
            write_whole(self._notes_path(name), data, self._own("unfinished"), self._now())

    # Settings --------------------------------------------------------------------------------------------------------

    def settings(self) -> Settings:
        """Return what has been decided for this folder."""
        with told_plainly("The settings cannot be read"):
            return read_settings(self._own("settings.yaml"), f"{OWN}/settings.yaml")

    def apply_policy(self, today: date) -> Applied:
        """Drop and erase what the settings say is not to be kept any longer."""
        settings = self.settings()
        applied = Applied({}, [], [])
        if not settings.written:
            return applied
        for name in sorted({*self.names(), *self.left_behind()}):
            try:
                with self._locked(f"{name} cannot be held to the settings"):
                    self._apply(name, settings, today, applied)
            except QuipsError as error:
                applied.failed.append(str(error))
        return applied

    def _apply(self, name: str, settings: Settings, today: date, applied: Applied) -> None:
        history = self._history(name)
        current = self._kept(name, self._path(name)) if self._files(name) else None
        if current and settings.erase_after_days is not None:
            last = max([current.saved, *(version.saved for version in history)])
            if (today - last.date()).days > settings.erase_after_days:
                self._erase(name)
                applied.erased.append(name)
                return
        replaced = current.saved if current else None
        for version, path in history.items():
            is_now = current is not None and version.version == current.version
            if not is_now and (today - (replaced or version.saved).date()).days > settings.keep_versions_days:
                path.unlink()
                applied.dropped.setdefault(name, []).append(version)
            replaced = version.saved
        folder, notes = self._history_folder(name), self._notes_path(name)
        if name in applied.dropped:
            sync_folder(folder)
        if current or _listed(folder):
            return
        if folder.exists():
            folder.rmdir()
        if notes.exists() and (today - saved_at(notes).date()).days > settings.keep_versions_days:
            notes.unlink()

    # The folder ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _locked(self, what: str) -> Iterator[None]:
        """Let one change be made at a time, by whichever process, and clear away what a crash has left."""
        with told_plainly(what):
            make_folder(self.folder / OWN)
            unfinished = self._own("unfinished")
            lock = FileLock(self._own("lock"), timeout=_WAIT_SECONDS, poll_interval=0.01, mode=0o600)
            try:
                lock.acquire()
            except Timeout as error:
                raise StorageError(f"{what}: another program has been busy with the folder for too long. Try again.") from error
            try:
                make_folder(unfinished)
                for path in _listed(unfinished):
                    path.unlink()
                yield
            finally:
                lock.release()

    def _put(self, name: str, path: Path, text: str, replaced: Kept | None) -> Kept:
        """Keep a text, first in the history and then as the case, which has to be what it was until the last moment."""

        def still_right() -> None:
            if replaced is None:
                if path.exists() or path.is_symlink():
                    raise AlreadyKeptError(f"A case {name} has just been put in the folder. Open it, or choose another name.")
            elif (theirs := self._kept(name, path)).version != replaced.version:
                raise ChangedError(theirs)

        saved = self._after_newest(name, self._now())
        try:
            self._add_version(name, text, saved)
            write_whole(path, encoded(text), self._own("unfinished"), saved, still_right)
        except (OSError, QuipsError) as error:
            if isinstance(error, OSError) and path.exists() and read_text(path, name) == text:
                raise refused(f"{name} was saved, but it is not certain that it would outlast a power cut", error) from error
            self._version_path(name, text, saved).unlink(missing_ok=True)  # nobody was told that it was kept
            raise
        return Kept(name, text, version_of(text), saved)

    def _take_in(self, current: Kept) -> None:
        """See to it that what the case says now is in the history, whoever wrote it."""
        newest = next(iter(self._history(current.name)), None)
        if newest is None or newest.version != current.version:
            saved = self._after_newest(current.name, min(current.saved, self._now()))
            self._add_version(current.name, current.text, saved)

    def _add_version(self, name: str, text: str, saved: datetime) -> None:
        make_folder(self._own("history"))
        make_folder(self._history_folder(name))
        write_whole(self._version_path(name, text, saved), encoded(text), self._own("unfinished"), saved)

    def _version_path(self, name: str, text: str, saved: datetime) -> Path:
        return self._history_folder(name) / f"{saved.astimezone(UTC).strftime(_TIME)}-{version_of(text)}.yaml"

    def _after_newest(self, name: str, saved: datetime) -> datetime:
        """Return a time after that of the newest version, so that their order holds though a clock is put back."""
        newest = next(iter(self._history(name)), None)
        return max(saved, newest.saved + _TICK) if newest else saved

    def _history(self, name: str) -> dict[Version, Path]:
        """Return the versions in the history, newest first, with their files."""
        found = {}
        for path in sorted(_listed(self._history_folder(name)), reverse=True):
            if match := _VERSION_FILE.fullmatch(path.name):
                saved = datetime.strptime(match[1], _TIME).replace(tzinfo=UTC)
                found[Version(match[2], saved)] = path
        return found

    def _kept(self, name: str, path: Path) -> Kept:
        text = read_text(path, path.name)
        return Kept(name, text, version_of(text), saved_at(path))

    def _files(self, name: str) -> list[Path]:
        """Return what stands in the folder under a name, of whatever kind."""
        paths = [self.folder / f"{name}{ending}" for ending in ENDINGS]
        return [path for path in paths if path.is_symlink() or path.exists()]

    def _path(self, name: str) -> Path:
        """Return the file of a case that is there."""
        found = self._files(name)
        if not found:
            raise _not_kept(name)
        if len(found) > 1:
            raise StorageError(f"There are two files for {name}, one .yaml and one .yml. Move one of them away.")
        refuse_link(found[0])
        return found[0]

    def _history_folder(self, name: str) -> Path:
        return self._own("history", name)

    def _notes_path(self, name: str) -> Path:
        return self._own("notes", f"{name}.json")

    def _own(self, *parts: str) -> Path:
        """Return a path under ``.quips``, no part of which is a link that may lead out of the folder."""
        path = self.folder / OWN
        refuse_link(path)
        for part in parts:
            path /= part
            refuse_link(path)
        return path


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def _not_kept(name: str) -> NotKeptError:
    return NotKeptError(f"There is no case {name} in the folder.")
