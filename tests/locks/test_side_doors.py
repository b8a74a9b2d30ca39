"""What arbitrary SQL, run as a role of the house, reaches beside the policies: names in errors, statistics, plans, sessions of
others, objects of its own. SECURITY.md tells the same in words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from praksis.base.databases import RUNTIME
from praksis.base.identity import NOBODY, Identity
from praksis.base.locks import tables_of_persons
from tests.locks.conftest import Bench
from tests.locks.raw import act

DENIED = {
    "become the owner": "set role praksis_owner",
    "be somebody else from now on": "set session authorization praksis_owner",
    "pass by row-level security": "alter role current_user bypassrls",
    "drop a policy": "drop policy owner_maintenance on candidates_candidate",
    "unlock a table": "alter table candidates_candidate disable row level security",
    "empty a table": "truncate candidates_candidate cascade",
    "put a trigger on a table": "create trigger mine after update on rounds_entry execute function pg_notify()",
    "make a table": "create table mine (a int)",
    "make a table that hides another": "create temporary table candidates_candidate (a int)",
    "make a function that looks at rows": "create function pg_temp.look(text) returns bool language sql as 'select true'",
    "make a schema": "create schema mine",
    "bring in code": "create extension dblink",
    "read a file of the server": "select pg_read_file('PG_VERSION')",
    "run a program": "copy (select 1) to program 'true'",
    "write a file": "copy (select 1) to '/tmp/out'",
    "read passwords": "select rolpassword from pg_authid",
    "read statistics": "select stavalues1 from pg_statistic",
    "read large objects": "select * from pg_largeobject",
    "end the owner's session": "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'praksis_owner'",
    "read the server's log": "select * from pg_ls_logdir()",
}
GUESSABLE = {
    "accounts_user (email)": "new users are made by `invite` and `first-run` alone, which see that address too",
    "candidates_candidate (member_id, reference)": "of one's own member's people only",
}
"""Unique keys of values that can be guessed, on tables of persons: whoever may add a row there learns that one exists."""


@pytest.fixture(params=RUNTIME)
def as_role(request: pytest.FixtureRequest, db: None, database: dict[str, str]) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database[request.param], autocommit=True) as connection:
        yield connection


def test_a_role_of_the_house_cannot(as_role: psycopg.Connection[Any], database: dict[str, str]) -> None:
    with psycopg.connect(database["owner"]):
        could = [what for what, statement in DENIED.items() if _works(as_role, statement)]
    assert could == []


def _works(connection: psycopg.Connection[Any], statement: str) -> bool:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName):
        return False
    return True


def test_a_lock_that_is_switched_off_shows_an_error_and_no_row(as_role: psycopg.Connection[Any]) -> None:
    as_role.execute("set row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_role.execute("select * from rounds_entry")


def test_other_sessions_queries_are_not_seen(as_role: psycopg.Connection[Any], database: dict[str, str]) -> None:
    """They hold the keys of sessions and the addresses of people."""
    with psycopg.connect(as_role.info.dsn, password=as_role.info.password, autocommit=True) as other:
        other.execute("select 'the key of a session'")
        seen = as_role.execute("select query from pg_stat_activity where pid <> pg_backend_pid()").fetchall()
    assert [query for (query,) in seen if query and "key of a session" in query] == []


def _the_catalogue_of_the_database_gives_nothing_away(bench: Bench) -> None:
    """No view that shows its owner's rows, no function that runs as somebody else but those known, no counter of persons."""
    ask = bench.owner.execute
    views = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm', 'f')"
    assert ask(views).fetchall() == []
    definers = """select proname, coalesce(proconfig::text, ''), prorettype = 'trigger'::regtype from pg_proc
                  where prosecdef and pronamespace = 'public'::regnamespace"""
    assert [name for name, config, trigger in ask(definers).fetchall() if "search_path=" not in config or not trigger] == []
    sequences = """select relname from pg_class, unnest(%s::text[]) role where relkind = 'S'
                   and relnamespace = 'public'::regnamespace and has_sequence_privilege(role, oid, 'select')
                   and role not like '%%owner%%'"""
    names = [connection.info.user for role, connection in bench.roles.items() if role != "owner"]
    serial = ask(sequences, [names]).fetchall()
    assert [name for (name,) in serial if name.rsplit("_", 2)[0] in tables_of_persons()] == []


def _statistics_show_no_value_of_a_person(bench: Bench) -> None:
    bench.owner.execute("analyze")
    tables = tables_of_persons()
    for role in ("web", "worker"):
        connection = bench.roles[role]
        seen = connection.execute("select tablename, attname from pg_stats where tablename = any(%s)", [tables]).fetchall()
        assert seen == [], role
        assert connection.execute("select count(*) from pg_stats_ext").fetchone() == (0,)


@contextmanager
def _acting(web: psycopg.Connection[Any], by: Identity) -> Iterator[None]:
    with web.transaction(force_rollback=True):
        act(web, by)
        yield


def _placing(bench: Bench) -> list[Identity]:
    """Those who place people, the one with the fewest members first."""
    return sorted((by for by in bench.people if by.members), key=lambda by: len(by.members))


def _errors_tell_nothing_of_hidden_rows(bench: Bench) -> None:
    """Neither a cast of a hidden value, nor a key that a hidden row has."""
    web, kari = bench.roles["web"], _placing(bench)[0]
    hidden = next(row for row in bench.region.rows["candidates_candidate"].values() if row["member_id"] not in kari.members)
    own = next(row for row in bench.region.rows["candidates_candidate"].values() if row["member_id"] in kari.members)
    with web.transaction():
        act(web, NOBODY)
        assert (
            web.execute(
                "select from candidates_candidate where last_name::int = 1 or 1 / (birth_year - birth_year) = 1"
            ).fetchall()
            == []
        )
    twice = [
        ("candidates_candidate", {**own, "id": hidden["id"]}),
        ("candidates_guardian", next(iter(bench.region.rows["candidates_guardian"].values()))),
    ]
    for table, row in twice:
        told = _error(web, kari, table, row)
        values = [str(value) for key, value in row.items() if isinstance(value, str) and value not in own.values()]
        assert [value for value in values if value in told] == [], told


def _error(web: psycopg.Connection[Any], by: Identity, table: str, row: Any) -> str:
    insert = sql.SQL("insert into {0} select * from jsonb_populate_record(null::{0}, %s)").format(sql.Identifier(table))
    with _acting(web, by), pytest.raises(psycopg.Error) as caught:
        web.execute(insert, [Jsonb(row)])
    diag = caught.value.diag
    return " ".join(filter(None, (diag.message_primary, diag.message_detail, diag.message_hint, diag.context)))


def _keys_that_could_be_guessed_are_known(bench: Bench) -> None:
    """A unique key of random ids, or of a hash that takes the house's key, tells nobody anything; one of an address tells that
    somebody is there."""
    unique = """select indrelid::regclass::text, array_agg(attname::text order by attnum), bool_or(atttypid = 'uuid'::regtype
                  and attname not in ('member_id', 'host_id', 'round_id')), indexrelid
                from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)
                where indisunique and not indisprimary and indrelid::regclass::text = any(%s) group by indrelid, indexrelid"""
    found = bench.owner.execute(unique, [tables_of_persons()]).fetchall()
    random = {"session_key", "digest", "mark"}
    guessable = {f"{table} ({', '.join(columns)})" for table, columns, ids, _ in found if not ids and not random & set(columns)}
    assert guessable == set(GUESSABLE)


def _a_plan_made_for_one_is_not_kept_for_another(bench: Bench) -> None:
    web, placing = bench.roles["web"], _placing(bench)
    one, other = placing[0], next(by for by in placing if not set(by.members) & set(placing[0].members))
    seen = []
    web.execute("prepare look as select id::text from candidates_candidate")
    web.execute("set plan_cache_mode = force_generic_plan")
    for by in (one, other, NOBODY):
        with web.transaction():
            act(web, by)
            seen.append({key for (key,) in web.execute("execute look").fetchall()})
    assert seen[0]
    assert seen[1]
    assert not seen[0] & seen[1]
    assert seen[2] == set()


def _what_arbitrary_sql_does_reach_is_told(bench: Bench) -> None:
    """Whoever runs SQL of their own in a transaction of the web can say that it acts for somebody else: the lock is one against
    a forgotten filter. Even so it is never the owner's maintenance, nor what the web has no grant for."""
    web, everyone = bench.roles["web"], bench.people
    members = tuple(member for by in everyone for member in by.members)
    with _acting(web, Identity(members=members)):
        assert web.execute("select count(*) from candidates_candidate").fetchone() == (
            len(bench.region.rows["candidates_candidate"]),
        )
    for purpose in ("maintenance", "allocation"):
        with _acting(web, Identity(purpose=purpose)):
            assert web.execute("select count(*) from candidates_candidate").fetchone() == (0,)
    with _acting(web, NOBODY):  # and how many rows are hidden by a name can be seen in a plan that was run
        plan = "\n".join(
            line for (line,) in web.execute("explain (analyze) select from candidates_candidate where last_name = 'Nordmann'")
        )
    assert re.search(r"Rows Removed by Filter: \d+|actual", plan)


@pytest.mark.slow
def test_the_side_doors_are_closed_or_known(bench: Bench) -> None:
    _the_catalogue_of_the_database_gives_nothing_away(bench)
    _statistics_show_no_value_of_a_person(bench)
    _keys_that_could_be_guessed_are_known(bench)
    _errors_tell_nothing_of_hidden_rows(bench)
    _a_plan_made_for_one_is_not_kept_for_another(bench)
    _what_arbitrary_sql_does_reach_is_told(bench)
