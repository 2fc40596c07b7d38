"""Every page, in every state that somebody can meet it in: for axe, on a narrow screen, without script, and by keyboard."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from desk_client import Officer, audited
from hostile import IMAGE, SCRIPT
from knowledge_base import ROOT, knowledge
from quips.casetext import new_case, with_circumstance, with_entry
from quips.peeraudit.figures import figures_of
from quips.reports.roundpaper import RoundReport
from quips.reports.roundreports import ROUND_FORMATS
from quips.web.interview import entry_mark
from reported_round import fed_back
from served import Served
from watching import NARROW, WIDE, Watched, keep_picture, opened, overflowing, violations

TEXT = (ROOT / "examples" / "cases" / "TV-0042.yaml").read_text(encoding="utf-8")
GAP = "/".join(audited(TEXT).gaps[0].finding.ref)
FILLED = "/cases/TV-0042"
NEW = "/cases/NEW-1"
SEVERAL = "about=sentence&about=requirements&about=supervision_started&about=in_wales"
DAYS_ONLY = ["2009-09-01", "2009-10-01", "2009-11-01"]
MARKS = "&".join(f"about={entry_mark({'home_visit': {'on': day}})}" for day in DAYS_ONLY)
_REASON = {"activity": "home_visit", "reason": "a reason", "on": "2009-09-02"}


@dataclass(frozen=True)
class State:
    """A page, and what somebody does on it before it is looked at.

    Attributes:
        path: Where it is.
        do: Is given the page, and the folder of the cases.
    """

    path: str
    do: Callable[[Page, Path], None] = lambda page, folder: None

    def reach(self, window: Watched, folder: Path) -> None:
        page = window.open(self.path)
        assert page.url == window.address + self.path or self.path in LEADING_ON, f"{self.path} leads to {page.url}"
        self.do(page, folder)


def conflicted(path: str, answer: str) -> State:
    """Open a page, let somebody else change the case, then send it."""

    def do(page: Page, folder: Path) -> None:
        file = folder / f"{path.split('/')[2]}.yaml"
        page.check(answer)
        file.write_text(file.read_text(encoding="utf-8") + "# changed underneath\n", encoding="utf-8")
        submit(page)
        assert "changed" in page.inner_text("h1"), page.inner_text("h1")

    return State(path, do)


def gone(path: str) -> State:
    """Open an entry, let somebody else change that entry, then send it."""

    def do(page: Page, folder: Path) -> None:
        file = folder / f"{path.split('/')[2]}.yaml"
        before = file.read_text(encoding="utf-8")
        file.write_text(before.replace("2009-07-14", "2009-07-15"), encoding="utf-8")
        submit(page)
        file.write_text(before, encoding="utf-8")
        assert "changed or removed" in page.inner_text("h1")

    return State(path, do)


def refused(path: str, fill: dict[str, str] | None = None) -> State:
    """Open a page and send it as it is, or with something wrong in it, so that it comes back with what is wrong."""

    def do(page: Page, _: Path) -> None:
        for selector, text in (fill or {}).items():
            page.locator(selector).evaluate("(e, text) => { e.value = text }", text)
        submit(page)
        assert page.title().startswith("Error: "), page.title()
        assert page.evaluate("document.activeElement.className").find("govuk-error-summary") >= 0, "the summary has no focus"

    return State(path, do)


def submit(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form:not(.quips-actions form) button").first.click()


STATES: dict[str, State] = {
    "cases": State("/"),
    "start": State("/start"),
    "start with errors": refused("/start", {"#reference": "John Smith", "#as_at-day": "31", "#as_at-month": "2"}),
    "bring in": State("/bring-in"),
    "bring in with errors": refused("/bring-in"),
    "page not found": State("/nowhere"),
    "case not found": State("/cases/NOBODY-1/"),
    "broken case": State("/cases/BROKEN-1/"),
    "new case": State(f"{NEW}/"),
    "new check": State(f"{NEW}/check"),
    "new record": State(f"{NEW}/record"),
    "new findings": State(f"{NEW}/findings"),
    "new timeline": State(f"{NEW}/timeline"),
    "new judgements": State(f"{NEW}/judgements"),
    "new framework": State(f"{NEW}/judgements?show=all"),
    "new take away": State(f"{NEW}/takeaway"),
    "new versions": State(f"{NEW}/versions"),
    "first question": State(f"{NEW}/ask"),
    "case": State(f"{FILLED}/"),
    "check": State(f"{FILLED}/check"),
    "record": State(f"{FILLED}/record"),
    "findings": State(f"{FILLED}/findings"),
    "timeline": State(f"{FILLED}/timeline"),
    "judgements": State(f"{FILLED}/judgements"),
    "framework": State(f"{FILLED}/judgements?show=all"),
    "take away": State(f"{FILLED}/takeaway"),
    "judgement": State(f"{FILLED}/judgements/omi-2/1.2/rosh-classification-agreed"),
    "judgement with errors": refused(f"{FILLED}/judgements/omi-2/1.2/rosh-classification-agreed", {"#reason": "\x07"}),
    "read as at": State(f"{FILLED}/read-as-at"),
    "read as at with errors": refused(f"{FILLED}/read-as-at", {"#as_at-day": ""}),
    "versions": State("/cases/OLD-1/versions"),
    "erase": State(f"{FILLED}/erase"),
    "erase with errors": refused(f"{FILLED}/erase"),
    "yes or no": State(f"{FILLED}/circumstance/domestic_abuse?from=ask"),
    "yes or no with errors": refused(f"{NEW}/circumstance/domestic_abuse?from=ask"),
    "choice": State(f"{FILLED}/circumstance/sentence?from=ask"),
    "choice with errors": refused(f"{NEW}/circumstance/sentence"),
    "dates": State(f"{FILLED}/circumstance/supervision_started?from=check"),
    "dates with errors": refused(f"{FILLED}/circumstance/supervision_started", {"#supervision_started-1-day": "32"}),
    "several dates": State(f"{FILLED}/circumstance/sentenced"),
    "number": State(f"{FILLED}/circumstance/sentence_length_months"),
    "several choices": State(f"{FILLED}/circumstance/protected_characteristics"),
    "changed over time": State("/cases/CHANGED-1/circumstance/rosh_level"),
    "changed over time with errors": refused("/cases/CHANGED-1/circumstance/rosh_level", {"#rosh_level-change-1-from-day": ""}),
    "activity": State(f"{NEW}/activity/home_visit?from=ask"),
    "activity with errors": refused(f"{NEW}/activity/home_visit?from=ask"),
    "another activity": State(f"{FILLED}/activity/home_visit?from=ask"),
    "add": State(f"{NEW}/activity/home_visit/add?from=ask"),
    "add with errors": refused(f"{NEW}/activity/home_visit/add?from=ask"),
    "entry": State(f"{FILLED}/record/0?from=ask"),
    "entry with errors": refused(f"{FILLED}/record/0", {"#on-day": "40", "#on-year": "209"}),
    "reason": State(f"{NEW}/activity/home_visit/reason"),
    "reason with errors": refused(f"{NEW}/activity/home_visit/reason"),
    "reason on the record": State(f"{FILLED}/record/3"),
    "remove": State(f"{FILLED}/record/0/remove"),
    "several circumstances": State(f"{NEW}/circumstances?{SEVERAL}&from=ask"),
    "several circumstances with errors": refused(f"{NEW}/circumstances?{SEVERAL}&from=ask"),
    "what was inferred": State("/cases/TV-0042/inferred?about=home_visit_indicated&about=oversight_required&from=ask"),
    "stages read to the end": State(f"{NEW}/complete?from=ask"),
    "stages with errors": refused(f"{NEW}/complete?from=ask"),
    "which are on the file": State(f"{NEW}/which?about=oasys&about=sentence_plan&about=contact&from=ask"),
    "which with errors": refused(f"{NEW}/which?about=oasys&about=sentence_plan&about=contact&from=ask"),
    "days with errors": refused(
        f"{NEW}/which?about=oasys&about=sentence_plan&about=contact&from=ask", {"#days-contact": "1 2 2010\nlast week"}
    ),
    "days of several": State(f"{FILLED}/days?about=oasys&about=home_visit&from=stages"),
    "days of several with errors": refused(f"{NEW}/days?about=oasys&about=contact&from=stages", {"#days-oasys": "31 2 2010"}),
    "of which there is more to say": State(f"/cases/DAYS-1/more?{MARKS}&from=ask"),
    "more with errors": refused(f"/cases/DAYS-1/more?{MARKS}&from=ask"),
    "finding": State(f"{FILLED}/findings/{GAP}"),
    "dispute": State(f"{FILLED}/disputes/{GAP}"),
    "dispute with errors": refused(f"{FILLED}/disputes/{GAP}"),
    "add to the timeline": State(f"{FILLED}/timeline/add"),
    "report": State(f"{FILLED}/takeaway/report"),
    "help": State("/help/"),
    "help searched": State("/help/search?q=tier"),
    "help found nothing": State("/help/search?q=zzzz"),
    "changed meanwhile": conflicted("/cases/CONFLICT-1/circumstance/domestic_abuse", "#domestic_abuse-answer-2"),
    "entry changed meanwhile": gone("/cases/GONE-1/record/0"),
    "long case": State("/cases/LONG-1/timeline"),
    "long record": State("/cases/LONG-2/record"),
    "text in many scripts": State("/cases/SCRIPTS-1/check"),
}
LEADING_ON = {f"{NEW}/ask"}
NOT_PAGES = {
    "static",
    "asking.ask",
    "findings.picture",
    "record.framework",
    "takeaway.actions",
    "takeaway.audit_json",
    "takeaway.case_yaml",
    "takeaway.form",
    "timeline.add",
    "help.page",
}
"""What is served and is no page to look at: files, pictures, what only leads on; and the documentation, looked at by itself."""


def write_cases(folder: Path) -> None:
    """Put the cases in a folder that the states above are about."""
    officer = Officer(folder)
    officer.put("TV-0042", TEXT)
    officer.put("NEW-1", new_case("NEW-1", "2010-04-19"))
    officer.put("BROKEN-1", TEXT.replace("home_visit", "house_visit").replace("TV-0042", "BROKEN-1"))
    for name in ("CONFLICT-1", "GONE-1", "OLD-1"):
        officer.put(name, TEXT.replace("TV-0042", name))
    officer.send("/cases/OLD-1/circumstance/tier", {"tier": ["3"]})
    changes = [{"from": "2009-07-13", "is": "high"}, {"from": "2009-12-01", "is": "medium"}]
    officer.put("CHANGED-1", with_circumstance(new_case("CHANGED-1", "2010-04-19"), "rosh_level", changes))
    days = new_case("DAYS-1", "2010-04-19")
    for day in DAYS_ONLY:
        days = with_entry(days, "home_visit", {"on": day})
    officer.put("DAYS-1", days)
    officer.put("LONG-1", long_case("LONG-1", 150))  # alike as they are, axe looks at each of its entries
    officer.put("LONG-2", long_case("LONG-2", 50))
    scripts = new_case("SCRIPTS-1", "2010-04-19")
    for note in (
        "Mae’n byw yn Llanfairpwllgwyngyll; ŵyr a ŷd",
        "הוא גר כאן, (ביקור) 12",
        "x" * 300,
        "هو هنا 3/4",
        SCRIPT + IMAGE,
    ):
        scripts = with_entry(scripts, "home_visit", {"on": "2009-10-05", "note": note})
    officer.put("SCRIPTS-1", with_entry(scripts, "not_done", _REASON))


def long_case(name: str, entries: int) -> str:
    """Return a case with many entries, as years of supervision leave them."""
    names = [
        n for n in knowledge().vocabulary.activities if n in ("contact", "home_visit", "roh_review", "plan_review", "supervision")
    ]
    lines = []
    for number in range(entries):
        month, day = number // 28 % 12 + 1, number % 28 + 1
        lines.append(
            f"  - {names[number % len(names)]}: {{on: {2007 + number // 336}-{month:02}-{day:02}, note: number {number}}}"
        )
    head = TEXT.partition("record:")[0].replace("TV-0042", name)
    return head + "record:\n" + "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def cases(served: Served) -> Served:
    write_cases(served.folder)
    return served


@pytest.fixture(scope="module")
def one_window(chromium: Browser, cases: Served) -> Iterator[Watched]:
    """A window for every state: each new one would take Chromium a second."""
    with opened(chromium, cases.address) as window:
        yield window


@pytest.fixture(scope="module")
def scriptless(chromium: Browser, cases: Served) -> Iterator[Watched]:
    """A window that never gets the pages' script. Script itself has to run in it, for axe is one."""
    with opened(chromium, cases.address) as window:
        window.context.route("**/quips.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
        yield window


@pytest.mark.parametrize("state", STATES)
def test_a_page_is_for_everybody(state: str, one_window: Watched, scriptless: Watched, cases: Served) -> None:
    """With script and without; what script would have hidden is then there to see."""
    page = one_window.page
    page.set_viewport_size(WIDE)
    STATES[state].reach(one_window, cases.folder)
    keep_picture(page, state)
    wrong = violations(page) + overflowing(page)
    seen = page.inner_text("body")
    page.set_viewport_size(NARROW)
    keep_picture(page, f"{state} narrow")
    wrong += violations(page, contrast=False) + overflowing(page)  # the colours of what these pages are made of are the same
    if "with errors" not in state:
        page = scriptless.page
        page.set_viewport_size(WIDE)
        STATES[state].reach(scriptless, cases.folder)
        wrong += violations(page, contrast=page.inner_text("body") != seen)
        page.set_viewport_size(NARROW)
        wrong += overflowing(page)
    assert wrong + one_window.told() + scriptless.told() == []


def test_every_page_there_is_has_been_looked_at(tmp_path: Path) -> None:
    app = Officer(tmp_path).app
    addresses = app.url_map.bind("127.0.0.1")
    paths = {state.path.partition("?")[0] for state in STATES.values()} - {"/nowhere"}
    looked_at = {addresses.match(path, method="GET")[0] for path in paths}
    rules = [rule for rule in app.url_map.iter_rules() if rule.methods and "GET" in rule.methods]
    assert {rule.endpoint for rule in rules} - looked_at - NOT_PAGES == set()


def test_the_documentation_is_for_everybody(chromium: Browser, cases: Served) -> None:
    with opened(chromium, cases.address) as window:
        page = window.open("/help/")
        links = {link.get_attribute("href") or "" for link in page.locator("main a[href^='/help/']").all()}
        wrong = []
        for link in sorted(links)[:: max(1, len(links) // 12)]:
            window.open(link)
            wrong += violations(page)
            page.set_viewport_size(NARROW)
            wrong += overflowing(page)
            page.set_viewport_size(WIDE)
        assert len(links) > 3
        assert wrong == []


@pytest.fixture
def no_cases(tmp_path: Path) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, Officer(tmp_path).app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def test_a_folder_without_cases_is_for_everybody(chromium: Browser, no_cases: str) -> None:
    with opened(chromium, no_cases) as window:
        page = window.open("/")
        assert "Start a case" in page.inner_text("main")
        keep_picture(page, "no cases")
        wrong = violations(page)
        page.set_viewport_size(NARROW)
        assert wrong + overflowing(page) == []


# By keyboard ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/start", f"{FILLED}/", f"{FILLED}/circumstance/rosh_level", f"{FILLED}/record/0", f"{FILLED}/check"]
)
def test_wherever_the_keyboard_leads_it_can_be_seen(path: str, window: Watched, cases: Served) -> None:
    page = window.open(path)
    unseen = []
    for _ in range(25):
        page.keyboard.press("Tab")
        place = page.evaluate(_FOCUSED)
        if place is None:
            break
        clip = {
            "x": max(0, place["x"] - 6),
            "y": max(0, place["y"] - 6),
            "width": place["width"] + 12,
            "height": place["height"] + 12,
        }
        page.evaluate(_PAINTED)
        with_focus = page.screenshot(clip=clip, full_page=True)
        page.evaluate("document.activeElement.blur()")
        page.evaluate(_PAINTED)
        if page.screenshot(clip=clip, full_page=True) == with_focus:
            unseen.append(place["html"])
    assert unseen == []


_FOCUSED = """() => {
  const focused = document.activeElement
  if (focused === document.body) return null
  const shown = focused.closest('.govuk-radios__item, .govuk-checkboxes__item') || focused
  const box = shown.getBoundingClientRect()
  return {x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height, html: focused.outerHTML.slice(0, 120)}
}"""
_PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_CHOICES = "main input[type=radio]:not(.govuk-radios__conditional *), main input[type=checkbox]:not(.govuk-radios__conditional *)"
_IS = "selector => document.activeElement.matches(selector)"


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on what a selector names."""
    for _ in range(80):
        if page.evaluate(_IS, selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by Tab on {page.url}")


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_case_is_started_and_answered_with_the_keyboard_alone(window: Watched, cases: Served) -> None:
    page = window.open("/")
    page.keyboard.press("Tab")
    assert "Skip to main content" in page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Enter")
    tab_to(page, "a[href='/start']")
    enter(page)
    tab_to(page, "#reference")
    page.keyboard.type("not a reference")
    enter(page)
    assert "govuk-error-summary" in page.evaluate("document.activeElement.className")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the link in the summary leads to the field
    assert page.evaluate(_IS, "#reference")
    page.keyboard.press("Control+A")
    page.keyboard.type("KEYS-1")
    enter(page)
    assert page.url.endswith("/cases/KEYS-1/")
    tab_to(page, "a[href$='/KEYS-1/ask']")
    tab_to(page, "main a[href$='/KEYS-1/ask']")
    enter(page)
    for _ in range(8):
        asked = page.eval_on_selector_all(_CHOICES, "all => all.map(one => [one.name, one.type])")
        assert asked or "/inferred" in page.url, page.url
        for name, kind in dict(asked).items():
            tab_to(page, f"input[name='{name}']")
            if kind == "radio" and "/circumstance" in page.url:
                page.keyboard.press("ArrowUp")  # round to the last: it is not recorded in the file
            page.keyboard.press("Space")
        before = page.url
        tab_to(page, "main form button")
        enter(page)
        assert page.url != before, f"{before} was not answered"
    written = (cases.folder / "KEYS-1.yaml").read_text(encoding="utf-8")
    assert written.startswith("case: KEYS-1\n")


def test_a_page_that_comes_back_with_errors_links_each_to_its_field(window: Watched, cases: Served) -> None:
    for state in (name for name in STATES if "with errors" in name):
        STATES[state].reach(window, cases.folder)
        links = window.page.locator(".govuk-error-summary a")
        for number in range(links.count()):
            target = (links.nth(number).get_attribute("href") or "")[1:]
            assert window.page.locator(f"[id='{target}']").count() == 1, f"{state}: nothing has the id {target}"


def test_the_report_of_a_round_is_accessible_and_fits_a_narrow_screen(chromium: Browser, tmp_path: Path) -> None:
    round_ = fed_back(tmp_path / "round")
    report = RoundReport("Autumn 2026", "OFFICIAL-SENSITIVE", 1, figures_of(round_.book, round_.state, "2026-12-10"))
    page_file = tmp_path / "report.html"
    page_file.write_bytes(ROUND_FORMATS["html"](report, round_.book.judged(round_.state)))
    with opened(chromium, f"file://{tmp_path}") as window:
        page = window.open("/report.html")
        keep_picture(page, "round-report")
        assert violations(page) == []
        page.set_viewport_size(NARROW)
        assert overflowing(page) == []
