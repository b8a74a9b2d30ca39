"""A programme without practice: what it is shown, what is noted, and the draft it begins with."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from praksis.accounts.models import User
from praksis.base.models import SearchRow
from praksis.catalogue.choices import SchemeKind, SchemeStage
from praksis.catalogue.models import Scheme
from praksis.catalogue.tests.examples import example_coordinator, example_host, example_place, example_scheme, example_user
from praksis.organisations.models import Member
from praksis.ways.actions import note_gap, start_scheme, tell_hurdle
from praksis.ways.choices import Missing
from praksis.ways.models import Gap, Hurdle
from praksis.ways.queries import Wanted, alike, hosts_to_ask, missing, way_in

pytestmark = pytest.mark.django_db
WANTED = Wanted("Bachelor i filosofi", "student_elective", "humanities", "bachelor", "spring", 10)
ASKED = "?programme=Filosofi&target_group=student_elective&field=humanities&level=bachelor&half=spring&credits=10"


def own_scheme(by: User, **values: object) -> Scheme:
    return example_scheme(owner=by.memberships.get().member, **{"source_url": "", "fields": ["humanities"]} | values)


def text(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_schemes_like_it_come_in_order_with_their_reasons() -> None:
    near = example_scheme(
        title="Praksis i historie", fields=["humanities"], level="bachelor", semester="vår/høst", credits="10/20", stage="running"
    )
    far = example_scheme(title="Arkivpraksis", fields=["humanities"], target_group="work_training", level="", semester="")
    named = example_scheme(title="Filosofi i arbeid", fields=["economics"], target_group="pupil")
    example_scheme(title="Sykepleie", fields=["health"], level="bachelor")
    example_scheme(title="Nedlagt", fields=["humanities"], stage=SchemeStage.ENDED)
    found = alike(Wanted("Filosofi", "student_elective", "humanities", "bachelor", "spring", 10))
    assert [one.scheme for one in found] == [near, far, named]
    assert found[0].reasons == ["samme fagfelt", "samme målgruppe", "samme nivå", "samme tid på året", "like mange studiepoeng"]
    assert found[2].reasons == ["samme studieprogram eller ord"]


def test_hosts_that_may_be_asked_are_those_that_everyone_may_see() -> None:
    seen = example_host(name="Byarkivet", field="humanities", agreement_signed_on="2026-01-01")
    example_host(name="Ukjent", field="humanities")
    example_host(name="Konkurs", field="humanities", agreement_signed_on="2026-01-01", closed_on="2026-02-01")
    other = example_host(name="Museet", field="culture")
    example_place(host=other, field="humanities", groups=["student_elective"], capacity=2, taken=1)
    assert [(one.host, one.reasons) for one in hosts_to_ask(WANTED)] == [
        (other, ["har tilbudt plass til samme målgruppe", "har hatt noen hos seg", "har ledig plass nå"]),
        (seen, ["har signert samarbeidsavtale"]),
    ]


def test_what_is_missing_is_what_the_catalogue_lacks() -> None:
    assert missing(WANTED) == [Missing.SCHEME, Missing.HOST, Missing.PLACE]
    example_scheme(fields=["humanities"], stage=SchemeStage.RUNNING)
    example_place(host=example_host(field="humanities"), groups=["student_elective"])
    assert missing(WANTED) == []


def test_the_page_asks_the_same_number_of_queries_whatever_there_is(client: Client) -> None:
    address = reverse("ways:way_in") + ASKED
    text(client, address)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert "Ordninger å lære av" in text(client, address)
        return len(captured)

    for_one, by = None, example_coordinator()
    for number in range(3):
        tell_hurdle(scheme=own_scheme(by, title=f"Praksis {number}"), code="A02", helped="To deler på det.", by=by)
        example_place(host=example_host(field="humanities"), groups=["student_elective"])
        note_gap(member=by.memberships.get().member, wanted=replace(WANTED, programme=f"Fag {number}"), by=by)
        for_one = for_one or asked()
    assert asked() == for_one
    assert "To deler på det." in text(client, address)


@pytest.mark.parametrize(("sent", "says"), [
    ({"field": ""}, "Velg det fagfeltet som ligger nærmest."),
    ({"credits": "ti"}, "Skriv et helt tall, for eksempel 10"),
    ({"credits": "900"}, "Skriv høyst 180 studiepoeng."),
    ({"level": "doktor"}, "doktor"),
])  # fmt: skip
def test_what_is_wrong_is_told_and_the_rest_is_kept(client: Client, sent: Mapping[str, str], says: str) -> None:
    asked = {"programme": "Filosofi", "target_group": "student_elective", "field": "humanities", "level": "bachelor"}
    answer = client.get(reverse("ways:way_in"), {**asked, **sent})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert 'value="Filosofi"' in answer.content.decode()


def test_a_coordinator_notes_and_begins_with_a_draft(client: Client) -> None:
    by = example_coordinator()
    member = by.memberships.get().member
    client.force_login(by)
    data = {
        "programme": "Filosofi",
        "target_group": "student_elective",
        "field": "humanities",
        "level": "bachelor",
        "half": "spring",
    }
    page = text(client, reverse("ways:way_in") + ASKED)
    assert f'value="{member.pk}"' in page
    for _click in range(2):
        answer = client.post(reverse("ways:note"), data | {"credits": "10", "member": member.pk, "draft": "1"})
    scheme = Scheme.objects.get()
    assert answer.headers["Location"] == scheme.get_absolute_url()
    assert (scheme.title, scheme.stage, scheme.kind, scheme.owner) == ("Praksis i filosofi", "idea", SchemeKind.ELECTIVE, member)
    assert (scheme.fields, scheme.level, scheme.semester, scheme.credits) == (["humanities"], "bachelor", "vår", "10")
    assert SearchRow.objects.filter(object_id=scheme.pk, flags__contains=["developing"]).exists()
    gap = Gap.objects.get()
    assert (gap.scheme, gap.missing) == (scheme, ["scheme", "host", "place"])
    listed = text(client, reverse("ways:gaps"))
    assert "Filosofi" in listed
    assert scheme.get_absolute_url() in listed
    client.post(reverse("ways:close", args=[gap.pk]))
    assert "Ingen behov er notert ennå" in text(client, reverse("ways:gaps"))
    assert client.post(reverse("ways:close", args=[gap.pk])).status_code == 302


def test_a_note_without_a_programme_comes_back(client: Client) -> None:
    by = example_coordinator()
    client.force_login(by)
    data = {"programme": "", "target_group": "student_elective", "field": "humanities", "level": "bachelor"}
    answer = client.post(reverse("ways:note"), data | {"member": by.memberships.get().member_id})
    assert answer.status_code == 422
    assert "Skriv navnet på studieprogrammet eller faget." in answer.content.decode()
    assert not Gap.objects.exists()


def test_nobody_notes_or_tells_for_others() -> None:
    by, stranger = example_coordinator(), example_user("Per")
    other = Member.objects.create(name="NLA", short_name="NLA", kind="university")
    gap = note_gap(member=by.memberships.get().member, wanted=WANTED, by=by)
    with pytest.raises(PermissionDenied):
        note_gap(member=other, wanted=WANTED, by=by)
    with pytest.raises(PermissionDenied):
        start_scheme(gap=gap, by=stranger)
    with pytest.raises(PermissionDenied):
        tell_hurdle(scheme=example_scheme(owner=other), code="A01", helped="", by=by)
    assert not Hurdle.objects.exists()


def test_the_owner_tells_what_stood_in_the_way_and_others_learn(client: Client) -> None:
    by = example_coordinator()
    scheme = own_scheme(by)
    client.force_login(by)
    address = reverse("ways:hurdles", args=[scheme.pk])
    assert client.post(address, {"code": "", "helped": "To om det"}).status_code == 422
    for words in ("Først", "To lærere deler ansvaret."):
        client.post(address, {"code": "A02", "helped": words})
    assert Hurdle.objects.count() == 1
    assert "To lærere deler ansvaret." in text(client, address)
    met = way_in(WANTED).met
    assert [(one.barrier.code, [told.helped for told in one.hurdles]) for one in met] == [("A02", ["To lærere deler ansvaret."])]
    client.post(reverse("ways:take_back", args=[scheme.pk]), {"code": "A02"})
    assert way_in(WANTED).met == []
