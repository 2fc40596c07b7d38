"""How Sphinx builds the site: ``sphinx-build -W -b html docs OUT``. It needs no network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quips import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "Quips"
version = release = __version__
language = "en-GB"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["decisions/template.md"]
myst_heading_anchors = 5
html_theme = "furo"
html_title = "Quips"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False


def setup(app: Sphinx) -> None:
    """Leave out the Mermaid pictures: code hosts draw them, the site has nothing to draw them with, and a list says the same."""
    app.connect("source-read", _without_pictures)


def _without_pictures(app: Sphinx, name: str, source: list[str]) -> None:
    source[0] = re.sub(r"^```mermaid\n.*?^```\n", "", source[0], flags=re.MULTILINE | re.DOTALL)
