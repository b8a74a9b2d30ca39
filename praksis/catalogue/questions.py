"""Questions to resource persons: through the house, so that nobody learns an address that was not given."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from praksis.accounts.marks import mark
from praksis.accounts.models import User
from praksis.catalogue.models import OfferFrom
from praksis.messages.actions import tell
from praksis.messages.choices import Topic
from praksis.organisations.models import ResourcePerson

WINDOW = timedelta(hours=1)
LIMITS = {"ask": 30, "ask-by": 5, "ask-whom": 20}
"""Questions in an hour: from one network, by one who asks (a user, or the address that is given), and to one person."""


class TooManyQuestionsError(Exception):
    """More questions than people ask."""


@transaction.atomic
def ask_person(
    *, person: ResourcePerson, name: str, email: str, question: str, click_key: UUID, by: User | AnonymousUser, network: str
) -> None:
    """Tell a resource person a question, with the address to answer to, which whoever asks has agreed to share.

    The same `click_key` is the same question. Side effects: a message, by e-mail too where that is set up; marks for the limits,
    kept for an hour. Raises TooManyQuestionsError.
    """
    asks = str(by.pk) if isinstance(by, User) else email.strip().lower()
    if not asks_first_time(click_key, {"ask": network, "ask-by": asks, "ask-whom": str(person.pk)}, LIMITS):
        return
    tell(
        user_ids=[person.user_id],
        topic=Topic.QUESTION,
        template="catalogue/messages/question.txt",
        path=reverse("catalogue:my_resource", args=[person.pk]),
        facts={"name": name, "email": email, "question": question, "where": str(person.workplace)},
    )


@transaction.atomic
def asks_first_time(click_key: UUID, who: Mapping[str, str], limits: Mapping[str, int]) -> bool:
    """Whether this click has not been here before. It counts for each of `who`, by what the limit is called, of which a mark is
    kept for an hour. Raises TooManyQuestionsError."""
    if OfferFrom.objects.filter(pk=click_key).exists():
        return False
    marks = {kind: mark(kind, what) for kind, what in who.items()}
    lately = timezone.now() - WINDOW
    for kind, limit in limits.items():
        if OfferFrom.objects.filter(network=marks[kind], at__gt=lately).count() >= limit:
            raise TooManyQuestionsError
    first, *others = marks.values()
    try:
        with transaction.atomic():
            OfferFrom.objects.create(pk=click_key, network=first)
    except IntegrityError:
        return False
    OfferFrom.objects.bulk_create(OfferFrom(network=one) for one in others)
    return True
