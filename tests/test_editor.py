"""What VS Code offers, shows and underlines: its own YAML language server is driven with the settings of the repository."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from knowledge_base import ROOT
from language_server import LanguageServer, why_missing

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(why_missing()), reason=why_missing())]

RULE = "rules/home-visits/a-new-rule.yaml"
KINDS = {
    "rule": RULE,
    "vocabulary": "rules/vocabulary/new.yaml",
    "limits": "framework/limits/new.yaml",
    "edition": "framework/editions/omi-9/edition.yaml",
    "division": "framework/editions/omi-9/section-1.yaml",
    "crosswalk": "framework/crosswalk.yaml",
    "glossary": "framework/glossary.yaml",
    "published": "framework/published/kent-2008/new.yaml",
    "case": "examples/cases/new.yaml",
    "round": "rounds/spring/round.yaml",
}

WHOLE = """\
rule: a-new-rule
kind: expectation
title: A manager looks at the case after each police call-out
status: draft
why: A call-out is news.
when: {domestic_abuse: true, rosh_level: [high, very_high]}
from: {each: police_call_out}
expect:
  activity: management_oversight
  good_when: {effective: true}
answers:
  - {prompt: omi-2/1.2/management-oversight}
severity: high
remedy: Take the call-out to your manager today.
cites:
  - {seed: 001_c93617e95d227070.txt, line: 541}
cannot_see: Whether the manager was told everything.
examples:
  - name: a call-out, and nobody was told
    given:
      as_at: 2018-10-01
      circumstances: {domestic_abuse: true, rosh_level: high}
      record:
        - police_call_out: 2018-03-05
    status: missing
"""


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    nested: dict[str, dict[str, object]] = {"yaml": {}}
    for key, value in settings.items():
        if key.startswith("yaml."):
            at = nested["yaml"]
            *way, last = key.split(".")[1:]
            for step in way:
                at = at.setdefault(step, {})  # type: ignore[assignment]
            at[last] = value
    with LanguageServer(ROOT, nested) as running:
        yield running


@pytest.mark.parametrize(
    ("kind", "text", "offered", "not_offered"),
    [
        pytest.param("rule", "when:\n  ro|\n", {"rosh_level", "domestic_abuse", "any", "not", "has"}, {"home_visit"}, id="fact"),
        pytest.param("rule", "when:\n  any:\n    - ro|\n", {"rosh_level", "domestic_abuse"}, {"home_visit"}, id="fact in any"),
        pytest.param("rule", "when:\n  not:\n    |\n", {"rosh_level", "domestic_abuse"}, {"home_visit"}, id="fact in not"),
        pytest.param("rule", "when:\n  rosh_level: |\n", {"low", "medium", "high", "very_high"}, {"true"}, id="value"),
        pytest.param("rule", "when: {rosh_level: |}\n", {"low", "very_high"}, {"true"}, id="value in braces"),
        pytest.param("rule", "when:\n  rosh_level:\n    - |\n", {"low", "very_high"}, {"true"}, id="value in a list"),
        pytest.param("rule", "when:\n  domestic_abuse: |\n", {"true", "false"}, {"high"}, id="yes or no"),
        pytest.param(
            "rule", "when:\n  tier:\n    at|\n", {"at_least", "at_most", "known"}, {"includes"}, id="comparison of a number"
        ),
        pytest.param(
            "rule", "when:\n  requirements:\n    |\n", {"includes", "includes_any"}, {"at_least"}, id="comparison of a list"
        ),
        pytest.param("rule", "when:\n  requirements:\n    includes: |\n", {"unpaid_work"}, {"high"}, id="value in a comparison"),
        pytest.param("rule", "from: |\n", {"sentenced", "release"}, {"rosh_level"}, id="date that starts a clock"),
        pytest.param("rule", "from:\n  each: |\n", {"home_visit", "not_done"}, {"release"}, id="activity that starts a clock"),
        pytest.param("rule", "from:\n  each: absence\n  where:\n    |\n", {"acceptable"}, {"purposeful"}, id="attribute of it"),
        pytest.param("rule", "from:\n  becomes:\n    |\n", {"rosh_level"}, {"release"}, id="what can change"),
        pytest.param("rule", "expect:\n  activity: |\n", {"home_visit", "sentence_plan"}, {"release"}, id="activity"),
        pytest.param(
            "rule",
            "expect:\n  activity: home_visit\n  good_when:\n    |\n",
            {"purposeful", "sufficient"},
            {"effective"},
            id="attribute",
        ),
        pytest.param(
            "rule",
            "when:\n  has:\n    activity: management_oversight\n    where:\n      |\n",
            {"effective"},
            {"purposeful"},
            id="attribute in a condition",
        ),
        pytest.param(
            "rule",
            "from:\n  each: mappa_meeting\nexpect:\n  this:\n    |\n",
            {"minuted", "actions_recorded"},
            {"purposeful"},
            id="attribute of what starts the clock",
        ),
        pytest.param(
            "rule", "expect:\n  activity: home_visit\n  within: |\n", {"home-visit-after-start"}, {"home_visit"}, id="limit"
        ),
        pytest.param("rule", "expect:\n  until: |\n", {"supervision_ended"}, {"rosh_level"}, id="bound"),
        pytest.param("rule", "answers:\n  - prompt: |\n", {"omi-2/1.2/management-oversight"}, set(), id="prompt"),
        pytest.param("rule", "rests_on:\n  - rule: |\n", {"sentence-plan-completed"}, set(), id="rule"),
        pytest.param("rule", "cites:\n  - seed: |\n", {"001_c93617e95d227070.txt"}, {"memory"}, id="report"),
        pytest.param("rule", "derives:\n  |\n", {"oversight_required"}, {"release"}, id="what can be inferred"),
        pytest.param("rule", "status: |\n", {"draft", "active", "retired"}, set(), id="word of the language"),
        pytest.param("rule", "ex|\n", {"expect", "examples"}, set(), id="key of a rule"),
        pytest.param(
            "rule",
            "examples:\n  - given:\n      circumstances:\n        |\n",
            {"rosh_level"},
            {"home_visit"},
            id="fact of an example",
        ),
        pytest.param(
            "rule",
            "examples:\n  - given:\n      record:\n        - |\n",
            {"home_visit"},
            {"rosh_level"},
            id="entry of an example",
        ),
        pytest.param("case", "circumstances:\n  rosh_level: |\n", {"low", "very_high"}, {"true"}, id="value in a case"),
        pytest.param(
            "case",
            "record:\n  - home_visit:\n      on: 2009-01-01\n      |\n",
            {"purposeful"},
            {"effective"},
            id="attribute in a case",
        ),
        pytest.param("case", "judgements:\n  |\n", {"omi-2/1.2/management-oversight"}, set(), id="prompt in a case"),
        pytest.param(
            "division", "prompts:\n  - applies_when:\n      |\n", {"rosh_level"}, {"home_visit"}, id="fact in an edition"
        ),
        pytest.param(
            "limits",
            "limits:\n  - readings:\n      - rows:\n          - when:\n              |\n",
            {"rosh_level"},
            {"home_visit"},
            id="fact in a limit",
        ),
        pytest.param(
            "vocabulary",
            "circumstances:\n  x:\n    relevant_when:\n      rosh_level: |\n",
            {"low", "high"},
            {"true"},
            id="value in the vocabulary",
        ),
        pytest.param(
            "crosswalk", "crosswalk:\n  - from: |\n", {"omi-2/1.2/management-oversight"}, set(), id="prompt in the crosswalk"
        ),
        pytest.param(
            "glossary", "terms:\n  - used_as:\n      - |\n", {"rosh_level", "home_visit"}, set(), id="word of the glossary"
        ),
        pytest.param(
            "published", "edition: omi-1\nfigures:\n  - prompt: |\n", {"1.1/report-concise"}, set(), id="figure's prompt"
        ),
        pytest.param("round", "edition: |\n", {"omi-1", "standards-2018"}, set(), id="edition of a round"),
    ],
)
def test_names_are_offered_where_they_can_stand(
    server: LanguageServer, kind: str, text: str, offered: set[str], not_offered: set[str]
) -> None:
    found = {name.strip() for name in server.offered(KINDS[kind], text)}
    assert offered <= found, offered - found
    assert not not_offered & found


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        pytest.param("rule", "when:\n  rosh_le|vel: high\n", ["What is the classification", "`very_high`: Very high"], id="fact"),
        pytest.param(
            "rule", "expect:\n  activity: home_vi|sit\n", ["Was the person visited at home?", "`purposeful`"], id="activity"
        ),
        pytest.param(
            "rule",
            "expect:\n  activity: home_visit\n  good_when:\n    purpose|ful: true\n",
            ["Did the visit serve a purpose that is on record?"],
            id="attribute",
        ),
        pytest.param("rule", "expect:\n  within: warning-|letter\n", ["Warning letter sent promptly"], id="limit"),
        pytest.param("rule", "rests_on:\n  - rule: sentence-plan-com|pleted\n", ["(expectation, planning, active)"], id="rule"),
        pytest.param("rule", "answers:\n  - prompt: omi-2/1.2/manage|ment-oversight\n", ["?**", "About the case"], id="prompt"),
        pytest.param("rule", "cites:\n  - seed: 001_c93617|e95d227070.txt\n", ["Thames Valley", "lines."], id="report"),
        pytest.param("rule", "cannot|_see: x\n", ["What a finding of this rule leaves unsaid."], id="key"),
        pytest.param("rule", "wh|en: {rosh_level: high}\n", ["The cases the rule is for"], id="key with names beneath"),
        pytest.param("case", "record:\n  - home_|visit: 2009-01-01\n", ["Was the person visited at home?"], id="entry of a case"),
    ],
)
def test_help_is_shown_over_a_name_and_over_nothing_else_of_its_kind(
    server: LanguageServer, kind: str, text: str, told: list[str]
) -> None:
    shown = server.shown(KINDS[kind], text)
    assert all(words in shown for words in told), shown
    assert "OASys assessment" not in shown, "the help of every other activity"
    assert len(shown) < 1500


def test_nothing_is_underlined_in_a_rule_that_is_right(server: LanguageServer) -> None:
    assert server.faults(RULE, WHOLE) == []


@pytest.mark.parametrize(
    "name",
    [
        "rules/home-visits/home-visit-where-rosh-is-high.yaml",
        "rules/vocabulary/activities-delivery.yaml",
        "rules/vocabulary/risk.yaml",
        "framework/limits/contact.yaml",
        "framework/editions/omi-2/edition.yaml",
        "framework/editions/omi-2/section-2.yaml",
        "framework/editions/standards-2018/domain-2.yaml",
        "framework/published/kent-2008/section-1.yaml",
        "framework/sources.yaml",
        "framework/glossary.yaml",
        "framework/crosswalk.yaml",
        "framework/paragraphs.yaml",
        "examples/cases/TV-0042.yaml",
        "examples/cases/composed-mappa.yaml",
        "tests/conformance/rules/vocabulary/words.yaml",
    ],
)
def test_nothing_is_underlined_in_files_that_are_right(server: LanguageServer, name: str) -> None:
    assert server.faults(name, (ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("when: {domestic_abuse: true,", "when: {domestic_abus: true,", 6, "domestic_abus"),
        ("[high, very_high]", "[hihg, very_high]", 6, '"very_high"'),
        ("[high, very_high]", "{at_least: 3}", 6, "at_least"),
        ("each: police_call_out", "each: police_callout", 7, "activity"),
        ("activity: management_oversight", "activity: managment_oversight", 9, "activity"),
        ("{effective: true}", "{purposeful: true}", 10, "purposeful"),
        ("{effective: true}", "{effective: yes}", 10, "boolean"),
        ("omi-2/1.2/management-oversight", "omi-2/1.2/managers", 12, "prompt"),
        ("severity: high", "severity: hihg", 13, '"high"'),
        ("001_c93617e95d227070.txt", "001.txt", 16, "report"),
        ("- police_call_out:", "- police_callout:", 24, "police_callout"),
        ("rosh_level: high}", "rosh_level: hihg}", 22, '"high"'),
        ("status: missing", "status: mising", 25, '"missing"'),
        ("severity: high\n", "", 1, "severity"),
        ("why:", "wy:", 5, "wy"),
        ("from: {each: police_call_out}", "from: released", 7, "date circumstance"),
        ("good_when: {effective: true}", "within: ten-days", 10, "limit"),
    ],
)
def test_a_mistake_is_underlined_where_it_is(server: LanguageServer, old: str, new: str, line: int, word: str) -> None:
    assert WHOLE.count(old) == 1, "the test changes one place"
    found = server.faults(RULE, WHOLE.replace(old, new))
    assert (line, True) in {(fault["range"]["start"]["line"] + 1, word in fault["message"]) for fault in found}, found


def test_a_mistake_that_was_put_right_is_underlined_no_more(server: LanguageServer) -> None:
    assert server.faults(RULE, WHOLE.replace("severity: high", "severity: hihg"))
    assert server.faults(RULE, WHOLE) == []
