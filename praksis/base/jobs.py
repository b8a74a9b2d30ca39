"""The queue's door: rooms put jobs into it by name, in their own transaction, and never import each other's tasks."""

from procrastinate.contrib.django import app


def defer_job(name: str, **ids: int | str) -> None:
    """Enqueue the task called `name`, to run once the caller's transaction has committed; undone with it.

    Arguments are ids, never people's data: the queue's tables have no row-level security. An unknown name is an error.
    """
    app.configure_task(name, allow_unknown=False).defer(**ids)
