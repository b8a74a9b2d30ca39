"""Kinds of members, and the roles that a membership gives."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MemberKind(TextChoices):
    REGION = "region", _("region")
    UNIVERSITY = "university", _("universitet eller høgskole")
    COUNTY = "county", _("fylkeskommune")
    NAV = "nav", _("NAV")
    MUNICIPALITY = "municipality", _("kommune")
    SCHOOL = "school", _("ungdomsskole")
    WELFARE = "welfare", _("studentsamskipnad")


class Role(TextChoices):
    """What a member's staff do. The region's own roles (board, operator) are memberships in the region."""

    COORDINATOR = "coordinator", _("koordinator")
    COUNSELLOR = "counsellor", _("veileder")
    LEAD = "lead", _("leder")
    BOARD = "board", _("styremedlem")
    OPERATOR = "operator", _("driftsansvarlig")


class HostRole(TextChoices):
    CONTACT = "contact", _("kontaktperson")
    SIGNER = "signer", _("signerer avtaler")
    SUPERVISOR = "supervisor", _("veileder hos virksomheten")


DECIDING_HOST_ROLES = frozenset({HostRole.CONTACT, HostRole.SIGNER})
LEADING_ROLES = frozenset({Role.LEAD, *DECIDING_HOST_ROLES})
"""Whoever has one of these says who works there; one of them must always be left."""
STAFF_ROLES = (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD, Role.BOARD)
"""What someone may be invited to at a member; at the region an operator too."""
INVITED_HOST_ROLES = (HostRole.CONTACT, HostRole.SUPERVISOR)
INVITATION_VALID = timedelta(days=7)
UNIT_DEPTH = 3
"""A faculty, a department in it, a group in that: `UnitQuerySet.within` looks no deeper."""
