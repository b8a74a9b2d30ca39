"""What has been told to a user."""

from django.conf import settings
from django.db.models import QuerySet

from praksis.accounts.models import User
from praksis.messages.choices import Topic
from praksis.messages.models import Message, Muted


def messages_of(user: User) -> QuerySet[Message]:
    """The user's own, the newest first."""
    return Message.objects.filter(user=user)


def unread_of(user: User) -> int:
    return messages_of(user).filter(read_at__isnull=True).count()


def mailed_topics(user: User) -> list[str]:
    """The topics that the user gets e-mail about: all but those turned off."""
    muted = set(Muted.objects.filter(user=user).values_list("topic", flat=True))
    return [topic for topic in Topic.values if topic not in muted]


def site_origin() -> str:
    """The site's address, as jobs know it; empty where no mail can be sent."""
    return settings.CSRF_TRUSTED_ORIGINS[0] if settings.MAILERS and settings.CSRF_TRUSTED_ORIGINS else ""
