"""Jobs of the room. Arguments are ids."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from praksis.messages import actions

TRIES = RetryStrategy(max_attempts=8, exponential_wait=4)
"""The last try is some hours after the first."""


@app.task(name="messages.mail", retry=TRIES)
def mail(message_id: str) -> None:
    """Send one message as a letter."""
    actions.mail(UUID(message_id))
