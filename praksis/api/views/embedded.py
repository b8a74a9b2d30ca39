"""A list of open places to put into one's own pages, and the page that makes the lines to put there."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from praksis.api.queries import narrowed, open_places, public_members
from praksis.api.views.answers import for_everyone, site_of
from praksis.base.codes import MUNICIPALITIES, Field, TargetGroup
from praksis.base.sorting import norwegian

SHOWN = 10
ANYWHERE: dict[str, Any] = settings.SECURE_CSP | {"frame-ancestors": ["*"], "form-action": [CSP.NONE], "script-src": [CSP.NONE]}


@require_safe
@xframe_options_exempt
@csp_override(ANYWHERE)
def embedded(request: HttpRequest, language: str) -> HttpResponse:
    """Open places for an iframe on any site: links out and nothing else, no cookie, the same filters as «Finn plass».

    `member` (a short name) shows those within a member's schemes. The address says the language, since the page around has one
    already, whatever the reader's browser asks for.
    """
    if language not in dict(settings.LANGUAGES):
        raise Http404
    places = narrowed(open_places(), request.GET).filter(seats_taken__lt=F("seats_total"))
    if member := request.GET.get("member", "").replace("\x00", ""):
        places = places.filter(scheme__owner__short_name=member)
    asked = request.GET.copy()
    asked.pop("member", None)
    with override(language):
        context = {
            "places": places.order_by("starts_on", "title", "pk")[:SHOWN],
            "query": asked.urlencode(),
            "language": language,
        }
        answer = render(request, "api/embedded.html", context)
    answer.headers["Content-Language"] = language
    return for_everyone(answer)


@require_safe
def snippet(request: HttpRequest) -> HttpResponse:
    """The lines to put into one's own page, for the filters that are chosen."""
    members = list(public_members().order_by(norwegian("name")))
    options: dict[str, Any] = {
        "member": [(member.short_name, member.name) for member in members],
        "group": TargetGroup.choices,
        "field": Field.choices,
        "municipality": list(MUNICIPALITIES.items()),
        "lang": settings.LANGUAGES,
    }
    chosen = {name: value for name, values in options.items() if (value := request.GET.get(name)) in dict(values)}
    language = chosen.pop("lang", get_language() or "nb")
    query = f"?{urlencode(chosen)}" if chosen else ""
    address = f"{site_of(request)}{reverse('api:embedded', args=[language])}{query}"
    context = {"options": options, "chosen": chosen | {"lang": language}, "address": address, "lines": _lines(address)}
    return render(request, "api/snippet.html", context)


def _lines(address: str) -> str:
    """What is pasted; the codes in the address need no escaping but for the sign between them."""
    link, title = address.replace("&", "&amp;"), _("Ledige plasser")
    return f'<iframe src="{link}" title="{title}" width="100%" height="480" loading="lazy" style="border: 0"></iframe>'
