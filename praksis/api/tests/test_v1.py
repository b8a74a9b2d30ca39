"""The API: what it gives, page by page, and how it refuses."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from praksis.api.models import Asking
from praksis.api.queries import public_hosts
from praksis.catalogue.choices import PlaceStage, SchemeStage
from praksis.catalogue.rules import may_see_host
from praksis.catalogue.tests.examples import example_host, example_place, example_scheme, example_tandem
from praksis.organisations.models import Host

pytestmark = pytest.mark.django_db


def asked(client: Client, address: str, status: int = 200, **headers: str) -> Any:
    answer = client.get(f"/api/v1/{address}", headers=headers)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_place_comes_with_its_seats_and_host(client: Client) -> None:
    place = example_tandem(starts_on="2027-01-11", contact="kari@example.org")
    told = asked(client, f"places/{place.pk}")
    assert [seat["kind"] for seat in told["seats"]] == ["a", "b"]
    assert told["host"]["number"] == place.host.number
    assert told["url"] == f"http://testserver{place.get_absolute_url()}"
    assert (told["starts_on"], told["rule"], told["municipality"]) == ("2027-01-11", "whole", "4601")
    assert "kari@" not in client.get("/api/v1/places").content.decode()


def test_a_scheme_tells_all_and_when_it_changed(client: Client) -> None:
    scheme = example_scheme(kind="elective", apply_by="2027-05-01", weeks="6")
    answer = client.get(f"/api/v1/schemes/{scheme.pk}")
    assert (answer.json()["kind"], answer.json()["apply_by"], answer.json()["weeks"]) == ("elective", "2027-05-01", "6")
    since = answer.headers["Last-Modified"]
    assert client.get(f"/api/v1/schemes/{scheme.pk}", headers={"if-modified-since": since}).status_code == 304


def found(client: Client, query: str) -> set[str]:
    return {one["id"] for one in asked(client, f"places?{query}")["items"]}


def test_filters_are_those_of_the_catalogue(client: Client) -> None:
    pupil, health = example_place(groups=["pupil"], title="Hjelp i hagen"), example_place(title="Sykehjemmet på toppen")
    assert found(client, "group=pupil") == {str(pupil.pk)}
    assert found(client, "q=sykehjemmet") == {str(health.pk)}
    assert found(client, "group=pupil&group=apprentice&municipality=4601") == {str(pupil.pk), str(health.pk)}
    assert found(client, "season=2029-spring") == set()


def test_pages_hold_each_once_whatever_comes_between(client: Client) -> None:
    places = {str(example_place().pk) for _number in range(5)}
    seen: list[str] = []
    address = "places?limit=2"
    while address:
        page = asked(client, address)
        seen += [one["id"] for one in page["items"]]
        address = (page["next"] or "").removeprefix("http://testserver/api/v1/")
        example_place()
    assert places <= set(seen)
    assert len(seen) == len(set(seen))


def test_only_what_is_public_is_given(client: Client) -> None:
    hidden = [example_place(stage=PlaceStage.OFFERED), example_place(host=example_host(closed_on="2026-01-01"))]
    ended = example_scheme(stage=SchemeStage.ENDED)
    example_host(agreement_signed_on="2026-01-01")
    asked_for = [*(f"places/{one.pk}" for one in hidden), f"schemes/{ended.pk}", f"hosts/{hidden[0].host_id}", f"hosts/{uuid4()}"]
    for address in asked_for:
        problem = asked(client, address, 404)
        assert problem["title"] == "Finnes ikke"
    assert asked(client, "places")["items"] == asked(client, "schemes")["items"] == []
    seen = {host.pk for host in Host.objects.all() if may_see_host(AnonymousUser(), host)}
    assert {host.pk for host in public_hosts()} == seen
    assert len(seen) == 2


def test_what_cannot_be_used_is_told_in_the_readers_language(client: Client) -> None:
    answer = client.get("/api/v1/places?group=nobody&limit=1000", headers={"accept-language": "en"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    problem = answer.json()
    assert problem["title"] == "A value cannot be used"
    assert {error["where"] for error in problem["errors"]} == {"group", "limit"}
    assert "«limit»" in problem["detail"]
    assert client.get("/api/v1/nothing").json()["status"] == 404


def test_who_has_the_answer_is_told_so(client: Client) -> None:
    example_place()
    first = client.get("/api/v1/places")
    head = client.head("/api/v1/places")
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", first.headers["ETag"])
    again = client.get("/api/v1/places", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    example_place()
    assert client.get("/api/v1/places", headers={"if-none-match": first.headers["ETag"]}).status_code == 200
    assert client.post("/api/v1/places").status_code == 405


def test_the_limit_is_a_networks_own_and_does_not_grow(client: Client, settings: Settings) -> None:
    settings.API_PER_MINUTE = 3
    lefts = [client.get("/api/v1/codes").headers["RateLimit"].split(";")[1] for _number in range(3)]
    assert lefts == ["r=2", "r=1", "r=0"]
    refused = client.get("/api/v1/codes", headers={"accept-language": "nn"})
    assert (refused.status_code, refused.headers["Content-Type"]) == (429, "application/problem+json")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert client.get("/api/v1/codes", REMOTE_ADDR="203.0.113.9").status_code == 200
    assert client.get("/finn/").status_code == client.get("/data/").status_code == 200
    began = Asking.objects.get(count=4).began_at
    client.get("/api/v1/codes")
    assert Asking.objects.get(count=5).began_at == began


def test_a_page_of_a_list_asks_as_often_for_three_as_for_one(client: Client) -> None:
    counts = []
    for more in (1, 2):
        for _number in range(more):
            example_place(scheme=example_scheme())
        with CaptureQueriesContext(connection) as queries:
            asked(client, "places")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_codes_have_names_in_the_readers_language(client: Client) -> None:
    names = []
    for language in ("nb", "en"):
        groups = asked(client, "codes", accept_language=language)["target_group"]
        names += [one["label"] for one in groups if one["code"] == "pupil"]
    assert names == ["Elev", "Pupil"]
