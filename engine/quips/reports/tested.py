"""What came of examples, on a screen and as JSON: what was expected beside what was found."""

from __future__ import annotations

import json
from collections.abc import Iterator

from quips.problems import listed
from quips.testing import FAILS, HOLDS, TO_DO, TO_DO_HOLDS, Outcome, Tested

_MANY = 20


def tested_text(tested: Tested, with_reach: bool) -> str:
    """Return what came of examples as text: what is wrong, what is still to do, and a line that sums it up.

    Args:
        tested: What came of them.
        with_reach: Whether to name each part of a condition that they do not reach.
    """
    lines: list[str] = []
    for outcome in tested.outcomes:
        if outcome.is_wrong:
            lines += [*_told(outcome), ""]
    lines += [f"{outcome.example.place}: to do: {_name(outcome)}: {outcome.example.todo}" for outcome in _to_do(tested)]
    problems = tested.reached.problems()
    if with_reach:
        lines += map(str, problems)
    lines.append(_summed_up(tested))
    reach = f"Of the parts of their conditions, {tested.reached.seen} of {tested.reached.of} were seen true or false"
    lines.append(f"{reach} ({_percent(tested)}%).{'' if with_reach or not problems else ' To see the others: --coverage.'}")
    return "\n".join(lines) + "\n"


def tested_json(tested: Tested) -> str:
    """Return what came of examples as JSON."""
    value = {
        "version": 1,
        "examples": [
            {
                "rule": outcome.example.rule.name,
                "example": _name(outcome),
                "file": outcome.example.place.file,
                "line": outcome.example.place.line,
                "engine": outcome.engine,
                "result": outcome.result,
                "differ": [mismatch._asdict() for mismatch in outcome.differ],
                "todo": outcome.example.todo or None,
            }
            for outcome in tested.outcomes
        ],
        "reached": {
            "seen": tested.reached.seen,
            "of": tested.reached.of,
            "never": [
                {
                    "rule": part.rule,
                    "file": part.place.file,
                    "line": part.place.line,
                    "column": part.place.column,
                    "part": part.words,
                    "never": list(part.never),
                }
                for part in tested.reached.parts
                if part.never
            ],
        },
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _told(outcome: Outcome) -> Iterator[str]:
    place, name = outcome.example.place, _name(outcome)
    if outcome.result == TO_DO_HOLDS:
        yield f"{place}: '{name}' holds on {outcome.engine}, and is marked as still to do. Take 'todo' out."
        return
    yield f"{place}: '{name}' fails on {outcome.engine}"
    wide = max(len("expected"), *(len(mismatch.expected) for mismatch in outcome.differ))
    first = max(len(mismatch.what) for mismatch in outcome.differ)
    yield f"    {'':<{first}}  {'expected':<{wide}}  found"
    for mismatch in outcome.differ:
        yield f"    {mismatch.what:<{first}}  {mismatch.expected or 'none':<{wide}}  {mismatch.found or 'none'}"


def _summed_up(tested: Tested) -> str:
    rules = len({outcome.example.rule.name for outcome in tested.outcomes})
    engines = list(dict.fromkeys(outcome.engine for outcome in tested.outcomes))
    examples = len(tested.outcomes) // len(engines)
    counts = [(tested.count(HOLDS), "held"), (tested.count(FAILS), "failed"), (tested.count(TO_DO), "still to do")]
    counts.append((tested.count(TO_DO_HOLDS), "held though marked as to do"))
    said = listed((f"{count} {what}" for count, what in counts if count), "and")
    several = len(engines) > 1
    on = f"{listed(engines, 'and')} engine{'s' * several}{', counted on each' * several}"
    return f"{_counted(examples, 'example')} of {_counted(rules, 'rule')} on the {on}: {said}."


def _to_do(tested: Tested) -> list[Outcome]:
    first = next(iter(outcome.engine for outcome in tested.outcomes))
    return [outcome for outcome in tested.outcomes if outcome.result == TO_DO and outcome.engine == first]


def _percent(tested: Tested) -> str:
    """Rounded down, so that 100 means all."""
    return f"{int(tested.reached.percent * 10) / 10:g}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _name(outcome: Outcome) -> str:
    return str(outcome.example.rule.examples[outcome.example.number]["name"])
