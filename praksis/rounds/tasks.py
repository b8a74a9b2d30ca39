"""Jobs of the room. Arguments are ids."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from praksis.base.erasures import write_all
from praksis.base.identity import Identity, acting
from praksis.rounds.actions import allocate_run, publish_figures
from praksis.rounds.actions.erasing import erase_person, erase_user, people_due, remove_what_is_overdue, users_due
from praksis.rounds.choices import RoundState
from praksis.rounds.models import Round, Run


@app.task(name="rounds.allocate")
def allocate(run_id: str) -> None:
    """Calculate a run: «allocation of round N»."""
    with transaction.atomic():
        round_id = Run.objects.values_list("round_id", flat=True).get(pk=run_id)
    with acting(Identity(purpose="allocation", key=str(round_id))):
        allocate_run(UUID(run_id))


@app.task(name="rounds.publish_figures")
def publish_figures_of(round_id: str) -> None:
    """Count and publish what others may see of a round."""
    with acting(Identity(purpose="figures", key=round_id)), transaction.atomic():
        publish_figures(Round.objects.get(pk=round_id))


@app.periodic(cron="15 3 * * *")
@app.task(name="rounds.publish_figures_of_all", queueing_lock="rounds.publish_figures_of_all")
def publish_figures_of_all(timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Each night, for the rounds that take wishes."""
    with transaction.atomic():
        ids = list(Round.objects.filter(state=RoundState.RANKING).order_by("pk").values_list("pk", flat=True))
    for round_id in ids:
        publish_figures_of(str(round_id))


@app.task(name="rounds.erase_person")
def erase(candidate_id: str) -> None:
    """Erase one person, as the member's staff have ordered."""
    erase_person(UUID(candidate_id))


@app.periodic(cron="30 4 * * *")
@app.task(name="rounds.retain", queueing_lock="rounds.retain")
def retain(timestamp: int) -> None:
    """Each night: erase what has been kept as long as `base.retention` says, and bring the erasures' file up to date."""
    today = datetime.fromtimestamp(timestamp, tz=UTC).date()
    for candidate_id in people_due(today):
        erase_person(candidate_id)
    remove_what_is_overdue(today)
    for user_id in users_due():
        erase_user(user_id)
    with transaction.atomic():
        write_all()
