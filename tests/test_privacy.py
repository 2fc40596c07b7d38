"""Text and references that may identify somebody are warned about; what people write every day is not."""

from __future__ import annotations

import pytest

from knowledge_base import CASES
from quips.privacy import privacy_warnings
from quips.source import parse_yaml, read_yaml


def warned(note: str, reference: str = "TV-0001") -> str:
    text = f"case: {reference}\ncircumstances: {{}}\nrecord:\n  - home_visit: {{on: 2010-01-11, note: '{note}'}}\n"
    return " ".join(problem.message for problem in privacy_warnings(parse_yaml(text, "case.yaml")))


@pytest.mark.parametrize(
    ("note", "what"),
    [
        ("seen with mr smith and the children", "a name"),
        ("Mrs o'neill was there", "a name"),
        ("spoke to Ms Jones", "a name"),
        ("MR SMITH rang", "a name"),
        ("saw dr. patel", "a name"),
        ("seen with Karen Jones", "a name"),
        ("rang 07700 900123, no answer", "a telephone number"),
        ("on 020 7946 0958", "a telephone number"),
        ("on (01632) 960 001", "a telephone number"),
        ("rang +44 7700 900 123", "a telephone number"),
        ("wrote to a.smith@example.org.uk", "an e-mail address"),
        ("PNC 1981/1234567A", "a PNC number"),
        ("81/123456a on the form", "a PNC number"),
        ("CRN X123456", "a case reference number (CRN)"),
        ("moved, A1234AA", "a prison number (NOMIS)"),
        ("NI QQ 12 34 56 C", "a national insurance number"),
        ("NI ab123456d", "a national insurance number"),
        ("lives at SW1A 1AA", "a postcode"),
        ("born 1/2/1981", "a date of birth"),
    ],
)
def test_what_may_identify_somebody_is_warned_about(note: str, what: str) -> None:
    assert what in warned(note.replace("'", "''"))


@pytest.mark.parametrize(
    "note",
    [
        "did not miss appointments; dr appointment on the same day",
        "the dr said that it was all right",
        "a course with ms word and ms excel",
        "learnt to use a pc at the library",
        "letters 2 and 3, on 4 and 11 January 2010",
        "10 sessions of 12, 240 hours, from 09.30 to 16.00",
        "see section 1.2, page 14, and form 0123",
        "OGRS 45/60, on 2010-04-19",
        "MAPPA level 2, West Mercia Police, Thinking Skills Programme",
        "tier 4, category 2, RoSH high",
    ],
)
def test_what_people_write_every_day_is_not(note: str) -> None:
    assert warned(note) == ""


@pytest.mark.parametrize("reference", ["SMITH-1981", "SMITH1981", "OKONKWO-J-1990", "SMITH-01021981", "JOHN-SMITH-1"])
def test_a_reference_that_looks_like_a_name_is_warned_about(reference: str) -> None:
    assert warned("", reference) == f"The reference {reference} looks as if it holds a name."


@pytest.mark.parametrize(
    ("reference", "what"), [("X123456", "(CRN)"), ("A1234AA", "(NOMIS)"), ("QQ123456C", "national insurance")]
)
def test_a_reference_that_is_somebodys_number_is_warned_about(reference: str, what: str) -> None:
    assert what in warned("", reference)


@pytest.mark.parametrize(
    "reference",
    ["TV-0042", "CE-TVC18-01", "GP-KE08-01", "KENT-2008", "AUDIT-2026-014", "WEST-MERCIA-2008-7", "TV/2010/17", "CRC-1981"],
)
def test_a_reference_that_says_nothing_of_anybody_is_not(reference: str) -> None:
    assert warned("", reference) == ""


def test_no_example_case_is_warned_about() -> None:
    assert [problem for path in CASES for problem in privacy_warnings(read_yaml(path))] == []
