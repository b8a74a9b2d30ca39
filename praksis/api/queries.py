"""What is public, for everyone: the same as the pages show a visitor."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from praksis.base.codes import Field
from praksis.base.models import PublishedFigure
from praksis.catalogue.choices import PlaceStage, SchemeStage
from praksis.catalogue.models import Place, PlaceQuerySet, Scheme
from praksis.catalogue.queries import whole_places
from praksis.catalogue.search import Search, ids_found
from praksis.organisations.models import Host, Member
from praksis.rounds.choices import RoundState
from praksis.rounds.models import Round


def open_places() -> PlaceQuerySet:
    """Every open place with its host, scheme and seats, full ones too."""
    return whole_places().open()


def public_schemes() -> QuerySet[Scheme]:
    """Every scheme that has not ended."""
    return Scheme.objects.exclude(stage=SchemeStage.ENDED).select_related("owner")


def public_hosts() -> QuerySet[Host]:
    """The hosts whose page a visitor sees (`catalogue.rules.may_see_host`)."""
    is_open = Exists(Place.objects.filter(host=OuterRef("pk"), stage=PlaceStage.OPEN))
    return Host.objects.filter(Q(agreement_signed_on__isnull=False) | Q(closed_on__isnull=False) | is_open)


def public_members() -> QuerySet[Member]:
    return Member.objects.order_by("pk")


def wished_for() -> QuerySet[PublishedFigure]:
    """How many have each open place on their list, by kind of seat ("" for the whole place); none for fewer than five."""
    places = Place.objects.open().values("pk")
    return PublishedFigure.objects.filter(name="ranked_place", subject__in=places).order_by("subject", "group")


def waiting_within() -> QuerySet[PublishedFigure, Any]:
    """How many wait within each field, in the round where most do, as `catalogue.queries.waiting` has it."""
    figures = PublishedFigure.objects.filter(name="waiting", value__gt=0, group__in=Field.values)
    return figures.values("group").annotate(most=Max("value"), at=Max("published_at")).order_by("group")


def open_rounds() -> QuerySet[Round]:
    """Rounds that take wishes, with deadlines to come; the page of their draw tells everyone the same."""
    ahead = Round.objects.filter(seed_published_at__isnull=False, state=RoundState.RANKING, closes_at__gte=timezone.now())
    return ahead.order_by("closes_at", "pk")


def schemes_with_deadlines(today: date) -> QuerySet[Scheme]:
    return public_schemes().filter(apply_by__gte=today).order_by("apply_by", "title", "pk")


def narrowed[T: (Place, Scheme)](things: QuerySet[T], asked: QueryDict) -> QuerySet[T]:
    """Those that the catalogue's search finds, where something is asked; what is full does not stand there."""
    search = Search.read(asked)
    return things.filter(pk__in=ids_found(search)) if search.asked else things


def after[T: (Place, Scheme, Host, Member)](things: QuerySet[T], cursor: UUID | None, limit: int) -> tuple[list[T], UUID | None]:
    """A page in the order of ids, and where the next one begins; None at the end.

    What stands in the next page does not depend on how many were added or removed meanwhile.
    """
    ordered = things.order_by("pk")
    page = list((ordered.filter(pk__gt=cursor) if cursor else ordered)[: limit + 1])
    return page[:limit], page[limit - 1].pk if len(page) > limit else None
