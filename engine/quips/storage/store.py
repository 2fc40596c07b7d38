"""What keeps case files: the interface, what it gives back, and what it says when it cannot do what was asked.

Everything goes by a case's name, which is the name of its file without ``.yaml``. A text is known by its version, a digest; a
change says which version it was made on, so that nobody's change is replaced unseen.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Protocol

from quips.problems import QuipsError
from quips.source import MAX_BYTES

LONGEST_NAME = 100
_MOST_BYTES = 200  # a file's name may have 255, and an ending is added
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])( *\..*)?", re.IGNORECASE)
_NOT_IN_NAMES = frozenset('/\\<>:"|?*')


class StorageError(QuipsError):
    """A case file cannot be read, kept or erased; nothing was changed unless the message says so."""


class NameRefusedError(StorageError):
    """A name that no case file may have."""


class NotKeptError(StorageError):
    """There is no such case, or no such version of it."""


class AlreadyKeptError(StorageError):
    """There is a case of this name already."""


class ChangedError(StorageError):
    """The case has been changed since the version that the change was made on; nothing was written.

    Attributes:
        theirs: The case as it is now.
    """

    def __init__(self, theirs: Kept) -> None:
        """Keep what is there now, for the reader to compare."""
        self.theirs = theirs
        super().__init__(
            f"{theirs.name} has been changed since you opened it, in another window or by another program. Your change was "
            "not saved. Look at what it says now and make your change again."
        )


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a case file.

    Attributes:
        version: The digest of its text.
        saved: When it was saved, in UTC.
    """

    version: str
    saved: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A case file as it is now, or an earlier version of it.

    Attributes:
        name: The file's name without its ending; the address of the case.
        text: What it says.
        version: The digest of the text.
        saved: When it was saved, in UTC.
    """

    name: str
    text: str
    version: str
    saved: datetime


@dataclass(frozen=True, slots=True)
class Settings:
    """What has been decided for a folder of cases.

    Attributes:
        marking: The protective marking that pages and reports carry.
        keep_versions_days: For how many days an earlier version is kept after it was replaced.
        erase_after_days: After how many days without a change a case is erased; None for never.
        written: Whether anybody has written this down; if not, nothing is dropped or erased.
    """

    marking: str = "OFFICIAL-SENSITIVE"
    keep_versions_days: int = 90
    erase_after_days: int | None = None
    written: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """What a policy on keeping did.

    Attributes:
        dropped: The earlier versions that are gone, by the name of their case.
        erased: The names of the cases that are gone, with everything kept of them.
        failed: What could not be done, in plain words.
    """

    dropped: dict[str, list[Version]]
    erased: list[str]
    failed: list[str]


class Store(Protocol):
    """Keeps case files, their earlier versions, and notes that are not part of the record.

    Every method raises a StorageError if the place cannot be read or written, and a NameRefusedError for a name that no case
    file may have.
    """

    def names(self) -> list[str]:
        """Return the names of all cases, in order."""
        ...

    def read(self, name: str) -> Kept:
        """Return a case as it is now.

        Raises:
            NotKeptError: There is no such case.
            InputError: The file is too large or not text.
        """
        ...

    def create(self, name: str, text: str) -> Kept:
        """Keep a new case.

        Raises:
            AlreadyKeptError: There is a case of this name, or one that differs in capitals only.
        """
        ...

    def write(self, name: str, text: str, onto: str) -> Kept:
        """Replace the text of a case, and keep the text that was there among its earlier versions.

        Args:
            name: The case.
            text: What it is to say. If it says so already, nothing is changed and nothing is wrong.
            onto: The version that the change was made on.

        Raises:
            NotKeptError: There is no such case any more.
            ChangedError: It has been changed since; nothing is written.
        """
        ...

    def versions(self, name: str) -> list[Version]:
        """Return the versions of a case, the one it has now first and then the earlier ones, newest first.

        Raises:
            NotKeptError: There is no such case.
        """
        ...

    def read_version(self, name: str, version: str) -> Kept:
        """Return a case as it was.

        Raises:
            NotKeptError: There is no such version of it.
        """
        ...

    def erase(self, name: str) -> None:
        """Erase a case with all its earlier versions and notes, or what is left of one.

        Raises:
            NotKeptError: Nothing is kept under this name.
        """
        ...

    def left_behind(self) -> list[str]:
        """Return the names under which earlier versions or notes are kept though the case itself is gone."""
        ...

    def notes(self, name: str) -> dict[str, Any]:
        """Return what is noted of a case and is not part of its record; empty if nothing is.

        Raises:
            NotKeptError: There is no such case.
        """
        ...

    def keep_notes(self, name: str, notes: dict[str, Any]) -> None:
        """Replace what is noted of a case.

        Raises:
            NotKeptError: There is no such case.
        """
        ...

    def settings(self) -> Settings:
        """Return what has been decided for these cases.

        Raises:
            InputError: The settings are written down but not valid.
        """
        ...

    def apply_policy(self, today: date) -> Applied:
        """Drop and erase what the settings say is not to be kept any longer; nothing unless settings are written down.

        Raises:
            InputError: The settings are written down but not valid.
        """
        ...


def version_of(text: str) -> str:
    """Return the version of a text: a digest, the same for the same text anywhere.

    Example:
        >>> version_of("case: TV-0042")
        '5799edf4d8c3a66066dcf890d21e1a8c'
    """
    return sha256(text.encode()).hexdigest()[:32]


def encoded(text: str) -> bytes:
    """Return a text as it is kept, in UTF-8.

    Raises:
        StorageError: It could not be read back: it is too long, or has characters that no text file has.
    """
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise StorageError(f"The text has half a character at position {error.start + 1}. Take it out.") from error
    if "\0" in text or text.startswith("\ufeff"):
        raise StorageError("The text has a character that no text file has. Take it out.")
    if len(data) > MAX_BYTES:
        raise StorageError(f"The text is larger than {MAX_BYTES // 1_000_000} MB, which no record of one case is.")
    return data


def name_for(reference: str) -> str:
    """Return the name for a new case's file: its reference, with hyphens for what a file's name cannot have.

    Raises:
        NameRefusedError: No name can be made of it.

    Example:
        >>> name_for("TV/0042")
        'TV-0042'
    """
    name = reference.replace("/", "-")
    check_name(name)
    return name


def check_name(name: str) -> None:
    """Refuse a name that no case file may have, on any system that the folder may be moved to.

    Raises:
        NameRefusedError: It would leave the folder, is kept for devices, is too long, or has characters that files' names
            cannot have.
    """
    why = _why_refused(name)
    if why:
        shown = "".join(c if c.isprintable() else "?" for c in name[:40]) + ("…" if len(name) > 40 else "")
        raise NameRefusedError(f"'{shown}' cannot be the name of a case file: {why}. Use letters, figures and hyphens.")


def is_name(name: str) -> bool:
    """Whether a case file may have a name.

    Example:
        >>> is_name("TV-0042"), is_name("../TV-0042"), is_name("aux")
        (True, False, False)
    """
    return not _why_refused(name)


def same_name(name: str) -> str:
    """Return what two names share if some systems cannot tell them apart: capitals and accents written in two ways.

    Example:
        >>> same_name("TV-0042") == same_name("tv-0042")
        True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _why_refused(name: str) -> str:
    if not name:
        return "it is empty"
    if len(name) > LONGEST_NAME or len(name.encode(errors="replace")) > _MOST_BYTES:
        return f"it is longer than {LONGEST_NAME} letters and figures"
    if name.startswith("."):
        return "it begins with a dot"
    if name != name.strip() or name.endswith("."):
        return "it begins or ends with a space, or ends with a dot"
    if bad := next((c for c in name if c in _NOT_IN_NAMES), None):
        return f"it has {bad} in it"
    if not name.isprintable():
        return "it has a character in it that cannot be seen"
    return "Windows keeps it for a device" if _DEVICES.fullmatch(name) else ""
