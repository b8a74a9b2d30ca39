"""A sign-in link lets its owner in once, when its button is pressed, and nobody else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from praksis.accounts.actions import make_link, use_link
from praksis.accounts.models import SignInLink, User


@pytest.fixture
def kari(db: None) -> User:
    return User.objects.create(email="kari@example.no", name="Kari Prøve")


def page_of(token: str) -> str:
    return reverse("accounts:follow_link", args=[token])


def test_opening_the_link_does_not_sign_in_but_its_button_does(client: Client, kari: User) -> None:
    page = page_of(make_link(user=kari))
    assert client.get(page).status_code == 200
    assert "_auth_user_id" not in client.session
    assert client.post(page).headers["Location"] == reverse("web:my_page")
    assert client.session["_auth_user_id"] == str(kari.pk)


def test_the_link_works_once(client: Client, kari: User) -> None:
    page = page_of(make_link(user=kari))
    client.post(page)
    other = Client()
    answer = other.post(page)
    assert answer.status_code == 410
    assert "Be om en ny" in answer.content.decode()
    assert "_auth_user_id" not in other.session


def test_of_many_who_use_it_at_once_one_gets_in(kari: User) -> None:
    token = make_link(user=kari)

    def use() -> bool:
        try:
            return use_link(token=token, first_run=False) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        got_in = list(pool.map(lambda _: use(), range(16)))
    assert sum(got_in) == 1


def test_an_old_link_is_refused(client: Client, kari: User) -> None:
    token = make_link(user=kari)
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(page_of(token)).status_code == 410


def test_a_new_link_ends_the_one_before(client: Client, kari: User) -> None:
    first, second = make_link(user=kari), make_link(user=kari)
    assert client.get(page_of(first)).status_code == 410
    assert client.get(page_of(second)).status_code == 200


def test_the_table_of_links_gives_nobody_a_way_in(kari: User) -> None:
    token = make_link(user=kari)
    assert token not in str(SignInLink.objects.values())


def test_someone_who_was_closed_out_cannot_use_a_link(client: Client, kari: User) -> None:
    token = make_link(user=kari)
    User.objects.update(is_active=False)
    assert client.post(page_of(token)).status_code == 410


def test_a_link_of_the_first_run_signs_nobody_in(client: Client, kari: User) -> None:
    assert client.post(page_of(make_link(user=None))).status_code == 410


def test_the_command_prints_a_link_that_works(client: Client, kari: User) -> None:
    out = StringIO()
    call_command("signin_link", "KARI@example.no", "http://127.0.0.1:8000/", stdout=out)
    path = out.getvalue().strip().removeprefix("http://127.0.0.1:8000")
    assert client.post(path).status_code == 302


def test_the_command_says_whom_it_does_not_know(kari: User) -> None:
    with pytest.raises(CommandError, match=r"ola@example\.no"):
        call_command("signin_link", "ola@example.no", "http://127.0.0.1:8000")


def test_signing_out(client: Client, kari: User) -> None:
    client.force_login(kari)
    assert client.get(reverse("accounts:sign_out")).status_code == 405
    answer = client.post(reverse("accounts:sign_out"))
    assert "_auth_user_id" not in client.session
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"', "so that nobody comes back by the browser's own memory"
    assert "Clear-Site-Data" not in client.get("/").headers
