"""Jobs of the room. Arguments are ids."""

from uuid import UUID

from procrastinate.contrib.django import app

from praksis.rounds.actions import allocate_run, publish_figures
from praksis.rounds.choices import RoundState
from praksis.rounds.models import Round


@app.task(name="rounds.allocate")
def allocate(run_id: str) -> None:
    """Calculate a run: «allocation of round N»."""
    allocate_run(UUID(run_id))


@app.task(name="rounds.publish_figures")
def publish_figures_of(round_id: str) -> None:
    """Count and publish what others may see of a round."""
    publish_figures(Round.objects.get(pk=round_id))


@app.periodic(cron="15 3 * * *")
@app.task(name="rounds.publish_figures_of_all", queueing_lock="rounds.publish_figures_of_all")
def publish_figures_of_all(timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Each night, for the rounds that take wishes."""
    for round_ in Round.objects.filter(state=RoundState.RANKING).order_by("pk"):
        publish_figures(round_)
