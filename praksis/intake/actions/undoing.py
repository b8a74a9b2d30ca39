"""An import taken back: what it made goes, what it changed becomes what it was, wherever nobody has changed it since."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Model, Q
from django.utils import timezone

from praksis.base.models import SearchRow
from praksis.catalogue.actions import index_schemes
from praksis.catalogue.models import Scheme, SchemeYear
from praksis.intake.actions.sending import moved
from praksis.intake.choices import IntakeState, Outcome
from praksis.intake.columns import as_stored, as_told
from praksis.intake.models import Intake, Origin, Pair, Row

BATCH = 1000
YEAR = "year:"
OWN: dict[type[Model], tuple[str, ...]] = {Origin: ("scheme",), SchemeYear: ("scheme",), Pair: ("one", "other")}
"""What an import itself, or a search for doubles, hangs on a scheme, and by which fields."""


@transaction.atomic
def undo(intake_id: UUID) -> None:
    """Undo an import, in the worker: all that can be, at once. What cannot is kept and told, row by row (`Row.not_undone`).

    Side effect: the search index.
    """
    intake = Intake.objects.select_for_update(of=("self",)).get(pk=intake_id)
    if intake.state != IntakeState.UNDOING:
        return
    rows = list(Row.objects.filter(intake=intake, outcome__in=[Outcome.NEW, Outcome.CHANGED]).order_by("number"))
    schemes = Scheme.objects.select_for_update().in_bulk([row.scheme_id for row in rows if row.scheme_id])
    years = _years(schemes)
    removed = _remove([row for row in rows if row.outcome == Outcome.NEW], schemes, years)
    restored = _restore([row for row in rows if row.outcome == Outcome.CHANGED], schemes, years)
    Row.objects.bulk_update([row for row in rows if row.not_undone], ["not_undone"], batch_size=BATCH)
    left = sum(bool(row.not_undone) for row in rows)
    held = moved(intake_id, IntakeState.UNDONE)
    held.undo = {"removed": removed, "restored": restored, "left": left}
    held.save(update_fields=["state", "undo"])


def _years(schemes: dict[UUID, Scheme]) -> dict[UUID, dict[str, int]]:
    found: dict[UUID, dict[str, int]] = {}
    for scheme_id, year, took_part in SchemeYear.objects.filter(scheme__in=schemes).values_list("scheme_id", "year", "took_part"):
        found.setdefault(scheme_id, {})[f"{YEAR}{year}"] = took_part
    return found


def _told(scheme: Scheme, name: str, years: dict[UUID, dict[str, int]]) -> Any:
    return years.get(scheme.pk, {}).get(name) if name.startswith(YEAR) else as_told(scheme, name)


def _remove(rows: Sequence[Row], schemes: dict[UUID, Scheme], years: dict[UUID, dict[str, int]]) -> int:
    """Schemes that are as they came, and that nothing else has taken up."""
    untouched = []
    for row in rows:
        scheme = schemes.get(row.scheme_id) if row.scheme_id else None
        if scheme is None:
            continue
        row.not_undone = [name for name, value in row.values.items() if _told(scheme, name, years) != value]
        row.not_undone += ["changed"] if scheme.version > 1 and not row.not_undone else []
        untouched += [] if row.not_undone else [scheme.pk]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    gone = _deleted(untouched)
    SearchRow.objects.filter(object_id__in=gone).delete()
    used = set(untouched) - gone
    for row in rows:
        row.not_undone += ["used"] if row.scheme_id in used else []
    return len(gone)


def _deleted(ids: Sequence[UUID]) -> set[UUID]:
    """Those of some schemes that could be deleted: the others are used somewhere, perhaps where this job may not look. The
    database knows; so all are tried at once, and halves of them where that fails."""
    if not ids:
        return set()
    try:
        with transaction.atomic():
            for model, names in OWN.items():
                model._default_manager.filter(Q.create([(f"{name}__in", ids) for name in names], connector=Q.OR)).delete()
            Scheme.objects.filter(pk__in=ids)._raw_delete("default")
            return set(ids)
    except IntegrityError:
        half = len(ids) // 2
        return _deleted(ids[:half]) | _deleted(ids[half:]) if half else set()


def _restore(rows: Sequence[Row], schemes: dict[UUID, Scheme], years: dict[UUID, dict[str, int]]) -> int:
    """Give back each field that still says what the import made of it."""
    touched: dict[UUID, Scheme] = {}
    for row in rows:
        scheme = schemes.get(row.scheme_id) if row.scheme_id else None
        if scheme is None:
            continue
        still = [name for name, value in row.after.items() if _told(scheme, name, years) == value]
        row.not_undone = sorted(set(row.after) - set(still))
        for name in still:
            _give_back(scheme, name, row.before[name])
        if still:
            scheme.version, scheme.changed_at = scheme.version + 1, timezone.now()
            touched[scheme.pk] = scheme
    for scheme in touched.values():
        scheme.save()
    _forget_origins(rows)
    index_schemes(touched.values())
    return len(touched)


def _give_back(scheme: Scheme, name: str, value: Any) -> None:
    if not name.startswith(YEAR):
        setattr(scheme, name, as_stored(name, value))
        return
    year = int(name.removeprefix(YEAR))
    if value is None:
        SchemeYear.objects.filter(scheme=scheme, year=year).delete()
    else:
        SchemeYear.objects.filter(scheme=scheme, year=year).update(took_part=value)


def _forget_origins(rows: Sequence[Row]) -> None:
    """What the rows said last is no longer what the catalogue says; the same file sent again would change the same."""
    if rows:
        feed = rows[0].intake.feed_id
        Origin.objects.filter(feed=feed, key__in=[row.key for row in rows]).update(values={})
