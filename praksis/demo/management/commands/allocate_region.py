"""Allocate the round that is closed for wishes as its coordinator would, and publish every member's part.

`manage.py allocate_region`, while the worker runs: it calculates.
"""

import time
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from praksis.accounts.models import User
from praksis.demo.personas import persona
from praksis.organisations.choices import Role
from praksis.organisations.models import Member, Membership
from praksis.rounds.actions import publish_run, request_run
from praksis.rounds.choices import RoundState, RunState
from praksis.rounds.models import Round, Run


class Command(BaseCommand):
    """Twice does it once: the click key is the round's, and a part that is published stays so."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--patience", type=int, default=3600, help="seconds to wait; the solver alone may take 600")

    def handle(self, *args: Any, **options: Any) -> None:
        for round_ in Round.objects.filter(made_up=True, state=RoundState.CLOSED).order_by("pk"):
            self.stdout.write(f"Allocating {round_.name}")
            run = self._waited_for(order(round_), options["patience"])
            for member in publish(run):
                self.stdout.write(f"  published for {member.name}")

    def _waited_for(self, run: Run, patience: int) -> Run:
        """The run when it is done; its progress is told while it goes on."""
        give_up, told = time.monotonic() + patience, ""
        while run.state not in {RunState.DONE, RunState.FAILED}:
            if time.monotonic() > give_up:
                raise CommandError(f"The allocation was not done within {patience} seconds. Is the worker running?")
            time.sleep(0.3)
            run.refresh_from_db()
            step = " ".join(str(value) for value in run.progress.values())
            if step and step != told:
                self.stdout.write(f"  {step} %")
                told = step
        if run.state == RunState.FAILED:
            raise CommandError(f"The allocation stopped ({run.problem}: {', '.join(run.notes)}). See the worker's log.")
        return run


def order(round_: Round) -> Run:
    """The round's run, ordered by the coordinator among the personas unless that is done already; another when one has failed."""
    failed = round_.runs.filter(state=RunState.FAILED).count()
    coordinator = persona("coordinator")
    by = User.objects.get(email=coordinator.email if coordinator else "")
    return request_run(round_=round_, click_key=uuid.uuid5(round_.pk, f"allocate_region {failed}"), by=by)


def publish(run: Run) -> list[Member]:
    """Publish for each member with people in the round, as its own coordinator; those that were published by this call."""
    waiting = Member.objects.filter(pk__in=run.round.entries.values("member")).exclude(publications__run=run)
    done = list(waiting.order_by("name"))
    for member in done:
        staff = Membership.objects.filter(member=member, role=Role.COORDINATOR).select_related("user").order_by("user__email")
        publish_run(run=run, member=member, by=staff[0].user)
    return done
