"""How a round's report says numbers of things, of one and of more."""

from __future__ import annotations


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


def be(number: int) -> str:
    """Return ``is`` for one thing, and ``are`` for more or none."""
    return "is" if number == 1 else "are"


def were(number: int) -> str:
    """Return ``was`` for one thing, and ``were`` for more or none."""
    return "was" if number == 1 else "were"
