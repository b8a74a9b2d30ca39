"""The states of a round: made, opened for wishes, closed, opened again."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from praksis.accounts.models import User
from praksis.base.jobs import defer_job
from praksis.catalogue.models import Place
from praksis.organisations.models import Member
from praksis.rounds.choices import ROUND_MOVES, RoundState
from praksis.rounds.models import Round, RoundPlace
from praksis.rounds.rules import may_coordinate


@transaction.atomic
def create_round(
    *,
    owner: Member,
    members: Iterable[Member],
    name: str,
    season: str,
    opens_at: datetime,
    closes_at: datetime,
    papers_due_on: date,
    seed: int,
    max_choices: int,
    by: User,
    made_up: bool = False,
) -> Round:
    """Make a round, with all open places of the season that are in no other round, the owner and the other members.

    The seed is fixed here, so that everyone can know it before wishes close. Raises PermissionDenied.
    """
    made = Round(
        owner=owner,
        name=name,
        season=season,
        opens_at=opens_at,
        closes_at=closes_at,
        papers_due_on=papers_due_on,
        seed=seed,
        max_choices=max_choices,
        made_up=made_up,
    )
    if not may_coordinate(by, made):
        raise PermissionDenied
    made.save()
    made.members.set({owner, *members})
    add_places(made)
    return made


def add_places(round_: Round) -> int:
    """Put the season's open places that are in no round into this one; the number of them."""
    free = Place.objects.open().filter(season=round_.season, in_round__isnull=True).order_by("pk")
    made = RoundPlace.objects.bulk_create(
        [RoundPlace(round=round_, place=place) for place in free.only("pk")], ignore_conflicts=True
    )
    return len(made)


@transaction.atomic
def open_round(*, round_: Round, by: User) -> Round:
    """Open for wishes; places that have come since are taken in. From now on everyone can see the seed.

    Raises ValidationError when there are no places.
    """
    locked = _locked(round_, by, RoundState.RANKING)
    add_places(locked)
    if not locked.places.exists():
        raise ValidationError(_("Det er ingen åpne plasser i dette halvåret ennå. Runden kan ikke åpnes."))
    locked.seed_published_at = locked.seed_published_at or timezone.now()
    return _moved(locked, RoundState.RANKING)


@transaction.atomic
def close_round(*, round_: Round, by: User) -> Round:
    """Close for wishes, before or after the deadline. Side effect: the round's figures are counted and published by a job."""
    locked = _locked(round_, by, RoundState.CLOSED)
    locked.closed_at = timezone.now()
    defer_job("rounds.publish_figures", round_id=str(locked.pk))
    return _moved(locked, RoundState.CLOSED)


@transaction.atomic
def reopen_round(*, round_: Round, closes_at: datetime, by: User) -> Round:
    """Open a closed round for wishes again, until `closes_at`. Runs made before cannot be published any more."""
    locked = _locked(round_, by, RoundState.RANKING)
    if locked.publications.exists():
        raise ValidationError(_("Noen har alt publisert resultatet. Da kan ikke ønskene åpnes igjen."))
    if closes_at <= timezone.now():
        raise ValidationError(_("Fristen må være fram i tid."))
    locked.closes_at = closes_at
    return _moved(locked, RoundState.RANKING)


def _locked(round_: Round, by: User, to: RoundState) -> Round:
    """The round as it stands, held against others. A move that is made already is no error: the same click twice is one."""
    locked = Round.objects.select_for_update().get(pk=round_.pk)
    if not may_coordinate(by, locked):
        raise PermissionDenied
    if to != locked.state and to not in ROUND_MOVES[RoundState(locked.state)]:
        raise ValidationError(_("Runden er «%s», og kan ikke endres slik nå.") % locked.get_state_display())
    return locked


def _moved(round_: Round, to: RoundState) -> Round:
    round_.state = to
    round_.save()
    return round_
