"""Reads that combine rooms: who is reading, what waits for them, the front page."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Count, F, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.charts import tile_unit
from praksis.base.codes import TargetGroup
from praksis.base.sorting import norwegian
from praksis.candidates.choices import PLACING_ROLES
from praksis.candidates.models import Candidate
from praksis.candidates.queries import waiting_corrections
from praksis.catalogue.choices import PlaceStage, SeatRule
from praksis.catalogue.models import Place, Scheme, Seat
from praksis.catalogue.queries import hosts_closed_lately
from praksis.catalogue.rules import APPROVING_ROLES
from praksis.organisations.choices import DECIDING_HOST_ROLES, Role
from praksis.organisations.models import Host, HostContact, Membership, ResourcePerson
from praksis.organisations.queries import Workplace, resource_persons_of, workplaces_led
from praksis.rounds.choices import RoundState
from praksis.rounds.models import EntryLink, Publication, Round
from praksis.rounds.queries import rounds_audited

NEWEST_PLACES = 4
SHOWN_SCHEMES = 6
TANDEM_RULES = [SeatRule.WHOLE, SeatRule.EQUAL]


@dataclass(frozen=True)
class Reader:
    """Whoever reads a page: the memberships, the host and the candidates that are theirs."""

    user: User | None = None
    memberships: list[Membership] = field(default_factory=list)
    host: Host | None = None
    decides_at_host: bool = False
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def host_id(self) -> uuid.UUID | None:
        return self.host.pk if self.host else None

    @property
    def ranks(self) -> bool:
        """A candidate, or a guardian of one."""
        return bool(self.candidates)

    @property
    def roles(self) -> set[str]:
        return {membership.role for membership in self.memberships}

    @property
    def places_people(self) -> bool:
        return bool(self.roles & PLACING_ROLES)

    @property
    def coordinates(self) -> bool:
        """Answers for a member's schemes."""
        return bool(self.roles & APPROVING_ROLES)

    @property
    def sees_rounds(self) -> bool:
        return bool(self.roles & (PLACING_ROLES | {Role.BOARD}))

    @property
    def leads(self) -> bool:
        """Says somewhere who works there; operators where nobody else does."""
        return bool(self.roles & {Role.LEAD, Role.OPERATOR}) or self.decides_at_host

    @property
    def operates(self) -> bool:
        return Role.OPERATOR in self.roles


def reader_of(user: User | AnonymousUser) -> Reader:
    """Three queries for someone who is signed in, none for a visitor."""
    if not isinstance(user, User):
        return Reader()
    contact = HostContact.objects.current().filter(user=user).select_related("host").order_by("host__name").first()
    return Reader(
        user=user,
        memberships=list(user.memberships.current().select_related("member").order_by("role")),
        host=contact.host if contact else None,
        decides_at_host=contact is not None and contact.role in DECIDING_HOST_ROLES,
        candidates=list(Candidate.objects.owned_by(user).select_related("member")),
    )


@dataclass(frozen=True)
class Wish:
    """Where a candidate stands in one round: how many wishes, until when, and whether the result can be seen."""

    candidate: Candidate
    round: Round
    entry_id: uuid.UUID
    wishes: int
    sent_at: datetime | None
    takes_wishes: bool
    published: bool


@dataclass(frozen=True)
class Work:
    """What waits for a reader. Empty lists mean that it is not their work."""

    reader: Reader
    wishes: list[Wish]
    rounds: list[Round]
    places: list[Place]
    offered_places: int
    own_candidates: int
    closed_hosts: list[Host]
    corrections: int
    led: list[Workplace]
    resource_persons: list[ResourcePerson]
    audited: list[Round]


def work_of(reader: Reader) -> Work:
    """What waits for this reader, in at most thirteen queries."""
    members = [membership.member_id for membership in reader.memberships if membership.role in PLACING_ROLES]
    return Work(
        reader=reader,
        wishes=_wishes(reader.candidates) if reader.candidates else [],
        rounds=_rounds_of(reader.user) if reader.user and reader.sees_rounds else [],
        places=_places_of(reader.host, reader) if reader.host else [],
        offered_places=Place.objects.filter(stage=PlaceStage.OFFERED).count() if reader.coordinates else 0,
        own_candidates=Candidate.objects.placed_by(reader.user).count() if reader.user and members else 0,
        closed_hosts=hosts_closed_lately() if members else [],
        corrections=waiting_corrections(reader.user).count() if reader.user and members else 0,
        resource_persons=list(resource_persons_of(reader.user)) if reader.user else [],
        led=workplaces_led(reader.user) if reader.user and reader.leads else [],
        audited=list(rounds_audited(reader.user)) if reader.user else [],
    )


def _wishes(candidates: list[Candidate]) -> list[Wish]:
    links: Iterable[Any] = (
        EntryLink.objects.filter(candidate__in=candidates)
        .select_related("candidate", "round", "entry")
        .annotate(wishes=Count("entry__choices"))
        .order_by("-round__closes_at")
    )
    published = set(Publication.objects.values_list("round_id", "member_id"))
    now = timezone.now()
    return [
        Wish(
            candidate=link.candidate,
            round=link.round,
            entry_id=link.entry_id,
            wishes=link.wishes,
            sent_at=link.entry.sent_at,
            takes_wishes=link.round.takes_wishes(now),
            published=(link.round_id, link.member_id) in published,
        )
        for link in links
    ]


def _rounds_of(user: User) -> list[Round]:
    return list(Round.objects.visible_to(user).order_by("-closes_at")[:5])


def _places_of(host: Host, reader: Reader) -> list[Place]:
    """Open ones, and those that wait for approval for whoever decides at the host."""
    kept = host.places.exclude(stage=PlaceStage.CLOSED).prefetch_related("seats")
    if not reader.decides_at_host:
        kept = kept.filter(stage=PlaceStage.OPEN)
    return list(kept.order_by("starts_on", norwegian("title"), "id")[:10])


@dataclass(frozen=True)
class FreeSeats:
    """Free seats in open places: by group where a seat is for one group only, those that several share, and tandems."""

    by_group: list[tuple[TargetGroup, int]]
    shared: int
    tandem_seats: int
    tandem_places: int

    @property
    def total(self) -> int:
        return sum(count for _group, count in self.by_group) + self.shared + self.tandem_seats

    @property
    def tiles(self) -> list[tuple[str, int]]:
        """What the front page draws, without what there is none of: pairs of group and free seats."""
        pairs = [*self.by_group, ("shared", self.shared), ("tandem", self.tandem_seats)]
        return [(str(key), count) for key, count in pairs if count]

    @property
    def unit(self) -> int:
        """How many places one tile stands for: as few as keep the largest group under fifty tiles."""
        most = max((count for _key, count in self.tiles), default=0)
        return tile_unit(most, 50)


def free_seats() -> FreeSeats:
    """Count the seats that are free today (two queries); nothing here is about a person."""
    seats = Seat.objects.filter(place__stage=PlaceStage.OPEN, place__host__closed_on__isnull=True)
    tandems = seats.filter(place__rule__in=TANDEM_RULES, place__seats_taken=0).aggregate(
        seats=Sum("capacity"), places=Count("place", distinct=True)
    )
    counts: Counter[str] = Counter()
    row: Any
    for row in seats.filter(place__rule=SeatRule.EACH).values("groups").annotate(left=Sum(F("capacity") - F("taken"))):
        counts[row["groups"][0] if len(row["groups"]) == 1 else ""] += row["left"]
    by_group = sorted(((group, counts[group]) for group in TargetGroup), key=lambda pair: -pair[1])
    return FreeSeats(by_group, counts[""], tandems["seats"] or 0, tandems["places"])


@dataclass(frozen=True)
class FrontPage:
    free: FreeSeats
    hosts: int
    rounds: int
    newest: list[Place]
    schemes: list[Scheme]
    scheme_count: int


def front_page() -> FrontPage:
    """Everything on the front page, in a fixed number of queries."""
    open_places = Place.objects.open()
    newest = open_places.filter(seats_taken__lt=F("seats_total")).select_related("host").prefetch_related("seats")
    return FrontPage(
        free=free_seats(),
        hosts=open_places.values("host").distinct().count(),
        rounds=Round.objects.filter(state=RoundState.RANKING).count(),
        newest=list(newest.order_by(Coalesce("opened_at", "offered_at").desc(), "id")[:NEWEST_PLACES]),
        schemes=_a_scheme_of_each_group(),
        scheme_count=Scheme.objects.count(),
    )


def _a_scheme_of_each_group() -> list[Scheme]:
    """Real ones before made-up ones, in Bergen before elsewhere, so that the first page shows what is near."""
    near = Case(When(location__icontains="Bergen", then=0), When(location__startswith="other region", then=2), default=1)
    schemes = Scheme.objects.exclude(target_group="").alias(near=near).distinct("target_group")
    return list(schemes.order_by("target_group", "made_up", "near", "title", "id")[:SHOWN_SCHEMES])
