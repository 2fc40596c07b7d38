"""What changed from round to round as one self-contained, printable page: no script, nothing fetched."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

from quips.reports import changetext
from quips.reports.charts import run_chart
from quips.reports.templates import environment_of
from quips.rounds import Compared, Comparison


def to_html(compared: Comparison, marking: str) -> str:
    """Return a comparison as one HTML page.

    Args:
        compared: The comparison.
        marking: The protective marking that stands on every page.
    """
    environment = environment_of()
    environment.globals.update(words=changetext, chart=_chart)
    by_node = [(node, list(questions)) for node, questions in groupby(compared.questions, attrgetter("node"))]
    return environment.get_template("changes.html.j2").render(compared=compared, by_node=by_node, marking=marking)


def _chart(question: Compared, n_rounds: int) -> str:
    run = question.run
    if run is None:
        return ""
    title = f"Run chart ({question.title}). Rounds are numbered as in the table, which has the same figures."
    return run_chart([*zip(run.rounds, run.values, strict=True)], n_rounds, run.median, title)
