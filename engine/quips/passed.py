"""Remembers which framework and rule files have passed every check, so that an audit need not check them again.

Only digests are kept, in the user's cache folder: no rule, and nothing of any case. A digest covers the bytes of every file, the
code of Quips and its version, so a change to any of them is checked. Where the folder cannot be written, everything is checked
every time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from platformdirs import user_cache_path

from quips import __version__


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


def _folder() -> Path:
    return user_cache_path("quips") / "passed"


def _name(digest: str) -> str:
    # Every module, for there is none that a check might not come to lean on.
    modules = sorted(Path(__file__).parent.glob("*.py"))
    checks = hashlib.sha256(b"".join(module.read_bytes() for module in modules)).hexdigest()
    return f"{__version__}-{checks[:12]}-{digest}"
