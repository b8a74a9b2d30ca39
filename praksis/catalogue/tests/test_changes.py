"""What happens to a place after the offer: approving, changing, closing, and who may.

Alice decides at the host, Bob at another, Karin coordinates at a member, Charlie is a stranger.
"""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.codes import TargetGroup
from praksis.base.models import SearchRow
from praksis.base.svg import tile
from praksis.catalogue.actions import ChangedMeanwhileError, change_place, version
from praksis.catalogue.choices import PlaceStage
from praksis.catalogue.models import Place
from praksis.catalogue.tests.examples import (
    example_contact,
    example_coordinator,
    example_host,
    example_place,
    example_tandem,
    example_user,
)
from praksis.organisations.choices import HostRole, Role

pytestmark = pytest.mark.django_db


def edit_address(place: Place) -> str:
    return reverse("catalogue:edit_place", args=[place.pk])


def edited(place: Place, **changes: Any) -> dict[str, Any]:
    """The edit page's fields as they stand, with changes."""
    said: dict[str, Any] = {name: getattr(place, name) for name in ("title", "tasks", "season", "extent", "language", "contact")}
    for seat in place.seats.all():
        said |= {f"{seat.kind}-{name}": getattr(seat, name) for name in ("role", "tasks", "capacity", "minimum", "groups")}
    return said | {"seen": version(place)} | changes


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def indexed() -> list[str]:
    return sorted(SearchRow.objects.values_list("title", flat=True))


# Changing


def test_the_host_changes_its_place_and_the_catalogue_follows(client: Client) -> None:
    place = example_place(confirmed_on="2025-01-01")
    client.force_login(example_contact(place.host))
    assert "Hjelp på legekontoret" in words(client.get(edit_address(place)))
    response = client.post(
        edit_address(place),
        edited(place, **{"title": "Nytt navn", "a-capacity": 5, "a-groups": ["pupil"], "starts_on": "2027-02-01"}),
    )
    assert response.headers["Location"] == place.get_absolute_url()
    place.refresh_from_db()
    assert (place.title, place.seats_total, place.groups) == ("Nytt navn", 5, ["pupil"])
    assert place.confirmed_on == timezone.localdate()
    assert (indexed(), SearchRow.objects.get().groups) == (["Nytt navn"], ["pupil"])


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("contact", 200),
        ("signer", 200),
        ("supervisor", 404),
        ("coordinator", 200),
        ("lead", 200),
        ("counsellor", 404),
        ("stranger", 404),
    ],
)
def test_who_may_change_a_place(client: Client, who: str, status: int) -> None:
    place = example_place()
    client.force_login(someone(who, place))
    assert client.get(edit_address(place)).status_code == status
    assert client.post(edit_address(place), edited(place)).status_code == (302 if status == 200 else 404)


def someone(who: str, place: Place) -> User:
    if who in HostRole.values:
        return example_contact(place.host, role=who)
    return example_coordinator(role=who) if who in Role.values else example_user("Charlie")


def test_the_contact_of_another_host_may_not_change_it(client: Client) -> None:
    place = example_place()
    client.force_login(example_contact(example_host(name="En annen"), "Bob"))
    assert client.post(edit_address(place), edited(place, title="Mitt")).status_code == 404
    assert indexed() == ["Hjelp på legekontoret"]


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    response = client.get(edit_address(example_place()))
    assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, "/logg-inn/")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "Feltet er påkrevet."),
        ({"starts_on": "2027-03-01", "ends_on": "2027-02-01"}, "Siste dag kan ikke være før første dag."),
        ({"a-capacity": "0"}, "Skriv hvor mange dere kan ta imot, minst én."),
        ({"a-capacity": "1"}, "2 er allerede tildelt. Sett antallet til 2 eller høyere."),
        ({"a-minimum": "9"}, "Dere kan ikke kreve flere enn dere har plass til."),
        ({"a-groups": []}, "Velg minst én gruppe."),
    ],
)
def test_a_wrong_change_is_told_and_nothing_is_lost(client: Client, changes: dict[str, Any], sentence: str) -> None:
    place = example_place(capacity=3, taken=2)
    client.force_login(example_contact(place.host))
    response = client.post(edit_address(place), edited(place, **{"tasks": "Nettopp skrevet."} | changes))
    assert response.status_code == 422
    assert sentence in words(response)
    assert "Nettopp skrevet." in words(response)
    assert Place.objects.get().tasks != "Nettopp skrevet."


def test_half_of_a_tandem_may_not_become_confidential_alone(client: Client) -> None:
    tandem = example_tandem()
    client.force_login(example_contact(tandem.host))
    response = client.post(edit_address(tandem), edited(tandem, **{"b-groups": [TargetGroup.LANGUAGE_PRACTICE]}))
    assert response.status_code == 422
    assert "Åpne halvdelen for en gruppe til" in words(response)
    assert client.post(edit_address(tandem), edited(tandem, **{"b-role": "Du serverer"})).status_code == 302
    assert Place.objects.get().seats.get(kind="b").role == "Du serverer"


def test_what_someone_else_stored_in_between_is_not_written_over(client: Client) -> None:
    place = example_place()
    mine = edited(place, title="Alice sitt navn")
    client.force_login(example_coordinator())
    assert client.post(edit_address(place), edited(place, title="Karin sitt navn")).status_code == 302
    client.force_login(example_contact(place.host))
    response = client.post(edit_address(place), mine)
    page = words(response)
    assert response.status_code == 422
    assert "Noen andre endret plassen mens du skrev." in page
    assert 'value="Alice sitt navn"' in page
    assert Place.objects.get().title == "Karin sitt navn"
    assert client.post(edit_address(place), mine | {"seen": version(Place.objects.get())}).status_code == 302
    assert Place.objects.get().title == "Alice sitt navn"


def test_a_seat_that_someone_got_meanwhile_does_not_stop_a_change() -> None:
    place = example_place()
    seen = version(place)
    place.seats.update(taken=1)
    seats = list(Place.objects.get().seats.all())
    change_place(place=place, seats=seats, seen=seen)
    with pytest.raises(ChangedMeanwhileError):
        change_place(place=place, seats=seats, seen="another")


# Closing and approving


@pytest.mark.parametrize(("who", "status"), [("contact", 302), ("coordinator", 302), ("supervisor", 404), ("stranger", 404)])
def test_who_may_close_a_place(client: Client, who: str, status: int) -> None:
    place = example_place()
    client.force_login(someone(who, place))
    address = reverse("catalogue:close_place", args=[place.pk])
    assert client.get(address).status_code == (200 if status == 302 else 404)
    assert indexed() == [place.title]
    for _again in range(2):
        assert client.post(address).status_code == status
    assert indexed() == ([] if status == 302 else [place.title])


def test_a_closed_place_is_put_out_again(client: Client) -> None:
    place = example_place(stage=PlaceStage.CLOSED)
    client.force_login(example_contact(place.host))
    client.post(reverse("catalogue:approve_place", args=[place.pk]))
    assert indexed() == [place.title]


@pytest.mark.parametrize(
    ("who", "status"), [("coordinator", 302), ("lead", 302), ("contact", 404), ("counsellor", 404), ("stranger", 404)]
)
def test_only_coordinators_let_an_offer_out(client: Client, who: str, status: int) -> None:
    place = example_place(stage=PlaceStage.OFFERED)
    client.force_login(someone(who, place))
    address = reverse("catalogue:approve_place", args=[place.pk])
    assert client.get(address).status_code == 405
    for _again in range(2):
        assert client.post(address).status_code == status
    assert indexed() == ([place.title] if status == 302 else [])
    assert client.get(reverse("catalogue:new_places")).status_code == (200 if status == 302 else 404)


def test_new_places_are_listed_for_coordinators_until_someone_has_looked(client: Client) -> None:
    place = example_place(stage=PlaceStage.OFFERED, contact="post@ny.example")
    client.force_login(example_coordinator())
    page = words(client.get(reverse("catalogue:new_places")))
    assert place.title in page
    assert "post@ny.example" in page
    client.post(reverse("catalogue:close_place", args=[place.pk]))
    assert "Ingen nye plasser venter" in words(client.get(reverse("catalogue:new_places")))


# The host's own side


def test_the_host_sees_its_places_with_what_is_taken(client: Client) -> None:
    tandem = example_tandem()
    example_place(host=tandem.host, title="Gammel", stage=PlaceStage.CLOSED)
    example_place(host=tandem.host, title="Halvfull", capacity=4, taken=3)
    client.force_login(example_contact(tandem.host))
    page = words(client.get(reverse("catalogue:host_places", args=[tandem.host_id])))
    for sentence in (
        "Du kartlegger: 0 av 1 tatt",
        "1 av 4 ledig",
        "Navnene kommer med avtalen.",
        "Gammel",
        "Plassen starter når",
    ):
        assert sentence in page


def test_the_tile_of_a_full_place_has_a_person_in_it(client: Client) -> None:
    free, full = example_place(capacity=3, taken=2), example_place(capacity=3, taken=3, groups=["pupil", "apprentice"])
    assert (free.mark, free.only_group) == ("open", "apprentice")
    assert (full.mark, full.only_group) == ("taken", "")
    page = client.get(reverse("catalogue:host", args=[full.host_id])).content.decode()
    assert str(tile("taken", size=44)) in page


@pytest.mark.parametrize(("who", "status"), [("contact", 200), ("supervisor", 200), ("coordinator", 404), ("stranger", 404)])
def test_only_the_hosts_own_see_its_side(client: Client, who: str, status: int) -> None:
    place = example_place()
    client.force_login(someone(who, place))
    response = client.get(reverse("catalogue:host_places", args=[place.host_id]))
    assert response.status_code == status
    if who == "supervisor":
        assert edit_address(place) not in words(response)


def test_the_hosts_side_asks_as_much_for_ten_as_for_one(client: Client) -> None:
    host = example_host()
    client.force_login(example_contact(host))
    address = reverse("catalogue:host_places", args=[host.pk])
    example_tandem(host=host)
    one = queries(client, address)
    for _number in range(9):
        example_tandem(host=host)
    assert queries(client, address) == one


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
