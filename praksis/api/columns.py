"""The columns of the files, and their rows: what each is called, what its codes mean, and where the value comes from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg, JSONBAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import Model, OuterRef, Subquery
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from praksis.api.queries import public_schemes
from praksis.base.codes import MUNICIPALITIES, Paper, Season
from praksis.catalogue.models import Citation, Place, Scheme, Seat, Source

type Row = dict[str, Any]
type Text = str | Promise
CHUNK = 2000


@dataclass(frozen=True)
class Column:
    """A column: its name in JSON, its heading in spreadsheets, and what the codes in it mean."""

    name: str
    label: Text
    words: Mapping[str, Text] | Callable[[str], str] | None = None

    def text_of(self, code: str) -> str:
        """A code in the reader's language; other values as they are."""
        if self.words is None or not code:
            return code
        return str(self.words(code) if callable(self.words) else self.words.get(code, code))


def _of(model: type[Model], *names: str) -> list[Column]:
    """Columns that are called what the model calls them, with its choices."""
    return [_column(model._meta.get_field(name)) for name in names]


def _column(field: Any) -> Column:
    choices: Any = (field.base_field if isinstance(field, ArrayField) else field).choices
    return Column(field.name, LABELS.get(field.name) or _heading(field.verbose_name), dict(choices) if choices else None)


def _heading(words: Any) -> Text:
    return capfirst(words) or ""


def _season(code: str) -> str:
    return Season.parse(code).label


LABELS: dict[str, Text] = {"changed_at": _("Sist endret"), "offered_at": _("Lagt inn"), "groups": _("Målgrupper")}
ID, ADDRESS = Column("id", _("Nummer")), Column("url", _("Adresse"))
PLACE_COLUMNS = (
    ID,
    *_of(Place, "title", "tasks"),
    Column("host", _("Virksomhet")),
    Column("host_number", _("Organisasjonsnummer")),
    Column("municipality", _("Kommune"), MUNICIPALITIES),
    Column("area", _("Sted")),
    *_of(Place, "field"),
    Column("season", _("Halvår"), _season),
    *_of(Place, "starts_on", "ends_on", "extent", "groups"),
    Column("requires", _("Krever"), dict(Paper.choices)),
    Column("seats", _("Plasser")),
    Column("free", _("Ledige")),
    Column("kinds", _("Slag plasser")),
    *_of(Place, "rule", "language"),
    Column("scheme", _("Ordningens nummer")),
    *_of(Place, "confirmed_on", "offered_at", "made_up"),
    ADDRESS,
)
FACTS = (
    *("title", "language", "kind", "kind_words", "institution"),
    *("unit", "programme", "code", "target_group", "field", "fields", "level", "credits", "duration", "weeks", "semester"),
    *("paid", "mandatory", "location", "entry", "apply_by", "arranged_by", "supervision", "assessment", "capacity"),
    *("languages", "partners", "summary", "source_url", "source_date", "stage", "stage_reason", "confirmed_on"),
    *("changed_at", "made_up"),
)
"""What the files tell of a scheme: all that its page shows."""
SCHEME_COLUMNS = (ID, *_of(Scheme, *FACTS), Column("owner", _("Eier")), ADDRESS)

SAID = ("title", "publisher", "year", "language", "licence", "may_show", "address", "form", "pages_total", "made_up")
NAMES = {"form": _("Filtype"), "pages_total": _("Sider")}
SOURCE_COLUMNS = (
    ID,
    *(Column(name, NAMES[name]) if name in NAMES else _column(Source._meta.get_field(name)) for name in SAID),
    Column("added_by", _("Lagt til av")),
    Column("schemes", _("Ordninger som viser til kilden")),
    ADDRESS,
)


def place_rows(site: str) -> Iterator[Row]:
    """Every open place, one after the other; `site` stands before the addresses («https://example.org»). One query."""
    required = Seat.objects.filter(place=OuterRef("pk")).order_by().values("place").values(all=JSONBAgg("requires"))
    places = (
        Place.objects.open().select_related("host").annotate(required=Subquery(required)).order_by("starts_on", "title", "id")
    )
    plain = {field.name for field in Place._meta.fields if not field.is_relation}
    same = [column.name for column in PLACE_COLUMNS if column.name in plain]
    for place in places.iterator(chunk_size=CHUNK):
        yield {name: getattr(place, name) for name in same} | _host_and_seats(place) | _named(place, site)


def _host_and_seats(place: Place) -> Row:
    seats: list[list[str]] = getattr(place, "required", None) or []
    return {
        "host": place.host.name,
        "host_number": place.host.number,
        "area": place.host.area,
        "requires": sorted({paper for papers in seats for paper in papers}),
        "seats": place.seats_total,
        "free": place.seats_free,
        "kinds": len(seats),
        "scheme": str(place.scheme_id or ""),
    }


def scheme_rows(site: str) -> Iterator[Row]:
    """Every scheme that has not ended, as its source or its owner words it. One query."""
    for scheme in public_schemes().order_by("title", "id").iterator(chunk_size=CHUNK):
        owner = scheme.owner.name if scheme.owner else ""
        yield {name: getattr(scheme, name) for name in FACTS} | {"owner": owner} | _named(scheme, site)


def source_rows(site: str) -> Iterator[Row]:
    """Every source that stands, with the schemes that name it. One query; the documents themselves are where `url` leads."""
    named = (
        Citation.objects.filter(source=OuterRef("pk")).order_by().values("source").annotate(all=ArrayAgg("scheme", distinct=True))
    )
    sources = Source.objects.standing().select_related("member").annotate(named=Subquery(named.values("all")))
    for source in sources.order_by("title", "id").iterator(chunk_size=CHUNK):
        told = {name: getattr(source, name) for name in SAID} | {"added_by": source.member.name}
        yield told | {"schemes": sorted(map(str, getattr(source, "named", None) or []))} | _named(source, site)


def _named(thing: Place | Scheme | Source, site: str) -> Row:
    return {"id": str(thing.pk), "url": site + thing.get_absolute_url()}


@dataclass(frozen=True)
class Table:
    """One of the tables that are given away: its name in addresses and JSON, its heading, its columns and rows."""

    name: str
    label: Text
    about: Text
    columns: Sequence[Column]
    rows: Callable[[str], Iterator[Row]]


TABLES = {
    table.name: table
    for table in (
        Table(
            "plasser",
            _("Ledige plasser"),
            _("Alle plasser som ligger ute i katalogen, med virksomhet, sted, periode, målgrupper og hva som kreves."),
            PLACE_COLUMNS,
            place_rows,
        ),
        Table(
            "ordninger",
            _("Ordninger"),
            _("Alle praksisordninger i katalogen som ikke er avsluttet, slik kilden eller eieren beskriver dem."),
            SCHEME_COLUMNS,
            scheme_rows,
        ),
        Table(
            "kilder",
            _("Kilder"),
            _("Rapporter og undersøkelser som ordningene viser til: tittel, utgiver, år og lenke, og om filen kan leses her."),
            SOURCE_COLUMNS,
            source_rows,
        ),
    )
}
