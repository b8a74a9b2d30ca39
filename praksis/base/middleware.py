"""An id and one transaction for each request, that cannot write when the method only reads."""

from collections.abc import Callable
from uuid import uuid4

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from praksis.base import trail
from praksis.base.identity import asked

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
WRITING_GETS = frozenset({"accounts:provider_answers"})
"""Names of the few views that must write although they are fetched (a sign-in's return). Tested; mail scanners open links."""
WITHOUT_DATABASE = frozenset({"/healthz"})
"""Paths that answer even when there is no database."""


class RequestIdMiddleware:
    """Gives each request an id of its own; what a client sends as one is not taken, since it could be anybody's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = str(uuid4())  # type: ignore[attr-defined]
        token = asked.set(request.id)  # type: ignore[attr-defined]
        try:
            return self.get_response(request)
        finally:
            asked.reset(token)


class TransactionMiddleware:
    """The view and the rendering of its answer share a transaction; an exception or an answer of 500 and up undoes it.

    The user is loaded before it: that may write (a stale session is removed), and error pages then need no query of their own,
    which a broken transaction would refuse. Whom the answer shows is entered in the trail last, when nothing has been sent; where
    that fails the answer is 500 and what the request changed is undone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in WITHOUT_DATABASE:
            return self.get_response(request)
        bool(request.user.is_authenticated)
        with transaction.atomic(durable=True):
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(request, "view_failed", False):
                transaction.set_rollback(True)
            if response.status_code < 500:
                trail.enter(request, response.status_code)
        return response

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Forbid writing once it is known which view answers."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if connection.in_atomic_block and request.method in READING_METHODS and name not in WRITING_GETS:
            with connection.cursor() as cursor:
                cursor.execute("set transaction read only")

    def process_exception(self, request: HttpRequest, _exception: Exception) -> None:
        """Undo what a failed view did, after its error page is rendered: a transaction marked now would refuse its queries."""
        request.view_failed = True  # type: ignore[attr-defined]
