"""Jobs of the room. Arguments are ids."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from praksis.accounts import actions

TRIES = RetryStrategy(max_attempts=5, exponential_wait=3)
"""After 3, 9, 27, 81 seconds; a link lasts no longer than that is worth."""


@app.task(name="accounts.mail_link", retry=TRIES)
def mail_link(request_id: str) -> None:
    """Send one link that was asked for."""
    actions.mail_link(UUID(request_id))


@app.periodic(cron="45 3 * * *")
@app.task(name="accounts.forget", queueing_lock="accounts.forget")
def forget(timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Each night: what signing in has no more use for."""
    actions.forget()
