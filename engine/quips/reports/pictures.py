"""A picture in each form: Graphviz, SVG, Mermaid, a page of its own that needs no network, and a list that says the same."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib.resources import files

from markupsafe import Markup

from quips.authoring.pictures import Picture
from quips.places import Place
from quips.problems import InputError, Problem
from quips.reports.dot import to_dot
from quips.reports.looks import LINES, LOOKS
from quips.reports.mermaid import to_mermaid
from quips.reports.templates import environment_of
from quips.reports.wording import wrap


def to_list(picture: Picture, width: int) -> str:
    """Return a picture as a list: what is in it, group by group, then how it is related.

    Args:
        picture: The picture.
        width: The width to wrap at.
    """
    return "\n".join(_lines(picture, width)) + "\n"


def to_svg(picture: Picture, width: int) -> str:
    """Return a picture as SVG, drawn by Graphviz's own program.

    Raises:
        InputError: The program is not installed, or fails.
    """
    hint = "Install Graphviz (graphviz.org), or take --format html: the page draws the picture by itself and saves it as SVG."
    program = shutil.which("dot")
    if program is None:
        message = "The program 'dot' of Graphviz, which draws SVG, is not installed here."
        raise InputError([Problem(Place("--format"), "no-graphviz", message, hint)])
    try:
        done = subprocess.run([program, "-Tsvg"], input=to_dot(picture).encode(), check=True, capture_output=True)  # noqa: S603 - the user's own PATH says which
    except (OSError, subprocess.CalledProcessError) as error:
        raise InputError([Problem(Place("--format"), "no-graphviz", f"The program 'dot' failed: {error}.", hint)]) from error
    return done.stdout.decode()


def to_html(picture: Picture, width: int) -> str:
    """Return a picture as one self-contained page that draws it without a network, with the same as a list beneath."""
    viz = files("quips.reports").joinpath("vendor", "viz-global.js").read_text(encoding="utf-8")
    return (
        environment_of()
        .get_template("picture.html.j2")
        .render(
            picture=picture,
            marking=picture.marking,
            dot=to_dot(picture),
            viz=Markup(viz),  # noqa: S704 - our own copy, whose digest a test holds
            looks=LOOKS,
            lines=LINES,
            titles={box.name: box for box in picture.boxes},
        )
    )


FORMATS: dict[str, Callable[[Picture, int], str]] = {
    "list": to_list,
    "html": to_html,
    "svg": to_svg,
    "dot": lambda picture, width: to_dot(picture),
    "mermaid": lambda picture, width: to_mermaid(picture),
}


def _lines(picture: Picture, width: int) -> Iterator[str]:
    yield picture.title + (f"   {picture.marking}" if picture.marking else "")
    if picture.first:
        yield from wrap(picture.first, width)
    yield from wrap(picture.about, width)
    for group, boxes in picture.groups.items():
        yield ""
        yield group or "What is in it"
        for box in boxes:
            note = f" ({box.note})" if box.note else ""
            where = f"  {box.place}" if box.place.file else ""
            yield from wrap(
                f"{box.title}{note}: {LOOKS[box.look].word}{where}", width, initial_indent="  ", subsequent_indent="    "
            )
    if picture.arrows:
        yield ""
        yield "How it is related"
    titles = {box.name: box.title for box in picture.boxes}
    for arrow in picture.arrows:
        where = f"  {arrow.place}" if arrow.place.file else ""
        words = f"{titles[arrow.source]} | {arrow.words} | {titles[arrow.target]}{where}"
        yield from wrap(words, width, initial_indent="  ", subsequent_indent="    ")
    if picture.folded:
        yield ""
        for words in picture.folded:
            yield from wrap(words, width, subsequent_indent="  ")
