"""Who places people, and what is believable of them."""

from django.utils import timezone

from praksis.organisations.choices import Role

PLACING_ROLES = frozenset({Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD})
"""Staff who see their own member's people. Board and operators do not."""

OLDEST, YOUNGEST = 90, 14
"""Years. A pupil in practice is 14 at least (arbeidsmiljøloven § 11-1)."""


def birth_years() -> range:
    """The years of birth that are believable today."""
    year = timezone.localdate().year
    return range(year - OLDEST, year - YOUNGEST + 1)
