"""Rounds of judged cases, one after another: what changed from the first to the last, question by question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from quips.audits import Auditor
from quips.change import FEWEST, Change, Run, change, change_told, runs
from quips.framework import Edition
from quips.judged import Judged
from quips.judgedtables import read_judged
from quips.places import Place
from quips.problems import InputError, Problem, did_you_mean, listed
from quips.shares import Share, is_small, told

FEWEST_DRAWN = 5


@dataclass(frozen=True)
class Round:
    """A round of judged cases, named, and where it was read from."""

    name: str
    path: Path
    judged: Judged


@dataclass(frozen=True)
class RunChart:
    """The rounds of a question that have cases enough to show.

    Attributes:
        rounds: Which rounds they are, counted from 0.
        values: The share of each, from 0 to 1.
        median: Their median.
        runs: What chance would seldom make, with rounds counted from 0 among all; None where there are too few to look for it.
        told: All that in words.
    """

    rounds: tuple[int, ...]
    values: tuple[float, ...]
    median: float
    runs: tuple[Run, ...] | None
    told: str


@dataclass(frozen=True)
class Compared:
    """A question that was answered in the first round and in the last.

    Attributes:
        name: Its full name.
        number: The number of the node it is of, as printed.
        level: ``prompt``, ``key question`` or ``summary question``.
        title: What it asks.
        node: The number and title of what it stands under.
        shares: The share of each round; None where it rests on too few cases to show, or nobody answered.
        each: The share of each round in words.
        change: The difference of the last from the first; None where there is nothing to compare.
        told: The change in words.
        run: Its run chart; None if there are too few rounds.
    """

    name: str
    number: str
    level: str
    title: str
    node: str
    shares: tuple[Share | None, ...]
    each: tuple[str, ...]
    change: Change | None
    told: str
    run: RunChart | None


@dataclass(frozen=True)
class Comparison:
    """Rounds compared.

    Attributes:
        edition: The edition.
        rounds: The rounds, in order of time, with only what was answered under the edition.
        questions: The questions, in the edition's own order.
        left_out: The questions that were answered in some round, and not in both the first and the last.
        notes: What should be known of all of it.
    """

    edition: Edition
    rounds: tuple[Round, ...]
    questions: tuple[Compared, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def read_rounds(
    paths: Sequence[Path],
    names: Sequence[str],
    auditor: Auditor,
    progress: Callable[[list[Path]], Iterable[Path]] = iter,
) -> list[Round]:
    """Read rounds, each from a file or folder as ``read_judged`` takes them.

    Args:
        paths: Where each round is, in order of time.
        names: The name of each; that of its file or folder where none is given at all.
        auditor: What audits the case files.
        progress: What shows how far the reading of case files is.

    Raises:
        InputError: With all that is wrong: fewer than two rounds, a round or a name given twice, a round that cannot be read
            or is empty.
    """
    problems = list(_naming_problems(paths, names))
    called = [name.strip() for name in names] or [_name_of(path) for path in paths]
    found: list[Round] = []
    for name, path in zip(called, paths, strict=False):
        try:
            found.append(Round(name, path, read_judged([path], auditor, progress)))
        except InputError as error:
            problems += error.problems
    first: dict[tuple[object, ...], Round] = {}
    for one in found:
        answers = tuple(sorted(answer[:5] for answer in one.judged.answers))
        if not answers:
            problems.append(_nothing_judged(one.path, "No case in it has a judgement.", []))
        elif answers in first and first[answers].path.resolve() != one.path.resolve():
            message = f"It has the very answers of {first[answers].path}, so it is the same round."
            problems.append(Problem(Place(str(one.path)), "round-twice", message, "Leave one out."))
        first.setdefault(answers, one)
    if problems:
        raise InputError(problems)
    return found


def compare(rounds: Sequence[Round], name: str | None, editions: Mapping[str, Edition]) -> Comparison:
    """Compare the last round with the first, and follow each question through all of them.

    Args:
        rounds: Two or more rounds, in order of time.
        name: The edition; None if all were judged under one only.
        editions: Every edition.

    Raises:
        InputError: There is no such edition, the rounds are of several and none is named, a round has nothing of it, or no
            question was answered in both the first round and the last.
    """
    edition = _edition_of(rounds, name, editions)
    mine = [Round(one.name, one.path, one.judged.of_edition(edition.name)) for one in rounds]
    problems = [
        _nothing_judged(one.path, f"No case in it was judged under {edition.name}.", was.judged.editions)
        for one, was in zip(mine, rounds, strict=True)
        if not one.judged.answers
    ]
    if problems:
        raise InputError(problems)
    shares = [one.judged.shares() for one in mine]
    both = shares[0].keys() & shares[-1].keys()
    if not both:
        message = f"No question was answered both in {mine[0].name} and in {mine[-1].name}."
        raise InputError([Problem(Place(str(mine[-1].path)), "nothing-in-both", message, "Compare rounds that ask the same.")])
    names = [one.name for one in mine]
    questions = tuple(_compared(names, shares, *asked) for asked in _asked(edition) if asked[0] in both)
    left_out = tuple(asked[0] for asked in _asked(edition) if any(asked[0] in of for of in shares) and asked[0] not in both)
    return Comparison(edition, tuple(mine), questions, left_out, tuple(_notes(mine, questions)))


def _naming_problems(paths: Sequence[Path], names: Sequence[str]) -> Iterator[Problem]:
    if len(paths) < 2:
        message = f"There is one round, {paths[0]}, and nothing to compare it with."
        yield Problem(Place(str(paths[0])), "one-round", message, "Name the earlier round, then the later one.")
    for n, path in enumerate(paths):
        if path.resolve() in [earlier.resolve() for earlier in paths[:n]]:
            yield Problem(Place(str(path)), "round-twice", "This round is given twice.", "Leave one out.")
    if names and len(names) != len(paths):
        message = f"There are {len(paths)} rounds and {len(names)} {'name' if len(names) == 1 else 'names'}."
        yield Problem(
            Place("--name"), "wrong-number", message, "Give --name once for each round, in the same order, or not at all."
        )
    called = [name.strip().casefold() for name in names] or [_name_of(path).casefold() for path in dict.fromkeys(paths)]
    if "" in called and names:
        yield Problem(Place("--name"), "no-name", "A name is empty.", "Write --name spring, or --name 2024-Q1.")
    twice = sorted({name for name in called if name and called.count(name) > 1})
    if twice:
        message = f"Two rounds would be called {listed(twice, 'and')}."
        yield Problem(Place("--name"), "name-twice", message, "Give --name once for each round, in the same order.")


def _name_of(path: Path) -> str:
    """A folder keeps what stands after a dot in its name, such as 2024.Q1."""
    whole = path.resolve()
    return whole.name if whole.is_dir() else whole.stem


def _nothing_judged(path: Path, message: str, editions: Sequence[str]) -> Problem:
    hint = f"There are judgements under {listed(editions, 'and')}." if editions else "A round needs judged cases."
    return Problem(Place(str(path)), "nothing-judged", message, hint)


def _edition_of(rounds: Sequence[Round], name: str | None, editions: Mapping[str, Edition]) -> Edition:
    place = Place("--edition")
    if name is not None:
        if name not in editions:
            hint = did_you_mean(name, editions) or f"There are {listed(editions, 'and')}."
            raise InputError([Problem(place, "unknown-edition", f"There is no edition '{name}'.", hint)])
        return editions[name]
    found = sorted({edition for one in rounds for edition in one.judged.editions})
    if len(found) > 1:
        said = "; ".join(f"{one.path}: {listed(one.judged.editions, 'and')}" for one in rounds)
        message = f"The rounds were judged under different editions, whose questions are not the same ({said})."
        raise InputError([Problem(place, "several-editions", message, "Say which to compare with --edition.")])
    return editions[found[0]]


def _asked(edition: Edition) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield what can be answered of a case, in the edition's own order: name, number, level, title, and what it stands under."""
    judged = {node.id for node in edition.judged_nodes()}
    for division in edition.divisions:
        above = f"{division.id} {division.title}"
        for node in division.walk():
            is_key_question = edition.levels[node.depth] == "key question"
            if not is_key_question:
                above = f"{node.id} {node.title}"
            if node.id in judged:
                level = "key question" if is_key_question else "summary question"
                title = f"{node.id} {node.title}" if is_key_question else "Summary question"
                yield f"{edition.name}/{node.id}", node.id, level, title, above
            yield from ((prompt.name, node.id, "prompt", prompt.asks, above) for prompt in node.prompts)


def _compared(
    names: Sequence[str], shares: Sequence[Mapping[str, Share]], name: str, number: str, level: str, title: str, node: str
) -> Compared:
    found = [of.get(name) for of in shares]
    shown = tuple(None if share is None or is_small(share) else share for share in found)
    each = tuple("not answered" if share is None else told(share) for share in found)
    before, after = shares[0][name], shares[-1][name]
    can_compare = shown[0] is not None and shown[-1] is not None
    return Compared(
        *(name, number, level, title, node, shown, each),
        change(before, after) if can_compare else None,
        change_told(before, after),
        _run_chart(names, shown),
    )


def _run_chart(names: Sequence[str], shares: Sequence[Share | None]) -> RunChart | None:
    drawn = [(n, share) for n, share in enumerate(shares) if share is not None]
    if len(drawn) < FEWEST_DRAWN:
        return None
    rounds, values = tuple(n for n, _ in drawn), tuple(share.proportion for _, share in drawn)
    middle = median(values)
    words = [f"The median of {len(drawn)} rounds is {_percent(middle)}."]
    if len(drawn) < len(names):
        words.append(f"Not shown in it: {listed((name for n, name in enumerate(names) if n not in rounds), 'and')}.")
    if len(drawn) < FEWEST:
        words.append(f"Shifts and trends are looked for from {FEWEST} rounds: fewer cannot tell them from chance.")
        return RunChart(rounds, values, middle, None, " ".join(words))
    found = tuple(Run(run.kind, rounds[run.first], rounds[run.last]) for run in runs(values))
    for run in found:
        first, last = values[rounds.index(run.first)], values[rounds.index(run.last)]
        if run.kind == "trend":
            how = "rising" if last > first else "falling"
        else:
            # a run ends on a value off the median, since those on it neither add to it nor end it
            how = "above the median" if last > middle else "below the median"
        words.append(f"A {run.kind}, {how}, from {names[run.first]} to {names[run.last]}: chance would seldom make it.")
    if not found:
        words.append("No shift and no trend: it looks like chance from round to round.")
    return RunChart(rounds, values, middle, found, " ".join(words))


def _percent(proportion: float) -> str:
    """A median may lie half-way between two shares, so it keeps half a point where it has one."""
    return f"{round(proportion * 100, 1):g}%"


def _notes(rounds: Sequence[Round], questions: Sequence[Compared]) -> Iterator[str]:
    """Say what the rounds cannot tell, taken together."""
    first, last = rounds[0], rounds[-1]
    compared = [question.change for question in questions if question.change is not None]
    clear = sum(1 for found in compared if found.is_clear)
    yield (
        f"Each change is from {first.name} to {last.name}. {len(compared)} question{'' if len(compared) == 1 else 's'} can be "
        f"compared; {clear or 'none'} changed by more than chance would mostly make."
    )
    if len(compared) > 1:
        yield "Of every 20 questions of which nothing changed, about one looks as if it had, by chance alone."
    again = {case for one in rounds[:-1] for case in one.judged.cases} & set(last.judged.cases)
    if again:
        cases = "1 case" if len(again) == 1 else f"{len(again)} cases"
        yield (
            f"{cases} of {last.name} {'is' if len(again) == 1 else 'are'} in an earlier round as well. The intervals take each "
            "round to be of other cases, so they are not right for cases that were read again."
        )
    for one in rounds:
        n = len(one.judged.undecided)
        if n:
            count = "it counts" if n == 1 else "they count"
            yield (
                f"In {one.name} readers differ on {n} answer{'' if n == 1 else 's'} and nothing was agreed, so {count} for "
                "nothing: see quips agree."
            )
