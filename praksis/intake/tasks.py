"""Jobs of the room. Arguments are ids. Each acts for whoever sent the import, so that what changes can be told whose it is."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from praksis.base.identity import Identity, acting
from praksis.intake import actions
from praksis.intake.models import Intake


def _for_its_sender(intake_id: str, action: Callable[[UUID], None]) -> None:
    with transaction.atomic():
        by = Intake.objects.values_list("by_id", flat=True).get(pk=intake_id)
    with acting(Identity(user=str(by or ""), purpose="intake", key=intake_id)):
        action(UUID(intake_id))


@app.task(name="intake.fetch")
def fetch(intake_id: str) -> None:
    """Fetch what lies at an address."""
    _for_its_sender(intake_id, actions.fetch_feed)


@app.task(name="intake.check")
def check(intake_id: str) -> None:
    """The dry run."""
    _for_its_sender(intake_id, actions.check)


@app.task(name="intake.write")
def write(intake_id: str) -> None:
    """Store what was tried."""
    _for_its_sender(intake_id, actions.write)


@app.task(name="intake.undo")
def undo(intake_id: str) -> None:
    """Take an import back."""
    _for_its_sender(intake_id, actions.undo)


@app.task(name="intake.find_pairs", lock="intake.find_pairs")
def find_pairs() -> None:
    """Look for schemes that may be the same."""
    actions.find_pairs()


@app.periodic(cron="10 2 * * *")
@app.task(name="intake.nightly", queueing_lock="intake.nightly")
def nightly(timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Each night: forget what was sent long ago, and look for schemes that may be the same."""
    actions.forget_files()
    actions.find_pairs()
