"""What a programme without practice can build on: schemes like what it needs, hosts to ask, barriers that others met."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from praksis.base.barriers import BARRIERS, Barrier
from praksis.base.codes import Field
from praksis.base.sorting import norwegian
from praksis.catalogue.choices import LEVEL_WORDS, Level, PlaceStage, SchemeStage
from praksis.catalogue.models import Place, Scheme
from praksis.catalogue.search import Search, find
from praksis.organisations.models import Host
from praksis.ways.choices import ANY_HALF_WORDS, HALF_WORDS, Half, Missing
from praksis.ways.models import Gap, Hurdle

SCHEMES_SHOWN = 6
HOSTS_SHOWN = 8
LOOKED_AT = 300
"""Schemes that are scored; those that run come first among them."""
STAGE_ORDER = [SchemeStage.RUNNING, SchemeStage.UNKNOWN, SchemeStage.DEVELOPING, SchemeStage.IDEA]


@dataclass(frozen=True)
class Wanted:
    """What a programme asks for. `programme` may be empty; an empty `half` is either, no `credits` any number."""

    programme: str
    target_group: str
    field: str
    level: str
    half: str = ""
    credits: int | None = None


@dataclass(frozen=True)
class Alike:
    """A scheme to learn from, and in words what it shares with what is wanted."""

    scheme: Scheme
    reasons: list[str]
    points: int


@dataclass(frozen=True)
class ToAsk:
    """A host in the field, and in words why it may say yes."""

    host: Host
    reasons: list[str]


@dataclass(frozen=True)
class Met:
    """A barrier that schemes like this met, each with what helped there."""

    barrier: Barrier
    hurdles: list[Hurdle]


@dataclass(frozen=True)
class Way:
    """The whole answer to what is wanted."""

    wanted: Wanted
    schemes: list[Alike]
    hosts: list[ToAsk]
    met: list[Met]
    known: list[Barrier]
    missing: list[str]
    gaps: list[Gap] = field(default_factory=list)

    @property
    def missing_labels(self) -> list[str]:
        return [str(Missing(code).label) for code in self.missing]


def way_in(wanted: Wanted) -> Way:
    """Everything there is for a programme: a fixed number of queries, whatever the region holds."""
    schemes, hosts = alike(wanted), hosts_to_ask(wanted)
    met = _met(wanted)
    told = {one.barrier.code for one in met}
    known = [barrier for barrier in BARRIERS.values() if barrier.audience == "A" and barrier.source and barrier.code not in told]
    return Way(wanted, schemes, hosts, met, known, missing(wanted), _gaps_like(wanted))


def alike(wanted: Wanted) -> list[Alike]:
    """Schemes like what is wanted, the most alike first; only those that share the field or the programme's words."""
    named = _found_by_words(wanted.programme)
    in_field = Q(fields__contains=[wanted.field]) | Q(pk__in=named)
    schemes = Scheme.objects.exclude(stage=SchemeStage.ENDED).filter(in_field).select_related("owner")
    scored = [_scored(scheme, wanted, named=scheme.pk in named) for scheme in schemes.order_by("-changed_at", "id")[:LOOKED_AT]]
    return sorted(scored, key=lambda one: (-one.points, STAGE_ORDER.index(_stage(one.scheme)), one.scheme.title))[:SCHEMES_SHOWN]


def _stage(scheme: Scheme) -> SchemeStage:
    stage = SchemeStage(scheme.stage)
    return stage if stage in STAGE_ORDER else SchemeStage.IDEA


def _found_by_words(words: str) -> set[object]:
    """Schemes that the catalogue's search finds by the programme's name."""
    if not words:
        return set()
    answer = find(Search(q=words, chosen={"type": ("scheme", "developing")}))
    return set() if answer.alike else {row.object_id for row in answer.page}


def _scored(scheme: Scheme, wanted: Wanted, *, named: bool) -> Alike:
    """Points decide the order alone; the reasons are what a person reads."""
    shared = [
        (3, _("samme studieprogram eller ord"), named),
        (3, _("samme fagfelt"), wanted.field in scheme.fields),
        (2, _("samme målgruppe"), scheme.target_group == wanted.target_group),
        (1, _("samme nivå"), _tells(scheme.level, LEVEL_WORDS[Level(wanted.level)])),
        (1, _("samme tid på året"), bool(wanted.half) and _in_half(scheme.semester, Half(wanted.half))),
        (1, _("like mange studiepoeng"), wanted.credits is not None and str(wanted.credits) in scheme.credits.split("/")),
        (1, _("i drift, bekreftet av eieren"), scheme.stage == SchemeStage.RUNNING and scheme.confirmed_on is not None),
    ]
    held = [(points, words) for points, words, holds in shared if holds]
    return Alike(scheme, [words for _points, words in held], sum(points for points, _words in held))


def _tells(text: str, words: Iterable[str]) -> bool:
    return any(word in text.lower() for word in words)


def _in_half(text: str, half: Half) -> bool:
    return _tells(text, (*HALF_WORDS[half], *ANY_HALF_WORDS))


def hosts_to_ask(wanted: Wanted) -> list[ToAsk]:
    """Hosts in the field that are open to everyone's eyes; those that have said «ask us» first, then those that suit."""
    in_field = Q(field=wanted.field) | Exists(_places_in(wanted.field).filter(host=OuterRef("pk")))
    open_now = Exists(Place.objects.open().filter(host=OuterRef("pk")))
    hosts = (
        Host.objects.filter(
            in_field, Q(agreement_signed_on__isnull=False) | Q(asks_welcome=True) | open_now, closed_on__isnull=True
        )
        .annotate(
            had=Coalesce(Sum("places__seats_taken"), 0),
            open_places=Count(
                "places", filter=Q(places__stage=PlaceStage.OPEN, places__seats_taken__lt=F("places__seats_total"))
            ),
            suits=Exists(_places_in(wanted.field).filter(host=OuterRef("pk"), groups__contains=[wanted.target_group])),
        )
        .order_by("-asks_welcome", "-suits", F("agreement_signed_on").desc(nulls_last=True), "had", norwegian("name"), "id")
    )
    return [ToAsk(host, _why(host)) for host in hosts[:HOSTS_SHOWN]]


def _why(host: Host) -> list[str]:
    told = [
        (_("har sagt «spør oss»"), host.asks_welcome),
        (_("har tilbudt plass til samme målgruppe"), getattr(host, "suits", False)),
        (_("har hatt noen hos seg"), getattr(host, "had", 0) > 0),
        (_("har ledig plass nå"), getattr(host, "open_places", 0) > 0),
        (_("har signert samarbeidsavtale"), host.agreement_signed_on is not None),
    ]
    return [words for words, holds in told if holds]


def _places_in(code: str) -> QuerySet[Place]:
    return Place.objects.filter(field=code).exclude(stage=PlaceStage.OFFERED)


def _met(wanted: Wanted) -> list[Met]:
    """Barriers that schemes in the field or for the group have told of; those told of most often first."""
    told = Hurdle.objects.filter(Q(scheme__fields__contains=[wanted.field]) | Q(scheme__target_group=wanted.target_group))
    by_code: dict[str, list[Hurdle]] = {}
    for hurdle in told.select_related("scheme").order_by("code", "-told_on", "id")[:LOOKED_AT]:
        by_code.setdefault(hurdle.code, []).append(hurdle)
    return [Met(BARRIERS[code], hurdles) for code, hurdles in sorted(by_code.items(), key=lambda item: (-len(item[1]), item[0]))]


def missing(wanted: Wanted) -> list[str]:
    """Codes of `Missing` that hold today, as far as the catalogue knows."""
    running = Scheme.objects.filter(stage=SchemeStage.RUNNING, fields__contains=[wanted.field], target_group=wanted.target_group)
    places = Place.objects.open().filter(seats_taken__lt=F("seats_total"), groups__contains=[wanted.target_group])
    free = places.filter(Q(field=wanted.field) | Q(seats__fields__contains=[wanted.field]))
    lacks = {
        Missing.SCHEME: not running.exists(),
        Missing.HOST: not hosts_to_ask(wanted),
        Missing.PLACE: not free.exists(),
    }
    return [code.value for code, holds in lacks.items() if holds]


def _gaps_like(wanted: Wanted) -> list[Gap]:
    """Other programmes in the field that look for a first scheme: someone to begin together with."""
    return list(open_gaps().filter(field=wanted.field).exclude(programme=wanted.programme)[:SCHEMES_SHOWN])


def open_gaps() -> QuerySet[Gap]:
    """What the region lacks, the newest first."""
    return Gap.objects.open().select_related("member", "scheme")


@dataclass(frozen=True)
class InField:
    """How many programmes in a field look for a first scheme."""

    label: str
    gaps: list[Gap]


def gaps_by_field(gaps: Iterable[Gap]) -> list[InField]:
    """Grouped by field, the field with most first."""
    found: dict[str, list[Gap]] = {}
    for gap in gaps:
        found.setdefault(gap.field, []).append(gap)
    return [InField(str(Field(code).label), of) for code, of in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))]


def wanted_by(gap: Gap) -> Wanted:
    """What the gap's programme asks for."""
    return Wanted(gap.programme, gap.target_group, gap.field, gap.level, gap.half, gap.credits)
