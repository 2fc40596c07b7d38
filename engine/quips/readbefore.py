"""Keeps what framework and rule files were read as, so that one that has not changed is not taken apart again.

What is kept is nothing but what `parse_yaml` returns for a text, by the digest of that text, in the user's cache folder. It is
as safe as Python's own compiled modules, which are kept in the same form: whoever can write the one can write the other. Case
files are never read through here, so nothing of any case is kept.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from platformdirs import user_cache_path

from quips import source
from quips.source import Document, parse_yaml

_KEPT = 1_000
"""Texts; about three knowledge bases. The longest unused are forgotten first."""
_DIGEST = 32


class ReadBefore:
    """What files were read as while this runs."""

    def __init__(self) -> None:
        """Know of none."""
        self._documents: dict[tuple[str, str], Document] = {}

    def document(self, text: str, file: str) -> Document:
        """Return what a text is read as.

        Args:
            text: The text.
            file: What its file is called in messages.

        Raises:
            InputError: The text is not YAML.
        """
        if (file, text) not in self._documents:
            self._documents[file, text] = self.read(text, file)
        return self._documents[file, text]

    def read(self, text: str, file: str) -> Document:
        """Return what a text is read as, the first time it is asked for."""
        return parse_yaml(text, file)


class ReadOnDisk(ReadBefore):
    """What files were read as, by this program or one that ran before."""

    def __init__(self) -> None:
        """Know of what was kept, which is taken up when the first text is asked for."""
        super().__init__()
        self._used: dict[bytes, bytes] = {}
        self._is_new = False

    @cached_property
    def _before(self) -> dict[bytes, bytes]:
        """What was kept, by the digests of the texts; nothing, where it cannot be read or is not whole."""
        try:
            data = _file().read_bytes()
        except OSError:
            return {}
        if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
            return {}
        found: dict[bytes, bytes] = _unpacked(data[_DIGEST:])
        return found

    def read(self, text: str, file: str) -> Document:
        """Return what a text is read as, the first time it is asked for here."""
        digest = hashlib.sha256(text.encode()).digest()
        packed = self._before.get(digest)
        if packed is not None:
            self._used[digest] = packed
            return Document(file, *_unpacked(packed))
        document = parse_yaml(text, file)
        self._used[digest] = marshal.dumps((document.value, dict(document.places), dict(document.keys)))
        self._is_new = True
        return document

    def keep(self) -> None:
        """Keep what was read for those that run after this, if any of it is new. Where it cannot be kept, all goes on as well."""
        if not self._is_new:
            return
        packed = marshal.dumps(dict(list({**self._used, **self._before}.items())[:_KEPT]))
        partial = _file().with_name(f".{_file().name}-{os.getpid()}")
        try:
            _file().parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(hashlib.sha256(packed).digest() + packed)
            partial.replace(_file())
            for other in _file().parent.glob("read-*"):
                if other != _file():
                    other.unlink()  # of another Python, or of Quips as it was
        except OSError:
            with suppress(OSError):
                partial.unlink()


def _unpacked(packed: bytes) -> Any:
    # Five times as fast as reading the YAML; JSON could not hold the places, whose keys are tuples.
    return marshal.loads(packed)  # noqa: S302, of bytes that `keep` wrote in the user's own folder, whole by their digest


def _file() -> Path:
    return user_cache_path("quips") / f"read-{_reader()}"


@cache
def _reader() -> str:
    """What tells this Python and the code that reads from any other, so that what another read is never taken."""
    digest = hashlib.sha256(f"{sys.version} {yaml.__version__} ".encode())
    digest.update(Path(source.__file__).read_bytes())
    return digest.hexdigest()[:16]
