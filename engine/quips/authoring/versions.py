"""Opens a version of the framework and the rules: a folder that holds both, or a revision of a git repository."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from quips.knowledge import Knowledge, find_folder, load_knowledge
from quips.places import Place
from quips.problems import InputError, Problem

_PARTS = ("framework", "rules")


@dataclass(frozen=True)
class Version:
    """A version of the framework and the rules.

    Attributes:
        name: What it was called: a folder or a revision.
        root: The folder it lies in; of a revision, one that is gone when it is closed.
        knowledge: What it says.
        shown_in: What stands for that folder where a place is shown.
    """

    name: str
    root: Path
    knowledge: Knowledge
    shown_in: str = ""

    def shown(self, place: Place) -> str:
        """Return a place as people would find it in this version, without the folder that the version was laid out in."""
        return str(place).replace(f"{self.root}/", self.shown_in)


@contextmanager
def version(name: str) -> Iterator[Version]:
    """Open a version.

    Args:
        name: A folder with the folders ``framework`` and ``rules``, or a revision of the repository that one stands in.

    Raises:
        InputError: There is no such version, or something is wrong with what it says.
    """
    folder = Path(name)
    if folder.is_dir():
        lacking = [part for part in _PARTS if not (folder / part).is_dir()]
        if lacking:
            hint = "Name the folder in which both 'framework' and 'rules' lie, or a git revision."
            raise InputError([Problem(Place(name), "no-version", f"There is no folder '{lacking[0]}' in it.", hint)])
        yield _read(name, folder)
        return
    archive = _archive(name)
    with TemporaryDirectory(prefix="quips-") as temporary:
        with ZipFile(io.BytesIO(archive)) as whole:
            whole.extractall(temporary)  # a tar file could name places outside, which Python refuses only from 3.11.4 on
        yield _read(name, Path(temporary), f"{name}:")


def _read(name: str, root: Path, shown_in: str = "") -> Version:
    framework, rules = (find_folder(part, str(root / part)) for part in _PARTS)
    return Version(name, root, load_knowledge(framework, rules), shown_in)


def _archive(revision: str) -> bytes:
    """Return the two folders as they were at a revision, as a zip file."""
    problem = f"'{revision}' is neither a folder nor a git revision"
    hint = "Name a folder that holds 'framework' and 'rules', or a revision such as main, HEAD~1 or a tag."
    try:
        top = _git(Path.cwd(), "rev-parse", "--show-toplevel")
    except FileNotFoundError:
        raise InputError([Problem(Place(revision), "no-git", f"{problem}: git is not installed.", hint)]) from None
    except subprocess.CalledProcessError:
        raise InputError([Problem(Place(revision), "no-version", f"{problem}: this is no repository.", hint)]) from None
    root = Path(top.decode().strip())
    try:
        commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    except subprocess.CalledProcessError:
        raise InputError([Problem(Place(revision), "no-version", f"{problem}.", hint)]) from None
    try:
        return _git(root, "archive", "--format=zip", commit, "--", *_PARTS)
    except subprocess.CalledProcessError:
        message = f"At {revision} there were no folders 'framework' and 'rules' at the top of the repository."
        raise InputError([Problem(Place(revision), "no-version", message)]) from None


def _git(folder: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)  # noqa: S603, S607 - no shell is asked, and the author's own PATH says which git
    return done.stdout
