"""Print the SQL that makes the database roles on a server of one's own."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand

from praksis.base.databases import DATABASE, VARIABLES, user_name
from praksis.base.roles import as_text, database_statements, role_statements


class Command(BaseCommand):
    """A superuser runs the SQL once; the passwords are new each time it is printed, and kept nowhere."""

    help = __doc__
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        users = {role: user_name(role) for role in VARIABLES}
        passwords = {role: secrets.token_urlsafe(24) for role in VARIABLES}
        self.stdout.write("-- Run once as a superuser on PostgreSQL 15 or later: psql -f FILE")
        self.stdout.write(as_text([*role_statements(users, passwords), *database_statements(users, DATABASE)]))
        self.stdout.write("-- Then set in the environment, with your server's name for SERVER:")
        for role, variable in VARIABLES.items():
            self.stdout.write(f"-- {variable}=postgresql://{users[role]}:{passwords[role]}@SERVER/{DATABASE}")
