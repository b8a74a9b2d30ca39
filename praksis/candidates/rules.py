"""Who may do what with candidates."""

from uuid import UUID

from praksis.accounts.models import User
from praksis.candidates.models import placing_members, placing_units
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
