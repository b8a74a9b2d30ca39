"""Invitations by e-mail: the worker makes the token when it writes the letter, so that nobody else ever holds it."""

import smtplib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import AsRole
from praksis.accounts.models import User
from praksis.accounts.tests.postbox import Postbox, postbox
from praksis.base.mailing import mailers
from praksis.organisations import actions
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Invitation, Member, Membership

NEW = "ny@example.no"
RunJobs = Callable[[], int]


@pytest.fixture(scope="module")
def mail_server() -> Iterator[tuple[Postbox, str]]:
    with postbox() as opened:
        yield opened


@pytest.fixture
def box(mail_server: tuple[Postbox, str], settings: Any) -> Postbox:
    box, url = mail_server
    box.letters.clear()
    box.is_shut = False
    settings.MAILERS = mailers({"EMAIL_URL": url})
    return box


@pytest.fixture
def lead(db: None) -> Client:
    member = Member.objects.create(name="Universitetet", short_name="UiB", kind=MemberKind.UNIVERSITY)
    user = User.objects.create(name="Lise", email="lise@example.no")
    Membership.objects.create(user=user, member=member, role=Role.LEAD)
    client = Client()
    client.force_login(user)
    return client


def invite(lead: Client) -> str:
    """The page with the list afterwards."""
    page = reverse("organisations:invite", args=[Member.objects.get().pk])
    answer: Any = lead.post(
        page, {"email": NEW, "role": "counsellor", "starts_on": timezone.localdate().isoformat()}, follow=True
    )
    return str(answer.content.decode())


def test_an_invitation_goes_by_mail_and_is_accepted_from_there(lead: Client, box: Postbox, run_jobs: RunJobs) -> None:
    shown = invite(lead)
    assert f"Invitasjonen sendes nå til {NEW}" in shown
    assert "er ikke sendt ennå" in shown
    assert "/invitasjon/" not in shown
    assert run_jobs() == 1
    letter = box.letters[0]
    assert (letter["To"], letter["Subject"]) == (NEW, "Invitasjon til Praksistorget")
    assert "Universitetet i Praksistorget, som veileder" in box.text()
    assert "Sendt på e-post" in lead.get(reverse("organisations:staff", args=[Member.objects.get().pk])).content.decode()
    newcomer, link = Client(), box.link(under="invitasjon")
    assert newcomer.post(link, {"name": "Ny Veileder"}).headers["Location"] == reverse("web:my_page")
    assert Client().post(link, {"name": "En til"}).status_code == 410


def test_no_table_and_no_job_ever_holds_the_token_or_the_address(lead: Client, box: Postbox, as_worker: AsRole) -> None:
    invite(lead)
    one = _only()
    with as_worker(), connection.cursor() as cursor:
        actions.mail_invitation(one.pk)
        cursor.execute("select args::text from procrastinate_jobs where task_name = 'organisations.mail_invitation'")
        queued = str(cursor.fetchall())
    token = box.link(under="invitasjon").strip("/").rpartition("/")[2]
    assert len(token) > 40
    assert token not in queued + str(list(Invitation.objects.values()))
    assert NEW not in queued


def test_it_is_sent_once_and_not_when_it_was_taken_back(lead: Client, box: Postbox, as_worker: AsRole, as_owner: AsRole) -> None:
    invite(lead)
    one, box.is_shut = _only(), True
    with as_worker(), pytest.raises(smtplib.SMTPException):
        actions.mail_invitation(one.pk)
    assert _only().mailed_at is None
    box.is_shut = False
    with as_worker():
        actions.mail_invitation(one.pk)
        actions.mail_invitation(one.pk)
    assert len(box.letters) == 1
    invite(lead)
    with as_owner():
        again = Invitation.objects.waiting().get()
    actions.withdraw_invitation(invitation=again, by=User.objects.get(email="lise@example.no"))
    with as_worker():
        actions.mail_invitation(again.pk)
    assert len(box.letters) == 1


def _only() -> Invitation:
    return Invitation.objects.waiting().get()
