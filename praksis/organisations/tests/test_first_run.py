"""An empty region is opened once, with the token from the terminal."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from praksis.accounts.actions import make_link
from praksis.accounts.models import User
from praksis.organisations.models import Member

FILLED = {"name": "Bergensregionen", "operator_name": "Kari Prøve", "operator_email": "Kari@Example.no"}

pytestmark = pytest.mark.django_db


def first_run(token: str) -> str:
    return reverse("organisations:first_run", args=[token])


def test_the_token_opens_a_page_that_names_the_region_and_makes_the_operator(client: Client) -> None:
    page = first_run(make_link(user=None))
    assert client.get(page).status_code == 200
    assert client.post(page, FILLED).headers["Location"] == reverse("web:my_page")
    operator = User.objects.get()
    assert operator.email == "kari@example.no"
    assert client.session["_auth_user_id"] == str(operator.pk)
    assert sorted(operator.memberships.values_list("role", "member__name")) == [
        ("coordinator", "Bergensregionen"),
        ("operator", "Bergensregionen"),
    ]


def test_what_is_missing_is_said_and_what_was_written_stays(client: Client) -> None:
    page = first_run(make_link(user=None))
    answer = client.post(page, FILLED | {"operator_email": "kari"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Kari Prøve" in text
    assert "error-summary" in text
    assert not Member.objects.exists()
    assert client.post(page, FILLED).status_code == 302


def test_the_page_is_gone_once_the_region_is_there(client: Client) -> None:
    page = first_run(make_link(user=None))
    client.post(page, FILLED)
    assert Client().get(page).status_code == 404
    assert Client().get(first_run(make_link(user=None))).status_code == 404


def test_a_wrong_token_opens_nothing(client: Client) -> None:
    assert client.get(first_run("guessed")).status_code == 404


def test_the_command_prints_a_link_only_while_there_is_no_region(client: Client) -> None:
    out = StringIO()
    call_command("first_run_link", "http://127.0.0.1:8000", stdout=out)
    path = out.getvalue().strip().removeprefix("http://127.0.0.1:8000")
    client.post(path, FILLED)
    again = StringIO()
    call_command("first_run_link", "http://127.0.0.1:8000", stdout=again)
    assert again.getvalue() == ""
