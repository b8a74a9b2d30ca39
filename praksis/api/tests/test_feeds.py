"""Feeds, the calendar, the map of the site and the description of the data, each read by a program that did not write it."""

import json
import re
from datetime import date, timedelta
from typing import Any

import feedparser
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from rdflib import DCAT, DCTERMS, RDF, Graph, URIRef

from praksis.api.columns import TABLES
from praksis.catalogue.actions import approve_place
from praksis.catalogue.choices import PlaceStage
from praksis.catalogue.tests.examples import example_place, example_scheme
from praksis.organisations.choices import MemberKind
from praksis.organisations.models import Member
from praksis.rounds.choices import RoundState
from praksis.rounds.models import Round

LICENCE = URIRef("http://publications.europa.eu/resource/authority/licence/CC_BY_4_0")
pytestmark = pytest.mark.django_db


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def example_round(**values: Any) -> Round:
    owner, _made = Member.objects.get_or_create(name="Høgskulen", short_name="HVL", kind=MemberKind.UNIVERSITY)
    now = timezone.now()
    times = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=9), "papers_due_on": date(2027, 1, 1)}
    usual = {"name": "Vår 2027", "season": "2027-spring", "owner": owner, "seed": 7, "state": RoundState.RANKING}
    return Round.objects.create(**usual | times | {"seed_published_at": now} | values)


def test_a_feed_of_new_places_for_every_search(client: Client) -> None:
    pupil = example_place(groups=["pupil"], title="Hagen & <b>huset</b>", made_up=True, contact="kari@example.org")
    example_place()
    example_place(stage=PlaceStage.OFFERED)
    feed = feedparser.parse(text(client, "/finn.atom?group=pupil"))
    assert not feed.bozo
    (entry,) = feed.entries
    assert entry.id == f"urn:uuid:{pupil.pk}"
    assert entry.link == f"http://testserver{pupil.get_absolute_url()}"
    assert "Oppdiktet" in entry.summary
    assert feed.feed.link == "http://testserver/finn/?group=pupil"
    assert len(feedparser.parse(text(client, "/finn.atom")).entries) == 2
    assert "kari@" not in text(client, "/finn.atom")
    assert "/finn.atom?group=pupil" in text(client, "/finn/?group=pupil")


def test_a_place_that_waited_is_new_when_it_comes_out(client: Client) -> None:
    waited = example_place(title="Ventet", stage="offered", offered_at=timezone.now() - timedelta(days=40))
    example_place(title="Fra i går", offered_at=timezone.now() - timedelta(days=1))
    approve_place(place_id=waited.pk)
    entries = feedparser.parse(client.get("/finn.atom").content).entries
    assert [one.title.split(" (")[0] for one in entries] == ["Ventet", "Fra i går"]
    assert entries[0].published[:10] == f"{timezone.now():%Y-%m-%d}"


def test_the_calendar_has_the_deadlines_that_are_ahead_and_public(client: Client) -> None:
    round_ = example_round()
    example_round(name="Ikke åpnet", state=RoundState.PREPARING, seed_published_at=None)
    example_round(name="Over", opens_at=timezone.now() - timedelta(days=9), closes_at=timezone.now() - timedelta(days=1))
    scheme = example_scheme(apply_by=timezone.localdate() + timedelta(days=3))
    example_scheme(apply_by=timezone.localdate() - timedelta(days=3))
    events = {str(event["uid"]): event for event in Calendar.from_ical(text(client, reverse("api:deadlines"))).walk("VEVENT")}
    assert set(events) == {f"{round_.pk}@praksistorget", f"{scheme.pk}@praksistorget"}
    wishes, applying = events[f"{round_.pk}@praksistorget"], events[f"{scheme.pk}@praksistorget"]
    assert wishes.decoded("dtstart") == round_.closes_at.replace(microsecond=0)
    assert applying.decoded("dtstart") == scheme.apply_by
    for event in events.values():
        assert client.get(str(event["url"]).removeprefix("http://testserver")).status_code == 200


def test_the_map_of_the_site_has_public_pages_alone(client: Client) -> None:
    place, scheme, hidden = example_place(), example_scheme(), example_place(stage=PlaceStage.OFFERED)
    found = re.findall(r"<loc>(.*?)</loc>", text(client, "/sitemap.xml"))
    paths = [address.removeprefix("http://testserver") for address in found]
    assert {place.get_absolute_url(), scheme.get_absolute_url(), "/", "/data/"} <= set(paths)
    assert hidden.get_absolute_url() not in paths
    for path in paths:
        text(client, path)
    assert "Sitemap: http://testserver/sitemap.xml" in text(client, "/robots.txt")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own reader
@pytest.mark.parametrize(("form", "name"), [("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml")])
def test_the_description_has_what_dcat_ap_no_requires(client: Client, form: str, name: str) -> None:
    graph = Graph().parse(data=text(client, f"/data/katalog.{form}"), format=name)
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    datasets = list(graph.objects(catalogue, DCAT.dataset))
    assert len(datasets) == len(TABLES)
    common = (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.contactPoint)
    for thing in (catalogue, *datasets):
        assert [prop for prop in common if not list(graph.objects(thing, prop))] == []
    for dataset in datasets:
        assert list(graph.objects(dataset, DCAT.theme))
        assert list(graph.objects(dataset, DCTERMS.identifier))
        for one in graph.objects(dataset, DCAT.distribution):
            (address,) = graph.objects(one, DCAT.accessURL)
            answer: Any = client.get(str(address).removeprefix("http://testserver"))
            assert answer.status_code == 200
            answer.close()
            assert LICENCE in graph.objects(one, DCTERMS.license)
    assert client.get("/data/katalog.exe").status_code == 404


def test_pages_tell_search_engines_what_they_are(client: Client) -> None:
    place, scheme = example_place(title="</script><b>"), example_scheme(capacity=4)
    for thing in (place, scheme):
        page = text(client, thing.get_absolute_url())
        (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
        told = json.loads(block)
        assert (told["@context"], told["@type"], told["name"]) == ("https://schema.org", "WorkBasedProgram", thing.title)
        assert told["url"] == f"http://testserver{thing.get_absolute_url()}"


def test_a_list_for_others_pages_may_be_framed_and_nothing_else(client: Client) -> None:
    owner = Member.objects.create(name="Universitetet", short_name="UiB", kind=MemberKind.UNIVERSITY)
    own = example_place(scheme=example_scheme(owner=owner), title="Vår plass")
    example_place(title="En annen", groups=["pupil"])
    full = example_place(title="Full", capacity=1, taken=1)
    answer = client.get("/innebygd/nn/?member=UiB")
    page = answer.content.decode()
    assert own.title in page
    assert "En annen" not in page
    assert full.title not in text(client, "/innebygd/nb/")
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert not answer.cookies
    assert len(page) < 3000
    assert '<html lang="nn">' in page
    assert "En annen" in text(client, "/innebygd/nb/?group=pupil")
    assert client.get("/innebygd/xx/").status_code == 404
    assert client.get("/").headers["X-Frame-Options"] == "DENY"


def test_the_lines_to_copy_lead_to_the_list(client: Client) -> None:
    page = text(client, "/data/innebygd/?group=pupil&lang=nn&field=nothing")
    assert "http://testserver/innebygd/nn/?group=pupil" in page
    assert "&lt;iframe src=" in page
