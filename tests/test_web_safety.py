"""What is hostile stays text, what comes from elsewhere is refused, and nothing leaves by a header, a log or an address."""

from __future__ import annotations

import io
import re
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug import formparser

from desk_client import Officer, audited, problems_of, start
from hostile import IMAGE, NOT_CASE_FILES, SCRIPT, TEMPLATE, TEXTS
from html_forms import forms_of, links_of, text_of
from knowledge_base import ROOT
from page_client import auditor
from quips.casetext import with_entry, with_judgement
from quips.web import serving
from quips.web.safety import MAX_UPLOAD
from served import free_port

TEXT = (ROOT / "examples" / "cases" / "TV-0042.yaml").read_text(encoding="utf-8")
PAYLOAD = SCRIPT + IMAGE + TEMPLATE
PROMPT = "omi-2/1.2/rosh-classification-agreed"


def ascii_name(text: str) -> str:
    """What a test about a text is called."""
    return ascii(text[:18])[1:-1]


@pytest.fixture
def officer(tmp_path: Path) -> Officer:
    one = Officer(tmp_path)
    one.put("TV-0042", TEXT)
    return one


def reached(officer: Officer, first: str, most: int = 400) -> dict[str, str]:
    """Return the pages that links lead to from a page, by address, but for many of the same kind."""
    found: dict[str, str] = {}
    kinds: dict[str, int] = {}
    waiting = [first]
    while waiting and len(found) < most:
        address = waiting.pop(0).partition("#")[0]
        kind = re.sub(r"(circumstance|activity|record|findings|disputes|judgements|help)/.*", r"\1", address.partition("?")[0])
        if address in found or not address.startswith("/") or address.startswith("/static") or kinds.get(kind, 0) >= 12:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        answer = officer.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        found[address] = answer.text if answer.mimetype == "text/html" else ""
        waiting += links_of(found[address]) if found[address] else []
    return found


def test_hostile_text_in_a_case_is_text_on_every_page_that_shows_it(officer: Officer) -> None:
    said = {"on": "2010-02-01", "note": PAYLOAD, "late_reason": {"reason": PAYLOAD, "acceptable": True}}
    text = with_entry(TEXT, "home_visit", said)
    text = with_entry(text, "not_done", {"activity": "agency_check", "reason": PAYLOAD, "note": PAYLOAD})
    text = with_judgement(text, PROMPT, {"answer": "no", "reason": PAYLOAD, "note": PAYLOAD})
    officer.put("TV-0042", text)
    disputed = "/cases/TV-0042/disputes/" + "/".join(audited(TEXT).gaps[0].finding.ref)
    assert officer.send(disputed, {"why": [PAYLOAD]}).status_code == 303
    pages = reached(officer, "/cases/TV-0042/")
    pages |= reached(officer, "/cases/TV-0042/findings")
    showing = [address for address, page in pages.items() if "onerror" in page]
    assert len(showing) > 5, "the payload is shown in several places, or this proves nothing"
    for address, page in pages.items():
        assert "<script>document" not in page, address
        assert "<img src=x" not in page, address
        assert "343" not in text_of(page), f"{address} works templates out"


@pytest.mark.parametrize("text", TEXTS, ids=ascii_name)
def test_hostile_text_sent_is_kept_as_it_is_or_refused_with_a_reason(text: str, officer: Officer) -> None:
    for address, field, more in [
        ("/cases/TV-0042/activity/home_visit/add", "note", {"when": ["unknown"]}),
        ("/cases/TV-0042/activity/home_visit/reason", "reason", {}),
        (f"/cases/TV-0042/judgements/{PROMPT}", "reason", {"answer": ["no"]}),
        ("/start", "reference", {}),
        ("/cases/TV-0042/erase", "confirm", {}),
    ]:
        before = officer.text("TV-0042")
        answer = officer.send(address, {field: [text], **more})
        assert answer.status_code in (303, 422), f"{address}: {answer.status_code}"
        assert problems_of(officer.text("TV-0042")) == []
        assert not any(markup in answer.text for markup in (SCRIPT, IMAGE, "</textarea><b>"))
        if answer.status_code == 422:
            assert officer.text("TV-0042") == before
            assert "There is a problem" in answer.text
    assert sorted(officer.store.names()) == ["TV-0042"]


@pytest.mark.parametrize("text", TEXTS, ids=ascii_name)
def test_hostile_addresses_lead_nowhere(text: str, officer: Officer) -> None:
    part = quote(text, safe="", errors="surrogatepass")
    for address in (
        f"/cases/{part}/",
        f"/cases/{part}/findings",
        f"/cases/TV-0042/circumstance/{part}",
        f"/cases/TV-0042/activity/{part}",
        f"/cases/TV-0042/record/{part}",
        f"/cases/TV-0042/circumstances?about={part}",
        f"/cases/TV-0042/inferred?about={part}",
        f"/cases/TV-0042/which?about={part}",
        f"/cases/TV-0042/findings/{part}/{part}",
        f"/cases/TV-0042/disputes/{part}/{part}",
        f"/cases/TV-0042/judgements/omi-2/{part}/{part}",
        f"/help/{part}",
        f"/static/{part}",
        f"/{part}",
        f"/help/search?q={part}",
        f"/cases/TV-0042/circumstance/tier?from={part}",
        f"/cases/TV-0042/judgements?show={part}",
    ):
        answer = officer.get(address)
        assert answer.status_code in (200, 400, 404), f"{address}: {answer.status_code}"
        assert "<script>document" not in answer.text, address
        assert "<img src=x" not in answer.text, address
        assert "343" not in text_of(answer.text), address


def test_every_answer_says_what_the_browser_may_do(officer: Officer) -> None:
    for address in [*reached(officer, "/"), *reached(officer, "/cases/TV-0042/"), "/nowhere", "/static/quips.js", "/cases/X-1/"]:
        headers = officer.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'"), address
        assert "unsafe" not in policy, address
        assert "frame-ancestors 'none'" in policy, address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert address.startswith("/static") or headers["Cache-Control"] == "no-store", address


def test_pages_have_no_script_or_style_of_their_own(officer: Officer) -> None:
    for address, page in {**reached(officer, "/"), **reached(officer, "/cases/TV-0042/")}.items():
        if "/takeaway/report" not in address:  # stands alone, under a policy of its own
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]* src=)", page), address


def test_a_form_without_its_token_is_refused_everywhere(officer: Officer) -> None:
    filled = {"name": "TV-0042", "term": "tier", "activity": "home_visit", "number": 0, "stage": "planning", "earlier": "x"}
    filled |= dict(zip(("edition", "node", "slug"), PROMPT.split("/"), strict=True)) | {
        "rule": "police-check-made",
        "key": "case",
    }
    adapter = officer.app.url_map.bind("127.0.0.1")
    rules = [rule for rule in officer.app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(rules) > 12
    for rule in rules:
        address = adapter.build(rule.endpoint, {one: filled[one] for one in rule.arguments}, method="POST")
        for token in ([], [("csrf_token", "")], [("csrf_token", "guessed")]):
            answer = officer.post(address, [*token, ("answer", "yes"), ("version", officer.store.read("TV-0042").version)])
            assert answer.status_code == 400, address
            assert "Nothing was changed" in answer.text
    assert officer.text("TV-0042") == TEXT


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "127.0.0.1.example.com",
        "localhost.example.com:80",
        "example.com:127.0.0.1",
        "0.0.0.0",
        "127.0.0.2:8040",
        "",
        "a b",
        "[::2]",
    ],
)
def test_another_name_for_this_computer_is_refused(host: str, officer: Officer) -> None:
    for address in ("/", "/cases/TV-0042/", "/static/quips.js"):
        answer = officer.client.get(address, headers={"Host": host})
        assert answer.status_code in (400, 421), address
        assert "TV-0042" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8040", "localhost", "localhost:8040", "[::1]:8040"])
def test_the_names_of_this_computer_are_answered(host: str, officer: Officer) -> None:
    assert officer.client.get("/", headers={"Host": host}).status_code == 200


def upload(officer: Officer, name: str, data: bytes):
    token = next(one.value for one in forms_of(officer.page("/bring-in"))[0].fields if one.name == "csrf_token")
    return officer.client.post("/bring-in", data={"csrf_token": token, "file": (io.BytesIO(data), name)})


@pytest.mark.parametrize("wrong", NOT_CASE_FILES)
def test_a_file_that_is_no_case_is_refused_with_a_reason_and_not_kept(wrong: str, officer: Officer) -> None:
    began = time.monotonic()
    answer = upload(officer, *NOT_CASE_FILES[wrong])
    assert answer.status_code == 422, answer.text
    assert "There is a problem" in answer.text
    assert SCRIPT not in answer.text
    assert officer.store.names() == ["TV-0042"]
    assert time.monotonic() - began < 30


def test_a_file_that_is_too_large_is_refused(officer: Officer) -> None:
    answer = upload(officer, "case.yaml", b"#" * (MAX_UPLOAD + 1))
    assert answer.status_code == 413
    assert "too large" in answer.text
    answer = upload(officer, "case.yaml", b"case: TV-9\n" + b"# \n" * (MAX_UPLOAD // 3 - 1_000))
    assert answer.status_code in (413, 422)
    assert officer.store.names() == ["TV-0042"]


def test_a_case_file_comes_in_as_it_is(officer: Officer) -> None:
    data = b"\xef\xbb\xbf" + TEXT.replace("TV-0042", "TV-0043").encode()
    assert upload(officer, "mine.yaml", data).status_code == 303
    assert officer.text("TV-0043") == TEXT.replace("TV-0042", "TV-0043")
    assert upload(officer, "mine.yaml", data).status_code == 422, "there is one already"


def test_what_is_typed_is_in_no_address_and_no_log(officer: Officer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    name = start(officer, "TV-0099")
    secret = "Jane Smith of Elm Road"
    sent = officer.send(f"/cases/{name}/activity/home_visit/add?from=ask", {"when": ["unknown"], "note": [secret]})
    refused = officer.send(f"/cases/{name}/activity/home_visit/add", {"note": [secret]})
    assert (sent.status_code, refused.status_code) == (303, 422)
    assert "Jane" not in sent.location
    assert "Jane" in officer.text(name)
    assert "Jane" not in caplog.text
    assert not any(
        "Jane" in link
        for address in (f"/cases/{name}/check", f"/cases/{name}/record")
        for link in links_of(officer.page(address))
    )


def test_what_is_sent_is_never_put_into_a_temporary_file(
    officer: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was made")

    for owner in (tempfile, formparser):
        for maker in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile"):
            monkeypatch.setattr(owner, maker, refused, raising=False)
    data = TEXT.replace("TV-0042", "TV-0043").encode() + b"# " + b"x" * 2_000_000 + b"\n"
    assert upload(officer, "mine.yaml", data).status_code == 303
    assert len(officer.text("TV-0043")) > 2_000_000


def test_the_server_keeps_what_passes_through_it_out_of_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    class Server:
        def run(self) -> None:
            """End at once."""

    def create(app: object, **options: Any) -> Server:
        given.update(options)
        return Server()

    monkeypatch.setattr(serving, "create_server", create)
    serving.serve(auditor(), tmp_path, free_port(), False, lambda _: None)
    assert MAX_UPLOAD < given["max_request_body_size"] <= given["inbuf_overflow"]
    assert given["outbuf_overflow"] > 10 * MAX_UPLOAD
