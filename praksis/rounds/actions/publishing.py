"""Publication: each member its own part of a run, once; and the figures that others may see."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from praksis.accounts.models import User
from praksis.base.jobs import defer_job
from praksis.base.models import PublishedFigure
from praksis.catalogue.actions import set_seats_taken
from praksis.catalogue.models import Seat
from praksis.organisations.models import Member
from praksis.rounds.bridge import SMALL
from praksis.rounds.choices import RoundState
from praksis.rounds.models import Choice, Entry, Outcome, Publication, Round, Run
from praksis.rounds.queries import own_seats, publication_problem
from praksis.rounds.rules import may_publish_for

BATCH = 2000
ROUND_FIGURES = ("entries", "lists", "wishes", "waiting")


@transaction.atomic
def publish_run(*, run: Run, member: Member, by: User) -> Publication:
    """Publish a member's own part of a run. It cannot be undone; its people see their result from now on. Twice is once.

    Side effects: the seats they got are counted as taken in the catalogue; when every member with people in the run has
    published, the round is published, and its figures are counted by a job.
    Raises PermissionDenied, or ValidationError when the run is not checked, out of date, or not the one others have published.
    """
    round_ = Round.objects.select_for_update().get(pk=run.round_id)
    if not may_publish_for(by, member.pk):
        raise PermissionDenied
    if already := round_.publications.filter(member=member, run=run).first():
        return already
    problem = publication_problem(round_, Run.objects.get(pk=run.pk), member)
    if problem:
        raise ValidationError(problem)
    publication = Publication.objects.create(round=round_, run=run, member=member, published_by=by)
    _take_seats(run, member)
    _close_when_all_have(round_, run)
    return publication


def _take_seats(run: Run, member: Member) -> None:
    """Add the seats of this part to those that are taken already, under lock."""
    counted = own_seats(run, member).order_by().values_list("place_id", "kind").annotate(people=Count("pk"))
    given = {(place, kind): people for place, kind, people in counted}
    seats = Seat.objects.select_for_update().filter(place__in={place for place, _kind in given}).order_by("pk")
    wanted = {(seat.place_id, seat.kind): seat for seat in seats if (seat.place_id, seat.kind) in given}
    if any(seat.taken + given[key] > seat.capacity for key, seat in wanted.items()):
        raise ValidationError(_("En plass som er delt ut, er blitt opptatt siden. Kjør fordelingen på nytt."))
    set_seats_taken({key: seat.taken + given[key] for key, seat in wanted.items()})


def _close_when_all_have(round_: Round, run: Run) -> None:
    """The run's own figures say which members have people in it: one member does not see the others' entries."""
    members = {UUID(part["member"]) for part in run.figures["members"]}
    published = set(round_.publications.filter(run=run).values_list("member_id", flat=True))
    if members <= published:
        round_.state, round_.published_at = RoundState.PUBLISHED, timezone.now()
        round_.save(update_fields=["state", "published_at"])
        defer_job("rounds.publish_figures", round_id=str(round_.pk))


@transaction.atomic
def publish_figures(round_: Round) -> None:
    """Count what others may see of a round and write it as published figures, in the worker. Empty where fewer than five.

    `ranked_place` (subject: a place): sent lists that have it. With the round as subject: `entries`, `lists` (sent),
    `wishes` (on sent lists), and `waiting` by field: people in the round without a published place.
    """
    places = list(round_.places.order_by("pk").values_list("pk", flat=True))
    sent = Choice.objects.filter(entry__round=round_, entry__sent_at__isnull=False)
    ranked: Counter[object] = Counter(dict(sent.order_by().values_list("place").annotate(lists=Count("pk"))))
    PublishedFigure.objects.filter(name="ranked_place", subject__in=places).delete()
    PublishedFigure.objects.filter(name__in=ROUND_FIGURES, subject=round_.pk).delete()
    rows = [PublishedFigure(name="ranked_place", subject=place, value=_shown(ranked[place])) for place in places]
    PublishedFigure.objects.bulk_create([*rows, *_round_figures(round_, sent.count())], batch_size=BATCH)


def _round_figures(round_: Round, wishes: int) -> Iterator[PublishedFigure]:
    lists = round_.entries.filter(sent_at__isnull=False).count()
    counts = {"entries": round_.entries.count(), "lists": lists, "wishes": wishes if lists >= SMALL else 0}
    for name, count in counts.items():
        yield PublishedFigure(name=name, subject=round_.pk, value=_shown(count))
    for field, count in sorted(_waiting(round_).items()):
        yield PublishedFigure(name="waiting", subject=round_.pk, group=field, value=_shown(count))


def _waiting(round_: Round) -> Counter[str]:
    placed = Outcome.objects.filter(entry__round=round_, run__publications__round=round_, place__isnull=False).values("entry")
    waiting = Entry.objects.filter(round=round_)
    if round_.state == RoundState.PUBLISHED:
        waiting = waiting.exclude(pk__in=placed)
    fields: Counter[str] = Counter()
    for (tags,) in waiting.order_by("pk").values_list("tags").iterator():
        fields.update(tag.removeprefix("field:") for tag in tags if tag.startswith("field:"))
    return fields


def _shown(count: int) -> int | None:
    return count if count >= SMALL else None
