"""The read trail: nothing is shown without an entry, and an entry stays as it is."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.db import connections, transaction
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from conftest import AsRole
from praksis.accounts.models import User
from praksis.base import identity, trail
from praksis.base.codes import ReadBy, ReadKind, Shown
from praksis.base.identity import Identity, acting
from praksis.base.models import Change, Pseudonym, TrailEntry
from praksis.candidates.models import Candidate, Guardian
from praksis.organisations.choices import Role
from praksis.rounds.tests.world import World, candidate, staff, user, who, world
from praksis.web.middleware import identity_of

pytestmark = pytest.mark.django_db
READS = TrailEntry.objects.exclude(kind=ReadKind.CHANGE)
type Run = Callable[[str, str], None]


@pytest.fixture
def region() -> World:
    return world()


@pytest.fixture
def ola(region: World) -> Candidate:
    return candidate(region.uib)


@pytest.fixture
def run_as(database: dict[str, str]) -> Run:
    """Runs one statement as a role, for whatever purpose it likes to say it has."""

    def run(role: str, statement: str) -> None:
        with psycopg.connect(database[role], options="-c app.purpose=maintenance") as connection:
            connection.execute(statement)

    return run


@pytest.fixture
def deaf(run_as: Run) -> Iterator[None]:
    """The trail takes no entries."""
    run_as("owner", "revoke insert on base_trailentry from praksis_trail")
    yield
    run_as("owner", "grant insert on base_trailentry to praksis_trail")


def signed_in(one: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(one)
    return client


def asked(path: str = "/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.resolver_match = resolve(path)
    return request


def look(reader: User, *people: Candidate) -> None:
    """Somebody is shown these people."""
    request = asked()
    with acting(identity_of(reader)):
        trail.saw(request, Shown.FACTS, *people)
        token = identity.asked.set(str(uuid.uuid4()))
        trail.enter(request, 200)
        identity.asked.reset(token)


def page_of(one: Candidate) -> str:
    return reverse("candidates:candidate", args=[one.pk])


# ---------------------------------------------------------------- no entry, no page


def test_a_page_about_a_person_leaves_who_saw_whom_and_what(region: World, ola: Candidate) -> None:
    assert signed_in(region.kari).get(page_of(ola)).status_code == 200
    entry = READS.all().get()
    told = (entry.kind, entry.shown, entry.read_by, entry.member, entry.page, entry.method)
    assert told == (ReadKind.PERSON, Shown.FACTS, ReadBy.STAFF, region.uib.pk, "candidates:candidate", "GET")
    assert Pseudonym.objects.get(pk=entry.person).subject == ola.pk
    assert Pseudonym.objects.get(pk=entry.actor).subject == region.kari.pk


def test_a_list_leaves_one_entry_for_each_of_those_on_the_page(region: World, ola: Candidate) -> None:
    others = [candidate(region.uib, "Eva"), candidate(region.nav, "Siri", "work_training")]
    signed_in(region.kari).get(reverse("candidates:candidates"))
    seen = Pseudonym.objects.filter(pk__in=READS.values("person")).values_list("subject", flat=True)
    assert set(seen) == {ola.pk, others[0].pk}
    assert set(READS.values_list("kind", flat=True)) == {ReadKind.LIST}
    assert len(set(READS.values_list("request", flat=True))) == 1


def test_without_an_entry_there_is_no_page(region: World, ola: Candidate, deaf: None) -> None:
    answer = signed_in(region.kari).get(page_of(ola))
    assert answer.status_code == 500
    assert "Nordmann" not in answer.content.decode()
    assert signed_in(region.kari).get(reverse("web:front")).status_code == 200


def test_without_an_entry_nothing_is_changed(region: World, ola: Candidate, deaf: None) -> None:
    """A form that comes back shows the person too: what it did before is undone with it."""
    need = {"target_group": "pupil", "field": "trade", "season": "wrong"}
    assert signed_in(region.kari).post(reverse("candidates:new_need", args=[ola.pk]), need).status_code == 500
    assert ola.needs.count() == 1


def test_what_is_refused_is_entered_for_the_lead_of_whoever_asked(region: World, ola: Candidate) -> None:
    assert signed_in(region.nils).get(page_of(ola)).status_code == 404
    entry = READS.all().get()
    assert (entry.kind, entry.member, entry.person) == (ReadKind.REFUSAL, region.nav.pk, None)
    assert signed_in(who(ola)).post(reverse("rounds:new_round")).status_code == 404
    assert READS.filter(member=trail.NO_MEMBER, method="POST").count() == 1
    assert Client().get("/finnes-ikke/").status_code == signed_in(region.nils).get("/finnes-ikke/").status_code == 404
    assert READS.count() == 2


def test_nothing_that_names_a_person_stands_in_an_entry(region: World, ola: Candidate) -> None:
    signed_in(region.kari).get(page_of(ola))
    signed_in(region.nils).get(page_of(ola))
    stored = str(list(READS.values()))
    for named in (ola.pk, region.kari.pk, region.nils.pk, ola.last_name, region.kari.name, page_of(ola)):
        assert str(named) not in stored


# ---------------------------------------------------------------- who saw me


def test_a_person_is_told_who_looked_and_as_what(region: World) -> None:
    eva = candidate(region.uib, "Eva")
    Guardian.objects.create(candidate=eva, user=user("Mor"))
    mother = User.objects.get(name="Mor")
    for reader in (region.kari, mother, who(eva)):
        look(reader, eva)
    for reader in (who(eva), mother):
        with acting(identity_of(reader)), transaction.atomic():
            told = [(one.read_by, one.shown, one.member) for one in trail.reads_about([eva.pk])]
        newest_first = (ReadBy.SELF, ReadBy.GUARDIAN, ReadBy.STAFF)
        assert told == [(read_by, Shown.FACTS, region.uib.pk) for read_by in newest_first]
    with acting(identity_of(region.nils)), transaction.atomic():
        assert not trail.reads_about([eva.pk]).exists()


# ---------------------------------------------------------------- what may become of an entry


@pytest.mark.parametrize("role", ["web", "worker", "trail"])
@pytest.mark.parametrize(
    "statement",
    [
        "update base_trailentry set page = ''",
        "delete from base_trailentry",
        "truncate base_trailentry",
        "drop table base_trailentry",
    ],
)
def test_nothing_that_runs_can_change_an_entry(region: World, ola: Candidate, run_as: Run, role: str, statement: str) -> None:
    look(region.kari, ola)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run_as(role, statement)
    assert READS.count() == 1


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("trail", "select from base_trailentry"),
        ("trail", "select from base_pseudonym"),
        ("trail", "select base_trailentry_pseudonyms()"),
        ("web", "insert into base_pseudonym default values"),
        ("web", "insert into base_trailentry default values"),
        ("web", "delete from base_pseudonym"),
        ("worker", "insert into base_trailentry default values"),
    ],
)
def test_each_role_does_its_own_part_alone(run_as: Run, role: str, statement: str) -> None:
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported, psycopg.errors.RaiseException)):
        run_as(role, statement)


def test_who_is_forgotten_leaves_entries_that_name_nobody(region: World, ola: Candidate, as_worker: AsRole) -> None:
    look(region.kari, ola)
    with as_worker():
        for identity, gone in ((Identity(purpose="allocation", key=str(ola.pk)), 0), (Identity(purpose="retention"), 0)):
            with acting(identity), transaction.atomic():
                assert trail.forget(ola.pk) == gone
        with acting(Identity(purpose="retention", key=str(ola.pk))), transaction.atomic():
            assert trail.forget(ola.pk) > 0
    assert READS.count() == 1
    assert not Pseudonym.objects.filter(subject=ola.pk).exists()
    assert not Change.objects.filter(person=ola.pk).exists()
    assert Pseudonym.objects.filter(subject=region.kari.pk).exists()


def test_two_who_make_the_same_pseudonyms_at_once_wait_for_each_other(region: World) -> None:
    people = [candidate(region.uib, f"Nr{number}") for number in range(20)]

    def looking(reader: User) -> None:
        try:
            for _again in range(5):
                look(reader, *people)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(looking, [region.kari] * 4))
    assert READS.count() == 400
    assert Pseudonym.objects.filter(subject__in=[one.pk for one in people]).count() == 20


# ---------------------------------------------------------------- the lead's page

LOG = "/innsynslogg/"


@pytest.fixture
def lead(region: World) -> User:
    return staff(region.uib, Role.LEAD, "Lise")


def test_a_lead_sees_who_saw_whom_and_what_was_refused(region: World, ola: Candidate, lead: User) -> None:
    signed_in(region.kari).get(page_of(ola))
    signed_in(who(ola)).get(reverse("web:my_page"))
    signed_in(region.kari).get(reverse("rounds:wishes_of", args=[ola.pk]))
    look(region.nils, candidate(region.nav, "Siri", "work_training"))
    shown = signed_in(lead).get(LOG).content.decode()
    assert shown.count("Ola Nordmann</a>") == 1
    assert shown.count('<td data-label="Hvem som så">Kari</td>') == 2
    assert "Ingenting: siden ble nektet" in shown
    assert "Siri" not in shown
    for other in (region.kari, region.nils, who(ola)):
        assert signed_in(other).get(LOG).status_code == 404


def test_the_log_is_narrowed_by_person_staff_and_day(region: World, ola: Candidate, lead: User) -> None:
    eva, other = candidate(region.uib, "Eva"), staff(region.uib, name="Petter")
    look(region.kari, ola, eva)
    look(other, eva)
    client = signed_in(lead)

    def rows(**query: object) -> int:
        return client.get(LOG, query).content.decode().count('<th scope="row">')

    today = timezone.localdate()
    assert rows(person=ola.pk) == rows(staff=other.pk) == 1
    assert rows() == 3
    assert rows(day=today) == 3
    assert rows(day=today - timedelta(days=1)) == rows(person=uuid.uuid4()) == 0
    assert rows(lists="on") > 3  # the names that this page showed are in the log too


def test_the_log_asks_the_same_number_of_questions_for_one_as_for_many(region: World, ola: Candidate, lead: User) -> None:
    counts = []
    for number in range(2):
        for _again in range(1 + 3 * number):
            look(region.kari, candidate(region.uib, f"Nr{number}"))
        with CaptureQueriesContext(connections["default"]) as asked_for:
            signed_in(lead).get(LOG)
        counts.append(len(asked_for))
    assert counts[0] == counts[1]


def test_a_forgotten_person_has_no_name_in_the_log(region: World, ola: Candidate, lead: User, as_owner: AsRole) -> None:
    look(region.kari, ola)
    with as_owner():
        Pseudonym.objects.filter(subject=ola.pk).delete()
    shown = signed_in(lead).get(LOG).content.decode()
    assert "En som er slettet" in shown
    assert "Nordmann" not in shown
