"""Who can be asked: the directory, asking somebody, and what a resource person says."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.browsers import network_of
from praksis.accounts.models import User
from praksis.catalogue.questions import TooManyQuestionsError, ask_person
from praksis.catalogue.resource_forms import QuestionForm, ResourceForm
from praksis.catalogue.resources import directory, kind_names
from praksis.organisations.actions import hide_oneself, name_oneself
from praksis.organisations.models import ResourcePerson

WRONG, TOO_MANY = 422, 429


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The directory, with filters."""
    return render(request, "catalogue/people.html", {"found": directory(request.GET)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One resource person, and the form by which to ask. The address is on no page."""
    standing = ResourcePerson.objects.published().select_related("member", "host")
    person = get_object_or_404(standing, pk=person_id)
    if request.method != "POST":
        return _asking(request, person, QuestionForm(initial=_asker(request)))
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _asking(request, person, form, status=WRONG)
    data = {name: form.cleaned_data[name] for name in ("name", "email", "question", "click_key")}
    try:
        ask_person(person=person, by=request.user, network=network_of(request), **data)
    except TooManyQuestionsError:
        form.add_error(None, _("Det er sendt mange spørsmål den siste timen. Vent en time, og send på nytt."))
        return _asking(request, person, form, status=TOO_MANY)
    messages.success(request, _("Spørsmålet er sendt til %s. Svaret kommer til e-posten din.") % person)
    return redirect("catalogue:people")


def _asking(request: HttpRequest, person: ResourcePerson, form: QuestionForm, *, status: int = 200) -> HttpResponse:
    context = {"person": person, "kinds": kind_names(person), "form": form}
    return render(request, "catalogue/ask_person.html", context, status=status)


def _asker(request: HttpRequest) -> dict[str, str]:
    """Who is signed in need not write the address. The name each writes as they want it known."""
    return {"email": request.user.email} if isinstance(request.user, User) else {}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def my_resource(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """What one can be asked about, in one's own words, and the yes to being named."""
    person, user = _own(request, person_id)
    if request.method != "POST":
        return _mine(request, ResourceForm(instance=person, initial={"agrees": person.agreed_at is not None}))
    form = ResourceForm(request.POST, instance=person)
    if not form.is_valid():
        return _mine(request, form, status=WRONG)
    agrees = form.cleaned_data["agrees"]
    name_oneself(person=form.instance, agrees=agrees, by=user)
    messages.success(request, _("Lagret. Du vises nå som ressursperson.") if agrees else _("Lagret. Ingen andre ser det."))
    return redirect("catalogue:my_resource", person.pk)


def _mine(request: HttpRequest, form: ResourceForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "person": form.instance}
    return render(request, "catalogue/my_resource.html", context, status=status)


@require_POST
@login_required
def hide_resource(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Take the yes back."""
    person, user = _own(request, person_id)
    hide_oneself(person=person, by=user)
    messages.success(request, _("Du vises ikke lenger som ressursperson."))
    return redirect("catalogue:my_resource", person.pk)


def _own(request: HttpRequest, person_id: UUID) -> tuple[ResourcePerson, User]:
    if not isinstance(request.user, User):
        raise Http404
    mine = ResourcePerson.objects.filter(user=request.user).select_related("member", "host")
    return get_object_or_404(mine, pk=person_id), request.user
