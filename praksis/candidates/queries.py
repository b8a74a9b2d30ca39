"""Lists of people."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable

from praksis.accounts.models import User
from praksis.base.sorting import norwegian
from praksis.candidates.choices import PLACING_ROLES
from praksis.candidates.models import Candidate, Guardian
from praksis.organisations.models import Member

type Order = list[str | Combinable]

NAME: Order = [norwegian("last_name"), norwegian("first_name"), "pk"]

SORTS: dict[str, Order] = {
    "name": NAME,
    "reference": ["reference", *NAME],
    "year": ["birth_year", *NAME],
}


def members_placed_for(user: User) -> QuerySet[Member]:
    """The members whose people the user places, by name."""
    own = user.memberships.current().filter(role__in=PLACING_ROLES).values("member")
    return Member.objects.filter(pk__in=own).order_by(norwegian("name"))


def listed_candidates(user: User, words: str = "", group: str = "", sort: str = "name") -> QuerySet[Candidate]:
    """The people the user places, with needs and papers. Every word of `words` is in the name or the reference.

    `sort` is a key of SORTS, with a minus for the other way; anything else is by name.
    """
    found = Candidate.objects.placed_by(user)
    for word in words.split()[:5]:
        found = found.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(reference__icontains=word))
    if group:
        found = found.filter(needs__target_group=group).distinct()
    order = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    found = found.select_related("member", "user").prefetch_related("needs", "papers").order_by(*order)
    return found.reverse() if sort.startswith("-") else found


def candidate_to_change(user: User, candidate_id: UUID) -> Candidate | None:
    """Somebody the user places."""
    found = Candidate.objects.placed_by(user).select_related("member", "user").prefetch_related("needs__programme", "papers")
    return found.filter(pk=candidate_id).first()


def placing_roles(user: User) -> list[tuple[UUID, str]]:
    """The members whose people the user places, each with a role there."""
    placing = user.memberships.current().filter(role__in=PLACING_ROLES)
    return list(placing.order_by("member_id", "role").values_list("member_id", "role"))


def ids_of_people_owned(user: User) -> list[UUID]:
    """The candidates that the user is, or is a guardian of."""
    own = Candidate.objects.filter(user=user).order_by().values_list("pk", flat=True)
    wards = Guardian.objects.filter(user=user).values_list("candidate_id", flat=True)
    return list(own.union(wards).order_by())
