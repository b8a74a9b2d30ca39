"""Sessions in the database, each reached by its exact key and nothing else: the way in before anyone is known."""

from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from praksis.accounts.browsers import described
from praksis.accounts.models import Session
from praksis.base.identity import Identity, acting

STARTED, WAY, CLIENT, FACTOR = "started_at", "way", "client", "factor"


class SessionStore(db.SessionStore):
    """Django's, with a purpose for every statement."""

    @classmethod
    def get_model_class(cls) -> Any:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        made = cast("Session", super().create_model_instance(data))
        made.user_id, made.started_at = data.get(SESSION_KEY), started_at(data)
        made.way, made.client = data.get(WAY, ""), data.get(CLIENT, "")
        return made

    def load(self) -> Any:
        with acting(_by(self.session_key)), transaction.atomic():
            return super().load()

    def exists(self, session_key: str) -> bool:
        with acting(_by(session_key)), transaction.atomic():
            return super().exists(session_key)

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        with acting(_by(self.session_key)), transaction.atomic():
            return super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        with acting(_by(session_key or self.session_key)), transaction.atomic():
            super().delete(session_key)


def _by(session_key: str | None) -> Identity:
    return Identity(purpose="session", key=session_key or "")


def begin(request: HttpRequest, **_: object) -> None:
    """At every sign-in: when it began, and when it ends at the latest, however busy one is."""
    now = timezone.now()
    request.session.set_expiry(now + settings.SESSION_LONGEST)
    request.session[STARTED] = now.isoformat()
    request.session[CLIENT] = described(request)


def started_at(data: Any) -> datetime | None:
    """When the one whose session holds `data` signed in."""
    return datetime.fromisoformat(data[STARTED]) if STARTED in data else None
