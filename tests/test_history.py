"""What a write changed is kept by the database, whoever writes and however, and nobody who writes can say otherwise."""

import uuid
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from conftest import AsRole
from praksis.base import trail
from praksis.base.chain import problems_of_changes
from praksis.base.codes import ReadKind
from praksis.base.history import tables_with_history
from praksis.base.identity import NOBODY, Identity, acting
from praksis.base.models import Change, TrailEntry
from praksis.candidates.models import Candidate, HeldPaper
from praksis.rounds.actions.erasing import erase_person
from praksis.rounds.tests.world import World, candidate, who, world
from praksis.web.middleware import identity_of

pytestmark = pytest.mark.django_db
REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)
# ruff: noqa: S608 - statements of our own
COPY = "(jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid())))"
MATTERS = {
    "candidates_candidate",
    "candidates_need",
    "candidates_heldpaper",
    "candidates_conflict",
    "candidates_guardian",
    "candidates_consent",
    "candidates_correction",
    "organisations_membership",
    "organisations_hostcontact",
    "rounds_entry",
    "rounds_entrylink",
    "rounds_choice",
    "rounds_auditor",
    "accounts_user",
}


@pytest.fixture
def region() -> World:
    return world()


@pytest.fixture
def ola(region: World) -> Candidate:
    return candidate(region.uib)


@pytest.fixture
def as_kari(region: World) -> Identity:
    return identity_of(region.kari)


def changes(of: uuid.UUID, operation: str = "update") -> list[Change]:
    return list(Change.objects.filter(row=of, operation=operation).order_by("at"))


def test_what_matters_keeps_its_history() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select tgrelid::regclass::text from pg_trigger where tgname = 'history'")
        assert {table for (table,) in cursor.fetchall()} == set(tables_with_history()) == MATTERS


def test_a_page_that_changes_a_person_leaves_what_it_was_before(region: World, ola: Candidate) -> None:
    client = Client()
    client.force_login(region.kari)
    person = {"first_name": "Olav", "last_name": "Nordmann", "language": "nb", "email": who(ola).email}
    assert client.post(reverse("candidates:candidate", args=[ola.pk]), person).status_code == 302
    (kept,) = changes(ola.pk)
    assert (kept.before, kept.after) == ({"first_name": "Ola"}, {"first_name": "Olav"})
    assert (kept.relation, kept.actor, kept.person) == ("candidates_candidate", region.kari.pk, ola.pk)
    assert kept.member == region.uib.pk


def test_a_change_and_what_was_shown_name_their_request(region: World, ola: Candidate, as_kari: Identity) -> None:
    client, page = Client(), reverse("candidates:candidate", args=[ola.pk])
    client.force_login(region.kari)
    person = {"first_name": "Olav", "last_name": "", "language": "nb", "email": who(ola).email}
    assert client.post(page, person).status_code == 422
    assert client.post(page, person | {"last_name": "Nordmann"}).status_code == 302
    with acting(as_kari), transaction.atomic():
        Candidate.objects.filter(pk=ola.pk).update(birth_year=2001)
    by_page, by_hand = changes(ola.pk)
    shown = TrailEntry.objects.filter(kind=ReadKind.PERSON).values_list("request", flat=True)
    assert by_page.request
    assert by_page.request not in shown
    assert by_hand.request is None
    assert list(problems_of_changes()) == []


def test_no_way_to_write_goes_past_it(region: World, ola: Candidate, as_kari: Identity) -> None:
    with acting(as_kari), transaction.atomic():
        paper = HeldPaper.objects.create(candidate=ola, paper="police")
        Candidate.objects.filter(pk=ola.pk).update(birth_year=2001)
        Candidate.objects.filter(pk=ola.pk).update(birth_year=2001)
    with acting(as_kari), transaction.atomic():
        paper.delete()
    assert [kept.after for kept in changes(ola.pk)] == [{"birth_year": 2001}]
    (made,), (gone,) = changes(made_of := Change.objects.get(after__paper="police").row, "insert"), changes(made_of, "delete")
    assert (made.member, gone.member, made.person) == (region.uib.pk, region.uib.pk, ola.pk)
    assert (gone.before, gone.after) == (made.after, None)


def test_what_is_undone_leaves_nothing(ola: Candidate, as_kari: Identity) -> None:
    with acting(as_kari), transaction.atomic():
        Candidate.objects.filter(pk=ola.pk).update(birth_year=2001)
        transaction.set_rollback(True)
    assert changes(ola.pk) == []


def test_maintenance_leaves_nothing(ola: Candidate, as_owner: AsRole) -> None:
    with as_owner():
        Candidate.objects.filter(pk=ola.pk).update(birth_year=2001)
    assert changes(ola.pk) == []


def test_staff_and_the_person_see_it_and_no_one_else(region: World, ola: Candidate, as_kari: Identity) -> None:
    with acting(as_kari), transaction.atomic():
        Candidate.objects.filter(pk=ola.pk).update(birth_year=2001)
    for reader, seen in ((region.kari, 1), (who(ola), 1), (region.nils, 0)):
        with acting(identity_of(reader)), transaction.atomic():
            assert Change.objects.filter(row=ola.pk, operation="update").count() == seen


@pytest.mark.parametrize("role", ["web", "worker", "trail"])
@pytest.mark.parametrize(
    "statement", ["insert into base_change default values", "update base_change set row = row", "select base_keep_change()"]
)
def test_nothing_that_runs_can_forge_it(database: dict[str, str], role: str, statement: str) -> None:
    with psycopg.connect(database[role], options="-c app.purpose=maintenance") as connected, pytest.raises(REFUSED):
        connected.execute(statement)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("select", False),
        ("update base_change set after = '{\"birth_year\": 1999}' where operation = 'update'", True),
        ("update base_change set actor = gen_random_uuid() where operation = 'update'", True),
        (f"insert into base_change select {COPY}.* from base_change one", True),
        ("delete from base_change", False),
    ],
)
def test_a_history_that_was_touched_is_found_and_an_erased_one_is_none(
    ola: Candidate,
    as_kari: Identity,
    as_owner: AsRole,
    database: dict[str, str],
    statement: str,
    found: bool,
) -> None:
    with acting(as_kari), transaction.atomic():
        Candidate.objects.filter(pk=ola.pk).update(birth_year=2001)
    with psycopg.connect(database["owner"], options="-c app.purpose=maintenance") as owner:
        owner.execute(statement)
    with as_owner():
        told = list(problems_of_changes())
    assert bool(told) == found


def test_who_is_forgotten_has_no_history(ola: Candidate, as_kari: Identity, as_worker: AsRole) -> None:
    with acting(as_kari), transaction.atomic():
        Candidate.objects.filter(pk=ola.pk).update(birth_year=2001)
    with as_worker(), acting(Identity(purpose="retention", key=str(ola.pk))), transaction.atomic():
        trail.forget(ola.pk)
    assert not Change.objects.filter(person=ola.pk).exists()


def test_an_erasure_does_not_live_on_as_history(
    ola: Candidate, as_kari: Identity, as_worker: AsRole, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    with acting(as_kari), transaction.atomic():
        Candidate.objects.filter(pk=ola.pk).update(birth_year=2001)
    with as_worker(), acting(NOBODY):
        assert erase_person(ola.pk)
    assert "Nordmann" not in str(list(Change.objects.values()))
