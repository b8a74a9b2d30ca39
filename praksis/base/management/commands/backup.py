"""Take a copy of the database: `manage.py backup FILE`. It names everybody: guard the file as you guard the data."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from praksis.base.backup import take
from praksis.base.databases import VARIABLES, SetupError, addresses


class Command(BaseCommand):
    """Reads as the role `backup`, which no process that serves people uses."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        address = addresses(settings.DATA, os.environ).get("backup")
        if not address:
            raise CommandError(f"DATABASE_URL is set, but {VARIABLES['backup']} is not. See `make roles-sql`.")
        try:
            take(address, options["file"])
        except SetupError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"Everything is in {options['file']}, {options['file'].stat().st_size // 1024} kB")
