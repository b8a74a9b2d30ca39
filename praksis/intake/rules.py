"""Who may take in a member's schemes, and who may say that two schemes are one."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from praksis.accounts.models import User
from praksis.catalogue.models import Scheme
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Member

type Reader = User | AnonymousUser

TAKING_IN = (Role.COORDINATOR, Role.LEAD)


def members_taken_in_for(user: Reader) -> QuerySet[Member]:
    """The members whose schemes the user may take in: where they are coordinator or lead."""
    if not isinstance(user, User):
        return Member.objects.none()
    where = user.memberships.current().filter(role__in=TAKING_IN)
    return Member.objects.filter(pk__in=where.order_by().values("member"))


def may_take_in_for(user: Reader, member_id: UUID) -> bool:
    return members_taken_in_for(user).filter(pk=member_id).exists()


def may_judge_pairs(user: Reader) -> bool:
    """See which schemes may be the same: coordinators and leads of any member."""
    return members_taken_in_for(user).exists()


def owners_judged_for(user: Reader) -> set[UUID | None]:
    """Whose schemes the user may say something of: their own members', and those that nobody owns."""
    return {None, *members_taken_in_for(user).values_list("pk", flat=True)}


def may_judge(user: Reader, one: Scheme, other: Scheme) -> bool:
    """Say that two are different: whoever answers for either. For the region's own staff, any two."""
    judged = owners_judged_for(user)
    return may_judge_pairs(user) and (bool({one.owner_id, other.owner_id} & judged) or _of_the_region(user))


def may_merge(user: Reader, gone: Scheme) -> bool:
    """Let one scheme go into another: whoever answers for the one that goes. For the region's own staff, any."""
    return may_judge_pairs(user) and (gone.owner_id in owners_judged_for(user) or _of_the_region(user))


def _of_the_region(user: Reader) -> bool:
    return members_taken_in_for(user).filter(kind=MemberKind.REGION).exists()
