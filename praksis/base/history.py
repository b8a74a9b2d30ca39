"""The history of rows: every room's HISTORY in `access.py` names tables with the columns that say whose a row is, and after each
migration those tables get a trigger that keeps what a write changed (`base.models.Change`), whoever writes and however.

Not for the purpose `maintenance`: what a migration changes stands in the migration, and the demo's people are made up. Nor for
`retention` and `overdue`: what is erased must not live on as its own history.
"""

from importlib import import_module

from django.apps import apps
from django.db import connection, transaction
from django.utils.module_loading import module_has_submodule
from psycopg import sql

_KEPT = """
    select relname from pg_trigger join pg_class on pg_class.oid = tgrelid
    join pg_namespace space on space.oid = relnamespace and space.nspname = 'public' where tgname = 'history'
"""
_KEEP = """
    create constraint trigger history after insert or update or delete on {table} deferrable initially deferred for each row
    when (coalesce(current_setting('app.purpose', true), '') not in ('maintenance', 'retention', 'overdue'))
    execute function base_keep_change({person}, {member})
"""


def tables_with_history() -> dict[str, tuple[str, str]]:
    """By table the columns of person and member; empty where a table has none, `table.column` where it stands with the person."""
    found: dict[str, tuple[str, str]] = {}
    for config in apps.get_app_configs():
        if config.name.startswith("praksis.") and module_has_submodule(config.module, "access"):
            found |= getattr(import_module(f"{config.name}.access"), "HISTORY", {})
    return found


def keep_history() -> None:
    """Make the triggers those that the rooms name. Runs as the owner, in one transaction.

    They run when the transaction ends, so that entries in the trail are as old as their transaction's end, and not its beginning.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_KEPT)
        for (table,) in cursor.fetchall():
            cursor.execute(sql.SQL("drop trigger history on {}").format(sql.Identifier(table)))
        for table, (person, member) in tables_with_history().items():
            names = {"table": sql.Identifier(table), "person": sql.Literal(person), "member": sql.Literal(member)}
            cursor.execute(sql.SQL(_KEEP).format(**names))
