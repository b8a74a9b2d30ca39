"""Sessions in the database, each reached by its exact key and nothing else: the way in before anyone is known."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import transaction

from praksis.base.identity import Identity, acting


class SessionStore(db.SessionStore):
    """Django's, with a purpose for every statement."""

    @classmethod
    def get_model_class(cls) -> Any:
        return db.SessionStore.get_model_class()

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
