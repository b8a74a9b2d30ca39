"""What a run gave: to one entry with its reasons, and to a member's own people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from praksis.accounts.models import User
from praksis.base.sorting import norwegian
from praksis.catalogue.choices import PlaceStage
from praksis.catalogue.models import Place
from praksis.organisations.models import Member
from praksis.rounds.choices import RoundState, RunState
from praksis.rounds.models import Choice, EntryLink, Outcome, Publication, Round, Run
from praksis.rounds.queries.wishes import figures_of
from praksis.rounds.sentences import Told, few, reason_told

MOST_TILES = 12


@dataclass(frozen=True, slots=True)
class Step:
    """A choice above the one received; the one received has no `told`. `asked` is None where it may not be shown."""

    rank: int
    place: Place
    told: Told | None
    seats: int
    asked: int | None

    @property
    def asked_text(self) -> str:
        return few(self.asked)

    @property
    def seated(self) -> list[str]:
        """The picture's first row: the seats, with people in them."""
        first = "you_taken" if self.told is None else "taken"
        return [first, *["taken"] * (min(self.seats, MOST_TILES) - 1)]

    @property
    def waiting(self) -> list[str]:
        """The second row: those who wanted it and are not there, the reader among them. Empty where the number is not shown."""
        left = min((self.asked or 0) - self.seats, MOST_TILES)
        return [*["waiting"] * (left // 2), "you", *["waiting"] * (left - left // 2 - 1)] if left > 0 else []

    @property
    def undrawn(self) -> int:
        """How many of those who waited the picture has no room for."""
        return max((self.asked or 0) - self.seats - MOST_TILES, 0)


@dataclass(frozen=True, slots=True)
class Got:
    """What one entry got in the run that its member has published. `outcome` is None for someone who came in after the run."""

    link: EntryLink
    publication: Publication
    outcome: Outcome | None
    steps: list[Step]
    role: str

    @property
    def place(self) -> Place | None:
        return self.outcome.place if self.outcome else None


def published_links(user: User) -> QuerySet[EntryLink]:
    """The user's entries (own and wards') whose member has published, newest first."""
    published = EntryLink.objects.owned_by(user).filter(round__publications__member=F("member"))
    return published.select_related("round", "entry", "candidate", "member").order_by(
        "-round__closes_at", norwegian("candidate__first_name"), "pk"
    )


def result_of(link: EntryLink) -> Got | None:
    """The entry's result with the reasons, in five queries; None until its member has published."""
    publications = Publication.objects.select_related("run", "round")
    publication = publications.filter(round=link.round_id, member=link.member_id).first()
    if publication is None:
        return None
    outcomes = Outcome.objects.select_related("place__host").filter(run=publication.run, entry=link.entry_id)
    outcome = outcomes.first()
    if outcome is None:
        return Got(link, publication, None, [], "")
    return Got(link, publication, outcome, _steps(outcome), _role(outcome))


def _steps(outcome: Outcome) -> list[Step]:
    wanted = [UUID(reason["place"]) for reason in outcome.reasons]
    places = Place.objects.select_related("host").in_bulk([*wanted, *([outcome.place_id] if outcome.place_id else [])])
    placed = outcome.place_id is not None
    steps = [_above(reason, places, placed=placed) for reason in outcome.reasons if UUID(reason["place"]) in places]
    if outcome.place and outcome.rank:
        asked = figures_of("ranked_place", [outcome.place.pk]).get(outcome.place.pk)
        steps.append(Step(outcome.rank, outcome.place, None, outcome.place.seats_total, asked))
    return steps


def _above(reason: Mapping[str, Any], places: Mapping[UUID, Place], *, placed: bool) -> Step:
    told = reason_told(reason, placed=placed)
    return Step(reason["rank"], places[UUID(reason["place"])], told, reason["capacity"], reason["asked"])


def _role(outcome: Outcome) -> str:
    """The task of the reader's kind of seat, where the place has several."""
    if outcome.place is None or not outcome.place.is_tandem:
        return ""
    seat = outcome.place.seats.filter(kind=outcome.kind).first()
    return seat.role if seat else ""


# ---------------------------------------------------------------- a member's own part


type Order = list[str | Combinable]

PEOPLE: Order = [norwegian("candidate__last_name"), norwegian("candidate__first_name"), "pk"]
PEOPLE_SORTS: dict[str, Order] = {
    "name": PEOPLE,
    "sent": ["entry__sent_at", *PEOPLE],
    "wishes": ["wish_count", *PEOPLE],
}


def own_people(round_: Round, user: User, sort: str = "name") -> QuerySet[EntryLink]:
    """The user's people in the round, with how many wishes each has (`wish_count`). `sort` as in `own_results`."""
    links = EntryLink.objects.placed_by(user).filter(round=round_).select_related("entry", "candidate", "member")
    order = PEOPLE_SORTS.get(sort.removeprefix("-"), PEOPLE_SORTS["name"])
    wishes = Choice.objects.filter(entry=OuterRef("entry")).order_by().values("entry").annotate(count=Count("pk"))
    found = links.annotate(wish_count=Coalesce(Subquery(wishes.values("count")), 0)).order_by(*order)
    return found.reverse() if sort.startswith("-") else found


SORTS: dict[str, Order] = {
    "name": [norwegian("entry__link__candidate__last_name"), norwegian("entry__link__candidate__first_name")],
    "rank": ["rank"],
    "place": [norwegian("place__title")],
}


def own_results(run: Run, user: User, sort: str = "name", only: str = "") -> QuerySet[Outcome]:
    """The outcomes of the user's people, with person and place. `only` is "without" for those who got no place.

    `sort` is a key of SORTS, with a minus for the other way; anything else is by name.
    """
    key = sort.removeprefix("-")
    order = [*SORTS.get(key, SORTS["name"]), *SORTS["name"], "pk"]
    outcomes = Outcome.objects.filter(run=run, entry__link__in=EntryLink.objects.placed_by(user).filter(round=run.round_id))
    if only == "without":
        outcomes = outcomes.filter(place__isnull=True)
    found = outcomes.select_related("entry__link__candidate", "entry__link__member", "place__host").order_by(*order)
    return found.reverse() if sort.startswith("-") else found


def own_seats(run: Run, member: Member) -> QuerySet[Outcome]:
    """The seats that a member's people got."""
    return Outcome.objects.filter(run=run, entry__member=member, place__isnull=False)


def publication_problem(round_: Round, run: Run, member: Member) -> str:
    """Why the member cannot publish its part of this run, in words; empty when it can."""
    if run.state != RunState.DONE or run.verified_at is None:
        return _("Kjøringen er ikke ferdig og kontrollert. Bare et kontrollert resultat kan publiseres.")
    if round_.publications.filter(member=member).exists():
        return _("Dere har publisert alt.")
    if round_.publications.exclude(run=run).exists():
        return _("Andre har publisert en annen kjøring av runden. Alle må publisere den samme.")
    if is_out_of_date(round_, run):
        return _("Ønskene har vært åpne siden denne kjøringen. Kjør fordelingen på nytt.")
    if not round_.entries.filter(member=member).exists():
        return _("Dere har ingen i denne runden.")
    still_open = Q(place__stage=PlaceStage.OPEN, place__host__closed_on__isnull=True)
    if own_seats(run, member).exclude(still_open).exists():
        return _("En plass som er delt ut, er lukket siden. Kjør fordelingen på nytt.")
    return ""


def is_out_of_date(round_: Round, run: Run) -> bool:
    """Whether wishes were open after the run was ordered."""
    return round_.state != RoundState.CLOSED or (round_.closed_at is not None and run.requested_at < round_.closed_at)
