"""The members with units and programmes, and their staff. Names of institutions are real; the people are made up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from praksis.accounts.models import User
from praksis.base.codes import TargetGroup
from praksis.demo.draw import Draw
from praksis.demo.people import full_name
from praksis.demo.texts import read
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Member, Membership, Programme, Unit

PLACES_PEOPLE = {
    MemberKind.NAV: TargetGroup.WORK_TRAINING,
    MemberKind.MUNICIPALITY: TargetGroup.LANGUAGE_PRACTICE,
    MemberKind.SCHOOL: TargetGroup.PUPIL,
}
"""Members whose people are all of one group; the others have a programme for each."""


@dataclass(frozen=True)
class Source:
    """Where people of one group come from: a member, perhaps a programme with its topic and field, with a weight."""

    member: Member
    group: TargetGroup
    weight: float
    municipality: str = ""
    programme: Programme | None = None
    topic: str = ""


@dataclass
class Members:
    """All members, by name, and what belongs to them."""

    members: dict[str, Member] = field(default_factory=dict)
    units: list[Unit] = field(default_factory=list)
    programmes: list[Programme] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)

    @property
    def region(self) -> Member:
        return next(member for member in self.members.values() if member.kind == MemberKind.REGION)


def build_members(draw: Draw) -> Members:
    """All members, each with a coordinator, so that each can publish its own part of a round."""
    found = Members()
    for row in read("members")["member"]:
        member = Member(id=draw.uuid(), name=row["name"], short_name=row["short"], kind=row["kind"])
        found.members[member.name] = member
        found.units += [Unit(id=draw.uuid(), member=member, name=name) for name in row.get("units", [])]
        found.sources += _sources(draw, member, row)
        if member.kind not in {MemberKind.REGION, MemberKind.WELFARE}:
            _add_coordinator(draw, found, member)
    found.programmes = [source.programme for source in found.sources if source.programme]
    return found


def _sources(draw: Draw, member: Member, row: dict[str, Any]) -> Iterator[Source]:
    for name, topic, field_, group, weight in row.get("programmes", []):
        programme = Programme(id=draw.uuid(), member=member, name=name, field=field_)
        yield Source(member, TargetGroup(group), weight, programme=programme, topic=topic)
    if member.kind in PLACES_PEOPLE:
        yield Source(member, PLACES_PEOPLE[MemberKind(member.kind)], row["share"], municipality=row["municipality"])


def _add_coordinator(draw: Draw, found: Members, member: Member) -> None:
    number = len(found.users) + 1
    user = User(id=draw.uuid(), name=full_name(draw), email=f"koordinator{number}@praksistorget.example")
    found.users.append(user)
    found.memberships.append(Membership(id=draw.uuid(), user=user, member=member, role=Role.COORDINATOR))
