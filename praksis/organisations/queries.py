"""Reads about members and hosts, and about who works there."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet, UUIDField, Value

from praksis.accounts.choices import Way
from praksis.accounts.models import User
from praksis.base.identity import NOBODY, Identity, acting, current
from praksis.base.sorting import norwegian
from praksis.organisations.choices import DECIDING_HOST_ROLES, LEADING_ROLES, MemberKind, Role
from praksis.organisations.models import HeldQuerySet, Host, HostContact, Invitation, Member, Membership, ResourcePerson, Unit

type Workplace = Member | Host
type Held = Membership | HostContact


def region() -> Member | None:
    """The region itself, once it is founded."""
    return Member.objects.filter(kind=MemberKind.REGION).first()


def needs_second_factor(user: User, way: str) -> bool:
    """Those who run things always; all staff who come by a link, which is no safer than their mailbox."""
    roles = set(user.memberships.current().values_list("role", flat=True)) - {Role.BOARD}
    by_link = way in (Way.MAIL, Way.TERMINAL, Way.FIRST_RUN, Way.INVITATION)
    return bool(roles & {Role.LEAD, Role.OPERATOR}) or (bool(roles) and by_link)


class RoleHeld(NamedTuple):
    """A role that counts today, and where: the id of a member or a host."""

    where: UUID
    role: str
    unit: UUID | None


def roles_held(user: User) -> list[RoleHeld]:
    """All of the user's roles, in one query."""
    at_members = user.memberships.current().annotate(where=F("member_id"), only=F("unit_id"))
    at_hosts = user.host_contacts.current().annotate(where=F("host_id"), only=Value(None, UUIDField()))
    columns = ("where", "role", "only")
    return [RoleHeld(*row) for row in at_members.values_list(*columns).union(at_hosts.values_list(*columns), all=True)]


def ids_of_units_within(units: Collection[UUID]) -> list[UUID]:
    """These units and those below them; no query where there are none."""
    return list(Unit.objects.within(units).order_by().values_list("pk", flat=True)) if units else []


def ids_led(roles: Iterable[RoleHeld]) -> set[UUID]:
    """The members and hosts where these roles let one say who works there: a lead's, those that decide at a host, and for an
    operator the members that have no lead."""
    held = list(roles)
    led = {one.where for one in held if one.role in LEADING_ROLES}
    return led | _without_lead() if any(one.role == Role.OPERATOR for one in held) else led


def _without_lead() -> set[UUID]:
    with acting(replace(current.get() or NOBODY, purpose="who-leads", key=Role.LEAD.value)):
        led = set(Membership.objects.current().filter(role=Role.LEAD).values_list("member_id", flat=True))
    return set(Member.objects.exclude(pk__in=led).values_list("pk", flat=True))


def workplaces_led(user: User) -> list[Workplace]:
    """The members and hosts where the user says who works there, by name."""
    ids = ids_led(roles_held(user))
    members, hosts = Member.objects.filter(pk__in=ids), Host.objects.filter(pk__in=ids)
    return [*members.order_by(norwegian("name")), *hosts.order_by(norwegian("name"))] if ids else []


def workplace_led(user: User, workplace_id: UUID) -> Workplace | None:
    """A member or host where the user says who works there."""
    return next((one for one in workplaces_led(user) if one.pk == workplace_id), None)


def held_to_change(user: User, held_id: UUID) -> Held | None:
    """Somebody's standing role at such a workplace."""
    led = ids_led(roles_held(user))
    at_member = Membership.objects.standing().filter(member__in=led).select_related("user", "member", "unit")
    at_host = HostContact.objects.standing().filter(host__in=led).select_related("user", "host")
    return at_member.filter(pk=held_id).first() or at_host.filter(pk=held_id).first()


@dataclass(frozen=True)
class Staff:
    """Who works at a workplace, those who have ended last, and the invitations that wait."""

    standing: list[Held]
    ended: list[Held]
    waiting: list[Invitation]
    units: list[Unit]
    resource_persons: list[ResourcePerson]


MOST_ENDED = 20


def staff_of(workplace: Workplace) -> Staff:
    """For those who lead the workplace, whom the database shows these rows."""
    held = roles_at(workplace).select_related("user").order_by(norwegian("user__name"), "role", "pk")
    units = workplace.units.select_related("above").order_by(norwegian("name")) if isinstance(workplace, Member) else []
    if isinstance(workplace, Member):
        held = held.select_related("user", "unit")
    standing = list(held.standing())
    ended = held.exclude(pk__in=[one.pk for one in standing])
    return Staff(
        standing=standing,
        ended=list(ended.order_by("-taken_back_at", "-ends_on", "pk")[:MOST_ENDED]),
        waiting=list(workplace.invitations.waiting().select_related("unit").order_by("-invited_at")),
        units=list(units),
        resource_persons=list(workplace.resource_persons.order_by(norwegian("name"), "id")),
    )


def roles_at(workplace: Workplace) -> HeldQuerySet[Any]:
    """All roles that anyone has or had there."""
    return workplace.memberships.all() if isinstance(workplace, Member) else workplace.contacts.all()


def ids_of_coordinators(member: Member) -> list[UUID]:
    """Who answers for what a member says: its coordinators, or its leads where it has none. Whoever acts learns the ids alone."""
    with acting(replace(current.get() or NOBODY, purpose="tell-member", key=str(member.pk))):
        held = Membership.objects.current().filter(member=member, role__in=(Role.COORDINATOR, Role.LEAD))
        found = list(held.order_by("user").values_list("user", "role"))
    coordinators = [user_id for user_id, role in found if role == Role.COORDINATOR]
    return coordinators or [user_id for user_id, _role in found]


def ids_of_deciding(host: Host) -> list[UUID]:
    """Who decides at a host, for what it must be told. Runs as the worker."""
    with acting(Identity(purpose="tell-host", key=str(host.pk))):
        deciding = HostContact.objects.current().filter(host=host, role__in=DECIDING_HOST_ROLES)
        return list(deciding.order_by("user").values_list("user", flat=True))


def waiting_invitation(digest: str) -> Invitation | None:
    """The invitation of a token that still works, with where it leads."""
    with acting(Identity(purpose="invitation", key=digest)):
        return Invitation.objects.waiting().filter(digest=digest).select_related("member", "host", "unit").first()


def resource_person_at(user: User, workplace: Workplace) -> ResourcePerson:
    """The user as a resource person there. Raises ResourcePerson.DoesNotExist."""
    with acting(Identity(user=str(user.pk))):
        return ResourcePerson.objects.get(user=user, pk__in=workplace.resource_persons.values("pk"))


def resource_persons_of(user: User) -> QuerySet[ResourcePerson]:
    """The user as a resource person, wherever that is."""
    return ResourcePerson.objects.filter(user=user).select_related("member", "host").order_by("id")
