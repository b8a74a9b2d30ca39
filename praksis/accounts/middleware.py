"""Whoever has been away for long is signed out."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from praksis.accounts.backends import leave
from praksis.accounts.sessions import started_at
from praksis.base.middleware import WITHOUT_DATABASE

COOKIE = "__Host-seen" if settings.SESSION_COOKIE_SECURE else "seen"
RENEWED_AFTER = timedelta(minutes=1)


class IdleMiddleware:
    """When one was last here is kept in a signed cookie, which the answer renews, and not in the session's row: looking at pages
    must not write. The cookie is bound to its session. Without it one has been idle since one signed in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in WITHOUT_DATABASE:
            return self.get_response(request)
        if request.user.is_authenticated and not _is_fresh(request, settings.SESSION_IDLE):
            leave(request)
            messages.info(request, gettext("Du er logget ut fordi det er en stund siden du var her."))
        response = self.get_response(request)
        if request.user.is_authenticated and not _seen_within(request, RENEWED_AFTER):
            value = _signer().sign(_session(request))
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(COOKIE, value, max_age=settings.SESSION_LONGEST, httponly=True, samesite="Lax", secure=secure)
        return response


def _is_fresh(request: HttpRequest, idle: timedelta) -> bool:
    began = started_at(request.session)
    return _seen_within(request, idle) or (began is not None and timezone.now() - began < idle)


def _seen_within(request: HttpRequest, time: timedelta) -> bool:
    try:
        return _signer().unsign(request.COOKIES.get(COOKIE, ""), max_age=time) == _session(request)
    except signing.BadSignature:
        return False


def _session(request: HttpRequest) -> str:
    """The session without its key, which no second cookie needs to know."""
    return sha256((request.session.session_key or "").encode()).hexdigest()[:32]


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="praksis.seen")
