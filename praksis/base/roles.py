"""The database roles, and the SQL that makes them: run by the embedded server itself, printed for a server of one's own.

owner migrates; web and worker serve; trail only appends to the read trail; backup reads everything and is never used at run time.
"""

from collections.abc import Mapping

from psycopg import Connection, sql

RIGHTS = {
    "owner": "login createdb nosuperuser nobypassrls",
    "web": "login nosuperuser nobypassrls",
    "worker": "login nosuperuser nobypassrls",
    "trail": "login nosuperuser nobypassrls",
    "backup": "login nosuperuser bypassrls",
}
SILENT = ("web", "worker", "trail")
"""Roles whose running statements the server shows nobody: any session of a role could read those of its others, with the keys of
sessions and the addresses of people that stand in them."""


def role_statements(users: Mapping[str, str], passwords: Mapping[str, str]) -> list[sql.Composed]:
    """What makes the roles. `users` and `passwords` are by role; a superuser runs it, twice does no harm."""
    made = [_role(users[role], rights, passwords[role]) for role, rights in RIGHTS.items()]
    made.append(sql.SQL("grant pg_read_all_data to {}").format(sql.Identifier(users["backup"])))
    return made + silencing_statements(users)


def silencing_statements(users: Mapping[str, str]) -> list[sql.Composed]:
    """Only a superuser may say this, even of a role's own."""
    return [sql.SQL("alter role {} set track_activities = off").format(sql.Identifier(users[role])) for role in SILENT]


def _role(user: str, rights: str, password: str) -> sql.Composed:
    return sql.SQL(
        "do $$ begin if not exists (select from pg_roles where rolname = {name}) then create role {role}; end if; end $$;\n"
        f"alter role {{role}} {rights} password {{password}}"
    ).format(name=sql.Literal(user), role=sql.Identifier(user), password=sql.Literal(password))


def database_statements(users: Mapping[str, str], database: str) -> list[sql.Composed]:
    """What makes an empty database that only the roles may enter. Its name comes last, so that a half-made one is no database."""
    half, whole = sql.Identifier(f"{database}_half_made"), sql.Identifier(database)
    return [
        sql.SQL("drop database if exists {}").format(half),
        sql.SQL("create database {} owner {} encoding 'UTF8' template template0").format(half, sql.Identifier(users["owner"])),
        *entry_statements(users, f"{database}_half_made"),
        sql.SQL("alter database {} rename to {}").format(half, whole),
    ]


def entry_statements(users: Mapping[str, str], database: str) -> list[sql.Composed]:
    """Who may enter a database: the roles, and none of them may make tables of its own there, which could hide the real ones."""
    name, others = sql.Identifier(database), [sql.Identifier(users[role]) for role in RIGHTS if role != "owner"]
    return [
        sql.SQL("revoke all on database {} from public").format(name),
        sql.SQL("grant connect on database {} to {}").format(name, sql.SQL(", ").join(others)),
    ]


def as_text(statements: list[sql.Composed]) -> str:
    return ";\n".join(statement.as_string(None) for statement in statements) + ";\n"


def make_database(
    superuser: Connection[tuple[str]], passwords: Mapping[str, str], users: Mapping[str, str], database: str
) -> None:
    """Make roles and database unless they stand. The connection is in autocommit: `create database` takes no transaction."""
    if superuser.execute("select datname from pg_database where datname = %s", [database]).fetchone():
        for statement in silencing_statements(users):
            superuser.execute(statement)
        return
    for statement in [*role_statements(users, passwords), *database_statements(users, database)]:
        superuser.execute(statement)
