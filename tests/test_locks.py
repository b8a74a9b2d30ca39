"""The second lock: who writes where through the ORM, and what happens when nobody acts. Row by row it is held against a model
in tests/locks."""

import uuid

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from conftest import HAND, AsRole
from praksis.accounts.models import User
from praksis.base.identity import NOBODY, Identity, acting, current
from praksis.base.locked.base import DatabaseWrapper, OutsideTransactionError
from praksis.base.locks import Named, lock_problems, tables_of_persons
from praksis.candidates.models import Candidate, Conflict, Consent, Guardian, HeldPaper
from praksis.organisations.models import HostContact, Membership
from praksis.rounds.models import Choice, Entry, Outcome, RunInput
from praksis.rounds.tests.world import World, candidate, host, opened, place, seat, user, world
from praksis.web.middleware import identity_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def region(as_worker: AsRole) -> World:
    """Two members whose people have everything there is, in a round that was run."""
    made = world()
    people = [candidate(made.uib, name) for name in ("Ola", "Eva")] + [candidate(made.nav, "Siri", "work_training")]
    mother, workplace = user("Mor"), host()
    Guardian.objects.create(candidate=people[1], user=mother)
    HostContact.objects.create(user=user("Vert"), host=workplace)
    for one in people:
        HeldPaper.objects.create(candidate=one, paper="police")
        Conflict.objects.create(candidate=one, host=workplace, code="relation")
        Consent.objects.create(candidate=one, kind="share_name", given_by=one.user)
    wanted = place("Kontor", seat(2), seat(1, ["work_training"], "b"))
    opened(made).enter()
    for one in people:
        made.rank(one, wanted)
    made.close()
    made.allocate(as_worker)
    return made


def test_nobody_writes_to_what_is_not_theirs(region: World) -> None:
    """Neither a row of another member, nor one moved there, nor a change where nothing is seen."""
    nils = identity_of(region.nils)
    ola = Candidate.objects.get(first_name="Ola")
    siri = Candidate.objects.get(first_name="Siri")
    with acting(nils), transaction.atomic():
        assert Candidate.objects.filter(pk=ola.pk).update(last_name="Sett") == 0
        assert Candidate.objects.filter(pk=ola.pk).delete() == (0, {})
    for change in (
        lambda: Candidate.objects.create(member=region.uib, first_name="Ny", last_name="Her"),
        lambda: Candidate.objects.filter(pk=siri.pk).update(member=region.uib),
        lambda: HeldPaper.objects.create(candidate=ola, paper="safety"),
        lambda: Membership.objects.create(user=region.nils, member=region.uib, role="lead"),
        lambda: User.objects.create(name="Ny", email="ny@example.no"),
    ):
        with pytest.raises(ProgrammingError, match="row-level security"), acting(nils), transaction.atomic():
            change()


def test_the_worker_sees_the_round_it_works_on_and_no_other(region: World, as_worker: AsRole) -> None:
    with as_worker():
        for key, entries in ((str(region.round.pk), 3), (str(uuid.uuid4()), 0), ("", 0)):
            with acting(Identity(purpose="allocation", key=key)), transaction.atomic():
                assert (Entry.objects.count(), Choice.objects.count(), RunInput.objects.count()) == (
                    entries,
                    entries,
                    entries // 3,
                )
        with acting(Identity(purpose="figures", key=str(region.round.pk))), transaction.atomic():
            assert (Outcome.objects.count(), RunInput.objects.count()) == (3, 0)


def test_every_table_of_persons_is_locked_as_declared() -> None:
    """But for the hand that the tests have in it."""
    hands = {f"the policy {HAND} on {table} is only in the list, or only in the database" for table in tables_of_persons()}
    assert set(lock_problems()) == hands
    assert Named("rounds_entry", HAND).table in tables_of_persons()


def test_a_query_outside_a_transaction_is_refused() -> None:
    without_hand = DatabaseWrapper({**connection.settings_dict, "OPTIONS": {}}, "default")
    try:
        with pytest.raises(OutsideTransactionError):
            without_hand.cursor()
    finally:
        without_hand.close()


def test_an_identity_ends_with_its_block_and_with_its_transaction() -> None:
    one, other = Identity(user=str(uuid.uuid4())), Identity(user=str(uuid.uuid4()))
    with acting(one), transaction.atomic():
        with acting(other):
            assert _told() == other.user
        assert _told() == one.user
    with pytest.raises(ZeroDivisionError), acting(one), transaction.atomic(), acting(other):
        raise ZeroDivisionError
    assert current.get() is None
    with acting(NOBODY), transaction.atomic():
        assert _told() == ""


def _told() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('app.user', true)")
        return str(cursor.fetchone()[0])
