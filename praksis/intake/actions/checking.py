"""The dry run: every row beside the catalogue, and nothing written but what would become of it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import override

from praksis.base.tables import NotATableError, Table, read_table
from praksis.catalogue.likeness import Likeness, keys_of, likeness
from praksis.catalogue.models import Scheme, SchemeYear
from praksis.intake.actions.sending import fail, moved
from praksis.intake.choices import Decision, IntakeState, Outcome
from praksis.intake.columns import as_stored, as_told, read_row
from praksis.intake.models import Intake, IntakeFile, Origin, Row

BATCH = 1000
MOST_KEYED = 30
"""A key that more schemes of the catalogue share is passed over: it would compare every row with all of them."""
MOST_COMPARED = 5
YEAR = "year:"


def check(intake_id: UUID) -> None:
    """Try every row, in the worker. Starts over when an earlier worker was killed; writes rows of the import, no scheme.

    Each batch is a transaction of its own, so that people see how far it is.
    """
    with transaction.atomic():
        intake = Intake.objects.select_related("feed__member").get(pk=intake_id)
        if intake.state != IntakeState.CHECKING:
            return
        content = bytes(IntakeFile.objects.get(intake=intake).content)
        known = _Known.of(intake)
        Row.objects.filter(intake=intake).delete()
    with override(intake.language):
        try:
            table = read_table(content, sheet=intake.sheet)
        except NotATableError as problem:
            fail(intake_id, str(problem))
            return
    counts: Counter[str] = Counter()
    for rows in _batches(_tried(intake, table, known)):
        counts.update(str(row.outcome) for row in rows)
        _keep(intake, rows, len(table.lines))
    with transaction.atomic():
        held = moved(intake_id, IntakeState.CHECKED)
        held.counts, held.rows_done = dict(counts), len(table.lines)
        held.save(update_fields=["state", "counts", "rows_done"])


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


@transaction.atomic
def _keep(intake: Intake, rows: list[Row], total: int) -> None:
    Row.objects.bulk_create(rows, batch_size=BATCH)
    done = (rows[-1].number if rows else total) and Row.objects.filter(intake=intake).count()
    Intake.objects.filter(pk=intake.pk).update(rows_done=done, rows_total=total)


# ---------------------------------------------------------------- what is known


@dataclass
class _Known:
    """The catalogue as far as an import needs it, read once: what came from this feed, what anything could be the same as."""

    origins: dict[str, Origin]
    schemes: dict[UUID, Scheme]
    years: dict[UUID, dict[str, int]]
    by_key: dict[str, list[UUID]]
    decisions: dict[int, tuple[str, UUID | None]]
    seen: dict[str, int] = field(default_factory=dict)
    met: set[UUID] = field(default_factory=set)

    @classmethod
    def of(cls, intake: Intake) -> "_Known":
        schemes = {scheme.pk: scheme for scheme in Scheme.objects.filter(merged_into=None)}
        by_key: dict[str, list[UUID]] = {}
        for scheme in schemes.values():
            for key in scheme.likeness_keys:
                by_key.setdefault(key, []).append(scheme.pk)
        years: dict[UUID, dict[str, int]] = {}
        for scheme_id, year, took_part in SchemeYear.objects.values_list("scheme_id", "year", "took_part"):
            years.setdefault(scheme_id, {})[f"{YEAR}{year}"] = took_part
        origins = {origin.key: origin for origin in Origin.objects.filter(feed=intake.feed)}
        decided = Row.objects.filter(intake=intake).exclude(decision="").values_list("number", "decision", "alike_id")
        return cls(origins, schemes, years, by_key, {number: (said, alike) for number, said, alike in decided})

    def told(self, scheme: Scheme, name: str) -> Any:
        """What stands in the catalogue, as JSON."""
        return self.years.get(scheme.pk, {}).get(name) if name.startswith(YEAR) else as_told(scheme, name)

    def likest(self, scheme: Scheme) -> tuple[Scheme, Likeness] | None:
        """The scheme of the catalogue that this is most likely the same as."""
        shared: Counter[UUID] = Counter()
        for key in keys_of(scheme):
            others = self.by_key.get(key, [])
            if len(others) <= MOST_KEYED:
                shared.update(others)
        found = [(self.schemes[other], likeness(scheme, self.schemes[other])) for other, _n in shared.most_common(MOST_COMPARED)]
        likely = [(other, like) for other, like in found if like.likely and not like.overlap]
        return max(likely, key=lambda one: (one[1].score, str(one[0].pk)), default=None)


# ---------------------------------------------------------------- one row


def _tried(intake: Intake, table: Table, known: _Known) -> Iterator[Row]:
    """What would become of each row."""
    for line in table.lines:
        cells = dict(zip(table.header, line.cells, strict=True))
        yield _row(intake, line.number, cells, known)


def _row(intake: Intake, number: int, cells: Mapping[str, str], known: _Known) -> Row:
    read = read_row(cells, intake.columns, intake.feed.member.name)
    faults = list(read.faults)
    key = cells.get(intake.key, "")[:200] if intake.key else _digest(read.values)
    faults += _key_faults(intake, key, known)
    row = Row(
        intake=intake,
        member=intake.feed.member,
        number=number,
        title=str(read.values.get("title", ""))[:300],
        key=key,
        values=read.values,
    )
    if faults:
        row.outcome, row.faults = Outcome.REFUSED, faults
        return row
    known.seen[key] = number
    _compare(row, known)
    return row


def _digest(values: Mapping[str, Any]) -> str:
    return sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _key_faults(intake: Intake, key: str, known: _Known) -> Iterable[list[Any]]:
    if intake.key and not key:
        yield [intake.key, "no_key", {}]
    elif key in known.seen:
        yield [intake.key, "same_key" if intake.key else "twice", {"row": known.seen[key]}]


def _compare(row: Row, known: _Known) -> None:
    """New, changed, the same, or perhaps one that is there already."""
    origin = known.origins.get(row.key)
    scheme = known.schemes.get(origin.scheme_id) if origin else None
    decision, alike = known.decisions.get(row.number, ("", None))
    if scheme is None:
        scheme = _answered(row, known, decision, alike)
        if row.outcome:
            return
    if scheme is None:
        row.outcome = Outcome.NEW
        return
    row.scheme = scheme
    if scheme.pk in known.met:  # two rows that a person has said are one scheme: the first one tells
        row.outcome = Outcome.SAME
        return
    known.met.add(scheme.pk)
    _differences(row, scheme, origin.values if origin else {}, known)
    row.outcome = Outcome.CHANGED if row.after or origin is None else Outcome.SAME


def _answered(row: Row, known: _Known, decision: str, alike: UUID | None) -> Scheme | None:
    """For a row that has not been here before: the scheme it is, where somebody has said so; doubtful where somebody must say."""
    found = known.likest(_as_scheme(row))
    if found is None:
        return None
    other, like = found
    row.alike, row.score, row.reasons = other, like.score, list(like.reasons)
    row.decision = decision if alike == other.pk else ""
    if row.decision == Decision.THE_SAME:
        return other
    if row.decision != Decision.ANOTHER:
        row.outcome = Outcome.DOUBTFUL
    return None


def _as_scheme(row: Row) -> Scheme:
    values = {name: as_stored(name, value) for name, value in row.values.items() if not name.startswith(YEAR)}
    return Scheme(**values)


def _differences(row: Row, scheme: Scheme, last: Mapping[str, Any], known: _Known) -> None:
    """What the row would change. What somebody has mended in the catalogue since the row last came stays as it is."""
    for name, value in row.values.items():
        stands = known.told(scheme, name)
        if value == stands or value in (None, "", []):
            continue
        mended = name in last and stands != last[name] and stands not in (None, "", [])
        if mended:
            row.kept.append(name)
        else:
            row.before[name], row.after[name] = stands, value
