"""The page of what `quips check` can say, made from the page of each message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generating.words import page
from quips.authoring.messages import Message, every_name, message


def messages_page() -> str:
    """Return the page of every message, in order of name."""
    intro = (
        "What [`quips check`](cli.md#quips-check) can say of the framework and the rules. Each message ends with its name in "
        "brackets; `quips check --explain NAME` shows what stands here. An *error* has to be mended first, a *warning* "
        "should be looked at, and *advice* may be followed."
    )
    return page("Messages of quips check", intro, *map(_message, map(message, every_name())), contents=2)


def _message(one: Message) -> Iterator[str]:
    yield from (f"## {one.name}", "", f"*{str(one.level).capitalize()}.* {one.means}", "")
    yield re.sub("^## ", "### ", one.page, flags=re.MULTILINE)
