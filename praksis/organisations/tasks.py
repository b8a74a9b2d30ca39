"""Jobs of the room. Arguments are ids."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from praksis.organisations import actions

TRIES = RetryStrategy(max_attempts=8, exponential_wait=3)
"""The last one after an hour and a half; until then the list of those who work there says that the letter is not sent."""


@app.task(name="organisations.mail_invitation", retry=TRIES)
def mail_invitation(invitation_id: str) -> None:
    """Send one invitation."""
    actions.mail_invitation(UUID(invitation_id))
