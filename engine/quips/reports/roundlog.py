"""The trail of a round in plain words: who did what, when, about which case.

What a reader found stays unsaid while another reading of the case is still to come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from quips.peeraudit import state as did
from quips.peeraudit.plan import Plan
from quips.peeraudit.state import SET_ASIDE, State
from quips.peeraudit.trail import Row
from quips.problems import listed
from quips.reports.wording import wrap

WHO = "A round has no passwords: whoever could write in its folder could have put down something as somebody else."


def log_text(plan: Plan, rows: Sequence[Row], state: State, case: str, width: int) -> str:
    """Return the trail in plain words.

    Args:
        plan: The plan.
        rows: Its rows.
        state: The round as it stands.
        case: The case it is to be about; empty for the whole round.
        width: The width to wrap at.
    """
    lines = [f"{plan.name}{f', {case}' if case else ''}   {plan.marking}", f"Times are in UTC. {WHO}", ""]
    digits = len(str(len(rows)))
    for row in rows:
        if case and not _is_about(row, case):
            continue
        head = f"{row.number:>{digits}}  {row.at[:10]} {row.at[11:16]}  {row.step.who}  "
        lines += wrap(head + words_of(row, state), width, subsequent_indent=" " * (digits + 20))
    if rows:
        seal = f"Row {rows[-1].number} has the seal {rows[-1].seal[:16]}. To hold the trail to it: quips round verify."
        lines += ["", *wrap(seal, width)]
    return "\n".join(lines) + "\n"


def words_of(row: Row, state: State) -> str:
    """Return what a row says was done, in plain words.

    Args:
        row: The row.
        state: The round as it stands, by which it is known what may be seen.
    """
    step = row.step
    of = f"{step.case}: " if step.case else ""
    case = state.cases.get(step.case)
    may_see = case is None or case.all_read
    return of + _WORDS[step.did](step.about, may_see)


def _is_about(row: Row, case: str) -> bool:
    about, step = row.step.about, row.step
    if step.case == case:
        return True
    if step.did == did.DREW:
        return any(one["case"] == case for one in about["cases"])
    if step.did == did.ALLOCATED:
        return case in about["cases"]
    return step.did == did.REPLACED and (about["instead"] or {}).get("case") == case


_About = Mapping[str, Any]


def _drew(about: _About, _: bool) -> str:
    return f"drew {len(about['cases'])} cases, by the seed {about['seed']}"


def _allocated(about: _About, _: bool) -> str:
    twice = sum(bool(one.get("second_reader")) for one in about["cases"].values())
    return f"gave {len(about['cases'])} cases to {len(about['groups'])} groups, {twice} to be read twice"


def _reallocated(about: _About, _: bool) -> str:
    to = about["allocated"]
    given = [f"to {to['reader']} of group {to['group']}"] if "reader" in to else []
    given += [f"to {to['second_reader']} for a second reading"] if to.get("second_reader") else []
    return f"given {listed(given, 'and')}. {about['because']}"


def _replaced(about: _About, _: bool) -> str:
    instead = f"{about['instead']['case']} came in for it" if about["instead"] else "nothing like it was left to come in for it"
    reader = about["allocated"].get("reader")
    what = "should not have been drawn" if about.get("not_eligible") else "cannot be read"
    return f"{what}: {about['because']} {instead}{f', for {reader} to read' if reader else ''}"


def _qualified(about: _About, _: bool) -> str:
    outcome = "may read cases" if about["passed"] else "does not read cases yet"
    return f"read this known case: {about['agreed']} of {about['of']} answers as known; {outcome}"


def _recorded(about: _About, _: bool) -> str:
    return f"handed in the facts{_called_for(about)}"


def _submitted(about: _About, may_see: bool) -> str:
    which = "the reading" if about["version"] == 1 else f"version {about['version']} of the reading"
    because = f". {about['because']}" if about["because"] and may_see else ""
    return f"handed in {which}{'' if about['complete'] else ', not complete'}{because}{_called_for(about)}"


def _called_for(about: _About) -> str:
    """Say that a second reading was called for; why would tell the second reader what the first found."""
    allocated = about.get("allocated") or {}
    if not allocated:
        return ""
    who = allocated.get("second_reader")
    return f"; a second reading is called for, {f'by {who}' if who else 'and nobody has it yet'}"


def _raised(about: _About, may_see: bool) -> str:
    concern = f" {about['concern']}" if may_see else ""
    return f"raised at once that somebody may be at risk.{concern} Told: {about['told']}"


def _adjudicated(about: _About, _: bool) -> str:
    told = (f"{prompt} is {said['answer']} ({said['reason']})" for prompt, said in about["answers"].items())
    return f"settled between the readers: {'; '.join(told)}"


def _moderated(about: _About, _: bool) -> str:
    because = f". {about['because']}" if about["because"] else ""
    return f"settled, with the record of {about['record_of']}{because}"


def _acted(about: _About, _: bool) -> str:
    told = []
    for one in about["actions"]:
        parts = [str(one["status"])] if "status" in one else []
        parts += [f"{key} {one[key]}" for key in ("owner", "due", "done_on") if one.get(key)]
        parts += [one["evidence"]] if one.get("evidence") else []
        told.append(f"action {one['number']}: {', '.join(parts).replace('done_on', 'on')}")
    return "; ".join(told)


def _answered(about: _About, _: bool) -> str:
    outcome = "is set aside" if about["outcome"] == SET_ASIDE else "stands"
    return f"answered the dispute: {about['rule']} {outcome}. {about['because']}"


def _reread(about: _About, _: bool) -> str:
    closed, stayed, new = (len(about[key]) for key in ("closed", "still_open", "new"))
    return f"read the case file again: {closed} gaps closed, {stayed} still open, {new} new"


def _countersigned(about: _About, _: bool) -> str:
    because = f". {about['because']}" if about["because"] else ""
    return f"countersigned{because}"


_WORDS: Mapping[str, Callable[[_About, bool], str]] = {
    did.DREW: _drew,
    did.ALLOCATED: _allocated,
    did.REALLOCATED: _reallocated,
    did.REPLACED: _replaced,
    did.DECLARED: lambda about, _: f"declared a conflict. {about['because']}",
    did.QUALIFIED: _qualified,
    did.RECORDED: _recorded,
    did.SUBMITTED: _submitted,
    did.RAISED: _raised,
    did.ADJUDICATED: _adjudicated,
    did.MODERATED: _moderated,
    did.REOPENED: lambda about, _: f"opened again. {about['because']}",
    did.FED_BACK: lambda about, _: f"fed back, with {len(about['actions'])} actions",
    did.ACTED: _acted,
    did.DISPUTED: lambda about, _: f"disputed {about['rule']}. {about['because']}",
    did.ANSWERED: _answered,
    did.REREAD: _reread,
    did.COUNTERSIGNED: _countersigned,
    did.REFUSED: lambda about, _: f"refused to countersign. {about['because']}",
    did.REPORTED: lambda about, _: f"reported, on row {about['rows']}",
}
