"""The public catalogue as files for others to use: the same rows as CSV and as JSON.

JSON holds codes that do not change. CSV is for a spreadsheet: words in the reader's language, semicolons and a byte order mark,
which is what Excel needs to open it right in a Norwegian setting; a text that a spreadsheet would run as a formula gets an
apostrophe before it (OWASP, «CSV Injection»).
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from praksis.base.codes import MUNICIPALITIES, Field, Language, Paper, Season, TargetGroup
from praksis.catalogue.choices import Extent, SchemeStage, SeatRule
from praksis.catalogue.models import Place, Scheme
from praksis.catalogue.queries import whole_places

type Row = dict[str, object]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """A column: its name in JSON, its heading in CSV, and what the codes in it mean."""

    name: str
    label: str | Promise
    words: Mapping[str, str | Promise] | Callable[[str], str] | None = None


def _season(code: str) -> str:
    return Season.parse(code).label


GROUPS: dict[str, str | Promise] = dict(TargetGroup.choices)
PLACE_COLUMNS = (
    Column("id", _("Nummer")),
    Column("title", _("Tittel")),
    Column("host", _("Virksomhet")),
    Column("host_number", _("Organisasjonsnummer")),
    Column("municipality", _("Kommune"), MUNICIPALITIES),
    Column("area", _("Sted")),
    Column("field", _("Fagfelt"), dict(Field.choices)),
    Column("season", _("Halvår"), _season),
    Column("starts_on", _("Fra")),
    Column("ends_on", _("Til")),
    Column("extent", _("Omfang"), dict(Extent.choices)),
    Column("groups", _("Målgrupper"), GROUPS),
    Column("requires", _("Krever"), dict(Paper.choices)),
    Column("seats", _("Plasser")),
    Column("free", _("Ledige")),
    Column("kinds", _("Slag plasser")),
    Column("opens", _("Åpner"), dict(SeatRule.choices)),
    Column("language", _("Målform"), dict(Language.choices)),
    Column("confirmed_on", _("Sist bekreftet")),
    Column("made_up", _("Oppdiktet")),
    Column("url", _("Adresse")),
)
SAME_IN_PLACE = (
    *("title", "municipality", "field", "season", "starts_on", "ends_on", "extent"),
    *("groups", "language", "confirmed_on", "made_up"),
)
SCHEME_COLUMNS = (
    Column("id", _("Nummer")),
    Column("title", _("Tittel")),
    Column("institution", _("Institusjon")),
    Column("unit", _("Enhet")),
    Column("programme", _("Studieprogram")),
    Column("code", _("Emnekode")),
    Column("target_group", _("Målgruppe"), GROUPS),
    Column("field", _("Fag")),
    Column("level", _("Nivå")),
    Column("credits", _("Studiepoeng")),
    Column("duration", _("Varighet")),
    Column("semester", _("Når")),
    Column("paid", _("Lønnet")),
    Column("mandatory", _("Obligatorisk")),
    Column("location", _("Hvor")),
    Column("summary", _("Kort om ordningen")),
    Column("stage", _("Stadium"), dict(SchemeStage.choices)),
    Column("source_url", _("Kilde")),
    Column("source_date", _("Kildens år")),
    Column("confirmed_on", _("Bekreftet av eieren")),
    Column("made_up", _("Oppdiktet")),
    Column("url", _("Adresse")),
)


def place_rows(site: str) -> list[Row]:
    """Every open place; `site` stands before the addresses («https://example.org»). Two queries."""
    return [_place_row(place, site) for place in whole_places().open()]


def _place_row(place: Place, site: str) -> Row:
    seats = list(place.seats.all())
    same = (
        "title",
        "municipality",
        "field",
        "season",
        "starts_on",
        "ends_on",
        "extent",
        "groups",
        "language",
        "confirmed_on",
        "made_up",
    )
    return {name: getattr(place, name) for name in same} | {
        "id": str(place.pk),
        "host": place.host.name,
        "host_number": place.host.number,
        "area": place.host.area,
        "requires": sorted({paper for seat in seats for paper in seat.requires}),
        "seats": place.seats_total,
        "free": place.seats_free,
        "kinds": len(seats),
        "opens": place.rule,
        "url": site + place.get_absolute_url(),
    }


def scheme_rows(site: str) -> list[Row]:
    """Every scheme that has not ended, as its source words it. One query."""
    return [_scheme_row(scheme, site) for scheme in running_schemes()]


def running_schemes() -> QuerySet[Scheme]:
    return Scheme.objects.exclude(stage=SchemeStage.ENDED)


def _scheme_row(scheme: Scheme, site: str) -> Row:
    names = [column.name for column in SCHEME_COLUMNS if column.name not in {"id", "url"}]
    return {name: getattr(scheme, name) for name in names} | {"id": str(scheme.pk), "url": site + scheme.get_absolute_url()}


def as_csv(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """The rows as a table that a spreadsheet opens right, in the reader's language."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";")
    writer.writerow([_safe(str(column.label)) for column in columns])
    named = [(column.name, _named(column, rows)) for column in columns]
    writer.writerows([[_safe(_text(row[name], words)) for name, words in named] for row in rows])
    return out.getvalue()


def _named(column: Column, rows: Sequence[Row]) -> dict[str, str]:
    """What each code in the column is called, looked up once: a file may have 25,000 rows."""
    if column.words is None:
        return {}
    codes = {code for row in rows for code in _codes(row[column.name]) if code}
    lookup = column.words if callable(column.words) else column.words.__getitem__
    return {code: str(lookup(code)) for code in codes}


def _codes(value: object) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


def as_json(columns: Iterable[Column], rows: Iterable[Row]) -> list[Row]:
    """The rows with codes, in the columns' order."""
    names = [column.name for column in columns]
    return [{name: row[name] for name in names} for row in rows]


def _text(value: object, words: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _now("ja") if value else _now("nei")
    if isinstance(value, list):
        return ", ".join(words.get(code, code) for code in value)
    return words.get(str(value), str(value)) if words else str(value)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
