"""The queue: what the web may do with it, and what becomes of jobs whose worker was killed."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import TaskNotFound

from conftest import AsRole
from praksis.base import tasks
from praksis.base.jobs import defer_job

pytestmark = pytest.mark.django_db
NAME = "base.take_up_stalled_jobs"


def _jobs(as_worker: AsRole) -> list[tuple[str, str]]:
    with as_worker(), connection.cursor() as cursor:
        cursor.execute("select task_name, status::text from procrastinate_jobs order by id")
        return list(cursor.fetchall())


def test_a_job_is_enqueued_with_the_callers_transaction(as_worker: AsRole) -> None:
    with transaction.atomic():
        defer_job(NAME, timestamp=0)
    assert _jobs(as_worker) == [(NAME, "todo")]


def test_a_job_is_undone_with_the_callers_transaction(as_worker: AsRole) -> None:
    with transaction.atomic():
        defer_job(NAME, timestamp=0)
        transaction.set_rollback(True)
    assert _jobs(as_worker) == []


def test_a_name_that_no_task_has_is_an_error() -> None:
    with pytest.raises(TaskNotFound):
        defer_job("rounds.no_such_task")


def test_the_web_cannot_read_what_it_enqueued() -> None:
    defer_job(NAME, timestamp=0)
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute("select args from procrastinate_jobs")


def _stalled_for(seconds: int, as_worker: AsRole) -> None:
    defer_job(NAME, timestamp=0)
    with as_worker(), connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - make_interval(secs => %s)) returning id",
            [seconds],
        )
        cursor.execute("update procrastinate_jobs set status = 'doing', worker_id = %s", cursor.fetchone())


async def _take_up(own: Any) -> None:
    async with own.open_async():
        await tasks.take_up_stalled_jobs(SimpleNamespace(app=own), 0)  # type: ignore[arg-type]


@pytest.mark.parametrize(("silence", "status"), [(20, "doing"), (60, "todo")])
def test_a_killed_workers_job_goes_back_but_a_live_ones_does_not(
    silence: int, status: str, as_worker: AsRole, in_thread: Callable[[Callable[[], None]], None]
) -> None:
    _stalled_for(silence, as_worker)

    with as_worker():
        connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]

    def take_up() -> None:
        with app.replace_connector(connector) as own:
            asyncio.run(_take_up(own))

    in_thread(take_up)
    assert _jobs(as_worker) == [(NAME, status)]
