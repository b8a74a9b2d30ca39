"""What people type, and what the filters count."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from praksis.base.codes import Field, Language, TargetGroup
from praksis.base.models import SearchRow
from praksis.catalogue.actions import index_places, index_schemes, set_seats_taken
from praksis.catalogue.choices import PlaceStage, SchemeStage
from praksis.catalogue.models import Place
from praksis.catalogue.search import Answer, Search, find
from praksis.catalogue.tests.examples import example_coordinator, example_host, example_place, example_scheme, example_tandem

pytestmark = pytest.mark.django_db


def asked(address: str) -> Answer:
    return find(Search.read(QueryDict(address)))


def titles(address: str) -> list[str]:
    return [row.title for row in asked(address).page]


def counts(address: str, facet: str) -> dict[str, int]:
    found = next(counted for counted in asked(address).facets if counted.facet.name == facet)
    return {option.value: option.count for option in found.options if option.count}


@pytest.mark.parametrize(
    "words",
    [
        "sykepleierpraksis",
        "sykepleier",
        "Sykepleiere",
        "sykepl",
        "sykehjem",
        "pleierpraksis",
        "Fyllingsdalen",
        "lærling",
        "helse",
    ],
)
def test_finds_what_a_person_would_type(words: str) -> None:
    host = example_host(name="Fyllingsdalen sykehjem")
    example_place(host=host, title="Sykepleierpraksis på kveldstid")
    example_place(host=example_host(field=Field.IT, area="Marineholmen"), title="Programmering", groups=[TargetGroup.PUPIL])
    assert titles(f"q={words}") == ["Sykepleierpraksis på kveldstid"]


def test_finds_words_without_their_accents() -> None:
    example_place(title="Kjøkken og servering")
    assert titles("q=kjokken") == ["Kjøkken og servering"]


@pytest.mark.parametrize("words", ["elektrikker", "elketriker", "elektriker på lagrr"])
def test_typing_errors_find_what_looks_alike_and_say_so(words: str) -> None:
    example_place(title="Elektriker på lager")
    example_place(title="Regnskap")
    answer = asked(f"q={words}")
    assert [row.title for row in answer.page] == ["Elektriker på lager"]
    assert answer.alike


def test_right_words_are_never_guessed_at() -> None:
    example_place(title="Elektriker")
    example_place(title="Elektro")
    answer = asked("q=elektriker")
    assert [row.title for row in answer.page] == ["Elektriker"]
    assert not answer.alike


def test_a_minus_and_quotes_mean_what_they_say() -> None:
    example_place(title="Regnskap og lønn")
    example_place(title="Lønn og regnskap")
    assert titles('q="regnskap og lønn"') == ["Regnskap og lønn"]
    example_place(title="Kantine")
    example_place(title="Kantine og butikk")
    assert titles("q=kantine -butikk") == ["Kantine"]


@pytest.mark.parametrize(
    "address", ["q=%27%26%3A*%21", "q=%00", "season=never", "page=zebra", "sort=drop", "group=all&type=x", "page=-4"]
)
def test_an_odd_address_still_answers(address: str) -> None:
    example_place()
    assert asked(address).page.number == 1


def test_a_title_hit_comes_before_a_hit_in_the_text() -> None:
    example_place(title="Anna", tasks="Vi arbeider med arkiv.")
    example_place(title="Arkiv")
    assert titles("q=arkiv") == ["Arkiv", "Anna"]


def test_titles_sort_as_norwegian_does() -> None:
    for title in ("Øl", "Ås", "Zoo", "ære", "alt"):
        example_place(title=title)
    assert titles("sort=title") == ["alt", "Zoo", "ære", "Øl", "Ås"]


def test_newest_confirmed_first() -> None:
    example_place(title="Gammel", confirmed_on="2025-01-01")
    example_place(title="Ny", confirmed_on="2026-11-01")
    example_scheme(title="Aldri bekreftet")
    assert titles("sort=confirmed") == ["Ny", "Gammel", "Aldri bekreftet"]


def test_places_that_start_first_come_first_and_schemes_last() -> None:
    example_scheme(title="Ordning")
    example_place(title="Senere", starts_on="2027-03-01")
    example_place(title="Først", starts_on="2027-01-11")
    assert titles("") == ["Først", "Senere", "Ordning"]


def region() -> None:
    bergen = example_host()
    voss = example_host(name="Voss mekaniske", municipality="4621", field=Field.BUILDING)
    example_place(host=bergen, title="A", groups=[TargetGroup.PUPIL])
    example_place(host=voss, title="B", groups=[TargetGroup.PUPIL, TargetGroup.APPRENTICE], season="2027-autumn")
    example_tandem(host=voss, title="C", language=Language.NN)
    example_scheme(title="D")
    example_scheme(title="E", stage=SchemeStage.IDEA)


def test_counts_say_how_many_each_choice_would_give() -> None:
    region()
    assert counts("", "type") == {"place": 3, "scheme": 1, "developing": 1}
    assert counts("", "municipality") == {"4601": 1, "4621": 2}
    assert counts("", "form") == {"tandem": 1, "nynorsk": 1}
    assert counts("municipality=4621", "municipality") == {"4601": 1, "4621": 2}
    assert counts("municipality=4621", "type") == {"place": 2}
    assert counts("municipality=4621", "group")[TargetGroup.PUPIL] == 2


@pytest.mark.parametrize("asked_already", ["", "type=place", "municipality=4621&group=pupil", "season=2027-spring"])
def test_every_count_is_what_choosing_it_gives(asked_already: str) -> None:
    """The counts are made in one pass in Python, the list by the database: they must mean the same."""
    region()
    for counted in asked(asked_already).facets:
        without = Search.read(QueryDict(asked_already)).without(counted.facet.name)
        for option in counted.options:
            address = f"{without.address[1:]}&{counted.facet.name}={option.value}"
            assert asked(address).page.paginator.count == option.count, address


def test_several_choices_in_one_filter_are_added_up_and_filters_narrow() -> None:
    region()
    assert titles("municipality=4601&municipality=4621&sort=title") == ["A", "B", "C"]
    assert titles("municipality=4601&municipality=4621&group=apprentice&sort=title") == ["B", "C"]


def test_a_scheme_fits_every_season() -> None:
    region()
    assert titles("season=2027-autumn&sort=title") == ["B", "D", "E"]
    assert counts("", "season") == {"2027-spring": 4, "2027-autumn": 3}


def test_chips_lead_to_the_question_without_them() -> None:
    region()
    answer = asked("q=voss&municipality=4621&group=pupil&group=apprentice")
    assert [str(label) for label, _address in answer.chips] == ["Lærling", "Elev", "Voss"]
    assert answer.chips[0][1] == "?q=voss&group=pupil&municipality=4621"


def test_an_empty_answer_knows_the_nearest_that_exists() -> None:
    region()
    answer = asked("municipality=4601&form=tandem")
    assert answer.page.paginator.count == 0
    assert [(str(label), total) for label, total, _address in answer.near] == [("Hvor", 1), ("Form", 1)]
    assert titles(answer.near[0][2][1:]) == ["C"]


@pytest.mark.parametrize("change", [{"stage": PlaceStage.CLOSED}, {"stage": PlaceStage.OFFERED}, {"seats_taken": 2}])
def test_a_place_that_cannot_be_sought_leaves_the_index(change: dict[str, object]) -> None:
    place = example_place()
    assert titles("") == ["Hjelp på legekontoret"]
    for name, value in change.items():
        setattr(place, name, value)
    index_places([place])
    assert titles("") == []


def test_the_places_of_a_closed_host_leave_the_index() -> None:
    place = example_place()
    place.host.closed_on = "2026-01-01"
    index_places([place])
    assert titles("") == []


def test_a_scheme_that_has_ended_leaves_the_index() -> None:
    scheme = example_scheme()
    scheme.stage = SchemeStage.ENDED
    index_schemes([scheme])
    assert titles("") == []


def test_indexing_again_keeps_one_row() -> None:
    place = example_place()
    place.title = "Nytt navn"
    index_places([place])
    assert titles("q=nytt navn") == ["Nytt navn"]
    assert SearchRow.objects.count() == 1


def test_a_scheme_is_in_the_municipality_that_it_names_alone() -> None:
    example_scheme(title="En", location="Bergen kommune")
    example_scheme(title="To", location="Bergen kommune og Øygarden kommune")
    assert titles("municipality=4601") == ["En"]


def test_taken_seats_are_summed_and_a_full_place_leaves_the_index() -> None:
    one, other = example_tandem(title="Fylles"), example_place(title="Halv", capacity=2)
    set_seats_taken({(one.pk, "a"): 1, (one.pk, "b"): 1, (other.pk, "a"): 1})
    for place in (one, other):
        place.refresh_from_db()
    assert (one.seats_taken, other.seats_taken) == (2, 1)
    assert [seat.taken for seat in one.seats.all()] == [1, 1]
    assert titles("") == ["Halv"]
    set_seats_taken({(one.pk, "a"): 0})
    one.refresh_from_db()
    assert one.seats_taken == 1
    assert sorted(titles("")) == ["Fylles", "Halv"]


def test_taken_seats_take_as_many_statements_for_many_places_as_for_two() -> None:
    host = example_host()
    few, many = ([example_place(host=host) for _number in range(number)] for number in (2, 12))
    assert statements(few) == statements(many)


def statements(places: list[Place]) -> int:
    with CaptureQueriesContext(connection) as queries:
        set_seats_taken({(place.pk, "a"): 2 for place in places})
    return len(queries)


ADDRESSES = ("q=arkiv", "q=arkiv&season=2027-spring", "near=Bergen", "q=arkiv&type=place&municipality=4601", "q=anna+arkiv")


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_number_found_is_how_many_there_are(address: str) -> None:
    for title, season, municipality in [("Arkiv", "2027-spring", "4601"), ("Anna", "2027-autumn", "4627")] * 3:
        example_place(title=title, season=season, municipality=municipality, tasks="Vi arbeider med arkiv.")
    example_scheme(title="Arkiv for alle")
    answer = asked(address)
    assert answer.page.paginator.count == len(answer.page.object_list) > 0


def test_visitors_get_an_answer_again_and_whoever_is_signed_in_a_fresh_one(client: Client, settings: Any) -> None:
    settings.ANSWERS_KEPT = 60
    address = reverse("catalogue:find") + "?q=arkiv"
    try:
        example_place(title="Arkiv i byen")
        assert b"Arkiv i byen" in client.get(address).content
        example_place(title="Arkiv ved sjoen")
        with CaptureQueriesContext(connection) as queries:
            assert b"Arkiv ved sjoen" not in client.get(address).content
        assert not [query for query in queries if "base_searchrow" in query["sql"]]
        assert b"Arkiv ved sjoen" not in client.get(address, headers={"Accept-Language": "nb"}).content
        assert b"Arkiv ved sjoen" in client.get(address, headers={"Accept-Language": "en"}).content
        client.force_login(example_coordinator())
        assert b"Arkiv ved sjoen" in client.get(address).content
    finally:
        cache.clear()
