"""A member's own people: the list, one of them, a new one, and a whole spreadsheet."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.models import User
from praksis.base import trail
from praksis.base.codes import ReadKind, Shown, TargetGroup
from praksis.base.tables import NotATableError
from praksis.candidates import actions, queries
from praksis.candidates.actions import add_need, import_candidates, save_candidate
from praksis.candidates.forms import AnswerForm, LogForm, NeedForm, PersonForm, UploadForm
from praksis.candidates.imports import read_rows, template_file
from praksis.candidates.models import Candidate, Correction
from praksis.candidates.rules import may_decide_for, members_led
from praksis.organisations.models import Member

PAGE = 50
WRONG = 422
SHOWN_FAULTS = 200


@never_cache
@require_safe
@login_required
def candidates(request: HttpRequest) -> HttpResponse:
    """The people the reader places."""
    user = _user(request)
    members = list(queries.members_placed_for(user))
    if not members:
        raise Http404
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    group = request.GET.get("group", "") if request.GET.get("group") in TargetGroup.values else ""
    found = queries.listed_candidates(user, words, group, request.GET.get("sort", "name"))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    trail.saw(request, Shown.PEOPLE, *page, kind=ReadKind.LIST)
    context = {
        "page": page,
        "members": members,
        "whole": set(queries.members_placed_for(user, whole=True)),
        "words": words,
        "group": group,
        "groups": TargetGroup.choices,
        "waiting": queries.waiting_corrections(user).count(),
    }
    return render(request, "candidates/candidates.html", context)


@never_cache
@require_safe
@login_required
def access_log(request: HttpRequest) -> HttpResponse:
    """Who in the reader's organisation was shown whom: for its lead."""
    user = _user(request)
    members = members_led(user)
    if not members:
        raise Http404
    form = LogForm(request.GET, staff=queries.staff_of(members))
    only = queries.LogFilter(**form.cleaned_data) if form.is_valid() else queries.LogFilter()
    page = Paginator(queries.access_log(members, only), PAGE).get_page(request.GET.get("page"))
    looks = queries.looks(user, members, page)
    trail.saw(request, Shown.TRAIL, *(look.person for look in looks if look.person), kind=ReadKind.LIST)
    context = {"form": form, "page": page, "looks": looks, "only": only, "days": queries.LOG_DAYS}
    return render(request, "candidates/access_log.html", context)


@never_cache
@require_safe
@login_required
def corrections(request: HttpRequest) -> HttpResponse:
    """What people ask to have corrected, and the last answers."""
    if not queries.members_placed_for(_user(request)):
        raise Http404
    return _corrections(request)


@never_cache
@require_POST
@login_required
def answer_correction(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """Say that it is done, or why not."""
    found = get_object_or_404(queries.corrections_of(_user(request)), pk=correction_id)
    form = AnswerForm(request.POST, auto_id=f"%s_{found.pk}")
    if not form.is_valid():
        return _corrections(request, found, form)
    if actions.answer_correction(correction=found, by=_user(request), **form.cleaned_data):
        messages.success(request, _("Svaret er lagret. Personen ser det på siden sin."))
    else:
        messages.info(request, _("En annen hos dere har svart allerede. Svaret ditt er ikke lagret."))
    return redirect("candidates:corrections")


def _corrections(request: HttpRequest, tried: Correction | None = None, form: AnswerForm | None = None) -> HttpResponse:
    user = _user(request)
    waiting, answered = queries.waiting_corrections(user)[:PAGE], queries.answered_corrections(user)
    forms = [(one, form if tried and form and one.pk == tried.pk else _answer_form(one)) for one in waiting]
    trail.saw(request, Shown.FACTS, *(one.candidate for one in [*waiting, *answered]), kind=ReadKind.LIST)
    context = {"waiting": forms, "answered": answered}
    return render(request, "candidates/corrections.html", context, status=WRONG if form else 200)


def _answer_form(one: Correction) -> AnswerForm:
    return AnswerForm(auto_id=f"%s_{one.pk}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_candidate(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Add one person with one need."""
    member = _member(request, member_id)
    person, need = _person_form(request, member), NeedForm(request.POST or None, member=member)
    whole = request.method == "POST" and person.is_valid() & need.is_valid()
    if whole and (made := _saved(request, member, person)) is not None:
        add_need(candidate=made, need=need.cleaned_data, by=_user(request))
        messages.success(request, _("Personen er lagt til."))
        return redirect("candidates:candidates")
    context = {"person": person, "need": need, "member": member}
    return render(request, "candidates/new_candidate.html", context, status=WRONG if person.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def candidate(request: HttpRequest, candidate_id: UUID) -> HttpResponse:
    """One person: facts and papers can be changed, needs added."""
    found = _candidate(request, candidate_id)
    person = _person_form(request, found.member, found)
    if request.method == "POST" and person.is_valid() and _saved(request, found.member, person, found):
        messages.success(request, _("Endringene er lagret. Er personen med i en runde, meld inn på nytt der, så følger de med."))
        return redirect("candidates:candidate", candidate_id)
    return _page(request, found, person, NeedForm(member=found.member), status=WRONG if person.is_bound else 200)


@never_cache
@require_http_methods(["POST"])
@login_required
def new_need(request: HttpRequest, candidate_id: UUID) -> HttpResponse:
    """Add a need to a person."""
    found = _candidate(request, candidate_id)
    need = NeedForm(request.POST, member=found.member)
    if need.is_valid():
        add_need(candidate=found, need=need.cleaned_data, by=_user(request))
        messages.success(request, _("Behovet er lagt til."))
        return redirect("candidates:candidate", candidate_id)
    return _page(request, found, _person_form(request, found.member, found, read=False), need, status=WRONG)


def _page(request: HttpRequest, found: Candidate, person: PersonForm, need: NeedForm, status: int) -> HttpResponse:
    trail.saw(request, Shown.FACTS, found)
    context = {"candidate": found, "person": person, "need": need, "may_erase": may_decide_for(_user(request), found.member_id)}
    return render(request, "candidates/candidate.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def from_spreadsheet(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Take in a spreadsheet: good rows are kept, the others are told one by one."""
    member = _member(request, member_id, whole=True)
    form = UploadForm(request.POST or None, request.FILES or None)
    context = {"form": form, "member": member}
    if request.method != "POST":
        return render(request, "candidates/from_spreadsheet.html", context)
    if form.is_valid():
        try:
            rows, faults = read_rows(form.cleaned_data["file"].read())
        except NotATableError as error:
            form.add_error("file", str(error))
        else:
            done = import_candidates(member=member, rows=rows, by=_user(request))
            listed = sorted([*faults, *done.faults], key=lambda fault: fault.line)
            context |= {"done": done, "faults": listed[:SHOWN_FAULTS], "fault_count": len({fault.line for fault in listed})}
            return render(request, "candidates/from_spreadsheet.html", context)
    return render(request, "candidates/from_spreadsheet.html", context, status=WRONG)


@require_safe
@login_required
def template(_request: HttpRequest) -> HttpResponse:
    """The spreadsheet to fill in."""
    headers = {"Content-Disposition": 'attachment; filename="kandidater.csv"'}
    return HttpResponse(template_file(), content_type="text/csv; charset=utf-8", headers=headers)


def _saved(request: HttpRequest, member: Member, person: PersonForm, known: Candidate | None = None) -> Candidate | None:
    """The person saved, or None with the form told that the reference is somebody else's."""
    try:
        with transaction.atomic():
            return save_candidate(member=member, person=person.cleaned_data, by=_user(request), candidate=known)
    except IntegrityError:
        person.add_error("reference", _("En annen hos dere har denne referansen. Skriv en annen."))
        return None


def _person_form(request: HttpRequest, member: Member, found: Candidate | None = None, *, read: bool = True) -> PersonForm:
    """The form, with what was sent in it where it is `read`."""
    units, must = queries.units_to_choose(_user(request), member)
    sent = request.POST or None if read else None
    return PersonForm(sent, initial=_initial(found) if found else None, units=units, must_have_unit=must)


def _initial(found: Candidate) -> dict[str, object]:
    names = ("first_name", "last_name", "birth_year", "reference", "language", "address_protected", "unit")
    return {name: getattr(found, name) for name in names} | {
        "email": found.user.email if found.user else "",
        "papers": [held.paper for held in found.papers.all()],
    }


def _candidate(request: HttpRequest, candidate_id: UUID) -> Candidate:
    found = queries.candidate_to_change(_user(request), candidate_id)
    if found is None:
        raise Http404
    return found


def _member(request: HttpRequest, member_id: UUID, *, whole: bool = False) -> Member:
    return get_object_or_404(queries.members_placed_for(_user(request), whole=whole), pk=member_id)


def _user(request: HttpRequest) -> User:
    """Whoever is signed in; the views let nobody else in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
