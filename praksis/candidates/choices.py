"""Who places people."""

from praksis.organisations.choices import Role

PLACING_ROLES = frozenset({Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD})
"""Staff who see their own member's people. Board and operators do not."""
