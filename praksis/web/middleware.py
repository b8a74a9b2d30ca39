"""For whom a request acts."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from praksis.accounts.backends import OWED, PASSED, PUT_OFF
from praksis.accounts.factors import has_factor
from praksis.accounts.models import User
from praksis.accounts.sessions import FACTOR, WAY
from praksis.base.identity import NOBODY, Identity, acting
from praksis.base.middleware import WITHOUT_DATABASE
from praksis.candidates.choices import PLACING_ROLES
from praksis.candidates.queries import ids_of_people_owned
from praksis.organisations.choices import Role
from praksis.organisations.queries import ids_led, ids_of_units_within, needs_second_factor, roles_held

GIVE, MAKE = "accounts:second_factor", "accounts:set_up_second_factor"
OPEN_BEFORE = {
    GIVE,
    MAKE,
    "accounts:put_off_second_factor",
    "accounts:give_passkey",
    "accounts:sign_out",
    "accounts:signed_out",
    "web:set_language",
    "web:choose_colors",
    "web:privacy",
    "web:accessibility",
    "demo:become",
    "demo:leave",
}
"""What somebody who owes the second factor may open: the ways to give it and to leave, and what everyone may read."""


class IdentityMiddleware:
    """The request, its view and its error page act as whoever is signed in: their memberships and people are read anew each time,
    so that what is taken back is gone at the next request.

    No browser keeps what somebody signed in was shown: the next person at the same machine could read it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in WITHOUT_DATABASE:
            return self.get_response(request)
        signed_in = request.user.is_authenticated
        owed = owed_factor(request)
        request.owed_factor = owed  # type: ignore[attr-defined]
        with acting(Identity(user=str(request.user.pk)) if owed else identity_of(request.user)):
            response = self.get_response(request)
        if signed_in or request.user.is_authenticated:
            add_never_cache_headers(response)
        if signed_in and not request.user.is_authenticated:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Before the second factor is given there is nothing but the way to give it."""
        owed = getattr(request, "owed_factor", "")
        name = request.resolver_match.view_name if request.resolver_match else ""
        return redirect(owed) if owed and name not in OPEN_BEFORE else None


def owed_factor(request: HttpRequest) -> str:
    """The page on which the second factor is to be given, or made; empty for whoever owes none.

    Roles are read anew each time: whoever is made a lead owes it at the next request.
    """
    user, state = request.user, request.session.get(FACTOR)
    if not isinstance(user, User) or state in (PASSED, PUT_OFF):
        return ""
    if state == OWED:
        return GIVE
    with acting(Identity(user=str(user.pk))), transaction.atomic():
        is_needed = settings.SECOND_FACTOR and needs_second_factor(user, request.session.get(WAY, ""))
        has_one = is_needed and has_factor(user)
    if has_one:
        request.session[FACTOR] = OWED
    return (GIVE if has_one else MAKE) if is_needed else ""


def identity_of(user: User | AnonymousUser) -> Identity:
    """Nobody for a visitor."""
    if not isinstance(user, User):
        return NOBODY
    with acting(Identity(user=str(user.pk))), transaction.atomic():
        roles = roles_held(user)
        placing = [one for one in roles if one.role in PLACING_ROLES]
        return Identity(
            user=str(user.pk),
            members=_texts(one.where for one in placing if one.unit is None),
            units=_texts(ids_of_units_within({one.unit for one in placing if one.unit})),
            led=_texts(one.where for one in roles if one.role == Role.LEAD),
            appoints=_texts(ids_led(roles)),
            people=_texts(ids_of_people_owned(user)),
        )


def _texts(ids: Iterable[UUID]) -> tuple[str, ...]:
    """Each once, in an order that does not change."""
    return tuple(sorted({str(one) for one in ids}))
