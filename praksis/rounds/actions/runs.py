"""Runs: ordered by a person, calculated by the worker, stored only when the independent check has passed."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from praksis.accounts.models import User
from praksis.base.identity import snapshot
from praksis.base.jobs import defer_job
from praksis.rounds import bridge
from praksis.rounds.choices import RUN_MOVES, RoundState, RunState
from praksis.rounds.figures import run_figures
from praksis.rounds.models import Outcome, Round, Run, RunInput
from praksis.rounds.rules import may_coordinate

TIME_LIMIT = 600
"""Seconds the solver may use, unless the run says otherwise."""
GIVEN_UP_AFTER = timedelta(hours=1)
"""A run that has not ended this long after its time limit is taken to be lost, and another may be ordered."""
BATCH = 2000

log = logging.getLogger(__name__)


@transaction.atomic
def request_run(*, round_: Round, click_key: UUID, by: User, time_limit: int = TIME_LIMIT) -> Run:
    """Order an allocation of a round that is closed for wishes. The same `click_key` is the same run.

    Side effect: the job `rounds.allocate` is put into the queue in the same transaction.
    Raises PermissionDenied, or ValidationError when the round is not ready, published, or being calculated already.
    """
    locked = Round.objects.select_for_update().get(pk=round_.pk)
    if not may_coordinate(by, locked):
        raise PermissionDenied
    if same := Run.objects.filter(click_key=click_key, round=locked).first():
        return same
    _refuse_when_not_ready(locked)
    run = Run.objects.create(
        round=locked,
        click_key=click_key,
        policy=locked.policy,
        seed=locked.seed,
        time_limit=time_limit,
        requested_by=by,
        progress={"step": "wait", "share": 0},
    )
    defer_job("rounds.allocate", run_id=str(run.pk))
    return run


def _refuse_when_not_ready(round_: Round) -> None:
    if round_.publications.exists():
        raise ValidationError(_("Resultatet er publisert. Da kan ikke runden fordeles på nytt."))
    if round_.state != RoundState.CLOSED:
        raise ValidationError(_("Lukk runden for ønsker først. Så kan den fordeles."))
    for run in round_.runs.filter(state__in=[RunState.WAITING, RunState.RUNNING]):
        started = run.started_at or run.requested_at
        if timezone.now() < started + timedelta(seconds=run.time_limit) + GIVEN_UP_AFTER:
            raise ValidationError(_("En fordeling regnes ut allerede. Vent til den er ferdig."))


def allocate_run(run_id: UUID) -> None:
    """Calculate a run, in the worker. Starts over when an earlier worker was killed; does nothing when the run has ended.

    Build, store the input, solve, check, explain, commit to what everyone drew and got, store. What the check does not accept is
    not stored: the run has failed then, with a code that the page turns into a sentence. Each step is a transaction of its own,
    so that people see how far it is.
    """
    run = _begin(run_id)
    if run is None:
        return
    try:
        instance = _read(run)
        _store_input(run, instance)
        allocation = bridge.allocate(instance, run.policy, time_limit=run.time_limit, progress=partial(_tell, run))
        _finish(run, allocation)
    except bridge.NotVerifiedError as error:
        _fail(run, "not_verified", error.codes)
    except bridge.InputError as error:
        log.warning("run %s: %s", run.pk, error)
        _fail(run, "input")
    except Exception:
        _fail(run, "crashed")
        raise


@transaction.atomic
def _begin(run_id: UUID) -> Run | None:
    run = Run.objects.select_for_update(of=("self",)).select_related("round").get(pk=run_id)
    if RunState.RUNNING not in RUN_MOVES[RunState(run.state)]:
        return None
    run.state, run.started_at, run.progress = RunState.RUNNING, timezone.now(), {"step": "read", "share": 0}
    run.save(update_fields=["state", "started_at", "progress"])
    return run


def _read(run: Run) -> bridge.Instance:
    with snapshot():
        return bridge.build_problem(run.round)


@transaction.atomic
def _store_input(run: Run, instance: bridge.Instance) -> None:
    run.digest, file = bridge.instance_file(instance)
    run.save(update_fields=["digest"])
    RunInput.objects.update_or_create(run=run, defaults={"instance": file, "result": None, "leaves": None})


@transaction.atomic
def _tell(run: Run, step: str, share: int) -> None:
    """Say how far it is. One short statement, committed at once."""
    Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(progress={"step": step, "share": share})


@transaction.atomic
def _finish(run: Run, allocation: bridge.Allocation) -> None:
    locked = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.state != RunState.RUNNING:  # another worker took the job up and was first
        return
    _store_outcomes(locked, allocation.rows)
    RunInput.objects.filter(run=locked).update(result=allocation.file, leaves=allocation.leaves)
    members = {str(entry): str(member) for entry, member in locked.round.entries.values_list("pk", "member_id")}
    locked.state = RunState.DONE
    locked.verified_at = locked.finished_at = timezone.now()
    locked.progress = {"step": "done", "share": 100}
    locked.engine, locked.seconds, locked.limit = allocation.engine, allocation.seconds, allocation.limit
    locked.levels, locked.notes, locked.root = allocation.levels, allocation.notes, allocation.root
    locked.figures = run_figures(allocation.rows, allocation.tandems, members)
    locked.save()


def _store_outcomes(run: Run, rows: Sequence[bridge.Row]) -> None:
    Outcome.objects.filter(run=run).delete()
    made = (
        Outcome(
            run=run,
            entry_id=UUID(row.entry),
            place_id=_uuid(row.place),
            kind=row.kind,
            rank=row.rank,
            reasons=row.reasons,
            leaf=row.leaf,
        )
        for row in rows
    )
    Outcome.objects.bulk_create(made, batch_size=BATCH)


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


@transaction.atomic
def _fail(run: Run, problem: str, notes: Sequence[str] = ()) -> None:
    Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
        state=RunState.FAILED, finished_at=timezone.now(), problem=problem, notes=list(notes)
    )
