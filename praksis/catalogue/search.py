"""What a visitor asks the catalogue, and the answer: words, filters with counts, order, pages.

Within one filter any of the chosen values will do; different filters must all hold. A filter's counts say how many there would be
if only its own choices were changed. All the words must be there, in any of the ways that `wording` knows; only where nothing
holds them all, some of them will do.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, RowNumber
from django.http import QueryDict
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from praksis.base.codes import MUNICIPALITIES, Field, Season, TargetGroup, standing
from praksis.base.models import SearchRow
from praksis.base.sorting import norwegian
from praksis.catalogue.choices import Level, SchemeKind, SchemeStage
from praksis.catalogue.models import Place, Scheme, SourcePage
from praksis.catalogue.nearness import DISTANCES, USUAL, Spot, spot_named, with_distance, within
from praksis.catalogue.wording import read

PER_PAGE = 20
LONGEST_QUERY = 100
LONGEST_NAME = 60

ANY = "any"
"""What traits have in a facet where they fit whatever is chosen."""

TOTAL = "total"

type Text = str | Promise
type Rows = QuerySet[SearchRow]


class Traits(NamedTuple):
    """What the filters ask about, and how many rows have just these. A row of the index, without what makes it itself."""

    kind: str
    groups: list[str]
    season: str
    municipality: str
    field: str
    flags: list[str]
    facts: list[str]
    rows: int


@dataclass(frozen=True)
class Facet:
    """One filter: its name in the address, its heading, its values with labels (none for seasons: those that are there).

    `values` says which of them some traits have, for the counts; `condition` says the same to the database, for the list.
    """

    name: str
    label: Text
    options: Mapping[str, Text]
    values: Callable[[Traits], Iterable[str]]
    condition: Callable[[str], Q]

    def knows(self, value: str) -> bool:
        return value in self.options if self.options else re.fullmatch(r"20\d\d-(spring|autumn)", value) is not None

    def choices(self, found: Iterable[Traits], chosen: Iterable[str]) -> Iterable[tuple[str, Text]]:
        if self.options:
            return self.options.items()
        seasons = {traits.season for traits in found if traits.season} | set(chosen)
        return [(season.code, season.label) for season in sorted(Season.parse(code) for code in seasons)]


def _type(traits: Traits) -> list[str]:
    return ["developing" if "developing" in traits.flags else traits.kind]


def _type_condition(value: str) -> Q:
    developing = Q(flags__contains=["developing"])
    return developing if value == "developing" else Q(kind=value) & ~developing


def _season(traits: Traits) -> list[str]:
    """A scheme's own half-year is seldom known, and most run every year: it fits whichever season is asked for."""
    return [ANY if traits.kind == "scheme" else traits.season]


def _fact(name: str, label: Text, options: Mapping[str, Text]) -> Facet:
    """A filter for schemes: what the row's facts say."""
    start = f"{name}-"

    def values(row: Traits) -> list[str]:
        return [fact.removeprefix(start) for fact in row.facts if fact.startswith(start)]

    return Facet(name, label, options, values, lambda value: Q(facts__contains=[start + value]))


GROUPS: dict[str, Text] = dict(TargetGroup.choices)
FORMS = {"tandem": _("Tandem"), "interdisciplinary": _("Flere fag sammen"), "nynorsk": _("På nynorsk")}
TYPES = {"place": _("Ledig plass"), "scheme": _("Ordning"), "developing": _("Under utvikling"), "source": _("Kilde")}
FACETS = (
    Facet("type", _("Type"), TYPES, _type, _type_condition),
    Facet("group", _("Hvem er du?"), GROUPS, lambda row: row.groups, lambda value: Q(groups__contains=[value])),
    Facet("season", _("Når"), {}, _season, lambda value: Q(season=value) | Q(kind="scheme")),
    Facet("municipality", _("Hvor"), MUNICIPALITIES, lambda row: [row.municipality], lambda value: Q(municipality=value)),
    Facet("field", _("Fagfelt"), dict(Field.choices), lambda row: [row.field], lambda value: Q(field=value)),
    _fact("kind", _("Slags ordning"), dict(standing(SchemeKind))),
    _fact("level", _("Nivå"), dict(standing(Level))),
    _fact("stage", _("Hvor langt ordningen er"), dict(standing(SchemeStage))),
    Facet("form", _("Form"), FORMS, lambda row: row.flags, lambda value: Q(flags__contains=[value])),
)

SORTS: dict[str, Text] = {
    "best": _("Best treff"),
    "near": _("Nærmest"),
    "start": _("Starter først"),
    "confirmed": _("Nyest bekreftet"),
    "title": _("Tittel"),
}


@dataclass(frozen=True)
class Search:
    """A question to the catalogue. `chosen` holds a facet's values by its name; a facet without any is not there."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "start"
    page: str = "1"
    near: str = ""
    km: int = USUAL

    @classmethod
    def read(cls, data: QueryDict) -> "Search":
        """Read an address. Values that mean nothing are passed by, so that an old or mistyped address still answers."""
        q = " ".join(data.get("q", "").replace("\x00", "").split())[:LONGEST_QUERY]
        chosen = {facet.name: tuple(filter(facet.knows, dict.fromkeys(data.getlist(facet.name)))) for facet in FACETS}
        near = " ".join(data.get("near", "").replace("\x00", "").split())[:LONGEST_NAME]
        km = data.get("km", "")
        sort, default = data.get("sort", ""), _usual(q, near)
        return cls(
            q=q,
            chosen={name: values for name, values in chosen.items() if values},
            sort=sort if sort in SORTS and (q or sort != "best") and (near or sort != "near") else default,
            page=data.get("page", "1"),
            near=near,
            km=int(km) if km in map(str, DISTANCES) else USUAL,
        )

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The words and filters as pairs of an address, without order and page."""
        words = [("q", self.q)] if self.q else []
        words += [("near", self.near), ("km", str(self.km))] if self.near else []
        return words + [(name, value) for name, values in self.chosen.items() for value in values]

    @property
    def sort_chosen(self) -> bool:
        """Whether the order is another than the usual one."""
        return self.sort != _usual(self.q, self.near)

    @property
    def address(self) -> str:
        """The question as an address on the page; what is as usual is left out."""
        order = [("sort", self.sort)] if self.sort_chosen else []
        page = [("page", self.page)] if self.page != "1" else []
        return f"?{urlencode([*self.asked, *order, *page])}"

    @property
    def question(self) -> str:
        """What is asked alone, whatever the order and page: to keep."""
        return f"?{urlencode(self.asked)}" if self.asked else ""

    def without_words(self) -> "Search":
        return replace(self, q="", sort=_usual("", self.near) if self.sort == "best" else self.sort, page="1")

    def without_near(self) -> "Search":
        return replace(self, near="", sort=_usual(self.q, "") if self.sort == "near" else self.sort, page="1")

    def without(self, name: str, value: str = "") -> "Search":
        """The same question without one chosen value, or without a facet at all; from its first page."""
        kept = tuple(other for other in self.chosen.get(name, ()) if value and other != value)
        chosen = {key: kept if key == name else values for key, values in self.chosen.items() if key != name or kept}
        return replace(self, chosen=chosen, page="1")

    def within(self, name: str, value: str) -> "Search":
        """The same question with one value alone chosen in a facet; from its first page."""
        return replace(self, chosen={**self.chosen, name: (value,)}, page="1")


def _usual(q: str, near: str) -> str:
    """The order that nobody has asked for."""
    if q:
        return "best"
    return "near" if near else "start"


@dataclass(frozen=True)
class Option:
    """A value of a facet, as the page shows it: a box to tick (components/check.html)."""

    name: str
    value: str
    label: Text
    count: int
    checked: bool
    type: str = "checkbox"

    @property
    def id(self) -> str:
        return f"{self.name}-{self.value}"

    @property
    def icon(self) -> str:
        return self.value if self.name == "group" else ""


@dataclass(frozen=True)
class FacetCounts:
    """A facet with its options. `total` is how many there would be with nothing chosen in it."""

    facet: Facet
    options: list[Option]
    total: int

    @property
    def shown(self) -> list[Option]:
        """Options that lead somewhere, and those already chosen."""
        return [option for option in self.options if option.count or option.checked]


@dataclass(frozen=True)
class Answer:
    """What the catalogue answers. `alike` says that nobody has written a word of the question, and that another looks
    like it; `some` that nothing holds all the words."""

    search: Search
    page: Page[SearchRow]
    facets: list[FacetCounts]
    alike: bool = False
    some: bool = False
    spot: Spot | None = None

    @property
    def chips(self) -> list[tuple[Text, str]]:
        """The values chosen in the filters, each with the address of the same question without it."""
        chosen = [(facet.facet.name, option) for facet in self.facets for option in facet.options if option.checked]
        return [(option.label, self.search.without(name, option.value).address) for name, option in chosen]

    @property
    def near(self) -> list[tuple[Text, int, str]]:
        """When nothing was found: each filter that stands in the way, how many there would be without it, and where."""
        return [
            (facet.facet.label, facet.total, self.search.without(facet.facet.name).address)
            for facet in self.facets
            if facet.total and facet.facet.name in self.search.chosen
        ]

    @property
    def areas(self) -> list[dict[str, object]]:
        """For the map: how much was found in each municipality, and the address of the same question there alone."""
        facet = next(facet for facet in self.facets if facet.facet.name == "municipality")
        return [
            {
                "name": option.label,
                "count": localize(option.count),
                "url": self.search.within("municipality", option.value).address,
            }
            for option in facet.options
            if option.count
        ]

    @property
    def sorts(self) -> list[tuple[str, Text]]:
        shown = {"best": bool(self.search.q), "near": self.spot is not None}
        return [(code, label) for code, label in SORTS.items() if shown.get(code, True)]

    @property
    def distances(self) -> tuple[int, ...]:
        return DISTANCES

    @property
    def lost(self) -> bool:
        """Whether the place name is one that nobody knows."""
        return bool(self.search.near) and self.spot is None


@dataclass(frozen=True)
class Question:
    """What the words ask of the index, and how well a row answers."""

    words: Q = field(default_factory=Q)
    rank: Combinable | None = None
    alike: bool = False
    some: bool = False


def find(search: Search) -> Answer:
    """Ask the index: a fixed number of queries, whatever is found."""
    if not search.q and not search.near:
        pages = Paginator(_ordered(SearchRow.objects.filter(_chosen(search)), search, None), PER_PAGE)
        return Answer(search, pages.get_page(search.page), _counts(_all_traits(), search)[0])
    spot = spot_named(search.near) if search.near else None
    around = _around(spot, search.km)
    traits: list[Traits] = []
    for question in _questions(search.q):
        if traits := _traits(around.filter(question.words)):
            break
    pages = Paginator(_ordered(around.filter(question.words, _chosen(search)), search, question.rank), PER_PAGE)
    facets, pages.count = _counts(traits, search)
    found = bool(traits)
    return Answer(search, pages.get_page(search.page), facets, question.alike and found, question.some and found, spot)


def _questions(q: str) -> list[Question]:
    """What to ask, the narrowest first."""
    if not q:
        return [Question()]
    if _has_signs(q):
        exactly = SearchQuery(q, config="norwegian", search_type="websearch")
        return [Question(Q(vector=exactly), SearchRank(F("vector"), exactly))]
    wording = read(q)
    if not wording.found_by:
        return [Question(_matching("'='"))]
    every = Question(_matching(wording.all), _rank(wording.counts), wording.alike)
    some = Question(_matching(wording.any), _rank(wording.counts, of_each=1), wording.alike, some=True)
    return [every, some] if len(wording.found_by) > 1 else [every]


WEIGHTS = [0.03, 0.12, 0.35, 1.0]
"""How much a word counts: in the title most, then in the text, then as a part of a compound there."""


def _rank(queries: Sequence[str], *, of_each: int = 0) -> Combinable:
    """How well a row answers: the sum over the words. `of_each` is what a word counts for being there at all."""
    return sum((_rank_of_one(query, of_each) for query in queries), Value(0.0))


def _rank_of_one(query: str, of_each: int) -> Combinable:
    rank = SearchRank(F("vector"), _Ready(query), weights=WEIGHTS)
    return Case(When(_matching(query), then=rank + float(of_each)), default=0.0) if of_each else rank


def _around(spot: Spot | None, km: int) -> Rows:
    return with_distance(SearchRow.objects.all(), spot).filter(within(spot, km)) if spot else SearchRow.objects.all()


def ids_found(search: Search) -> QuerySet[SearchRow, UUID]:
    """The ids of all that the question finds, in no order: to narrow something else by."""
    around = _around(spot_named(search.near) if search.near else None, search.km)
    asked = [around.filter(question.words) for question in _questions(search.q)]
    held = next((rows for rows in asked[:-1] if rows.exists()), asked[-1])
    return held.filter(_chosen(search)).order_by().values_list("object_id", flat=True)


def ids_meeting(search: Search) -> QuerySet[SearchRow, UUID]:
    """The ids of what holds all the words and lies where it should, in no order: never what is only as near as one can come."""
    spot = spot_named(search.near) if search.near else None
    around = _around(spot, search.km) if spot or not search.near else SearchRow.objects.none()
    meeting = around.filter(_questions(search.q)[0].words, _chosen(search))
    return meeting.order_by().values_list("object_id", flat=True)


class Hit(NamedTuple):
    """A page that answers, and what stands there."""

    page: int
    words: str


def pages_answering(q: str, sources: Sequence[UUID]) -> dict[UUID, Hit]:
    """Of each of these sources the page that answers best, with the words around the answer. Two queries."""
    question = _questions(q)[-1] if q and sources else Question()
    if question.rank is None:
        return {}
    holding = SourcePage.objects.filter(question.words, source__in=sources).annotate(rank=question.rank)
    best_first = Window(RowNumber(), partition_by=F("source"), order_by=[F("rank").desc(), F("number").asc()])
    ranked = holding.annotate(place=best_first)
    around = SearchHeadline("text", _asked(q), config="norwegian", start_sel="", stop_sel="", max_words=30, min_words=15)
    best = ranked.filter(place=1).annotate(around=around).values_list("source", "number", "around")
    return {source: Hit(number, " ".join(words.split())) for source, number, words in best.order_by("source")}


def _asked(q: str) -> SearchQuery:
    return SearchQuery(" or ".join(re.findall(r"\w+", q)), config="norwegian", search_type="websearch")


def in_words(search: Search) -> str:
    """The question as somebody would call it: «Regnskap, Lærling, Bergen»; empty where nothing is asked."""
    near = [f"{search.near} ({search.km} km)"] if search.near else []
    chosen = [_label(facet, value) for facet in FACETS for value in search.chosen.get(facet.name, ())]
    return ", ".join([*([search.q] if search.q else []), *near, *chosen])


def _label(facet: Facet, value: str) -> str:
    return str(facet.options[value]) if facet.options else Season.parse(value).label


def _traits(rows: Rows) -> list[Traits]:
    columns = [name for name in Traits._fields if name != "rows"]
    return [Traits(*row) for row in rows.order_by().values_list(*columns).annotate(Count("pk"))]


def _all_traits() -> list[Traits]:
    """Those of the whole catalogue, some seconds old at most: what they count is the filters' numbers, not the list."""
    return cache.get_or_set("catalogue-traits", lambda: _traits(SearchRow.objects.all()), settings.ANSWERS_KEPT) or []


def _counts(found: Sequence[Traits], search: Search) -> tuple[list[FacetCounts], int]:
    """Count in one pass: a row counts in a facet when it meets all the other facets. And how many rows meet them all."""
    asked = {name: {*values, ANY} for name, values in search.chosen.items()}
    values_of = {facet.name: facet.values for facet in FACETS}
    counts: dict[str, Counter[str]] = {name: Counter() for name in values_of}
    met = 0
    for traits in found:
        missed = [name for name, values in asked.items() if values.isdisjoint(values_of[name](traits))]
        met += 0 if missed else traits.rows
        if len(missed) <= 1:
            for name in missed or values_of:
                counts[name][TOTAL] += traits.rows
                for value in values_of[name](traits):
                    counts[name][value] += traits.rows
    return [_facet_counts(facet, found, search.chosen.get(facet.name, ()), counts[facet.name]) for facet in FACETS], met


def _facet_counts(facet: Facet, found: Sequence[Traits], chosen: tuple[str, ...], counts: Mapping[str, int]) -> FacetCounts:
    named = facet.choices(found, chosen)
    options = [Option(facet.name, code, label, counts[code] + counts[ANY], code in chosen) for code, label in named]
    return FacetCounts(facet, options, counts[TOTAL])


def _chosen(search: Search, but: str = "") -> Q:
    """What the filters ask, all but the facet named."""
    condition = Q()
    for facet in FACETS:
        if facet.name != but and facet.name in search.chosen:
            condition &= Q.create([facet.condition(value) for value in search.chosen[facet.name]], connector=Q.OR)
    return condition


def _has_signs(q: str) -> bool:
    """Quotes or a minus: the visitor says exactly what is meant."""
    return '"' in q or re.search(r"(^|\s)-\w", q) is not None


class _Ready(SearchQuery):
    """A text search query that is written as PostgreSQL writes it: nothing of it is parsed as text."""

    def __init__(self, query: str) -> None:
        super().__init__(query)
        self.query = query

    def as_sql(self, *_args: Any, **_options: Any) -> tuple[str, tuple[str | int, ...]]:
        return "%s::tsquery", (self.query,)


def _matching(query: str) -> Q:
    """Rows that meet a text search query of ours (`wording`)."""
    return Q(vector=_Ready(query))


def _ordered(rows: Rows, search: Search, rank: Combinable | None) -> Rows:
    rows = rows.defer("text", "labels", "vector")  # long, and not shown
    if search.sort == "best" and rank:
        return rows.annotate(rank=rank).order_by("-rank", "starts_on", "title", "id")
    if search.sort == "near" and "distance" in rows.query.annotations:
        return rows.order_by(F("distance"), "starts_on", "title", "id")
    if search.sort == "title":
        return rows.order_by(norwegian("title"), "id")
    if search.sort == "confirmed":
        of_place, of_scheme = (
            Subquery(model.objects.filter(pk=OuterRef("object_id")).values("confirmed_on")) for model in (Place, Scheme)
        )
        return rows.order_by(Coalesce(of_place, of_scheme).desc(nulls_last=True), "title", "id")
    return rows.order_by("starts_on", "title", "id")
