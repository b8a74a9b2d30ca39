"""Schemes' pages: the one for everyone, and those on which the owner makes, changes and confirms them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.models import User
from praksis.catalogue import queries, scheme_queries
from praksis.catalogue.actions import ChangedMeanwhileError
from praksis.catalogue.forms import sent_with
from praksis.catalogue.likeness import likely_doubles
from praksis.catalogue.markup import scheme_markup
from praksis.catalogue.models import Scheme
from praksis.catalogue.resources import people_for_scheme
from praksis.catalogue.rules import may_edit_scheme, members_coordinated
from praksis.catalogue.scheme_forms import SchemeForm, StepsForm
from praksis.catalogue.schemes import change_scheme, changes, confirm_schemes, make_scheme, take_steps
from praksis.catalogue.source_queries import cited_by

WRONG = 422


@require_safe
def scheme(request: HttpRequest, scheme_id: UUID) -> HttpResponse:
    """One scheme with all that is known of it, the places that belong to it and schemes like it."""
    found = get_object_or_404(Scheme.objects.select_related("owner"), pk=scheme_id)
    if found.merged_into_id:
        return redirect("catalogue:scheme", found.merged_into_id, permanent=True)
    context = {
        "scheme": found,
        "facts": scheme_queries.scheme_facts(found),
        "texts": scheme_queries.scheme_texts(found),
        "years": list(found.years.all()),
        "changes": scheme_queries.changes_of(found),
        "places": queries.open_places_of_scheme(found),
        "similar": scheme_queries.similar_schemes(found),
        "linked": scheme_markup(found, request.build_absolute_uri(found.get_absolute_url())),
        "people": people_for_scheme(found),
        "cited": cited_by(found),
        "steps": scheme_queries.steps_of(found) if found.is_developing else [],
        "may_edit": may_edit_scheme(request.user, found),
    }
    return render(request, "catalogue/scheme.html", context)


@require_safe
@login_required
def own_schemes(request: HttpRequest) -> HttpResponse:
    """The schemes of the members that the reader answers for: what should be confirmed comes first."""
    members = members_coordinated(request.user)
    if not members:
        raise Http404
    return render(request, "catalogue/own_schemes.html", {"schemes": scheme_queries.schemes_of(members), "members": members})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_scheme(request: HttpRequest) -> HttpResponse:
    """Register a scheme. What is like it is shown before it is stored, with whom to call."""
    members = members_coordinated(request.user)
    if not members:
        raise Http404
    if request.method != "POST":
        return _form_page(request, SchemeForm(members=members, initial={"language": get_language()}))
    form = SchemeForm(request.POST, members=members)
    if not form.is_valid():
        return _form_page(request, form, status=WRONG)
    alike = likely_doubles(form.instance) if "different" not in request.POST else []
    if alike:
        return render(request, "catalogue/edit_scheme.html", {"form": form, "alike": alike})
    made = make_scheme(scheme=form.instance, years=form.years(), by=_user(request))
    messages.success(request, _("Ordningen er registrert."))
    return redirect(made)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_scheme(request: HttpRequest, scheme_id: UUID) -> HttpResponse:
    """Change a scheme; what someone else stored in between is not written over, and shown beside what was written."""
    found = own_scheme(request, scheme_id)
    members = members_coordinated(request.user)
    if request.method != "POST":
        return _form_page(request, SchemeForm(instance=found, members=members, initial={"seen": found.version, "key": found.pk}))
    form = SchemeForm(request.POST, instance=found, members=members)
    if not form.is_valid():
        return _form_page(request, form, status=WRONG)
    try:
        change_scheme(scheme=form.instance, years=form.years(), seen=form.cleaned_data["seen"] or 0, by=_user(request))
    except ChangedMeanwhileError:
        return _changed_meanwhile(request, form)
    messages.success(request, _("Ordningen er lagret."))
    return redirect("catalogue:scheme", scheme_id)


def _changed_meanwhile(request: HttpRequest, form: SchemeForm) -> HttpResponse:
    """The form again with all that was written, and where it differs from what the other stored."""
    stored = Scheme.objects.get(pk=form.instance.pk)
    differ = scheme_queries.told_changes(changes(stored, form.instance))
    again = SchemeForm(
        sent_with(request.POST, seen=stored.version), instance=form.instance, members=members_coordinated(request.user)
    )
    again.add_error(None, _("Noen andre endret ordningen mens du skrev. Se over det som er ulikt, og lagre på nytt."))
    return render(request, "catalogue/edit_scheme.html", {"form": again, "scheme": stored, "differ": differ}, status=WRONG)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def steps(request: HttpRequest, scheme_id: UUID) -> HttpResponse:
    """How far an idea has come; with `runs`, that it is running from now on."""
    found = own_scheme(request, scheme_id)
    if not found.is_developing or found.owner is None:
        return redirect(found)
    if request.method != "POST":
        return _steps_page(request, found, StepsForm(scheme=found))
    form = StepsForm(request.POST, scheme=found)
    if not form.is_valid():
        return _steps_page(request, found, form, status=WRONG)
    runs = "runs" in request.POST
    try:
        take_steps(scheme=found, said=form.said(), runs=runs, seen=form.cleaned_data["seen"], by=_user(request))
    except ChangedMeanwhileError:
        again = StepsForm(sent_with(request.POST, seen=found.version), scheme=found)
        again.add_error(None, _("Noen andre endret ordningen mens du skrev. Se over stegene, og lagre på nytt."))
        return _steps_page(request, found, again, status=WRONG)
    messages.success(request, _("Ordningen er i drift.") if runs else _("Stegene er lagret."))
    return redirect(found)


def _steps_page(request: HttpRequest, found: Scheme, form: StepsForm, *, status: int = 200) -> HttpResponse:
    context = {"scheme": found, "form": form, "people": people_for_scheme(found)}
    return render(request, "catalogue/scheme_steps.html", context, status=status)


@require_POST
@login_required
def confirm(request: HttpRequest, scheme_id: UUID) -> HttpResponse:
    """«It is still right»: one button of the owner's."""
    found = own_scheme(request, scheme_id)
    if found.owner is None:
        return redirect("catalogue:edit_scheme", scheme_id)
    confirm_schemes(Scheme.objects.filter(pk=found.pk), member=found.owner)
    messages.success(request, _("Takk. Ordningen er bekreftet i dag."))
    return redirect("catalogue:scheme", scheme_id)


def _form_page(request: HttpRequest, form: SchemeForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "scheme": None if form.new else form.instance}
    return render(request, "catalogue/edit_scheme.html", context, status=status)


def own_scheme(request: HttpRequest, scheme_id: UUID) -> Scheme:
    """The scheme, where the reader answers for it."""
    found = get_object_or_404(Scheme.objects.select_related("owner"), pk=scheme_id, merged_into__isnull=True)
    if not may_edit_scheme(request.user, found):
        raise Http404
    return found


def _user(request: HttpRequest) -> User:
    """Whoever is signed in; the views let nobody else in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
