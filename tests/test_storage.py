"""Case files are kept whole, no change is lost or replaced unseen, and what cannot be done is told in plain words."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from quips.audits import case_files
from quips.problems import InputError, QuipsError
from quips.storage import folder as folder_module
from quips.storage.folder import FolderStore
from quips.storage.store import (
    AlreadyKeptError,
    ChangedError,
    Kept,
    NameRefusedError,
    NotKeptError,
    Settings,
    StorageError,
    Store,
    Version,
    check_name,
    encoded,
    is_name,
    name_for,
    version_of,
)

_TESTS = Path(__file__).parent


class Clock:
    """A clock that goes on by a second whenever it is asked, and can be set."""

    def __init__(self) -> None:
        self.now = datetime(2010, 4, 19, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> FolderStore:
    return FolderStore(tmp_path, clock)


def texts(store: Store, name: str) -> list[str]:
    """The versions of a case as texts, newest first."""
    return [store.read_version(name, version.version).text for version in store.versions(name)]


# What it does --------------------------------------------------------------------------------------------------------


def test_a_folder_is_a_store(store: FolderStore) -> None:
    held_to: Store = store
    assert held_to.names() == []


def test_what_is_kept_is_read_back(store: FolderStore, tmp_path: Path) -> None:
    first = store.create("TV-1", "case: TV-1\n")
    assert first == Kept("TV-1", "case: TV-1\n", version_of("case: TV-1\n"), datetime(2010, 4, 19, 9, 0, 1, tzinfo=UTC))
    assert store.read("TV-1") == first
    second = store.write("TV-1", "case: TV-2\r\n", first.version)
    assert store.read("TV-1") == second
    assert (tmp_path / "TV-1.yaml").read_bytes() == b"case: TV-2\r\n"
    assert store.names() == ["TV-1"]
    assert store.versions("TV-1") == [Version(second.version, second.saved), Version(first.version, first.saved)]
    assert store.read_version("TV-1", first.version) == first
    assert store.read_version("TV-1", second.version) == second


def test_the_files_are_those_that_an_audit_reads_and_the_history_is_not(store: FolderStore, tmp_path: Path) -> None:
    first = store.create("TV-1", "a: 1\n")
    store.write("TV-1", "a: 2\n", first.version)
    (tmp_path / "TV-2.yml").write_text("a: 1\n")
    assert list(case_files([tmp_path])) == [tmp_path / "TV-1.yaml", tmp_path / "TV-2.yml"]
    assert store.names() == ["TV-1", "TV-2"]


def test_a_change_is_made_on_what_its_author_saw(store: FolderStore) -> None:
    first = store.create("TV-1", "a: 1\n")
    theirs = store.write("TV-1", "a: 2\n", first.version)
    with pytest.raises(ChangedError, match="Your change was not saved") as told:
        store.write("TV-1", "a: 3\n", first.version)
    assert told.value.theirs == theirs
    assert store.read("TV-1") == theirs
    assert texts(store, "TV-1") == ["a: 2\n", "a: 1\n"]


def test_saving_twice_the_same_is_no_conflict(store: FolderStore) -> None:
    first = store.create("TV-1", "a: 1\n")
    second = store.write("TV-1", "a: 2\n", first.version)
    assert store.write("TV-1", "a: 2\n", first.version) == second
    assert len(store.versions("TV-1")) == 2


def test_what_an_editor_wrote_is_seen_and_kept(store: FolderStore, tmp_path: Path) -> None:
    first = store.create("TV-1", "a: 1\n")
    (tmp_path / "TV-1.yaml").write_text("a: by hand\n")
    with pytest.raises(ChangedError) as told:
        store.write("TV-1", "a: 2\n", first.version)
    assert told.value.theirs.text == "a: by hand\n"
    assert texts(store, "TV-1") == ["a: by hand\n", "a: 1\n"]
    store.write("TV-1", "a: 2\n", told.value.theirs.version)
    assert texts(store, "TV-1") == ["a: 2\n", "a: by hand\n", "a: 1\n"]


def test_a_file_that_was_there_before_is_kept_before_it_is_replaced(store: FolderStore, tmp_path: Path) -> None:
    (tmp_path / "old.yml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    found = store.read("old")
    assert found.text == "a: 1\n"
    store.write("old", "a: 2\n", found.version)
    assert texts(store, "old") == ["a: 2\n", "a: 1\n"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["old.yml"]


def test_the_order_of_versions_holds_though_the_clock_is_put_back(store: FolderStore, clock: Clock) -> None:
    kept = store.create("TV-1", "a: 1\n")
    clock.now -= timedelta(days=3)
    kept = store.write("TV-1", "a: 2\n", kept.version)
    kept = store.write("TV-1", "a: 1\n", kept.version)
    assert texts(store, "TV-1") == ["a: 1\n", "a: 2\n", "a: 1\n"]


def test_a_file_dated_in_the_future_does_not_date_what_comes_after_it(store: FolderStore, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "TV-1.yaml").write_text("a: 1\n")  # today, which is long after what the clock says
    kept = store.write("TV-1", "a: 2\n", version_of("a: 1\n"))
    assert kept.saved <= clock.now
    assert [version.saved <= clock.now for version in store.versions("TV-1")] == [True, True]


def test_a_version_that_was_on_its_way_at_a_crash_is_an_earlier_one(store: FolderStore, tmp_path: Path) -> None:
    """It went into the history and never became the case: nobody was told that it was saved, and it is not lost."""
    first = store.create("TV-1", "a: 1\n")
    second = store.write("TV-1", "a: 2\n", first.version)
    (tmp_path / "TV-1.yaml").write_text("a: 1\n")
    os.utime(tmp_path / "TV-1.yaml", (first.saved.timestamp(), first.saved.timestamp()))
    assert store.versions("TV-1") == [Version(kept.version, kept.saved) for kept in (first, second)]
    store.write("TV-1", "a: 3\n", first.version)
    assert texts(store, "TV-1") == ["a: 3\n", "a: 1\n", "a: 2\n", "a: 1\n"]


@pytest.mark.parametrize("other", ["TV-1", "tv-1"])
def test_a_name_is_given_once(store: FolderStore, other: str) -> None:
    store.create("TV-1", "a: 1\n")
    with pytest.raises(AlreadyKeptError, match="There is a case"):
        store.create(other, "a: 2\n")
    assert store.read("TV-1").text == "a: 1\n"


def test_a_new_case_does_not_inherit_the_notes_of_one_that_was_removed_by_hand(store: FolderStore, tmp_path: Path) -> None:
    store.create("TV-1", "a: 1\n")
    store.keep_notes("TV-1", {"put_aside": ["tier"]})
    (tmp_path / "TV-1.yaml").unlink()
    assert store.left_behind() == ["TV-1"]
    store.create("TV-1", "a: 2\n")
    assert store.notes("TV-1") == {}
    assert store.left_behind() == []


def test_what_is_erased_is_gone_with_everything(store: FolderStore, tmp_path: Path) -> None:
    first = store.create("TV-1", "a: secret\n")
    store.write("TV-1", "a: secret too\n", first.version)
    store.keep_notes("TV-1", {"a": "secret"})
    other = store.create("TV-2", "a: 2\n")
    store.erase("TV-1")
    assert store.names() == ["TV-2"] and store.left_behind() == [] and store.read("TV-2") == other
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"secret" in path.read_bytes()]
    assert not list(tmp_path.rglob("*TV-1*"))
    for ask in (store.read, store.versions, store.notes, store.erase):
        with pytest.raises(NotKeptError):
            ask("TV-1")


def test_what_is_left_of_a_case_removed_by_hand_can_be_erased(store: FolderStore, tmp_path: Path) -> None:
    store.create("TV-1", "a: 1\n")
    (tmp_path / "TV-1.yaml").unlink()
    store.erase("TV-1")
    assert store.left_behind() == []


def test_notes_are_not_part_of_the_case(store: FolderStore) -> None:
    kept = store.create("TV-1", "a: 1\n")
    assert store.notes("TV-1") == {}
    notes = {"put_aside": ["tier", "é 😀"], "findings": {"a": 1.5, "b": None}}
    store.keep_notes("TV-1", notes)
    assert store.notes("TV-1") == notes
    store.keep_notes("TV-1", {})
    assert store.notes("TV-1") == {}
    assert store.read("TV-1") == kept
    assert len(store.versions("TV-1")) == 1


def test_damaged_notes_and_versions_are_told(store: FolderStore, tmp_path: Path) -> None:
    first = store.create("TV-1", "a: 1\n")
    store.keep_notes("TV-1", {"a": 1})
    (tmp_path / ".quips/notes/TV-1.json").write_text('{"a": ')
    with pytest.raises(StorageError, match=r"Delete that file to go on\.$"):
        store.notes("TV-1")
    store.write("TV-1", "a: 2\n", first.version)
    [old] = (tmp_path / ".quips/history/TV-1").glob(f"*{first.version}*")
    old.write_text("a: 7\n")
    with pytest.raises(StorageError, match="version of TV-1 of 19 April 2010 has been damaged"):
        store.read_version("TV-1", first.version)


def test_what_is_not_there_is_told(store: FolderStore) -> None:
    version = store.create("TV-1", "a: 1\n").version
    with pytest.raises(NotKeptError, match="There is no case TV-2"):
        store.write("TV-2", "a: 2\n", version)
    with pytest.raises(NotKeptError, match="There is no case TV-2"):
        store.keep_notes("TV-2", {})
    with pytest.raises(NotKeptError, match="no such version of TV-1"):
        store.read_version("TV-1", version_of("b"))
    assert store.names() == ["TV-1"]


def test_only_the_owner_can_read_what_is_made(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = FolderStore(tmp_path)
        kept = store.create("TV-1", "a: 1\n")
        (tmp_path / "TV-2.yaml").write_text("a: 1\n")
        (tmp_path / "TV-2.yaml").chmod(0o640)
        store.write("TV-1", "a: 2\n", kept.version)
        store.write("TV-2", "a: 2\n", kept.version)
        store.keep_notes("TV-1", {"a": 1})
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert modes.pop(tmp_path / "TV-2.yaml") == 0o640, "a file that is shared on purpose stays shared"
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_reading_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "TV-1.yaml").write_text("a: 1\n")
    store = FolderStore(tmp_path)
    assert store.read("TV-1").version == store.versions("TV-1")[0].version
    assert store.notes("TV-1") == {} and store.left_behind() == [] and store.settings() == Settings()
    assert [path.name for path in tmp_path.iterdir()] == ["TV-1.yaml"]


# Names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "empty"), (".", "dot"), ("..", "dot"), ("../x", "dot"), ("a/../../x", "/"), ("/etc/passwd", "/"), ("a\\b", r"\\"),
        ("C:x", ":"), ("a\0b", "seen"), ("a\nb", "seen"), ("\u202eb", "seen"), ("a*", r"\*"), (".quips", "dot"),
        (" a", "space"), ("a ", "space"), ("a.", "dot"), ("NUL", "device"), ("con", "device"), ("Com1", "device"),
        ("lpt9.x", "device"), ("COM¹", "device"), ("aux .x", "device"), ("x" * 101, "longer"), ("😀" * 60, "longer"),
        ("\ud800", "seen"),
    ],
)  # fmt: skip
def test_a_name_that_would_leave_the_folder_or_no_system_takes_is_refused(store: FolderStore, name: str, why: str) -> None:
    for ask in (
        store.read, store.versions, store.erase, store.notes, check_name,
        lambda n: store.create(n, "a: 1\n"), lambda n: store.write(n, "a: 1\n", ""), lambda n: store.keep_notes(n, {}),
        lambda n: store.read_version(n, ""),
    ):  # fmt: skip
        with pytest.raises(NameRefusedError, match=f"cannot be the name of a case file: .*{why}.* Use letters"):
            ask(name)
    assert not is_name(name)
    assert list(store.folder.iterdir()) == []


@pytest.mark.parametrize("name", ["TV-0042", "x" * 100, "tv 42", "a.b", "contact", "COM10", "Ŵyr", "NULL", "it's"])
def test_other_names_are_taken(store: FolderStore, name: str) -> None:
    store.create(name, "a: 1\n")
    assert store.names() == [name]


def test_a_reference_makes_a_name() -> None:
    assert name_for("TV-1/2") == "TV-1-2"
    with pytest.raises(NameRefusedError):
        name_for("COM1")


# What the folder may hold --------------------------------------------------------------------------------------------


def test_links_are_refused_wherever_they_lead(store: FolderStore, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yaml"
    outside.write_text("a: outside\n")
    (tmp_path / "out.yaml").symlink_to(outside)
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "nowhere.yaml").symlink_to("nothing.yaml")
    assert store.names() == ["loop", "nowhere", "out"], "they are shown, so that somebody can put it right"
    for name in store.names():
        with pytest.raises(StorageError, match=f"{name} cannot be read: a link there"):
            store.read(name)
        with pytest.raises(StorageError, match=f"{name} cannot be saved: a link there"):
            store.write(name, "a: 1\n", version_of("a: outside\n"))
        with pytest.raises(AlreadyKeptError):
            store.create(name, "a: 1\n")
        store.erase(name)
    assert store.names() == [] and outside.read_text() == "a: outside\n"


@pytest.mark.parametrize("part", [".quips", ".quips/history", ".quips/history/TV-1", ".quips/notes", ".quips/unfinished"])
def test_nothing_is_written_through_a_link(tmp_path: Path, part: str) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir(), outside.mkdir()
    (inside / part).parent.mkdir(parents=True, exist_ok=True)
    (inside / part).symlink_to(outside)
    store = FolderStore(inside)
    with pytest.raises(StorageError, match="a link there leads"):
        store.create("TV-1", "a: 1\n")
        store.keep_notes("TV-1", {"a": 1})
    assert list(outside.iterdir()) == []


def test_what_is_no_file_or_no_text_is_told(store: FolderStore, tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9\n")
    assert store.names() == ["latin"]
    for name, words in (("folder", "not a file"), ("pipe", "not a file"), ("latin", "Save it as UTF-8")):
        with pytest.raises(QuipsError, match=words):
            store.read(name)


def test_two_files_of_one_name_are_told(store: FolderStore, tmp_path: Path) -> None:
    for ending in ("yaml", "yml"):
        (tmp_path / f"TV-1.{ending}").write_text("a: 1\n")
    assert store.names() == ["TV-1"]
    with pytest.raises(StorageError, match="two files for TV-1"):
        store.read("TV-1")
    store.erase("TV-1")
    assert store.names() == []


@pytest.mark.parametrize("text", ["a\0b", "\ufeffa", "\ud800", "x" * 5_000_001])
def test_text_that_could_not_be_read_back_is_refused(store: FolderStore, text: str) -> None:
    with pytest.raises(StorageError):
        store.create("TV-1", text)
    with pytest.raises(StorageError):
        encoded(text)
    assert store.names() == []


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    for name, words in (("nothing", "not there any more"), ("file", "a file stands where"), ("loop", "round in a circle")):
        with pytest.raises(StorageError, match=rf"The folder .*{name} cannot be opened: .*{words}"):
            FolderStore(tmp_path / name)


# When the system refuses ---------------------------------------------------------------------------------------------

_CALLS: list[tuple[Any, str]] = [
    (os, "fsync"), (os, "fdopen"), (os, "utime"), (Path, "replace"), (Path, "mkdir"), (Path, "chmod"),
    (sys.modules["quips.storage.files"], "mkstemp"), (Path, "unlink"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "there is no room left on the disk"),
        (errno.EACCES, "the system does not allow it"),
        (errno.EROFS, "the folder can only be read"),
        (errno.EIO, "the disk reports a fault"),
        (errno.ETXTBSY, "the system says 'Text file busy'"),
    ],
)
@pytest.mark.parametrize("call", _CALLS, ids=lambda call: call[1])
def test_a_refusal_at_any_point_leaves_the_old_text_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: tuple[Any, str], number: int, words: str
) -> None:
    """Each call is refused at its first time, its second, and so on, until the change goes through without meeting it."""
    for nth in range(1, 20):
        place = tmp_path / str(nth)
        place.mkdir()
        store = FolderStore(place)
        first = store.create("TV-1", "a: 1\n")
        (place / ".quips/unfinished/left").write_text("by a crash")
        (place / "TV-1.yaml").write_text("a: by hand\n")
        onto = version_of("a: by hand\n")
        shutil.rmtree(place / ".quips/history")
        with monkeypatch.context() as patch:
            calls = _refuse(patch, *call, nth, number)
            try:
                store.write("TV-1", "a: 2\n", onto)
                done = True
            except StorageError as error:
                done = False
                told = str(error)
            met = calls[0] >= nth
        now = store.read("TV-1").text
        assert now == "a: 2\n" if done else now in ("a: by hand\n", "a: 2\n")
        if not done:
            what = "cannot be saved" if now == "a: by hand\n" else "was saved, but it is not certain that"
            assert told.startswith(f"TV-1 {what}") and f": {words}" in told
        if now == "a: by hand\n":
            assert "a: 2\n" not in texts(store, "TV-1"), "what was not saved is not shown as a version"
        last = store.write("TV-1", "a: 3\n", version_of(now))
        assert last.text == "a: 3\n" and {"a: 3\n", now, "a: by hand\n"} <= set(texts(store, "TV-1"))
        assert list((place / ".quips/unfinished").iterdir()) == []
        assert first.text == "a: 1\n"
        if not met:
            assert done
            assert nth > 1, "the call is made at least once"
            return
    pytest.fail("it never went through")


def _refuse(patch: pytest.MonkeyPatch, owner: Any, name: str, nth: int, number: int) -> list[int]:
    real, calls = getattr(owner, name), [0]

    def refused(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] == nth:
            raise OSError(number, os.strerror(number))
        return real(*args, **kwargs)

    patch.setattr(owner, name, refused)
    return calls


def test_a_really_full_disk_is_told_and_nothing_is_lost(store: FolderStore, tmp_path: Path) -> None:
    """The limit on the size of files fails a write half way, as a full disk does."""
    store.create("TV-1", "a: 1\n")
    program = (
        "import resource, signal, sys; from pathlib import Path; from quips.storage.folder import FolderStore\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "store = FolderStore(Path(sys.argv[1]))\n"
        "try: store.write('TV-1', 'x' * 100_000, store.read('TV-1').version)\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    said = _run("-c", program, str(tmp_path))
    assert said.startswith("StorageError TV-1 cannot be saved: the system says 'File too large'")
    assert texts(store, "TV-1") == ["a: 1\n"]
    store.keep_notes("TV-1", {})
    assert list((tmp_path / ".quips/unfinished").iterdir()) == []


def test_a_file_that_is_write_protected_is_not_replaced(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store.create("TV-1", "a: 1\n")
    (tmp_path / "TV-1.yaml").chmod(0o400)
    # Whoever runs the tests may be allowed everything.
    monkeypatch.setattr(os, "access", lambda path, mode: bool(Path(path).stat().st_mode & 0o200))
    with pytest.raises(StorageError, match="TV-1 cannot be saved: the system does not allow it"):
        store.write("TV-1", "a: 2\n", kept.version)
    assert texts(store, "TV-1") == ["a: 1\n"]


def test_an_unreadable_file_is_told(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.create("TV-1", "a: 1\n")
    _refuse(monkeypatch, Path, "read_bytes", 1, errno.EACCES)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        store.read("TV-1")


def test_a_folder_that_is_busy_is_told(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "_WAIT_SECONDS", 0.05)
    with store._locked("x"), pytest.raises(StorageError, match="TV-1 cannot be saved: another program has been busy"):
        store.create("TV-1", "a: 1\n")
    store.create("TV-1", "a: 1\n")


def test_everything_is_on_the_disk_before_it_is_acknowledged(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each file: its bytes first, then its name, then the folder; the history before the case."""
    kept = store.create("TV-1", "a: 1\n")
    did: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def where(descriptor: int) -> str:
        return str(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(tmp_path))

    monkeypatch.setattr(os, "fsync", lambda fd: (did.append(f"sync {where(fd)}"), fsync(fd)))
    monkeypatch.setattr(
        Path,
        "replace",
        lambda path, to: (did.append(f"{path.relative_to(tmp_path)} to {to.relative_to(tmp_path)}"), replace(path, to)),
    )
    kept = store.write("TV-1", "a: 2\n", kept.version)
    [history] = (tmp_path / ".quips/history/TV-1").glob(f"*{kept.version}*")
    one, other = did[0].removeprefix("sync "), did[3].removeprefix("sync ")
    assert one.startswith(".quips/unfinished/") and other.startswith(".quips/unfinished/")
    assert did == [
        f"sync {one}",
        f"{one} to {history.relative_to(tmp_path)}",
        "sync .quips/history/TV-1",
        f"sync {other}",
        f"{other} to TV-1.yaml",
        "sync .",
    ]


def test_an_editor_that_saves_at_the_last_moment_is_not_overwritten(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store.create("TV-1", "a: 1\n")
    utime = os.utime

    def and_then_the_editor_saves(*args: Any, **kwargs: Any) -> None:
        utime(*args, **kwargs)
        (tmp_path / "TV-1.yaml").write_text("a: by hand\n")

    monkeypatch.setattr(os, "utime", and_then_the_editor_saves)
    with pytest.raises(ChangedError) as told:
        store.write("TV-1", "a: 2\n", kept.version)
    assert told.value.theirs.text == "a: by hand\n"
    with pytest.raises(AlreadyKeptError):
        (tmp_path / "TV-1.yaml").unlink()
        store.create("TV-1", "a: 3\n")
    assert store.read("TV-1").text == "a: by hand\n"
    assert texts(store, "TV-1") == ["a: by hand\n", "a: 1\n"]


# Crashes and several writers -----------------------------------------------------------------------------------------


def _run(*arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True, env=environment).stdout


@pytest.mark.parametrize("how_often", [25, pytest.param(200, marks=pytest.mark.slow)])
def test_a_crash_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path, how_often: int) -> None:
    said = json.loads(_run(str(_TESTS / "crashing.py"), str(tmp_path), str(how_often), "1"))
    assert said["wrong"] == []
    assert said["killed"] == how_often
    assert said["acknowledged"] > how_often / 5 and said["cut_short"] > how_often / 20, "the moments differ"


def test_two_programs_that_write_at_once_lose_nothing(store: FolderStore, tmp_path: Path) -> None:
    store.create("TV-1", "")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    programs = [
        subprocess.Popen(
            [sys.executable, str(_TESTS / "contending.py"), str(tmp_path), who, "30"], stdout=subprocess.PIPE, env=environment
        )
        for who in "abc"
    ]
    told = [int(program.communicate(timeout=120)[0]) for program in programs]
    lines = store.read("TV-1").text.splitlines()
    assert sorted(lines) == sorted(f"{who} {number}" for who in "abc" for number in range(30))
    assert sum(told) > 0, "they did meet"
    assert len(store.versions("TV-1")) == 91


def test_threads_that_share_a_store_lose_nothing(store: FolderStore) -> None:
    store.create("TV-1", "")

    def add_lines(who: str) -> None:
        for number in range(10):
            before = store.read("TV-1")
            while True:
                try:
                    store.write("TV-1", f"{before.text}{who} {number}\n", before.version)
                    break
                except ChangedError as error:
                    before = error.theirs

    with ThreadPoolExecutor() as threads:
        list(threads.map(add_lines, "abcd"))
    assert sorted(store.read("TV-1").text.splitlines()) == sorted(f"{who} {number}" for who in "abcd" for number in range(10))


# Policies ------------------------------------------------------------------------------------------------------------


def _policy(folder: Path, text: str) -> None:
    (folder / ".quips").mkdir(exist_ok=True)
    (folder / ".quips/settings.yaml").write_text(text)


def _cases_over_time(store: FolderStore, clock: Clock) -> None:
    """TV-1 of 1 January, changed on 1 March and on 1 April; TV-2 of 1 January."""
    clock.now = datetime(2010, 1, 1, tzinfo=UTC)
    one = store.create("TV-1", "a: January\n")
    store.create("TV-2", "a: 2\n")
    clock.now = datetime(2010, 3, 1, tzinfo=UTC)
    one = store.write("TV-1", "a: March\n", one.version)
    clock.now = datetime(2010, 4, 1, tzinfo=UTC)
    store.write("TV-1", "a: April\n", one.version)


def test_nothing_is_erased_without_a_policy_written_down(store: FolderStore, clock: Clock) -> None:
    _cases_over_time(store, clock)
    applied = store.apply_policy(date(2040, 1, 1))
    assert (applied.dropped, applied.erased, applied.failed) == ({}, [], [])
    assert texts(store, "TV-1") == ["a: April\n", "a: March\n", "a: January\n"]


@pytest.mark.parametrize(
    ("today", "left"),
    [
        (date(2010, 5, 30), ["a: April\n", "a: March\n", "a: January\n"]),  # 90 days after 1 March
        (date(2010, 5, 31), ["a: April\n", "a: March\n"]),
        (date(2010, 6, 30), ["a: April\n", "a: March\n"]),  # 90 days after 1 April
        (date(2010, 7, 1), ["a: April\n"]),
        (date(2040, 1, 1), ["a: April\n"]),
    ],
)
def test_an_earlier_version_is_dropped_so_long_after_it_was_replaced(
    store: FolderStore, clock: Clock, tmp_path: Path, today: date, left: list[str]
) -> None:
    _cases_over_time(store, clock)
    _policy(tmp_path, "marking: OFFICIAL\n")
    before = store.versions("TV-1")
    applied = store.apply_policy(today)
    assert texts(store, "TV-1") == left
    assert applied.dropped == ({"TV-1": before[len(left) :]} if len(left) < 3 else {})
    assert (applied.erased, applied.failed) == ([], [])
    assert store.names() == ["TV-1", "TV-2"]
    assert store.apply_policy(today).dropped == {}


@pytest.mark.parametrize(
    ("today", "erased"),
    [(date(2010, 1, 31), []), (date(2010, 2, 1), ["TV-2"]), (date(2010, 5, 1), ["TV-2"]), (date(2010, 5, 2), ["TV-1", "TV-2"])],
)
def test_a_case_is_erased_so_long_after_its_last_change(
    store: FolderStore, clock: Clock, tmp_path: Path, today: date, erased: list[str]
) -> None:
    _cases_over_time(store, clock)
    _policy(tmp_path, "erase_after_days: 30\n")
    assert store.apply_policy(today).erased == erased
    assert store.names() == [name for name in ("TV-1", "TV-2") if name not in erased]


def test_a_case_whose_file_looks_old_counts_from_what_the_history_says(store: FolderStore, clock: Clock, tmp_path: Path) -> None:
    _cases_over_time(store, clock)
    _policy(tmp_path, "erase_after_days: 30\n")
    os.utime(tmp_path / "TV-1.yaml", (0, 0))  # as some programs that copy files leave it
    assert store.apply_policy(date(2010, 5, 1)).erased == ["TV-2"]


def test_what_is_left_of_a_case_removed_by_hand_is_dropped_in_time(store: FolderStore, clock: Clock, tmp_path: Path) -> None:
    _cases_over_time(store, clock)
    _policy(tmp_path, "keep_versions_days: 10\n")
    store.keep_notes("TV-1", {"a": 1})
    store.keep_notes("TV-2", {"a": 1})
    for name in ("TV-1", "TV-2"):
        (tmp_path / f"{name}.yaml").unlink()
    assert {name: len(dropped) for name, dropped in store.apply_policy(date(2010, 4, 11)).dropped.items()} == {
        "TV-1": 1,
        "TV-2": 1,
    }
    assert store.left_behind() == ["TV-1", "TV-2"]
    assert {name: len(dropped) for name, dropped in store.apply_policy(date(2010, 4, 12)).dropped.items()} == {"TV-1": 2}
    assert store.left_behind() == []


def test_a_case_that_cannot_be_read_does_not_keep_the_others_from_the_policy(
    store: FolderStore, clock: Clock, tmp_path: Path
) -> None:
    _cases_over_time(store, clock)
    _policy(tmp_path, "erase_after_days: 30\n")
    (tmp_path / "TV-0.yaml").symlink_to("TV-0.yaml")
    applied = store.apply_policy(date(2011, 1, 1))
    assert applied.erased == ["TV-1", "TV-2"]
    [failed] = applied.failed
    assert failed.startswith("TV-0 cannot be held to the settings: a link there")


def test_settings_are_read_with_defaults_for_what_is_not_said(store: FolderStore, tmp_path: Path) -> None:
    assert store.settings() == Settings("OFFICIAL-SENSITIVE", 90, None, written=False)
    _policy(tmp_path, "marking: OFFICIAL\n")
    assert store.settings() == Settings("OFFICIAL", 90, None, written=True)
    _policy(tmp_path, "keep_versions_days: 30.0\nerase_after_days: 400\n")
    assert store.settings() == Settings("OFFICIAL-SENSITIVE", 30, 400, written=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "marking: OFFICIAL\nkeep_version_days: 3\n",
            "2:1: error: 'keep_version_days' is not.*Did you mean 'keep_versions_days'",
        ),
        ("keep_versions_days: soon\n", "1:21: error: 'keep_versions_days' has to be a whole number"),
        ("erase_after_days: 0\n", "1:19: error: 'erase_after_days' is 0; it has to be at least 1"),
        ("marking: ''\n", "1:10: error: 'marking' is empty"),
        ("marking: |\n  a\n  b\n", "1:10: error: (.|\n)*It is one line of text"),
        ("", " error: The file has to be a mapping"),
        ("marking: [", "error: This is not YAML"),
    ],
)
def test_a_fault_in_the_settings_is_told_with_its_place_and_nothing_is_erased(
    store: FolderStore, clock: Clock, tmp_path: Path, text: str, told: str
) -> None:
    _cases_over_time(store, clock)
    _policy(tmp_path, text)
    with pytest.raises(InputError, match=rf"\.quips/settings\.yaml:?.*{told}"):
        store.apply_policy(date(2040, 1, 1))
    assert len(store.versions("TV-1")) == 3


# Against a model -----------------------------------------------------------------------------------------------------

_NAMES = st.sampled_from(["TV-1", "TV-2", "old"])
_TEXTS = st.sampled_from(["a: 1\n", "a: 2\n", "a: 3\r\n", "é: 😀\n", ""])
_STORES = st.integers(0, 2)


class StoreAgainstModel(RuleBasedStateMachine):
    """Several stores on one folder, an editor beside them, and plain dictionaries for what should be there."""

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.stores = [FolderStore(self.folder, self.clock) for _ in range(3)]
        self.texts: dict[str, str] = {}
        self.notes: dict[str, dict[str, Any]] = {}
        self.acknowledged: dict[str, set[str]] = {}
        self.seen: dict[str, Kept] = {}

    @rule(n=_STORES, name=_NAMES, text=_TEXTS)
    def create(self, n: int, name: str, text: str) -> None:
        if name in self.texts:
            with pytest.raises(AlreadyKeptError):
                self.stores[n].create(name, text)
            return
        self.seen[name] = self.stores[n].create(name, text)
        self.texts[name] = text
        self.notes.pop(name, None)
        self.acknowledged.setdefault(name, set()).add(text)

    @rule(n=_STORES, name=_NAMES)
    def look(self, n: int, name: str) -> None:
        if name in self.texts:
            self.seen[name] = self.stores[n].read(name)

    @rule(n=_STORES, name=_NAMES, text=_TEXTS)
    def write(self, n: int, name: str, text: str) -> None:
        """On what was last seen, which may be old."""
        onto = self.seen[name].version if name in self.seen else version_of("")
        if name not in self.texts:
            with pytest.raises(NotKeptError):
                self.stores[n].write(name, text, onto)
        elif text != self.texts[name] and onto != version_of(self.texts[name]):
            with pytest.raises(ChangedError) as told:
                self.stores[n].write(name, text, onto)
            assert told.value.theirs.text == self.texts[name]
        else:
            self.acknowledged.setdefault(name, set()).update([text, self.texts[name]])
            self.seen[name] = self.stores[n].write(name, text, onto)
            self.texts[name] = text

    @rule(name=_NAMES, text=_TEXTS)
    def edit_by_hand(self, name: str, text: str) -> None:
        (self.folder / f"{name}.yaml").write_bytes(text.encode())
        self.texts[name] = text

    @rule(name=_NAMES)
    def remove_by_hand(self, name: str) -> None:
        (self.folder / f"{name}.yaml").unlink(missing_ok=True)
        self.texts.pop(name, None)

    @rule(n=_STORES, name=_NAMES)
    def erase(self, n: int, name: str) -> None:
        if name in self.texts or name in self.acknowledged or name in self.notes:
            self.stores[n].erase(name)
        else:
            with pytest.raises(NotKeptError):
                self.stores[n].erase(name)
        for kept in (self.texts, self.notes, self.acknowledged):
            kept.pop(name, None)

    @rule(n=_STORES, name=_NAMES, number=st.integers(0, 3))
    def note(self, n: int, name: str, number: int) -> None:
        if name in self.texts:
            self.stores[n].keep_notes(name, {"number": number})
            self.notes[name] = {"number": number}
        else:
            with pytest.raises(NotKeptError):
                self.stores[n].keep_notes(name, {})

    @rule(hours=st.integers(-30, 30))
    def set_the_clock(self, hours: int) -> None:
        self.clock.now += timedelta(hours=hours)

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        if not hasattr(self, "folder"):
            return
        for store in self.stores[:1]:
            assert store.names() == sorted(self.texts)
            assert store.left_behind() == sorted((self.acknowledged.keys() | self.notes.keys()) - self.texts.keys())
            for name, text in self.texts.items():
                kept = store.read(name)
                assert (kept.name, kept.text, kept.version) == (name, text, version_of(text))
                assert store.notes(name) == self.notes.get(name, {})
                versions = store.versions(name)
                assert versions[0].version == kept.version
                assert len(set(versions)) == len(versions)
                found = texts(store, name)
                assert found[0] == text and set(found) == self.acknowledged.get(name, set()) | {text}
                past = [version.saved for version in versions[1:]]
                assert past == sorted(past, reverse=True)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)


TestStoreAgainstModel = StoreAgainstModel.TestCase
TestStoreAgainstModel.settings = settings(settings(), max_examples=40, stateful_step_count=30)
