"""Offering a place: what a host writes, what goes wrong and how it is told, and that nothing is lost or done twice."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from praksis.base.codes import Field, TargetGroup, standing
from praksis.base.models import PublishedFigure, SearchRow
from praksis.catalogue.actions import ChangedMeanwhileError, change_place, version
from praksis.catalogue.choices import Extent, PlaceStage, SeatRule
from praksis.catalogue.models import OfferFrom, Place
from praksis.catalogue.queries import seasons_ahead
from praksis.catalogue.tasks import forget_networks_of_offers
from praksis.catalogue.tests.examples import example_contact, example_host, example_place
from praksis.organisations.choices import HostRole
from praksis.organisations.models import Host

pytestmark = pytest.mark.django_db

GOOD_NUMBER = "974760673"


def offer(**changes: Any) -> dict[str, Any]:
    """A whole offer from a new host."""
    usual = {
        "host": GOOD_NUMBER,
        "host_name": "Nesttun Regnskap",
        "municipality": "4601",
        "field": Field.ECONOMICS,
        "title": "Regnskap fra bilag til kundemøte",
        "tasks": "Bilag og bankavstemming.",
        "capacity": "2",
        "season": seasons_ahead()[1].code,
        "extent": "two_days",
        "groups": [TargetGroup.STUDENT_ELECTIVE, TargetGroup.WORK_TRAINING],
        "contact": "post@nesttunregnskap.example",
        "language": "nb",
        "click_key": str(uuid.uuid4()),
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def second_half(**changes: Any) -> dict[str, Any]:
    """What is added for a tandem."""
    usual = {
        "tandem": "on",
        "second": "1",
        "role_a": "Du fører bilag",
        "role_b": "Du tar imot kunder",
        "tasks_b": "Kundemottak, telefon og arkiv.",
        "capacity_b": "1",
        "groups_b": [TargetGroup.LANGUAGE_PRACTICE, TargetGroup.PUPIL],
        "rule": SeatRule.WHOLE,
    }
    return usual | changes


def sent(client: Client, data: dict[str, Any]) -> Any:
    return client.post(reverse("catalogue:offer"), data)


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_a_new_host_offers_its_first_place_without_an_account(client: Client) -> None:
    response = sent(client, offer())
    place = Place.objects.get()
    assert response.headers["Location"] == reverse("catalogue:offered", args=[place.pk])
    assert (place.stage, place.host.name, place.field, place.municipality) == ("offered", "Nesttun Regnskap", "economics", "4601")
    assert (place.seats_total, place.groups) == (2, ["student_elective", "work_training"])
    assert SearchRow.objects.count() == 0
    thanks = words(client.get(response.headers["Location"]))
    assert "En koordinator i regionen ser på plassen før den legges ut." in thanks


def test_a_known_host_is_found_by_number_or_name(client: Client) -> None:
    known = example_host(name="Fyllingsdalen hjemmetjeneste", number="123456789")
    for host in ("123 456 789", "fyllingsdalen hjemme"):
        sent(client, offer(host=host, host_name=None, municipality=None, field=None))
    assert [place.host for place in Place.objects.all()] == [known, known]
    assert {place.field for place in Place.objects.all()} == {known.field}


def test_those_who_decide_at_the_host_put_it_out_at_once(client: Client) -> None:
    host = example_host()
    client.force_login(example_contact(host))
    assert host.number in words(client.get(reverse("catalogue:offer")))
    sent(client, offer(host=host.number))
    assert Place.objects.get().stage == PlaceStage.OPEN
    assert SearchRow.objects.get().title == "Regnskap fra bilag til kundemøte"


@pytest.mark.parametrize("whose", ["another host", "supervisor"])
def test_others_who_are_signed_in_wait_for_approval(client: Client, whose: str) -> None:
    host = example_host()
    user = (
        example_contact(host, role=HostRole.SUPERVISOR)
        if whose == "supervisor"
        else example_contact(example_host(name="En annen"))
    )
    client.force_login(user)
    sent(client, offer(host=host.number))
    assert Place.objects.get().stage == PlaceStage.OFFERED


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"host": ""}, "Skriv organisasjonsnummeret deres, ni sifre"),
        ({"host": "974760674"}, "Nummeret 974760674 finnes ikke. Se etter om to sifre er byttet om."),
        ({"host": "12345"}, "Et organisasjonsnummer har ni sifre"),
        ({"host": "Ukjent verksted"}, "Vi har ingen som heter «Ukjent verksted» fra før."),
        ({"host_name": ""}, "Skriv navnet på virksomheten. Vi har ikke 974760673 fra før."),
        ({"municipality": ""}, "Velg kommunen dere holder til i."),
        ({"field": ""}, "Velg det fagfeltet som ligger nærmest."),
        ({"title": " "}, "Gi plassen et navn"),
        ({"tasks": ""}, "Skriv en setning eller to om hva man får gjøre hos dere."),
        ({"capacity": "0"}, "Skriv hvor mange dere kan ta imot, minst én."),
        ({"capacity": "mange"}, "Skriv et tall, for eksempel 2."),
        ({"capacity": "2", "minimum": "3"}, "Dere kan ikke kreve flere enn dere har plass til. Sett minst til 2 eller lavere."),
        ({"season": None}, "Velg et halvår."),
        ({"groups": []}, "Velg minst én gruppe."),
        ({"contact": "post@"}, "Skriv hele adressen, for eksempel post@bedrift.no."),
        (
            {"tandem": "on", "groups": [TargetGroup.WORK_TRAINING, TargetGroup.LANGUAGE_PRACTICE]},
            "Åpne halvdelen for en gruppe til",
        ),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_lost(client: Client, changes: dict[str, Any], sentence: str) -> None:
    data = offer(**changes)
    response = sent(client, data)
    page = words(response)
    assert response.status_code == 422
    assert sentence in page
    assert "ting må rettes" in page
    assert Place.objects.count() == 0
    assert Host.objects.count() == 0
    for name in ("title", "tasks", "contact", "capacity", "click_key"):
        assert str(data[name]).strip() in page


def test_several_hosts_with_the_name_are_told_apart(client: Client) -> None:
    for area in ("Sandviken", "Nesttun"):
        example_host(name=f"Legesenteret {area}", area=area)
    response = sent(client, offer(host="legesenteret"))
    assert response.status_code == 422
    assert "Flere heter noe slikt." in words(response)
    assert "Legesenteret Nesttun, Nesttun, Bergen (" in words(response)


def test_a_host_that_is_closed_in_the_register_cannot_offer(client: Client) -> None:
    host = example_host(name="Konkurs AS", closed_on="2026-09-01")
    response = sent(client, offer(host=host.number))
    assert "Konkurs AS er avsluttet i registeret (1. september 2026)." in words(response)


def test_a_network_offers_as_many_without_an_account_as_people_do(
    client: Client, monkeypatch: pytest.MonkeyPatch, as_worker: Any
) -> None:
    monkeypatch.setattr("praksis.catalogue.actions.OFFERS_BY_NETWORK", 2)
    for _number in range(2):
        assert sent(client, offer()).status_code == 302
    refused = sent(client, offer(title="Den tredje"))
    assert refused.status_code == 429
    assert "Vent en time, eller logg inn." in words(refused)
    assert 'value="Den tredje"' in refused.content.decode()
    assert client.post(reverse("catalogue:offer"), offer(), REMOTE_ADDR="192.0.2.7").status_code == 302
    assert OfferFrom.objects.count() == 3
    monkeypatch.setattr("praksis.catalogue.actions.OFFERS_WINDOW", timedelta(0))
    with as_worker():
        forget_networks_of_offers(0)
    assert not OfferFrom.objects.exists()


def test_the_same_click_twice_makes_one_place(client: Client) -> None:
    data = offer()
    first, again = sent(client, data), sent(client, data)
    assert first.headers["Location"] == again.headers["Location"]
    assert Place.objects.count() == 1
    assert Place.objects.get().seats.count() == 1
    sent(client, data | {"click_key": str(uuid.uuid4())})
    assert Place.objects.count() == 2
    assert Host.objects.count() == 1


def at_once(work: Callable[[], object]) -> list[object]:
    """Do the same twice at the same moment, each on a connection of its own."""
    start = Barrier(2)

    def run() -> object:
        start.wait()
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return [future.result() for future in [pool.submit(run), pool.submit(run)]]


def test_the_same_click_at_the_same_moment_makes_one_place(client: Client) -> None:
    data = offer()
    first, other = at_once(lambda: sent(Client(), data).headers["Location"])
    assert first == other
    assert (Place.objects.count(), Host.objects.count()) == (1, 1)
    assert Place.objects.get().seats.count() == 1


def test_of_two_changes_at_the_same_moment_one_is_stored_and_one_told() -> None:
    seen = version(example_place())

    def change() -> str:
        mine = Place.objects.get()
        mine.title = str(uuid.uuid4())
        try:
            change_place(place=mine, seats=list(mine.seats.all()), seen=seen)
        except ChangedMeanwhileError:
            return "told"
        return mine.title

    results = sorted(map(str, at_once(change)))
    assert results == sorted(["told", Place.objects.get().title])


def test_apprentices_need_an_approved_training_company_and_the_host_is_told(client: Client) -> None:
    later = timezone.localdate().replace(year=timezone.localdate().year + 3)
    host, approved = example_host(), example_host(name="Godkjent", training_approved_until=later)
    for offering, told in ((host, True), (approved, False)):
        response = sent(client, offer(host=offering.number, groups=[TargetGroup.APPRENTICE]))
        thanks = words(client.get(response.headers["Location"]))
        assert ("Lærlinger krever at dere er godkjent lærebedrift." in thanks) is told


def test_the_preview_shows_the_place_and_stores_nothing(client: Client) -> None:
    data = offer(preview="1", contact="")
    response = sent(client, data)
    page = words(response)
    assert response.status_code == 200
    assert "Slik blir plassen seende ut" in page
    assert "ting må rettes" not in page
    assert page.count("Regnskap fra bilag til kundemøte") >= 2
    assert data["click_key"] in page
    assert Place.objects.count() == 0


def test_the_side_says_how_many_wait_in_the_hosts_field(client: Client, as_owner: Any) -> None:
    host = example_host()
    assert "venter på plass" not in words(client.get(reverse("catalogue:offer")))
    with as_owner():
        PublishedFigure.objects.create(name="waiting", group=Field.ECONOMICS, value=37)
        PublishedFigure.objects.create(name="waiting", group=Field.HEALTH, value=9)
        PublishedFigure.objects.create(name="waiting", group=Field.CULTURE, value=None)
    assert "37 venter på plass innen økonomi og administrasjon" in words(client.get(reverse("catalogue:offer")))
    assert "9 venter på plass innen helse og sosial" in words(sent(client, offer(host=host.number, preview="1")))


# A tandem, in two steps


def test_a_tandem_asks_for_its_second_half_and_stores_nothing_yet(client: Client) -> None:
    response = sent(client, offer(tandem="on"))
    page = words(response)
    assert response.status_code == 200
    assert "Hva gjør den andre halvdelen?" in page
    assert '<input type="hidden" name="title" value="Regnskap fra bilag til kundemøte">' in page
    assert page.count('<input type="hidden" name="groups"') == 2
    assert Place.objects.count() == 0


@pytest.mark.parametrize(("rule", "minima"), [(SeatRule.WHOLE, [2, 1]), (SeatRule.EQUAL, [1, 1]), (SeatRule.EACH, [0, 0])])
def test_a_tandem_opens_as_its_host_says(client: Client, rule: SeatRule, minima: list[int]) -> None:
    sent(client, offer(**second_half(rule=rule)))
    place = Place.objects.get()
    seats = list(place.seats.all())
    assert place.rule == rule
    assert place.is_tandem == (rule != SeatRule.EACH)
    assert [seat.minimum for seat in seats] == minima
    assert [seat.role for seat in seats] == ["Du fører bilag", "Du tar imot kunder"]
    assert seats[1].groups == [TargetGroup.LANGUAGE_PRACTICE, TargetGroup.PUPIL]
    assert place.seats_total == 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"role_a": ""}, "Gi den første rollen et navn"),
        ({"role_b": ""}, "Gi den andre rollen et navn"),
        ({"tasks_b": ""}, "Skriv hva den andre halvdelen gjør."),
        ({"capacity_b": ""}, "Skriv hvor mange dere kan ta imot, for eksempel 2."),
        ({"groups_b": []}, "Velg minst én gruppe."),
        ({"groups_b": [TargetGroup.LANGUAGE_PRACTICE]}, "Åpne halvdelen for en gruppe til"),
    ],
)
def test_what_is_wrong_in_the_second_half_is_told_and_nothing_is_lost(
    client: Client, changes: dict[str, Any], sentence: str
) -> None:
    response = sent(client, offer(**second_half(**changes)))
    page = words(response)
    assert response.status_code == 422
    assert sentence in page
    assert 'name="title" value="Regnskap fra bilag til kundemøte"' in page
    assert Place.objects.count() == 0


def test_going_back_from_the_second_half_loses_neither_half(client: Client) -> None:
    page = words(sent(client, offer(**second_half(back="1"))))
    assert "Hva skal plassen hete?" in page
    assert "Regnskap fra bilag til kundemøte" in page
    assert '<input type="hidden" name="tasks_b" value="Kundemottak, telefon og arkiv.">' in page
    assert page.count('name="groups_b"') == 2


def test_a_mistake_in_the_first_half_shows_the_first_page_again(client: Client) -> None:
    response = sent(client, offer(**second_half(), title=""))
    assert response.status_code == 422
    assert "Gi plassen et navn" in words(response)
    assert 'name="tasks_b"' in words(response)


def test_choices_that_stand_alone_begin_with_a_capital_letter() -> None:
    page = Client().get(reverse("catalogue:offer")).content.decode()
    for words in ("Full tid", "Politiattest", "Bokmål"):
        assert f">{words}<" in page
    assert ">full tid<" not in page
    with override("en"):
        assert str(dict(standing(Extent))["full"]) == "Full time"
