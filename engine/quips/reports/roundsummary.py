"""The first pages of a round's report, in plain words: what was read, what was found, what was done, how sure one can be."""

from __future__ import annotations

from collections.abc import Iterator

from quips.explain import in_sentence
from quips.peeraudit.figures import Figures
from quips.peeraudit.leftaside import LeftAside
from quips.peeraudit.patterns import RootGap
from quips.problems import listed
from quips.reasons import STATUS_WORDS
from quips.reports.blocks import Block, Heading, Points, Words
from quips.reports.roundcounts import be, cases_words, counted, were
from quips.reports.rounddone import done
from quips.reports.wording import gap_status
from quips.scoring.schemes import bands_of
from quips.scoring.tree import Scored
from quips.shares import CONFIDENCE, LEAST, Share, interval, is_small, whole_percent

MOST = 3
_MOST_WITH_TIES = 5
_FEW_NAMED = 15
_HEADLINES = ("overall", "headline")
KEY_QUESTION = "key question"
UNFINISHED = "This round is not finished, and its figures can still change."


def summary(found: Figures) -> Iterator[Block]:
    """Yield what was read, found and done, and how sure one can be of it.

    Args:
        found: The figures of the round.
    """
    yield Heading("What was read")
    yield Words(f"{_read(found)} {found.looked_at}".strip())
    if found.patterns.cases < LEAST:
        yield Words(f"With fewer than {LEAST} cases settled there is nothing to count yet: see how far the round is.")
        yield from done(found)
        return
    yield Heading("Scores")
    yield Points([*_scores(found)] or [_no_score(found)])
    yield from (Words(words) for words in [same_questions(found), few_words(found)] if words)
    if found.aside:
        yield Words(
            f"A score is the mean of the percentages of those of its questions that at least {LEAST} settled cases are about. "
            "It says nothing of its other questions."
        )
    yield Heading("What was answered yes most often")
    yield from _of_which(found)
    yield Points(_mostly_yes(found) or ["No question was answered yes of more than half of the cases it is about."])
    answered_no = _mostly_no(found)
    if answered_no or found.beside.few.said_no:
        yield Heading("What was answered no most often")
        yield from _of_which(found)
        yield Points(answered_no or ["None was answered no of any case."])
        yield from _no_of_few(found)
    if found.beside.no_without_gap:
        yield Words(_without_gap(found))
    yield Heading("What fell short most often, and what follows from it")
    if found.patterns.roots:
        yield Words(gaps_words(found))
    yield Points([*_missing(found)] or ["No gap was found in what is on the records."])
    yield from done(found)
    yield Heading("How sure one can be")
    yield from (Words(words) for words in _sure(found))


def gaps_words(found: Figures) -> str:
    """Return how many gaps were found, told apart into root gaps and what follows from them."""
    roots = sum(gap.share.yes for gap in found.patterns.roots)
    kinds, follow = len(found.patterns.roots), found.patterns.gaps - roots
    of = f", of {kinds} kinds" if 1 < kinds < roots else ""
    rest = f"; {follow} {'follows' if follow == 1 else 'follow'} from another" if follow else ""
    first = "1 is a root gap" if roots == 1 else f"{roots} are root gaps"
    return f"{counted(found.patterns.gaps, 'gap')} {were(found.patterns.gaps)} found. {first}{of}{rest}.{_spread(found)}"


def _spread(found: Figures) -> str:
    """Say how gaps are spread over cases: how many the case has that has most, and how many cases have none."""
    without, most = found.patterns.without, found.beside.most_in_one
    parts = [f"{most} of them are in one case"] if most and most < found.patterns.gaps else []
    parts += [f"in {cases_words(without)} none was found"] if without else []
    words = "; ".join(parts)
    return f" {words[:1].upper()}{words[1:]}." if parts else ""


def follows_words(gap: RootGap, most: int = 0) -> str:
    """Return what follows from a root gap, with in how many cases; the first few of it, if a number is given.

    Args:
        gap: The root gap.
        most: How many to name at most; 0 for all.
    """
    shown = gap.leads_to[:most] if most else gap.leads_to
    left = len(gap.leads_to) - len(shown)
    told = [f"{in_sentence(rule.title)} ({cases_words(n)})" for rule, n in shown]
    return "; ".join([*told, *([f"{left} more"] if left else [])])


def left_to_do(found: Figures) -> str:
    """Return how many cases are settled and how many countersigned."""
    progress = found.progress
    parts = [f"{progress.settled} of {cases_words(progress.cases)} {be(progress.settled)} settled"]
    parts += [f"{progress.countersigned} {be(progress.countersigned)} countersigned"]
    return f"{listed(parts, 'and')}."


def _read(found: Figures) -> str:
    progress = found.progress
    of = f" from the {found.eligible} that could be drawn" if found.eligible else ""
    said = [f"The round has {cases_words(progress.cases)}, drawn by chance{of}{_gone(found)}."]
    if progress.readers:
        said.append(f"{counted(progress.readers, 'colleague')} read them{_in_groups(found)}.")
        said.append("Nobody read a case of their own or of their own team.")
    if progress.read_twice:
        said.append(
            f"{cases_words(progress.read_twice).capitalize()} {were(progress.read_twice)} read twice, each time without seeing "
            "the other reading."
        )
    said.append(f"What this report counts is the {cases_words(progress.settled)} that a moderator has settled.")
    return " ".join(said)


def _in_groups(found: Figures) -> str:
    """Say how many of those who read are in the groups, and how many cases the others read; empty if there are no groups."""
    progress, inside = found.progress, found.beside.in_groups
    if not progress.groups:
        return ""
    groups = f"in {counted(progress.groups, 'group')}{' of mixed grades' if found.beside.mixed else ''}"
    others = progress.readers - inside
    if not others:
        return f", {groups}"
    who = f"{others} from outside {'it' if progress.groups == 1 else 'these'}, who read {cases_words(progress.outside)}"
    return f": {inside} {groups} and {who}"


def _gone(found: Figures) -> str:
    """Say how many cases were left out before the draw, or taken out after it, and whether after they were read."""
    replaced, out = found.progress.replaced, found.progress.not_eligible
    before = len(found.left_out)
    words = f"; {before} {were(before)} left out before the draw, with a reason" if before else ""
    words += f"; {replaced} that could not be read {were(replaced)} replaced" if replaced else ""
    if out:
        words += f"; {out} {were(out)} taken out because {'it' if out == 1 else 'they'} should not have been drawn"
        read = sum(one.was_read for one in found.gone.values() if one.not_eligible)
        words += f", {'after it was read' if read == out == 1 else f'{read} of them after being read'}" if read else ""
    return words


def _scores(found: Figures) -> Iterator[str]:
    """Yield the scores that rest on half of their questions at the least; where a whole does not, those of its parts that do.

    A score of four questions out of a hundred would be read as one of all.
    """
    for n, one in enumerate(headed(found)):  # those of the first lines stand there with all that they leave aside
        yield score_line(found, one, n >= MOST)
    left = [one for one in _all_told(found) if _is_left(one)]
    if left:
        few = "; ".join(f"{numbered(one)} ({one.rests_on[0]} of {one.rests_on[1]})" for one in left)
        yield f"In the tables alone, since they rest on fewer than half of their questions: {few}."


def headed(found: Figures) -> list[Scored]:
    """Return the scores that head the report: they rest on half of their questions at the least."""
    return [one for one in _all_told(found) if not _is_left(one)]


def score_line(found: Figures, one: Scored, is_full: bool = True) -> str:
    """Return a score in a line: on how many of its questions it rests, and how the others were answered.

    Args:
        found: The figures of the round.
        one: The score.
        is_full: Whether it is said how the others were answered.
    """
    rating = f", {one.rating}" if one.rating else ""
    others = ""
    if is_full and one.name in found.aside:
        aside = found.aside[one.name]
        which = " What those of few cases ask stands under 'Scores'." if aside.of_few and found.beside.few.titles else ""
        others = f" {_others(aside)}{which}"
    return f"{numbered(one)}: {one.told}{rating}{rests_on(one)}.{others}"


def _others(aside: LeftAside) -> str:
    """Say of the questions that a score leaves aside why, and what the answers to those of few cases come to together."""
    why = (
        (aside.not_asked, "was not asked", "were not asked"),
        (aside.of_none, "is about no case", "are about no case"),
        (aside.of_few, f"is about fewer than {LEAST} cases", f"are about fewer than {LEAST} cases each"),
    )
    some = [(number, one if number == 1 else many) for number, one, many in why if number]
    total = sum(number for number, _ in some)
    if len(some) > 1:
        words = f"Of the {total} others {listed([f'{number} {said}' for number, said in some], 'and')}"
    else:
        words = f"The {'other one' if total == 1 else f'{total} others'} {some[0][1]}"
    if aside.answers:
        yes = aside.answers.yes
        words += f"; of the {aside.answers.of} answers to {'that one' if aside.of_few == 1 else 'these'} "
        words += f"{yes or 'none'} {were(yes or 1)} yes ({aside.answers.percent}%)"
    return f"{words}."


def few_words(found: Figures) -> str:
    """Return what the questions of few cases ask, which no score and no table of questions has; empty if there are none."""
    titles = found.beside.few.titles
    if not titles:
        return ""
    more = len(titles) - _FEW_NAMED
    asks = " ".join([*titles[:_FEW_NAMED], *([f"And {more} more."] if more > 0 else [])])
    return f"{counted(len(titles), 'question')} that fewer than {LEAST} cases are about: {asks}"


def repeats(found: Figures) -> dict[str, Scored]:
    """Return for each headline that rests on exactly the questions of one part of the edition that part, by its name.

    It would be the same score under a name that says more.

    Args:
        found: The figures of the round.
    """
    scored = [one for one in (found.card.walk() if found.card else ()) if one.measure and not one.is_question]
    parts = {_rests_on(one): one for one in reversed(scored) if one.level not in _HEADLINES and not is_of_one_part(one)}
    same = ((one, parts.get(_rests_on(one))) for one in scored if one.level in _HEADLINES)
    return {one.name: part for one, part in same if part is not None and part.told == one.told}


def _rests_on(scored: Scored) -> frozenset[str]:
    return frozenset(one.name for one in scored.counted() if one.measure is not None)


def same_questions(found: Figures) -> str:
    """Return which headlines have no score of their own, since they rest on the questions of one part alone; empty if none."""
    same = repeats(found)
    told = [
        f"{numbered(one)} would rest on {one.rests_on[0]} of its {one.rests_on[1]} questions, the same as "
        f"{numbered(same[one.name])}, so it has no score of its own here."
        for one in (found.card.walk() if found.card else ())
        if one.name in same
    ]
    return " ".join(told)


def _all_told(found: Figures) -> list[Scored]:
    same = repeats(found)
    told = [one for scored in (found.card.scored if found.card else ()) for one in _told_of(scored)]
    return [one for one in told if one.name not in same]


def _is_left(one: Scored) -> bool:
    count, of = one.rests_on
    return 2 * count < of


def _told_of(scored: Scored) -> Iterator[Scored]:
    """Yield what has a score, or its parts if that rests on too few of its questions, or on one part alone."""
    count, of = scored.rests_on
    parts = [one for one in scored.parts if not one.is_question and one.measure]
    if scored.measure and parts and (2 * count < of or is_of_one_part(scored)):
        for part in parts:
            yield from _told_of(part)
    elif scored.measure:
        yield scored


def numbered(scored: Scored) -> str:
    """Return the title of what is scored, with its number if it has one."""
    return scored.title if scored.level in _HEADLINES else f"{scored.number} {scored.title}"


def is_of_one_part(scored: Scored) -> bool:
    """Whether a score is that of one part alone, though there are more: it is told under the name of that part only."""
    parts = [one.measure is not None for one in scored.parts if not one.is_question]
    return len(parts) > 1 and parts.count(True) == 1


def rests_on(scored: Scored) -> str:
    """Say on how many of its questions a score rests, where that is not all of them; empty if it is."""
    count, of = scored.rests_on
    return f"; it rests on {count} of its {of} questions" if scored.measure and count < of else ""


def _no_score(found: Figures) -> str:
    if KEY_QUESTION in found.edition.levels:
        return "No score: this edition scores its key questions, and a round asks what stands beneath them."
    return "No score: too few of the questions that count were answered."


def asked(found: Figures) -> dict[str, str]:
    """Return what each prompt of the edition asks, by name, in its own order."""
    return {prompt.name: prompt.asks for prompt in found.edition.prompts()}


def questions_of(found: Figures) -> list[Scored]:
    """Return the questions that were answered of cases, in the edition's order."""
    walked = found.card.walk() if found.card else ()
    return [one for one in walked if one.share is not None and (one.share.of or one.share.not_applicable)]


def applying_words(gap: RootGap) -> str:
    """Return in how many cases a root gap is, of those that its rule applies to; no percentage where these are few.

    Args:
        gap: The root gap.
    """
    share = gap.share
    among = f"{share.yes} of the {share.of} cases"
    if share.yes == share.of:
        among = {1: "the one case", 2: "both cases"}.get(share.of, f"all {share.of} cases")
    to = " that it applies to" if share.not_applicable else ""
    unknown = f"; {others_words(gap, gap.open)} it is not known" if gap.open else ""
    return f"{among}{to}{f' ({share.percent}%)' if gap.measure else ''}{unknown}"


def others_words(gap: RootGap, number: int) -> str:
    """Return in how many of the cases that a rule applies to and that do not have the gap something is so.

    Args:
        gap: The root gap.
        number: In how many.
    """
    others = gap.share.of - gap.share.yes
    if number < others:
        return f"in {number} of the others"
    return "in the other" if others == 1 else f"in the {others} others"


def _shown(found: Figures) -> list[tuple[Scored, Share]]:
    """Return the questions that as many cases are about as can be shown, each with its share."""
    return [(one, one.share) for one in questions_of(found) if one.share and not is_small(one.share)]


def _of_which(found: Figures) -> Iterator[Block]:
    """Say which questions a list is of: the others are about fewer cases, and none of them can be in it."""
    if shown := len(_shown(found)):
        yield Words(f"Of the {counted(shown, 'question')} that at least {LEAST} cases are about:")


def _mostly_yes(found: Figures) -> list[str]:
    best = sorted(
        (pair for pair in _shown(found) if pair[1].yes > pair[1].no), key=lambda pair: (-pair[1].proportion, -pair[1].of)
    )
    alike = sum(share.proportion == best[MOST - 1][1].proportion for _, share in best[MOST:]) if best[MOST:] else 0
    how = "in every case that they are about" if alike > 1 and not best[0][1].no else "as often"
    more = [f"{counted(alike, 'other of these', 'others of these')} {were(alike)} answered yes {how}."] if alike else []
    return [*(f"{one.title} Yes in {_of(share)}." for one, share in best[:MOST]), *more]


def _mostly_no(found: Figures) -> list[str]:
    most = sorted((pair for pair in _shown(found) if pair[1].no), key=lambda pair: (-pair[1].no, pair[1].of))
    alike = sum(share.no == most[MOST - 1][1].no for _, share in most[MOST:]) if most[MOST:] else 0
    more = [f"{counted(alike, 'other of these', 'others of these')} {were(alike)} answered no in as many cases."] if alike else []
    told = (f"{one.title} No in {_of(Share(share.no, share.yes))}{_on_aside(found, one, share)}." for one, share in most[:MOST])
    return [*told, *more]


def _on_aside(found: Figures, one: Scored, share: Share) -> str:
    """Say how many of the answers of no rest only on findings that were set aside since; empty if none does."""
    number = found.beside.no_on_aside.get(one.name, 0)
    if not number:
        return ""
    of = "this one" if share.no == 1 else f"{number} of these {share.no}"
    return f"; {of} {'rests' if number == 1 else 'rest'} only on what was set aside since, after a dispute"


def _no_of_few(found: Figures) -> Iterator[Block]:
    """Say what the questions of fewer cases come to, which no list names."""
    few = found.beside.few
    if few.said_no:
        (cases, first), *rest = few.said_no
        told = [f"{first} {were(first)} answered no in {cases_words(cases)}{' each' * (first > 1)}"]
        told += [f"{n} in {cases_words(cases)}{' each' * (n > 1)}" for cases, n in rest]
        yield Words(f"Of the {len(few.titles)} about fewer cases, {listed(told, 'and')}.")
    elif few.titles:
        number = len(few.titles)
        what = "is about fewer cases, and how it was" if number == 1 else "are about fewer cases, and how each was"
        yield Words(f"{counted(number, 'other question')} {what} answered is not shown.")


def _without_gap(found: Figures) -> str:
    """Say how many answers of no are in no gap."""
    number, at_risk = found.beside.no_without_gap, found.beside.no_at_risk
    risk = f", {at_risk} of them about a child, a victim or MAPPA," if at_risk else ""
    return (
        f"{counted(number, 'answer of no', 'answers of no')}{risk} {be(number)} in none of the gaps below: a reader gave "
        f"{'it' if number == 1 else 'them'} where no rule found a gap."
    )


def fell_short(found: Figures, gap: RootGap) -> str:
    """Return what a root gap is, in how many cases, and of what, what it is first: its title says what should be there.

    Args:
        found: The figures of the round.
        gap: The root gap.
    """
    status = gap_status(gap.rule, gap.statuses)
    each = status_cases(found, gap)
    return f"{status} in {applying_words(gap)}{f', {each}' if each else ''}: {in_sentence(gap.rule.title)}"


def status_cases(found: Figures, gap: RootGap) -> str:
    """Return in how many cases a root gap has which status; empty where it has the same in all.

    Args:
        found: The figures of the round.
        gap: The root gap.
    """
    cases = found.beside.status_cases.get(gap.rule.name, {})
    if len(gap.statuses) < 2 or not cases:
        return ""
    told = [
        (" and ".join(STATUS_WORDS[one] for one in gap.statuses if one in statuses), number)
        for statuses, number in sorted(
            cases.items(), key=lambda of: (len(of[0]), -of[1], *sorted(gap.statuses.index(one) for one in of[0]))
        )
    ]
    if len(told) == 1:
        return f"{told[0][0]}{' in each' if told[0][1] > 1 else ''}"
    return listed([f"{words} in {number}" for words, number in told], "and")


def _missing(found: Figures) -> Iterator[str]:
    several = commonest(found)
    for gap in several:
        follows = f" With it fell short: {follows_words(gap, MOST)}." if gap.leads_to else ""
        words = fell_short(found, gap)
        yield f"{words[:1].upper()}{words[1:]}.{follows}"
    once = [gap for gap in found.patterns.roots if gap.share.yes == 1]
    shown = once[:MOST] if len(several) < MOST else []
    more = len(found.patterns.roots) - len(several) - len(shown)
    if shown:
        named = [in_sentence(gap.rule.title) for gap in shown]
        statuses = [gap_status(gap.rule, gap.statuses) for gap in shown]
        parts = [
            title if n and status == statuses[n - 1] else f"{status}: {title}"
            for n, (status, title) in enumerate(zip(statuses, named, strict=True))
        ]
        others = [f"{counted(more, 'other')}, which {be(more)} in the table"] if more else []
        yield f"In 1 case{' each' if len(once) > 1 else ''}, {'; '.join([*parts, *others])}."
    elif more:
        yield f"{counted(more, 'other root gap')} {be(more)} in the table; none is in more cases than these."


def commonest(found: Figures) -> list[RootGap]:
    """Return the root gaps of most cases, of more than one each; one in as many cases as the last of them is not passed over."""
    several = [gap for gap in found.patterns.roots if gap.share.yes > 1]
    least = min((gap.share.yes for gap in several[:MOST]), default=0)
    return [gap for gap in several[:_MOST_WITH_TIES] if gap.share.yes >= least]


def _of(share: Share) -> str:
    return f"{share.yes} of {cases_words(share.of)} ({share.percent}%)"


def _sure(found: Figures) -> Iterator[str]:
    settled, eligible = found.patterns.cases, found.eligible
    if eligible is not None and eligible <= settled:
        yield "Every case that could be drawn was read, so nothing is left to chance in the figures themselves."
    else:
        half = Share(settled // 2, settled - settled // 2)
        low, high = interval(half, CONFIDENCE, eligible)
        whole = f"all {eligible} cases" if eligible else "all cases"
        yield (
            f"{cases_words(settled).capitalize()} were read and stand for {whole}. Something true of {half.yes} of these "
            f"{settled} could be true of anything from {whole_percent(low)}% to {whole_percent(high)}% of {whole}. So a "
            "difference between two figures of a few cases each says little."
        )
    alike = found.agreement.alike
    if alike.of:
        few = " That is too few cases to say how far readers agree." if found.agreement.cases < LEAST else ""
        yield (
            f"{cases_words(found.agreement.cases).capitalize()} {were(found.agreement.cases)} read by two people. Where at least "
            f"one of them found that a question applies, they gave the same answer to {alike.yes} of {alike.of} "
            f"({alike.percent}%).{few}"
        )
    what = "Scores and ratings" if bands_of(found.edition.scoring) else "Scores"
    yield (
        "A gap means that the record does not show the work, or not in time, or not good enough. The work may have been done and "
        f"not written down. {what} here are indicative: it is for the inspectorate to judge a service."
    )
