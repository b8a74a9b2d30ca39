"""What programs look for themselves: feeds, the calendar, the map of the site, and the description of the data."""

from collections.abc import Iterator
from html import escape
from uuid import UUID

from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from praksis.api import described
from praksis.api.feeds import MOST, atom_of, calendar_of
from praksis.api.queries import narrowed, open_places, open_rounds, public_schemes, schemes_with_deadlines
from praksis.api.views.answers import for_everyone, once, site_of
from praksis.catalogue.models import Place, Scheme
from praksis.organisations.queries import region

MOST_IN_SITEMAP = 50_000
"""What sitemaps.org allows in one."""


@require_safe
def new_places(request: HttpRequest) -> HttpResponse:
    """The newest open places; with the query of an address of «Finn plass», those that it finds."""
    places = narrowed(open_places(), request.GET).order_by(Coalesce("opened_at", "offered_at").desc(), "-pk")[:MOST]
    site, query = site_of(request), f"?{request.GET.urlencode()}" if request.GET else ""
    title = _("Nye plasser på Praksistorget")
    page, feed = f"{site}{reverse('catalogue:find')}{query}", f"{site}{request.path}{query}"
    text = atom_of(places, title=title, page=page, feed=feed, site=site)
    return for_everyone(once(request, HttpResponse(text, content_type="application/atom+xml; charset=utf-8")))


@require_safe
def deadlines(request: HttpRequest) -> HttpResponse:
    """The deadlines that are ahead, for a calendar to subscribe to."""
    content = calendar_of(open_rounds(), schemes_with_deadlines(timezone.localdate()), site=site_of(request))
    return for_everyone(once(request, HttpResponse(content, content_type="text/calendar; charset=utf-8")))


@require_safe
def description(request: HttpRequest, form: str) -> HttpResponse:
    """The data as DCAT-AP-NO, in bokmål whatever the reader's language: its texts say which they are in."""
    if form not in described.FORMATS:
        raise Http404
    here = region()
    with override("nb"):
        text = described.described(form, site=site_of(request), publisher=here.name if here else "Praksistorget")
    return for_everyone(HttpResponse(text, content_type=f"{described.FORMATS[form]}; charset=utf-8"))


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The pages that everyone may find: two queries, whatever there is."""
    site = site_of(request)
    lines = "".join(f"<url><loc>{escape(site + path)}</loc></url>\n" for path in _pages())
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return HttpResponse(f"{head}{lines}</urlset>\n", content_type="application/xml; charset=utf-8")


def _pages() -> Iterator[str]:
    names = (
        "web:front",
        "catalogue:find",
        "catalogue:offer",
        "ways:way_in",
        "api:open_data",
        "web:how_we_allocate",
        "web:privacy",
    )
    yield from map(reverse, names)
    schemes = list(public_schemes().order_by("pk").values_list("pk", flat=True)[: MOST_IN_SITEMAP // 2])
    places = Place.objects.open().order_by("pk").values_list("pk", flat=True)[: MOST_IN_SITEMAP - len(schemes) - len(names)]
    yield from (_address(Scheme, pk) for pk in schemes)
    yield from (_address(Place, pk) for pk in places)


def _address(model: type[Place | Scheme], pk: UUID) -> str:
    return model(pk=pk).get_absolute_url()


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may follow: everything that a visitor sees, but not every state of the search."""
    lines = ["User-agent: *", "Disallow: /finn/?", "Disallow: /api/", f"Sitemap: {site_of(request)}{reverse('api:sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
