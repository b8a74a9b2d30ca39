"""Who may change a place, and what a place's seats must keep to."""

from collections.abc import Collection, Sequence

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from praksis.accounts.models import User
from praksis.base.codes import CONFIDENTIAL_GROUPS
from praksis.catalogue.choices import PlaceStage
from praksis.catalogue.models import Place, Scheme, Seat, Source
from praksis.organisations.choices import DECIDING_HOST_ROLES, Role, SeenBy
from praksis.organisations.models import Host, Member

type Reader = User | AnonymousUser

APPROVING_ROLES = {Role.COORDINATOR, Role.LEAD}


def may_see_host_places(user: Reader, host: Host) -> bool:
    """The host's own side: whoever acts for the host, in any role."""
    return isinstance(user, User) and host.contacts.current().filter(user=user).exists()


def may_offer_for(user: Reader, host: Host) -> bool:
    """Whether what this user offers for the host stands at once: those who decide there."""
    return isinstance(user, User) and host.contacts.current().filter(user=user, role__in=DECIDING_HOST_ROLES).exists()


def may_approve_places(user: Reader) -> bool:
    """Let offered places out: coordinators and leads of the members."""
    return isinstance(user, User) and user.memberships.current().filter(role__in=APPROVING_ROLES).exists()


def may_see_experience(user: Reader, host: Host) -> bool:
    """As far as the host lets its experience be known: those who decide there, the members' coordinators too, or everyone."""
    if host.experience_seen_by == SeenBy.ALL:
        return True
    told_members = host.experience_seen_by == SeenBy.MEMBERS and may_approve_places(user)
    return told_members or may_offer_for(user, host)


def may_follow_register(user: Reader) -> bool:
    """See what Enhetsregisteret has told, and have it read now: those who keep the system running."""
    return isinstance(user, User) and user.memberships.current().filter(role=Role.OPERATOR).exists()


def members_coordinated(user: Reader) -> QuerySet[Member]:
    """The members whose schemes the user answers for: where they are coordinator or lead."""
    if not isinstance(user, User):
        return Member.objects.none()
    where = user.memberships.current().filter(role__in=APPROVING_ROLES)
    return Member.objects.filter(pk__in=where.order_by().values("member"))


def may_edit_scheme(user: Reader, scheme: Scheme) -> bool:
    """Change, confirm, stop a scheme: the coordinators and leads of its owner. One that nobody owns, any of them, who thereby
    takes it over for their own member."""
    own = members_coordinated(user)
    return (own.filter(pk=scheme.owner_id) if scheme.owner_id else own).exists()


def may_edit_source(user: Reader, source: Source) -> bool:
    """Change, remove and bring back a source, and see a file that is not shown: coordinators and leads of who added it."""
    return members_coordinated(user).filter(pk=source.member_id).exists()


def may_edit_place(user: Reader, place: Place) -> bool:
    """Change or close a place: those who decide at its host, and the members' coordinators."""
    return may_offer_for(user, place.host) or may_approve_places(user)


def may_see_place(user: Reader, place: Place) -> bool:
    """An open place at a host that exists is everyone's; any other only theirs who may change it."""
    return (place.stage == PlaceStage.OPEN and place.host.closed_on is None) or may_edit_place(user, place)


def may_see_host(user: Reader, host: Host) -> bool:
    """A host that only an unchecked offer has named is seen by nobody but those who check it."""
    known = host.agreement_signed_on or host.closed_on or host.asks_welcome or host.places.filter(stage=PlaceStage.OPEN).exists()
    return bool(known) or may_offer_for(user, host) or may_approve_places(user)


def seat_problem(*, capacity: int, minimum: int) -> str:
    """What is wrong with the numbers of one kind of seat, in a sentence; empty when nothing is."""
    if capacity < 1:
        return _("Skriv hvor mange dere kan ta imot, minst én.")
    if minimum > capacity:
        return _("Dere kan ikke kreve flere enn dere har plass til. Sett minst til %(capacity)d eller lavere.") % {
            "capacity": capacity
        }
    return ""


def taken_problem(seat: Seat) -> str:
    """Seats that people have been given cannot be taken back by changing a number."""
    if seat.capacity >= seat.taken:
        return ""
    return _("%(taken)d er allerede tildelt. Sett antallet til %(taken)d eller høyere.") % {"taken": seat.taken}


def half_problem(groups: Collection[str]) -> str:
    """Half of a tandem may not be open to confidential groups alone: then everyone could guess where its person comes from."""
    if groups and CONFIDENTIAL_GROUPS.issuperset(groups):
        return _("Åpne halvdelen for en gruppe til, for eksempel lærling. Da kan ingen gjette hvilken ordning noen kommer fra.")
    return ""


def seats_problems(seats: Sequence[Seat]) -> list[str]:
    """Everything wrong with the seats of one place, taken together, in sentences."""
    numbers = [seat_problem(capacity=seat.capacity, minimum=seat.minimum) for seat in seats]
    halves = [half_problem(seat.groups) for seat in seats] if len(seats) > 1 else []
    few = [taken_problem(seat) for seat in seats]
    return [problem for problem in [*numbers, *halves, *few] if problem]
