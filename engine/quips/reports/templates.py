"""What every self-contained page is made with."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape


def environment_of() -> Environment:
    """Return an environment in which everything is escaped, and a name that is not there is an error."""
    environment = Environment(
        loader=PackageLoader("quips", "reports"),
        autoescape=select_autoescape(["html", "j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["capitalize_first"] = lambda words: words[:1].upper() + words[1:]
    return environment
