"""Reads of places, schemes and hosts, for pages and for other rooms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from praksis.base.codes import Field, Season
from praksis.base.models import PublishedFigure, SearchRow
from praksis.base.sorting import norwegian
from praksis.catalogue.choices import PlaceStage
from praksis.catalogue.models import Place, PlaceQuerySet, Scheme, Seat, Source
from praksis.catalogue.search import Hit, pages_answering
from praksis.organisations.models import FormerName, Host, RegisterRun

SEASONS_AHEAD = 3
SIMILAR_SCHEMES = 5


def whole_places() -> PlaceQuerySet:
    """Places with all that a card or a page shows of them: host, scheme and seats."""
    return Place.objects.select_related("host", "scheme").prefetch_related("seats")


@dataclass(frozen=True)
class Item:
    """One line of the catalogue: a place or a scheme. `number` is its tile on the map; what has no spot has none."""

    place: Place | None = None
    scheme: Scheme | None = None
    number: int | None = None
    km: float | None = None
    source: Source | None = None
    hit: Hit | None = None


def items(rows: Iterable[SearchRow], q: str = "") -> list[Item]:
    """The places, schemes and sources behind rows of the index, in the rows' order: three queries, and three more where there
    are sources, with the page of each that answers `q` best."""
    listed = list(rows)
    ids = [row.object_id for row in listed]
    places = Place.objects.select_related("host").prefetch_related("seats").in_bulk(ids)
    schemes = Scheme.objects.in_bulk(ids)
    others = [row.object_id for row in listed if row.kind == "source"]
    sources = Source.objects.standing().in_bulk(others)
    hits = pages_answering(q, [pk for pk, source in sources.items() if source.may_show])
    found: list[Item] = []
    number = 0
    for row in listed:
        key, place = row.object_id, places.get(row.object_id)
        spotted = place is not None and has_spot(place.host)
        number += spotted
        km = getattr(row, "distance", None)
        found.append(Item(place, schemes.get(key), number if spotted else None, km, sources.get(key), hits.get(key)))
    return [item for item in found if item.place or item.scheme or item.source]


def spots(found: Iterable[Item]) -> list[dict[str, object]]:
    """What the map shows, each with the number that it has in the list. What lies at one spot shares a tile."""
    at: dict[tuple[float | None, float | None], list[Item]] = {}
    for item in found:
        if item.place and item.number:
            at.setdefault((item.place.host.latitude, item.place.host.longitude), []).append(item)
    return [_shared_spot(together) for together in at.values()]


def _shared_spot(together: list[Item]) -> dict[str, object]:
    places = [item.place for item in together if item.place]
    number = together[0].number
    if len(places) == 1:
        return spot(places[0], number=number)
    numbers = ", ".join(str(item.number) for item in together)
    words = _("Nr. %(numbers)s i listen") % {"numbers": numbers}
    tandem = any(place.is_tandem for place in places)
    return host_spot(places[0].host) | {"number": number, "text": words, "tandem": tandem}


def has_spot(host: Host) -> bool:
    return host.latitude is not None and host.longitude is not None


def host_spot(host: Host) -> dict[str, object]:
    """A host on the map."""
    return {"title": host.name, "text": host.where, "url": host.get_absolute_url(), "lat": host.latitude, "lon": host.longitude}


def spot(place: Place, *, number: int | None = None) -> dict[str, object]:
    """A place on the map: it lies where its host does."""
    where = f"{place.host.name}, {place.host.where}"
    own = {"title": place.title, "text": where, "url": place.get_absolute_url(), "number": number, "tandem": place.is_tandem}
    return host_spot(place.host) | own


@dataclass(frozen=True)
class Listed:
    """How many have something on their list of wishes, as published. `count` is None for fewer than five."""

    count: int | None


def wanted(place: Place) -> Mapping[str, Listed]:
    """By kind of seat ("" for the whole place), how many have it on their list; what is not published is not there."""
    figures = PublishedFigure.objects.filter(name="ranked_place", subject=place.pk)
    return {group: Listed(value) for group, value in figures.values_list("group", "value")}


@dataclass(frozen=True)
class SeatShown:
    """A kind of seat as the place's page shows it, with how many have it on their list (None where nothing is published)."""

    seat: Seat
    wanted: Listed | None


def seats_shown(place: Place) -> list[SeatShown]:
    counts = wanted(place)
    return [SeatShown(seat, counts.get(seat.kind)) for seat in place.seats.all()]


@dataclass(frozen=True)
class Waiting:
    """How many wait for a place within a field, as published; never fewer than five."""

    count: int
    field: str

    @property
    def rest(self) -> int:
        """Those who would still wait if two got a place."""
        return max(self.count - 2, 0)


def waiting(field: str = "") -> Waiting | None:
    """How many wait within a field; without a field, in the field where most wait."""
    figures = PublishedFigure.objects.filter(name="waiting", value__gt=0, group__in=Field.values)
    found = (figures.filter(group=field) if field else figures).order_by("-value", "group").first()
    return Waiting(found.value or 0, _within(str(Field(found.group).label))) if found else None


def _within(label: str) -> str:
    """A field's name inside a sentence: small first letter, but «IT» stays."""
    return label if label.isupper() else label[0].lower() + label[1:]


def open_places_of(host: Host) -> list[Place]:
    """What the host's page shows: its open places, those that start first on top."""
    return list(whole_places().filter(host=host).open())


def open_places_of_scheme(scheme: Scheme) -> list[Place]:
    """The scheme's open places, those that start first on top."""
    return list(whole_places().filter(scheme=scheme).open())


PAST_SHOWN = 20


def past_places_of(host: Host) -> list[Place]:
    """Closed places where somebody was, where the host lets them be shown: the latest half-year first."""
    if not host.shows_past:
        return []
    had_someone = host.places.filter(stage=PlaceStage.CLOSED, seats_taken__gt=0)
    return sorted(had_someone.order_by("title", "id"), key=lambda place: Season.parse(place.season), reverse=True)[:PAST_SHOWN]


def units_of(host: Host) -> list[Host]:
    """The sub-units of an enterprise that anyone may see: they have an agreement, an open place, or have said «ask us»."""
    known = Q(agreement_signed_on__isnull=False) | Q(asks_welcome=True) | Exists(Place.objects.open().filter(host=OuterRef("pk")))
    return list(host.below.filter(known, closed_on__isnull=True).order_by(norwegian("name"), "id"))


def all_places_of(host: Host) -> list[Place]:
    """The host's own list: open first, then those that wait for approval, then the closed."""
    order = {PlaceStage.OPEN: 0, PlaceStage.OFFERED: 1, PlaceStage.CLOSED: 2}
    return sorted(whole_places().filter(host=host), key=lambda place: order[PlaceStage(place.stage)])


def offered_places() -> PlaceQuerySet:
    """Places that wait for a coordinator's approval, the oldest first."""
    return whole_places().filter(stage=PlaceStage.OFFERED).order_by("offered_at", "id")


def hosts_named(words: str) -> list[Host]:
    """Hosts whose name holds all the words, or a name they had, at most ten, by name: someone looks for their own workplace."""
    named = Q.create([Q(name__icontains=word) for word in words.split()])
    condition = named | Q(pk__in=FormerName.objects.filter(named).values("host"))
    return list(Host.objects.filter(condition, closed_on__isnull=True).order_by(norwegian("name"), "id")[:10])


CLOSED_LATELY = timedelta(days=60)


def hosts_closed_lately() -> list[Host]:
    """Hosts with places that the register has closed: whoever placed people there must know. The newest first."""
    since = timezone.localdate() - CLOSED_LATELY
    with_places = Place.objects.exclude(stage=PlaceStage.CLOSED).values("host")
    return list(Host.objects.filter(closed_on__gte=since, pk__in=with_places).order_by("-closed_on", norwegian("name"))[:20])


@dataclass(frozen=True)
class RegisterState:
    """What an operator sees of the reading of Enhetsregisteret."""

    address: str
    runs: list[RegisterRun]
    hosts: int
    unread: int

    @property
    def active(self) -> RegisterRun | None:
        """The run that goes on now, or waits for the worker."""
        return next((run for run in self.runs if run.ended_at is None), None)


SHOWN_RUNS = 10


def register_state() -> RegisterState:
    """Where the register is, the last runs, and how many hosts it has told of."""
    counts = Host.objects.aggregate(all=Count("pk"), unread=Count("pk", filter=Q(checked_at__isnull=True)))
    runs = list(RegisterRun.objects.order_by("-began_at")[:SHOWN_RUNS])
    return RegisterState(settings.REGISTER_ADDRESS, runs, counts["all"], counts["unread"])


def seasons_ahead(today: date | None = None) -> list[Season]:
    """This half-year and the next two: when a place may be offered for."""
    season = Season.of(today or timezone.localdate())
    found = [season]
    while len(found) < SEASONS_AHEAD:
        season = Season(season.year, "autumn") if season.half == "spring" else Season(season.year + 1, "spring")
        found.append(season)
    return found
