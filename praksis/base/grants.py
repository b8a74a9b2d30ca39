"""Who may do what with which table: every room's `access.py`, compared with the database, and the difference made good."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import module_has_submodule
from psycopg import sql

from praksis.base.databases import RUNTIME

_PRIVILEGE = re.compile(r"(\w+)(?:\s*\(([^)]*)\))?")
_HELD = """
    select case object.relkind when 'S' then 'sequence' else 'table' end, object.relname,
        coalesce(acl.attname, ''), coalesce(holder.rolname, 'public'), acl.privilege_type
    from pg_class object
    join pg_namespace space on space.oid = object.relnamespace and space.nspname = 'public'
    cross join lateral (
        select null as attname, grantee, privilege_type from aclexplode(object.relacl)
        union all
        select attname, grantee, privilege_type from pg_attribute, aclexplode(attacl) where attrelid = object.oid
    ) acl
    left join pg_roles holder on holder.oid = acl.grantee
    where object.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and (holder.rolname = any(%s) or acl.grantee = 0)
"""
_TABLES = """
    select relname from pg_class object
    join pg_namespace space on space.oid = object.relnamespace and space.nspname = 'public'
    where relkind in ('r', 'p', 'v', 'm', 'f') order by relname
"""
_SERIALS = """
    select owner.relname, sequence.relname from pg_depend
    join pg_class sequence on sequence.oid = objid and sequence.relkind = 'S'
    join pg_class owner on owner.oid = refobjid
    join pg_namespace space on space.oid = owner.relnamespace and space.nspname = 'public'
    where deptype = 'a'
"""
_POWERS = """
    select person.rolname, role.rolname, role.rolsuper, role.rolbypassrls
    from pg_roles person join pg_roles role on pg_has_role(person.oid, role.oid, 'member')
    where person.rolname = any(%s) and (
        role.rolsuper or role.rolbypassrls
        or exists (select from pg_class join pg_namespace space on space.oid = relnamespace
                   where relowner = role.oid and relkind in ('r', 'p') and nspname = 'public')
    )
"""


class Grant(NamedTuple):
    """One privilege on a whole table or sequence (`column` is then empty) or on one column; `user` is a name on the server."""

    kind: str
    relation: str
    column: str
    user: str
    privilege: str


def declared() -> dict[str, dict[str, str]]:
    """Every room's tables with their grants by role. The same table in two lists is an error of ours."""
    found: dict[str, dict[str, str]] = {}
    for table, grants in _declarations():
        if table in found:
            raise ValueError(f"{table} stands in two lists of access.py")
        found[table] = grants
    return found


def _declarations() -> Iterator[tuple[str, dict[str, str]]]:
    for config in apps.get_app_configs():
        if config.name.startswith("praksis.") and module_has_submodule(config.module, "access"):
            access = import_module(f"{config.name}.access")
            for name in ("OPEN", "PERSONS"):
                yield from getattr(access, name, {}).items()


def apply_grants() -> int:
    """Make the database's grants those declared; the number of statements that took. Runs as the owner, in one transaction."""
    with transaction.atomic():
        held, wanted = _held(), _wanted()
        statements = [_statement("revoke", grant) for grant in sorted(held - wanted)]
        statements += [_statement("grant", grant) for grant in sorted(wanted - held)]
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    return len(statements)


def undeclared_tables() -> list[str]:
    """Tables of the database that no list names."""
    return [table for table in _tables() if table not in declared()]


def missing_tables() -> list[str]:
    """Tables of the lists that the database does not have."""
    return sorted(set(declared()) - set(_tables()))


def wrong_grants() -> list[Grant]:
    """Grants that are held and not declared, or declared and not held."""
    return sorted(_held() ^ _wanted())


def role_problems(roles: tuple[str, ...] = RUNTIME) -> list[str]:
    """One sentence for each power that would let a role past row-level security, its own or that of a role it is a member of."""
    users = [settings.DATABASE_USERS[role] for role in roles if role in settings.DATABASE_USERS]
    return [_power(*row) for row in _rows(_POWERS, [users])]


def missing_roles(roles: tuple[str, ...] = RUNTIME) -> list[str]:
    """Users of the given roles that the server does not know."""
    users = [settings.DATABASE_USERS[role] for role in roles if role in settings.DATABASE_USERS]
    known = {name for (name,) in _rows("select rolname from pg_roles where rolname = any(%s)", [users])}
    return [user for user in users if user not in known]


def _power(user: str, role: str, is_super: bool, bypasses: bool) -> str:
    what = "is a superuser" if is_super else "has BYPASSRLS" if bypasses else "owns tables"
    through = "" if user == role else f", through {role},"
    return f"The database role {user}{through} {what}, so row-level security would not hold it. `make roles-sql` shows the roles."


def _tables() -> list[str]:
    return [table for (table,) in _rows(_TABLES)]


def _held() -> set[Grant]:
    users = [settings.DATABASE_USERS[role] for role in RUNTIME]
    return {Grant(*row) for row in _rows(_HELD, [users])}


def _wanted() -> set[Grant]:
    tables, serials = set(_tables()), _rows(_SERIALS)
    wanted = set()
    for table, grants in declared().items():
        for role, privileges in grants.items() if table in tables else ():
            user = settings.DATABASE_USERS[role]
            wanted |= {Grant("table", table, column, user, privilege) for privilege, column in _parsed(privileges)}
            if "insert" in privileges:  # identity columns need none, serial ones do
                wanted |= {Grant("sequence", sequence, "", user, "USAGE") for owner, sequence in serials if owner == table}
    return wanted


def _parsed(privileges: str) -> Iterator[tuple[str, str]]:
    """`insert, select (id)` as (INSERT, whole table) and (SELECT, id)."""
    for privilege, columns in _PRIVILEGE.findall(privileges):
        for column in columns.split(","):
            yield privilege.upper(), column.strip()


def _statement(verb: str, grant: Grant) -> sql.Composed:
    column = sql.SQL(" ({})").format(sql.Identifier(grant.column)) if grant.column else sql.SQL("")
    return sql.SQL("{what}{column} on {kind} {relation} {towards} {user}").format(
        what=sql.SQL(f"{verb} {grant.privilege}"),
        column=column,
        kind=sql.SQL(grant.kind),
        relation=sql.Identifier(grant.relation),
        towards=sql.SQL({"grant": "to", "revoke": "from"}[verb]),
        user=sql.SQL("public") if grant.user == "public" else sql.Identifier(grant.user),
    )


def _rows(query: str, params: list[list[str]] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())
