"""Small examples to test with: each call makes one thing, with everything that the test does not care about filled in."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from praksis.accounts.models import User
from praksis.base.codes import Field, TargetGroup
from praksis.catalogue.actions import index_places, index_schemes
from praksis.catalogue.choices import Extent, PlaceStage, SeatRule
from praksis.catalogue.models import Place, Scheme, Seat
from praksis.organisations.choices import HostRole, MemberKind, Role
from praksis.organisations.models import Host, HostContact, Member, Membership

_numbers = count(800_000_000)


def example_host(**values: Any) -> Host:
    """A clinic in Bergen, on the map."""
    usual = {"name": "Sandvik legesenter", "field": Field.HEALTH, "municipality": "4601", "area": "Sandviken"}
    spot = {"latitude": 60.41, "longitude": 5.32}
    return Host.objects.create(**usual | spot | {"number": str(next(_numbers))} | values)


def example_place(
    *,
    host: Host | None = None,
    groups: Sequence[str] = (TargetGroup.APPRENTICE,),
    capacity: int = 2,
    taken: int = 0,
    **values: Any,
) -> Place:
    """An open place with one kind of seats, in the search index."""
    seat = Seat(kind="a", capacity=capacity, taken=taken, groups=list(groups), requires=values.pop("requires", []))
    return _stored(host or example_host(), [seat], values)


def example_tandem(*, host: Host | None = None, rule: str = SeatRule.WHOLE, **values: Any) -> Place:
    """An open tandem: one who maps (profession practice, apprentice) and one meal host (language practice, pupil)."""
    first = {"kind": "a", "role": "Du kartlegger", "groups": [TargetGroup.STUDENT_MANDATORY, TargetGroup.APPRENTICE]}
    second = {"kind": "b", "role": "Du er måltidsvert", "groups": [TargetGroup.LANGUAGE_PRACTICE, TargetGroup.PUPIL]}
    seats = [Seat(capacity=1, minimum=1, tasks="Du lærer mye.", **half) for half in (first, second)]
    return _stored(host or example_host(), seats, {"title": "Måltidsvenn", "rule": rule} | values)


def _stored(host: Host, seats: Sequence[Seat], values: dict[str, Any]) -> Place:
    usual = {
        "title": "Hjelp på legekontoret",
        "tasks": "Du tar imot pasienter og rydder på laboratoriet.",
        "field": host.field,
        "municipality": host.municipality,
        "season": "2027-spring",
        "extent": Extent.TWO_DAYS,
        "stage": PlaceStage.OPEN,
        "groups": sorted({group for seat in seats for group in seat.groups}),
        "seats_total": sum(seat.capacity for seat in seats),
        "seats_taken": sum(seat.taken for seat in seats),
    }
    place = Place.objects.create(host=host, **usual | values)
    for seat in seats:
        seat.place = place
    Seat.objects.bulk_create(seats)
    index_places([place])
    return place


def example_scheme(**values: Any) -> Scheme:
    """A course with practice, as a page of its own words it, in the search index."""
    usual = {
        "title": "Praksis i sammenliknende politikk",
        "institution": "Universitetet i Bergen",
        "target_group": TargetGroup.STUDENT_ELECTIVE,
        "source_url": "https://www.uib.no/emne/SAMPOL290",
        "source_date": "høst 2019",
    }
    scheme = Scheme.objects.create(**usual | values)
    index_schemes([scheme])
    return scheme


def example_user(name: str) -> User:
    return User.objects.create(name=name, email=f"{name.lower()}@example.org")


def example_contact(host: Host, name: str = "Alice", role: str = HostRole.CONTACT) -> User:
    """A user who acts for the host."""
    user = example_user(name)
    HostContact.objects.create(user=user, host=host, role=role)
    return user


def example_coordinator(name: str = "Karin", role: str = Role.COORDINATOR) -> User:
    """A user who coordinates at a member of the region."""
    member = Member.objects.get_or_create(name="Høgskulen", short_name="HVL", kind=MemberKind.UNIVERSITY)[0]
    user = example_user(name)
    Membership.objects.create(user=user, member=member, role=role)
    return user
