"""Pictures: what is in them is held to the files and to audits, and every form of one says the same."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from knowledge_base import CASES, ROOT, knowledge
from quips.audits import Audit, Auditor
from quips.authoring.casepictures import of_case
from quips.authoring.editionpictures import of_edition
from quips.authoring.pictures import MOST, Arrow, Box, Picture, folded
from quips.authoring.rulepictures import of_rule, of_topic
from quips.cli import main
from quips.coverage import coverage
from quips.reports.dot import to_dot
from quips.reports.looks import LINES, LOOKS
from quips.reports.mermaid import to_mermaid
from quips.reports.pictures import FORMATS, to_html, to_list
from quips.statuses import Verdict

TV = ROOT / "examples/cases/TV-0042.yaml"


def quips(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@cache
def audits() -> list[Audit]:
    auditor = Auditor(knowledge(), "reference")
    return [auditor.audit(path) for path in CASES]


@cache
def every_picture() -> list[Picture]:
    known = knowledge()
    found = [of_rule(known, rule) for rule in known.rules.values()]
    found += [of_topic(known, topic) for topic in sorted({rule.topic for rule in known.rules.values()})]
    for edition in known.editions.values():
        found += [of_edition(known, edition), *(of_edition(known, edition, node) for node in edition.nodes())]
    return found + [of_case(audit, "OFFICIAL-SENSITIVE", "") for audit in audits()]


def hostile() -> Picture:
    """A picture of words that mean something in one form or another."""
    bad = 'A "quoted" <b>title</b> & a \\ back#slash; {x} | y\n</script>'
    boxes = (Box("a", "root", bad, bad, bad), Box("b", "top", "b"))
    return Picture(bad, bad, boxes, (Arrow("a", "b", "follows", bad),), (bad,), bad, bad)


def test_no_picture_has_more_than_can_be_followed_and_all_that_it_names_is_in_it() -> None:
    for picture in every_picture():
        names = [box.name for box in picture.boxes]
        assert len(names) <= MOST and len(set(names)) == len(names), picture.title
        assert {end for arrow in picture.arrows for end in (arrow.source, arrow.target)} <= set(names), picture.title
        assert set(picture.looks) <= set(LOOKS) and set(picture.kinds) <= set(LINES)
        assert ("folded" in picture.looks) <= bool(picture.folded)


def test_around_a_rule_are_its_edges_its_prompts_and_those_that_need_it() -> None:
    rules = knowledge().rules
    for rule in rules.values():
        picture = of_rule(knowledge(), rule)
        if picture.folded:
            continue
        here = f"rule:{rule.name}"
        before = {(f"rule:{edge.rule}", edge.kind) for edge in rule.edges}
        after = {(f"rule:{other.name}", edge.kind) for other in rules.values() for edge in other.edges if edge.rule == rule.name}
        edges = [arrow for arrow in picture.arrows if arrow.kind in ("rests_on", "follows")]
        assert {(arrow.source, arrow.kind) for arrow in edges if arrow.target == here} == before
        assert {(arrow.target, arrow.kind) for arrow in edges if arrow.source == here} == after
        answered = {arrow.target for arrow in picture.arrows if arrow.kind == "answers"}
        assert answered == {f"prompt:{answer.prompt}" for answer in rule.answers}


def test_what_one_rule_reads_is_in_its_picture_with_its_line() -> None:
    picture = of_rule(knowledge(), knowledge().rules["home-visit-where-rosh-is-high"])
    read = {arrow.source: arrow.place.line for arrow in picture.arrows if arrow.kind == "reads"}
    assert set(read) == {
        "circumstance:rosh_level",
        "circumstance:setting",
        "circumstance:supervision_started",
        "circumstance:release",
        "activity:home_visit",
        "limit:home-visit-after-start",
    }
    lines = (ROOT / "rules/home-visits/home-visit-where-rosh-is-high.yaml").read_text(encoding="utf-8").splitlines()
    assert "rosh_level" in lines[read["circumstance:rosh_level"] - 1]
    assert "within" in lines[read["limit:home-visit-after-start"] - 1]


def test_every_rule_of_a_topic_is_in_its_picture_or_said_to_be_folded() -> None:
    for topic in {rule.topic for rule in knowledge().rules.values()}:
        picture = of_topic(knowledge(), topic)
        said = " ".join([*picture.folded, *(box.title for box in picture.boxes)]).lower()
        for rule in (rule for rule in knowledge().rules.values() if rule.topic == topic):
            assert rule.title.lower() in said, rule.name


def test_the_tree_of_an_edition_counts_what_the_coverage_page_counts() -> None:
    counted = {one.edition: one for one in coverage(knowledge()).editions}
    for edition in knowledge().editions.values():
        picture = of_edition(knowledge(), edition)
        top, one = picture.boxes[0], counted[edition.name]
        assert top.shares == (one.with_rule, one.judged, len(one.neither))
        assert f"{one.about_organisation} not about a case" in top.note
        children = [arrow.target for arrow in picture.arrows if arrow.source == top.name]
        below = [box.shares for box in picture.boxes if box.name in children]
        assert tuple(map(sum, zip(*below, strict=True))) == top.shares
        assert {node.id for node in edition.divisions} == set(children)


def test_a_criterion_shows_each_of_its_prompts_or_says_it_is_folded() -> None:
    for edition in knowledge().editions.values():
        for node in (node for node in edition.nodes() if not node.children):
            picture = of_edition(knowledge(), edition, node)
            said = " ".join([*picture.folded, *(box.title for box in picture.boxes)])
            assert all(prompt.asks in said for prompt in node.prompts)


def test_the_gaps_of_a_case_are_those_of_its_audit_and_arrows_are_their_causes() -> None:
    for audit in audits():
        picture = of_case(audit, "", "")
        gaps = {f"{f.rule.name}#{f.key}": f for f in audit.with_verdict(Verdict.GAP)}
        n_open = len(audit.with_verdict(Verdict.OPEN))
        said = " ".join(picture.folded)
        assert (f"{n_open} finding" in said) is (n_open > 0) and ("No gap was found so far" in said) is (not gaps)
        boxes = {box.name: box for box in picture.boxes}
        assert set(boxes) <= set(gaps)
        titles = {box.title for box in picture.boxes}
        assert all(finding.rule.title in titles for finding in gaps.values())
        assert all((box.look == "root") is gaps[name].root for name, box in boxes.items())
        for arrow in picture.arrows:
            causes = {rule for rule, _ in gaps[arrow.target].because_of}
            assert arrow.source.partition("#")[0] in causes
        assert {arrow.target for arrow in picture.arrows} == {name for name, box in boxes.items() if box.look == "consequence"}


def test_every_form_says_the_same() -> None:
    for picture in every_picture()[::23]:
        dot, mermaid, page, text = (
            to_dot(picture),
            to_mermaid(picture),
            to_html(picture, 100),
            " ".join(to_list(picture, 100).split()),
        )
        number = {box.name: f"n{n}" for n, box in enumerate(picture.boxes)}
        drawn = [(number[arrow.source], number[arrow.target]) for arrow in picture.arrows]
        assert sorted(re.findall(r"(?m)^  (n\d+) -> (n\d+) \[style=\"(?!invis)", dot)) == sorted(drawn)
        assert sorted(re.findall(r"(?m)^  (n\d+) \S+?(?:\|[^|]*\|)? (n\d+)$", mermaid)) == sorted(drawn)
        assert page.count('<tr><th scope="row">') == len(picture.boxes) + len(picture.arrows)
        for box in picture.boxes:
            assert " ".join(box.title.split()) in text
        assert text.count(" | ") == 2 * len(picture.arrows)


def test_what_authors_write_breaks_no_form() -> None:
    picture = hostile()
    dot, page, mermaid = to_dot(picture), to_html(picture, 100), to_mermaid(picture)
    labels = re.findall(r"label=<<TABLE.*?</TABLE>>", dot, re.DOTALL)
    assert len(labels) == 2 and "<b>" not in "".join(labels) and r"\"quoted\"" in dot
    assert "<b>title</b>" not in page and page.count("</script>") == 2
    body = mermaid.split("---\n", 2)[2]
    assert "<b>" not in body and '"quoted"' not in body and json.loads(mermaid.splitlines()[1].removeprefix("title: "))


def test_a_case_is_marked_in_every_form_and_says_first_that_somebody_may_be_at_risk() -> None:
    for form in ("list", "html", "dot", "mermaid"):
        said = quips("graph", "--case", TV, "--format", form, "--as-at", "2010-04-19").stdout
        assert "OFFICIAL-SENSITIVE" in said and "speak to your manager today" in said
        assert "OFFICIAL-SENSITIVE" not in quips("graph", "--topic", "mappa", "--format", form).stdout


def test_folding_makes_one_box_of_many_and_keeps_one_arrow_of_those_alike() -> None:
    boxes = [Box(name, "root", name) for name in "abcd"]
    arrows = [
        Arrow("a", "b", "follows", ""),
        Arrow("a", "c", "follows", ""),
        Arrow("b", "c", "follows", ""),
        Arrow("c", "d", "reads", ""),
    ]
    kept, left = folded(boxes, arrows, "bc", Box("bc", "folded", "b and c"))
    assert [box.name for box in kept] == ["a", "bc", "d"]
    assert [(arrow.source, arrow.target) for arrow in left] == [("a", "bc"), ("bc", "d")]


def test_without_graphviz_svg_says_what_to_do_and_with_it_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = quips("graph", "--topic", "mappa", "--format", "svg")
    assert result.exit_code == 2 and "--format html" in result.stderr and result.stdout == ""
    program = tmp_path / "dot"
    program.write_text('#!/bin/sh\nread -r first\necho "<svg>$1 $first</svg>"\n', encoding="utf-8")
    program.chmod(0o755)
    assert quips("graph", "--topic", "mappa", "--format", "svg").stdout == "<svg>-Tsvg digraph {</svg>\n"
    program.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    result = quips("graph", "--topic", "mappa", "--format", "svg")
    assert result.exit_code == 2 and "failed" in result.stderr


def test_one_thing_at_a_time_is_drawn_and_what_is_not_known_is_told() -> None:
    assert "Nothing is named" in quips("graph").stderr
    assert "One thing is drawn at a time" in quips("graph", "--topic", "mappa", "--edition", "omi-1").stderr
    for option, wrong, meant in (
        ("--rule", "home-visit-repeatd", "home-visit-repeated"),
        ("--topic", "mapa", "mappa"),
        ("--edition", "omi1", "omi-1"),
    ):
        result = quips("graph", option, wrong)
        assert result.exit_code == 2 and f"Did you mean '{meant}'?" in result.stderr, result.stderr


def test_the_library_that_draws_is_the_one_that_was_written_down() -> None:
    folder = ROOT / "engine/quips/reports/vendor"
    said = (folder / "README.txt").read_text(encoding="utf-8")
    digest = hashlib.sha256((folder / "viz-global.js").read_bytes()).hexdigest()
    assert f"viz-global.js sha256 {digest}" in said and "MIT licence" in said and "Eclipse Public Licence" in said


def test_every_form_that_is_offered_needs_no_network() -> None:
    assert set(FORMATS) == {"list", "html", "svg", "dot", "mermaid"}
    viz = (ROOT / "engine/quips/reports/vendor/viz-global.js").read_text(encoding="utf-8")
    page = to_html(of_topic(knowledge(), "mappa"), 100).replace(viz, "")
    assert "default-src 'none'" in page and not re.search(r'(src|href)="(?!#)', page)


def test_an_arrow_reads_from_what_comes_first_to_what_rests_on_it() -> None:
    """A spousal assault assessment rests on the check with the police, so the check holds up the assessment."""
    picture = of_topic(knowledge(), "domestic-abuse")
    [arrow] = [one for one in picture.arrows if one.target == "rule:sara-completed"]
    assert (arrow.source, arrow.words) == ("rule:police-check-made", "holds up")
    assert "rests on" not in to_dot(picture) and 'label="holds up"' in to_dot(picture) and "|holds up|" in to_mermaid(picture)
