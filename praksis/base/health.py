"""Whether database, migrations, jobs and roles are well, in words that give nothing away."""

from collections.abc import Mapping
from functools import cache

from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from praksis.base.dictionary import is_installed
from praksis.base.grants import role_problems

WELL = "ok"
WORKER_SILENT_SECONDS = 40
"""A worker beats every 10 s; three lost beats and it counts as gone."""


def health() -> dict[str, str]:
    """One word for each part. Runs as whichever role serves, and acts for nobody."""
    try:
        with transaction.atomic():
            parts = {"database": WELL, "migrations": _migrations(), "jobs": _jobs(), "roles": _roles(), "search": _search()}
    except DatabaseError:
        parts = {"database": _database(), **dict.fromkeys(("migrations", "jobs", "roles", "search"), "unknown")}
    return parts


def is_well(parts: Mapping[str, str]) -> bool:
    """Whether it can serve: the search does so without its dictionary too, only less well."""
    return {word for part, word in parts.items() if part != "search"} == {WELL}


def _database() -> str:
    """After an error: an answering database without our tables is not unreachable."""
    connection.close()
    try:
        connection.ensure_connection()
    except DatabaseError:
        return "unreachable"
    return "not migrated"


def _migrations() -> str:
    return "missing" if _migrations_on_disk() - set(MigrationRecorder(connection).applied_migrations()) else WELL


@cache
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def _jobs() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from procrastinate_workers where last_heartbeat > now() - make_interval(secs => %s))",
            [WORKER_SILENT_SECONDS],
        )
        (alive,) = cursor.fetchone()
    return WELL if alive else "no worker"


def _search() -> str:
    return WELL if is_installed() else "without dictionary"


def _roles() -> str:
    return "too powerful" if role_problems() else WELL
