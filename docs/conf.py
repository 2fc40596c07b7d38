"""How Sphinx builds the site: ``sphinx-build -W -b html docs OUT``. It needs no network."""

from __future__ import annotations

from quips import __version__

project = "Quips"
version = release = __version__
language = "en-GB"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["decisions/template.md"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "Quips"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
