"""What is done to places and schemes. Every write here keeps the search index in step."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import batched, islice
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from praksis.accounts.models import User
from praksis.base.codes import MUNICIPALITIES, Field, Language, Season, TargetGroup
from praksis.base.models import SearchRow
from praksis.catalogue.choices import (
    LEVEL_WORDS,
    OFFERS_BY_NETWORK,
    OFFERS_WINDOW,
    PLACE_MOVES,
    PlaceStage,
    SchemeKind,
    SchemeStage,
)
from praksis.catalogue.indexing import BATCH, write_pages, write_rows
from praksis.catalogue.likeness import keys_of
from praksis.catalogue.models import OfferFrom, Place, Scheme, SchemeYear, Seat, Source, SourcePage
from praksis.catalogue.rules import may_offer_for, seats_problems
from praksis.catalogue.vocabulary import words_of
from praksis.organisations.actions import stored_host

LANGUAGES = ("nb", "nn", "en")


@transaction.atomic
def index_places(places: Iterable[Place]) -> None:
    """Write the places' rows in the search index; those that cannot be sought today leave it.

    Seven statements for up to 2,000 places, whatever they are. Reads hosts and seats where they are not prefetched.
    """
    listed = list(places)
    prefetch_related_objects(listed, "host", "seats")
    words = _label_words()
    write_rows([place.pk for place in listed], [_place_row(place, words) for place in listed if can_be_sought(place)])


@transaction.atomic
def index_schemes(schemes: Iterable[Scheme]) -> None:
    """Write the schemes' rows in the search index, where those that have ended leave it, and the keys they are compared by."""
    listed = list(schemes)
    _write_keys(listed)
    words = _label_words()
    running = [scheme for scheme in listed if scheme.stage != SchemeStage.ENDED]
    write_rows([scheme.pk for scheme in listed], [_scheme_row(scheme, words) for scheme in running])


MOST_WORDS = 20_000
"""Different words of one source that the index holds: its pages hold them all."""


@transaction.atomic
def index_sources(sources: Iterable[Source]) -> None:
    """Write the sources' rows in the search index, with the words of what may be shown of them, and how those pages are found;
    what was removed leaves it. Runs as worker or owner."""
    for source in sources:
        pages = list(source.pages.defer("vector", "picture")) if source.may_show and not source.removed_at else []
        write_pages(pages)
        write_rows([source.pk], [] if source.removed_at else [_source_row(source, pages)])


def _source_row(source: Source, pages: Sequence[SourcePage]) -> SearchRow:
    words = dict.fromkeys(word for page in pages for word in words_of(page.text))
    text = " ".join([source.title, source.publisher, str(source.year or ""), *islice(words, MOST_WORDS)])
    return SearchRow(kind="source", object_id=source.pk, title=source.title, text=text)


def index_all() -> None:
    """Write every row of the search index anew."""
    SearchRow.objects.all().delete()
    for schemes in batched(Scheme.objects.order_by("pk").iterator(chunk_size=BATCH), BATCH):
        index_schemes(schemes)
    for sources in batched(Source.objects.standing().order_by("pk").iterator(chunk_size=BATCH), BATCH):
        index_sources(sources)
    for places in batched(Place.objects.order_by("pk").iterator(chunk_size=BATCH), BATCH):
        index_places(places)


def _write_keys(schemes: Sequence[Scheme]) -> None:
    """Only where they changed: most writes leave the title and the code alone."""
    changed = []
    for scheme in schemes:
        keys = keys_of(scheme)
        if keys != scheme.likeness_keys:
            scheme.likeness_keys = keys
            changed.append(scheme)
    Scheme.objects.bulk_update(changed, ["likeness_keys"], batch_size=BATCH)


@transaction.atomic
def merge_schemes(*, kept: Scheme, gone: Scheme) -> None:
    """Let one scheme go into another; both are locked by the caller. Its address leads on, and it can be sought no more.

    Side effects: its places and years follow, what the kept one does not say is taken from it, and the search index.
    """
    names = [column.name for column in Scheme._meta.fields if column.editable and column.blank and column.name not in NOT_TAKEN]
    for name in names:
        if getattr(kept, name) in (None, "", []):
            setattr(kept, name, getattr(gone, name))
    kept.version, kept.changed_at = kept.version + 1, timezone.now()
    kept.save()
    gone.merged_into, gone.stage = kept, SchemeStage.ENDED
    gone.version, gone.changed_at = gone.version + 1, timezone.now()
    gone.save(update_fields=["merged_into", "stage", "version", "changed_at"])
    Scheme.objects.filter(merged_into=gone).update(merged_into=kept)
    told = kept.years.values_list("year", flat=True)
    gone.years.exclude(year__in=list(told)).update(scheme=kept)
    for relation in Scheme._meta.related_objects:
        _follow(relation, kept, gone)
    index_schemes([kept, gone])


def _follow(relation: Any, kept: Scheme, gone: Scheme) -> None:
    """Let what points at the one that goes point at the one that stays: places first of all. What stands there already stays."""
    rows = relation.related_model._default_manager.filter(**{relation.field.name: gone})
    for row in [] if relation.related_model in (Scheme, SchemeYear) or relation.hidden else rows:
        try:
            with transaction.atomic():
                rows.filter(pk=row.pk).update(**{relation.field.name: kept})
        except IntegrityError:
            continue


NOT_TAKEN = {"confirmed_on", "stage_reason", "merged_into"}


def can_be_sought(place: Place) -> bool:
    """Whether a place belongs in the catalogue: open, with a seat free, at a host that still exists."""
    return place.stage == PlaceStage.OPEN and place.host.closed_on is None and place.seats_free > 0


def _label_words() -> dict[str, str]:
    """Each group's, field's and kind's name in all languages, so that each finds it."""
    found: dict[str, list[str]] = {}
    for language in LANGUAGES:
        with override(language):
            for code, label in [*TargetGroup.choices, *Field.choices, *SchemeKind.choices]:
                found.setdefault(code, []).append(str(label))
    return {code: " ".join(dict.fromkeys(labels)) for code, labels in found.items()}


def _place_row(place: Place, words: Mapping[str, str]) -> SearchRow:
    seats = list(place.seats.all())
    fields = {place.field, *(field for seat in seats for field in seat.fields)}
    flags = {
        "tandem": place.is_tandem,
        "interdisciplinary": len(fields) > 1,
        "nynorsk": place.language == Language.NN,
    }
    parts = [
        place.title,
        place.tasks,
        *(f"{seat.role} {seat.tasks}" for seat in seats),
        place.host.name,
        place.host.area,
        MUNICIPALITIES.get(place.municipality, ""),
        Season.parse(place.season).label if place.season else "",
        *(["tandem"] if place.is_tandem else []),
    ]
    return SearchRow(
        kind="place",
        object_id=place.pk,
        title=place.title,
        text=_joined(parts),
        labels=_joined(words[code] for code in [*sorted(fields), *place.groups]),
        groups=place.groups,
        season=place.season,
        municipality=place.municipality,
        field=place.field,
        latitude=place.host.latitude,
        longitude=place.host.longitude,
        flags=[flag for flag, holds in flags.items() if holds],
        starts_on=place.starts_on,
    )


def _scheme_row(scheme: Scheme, words: Mapping[str, str]) -> SearchRow:
    """A scheme's field is in its source's own words: searched as text, not filtered by."""
    flags = {
        "scheme": True,
        "developing": scheme.is_developing,
        "nynorsk": scheme.language == Language.NN,
    }
    groups = [scheme.target_group] if scheme.target_group else []
    parts = [
        scheme.title,
        scheme.summary,
        scheme.institution,
        scheme.unit,
        scheme.programme,
        scheme.code,
        scheme.field,
        scheme.location,
        scheme.partners,
        scheme.kind_words,
    ]
    return SearchRow(
        kind="scheme",
        object_id=scheme.pk,
        title=scheme.title,
        text=_joined(parts),
        labels=_joined(words[code] for code in [*groups, *scheme.fields, scheme.kind] if code),
        groups=groups,
        municipality=_only_municipality(scheme.location),
        facts=_facts(scheme),
        flags=[flag for flag, holds in flags.items() if holds],
    )


def _facts(scheme: Scheme) -> list[str]:
    """What the filters for schemes ask about: its kind, its stage, and the levels that its own words name."""
    said = f"{scheme.level} {scheme.programme}".lower()
    levels = [level for level, words in LEVEL_WORDS.items() if any(word in said for word in words)]
    kind = [f"kind-{scheme.kind}"] if scheme.kind else []
    return [*kind, f"stage-{scheme.stage}", *(f"level-{level}" for level in levels)]


def _joined(parts: Iterable[str]) -> str:
    return " ".join(" ".join(parts).lower().split())


def _only_municipality(text: str) -> str:
    """The number of the municipality that `text` names; empty when it names none, or several."""
    named = [number for number, name in MUNICIPALITIES.items() if re.search(rf"\b{name}\b", text)]
    return named[0] if len(named) == 1 else ""


@transaction.atomic
def offer_place(*, place: Place, seats: Sequence[Seat], by: User | AnonymousUser, network: str = "") -> Place:
    """Store a host's offer. From those who decide at the host it stands at once, from others when a coordinator has approved it.

    `place` and `seats` are not stored yet, nor is `place.host` where the host is new. The same `click_key` is the same offer:
    the place that it made is the answer, and nothing is written. `network` is the mark of where someone without an account comes
    from. Side effects: the host's row where it is new, the place, its seats, and the search index. Raises ValidationError when
    the seats do not keep to the rules, and TooManyOffersError when one network sends so many that it must be a machine.
    """
    _check(seats)
    if earlier := Place.objects.filter(click_key=place.click_key).first():
        return earlier
    if not by.is_authenticated:
        _count_offer(network)
    place.host = stored_host(place.host)
    place.stage = PlaceStage.OPEN if may_offer_for(by, place.host) else PlaceStage.OFFERED
    _sum_seats(place, seats)
    try:
        with transaction.atomic():
            place.save(force_insert=True)
    except IntegrityError:
        return Place.objects.get(click_key=place.click_key)
    for seat in seats:
        seat.place = place
    Seat.objects.bulk_create(seats)
    index_places([place])
    return place


class TooManyOffersError(Exception):
    """One network has offered as many places without an account as people do."""


def _count_offer(network: str) -> None:
    lately = OfferFrom.objects.filter(network=network, at__gt=timezone.now() - OFFERS_WINDOW)
    if lately.count() >= OFFERS_BY_NETWORK:
        raise TooManyOffersError
    OfferFrom.objects.create(network=network)


def forget_networks() -> None:
    """Delete where offers came from when the hour is over in which they count. Runs as the worker."""
    OfferFrom.objects.filter(at__lt=timezone.now() - OFFERS_WINDOW).delete()


def _check(seats: Sequence[Seat]) -> None:
    if problems := seats_problems(seats):
        raise ValidationError(problems)


def _sum_seats(place: Place, seats: Sequence[Seat]) -> None:
    place.groups = sorted({group for seat in seats for group in seat.groups})
    place.seats_total = sum(seat.capacity for seat in seats)
    place.seats_taken = sum(seat.taken for seat in seats)


class ChangedMeanwhileError(Exception):
    """Someone else stored the place after it was read."""


def version(place: Place) -> str:
    """A mark of what a place and its seats say, to see whether someone else has changed them. Taken seats do not count."""
    said = [[str(getattr(row, name)) for name in names] for row, names in _rows_with_names(place)]
    return sha256(json.dumps(said).encode()).hexdigest()[:16]


def _rows_with_names(place: Place) -> list[tuple[Place | Seat, tuple[str, ...]]]:
    seats = sorted(place.seats.all(), key=lambda seat: seat.kind)
    return [(place, PLACE_COLUMNS), *((seat, SEAT_COLUMNS) for seat in seats)]


@transaction.atomic
def change_place(*, place: Place, seats: Sequence[Seat], seen: str) -> None:
    """Store a changed place and its changed seats, as confirmed today. `seen` is the version that was changed.

    Side effects: the search index. Raises ChangedMeanwhileError when someone else was first, ValidationError when the seats do
    not keep to the rules.
    """
    stored = Place.objects.select_for_update().get(pk=place.pk)
    if version(stored) != seen:
        raise ChangedMeanwhileError
    taken = dict(stored.seats.values_list("kind", "taken"))
    for seat in seats:
        seat.taken = taken[seat.kind]
    _check(seats)
    _sum_seats(place, seats)
    place.confirmed_on = timezone.localdate()
    place.save(update_fields=[*PLACE_COLUMNS, "groups", "seats_total", "confirmed_on"])
    for seat in seats:
        seat.save(update_fields=SEAT_COLUMNS)
    index_places([_fresh(place)])


def _fresh(place: Place) -> Place:
    return Place.objects.get(pk=place.pk)


PLACE_COLUMNS = ("title", "tasks", "season", "starts_on", "ends_on", "extent", "language", "contact")
SEAT_COLUMNS = ("role", "tasks", "capacity", "minimum", "groups", "requires")


def approve_place(*, place_id: UUID) -> Place:
    """Let an offered place out into the catalogue. Twice is once. Side effects: the search index."""
    return _move(place_id, PlaceStage.OPEN)


def close_place(*, place_id: UUID) -> Place:
    """Take a place out of the catalogue, or decline an offer. Twice is once. Side effects: the search index."""
    return _move(place_id, PlaceStage.CLOSED)


@transaction.atomic
def _move(place_id: UUID, to: PlaceStage) -> Place:
    place = Place.objects.select_for_update().get(pk=place_id)
    if place.stage != to:
        if to not in PLACE_MOVES[PlaceStage(place.stage)]:
            raise ValidationError(_("Plassen kan ikke bli %(stage)s nå.") % {"stage": to.label})
        place.stage = to
        place.opened_at = timezone.now() if to == PlaceStage.OPEN else place.opened_at
        place.save(update_fields=["stage", "opened_at"])
        index_places([place])
    return place


@transaction.atomic
def set_seats_taken(taken: Mapping[tuple[UUID, str], int]) -> None:
    """Set how many seats of each (place id, kind) are taken; kinds not named keep theirs.

    Side effects: the places' sums, and the search index of places that got full or got room again. Five statements and the
    index, for however many places. Raises IntegrityError where more are taken than there are.
    """
    if not taken:
        return
    keys = sorted(taken)
    with connection.cursor() as cursor:
        cursor.execute(SEATS_TAKEN, [[place for place, _ in keys], [kind for _, kind in keys], [taken[key] for key in keys]])
        cursor.execute(PLACES_TAKEN, [sorted({place for place, _ in keys})])
        changed = [place for (place,) in cursor.fetchall() if place]
    index_places(Place.objects.filter(pk__in=changed))


SEATS_TAKEN = """
    update catalogue_seat set taken = new.taken
    from unnest(%s::uuid[], %s::text[], %s::int[]) as new(place_id, kind, taken)
    where catalogue_seat.place_id = new.place_id and catalogue_seat.kind = new.kind and catalogue_seat.taken <> new.taken
"""
# Locked first, so that a place's sum before and after is read in one piece; answers with those that changed side.
PLACES_TAKEN = """
    with old as (select id, seats_taken < seats_total as had_room from catalogue_place where id = any(%s::uuid[])
                 order by id for update),
         now as (select place_id, sum(taken) as taken from catalogue_seat where place_id in (select id from old) group by 1)
    update catalogue_place set seats_taken = now.taken from old join now on now.place_id = old.id
    where catalogue_place.id = old.id
    returning case when old.had_room <> (now.taken < catalogue_place.seats_total) then catalogue_place.id end
"""
