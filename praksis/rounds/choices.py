"""States of a round and of a run, and which moves they allow."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from praksis.candidates.choices import PLACING_ROLES
from praksis.organisations.choices import Role

SEEING_ROLES = PLACING_ROLES | {Role.BOARD}
"""Who may see a round's page, with figures and without persons."""


class RoundState(TextChoices):
    """Preparing -> wishes are collected -> closed for wishes (allocated as often as needed) -> published."""

    PREPARING = "preparing", _("forberedes")
    RANKING = "ranking", _("åpen for ønsker")
    CLOSED = "closed", _("klar for fordeling")
    PUBLISHED = "published", _("publisert")


ROUND_MOVES = {
    RoundState.PREPARING: {RoundState.RANKING},
    RoundState.RANKING: {RoundState.CLOSED},
    RoundState.CLOSED: {RoundState.RANKING, RoundState.PUBLISHED},
    RoundState.PUBLISHED: set[RoundState](),
}


class RunState(TextChoices):
    WAITING = "waiting", _("venter")
    RUNNING = "running", _("regner")
    DONE = "done", _("ferdig")
    FAILED = "failed", _("stoppet")


RUN_MOVES = {
    RunState.WAITING: {RunState.RUNNING, RunState.FAILED},
    RunState.RUNNING: {RunState.RUNNING, RunState.DONE, RunState.FAILED},
    RunState.DONE: set[RunState](),
    RunState.FAILED: set[RunState](),
}


class Policy(TextChoices):
    OPTIMAL = "optimal", _("best for alle samlet")


DEFAULT_OBJECTIVE = ["class:0", "reserves", "placed", "ranks", "kept", "lottery"]
"""engine.md: those who must have practice first, then the soft targets, then as many as possible, as high as possible."""
