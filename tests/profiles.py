"""How many random cases a test draws, as a multiple of what the profile in force says."""

from __future__ import annotations

from hypothesis import settings


def examples(factor: float) -> settings:
    """Return the settings in force with a multiple of their examples, for a test that is cheap or dear."""
    return settings(settings(), max_examples=max(1, int(settings().max_examples * factor)))
