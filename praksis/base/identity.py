"""For whom a transaction acts. The database shows and takes rows by it (row-level security); nothing said means nothing seen.

    with acting(Identity(user=str(user.pk))), transaction.atomic():
        ...

Each transaction is told at its start, by the database backend of `praksis.base.locked`. Inside one, `acting` tells it anew,
and back again at its end. Threads, streams and callbacks after a commit start as nobody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from psycopg import IsolationLevel


@dataclass(frozen=True, slots=True)
class Identity:
    """Ids as text. `members`: those all of whose people the user places; `units`: those whose people alone; `led`: the members
    that the user leads; `appoints`: the members and hosts where the user says who works there; `people`: the candidates that
    are the user's own or wards.

    A way in without a user is a `purpose` with one exact `key`: docs/access.md lists them.
    """

    user: str = ""
    members: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    led: tuple[str, ...] = ()
    appoints: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    purpose: str = ""
    key: str = ""

    def settings(self) -> dict[str, str]:
        """As PostgreSQL's settings, which the policies read."""
        lists = {name: getattr(self, name) for name in ("members", "units", "led", "appoints", "people")}
        told = {f"app.{name}": ",".join(ids) for name, ids in lists.items()}
        return {"app.user": self.user, **told, "app.purpose": self.purpose, "app.key": self.key}


NOBODY = Identity()
current: ContextVar[Identity | None] = ContextVar("identity", default=None)
asked: ContextVar[str] = ContextVar("asked", default="")
"""The id of the request that is being answered: the trail, the history of rows and the log name it. Empty in a job."""


@contextmanager
def acting(identity: Identity) -> Iterator[None]:
    """Act as someone for as long as the block lasts, in the open transaction and in those that it begins."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    inside = connection.in_atomic_block
    token = current.set(identity)
    try:
        if inside:
            connection.tell_identity()
        yield
    finally:
        current.reset(token)
        if inside and connection.in_atomic_block and not connection.needs_rollback:
            connection.tell_identity()


@contextmanager
def snapshot() -> Iterator[None]:
    """A transaction whose queries all see the database as it was at the first of them."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    held = connection.connection
    held.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with transaction.atomic(durable=True):
            yield
    finally:
        if not held.closed:
            held.isolation_level = None
