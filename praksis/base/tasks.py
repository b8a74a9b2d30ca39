"""Jobs of the house itself."""

from typing import Any

from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from praksis.base.chain import seal_trail
from praksis.base.checkpoints import write_checkpoint

STALLED_SECONDS = 45
"""A live worker beats every 10 s. Below 30 s a busy one would be robbed of its running jobs."""


@app.periodic(cron="* * * * *")
@app.task(name="base.take_up_stalled_jobs", queueing_lock="base.take_up_stalled_jobs", pass_context=True)
async def take_up_stalled_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Give jobs whose worker was killed back to the queue: they would stay `doing` for ever."""
    manager: Any = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)


@app.periodic(cron="*/5 * * * *")
@app.task(name="base.chain_trail", queueing_lock="base.chain_trail", lock="base.chain_trail")
def chain_trail(timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Seal the trail's new entries and sign where the chains end. One at a time: two would make the same links."""
    seal_trail()
    write_checkpoint()
