"""What a director is shown of a case before signing, and the sheet on which they accept or refuse."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from textwrap import wrap

from quips.casewords import day_words
from quips.forms.filled import Filled
from quips.forms.sheets import TEXT, Builder, Expects
from quips.forms.workbook import workbook_bytes
from quips.peeraudit.book import Book, set_aside, title_of
from quips.peeraudit.feedback import NO_STANDS, roots_of
from quips.peeraudit.folder import Turn
from quips.peeraudit.formnames import made_for, of_round
from quips.peeraudit.plan import Plan
from quips.peeraudit.rereading import Change, last_change
from quips.peeraudit.state import FED_BACK, SET_ASIDE, Phase, RoundCase, State
from quips.peeraudit.steps import signing
from quips.peeraudit.steps.checks import StepRefusedError
from quips.peeraudit.trail import Row
from quips.problems import InputError, Problem, listed

KIND = "signing"
FRESH = "For a new sheet to sign on: quips round countersign FOLDER --sheet --as PERSON."
ACCEPT, REFUSE = "accept", "refuse"
_MOST_IN_A_CELL = 2500
"""How many characters stand in one cell at most: more would make a row higher than a spreadsheet shows."""
_ANSWER = Expects("word", {"Accept": ACCEPT, "Refuse": REFUSE})


def to_sign(plan: Plan, state: State, who: str) -> list[RoundCase]:
    """Return the cases that wait for a director and that somebody may sign, in the order of the draw."""
    found = []
    for name, case in state.cases.items():
        if case.phase is Phase.TO_COUNTERSIGN:
            try:
                signing.countersign(plan, state, who, name, True)
            except StepRefusedError:
                continue  # another director's
            found.append(case)
    return found


def shown(book: Book, rows: Sequence[Row], case: RoundCase) -> list[str]:
    """Return what a director is shown of a case, a line each: what fell short, what was done, what was disputed, what closed.

    Args:
        book: The readings of the round.
        rows: The rows of the trail.
        case: The case.
    """
    return list(_shown(book, rows, case))


def digest_of_shown(book: Book, rows: Sequence[Row], case: RoundCase) -> str:
    """Return a digest of what a director is shown, so that nobody signs what they have not seen."""
    said = [case.times_fed_back, *shown(book, rows, case)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _shown(book: Book, rows: Sequence[Row], case: RoundCase) -> Iterator[str]:
    titles = book.auditor.knowledge.titles
    audit = book.settled(case)
    if audit is None or case.moderated is None:
        yield "Not settled yet."
        return
    settled = case.moderated
    because = f" {settled.because}" if settled.because else ""
    yield f"Read by {listed(case.readers, 'and')}; settled by {settled.by}, on {settled.record_of}'s record.{because}"
    if case.second_because and not case.second_reader:
        yield f"A second reading was called for ({case.second_because}), and was done without."
    change = last_change(book, case)
    if change is not None:
        yield from _look_first(change, case.new_gaps)
    roots = [root.rule.title for root in roots_of(audit, set_aside(case))]
    yield f"First causes: {'; '.join(roots)}." if roots else "No gap was found that stands."
    for name, reason in book.judged_no(case).items():
        yield f"The readers judged no: {title_of(book.auditor.knowledge, name)} {reason}".strip()
    for asks in book.no_on_set_aside(case).values():
        yield f"What this rests on was set aside: {asks} {NO_STANDS}"
    for action in case.actions.values():
        early = " (before the feedback)" if case.feedback and action.done_on and action.done_on < case.feedback.at[:10] else ""
        done = f" on {day_words(action.done_on)}{early}: {action.evidence}" if action.done_on else ""
        done = done or (f": {action.evidence}" if action.evidence else "")
        whose = f"for {action.owner or 'the officer'}, by {day_words(action.due)}"
        yield f"Action {action.number}, {action.status}{done} ({action.title}; {whose})"
    for dispute in case.disputes.values():
        answer = "Not answered."
        if not dispute.is_open:
            outcome = "Set aside" if dispute.outcome == SET_ASIDE else "Left to stand"
            answer = f"{outcome} by {dispute.answered_by}: {dispute.answer}"
        yield f"Disputed by {dispute.by} ({title_of(book.auditor.knowledge, dispute.rule)}): {dispute.because} {answer}"
    again = case.read_again
    if again is not None and change is not None:
        yield f"Read again by {again.by} on {day_words(again.at[:10])}."
        yield from (f"Closed: {titles[name]}: {shows}." for name, shows in change.closed.items())
        yield from (f"Still open: {titles[name]}." for name in change.still_open)
        yield from (f"New: {titles[name]}." for name in case.new_gaps)
        yield from (f"For you to judge: {titles[name]}: {why}." for name, why in change.for_people.items())
        yield from (f"Not clear whether it was put right: {titles[name]}: {why}." for name, why in change.not_clear.items())
        yield from (f"Late, and nothing done now undoes that: {titles[name]}." for name in change.late)
        none = [words for words, found in (("closed", change.closed), ("is still open", change.still_open)) if not found]
        yield from (f"No gap {words}." for words in none)
    if case.feedback and not case.is_read_since_feedback:
        yield "Not read again since the feedback."
    for refusal in case.refusals:
        yield f"Refused before by {refusal.by}: {refusal.because}"
    yield from (f"Letter written: {path}" for path in _letters(rows, case))


def _look_first(change: Change, new: Sequence[str]) -> Iterator[str]:
    """Yield what a director should weigh before all else: what is open at the last reading, and what is theirs to judge."""
    parts = (
        (len(change.still_open) + len(new), "is open at the last reading", "are open at the last reading"),
        (len(change.for_people), "is for you to judge", "are for you to judge"),
        (len(change.not_clear), "cannot be said to have closed", "cannot be said to have closed"),
    )
    said = [(n, one if n == 1 else many) for n, one, many in parts if n]
    if said:
        (first, is_so), *rest = said
        told = [f"{first} gap{'s' * (first > 1)} {is_so}", *(f"{n} {words}" for n, words in rest)]
        yield f"Look first: {listed(told, 'and')}, named below. To accept leaves it so."


def _letters(rows: Sequence[Row], case: RoundCase) -> Iterator[str]:
    """Yield where the letters of the feedback that stands lie."""
    given = [row.step for row in rows if (row.step.case, row.step.did) == (case.reference, FED_BACK)]
    yield from given[-1].files if given and case.feedback else ()


def signing_sheet(book: Book, turn: Turn, who: str) -> bytes:
    """Return the sheet of all cases that wait for a director, as the bytes of a workbook.

    Args:
        book: The readings of the round.
        turn: The round as it stands.
        who: The director.
    """
    plan, cases = book.plan, to_sign(book.plan, turn.state, who)
    advice = (
        "Accept a case if the feedback was right and what was asked for was done; what became of it stands above. If you "
        "refuse, say why: the feedback is taken back, and given again. Leave the boxes of a case blank to come back to it."
    )
    heads = ["Case, and what became of it", "Accept or refuse?", "Why? Needed to refuse"]
    build = Builder("To sign", f"To countersign, by {who}", advice, heads, [120, 18, 60], plan.marking)
    for case in cases:
        name = case.reference
        paths = [(("sign", name), _ANSWER, 1), (("because", name), TEXT, 1)]
        build.heading(name)
        for line in shown(book, turn.rows, case):
            for part in wrap(line, _MOST_IN_A_CELL):
                build.row_of(part, "", ())
        build.ask(f"Your answer on {name}", "", paths, wanted=("sign", name))
    head = {
        "round": plan.name,
        "began": turn.state.began,
        "who": who,
        "shown": {c.reference: digest_of_shown(book, turn.rows, c) for c in cases},
    }
    return workbook_bytes([build.sheet()], KIND, head, {}, plan.marking, f"To countersign, by {who}")


def hand_in(book: Book, filled: Filled, who: str) -> list[str]:
    """Take the signatures and refusals on a sheet, and return what there is to say, a line each.

    Args:
        book: The readings of the round.
        filled: The sheet.
        who: Who hands it in; the director it was made for, if left out.

    Raises:
        InputError: Something in it is wrong, or changed since it was made; nothing was signed.
    """
    by = made_for(filled, who)
    with book.folder.turn() as turn:
        of_round(filled, turn.state)
        seen = filled.head.get("shown", {})
        answered = [name for name in seen if filled.one("sign", name)]
        again = [name for name in answered if _is_done(turn, filled, by, name)]
        todo = [name for name in answered if name not in again]
        problems = [*filled.problems, *(one for name in todo for one in _problems(book, turn, filled, by, name, str(seen[name])))]
        if problems:
            raise InputError(problems)
        lines = [f"{name} was signed or refused so before. Nothing was changed." for name in again]
        for name in todo:
            accepts = filled.one("sign", name) == ACCEPT
            turn.take(signing.countersign(book.plan, turn.state, by, name, accepts, _why(filled, name)))
            lines.append(f"{name} is countersigned." if accepts else f"{name} is refused; its feedback is taken back.")
    return lines or ["Nothing is signed on this sheet yet. Nothing was changed."]


def _why(filled: Filled, name: str) -> str:
    return str(filled.one("because", name) or "")


def _is_done(turn: Turn, filled: Filled, by: str, name: str) -> bool:
    """Whether a row of the trail says already what the sheet says."""
    case = turn.state.cases.get(name)
    if case is None:
        return False
    if filled.one("sign", name) == ACCEPT:
        return case.signature is not None and case.signature.by == by
    return any((one.by, one.because) == (by, _why(filled, name)) for one in case.refusals) and case.feedback is None


def _problems(book: Book, turn: Turn, filled: Filled, by: str, name: str, seen: str) -> Iterator[Problem]:
    case, at = turn.state.cases.get(name), filled.place("sign", name)
    accepts = filled.one("sign", name) == ACCEPT
    if case is not None and digest_of_shown(book, turn.rows, case) != seen:
        message = f"{name} has changed since this sheet was made, and nobody signs what they have not seen."
        yield Problem(at, "changed-since", message, FRESH)
        return
    if not accepts and not _why(filled, name):
        yield Problem(filled.place("because", name), "not-answered", f"Say why {name} is refused.", "Or leave the row blank.")
        return
    try:
        signing.countersign(book.plan, turn.state, by, name, accepts, _why(filled, name))
    except StepRefusedError as error:
        yield Problem(at, "refused", str(error))
