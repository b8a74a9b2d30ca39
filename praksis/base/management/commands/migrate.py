"""Django's `migrate`, then policies, history and grants: in one go, so that no table is ever open before it has its lists."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate

from praksis.base.grants import apply_grants, undeclared_tables
from praksis.base.history import keep_history
from praksis.base.locks import apply_policies


class Command(migrate.Command):
    """Runs as the owner."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["plan"] or options["check_unapplied"]:
            return
        apply_policies()
        keep_history()
        changed = apply_grants()
        if options["verbosity"] > 0 and changed:
            self.stdout.write(f"  Grants: {changed} changed")
        if unknown := undeclared_tables():
            raise CommandError(f"No access.py names these tables, so nobody may use them: {', '.join(unknown)}")
