"""What is known about me: everything, on the page and in both files; a consent counts and is taken back at once."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from conftest import AsRole
from praksis.accounts.models import User
from praksis.base.locks import tables_of_persons
from praksis.candidates.models import Candidate, Conflict, Consent, Correction, Guardian, HeldPaper
from praksis.catalogue.models import SavedSearch
from praksis.rounds.actions import publish_run
from praksis.rounds.tests.world import World, candidate, host, opened, place, seat, user, who, world
from praksis.web.known import LEFT_OUT, TABLES

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(as_worker: AsRole) -> World:
    """Ola, with everything there is, in a published round; Eva beside him."""
    region = world()
    ola, eva = candidate(region.uib, "Ola"), candidate(region.uib, "Eva")
    HeldPaper.objects.create(candidate=ola, paper="police")
    Conflict.objects.create(candidate=ola, host=host("Naboverten"), code="relation")
    Guardian.objects.create(candidate=ola, user=user("Mor"))
    Consent.objects.create(candidate=ola, kind="share_name", given_by=ola.user)
    Correction.objects.create(candidate=ola, text="Feil år", click_key=uuid4())
    SavedSearch.objects.create(user=who(ola), name="Noe med tall", address="?q=regnskap")
    wanted, full = place("Kontoret", seat(1)), place("Butikken", seat(1))
    opened(region).enter()
    region.rank(eva, full)
    region.rank(ola, full, wanted)
    region.close()
    publish_run(run=region.allocate(as_worker), member=region.uib, by=region.kari)
    return region


def signed_in(one: User) -> Client:
    client = Client()
    client.force_login(one)
    return client


def ola() -> Candidate:
    return Candidate.objects.get(first_name="Ola")


TOLD = (
    "Ola",
    "Nordmann",
    "Politiattest",
    "Naboverten",
    "Nær relasjon",
    "Kontoret",
    "Butikken",
    "Vårrunden 2027",
    "Praksisemne",
)


@pytest.mark.slow
def test_everything_stands_on_the_page_and_in_both_files(made: World) -> None:
    mine = signed_in(who(ola()))
    signed_in(made.kari).get(reverse("candidates:candidate", args=[ola().pk]))
    page = mine.get(reverse("web:known")).content.decode()
    file = mine.get(reverse("web:known_file", args=["json"]))
    known = {one["section"]: one["rows"] for one in json.loads(file.content)["known"]}
    paper = mine.get(reverse("web:known_file", args=["pdf"]))
    reader = PdfReader(BytesIO(paper.content))
    text = " ".join(" ".join(sheet.extract_text() for sheet in reader.pages).split())
    for word in (*TOLD, "Noe med tall", "regnskap", who(ola()).email):
        assert word in page, word
        assert word in str(known), word
        assert word.replace(" ", "") in text.replace(" ", "").replace("-", ""), word
    assert set(known) == set(TABLES) - {"roles", "messages", "resource"}
    assert any(row["by"] == "Ansatt" and row["where"] == made.uib.name for row in known["reads"])
    assert known["rounds"][0]["reasons"]
    assert "Eva" not in page + str(known) + text
    assert "Ola" not in file.headers["Content-Disposition"] + paper.headers["Content-Disposition"]
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]  # tagged: PDF/UA
    assert root["/Lang"] == "nb"


def test_every_table_of_persons_is_told_or_left_out_for_a_reason() -> None:
    told = {table for tables in TABLES.values() for table in tables}
    assert told | set(LEFT_OUT) == set(tables_of_persons())
    assert told & set(LEFT_OUT) == set()


def test_a_guardian_sees_the_childs_and_staff_their_own_alone(made: World) -> None:
    mother = signed_in(User.objects.get(name="Mor"))
    assert "Naboverten" in mother.get(reverse("web:known")).content.decode()
    page = signed_in(made.kari).get(reverse("web:known")).content.decode()
    assert "Koordinator" in page
    assert "Naboverten" not in page


def test_one_corrects_ones_own_name(made: World) -> None:
    mine, address = signed_in(who(ola())), reverse("web:rename_me")
    mine.post(address, {"name": "  Ola   Dunk "})
    assert who(ola()).name == "Ola Dunk"
    assert "Skriv navnet ditt" in mine.post(address, {"name": " "}, follow=True).content.decode()


def test_a_consent_counts_and_is_taken_back_at_once() -> None:
    region = world()
    one = candidate(region.uib)
    Candidate.objects.update(birth_year=1990)
    mine, address = signed_in(who(one)), reverse("web:consent", args=[one.pk, "tandem_name"])
    for _twice in range(2):
        mine.post(address, {"do": "give"})
    assert standing(one) == ["tandem_name"]
    mine.post(address, {"do": "withdraw"})
    assert standing(one) == []
    assert Consent.objects.get().withdrawn_at
    assert signed_in(region.kari).post(address, {"do": "give"}).status_code == 404


def test_for_a_child_the_guardian_consents() -> None:
    region = world()
    child = candidate(region.uib, group="pupil")
    Candidate.objects.update(birth_year=timezone.localdate().year - 15)
    mother = user("Mor")
    Guardian.objects.create(candidate=child, user=mother)
    address = reverse("web:consent", args=[child.pk, "share_name"])
    answer = signed_in(who(child)).post(address, {"do": "give"}, follow=True)
    assert "En foresatt må samtykke" in answer.content.decode()
    assert standing(child) == []
    signed_in(mother).post(address, {"do": "give"})
    assert standing(child) == ["share_name"]


def standing(one: Candidate) -> list[str]:
    return list(one.consents.filter(withdrawn_at=None).values_list("kind", flat=True))


def test_a_coordinator_erases_and_a_counsellor_does_not(made: World, run_jobs: Callable[[], int]) -> None:
    one, eraser = ola(), signed_in(made.kari)
    address = reverse("rounds:erase", args=[one.pk])
    made.uib.memberships.filter(user=made.kari).update(role="counsellor")
    assert eraser.post(address).status_code == 404
    made.uib.memberships.filter(user=made.kari).update(role="coordinator")
    assert "Slett Ola Nordmann?" in eraser.get(address).content.decode()
    eraser.post(address)
    run_jobs()
    assert not Candidate.objects.filter(pk=one.pk).exists()


def test_the_privacy_page_tells_how_long_in_three_languages() -> None:
    for language, words in (("nb", "730 dager"), ("nn", "730 dagar"), ("en", "730 days")):
        with translation.override(language):
            page = Client(headers={"accept-language": language}).get(reverse("web:privacy")).content.decode()
        assert words in page
