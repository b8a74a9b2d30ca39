"""A passkey in place of a code, in a real browser with a made-up authenticator."""

import time
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from praksis.accounts import factors
from praksis.accounts.actions import make_link
from praksis.accounts.models import Passkey, User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
APP = pyotp.TOTP(SECRET)
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def kari(db: None) -> User:
    made = User.objects.create(email="kari@example.no", name="Kari Prøve")
    factors.set_up_factor(user=made, secret=SECRET, code=APP.at(time.time() - 30))
    return made


@pytest.fixture
def authenticator(page: Page) -> Iterator[None]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield
    session.detach()


def comes_by_link(page: Page, site: str, user: User) -> None:
    page.goto(site + reverse("accounts:follow_link", args=[make_link(user=user)]))
    page.get_by_role("main").get_by_role("button", name="Logg inn").click()


def test_a_passkey_is_made_and_then_given_instead_of_a_code(
    page: Page, live_server: LiveServer, kari: User, authenticator: None
) -> None:
    site = live_server.url
    assert site.startswith("http://localhost:")
    comes_by_link(page, site, kari)
    assert page.get_by_role("button", name="Bruk passnøkkel").count() == 0
    page.get_by_label("Kode").fill(APP.now())
    page.get_by_role("main").get_by_role("button", name="Logg inn").click()
    elsewhere = Client()
    elsewhere.force_login(kari)
    page.goto(site + reverse("accounts:my_sign_ins"))
    page.get_by_role("link", name="Legg til passnøkkel").click()
    page.get_by_role("button", name="Lag passnøkkel").click()
    page.wait_for_url("**/innlogging/")
    assert Passkey.objects.get().client == "Chrome, Linux"
    assert not elsewhere.session.exists(elsewhere.cookies["sessionid"].value), "other sessions end"

    page.context.clear_cookies()
    comes_by_link(page, site, kari)
    sent: list[Any] = []
    page.on("request", lambda request: sent.append(request.post_data) if "passnokkel" in request.url else None)
    page.get_by_role("button", name="Bruk passnøkkel").click()
    page.wait_for_url("**/min-side/")
    _the_same_answer_is_refused_again(sent[0], kari, site)


def _the_same_answer_is_refused_again(sent: str, kari: User, site: str) -> None:
    client = Client(headers={"host": site.removeprefix("http://")})
    client.post(reverse("accounts:follow_link", args=[make_link(user=kari)]))
    give = reverse("accounts:give_passkey")
    answer = client.post(give, sent, content_type="application/x-www-form-urlencoded")
    assert answer.headers["Location"] == reverse("accounts:second_factor")
    assert client.get(reverse("web:my_page")).status_code == 302


@pytest.mark.parametrize(
    ("host", "secure", "may"),
    [
        ("praksis.example.no", True, True),
        ("praksis.example.no", False, False),
        ("localhost:8000", False, True),
        ("127.0.0.1:8000", False, False),
        ("192.0.2.7", True, False),
        ("[::1]:8000", False, False),
    ],
)
def test_it_is_offered_where_the_address_allows_it(kari: User, settings: Any, host: str, *, secure: bool, may: bool) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(headers={"host": host})
    client.force_login(kari)
    session = client.session
    session["factor"] = "passed"
    session.save()
    told = client.get(reverse("accounts:my_sign_ins"), secure=secure).content.decode()
    assert ("Legg til passnøkkel" in told) == may


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"rawId": 1}', '{"rawId": "AAAA"}'])
def test_what_is_no_answer_is_refused(kari: User, answer: str) -> None:
    client = Client()
    client.post(reverse("accounts:follow_link", args=[make_link(user=kari)]))
    sent = {"sealed": "not sealed", "answer": answer}
    assert client.post(reverse("accounts:give_passkey"), sent).headers["Location"] == reverse("accounts:second_factor")
