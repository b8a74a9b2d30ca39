"""Who may note what a programme lacks, and tell of what stood in a scheme's way."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from praksis.accounts.models import User
from praksis.catalogue.models import Scheme
from praksis.organisations.choices import Role
from praksis.organisations.models import Member
from praksis.ways.models import Gap

type Reader = User | AnonymousUser

NOTING_ROLES = (Role.COORDINATOR, Role.LEAD)


def members_noted_for(user: Reader) -> QuerySet[Member]:
    """The members that the user may note a need for: where they are coordinator or lead."""
    if not isinstance(user, User):
        return Member.objects.none()
    where = user.memberships.current().filter(role__in=NOTING_ROLES)
    return Member.objects.filter(pk__in=where.order_by().values("member"))


def may_note_for(user: Reader, member: Member) -> bool:
    return members_noted_for(user).filter(pk=member.pk).exists()


def may_change_gap(user: Reader, gap: Gap) -> bool:
    """Start a draft from it, close it: its own member's coordinators and leads."""
    return may_note_for(user, gap.member)


def may_tell_of(user: Reader, scheme: Scheme) -> bool:
    """Tell what stood in its way: the coordinators and leads of the scheme's owner."""
    return scheme.owner is not None and may_note_for(user, scheme.owner)
