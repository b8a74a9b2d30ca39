"""Who may do what with candidates."""

from uuid import UUID

from django.utils import timezone

from praksis.accounts.models import User
from praksis.candidates.choices import ADULT
from praksis.candidates.models import Candidate, placing_members, placing_units
from praksis.organisations.choices import Role
from praksis.organisations.models import Unit


def members_led(user: User) -> list[UUID]:
    """The members whose lead the user is: may see who looked at whom there."""
    led = user.memberships.current().filter(role=Role.LEAD)
    return list(led.order_by("member_id").values_list("member_id", flat=True))


def may_place_for(user: User, member_id: UUID) -> bool:
    """Take in a member's people from a spreadsheet, put them into a round: the staff who place all of them."""
    return bool(placing_members(user).filter(member=member_id).exists())


def may_place_in(user: User, member_id: UUID, unit_id: UUID | None) -> bool:
    """Add and change people, see what they got: the staff who place all the member's people, or those of the unit."""
    if may_place_for(user, member_id):
        return True
    return unit_id is not None and Unit.objects.filter(pk=unit_id, member=member_id, pk__in=placing_units(user)).exists()


def may_decide_for(user: User, member_id: UUID) -> bool:
    """Erase people: the member's coordinators and leads."""
    roles = (Role.COORDINATOR, Role.LEAD)
    return user.memberships.current().filter(member=member_id, role__in=roles).exists()


def is_minor(candidate: Candidate) -> bool:
    """Whether a guardian must consent. Only the year of birth is known: whoever may still be 17 counts as a child; where no year
    is known, whoever has a guardian does."""
    if candidate.birth_year is None:
        return candidate.guardians.exists()
    return timezone.localdate().year - candidate.birth_year <= ADULT


def may_ask_for_correction_of(user: User, candidate: Candidate) -> bool:
    """Ask for a correction: the person, a child too, and guardians."""
    return Candidate.objects.owned_by(user).filter(pk=candidate.pk).exists()


def may_consent_for(user: User, candidate: Candidate) -> bool:
    """Give a consent or take it back: the grown-up person, or the guardian of a child. Never staff."""
    if is_minor(candidate):
        return candidate.guardians.filter(user=user).exists()
    return candidate.user_id == user.pk
