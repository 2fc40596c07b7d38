"""The help inside the pages: every page of the documentation is there, every link leads somewhere, and a search finds it."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from markdown_it import MarkdownIt

from knowledge_base import ROOT, knowledge
from page_client import Pages, assert_sound, read, words_of
from quips.web.help import LONGEST, Help, slug
from quips.web.pages.help import address_of, help_url

DOCS = ROOT / "docs"
SARA = "A spousal assault risk assessment (SARA) where domestic abuse features"


@cache
def help_() -> Help:
    return Help(DOCS)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    made = Pages(tmp_path_factory.mktemp("cases"))
    made.copy()
    return made


@pytest.fixture(scope="module")
def rendered(pages):
    """Every part by its address, with what is read of it."""
    with pages.app.test_request_context():
        return {address_of(part): read(_whole(part)) for part in help_().parts.values()}


def _whole(part) -> str:
    """A part as its page shows it, without what every page has around it."""
    inner = "".join(f'<a href="{address_of(one)}">{one.title}</a>' for one in part.parts)
    return f'<h1 id="{part.headings[0].id}">x</h1>{help_().html(part, address_of)}{inner}'


# Every page ----------------------------------------------------------------------------------------------------------------


def test_every_page_of_the_site_is_in_the_help():
    written = {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md")}
    assert written - set(help_().sources) == {"decisions/template"}


def test_every_link_leads_to_a_page_that_is_there_and_to_a_heading_on_it(rendered):
    n = 0
    for address, page in rendered.items():
        for link in page.links:
            n += 1
            target = urlsplit(link)
            assert not target.scheme and not target.netloc, f"{address}: {link} leads off this computer"
            at = target.path or address
            assert at in rendered, f"{address}: {link}"
            assert not target.fragment or target.fragment in rendered[at].ids, f"{address}: {link}"
    assert n > 5_000


def test_no_link_of_the_documentation_is_lost_but_those_to_example_cases():
    links = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")
    for name, lines in help_().sources.items():
        text = re.sub(r"^```.*?^```", "", "\n".join(lines), flags=re.DOTALL | re.MULTILINE)
        for path, anchor in links.findall(re.sub(r"`[^`]*`", "", text)):
            there = (DOCS / name).parent / path if path else DOCS / f"{name}.md"
            assert there.resolve().is_file(), f"{name}: {path}"
            if there.suffix == ".md":
                page = there.resolve().relative_to(DOCS).with_suffix("").as_posix()
                assert help_().place_of(page, anchor.removeprefix("#")), f"{name}: {path}{anchor}"
            else:
                assert there.resolve().parent == ROOT / "examples" / "cases"


def test_headings_are_in_order_and_ids_are_there_once(rendered):
    for address, page in rendered.items():
        assert page.headings[0] == 1 and page.headings.count(1) == 1
        steps = [later - earlier for earlier, later in zip(page.headings, page.headings[1:], strict=False)]
        assert all(step <= 1 for step in steps), (address, page.headings)
        assert len(page.ids) == len(set(page.ids)), address
        assert not {"style", "script", "img", "iframe", "object"} & set(page.tags), address


def test_every_heading_of_the_documentation_is_on_one_part_under_its_own_id():
    for name, lines in help_().sources.items():
        tokens = MarkdownIt("commonmark").parse("\n".join(lines))
        written = sum(token.type == "heading_open" for token in tokens)
        places = [help_().place_of(name, heading.id) for heading in help_().headings[name]]
        assert len(places) == written and all(places), name


def test_parts_are_of_a_length_to_read_wherever_there_are_headings_to_split_at():
    for part in help_().parts.values():
        length = sum(len(line) for line in help_().sources[part.page][slice(*part.lines)])
        assert length <= LONGEST or len(part.headings) == 1, (part.page, part.id, length)


def test_no_line_of_a_page_is_left_out_when_it_is_split():
    for name, lines in help_().sources.items():
        shown = sorted(n for at, part in help_().parts.items() if at.page == name for n in range(*part.lines))
        assert shown == [*range(len(lines))], name


@pytest.mark.parametrize(
    "address",
    [
        "/help/",
        "/help/reference/statuses",
        "/help/reference/rules/home-visits",
        "/help/reference/editions/omi-2/12sara",
        "/help/search",
        "/help/search?q=home+visit",
        "/help/search?q=zzzz",
        "/help/tutorial/audit-your-first-case",
        "/help/semantics",
    ],
)
def test_pages_are_sound(pages, address):
    assert_sound(pages.get(address))


@pytest.mark.parametrize(
    "address", ["/help/nothing", "/help/../pyproject", "/help/reference/statuses/nothing", "/help/decisions/template"]
)
def test_what_is_not_there_is_not_found(pages, address):
    pages.get(address, 404)


def test_the_contents_lead_to_the_first_pages_of_each_kind(pages):
    page = assert_sound(pages.get("/help/"))
    kinds = {"tutorial", "how-to", "reference", "explanation", "decisions"}
    assert kinds <= {link.split("/")[2] for link in page.links if link.startswith("/help/") and link.count("/") > 2}


def test_every_page_leads_to_the_help(pages):
    assert "/help/" in assert_sound(pages.get("/cases/TV-0042/")).links


# From the pages of a case --------------------------------------------------------------------------------------------------


def test_everything_that_has_a_name_has_its_place_in_the_help(pages):
    vocabulary, editions = knowledge().vocabulary, knowledge().editions
    named = [("circumstance", name, None) for name in vocabulary.circumstances]
    named += [("activity", name, one.title) for name, one in vocabulary.activities.items()]
    named += [("rule", name, one.title) for name, one in knowledge().rules.items()]
    named += [("limit", name, one.title) for name, one in knowledge().limits.items()]
    named += [("prompt", name, one.asks) for name, one in knowledge().prompts.items()]
    named += [("edition", name, one.title) for name, one in editions.items()]
    with pages.app.test_request_context():
        by_address = {
            address_of(part, "" if heading is part.headings[0] else heading.id): (part, heading)
            for part in help_().parts.values()
            for heading in part.headings
        }
        for kind, name, title in named:
            part, heading = by_address[help_url(kind, name, knowledge())]
            assert title is None or heading.title == title, (kind, name)
            if kind == "circumstance":
                lines = help_().sources[part.page][heading.start : heading.until]
                assert any(line.startswith(f"| `{name}` |") for line in lines), name


def test_what_the_documentation_does_not_hold_has_no_link(pages):
    with pages.app.test_request_context():
        assert help_url("page", "reference/nothing", knowledge()) == ""


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("circumstance/tier", "/help/reference/vocabulary/circumstances-risk"),
        ("activity/home_visit", "/help/reference/vocabulary/activities-delivery#home-visit"),
        ("judgements/omi-2/1.2/sara", "/help/reference/editions/omi-2/12sara"),
        ("judgements/omi-2/1.2/sara", f"/help/reference/rules/domestic-abuse/{slug(SARA)}"),
    ],
)
def test_pages_of_a_case_lead_to_what_they_are_about(pages, address, link):
    assert link in assert_sound(pages.get(f"/cases/TV-0042/{address}")).links
    pages.get(link)


# Search --------------------------------------------------------------------------------------------------------------------


def titles(query: str) -> list[str]:
    return [found.heading.title for found in help_().search(query)]


@pytest.mark.parametrize("query", ["home visit", "Home Visit", "  home   visits ", "visit home"])
def test_what_has_it_in_its_title_comes_first(query):
    found = titles(query)
    assert found[0] == "Home visit"
    in_title = [all(word in title.lower() for word in ("home", "visit")) for title in found]
    assert in_title == sorted(in_title, reverse=True)


def test_every_place_that_is_found_has_every_word():
    found = help_().search("mappa referral victims")
    assert found
    for one in found:
        text = " ".join([one.heading.title, *help_().sources[one.part.page][one.heading.start : one.heading.until]]).lower()
        assert all(word in text for word in ("mappa", "referral", "victim"))


@pytest.mark.parametrize("query", ["", "   ", "?!", "zzzz", "home zzzz", ".*", "(", "\\"])
def test_what_is_nowhere_is_not_found(query):
    assert help_().search(query) == []


def test_the_results_lead_to_the_places(pages):
    page = assert_sound(pages.get("/help/search?q=undermined"))
    links = [link for link in page.links if re.match("/help/[a-z]", link)]
    assert len(links) >= 10
    for link in links:
        target = urlsplit(link)
        ids = read(pages.get(target.path)).ids
        assert not target.fragment or target.fragment in ids


def test_what_was_searched_for_is_shown_as_text(pages):
    html = pages.get("/help/search?q=%3Cscript%3Ealert(1)%3C/script%3E%22%3E{{7*7}}")
    assert "<script>alert" not in html and "&lt;script&gt;alert(1)" in html and "{{7*7}}" in html
    assert_sound(html)


def test_an_excerpt_is_text_with_marks_and_nothing_else(tmp_path):
    (tmp_path / "index.md").write_text("# Home\n\nA <b onclick=x>visit</b> & `<script>` visit\n", encoding="utf-8")
    [found] = Help(tmp_path).search("visit")
    tags = re.findall(r"<[^>]*>", found.excerpt)
    assert set(tags) == {"<mark>", "</mark>"} and "&lt;b onclick=x&gt;" in found.excerpt


# What Markdown may hold ----------------------------------------------------------------------------------------------------


def shown(folder: Path, text: str) -> str:
    (folder / "index.md").write_text(f"# Title\n\n{text}\n", encoding="utf-8")
    made = Help(folder)
    [part] = made.parts.values()
    return made.html(part, lambda part, id_: f"/help/{part.page}#{id_}")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "words <script>alert(1)</script> more",
        '<img src=x onerror="alert(1)">',
        "a <img src=x onerror=alert(1)> b",
        "<div style='position:fixed'>\n\nx\n\n</div>",
        "<br onclick=alert(1)>",
        "a <br onclick=alert(1)> b",
        "<!-- a --><script>alert(1)</script><!-- b -->",
        "![<script>](x.png)",
        "`<script>alert(1)</script>`",
        "```html\n<script>alert(1)</script>\n```",
        "    <script>indented</script>",
        '[x](javascript:alert(1)) [y](<data:text/html,<script>>) [z](x.md "t<script>")',
        "| a |\n| --- |\n| <svg onload=alert(1)> |",
        '<https://example.test/"onclick=alert(1)>',
    ],
)
def test_html_in_markdown_stays_text(tmp_path, text):
    page = read(shown(tmp_path, text))
    assert not {"script", "img", "svg", "iframe"} & set(page.tags)
    assert not {name for name in page.attributes if name.startswith("on") or name in ("style", "src", "title")}
    assert not any(link.startswith(("javascript", "data")) for link in page.links)


def test_what_the_generated_pages_use_is_shown(tmp_path):
    html = shown(tmp_path, "<!-- Generated -->\n\nOne<br>two<br/>three *is* **so** `x` &amp; <!-- not this --> y\n\n> said")
    assert "Generated" not in html and "not this" not in html
    assert html.count("<br>") == 2 and "<em>is</em> <strong>so</strong>" in html and "&amp;" in html


def test_pictures_that_nothing_can_draw_are_left_out(tmp_path):
    assert "graph" not in shown(tmp_path, "```mermaid\ngraph LR\n```\n\nafter")


def test_headings_that_are_alike_have_ids_of_their_own(tmp_path):
    assert read(shown(tmp_path, "## Same\n\n## Same\n\n## `Code` *and* 1.2 \\<x>")).ids == ["same", "same-1", "code-and-12-x"]


def test_headings_inside_code_are_none(tmp_path):
    assert read(shown(tmp_path, "```text\n# not one\n```\n\n## One")).ids == ["one"]


def test_a_wide_table_can_be_reached_and_scrolled_by_keyboard(tmp_path):
    html = shown(tmp_path, "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n| c |\n| --- |\n| 3 |")
    assert re.findall(r'<div class="quips-scroll" tabindex="0" role="region" aria-label="([^"]+)">', html) == [
        "Table 1",
        "Table 2",
    ]
    assert html.count("</div>") == 2 and '<th class="govuk-table__header" scope="col">' in html


# In the wheel --------------------------------------------------------------------------------------------------------------


def test_the_wheel_holds_every_page():
    included = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    for name in help_().sources:
        path = f"docs/{name}.md"
        [inside] = [
            to + path.removeprefix(at) for at, to in included["force-include"].items() if path == at or path.startswith(f"{at}/")
        ]
        assert inside == f"quips/data/docs/{name}.md"


def test_the_words_of_a_page_are_there(pages):
    assert "what is missing, late or not good enough" in words_of(pages.get("/help/"))
