"""The journey from wishes to published results, with a real run through the worker's code as the role worker."""

import gzip
import json
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, connection, transaction

from matching.generate import generate
from matching.problem import Instance
from matching.result import Result
from matching.solve import solve
from praksis.base.identity import Identity, acting
from praksis.base.models import PublishedFigure
from praksis.candidates.models import Candidate, HeldPaper
from praksis.catalogue.choices import PlaceStage, SeatRule
from praksis.organisations.choices import Role
from praksis.rounds import actions, bridge
from praksis.rounds.choices import RoundState, RunState
from praksis.rounds.models import Entry, EntryLink, Outcome, Publication, Round, Run, RunInput
from praksis.rounds.queries import result_of
from praksis.rounds.sentences import reason_told
from praksis.rounds.tasks import allocate, publish_figures_of
from praksis.rounds.tests.world import World, candidate, opened, place, seat, staff, world

pytestmark = pytest.mark.django_db
AsRole = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def region() -> World:
    return world()


@pytest.fixture
def work(as_worker: AsRole) -> Callable[[Run], Run]:
    """Do a run's job as the worker, and read the run again."""

    def done(run: Run) -> Run:
        with as_worker():
            allocate.func(run_id=str(run.pk))
        return Run.objects.select_related("round").get(pk=run.pk)

    return done


def test_the_whole_journey(region: World, work: Callable[[Run], Run], as_owner: AsRole) -> None:
    ola, eva, nora = (candidate(region.uib, name) for name in ("Ola", "Eva", "Nora"))
    siri = candidate(region.nav, "Siri", "work_training")
    wanted, other = place("Ergoterapi", seat(1)), place("Kontor", seat(1))
    tandem = place(
        "Tandem", seat(1), seat(1, ["work_training", "language_practice"], "b"), seat(1, ["pupil"], "c"), rule=SeatRule.WHOLE
    )
    opened(region).enter()
    for one in (ola, eva, nora):
        region.rank(one, tandem, wanted, other)
    region.rank(siri, tandem)
    region.close()
    run = work(region.request())

    assert run.state == RunState.DONE
    assert run.proven
    assert run.verified_at
    outcomes = Outcome.objects.filter(run=run)
    assert outcomes.filter(place=wanted).count() == outcomes.filter(place=other).count() == 1
    assert not outcomes.filter(place=tandem).exists()
    with as_owner():
        stored = json.loads(gzip.decompress(bytes(RunInput.objects.get(run=run).result or b"")))
    assert stored["instance"] == run.digest

    link = EntryLink.objects.select_related("round", "entry").get(candidate=siri)
    assert result_of(link) is None
    actions.publish_run(run=run, member=region.nav, by=region.nils)
    got = result_of(link)
    assert got is not None
    assert got.place is None
    assert [step.told.word for step in got.steps if step.told] == ["Tandemen åpnet ikke"]
    assert "student" not in str(outcomes.get(entry=link.entry).reasons)
    assert Round.objects.get(pk=region.round.pk).state == RoundState.CLOSED

    actions.publish_run(run=run, member=region.uib, by=region.kari)
    assert Round.objects.get(pk=region.round.pk).state == RoundState.PUBLISHED
    for given in (wanted, other):
        given.refresh_from_db()
        assert given.seats_taken == 1
    tandem.refresh_from_db()
    assert tandem.seats_taken == 0


def test_the_worker_cannot_read_who_people_are(region: World, as_worker: AsRole) -> None:
    candidate(region.uib)
    place("a", seat())
    opened(region).enter()
    for name in ("first_name", "last_name", "reference", "birth_year"):
        with as_worker(), pytest.raises(ProgrammingError, match="permission denied"):
            list(Candidate.objects.values_list(name))
    with as_worker(), acting(Identity(purpose="allocation", key=str(region.round.pk))), transaction.atomic():
        assert Entry.objects.exists()
        assert not EntryLink.objects.exists()


def test_the_same_click_is_the_same_run_and_two_do_not_run_at_once(region: World) -> None:
    place("a", seat())
    opened(region).enter()
    region.close()
    key = uuid.uuid4()
    runs = {actions.request_run(round_=region.round, click_key=key, by=region.kari).pk for _time in range(2)}
    assert len(runs) == 1
    assert _jobs() == 2  # the figures at closing, and one allocation
    with pytest.raises(ValidationError, match="regnes ut allerede"):
        region.request()


def _jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(id) from procrastinate_jobs")
        (count,) = cursor.fetchone()
    return int(count)


def test_only_the_owner_orders_a_run_of_a_closed_round(region: World) -> None:
    place("a", seat())
    opened(region).enter()
    with pytest.raises(ValidationError, match="Lukk runden"):
        region.request()
    region.close()
    for by in (region.nils, staff(region.uib, Role.COUNSELLOR)):
        with pytest.raises(PermissionDenied):
            actions.request_run(round_=region.round, click_key=uuid.uuid4(), by=by)


def test_what_the_check_does_not_accept_is_not_stored(
    region: World, work: Callable[[Run], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people in one seat: the solver says so, the check does not believe it."""
    ola, eva = candidate(region.uib), candidate(region.uib, "Eva")
    only = place("a", seat(1))
    opened(region).enter()
    for one in (ola, eva):
        region.rank(one, only)
    region.close()
    honest = solve

    def corrupt(instance: Instance, *args: Any) -> Result:
        result = honest(instance, *args)
        return replace(result, assignment={one.id: (str(only.pk), "a") for one in instance.candidates})

    monkeypatch.setattr("matching.solve.solve", corrupt)
    run = work(region.request())
    assert run.state == RunState.FAILED
    assert run.problem == "not_verified"
    assert "capacity" in run.notes
    assert not Outcome.objects.exists()
    with pytest.raises(ValidationError, match="ikke ferdig og kontrollert"):
        actions.publish_run(run=run, member=region.uib, by=region.kari)
    monkeypatch.undo()
    assert work(region.request()).state == RunState.DONE


class _KilledError(BaseException):
    """The worker is gone, in the middle of its work."""


def test_a_killed_run_is_taken_up_again(region: World, work: Callable[[Run], Run], monkeypatch: pytest.MonkeyPatch) -> None:
    ola = candidate(region.uib)
    only = place("a", seat(1))
    opened(region).enter()
    region.rank(ola, only)
    region.close()
    run = region.request()

    def killed(*_args: Any) -> Result:
        raise _KilledError

    monkeypatch.setattr("matching.solve.solve", killed)
    with pytest.raises(_KilledError):
        work(run)
    half_way = Run.objects.get(pk=run.pk)
    assert half_way.state == RunState.RUNNING
    assert half_way.progress == {"step": "solve", "share": 5}
    monkeypatch.undo()
    assert work(run).state == RunState.DONE
    assert Outcome.objects.get(run=run).place == only
    before = Run.objects.get(pk=run.pk).finished_at
    assert work(run).finished_at == before


def test_a_crash_is_told_and_can_be_tried_again(
    region: World, work: Callable[[Run], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    place("a", seat(1))
    opened(region).enter()
    region.close()
    run = region.request()
    monkeypatch.setattr(bridge, "verify", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        work(run)
    assert Run.objects.get(pk=run.pk).problem == "crashed"
    monkeypatch.undo()
    assert work(region.request()).state == RunState.DONE


def test_publishing_twice_is_once_and_never_another_run(region: World, work: Callable[[Run], Run]) -> None:
    ola, siri = candidate(region.uib), candidate(region.nav, "Siri", "work_training")
    only = place("a", seat(1, ["student_elective", "work_training"]))
    opened(region).enter()
    region.rank(ola, only)
    region.rank(siri, only)
    region.close()
    first, second = work(region.request()), work(region.request())
    for _time in range(2):
        actions.publish_run(run=first, member=region.uib, by=region.kari)
    assert Publication.objects.count() == 1
    with pytest.raises(ValidationError, match="en annen kjøring"):
        actions.publish_run(run=second, member=region.nav, by=region.nils)
    with pytest.raises(PermissionDenied):
        actions.publish_run(run=first, member=region.nav, by=region.kari)
    with pytest.raises(ValidationError, match="publisert"):
        region.request()
    actions.publish_run(run=first, member=region.nav, by=region.nils)
    only.refresh_from_db()
    assert only.seats_taken == 1


def test_a_run_from_before_the_wishes_changed_is_out_of_date(region: World, work: Callable[[Run], Run]) -> None:
    ola = candidate(region.uib)
    only = place("a", seat(1))
    opened(region).enter()
    region.rank(ola, only)
    region.close()
    run = work(region.request())
    actions.reopen_round(round_=region.round, closes_at=region.round.closes_at, by=region.kari)
    region.close()
    with pytest.raises(ValidationError, match="Kjør fordelingen på nytt"):
        actions.publish_run(run=run, member=region.uib, by=region.kari)


def test_a_place_closed_after_the_run_stops_publication(region: World, work: Callable[[Run], Run]) -> None:
    ola = candidate(region.uib)
    only = place("a", seat(1))
    opened(region).enter()
    region.rank(ola, only)
    region.close()
    run = work(region.request())
    only.stage = PlaceStage.CLOSED
    only.save()
    with pytest.raises(ValidationError, match="er lukket siden"):
        actions.publish_run(run=run, member=region.uib, by=region.kari)


def test_a_closed_place_keeps_its_number_on_the_list(region: World, work: Callable[[Run], Run]) -> None:
    ola = candidate(region.uib)
    gone, left = place("a", seat(1)), place("b", seat(1))
    opened(region).enter()
    region.rank(ola, gone, left)
    gone.stage = PlaceStage.CLOSED
    gone.save()
    region.close()
    outcome = Outcome.objects.get(run=work(region.request()))
    assert (outcome.place, outcome.rank) == (left, 2)
    assert [reason["excluded"] for reason in outcome.reasons] == ["place_closed"]


def test_a_paper_handed_in_after_the_deadline_for_wishes_counts(region: World, work: Callable[[Run], Run]) -> None:
    ola = candidate(region.uib)
    strict = place("a", seat(1, requires=["police"]))
    opened(region).enter()
    region.rank(ola, strict)
    region.close()
    lacking = Outcome.objects.get(run=work(region.request()))
    assert lacking.place is None
    assert [reason["papers"] for reason in lacking.reasons] == [["police"]]
    HeldPaper.objects.create(candidate=ola, paper="police")
    assert actions.enter_candidates(round_=region.round, member=region.uib, by=region.kari) == actions.Entered(0, 1)
    assert Outcome.objects.get(run=work(region.request())).place == strict


def test_a_list_that_is_not_sent_does_not_count(region: World, work: Callable[[Run], Run]) -> None:
    ola = candidate(region.uib)
    only = place("a", seat(1))
    opened(region).enter()
    region.rank(ola, only, send=False)
    region.close()
    assert Outcome.objects.get(run=work(region.request())).place is None


def test_an_impossible_pin_fails_with_what_to_do(region: World, work: Callable[[Run], Run]) -> None:
    ola = candidate(region.uib)
    only = place("a", seat(1))
    opened(region).enter()
    entry = region.entry(ola)
    entry.pinned = only
    entry.save()
    region.close()
    run = work(region.request())
    assert (run.state, run.problem) == (RunState.FAILED, "input")
    assert not Outcome.objects.exists()


def test_figures_under_five_are_empty(region: World, as_worker: AsRole) -> None:
    few, many = place("a", seat(9)), place("b", seat(9))
    people = [candidate(region.uib, f"Ola{number}") for number in range(5)]
    opened(region).enter()
    for one in people[:4]:
        region.rank(one, few, many)
    region.rank(people[4], many)
    with as_worker():
        publish_figures_of.func(round_id=str(region.round.pk))
        publish_figures_of.func(round_id=str(region.round.pk))
    values = dict(PublishedFigure.objects.filter(name="ranked_place").values_list("subject", "value"))
    assert values == {few.pk: None, many.pk: 5}
    about_round = dict(PublishedFigure.objects.filter(subject=region.round.pk).values_list("name", "value"))
    assert about_round == {"entries": 5, "lists": 5, "wishes": 9, "waiting": 5}


@pytest.mark.parametrize("policy", ["optimal", "stable", "queue"])
def test_every_policy_gives_rows_whose_reasons_can_be_told(policy: str) -> None:
    allocation = bridge.allocate(generate("region", 150, 2), policy, time_limit=60, progress=lambda _step, _share: None)
    reasons = [(row, reason) for row in allocation.rows for reason in row.reasons]
    assert any(row.place for row in allocation.rows)
    assert all(reason_told(json.loads(json.dumps(reason)), placed=row.place is not None).text for row, reason in reasons)
    assert ("full" in {reason["code"] for _, reason in reasons}) == (policy != "optimal")
