"""A list of wishes, with how each place fits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.models import PublishedFigure
from praksis.base.sorting import norwegian
from praksis.catalogue.models import Place
from praksis.rounds.models import Entry, EntryLink
from praksis.rounds.rules import Fit, fit
from praksis.rounds.sentences import few, fit_sentence, fit_word


def ranking_of(entry: Entry) -> list[list[UUID]]:
    """The entry's list as tie groups of place ids, best first."""
    groups: dict[int, list[UUID]] = {}
    for rank, place in entry.choices.order_by("rank", "place_id").values_list("rank", "place_id"):
        groups.setdefault(rank, []).append(place)
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class Wish:
    """One place on a list, as its page shows it. `level`: wanted as much as the one above."""

    place: Place
    rank: int
    level: bool
    fits: Fit
    status: str
    word: str
    text: str
    ranked_by: str
    role: str


def wishes(entry: Entry, groups: Sequence[Sequence[UUID]]) -> list[Wish]:
    """The places of `groups` with how each fits the entry today. Four queries, however many."""
    ids = [place for group in groups for place in group]
    places = Place.objects.select_related("host").prefetch_related("seats").in_bulk(ids)
    ranked = figures_of("ranked_place", ids)
    return [
        _wish(entry, places[place], rank, ranked, level=at > 0)
        for rank, group in enumerate(groups, 1)
        for at, place in enumerate(group)
        if place in places
    ]


def _wish(entry: Entry, place: Place, rank: int, ranked: Mapping[UUID, int | None], *, level: bool) -> Wish:
    fits = fit(entry.tags, entry.excluded_hosts, place, timezone.localdate())
    status, word = fit_word(fits)
    return Wish(
        place=place,
        rank=rank,
        level=level,
        fits=fits,
        status=status,
        word=word,
        text=fit_sentence(fits, entry.round),
        ranked_by=few(ranked[place.pk]) if place.pk in ranked else "",
        role=_own_role(place, fits.kinds),
    )


def _own_role(place: Place, kinds: Iterable[str]) -> str:
    """The reader's half of a tandem, told by its task, when only one is open to them."""
    own = list(kinds)
    if not place.is_tandem or len(own) != 1:
        return ""
    return next((seat.role for seat in place.seats.all() if seat.kind == own[0]), "")


def figures_of(name: str, subjects: Iterable[UUID]) -> dict[UUID, int | None]:
    """Published figures by subject; None where the number is too small to show."""
    rows = PublishedFigure.objects.filter(name=name, subject__in=list(subjects), group="").values_list("subject", "value")
    return {subject: value for subject, value in rows if subject}


def links_to_rank(user: User) -> QuerySet[EntryLink]:
    """The user's own entries and their wards', the round that needs them first."""
    links = EntryLink.objects.owned_by(user).select_related("entry__round", "round", "candidate", "member")
    return links.order_by("-round__closes_at", norwegian("candidate__first_name"), "pk")


def link_to_see(user: User, entry_id: UUID) -> EntryLink | None:
    """An entry whose list this user may see: own, a ward's, or as the member's staff (see below).

    Staff see a list when it is sent, or when they rank for somebody who cannot sign in.
    """
    links = EntryLink.objects.select_related("entry__round", "round", "candidate", "member")
    own = links.owned_by(user).filter(entry=entry_id).first()
    if own:
        return own
    placed = links.placed_by(user).filter(entry=entry_id).first()
    if placed and (placed.entry.sent_at or not placed.candidate.digital):
        return placed
    return None
