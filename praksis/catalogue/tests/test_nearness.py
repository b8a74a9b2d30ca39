"""Distances, and the filters for schemes."""

import pytest
from django.http import QueryDict

from praksis.base.models import SearchRow
from praksis.catalogue.choices import SchemeKind, SchemeStage
from praksis.catalogue.queries import items
from praksis.catalogue.search import Answer, Search, find
from praksis.catalogue.tests.examples import example_host, example_place, example_scheme

pytestmark = pytest.mark.django_db


def asked(address: str) -> Answer:
    return find(Search.read(QueryDict(address)))


def titles(address: str) -> list[str]:
    return [row.title for row in asked(address).page]


def region() -> None:
    sandviken = example_host(area="Sandviken", latitude=60.407, longitude=5.326)
    asane = example_host(area="Åsane", latitude=60.467, longitude=5.325)
    voss = example_host(area="Vossevangen", municipality="4621", latitude=60.629, longitude=6.420)
    for title, host in (("Nær", sandviken), ("Litt borte", asane), ("Langt", voss)):
        example_place(title=title, host=host)
    example_place(title="Uten sted", host=example_host(area="", latitude=None, longitude=None))
    example_scheme(title="Ordning")


def test_places_within_a_distance_the_nearest_first() -> None:
    region()
    assert titles("near=sandviken&km=5") == ["Nær"]
    assert titles("near=Sandviken&km=10") == ["Nær", "Litt borte"]
    assert titles("near=%C3%85sane&km=10") == ["Litt borte", "Nær"]
    assert titles("near=voss&km=2") == ["Langt"]
    answer = asked("near=sandviken&km=10")
    far = {item.place.title: item.km for item in items(answer.page) if item.place}
    assert far["Nær"] == pytest.approx(0, abs=0.1)
    assert far["Litt borte"] == pytest.approx(6.7, abs=0.2)


def test_counts_are_of_what_lies_near() -> None:
    region()
    counted = {facet.facet.name: facet for facet in asked("near=sandviken&km=10").facets}
    assert {option.value: option.count for option in counted["municipality"].shown} == {"4601": 2}


def test_a_name_that_nobody_knows_is_told_and_hides_nothing() -> None:
    region()
    answer = asked("near=Atlantis")
    assert answer.lost
    assert answer.page.paginator.count == 5


@pytest.mark.parametrize("address", ["near=%00", "near=voss&km=-1", "near=voss&km=x", "near=" + "x" * 500, "near=%27;&sort=near"])
def test_an_odd_address_still_answers(address: str) -> None:
    region()
    assert asked(address).page.number == 1


def test_the_address_of_a_question_keeps_the_distance() -> None:
    search = Search.read(QueryDict("q=baker&near=Voss&km=20&sort=near"))
    assert search.address == "?q=baker&near=Voss&km=20&sort=near"
    assert Search.read(QueryDict(search.address[1:])) == search
    assert search.without_near().address == "?q=baker"


def test_schemes_are_filtered_by_kind_level_and_stage() -> None:
    example_place(title="Plass")
    example_scheme(title="A", kind=SchemeKind.ELECTIVE, level="bachelor", stage=SchemeStage.RUNNING)
    example_scheme(title="B", kind=SchemeKind.TRAINEE, level="bachelor and master", stage=SchemeStage.PAUSED)
    assert titles("level=bachelor&sort=title") == ["A", "B"]
    assert titles("level=master") == ["B"]
    assert titles("kind=elective") == ["A"]
    assert titles("stage=paused") == ["B"]
    for facet in asked("").facets:
        for option in facet.options:
            assert asked(f"{facet.facet.name}={option.value}").page.paginator.count == option.count
    assert SearchRow.objects.count() == 3
