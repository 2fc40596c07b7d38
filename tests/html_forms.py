"""Reads a page as a browser does: its forms, what each of their fields would send, and the text that a reader sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

Sent = list[tuple[str, str]]
_VOID_TEXT = ("script", "style")


@dataclass
class Field:
    """One control of a form; radios and checkboxes are one for each choice."""

    name: str
    kind: str
    value: str
    checked: bool = False


@dataclass
class Form:
    """A form: where it leads, and its controls in the order of the page."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[Field] = field(default_factory=list)

    def names(self) -> list[str]:
        """The fields by name, each once, without those that every form has."""
        own = ("csrf_token", "version", "entry", "entry-of")
        return list(dict.fromkeys(one.name for one in self.fields if one.name not in own))

    def kinds(self, name: str) -> set[str]:
        return {one.kind for one in self.fields if one.name == name}

    def offered(self, name: str) -> list[str]:
        """What can be chosen for a field; empty where it is typed."""
        return [one.value for one in self.fields if one.name == name and one.kind in ("radio", "checkbox")]

    def as_it_stands(self) -> Sent:
        """What a browser sends if nothing on the page is touched."""
        chosen = [one for one in self.fields if one.kind not in ("radio", "checkbox", "file") or one.checked]
        return [(one.name, one.value) for one in chosen]

    def filled(self, answers: dict[str, list[str]]) -> Sent:
        """What a browser sends once somebody has given these answers, all of which the page has to offer.

        Raises:
            AssertionError: The page has no such field, or does not offer that choice.
        """
        there = [*self.names(), *(button.name for button in self.buttons)]
        for name, values in answers.items():
            assert name in there, f"the page has no field {name}; it has {there}"
            for value in values:
                assert not self.offered(name) or value in self.offered(name), f"{name} offers {self.offered(name)}, not {value}"
        kept = [(name, value) for name, value in self.as_it_stands() if name not in answers]
        return kept + [(name, value) for name, values in answers.items() for value in values]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._area: Field | None = None
        self._select: str | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in _VOID_TEXT:
            self._silent += 1
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form is None or (not given.get("name") and tag not in ("option", "button")):
            return
        if tag == "input":
            kind = given.get("type", "text")
            value = given.get("value", "on" if kind in ("radio", "checkbox") else "")
            self._form.fields.append(Field(given["name"], kind, value, "checked" in given))
        elif tag == "textarea":
            self._area = Field(given["name"], "textarea", "")
            self._form.fields.append(self._area)
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select:
            self._form.fields.append(Field(self._select, "radio", given.get("value", ""), "selected" in given))
        elif tag == "button" and given.get("name"):
            self._form.buttons.append(Field(given["name"], "button", given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID_TEXT:
            self._silent -= 1
        if tag == "form":
            self._form = None
        if tag == "textarea" and self._area:
            self._area.value = self._area.value.removeprefix("\n")  # as browsers do
            self._area = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data
        elif not self._silent:
            self.text.append(data)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def forms_of(html: str) -> list[Form]:
    """Return the forms of a page."""
    return _read(html).forms


def form_of(html: str, *names: str) -> Form:
    """Return the one form of a page that has all these fields; without any, the first form that sends something."""
    found = [one for one in forms_of(html) if one.method == "post" and set(names) <= set(one.names())]
    assert found, f"no form with {names}"
    return found[0]


def links_of(html: str) -> list[str]:
    """Return where the links of a page lead."""
    return list(dict.fromkeys(_read(html).links))


def text_of(html: str) -> str:
    """Return the words of a page as a reader sees them, with single spaces."""
    return " ".join(" ".join(_read(html).text).split())
