"""Lists of wishes: one's own, a child's, and that of somebody who cannot sign in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.models import User
from praksis.base import trail
from praksis.base.codes import ReadKind, Shown
from praksis.base.sorting import norwegian
from praksis.catalogue.models import Place
from praksis.catalogue.rules import may_see_place
from praksis.rounds import actions, queries
from praksis.rounds.choices import RoundState
from praksis.rounds.models import EntryLink
from praksis.rounds.moves import MOVES, Groups
from praksis.rounds.rules import may_rank_for
from praksis.rounds.views.rounds import current_user

CONFLICT = 409
MOST_PEOPLE = 50
"""People to choose among when a place is put on the list of somebody who cannot sign in."""


@never_cache
@require_safe
@login_required
def wishes(request: HttpRequest) -> HttpResponse:
    """My list; the list of the round that needs it first when there are several."""
    links = list(queries.links_to_rank(current_user(request)))
    if not links:
        return render(request, "rounds/no_wishes.html")
    first = next((link for link in links if link.round.takes_wishes()), links[0])
    return _page(request, first, others=[link for link in links if link != first])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def wishes_of(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """One list. POST carries the whole list with what was done to it, so that nothing is lost when another window was first."""
    link = queries.link_to_see(current_user(request), entry_id)
    if link is None:
        raise Http404
    if request.method != "POST":
        return _page(request, link)
    if not may_rank_for(current_user(request), link):
        raise Http404
    groups: Groups = _posted_groups(request.POST)
    try:
        groups = _changed(groups, request.POST.get("do", ""))
        _do(link, groups, request.POST, current_user(request))
    except actions.OutOfDateError as error:
        return _page(request, link, mine=groups, problem=error.messages[0], status=CONFLICT)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    except ValueError:
        messages.error(request, _("Vi forsto ikke hva som skulle gjøres. Prøv én gang til."))
    return redirect("rounds:wishes_of", entry_id)


def _changed(groups: Groups, do: str) -> Groups:
    """The list as the button makes it. ValueError for a button that is not there, and for a list that was not sent along."""
    name, _colon, place = do.partition(":")
    if not groups or name not in {"save", "send", *MOVES}:
        raise ValueError(do)
    return MOVES[name](groups, UUID(place)) if name in MOVES else groups


def _do(link: EntryLink, groups: Groups, data: QueryDict, user: User) -> None:
    entry = actions.save_ranking(entry=link.entry, groups=groups, version=int(data.get("version", "")), by=user)
    if data.get("do") == "send":
        actions.send_ranking(entry=entry, version=entry.version, by=user)


def _posted_groups(data: QueryDict) -> list[list[UUID]]:
    """The list as the form carries it: `choice` in order, and `level` for those wanted as much as the one above."""
    level = set(data.getlist("level"))
    groups: list[list[UUID]] = []
    for choice in data.getlist("choice"):
        try:
            place = UUID(choice)
        except ValueError:
            continue
        if groups and choice in level:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _page(
    request: HttpRequest,
    link: EntryLink,
    *,
    others: Sequence[EntryLink] = (),
    mine: Groups | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    trail.saw(request, Shown.WISHES, link.candidate, *(other.candidate for other in others))
    link.entry.refresh_from_db()
    round_ = link.round
    listed = queries.wishes(link.entry, queries.ranking_of(link.entry))
    may_change = round_.takes_wishes() and may_rank_for(current_user(request), link)
    context: dict[str, Any] = {
        "link": link,
        "entry": link.entry,
        "round": round_,
        "others": others,
        "wishes": listed,
        "mine": queries.wishes(link.entry, mine) if mine is not None else [],
        "problem": problem,
        "may_change": may_change,
        "own": link.candidate.user_id == current_user(request).pk,
        "left": round_.max_choices - len(listed),
        "next": len({wish.rank for wish in listed}) + 1,
        "lacking": [wish for wish in listed if wish.status == "warn"],
        "unfit": [wish for wish in listed if wish.status == "error"],
        "ready": sum(wish.status == "ok" for wish in listed),
    }
    return render(request, "rounds/wishes.html", context, status=status)


@require_POST
def add(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Put a place on a list: mine, or that of the person who is chosen where there are several."""
    if not request.user.is_authenticated:
        messages.info(request, _("Logg inn først. Så kan du legge plassen på listen din."))
        return redirect("accounts:sign_in")
    place = get_object_or_404(Place.objects.select_related("host"), pk=place_id)
    if not may_see_place(request.user, place):
        raise Http404
    links = list(_links_that_could_take(current_user(request), place)[:MOST_PEOPLE])
    if chosen := request.POST.get("entry"):
        links = [link for link in links if str(link.entry_id) == chosen]
    if not links:
        messages.error(request, _("Ingen av rundene dine tar imot ønsker om denne plassen nå."))
        return redirect(place)
    if len(links) > 1:
        trail.saw(request, Shown.ENTERED, *(link.candidate for link in links), kind=ReadKind.LIST)
        return render(request, "rounds/add_for.html", {"place": place, "links": links})
    return _added(request, links[0], place)


def _links_that_could_take(user: User, place: Place) -> QuerySet[EntryLink]:
    """The user's own entries, wards' and those of people who cannot sign in, in the place's round while it takes wishes."""
    mine = Q(pk__in=EntryLink.objects.owned_by(user)) | Q(
        pk__in=EntryLink.objects.placed_by(user).filter(candidate__digital=False)
    )
    links = EntryLink.objects.filter(mine, round__state=RoundState.RANKING, round__roundplace__place=place)
    return links.select_related("entry__round", "candidate", "round").order_by(
        norwegian("candidate__last_name"), norwegian("candidate__first_name"), "pk"
    )


def _added(request: HttpRequest, link: EntryLink, place: Place) -> HttpResponse:
    try:
        actions.add_choice(entry=link.entry, place=place, by=current_user(request))
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(place)
    messages.success(request, _("«%s» står på listen.") % place.title)
    return redirect(reverse("rounds:wishes_of", args=[link.entry_id]))
