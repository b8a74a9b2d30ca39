"""What the database lets each role do, found out by raw SQL: every row of every table of persons, all four commands.

Nothing is kept: each attempt is undone in the database. What the lock lets through and a constraint then stops counts as let
through: a unique key is no lock.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from praksis.base.identity import NOBODY, Identity
from praksis.base.locks import tables_of_persons
from tests.locks.model import Region, Row, allowed

BESIDE = ("rounds_run", "rounds_round", "rounds_round_members")
"""Tables without persons that the model asks."""
TELL = "select " + ", ".join(["set_config(%s, %s, true)"] * len(NOBODY.settings()))
REFUSED, STOPPED = -1, -2
_TRY_EACH = """
do $do$
declare attempt text; counted int; told int[] := '{}';
begin
  for attempt in select jsonb_array_elements_text(current_setting('app.attempts')::jsonb) loop
    begin
      execute attempt;
      get diagnostics counted = row_count;
      raise sqlstate 'UNDO0';
    exception
      when sqlstate 'UNDO0' then told := told || counted;
      when insufficient_privilege then told := told || -1;
      when integrity_constraint_violation or raise_exception then told := told || -2;
    end;
  end loop;
  perform set_config('app.told', to_jsonb(told)::text, true);
end $do$
"""
_ADD = """
    insert into {table} ({columns}) overriding system value
    select {columns} from jsonb_populate_record(null::{table}, {row})
"""
_CHANGE = "update {table} set ({columns}) = (select {columns} from jsonb_populate_record(null::{table}, {row}))"
_NONE = sql.SQL("select from pg_class where false").format()
_COLUMNS = """
    select attname, has_column_privilege(%s, attrelid, attnum, 'update'),
        exists (select from pg_constraint where conrelid = attrelid and contype <> 'n' and attnum = any(conkey))
        or exists (select from pg_index where indrelid = attrelid and attnum = any(indkey))
    from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
"""


class Look(NamedTuple):
    """Through whose eyes a table is looked at."""

    role: str
    by: Identity
    table: str


class Told(NamedTuple):
    """What somebody may do with a table: rows that are shown; rows that could be added; rows whose content one's own could
    be given; how many could be changed and removed."""

    shown: frozenset[str]
    added: frozenset[str]
    moved_to: frozenset[str]
    changed: int
    removed: int


NOTHING = Told(frozenset(), frozenset(), frozenset(), 0, 0)


@dataclass(frozen=True)
class Table:
    """Names of columns: the key, all that can be written, those that the role may change, and one of them that no constraint
    and no index knows (empty where there is none). `keys` are those of its rows, `attempts` statements as a list in JSON."""

    name: str
    key: str
    columns: tuple[str, ...]
    changeable: tuple[str, ...]
    harmless: str
    keys: tuple[str, ...] = ()
    attempts: str = ""


def read_region(owner: psycopg.Connection[Any]) -> Region:
    """Everything there is. The connection is the owner's, at maintenance."""
    return Region({table: _all_rows(owner, table) for table in (*tables_of_persons(), *BESIDE)})


def _all_rows(owner: psycopg.Connection[Any], table: str) -> dict[str, Row]:
    found = owner.execute(sql.SQL("select to_jsonb(one) from {} one").format(sql.Identifier(table))).fetchall()
    return {str(row[key_of(owner, table)]): row for (row,) in found}


def key_of(owner: psycopg.Connection[Any], table: str) -> str:
    """The column of the primary key."""
    asked = "select attname from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]"
    found = owner.execute(f"{asked} where indisprimary and indrelid = %s::regclass", [table]).fetchone()
    assert found, table
    return str(found[0])


def table_for(owner: psycopg.Connection[Any], role_name: str, table: str, region: Region) -> Table:
    """A table, as this role on the server may write to it."""
    key = key_of(owner, table)
    found = owner.execute(_COLUMNS, [role_name, table]).fetchall()
    changeable = [(name, tied) for name, may, tied in found if may and name != key]
    free = next((name for name, tied in changeable if not tied), "")
    rows = region.rows[table]
    made = Table(table, key, tuple(name for name, *_ in found), tuple(name for name, _ in changeable), free, tuple(rows))
    return replace(made, attempts=json.dumps([attempt.as_string(None) for attempt in _attempts(made, rows)]))


def expected(region: Region, look: Look, table: Table) -> Told:
    """By the model."""

    def may(command: str, row: Row) -> bool:
        return command in allowed(look.role, look.table, region, look.by, row)

    rows = region.rows[look.table]
    own = [row for row in rows.values() if may("update", row)]
    moved = {
        key
        for key, other in rows.items()
        if own and all(may("update", {**row, **{name: other[name] for name in table.changeable}}) for row in own)
    }
    return Told(
        shown=frozenset(key for key, row in rows.items() if may("select", row)),
        added=frozenset(key for key, row in rows.items() if may("insert", row)),
        moved_to=frozenset(moved),
        changed=len(own) if table.harmless else 0,
        removed=sum(may("delete", row) for row in rows.values()),
    )


def found(connection: psycopg.Connection[Any], look: Look, table: Table) -> Told:
    """By asking the database, on a connection of the role. A key that is no key (an address where an id is asked for) is
    refused with an error, which shows nothing."""
    try:
        with connection.transaction(force_rollback=True):
            act(connection, look.by)
            shown = _shown(connection, table)
            connection.execute("select set_config('app.attempts', %s, true)", [table.attempts])
            connection.execute(_TRY_EACH)
            (answered,) = connection.execute("select current_setting('app.told')::jsonb").fetchone() or ([],)
    except psycopg.errors.InvalidTextRepresentation:
        return NOTHING
    count = len(table.keys)
    added, moved, (changed, removed) = answered[:count], answered[count:-2], answered[-2:]
    return Told(
        shown=shown,
        added=frozenset(key for key, told in zip(table.keys, added, strict=True) if told != REFUSED),
        moved_to=frozenset(key for key, told in zip(table.keys, moved, strict=False) if told not in (REFUSED, 0)),
        changed=max(changed, 0),
        removed=max(removed, 0),
    )


def act(connection: psycopg.Connection[Any], by: Identity) -> None:
    """Say for whom the open transaction acts."""
    connection.execute(TELL, [part for pair in by.settings().items() for part in pair])


def _shown(connection: psycopg.Connection[Any], table: Table) -> frozenset[str]:
    asked = sql.SQL("select {}::text from {}").format(sql.Identifier(table.key), sql.Identifier(table.name))
    try:
        with connection.transaction():
            return frozenset(key for (key,) in connection.execute(asked).fetchall())
    except psycopg.errors.InsufficientPrivilege:
        return frozenset()


def _attempts(table: Table, rows: Mapping[str, Row]) -> Iterator[sql.Composed]:
    """Statements without a condition and without an answer: they ask the policies of their own command alone."""
    for row in rows.values():
        yield _filled(_ADD, table, table.columns, row)
    for row in rows.values() if table.changeable else ():
        yield _filled(_CHANGE, table, table.changeable, row)
    yield _filled(_CHANGE, table, [table.harmless], next(iter(rows.values()))) if table.harmless else _NONE
    yield sql.SQL("delete from {}").format(sql.Identifier(table.name))


def _filled(statement: str, table: Table, columns: Iterable[str], row: Row) -> sql.Composed:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL(statement).format(table=sql.Identifier(table.name), columns=listed, row=sql.Literal(json.dumps(row)))
