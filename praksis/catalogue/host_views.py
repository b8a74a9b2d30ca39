"""Hosts' pages: the one for everyone, the host's own side, and what the register has told."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.models import User
from praksis.catalogue import queries
from praksis.catalogue.actions import ChangedMeanwhileError
from praksis.catalogue.forms import sent_with
from praksis.catalogue.host_forms import DescribeHostForm
from praksis.catalogue.hosts import describe_host, order_reading
from praksis.catalogue.keeping import stale_places
from praksis.catalogue.resources import people_of
from praksis.catalogue.rules import (
    may_follow_register,
    may_offer_for,
    may_see_experience,
    may_see_host,
    may_see_host_places,
)
from praksis.organisations.models import Host

WRONG = 422


@require_safe
def host(request: HttpRequest, host_id: UUID) -> HttpResponse:
    """One host with its open places."""
    found = get_object_or_404(Host.objects.select_related("above").prefetch_related("former_names"), pk=host_id)
    if not may_see_host(request.user, found):
        raise Http404
    context = {
        "host": found,
        "places": queries.open_places_of(found),
        "people": people_of(found),
        "past": queries.past_places_of(found),
        "units": queries.units_of(found),
        "sees_above": found.above is not None and may_see_host(request.user, found.above),
        "sees_experience": bool(found.experience) and may_see_experience(request.user, found),
        "spots": [queries.host_spot(found)] if queries.has_spot(found) else [],
        "own": may_see_host_places(request.user, found),
        "decides": may_offer_for(request.user, found),
    }
    return render(request, "catalogue/host.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_host(request: HttpRequest, host_id: UUID) -> HttpResponse:
    """What a host says of itself; what a colleague stored in between is not written over."""
    found = get_object_or_404(Host, pk=host_id)
    if not isinstance(request.user, User) or not may_offer_for(request.user, found):
        raise Http404
    seen = found.version
    if request.method != "POST":
        return _edit_page(request, DescribeHostForm(instance=found, initial={"seen": seen}))
    form = DescribeHostForm(request.POST, instance=found)
    if not form.is_valid():
        return _edit_page(request, form, status=WRONG)
    try:
        describe_host(host=form.instance, seen=form.cleaned_data["seen"], by=request.user)
    except ChangedMeanwhileError:
        form = DescribeHostForm(sent_with(request.POST, seen=seen), instance=found)
        form.add_error(None, _("Noen andre endret dette mens du skrev. Se over det som står her, og lagre på nytt."))
        return _edit_page(request, form, status=WRONG)
    messages.success(request, _("Lagret. Slik ser andre dere nå."))
    return redirect(found)


def _edit_page(request: HttpRequest, form: DescribeHostForm, *, status: int = 200) -> HttpResponse:
    return render(request, "catalogue/edit_host.html", {"form": form, "host": form.instance}, status=status)


@require_safe
@login_required
def host_places(request: HttpRequest, host_id: UUID) -> HttpResponse:
    """The host's own side: its places with what is taken of them, and what can be done. Whoever decides there sees those
    that are not open too."""
    found = get_object_or_404(Host, pk=host_id)
    if not may_see_host_places(request.user, found):
        raise Http404
    decides = may_offer_for(request.user, found)
    places = queries.all_places_of(found) if decides else queries.open_places_of(found)
    stale = stale_places(found, timezone.localdate()).count()
    context = {"host": found, "places": places, "may_edit": decides, "stale": stale}
    return render(request, "catalogue/host_places.html", context)


@never_cache
@require_safe
@login_required
def register(request: HttpRequest) -> HttpResponse:
    """What the nightly reading of Enhetsregisteret came to, for operators."""
    if not may_follow_register(request.user):
        raise Http404
    return render(request, "catalogue/register.html", {"state": queries.register_state()})


@require_POST
@login_required
def follow_register(request: HttpRequest) -> HttpResponse:
    """Read the register now. Asked twice, it is read once."""
    if not may_follow_register(request.user):
        raise Http404
    order_reading()
    messages.success(request, _("Endringene i Enhetsregisteret hentes nå."))
    return redirect("catalogue:register")
