"""Read schemes (ordninger) from a spreadsheet into the catalogue: `manage.py import_schemes FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from praksis.base.tables import NotATableError
from praksis.intake.actions import import_schemes


class Command(BaseCommand):
    """Says what was read and what was not, row by row. The same file twice adds nothing."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="Excel, OpenDocument, CSV or JSON, such as praksis/catalogue/data/schemes.csv"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = import_schemes(options["file"])
        except NotATableError as problem:
            raise CommandError(str(problem)) from problem
        for row, text in done.faults:
            self.stdout.write(_("Rad %(row)d er ikke tatt med. %(text)s") % {"row": row, "text": text})
        self.stdout.write(ngettext("%d ordning er ny.", "%d ordninger er nye.", done.added) % done.added)
        self.stdout.write(ngettext("%d var her fra før.", "%d var her fra før.", done.known) % done.known)
