"""Links that let someone in: made, and used once."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from praksis.accounts.models import SignInLink, User
from praksis.base.identity import Identity, acting

SIGN_IN_VALID = timedelta(minutes=30)
FIRST_RUN_VALID = timedelta(hours=24)


@transaction.atomic
def make_link(*, user: User | None) -> str:
    """Make a single-use link and return its token; only the token's SHA-256 is kept.

    Without a user it is the link of the first run. Side effect: earlier unused links of the same kind stop working.
    """
    now = timezone.now()
    token = secrets.token_urlsafe(32)
    valid = SIGN_IN_VALID if user else FIRST_RUN_VALID
    with acting(Identity(purpose="make-link", key=str(user.pk) if user else "first-run")):
        SignInLink.objects.filter(user=user, used_at__isnull=True).update(expires_at=now)
        SignInLink.objects.create(digest=_digest(token), user=user, expires_at=now + valid)
    return token


def standing_link(token: str, *, first_run: bool) -> SignInLink | None:
    """The link of a token that is neither used nor too old, with its user; none for anything else."""
    links = SignInLink.objects.filter(
        user__isnull=first_run, digest=_digest(token), used_at__isnull=True, expires_at__gt=timezone.now()
    )
    with acting(_by(token)):
        link = links.first()
    if link is None or link.user_id is None:
        return link
    with acting(Identity(user=str(link.user_id))):
        link.user = User.objects.filter(pk=link.user_id, is_active=True).first()
    return link if link.user else None


@transaction.atomic
def use_link(*, token: str, first_run: bool) -> SignInLink | None:
    """Use a link up and return it. Of many who use it at once, one gets it and the others get none (one UPDATE decides)."""
    link = standing_link(token, first_run=first_run)
    if not link:
        return None
    now = timezone.now()
    with acting(_by(token)):
        taken = SignInLink.objects.filter(pk=link.pk, used_at__isnull=True, expires_at__gt=now).update(used_at=now)
    return link if taken else None


def _by(token: str) -> Identity:
    return Identity(purpose="link", key=_digest(token))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
