"""Who a session belongs to, and entering as somebody."""

import logging

from django.contrib.auth import login, logout
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest

from praksis.accounts.choices import Way
from praksis.accounts.factors import has_factor
from praksis.accounts.models import User
from praksis.accounts.sessions import FACTOR, WAY
from praksis.base import trail
from praksis.base.codes import Shown
from praksis.base.identity import Identity, acting

log = logging.getLogger("praksis.sign_in")
"""A line for each sign-in, refusal and sign-out; users by their id alone."""
PASSED, OWED, PUT_OFF = "passed", "owed", "put off"
MAY_PUT_OFF = (Way.TERMINAL, Way.FIRST_RUN)
"""Whoever can print these links has the whole server."""
BACKEND = "praksis.accounts.backends.LinkBackend"


class LinkBackend(ModelBackend):
    """Nobody has a password; a link or the demo's bar lets one in."""

    def get_user(self, user_id: object) -> User | None:
        """The user of a session: a row that only this user sees."""
        with acting(Identity(user=str(user_id))), transaction.atomic():
            found = super().get_user(user_id)
        return found if isinstance(found, User) else None


def enter(request: HttpRequest, user: User, *, way: Way, strong: bool = False) -> None:
    """Sign in. The session gets a new key, and the user's last sign-in is written, as the user.

    Whoever has a second factor owes it, unless the way itself took two (`strong`) or everyone is made up.
    """
    with acting(Identity(user=str(user.pk))):
        login(request, user, backend=BACKEND)
    request.session[WAY] = way
    if strong or way == Way.DEMO:
        request.session[FACTOR] = PASSED
    elif has_factor(user):
        request.session[FACTOR] = OWED
    trail.signed(request, user.pk, Shown.SIGNED_IN)
    log.info("signed in by %s: %s", way, user.pk)


def pass_factor(request: HttpRequest) -> None:
    """The second factor was given, or made; from here on it is another session."""
    request.session.cycle_key()
    request.session[FACTOR] = PASSED
    told(request, Shown.CODE_RIGHT, "second factor given")


def told(request: HttpRequest, what: Shown, line: str) -> None:
    """Keep in the trail and in the log what whoever is signed in did about it."""
    user = request.user
    if isinstance(user, User):
        trail.signed(request, user.pk, what)
    log.info("%s: %s", line, user.pk)


def put_off_factor(request: HttpRequest) -> bool:
    """Let whoever came by a link from the terminal make a factor another day; nobody else may, nor who has one."""
    may = request.session.get(WAY) in MAY_PUT_OFF and request.session.get(FACTOR) != OWED
    if may:
        request.session[FACTOR] = PUT_OFF
    return may


def leave(request: HttpRequest) -> None:
    """Sign out. The session and all that is in it are gone."""
    log.info("signed out: %s", request.user.pk)
    logout(request)
