"""A counsellor who is limited to a unit: the people of that unit and of the units below it, and nobody else's."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from praksis.accounts.models import User
from praksis.base.identity import acting
from praksis.base.trail import reads_about
from praksis.candidates.actions import add_need
from praksis.candidates.models import Candidate, Need
from praksis.candidates.rules import may_place_for, may_place_in
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Member, Membership, Programme, Unit
from praksis.web.middleware import identity_of

pytestmark = pytest.mark.django_db
NEED = {"target_group": "student_elective", "field": "health", "season": "2027-spring", "municipality": "4601"}


@dataclass
class Faculty:
    member: Member
    top: Unit
    below: Unit
    vera: User
    client: Client


@pytest.fixture
def faculty() -> Faculty:
    """One person in the faculty's department, one in no unit, one at another member; Vera is there for the faculty alone."""
    member = Member.objects.create(name="Universitetet", short_name="UiB", kind=MemberKind.UNIVERSITY)
    other = Member.objects.create(name="NAV", short_name="NAV", kind=MemberKind.NAV)
    top = Unit.objects.create(member=member, name="Fakultetet")
    below = Unit.objects.create(member=member, name="Instituttet", above=top)
    vera = User.objects.create(name="Vera", email="vera@example.no")
    Membership.objects.create(user=vera, member=member, role=Role.COUNSELLOR, unit=top)
    for name, owner, unit in (("Inne", member, below), ("Ute", member, None), ("Annen", other, None)):
        made = Candidate.objects.create(member=owner, unit=unit, first_name=name, last_name="Nordmann")
        Need.objects.create(candidate=made, member=owner, target_group="student_elective", field="health", season="2027-spring")
    client = Client()
    client.force_login(vera)
    return Faculty(member, top, below, vera, client)


def person(**more: Any) -> dict[str, Any]:
    return {"first_name": "Ny", "last_name": "Person", "language": "nb", **NEED, **more}


def test_she_sees_and_changes_the_units_people_alone(faculty: Faculty) -> None:
    page = faculty.client.get(reverse("candidates:candidates")).content.decode()
    assert ("Inne" in page, "Ute" in page, "Annen" in page) == (True, False, False)
    assert "Fra regneark" not in page
    pages = {one.first_name: reverse("candidates:candidate", args=[one.pk]) for one in Candidate.objects.all()}
    assert {name: faculty.client.get(address).status_code for name, address in pages.items()} == {
        "Inne": 200,
        "Ute": 404,
        "Annen": 404,
    }


def test_the_trail_says_that_she_looked_as_staff(faculty: Faculty) -> None:
    inside = Candidate.objects.get(first_name="Inne")
    faculty.client.get(reverse("candidates:candidate", args=[inside.pk]))
    assert [entry.read_by for entry in reads_about([inside.pk])] == ["staff"]


def test_each_lock_holds_her_alone(faculty: Faculty) -> None:
    assert [one.first_name for one in Candidate.objects.placed_by(faculty.vera)] == ["Inne"]
    with acting(identity_of(faculty.vera)), transaction.atomic():
        assert [one.first_name for one in Candidate.objects.all()] == ["Inne"]
        assert Need.objects.count() == 1


def test_she_adds_people_to_her_units_and_to_no_other(faculty: Faculty) -> None:
    other = Unit.objects.create(member=faculty.member, name="Et annet fakultet")
    address = reverse("candidates:new_candidate", args=[faculty.member.pk])
    for unit, status in ((faculty.below.pk, 302), (other.pk, 422), ("", 422)):
        assert faculty.client.post(address, person(unit=unit)).status_code == status
    assert Candidate.objects.get(first_name="Ny").unit == faculty.below
    with acting(identity_of(faculty.vera)), pytest.raises(IntegrityError), transaction.atomic():
        Candidate.objects.create(member=Member.objects.get(name="NAV"), unit=faculty.top, first_name="Smug", last_name="Inn")


def test_she_does_what_concerns_one_person_and_nothing_that_concerns_the_whole_member(faculty: Faculty) -> None:
    assert not may_place_for(faculty.vera, faculty.member.pk)
    assert may_place_in(faculty.vera, faculty.member.pk, faculty.below.pk)
    assert not may_place_in(faculty.vera, faculty.member.pk, None)
    assert faculty.client.get(reverse("candidates:from_spreadsheet", args=[faculty.member.pk])).status_code == 404


def test_the_programmes_unit_is_the_persons_who_has_none(faculty: Faculty) -> None:
    kari = User.objects.create(name="Kari", email="kari@example.no")
    Membership.objects.create(user=kari, member=faculty.member, role=Role.COORDINATOR)
    programme = Programme.objects.create(member=faculty.member, unit=faculty.below, name="Geologi", field="ocean")
    for name in ("Ute", "Inne"):
        one = Candidate.objects.get(first_name=name)
        add_need(candidate=one, need={**NEED, "field": "ocean", "programme": programme}, by=kari)
        assert Candidate.objects.get(pk=one.pk).unit == faculty.below
