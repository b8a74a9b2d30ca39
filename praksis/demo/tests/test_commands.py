"""The region stored, allocated and published as its people would."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from conftest import AsRole
from praksis.base.models import PublishedFigure, SearchRow
from praksis.candidates.models import Candidate
from praksis.catalogue.models import Place, Scheme
from praksis.demo import store
from praksis.demo.firms import CHAINS
from praksis.demo.management.commands.allocate_region import order, publish
from praksis.organisations.models import Host, Member
from praksis.rounds.choices import RoundState
from praksis.rounds.models import Choice, Outcome, Round, Run
from praksis.rounds.rules import fit
from praksis.rounds.tasks import allocate


def make(settings: Settings, **options: Any) -> str:
    settings.ROLE = "owner"
    out = StringIO()
    call_command("make_region", size="tiny", stdout=out, **options)
    return out.getvalue()


def test_the_region_is_stored_whole(as_owner: AsRole, settings: Settings) -> None:
    with as_owner():
        told = make(settings)
        assert told.startswith("Making up a region of 120 candidates and 70 hosts (seed 2027)")
        assert Candidate.objects.count() > 110
        assert Host.objects.filter(made_up=True).count() == Host.objects.count() == 70 + len(CHAINS)
        assert not Place.objects.filter(made_up=False).exists()
        assert Scheme.objects.filter(made_up=False).count() == 80
        sought = [place for place in Place.objects.open() if place.seats_free]
        assert SearchRow.objects.filter(kind="place").count() == len(sought)
        assert SearchRow.objects.filter(kind="scheme").count() == Scheme.objects.count()
        assert PublishedFigure.objects.filter(name="entries", value__gte=5).exists()
        assert not PublishedFigure.objects.filter(value__lt=5).exists()


def test_every_wish_is_one_that_its_owner_may_have(as_owner: AsRole, settings: Settings) -> None:
    with as_owner():
        make(settings)
        choices = Choice.objects.select_related("entry", "place__host").prefetch_related("place__seats")
        today = timezone.localdate()
        closed = [fit(one.entry.tags, one.entry.excluded_hosts, one.place, today).code for one in choices]
        assert [code for code in closed if code] == ["training_approval"]


def test_a_second_region_is_refused_unless_it_is_only_wanted_when_missing(as_owner: AsRole, settings: Settings) -> None:
    with as_owner():
        make(settings)
        before = Candidate.objects.count()
        with pytest.raises(CommandError, match="There is a region in this database already"):
            make(settings)
        assert make(settings, if_missing=True) == ""
        assert Candidate.objects.count() == before


@pytest.mark.django_db
def test_only_the_owner_makes_a_region() -> None:
    with pytest.raises(CommandError, match="PRAKSIS_ROLE=owner"):
        call_command("make_region", size="tiny")


def test_what_is_cut_short_leaves_nothing_and_can_be_begun_again(
    as_owner: AsRole, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with as_owner():
        with monkeypatch.context() as patched:
            patched.setattr(store, "publish_figures", die)
            with pytest.raises(KeyboardInterrupt):
                make(settings)
        assert not Member.objects.exists()
        assert not SearchRow.objects.exists()
        make(settings)
        assert Member.objects.exists()


@pytest.mark.slow
def test_the_closed_round_is_allocated_and_published_once(
    as_owner: AsRole, as_worker: AsRole, settings: Settings, db: None
) -> None:
    with as_owner():
        make(settings)
    round_ = Round.objects.get(state=RoundState.CLOSED)
    run = order(round_)
    assert order(round_) == run
    with as_worker():
        allocate.func(run_id=str(run.pk))
    run = Run.objects.get()
    members = publish(run)
    assert len(members) > 5
    assert publish(run) == []
    round_.refresh_from_db()
    assert round_.state == RoundState.PUBLISHED
    assert Outcome.objects.filter(run=run, place__isnull=False).count() > 30
    told = StringIO()
    call_command("allocate_region", stdout=told)
    assert told.getvalue() == ""
