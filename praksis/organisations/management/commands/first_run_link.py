"""Print the link that opens an empty region: `manage.py first_run_link http://127.0.0.1:8000`. Nothing when it is founded."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.urls import reverse

from praksis.accounts.actions import make_link
from praksis.organisations.queries import region


class Command(BaseCommand):
    help = "Print the one-time link that names the region and makes its first operator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="The address of the site, such as http://127.0.0.1:8000")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not region():
            path = reverse("organisations:first_run", args=[make_link(user=None)])
            self.stdout.write(f"{options['address'].rstrip('/')}{path}")
