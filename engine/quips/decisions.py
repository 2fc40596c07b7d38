"""What an engine decides: the status of each finding, what undermines it, what explains it, and whether it is a root."""

from __future__ import annotations

from typing import NamedTuple

from quips.statuses import Status

Ref = tuple[str, str]
"""A finding: the rule's name and the finding's key within the rule."""


class Decision(NamedTuple):
    """One finding, bare.

    Attributes:
        rule: The rule's name.
        key: The finding's key within the rule.
        status: Its status.
        was: Its status before it was undermined; the same as ``status`` otherwise.
        undermined_by: The findings it rests on that fall short, in order.
        because_of: The nearest gaps that explain it, in order; empty for a root and for what is no gap.
        root: Whether it is a gap that no other gap explains.
        waits_for: The open findings it rests on, which could still change it, in order.
    """

    rule: str
    key: str
    status: Status
    was: Status
    undermined_by: tuple[Ref, ...] = ()
    because_of: tuple[Ref, ...] = ()
    root: bool = False
    waits_for: tuple[Ref, ...] = ()
