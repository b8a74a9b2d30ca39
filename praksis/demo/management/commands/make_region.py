"""Make the made-up region: `PRAKSIS_DEMO=1 PRAKSIS_ROLE=owner manage.py make_region --size small`."""

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from praksis.demo.firms import write_register
from praksis.demo.region import build_region
from praksis.demo.sizes import SIZES
from praksis.demo.store import store_region
from praksis.organisations.models import Member

SEED = 2027


class Command(BaseCommand):
    """All of the region or nothing: it is stored in one transaction, so what a kill cut short is simply begun again."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=SIZES, default="small")
        parser.add_argument("--seed", type=int, default=SEED, help="the same seed on the same day gives the same region")
        parser.add_argument("--if-missing", action="store_true", help="do nothing when there is a region already")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ROLE != "owner":
            raise CommandError("The region is made by the database's owner. Run it with PRAKSIS_ROLE=owner.")
        if Member.objects.exists():
            if options["if_missing"]:
                return
            raise CommandError(
                "There is a region in this database already. Remove the data folder, or choose another with DATA=..."
            )
        size, began = SIZES[options["size"]], monotonic()
        self.stdout.write(
            f"Making up a region of {size.candidates:,} candidates and {size.hosts:,} hosts (seed {options['seed']})"
        )
        region = build_region(size, options["seed"], timezone.localdate())
        store_region(region, self._tell)
        write_register(settings.DATA, region.firms, region.workplaces, timezone.now())
        self.stdout.write(f"The region is made, in {monotonic() - began:.0f} s")

    def _tell(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()
