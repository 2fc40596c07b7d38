"""The overview of a whole caseload: what is missing most, where, and what closing one gap would clear."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from quips.caseload.checking import Notice
from quips.caseload.summing import Changed, Summary
from quips.explain import day_in_words
from quips.extracts import GROUPS
from quips.knowledge import Knowledge
from quips.reports.blocks import Block, Paper, Points, Section, Table, Words
from quips.shares import LEAST, Share, percentage

INDICATIVE = (
    "What is found here is indicative. It says what the tables show against the framework; whether the work was good is for a "
    "person to judge, who reads the case."
)
_MOST, _MOST_GROUPS, _MOST_DUE = 20, 30, 40


def paper(found: Summary, knowledge: Knowledge, marking: str) -> Paper:
    """Return the overview of a caseload as it is to be read.

    Args:
        found: The caseload, summed up.
        knowledge: The knowledge base that found it.
        marking: The protective marking.
    """
    run = found.run
    day = day_in_words(date.fromisoformat(run.as_at).toordinal())
    under = (
        f"{run.cases:,} cases, read as at {day}, under {knowledge.editions[run.edition].title}.",
        f"Framework and rules {run.digest[:12]}, Quips {run.version}.",
    )
    sections = [
        Section("In short", [*_short(found)]),
        Section("The commonest root gaps", [*_roots(found)]),
        *_clusters(found),
        *_changes(found),
        Section(f"What falls due within {found.days} days", [*_due(found)]),
        Section("By prompt", [*_prompts(found)]),
        Section("How it was worked out", [*_how(found)]),
    ]
    return Paper("Caseload overview", under, marking, f"Caseload as at {day}", sections)


def _short(found: Summary) -> Iterator[Block]:
    run, counts = found.run, found.counts
    yield Words(INDICATIVE, stands_out=True)
    if run.own_rules:
        yield Words(f"Rules of somebody's own took part: {', '.join(run.own_rules)}.", stands_out=True)
    points = [
        f"At least one gap: {_share(counts['with_gap'], run.cases)}.",
        f"{counts['gaps']:,} gaps in all; {counts['roots']:,} of them are root gaps, which no other gap explains.",
        f"Something still open, to be judged or asked: {_share(counts['with_open'], run.cases)}.",
        f"Due within {found.days} days: {counts['due_soon']:,}.",
    ]
    if found.changed is not None:
        points.append(_changed_words(found.changed))
    yield Points(points)
    if run.notices:
        yield Words("To look at in the tables that this was read from:")
        yield Points([notice_words(notice) for notice in run.notices])


def notice_words(notice: Notice) -> str:
    """Return what should be looked at in words."""
    more = " and others" if notice.more else ""
    return f"{notice.words}: {notice.count:,} ({', '.join(notice.first)}{more})."


def _roots(found: Summary) -> Iterator[Block]:
    rows = [row for row in found.tables["roots"] if row["by"] == "all"]
    if not rows:
        yield Words("No gap was found in what the tables say.")
        return
    applies = {row["rule"]: row["cases"] for row in found.tables["rules"]}
    yield Words(
        "Each is counted once a case, of the cases to which its rule applies. Closing it everywhere would also clear the gaps "
        "that go back to it alone; those with another root as well would stay."
    )
    head = ("Root gap", "Matters", "Cases that have it", "Other gaps it would clear")
    table = [
        (row["title"], row["severity"], _share(row["cases"], applies[row["rule"]]), f"{row['clears']:,}") for row in rows[:_MOST]
    ]
    yield Table("Root gaps, those of most cases first", head, table, (9, 2, 6, 4))
    if len(rows) > _MOST:
        yield Words(f"{len(rows) - _MOST} more root gaps are in summaries/roots.parquet.")


def _clusters(found: Summary) -> Iterator[Section]:
    """For each way of grouping, the groups side by side, each with the root gap that is commonest in it."""
    for by in GROUPS:
        rows = [row for row in found.tables["groups"] if row["by"] == by]
        if not rows:
            continue
        commonest: dict[str, dict[str, Any]] = {}
        for row in found.tables["roots"]:
            if row["by"] == by:
                commonest.setdefault(row["group"], row)
        large = [row for row in rows if row["cases"] >= LEAST]
        large.sort(key=lambda row: (-row["with_root"] / row["cases"], row["group"]))
        table = [(row["group"] or "not given", *_cluster(row, commonest.get(row["group"]))) for row in large[:_MOST_GROUPS]]
        head = (by.capitalize(), "Cases with a root gap", "Root gaps a case", "Commonest")
        blocks: list[Block] = [Table(f"Each {by}, the largest share first", head, table, (3, 6, 2, 8))]
        few = len(rows) - len(large)
        left = [f"{few} with fewer than {LEAST} cases are not shown."] if few else []
        left += [f"{len(large) - _MOST_GROUPS} more are in summaries/groups.parquet."] if len(large) > _MOST_GROUPS else []
        blocks += [
            Words(
                " ".join([*left, "A group may have harder cases than another: this shows where to look, not whose work is poor."])
            )
        ]
        yield Section(f"By {by}", blocks)


def _cluster(row: dict[str, Any], commonest: dict[str, Any] | None) -> tuple[str, str, str]:
    most = f"{commonest['title']} ({commonest['cases']:,} of {row['cases']:,})" if commonest else "none"
    return _share(row["with_root"], row["cases"]), f"{row['roots'] / row['cases']:.1f}", most


def _changes(found: Summary) -> Iterator[Section]:
    if found.changed is None:
        return
    blocks: list[Block] = [Words(_changed_words(found.changed))]
    if found.changed.other_rules:
        blocks.append(Words("The rules are others than then, so some of this may come from the rules.", stands_out=True))
    blocks.append(Words("Each of them is in summaries/changes.parquet."))
    yield Section(f"Since {_day(found.changed.since)}", blocks)


def _changed_words(changed: Changed) -> str:
    left = f" {changed.left:,} were of cases that are not in the caseload any more." if changed.left else ""
    return f"Since {_day(changed.since)}, {changed.arisen:,} gaps have arisen and {changed.closed:,} have closed.{left}"


def _due(found: Summary) -> Iterator[Block]:
    rows = found.tables["due_soon"]
    if not rows:
        yield Words("Nothing of what is not yet due falls due by then.")
        return
    yield Words("These become gaps if nothing is done or recorded by their day. What else may happen until then is not foreseen.")
    table = [(row["case"], row["title"], day_in_words(row["due"].toordinal())) for row in rows[:_MOST_DUE]]
    yield Table("The first to fall due", ("Case", "What", "Last day"), table, (4, 12, 4))
    if found.counts["due_soon"] > _MOST_DUE:
        yield Words(f"All {found.counts['due_soon']:,} are in summaries/due_soon.parquet.")


def _prompts(found: Summary) -> Iterator[Block]:
    rows = [row for row in found.tables["prompts"] if row["answered_no"]]
    if not rows:
        yield Words("No finding answers a prompt of this edition no.")
        return
    yield Words("The cases of which a finding answers the prompt no, of those to which a rule that answers it applies.")
    table = [(row["prompt"].partition("/")[2], row["asks"], _share(row["answered_no"], row["cases"])) for row in rows[:_MOST]]
    yield Table("Prompts, those answered no most often first", ("Prompt", "Question", "Answered no"), table, (4, 10, 6))


def _how(found: Summary) -> Iterator[Block]:
    yield Words(
        "Each case was audited as quips audit would audit it alone, by the reference engine. To see why something was found of "
        "a case, write out its case file with --case and audit that. All cases were read, so no figure here is an estimate. "
        f"Shares of fewer than {LEAST} cases are not shown."
    )
    yield Points([f"{found.run.findings:,} findings that apply are in findings/, with what each column means in run.json."])


def _share(yes: int, of: int) -> str:
    """All cases were read, so a share has no interval."""
    if of < LEAST:
        return f"fewer than {LEAST} cases"
    return f"{percentage(Share(yes=yes, no=of - yes))} ({yes:,} of {of:,})"


def _day(day: str) -> str:
    return day_in_words(date.fromisoformat(day).toordinal())
