"""Auditors of a round: named by a member's lead, from one day to another, and ended at once by any of the round's leads."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from praksis.accounts.actions import users_for
from praksis.accounts.models import User
from praksis.candidates.choices import PLACING_ROLES
from praksis.organisations.models import Member
from praksis.rounds.models import Auditor, Round
from praksis.rounds.rules import may_end_auditor, may_name_auditor


@transaction.atomic
def name_auditor(*, round_: Round, member: Member, name: str, email: str, starts_on: date, ends_on: date, by: User) -> Auditor:
    """Let somebody check the round whole, on behalf of a member that takes part. Side effect: a user where the address has none.

    Raises PermissionDenied, or ValidationError for somebody who follows people of that member or has the role already.
    """
    if not may_name_auditor(by, round_, member.pk):
        raise PermissionDenied
    address = email.strip().lower()
    user = users_for([(address, name)])[address]
    if user.memberships.current().filter(member=member, role__in=PLACING_ROLES).exists():
        raise ValidationError(_("Den som følger opp noen i runden, kan ikke kontrollere den. Velg en annen."))
    Auditor.objects.filter(round=round_, user=user).exclude(pk__in=Auditor.objects.standing()).update(
        taken_back_at=timezone.now()
    )
    if Auditor.objects.standing().filter(round=round_, user=user).exists():
        raise ValidationError(_("Denne adressen kontrollerer runden allerede."))
    return Auditor.objects.create(
        round=round_, user=user, member=member, name=name, email=address, starts_on=starts_on, ends_on=ends_on
    )


@transaction.atomic
def end_auditor(*, auditor: Auditor, by: User) -> None:
    """The role ends now: the next request is refused. Twice is once. Raises PermissionDenied."""
    if not may_end_auditor(by, auditor.round):
        raise PermissionDenied
    Auditor.objects.filter(pk=auditor.pk, taken_back_at__isnull=True).update(taken_back_at=timezone.now())
