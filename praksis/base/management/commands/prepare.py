"""Make the database ready to serve: right version, roles that are held, migrations, and the demo's region."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from praksis.base.databases import RUNTIME, VARIABLES, SetupError
from praksis.base.grants import missing_roles, role_problems

OLDEST = 15


class Command(BaseCommand):
    """The supervisor runs this as the owner before anything is served; what cannot be right is told in a sentence."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=["tiny", "small", "full"], help="make the demo's region where there is none")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._prepare(options["size"])
        except SetupError as problem:
            self.stderr.write(str(problem))
            sys.exit(1)

    def _prepare(self, size: str | None) -> None:
        refuse_server()
        self.stdout.write("Migrating")
        call_command("migrate", verbosity=0, skip_checks=True)
        refuse_roles()
        call_command("learn_words")
        if size and settings.DEMO:
            call_command("make_region", size=size, if_missing=True)


def refuse_server() -> None:
    """A server that does not answer, is too old, or lacks the roles."""
    try:
        connection.ensure_connection()
    except DatabaseError as problem:
        raise SetupError(f"The database does not answer: {str(problem).splitlines()[0]}") from problem
    version = connection.cursor().connection.info.server_version // 10000
    if version < OLDEST:
        raise SetupError(f"This is PostgreSQL {version}, and {OLDEST} or later is needed. Point DATABASE_URL at a newer server.")
    if absent := [VARIABLES[role] for role in RUNTIME if role not in settings.DATABASE_USERS]:
        raise SetupError(f"DATABASE_URL is set, but not {', '.join(absent)}. `make roles-sql` prints them with the roles.")
    if unknown := missing_roles():
        raise SetupError(f"The server does not know {', '.join(unknown)}. `make roles-sql` prints the SQL that makes the roles.")


def refuse_roles() -> None:
    """A runtime role that row-level security would not hold."""
    if problems := role_problems():
        raise SetupError("\n".join(problems))
