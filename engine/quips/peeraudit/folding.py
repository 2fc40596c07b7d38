"""Works out what a round is from the rows of its trail, one after another: what each kind of row changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from quips.peeraudit.state import (
    ACTED,
    ADJUDICATED,
    ALLOCATED,
    ANSWERED,
    COUNTERSIGNED,
    DECLARED,
    DISPUTED,
    DREW,
    FED_BACK,
    MODERATED,
    OPEN,
    QUALIFIED,
    RAISED,
    REALLOCATED,
    RECORDED,
    REFUSED,
    REOPENED,
    REPLACED,
    REPORTED,
    REREAD,
    SET_ASIDE,
    SUBMITTED,
    TAKEN_BACK,
    WITHDRAWN,
    Action,
    Adjudicated,
    Dispute,
    Feedback,
    Gone,
    Moderated,
    Reading,
    Reread,
    RoundCase,
    Signature,
    State,
    Urgent,
)
from quips.peeraudit.trail import Row
from quips.problems import QuipsError


class StrangeRowError(QuipsError):
    """A row that is sealed as it should be, and cannot be understood."""


def state_of(rows: Iterable[Row]) -> State:
    """Return what a round is after these rows.

    Args:
        rows: The rows of a sound trail, from the first.

    Raises:
        StrangeRowError: One says what this version of Quips does not know.
    """
    state = State()
    for row in rows:
        state = after(state, row)
    return state


def after(state: State, row: Row) -> State:
    """Return what a round is after one more row.

    Raises:
        StrangeRowError: It says what this version of Quips does not know.
    """
    state = replace(state, rows=row.number, seal=row.seal)
    step = row.step
    try:
        if step.did in _OF_CASE:
            case = _OF_CASE[step.did](state.cases[step.case], row)
            return replace(state, cases={**state.cases, step.case: case})
        return _OF_ROUND[step.did](state, row)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise StrangeRowError(
            f"Row {row.number} of the trail ('{step.did}') says what this version of Quips does not know. "
            "A later version may have written it: bring Quips up to date."
        ) from error


# The whole round -----------------------------------------------------------------------------------------------------------


def _drew(state: State, row: Row) -> State:
    return replace(
        state, drawn=row.step.about, began=row.seal, cases={one["case"]: _case(one) for one in row.step.about["cases"]}
    )


def _case(said: Mapping[str, Any]) -> RoundCase:
    return RoundCase(said["case"], said["values"], said.get("officer", ""), said.get("senior", ""), said.get("team", ""))


def _allocated(state: State, row: Row) -> State:
    about = row.step.about
    cases = {name: _given(case, about["cases"].get(name, {})) for name, case in state.cases.items()}
    return replace(state, cases=cases, groups={name: tuple(members) for name, members in about["groups"].items()})


def _given(case: RoundCase, to: Mapping[str, Any]) -> RoundCase:
    """Return a case as allocated: what is not said stays as it is."""
    names = {name: to[name] for name in ("group", "reader", "second_reader", "second_because") if name in to}
    return replace(case, **names)


def _replaced(state: State, row: Row) -> State:
    about = row.step.about
    cases: dict[str, RoundCase] = {}
    for name, case in state.cases.items():
        if name != row.step.case:
            cases[name] = case
        elif about.get("instead"):
            cases[about["instead"]["case"]] = _given(_case(about["instead"]), about.get("allocated", {}))
    gone = Gone(about["because"], about.get("not_eligible", False), bool(state.cases[row.step.case].read_by))
    return replace(state, cases=cases, gone={**state.gone, row.step.case: gone})


def _declared(state: State, row: Row) -> State:
    who = row.step.who
    return replace(state, conflicts={**state.conflicts, who: state.conflicts.get(who, frozenset()) | {row.step.case}})


def _qualified(state: State, row: Row) -> State:
    passed = state.qualified | {row.step.who} if row.step.about["passed"] else state.qualified
    return replace(state, qualified=passed, known_read=state.known_read | {(row.step.who, row.step.case)})


def _raised(state: State, row: Row) -> State:
    about = row.step.about
    raised = Urgent(row.step.case, row.step.who, row.at, about["concern"], about["told"])
    return replace(state, urgent=(*state.urgent, raised))


def _reported(state: State, row: Row) -> State:
    """A report changes nothing of what it reports on."""
    return state


# One case ------------------------------------------------------------------------------------------------------------------


def _reallocated(case: RoundCase, row: Row) -> RoundCase:
    """What was settled between two readers does not hold for two others."""
    given = _given(case, row.step.about["allocated"])
    return given if given.readers == case.readers else replace(given, adjudicated={})


def _recorded(case: RoundCase, row: Row) -> RoundCase:
    about, who = row.step.about, row.step.who
    found = _with_urgent(replace(case, records={**case.records, who: about["record"]}), row)
    return _given(found, about.get("allocated", {}))


def _with_urgent(case: RoundCase, row: Row) -> RoundCase:
    """Say whom open gaps concern, by reader: what a reader hands in now takes the place of what they said before."""
    concerns = tuple(row.step.about.get("urgent", ()))
    since = case.urgent_since or (row.at if concerns else "")
    return replace(case, urgent={**case.urgent, row.step.who: concerns}, urgent_since=since)


def _submitted(case: RoundCase, row: Row) -> RoundCase:
    about, who = row.step.about, row.step.who
    reading = Reading(
        *(who, about["version"], row.number, about["reading"], about["form"], about["complete"]),
        *(tuple(about.get("good_practice", ())), about.get("because", "")),
    )
    readings = {**case.readings, who: (*case.readings.get(who, ()), reading)}
    found = _with_urgent(replace(case, readings=readings, adjudicated={}), row)
    return _given(found, about.get("allocated", {}))


def _adjudicated(case: RoundCase, row: Row) -> RoundCase:
    answers = row.step.about["answers"]
    made = {
        prompt: Adjudicated(row.step.who, said["answer"], said["reason"], said.get("evidence", ""))
        for prompt, said in answers.items()
    }
    return replace(case, adjudicated={**case.adjudicated, **made})


def _moderated(case: RoundCase, row: Row) -> RoundCase:
    about = row.step.about
    return replace(case, moderated=Moderated(row.step.who, row.at, about["record_of"], about.get("because", "")))


def _reopened(case: RoundCase, row: Row) -> RoundCase:
    return replace(_with_disputes(case, {}), moderated=None)  # what was set aside is looked at anew


def _fed_back(case: RoundCase, row: Row) -> RoundCase:
    times = case.times_fed_back + 1
    actions = {one["number"]: Action(**one) for one in row.step.about["actions"]}
    feedback = Feedback(row.step.who, row.at, times)
    return replace(_with_disputes(case, _set_aside(case)), feedback=feedback, times_fed_back=times, actions=actions)


def _acted(case: RoundCase, row: Row) -> RoundCase:
    changed = dict(case.actions)
    for said in row.step.about["actions"]:
        changed[said["number"]] = replace(changed[said["number"]], **said)
    return replace(case, actions=changed)


def _disputed(case: RoundCase, row: Row) -> RoundCase:
    rule = row.step.about["rule"]
    return replace(case, disputes={**case.disputes, rule: Dispute(rule, row.step.who, row.step.about["because"])})


def _answered(case: RoundCase, row: Row) -> RoundCase:
    about = row.step.about
    rule, outcome = about["rule"], about["outcome"]
    answered = replace(
        case.disputes[rule], answered_by=row.step.who, outcome=outcome, answer=about["because"], answered_at=row.at
    )
    actions = dict(case.actions)
    if outcome == SET_ASIDE:
        for number, action in actions.items():
            if action.rule == rule and action.status == OPEN:
                actions[number] = replace(action, status=WITHDRAWN, evidence=about["because"])
    return replace(case, disputes={**case.disputes, rule: answered}, actions=actions)


def _reread(case: RoundCase, row: Row) -> RoundCase:
    about = row.step.about
    closed, still_open, new = (tuple(about[key]) for key in ("closed", "still_open", "new"))
    found = Reread(row.step.who, row.at, about["record"], closed, still_open, new, about["unsure"])
    return replace(case, rereads=(*case.rereads, found))


def _countersigned(case: RoundCase, row: Row) -> RoundCase:
    return replace(case, signature=_signature(row))


def _refused(case: RoundCase, row: Row) -> RoundCase:
    """What was asked for and done stays known: it was set, whatever comes of it in the feedback after."""
    signature = _signature(row)
    asked = tuple(replace(one, status=TAKEN_BACK) if one.status == OPEN else one for one in case.actions.values())
    return replace(
        _with_disputes(case, _set_aside(case)),
        refusals=(*case.refusals, signature),
        feedback=None,
        actions={},
        past_actions={**case.past_actions, signature.feedback: asked},
    )


def _set_aside(case: RoundCase) -> dict[str, Dispute]:
    """Return the disputes by which a finding was set aside: they hold as long as the case stays settled as it is."""
    return {rule: dispute for rule, dispute in case.disputes.items() if dispute.outcome == SET_ASIDE}


def _with_disputes(case: RoundCase, held: dict[str, Dispute]) -> RoundCase:
    """Return a case in which some disputes hold; the others stay known, as what was said in the round."""
    past = (one for rule, one in case.disputes.items() if rule not in held)
    return replace(case, disputes=held, past_disputes=(*case.past_disputes, *past))


def _signature(row: Row) -> Signature:
    return Signature(row.step.who, row.at, row.step.about.get("because", ""), row.step.about["feedback"])


_OF_ROUND: Mapping[str, Callable[[State, Row], State]] = {
    DREW: _drew,
    ALLOCATED: _allocated,
    REPLACED: _replaced,
    DECLARED: _declared,
    QUALIFIED: _qualified,
    RAISED: _raised,
    REPORTED: _reported,
}
_OF_CASE: Mapping[str, Callable[[RoundCase, Row], RoundCase]] = {
    REALLOCATED: _reallocated,
    RECORDED: _recorded,
    SUBMITTED: _submitted,
    ADJUDICATED: _adjudicated,
    MODERATED: _moderated,
    REOPENED: _reopened,
    FED_BACK: _fed_back,
    ACTED: _acted,
    DISPUTED: _disputed,
    ANSWERED: _answered,
    REREAD: _reread,
    COUNTERSIGNED: _countersigned,
    REFUSED: _refused,
}
