"""The forms that readers of a round fill in: the facts of a case first; then, beside what Quips found in them, the judgements.

A second reader's form is never filled in from the first reader's: facts are read blind as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Any

from quips.audits import Audit
from quips.explain import in_sentence
from quips.findings import Finding
from quips.forms.filling import answers_of, choices_for, room_problems
from quips.forms.layout import JUDGED_HEADS, JUDGEMENTS, Choices, head_of, judged_boxes, layout
from quips.forms.sheets import TEXT, Builder, Sheet
from quips.forms.workbook import workbook_bytes
from quips.ordering import Gap
from quips.peeraudit.book import Book
from quips.peeraudit.contradictions import falling_short
from quips.peeraudit.formnames import BECAUSE, FACTS, GOOD_PRACTICE, GOOD_PRACTICE_ROWS, JUDGING, KNOWN, READING, named
from quips.peeraudit.state import RoundCase, State
from quips.problems import InputError, Problem, listed
from quips.proposals import FOR_THE_AUDITOR, Proposal
from quips.reasons import STATUS_WORDS
from quips.reports.wording import (
    ANSWERS,
    INDICATIVE,
    ONLY_EARLIER,
    bearing_on,
    of_status,
    status_words,
    strength_words,
    strengths,
    to_judge,
    undecided_words,
    urgent_words,
)
from quips.source import Document, parse_yaml, read_yaml
from quips.statuses import Status, Verdict

ABOUT, FOUND, GOOD = "About this reading", "What Quips found", "Good practice"
_ROOM = 20
"""How many times each piece of work can be recorded on a reader's form: contacts of some months, one by one."""
_MOST_REASONS = 3
_STEPS = {
    FACTS: (
        "Read the file. Fill in the circumstances and, for each stage, what was done and when. Judge nothing yet.",
        "Leave blank what is not known; that never means no.",
        "Answer at the least on what day the record was read and, for each stage, whether the record is complete.",
        "Hand it in: quips round import ROUND THIS-FILE. A second form then asks for your judgements.",
    ),
    JUDGING: (
        "Look at the sheet What Quips found. If a fact is wrong, correct it on the sheets of the record.",
        "Answer every question on the sheet Judgements. What is still to answer is yellow. The judgement is yours.",
        "Leave blank what is not known on the sheets of the record alone.",
        "Say why wherever you answer No, and wherever you see it otherwise than the record suggests.",
        "Write down what was good practice, as readily as what fell short.",
        "Hand it in: quips round import ROUND THIS-FILE.",
    ),
    KNOWN: (
        "This is a case whose answers the team has agreed. Answer every question on the sheet Judgements as in any case.",
        "Hand it in: quips round qualify ROUND THIS-FILE.",
    ),
}


def reading_form(book: Book, state: State, case: RoundCase, reader: str, stage: str) -> bytes:
    """Return the form of a case for a reader, as the bytes of a workbook; the same state gives the same bytes.

    Args:
        book: The readings of the round.
        state: The round as it stands.
        case: The case.
        reader: Who reads it.
        stage: ``facts`` or ``judging``.

    Raises:
        InputError, StorageError: What fills it in cannot be read.
    """
    document = _begun(book, case, reader) if stage == FACTS else _handed_in(book, case, reader)
    newest = case.newest(reader)
    good = newest.good_practice if newest and stage == JUDGING else ()
    return _form(book, state, case.reference, reader, stage, document, list(good), bool(newest and newest.complete))


def known_form(book: Book, state: State, reference: str, reader: str, document: Document) -> bytes:
    """Return the form by which a reader judges a known case: its facts are given, its answers are not.

    Args:
        book: The readings of the round.
        state: The round as it stands.
        reference: The known case.
        reader: The reader.
        document: Its case file.
    """
    return _form(book, state, reference, reader, KNOWN, _unjudged(document), [], False)


def _begun(book: Book, case: RoundCase, reader: str) -> Document | None:
    """What the team knows of a case beforehand, for its first reader only."""
    path = book.folder.path / "cases" / f"{named(case.reference)}.yaml"
    if reader != case.reader or not path.is_file():
        return None
    document = read_yaml(path)
    book.auditor.audit_document(document, edition=book.plan.edition)  # says what is wrong with it
    if document.value["case"] != case.reference:
        message = f"The file is called {path.name}, and the case in it {document.value['case']}."
        raise InputError([Problem(document.place("case"), "another-case", message, "It would fill in the wrong case's form.")])
    return _unjudged(document)


def _unjudged(document: Document) -> Document:
    """A case without what was judged of it, which nobody is to see before they have judged it."""
    value = {key: said for key, said in document.value.items() if key != "judgements"}
    return Document(document.file, value, document.places, document.keys)


def _handed_in(book: Book, case: RoundCase, reader: str) -> Document:
    newest = case.newest(reader)
    path = newest.file if newest else case.records[reader]
    return parse_yaml(book.folder.read(path).decode(), path)


def _form(
    book: Book,
    state: State,
    reference: str,
    reader: str,
    stage: str,
    document: Document | None,
    good: Sequence[str],
    is_changed: bool,
) -> bytes:
    plan, knowledge = book.plan, book.auditor.knowledge
    judged = stage != FACTS
    prompts = {name: knowledge.prompts[name].asks for name in plan.prompts} if judged else {}
    choices = Choices(plan.stages, _ROOM, prompts, marking=plan.marking, is_reading=True)
    answers: dict[Any, Any] = {("case",): [(reference, ())]}
    if document is not None:
        choices = choices_for(document, knowledge.vocabulary, choices)
        answers |= answers_of(document, knowledge.vocabulary, choices)
    record = [sheet for sheet in layout(knowledge.vocabulary, choices) if sheet.name != JUDGEMENTS]
    sheets = [_about(plan.name, plan.marking, reference, reader, stage, is_changed)]
    if judged:
        assert document is not None  # judged are the facts that are in
        audit = book.auditor.audit_document(document, edition=plan.edition)
        sheets += [_found(audit, plan.prompts, plan.marking), _judgements(audit, plan.prompts, plan.marking), _good(plan.marking)]
        answers |= {(GOOD_PRACTICE, n): [(words, ())] for n, words in enumerate(good)}
    problems = room_problems(document, answers, [*sheets, *record]) if document is not None else []
    if problems:
        raise InputError(problems)
    head = {"round": plan.name, "began": state.began, "case": reference, "reader": reader, "stage": stage}
    if stage == JUDGING:
        head["record"] = state.cases[reference].records.get(reader, "")
    head |= {"edition": plan.edition, "rules": knowledge.digest, **head_of(knowledge.vocabulary, choices)}
    return workbook_bytes([*sheets, *record], READING, head, answers, plan.marking, f"Reading of {reference}")


def _about(round_name: str, marking: str, reference: str, reader: str, stage: str, is_changed: bool) -> Sheet:
    advice = "Write no names, dates of birth or addresses anywhere. Write only in the boxes with a border."
    build = Builder(ABOUT, f"{reference}, read by {reader}", advice, ["What to do", "", ""], [110, 40, 4], marking)
    build.heading("If somebody may be at risk now, speak to your manager today")
    command = f'quips round urgent ROUND {reference} --as {reader} --concern "…" --told "…"'
    under = "ROUND is the folder of the round. Write what the concern is, and who was told when, in the place of the dots."
    build.ask(f"Then write down that you did: {command}", under, [])
    for n, words in enumerate(_STEPS[stage], 1):
        build.ask(f"{n}. {words}", "", [])
    if is_changed:
        build.ask("Why is the reading changed?", "It was handed in before.", [((BECAUSE,), TEXT, 1)], wanted=(BECAUSE,))
    build.heading("The round", round_name)
    return build.sheet()


def _found(audit: Audit, prompts: Sequence[str], marking: str) -> Sheet:
    build = Builder(
        FOUND, "What Quips found in these facts", INDICATIVE, ["What", "Why", "What would put it right"], [60, 70, 60], marking
    )
    for words in filter(None, (urgent_words(audit), undecided_words(audit))):
        build.heading(words)
    build.heading("To put right", "The first causes; what follows from each stands beneath it.")
    rows = list(_gaps(audit.gaps, 0))
    for what, under, why, remedy in rows:
        build.row_of(what, under, [why, remedy])
    if not rows:
        build.ask("No gap was found in what is on the record.", "", [])
    build.heading("Done and sufficient")
    good = strengths(audit)
    for title, found in good:
        build.row_of(title, "", [strength_words(found)])
    if not good:
        build.ask("Nothing that the rules read is on the record as sufficient yet.", "", [])
    for heading, titles in _open(audit, frozenset(prompts)):
        build.heading(heading)
        for title in titles:
            build.ask(title, "", [])
    return build.sheet()


def _gaps(gaps: Sequence[Gap], depth: int) -> Iterator[tuple[str, str, str, str]]:
    for gap in gaps:
        finding = gap.finding
        on = f" ({listed(gap.occasions, 'and')})" if gap.occasions else ""
        yield (
            f"{'      ' * depth}{finding.rule.title}",
            f"{status_words(finding)}{on}",
            " ".join(finding.why),
            finding.remedy,
        )
        yield from _gaps(gap.consequences, depth + 1)


def _open(audit: Audit, prompts: Set[str]) -> Iterator[tuple[str, list[str]]]:
    """What is open and bears on a prompt in scope."""
    judged, timing = to_judge(audit)
    groups = (
        ("For you to judge", judged),
        ("Done; whether it was on time is for you", timing),
        ("Nobody can tell yet, for something is not known", of_status(audit.findings, Status.CANNOT_TELL)),
        ("Not on the record so far, which is not complete", of_status(audit.findings, Status.NOT_ON_RECORD)),
    )
    for heading, found in groups:
        bearing = [finding.rule.title for finding in bearing_on(found, prompts)]
        if bearing:
            yield heading, list(dict.fromkeys(bearing))


def _judgements(audit: Audit, prompts: Sequence[str], marking: str) -> Sheet:
    heads = ["Question, and what the record suggests", *JUDGED_HEADS]
    advice = f"{len(prompts)} questions; those to answer are yellow. Say why for each No, and if the record suggests otherwise."
    build = Builder(JUDGEMENTS, "Your judgements", advice, heads, [84, 16, 50, 20, 40], marking)
    proposed = {proposal.prompt.name: proposal for proposal in audit.proposals}
    above = ""
    for name in prompts:
        proposal = proposed.get(name)
        node = f"{proposal.node.id} {proposal.node.title}" if proposal else ""
        if node and node != above:
            build.heading(node)
            above = node
        asks = proposal.prompt.asks if proposal else name
        build.ask(asks, f"{name}. {_suggested(audit, proposal)}", judged_boxes(name), wanted=("judgements", name, "answer"))
    return build.sheet()


def _suggested(audit: Audit, proposal: Proposal | None) -> str:
    """What the record suggests for a prompt and why, in words."""
    if proposal is None:
        return "Not asked of cases of this provider: not applicable."
    if proposal.answer == FOR_THE_AUDITOR:
        short = falling_short(audit, proposal)
        earlier = f" {ONLY_EARLIER}" if proposal.only_earlier else ""
        needs = f" But a Yes needs its reason, for this falls short: {short}." if short else ""
        return f"The record does not settle it.{earlier}{_why_not_settled(audit, proposal)}{needs}"
    if proposal.answer == "not_applicable":
        return "The record suggests: not applicable, for the case is not one of those it is asked of."
    reasons = list(dict.fromkeys(" ".join(finding.why) for finding in proposal.findings))
    more = f" And {len(reasons) - _MOST_REASONS} more." if len(reasons) > _MOST_REASONS else ""
    return f"The record suggests: {ANSWERS[proposal.answer]}. {' '.join(reasons[:_MOST_REASONS])}{more}"


def _why_not_settled(audit: Audit, proposal: Proposal) -> str:
    """Say what of a prompt that is left to the reader stands on the record, so that it does not go against what was found."""
    bearing = bearing_on(audit.findings, [proposal.prompt.name])
    done = [one for one in bearing if one.verdict is Verdict.SUFFICIENT and one.rule.expect and not one.rule.expect.never]
    timing = [one for one in bearing if one.after_own_day or (one.status is Status.TO_JUDGE and one.only_timing)]
    open_ = [one for one in bearing if one.verdict is Verdict.OPEN and one not in timing]
    said = []
    if timing:
        said.append(f"Done, and whether it was on time is for you: {_titles(timing)}.")
    if open_:
        said.append(
            f"Open: {'; '.join(dict.fromkeys(f'{in_sentence(o.rule.title)} ({STATUS_WORDS[o.status]})' for o in open_))}."
        )
    if done and not said:
        could_change = list(dict.fromkeys(words for one in done for words in one.provisional))
        but = f"But this could change: {listed(could_change, 'and')}" if could_change else "That alone does not show a Yes"
        said.append(f"Done and sufficient: {_titles(done)}. {but}.")
    return "".join(f" {words}" for words in said)


def _titles(findings: Sequence[Finding]) -> str:
    return "; ".join(dict.fromkeys(in_sentence(one.rule.title) for one in findings))


def _good(marking: str) -> Sheet:
    advice = (
        "What was done well that others could learn from, a line for each. The best practice is worth as much as the worst gap."
    )
    build = Builder(GOOD, "Good practice", advice, ["", "In a few words"], [30, 120], marking)
    for n in range(GOOD_PRACTICE_ROWS):
        build.ask(f"Good practice {n + 1}", "", [((GOOD_PRACTICE, n), TEXT, 1)])
    return build.sheet()
