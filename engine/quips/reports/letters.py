"""Letters of feedback to the officer and the senior, from the team's own Word templates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from quips.explain import day_in_words, in_sentence, question_about
from quips.findings import Finding
from quips.knowledge import Knowledge
from quips.ordering import Gap
from quips.peeraudit.book import Book
from quips.peeraudit.feedback import NO_STANDS, OFFICER, SENIOR, Prepared, Root
from quips.peeraudit.state import RoundCase
from quips.peeraudit.trail import SEAL_SHOWN
from quips.problems import listed
from quips.reports.lettertemplates import default_templates
from quips.reports.wordfilling import fill_in
from quips.reports.wording import (
    INDICATIVE,
    as_at_words,
    bearing_on,
    by_what_settles,
    not_yet_due,
    of_status,
    status_words,
    strength_words,
    strengths,
    to_judge,
    undecided_words,
    urgent_words,
)
from quips.statuses import Status


def letters(book: Book, prepared: Prepared) -> dict[str, bytes]:
    """Return the letters of feedback on a case, ``officer`` and ``senior``, as the bytes of Word documents.

    They are made from ``templates/officer.docx`` and ``templates/senior.docx`` of the round, and from the default ones where
    it has none.

    Args:
        book: The readings of the round.
        prepared: The feedback.

    Raises:
        InputError: A template cannot be filled in; every fault of both is told.
        StorageError: A template cannot be read.
    """
    defaults = default_templates()
    templates = {}
    for to in (OFFICER, SENIOR):
        path = f"templates/{to}.docx"
        there = (book.folder.path / path).exists()
        templates[to] = (str(book.folder.path / path), book.folder.read(path) if there else defaults[path])
    made = datetime.combine(prepared.day, datetime.min.time())
    return fill_in({to: (*template, says(book, prepared, to)) for to, template in templates.items()}, book.plan.marking, made)


def says(book: Book, prepared: Prepared, to: str) -> dict[str, Any]:
    """Return what a letter can say, by placeholder; ``docs/how-to/feed-back.md`` says what each is.

    Args:
        book: The readings of the round.
        prepared: The feedback.
        to: ``officer`` or ``senior``.
    """
    audit, case, plan = prepared.audit, prepared.case, book.plan
    answered_no, open_ = book.answered_no(case), _not_settled(book, prepared)
    unsettled = {one.rule.title for _, group in open_ for one in group}
    today, due = (day_in_words(day.toordinal()) for day in (prepared.day, prepared.due))
    whom = case.officer if to == OFFICER else case.senior
    return {
        "reference": case.reference,
        "round": plan.name,
        "edition": audit.edition.title,
        "marking": plan.marking,
        "number": prepared.number,
        "to": f"the {to} of {case.reference}" + (f" ({whom})" if whom else ""),
        "officer": case.officer or "the officer",
        "senior": case.senior or "the senior",
        "by": prepared.by,
        "today": today,
        "as_at": as_at_words(audit),
        "due": due,
        "indicative": INDICATIVE,
        "indicative_short": "Indicative",
        "looked_at": book.looked_at,
        "seal": prepared.seal[:SEAL_SHOWN],
        "urgent": f"{urgent_words(audit)} {undecided_words(audit)}".strip(),
        "refused": case.refusals[-1].because if case.refusals else "",
        "strengths": [
            {"title": title, "when": strength_words(found, with_doubts=False)}  # praise is no place for them
            for title, found in strengths(audit)
            if title not in unsettled  # it stands there, and once is enough
            and not any(shown.prompt in answered_no for one in found for shown in one.shows)  # the moderator's word counts
        ],
        "good_practice": _good_practice(prepared),
        "put_right": list(prepared.put_right),
        "gaps": [_gap(n, root, today if root.urgent else due, case) for n, root in enumerate(prepared.roots, 1)],
        "actions": [
            {
                "number": action.number,
                "title": action.title,
                "remedy": action.remedy,
                "owner": action.owner or "the officer",
                "due": day_in_words(date.fromisoformat(action.due).toordinal()),
            }
            for action in prepared.actions
        ],
        "oversight": _oversight(prepared, today, due) if to == SENIOR else [],
        "judged": [{"question": prepared.told[name], "reason": reason} for name, reason in prepared.judged.items()],
        "coming": list(
            dict.fromkeys(
                f"By {day_in_words(day)}{whose}: {in_sentence(f.rule.title)}" for day, whose, f in not_yet_due(audit.findings)[0]
            )
        ),
        "not_settled": [
            f"{words} {'; '.join(dict.fromkeys(in_sentence(one.rule.title) for one in group))}." for words, group in open_
        ],
        "can_dispute": bool(prepared.can_be_disputed),
        "set_aside": [
            *({"title": title, "answer": answer} for title, answer in prepared.aside.items()),
            *({"title": asks, "answer": NO_STANDS} for asks in prepared.no_on_aside.values()),
        ],
        "talk_to": listed(dict.fromkeys((prepared.by, *case.readers)), "or"),
        "reply_sheet": prepared.sheet.rpartition("/")[2],
    }


def _gap(number: int, root: Root, due: str, case: RoundCase) -> dict[str, Any]:
    found = [_found(gap) for gap in root.gaps]
    again = case.read_again
    if again and root.rule.name in again.unsure:
        why = f"It is not clear whether this was put right: {again.unsure[root.rule.name]}."
        if root.for_people:
            why = f"{root.for_people[:1].upper()}{root.for_people[1:]}."
        day = day_in_words(date.fromisoformat(again.at[:10]).toordinal())
        found.append({"status": f"Read again on {day}", "occasion": "", "why": why})
    return {
        "number": number,
        "title": root.rule.title,
        "rule": root.rule.name,
        "urgent": root.urgent,
        "severity": root.rule.severity,
        "findings": found,
        "follows": [rule.title for rule in root.follows],
        "remedy": root.remedy,
        "due": due,
    }


def _found(gap: Gap) -> dict[str, str]:
    """Return what was found on an occasion, which is named unless the reasons begin with it."""
    why = " ".join(gap.finding.why)
    occasions = [words for words in gap.occasions if words.lower() not in why.lower()]
    return {"status": status_words(gap.finding), "occasion": listed(occasions, "and"), "why": why}


def _good_practice(prepared: Prepared) -> list[str]:
    """Return what readers noted as good practice, each once."""
    case = prepared.case
    newest = [case.newest(reader) for reader in case.readers]
    return list(dict.fromkeys(words for reading in newest if reading is not None for words in reading.good_practice))


def _oversight(prepared: Prepared, today: str, due: str) -> list[dict[str, str]]:
    """Return what the senior is asked to do, each with its day: what is urgent today."""
    actions = f"action{'s' if len(prepared.actions) > 1 else ''} {listed((one.number for one in prepared.actions), 'and')}"
    asked = []
    if prepared.audit.urgent:
        asked.append((f"{urgent_words(prepared.audit)} Agree with the officer what is done at once, and record it.", today))
    if prepared.actions:
        asked.append((f"Go through this letter with the officer, and agree who does {actions}.", due))
        asked.append((f"See that {actions} came to be done, and look at what shows it.", due))
        asked.append(("Record your oversight on the case: what you looked at, and what you decided.", due))
    else:
        asked.append(("Go through this letter with the officer, and say what was done well.", due))
    return [{"what": what, "due": day} for what, day in asked]


def _not_settled(book: Book, prepared: Prepared) -> list[tuple[str, list[Finding]]]:
    """Return what the round asks about that is neither a gap nor sufficient yet, so that silence is not taken for sufficient.

    What was put right since the first letter is left out: nothing more is asked about it.
    """
    prompts, knowledge, again = book.plan.prompts, book.auditor.knowledge, prepared.case.read_again
    closed = again.closed if again else ()
    findings = [one for one in prepared.audit.findings if one.rule.name not in closed]
    judged, timing = ([one for one in found if one.rule.name not in closed] for found in to_judge(prepared.audit))
    findings, judged, timing = (bearing_on(found, prompts) for found in (findings, judged, timing))
    parts = [
        ("For people to judge, not for rules:", judged),
        ("Done; whether it was on time is for people to judge:", timing),
        *((_asked(group[0], knowledge), group) for _, group in by_what_settles(findings, knowledge)),
        ("Not on the record so far, which is not complete:", of_status(findings, Status.NOT_ON_RECORD)),
    ]
    return [(words, group) for words, group in parts if group]


def _asked(finding: Finding, knowledge: Knowledge) -> str:
    """Return what the record would have to say for a finding to be told, as questions."""
    asked = " ".join(question_about(name, knowledge.vocabulary) for name in finding.settled_by)
    return f"The record does not answer this: {asked} An answer would settle:" if asked else "Not known:"
