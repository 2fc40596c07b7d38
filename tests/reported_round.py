"""A composed round of twelve cases with different gaps, two read twice, disputes, a refusal and an urgent case, to report on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from quips.peeraudit.feedback import prepare
from quips.peeraudit.state import SET_ASIDE, STANDS
from quips.peeraudit.steps import feeding_back, setting_up
from quips.reports.blocks import Block, Words
from quips.reports.blocktext import to_text
from quips.reports.roundpaper import RoundReport, paper
from round_at_hand import RoundAtHand, listed_case, plan

PROMPTS = (
    "omi-1/1.2/rosh-classification-agreed",
    "omi-1/1.2/roh-analysis-completed",
    "omi-1/1.2/childrens-services-check",
    "omi-1/2.2/home-visit-high-roh",
)
SOURCES = {
    "TV-01": "composed-home-visits",
    "TV-02": "composed-home-visits",
    "TV-03": "composed-home-visits",
    "TV-04": "composed-safeguarding",
    "TV-05": "composed-safeguarding",
    "TV-06": "composed-domestic-abuse",
    "TV-07": "composed-domestic-abuse",
    "TV-08": "composed-risk-of-harm",
    "TV-09": "composed-well-run",
    "TV-10": "composed-well-run",
    "TV-11": "composed-planning",
    "TV-12": "composed-home-visits",
}
VISIT, CHECK, POLICE = "home-visit-where-rosh-is-high", "childrens-services-check-made", "police-check-made"
ELIGIBLE = 60
DAY = "2026-12-10"
"""On which it is reported on."""


class ReportedRound(RoundAtHand):
    """The round, and the steps that its fixture needs beside those of any."""

    def draw(self, names: Sequence[str]) -> None:
        """Draw the cases: of the twelve the first four of RoSH low, the others high."""
        cases = []
        for n, name in enumerate(names):
            one: dict[str, Any] = listed_case(name, n)
            cases.append({**one, "values": {**one["values"], "rosh_level": "low" if n < 4 else "high"}})
        rows = [("rosh_level", "high", 40, 8), ("rosh_level", "low", 20, 4)]
        composition = [dict(zip(("column", "value", "in_list", "in_sample"), row, strict=True)) for row in rows]
        about = {"seed": "seven", "size": len(names), "eligible": ELIGIBLE, "cases": cases, "composition": composition}
        self.take(lambda state: setting_up.draw(self.plan, state, "L01", about))

    def submit_more(self) -> None:
        """Take a step that changes no figure of what was settled before."""
        self.take(
            lambda state: setting_up.raise_urgent(self.plan, "R01", "TV-07", "Nobody knows where he is.", "The SPO, at ten.")
        )

    def dispute(self, name: str, rule: str, outcome: str) -> None:
        gaps = self.book.gap_rules(self.case(name))
        officer = self.case(name).officer
        self.take(lambda state: feeding_back.dispute(self.plan, state, officer, name, rule, "It was done in August.", gaps))
        said = "The entry of August shows it." if outcome == SET_ASIDE else "The entry is of another visit."
        self.take(lambda state: feeding_back.answer_dispute(self.plan, state, "M01", name, rule, outcome, said))

    def feed_back(self, name: str, by: str = "L01") -> None:
        """Feed back as the command does, but for the letters."""
        prepared = prepare(self.book, self.state, by, name)
        self.take(lambda state: feeding_back.feed_back(self.plan, state, by, name, prepared.actions, {}))

    def reread(self, name: str, change: Mapping[str, Sequence[str]], unsure: Mapping[str, str]) -> None:
        """Read a case again, of which the record says what it said when it was settled."""
        record = self.case(name).newest(self.case(name).readers[0]).file
        self.take(lambda state: feeding_back.reread(self.plan, state, "L01", name, record, {}, change, unsure))


def settled(path: Path, **changes: Any) -> ReportedRound:
    """The round with every case settled: the home visit answered no where there was none, two cases read twice."""
    breakdowns = {"by": ("rosh_level",), **changes}
    found = ReportedRound(path, plan(PROMPTS, **breakdowns))
    found.draw([*SOURCES])
    found.allocate(second=["TV-01", "TV-05"])
    for name, source in SOURCES.items():
        answers = {PROMPTS[3]: "no"} if source == "composed-home-visits" else {}
        found.submit(name, answers=answers, source=source)
        for second in found.case(name).readers[1:]:
            found.submit(name, second, {**answers, PROMPTS[0]: "no"} if name == "TV-05" else answers, source=source)
        found.settle(name)
    return found


def fed_back(path: Path, **changes: Any) -> ReportedRound:
    """The round with feedback on all cases but one, two disputes, a refusal, an urgent case, and two cases signed."""
    found = settled(path, **changes)
    for name in [*SOURCES][:-1]:
        found.feed_back(name)
    found.dispute("TV-01", VISIT, STANDS)
    found.dispute("TV-04", CHECK, SET_ASIDE)
    for name in ("TV-02", "TV-03", "TV-09"):
        found.act(name)
    found.sign("TV-02", accepts=False)
    found.feed_back("TV-02")
    found.reread("TV-03", {"closed": [VISIT], "still_open": ["home-visit-repeated"], "new": []}, {})
    gaps = found.book.gap_rules(found.case("TV-11"))
    found.reread("TV-11", {"closed": [], "still_open": gaps, "new": []}, {"sentence-plan-sequenced": "No longer seen."})
    for name in ("TV-03", "TV-09"):
        found.sign(name)
    found.take(
        lambda state: setting_up.raise_urgent(
            found.plan, "R01", "TV-06", "He waited by the gate last night.", "The SPO, at nine."
        )
    )
    return found


def said(blocks: Iterable[Block]) -> str:
    """Everything that blocks of words and points of a report say."""
    lines = [line for one in blocks for line in ([one.text] if isinstance(one, Words) else getattr(one, "lines", ()))]
    return " ".join(lines)


def words(report: RoundReport) -> str:
    """A report as text, in one line and with no styles."""
    return " ".join(click.unstyle(to_text(paper(report), 120)).split())
