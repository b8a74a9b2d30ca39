"""What was tried is written: all of it or nothing, once. Then it is made findable, batch by batch."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from praksis.base.jobs import defer_job
from praksis.catalogue.actions import index_schemes
from praksis.catalogue.likeness import keys_of
from praksis.catalogue.models import Scheme, SchemeYear
from praksis.intake.actions.sending import moved
from praksis.intake.choices import Decision, IntakeState, Outcome
from praksis.intake.columns import as_stored, as_told
from praksis.intake.models import Intake, Origin, Row

BATCH = 1000
YEAR = "year:"


class ChangedMeanwhileError(Exception):
    """Somebody changed a scheme between the dry run and the writing."""


def write(intake_id: UUID) -> None:
    """Write an import, in the worker. A worker that takes up a killed one's job goes on where that stood.

    Side effects: the search index; the job `intake.find_pairs`. Where somebody has changed a scheme since the dry run, nothing is
    written and it is tried anew.
    """
    with transaction.atomic():
        intake = Intake.objects.select_related("feed__member").get(pk=intake_id)
    if intake.state != IntakeState.WRITING:
        return
    try:
        if intake.written_at is None:
            _write_all(intake)
    except ChangedMeanwhileError:
        _try_anew(intake_id)
        return
    _make_findable(intake)
    with transaction.atomic():
        moved(intake_id, IntakeState.WRITTEN).save(update_fields=["state"])
        defer_job("intake.find_pairs")


@transaction.atomic
def _try_anew(intake_id: UUID) -> None:
    moved(intake_id, IntakeState.CHECKING).save(update_fields=["state"])
    defer_job("intake.check", intake_id=str(intake_id))


@transaction.atomic
def _write_all(intake: Intake) -> None:
    held = Intake.objects.select_for_update().get(pk=intake.pk)
    rows = list(Row.objects.filter(intake=intake, outcome__in=[Outcome.NEW, Outcome.CHANGED, Outcome.SAME]).order_by("number"))
    new = [row for row in rows if row.outcome == Outcome.NEW]
    changed = [row for row in rows if row.outcome == Outcome.CHANGED]
    _make(intake, new)
    _change(changed)
    _set_years([*new, *changed])
    Row.objects.bulk_update(new, ["scheme"], batch_size=BATCH)
    _remember(intake, rows)
    held.written_at = timezone.now()
    held.save(update_fields=["written_at"])


def _make(intake: Intake, rows: Sequence[Row]) -> None:
    """The schemes of new rows. A row's scheme has the same id each time it comes, so that an address stays good."""
    member = intake.feed.member
    for row in rows:
        row.scheme = Scheme(pk=_id_of(intake, row), owner=member, **_fields(row.values))
        row.scheme.likeness_keys = keys_of(row.scheme)
    Scheme.objects.bulk_create([row.scheme for row in rows if row.scheme], batch_size=BATCH)


def _id_of(intake: Intake, row: Row) -> UUID:
    """Told apart from a scheme that the row resembles, and is not."""
    return uuid5(intake.feed_id, row.key if row.decision != Decision.ANOTHER else f"another {row.key}")


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    return {name: as_stored(name, value) for name, value in values.items() if not name.startswith(YEAR)}


def _change(rows: Sequence[Row]) -> None:
    """Set what differs, in schemes that are as they were when it was tried."""
    held = Scheme.objects.select_for_update().in_bulk([row.scheme_id for row in rows])
    names = set[str]()
    for row in rows:
        scheme = held.get(row.scheme_id) if row.scheme_id else None
        if scheme is None or any(as_told(scheme, name) != row.before[name] for name in _fields(row.after)):
            raise ChangedMeanwhileError
        for name, value in _fields(row.after).items():
            setattr(scheme, name, value)
            names.add(name)
        if row.after:
            scheme.version, scheme.changed_at = scheme.version + 1, timezone.now()
    if names:
        fields = [
            *sorted(names),
            "version",
            "changed_at",
        ]  # as an insert that meets its own row: CASE for each would take minutes
        Scheme.objects.bulk_create(
            held.values(), batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=fields
        )


def _set_years(rows: Iterable[Row]) -> None:
    """How many took part, by year."""
    said = {
        (row.scheme_id, int(name.removeprefix(YEAR))): value
        for row in rows
        for name, value in (row.values if row.outcome == Outcome.NEW else row.after).items()
        if name.startswith(YEAR)
    }
    years = [SchemeYear(scheme_id=scheme, year=year, took_part=value) for (scheme, year), value in said.items() if scheme]
    SchemeYear.objects.bulk_create(
        years, batch_size=BATCH, update_conflicts=True, unique_fields=["scheme", "year"], update_fields=["took_part"]
    )


def _remember(intake: Intake, rows: Iterable[Row]) -> None:
    """Which row is which scheme, and what it said this time."""
    origins = [Origin(feed=intake.feed, key=row.key, scheme_id=row.scheme_id, values=row.values) for row in rows if row.scheme_id]
    Origin.objects.bulk_create(
        origins, batch_size=BATCH, update_conflicts=True, unique_fields=["feed", "key"], update_fields=["values"]
    )


def _make_findable(intake: Intake) -> None:
    rows = Row.objects.filter(intake=intake, outcome__in=[Outcome.NEW, Outcome.CHANGED]).order_by("number")
    with transaction.atomic():
        ids = [pk for pk in rows.values_list("scheme_id", flat=True) if pk]
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            index_schemes(Scheme.objects.filter(pk__in=ids[start : start + BATCH]))
            Intake.objects.filter(pk=intake.pk).update(rows_done=min(start + BATCH, len(ids)), rows_total=len(ids))
