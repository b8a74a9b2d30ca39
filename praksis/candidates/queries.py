"""Lists of people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.codes import ReadKind
from praksis.base.models import Pseudonym, TrailEntry
from praksis.base.sorting import norwegian
from praksis.candidates.choices import PLACING_ROLES, CorrectionState
from praksis.candidates.models import Candidate, Correction, Guardian, placing_units
from praksis.candidates.rules import may_place_for
from praksis.organisations.models import Member, Unit

type Order = list[str | Combinable]

NAME: Order = [norwegian("last_name"), norwegian("first_name"), "pk"]

SORTS: dict[str, Order] = {
    "name": NAME,
    "reference": ["reference", *NAME],
    "year": ["birth_year", *NAME],
}


def members_placed_for(user: User, *, whole: bool = False) -> QuerySet[Member]:
    """The members whose people the user places, by name; `whole`: only where it is all of them, and not one unit's."""
    own = user.memberships.current().filter(role__in=PLACING_ROLES)
    own = own.filter(unit__isnull=True) if whole else own
    return Member.objects.filter(pk__in=own.values("member")).order_by(norwegian("name"))


def units_to_choose(user: User, member: Member) -> tuple[QuerySet[Unit], bool]:
    """The units that the user may give a person at this member, by name, and whether one of them must be given."""
    whole = may_place_for(user, member.pk)
    units = member.units.all() if whole else member.units.filter(pk__in=placing_units(user))
    return units.order_by(norwegian("name")), not whole


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


MOST_ANSWERED = 20


def waiting_corrections(user: User) -> QuerySet[Correction]:
    """What people whom the user places ask to have corrected, those who have waited longest first."""
    return corrections_of(user).filter(state=CorrectionState.WAITING).order_by("asked_at", "pk")


def answered_corrections(user: User) -> QuerySet[Correction]:
    """The last that were answered."""
    return corrections_of(user).exclude(state=CorrectionState.WAITING).order_by("-answered_at", "pk")[:MOST_ANSWERED]


def corrections_of(user: User) -> QuerySet[Correction]:
    """What people whom the user places have asked for."""
    return Correction.objects.filter(candidate__in=Candidate.objects.placed_by(user)).select_related("candidate__member")


LOG_DAYS = 30
"""How far back the log shows where no day is chosen."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What to show of the log. What is empty holds nothing back, but for lists: shown for one person, or when asked for."""

    staff: User | None = None
    day: date | None = None
    lists: bool = False
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """An entry of the trail with names, where they are known still: `reader` is empty for who is none of the staff."""

    entry: TrailEntry
    reader: str
    person: Candidate | None


def staff_of(members: Iterable[UUID]) -> QuerySet[User]:
    """Everyone who works for the members, or did, by name."""
    return User.objects.filter(memberships__member__in=members).distinct().order_by(norwegian("name"), "pk")


def access_log(members: Iterable[UUID], only: LogFilter) -> QuerySet[TrailEntry]:
    """What was looked at in these members, and refused to their staff, the newest first."""
    entries = TrailEntry.objects.filter(member__in=members, at__gte=timezone.now() - timedelta(days=LOG_DAYS))
    if only.day:
        begins = timezone.make_aware(datetime.combine(only.day, time.min))
        entries = TrailEntry.objects.filter(member__in=members, at__gte=begins, at__lt=begins + timedelta(days=1))
    entries = entries.exclude(kind=ReadKind.CHANGE)
    if only.person:
        entries = entries.filter(person__in=_pseudonyms_of(only.person, members))
    elif not only.lists:
        entries = entries.exclude(kind=ReadKind.LIST)
    if only.staff:
        entries = entries.filter(actor__in=_pseudonyms_of(only.staff.pk, members))
    return entries.order_by("-at", "pk")


def _pseudonyms_of(subject: UUID, members: Iterable[UUID]) -> QuerySet[Pseudonym, UUID]:
    return Pseudonym.objects.filter(subject=subject, member__in=members).values_list("pk", flat=True)


def looks(user: User, members: Iterable[UUID], entries: Iterable[TrailEntry]) -> list[Look]:
    """The entries with names, in three queries, however many."""
    listed = list(entries)
    masks = {mask for entry in listed for mask in (entry.actor, entry.person) if mask}
    known = dict(Pseudonym.objects.filter(pk__in=masks).values_list("pk", "subject"))
    people = Candidate.objects.placed_by(user).in_bulk(list(known.values()))
    staff = {one.pk: one.name for one in User.objects.filter(memberships__member__in=members, pk__in=list(known.values()))}
    return [_look(entry, known, people, staff) for entry in listed]


def _look(entry: TrailEntry, known: Mapping[UUID, UUID], people: Mapping[UUID, Candidate], staff: Mapping[UUID, str]) -> Look:
    reader, person = known.get(entry.actor), known.get(entry.person) if entry.person else None
    return Look(entry, staff.get(reader, "") if reader else "", people.get(person) if person else None)


def ids_of_people_owned(user: User) -> list[UUID]:
    """The candidates that the user is, or is a guardian of."""
    own = Candidate.objects.filter(user=user).order_by().values_list("pk", flat=True)
    wards = Guardian.objects.filter(user=user).values_list("candidate_id", flat=True)
    return list(own.union(wards).order_by())
