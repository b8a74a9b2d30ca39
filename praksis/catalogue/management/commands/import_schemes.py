"""Read schemes (ordninger) from a CSV file into the catalogue: `manage.py import_schemes FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from praksis.catalogue.imports import NotReadError, import_schemes, read_schemes


class Command(BaseCommand):
    """Says what was read and what was not, row by row. The same file twice adds nothing."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="CSV in UTF-8 with semicolons, with the header of praksis/catalogue/data/schemes.csv"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = read_schemes(options["file"])
        except NotReadError as problem:
            raise CommandError(str(problem)) from problem
        done = import_schemes(rows)
        for problem_ in rows.problems:
            self.stdout.write(_("Linje %(line)d: %(text)s") % {"line": problem_.line, "text": problem_.text})
        self.stdout.write(ngettext("%d ordning er ny.", "%d ordninger er nye.", done.added) % done.added)
        self.stdout.write(ngettext("%d var her fra før.", "%d var her fra før.", done.known) % done.known)
