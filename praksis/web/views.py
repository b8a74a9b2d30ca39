"""Pages that combine rooms."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from praksis.base import trail
from praksis.base.codes import Shown
from praksis.web.context import COLOR_COOKIE, COLOR_SCHEMES
from praksis.web.queries import front_page, reader_of, work_of

YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What this is, three ways in, and what is free today."""
    return render(request, "web/front.html", {"page": front_page()})


@require_safe
def my_page(request: HttpRequest) -> HttpResponse:
    """What waits for me: by what I am, never more than one page."""
    if not request.user.is_authenticated:
        return redirect("accounts:sign_in")
    work = work_of(reader_of(request.user))
    trail.saw(request, Shown.OWN, *(wish.candidate for wish in work.wishes))
    return render(request, "web/my_page.html", {"work": work})


@require_safe
def coordinate(request: HttpRequest) -> HttpResponse:
    """What an office gets from this on its first day, alone, with its own spreadsheet."""
    return render(request, "web/coordinate.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Who sees what, in plain words."""
    return render(request, "web/privacy.html")


@require_safe
def how_we_allocate(request: HttpRequest) -> HttpResponse:
    """The rules of the allocation, in plain words."""
    return render(request, "web/how_we_allocate.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What has been tried, and what has not."""
    return render(request, "web/accessibility.html")


@require_POST
def choose_colors(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or what the device says."""
    after = request.POST.get("next", "")
    safe = after.startswith("/") and url_has_allowed_host_and_scheme(after, None)
    response = HttpResponseRedirect(after if safe else reverse("web:front"))
    if (choice := request.POST.get("color_scheme")) in COLOR_SCHEMES:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(COLOR_COOKIE, choice, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=secure)
    return response
