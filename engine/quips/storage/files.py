"""Writes files so that a crash leaves the old one or the new one, whole, and says in plain words why it could not."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkstemp

from quips.storage.store import StorageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ASK = "Ask whoever looks after the folder, or choose another one."
_NOT_ALLOWED = f"the system does not allow it. Another program may have it open, or it may not be yours to change. {_ASK}"
_WHY = {
    errno.ENOSPC: "there is no room left on the disk. Make room and try again.",
    errno.EDQUOT: "your share of the disk is used up. Make room and try again.",
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EROFS: f"the folder can only be read, not written. {_ASK}",
    errno.ELOOP: "a link there leads round in a circle or to somewhere else. Put the real file or folder in its place.",
    errno.ENAMETOOLONG: "the name is too long. Choose a shorter one.",
    errno.ENOENT: "it is not there any more. Check that the folder has not been moved.",
    errno.ENOTDIR: "a file stands where a folder has to be. Move it away.",
    errno.EIO: "the disk reports a fault. Copy the folder to another disk before you go on.",
}


@contextmanager
def told_plainly(what: str) -> Iterator[None]:
    """Turn what the system says into plain words.

    Args:
        what: What could not be done, such as ``TV-0042 cannot be saved``.

    Raises:
        StorageError: The system refused.
    """
    try:
        yield
    except OSError as error:
        raise refused(what, error) from error


def refused(what: str, error: OSError) -> StorageError:
    """Return the error that says what could not be done, and why."""
    why = _WHY.get(error.errno or 0) or f"the system says '{error.strerror or error}'."
    return StorageError(f"{what}: {why}")


def write_whole(
    target: Path,
    data: bytes,
    unfinished: Path,
    saved: datetime,
    still_right: Callable[[], None] | None = None,
    mode: int = 0o600,
) -> None:
    """Write a file in one step; when this returns, it is on the disk.

    A file that is replaced keeps its permissions.

    Args:
        target: The file.
        data: What it is to hold.
        unfinished: A folder on the same disk, where it is written before it takes its place.
        saved: What the file is to say about when it was changed.
        still_right: Asked at the last moment; raises an error if the file must not be written after all.
        mode: The permissions of a new file: its owner's alone, if left out.

    Raises:
        OSError: The system refused; the file is as it was.
    """
    descriptor, name = mkstemp(dir=unfinished)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            temporary.chmod(stat.S_IMODE(target.stat().st_mode) if target.exists() else mode)
            in_ns = (saved - _EPOCH) // timedelta(microseconds=1) * 1000
            os.utime(temporary, ns=(in_ns, in_ns))
            os.fsync(descriptor)
        if still_right:
            still_right()
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def saved_at(path: Path) -> datetime:
    """Return when a file was changed, in UTC.

    Raises:
        OSError: There is no such file, or the system refused.
    """
    return _EPOCH + timedelta(microseconds=path.stat().st_mtime_ns // 1000)


def make_folder(path: Path) -> None:
    """Make a folder that its owner alone can read, if it is not there; when this returns, it is on the disk.

    Raises:
        OSError: The system refused, or there is something else of that name.
    """
    if path.is_dir():
        return
    path.mkdir(mode=0o700, exist_ok=True)
    sync_folder(path.parent)


def refuse_link(path: Path) -> None:
    """Refuse a symbolic link, which may lead out of the folder.

    Raises:
        OSError: It is one.
    """
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


def sync_folder(path: Path) -> None:
    """See to it that what a folder lists is on the disk.

    Raises:
        OSError: The system refused.
    """
    if os.name == "nt":  # Windows writes it by itself, and lets nobody ask for it
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
