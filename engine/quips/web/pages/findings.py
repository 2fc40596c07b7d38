"""The findings of a case, one finding laid open, and what an officer can say to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect

from quips import casetext
from quips.explanations import Explanation, Joined, explain
from quips.findings import Finding, FindingBuilder, Shown
from quips.framework import Prompt
from quips.reports import wording
from quips.reports.printed import CAVEAT, figure_words, figures_of
from quips.statuses import Status, Verdict
from quips.web import chain, comparing
from quips.web.answers import Errors, first, text_from_form
from quips.web.desk import Look
from quips.web.interview import entry_mark
from quips.web.view import Page, back, came_from, desk, sent, show, sound, version
from quips.web.ways import entry_link, entry_links, settling_links, ways

blueprint = Blueprint("findings", __name__, url_prefix="/cases/<name>")

SHOWS = {
    "yes": "It shows a yes.",
    "no": "It shows a no.",
    "open": "It leaves this open.",
    "nothing": "It shows nothing of this.",
}


@blueprint.get("/findings")
def findings(name: str) -> Page:
    """Every finding that says something, in the order of the reports, with what changed since the officer last compared."""
    look = sound(name)
    audit = look.audit
    assert audit is not None
    judged, timing = wording.to_judge(audit)
    coming, undated = wording.not_yet_due(audit.findings)
    groups = wording.by_what_settles(audit.findings, look.knowledge)
    return show(
        "findings.html",
        look,
        "findings",
        audit=audit,
        n_gaps=len(audit.with_verdict(Verdict.GAP)),
        told_only=[(entry_link(look, entry), titles) for entry, titles in wording.told_only(audit)],
        judged=judged,
        timing=timing,
        unknown=[(words, settling_links(look, *group), group) for words, group in groups],
        absent=wording.of_status(audit.findings, Status.NOT_ON_RECORD),
        coming=coming,
        undated=undated,
        good=wording.strengths(audit),
        unseen=list(dict.fromkeys(wording.not_on_record(audit))),
        n_left=len(audit.with_verdict(Verdict.NOT_APPLICABLE)),
        comparison=comparing.compared(audit, look.notes.get(comparing.NOTE)),
        chosen=str(look.notes.get("edition") or ""),
    )


@blueprint.post("/findings/compare")
def compare(name: str) -> Page:
    """Note the findings as they are, to compare with from here on."""
    look = sound(name)
    assert look.audit is not None
    desk().keep_note(name, comparing.NOTE, comparing.taken(look.audit, date.today()))
    return back(name, "findings")


@blueprint.get("/findings/<rule>/<path:key>")
def finding(name: str, rule: str, key: str) -> Page:
    """One finding laid open: why, why not, what it rests on, what it bears on, and what can be done about it."""
    look = sound(name)
    found = finding_at(look, rule, key)
    laid_open = explanation_of(look, found)
    assert look.audit is not None
    beneath, above = neighbours(look, laid_open)
    return show(
        "finding.html",
        look,
        came_from() or "findings",
        finding=found,
        explanation=laid_open,
        beneath=beneath,
        above=above,
        ways=ways(look, found),
        entries=entry_links(look, found),
        unknown=settling_links(look, found),
        prompts=prompts_of(look, found),
        cited=wording.cited(
            wording.own_first(found.rule.cites, look.knowledge.sources, look.audit.edition.name), look.knowledge.sources
        ),
        shows=SHOWS,
        caveat=CAVEAT,
        disputes=disputes_of(look, found),
        truths={True: "Yes", False: "No", None: "Not known"},
    )


@blueprint.get("/chains/<rule>/<path:key>")
def picture(name: str, rule: str, key: str) -> Response:
    """The picture of what a finding rests on and what rests on it."""
    look = sound(name)
    found = finding_at(look, rule, key)
    beneath, above = neighbours(look, explanation_of(look, found))
    svg = chain.drawn(found, [joined.finding for joined in beneath], [joined.finding for joined in above])
    return Response(svg, mimetype="image/svg+xml")


@blueprint.route("/disputes/<rule>/<path:key>", methods=["GET", "POST"])
def dispute(name: str, rule: str, key: str) -> Page:
    """Say that a finding is not right, and why; it stays as it is."""
    look = sound(name)
    found = finding_at(look, rule, key)
    errors, form = Errors(), sent()
    if request.method == "POST":
        why = text_from_form("why", form, "Why the finding is not right", errors)
        if not why and not errors:
            errors.add("why", "Enter why the finding is not right")
        if not errors:
            said = {"rule": rule, "key": key, "on": date.today().isoformat(), "why": why}
            if first(form, "about") == "rule":
                del said["key"]
            _keep(name, [*_disputes(look), said])
            return redirect(_address(name, found), code=303)
    return show("dispute.html", look, "findings", errors, finding=found, form=form)


@blueprint.post("/disputes/<rule>/<path:key>/withdraw")
def withdraw(name: str, rule: str, key: str) -> Page:
    """Take a dispute back."""
    look = sound(name)
    found = finding_at(look, rule, key)
    mark = first(sent(), "dispute")
    left = [said for said in _disputes(look) if entry_mark(said) != mark]
    _keep(name, left)
    return redirect(_address(name, found), code=303)


# What the pages above share ------------------------------------------------------------------------------------------------


def finding_at(look: Look, rule: str, key: str) -> Finding:
    """Return a finding of a case by its address.

    Raises:
        NotFound: There is no such finding, or not any more.
    """
    assert look.audit is not None
    found = next((finding for finding in look.audit.findings if finding.ref == (rule, key)), None)
    if found is None:
        raise NotFound
    return found


def explanation_of(look: Look, finding: Finding) -> Explanation:
    """Return a finding laid open."""
    assert look.audit is not None
    engine = desk().auditor.reference
    builder = FindingBuilder(look.knowledge, engine, look.audit.case)
    return next(one for one in explain(engine, look.audit, finding.rule, builder) if one.finding.ref == finding.ref)


def neighbours(look: Look, laid_open: Explanation) -> tuple[list[Joined], list[Joined]]:
    """Return what a finding rests on or is explained by, and what rests on it or is explained by it, causes first.

    What does not apply has no effect and is left out. A cause can lie further up, behind something that is still open.
    """
    assert look.audit is not None
    found = laid_open.finding
    beneath = {joined.finding.ref: joined for joined in laid_open.beneath if _bears(joined.finding)}
    above = {joined.finding.ref: joined for joined in laid_open.above if _bears(joined.finding)}
    for other in look.audit.findings:
        if other.ref in found.because_of:
            beneath.setdefault(other.ref, Joined(other, "cause"))
        if found.ref in other.because_of:
            above.setdefault(other.ref, Joined(other, "cause"))
    return (
        sorted(beneath.values(), key=lambda joined: joined.finding.ref not in found.because_of),
        sorted(above.values(), key=lambda joined: found.ref not in joined.finding.because_of),
    )


def prompts_of(look: Look, finding: Finding) -> list[tuple[Prompt, Shown, list[str]]]:
    """Return the prompts of the chosen edition that a finding bears on, what it shows of each, and what was printed of it."""
    assert look.audit is not None
    edition = look.audit.edition.name
    return [
        (
            look.knowledge.prompts[shown.prompt],
            shown,
            [figure_words(short, figure) for short, figure in figures_of(look.knowledge, shown.prompt)],
        )
        for shown in finding.shows
        if shown.prompt.startswith(f"{edition}/")
    ]


def disputes_of(look: Look, finding: Finding) -> list[tuple[str, str, bool]]:
    """Return what is said against a finding: the words, what tells it from any other, and whether it is of the whole rule."""
    return [
        (wording.dispute_words([finding._replace(disputes=(one,))])[0], entry_mark(look.document.at(*one.path)), not one.key)
        for one in finding.disputes
    ]


def _bears(finding: Finding) -> bool:
    return finding.verdict is not Verdict.NOT_APPLICABLE


def _disputes(look: Look) -> list[Mapping[str, Any]]:
    return list(look.value.get("disputes", []))


def _keep(name: str, disputes: list[Mapping[str, Any]]) -> None:
    desk().change(name, version(), partial(casetext.with_top, key="disputes", value=disputes or None))


def _address(name: str, finding: Finding) -> str:
    return url_for("findings.finding", name=name, rule=finding.rule.name, key=finding.key)
