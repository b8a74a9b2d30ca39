"""Links in letters that do one thing without signing in. They are signed, made when the letter is written, and stored nowhere.

The page of such a link shows one button, which posts: programs that look through mail open links. The name of the address is the
purpose: a link made for one address opens no other.
"""

from typing import NamedTuple
from uuid import UUID

from django.core import signing
from django.urls import reverse

from praksis.messages.choices import LINK_VALID


class Held(NamedTuple):
    """What a good link says: for whom it was made, and what it is about."""

    user_id: UUID
    subject_id: UUID


def signed_path(name: str, *, user_id: UUID, subject_id: UUID) -> str:
    """The path of the address called `name` with a token for this user and subject."""
    return reverse(name, args=[signing.dumps([str(user_id), str(subject_id)], salt=name)])


def read_link(name: str, token: str) -> Held | None:
    """What a token says; None when it was not made for this address, was changed, or is too old."""
    try:
        user_id, subject_id = signing.loads(token, salt=name, max_age=LINK_VALID)
        return Held(UUID(user_id), UUID(subject_id))
    except (signing.BadSignature, ValueError, TypeError):
        return None
