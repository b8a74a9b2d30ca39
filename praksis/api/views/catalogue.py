"""Places and schemes."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import http_date
from ninja import Query, Router

from praksis.api.queries import narrowed, open_places, public_schemes, waiting_within, wished_for
from praksis.api.shapes import AskedOfPlaces, AskedOfSchemes, FiguresShape, Page, PlaceShape, SchemeShape
from praksis.api.views.pages import LISTED, ONE, Given, page_of
from praksis.base.models import PublishedFigure
from praksis.catalogue.models import Place, Scheme

router = Router(tags=["catalogue"])


@router.get("/places", response={200: Page[PlaceShape], **LISTED}, url_name="places", summary="Open places")
def places(request: HttpRequest, asked: Query[AskedOfPlaces]) -> Given:
    """Every open place, full ones too; with words or filters, those that the catalogue's search finds. In the order of ids."""
    return page_of(request, narrowed(open_places(), request.GET), asked)


@router.get("/places/{uuid:place_id}", response={200: PlaceShape, **ONE}, url_name="place", summary="One open place")
def place(request: HttpRequest, place_id: UUID) -> Place:
    """A place that is not open any more is not found."""
    return get_object_or_404(open_places(), pk=place_id)


@router.get("/schemes", response={200: Page[SchemeShape], **LISTED}, url_name="schemes", summary="Schemes")
def schemes(request: HttpRequest, asked: Query[AskedOfSchemes]) -> Given:
    """Every scheme that has not ended; with words or filters, those that the catalogue's search finds. In the order of ids."""
    return page_of(request, narrowed(public_schemes(), request.GET), asked)


@router.get("/schemes/{uuid:scheme_id}", response={200: SchemeShape, **ONE}, url_name="scheme", summary="One scheme")
def scheme(request: HttpRequest, scheme_id: UUID, response: HttpResponse) -> Scheme:
    """A scheme that has ended is not found."""
    found = get_object_or_404(public_schemes(), pk=scheme_id)
    response.headers["Last-Modified"] = http_date(found.changed_at.timestamp())
    return found


@router.get("/figures", response={200: FiguresShape}, url_name="figures", summary="Published figures")
def figures(request: HttpRequest) -> Given:
    """How many have each open place on their list, and how many wait within each field, as last published."""
    wished = [_wished(figure) for figure in wished_for()]
    waiting = [{"field": row["group"], "count": row["most"], "published_at": row["at"]} for row in waiting_within()]
    return {"wished_for": wished, "waiting": waiting}


def _wished(figure: PublishedFigure) -> Given:
    return {"place": figure.subject, "kind": figure.group, "count": figure.value, "published_at": figure.published_at}
