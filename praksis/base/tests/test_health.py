"""GET /healthz."""

from typing import Any

import pytest
from django.contrib.staticfiles.finders import get_finder
from django.db import connection
from django.test import Client
from pytest_django import Settings

from conftest import AsRole
from praksis.base import health

pytestmark = pytest.mark.django_db
WELL = {"database": "ok", "migrations": "ok", "jobs": "ok", "roles": "ok", "search": "without dictionary"}


def _ask(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/healthz")
    return answer.status_code, answer.json()


@pytest.fixture
def worker_alive(as_worker: AsRole) -> None:
    with as_worker(), connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers default values")


def test_all_is_well(client: Client, worker_alive: None) -> None:
    assert _ask(client) == (200, WELL)


def test_nobody_keeps_the_answer(client: Client, worker_alive: None) -> None:
    assert "no-store" in client.get("/healthz")["Cache-Control"]


def test_without_a_worker(client: Client) -> None:
    assert _ask(client) == (503, {**WELL, "jobs": "no worker"})


def test_with_a_worker_that_has_gone_silent(client: Client, as_worker: AsRole, worker_alive: None) -> None:
    with as_worker(), connection.cursor() as cursor:
        cursor.execute("update procrastinate_workers set last_heartbeat = now() - interval '50 seconds'")
    assert _ask(client) == (503, {**WELL, "jobs": "no worker"})


def test_with_a_migration_that_is_not_applied(client: Client, worker_alive: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrations_on_disk", lambda: frozenset({("base", "9999_new")}))
    assert _ask(client) == (503, {**WELL, "migrations": "missing"})


def test_with_a_role_that_could_pass_the_locks(client: Client, worker_alive: None, settings: Settings) -> None:
    settings.DATABASE_USERS = {**settings.DATABASE_USERS, "web": "praksis_owner"}
    assert _ask(client) == (503, {**WELL, "roles": "too powerful"})


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {})
    connection.close()


def test_without_a_database(client: Client, no_database: None) -> None:
    status, parts = _ask(client)
    assert (status, parts["database"]) == (503, "unreachable")


def test_static_files_need_no_database(client: Client, no_database: None) -> None:
    name = next(name for name, _ in get_finder("django.contrib.staticfiles.finders.AppDirectoriesFinder").list([]))
    answer = client.get(f"/static/{name}")
    answer.close()
    assert answer.status_code == 200
