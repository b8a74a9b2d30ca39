"""Jobs of the room. Arguments are ids."""

from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from praksis.base.identity import Identity, acting
from praksis.rounds.actions import allocate_run, publish_figures
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
