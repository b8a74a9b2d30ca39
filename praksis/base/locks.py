"""The second lock: row-level security on every table that holds persons, made as every room's `access.py` says.

Forced, so that it binds the owner too, and closed by default: a row is seen where a policy says so. The owner's own policy
holds for the purpose `maintenance` alone, which migrations and the demo's generator have.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import module_has_submodule
from psycopg import sql

from praksis.base.policies import MAINTENANCE, Policy

_STANDING = """
    select policy.polname, object.relname, object.relrowsecurity and object.relforcerowsecurity
    from pg_class object
    join pg_namespace space on space.oid = object.relnamespace and space.nspname = 'public'
    left join pg_policy policy on policy.polrelid = object.oid
    where object.relkind in ('r', 'p') and (policy.oid is not null or object.relrowsecurity)
"""


class Named(NamedTuple):
    """A policy on a table, by its name there."""

    table: str
    name: str


def declared_policies() -> dict[Named, Policy]:
    """Every policy of every room, and the owner's on each table of persons. A room may open rows of a lower room's table."""
    found: dict[Named, Policy] = {}
    for table in tables_of_persons():
        found[Named(table, "owner_maintenance")] = Policy("owner", "all", MAINTENANCE)
    for table, policy in _policies():
        number = sum(one.table == table for one in found)
        found[Named(table, f"{policy.role}_{policy.command}_{number}")] = policy
    return found


def tables_of_persons() -> list[str]:
    """The tables in the lists PERSONS."""
    return sorted(table for access in _lists() for table in getattr(access, "PERSONS", {}))


def _policies() -> Iterator[tuple[str, Policy]]:
    for access in _lists():
        for table, policies in getattr(access, "POLICIES", {}).items():
            yield from ((table, policy) for policy in policies)


def _lists() -> Iterator[Any]:
    for config in apps.get_app_configs():
        if config.name.startswith("praksis.") and module_has_submodule(config.module, "access"):
            yield import_module(f"{config.name}.access")


def apply_policies() -> None:
    """Make the policies those declared, all anew. Runs as the owner, in one transaction: no table is open in between."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _statements():
            cursor.execute(statement)


def _statements() -> Iterator[sql.Composed]:
    for named in sorted(_standing()):
        yield sql.SQL("drop policy {name} on {table}").format(**_identifiers(named))
    for table in tables_of_persons():
        yield sql.SQL("alter table {0} enable row level security, force row level security").format(sql.Identifier(table))
    for named, policy in declared_policies().items():
        yield sql.SQL("create policy {name} on {table} for {command} to {user} {clause}").format(
            **_identifiers(named),
            command=sql.SQL(policy.command),
            user=sql.Identifier(settings.DATABASE_USERS[policy.role]),
            clause=sql.SQL(policy.clause()),
        )


def _identifiers(named: Named) -> dict[str, sql.Identifier]:
    return {"name": sql.Identifier(named.name), "table": sql.Identifier(named.table)}


def _standing() -> set[Named]:
    return {Named(table, name) for name, table, _forced in _rows() if name}


def lock_problems() -> list[str]:
    """A sentence for each table of persons that is not locked, and each policy that is only declared, or only stands."""
    forced = {table for _name, table, is_forced in _rows() if is_forced}
    open_ = [f"{table} holds persons and has no row-level security" for table in tables_of_persons() if table not in forced]
    differing = sorted(_standing() ^ set(declared_policies()))
    return open_ + [f"the policy {name} on {table} is only in the list, or only in the database" for table, name in differing]


def _rows() -> list[tuple[str | None, str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        return list(cursor.fetchall())
