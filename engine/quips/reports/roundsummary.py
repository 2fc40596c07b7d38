"""The first pages of a round's report, in plain words: what was read, what was found, what was done, how sure one can be."""

from __future__ import annotations

from collections.abc import Iterator

from quips.explain import in_sentence
from quips.peeraudit.figures import Figures
from quips.peeraudit.leftaside import LeftAside
from quips.peeraudit.patterns import RootGap
from quips.peeraudit.state import OPEN, Phase
from quips.problems import listed
from quips.reports.blocks import Block, Heading, Points, Words
from quips.reports.wording import gap_status, gap_words
from quips.scoring.tree import Scored
from quips.shares import CONFIDENCE, LEAST, Share, interval, is_small, whole_percent

MOST = 3
_MOST_WITH_TIES = 5
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
        yield from _done(found)
        return
    yield Heading("Scores")
    yield Points([*_scores(found)] or [_no_score(found)])
    if found.aside:
        yield Words(
            f"A score is the mean of the percentages of those of its questions that at least {LEAST} settled cases are about. "
            "It says nothing of its other questions."
        )
    yield Heading("What was answered yes most often")
    yield Points(_mostly_yes(found) or ["No question was answered yes of more than half of the cases it is about."])
    answered_no = _mostly_no(found)
    if answered_no:
        yield Heading("What was answered no most often")
        yield Points(answered_no)
    yield Heading("What fell short most often, and what follows from it")
    if found.patterns.roots:
        yield Words(gaps_words(found))
    yield Points([*_missing(found)] or ["No gap was found in what is on the records."])
    yield from _done(found)
    yield Heading("How sure one can be")
    yield from (Words(words) for words in _sure(found))


def cases_words(number: int) -> str:
    """Return a number of cases in words.

    Example:
        >>> cases_words(1), cases_words(12)
        ('1 case', '12 cases')
    """
    return counted(number, "case")


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with what is counted, in the plural where it is not one."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def gaps_words(found: Figures) -> str:
    """Return how many gaps were found, told apart into root gaps and what follows from them."""
    roots = sum(gap.share.yes for gap in found.patterns.roots)
    kinds, follow = len(found.patterns.roots), found.patterns.gaps - roots
    of = f", of {kinds} kinds" if 1 < kinds < roots else ""
    rest = f"; {follow} {'follows' if follow == 1 else 'follow'} from another" if follow else ""
    return f"{counted(found.patterns.gaps, 'gap')} {_was(found.patterns.gaps)} found. {roots} {_is(roots)} root gaps{of}{rest}."


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
    parts = [f"{progress.settled} of {cases_words(progress.cases)} {_is(progress.settled)} settled"]
    parts += [f"{progress.countersigned} {_is(progress.countersigned)} countersigned"]
    return f"{listed(parts, 'and')}."


def _read(found: Figures) -> str:
    progress = found.progress
    of = f" from the {found.eligible} that could be drawn" if found.eligible else ""
    said = [f"The round has {cases_words(progress.cases)}, drawn by chance{of}{_gone(found)}."]
    if progress.readers:
        groups = f", in {counted(progress.groups, 'group')} of mixed grades" if progress.groups else ""
        said.append(f"{counted(progress.readers, 'colleague')} read them{groups}{_outside(found)}.")
        said.append("Nobody read a case of their own or of their own team.")
    if progress.read_twice:
        said.append(
            f"{cases_words(progress.read_twice).capitalize()} {_was(progress.read_twice)} read twice, each time without seeing "
            "the other reading."
        )
    said.append(f"What this report counts is the {cases_words(progress.settled)} that a moderator has settled.")
    return " ".join(said)


def _outside(found: Figures) -> str:
    """Say how many cases were read by somebody who is in none of the groups; empty if none was."""
    number = found.progress.outside if found.progress.groups else 0
    return f"; {cases_words(number)} {_was(number)} given to a reader from outside the groups" if number else ""


def _gone(found: Figures) -> str:
    """Say how many cases were left out before the draw, or taken out after it, and whether after they were read."""
    replaced, out = found.progress.replaced, found.progress.not_eligible
    before = len(found.left_out)
    words = f"; {before} {_was(before)} left out before the draw, with a reason" if before else ""
    words += f"; {replaced} that could not be read {_was(replaced)} replaced" if replaced else ""
    if out:
        words += f"; {out} {_was(out)} taken out because {'it' if out == 1 else 'they'} should not have been drawn"
        read = sum(one.was_read for one in found.gone.values() if one.not_eligible)
        words += f", {'after it was read' if read == out == 1 else f'{read} of them after being read'}" if read else ""
    return words


def _scores(found: Figures) -> Iterator[str]:
    """Yield the scores that rest on half of their questions at the least; where a whole does not, those of its parts that do.

    A score of four questions out of a hundred would be read as one of all.
    """
    yield from (score_line(found, one) for one in headed(found))
    left = [one for one in _all_told(found) if _is_left(one)]
    if left:
        few = "; ".join(f"{numbered(one)} ({one.rests_on[0]} of {one.rests_on[1]})" for one in left)
        yield f"In the tables alone, since they rest on fewer than half of their questions: {few}."


def headed(found: Figures) -> list[Scored]:
    """Return the scores that head the report: they rest on half of their questions at the least."""
    return [one for one in _all_told(found) if not _is_left(one)]


def score_line(found: Figures, one: Scored) -> str:
    """Return a score in a line: on how many of its questions it rests, and how the others were answered.

    Args:
        found: The figures of the round.
        one: The score.
    """
    rating = f", {one.rating}" if one.rating else ""
    others = f" {_others(found.aside[one.name])}" if one.name in found.aside else ""
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
        words += f"{yes or 'none'} {_was(yes or 1)} yes ({aside.answers.percent}%)"
    return f"{words}."


def _all_told(found: Figures) -> list[Scored]:
    return [one for scored in (found.card.scored if found.card else ()) for one in _told_of(scored)]


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
    return scored.title if scored.level in ("overall", "headline") else f"{scored.number} {scored.title}"


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


def _mostly_yes(found: Figures) -> list[str]:
    able = [(one, one.share) for one in questions_of(found) if one.share and not is_small(one.share)]
    best = sorted((pair for pair in able if pair[1].yes > pair[1].no), key=lambda pair: (-pair[1].proportion, -pair[1].of))
    alike = sum(share.proportion == best[MOST - 1][1].proportion for _, share in best[MOST:]) if best[MOST:] else 0
    told = "in every case that they are about" if best and not best[0][1].no else "as often"
    more = (
        [f"{counted(alike, 'other question')} {_was(alike)} answered yes {told if alike > 1 else 'as often'}."] if alike else []
    )
    return [*(f"{one.title} Yes in {_of(share)}." for one, share in best[:MOST]), *more]


def _mostly_no(found: Figures) -> list[str]:
    able = [(one, one.share) for one in questions_of(found) if one.share and not is_small(one.share) and one.share.no]
    most = sorted(able, key=lambda pair: (-pair[1].no, pair[1].of))
    alike = sum(share.no == most[MOST - 1][1].no for _, share in most[MOST:]) if most[MOST:] else 0
    more = [f"{counted(alike, 'other question')} {_was(alike)} answered no in as many cases."] if alike else []
    return [*(f"{one.title} No in {_of(Share(share.no, share.yes))}." for one, share in most[:MOST]), *more]


def _missing(found: Figures) -> Iterator[str]:
    several = commonest(found)
    for gap in several:
        follows = f" With it fell short: {follows_words(gap, MOST)}." if gap.leads_to else ""
        yield f"{gap_words(gap.rule, gap.statuses)} in {applying_words(gap)}.{follows}"
    once = [gap for gap in found.patterns.roots if gap.share.yes == 1]
    shown = once[:MOST] if len(several) < MOST else []
    more = len(found.patterns.roots) - len(several) - len(shown)
    if shown:
        named = [f"{in_sentence(gap.rule.title)} ({gap_status(gap.rule, gap.statuses)})" for gap in shown]
        others = [f"{counted(more, 'other')}, which {_is(more)} in the table"] if more else []
        yield f"In 1 case{' each' if len(once) > 1 else ''}: {'; '.join([*named, *others])}."
    elif more:
        yield f"{counted(more, 'other root gap')} {_is(more)} in the table; none is in more cases than these."


def commonest(found: Figures) -> list[RootGap]:
    """Return the root gaps of most cases, of more than one each; one in as many cases as the last of them is not passed over."""
    several = [gap for gap in found.patterns.roots if gap.share.yes > 1]
    least = min((gap.share.yes for gap in several[:MOST]), default=0)
    return [gap for gap in several[:_MOST_WITH_TIES] if gap.share.yes >= least]


def at_risk(found: Figures) -> Iterator[Block]:
    """Yield what a board asks first: whether somebody may be at risk, and how soon it is written down who was told."""
    raised = found.raised
    if raised.cases:
        when = "on the day on which it was seen"
        if raised.days:
            others = f" in {'the other' if len(raised.days) == 1 else 'the others'}" if raised.same_day else ""
            after = f"{listed(raised.days, 'and')} day{'' if raised.days == (1,) else 's'} after it was seen{others}"
            when = f"{when} in {raised.same_day}, and {after}" if raised.same_day else after
        each = " in each" if raised.cases > 1 else ""
        yield Words(
            f"In {cases_words(raised.cases)} somebody might have been at risk. Somebody was told{each}, and that was written "
            f"down {when}. Who was told, and when, is in the round's log."
        )
    if found.unanswered:
        cases = cases_words(found.unanswered)
        yield Words(
            f"On {cases} open gaps concern a child, a victim or MAPPA, and nobody has written down what was done at once.", True
        )


def _of(share: Share) -> str:
    return f"{share.yes} of {cases_words(share.of)} ({share.percent}%)"


def _done(found: Figures) -> Iterator[Block]:
    done, progress = found.put_right, found.progress
    yield Heading("What was done about it")
    if not progress.fed_back and not found.refusals:
        yield Words("No feedback has been given yet.")
    else:
        yield Words(" ".join(_done_words(found)))
    if done.overdue:
        yield Words(f"{counted(done.overdue, 'action')} {_is(done.overdue)} overdue.", stands_out=True)


def _done_words(found: Figures) -> Iterator[str]:
    done, progress = found.put_right, found.progress
    yield f"The officers and their seniors were given feedback on {cases_words(progress.fed_back)}."
    total = done.done + done.open + done.withdrawn + done.taken_back
    if total:
        parts = [f"{done.done} {_is(done.done)} reported done"]
        parts += [f"{done.open} {_is(done.open)} {OPEN}"] if done.open else []
        parts += [f"{done.withdrawn} {_was(done.withdrawn)} withdrawn"] if done.withdrawn else []
        parts += [f"{done.taken_back} {_was(done.taken_back)} taken back with the feedback"] if done.taken_back else []
        yield f"Of {counted(total, 'action')} to put things right, {listed(parts, 'and')}."
    if done.refused:
        yield f"{done.refused} of these {total} {_was(done.refused)} set in feedback that a director then refused."
    if done.reread:
        became = [f"{counted(done.closed, 'gap')} {_was(done.closed)} closed"]
        if done.late:
            became.append(f"{done.late} {_was(done.late)} of work done late, which cannot be undone")
        if done.unsure:
            became.append(
                f"{done.unsure} {_is(done.unsure)} for people to judge, as the record does not show whether "
                f"{'it was' if done.unsure == 1 else 'they were'} put right"
            )
        became.append(f"{done.still_open or 'none'} {_is(done.still_open)} still open")
        if done.new:
            became.append(f"{counted(done.new, 'new gap')} {_was(done.new)} found")
        yield (
            f"{cases_words(done.reread).capitalize()} {_was(done.reread)} read again afterwards: "
            f"{'; '.join(became[:-1])}; and {became[-1]}. An action is done on its owner's word, and a gap is closed only where "
            "the record shows it; what follows from a gap is counted too."
        )
    signed = progress.phases[Phase.COUNTERSIGNED]
    yield f"A director has countersigned {cases_words(signed) if signed else 'none so far'}."


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
            f"{cases_words(found.agreement.cases).capitalize()} {_was(found.agreement.cases)} read by two people. Where at least "
            f"one of them found that a question applies, they gave the same answer to {alike.yes} of {alike.of} "
            f"({alike.percent}%).{few}"
        )
    yield (
        "A gap means that the record does not show the work, or not in time, or not good enough. The work may have been done and "
        "not written down. Scores and ratings here are indicative: ratings are the judgement of the inspectorate."
    )


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
