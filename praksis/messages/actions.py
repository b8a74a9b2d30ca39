"""Telling, reading, sending, and turning e-mail off."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from praksis.accounts.models import User
from praksis.base.identity import NOBODY, Identity, acting, current
from praksis.base.jobs import defer_job
from praksis.messages.choices import Topic
from praksis.messages.links import signed_path
from praksis.messages.models import Message, Muted
from praksis.messages.queries import messages_of, site_origin

BATCH = 2000


@transaction.atomic
def tell(
    *,
    user_ids: Iterable[UUID],
    topic: Topic,
    template: str,
    facts: Mapping[str, Any],
    path: str = "",
    links: Sequence[tuple[str, str]] = (),
    link_name: str = "",
    subject_id: UUID | None = None,
    by_mail: bool = True,
) -> None:
    """Tell these users something. Whoever tells learns neither their address nor their language.

    `template` is a text template of the room that tells, its first line the subject; `facts` is what it is given. A letter links
    to `path`, or, with `link_name`, to that address with a token for the reader and `subject_id`. `links` are titles with paths.
    Side effect: where mail can be sent, and is wanted (`by_mail`), a job for each.
    """
    origin = site_origin() if by_mail else ""
    told = {"topic": topic, "template": template, "facts": dict(facts), "path": path, "links": list(links), "origin": origin}
    made = [Message(user_id=user_id, link_name=link_name, subject_id=subject_id, **told) for user_id in dict.fromkeys(user_ids)]
    with acting(replace(current.get() or NOBODY, purpose="tell", key="new")):
        Message.objects.bulk_create(made, batch_size=BATCH)
    if origin:
        for message in made:
            defer_job("messages.mail", message_id=str(message.pk))


@transaction.atomic
def mail(message_id: UUID) -> None:
    """Send one message as a letter, in the reader's language, unless the reader has turned that off or it was sent before.

    Runs as the worker. Side effect: a letter. An error of the mail server undoes it all, and the job is tried again.
    """
    with acting(Identity(purpose="mail-message", key=str(message_id))):
        message = Message.objects.select_for_update(of=("self",)).filter(pk=message_id, mailed_at__isnull=True).first()
    if message is None:
        return
    with acting(Identity(purpose="mail-message", key=str(message.user_id))):
        user = User.objects.filter(pk=message.user_id, is_active=True).first()
        muted = Muted.objects.filter(user=message.user_id, topic=message.topic).exists()
    with acting(Identity(purpose="mail-message", key=str(message_id))):
        Message.objects.filter(pk=message_id).update(mailed_at=timezone.now())
    if user and not muted:
        with override(user.language):
            _letter(message, user).send()


def _letter(message: Message, user: User) -> EmailMessage:
    subject, text = message.words(origin=message.origin)
    lines = [text, message.origin + _path(message)]
    lines.append(gettext("Du kan slå av e-post om dette på siden Meldinger i Praksistorget."))
    return EmailMessage(subject=subject, body="\n\n".join(lines) + "\n", to=[user.email])


def _path(message: Message) -> str:
    if message.link_name and message.subject_id:
        return signed_path(message.link_name, user_id=message.user_id, subject_id=message.subject_id)
    return message.path


@transaction.atomic
def mark_read(*, user: User) -> None:
    """All of the user's messages are read."""
    messages_of(user).filter(read_at__isnull=True).update(read_at=timezone.now())


@transaction.atomic
def choose_mail(*, user: User, topics: Collection[str]) -> None:
    """From now on the user gets e-mail about these topics, and no others."""
    Muted.objects.filter(user=user, topic__in=topics).delete()
    off = [Muted(user=user, topic=topic) for topic in Topic.values if topic not in topics]
    Muted.objects.bulk_create(off, ignore_conflicts=True)
