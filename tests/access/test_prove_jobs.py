"""The proof that a job which forgets for whom it acts sees nobody and changes nothing."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
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
from praksis.catalogue.models import SavedSearch, Scheme
from praksis.intake.models import Feed, Intake, IntakeFile, Row
from praksis.messages.choices import Topic
from praksis.messages.models import Message
from praksis.organisations.choices import Role
from praksis.organisations.models import Host, Invitation, Member
from praksis.organisations.tests.registers import running_register
from praksis.rounds.choices import Policy, RunState
from praksis.rounds.models import Run
from tests.access.walk import Walk
from tests.access.world import SEASON, World

type AsRole = Callable[[], AbstractContextManager[None]]

WRITTEN = {
    "base_publishedfigure": "base_publishedfigure",
    "base_traillink": "base_traillink",
    "schemes": "(select id from catalogue_scheme)",
}
"""What jobs write beside the tables of persons: a name, and from where."""
FIRM = "310000019"
FOR_NOBODY = {
    "api.forget_askings",
    "base.take_up_stalled_jobs",
    "builtin:procrastinate.builtin_tasks.remove_old_jobs",
    "catalogue.draw_page",
    "catalogue.forget_networks",
    "catalogue.forget_sources",
    "catalogue.index_source",
    "catalogue.read_source",
    "catalogue.study_words",
    "intake.find_pairs",
    "procrastinate.builtin_tasks.remove_old_jobs",
}
"""Jobs that read and write no table of persons: they have no purpose to forget."""
AS_ANOTHER = {
    "catalogue.ask_about_search": "catalogue.tell_search",
    "catalogue.look_for_new": "catalogue.tell_search",
    "catalogue.read_register": "catalogue.follow_register",
    "intake.fetch": "intake.check",
}
"""Jobs that do the same for the same purpose, after something that needs more of a world."""
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
    facts = {"name": "Ny", "before": "Gammel", "happened": "renamed"}
    message = Message.objects.create(user=user, topic=Topic.HOST, template="catalogue/messages/host.txt", facts=facts)
    invitation = Invitation.objects.create(
        member=uib,
        role=Role.BOARD,
        email="ny@example.no",
        origin="https://example.no",
        expires_at=timezone.now() + timedelta(days=1),
    )
    Host.objects.filter(pk=world.hosts["one"].pk).update(number=FIRM)
    taken_in = {state: _taken_in(uib, state) for state in ("checking", "writing", "undoing", "written")}
    IntakeFile.objects.filter(intake=taken_in["written"]).update(sent_at=LONG_AGO)
    Scheme.objects.filter(pk=world.schemes["owned"].pk).update(confirmed_on=LONG_AGO.date())
    saved = SavedSearch.objects.create(user=user, name="Alt", address="", told="daily", looked_on=LONG_AGO.date())
    return {
        "catalogue.ask_to_confirm": {"timestamp": 0},
        "catalogue.tell_search": {"search_id": str(saved.pk)},
        "intake.check": {"intake_id": str(taken_in["checking"].pk)},
        "intake.write": {"intake_id": str(taken_in["writing"].pk)},
        "intake.undo": {"intake_id": str(taken_in["undoing"].pk)},
        "intake.nightly": {"timestamp": 0},
        "catalogue.follow_register": {"timestamp": 0},
        "organisations.mail_invitation": {"invitation_id": str(invitation.pk)},
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


def _taken_in(member: Member, state: str) -> Intake:
    """An import of one row in a state, with what that needs."""
    feed = Feed.objects.create(member=member, name=state, columns={"Tittel": "title"})
    intake = Intake.objects.create(
        feed=feed, click_key=uuid.uuid4(), state=state, form="csv", columns=feed.columns, written_at=timezone.now()
    )
    IntakeFile.objects.create(intake=intake, member=member, content=f"Tittel\r\nOrdning {state}\r\n".encode(), header=["Tittel"])
    values = {"title": f"Ordning {state}"}
    made = Scheme.objects.create(**values, owner=member, institution=member.name) if state == "undoing" else None
    Row.objects.create(intake=intake, member=member, number=1, key=state, outcome="new", values=values, scheme=made)
    Intake.objects.filter(pk=intake.pk, state="writing").update(written_at=None)
    return intake


def _to_do_again() -> None:
    """What a job that forgot its purpose has ended without having seen a thing. Runs as the owner."""
    for run in Run.objects.filter(state=RunState.FAILED):  # the database lets no run begin again
        again = Run(pk=run.pk, round=run.round, click_key=run.click_key, policy=run.policy, seed=run.seed)
        run.delete()
        again.save(force_insert=True)
    for name in ("checking", "writing", "undoing"):
        Intake.objects.filter(feed__name=name).update(state=name)
    Intake.objects.filter(feed__name="writing").update(written_at=None)
    Host.objects.filter(number=FIRM).update(checked_at=None, closed_on=None, closed_reason="")


@pytest.fixture
def stored(database: dict[str, str]) -> Iterator[Callable[[], dict[str, str]]]:
    """What lies in the tables that jobs read and write, as one sum for each."""
    sums = sql.SQL(" union all ").join(
        sql.SQL("select {}, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {} t").format(
            sql.Literal(name), sql.SQL(source)
        )
        for name, source in ({table: table for table in tables_of_persons()} | WRITTEN).items()
    )
    with psycopg.connect(database["owner"], autocommit=True, options="-c app.purpose=maintenance") as owner:
        yield lambda: dict(owner.execute(sums).fetchall())


@pytest.mark.prove
def test_a_job_without_its_purpose_sees_nobody(
    walk: Walk,
    as_owner: AsRole,
    database: dict[str, str],
    stored: Callable[[], dict[str, str]],
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    with as_owner():
        jobs = _prepared(walk.world)
    assert set(app.tasks) == {*jobs, *FOR_NOBODY, *AS_ANOTHER}
    with running_register(tmp_path) as firms:
        firms.enterprise(FIRM, "ZQ AS", konkurs=True, konkursdato="2026-11-20")
        for name, arguments in jobs.items():
            _without_and_with_its_purpose(name, arguments, stored, database, as_owner)


def _without_and_with_its_purpose(
    name: str,
    arguments: dict[str, object],
    stored: Callable[[], dict[str, str]],
    database: dict[str, str],
    as_owner: AsRole,
) -> None:
    told = Identity.settings
    before = stored()
    with pytest.MonkeyPatch.context() as forgetting, suppress(Exception), _as(database, "worker", by_hand=False):
        forgetting.setattr(Identity, "settings", lambda by: told(replace(by, purpose="", key="")))
        app.tasks[name].func(**arguments)
    without = stored()
    with as_owner():
        _to_do_again()
    assert {one for one in before if before[one] != without[one]} <= {"base_publishedfigure"}, name
    with _as(database, "worker", by_hand=False):
        app.tasks[name].func(**arguments)
    assert stored() != without, f"{name} does nothing here with its purpose either"
