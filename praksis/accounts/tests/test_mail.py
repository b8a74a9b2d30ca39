"""A link by e-mail: for whom it is known, in the browser that asked, once; and the same answer for everyone."""

import re
import smtplib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from conftest import AsRole
from praksis.accounts import actions, choices
from praksis.accounts.browsers import Browser, network_of
from praksis.accounts.models import LinkRequest, SignInLink, User
from praksis.accounts.tests.postbox import Postbox, postbox
from praksis.base.mailing import mailers

SIGN_IN = reverse("accounts:sign_in")
KARI, STRANGER = "kari@example.no", "stranger@example.no"
RunJobs = Callable[[], int]


@pytest.fixture(scope="module")
def mail_server() -> Iterator[tuple[Postbox, str]]:
    with postbox() as opened:
        yield opened


@pytest.fixture
def box(mail_server: tuple[Postbox, str], settings: Any) -> Postbox:
    """The mail server, which the settings name."""
    box, url = mail_server
    box.letters.clear()
    box.is_shut = False
    settings.MAILERS = mailers({"EMAIL_URL": url})
    return box


@pytest.fixture
def kari(db: None) -> User:
    return User.objects.create(email=KARI, name="Kari Prøve", language="nn")


def ask(client: Client, email: str = KARI, **environ: str) -> Any:
    return client.post(SIGN_IN, {"email": email}, **environ)  # type: ignore[arg-type]


def test_the_link_in_the_mail_signs_in(client: Client, kari: User, box: Postbox, run_jobs: RunJobs) -> None:
    answer = ask(client, "KARI@Example.no")
    assert answer.headers["Location"] == reverse("accounts:link_sent")
    assert run_jobs() == 1
    letter = box.letters[0]
    assert (letter["To"], letter["Subject"]) == (KARI, "Logg inn i Praksistorget")
    assert "nettlesaren" in box.text()
    assert client.get(box.link()).status_code == 200
    assert "_auth_user_id" not in client.session
    assert client.post(box.link()).headers["Location"] == reverse("web:my_page")
    assert client.session["_auth_user_id"] == str(kari.pk)
    assert Client().get(box.link()).status_code == 410


def test_in_another_browser_it_says_so_and_stays_good(client: Client, kari: User, box: Postbox, run_jobs: RunJobs) -> None:
    ask(client)
    run_jobs()
    other = Client()
    other.get(SIGN_IN)
    for answer in (other.get(box.link()), other.post(box.link())):
        assert answer.status_code == 403
        assert "Lenken ble bestilt i en annen nettleser" in answer.content.decode()
        assert "Kari Prøve" not in answer.content.decode()
    assert "_auth_user_id" not in other.session
    assert client.post(box.link()).status_code == 302


def test_a_forged_cookie_is_another_browser(client: Client, kari: User, box: Postbox, run_jobs: RunJobs) -> None:
    ask(client)
    run_jobs()
    other = Client()
    other.cookies["browser"] = client.cookies["browser"].value[:-2] + "xx"
    assert other.post(box.link()).status_code == 403


def _without_token(page: Any) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.content.decode())


def test_the_answer_is_the_same_for_a_stranger(kari: User, box: Postbox, run_jobs: RunJobs) -> None:
    """Word for word, with as many queries; and a stranger gets no mail."""
    told = []
    for email in (KARI, STRANGER):
        client = Client()
        queries: list[str] = []
        with connection.execute_wrapper(
            lambda go, sql, *rest, q=queries: (q.append(re.sub(r"_x\d+", "", str(sql))), go(sql, *rest))[1]
        ):
            answer = ask(client, email)
        page = _without_token(client.get(answer.headers["Location"]))
        heads = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
        told.append((answer.status_code, heads, answer.content, page, queries))
    assert told[0] == told[1]
    assert run_jobs() == 2
    assert [letter["To"] for letter in box.letters] == [KARI]


def test_the_address_is_forgotten_when_it_is_dealt_with(client: Client, kari: User, box: Postbox, run_jobs: RunJobs) -> None:
    ask(client)
    ask(client, STRANGER)
    assert LinkRequest.objects.exclude(email="").count() == 2
    run_jobs()
    kept = str(list(LinkRequest.objects.values()))
    assert LinkRequest.objects.count() == 2
    assert KARI not in kept
    assert STRANGER not in kept


def test_the_queue_holds_no_address(client: Client, kari: User, box: Postbox, as_worker: AsRole) -> None:
    ask(client)
    with as_worker(), connection.cursor() as cursor:
        cursor.execute("select args::text from procrastinate_jobs where task_name = 'accounts.mail_link'")
        assert "kari" not in str(cursor.fetchall())


def test_when_the_mail_server_is_down_the_job_can_be_tried_again(
    client: Client, kari: User, box: Postbox, as_worker: AsRole
) -> None:
    ask(client)
    box.is_shut = True
    asked = LinkRequest.objects.get().pk
    with as_worker(), pytest.raises(smtplib.SMTPException):
        actions.mail_link(asked)
    assert (SignInLink.objects.count(), LinkRequest.objects.get().email) == (0, KARI)
    box.is_shut = False
    with as_worker():
        actions.mail_link(asked)
        actions.mail_link(asked)
    assert len(box.letters) == 1


def test_what_waited_too_long_is_not_sent(client: Client, kari: User, box: Postbox, run_jobs: RunJobs, as_owner: AsRole) -> None:
    ask(client)
    with as_owner():
        LinkRequest.objects.update(asked_at=timezone.now() - choices.MAIL_LINK_VALID)
    run_jobs()
    assert box.letters == []


def test_without_a_mail_server_nothing_pretends_to_send(client: Client, kari: User, settings: Any, run_jobs: RunJobs) -> None:
    settings.MAILERS = {}
    page = client.get(SIGN_IN).content.decode()
    assert 'name="email"' not in page
    ask(client)
    assert (run_jobs(), LinkRequest.objects.count()) == (0, 0)


def test_what_is_no_address_comes_back(client: Client, db: None, box: Postbox) -> None:
    assert ask(client, "kari").status_code == 422


# ---------------------------------------------------------------- limits


def test_one_browser_may_ask_a_few_times_for_one_address(client: Client, kari: User, box: Postbox, as_owner: AsRole) -> None:
    answers = [ask(client).status_code for _ in range(choices.ASKED_BY_BROWSER + 1)]
    assert answers == [302] * choices.ASKED_BY_BROWSER + [429]
    assert ask(client, STRANGER).status_code == 302
    with as_owner():
        LinkRequest.objects.update(asked_at=timezone.now() - choices.ASKING_WINDOW)
    assert ask(client).status_code == 302


def test_strangers_cannot_keep_the_owner_out(client: Client, kari: User, box: Postbox, run_jobs: RunJobs) -> None:
    """Neither from elsewhere, nor from the owner's own office once the owner has signed in with the browser."""
    ask(client)
    run_jobs()
    client.post(box.link())
    client.post(reverse("accounts:sign_out"))
    answers = [ask(Client()).status_code for _ in range(choices.ASKED_BY_STRANGERS + 2)]
    assert answers[-1] == 429
    assert ask(Client(), REMOTE_ADDR="192.0.2.7").status_code == 302
    assert ask(client).status_code == 302


def test_a_stranger_who_asks_again_does_not_end_the_owners_link(
    client: Client, kari: User, box: Postbox, run_jobs: RunJobs
) -> None:
    ask(client)
    run_jobs()
    ask(Client())
    run_jobs()
    assert client.post(box.link(0)).status_code == 302


def test_an_office_behind_one_address_gets_in(db: None, box: Postbox) -> None:
    """Many who ask for their own addresses at once."""

    def one(number: int) -> int:
        try:
            return int(ask(Client(), f"person{number}@example.no").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(one, range(60))) == {302}


def test_a_network_is_the_one_that_the_proxy_names_and_nobody_elses_word(rf: RequestFactory, settings: Any) -> None:
    told = {"X-Forwarded-For": "203.0.113.9, 192.0.2.7"}
    settings.BEHIND_PROXY = False
    assert network_of(rf.get("/", headers=told)) == "127.0.0.1"
    settings.BEHIND_PROXY = True
    assert network_of(rf.get("/", headers=told)) == "192.0.2.7"
    assert network_of(rf.get("/", headers={"X-Forwarded-For": "2001:db8:1:2:3::4"})) == "2001:db8:1:2::/64"
    assert network_of(rf.get("/", headers={"X-Forwarded-For": "'; drop table"})) == "unknown"


def test_a_network_has_a_bound_that_holds_when_all_ask_at_once(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "ASKED_BY_NETWORK", 10)

    def one(number: int) -> bool:
        try:
            asked = {"origin": "http://x", "browser": Browser(str(number)), "network": "192.0.2.1"}
            return actions.ask_for_link(email=f"{number}@example.no", **asked)  # type: ignore[arg-type]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(30))) == 10


# ---------------------------------------------------------------- what is left


def test_at_night_what_has_no_more_use_is_deleted(
    client: Client, kari: User, box: Postbox, as_worker: AsRole, as_owner: AsRole
) -> None:
    ask(client)
    ask(client, STRANGER)
    actions.make_link(user=kari)
    old = timezone.now() - choices.KEPT_AFTERWARDS - timedelta(minutes=1)
    with as_owner():
        LinkRequest.objects.filter(email=STRANGER).update(asked_at=old)
    with as_worker():
        actions.forget()
    assert (LinkRequest.objects.count(), SignInLink.objects.count()) == (1, 1)
    SignInLink.objects.update(expires_at=old)
    with as_worker():
        actions.forget()
    assert SignInLink.objects.count() == 0


def test_the_worker_sees_nobody_but_the_one_it_writes_to(kari: User, database: dict[str, str], as_worker: AsRole) -> None:
    from praksis.base.identity import Identity, acting

    User.objects.create(email=STRANGER, name="Ola")
    with as_worker():
        for purpose, key, seen in [("mail-link", KARI, [KARI]), ("mail-link", "", []), ("forget", KARI, []), ("", "", [])]:
            with acting(Identity(purpose=purpose, key=key)), transaction.atomic():
                assert list(User.objects.values_list("email", flat=True)) == seen


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.no", ("mail.example.no", 25, "", "", False, False)),
        ("smtp+tls://per%40x:p%3Aw@mail.example.no", ("mail.example.no", 587, "per@x", "p:w", True, False)),
        ("smtps://mail.example.no:4650", ("mail.example.no", 4650, "", "", False, True)),
    ],
)
def test_where_mail_is_sent_is_read_from_the_environment(url: str, expected: tuple[object, ...]) -> None:
    options = mailers({"EMAIL_URL": url})["default"]["OPTIONS"]
    assert tuple(options[name] for name in ("host", "port", "username", "password", "use_tls", "use_ssl")) == expected


def test_a_mail_address_that_says_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="begins with «http»"):
        mailers({"EMAIL_URL": "http://mail.example.no"})
    assert mailers({}) == {}
