"""Erasing: everything about a person goes, what the rounds came to stays, and a backup does not bring anyone back."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.test import override_settings
from django.utils import timezone

from conftest import AsRole
from praksis.accounts.models import User
from praksis.base.erasures import digest_of, listed
from praksis.base.identity import NOBODY, acting
from praksis.base.jobs import defer_job
from praksis.base.locks import tables_of_persons
from praksis.base.models import Erasure
from praksis.base.retention import KINDS, days
from praksis.candidates.models import Candidate, Conflict, Consent, Guardian, HeldPaper, Need
from praksis.catalogue.models import SavedSearch
from praksis.organisations.models import Membership, ResourcePerson
from praksis.rounds.actions import publish_run
from praksis.rounds.actions.erasing import (
    FORGET_THE_USER,
    GO_WITH_THE_PERSON,
    GO_WITH_THE_USER,
    KEEP_THE_USER,
    erase_user,
    remove_what_is_overdue,
    seasons_from,
    users_due,
)
from praksis.rounds.models import Choice, Entry, EntryLink, Outcome, Run
from praksis.rounds.tests.world import World, candidate, host, opened, place, seat, user, who, world

pytestmark = pytest.mark.django_db
type RunJobs = Callable[[], int]


@pytest.fixture(autouse=True)
def data(tmp_path: Path) -> Iterator[None]:
    with override_settings(DATA=tmp_path):
        yield


@pytest.fixture
def finished(as_worker: AsRole) -> World:
    """Two people in a published round, with everything there is about them."""
    made = world()
    people = [candidate(made.uib, name) for name in ("Ola", "Eva")]
    wanted = place("Kontor", seat(2))
    for one in people:
        HeldPaper.objects.create(candidate=one, paper="police", valid_until=timezone.localdate() + timedelta(days=9))
        Conflict.objects.create(candidate=one, host=host("Nabo"), code="relation")
        Guardian.objects.create(candidate=one, user=user("Mor"))
        Consent.objects.create(candidate=one, kind="share_name", given_by=one.user)
    opened(made).enter()
    for one in people:
        made.rank(one, wanted)
    made.close()
    publish_run(run=made.allocate(as_worker), member=made.uib, by=made.kari)
    return made


def ola() -> Candidate:
    return Candidate.objects.get(first_name="Ola")


def test_all_about_a_person_goes_and_the_result_stays_nameless(finished: World, run_jobs: RunJobs, as_owner: AsRole) -> None:
    run_jobs()
    one, figures = ola(), Run.objects.get().figures
    user_id, entry = who(one).pk, finished.entry(one)
    defer_job("rounds.erase_person", candidate_id=str(one.pk))
    run_jobs()
    assert [model.__name__ for model in GO_WITH_THE_PERSON if model._default_manager.filter(candidate=one.pk).exists()] == []
    assert not Candidate.objects.filter(pk=one.pk).exists()
    assert not User.objects.filter(pk=user_id).exists()
    assert Outcome.objects.get(entry=entry).place
    assert (Choice.objects.count(), Run.objects.get().figures) == (2, figures)
    assert EntryLink.objects.count() == 1
    assert listed() == {digest_of(one.pk), digest_of(user_id)}
    with as_owner():
        assert listed() == set(Erasure.objects.values_list("digest", flat=True))


def test_in_a_round_that_is_not_published_the_list_is_emptied(run_jobs: RunJobs) -> None:
    made = world()
    one = candidate(made.uib)
    wanted = place("Kontor", seat(1))
    opened(made).enter()
    made.rank(one, wanted)
    entry = made.entry(one)
    defer_job("rounds.erase_person", candidate_id=str(one.pk))
    run_jobs()
    left = Entry.objects.get(pk=entry.pk)
    assert (left.tags, left.sent_at, left.choices.count()) == ([], None, 0)


def test_a_user_who_is_somebody_here_stays(run_jobs: RunJobs) -> None:
    made = world()
    one = candidate(made.uib)
    Candidate.objects.filter(pk=one.pk).update(user=made.kari)
    defer_job("rounds.erase_person", candidate_id=str(one.pk))
    run_jobs()
    assert User.objects.filter(pk=made.kari.pk).exists()


def test_a_backup_does_not_bring_anyone_back(finished: World, run_jobs: RunJobs, as_owner: AsRole) -> None:
    run_jobs()
    one = ola()
    user_id, rows = who(one).pk, [Candidate.objects.get(pk=one.pk), User.objects.get(pk=who(one).pk)]
    need = one.needs.get()
    defer_job("rounds.erase_person", candidate_id=str(one.pk))
    run_jobs()
    with (
        as_owner(),
        override_settings(ROLE="owner"),
    ):  # a restored backup: who was erased is here again
        for row in (rows[1], rows[0], need):
            row.save(force_insert=True)
        Erasure.objects.all().delete()
        told = StringIO()
        call_command("erase_again", stdout=told)
        assert told.getvalue() == "Erased again: 1 candidates, 1 users\n"
        assert not Candidate.objects.filter(pk=one.pk).exists()
        assert not User.objects.filter(pk=user_id).exists()
        assert Erasure.objects.count() == 2
        assert Candidate.objects.count() == 1
        call_command("erase_again", stdout=told)
        assert told.getvalue().endswith("Erased again: 0 candidates, 0 users\n")


# ---------------------------------------------------------------- each night


def test_each_night_erases_those_whose_last_half_year_is_long_ago_and_nobody_else(run_jobs: RunJobs) -> None:
    made = world()
    old, new = candidate(made.uib, "Gammel"), candidate(made.uib, "Ny")
    long_ago = timezone.localdate() - timedelta(days=days("person") + 400)
    Candidate.objects.update(added_on=long_ago)
    Need.objects.filter(candidate=old).update(season=seasons_from(long_ago)[0])
    defer_job("rounds.retain", timestamp=int(timezone.now().timestamp()))
    run_jobs()
    assert list(Candidate.objects.all()) == [new]


def test_each_night_removes_what_ran_out_and_nothing_younger(run_jobs: RunJobs) -> None:
    made = world()
    one, today = candidate(made.uib), timezone.localdate()
    for paper, age in (("police", days("paper") + 1), ("safety", days("paper") - 1)):
        HeldPaper.objects.create(candidate=one, paper=paper, valid_until=today - timedelta(days=age))
    begun = today - timedelta(days=days("role") + 99)
    for role, age in (("lead", days("role") + 1), ("board", days("role") - 1)):
        Membership.objects.create(
            user=made.kari, member=made.uib, role=role, starts_on=begun, ends_on=today - timedelta(days=age)
        )
    forgotten, seen = user("Glemt"), user("Sett")
    User.objects.filter(pk=forgotten.pk).update(created_at=timezone.now() - timedelta(days=days("user") + 1))
    defer_job("rounds.retain", timestamp=int(timezone.now().timestamp()))
    run_jobs()
    assert [held.paper for held in one.papers.all()] == ["safety"]
    assert set(made.kari.memberships.values_list("role", flat=True)) == {"coordinator", "board"}
    assert not User.objects.filter(pk=forgotten.pk).exists()
    assert User.objects.filter(pk=seen.pk).exists()


# ---------------------------------------------------------------- nothing is left out


def test_every_table_of_persons_has_a_time() -> None:
    told = {table for kind in KINDS for table in kind.tables}
    assert told - {"catalogue_place"} == set(tables_of_persons())


def test_every_reference_to_a_person_or_user_is_thought_of_when_they_are_erased() -> None:
    """A new foreign key fails here, before it fails at night."""
    to_person = {*GO_WITH_THE_PERSON}
    to_user = {(model, "user") for model in GO_WITH_THE_USER} | {*KEEP_THE_USER, *FORGET_THE_USER}
    unthought = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey)
        and (
            (field.related_model is Candidate and model not in to_person)
            or (field.related_model is User and (model, field.name) not in to_user)
        )
    ]
    assert unthought == []


def test_a_resource_person_who_is_shown_is_kept_and_one_who_is_hidden_goes(as_worker: AsRole) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    made = world()
    shown, hidden = (
        ResourcePerson.objects.create(user=user(name), name=name, member=made.uib, agreed_at=agreed_at, changed_at=long_ago)
        for name, agreed_at in (("Ingrid", long_ago), ("Per", None))
    )
    with as_worker(), acting(NOBODY):
        remove_what_is_overdue(timezone.localdate())
        assert (erase_user(shown.user_id), erase_user(hidden.user_id)) == (False, True)
    assert [one.name for one in ResourcePerson.objects.all()] == ["Ingrid"]


def test_a_saved_search_goes_with_its_owner_or_when_it_is_not_answered_for_and_keeps_its_owner_till_then(
    as_worker: AsRole, as_owner: AsRole
) -> None:
    now, long_ago = timezone.now(), timezone.now() - timedelta(days=9999)
    states = {"brukt": {}, "ikke spurt": {"used_at": long_ago}, "nettopp spurt": {"used_at": long_ago, "asked_at": now}}
    states["ikke svart"] = {"used_at": long_ago, "asked_at": long_ago}
    sleeping, gone = user("Sover"), user("Borte")
    with as_owner():
        User.objects.filter(pk__in=[sleeping.pk, gone.pk]).update(created_at=long_ago)
        for number, (name, state) in enumerate(states.items()):
            SavedSearch.objects.create(user=sleeping, name=name, address=f"?q={number}", **state)
    with as_worker():
        remove_what_is_overdue(timezone.localdate())
        due = users_due()
    with as_owner():
        assert set(SavedSearch.objects.values_list("name", flat=True)) == {"brukt", "ikke spurt", "nettopp spurt"}
    assert gone.pk in due
    assert sleeping.pk not in due
    with as_worker(), acting(NOBODY):
        assert erase_user(sleeping.pk)
    with as_owner():
        assert not SavedSearch.objects.exists()
