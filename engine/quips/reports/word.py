"""What the Word documents that Quips makes have in common: the page, its marking, and what Word works out by itself."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

LANGUAGE = "en-GB"
QUIET = RGBColor(0x48, 0x4D, 0x50)
_ZIPPED = (1980, 1, 1, 0, 0, 0)


def lay_out(document: Any, landscape: bool = False) -> None:
    """Lay out the pages of a new document: A4, Arial, headings in black, and British English."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    width, height = Cm(21), Cm(29.7)
    section.page_width, section.page_height = (height, width) if landscape else (width, height)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    section.footer_distance = Cm(0.8)  # the two lines at the foot end well below the last of the page
    for name, size in (("Normal", 10.5), ("Title", 22), ("Heading 1", 15), ("Heading 2", 12.5)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Arial", Pt(size), RGBColor(0x0B, 0x0C, 0x0C)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)


def describe(document: Any, title: str, marking: str, when: datetime) -> None:
    """Say of a document what it is, and nothing of who made it."""
    properties = document.core_properties
    properties.title = title
    properties.author = properties.last_modified_by = "Quips"  # never a person
    properties.comments = properties.keywords = properties.subject = ""
    properties.category, properties.language = said(marking), LANGUAGE
    properties.created = properties.modified = when


def edges(document: Any, marking: str, words: str) -> None:
    """Put the marking at the top and foot of every page, with a line of words and the number of the page beneath."""
    section = document.sections[0]
    _edge(section.header.paragraphs[0], marking)
    foot = section.footer
    _edge(foot.paragraphs[0], marking)
    pages = foot.add_paragraph()
    pages.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text, instruction in ((said(f"{words}Page "), "PAGE"), (" of ", "NUMPAGES")):
        pages.add_run(text)
        _field(pages, instruction)


def describe_table(table: Any, words: str) -> None:
    """Say what a table holds, for those who have it read to them, and let its first row stand at the top of each page."""
    described = OxmlElement("w:tblDescription")
    described.set(qn("w:val"), words)
    table._tbl.tblPr.append(described)
    row_property(table.rows[0], "w:tblHeader")


def row_property(row: Any, name: str) -> None:
    """Give a row of a table a property, such as ``w:cantSplit``."""
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def said(text: str) -> str:
    """Return text without the characters that no Word document can hold."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t")


def steady_bytes(document: Any) -> bytes:
    """Return a document as the bytes of a file: the same document, the same bytes."""
    out, steady = io.BytesIO(), io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as made, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target:
        for part in made.infolist():
            target.writestr(zipfile.ZipInfo(part.filename, _ZIPPED), made.read(part), zipfile.ZIP_DEFLATED)
    return steady.getvalue()


def _edge(paragraph: Any, marking: str) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(said(marking)).bold = True


def _field(paragraph: Any, instruction: str) -> None:
    """Add a number that Word works out when it shows the page."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
