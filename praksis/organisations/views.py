"""The first run, and who works where."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import activate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from praksis.accounts.actions import standing_link, use_link
from praksis.accounts.backends import enter
from praksis.accounts.choices import Way
from praksis.accounts.models import User
from praksis.organisations import actions, queries
from praksis.organisations.choices import INVITATION_VALID, RESOURCE, Role
from praksis.organisations.forms import InviteForm, MemberForm, NameForm, RegionForm, RoleForm, UnitForm
from praksis.organisations.models import Host, Member, Membership
from praksis.organisations.queries import Held, Workplace, region
from praksis.organisations.rules import roles_to_give

WRONG, GONE = 422, 410


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: HttpRequest, token: str) -> HttpResponse:
    """Open an empty region: only with the token that the terminal printed, and only while there is no region."""
    if region() or not standing_link(token, first_run=True):
        raise Http404
    form = RegionForm(request.POST or None)
    if not form.is_valid():
        return render(request, "organisations/first_run.html", {"form": form}, status=WRONG if form.is_bound else 200)
    if not use_link(token=token, first_run=True):
        raise Http404
    operator = actions.found_region(**form.cleaned_data)
    enter(request, operator, way=Way.FIRST_RUN)
    return redirect("web:my_page")


# ---------------------------------------------------------------- who works there


@never_cache
@require_safe
@login_required
def staff(request: HttpRequest, workplace_id: UUID) -> HttpResponse:
    """Who works at a member or host, in which role, since when, and who is invited."""
    return _staff(request, _workplace(request, workplace_id))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invite(request: HttpRequest, workplace_id: UUID) -> HttpResponse:
    """Invite someone: by e-mail, or where no mail server is set up by a link that the answer shows, this once."""
    workplace = _workplace(request, workplace_id)
    roles = [*roles_to_give(workplace), RESOURCE]
    form = InviteForm(request.POST or None, workplace=workplace, roles=roles, initial={"role": request.GET.get("rolle", "")})
    if form.is_valid():
        try:
            origin = f"{request.scheme}://{request.get_host()}" if settings.MAILERS else ""
            token = actions.invite(workplace=workplace, by=_user(request), origin=origin, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if not token:
                messages.success(request, _("Invitasjonen sendes nå til %s.") % form.cleaned_data["email"])
                return redirect("organisations:staff", workplace.pk)
            link = request.build_absolute_uri(reverse("organisations:follow_invitation", args=[token]))
            context = {"workplace": workplace, "link": link, "form": form, "days": INVITATION_VALID.days}
            return render(request, "organisations/invited.html", context)
    context = {"workplace": workplace, "form": form, "is_host": isinstance(workplace, Host), "by_mail": bool(settings.MAILERS)}
    return render(request, "organisations/invite.html", context, status=WRONG if form.is_bound else 200)


@never_cache
@require_POST
@login_required
def withdraw(request: HttpRequest, workplace_id: UUID, invitation_id: UUID) -> HttpResponse:
    """The invitation's link stops working."""
    workplace = _workplace(request, workplace_id)
    invitation = get_object_or_404(workplace.invitations, pk=invitation_id)
    actions.withdraw_invitation(invitation=invitation, by=_user(request))
    messages.success(request, _("Invitasjonen er tatt tilbake. Lenken virker ikke lenger."))
    return redirect("organisations:staff", workplace.pk)


@never_cache
@require_POST
@login_required
def new_unit(request: HttpRequest, workplace_id: UUID) -> HttpResponse:
    """Add a unit to a member."""
    workplace = _workplace(request, workplace_id)
    if isinstance(workplace, Host):
        raise Http404
    form = UnitForm(request.POST, member=workplace)
    if form.is_valid():
        try:
            with transaction.atomic():
                actions.add_unit(member=workplace, by=_user(request), **form.cleaned_data)
        except IntegrityError:
            form.add_error("name", _("Dere har en enhet med dette navnet."))
        else:
            messages.success(request, _("Enheten er lagt til."))
            return redirect("organisations:staff", workplace.pk)
    return _staff(request, workplace, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_member(request: HttpRequest) -> HttpResponse:
    """A member more, for operators; the next step is to invite its first lead."""
    user = _user(request)
    if not user.memberships.current().filter(role=Role.OPERATOR).exists():
        raise Http404
    form = MemberForm(request.POST or None)
    if form.is_valid():
        try:
            with transaction.atomic():
                made = actions.add_member(by=user, **form.cleaned_data)
        except IntegrityError:
            form.add_error("name", _("Det finnes et medlem med dette navnet."))
        else:
            messages.success(request, _("%s er lagt til. Inviter en leder, så kan lederen invitere de andre.") % made)
            return redirect("organisations:staff", made.pk)
    return render(request, "organisations/new_member.html", {"form": form}, status=WRONG if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change_role(request: HttpRequest, held_id: UUID) -> HttpResponse:
    """Another role, unit or last day."""
    held = _held(request, held_id)
    workplace = actions.workplace_of(held)
    roles = list(dict.fromkeys([*roles_to_give(workplace), held.role]))
    form = RoleForm(request.POST or None, workplace=workplace, roles=roles, first_day=held.starts_on, initial=_initial(held))
    if form.is_valid():
        try:
            with transaction.atomic():
                actions.change_role(held=held, by=_user(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        except IntegrityError:
            form.add_error("role", _("%s har denne rollen allerede.") % held.user)
        else:
            messages.success(request, _("Rollen er endret."))
            return redirect("organisations:staff", workplace.pk)
    context = {"workplace": workplace, "held": held, "form": form}
    return render(request, "organisations/change_role.html", context, status=WRONG if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def take_back_role(request: HttpRequest, held_id: UUID) -> HttpResponse:
    """Ask first, then end the role at once."""
    held = _held(request, held_id)
    workplace = actions.workplace_of(held)
    if request.method != "POST":
        return render(request, "organisations/take_back_role.html", {"workplace": workplace, "held": held})
    try:
        actions.take_back_role(held=held, by=_user(request))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("%s har ikke lenger rollen.") % held.user)
    still_leads = queries.workplace_led(_user(request), workplace.pk)
    return redirect("organisations:staff", workplace.pk) if still_leads else redirect("web:my_page")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind an invitation's link. Its button accepts; opening it does not, since mail scanners open links."""
    invitation = queries.waiting_invitation(actions.digest_of(token))
    known = isinstance(request.user, User) and invitation is not None and request.user.email == invitation.email
    form = NameForm(request.POST or None, initial={"name": _user(request).name} if known else None)
    if invitation and (request.method != "POST" or not form.is_valid()):
        context = {"invitation": invitation, "form": form}
        return render(request, "organisations/follow_invitation.html", context, status=WRONG if form.is_bound else 200)
    user = actions.accept_invitation(token=token, name=form.cleaned_data["name"]) if invitation else None
    if user is None:
        return render(request, "organisations/follow_invitation.html", {"invitation": None}, status=GONE)
    enter(request, user, way=Way.INVITATION)
    activate(user.language)
    if invitation and invitation.role == RESOURCE:
        return redirect("catalogue:my_resource", queries.resource_person_at(user, invitation.workplace).pk)
    return redirect("web:my_page")


@never_cache
@require_POST
@login_required
def remove_resource(request: HttpRequest, workplace_id: UUID, person_id: UUID) -> HttpResponse:
    """The workplace names somebody no more: at once."""
    workplace = _workplace(request, workplace_id)
    person = get_object_or_404(workplace.resource_persons, pk=person_id)
    actions.remove_resource_person(person=person, by=_user(request))
    messages.success(request, _("%s står ikke lenger som ressursperson.") % person)
    return redirect("organisations:staff", workplace.pk)


def _staff(request: HttpRequest, workplace: Workplace, unit_form: UnitForm | None = None) -> HttpResponse:
    context: dict[str, Any] = {"workplace": workplace, "staff": queries.staff_of(workplace)}
    if isinstance(workplace, Member):
        context["unit_form"] = unit_form or UnitForm(member=workplace)
    return render(request, "organisations/staff.html", context, status=WRONG if unit_form else 200)


def _initial(held: Held) -> dict[str, Any]:
    unit = held.unit if isinstance(held, Membership) else None
    return {"role": held.role, "ends_on": held.ends_on, "unit": unit}


def _workplace(request: HttpRequest, workplace_id: UUID) -> Workplace:
    found = queries.workplace_led(_user(request), workplace_id)
    if found is None:
        raise Http404
    return found


def _held(request: HttpRequest, held_id: UUID) -> Held:
    found = queries.held_to_change(_user(request), held_id)
    if found is None:
        raise Http404
    return found


def _user(request: HttpRequest) -> User:
    """Whoever is signed in; the views let nobody else in."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
