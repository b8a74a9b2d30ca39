"""Kinds of members, and the roles that a membership gives."""

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
