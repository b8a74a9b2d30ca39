"""The catalogue's pages: find, a place, a scheme, a host, offering a place, and what coordinators approve."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.browsers import network_of
from praksis.accounts.marks import mark
from praksis.base.codes import MUNICIPALITIES, Season, TargetGroup
from praksis.catalogue import queries
from praksis.catalogue.actions import (
    ChangedMeanwhileError,
    TooManyOffersError,
    approve_place,
    change_place,
    close_place,
    offer_place,
    version,
)
from praksis.catalogue.choices import Extent, PlaceStage
from praksis.catalogue.forms import GROUP_HINTS, OfferForm, PlaceForm, SeatForm, SecondHalfForm, seat_forms, sent_with
from praksis.catalogue.markup import place_markup
from praksis.catalogue.models import Place, Seat
from praksis.catalogue.rules import (
    may_approve_places,
    may_edit_place,
    may_see_place,
)
from praksis.catalogue.search import LONGEST_QUERY, Search
from praksis.catalogue.search import find as ask
from praksis.catalogue.suggestions import suggest

WRONG = 422
"""The answer to a form with something to mend."""
TOO_MANY = 429


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Open places and schemes: words, filters, order, pages, and the same on a map.

    Nothing in the answer is about who asks; visitors who ask the same within a few seconds get it as it was found the first time.
    """
    search = Search.read(request.GET)
    answer = SimpleLazyObject(lambda: ask(search))
    listed = SimpleLazyObject(lambda: queries.items(answer.page, search.q))
    context = {
        "search": search,
        "answer": answer,
        "items": listed,
        "spots": lambda: queries.spots(listed),
        "municipalities": MUNICIPALITIES.values(),
        "kept": settings.ANSWERS_KEPT if request.user.is_anonymous else 0,
    }
    return render(request, "catalogue/find.html", context)


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """What someone may be about to type."""
    found = suggest(request.GET.get("q", "").replace("\x00", "")[:LONGEST_QUERY])
    return JsonResponse({"suggestions": [one._asdict() for one in found]}, json_dumps_params={"ensure_ascii": False})


@require_safe
def place(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """One place, with how it opens, its host and the way to wish for it."""
    found = get_object_or_404(queries.whole_places(), pk=place_id)
    if not may_see_place(request.user, found):
        raise Http404
    context = {
        "place": found,
        "seats": queries.seats_shown(found),
        "wanted": queries.wanted(found).get(""),
        "spots": [queries.spot(found)] if queries.has_spot(found.host) else [],
        "linked": place_markup(found, request.build_absolute_uri(found.get_absolute_url())),
        "may_edit": may_edit_place(request.user, found),
        "may_approve": may_approve_places(request.user),
    }
    return render(request, "catalogue/place.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest) -> HttpResponse:
    """Offer a place: one page for an ordinary place, two for a tandem. Nothing is stored before the last."""
    if request.method != "POST":
        return _first_page(request, OfferForm(initial=_own_host(request)))
    written = _with_choice(request.POST)
    first, second = OfferForm(written), SecondHalfForm(written)
    whole = first.is_valid()
    if {"preview", "back", "choose"} & set(request.POST):
        again = _unbound(first)
        again.take_over(first)
        return _first_page(request, again, known=first.cleaned_data, problem=_host_problem(first))
    if not whole:
        return _first_page(request, first, known=first.cleaned_data, status=WRONG)
    if not first.cleaned_data["tandem"]:
        return _offered(request, first, first.place(), [first.seat()])
    if "second" not in request.POST:
        return _second_page(request, first, _unbound(second))
    if not second.is_valid():
        return _second_page(request, first, second, status=WRONG)
    new = first.place()
    return _offered(request, first, new, second.complete(new, first.seat()))


def _with_choice(data: QueryDict) -> QueryDict:
    """What was written, with the workplace that was chosen from a list."""
    if "choose" not in data:
        return data
    chosen = data.copy()
    chosen["host"] = chosen["chosen"] = str(data["choose"])[:9]
    return chosen


def _host_problem(form: OfferForm) -> str:
    """What is wrong with the workplace, for somebody who only looks so far and has written one."""
    return " ".join(map(str, form.errors.get("host", []))) if form.data.get("host", "").strip() else ""


def _first_page(
    request: HttpRequest, form: OfferForm, *, known: dict[str, Any] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    data = known or {}
    host = data.get("host")
    context = {
        "form": form,
        "host": host if host and not host._state.adding else None,
        "host_problem": problem,
        "known": data | _in_words(data),
        "asks_for": form.asks_for(),
        "kept": _kept(request.POST, SecondHalfForm),
        "waiting": queries.waiting(host.field if host else ""),
        "group_hints": GROUP_HINTS,
    }
    return render(request, "catalogue/offer.html", context, status=status)


def _in_words(known: Mapping[str, Any]) -> dict[str, str]:
    """The half-year and the extent, for the picture of the place."""
    if not (known.get("season") and known.get("extent")):
        return {}
    return {"season_label": Season.parse(known["season"]).label, "extent_label": str(Extent(known["extent"]).label)}


def _second_page(request: HttpRequest, first: OfferForm, form: SecondHalfForm, *, status: int = 200) -> HttpResponse:
    context = {"first": first, "form": form, "kept": _kept(request.POST, OfferForm), "group_hints": GROUP_HINTS}
    return render(request, "catalogue/offer_second.html", context, status=status)


def _own_host(request: HttpRequest) -> dict[str, str]:
    """A host's own people need not write who they are."""
    if not request.user.is_authenticated:
        return {}
    contact = request.user.host_contacts.select_related("host").order_by("host__name").first()
    return {"host": contact.host.number, "contact": request.user.email} if contact else {}


def _unbound[F: forms.Form](form: F) -> F:
    """The same form with what was written, but without judging it yet. An empty second half keeps its suggestions."""
    written = {name: field.widget.value_from_datadict(form.data, {}, name) for name, field in form.fields.items()}
    return type(form)(initial={name: value for name, value in written.items() if value not in (None, "", [])})


def _kept(data: QueryDict, other: type[forms.Form]) -> list[tuple[str, str]]:
    """What was written on the other page of the offer, to carry along in hidden fields."""
    return [(name, value) for name in other.base_fields for value in data.getlist(name)]


def _offered(request: HttpRequest, first: OfferForm, new: Place, seats: Sequence[Seat]) -> HttpResponse:
    try:
        stored = offer_place(place=new, seats=seats, by=request.user, network=mark("offer", network_of(request)))
    except TooManyOffersError:
        first.add_error(
            None, _("Det har kommet svært mange plasser fra nettet deres den siste timen. Vent en time, eller logg inn.")
        )
        return _first_page(request, first, known=first.cleaned_data, status=TOO_MANY)
    return redirect("catalogue:offered", stored.pk)


@require_safe
def offered(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Thanks: who looks at the offer, and what happens then."""
    found = get_object_or_404(queries.whole_places().exclude(stage=PlaceStage.CLOSED), pk=place_id)
    trains = TargetGroup.APPRENTICE in found.groups
    needs_approval = trains and not found.host.may_train_apprentices(found.starts_on or timezone.localdate())
    context = {"place": found, "needs_approval": needs_approval, "waits": found.stage == PlaceStage.OFFERED}
    return render(request, "catalogue/offered.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_place(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Change a place; what someone else stored in between is not written over."""
    found = _own_place(request, place_id)
    seats = list(found.seats.all())
    seen = version(found)
    if request.method != "POST":
        return _edit_page(request, PlaceForm(instance=found, initial={"seen": seen}), seat_forms(seats))
    form, halves = PlaceForm(request.POST, instance=found), seat_forms(seats, request.POST)
    if not all([form.is_valid(), *(half.is_valid() for half in halves)]):
        return _edit_page(request, form, halves, status=WRONG)
    try:
        change_place(place=found, seats=[half.instance for half in halves], seen=form.cleaned_data["seen"])
    except ChangedMeanwhileError:
        form = PlaceForm(sent_with(request.POST, seen=seen), instance=found)
        form.add_error(None, _("Noen andre endret plassen mens du skrev. Se over det som står her, og lagre på nytt."))
        return _edit_page(request, form, halves, status=WRONG)
    messages.success(request, _("Plassen er lagret."))
    return redirect("catalogue:place", found.pk)


def _edit_page(request: HttpRequest, form: PlaceForm, halves: Sequence[SeatForm], *, status: int = 200) -> HttpResponse:
    context = {"form": form, "halves": halves, "all_forms": [form, *halves], "place": form.instance, "group_hints": GROUP_HINTS}
    return render(request, "catalogue/edit_place.html", context, status=status)


def _own_place(request: HttpRequest, place_id: UUID) -> Place:
    found = get_object_or_404(queries.whole_places(), pk=place_id)
    if not may_edit_place(request.user, found):
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def close(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Close a place, or decline an offer: a question first, then the deed."""
    found = _own_place(request, place_id)
    if request.method != "POST":
        return render(request, "catalogue/close_place.html", {"place": found})
    _moved(request, close_place, found, _("Plassen er lukket."))
    return redirect("catalogue:place", found.pk)


@require_POST
@login_required
def approve(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Let an offered place out, or a closed one back in."""
    found = _own_place(request, place_id)
    if found.stage == PlaceStage.OFFERED and not may_approve_places(request.user):
        raise Http404
    _moved(request, approve_place, found, _("Plassen ligger ute."))
    return redirect("catalogue:place", found.pk)


def _moved(request: HttpRequest, move: Callable[..., Place], found: Place, sentence: str) -> None:
    try:
        move(place_id=found.pk)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, sentence)


@require_safe
@login_required
def new_places(request: HttpRequest) -> HttpResponse:
    """What hosts have offered and nobody has looked at yet."""
    if not may_approve_places(request.user):
        raise Http404
    places = list(queries.offered_places()[:100])
    title = ngettext("%d ny plass å se på", "%d nye plasser å se på", len(places)) % len(places)
    return render(request, "catalogue/new_places.html", {"places": places, "title": title})
