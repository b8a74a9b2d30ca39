"""The draw: the round's for everyone, and one's own with the server's check and the file to check oneself."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from praksis.base import trail
from praksis.base.codes import Shown
from praksis.rounds import queries
from praksis.rounds.models import EntryLink
from praksis.rounds.queries import OwnDraw
from praksis.rounds.views.results import seen_link
from praksis.rounds.views.rounds import current_user


@require_safe
def draw(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """The seed from the day the round opens, and the root of the result when it is published; for everyone."""
    found = get_object_or_404(queries.public_draws(), pk=round_id)
    return render(request, "rounds/draw.html", {"round": found, "run": queries.published_run(found)})


@never_cache
@require_safe
@login_required
def own_draw(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """What one drew, got, and how that leads to the root; checked here, and how to check it oneself."""
    link, drawn = _drawn(request, entry_id)
    own = link.candidate.user_id == current_user(request).pk
    return render(request, "rounds/own_draw.html", {"link": link, "round": link.round, "drawn": drawn, "own": own})


@never_cache
@require_safe
@login_required
def own_draw_file(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """The same as `matching draw check` reads it."""
    _link, drawn = _drawn(request, entry_id)
    if not drawn.leaf:
        raise Http404
    return JsonResponse(drawn.leaf, headers={"Content-Disposition": 'attachment; filename="trekning.json"'})


def _drawn(request: HttpRequest, entry_id: UUID) -> tuple[EntryLink, OwnDraw]:
    link = seen_link(current_user(request), entry_id)
    drawn = queries.own_draw(link)
    if drawn is None:
        raise Http404
    trail.saw(request, Shown.RESULT, link.candidate)
    return link, drawn
