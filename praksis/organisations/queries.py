"""Reads about members and hosts."""

from praksis.organisations.choices import MemberKind
from praksis.organisations.models import Member


def region() -> Member | None:
    """The region itself, once it is founded."""
    return Member.objects.filter(kind=MemberKind.REGION).first()
