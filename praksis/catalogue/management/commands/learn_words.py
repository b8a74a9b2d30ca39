"""The dictionary of the search, where the server has it; and the index anew where that or our list of terms has changed."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from praksis.base import dictionary, hunspell
from praksis.catalogue.actions import index_all
from praksis.catalogue.indexing import bring_up_to_date


class Command(BaseCommand):
    """Runs as the owner, at every start. Where nothing has changed, nothing is done."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--files", type=Path, help="only write the files that a server's folder tsearch_data must hold, here")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["files"]:
            hunspell.place(options["files"])
            return
        rows = bring_up_to_date(index_all)
        if rows:
            self.stdout.write(f"  Search: {rows} rows written again")
        if not dictionary.is_installed():
            self.stdout.write("  The search does without its dictionary: this server has not the files (docs/operations.md)")
