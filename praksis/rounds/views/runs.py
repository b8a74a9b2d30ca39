"""Runs: ordered, followed while they work, published."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.organisations.models import Member
from praksis.rounds import actions
from praksis.rounds.choices import RunState
from praksis.rounds.models import Round, Run
from praksis.rounds.queries import publication_problem
from praksis.rounds.queries.results import own_seats
from praksis.rounds.rules import may_publish_for
from praksis.rounds.views.rounds import current_user, led_round, seen_round


@require_POST
@login_required
def new_run(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Order an allocation. The form's click key makes a second click the same run."""
    user = current_user(request)
    found = led_round(user, round_id)
    try:
        actions.request_run(round_=found, click_key=UUID(request.POST.get("click_key", "")), by=user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    except ValueError:
        messages.error(request, _("Siden var for gammel. Trykk på knappen én gang til."))
    return redirect(found)


@never_cache
@require_safe
@login_required
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """How far a run is. Asked again and again by the round's page, which is loaded anew when the run has ended."""
    rounds = Round.objects.visible_to(current_user(request))
    found = get_object_or_404(Run.objects.select_related("round", "requested_by").filter(round__in=rounds), pk=run_id)
    answer = render(request, "rounds/run.html", {"run": found, "round": found.round})
    if request.headers.get("HX-Request") and found.state not in {RunState.WAITING, RunState.RUNNING}:
        answer.headers["HX-Refresh"] = "true"
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def publish(request: HttpRequest, round_id: UUID, member_id: UUID) -> HttpResponse:
    """Publish a member's own part of a run, after saying what happens to how many."""
    user = current_user(request)
    found = seen_round(user, round_id)
    member = get_object_or_404(Member, pk=member_id)
    chosen = get_object_or_404(found.runs, pk=_run_id(request))
    if not may_publish_for(user, member.pk):
        raise Http404
    if request.method != "POST":
        context = {
            "round": found,
            "run": chosen,
            "member": member,
            "problem": publication_problem(found, chosen, member),
            "people": chosen.outcomes.filter(entry__member=member).count(),
            "placed": own_seats(chosen, member).count(),
        }
        return render(request, "rounds/publish.html", context)
    try:
        actions.publish_run(run=chosen, member=member, by=user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Resultatet er publisert for deres kandidater."))
    return redirect(found)


def _run_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.GET.get("run") or request.POST.get("run", ""))
    except ValueError as error:
        raise Http404 from error
