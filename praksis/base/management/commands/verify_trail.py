"""Say whether the trail is as it was written: nothing changed, cut or put in, and no older database put back.

Runs as the owner (PRAKSIS_ROLE=owner), who sees what was changed too. `--public-key` is a copy of the key that is kept elsewhere:
the one in DATA could be replaced.
"""

import sys
from argparse import ArgumentParser
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from praksis.base.chain import problems_of_chain, problems_of_changes
from praksis.base.checkpoints import problems_of_checkpoints


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--public-key", type=Path, help="a file with the public key, instead of DATA's")

    def handle(self, *args: Any, **options: Any) -> None:
        problems = list(chain(problems_of_chain(), problems_of_changes(), problems_of_checkpoints(options["public_key"])))
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            sys.exit(1)
        self.stdout.write("The trail is as it was written.")
