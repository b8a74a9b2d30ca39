"""Sign somebody out everywhere, or everyone: `PRAKSIS_ROLE=owner manage.py end_sessions kari@example.no`, or `--everyone`."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from praksis.accounts.backends import log
from praksis.accounts.models import Session, User


class Command(BaseCommand):
    """For when a machine was stolen, or somebody got in: else its sessions would stand until they end by themselves."""

    help = "End all sessions of a user, or of everyone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("email", nargs="?")
        whose.add_argument("--everyone", action="store_true")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ROLE != "owner":
            raise CommandError("Only the database's owner sees everybody's sessions. Run it with PRAKSIS_ROLE=owner.")
        user = None if options["everyone"] else _user(options["email"])
        ended, _ = Session.objects.filter(**({"user": user} if user else {})).delete()
        log.info("%d sessions ended by the operator: %s", ended, user.pk if user else "everyone's")
        self.stdout.write(f"Sessions ended: {ended}")


def _user(email: str) -> User:
    user = User.objects.filter(email=email.lower()).first()
    if not user:
        raise CommandError(f"No one signs in as {email}. Is it spelt as it was when they were added?")
    return user
