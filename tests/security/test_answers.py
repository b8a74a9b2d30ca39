"""What every answer carries, whatever was asked and whoever asked: pages, files, redirects and refusals alike."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from pytest_django import Settings

from tests.access.table import addresses
from tests.access.walk import random_arguments

pytestmark = pytest.mark.django_db
TEXT = re.compile(r"text/|application/(atom\+)?xml|image/svg")
OPEN_DATA = ("/api/", "/data/", "/finn.atom", "/frister.ics", "/innebygd/")
ELSEWHERE = ("https://evil.example/", "//evil.example/", "https:evil.example", "\\\\evil.example", "javascript:alert(1)")


@pytest.fixture
def client() -> Client:
    """One that gets the page for errors, as a browser does."""
    return Client(raise_request_exception=False)


@pytest.fixture
def answers(client: Client) -> list[Any]:
    """One of each kind: every address that can be fetched by a visitor, and what is refused for each reason there is."""
    fetched = [client.get(reverse(address.name, args=random_arguments(address))) for address in addresses()]
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    refused = [
        client.get("/finnes-ikke/"),
        client.get("/finnes-ikke"),
        client.get("/", headers={"host": "evil.example"}),
        client.delete("/"),
        strict.post(reverse("catalogue:offer")),
        client.get("/static/base/css/tokens.css"),
        client.get("/static/base/img/icon.svg"),
        client.get("/static/finnes-ikke.css"),
        client.post(reverse("catalogue:offer"), {f"n{number}": "" for number in range(2000)}),
    ]
    for answer in refused:
        answer.close()
    assert {200, 302, 404, 405, 403, 400} <= {answer.status_code for answer in [*fetched, *refused]}
    return [*fetched, *refused]


def test_no_answer_can_be_framed_or_run_what_is_not_ours(answers: list[Any]) -> None:
    for answer in answers:
        policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_no_answer_is_guessed_at_or_tells_others_where_one_came_from(answers: list[Any]) -> None:
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_every_body_says_what_it_is(answers: list[Any]) -> None:
    for answer in answers:
        kind = answer.headers.get("Content-Type", "")
        assert kind
        assert not TEXT.match(kind) or re.search('charset="?utf-8', kind.lower())


def test_no_other_site_may_read_an_answer(answers: list[Any], client: Client) -> None:
    """But open data, which it reads as a visitor does: a cookie is not sent along."""
    answers = [answer for answer in answers if not answer.request["PATH_INFO"].startswith(OPEN_DATA)]
    asked = client.get("/", headers={"origin": "https://evil.example"})
    preflight = client.options("/", headers={"origin": "https://evil.example", "access-control-request-method": "POST"})
    for answer in [*answers, asked, preflight]:
        assert [name for name in answer.headers if name.startswith("Access-Control")] == []


def test_no_answer_tells_what_it_is_made_with(answers: list[Any]) -> None:
    for answer in answers:
        assert {"Server", "X-Powered-By"} & set(answer.headers) == set()


def test_cookies_are_for_this_site_alone(answers: list[Any]) -> None:
    cookies = [cookie for answer in answers for cookie in answer.cookies.values()]
    assert cookies
    for cookie in cookies:
        assert cookie["samesite"] in ("Lax", "Strict")
        assert cookie["httponly"]
        assert (cookie["domain"], cookie["path"]) == ("", "/")


# ---------------------------------------------------------------- ways elsewhere


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nothing_leads_to_another_site(client: Client, elsewhere: str) -> None:
    for name, sent in (("web:set_language", {"language": "en"}), ("web:choose_colors", {"colors": "dark"})):
        answer = client.post(reverse(name), sent | {"next": elsewhere}, headers={"referer": elsewhere})
        assert answer.headers["Location"].startswith("/")
        assert not answer.headers["Location"].startswith(("//", "/\\"))
    page = client.get(reverse("accounts:sign_in"), {"next": elsewhere})
    assert not re.search(rf'(href|action)="{re.escape(elsewhere)}', page.content.decode())


def test_every_way_that_the_house_itself_sends_one_is_within_it(answers: list[Any]) -> None:
    ways = [answer.headers["Location"] for answer in answers if answer.status_code in (301, 302, 303)]
    assert ways
    assert [way for way in ways if not re.match(r"/(?![/\\])", way)] == []


# ---------------------------------------------------------------- methods


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "TRACK", "PROPFIND"])
def test_methods_that_nobody_needs_are_turned_away(client: Client, method: str) -> None:
    answer = client.generic(method, "/", b"", headers={"x-secret": "canary"})
    assert answer.status_code == 405
    assert b"canary" not in answer.content


def test_a_method_in_a_header_or_a_field_changes_nothing(client: Client) -> None:
    answer = client.get(reverse("accounts:sign_out"), {"_method": "POST"}, headers={"x-http-method-override": "POST"})
    assert answer.status_code == 405


def test_changes_need_the_token_of_a_form() -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for address in addresses():
        answer = strict.post(reverse(address.name, args=random_arguments(address)), headers={"origin": "https://evil.example"})
        assert answer.status_code in (403, 405), address.name


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    "place",
    [
        "/static/",
        "/static/base/",
        "/static/../manage.py",
        "/static/..%2f..%2fmanage.py",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/.git/config",
        "/.env",
        "/secret_key",
        "/praksis/config/settings.py",
        "/docs/access.md",
    ],
)
def test_no_folder_is_listed_and_nothing_beside_the_pages_is_served(client: Client, place: str) -> None:
    assert client.get(place).status_code == 404


def test_no_file_name_that_was_sent_becomes_a_path(client: Client, tmp_path: Path) -> None:
    """What is uploaded is read and forgotten: nothing is written where the name says."""
    sent = io.BytesIO(b"a;b\n1;2\n")
    sent.name = f"../../../..{tmp_path}/written.csv"
    client.post(reverse("catalogue:offer"), {"file": sent})
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- what goes wrong


def broken(_request: HttpRequest) -> HttpResponse:
    raise ValueError("canary: postgresql://praksis:secret@db")


urlpatterns = [path("broken", broken), path("", include("praksis.config.urls"))]


def test_a_page_for_errors_tells_nothing_of_the_inside(client: Client, settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    answer = client.get("/broken")
    body = answer.content.decode()
    assert answer.status_code == 500
    assert not re.search(r"canary|ValueError|Traceback|\.py", body)
    assert "Prøv igjen" in body


@pytest.mark.parametrize(
    ("headers", "sent"), [({"host": "evil.example"}, None), ({}, {f"n{number}": "" for number in range(2000)})]
)
def test_a_request_that_cannot_be_read_gets_a_clear_page(client: Client, headers: dict[str, str], sent: Any) -> None:
    address = reverse("catalogue:offer")
    answer = client.post(address, sent, headers=headers) if sent else client.get("/", headers=headers)
    assert answer.status_code == 400
    assert "Vi kunne ikke lese det nettleseren sendte" in answer.content.decode()


def test_too_much_at_once_is_turned_away_before_it_is_read(client: Client) -> None:
    answer = client.post(reverse("catalogue:offer"), {"title": "x" * 3_000_000})
    assert answer.status_code == 400


# ---------------------------------------------------------------- the browser's memory


def test_no_page_keeps_anything_in_the_browser_but_cookies() -> None:
    scripts = Path("praksis").glob("*/static/**/*.js")
    words = r"localStorage|sessionStorage|indexedDB|document\.cookie|postMessage|addEventListener\(.message"
    assert [str(file) for file in scripts if re.search(words, file.read_text())] == []
