"""Print the trail's entries in the Common Event Format, the oldest first, for whoever collects logs.

Runs as the worker (PRAKSIS_ROLE=worker). Names in lists are left out unless they are asked for, as in NAV's rules for such logs.
"""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from praksis.base.cef import line_of
from praksis.base.chain import reading_the_trail
from praksis.base.codes import ReadKind
from praksis.base.models import TrailEntry


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", default="", help="entries after this moment only, such as 2026-11-25T08:00+01:00")
        parser.add_argument("--lists", action="store_true", help="names in lists too")

    def handle(self, *args: Any, **options: Any) -> None:
        with reading_the_trail():
            entries = TrailEntry.objects.order_by("at", "pk")
            if options["since"]:
                entries = entries.filter(at__gt=_moment(options["since"]))
            if not options["lists"]:
                entries = entries.exclude(kind=ReadKind.LIST)
            for entry in entries.iterator():
                self.stdout.write(line_of(entry))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"«{text}» is no moment: write it like 2026-11-25T08:00+01:00.") from error
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
