"""Auditors: named and ended by the leads of the round's members; they see all runs and take the files of each."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from praksis.base import trail
from praksis.base.codes import Shown
from praksis.rounds import actions, queries
from praksis.rounds.forms import AuditorForm
from praksis.rounds.models import Auditor, Round, Run, RunInput
from praksis.rounds.queries.audits import FILES
from praksis.rounds.queries.rounds import runs_of
from praksis.rounds.rules import may_audit, may_end_auditor
from praksis.rounds.views.rounds import WRONG, current_user


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def auditors(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Who checks the round, on whose behalf and until when; and one more."""
    user = current_user(request)
    found = get_object_or_404(Round, pk=round_id)
    if not may_end_auditor(user, found):
        raise Http404
    form = AuditorForm(request.POST or None, members=queries.members_to_name_for(user, found))
    if form.is_valid():
        try:
            with transaction.atomic():
                named = actions.name_auditor(round_=found, by=user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("email", error)
        else:
            messages.success(request, _("%s kan kontrollere runden. Si fra, og be om å logge inn med den adressen.") % named.name)
            return redirect("rounds:auditors", found.pk)
    standing, ended = queries.auditors_of(found)
    context = {"round": found, "form": form, "standing": standing, "ended": ended}
    return render(request, "rounds/auditors.html", context, status=WRONG if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def end_auditor(request: HttpRequest, auditor_id: UUID) -> HttpResponse:
    """Ask first, then end the role at once."""
    auditor = get_object_or_404(Auditor.objects.select_related("round", "member"), pk=auditor_id)
    if request.method != "POST" and may_end_auditor(current_user(request), auditor.round):
        return render(request, "rounds/end_auditor.html", {"auditor": auditor})
    try:
        actions.end_auditor(auditor=auditor, by=current_user(request))
    except PermissionDenied as error:
        raise Http404 from error
    messages.success(request, _("%s kan ikke lenger kontrollere runden.") % auditor.name)
    return redirect("rounds:auditors", auditor.round_id)


@never_cache
@require_safe
@login_required
def audit(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """For an auditor: every run of the round, the files of each, and how to check them."""
    found = _audited(request, round_id)
    context = {"round": found, "runs": runs_of(found), "with_files": queries.files_of(found), "files": FILES}
    return render(request, "rounds/audit.html", context)


@never_cache
@require_safe
@login_required
def audit_file(request: HttpRequest, run_id: UUID, name: str) -> HttpResponse:
    """One file of a run, as the worker stored it. Each download is entered in the trail of every member in the round."""
    run = get_object_or_404(Run, pk=run_id)
    found = _audited(request, run.round_id)
    content = RunInput.objects.filter(run=run).values_list(name, flat=True).first() if name in FILES else None
    if content is None:
        raise Http404
    trail.took(request, Shown.FILES, found.members.values_list("pk", flat=True).order_by("pk"))
    headers = {"Content-Disposition": f'attachment; filename="{name}.json.gz"'}
    return HttpResponse(bytes(content), content_type="application/gzip", headers=headers)


def _audited(request: HttpRequest, round_id: UUID) -> Round:
    """The round, if the reader may check it; forbidden looks like missing."""
    found = get_object_or_404(Round.objects.select_related("owner"), pk=round_id)
    if not may_audit(current_user(request), found):
        raise Http404
    return found
