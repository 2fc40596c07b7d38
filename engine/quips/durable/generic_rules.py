"""The rules that hold for every author's rule: which status the record gives, and what rests on what.

They are data in the form of `normalform`, written from `docs/semantics.md` and not from the reference engine, whose answers they
are held against. Numbers in brackets refer to its decisions.
"""

from __future__ import annotations

from enum import StrEnum

from quips.attempts import Reason, Seen
from quips.durable.normalform import Compiled, Ruleset, Test, among, fact, no_fact, rule
from quips.durable.sides import NO, YES
from quips.statuses import Status, Verdict

_TIMED, _UNTIMED = {"timed": YES}, {"timed": NO}
_ENDLESS: Test = {"endless": YES}
_OPEN: Test = {"endless": NO}
"""With `still_open`: the window is open, and there is a day after which absence is missing."""
_OVER: Test = {"$or": [{"still_open": NO}, _ENDLESS]}
"""The window has closed, or there is none, so that it will never be later than now."""


def status_rules() -> Ruleset:
    """Return the rules by which what is on the record gives a status [2], and the readings of a limit give one [7]."""
    return Ruleset("record", (*_statuses(), *_readings()))


def graph_rules() -> Ruleset:
    """Return the rules by which findings undermine, explain and hold up one another [17] [18] [19]."""
    return Ruleset("graph", (*_undermining(), *_reaching(), *_causes(), *_waiting(), *_roots()))


def _is(name: str, *members: StrEnum) -> Test:
    """A test that a property is one of some words."""
    return among(name, [member.value for member in members])


_CLOSED: list[Test] = [{"incomplete": NO}, {"still_open": NO}, _OPEN]
_ABSENT = _is("seen", Seen.NOTHING, Seen.SHORT)
_NO_REASON, _REFUSED = _is("reason", Reason.NONE), _is("reason", Reason.REFUSED)
_STATUSES: list[tuple[str, Status, list[Test]]] = [
    ("met", Status.MET, [_is("seen", Seen.GOOD), _TIMED]),
    ("met-without-a-limit", Status.TO_JUDGE, [_is("seen", Seen.GOOD), _UNTIMED]),
    ("unjudged", Status.TO_JUDGE, [_is("seen", Seen.UNJUDGED)]),
    ("unclear", Status.TO_JUDGE, [_is("seen", Seen.UNCLEAR)]),
    ("undated", Status.TO_JUDGE, [_is("seen", Seen.UNDATED)]),
    ("early", Status.TO_JUDGE, [_is("seen", Seen.EARLY)]),
    ("insufficient", Status.INSUFFICIENT, [_is("seen", Seen.BAD)]),
    ("late", Status.LATE, [_is("seen", Seen.AFTER), {"late_accepted": NO}]),
    ("late-with-reason", Status.EXCEPTED, [_is("seen", Seen.AFTER), {"late_accepted": YES}]),
    ("never-seen", Status.MET, [_is("seen", Seen.CLEAR), {"incomplete": NO}]),
    ("never-seen-so-far", Status.NOT_ON_RECORD, [_is("seen", Seen.CLEAR), {"incomplete": YES}]),
    ("clock-not-started", Status.NOT_YET_DUE, [_is("seen", Seen.FUTURE)]),
    ("occasion-not-on-record", Status.NOT_ON_RECORD, [_is("seen", Seen.NOT_SEEN)]),
    ("no-end", Status.NOT_APPLICABLE, [_is("seen", Seen.NO_END)]),
    ("date-not-given", Status.CANNOT_TELL, [_is("seen", Seen.DATE_NOT_GIVEN)]),
    ("doubtful", Status.CANNOT_TELL, [_is("seen", Seen.DOUBTFUL)]),
    ("excepted", Status.EXCEPTED, [_is("reason", Reason.ACCEPTED), _ABSENT]),
    ("reason-to-judge", Status.TO_JUDGE, [_is("reason", Reason.UNSAID), _ABSENT]),
    (
        "not-yet-due",
        Status.NOT_YET_DUE,
        [{"still_open": YES}, _ABSENT, _is("reason", Reason.NONE, Reason.REFUSED), _OPEN],
    ),
    ("missing-reason-refused", Status.MISSING, [_REFUSED, _ABSENT, _OVER]),
    ("not-on-record", Status.NOT_ON_RECORD, [_NO_REASON, {"incomplete": YES}, _ABSENT, _OVER]),
    ("absent-without-a-limit", Status.TO_JUDGE, [_NO_REASON, {"incomplete": NO}, _ABSENT, _ENDLESS]),
    ("missing", Status.MISSING, [_is("seen", Seen.NOTHING), _NO_REASON, *_CLOSED]),
    ("too-few", Status.INSUFFICIENT, [_is("seen", Seen.SHORT), _NO_REASON, *_CLOSED]),
]
"""What an attempt is like, and the status that it gives. No two of them hold together."""


def _statuses() -> list[Compiled]:
    of, reading = {"a": "of"}, {"a": "reading"}
    return [
        rule(
            f"status/{name}",
            1,
            [fact("a", "attempt", *tests)],
            kind="outcome",
            of=of,
            reading=reading,
            status=status.value,
        )
        for name, status, tests in _STATUSES
    ]


def _readings() -> list[Compiled]:
    """Theirs if all readings of a limit agree; cannot tell if one reading may give two; else to judge [7]."""
    outcome = fact("o", "outcome")
    differs: list[Test] = [{"of": {"o": "of"}}, {"$neq": {"status": {"o": "status"}}}]
    same_reading = [*differs, {"reading": {"o": "reading"}}]
    of_outcome, of_differing = {"o": "of"}, {"d": "of"}
    return [
        rule("status/differ", 1, [outcome, fact("q", "outcome", joins=differs)], kind="differ", of=of_outcome),
        rule("status/unsure", 1, [outcome, fact("q", "outcome", joins=same_reading)], kind="unsure", of=of_outcome),
        rule(
            "status/agreed",
            2,
            [outcome, no_fact("d", "differ", joins=[{"of": of_outcome}])],
            kind="status",
            of=of_outcome,
            status={"o": "status"},
        ),
        rule(
            "status/readings-differ",
            2,
            [fact("d", "differ"), no_fact("u", "unsure", joins=[{"of": of_differing}])],
            kind="status",
            of=of_differing,
            status=Status.TO_JUDGE.value,
        ),
        rule(
            "status/reading-unsure",
            2,
            [fact("d", "unsure")],
            kind="status",
            of=of_differing,
            status=Status.CANNOT_TELL.value,
        ),
    ]


def _finding(alias: str, number: Test, *tests: Test, also: tuple[Test, ...] = ()) -> dict[str, Test]:
    """A finding whose number is that of an earlier fact's property."""
    return fact(alias, "finding", *tests, joins=[{"n": number}, *also])


_WEAK = _is("status", Status.MISSING, Status.INSUFFICIENT)
_GAP, _OPEN_FINDING = _is("verdict", Verdict.GAP), _is("verdict", Verdict.OPEN)
_LOOKED_THROUGH = _is("verdict", Verdict.OPEN, Verdict.NOT_APPLICABLE)
_NOT_WEAK: list[Test] = [{"$neq": test} for test in _WEAK["$or"]]
_RESTS_ON, _FOLLOWS = {"type": "rests_on"}, {"type": "follows"}


def _undermining() -> list[Compiled]:
    """What was met, or is to judge, falls with the work that it rests on, or that was done after it [17]."""
    edge = fact("e", "edge", _RESTS_ON)
    tests = ({"stands": NO}, _is("status", Status.MET, Status.TO_JUDGE))
    result = _finding("f", {"e": "from"}, *tests)
    dated = _finding("f", {"e": "from"}, {"$ex": {"done": 1}}, *tests)
    emits = {"kind": "undermined", "n": {"e": "from"}, "by": {"e": "to"}}
    weak = _finding("p", {"e": "to"}, _WEAK)
    itself = fact("u", "undermined", joins=[{"n": {"e": "to"}}])
    later = _finding("p", {"e": "to"}, also=({"$gt": {"begun": {"f": "done"}}},))
    return [
        rule("graph/undermined/weak", 1, [edge, result, weak], **emits),
        rule("graph/undermined/undermined", 1, [edge, result, itself], **emits),
        rule("graph/undermined/done-before", 1, [edge, dated, later], **emits),
    ]


def _reaching() -> list[Compiled]:
    """What a gap reaches upstream, looking through what is open or not applicable [19].

    A path is of the kind ``rests_on`` only if every edge of it is.
    """
    edge = fact("e", "edge")
    onward = fact("e", "edge", joins=[{"from": {"r": "to"}}])
    through = _finding("o", {"r": "to"}, _LOOKED_THROUGH)
    still = no_fact("u", "undermined", joins=[{"n": {"r": "to"}}])
    start = {"kind": "reach", "of": {"e": "from"}, "to": {"e": "to"}, "type": {"e": "type"}}
    further = {"kind": "reach", "of": {"r": "of"}, "to": {"e": "to"}}
    return [
        rule("graph/reach/from-gap", 2, [edge, _finding("g", {"e": "from"}, _GAP)], **start),
        rule("graph/reach/from-undermined", 2, [edge, fact("u", "undermined", joins=[{"n": {"e": "from"}}])], **start),
        rule(
            "graph/reach/on-what-it-rests-on",
            2,
            [fact("r", "reach", _RESTS_ON), through, onward, still],
            **further,
            type={"e": "type"},
        ),
        rule(
            "graph/reach/on-what-it-follows",
            2,
            [fact("r", "reach", _FOLLOWS), through, onward, still],
            **further,
            type="follows",
        ),
    ]


def _causes() -> list[Compiled]:
    """Which of the gaps that a gap reaches explain it [19]."""
    resting, following, any_reach = fact("r", "reach", _RESTS_ON), fact("r", "reach", _FOLLOWS), fact("r", "reach")
    emits = {"kind": "cause", "of": {"r": "of"}, "by": {"r": "to"}}
    missing = _finding("c", {"r": "to"}, _is("status", Status.MISSING))
    absent_or_late = _finding("g", {"r": "of"}, _is("status", Status.MISSING, Status.LATE))
    late = _finding("g", {"r": "of"}, {"$ex": {"due": 1}}, _is("status", Status.LATE))
    later = _finding("c", {"r": "to"}, _is("status", Status.LATE), also=({"$gt": {"done": {"g": "due"}}},))
    undermined, other_gap = fact("u", "undermined"), _finding("p", {"u": "by"}, _GAP, *_NOT_WEAK)
    return [
        rule("graph/cause/weak", 2, [resting, _finding("c", {"r": "to"}, _WEAK)], **emits),
        rule("graph/cause/undermined", 2, [resting, fact("u", "undermined", joins=[{"n": {"r": "to"}}])], **emits),
        rule("graph/cause/missing", 2, [following, missing, absent_or_late], **emits),
        rule("graph/cause/late", 2, [any_reach, late, later], **emits),
        # What falls short is reached anyway; what was only done late, and after this, is not.
        rule("graph/cause/done-before", 2, [undermined, other_gap], kind="cause", of={"u": "n"}, by={"u": "by"}),
    ]


def _waiting() -> list[Compiled]:
    """What is open beneath a finding could still change it [18]."""
    edge = fact("e", "edge", _RESTS_ON)
    applies = _finding("f", {"e": "from"}, {"$neq": {"status": Status.NOT_APPLICABLE.value}})
    beneath = _finding("p", {"e": "to"}, {"only_timing": NO}, _OPEN_FINDING)
    still = no_fact("u", "undermined", joins=[{"n": {"e": "to"}}])
    emits = {"kind": "waits", "of": {"e": "from"}, "by": {"e": "to"}}
    return [rule("graph/waits-for", 2, [edge, applies, beneath, still], **emits)]


def _roots() -> list[Compiled]:
    """A gap without a cause is a root [19]."""
    gap = fact("g", "finding", _GAP)
    of_gap = no_fact("c", "cause", joins=[{"of": {"g": "n"}}])
    undermined = fact("u", "undermined")
    of_undermined = no_fact("c", "cause", joins=[{"of": {"u": "n"}}])
    return [
        rule("graph/root/gap", 3, [gap, of_gap], kind="root", n={"g": "n"}),
        rule("graph/root/undermined", 3, [undermined, of_undermined], kind="root", n={"u": "n"}),
    ]
