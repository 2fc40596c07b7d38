"""What files were read as is kept: it is what reading them says, and what is damaged of it is as good as not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base import ROOT
from quips import readbefore
from quips.knowledgefiles import yaml_files
from quips.problems import InputError
from quips.readbefore import ReadOnDisk
from quips.source import Document, parse_yaml

TEXT = "a: [1, two, {b: no}]\nc: 2010-03-01\n"


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    kept = tmp_path / "cache" / "read"
    monkeypatch.setattr(readbefore, "_file", lambda: kept)
    return kept


def read_and_kept(*texts: str) -> None:
    before = ReadOnDisk()
    for text in texts:
        before.document(text, "x.yaml")
    before.keep()


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are taken apart."""
    texts: list[str] = []

    def parse(text: str, file: str) -> Document:
        texts.append(text)
        return parse_yaml(text, file)

    monkeypatch.setattr(readbefore, "parse_yaml", parse)
    return texts


def test_every_file_is_read_as_it_was_with_the_place_of_each_value(parsed: list[str]) -> None:
    texts = [path.read_text(encoding="utf-8") for folder in ("framework", "rules") for path in yaml_files(ROOT / folder)]
    read_and_kept(*texts)
    assert sorted(parsed) == sorted(texts)
    parsed.clear()
    again = ReadOnDisk()
    for text in texts:
        found, expected = again.document(text, "y.yaml"), parse_yaml(text, "y.yaml")
        assert (found.value, found.places, found.keys, found.file) == (expected.value, expected.places, expected.keys, "y.yaml")
    assert parsed == []


def test_only_what_has_changed_is_taken_apart(parsed: list[str]) -> None:
    read_and_kept(TEXT, "d: 1\n")
    parsed.clear()
    read_and_kept(TEXT, "d: 2\n")
    assert parsed == ["d: 2\n"]
    parsed.clear()
    read_and_kept(TEXT, "d: 1\n", "d: 2\n")
    assert parsed == [], "what was not asked for in between is still known"


def test_what_cannot_be_read_is_told_each_time_and_not_kept(file: Path) -> None:
    for _ in range(2):
        with pytest.raises(InputError, match="stands twice"):
            read_and_kept("a: 1\na: 2\n")
    assert not file.exists()


def test_what_is_damaged_anywhere_is_as_good_as_not_there(file: Path) -> None:
    read_and_kept(TEXT)
    data = file.read_bytes()
    assert len(ReadOnDisk()._before) == 1
    for at in range(0, len(data), 3):
        for damaged in (data[:at], data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]):
            file.write_bytes(damaged)
            assert ReadOnDisk()._before == {}, at


def test_where_nothing_can_be_kept_all_goes_on(file: Path) -> None:
    file.parent.parent.mkdir(exist_ok=True)
    file.parent.write_text("a file where the folder should be", encoding="utf-8")
    read_and_kept(TEXT)
    assert ReadOnDisk().document(TEXT, "x.yaml").value == {"a": [1, "two", {"b": "no"}], "c": "2010-03-01"}


def test_no_more_is_kept_than_a_few_knowledge_bases_and_the_longest_unused_goes_first(
    file: Path, monkeypatch: pytest.MonkeyPatch, parsed: list[str]
) -> None:
    monkeypatch.setattr(readbefore, "_KEPT", 3)
    read_and_kept("n: 0\n", "n: 1\n", "n: 2\n")
    read_and_kept("n: 3\n", "n: 2\n")
    parsed.clear()
    again = ReadOnDisk()
    for n in range(4):
        again.document(f"n: {n}\n", "x.yaml")
    assert parsed == ["n: 1\n"], "of those not used the second time, one had to go"


def test_what_another_python_or_another_quips_kept_is_taken_away(file: Path) -> None:
    file.parent.mkdir()
    old = file.with_name("read-of-old")
    old.write_bytes(b"")
    read_and_kept(TEXT)
    assert not old.exists() and file.exists()
