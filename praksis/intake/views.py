"""Taking in what a member has, and making one scheme of two."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.models import User
from praksis.base.sorting import norwegian
from praksis.base.tables import TYPES, NotATableError, written_sentence
from praksis.intake import actions, queries
from praksis.intake.choices import IntakeState
from praksis.intake.forms import ColumnsForm, SendForm, decisions
from praksis.intake.models import Intake, Pair
from praksis.intake.rules import may_judge_pairs, members_taken_in_for, owners_judged_for
from praksis.organisations.choices import MemberKind

PAGE = 50
PAIRS = 10
WRONG = 422


@never_cache
@require_safe
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """To the member that the reader takes in schemes for; a choice where there are several."""
    members = list(members_taken_in_for(request.user).order_by(norwegian("name"), "id"))
    if not members:
        raise Http404
    if len(members) == 1:
        return redirect("intake:intakes", members[0].pk)
    return render(request, "intake/start.html", {"members": members})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def intakes(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """A member's imports, and a form to send something new."""
    member = get_object_or_404(members_taken_in_for(request.user), pk=member_id)
    feeds = list(queries.feeds_of(member))
    form = SendForm(request.POST or None, request.FILES or None, feeds=feeds)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.send(member=member, feed_name=form.feed_name(), sent=form.sent(), by=_user(request))
        except NotATableError as problem:
            form.add_error("file", str(problem))
        else:
            return redirect(made)
    page = Paginator(queries.intakes_of(member), PAGE).get_page(request.GET.get("page"))
    status = WRONG if form.is_bound else 200
    return render(request, "intake/intakes.html", {"member": member, "form": form, "page": page}, status=status)


@never_cache
@require_safe
@login_required
def intake(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """One import, where it stands: its columns, how far it is, its rows, what came of it."""
    found = _intake(request, intake_id)
    if queries.is_forgotten(found):
        return render(request, "intake/intake.html", {"intake": found, "is_forgotten": True})
    form = ColumnsForm(intake=found) if found.state == IntakeState.MAPPING else None
    return _page(request, found, form)


def _page(request: HttpRequest, found: Intake, form: ColumnsForm | None, status: int = 200) -> HttpResponse:
    tabs = queries.outcomes(found)
    first = next((code for code, _name, count in tabs if count), "new")
    chosen = request.GET.get("outcome", first)
    chosen = chosen if chosen in {code for code, _name, _count in tabs} else first
    page = Paginator(queries.rows_of(found, chosen), PAGE).get_page(request.GET.get("page"))
    context = {
        "intake": found,
        "form": form,
        "tabs": tabs,
        "chosen": chosen,
        "page": page,
        "rows": [queries.shown(row) for row in page],
        "written_as": written_sentence(*found.written_as) if found.written_as else "",
        "has_rows": bool(found.counts) and not found.busy and form is None,
    }
    return render(request, "intake/intake.html", context, status=status)


@never_cache
@require_POST
@login_required
def sheet(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """Read another sheet of the file."""
    found = _intake(request, intake_id)
    chosen = request.POST.get("sheet", "")
    return _done(request, found, lambda: actions.choose_sheet(intake=found, sheet=chosen, by=_user(request)))


@never_cache
@require_POST
@login_required
def columns(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """Say which column is what; or, with `again`, go back to that."""
    found = _intake(request, intake_id)
    by = _user(request)
    if "again" in request.POST:
        return _done(request, found, lambda: actions.change_columns(intake=found, by=by))
    form = ColumnsForm(request.POST, intake=found)
    if not form.is_valid():
        return _page(request, found, form, status=WRONG)
    key = form.cleaned_data["key"]
    return _done(request, found, lambda: actions.choose_columns(intake=found, columns=form.columns(), key=key, by=by))


@never_cache
@require_POST
@login_required
def decide(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """Say of doubtful rows whether they are what they resemble."""
    found = _intake(request, intake_id)
    said = decisions(request.POST)
    return _done(request, found, lambda: actions.decide(intake=found, decisions=said, by=_user(request)))


@never_cache
@require_POST
@login_required
def write(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """Store what was tried."""
    found = _intake(request, intake_id)
    return _done(request, found, lambda: actions.order_write(intake=found, by=_user(request)))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def undo(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """Take an import back: a question first, then the deed."""
    found = _intake(request, intake_id)
    if request.method != "POST":
        return render(request, "intake/undo.html", {"intake": found})
    return _done(request, found, lambda: actions.order_undo(intake=found, by=_user(request)))


@never_cache
@require_safe
@login_required
def wrong_rows(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """The rows that must be mended, as a file like the one that was sent."""
    found = _intake(request, intake_id)
    content = queries.wrong_rows(found)
    if content is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="rettes.{found.form}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=TYPES[found.form], headers=headers)


# ---------------------------------------------------------------- one of each


@never_cache
@require_safe
@login_required
def pairs(request: HttpRequest) -> HttpResponse:
    """Schemes that may be the same, two and two."""
    if not may_judge_pairs(request.user):
        raise Http404
    page = Paginator(queries.pairs_to_judge(request.user), PAIRS).get_page(request.GET.get("page"))
    judged = owners_judged_for(request.user)
    region = members_taken_in_for(request.user).filter(kind=MemberKind.REGION).exists()
    listed = [queries.pair_shown(pair, judged, of_the_region=region) for pair in page]
    return render(request, "intake/pairs.html", {"page": page, "pairs": listed})


@never_cache
@require_POST
@login_required
def merge(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    """Let one scheme go into the other."""
    found = _pair(request, pair_id)
    keep = next((one.pk for one in (found.one, found.other) if str(one.pk) == request.POST.get("keep")), None)
    if keep is None or not queries.may_keep(request.user, found, keep):
        raise Http404
    try:
        kept = actions.merge(pair=found, keep=keep, by=_user(request))
        messages.success(request, _("Ordningene er slått sammen til «%s». Den gamle adressen fører dit.") % kept.title)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("intake:pairs")


@never_cache
@require_POST
@login_required
def tell_apart(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    """Say that two are different."""
    actions.tell_apart(pair=_pair(request, pair_id), by=_user(request))
    messages.success(request, _("Ordningene er merket som ulike, og vises ikke sammen igjen."))
    return redirect("intake:pairs")


def _done(request: HttpRequest, found: Intake, deed: Callable[[], Any]) -> HttpResponse:
    """Do something with an import, and show it again; what cannot be done now is told."""
    try:
        deed()
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    except NotATableError as problem:
        messages.error(request, str(problem))
    return redirect(found)


def _intake(request: HttpRequest, intake_id: UUID) -> Intake:
    found = queries.intake_seen(request.user, intake_id)
    if found is None:
        raise Http404
    return found


def _pair(request: HttpRequest, pair_id: UUID) -> Pair:
    found = queries.pair_seen(request.user, pair_id)
    if found is None:
        raise Http404
    return found


def _user(request: HttpRequest) -> User:
    """Whoever is signed in; the views let nobody else in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
