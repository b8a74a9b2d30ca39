"""The proof that a job which forgets for whom it acts sees nobody and changes nothing."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone
from procrastinate.contrib.django import app
from psycopg import sql

from conftest import _as
from praksis.accounts.models import LinkRequest, Session, User
from praksis.base.identity import Identity
from praksis.base.locks import tables_of_persons
from praksis.base.models import TrailEntry
from praksis.candidates.models import Candidate, Need
from praksis.messages.choices import Topic
from praksis.messages.models import Message
from praksis.rounds.choices import Policy, RunState
from praksis.rounds.models import Run
from tests.access.walk import Walk
from tests.access.world import SEASON, World

type AsRole = Callable[[], AbstractContextManager[None]]

WRITTEN = ("base_publishedfigure", "base_traillink")
"""What jobs write beside the tables of persons."""
LONG_AGO = timezone.now() - timedelta(days=9999)


def _prepared(world: World) -> dict[str, dict[str, object]]:
    """Something to do for every job that acts for a purpose: the arguments. Runs as the owner."""
    uib, user = world.cast.members["uib"], User.objects.get(email="lenke@person.example")
    _old, gone = (Candidate.objects.create(member=uib, first_name="Ny", last_name="Person", added_on=LONG_AGO) for _ in range(2))
    Need.objects.create(candidate=gone, member=uib, target_group="pupil", field="health", season=SEASON)
    run = Run.objects.create(round=world.rounds["closed"], click_key=uuid.uuid4(), policy=Policy.OPTIMAL, seed=7)
    asked = LinkRequest.objects.create(email=user.email, origin="https://example.no", browser="b", pair="p", network="n")
    Session.objects.create(session_key="old", session_data="", user=user, expire_date=LONG_AGO)
    TrailEntry.objects.create(request=uuid.uuid4(), actor=user.pk, member=uib.pk)
    TrailEntry.objects.update(at=LONG_AGO)
    message = Message.objects.create(user=user, topic=Topic.HOST, template="messages/none.txt")
    return {
        "messages.mail": {"message_id": str(message.pk)},
        "rounds.allocate": {"run_id": str(run.pk)},
        "rounds.publish_figures": {"round_id": str(world.rounds["done"].pk)},
        "rounds.publish_figures_of_all": {"timestamp": 0},
        "rounds.erase_person": {"candidate_id": str(gone.pk)},
        "rounds.retain": {"timestamp": int(timezone.now().timestamp())},
        "accounts.mail_link": {"request_id": str(asked.pk)},
        "accounts.forget": {"timestamp": 0},
        "base.chain_trail": {"timestamp": 0},
    }


@pytest.fixture
def stored(database: dict[str, str]) -> Iterator[Callable[[], dict[str, str]]]:
    """What lies in the tables that jobs read and write, as one sum for each."""
    sums = sql.SQL(" union all ").join(
        sql.SQL("select {}, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {} t").format(
            sql.Literal(name), sql.Identifier(name)
        )
        for name in (*tables_of_persons(), *WRITTEN)
    )
    with psycopg.connect(database["owner"], autocommit=True, options="-c app.purpose=maintenance") as owner:
        yield lambda: dict(owner.execute(sums).fetchall())


@pytest.mark.prove
def test_a_job_without_its_purpose_sees_nobody(
    walk: Walk,
    as_owner: AsRole,
    database: dict[str, str],
    stored: Callable[[], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    told = Identity.settings
    with as_owner():
        jobs = _prepared(walk.world)
    for name, arguments in jobs.items():
        before = stored()
        with monkeypatch.context() as forgetting, suppress(Exception), _as(database, "worker", by_hand=False):
            forgetting.setattr(Identity, "settings", lambda by: told(replace(by, purpose="", key="")))
            app.tasks[name].func(**arguments)
        without = stored()
        with as_owner():
            Run.objects.filter(state=RunState.FAILED).update(state=RunState.WAITING)
        assert {one for one in before if before[one] != without[one]} <= {"base_publishedfigure"}, name
        with _as(database, "worker", by_hand=False):
            app.tasks[name].func(**arguments)
        assert stored() != without, f"{name} does nothing here with its purpose either"
