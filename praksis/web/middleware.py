"""For whom a request acts."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from praksis.accounts.models import User
from praksis.base.identity import NOBODY, Identity, acting
from praksis.base.middleware import WITHOUT_DATABASE
from praksis.candidates.queries import ids_of_people_owned, placing_roles
from praksis.organisations.choices import Role


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
        with acting(identity_of(request.user)):
            response = self.get_response(request)
        if signed_in or request.user.is_authenticated:
            add_never_cache_headers(response)
        return response


def identity_of(user: User | AnonymousUser) -> Identity:
    """Nobody for a visitor."""
    if not isinstance(user, User):
        return NOBODY
    with acting(Identity(user=str(user.pk))), transaction.atomic():
        roles, people = placing_roles(user), ids_of_people_owned(user)
    members = dict.fromkeys(str(member) for member, _role in roles)
    led = [str(member) for member, role in roles if role == Role.LEAD]
    return Identity(user=str(user.pk), members=tuple(members), led=tuple(led), people=tuple(map(str, people)))
