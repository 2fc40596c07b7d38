"""Reports as Word documents, printed as people print them: whatever was written has to be on a page."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from quips.reports.blockpaper import to_docx
from quips.reports.blocks import Paper, Section, Table, Words

SOFFICE, PDFTOTEXT = shutil.which("soffice"), shutil.which("pdftotext")
HEAD = ("What was missing", "Cases", "Because of it", "What was asked")
WIDTHS = (9, 6, 10, 9)


def printed(rows: Sequence[Sequence[str]], folder: Path) -> str:
    """What is on the pages that LibreOffice makes of a report with a table of these rows, which begins at the foot of a page."""
    table = Table("Root gaps", HEAD, rows, WIDTHS)
    paper = Paper(
        "A report", ["A round"], "OFFICIAL", "Seal. ", [Section("Gaps", [Words("Before. " * 500), table, Words("After.")])]
    )
    (folder / "report.docx").write_bytes(to_docx(paper, datetime(2026, 12, 10)))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(SOFFICE), "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), str(folder / "report.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    done = subprocess.run([str(PDFTOTEXT), str(folder / "report.pdf"), "-"], check=True, capture_output=True, text=True)
    return done.stdout


# Both are installed where CI runs; the README's command also runs on machines that have neither, and says what it left out.
@pytest.mark.slow
@pytest.mark.skipif(not SOFFICE or not PDFTOTEXT, reason="LibreOffice or pdftotext is not installed, so nothing was printed")
def test_every_row_of_a_long_table_is_printed_to_its_last_word(tmp_path: Path) -> None:
    """Short rows, long ones, some that fit on no page, with cells of unequal length, and rows that stand above others."""
    rows: list[Sequence[str]] = []
    for n in range(30):
        if n % 5 == 0:
            rows.append((f"above{n}",))
        follows, asked = "Some work " * (1, 90, 230, 350)[n % 4], "Look again " * (1, 20, 170)[n % 3]
        rows.append((f"gap{n}", f"cases{n}", f"{follows}follows{n}", f"{asked}asked{n}"))
    pages = printed(rows, tmp_path)
    ends = [f"{name}{n}" for n in range(30) for name in ("gap", "cases", "follows", "asked")]
    ends += [f"above{n}" for n in range(0, 30, 5)]
    assert [end for end in ends if len(re.findall(rf"\b{end}\b", pages)) != 1] == []
    assert "After." in pages
