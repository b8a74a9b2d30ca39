"""Erasing a person, as the member's coordinator or lead decides."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from praksis.base import trail
from praksis.base.codes import Shown
from praksis.base.jobs import defer_job
from praksis.candidates.models import Candidate
from praksis.candidates.rules import may_decide_for
from praksis.rounds.choices import RoundState
from praksis.rounds.models import EntryLink
from praksis.rounds.views.rounds import current_user


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def erase(request: HttpRequest, candidate_id: UUID) -> HttpResponse:
    """Ask first; then a job erases the person. Not while a round with the person is being allocated."""
    user = current_user(request)
    found = get_object_or_404(Candidate.objects.placed_by(user), pk=candidate_id)
    if not may_decide_for(user, found.member_id):
        raise Http404
    if request.method != "POST":
        trail.saw(request, Shown.FACTS, found)
        return render(request, "rounds/erase.html", {"candidate": found})
    if EntryLink.objects.filter(candidate=found, round__state=RoundState.CLOSED).exists():
        messages.error(
            request,
            _("Personen er med i en runde som fordeles nå. Vent til den er publisert, eller åpne den for ønsker igjen."),
        )
        return redirect("candidates:candidate", found.pk)
    defer_job("rounds.erase_person", candidate_id=str(found.pk))
    messages.success(request, _("Personen slettes nå."))
    return redirect("candidates:candidates")
