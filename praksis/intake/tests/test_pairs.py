"""One of each: pairs found by the job, merged or told apart by those who answer for them, asked about once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from praksis.base.jobs import defer_job
from praksis.base.models import SearchRow
from praksis.catalogue.choices import SchemeStage
from praksis.catalogue.models import Scheme, SchemeYear
from praksis.catalogue.tests.examples import example_place, example_scheme
from praksis.intake.models import Feed, Origin, Pair
from praksis.intake.tests.examples import member_with_coordinator
from praksis.organisations.choices import MemberKind

pytestmark = pytest.mark.django_db

type Look = Callable[[], list[Pair]]


@pytest.fixture
def look(run_jobs: Callable[[], int]) -> Callable[[], list[Pair]]:
    """Lets the worker look for pairs, and says which wait."""

    def look() -> list[Pair]:
        with transaction.atomic():
            defer_job("intake.find_pairs")
        run_jobs()
        return list(Pair.objects.filter(verdict=""))

    return look


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_merged_schemes_keep_both_addresses_and_all_that_hangs_on_them(look: Look, as_worker: Any) -> None:
    uib, karin = member_with_coordinator()
    facts = {"institution": uib.name, "owner": uib, "code": "SAM100"}
    kept = example_scheme(title="Praksis i samanliknande politikk", source_url="", **facts)
    gone = example_scheme(title="Practice in comparative politics", credits="15", **facts)
    place = example_place(scheme=gone)
    SchemeYear.objects.create(scheme=gone, year=2024, took_part=12)
    feed = Feed.objects.create(member=uib, name="Kontoret")
    with as_worker(), transaction.atomic():
        Origin.objects.create(feed=feed, key="SAM100", scheme=gone)
    (pair,) = look()
    client = signed_in(karin)
    page = client.get(reverse("intake:pairs")).content.decode()
    assert "Samme emnekode." in page
    address = reverse("intake:merge", args=[pair.pk])
    for _click in range(2):
        assert client.post(address, {"keep": str(kept.pk)}).status_code == 302
    answer = client.get(gone.get_absolute_url())
    assert (answer.status_code, answer.headers["Location"]) == (301, kept.get_absolute_url())
    kept.refresh_from_db()
    place.refresh_from_db()
    assert (kept.credits, kept.source_url, place.scheme_id) == ("15", gone.source_url, kept.pk)
    assert kept.years.get().took_part == 12
    assert Origin.objects.get().scheme == kept
    assert [row.object_id for row in SearchRow.objects.filter(kind="scheme")] == [kept.pk]
    assert look() == []
    assert gone.title not in client.get(reverse("intake:pairs")).content.decode()


def test_what_is_told_apart_is_not_shown_again(look: Look) -> None:
    uib, karin = member_with_coordinator()
    for title in ("Botanikk i felt", "Botanikk i felt på øyene"):
        example_scheme(title=title, institution=uib.name, owner=uib)
    (pair,) = look()
    signed_in(karin).post(reverse("intake:tell_apart", args=[pair.pk]))
    assert look() == []
    pair.refresh_from_db()
    assert (pair.verdict, pair.judged_by) == ("different", karin)


def test_two_members_who_begin_the_same_see_it_and_only_the_owner_gives_one_up(look: Look) -> None:
    (uib, karin), (hvl, kari) = member_with_coordinator(), member_with_coordinator("Høgskulen Innerst")
    _region, regine = member_with_coordinator("Utdanning i Regionen", MemberKind.REGION)
    facts = {"title": "Praksis i havvind", "field": "energi", "stage": SchemeStage.IDEA, "source_url": ""}
    mine = example_scheme(institution=uib.name, owner=uib, **facts)
    theirs = example_scheme(institution=hvl.name, owner=hvl, **facts)
    (pair,) = look()
    assert pair.overlap
    for user in (karin, kari, regine):
        page = signed_in(user).get(reverse("intake:pairs")).content.decode()
        assert "Kanskje samme tiltak hos to" in page
        assert "så dere kan gå sammen" in page
    address = reverse("intake:merge", args=[pair.pk])
    assert signed_in(karin).post(address, {"keep": str(mine.pk)}).status_code == 404
    assert signed_in(karin).post(address, {"keep": "x"}).status_code == 404
    assert signed_in(regine).post(address, {"keep": str(mine.pk)}).status_code == 302
    assert Scheme.objects.get(pk=theirs.pk).merged_into == mine


def test_a_pair_that_is_no_longer_alike_is_forgotten_and_strangers_see_none(look: Look) -> None:
    from praksis.catalogue.actions import index_schemes

    uib, _karin = member_with_coordinator()
    _hvl, kari = member_with_coordinator("Høgskulen Innerst")
    one, other = (example_scheme(title="Praksis i dans", institution=uib.name, owner=uib, code="DAN1") for _ in range(2))
    (pair,) = look()
    assert one.title not in signed_in(kari).get(reverse("intake:pairs")).content.decode()
    assert signed_in(kari).post(reverse("intake:tell_apart", args=[pair.pk])).status_code == 404
    other.title, other.code = "Praksis i kjemi", "KJE1"
    other.save()
    index_schemes([other])
    assert look() == []
    assert "Ingen par å se på" in signed_in(kari).get(reverse("intake:pairs")).content.decode()
