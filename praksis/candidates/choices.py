"""Who places people, and what is believable of them."""

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from praksis.organisations.choices import Role

PLACING_ROLES = frozenset({Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD})
"""Staff who see their own member's people. Board and operators do not."""

OLDEST, YOUNGEST = 90, 14
"""Years. A pupil in practice is 14 at least (arbeidsmiljøloven § 11-1)."""


def birth_years() -> range:
    """The years of birth that are believable today."""
    year = timezone.localdate().year
    return range(year - OLDEST, year - YOUNGEST + 1)


ADULT = 18
"""Years. Below that a guardian consents for a child (vergemålsloven)."""


class ConsentKind(TextChoices):
    SHARE_NAME = "share_name", _("virksomheten får navnet")
    TANDEM_NAME = "tandem_name", _("makkeren får fornavnet")


class CorrectionState(TextChoices):
    WAITING = "waiting", _("venter på svar")
    DONE = "done", _("rettet")
    REFUSED = "refused", _("ikke rettet")


LONGEST_TEXT = 2000
"""Characters: of what somebody asks for, and of the answer."""
CONSENT_MEANS = {
    ConsentKind.SHARE_NAME: _(
        "Virksomheten der du får plass, kan få navnet ditt når avtalen lages. Den får ikke vite hvilken ordning du kommer fra."
    ),
    ConsentKind.TANDEM_NAME: _(
        "Den du deler en tandem med, kan få fornavnet ditt. Ikke etternavn, og ikke hvilken ordning du kommer fra."
    ),
}
