"""The schemes that the house comes with, and other files of that form: read by the same columns as any member's spreadsheet."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from praksis.base.tables import NotATableError, Table, read_table
from praksis.catalogue.actions import index_schemes
from praksis.catalogue.likeness import keys_of
from praksis.catalogue.models import Scheme
from praksis.intake.columns import as_stored, fault_sentence, guess, read_row
from praksis.organisations.models import Member

SCHEMES = Path(__file__).parent.parent.parent / "catalogue" / "data" / "schemes.csv"
SAME = uuid.UUID("8d3f7f0e-6a52-4f0b-9f5e-0d6f9a4f6b11")
"""The namespace in which a row's contents make its id: an identical row is the same scheme, in this file and in the next."""
OURS = {"kind", "fields"}
"""Columns in which the reader sorts what the source says: sorted otherwise, it is still the same scheme."""
SUMMARY = "what_the_page_says_in_at_most_15_words_of_your_own"


@dataclass(frozen=True)
class Imported:
    """How many schemes came in, how many were there from before (or stood twice in the file), and what was not read, by row."""

    added: int
    known: int
    faults: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def import_schemes(path: Path = SCHEMES) -> Imported:
    """Store the schemes of a file that are not there already. Twice adds nothing; what somebody has mended since stays.

    Side effect: the search index. Raises NotATableError where the file cannot be read, or has no heading for a title.
    """
    table = _table(path)
    columns = guess(table.header, [line.cells for line in table.lines]) | (
        {SUMMARY: "summary"} if SUMMARY in table.header else {}
    )
    if "title" not in columns.values():
        raise NotATableError(_("Ingen overskrift sier hva ordningen heter. Kall kolonnen «Tittel», og prøv igjen."))
    schemes, faults, rows = _read(table, columns)
    known = set(Scheme.objects.filter(pk__in=schemes).values_list("pk", flat=True))
    new = [scheme for scheme in schemes.values() if scheme.pk not in known]
    _store(new)
    return Imported(len(new), len(known) + rows - len(schemes), faults)


def _table(path: Path) -> Table:
    try:
        return read_table(path.read_bytes())
    except OSError as error:
        raise NotATableError(_("Filen %(path)s kan ikke åpnes: %(why)s") % {"path": path, "why": error.strerror}) from error


def _read(table: Table, columns: dict[str, str]) -> tuple[dict[uuid.UUID, Scheme], list[tuple[int, str]], int]:
    """The schemes by id, what is wrong with the other rows, and how many rows could be read."""
    schemes: dict[uuid.UUID, Scheme] = {}
    faults: list[tuple[int, str]] = []
    rows = 0
    for line in table.lines:
        cells = dict(zip(table.header, line.cells, strict=True))
        read = read_row(cells, columns, "")
        found = [*read.faults, *([] if read.values["institution"] else [["institution", "missing", {}]])]
        if found:
            faults += [(line.number, f"{heading}: {fault_sentence(code, facts)}") for heading, code, facts in found]
            continue
        said = "\x1f".join(cells[name] for name in sorted(cells) if name not in OURS)
        values = {name: as_stored(name, value) for name, value in read.values.items() if not name.startswith("year:")}
        schemes.setdefault(key := uuid.uuid5(SAME, said), Scheme(pk=key, **values))
        rows += 1
    return schemes, faults, rows


def _store(new: Sequence[Scheme]) -> None:
    owners = {member.name: member for member in Member.objects.all()}
    for scheme in new:
        scheme.owner = owners.get(scheme.institution)
        scheme.likeness_keys = keys_of(scheme)
    Scheme.objects.bulk_create(new)
    index_schemes(new)
