"""Sessions end: by being idle, at their longest, everywhere at once, and with what gave them their rights."""

import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import AsRole
from praksis.accounts import actions
from praksis.accounts.models import Session, User

MINE, HOME = reverse("accounts:my_sign_ins"), reverse("web:front")


@pytest.fixture
def kari(db: None) -> User:
    return User.objects.create(email="kari@example.no", name="Kari Prøve")


def signed_in(user: User, **how: Any) -> Client:
    client = Client(**how)
    client.force_login(user)
    return client


def is_in(client: Client) -> bool:
    return client.get(MINE).status_code == 200


def at(seconds: float) -> Callable[[], float]:
    """`time.time` as it will be then."""
    then = time.time() + seconds
    return lambda: then


def begun(client: Client, ago: timedelta) -> None:
    """Move the beginning of a session back."""
    session = client.session
    session["started_at"] = (timezone.now() - ago).isoformat()
    session.save()


def test_whoever_is_idle_is_signed_out_and_told(kari: User, settings: Any) -> None:
    client = signed_in(kari)
    begun(client, settings.SESSION_IDLE + timedelta(seconds=1))
    answer = client.get(MINE, follow=True)
    assert answer.redirect_chain == [(f"{reverse('accounts:sign_in')}?next={MINE}", 302)]
    assert "en stund siden du var her" in answer.content.decode()
    assert Session.objects.filter(user=kari).count() == 0


def test_whoever_is_not_idle_stays_as_long_as_a_session_lasts(kari: User, settings: Any, monkeypatch: Any) -> None:
    """Each answer renews the cookie, at most once a minute."""
    client = signed_in(kari)
    assert "seen" in client.get(HOME).cookies
    assert "seen" not in client.get(HOME).cookies
    begun(client, timedelta(hours=5))
    monkeypatch.setattr("django.core.signing.time.time", at(settings.SESSION_IDLE.total_seconds() - 5))
    assert "seen" in client.get(HOME).cookies
    assert is_in(client)
    monkeypatch.setattr("django.core.signing.time.time", at(2 * settings.SESSION_IDLE.total_seconds()))
    assert not is_in(client)


def test_the_cookie_of_another_session_keeps_none_alive(kari: User, settings: Any) -> None:
    client, other = signed_in(kari), signed_in(kari)
    other.get(HOME)
    begun(client, settings.SESSION_IDLE + timedelta(seconds=1))
    client.cookies["seen"] = other.cookies["seen"].value
    assert not is_in(client)


def test_looking_at_pages_does_not_change_the_session(kari: User) -> None:
    client = signed_in(kari)
    before = Session.objects.values().get()
    client.get(HOME)
    client.get(MINE)
    assert Session.objects.values().get() == before


def test_a_session_has_a_longest_end_however_busy_one_is(kari: User, settings: Any, as_worker: AsRole) -> None:
    client = signed_in(kari)
    ends = Session.objects.get().expire_date - timezone.now()
    assert settings.SESSION_LONGEST - timedelta(minutes=1) < ends <= settings.SESSION_LONGEST
    session = client.session
    session["something"] = 1
    session.save()
    assert Session.objects.get().expire_date - timezone.now() <= settings.SESSION_LONGEST
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_in(client)
    assert Session.objects.count() == 1
    with as_worker():
        actions.forget()
    assert Session.objects.count() == 0


def test_signing_out_everywhere_ends_all_sessions_of_ones_own(kari: User, caplog: pytest.LogCaptureFixture) -> None:
    ola = User.objects.create(email="ola@example.no", name="Ola Prøve")
    here, there, another = signed_in(kari), signed_in(kari), signed_in(ola)
    answer = here.post(reverse("accounts:sign_out_everywhere"), follow=True)
    assert "Du er logget ut i 2 nettlesere." in answer.content.decode()
    assert [is_in(client) for client in (here, there, another)] == [False, False, True]
    assert f"signed out everywhere: {kari.pk}" in caplog.messages


def test_the_operator_ends_the_sessions_of_one_or_of_everyone(
    kari: User, as_owner: AsRole, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ola = User.objects.create(email="ola@example.no", name="Ola Prøve")
    clients = signed_in(kari), signed_in(kari), signed_in(ola)
    with pytest.raises(CommandError, match="PRAKSIS_ROLE=owner"):
        call_command("end_sessions", everyone=True)
    settings.ROLE = "owner"
    with as_owner(), pytest.raises(CommandError, match="No one signs in"):
        call_command("end_sessions", "kai@example.no")
    assert [is_in(client) for client in clients] == [True, True, True]
    with as_owner():
        call_command("end_sessions", "Kari@example.no", stdout=StringIO())
    assert [is_in(client) for client in clients] == [False, False, True]
    with as_owner():
        call_command("end_sessions", everyone=True, stdout=StringIO())
    assert not is_in(clients[2])
    told = caplog.messages
    assert told == [f"2 sessions ended by the operator: {kari.pk}", "1 sessions ended by the operator: everyone's"]


def test_the_page_lists_ones_own_sessions_by_browser(kari: User) -> None:
    ola = User.objects.create(email="ola@example.no", name="Ola Prøve")
    for user, agent in [
        (kari, "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Firefox/140.0"),
        (ola, "Mozilla/5.0 (iPhone) Safari/605"),
    ]:
        token = actions.make_link(user=user)
        client = Client(headers={"user-agent": agent})
        client.post(reverse("accounts:follow_link", args=[token]))
    page = signed_in(kari).get(MINE).content.decode()
    assert "Firefox, Windows" in page
    assert "lenke fra driftsansvarlig" in page
    assert "iPhone" not in page
    assert page.count("(denne nettleseren)") == 1


def test_signing_in_gives_the_session_a_new_key(kari: User) -> None:
    client = Client()
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sessionid"] = planted = str(session.session_key)
    client.post(reverse("accounts:follow_link", args=[actions.make_link(user=kari)]))
    assert client.cookies["sessionid"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_a_user_who_is_closed_out_is_out_at_the_next_request(kari: User) -> None:
    client = signed_in(kari)
    assert is_in(client)
    User.objects.update(is_active=False)
    assert not is_in(client)
