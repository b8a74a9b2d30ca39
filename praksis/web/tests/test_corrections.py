"""Somebody asks for a correction on the page that tells what is held; the member's staff see it and answer."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from praksis.accounts.models import User
from praksis.base.jobs import defer_job
from praksis.candidates.models import Candidate, Correction
from praksis.rounds.tests.world import World, candidate, who, world

pytestmark = pytest.mark.django_db
KNOWN, LIST = reverse("web:known"), reverse("candidates:corrections")


@pytest.fixture
def region() -> World:
    return world()


@pytest.fixture
def ola(region: World) -> Candidate:
    return candidate(region.uib, "Ola")


def signed_in(one: User) -> Client:
    client = Client()
    client.force_login(one)
    return client


def ask(ola: Candidate, text: str = "Fødselsåret er feil. Jeg er født i 2004.", key: object = None) -> Any:
    sent = {"text": text, "click_key": str(key or uuid4())}
    return signed_in(who(ola)).post(reverse("web:ask_correction", args=[ola.pk]), sent, follow=True)


def answer(reader: User, one: Correction, **sent: str) -> Any:
    return signed_in(reader).post(reverse("candidates:answer_correction", args=[one.pk]), sent, follow=True)


def test_it_is_asked_for_seen_by_the_staff_and_answered(region: World, ola: Candidate) -> None:
    assert "Svaret kommer på denne siden" in ask(ola).content.decode()
    kari = signed_in(region.kari)
    assert "1 ber om retting" in kari.get(reverse("web:my_page")).content.decode()
    assert "Jeg er født i 2004." in kari.get(LIST).content.decode()
    assert "Jeg er født i 2004." not in signed_in(region.nils).get(LIST).content.decode()
    one = Correction.objects.get()
    assert answer(region.nils, one, state="done").status_code == 404
    assert "Svaret er lagret" in answer(region.kari, one, state="done", answer="Nå står det 2004.").content.decode()
    mine = signed_in(who(ola)).get(KNOWN).content.decode()
    assert "Nå står det 2004." in mine
    assert "Jeg er født i 2004." in mine
    assert "ber om retting" not in kari.get(reverse("web:my_page")).content.decode()


def test_what_is_not_corrected_needs_a_reason_and_nothing_written_is_lost(region: World, ola: Candidate) -> None:
    empty = ask(ola, "  ")
    assert empty.status_code == 422
    assert "Skriv hva som er feil" in empty.content.decode()
    long = ask(ola, "lang " * 500)
    assert long.status_code == 422
    assert "lang lang" in long.content.decode()
    ask(ola)
    one = Correction.objects.get()
    refused = answer(region.kari, one, state="refused")
    assert refused.status_code == 422
    assert "Skriv hvorfor det ikke rettes" in refused.content.decode()
    assert Correction.objects.get().state == "waiting"


def test_the_same_click_is_one_asking_and_the_first_answer_stands(region: World, ola: Candidate) -> None:
    key = uuid4()
    ask(ola, key=key)
    ask(ola, key=key)
    one = Correction.objects.get()
    answer(region.kari, one, state="done")
    late = answer(region.kari, one, state="refused", answer="Nei.")
    assert "har svart allerede" in late.content.decode()
    assert Correction.objects.get().state == "done"


def test_the_list_asks_as_many_queries_for_three_as_for_one(region: World, ola: Candidate) -> None:
    kari, counts = signed_in(region.kari), []
    for people in ([ola], [candidate(region.uib, name) for name in ("Eva", "Siv")]):
        for one in people:
            ask(one)
        kari.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            kari.get(LIST)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_what_was_asked_goes_with_the_person(region: World, ola: Candidate, run_jobs: Callable[[], int]) -> None:
    ask(ola)
    defer_job("rounds.erase_person", candidate_id=str(ola.pk))
    run_jobs()
    assert not Correction.objects.exists()
