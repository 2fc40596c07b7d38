"""The Word templates that a new round begins with: the letter to the officer, and the one to the senior.

Teams edit them in Word, or put their own in their place. What stands between braces is filled in by `quips.reports.letters`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.shared import Cm, Pt

from quips.peeraudit.feedback import OFFICER, SENIOR
from quips.reports.word import QUIET, describe, describe_table, edges, lay_out, row_property, steady_bytes

_MADE = datetime(2000, 1, 1)  # the same templates every time
_COLUMNS = (
    ("No.", "{{ action.number }}", 1.2),
    ("What is to be put right, as said above", "{{ action.title }}", 10.4),
    ("Who", "{{ action.owner }}", 2.4),
    ("By when", "{{ action.due }}", 3.0),
)


def default_templates() -> dict[str, bytes]:
    """Return the templates, by their paths within the round: the same bytes every time."""
    return {f"templates/{to}.docx": _template(to) for to in (OFFICER, SENIOR)}


def _template(to: str) -> bytes:
    document: Any = Document()
    lay_out(document)
    document.styles["Normal"].paragraph_format.space_after = Pt(6)
    describe(document, "Feedback on {{ reference }}", "", _MADE)
    edges(document, "{{ marking }}", "{{ reference }}, feedback {{ number }}. {{ indicative_short }}. Trail {{ seal }}. ")
    _Template(document, to).write()
    return steady_bytes(document)


class _Template:
    def __init__(self, document: Any, to: str) -> None:
        self.document, self.is_senior = document, to == SENIOR

    def write(self) -> None:
        self.opening()
        self.well_done()
        told = "When the record was read again, these gaps were put right. Nothing more is asked about them."
        self.listed("put_right", "Put right since the first letter", told, "{{ one }}")
        self.to_put_right()
        self.judged()
        if self.is_senior:
            self.asked_of_senior()
        self.by_when()
        self.rest()
        self.closing()

    def text(self, words: str, style: str = "", bold: bool = False) -> Any:
        paragraph = self.document.add_paragraph(style=style or None)
        paragraph.add_run(words).bold = bold or None
        return paragraph

    def quiet(self, words: str) -> None:
        self.text(words).runs[0].font.color.rgb = QUIET

    def labelled(self, label: str, words: str) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.add_run(f"{label}: ").bold = True
        paragraph.add_run(words)

    def bullets(self, each: str, words: str) -> None:
        """Add a point for each of a list; the two lines around it are gone once it is filled in."""
        self.text(f"{{%p for one in {each} %}}")
        self.text(words, "List Bullet")
        self.text("{%p endfor %}")

    def where(self, condition: str) -> None:
        self.text(f"{{%p if {condition} %}}")

    def otherwise(self) -> None:
        self.text("{%p else %}")

    def end(self) -> None:
        self.text("{%p endif %}")

    def opening(self) -> None:
        self.text("Feedback on {{ reference }}", "Title")
        self.text("To: {{ to }}")
        self.text("From: {{ by }}, for the peer audit {{ round }}. {{ today }}")
        self.where("urgent")
        self.text("{{ urgent }}", bold=True)
        self.end()
        whose = "a case that you supervise" if self.is_senior else "this case"
        self.text(
            f"Colleagues have read {whose} as its record stood on {{{{ as_at }}}}, under {{{{ edition }}}}. This letter says "
            "what was done well{% if gaps or judged %}, what the record falls short of, and what would put that right. It is "
            "about the record: if the work was done and the record does not show it, please say where it is.{% else %}. The "
            "record falls short of nothing that was looked for.{% endif %}"
        )
        self.where("looked_at")
        self.text("{{ looked_at }}")
        self.end()
        self.where("refused")
        self.text(
            "You have had feedback on this case before. A director did not sign it, and it was taken back: {{ refused }} "
            "What you did meanwhile counts, if the record shows it; please say so again on the reply sheet."
        )
        self.end()
        self.quiet("{{ indicative }}")

    def well_done(self) -> None:
        self.document.add_heading("What was done well", 1)
        self.where("strengths or good_practice")
        self.bullets("strengths", "{{ one.title }}{% if one.when %}: {{ one.when }}{% endif %}")
        self.where("good_practice")
        self.document.add_heading("Good practice that readers noted", 2)
        self.bullets("good_practice", "{{ one }}")
        self.end()
        self.otherwise()
        self.text("Nothing that Quips looks for is on the record as sufficient yet. Much of good work is not of that kind.")
        self.end()

    def to_put_right(self) -> None:
        self.document.add_heading("What to put right", 1)
        self.where("gaps")
        self.text(
            "Each heading is a gap that no other explains. What follows only from it is often put right by the same work. Who "
            "does it and by when stands under Actions."
        )
        self.text("{%p for gap in gaps %}")
        self.document.add_heading("{{ gap.number }}. {{ gap.title }}", 2)
        self.where("gap.urgent")
        self.text("Urgent: please look at this first, and today.", bold=True).paragraph_format.keep_with_next = True
        self.end()
        self.text("{%p for found in gap.findings %}")
        paragraph = self.document.add_paragraph()
        paragraph.add_run("{{ found.status }}{% if found.occasion %} (from {{ found.occasion }}){% endif %}. ").bold = True
        paragraph.add_run("{{ found.why }}")
        self.text("{%p endfor %}")
        self.where("gap.follows")
        self.text("What only follows from it:").paragraph_format.keep_with_next = True
        self.bullets("gap.follows", "{{ one }}")
        self.end()
        self.labelled("What to do", "{{ gap.remedy }}")
        self.text("{%p endfor %}")
        self.otherwise()
        self.text("No gap was found in what is on the record.{% if not_settled %} What is still open stands below.{% endif %}")
        self.end()

    def judged(self) -> None:
        whom = "the officer" if self.is_senior else "your senior"
        under = (
            "These questions were answered no, for reasons that no gap above covers. Each can be disputed as a gap can. Please "
            f"talk over with {whom} what the readers say, and put on the record what will be done."
        )
        self.listed("judged", "What readers judged beside that", under, "{{ one.question }} {{ one.reason }}")

    def asked_of_senior(self) -> None:
        self.document.add_heading("What you are asked to do", 1)
        self.bullets("oversight", "{{ one.what }} By {{ one.due }}.")

    def by_when(self) -> None:
        self.where("actions")
        self.document.add_heading("Actions", 1)
        table = self.document.add_table(rows=4, cols=len(_COLUMNS))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        describe_table(table, "What is to be put right, who does it and by when")
        for row in table.rows:
            row_property(row, "w:cantSplit")
        _fill(table.rows[0], [head for head, _, _ in _COLUMNS], bold=True)
        _fill(table.rows[1], ["{%tr for action in actions %}"])
        _fill(table.rows[2], [words for _, words, _ in _COLUMNS])
        _fill(table.rows[3], ["{%tr endfor %}"])
        for column, (_, _, width) in zip(table.columns, _COLUMNS, strict=True):
            column.width = Cm(width)
            for cell in column.cells:
                cell.width = Cm(width)
        self.end()

    def rest(self) -> None:
        self.listed("coming", "Coming due", "As the record stood on {{ as_at }}.", "{{ one }}")
        told = "These findings were disputed and set aside; they do not count."
        self.listed("set_aside", "Set aside", told, "{{ one.title }}: {{ one.answer }}")

    def listed(self, each: str, heading: str, under: str, words: str) -> None:
        """Add a part with a point for each of a list, where there is any."""
        self.where(each)
        self.document.add_heading(heading, 1)
        self.text(under)
        self.bullets(each, words)
        self.end()

    def closing(self) -> None:
        self.listed("not_settled", "What the record does not settle yet", "None of this counts as a gap.", "{{ one }}")
        self.document.add_heading("If you do not agree", 1)
        self.where("can_dispute")
        self.text(
            "Say so in the reply sheet ({{ reply_sheet }}), beside the finding, with why. Somebody who did not read the case "
            "answers: the finding stands, or is set aside, and {{ by }} tells you which, and why. Nobody signs the case off "
            "while a finding is in dispute."
        )
        self.otherwise()
        self.text(
            "No finding in this letter counts against the case, so there is none to dispute. If something in it is not right, "
            "please tell {{ talk_to }}."
        )
        self.end()
        self.document.add_heading("Your reply, and who to talk to", 1)
        self.where("actions")
        how = "Please see that the reply sheet" if self.is_senior else "With this letter comes a reply sheet. Please see that it"
        self.text(f"{how} ({{{{ reply_sheet }}}}) says, for each action, on what day it was done and what shows it.")
        self.otherwise()
        self.text("Nothing is to be put right, so no reply is needed.")
        self.end()
        self.text("To talk any of this over: {{ talk_to }}.")
        last = self.text(
            "People are known by references here, and who it was is who it was said to be: nobody proves it. When this letter "
            "was written, the last seal of the round's trail began {{ seal }}; by that the lead can show that nothing written "
            "down before was changed."
        )
        last.runs[0].font.color.rgb, last.runs[0].font.size = QUIET, Pt(8)


def _fill(row: Any, words: Sequence[str], bold: bool = False) -> None:
    for cell, text in zip(row.cells, words, strict=False):
        paragraph = cell.paragraphs[0]
        paragraph.add_run(text).bold = bold or None
        paragraph.paragraph_format.space_after = Pt(3)
