"""The page of statuses and verdicts; what each means is written here, and every one has to be."""

from __future__ import annotations

from collections.abc import Iterator

from generating.words import capital, page, table
from quips.reasons import STATUS_WORDS
from quips.statuses import VERDICTS, Status, Verdict

_VERDICTS = {
    Verdict.GAP: "The record falls short of what the framework asks for.",
    Verdict.OPEN: "There is no answer yet: something is to be judged, to be found out, or still to come.",
    Verdict.SUFFICIENT: "Nothing is left to do.",
    Verdict.NOT_APPLICABLE: "The rule has nothing to say about this case.",
}
_MEANINGS = {
    Status.MET: "It was done in time, and was good enough if the rule asks how good it was.",
    Status.CONSISTENT: (
        "Nothing on the record contradicts it. For a circumstance that is inferred: the inference holds, and does not differ "
        "from what is given."
    ),
    Status.EXCEPTED: "It was not done, or was late, and an acceptable reason is on record.",
    Status.MISSING: "It should have been done by now, and nothing on the record shows that it was.",
    Status.LATE: "It was done after its last day. How good it was is shown as well.",
    Status.INSUFFICIENT: "It was done, and was not good enough; or it was done less often than it should be.",
    Status.UNDERMINED: (
        "It was done, but what it rests on is missing, not good enough or itself undermined, or was only done afterwards. The "
        "finding keeps what it was before."
    ),
    Status.CONFLICT: "Two things on the record cannot both be right. Some conflicts are only a question, and then are open.",
    Status.TO_JUDGE: (
        "The occasion, the date and the question have been found, and the answer needs a person: whether the work was good, "
        "whether a reason is acceptable, or which of two limits holds. It is not a failure."
    ),
    Status.CANNOT_TELL: "Whether the rule applies, or when it was due, depends on something not given. The finding names it.",
    Status.NOT_YET_DUE: "There is still time, or the clock has not started.",
    Status.NOT_ON_RECORD: "It is not on the record, and the record is not complete, so it may have been done.",
    Status.NOT_APPLICABLE: "The rule is not for such a case, or the occasion for it has not arisen.",
}


def statuses_page() -> str:
    """Return the page of statuses and verdicts."""
    intro = (
        "A finding is what one rule says of one case and one occasion. It has a *status*, and each status is one kind of answer, "
        "its *verdict*. How they are decided is told in [what a finding means](../semantics.md)."
    )
    return page("Statuses and verdicts", intro, _verdicts(), _statuses(), _marks())


def _verdicts() -> Iterator[str]:
    yield from ("## Verdicts", "")
    rows = [
        (
            f"`{verdict}`",
            _VERDICTS[verdict],
            ", ".join(f"`{status}`" for status in Status if VERDICTS[status] is verdict),
        )
        for verdict in Verdict
    ]
    yield from table(("Verdict", "Meaning", "Statuses"), rows)


def _statuses() -> Iterator[str]:
    yield from ("## Statuses", "")
    rows = [(f"`{status}`", capital(STATUS_WORDS[status]), f"`{VERDICTS[status]}`", _MEANINGS[status]) for status in Status]
    yield from table(("Status", "In reports", "Verdict", "Meaning"), rows)


def _marks() -> Iterator[str]:
    yield from ("## Marks on a finding", "")
    rows = [
        ("root", "A gap that no other gap explains. Reports tell these first."),
        ("because of", "The gaps that explain this one. It is a consequence, and keeps its own severity."),
        ("undermined by", "The work beneath it that falls short."),
        (
            "provisional",
            "The finding could still change, and says why: open work beneath it, an inference, or a record that is not complete.",
        ),
        ("severity", "How much it matters: high, medium or low. It is the rule's, and a consequence keeps it."),
    ]
    yield from table(("Mark", "Meaning"), rows)
