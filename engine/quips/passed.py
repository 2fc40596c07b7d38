"""Remembers which framework and rule files have passed every check, and which examples, so that neither is done again in vain.

Only digests are kept, in the user's cache folder: no rule, and nothing of any case. A digest covers the bytes of every file, the
code of Quips and its version, so a change to any of them is checked. Where the folder cannot be written, everything is checked
every time.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from platformdirs import user_cache_path

from quips import __version__

_KEPT = 10_000
"""More than the rules of several knowledge bases, each with its own digest."""


def is_known(digest: str) -> bool:
    """Whether files with this digest have passed under this version of the checks."""
    try:
        return (_folder() / _name(digest)).is_file()
    except OSError:
        return False


def remember(digest: str) -> None:
    """Remember that files with this digest have passed."""
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        (_folder() / _name(digest)).touch()
    except OSError:
        return


def known_examples(engine: str) -> list[str]:
    """Return the digests of the examples that have passed on an engine, the latest first."""
    try:
        return (_folder() / f"examples-{engine}").read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return []


def remember_examples(engine: str, digests: Iterable[str]) -> None:
    """Remember the digests of examples that have passed on an engine, and forget the oldest of very many."""
    kept = list(dict.fromkeys([*digests, *known_examples(engine)]))[:_KEPT]
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        partial = _folder() / f".examples-{engine}-{os.getpid()}"
        partial.write_text("\n".join(kept), encoding="ascii")
        partial.replace(_folder() / f"examples-{engine}")
    except OSError:
        return


@cache
def digest_of_code() -> str:
    """Return a digest of all that decides: the code of Quips, that of the libraries whose answers count, and Python."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    for library in ("durable-rules", "holidays"):
        try:
            digest.update(f"{library} {version(library)}".encode())
        except PackageNotFoundError:
            continue
    return digest.hexdigest()


def _folder() -> Path:
    return user_cache_path("quips") / "passed"


def _name(digest: str) -> str:
    # Every module, for there is none that a check might not come to lean on.
    modules = sorted(Path(__file__).parent.glob("*.py"))
    checks = hashlib.sha256(b"".join(module.read_bytes() for module in modules)).hexdigest()
    return f"{__version__}-{checks[:12]}-{digest}"
