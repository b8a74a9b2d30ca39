"""Who may note what a programme lacks, and tell of what stood in a scheme's way."""

from django.contrib.auth.models import AnonymousUser

from praksis.accounts.models import User
from praksis.catalogue.models import Scheme
from praksis.catalogue.rules import members_coordinated
from praksis.organisations.models import Member
from praksis.ways.models import Gap

type Reader = User | AnonymousUser


def may_note_for(user: Reader, member: Member) -> bool:
    """Note what a programme lacks: its member's coordinators and leads."""
    return members_coordinated(user).filter(pk=member.pk).exists()


def may_change_gap(user: Reader, gap: Gap) -> bool:
    """Start a draft from it, close it: its own member's coordinators and leads."""
    return may_note_for(user, gap.member)


def may_tell_of(user: Reader, scheme: Scheme) -> bool:
    """Tell what stood in its way: the coordinators and leads of the scheme's owner."""
    return scheme.owner is not None and may_note_for(user, scheme.owner)
