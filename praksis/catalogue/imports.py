"""Schemes from a spreadsheet: what was read, what was not, and why, row by row. The words of the source are kept."""

import csv
import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from praksis.base.codes import Language, TargetGroup
from praksis.catalogue.actions import index_schemes
from praksis.catalogue.models import Scheme
from praksis.organisations.models import Member

SCHEMES = Path(__file__).parent / "data" / "schemes.csv"
LARGEST_MB = 5
COLUMNS = {
    "institution": "institution",
    "unit": "unit",
    "programme": "programme",
    "scheme_code": "code",
    "field": "field",
    "level": "level",
    "ects": "credits",
    "duration_text": "duration",
    "weeks": "weeks",
    "semester": "semester",
    "where": "location",
    "source_url": "source_url",
    "source_date_or_year": "source_date",
    "what_the_page_says_in_at_most_15_words_of_your_own": "summary",
}
"""The file's columns that are kept word for word, and the fields they go to."""
FIXED = {
    "language_form": tuple(Language.values),
    "target_group": (*TargetGroup.values, "other"),
    "paid": ("yes", "no", "unknown"),
    "mandatory": ("yes", "no", "unknown"),
}
"""Columns that hold one of a few words, or nothing. `other` is a scheme for none of the six groups."""
HEADER = frozenset({*COLUMNS, *FIXED, "title_nb_or_nn", "title_en"})
YES_NO: dict[str, bool | None] = {"yes": True, "no": False, "unknown": None, "": None}
SAME = uuid.UUID("8d3f7f0e-6a52-4f0b-9f5e-0d6f9a4f6b11")
"""The namespace in which a row's contents make its id: an identical row is the same scheme, in this file and in the next."""


class NotReadError(Exception):
    """The file as a whole cannot be read. The text says why, and what to do."""


@dataclass(frozen=True)
class Problem:
    """What was not read, and in which line of the file (1 is the header). `whole` says that the row was left out altogether."""

    line: int
    text: str
    whole: bool = False


@dataclass
class Rows:
    """Schemes as read, not stored, with their ids; the problems; how many rows stood there twice."""

    schemes: list[Scheme] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubles: int = 0
    ids: set[uuid.UUID] = field(default_factory=set)


@dataclass(frozen=True)
class Imported:
    """How many schemes came in, and how many were there from before (or stood twice in the file)."""

    added: int
    known: int


def read_schemes(path: Path) -> Rows:
    """Read a file with `;` between the columns, in UTF-8, with the header of data/schemes.csv. Raises NotReadError."""
    return read_text(_text(path))


def read_text(text: str) -> Rows:
    """The same for text. Identical rows are one; a value that cannot be understood is left blank and told."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    found = Rows()
    try:
        header = [name.strip() for name in next(reader, [])]
        _refuse_header(header)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _read_row(found, header, [cell.strip() for cell in cells], reader.line_num)
    except csv.Error as error:
        raise NotReadError(
            _("Filen er ikke en gyldig CSV-fil (linje %(line)d: %(why)s).") % {"line": reader.line_num, "why": error}
        ) from error
    return found


@transaction.atomic
def import_schemes(rows: Rows) -> Imported:
    """Store the schemes that are not there already. Side effect: the search index. Twice adds nothing."""
    ids = [scheme.pk for scheme in rows.schemes]
    known = set(Scheme.objects.filter(pk__in=ids).values_list("pk", flat=True))
    owners = {member.name: member for member in Member.objects.all()}
    new = [scheme for scheme in rows.schemes if scheme.pk not in known]
    for scheme in new:
        scheme.owner = owners.get(scheme.institution)
    Scheme.objects.bulk_create(new)
    index_schemes(new)
    return Imported(len(new), len(known) + rows.doubles)


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= LARGEST_MB * 1_000_000 else b""
    except OSError as error:
        raise NotReadError(_("Filen %(path)s kan ikke åpnes: %(why)s") % {"path": path, "why": error.strerror}) from error
    if size > LARGEST_MB * 1_000_000:
        raise NotReadError(_("Filen er større enn %d MB. Del den i flere.") % LARGEST_MB)
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise NotReadError(
            _("Dette er et regneark (Excel), ikke en CSV-fil. Lagre det som CSV UTF-8 med semikolon, og prøv igjen.")
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotReadError(_("Filen er ikke i UTF-8. Lagre den som CSV UTF-8, og prøv igjen.")) from error
    if "\x00" in text:
        raise NotReadError(_("Filen er ikke en tekstfil. Lagre den som CSV UTF-8 med semikolon, og prøv igjen."))
    return text


def _refuse_header(header: list[str]) -> None:
    missing = sorted(HEADER - set(header))
    if not any(header):
        raise NotReadError(_("Filen er tom. Den første linjen skal være overskriftene."))
    if len(missing) == len(HEADER):
        names = "; ".join(sorted(HEADER))
        raise NotReadError(_("Overskriftene mangler. Den første linjen skal ha disse kolonnene, skilt med semikolon: %s") % names)
    if missing:
        text = ngettext("Kolonnen %s mangler i første linje.", "Kolonnene %s mangler i første linje.", len(missing))
        raise NotReadError(text % ", ".join(missing))


def _read_row(found: Rows, header: list[str], cells: list[str], line: int) -> None:
    row = dict(zip(header, cells, strict=False))
    scheme = _scheme(row)
    if not scheme.title or not scheme.institution:
        found.problems.append(Problem(line, _("Raden er ikke tatt med: den mangler tittel eller institusjon."), whole=True))
        return
    if scheme.pk in found.ids:
        found.doubles += 1
        return
    if len(cells) != len(header):
        counts = {"found": len(cells), "wanted": len(header)}
        found.problems.append(Problem(line, _("Raden har %(found)d celler, men overskriften har %(wanted)d.") % counts))
    found.problems += [Problem(line, text) for text in (*_unknown(row), *_blanked(scheme))]
    found.schemes.append(scheme)
    found.ids.add(scheme.pk)


def _scheme(row: dict[str, str]) -> Scheme:
    """A row's words as they stand. Its id is made from them, so that an identical row is the same scheme."""
    said = "\x1f".join(row.get(name, "") for name in sorted(HEADER))
    group, language = row.get("target_group", ""), row.get("language_form", "")
    return Scheme(
        id=uuid.uuid5(SAME, said),
        title=row.get("title_nb_or_nn") or row.get("title_en", ""),
        language=language if language in Language else "",
        target_group=group if group in TargetGroup else "",
        paid=YES_NO.get(row.get("paid", "")),
        mandatory=YES_NO.get(row.get("mandatory", "")),
        **{name: row.get(column, "") for column, name in COLUMNS.items()},
    )


def _unknown(row: dict[str, str]) -> Iterator[str]:
    """Values in columns with a fixed set of words that are none of them."""
    for column, words in FIXED.items():
        value = row.get(column, "")
        if value and value not in words:
            yield _("«%(value)s» i kolonnen %(column)s er ikke lest. Skriv en av: %(words)s.") % {
                "value": value,
                "column": column,
                "words": ", ".join(words),
            }


def _blanked(scheme: Scheme) -> Iterator[str]:
    """Empty what the scheme cannot hold: addresses that are no web addresses, texts that are too long. Tells of each."""
    for column, name in {"title_nb_or_nn": "title", **COLUMNS}.items():
        most = getattr(scheme._meta.get_field(name), "max_length", None)
        value = getattr(scheme, name)
        if most and len(value) > most:
            setattr(scheme, name, value[: most - 1] + "…" if name == "title" else "")
            yield _("Teksten i kolonnen %(column)s er lengre enn %(most)d tegn og er ikke lest.") % {
                "column": column,
                "most": most,
            }
    if scheme.source_url and not _is_web_address(scheme.source_url):
        scheme.source_url = ""
        yield _("Kolonnen source_url er ikke en nettadresse som begynner med http:// eller https://, og er ikke lest.")


def _is_web_address(text: str) -> bool:
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        return False
    return True
