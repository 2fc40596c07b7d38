"""Extracts from case systems: what a mapping makes of columns and codes, and what is told of what it does not know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from knowledge_base import knowledge
from quips.caseload.casefile import case_record
from quips.caseload.checking import check_tables
from quips.caseload.database import connected
from quips.caseload.extracting import Extracting
from quips.caseload.tables import Tables
from quips.cli import main

NDELIUS = {
    "cases": """crn,team_code,office_code,staff_code,sentence_date,start_date,release_date,termination_date,disposal,tier
X100001,T1,O1,S1,05/11/2009,05/11/2009,,,community_order,2
X100002,T1,O1,S2,2009-11-05 00:00:00,05/11/2009,,04/11/2010,licence,4
X100003,T2,O1,S2,05/11/2009,,,,drug_order,4
""",
    "registrations": """crn,register_type,register_level,register_category,registration_date
X100001,RMRH,,,06/11/2009
X100002,RHRH,,,06/11/2009
X100002,RVHR,,,08/01/2010
X100002,MAPP,M2,M2,06/11/2009
X100002,RCPR,,,06/11/2009
X100003,ZZZZ,,,06/11/2009
X999999,RHRH,,,06/11/2009
""",
    "contacts": """crn,contact_type,contact_date,outcome
X100001,COAI,10/11/2009,ATTC
X100001,CHVS,12/12/2009,UAAB
X100001,CHVS,,ATTC
X100002,CHVS,13/12/2009,ATTC
X100002,CCMR,14/12/2009,ZZ99
X100002,SFGC,15/12/2009,
X100002,QQQQ,16/12/2009,
X100002,QQQQ,17/12/2009,
X100002,COHV,10/12/2009,AFTC
""",
}


def written(folder: Path, **changed: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in {**NDELIUS, **changed}.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def cases_of(folder: Path) -> dict[str, dict[str, Any]]:
    with connected() as connection:
        extracting = Extracting(connection, folder, knowledge().extracts["ndelius"], knowledge().vocabulary)
        tables = Tables(connection, extracting.tables())
        check_tables(tables, knowledge())
        names = [case for (case,) in tables.ask('SELECT "case" FROM cases ORDER BY number')]
        return {name: case_record(tables, name, knowledge().vocabulary, "2010-12-31") for name in names}


def check(folder: Path, mapping: object = "ndelius") -> Result:
    words = ["caseload", str(folder), "--mapping", str(mapping), "--as-at", "2010-12-31", "--check"]
    return CliRunner().invoke(main, words, catch_exceptions=False)


def test_columns_and_codes_become_circumstances_and_activities(tmp_path: Path) -> None:
    """Worked out by hand from the mapping and the rows above."""
    found = cases_of(written(tmp_path))
    assert list(found) == ["X100001", "X100002", "X100003"]
    assert found["X100001"]["circumstances"] == {
        "sentenced": "2009-11-05",
        "supervision_started": "2009-11-05",
        "supervision_ended": "not_yet",
        "sentence": "community_order",
        "tier": 2,
        "rosh_level": [{"from": "2009-11-06", "is": "medium"}],
    }
    # The visit that was missed is an absence; of the other nobody says when it was.
    assert found["X100001"]["record"] == [
        {"first_appointment": {"on": "2009-11-10"}},
        {"absence": {"on": "2009-12-12", "acceptable": False}},
        {"home_visit": {"on": "unknown"}},
    ]
    assert found["X100002"]["circumstances"] == {
        "sentenced": "2009-11-05",
        "supervision_started": "2009-11-05",
        "supervision_ended": "2010-11-04",
        "sentence": "licence",
        "tier": 4,
        "mappa_category": 2,
        "mappa_level": [{"from": "2009-11-06", "is": 2}],
        "child_safeguarding": True,
        "rosh_level": [{"from": "2009-11-06", "is": "high"}, {"from": "2010-01-08", "is": "very_high"}],
    }
    assert found["X100002"]["record"] == [
        {"first_appointment": {"on": "2009-12-10"}},  # at home, so a visit as well
        {"home_visit": {"on": "2009-12-10"}},
        {"home_visit": {"on": "2009-12-13"}},
        {"mappa_referral": {"on": "2009-12-14"}},
    ]


def test_what_a_mapping_does_not_know_is_listed_with_its_counts(tmp_path: Path) -> None:
    said = " ".join(check(written(tmp_path)).output.split())
    for words in (
        "a code under disposal that the mapping does not know, so that they say nothing: 1 (drug_order: 1).",
        "a code under register_type that the mapping does not know, so that they say nothing: 1 (ZZZZ: 1).",
        "a code under contact_type that the mapping does not know, so that they say nothing: 3 (QQQQ: 2, SFGC: 1).",
        "a code under outcome that the mapping does not know, so that they say nothing: 1 (ZZ99: 1).",
        "Rows of registrations about cases that are not in cases: 1 (X999999).",
        "Cases without the day on which supervision started, so that what is due from then cannot be told: 1 (X100003).",
    ):
        assert words in said


def test_two_values_at_once_are_neither(tmp_path: Path) -> None:
    two = NDELIUS["registrations"] + "X100002,RMRH,,,08/01/2010\nX100002,MAPP,M1,M1,07/11/2009\nX100001,RLRH,,,\n"
    folder = written(tmp_path, registrations=two)
    circumstances = cases_of(folder)["X100002"]["circumstances"]
    assert circumstances["rosh_level"] == [{"from": "2009-11-06", "is": "high"}]
    assert "mappa_category" not in circumstances  # M2 once and M1 once, and no day tells which holds
    said = " ".join(check(folder).output.split())
    assert "says two things under rosh_level, so that it is not known: 1 (X100002)." in said
    assert "says two things under mappa_category, so that it is not known: 1 (X100002)." in said
    assert "say rosh_level and not from which day, so that they say nothing: 1 (X100001)." in said


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        ("cases", "crn,team", "CRM,team", "cases.csv has no column 'crn'. Did you mean 'CRM'?"),
        ("cases", "X100003,T2", "X100002,T2", "cases.csv:4: error: X100002 is in row 3 already."),
        ("cases", "X100003,T2", ",T2", "cases.csv:4: error: The row has no case."),
        (
            "cases",
            "X100001,T1,O1,S1,05/11/2009",
            "X100001,T1,O1,S1,11/31/2009",
            "cases.csv:2: error: '11/31/2009' under sentence_date",
        ),
        ("contacts", "13/12/2009", "13/12/1009", "contacts.csv: error: '1009-12-13' is in a year that no case can be of."),
        ("contacts", "13/12/2009", "13.12.2009", "contacts.csv:5: error: '13.12.2009' under contact_date is no day"),
        ("contacts", "X100002,QQQQ,16", ",QQQQ,16", "contacts.csv:8: error: 1 rows have no case under crn"),
        (
            "registrations",
            "06/11/2009\nX100003",
            "6 Nov 2009\nX100003",
            "registrations.csv:6: error: '6 Nov 2009' under registration_date",
        ),
    ],
)
def test_what_is_wrong_with_an_extract_is_told_at_its_row(tmp_path: Path, table: str, old: str, new: str, told: str) -> None:
    assert old in NDELIUS[table]
    result = check(written(tmp_path, **{table: NDELIUS[table].replace(old, new, 1)}))
    assert result.exit_code == 2 and told in " ".join(result.output.split()), result.output


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "contacts.csv").unlink()
    result = check(folder)
    assert result.exit_code == 2 and "There is no table 'contacts'" in result.output


OWN = """extract: ours
title: Ours
cases:
  table: cases
  case: crn
  circumstances:
    sentence: {column: disposal, codes: {community_order: community_order}, ignore: [licence, drug_order]}
record:
  - {table: contacts, case: crn, on: contact_date, column: contact_type, codes: {CHVS: home_visit}}
dates: ["%d/%m/%Y"]
"""


def test_a_mapping_of_ones_own_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(OWN)
    result = check(written(tmp_path / "extract"), tmp_path / "ours.yaml")
    assert result.exit_code == 0 and "COAI: 1" in result.output


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("sentence:", "sentense:", 7, "Did you mean 'sentence'?"),
        ("CHVS: home_visit", "CHVS: home_vist", 9, "Did you mean 'home_visit'?"),
        ("CHVS: home_visit", "CHVS: {activity: home_visit, said: {purposful: true}}", 9, "Did you mean 'purposeful'?"),
        ("CHVS: home_visit", "CHVS: {activity: home_visit, said: {purposeful: maybe}}", 9, 'cannot be "maybe"'),
        ("{community_order: community_order}", "{community_order: comunity_order}", 7, "Did you mean 'community_order'?"),
        ("column: disposal,", "colum: disposal,", 7, "column"),
        ("record:\n", "facts:\n  - {table: r, case: crn, circumstance: sentence, column: x}\nrecord:\n", 9, "mapped twice"),
        (
            "record:\n",
            "facts:\n  - {table: r, case: crn, circumstance: ppo, column: x, from: y}\nrecord:\n",
            9,
            "not something that changes",
        ),
        ("title: Ours\n", "", 1, "title"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_told_at_its_line(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    assert old in OWN
    (tmp_path / "ours.yaml").write_text(OWN.replace(old, new, 1))
    result = check(written(tmp_path / "extract"), tmp_path / "ours.yaml")
    said = " ".join(result.output.split())
    assert result.exit_code == 2 and told in said and f"ours.yaml:{line}:" in said, said


def test_a_mapping_that_there_is_not_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    result = check(written(tmp_path), "ndelus")
    assert result.exit_code == 2 and "Did you mean 'ndelius'?" in result.output


@pytest.mark.parametrize("name", sorted(knowledge().extracts))
def test_each_code_that_is_shipped_is_published_somewhere(name: str) -> None:
    """Whoever maps a code of somebody else's system says where it stands."""
    files = knowledge().files
    [document] = [one for one in files.of_shape("extract") if one.value["extract"] == name]
    for part in (*document.value.get("facts", []), *document.value.get("record", [])):
        assert part["cites"], part
