"""The pages that everyone may read: what stands on them, who sees what, and how much they ask of the database."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from praksis.base.models import PublishedFigure
from praksis.catalogue.choices import PlaceStage, SchemeStage
from praksis.catalogue.tests.examples import (
    example_contact,
    example_coordinator,
    example_host,
    example_place,
    example_scheme,
    example_tandem,
    example_user,
)

pytestmark = pytest.mark.django_db


def text(client: Client, address: str) -> str:
    """The page as it stands, with white space made plain."""
    response = client.get(address)
    assert response.status_code == 200, address
    return " ".join(response.content.decode().split())


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        text(client, address)
    return len(captured)


# Find


def test_the_list_mixes_places_and_schemes(client: Client) -> None:
    place, tandem, scheme = example_place(capacity=4, taken=1), example_tandem(), example_scheme()
    page = text(client, reverse("catalogue:find"))
    for address in (place, tandem, scheme):
        assert address.get_absolute_url() in page
    assert "3 av 4 ledige" in page
    assert "2 av 2 halvdeler ledige" in page
    assert "Ordning, ikke en plass" in page
    assert "uib.no, høst 2019. Ikke bekreftet av eieren" in page
    assert "Kartdata: Kartverket, CC BY 4.0" in page


def test_the_map_shows_what_the_list_shows_with_the_same_numbers(client: Client) -> None:
    example_place(title="På kartet", host=example_host(latitude=60.2), starts_on="2027-02-01")
    example_place(title="Uten sted", host=example_host(latitude=None), starts_on="2027-03-01")
    example_tandem(starts_on="2027-04-01")
    response = client.get(reverse("catalogue:find"))
    spots = response.context["spots"]()
    assert [(spot["number"], spot["title"], spot["tandem"]) for spot in spots] == [
        (1, "På kartet", False),
        (2, "Måltidsvenn", True),
    ]
    page = " ".join(response.content.decode().split())
    assert page.index("nr. 1") < page.index("Uten sted") < page.index("nr. 2")
    assert "nr. 3" not in page


def test_places_at_one_spot_share_a_tile(client: Client) -> None:
    host = example_host()
    for day in (1, 2, 3):
        example_place(host=host, title=f"Plass {day}", starts_on=f"2027-02-0{day}")
    (spot,) = client.get(reverse("catalogue:find")).context["spots"]()
    assert (spot["number"], spot["title"], spot["text"]) == (1, host.name, "Nr. 1, 2, 3 i listen")


def test_the_list_asks_as_much_for_thirty_as_for_one(client: Client) -> None:
    host = example_host()
    example_place(host=host)
    example_scheme()
    for address in (reverse("catalogue:find"), reverse("catalogue:find") + "?q=legekontor&group=apprentice&sort=title"):
        one = queries(client, address)
        for _number in range(29):
            example_place(host=host)
        assert queries(client, address) == one


def test_pages_of_results(client: Client) -> None:
    host = example_host()
    for number in range(23):
        example_place(host=host, title=f"Plass {number:02}")
    first = text(client, reverse("catalogue:find") + "?group=apprentice")
    assert "Viser 1–20 av 23" in first
    assert "?group=apprentice&amp;page=2" in first
    assert "Viser 21–23 av 23" in text(client, reverse("catalogue:find") + "?group=apprentice&page=2")


def test_an_empty_answer_says_what_was_sought_and_two_ways_on(client: Client) -> None:
    example_place()
    page = text(client, reverse("catalogue:find") + "?q=xyzzyx")
    assert "Ingen treff på «xyzzyx»" in page
    assert "Se alt som ligger ute" in page
    assert "se ordningene, også uten ledig plass" in page
    assert "1 treff uten filteret «Hvor»" in text(client, reverse("catalogue:find") + "?municipality=4621")


def test_what_is_typed_is_never_markup(client: Client) -> None:
    page = text(client, reverse("catalogue:find") + "?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page
    example_place(title="</script><script>alert(2)</script>")
    assert "<script>alert" not in text(client, reverse("catalogue:find"))


# A place


def test_a_place_says_what_it_is(client: Client) -> None:
    place = example_place(
        requires=["police"], starts_on="2027-01-11", ends_on="2027-03-26", confirmed_on="2026-11-12", made_up=True
    )
    page = text(client, place.get_absolute_url())
    assert "11. januar–26. mars 2027" in page
    assert "Kilde: verten.<br>Sist bekreftet 12. november 2026" in page
    assert "politiattest" in page
    assert "Oppdiktet plass i en demonstrasjon" in page
    assert reverse("rounds:add", args=[place.pk]) in page


def test_a_real_place_has_no_made_up_mark(client: Client) -> None:
    assert "Oppdiktet plass" not in text(client, example_place().get_absolute_url())


def test_a_tandem_shows_both_halves_and_when_it_opens(client: Client) -> None:
    tandem = example_tandem()
    page = text(client, tandem.get_absolute_url())
    assert "Du kartlegger" in page
    assert "Du er måltidsvert" in page
    assert page.count("Ledig</span>") == 2
    assert "Plassen starter når begge halvdelene er fylt." in page
    assert "Ingen får vite hvilken ordning du kommer fra." in page


def test_how_many_have_it_on_their_list_is_published_never_counted(client: Client, as_owner: Any) -> None:
    tandem = example_tandem()
    assert "på listen" not in text(client, tandem.get_absolute_url()).replace("ønskelisten", "")
    with as_owner():
        PublishedFigure.objects.create(name="ranked_place", subject=tandem.pk, group="a", value=12)
        PublishedFigure.objects.create(name="ranked_place", subject=tandem.pk, group="b", value=None)
    page = text(client, tandem.get_absolute_url())
    assert "12 har den på listen" in page
    assert "Færre enn fem har den på listen" in page


def test_a_full_place_can_be_read_but_not_wished_for(client: Client) -> None:
    page = text(client, example_place(capacity=2, taken=2).get_absolute_url())
    assert "Alle plassene er tatt." in page
    assert "Legg til i ønskene mine" not in page


@pytest.mark.parametrize("stage", [PlaceStage.OFFERED, PlaceStage.CLOSED])
def test_a_place_that_is_not_open_is_theirs_alone_who_may_change_it(client: Client, stage: PlaceStage) -> None:
    place = example_place(stage=stage)
    stranger, alice, karin = example_user("Charlie"), example_contact(place.host), example_coordinator()
    assert client.get(place.get_absolute_url()).status_code == 404
    for user, status in ((stranger, 404), (alice, 200), (karin, 200)):
        client.force_login(user)
        assert client.get(place.get_absolute_url()).status_code == status


def test_the_place_of_a_closed_host_is_gone(client: Client) -> None:
    place = example_place(host=example_host(closed_on="2026-10-01"))
    assert client.get(place.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("name", ["catalogue:place", "catalogue:scheme", "catalogue:host"])
def test_what_does_not_exist_is_404(client: Client, name: str) -> None:
    assert client.get(reverse(name, args=[uuid.uuid4()])).status_code == 404


def test_the_address_of_the_one_who_answers_is_not_public(client: Client) -> None:
    place = example_place(contact="post@legesenter.example")
    assert "post@legesenter" not in text(client, place.get_absolute_url())
    client.force_login(example_contact(place.host))
    assert "post@legesenter" in text(client, place.get_absolute_url())


# A scheme


def test_a_scheme_stands_as_its_source_words_it(client: Client) -> None:
    scheme = example_scheme(credits="20/30", duration="16 uker i halv stilling")
    own = example_place(scheme=scheme, title="Plass i ordningen")
    alike = example_scheme(title="Praksis i statsvitenskap")
    page = text(client, scheme.get_absolute_url())
    for words in ("20/30", "16 uker i halv stilling", "Ikke bekreftet av eieren", "uib.no", own.title, alike.title):
        assert words in page
    assert scheme.source_url in page
    assert "Lønnet" not in page


def test_a_scheme_that_has_ended_is_gone(client: Client) -> None:
    ended = example_scheme(stage=SchemeStage.ENDED, stage_reason="Den ene som drev den, sluttet.")
    assert "Den ene som drev den, sluttet." in text(client, ended.get_absolute_url())


# A host


def test_a_host_shows_its_open_places(client: Client) -> None:
    host = example_host()
    example_place(host=host, title="Ledig hos oss")
    example_place(host=host, title="Lukket hos oss", stage=PlaceStage.CLOSED)
    page = text(client, host.get_absolute_url())
    assert "Ledig hos oss" in page
    assert "Lukket hos oss" not in page
    assert "i drift" in page


def test_a_closed_host_says_so_and_shows_no_place(client: Client) -> None:
    host = example_host(closed_on="2026-10-01")
    example_place(host=host, title="Var ledig")
    page = text(client, host.get_absolute_url())
    assert "avsluttet i Enhetsregisteret: 1. oktober 2026" in page
    assert "Var ledig" not in page


def test_a_host_that_nobody_has_checked_is_not_public(client: Client) -> None:
    place = example_place(stage=PlaceStage.OFFERED)
    assert client.get(place.host.get_absolute_url()).status_code == 404
    client.force_login(example_coordinator())
    assert client.get(place.host.get_absolute_url()).status_code == 200
