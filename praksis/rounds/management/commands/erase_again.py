"""Erase anew whoever was erased since a backup was made. Run it after every restore, before anyone is let in.

`PRAKSIS_ROLE=owner manage.py erase_again`, with the file `erased.txt` of the data folder, or `--list path`.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from praksis.base.erasures import erasure_file
from praksis.rounds.actions.erasing import erase_again


class Command(BaseCommand):
    """Twice is once."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", type=Path, default=erasure_file(), help="digests, one a line")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ROLE != "owner":
            raise CommandError("Only the database's owner sees everybody. Run it with PRAKSIS_ROLE=owner.")
        file: Path = options["list"]
        if not file.exists():
            raise CommandError(f"{file} is not there. Without the list, whoever was erased since the backup is here again.")
        erased = erase_again(set(file.read_text().split()))
        self.stdout.write(f"Erased again: {erased.people} candidates, {erased.users} users")
