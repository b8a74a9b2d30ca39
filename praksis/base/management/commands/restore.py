"""Put a copy back into an empty database: `PRAKSIS_ROLE=owner manage.py restore FILE --erased LIST`.

LIST is the newest erased.txt there is: whoever was erased since the copy was taken is erased again, before anyone can look.
"""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from praksis.base.backup import put_back
from praksis.base.databases import SetupError, addresses
from praksis.base.grants import wrong_grants
from praksis.base.locks import lock_problems


class Command(BaseCommand):
    """In this order: rows, which nobody may read yet; tables of this version with their policies and grants; erasures. Start the
    house after it."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--erased", type=Path, required=True, help="the newest list of the erased")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ROLE != "owner":
            raise CommandError("Only the database's owner can put a copy back. Run it with PRAKSIS_ROLE=owner.")
        if not options["erased"].is_file():
            raise CommandError(
                f"{options['erased']} is not there. Without it, whoever was erased since the copy would be here again."
            )
        try:
            put_back(addresses(settings.DATA, os.environ)["owner"], options["file"])
        except SetupError as problem:
            raise CommandError(str(problem)) from problem
        call_command("migrate", verbosity=0, skip_checks=True)
        if options["erased"].read_text().strip():
            call_command("erase_again", list=options["erased"], stdout=self.stdout)
        if problems := [*lock_problems(), *map(str, wrong_grants())]:
            raise CommandError("\n".join(problems))
        self.stdout.write("Put back. Everything about everybody is locked as it should be.")
