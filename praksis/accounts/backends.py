"""Who a session belongs to, and entering as somebody."""

import logging

from django.contrib.auth import login, logout
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest

from praksis.accounts.choices import Way
from praksis.accounts.models import User
from praksis.accounts.sessions import WAY
from praksis.base.identity import Identity, acting

log = logging.getLogger("praksis.sign_in")
"""A line for each sign-in, refusal and sign-out; users by their id alone."""
BACKEND = "praksis.accounts.backends.LinkBackend"


class LinkBackend(ModelBackend):
    """Nobody has a password; a link or the demo's bar lets one in."""

    def get_user(self, user_id: object) -> User | None:
        """The user of a session: a row that only this user sees."""
        with acting(Identity(user=str(user_id))), transaction.atomic():
            found = super().get_user(user_id)
        return found if isinstance(found, User) else None


def enter(request: HttpRequest, user: User, *, way: Way) -> None:
    """Sign in. The session gets a new key, and the user's last sign-in is written, as the user."""
    with acting(Identity(user=str(user.pk))):
        login(request, user, backend=BACKEND)
    request.session[WAY] = way
    log.info("signed in by %s: %s", way, user.pk)


def leave(request: HttpRequest) -> None:
    """Sign out. The session and all that is in it are gone."""
    log.info("signed out: %s", request.user.pk)
    logout(request)
