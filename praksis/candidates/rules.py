"""Who may do what with candidates."""

from uuid import UUID

from praksis.accounts.models import User
from praksis.candidates.choices import PLACING_ROLES
from praksis.organisations.choices import Role


def members_led(user: User) -> list[UUID]:
    """The members whose lead the user is: may see who looked at whom there."""
    led = user.memberships.current().filter(role=Role.LEAD)
    return list(led.order_by("member_id").values_list("member_id", flat=True))


def may_place_for(user: User, member_id: UUID) -> bool:
    """Add and change a member's people, put them into a round, see what they got: that member's placing staff."""
    return user.memberships.current().filter(member=member_id, role__in=PLACING_ROLES).exists()
