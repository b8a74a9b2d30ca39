"""Jobs of the room."""

from django.db import transaction
from procrastinate.contrib.django import app

from praksis.api.actions import forget_askings


@app.periodic(cron="35 * * * *")
@app.task(name="api.forget_askings", queueing_lock="api.forget_askings")
def forget_askings_of_networks(timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Each hour."""
    with transaction.atomic():
        forget_askings()
