"""Founding a region, and who works where: invited, changed, taken back."""

import secrets
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from praksis.accounts.actions import users_for
from praksis.accounts.models import User
from praksis.base.identity import Identity, acting
from praksis.base.jobs import defer_job
from praksis.organisations.choices import INVITATION_VALID, LEADING_ROLES, RESOURCE, MemberKind, Role
from praksis.organisations.models import Host, HostContact, Invitation, Member, Membership, ResourcePerson, Unit
from praksis.organisations.queries import Held, Workplace, roles_at, waiting_invitation, workplace_led
from praksis.organisations.rules import has_someone_who_leads, no_one_left_problem, role_problem

REGION_ROLES = (Role.OPERATOR, Role.COORDINATOR)


@transaction.atomic
def found_region(*, name: str, operator_name: str, operator_email: str) -> User:
    """Name the region and make its first operator, who is its coordinator too, so that one office can start alone.

    Side effects: one Member of kind region, one User, two Memberships. Raises IntegrityError when a region exists.
    """
    region = Member.objects.create(name=name, short_name=name[:40], kind=MemberKind.REGION)
    operator = User(name=operator_name, email=operator_email.lower())
    with acting(Identity(purpose="first-run", key=operator.email)):
        operator.save(force_insert=True)
        Membership.objects.bulk_create(Membership(user=operator, member=region, role=role) for role in REGION_ROLES)
    return operator


# ---------------------------------------------------------------- invitations


@transaction.atomic
def invite(
    *,
    workplace: Workplace,
    email: str,
    role: str,
    by: User,
    unit: Unit | None = None,
    starts_on: date,
    ends_on: date | None = None,
    origin: str = "",
) -> str:
    """Make an invitation and return its token, which is kept nowhere: only its SHA-256 is.

    With `origin`, the site's address, the invitation goes by e-mail in the reader's language, and no token is returned: the
    worker makes one when it writes the letter. Side effects: that job; earlier invitations of this address to the same role stop
    working; a role there that has ended is closed, so that it can begin anew. Raises PermissionDenied, or ValidationError with
    what to do.
    """
    _check_leads(by, workplace)
    if role != RESOURCE and (problem := role_problem(workplace, role, unit)):
        raise ValidationError(problem)
    unit = None if role == RESOURCE else unit
    address, token = email.strip().lower(), secrets.token_urlsafe(32)
    at = _at(workplace)
    held = roles_at(workplace).filter(user__email=address, role=role, **_in(workplace, unit))
    if held.standing().exists():
        raise ValidationError(_("Denne adressen har rollen allerede. Du kan endre den i listen."))
    held.filter(taken_back_at__isnull=True).update(taken_back_at=timezone.now())
    Invitation.objects.waiting().filter(email=address, role=role, unit=unit, **at).update(taken_back_at=timezone.now())
    made = Invitation.objects.create(
        digest=digest_of(token),
        email=address,
        role=role,
        unit=unit,
        starts_on=starts_on,
        ends_on=ends_on,
        invited_by=by,
        origin=origin,
        language=get_language() or by.language,
        expires_at=timezone.now() + INVITATION_VALID,
        **at,
    )
    if not origin:
        return token
    defer_job("organisations.mail_invitation", invitation_id=str(made.pk))
    return ""


@transaction.atomic
def mail_invitation(invitation_id: UUID) -> None:
    """Give an invitation a token and send it, if it waits and was not sent before.

    Runs as the worker. Side effects: the invitation's digest, a mail. An error of the mail server undoes it all, and the job is
    tried again.
    """
    token = secrets.token_urlsafe(32)
    with acting(Identity(purpose="mail-invitation", key=str(invitation_id))):
        unsent = Invitation.objects.waiting().filter(pk=invitation_id, mailed_at__isnull=True).exclude(origin="")
        invitation = unsent.select_related("member", "host").first()
        sent = unsent.update(digest=digest_of(token), mailed_at=timezone.now())
    if invitation and sent:
        with override(invitation.language):
            _letter(invitation, invitation.origin + reverse("organisations:follow_invitation", args=[token])).send()


def _letter(invitation: Invitation, link: str) -> EmailMessage:
    named = {"name": str(invitation.workplace), "role": invitation.role_label}
    lines = [
        _("Du er invitert til %(name)s i Praksistorget, som %(role)s. Her er lenken:") % named,
        link,
        _("Den virker én gang, i %(days)d dager. På siden ser du hva rollen gjelder, før du takker ja.")
        % {"days": INVITATION_VALID.days},
        _("Venter du ingen invitasjon? Da kan du se bort fra denne e-posten."),
    ]
    body = "\n\n".join(lines) + "\n"
    return EmailMessage(subject=_("Invitasjon til Praksistorget"), body=body, to=[invitation.email])


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User) -> None:
    """The link stops working. Twice is once. Raises PermissionDenied."""
    _check_leads(by, invitation.workplace)
    Invitation.objects.waiting().filter(pk=invitation.pk).update(taken_back_at=timezone.now())


@transaction.atomic
def accept_invitation(*, token: str, name: str) -> User | None:
    """Use the link up and give its role to whoever has the address; the user, or None when the link does not work (any more).

    Of many who use it at once one gets it. Side effect: a User called `name` where the address had none.
    """
    digest = digest_of(token)
    invitation = waiting_invitation(digest)
    if invitation is None:
        return None
    with acting(Identity(purpose="invitation", key=digest)):
        taken = Invitation.objects.waiting().filter(pk=invitation.pk).update(accepted_at=timezone.now())
    if not taken:
        return None
    user = users_for([(invitation.email, name)])[invitation.email]
    with acting(Identity(user=str(user.pk), purpose="invitation", key=digest)):
        _give(user, invitation)
    return user


def _give(user: User, invitation: Invitation) -> None:
    if invitation.role == RESOURCE:
        named = ResourcePerson(user=user, name=user.name, languages=[user.language], **_at(invitation.workplace))
        ResourcePerson.objects.bulk_create([named], ignore_conflicts=True)
        return
    dates = {"starts_on": invitation.starts_on, "ends_on": invitation.ends_on}
    model: type[Held] = Membership if invitation.member_id else HostContact
    where = _at(invitation.workplace) | _in(invitation.workplace, invitation.unit)
    manager: Any = model._default_manager
    manager.bulk_create([model(user=user, role=invitation.role, **where, **dates)], ignore_conflicts=True)


# ---------------------------------------------------------------- roles


@transaction.atomic
def change_role(*, held: Held, role: str, ends_on: date | None, by: User, unit: Unit | None = None) -> None:
    """Give somebody another role, unit or last day. Raises PermissionDenied, IntegrityError when they have that role already, or
    ValidationError when nobody who leads would be left."""
    workplace = workplace_of(held)
    _check_leads(by, workplace)
    if role != held.role and (problem := role_problem(workplace, role, unit)):
        raise ValidationError(problem)
    led = held.role in LEADING_ROLES
    changes: dict[str, Any] = {"role": role, "ends_on": ends_on, **({"unit": unit} if isinstance(held, Membership) else {})}
    _alone(workplace)
    _update(held, **changes)
    if led and not has_someone_who_leads(workplace):
        raise ValidationError(no_one_left_problem(workplace))


@transaction.atomic
def take_back_role(*, held: Held, by: User) -> None:
    """The role ends now: the next request is refused. Raises PermissionDenied, or ValidationError when nobody would lead."""
    workplace = workplace_of(held)
    _check_leads(by, workplace)
    _alone(workplace)
    _update(held, taken_back_at=timezone.now())
    if held.role in LEADING_ROLES and not has_someone_who_leads(workplace):
        raise ValidationError(no_one_left_problem(workplace))


def _update(held: Held, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(held, name, value)
    held.save(update_fields=list(changes))


def _alone(workplace: Workplace) -> None:
    """Two who end each other's roles at once wait for one another."""
    type(workplace)._default_manager.select_for_update().get(pk=workplace.pk)


# ---------------------------------------------------------------- members and units


@transaction.atomic
def add_member(*, name: str, short_name: str, kind: str, by: User) -> Member:
    """A new member, without a lead until one is invited. By an operator.

    Raises PermissionDenied, or IntegrityError for a known name.
    """
    if kind == MemberKind.REGION or not by.memberships.current().filter(role=Role.OPERATOR).exists():
        raise PermissionDenied
    return Member.objects.create(name=name, short_name=short_name, kind=kind)


@transaction.atomic
def add_unit(*, member: Member, name: str, above: Unit | None, by: User) -> Unit:
    """A unit of a member, perhaps below another. Raises PermissionDenied, IntegrityError for a known name."""
    _check_leads(by, member)
    return Unit.objects.create(member=member, name=name, above=above)


# ---------------------------------------------------------------- resource persons

NOBODY_ELSES = ("name", "title", "knows", "experience", "fields", "groups", "kinds", "languages")
"""What a resource person says, in columns."""


@transaction.atomic
def name_oneself(*, person: ResourcePerson, agrees: bool, by: User) -> None:
    """Store what a resource person says, and whether everyone may see it. By the person alone; raises PermissionDenied.

    Saying yes again keeps the first day.
    """
    if person.user_id != by.pk:
        raise PermissionDenied
    person.agreed_at = (person.agreed_at or timezone.now()) if agrees else None
    person.changed_at = timezone.now()
    person.save(update_fields=[*NOBODY_ELSES, "agreed_at", "changed_at"])


@transaction.atomic
def hide_oneself(*, person: ResourcePerson, by: User) -> None:
    """Take the yes back: from the next click nobody finds the person. What was written stays theirs. Raises PermissionDenied."""
    if person.user_id != by.pk:
        raise PermissionDenied
    person.agreed_at, person.changed_at = None, timezone.now()
    person.save(update_fields=["agreed_at", "changed_at"])


@transaction.atomic
def remove_resource_person(*, person: ResourcePerson, by: User) -> None:
    """The workplace names somebody no more, with all that was written. Raises PermissionDenied."""
    _check_leads(by, person.workplace)
    person.delete()


# ---------------------------------------------------------------- hosts


OF_A_NEW_HOST = (
    *("name", "field", "municipality", "area", "registered_name", "industry", "industry_standard", "industry_words"),
    *("address", "employees", "checked_at", "made_up"),
)


@transaction.atomic
def stored_host(host: Host) -> Host:
    """The row of a host that may be new, with the one above it; of two who make it at once, one does."""
    if not host._state.adding:
        return host
    values: dict[str, Any] = {name: getattr(host, name) for name in OF_A_NEW_HOST}
    values["above"] = stored_host(host.above) if host.above else None
    return Host.objects.get_or_create(number=host.number, defaults=values)[0]


def _check_leads(user: User, workplace: Workplace) -> None:
    if workplace_led(user, workplace.pk) is None:
        raise PermissionDenied


def workplace_of(held: Held) -> Workplace:
    """Where a role is."""
    return held.member if isinstance(held, Membership) else held.host


def _at(workplace: Workplace) -> dict[str, Any]:
    return {"member": workplace} if isinstance(workplace, Member) else {"host": workplace}


def _in(workplace: Workplace, unit: Unit | None) -> dict[str, Any]:
    """Hosts have no units."""
    return {} if isinstance(workplace, Host) else {"unit": unit}


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()
