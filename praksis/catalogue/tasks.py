"""Jobs of the room."""

from django.db import transaction
from procrastinate.contrib.django import app

from praksis.catalogue.actions import forget_networks


@app.periodic(cron="30 * * * *")
@app.task(name="catalogue.forget_networks", queueing_lock="catalogue.forget_networks")
def forget_networks_of_offers(timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Each hour."""
    with transaction.atomic():
        forget_networks()
