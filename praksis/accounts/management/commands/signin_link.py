"""Print a sign-in link: `manage.py signin_link kari@example.no http://127.0.0.1:8000`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse

from praksis.accounts.actions import end_sessions, make_link
from praksis.accounts.backends import log
from praksis.accounts.factors import remove_factor
from praksis.accounts.models import User
from praksis.base.identity import Identity, acting


class Command(BaseCommand):
    help = "Print a link that signs a user in once, within half an hour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--new-factor",
            action="store_true",
            help="Take the second factor away, and end all sessions: the app and the codes are lost",
        )
        parser.add_argument("address", help="The address of the site, such as http://127.0.0.1:8000")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].lower()
        with acting(Identity(purpose="sign-in", key=email)), transaction.atomic():
            user = User.objects.filter(email=email, is_active=True).first()
            if not user:
                raise CommandError(f"No one signs in as {options['email']}. Is it spelt as it was when they were added?")
            if options["new_factor"]:
                remove_factor(user=user)
                log.info("second factor removed by the operator, %d sessions ended: %s", end_sessions(user=user), user.pk)
            path = reverse("accounts:follow_link", args=[make_link(user=user)])
        self.stdout.write(f"{options['address'].rstrip('/')}{path}")
