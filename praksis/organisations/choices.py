"""Kinds of members, the roles that a membership gives, and what is said of hosts."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from praksis.base.codes import Field


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


RESOURCE = "resource"
"""What someone may be invited to besides the roles: to be named as a resource person. It gives no access to anything."""
RESOURCE_LABEL = _("ressursperson")
DECIDING_HOST_ROLES = frozenset({HostRole.CONTACT, HostRole.SIGNER})
LEADING_ROLES = frozenset({Role.LEAD, *DECIDING_HOST_ROLES})
"""Whoever has one of these says who works there; one of them must always be left."""
STAFF_ROLES = (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD, Role.BOARD)
"""What someone may be invited to at a member; at the region an operator too."""
INVITED_HOST_ROLES = (HostRole.CONTACT, HostRole.SUPERVISOR)
INVITATION_VALID = timedelta(days=7)
UNIT_DEPTH = 3
"""A faculty, a department in it, a group in that: `UnitQuerySet.within` looks no deeper."""


class ClosedReason(TextChoices):
    """Why a host is closed, as Enhetsregisteret has it."""

    BANKRUPT = "bankrupt", _("konkurs")
    WINDING_UP = "winding_up", _("under avvikling")
    FORCED = "forced", _("under tvangsavvikling")
    DELETED = "deleted", _("slettet i registeret")
    REMOVED = "removed", _("fjernet fra registeret")
    UNKNOWN = "unknown", _("nummeret står ikke i registeret")
    ABOVE = "above", _("virksomheten den hører til, er avsluttet")


class Experience(TextChoices):
    """What a host says of having had people in practice."""

    NONE_YET = "none_yet", _("ikke hatt noen ennå")
    GOOD = "good", _("god erfaring")
    MIXED = "mixed", _("både god og dårlig erfaring")
    BAD = "bad", _("dårlig erfaring")


class SeenBy(TextChoices):
    """How far a host lets its experience be known."""

    HOST = "host", _("bare oss selv")
    MEMBERS = "members", _("koordinatorene i regionen")
    ALL = "all", _("alle")


FIELDS_BY_INDUSTRY: dict[str, Field] = {
    **dict.fromkeys(("86", "87", "88"), Field.HEALTH),
    **dict.fromkeys(("85", "88.91"), Field.TEACHING),
    **dict.fromkeys(("41", "42", "43", "81"), Field.BUILDING),
    **dict.fromkeys(("45", "46", "47", "49", "50", "51", "52", "53", "77", "79", "95", "96"), Field.TRADE),
    **dict.fromkeys(("91", "94", "99"), Field.HUMANITIES),
    **dict.fromkeys(("26", "27", "35", "43.21"), Field.ELECTRO),
    **dict.fromkeys(("64", "65", "66", "68", "69", "70", "78", "80", "82", "84"), Field.ECONOMICS),
    **dict.fromkeys(("06", "09", "24", "25", "28", "29", "30", "33", "71", "72"), Field.ENGINEERING),
    **dict.fromkeys(("61", "62", "63"), Field.IT),
    **dict.fromkeys(("01", "02", "03"), Field.OCEAN),
    **dict.fromkeys(("58", "59", "60", "73", "74", "90", "93"), Field.CULTURE),
    **dict.fromkeys(("10", "11", "55", "56"), Field.FOOD),
}
"""A suggestion by the beginning of the industry code (divisions and a few classes are the same in SN2007 and SN2025); the longest
beginning counts. Whoever offers may choose another field."""


def field_of_industry(code: str) -> str:
    """The field that an industry code suggests; empty where it suggests none."""
    beginnings = sorted(FIELDS_BY_INDUSTRY, key=len, reverse=True)
    return next((str(FIELDS_BY_INDUSTRY[one]) for one in beginnings if code.startswith(one)), "")
