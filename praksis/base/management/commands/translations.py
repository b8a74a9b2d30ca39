"""`manage.py translations collect|compile|check`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from praksis.base.translations import LANGUAGES, collect, compile_all, missing


class Command(BaseCommand):
    help = "Bring the catalogues of nynorsk and English up to date, compile them, or name what is missing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["collect", "compile", "check"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "collect":
            collect()
        elif options["what"] == "compile":
            compile_all()
        elif lines := [f"{language}: {line}" for language in LANGUAGES for line in missing(language)]:
            raise CommandError("\n".join(lines))
