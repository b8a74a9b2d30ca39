"""Who says who works where, and what must always be left."""

from django.utils.translation import gettext as _

from praksis.organisations.choices import DECIDING_HOST_ROLES, INVITED_HOST_ROLES, STAFF_ROLES, HostRole, MemberKind, Role
from praksis.organisations.models import Host, Member, Unit


def roles_to_give(workplace: Member | Host) -> list[Role | HostRole]:
    """What someone can be invited to there."""
    if isinstance(workplace, Host):
        return list(INVITED_HOST_ROLES)
    return [*STAFF_ROLES, *([Role.OPERATOR] if workplace.kind == MemberKind.REGION else [])]


def role_problem(workplace: Member | Host, role: str, unit: Unit | None) -> str:
    """Why this role cannot be given there, in a sentence; empty when it can."""
    if role not in roles_to_give(workplace):
        return _("Velg en av rollene i listen.")
    if unit and role != Role.COUNSELLOR:
        return _("Bare en veileder kan være knyttet til én enhet. De andre rollene gjelder hele organisasjonen.")
    if unit and unit.member_id != workplace.pk:
        return _("Velg en av deres egne enheter.")
    return ""


def has_someone_who_leads(workplace: Member | Host) -> bool:
    """Whether somebody without a last day says who works there."""
    if isinstance(workplace, Host):
        standing = workplace.contacts.current().filter(role__in=DECIDING_HOST_ROLES)
        return standing.filter(ends_on__isnull=True).exists()
    return workplace.memberships.current().filter(role=Role.LEAD, ends_on__isnull=True).exists()


def no_one_left_problem(workplace: Member | Host) -> str:
    """What to do before the last who leads can go."""
    if isinstance(workplace, Host):
        return _(
            "Noen må alltid være kontaktperson uten siste dag. Inviter en ny kontaktperson først, så kan denne rollen slutte."
        )
    return _("Noen må alltid være leder uten siste dag. Inviter en ny leder først, så kan denne rollen slutte.")
