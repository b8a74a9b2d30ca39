"""Rounds: the list, a new one, one with all that is known of it, and its states."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.models import User
from praksis.base.sorting import norwegian
from praksis.organisations.models import Member
from praksis.rounds import actions, queries
from praksis.rounds.choices import SEEING_ROLES
from praksis.rounds.forms import ReopenForm, RoundForm, usual_deadlines
from praksis.rounds.models import Round
from praksis.rounds.queries.rounds import group_rows, level_rows, rank_rows
from praksis.rounds.rules import DECIDING_ROLES, may_coordinate

PAGE = 30
WRONG = 422


@never_cache
@require_safe
@login_required
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds the reader may see."""
    user = current_user(request)
    if not user.memberships.current().filter(role__in=SEEING_ROLES).exists():
        raise Http404
    page = Paginator(queries.rounds_of(user), PAGE).get_page(request.GET.get("page"))
    return render(request, "rounds/rounds.html", {"page": page, "may_make": _owners(user).exists()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_round(request: HttpRequest) -> HttpResponse:
    """Make a round: for coordinators and leads."""
    user = current_user(request)
    owners = _owners(user)
    if not owners.exists():
        raise Http404
    form = RoundForm(request.POST or None, owners=owners, initial=usual_deadlines())
    if not form.is_valid():
        return render(request, "rounds/new_round.html", {"form": form}, status=WRONG if form.is_bound else 200)
    made = actions.create_round(by=user, **form.cleaned_data)
    messages.success(request, _("Runden er laget. Den åpner for ønsker når du sier fra."))
    return redirect(made)


def _owners(user: User) -> Any:
    own = user.memberships.current().filter(role__in=DECIDING_ROLES).values("member")
    return Member.objects.filter(pk__in=own).order_by(norwegian("name"))


@never_cache
@require_safe
@login_required
def round_(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Where the round stands, what runs, what it gave, and what the reader can do."""
    user = current_user(request)
    page = queries.round_page(seen_round(user, round_id), user)
    context: dict[str, Any] = {"page": page, "round": page.round, "run": page.run, "click_key": uuid4()}
    if page.run:
        context |= {
            "figures": page.run.figures,
            "levels": level_rows(page.run),
            "ranks": rank_rows(page.run),
            "groups": group_rows(page.run, request.GET.get("sort", "")),
        }
    return render(request, "rounds/round.html", context)


@require_POST
@login_required
def open_(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Open for wishes."""
    return _moved(
        request, round_id, lambda found, user: actions.open_round(round_=found, by=user), _("Runden er åpen for ønsker.")
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def close(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Close for wishes, after asking."""
    if request.method != "POST":
        return render(request, "rounds/close.html", {"round": led_round(current_user(request), round_id)})
    return _moved(
        request, round_id, lambda found, user: actions.close_round(round_=found, by=user), _("Runden er lukket for ønsker.")
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reopen(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Open for wishes again, with a new deadline."""
    found = led_round(current_user(request), round_id)
    form = ReopenForm(request.POST or None, initial={"closes_at": usual_deadlines()["closes_at"]})
    if not form.is_valid():
        context = {"form": form, "round": found}
        return render(request, "rounds/reopen.html", context, status=WRONG if form.is_bound else 200)
    closes_at = form.cleaned_data["closes_at"]
    return _moved(
        request,
        round_id,
        lambda found, user: actions.reopen_round(round_=found, closes_at=closes_at, by=user),
        _("Runden er åpen for ønsker igjen."),
    )


def _moved(request: HttpRequest, round_id: UUID, move: Callable[[Round, User], Round], done: str) -> HttpResponse:
    user = current_user(request)
    found = led_round(user, round_id)
    try:
        move(found, user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, done)
    return redirect(found)


@require_POST
@login_required
def enter(request: HttpRequest, round_id: UUID, member_id: UUID) -> HttpResponse:
    """Put a member's people in, and bring the facts of those who are there up to date."""
    user = current_user(request)
    found = seen_round(user, round_id)
    member = get_object_or_404(Member, pk=member_id)
    try:
        entered = actions.enter_candidates(round_=found, member=member, by=user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    except PermissionDenied as error:
        raise Http404 from error
    else:
        new = ngettext("%s ny er meldt inn", "%s nye er meldt inn", entered.new) % localize(entered.new)
        changed = ngettext("%s er oppdatert", "%s er oppdatert", entered.changed) % localize(entered.changed)
        messages.success(request, f"{new}, {changed}.")
    return redirect(found)


def seen_round(user: User, round_id: UUID) -> Round:
    """The round, if the user may see it; forbidden looks like missing."""
    return get_object_or_404(Round.objects.visible_to(user).select_related("owner"), pk=round_id)


def led_round(user: User, round_id: UUID) -> Round:
    """The round, if the user may change it and order its runs. Asked first, so that no word about the round slips."""
    found = seen_round(user, round_id)
    if not may_coordinate(user, found):
        raise Http404
    return found


def current_user(request: HttpRequest) -> User:
    """Whoever is signed in; the views let nobody else in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
