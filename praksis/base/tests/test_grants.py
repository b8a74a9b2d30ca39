"""The lists of access.py and what the database really grants."""

from collections.abc import Iterator
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection
from psycopg import sql
from pytest_django import Settings

from conftest import AsRole, lend_a_hand
from praksis.base import grants
from praksis.base.databases import RUNTIME, SetupError, passwords
from praksis.base.grants import Grant
from praksis.base.management.commands.prepare import refuse_roles, refuse_server

pytestmark = pytest.mark.django_db


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def hand(database: dict[str, str]) -> Iterator[None]:
    """These tests migrate, which takes away what no list declares."""
    yield
    lend_a_hand(database["owner"])


@pytest.fixture
def new_table(as_owner: AsRole) -> Iterator[str]:
    with as_owner():
        _run("create table forgotten (id serial primary key, name text)")
    yield "forgotten"
    with as_owner():
        _run("drop table forgotten")


def test_every_table_stands_in_one_list_and_the_database_grants_just_that() -> None:
    assert grants.undeclared_tables() == []
    assert grants.missing_tables() == []
    assert grants.wrong_grants() == []


def test_a_table_in_no_list_stops_migrate_and_is_closed(new_table: str, as_owner: AsRole) -> None:
    with as_owner(), pytest.raises(CommandError, match=new_table):
        call_command("migrate", verbosity=0, skip_checks=True)
    with pytest.raises(ProgrammingError, match="permission denied"):
        _run("select * from forgotten")


def test_a_new_list_opens_just_what_it_says(new_table: str, as_owner: AsRole, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {**grants.declared(), new_table: {"web": "insert, select (id)", "worker": "select"}}
    monkeypatch.setattr(grants, "declared", lambda: whole)
    with as_owner():
        assert grants.apply_grants() == 4  # two on the table, one on a column, one on the sequence
        assert grants.apply_grants() == 0
    _run("insert into forgotten (name) values ('Kari')")
    _run("select id from forgotten")
    with pytest.raises(ProgrammingError, match="permission denied"):
        _run("select name from forgotten")


def test_grants_made_by_hand_are_found_and_taken_back(as_owner: AsRole) -> None:
    with as_owner():
        _run("grant delete on django_migrations to praksis_web")
        _run("grant select on accounts_session to public")
        _run("revoke insert on accounts_session from praksis_web")
        assert grants.wrong_grants() == [
            Grant("table", "accounts_session", "", "praksis_web", "INSERT"),
            Grant("table", "accounts_session", "", "public", "SELECT"),
            Grant("table", "django_migrations", "", "praksis_web", "DELETE"),
        ]
        call_command("migrate", verbosity=1, skip_checks=True, stdout=(said := StringIO()))
        assert "Grants: 3 changed" in said.getvalue()
        assert grants.wrong_grants() == []


def test_the_same_table_in_two_lists_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("praksis.accounts.access.OPEN", {"accounts_session": {}}, raising=False)
    with pytest.raises(ValueError, match="accounts_session"):
        grants.declared()


# ---------------------------------------------------------------- roles


@pytest.fixture
def superuser(settings: Settings, database: dict[str, str]) -> Iterator[psycopg.Connection[tuple[str]]]:
    """A superuser, and a role `praksis_try` that serves the web in this test instead of the real one."""
    secret = passwords(settings.DATA)["superuser"]
    with psycopg.connect(database["owner"], user="postgres", password=secret, autocommit=True) as opened:
        opened.execute("drop role if exists praksis_try")
        opened.execute("create role praksis_try login")
        settings.DATABASE_USERS = {**settings.DATABASE_USERS, "web": "praksis_try"}
        yield opened
        opened.execute("drop owned by praksis_try cascade; drop role praksis_try")


@pytest.mark.xdist_group("roles")
@pytest.mark.parametrize(
    ("power", "said"),
    [
        ("alter role praksis_try superuser", "is a superuser"),
        ("alter role praksis_try bypassrls", "has BYPASSRLS"),
        ("create table public.own (n int); alter table public.own owner to praksis_try", "owns tables"),
        ("grant praksis_owner to praksis_try", "through praksis_owner, owns tables"),
        ("grant praksis_backup to praksis_try", "through praksis_backup, has BYPASSRLS"),
    ],
)
def test_a_runtime_role_with_too_much_power_is_refused(superuser: psycopg.Connection[tuple[str]], power: str, said: str) -> None:
    assert grants.role_problems() == []
    superuser.execute(sql.SQL(power))
    assert any(f"praksis_try{',' if 'through' in said else ''} {said}" in problem for problem in grants.role_problems())
    with pytest.raises(SetupError, match="row-level security"):
        refuse_roles()


def test_a_role_that_the_server_does_not_know_is_refused_by_name(settings: Settings) -> None:
    settings.DATABASE_USERS = {**settings.DATABASE_USERS, "trail": "praksis_unknown"}
    with pytest.raises(SetupError, match=r"praksis_unknown.*make roles-sql"):
        refuse_server()


def test_an_address_that_is_not_given_is_asked_for_by_variable(settings: Settings) -> None:
    settings.DATABASE_USERS = {"owner": "praksis_owner", "web": "praksis_web"}
    with pytest.raises(SetupError, match="DATABASE_URL_WORKER, DATABASE_URL_TRAIL"):
        refuse_server()


def test_an_old_server_is_refused_with_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("praksis.base.management.commands.prepare.OLDEST", 99)
    with pytest.raises(SetupError, match=r"PostgreSQL \d+, and 99 or later"):
        refuse_server()


def test_the_runtime_roles_are_held() -> None:
    assert grants.role_problems(RUNTIME) == []
