"""The prompts of an edition in its own order: what the findings suggest for each, and what a person judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from quips import casetext
from quips.casewords import entry_title
from quips.conditions import AllOf
from quips.explain import Explainer, Step, in_sentence
from quips.findings import Finding
from quips.framework import Node
from quips.judged import overturns
from quips.proposals import NO, NOT_APPLICABLE, YES, Proposal
from quips.statuses import Verdict
from quips.truth import World
from quips.vocabulary import COMMON_ATTRIBUTES
from quips.web import interview
from quips.web.answers import Errors, Form, choices_of, first, text_from_form
from quips.web.desk import Look
from quips.web.view import Page, desk, sent, show, sound, version
from quips.web.view import address as page_address

blueprint = Blueprint("judgements", __name__, url_prefix="/cases/<name>")

BEARS_ON, TO_JUDGE, ALL = "bears_on", "to_judge", "all"
"""Which prompts are listed: those still to judge on which something on the record bears, all those still to judge, or all."""
NOT_YET_JUDGED, NOT_SAID = "not_yet", "not_said"
ANSWERS = {YES: "Yes", NO: "No", NOT_APPLICABLE: "Not applicable"}
_EVIDENCE = COMMON_ATTRIBUTES["evidence"]


@dataclass(frozen=True, slots=True)
class Branch:
    """A section, criterion or key question with the prompts beneath it that are shown.

    Attributes:
        node: What the edition says of it.
        level: What the edition calls its layer, such as ``criterion``.
        prompts: Its own prompts.
        branches: What it contains, where there is anything to show.
        judged: How many of all prompts beneath it are judged.
        of: How many there are that apply, or are judged.
    """

    node: Node
    level: str
    prompts: tuple[Proposal, ...]
    branches: tuple[Branch, ...]
    judged: int
    of: int


@blueprint.get("/judgements")
def judgements(name: str) -> Page:
    """The prompts about the case in the framework's own order: those that the record bears on, those still to judge, or all."""
    look = sound(name)
    shown = _shown()
    audit = look.audit
    assert audit is not None
    branches = [branch for node in audit.edition.divisions if (branch := _branch(look, node, shown))]
    open_prompts = [proposal for proposal in audit.proposals if still_to_judge(proposal)]
    return show(
        "judgements.html",
        look,
        "judgements",
        edition=audit.edition,
        branches=branches,
        shown=shown,
        left=_left_words(open_prompts),
        waits_for=partial(waits_for, look),
        word="framework" if shown == ALL else "judgements",
        address=partial(address, look),
        anchor=anchor,
    )


def _left_words(waiting: Sequence[Proposal]) -> list[str]:
    """What waits for a person, in sentences."""
    if not waiting:
        return ["Every question that applies to the case is judged."]
    bearing = sum(1 for proposal in waiting if proposal.findings)
    said = [f"Something on the record bears on {bearing} of the {len(waiting)} questions still to judge."]
    if bearing < len(waiting):
        said.append("The others are for a reader of the whole file, since no rule reads anything for them.")
    return [*said, "The findings stand without an answer to any of them."]


@blueprint.route("/judgements/<edition>/<node>/<slug>", methods=["GET", "POST"])
def judgement(name: str, edition: str, node: str, slug: str) -> Page:
    """Show one prompt with all that bears on it, and take a person's answer."""
    look = sound(name)
    proposal = _proposal(look, f"{edition}/{node}/{slug}")
    errors = Errors()
    if request.method == "GET":
        return _page(look, proposal, judgement_to_form(proposal.judgement), errors)
    form = sent()
    given = judgement_from_form(form, proposal, errors)
    if errors:
        return _page(look, proposal, form, errors)
    if given != (dict(proposal.judgement) if proposal.judgement else None):
        edit = partial(casetext.with_judgement, prompt=proposal.prompt.name, judgement=given)
        desk().change(name, version(), edit)
    return _onwards(look, proposal, first(form, "then"))


def _onwards(look: Look, proposal: Proposal, then: str) -> Response:
    """Lead to the next prompt that is shown in the list, or, where there is none or it was not asked for, to the list."""
    after = _next(look, proposal) if then == "next" else None
    target = address(look, after) if after else _list_address(look, anchor(proposal))
    return redirect(target, code=303)


def _page(look: Look, proposal: Proposal, form: Form, errors: Errors) -> Page:
    names = [found.prompt.name for found in _listed(look, proposal)]
    after = _next(look, proposal)
    return show(
        "judgement.html",
        look,
        "judgements",
        errors,
        proposal=proposal,
        population=population(look, proposal),
        waiting=waits_for(look, proposal, "judgements"),
        form=form,
        options=[*ANSWERS.items(), (NOT_YET_JUDGED, "Not judged yet")],
        evidence=[*choices_of(_EVIDENCE), (NOT_SAID, "Not said")],
        evidence_asks=_EVIDENCE.ask,
        position=names.index(proposal.prompt.name) + 1,
        of=len(names),
        back=_list_address(look, anchor(proposal)),
        after=address(look, after) if after else "",
    )


# Which prompts there are ---------------------------------------------------------------------------------------------------


def still_to_judge(proposal: Proposal) -> bool:
    """Whether a prompt waits for a person: it applies to the case, or may, and nobody has judged it."""
    return proposal.judgement is None and proposal.answer != NOT_APPLICABLE


def _shown() -> str:
    word = request.args.get("show", "")
    return word if word in (TO_JUDGE, ALL) else BEARS_ON


def _is_listed(proposal: Proposal, shown: str) -> bool:
    return shown == ALL or (still_to_judge(proposal) and (shown == TO_JUDGE or bool(proposal.findings)))


def _show_part() -> dict[str, str]:
    """The part of an address that says which prompts are listed."""
    return {} if _shown() == BEARS_ON else {"show": _shown()}


def _proposal(look: Look, prompt: str) -> Proposal:
    assert look.audit is not None
    found = next((proposal for proposal in look.audit.proposals if proposal.prompt.name == prompt), None)
    if found is None:
        raise NotFound
    return found


def _branch(look: Look, node: Node, shown: str) -> Branch | None:
    """Return a part of the edition with what is shown beneath it; None where that is nothing."""
    assert look.audit is not None
    beneath = [proposal for proposal in look.audit.proposals if _is_beneath(proposal.node, node)]
    own = tuple(p for p in beneath if p.node.id == node.id and _is_listed(p, shown))
    branches = tuple(branch for child in node.children if (branch := _branch(look, child, shown)))
    if not own and not branches:
        return None
    levels = look.audit.edition.levels
    level = levels[min(node.depth, len(levels) - 1)].replace("_", " ")
    counted = [proposal for proposal in beneath if proposal.judgement or proposal.answer != NOT_APPLICABLE]
    return Branch(node, level, own, branches, sum(1 for p in counted if p.judgement), len(counted))


def _is_beneath(inner: Node, outer: Node) -> bool:
    return inner.id == outer.id or inner.id.startswith(f"{outer.id}.")


def _listed(look: Look, here: Proposal) -> list[Proposal]:
    """The prompts of the list that one was opened from, in order, that one with them."""
    assert look.audit is not None
    return [p for p in look.audit.proposals if _is_listed(p, _shown()) or p.prompt.name == here.prompt.name]


def _next(look: Look, proposal: Proposal) -> Proposal | None:
    found = _listed(look, proposal)
    position = next(n for n, one in enumerate(found) if one.prompt.name == proposal.prompt.name)
    return found[position + 1] if position + 1 < len(found) else None


def anchor(proposal: Proposal) -> str:
    """Return the id of a prompt in the list."""
    return proposal.prompt.name.split("/", 1)[1].replace("/", "-")


def address(look: Look, proposal: Proposal) -> str:
    """Return the address of a prompt's page, opened from the list that is shown."""
    edition, node, slug = proposal.prompt.name.split("/")
    parts: dict[str, Any] = _show_part()
    return url_for("judgements.judgement", name=look.kept.name, edition=edition, node=node, slug=slug, **parts)


def _list_address(look: Look, at: str = "") -> str:
    parts: dict[str, Any] = _show_part()
    return url_for("judgements.judgements", name=look.kept.name, **parts, _anchor=at or None)


# What a page shows of a prompt ---------------------------------------------------------------------------------------------


def population(look: Look, proposal: Proposal) -> Step:
    """Return which cases a prompt is asked of, each condition with how it came out for this case."""
    audit = look.audit
    assert audit is not None
    above = next(conditions for node, conditions in audit.edition.populations() if node.id == proposal.node.id)
    own = proposal.prompt.applies_when
    conditions = desk().auditor.reference.conditions
    explainer = Explainer(conditions, look.knowledge.vocabulary, World(audit.case))
    return explainer.tree(AllOf((*above, *([own] if own else []))), audit.case.as_at)


def waits_for(look: Look, proposal: Proposal, word: str) -> list[tuple[str, str]]:
    """Return the questions that would settle the open findings of a prompt: each in words, with its address.

    Args:
        look: The case.
        proposal: The prompt.
        word: The word for where the questions are opened from.
    """
    if proposal.answer == NOT_APPLICABLE:
        return []
    waiting = {finding.ref for finding in proposal.findings if finding.verdict is Verdict.OPEN}
    asked: dict[tuple[str, str], None] = {}
    for step in look.steps if waiting else ():
        because = [finding for finding in step.because if finding.ref in waiting]
        if because:
            asked.update(dict.fromkeys(_asked(look, step, because, word)))
    return [*asked]


def _asked(look: Look, step: interview.Step, because: Sequence[Finding], word: str) -> Iterator[tuple[str, str]]:
    """What one step of the interview asks on behalf of some findings: in words, with the address of the page that asks it."""
    name, vocabulary = look.kept.name, look.knowledge.vocabulary
    read = {one for finding in because for one in (*finding.settled_by, *(fact.name for fact in finding.facts))}
    looked_for = {one for finding in because for one in (*finding.settled_by, *interview.activities_of(finding.rule))}
    match step.kind:
        case interview.CIRCUMSTANCE | interview.INFERRED:
            for term in step.names:
                if term in read:
                    title = in_sentence(vocabulary.circumstances[term].title)
                    yield title, page_address("asking.circumstance", name, word, term=term)
        case interview.STAGE:
            yield "for which stages of the work the record is complete", page_address("asking.stages", name, word)
        case interview.ENTRY:
            [(activity, said)] = look.value["record"][int(step.names[0])].items()
            words = f"what the {in_sentence(entry_title(activity, said, vocabulary))} was like"
            yield words, page_address("entries.entry", name, word, number=int(step.names[0]))
        case _:  # one activity, or several that are asked at once
            for activity in step.names:
                if activity in looked_for:
                    title = in_sentence(vocabulary.activities[activity].title)
                    yield title, page_address("entries.activity", name, word, activity=activity)


# Between a form and a judgement --------------------------------------------------------------------------------------------


def judgement_to_form(given: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """Return the fields that give a judgement as it stands in a case file."""
    return {name: [str(value)] for name, value in (given or {}).items()}


def judgement_from_form(form: Form, proposal: Proposal, errors: Errors) -> dict[str, Any] | None:
    """Return what a form says of a prompt, as a case file holds it; None if it is not judged, or something is wrong.

    Args:
        form: What was sent.
        proposal: The prompt, what the findings suggest for it, and how it was judged before.
        errors: What is wrong is added here.
    """
    answer, evidence = first(form, "answer"), first(form, "evidence")
    reason = text_from_form("reason", form, "The reason", errors)
    note = text_from_form("note", form, "The note", errors)
    said = {"reason": reason, "note": note, "evidence": evidence if evidence in _EVIDENCE.values else None}
    if answer == NOT_YET_JUDGED:
        before = proposal.judgement or {}
        written = [part for part in ("reason", "note") if said[part] and said[part] != before.get(part)]
        for part in written:
            errors.add(part, f"Choose an answer, or take out the {part}: it is kept with an answer only")
        return None
    if answer not in ANSWERS:
        errors.add("answer", "Choose an answer, or ‘Not judged yet’")
        return None
    if overturns(answer, proposal.answer) and not reason:
        errors.add("reason", f"Enter why you judge otherwise: what was found suggests {ANSWERS[proposal.answer].lower()}")
    if errors:
        return None
    in_order = {"answer": answer, "reason": reason, "evidence": said["evidence"], "note": note}
    return {name: value for name, value in in_order.items() if value}
