"""Who owes the second factor, and that nothing is shown before it is given."""

import time
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from praksis.accounts import factors
from praksis.accounts.actions import make_link
from praksis.accounts.choices import Way
from praksis.accounts.models import User
from praksis.candidates.models import Candidate
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Member, Membership

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MAKE, GIVE = reverse("accounts:set_up_second_factor"), reverse("accounts:second_factor")
MY_PAGE, PEOPLE = reverse("web:my_page"), reverse("candidates:candidates")


@pytest.fixture(autouse=True)
def in_earnest(db: None, settings: Any) -> None:
    """As outside the demo."""
    settings.SECOND_FACTOR = True


@pytest.fixture
def member(db: None) -> Member:
    made = Member.objects.create(name="Universitetet", short_name="UiX", kind=MemberKind.UNIVERSITY)
    Candidate.objects.create(member=made, first_name="Siri", last_name="Hemmelig")
    return made


def staff(member: Member, role: Role) -> User:
    user = User.objects.create(email=f"{role}@example.no", name=f"Prøve {role}")
    Membership.objects.create(user=user, member=member, role=role)
    return user


def came(user: User, way: str) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session["way"] = way
    session.save()
    return client


@pytest.mark.parametrize(
    ("role", "way", "owes"),
    [
        (Role.LEAD, Way.FEIDE, True),
        (Role.OPERATOR, Way.FEIDE, True),
        (Role.LEAD, Way.MAIL, True),
        (Role.COORDINATOR, Way.MAIL, True),
        (Role.COUNSELLOR, Way.TERMINAL, True),
        (Role.COUNSELLOR, Way.FEIDE, False),
        (Role.BOARD, Way.MAIL, False),
        (Role.LEAD, "", True),
    ],
)
def test_who_owes_it(member: Member, role: Role, way: str, *, owes: bool) -> None:
    answer = came(staff(member, role), way).get(MY_PAGE)
    assert answer.status_code == (302 if owes else 200)
    assert not owes or answer.headers["Location"] == MAKE


def test_whoever_places_nobody_owes_none() -> None:
    assert came(User.objects.create(email="ola@example.no", name="Ola"), Way.MAIL).get(MY_PAGE).status_code == 200


def test_nothing_is_shown_or_done_before_it_is_given(member: Member) -> None:
    client = came(staff(member, Role.LEAD), Way.MAIL)
    for path in (PEOPLE, reverse("rounds:rounds"), reverse("accounts:my_sign_ins"), reverse("web:front")):
        assert client.get(path).headers["Location"] == MAKE
        assert client.post(path).headers["Location"] == MAKE
    page = client.get(MAKE)
    assert page.status_code == 200
    assert "Hemmelig" not in page.content.decode()
    missing = client.get("/no-such-page/")
    assert missing.status_code == 404
    assert client.post(reverse("accounts:sign_out")).status_code == 302


def test_once_given_all_is_open(member: Member) -> None:
    lead = staff(member, Role.LEAD)
    app = pyotp.TOTP(SECRET)
    factors.set_up_factor(user=lead, secret=SECRET, code=app.at(time.time() - 30))
    client = Client()
    client.post(reverse("accounts:follow_link", args=[make_link(user=lead)]))
    assert client.get(PEOPLE).headers["Location"] == GIVE
    client.post(GIVE, {"code": app.now()})
    assert "Hemmelig" in client.get(PEOPLE).content.decode()


def test_a_link_of_the_terminal_lets_it_be_put_off_and_one_by_mail_does_not(member: Member) -> None:
    lead = staff(member, Role.LEAD)
    for way, opens in ((Way.TERMINAL, True), (Way.FIRST_RUN, True), (Way.MAIL, False), (Way.FEIDE, False)):
        client = came(lead, way)
        assert ("Ikke nå" in client.get(MAKE).content.decode()) == opens
        client.post(reverse("accounts:put_off_second_factor"))
        assert (client.get(PEOPLE).status_code == 200) == opens


def test_whoever_is_made_a_lead_owes_it_at_the_next_request(member: Member) -> None:
    user = staff(member, Role.COUNSELLOR)
    client = came(user, Way.FEIDE)
    assert client.get(PEOPLE).status_code == 200
    Membership.objects.create(user=user, member=member, role=Role.LEAD)
    assert client.get(PEOPLE).headers["Location"] == MAKE


def test_what_a_membership_gave_ends_with_it_at_the_next_request(member: Member) -> None:
    user = staff(member, Role.COUNSELLOR)
    client = came(user, Way.FEIDE)
    assert "Hemmelig" in client.get(PEOPLE).content.decode()
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(user=user).update(starts_on=yesterday, ends_on=yesterday)
    assert client.get(PEOPLE).status_code == 404
    assert "Hemmelig" not in client.get(MY_PAGE).content.decode()
