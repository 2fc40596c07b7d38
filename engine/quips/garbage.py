"""Keeps Python from looking for garbage while something large is read, all of which is kept."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def all_kept() -> Iterator[None]:
    """Look for no garbage meanwhile: to look again and again at all that is read takes a third of the time, and finds none.

    Example:
        >>> with all_kept():
        ...     gc.isenabled()
        False
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
