"""Reads about members and hosts."""

from praksis.accounts.choices import Way
from praksis.accounts.models import User
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Member


def region() -> Member | None:
    """The region itself, once it is founded."""
    return Member.objects.filter(kind=MemberKind.REGION).first()


def needs_second_factor(user: User, way: str) -> bool:
    """Those who run things always; all staff who come by a link, which is no safer than their mailbox."""
    roles = set(user.memberships.current().values_list("role", flat=True)) - {Role.BOARD}
    return bool(roles & {Role.LEAD, Role.OPERATOR}) or (bool(roles) and way in (Way.MAIL, Way.TERMINAL, Way.FIRST_RUN))
