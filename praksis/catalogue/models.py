"""Schemes (ordninger) and places (plasser) with their seats. Everything here is public; no person is named."""

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from praksis.accounts.models import User
from praksis.base.codes import MUNICIPALITIES, Field, Language, Paper, Season, TargetGroup
from praksis.base.dates import day, span
from praksis.catalogue.choices import (
    LONGEST_ADDRESS,
    SHOWN_FROM,
    SOURCE_BUSY,
    STOPPED,
    Arranger,
    Extent,
    PlaceStage,
    SchemeKind,
    SchemeStage,
    SeatRule,
    SourceProblem,
    SourceState,
    Step,
    Told,
)
from praksis.organisations.models import Host, Member


def _groups(**options: Any) -> ArrayField[Any, Any]:
    return ArrayField(models.CharField(max_length=20, choices=TargetGroup), **options)


class Scheme(models.Model):
    """A way to get practice: a course with a practice part, an apprenticeship scheme, a municipal programme.

    Facts are kept as the source words them (`credits` may be "20/30"); an empty text means "not seen", not "no".

    `steps`, while it is not running: by `Step` [a `StepState`, the day it was set, a note]. What is not there is still to do.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("tittel"), max_length=300)
    language = models.CharField(_("målform"), max_length=2, choices=Language, blank=True)
    kind = models.CharField(_("type"), max_length=20, choices=SchemeKind, blank=True)
    kind_words = models.CharField(_("type med egne ord"), max_length=80, blank=True)
    institution = models.CharField(_("institusjon"), max_length=200)
    owner = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="schemes")
    unit = models.CharField(_("enhet"), max_length=200, blank=True)
    programme = models.CharField(_("studieprogram"), max_length=200, blank=True)
    code = models.CharField(_("emnekode"), max_length=80, blank=True)
    target_group = models.CharField(_("målgruppe"), max_length=20, choices=TargetGroup, blank=True)
    field = models.CharField(_("fag"), max_length=200, blank=True)
    fields = ArrayField(models.CharField(max_length=20, choices=Field), verbose_name=_("fagfelt"), default=list, blank=True)
    level = models.CharField(_("nivå"), max_length=100, blank=True)
    credits = models.CharField(_("studiepoeng"), max_length=20, blank=True)
    duration = models.CharField(_("varighet"), max_length=200, blank=True)
    weeks = models.CharField(_("uker"), max_length=20, blank=True)
    semester = models.CharField(_("når"), max_length=120, blank=True)
    paid = models.BooleanField(_("lønnet"), null=True, blank=True)
    mandatory = models.BooleanField(_("obligatorisk"), null=True, blank=True)
    location = models.CharField(_("hvor"), max_length=300, blank=True)
    entry = models.TextField(_("slik kommer en inn"), blank=True)
    apply_by = models.DateField(_("søknadsfrist"), null=True, blank=True)
    arranged_by = models.CharField(_("hvem skaffer plassen"), max_length=20, choices=Arranger, blank=True)
    supervision = models.TextField(_("veiledning"), blank=True)
    assessment = models.TextField(_("vurdering"), blank=True)
    capacity = models.PositiveIntegerField(_("plasser i året"), null=True, blank=True)
    languages = models.CharField(_("språk i praksisen"), max_length=120, blank=True)
    partners = models.TextField(_("samarbeidspartnere"), blank=True)
    summary = models.TextField(_("kort om ordningen"), blank=True)
    source_url = models.URLField(_("kilde"), max_length=500, blank=True)
    source_date = models.CharField(_("kildens år"), max_length=60, blank=True)
    stage = models.CharField(_("stadium"), max_length=20, choices=SchemeStage, default=SchemeStage.UNKNOWN)
    stage_reason = models.TextField(_("hvorfor den er stanset eller avsluttet"), blank=True)
    steps = models.JSONField(_("stegene fra idé til drift"), default=dict, blank=True, editable=False)
    confirmed_on = models.DateField(_("bekreftet av eieren"), null=True, blank=True)
    asked_on = models.DateField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    made_up = models.BooleanField(_("oppdiktet"), default=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )
    likeness_keys = ArrayField(models.CharField(max_length=400), default=list, blank=True, editable=False)

    class Meta:
        ordering = ["title", "id"]
        indexes = [
            models.Index(fields=["target_group"]),
            GinIndex(fields=["likeness_keys"], name="scheme_likeness_keys"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("catalogue:scheme", args=[self.pk])

    @property
    def is_developing(self) -> bool:
        return self.stage in {SchemeStage.IDEA, SchemeStage.DEVELOPING}

    @property
    def steps_taken(self) -> int:
        """How many steps are done or not needed."""
        return sum(step in self.steps and bool(self.steps[step][0]) for step in Step.values)

    @property
    def kind_label(self) -> str:
        """What it is, in its own words where the list has none."""
        return self.kind_words or (str(SchemeKind(self.kind).label) if self.kind else "")

    @property
    def is_stopped(self) -> bool:
        return self.stage in STOPPED

    @property
    def is_stale(self) -> bool:
        """Confirmed once, but too long ago for anyone to rely on it."""
        return self.confirmed_on is not None and self.confirmed_on < timezone.localdate() - settings.CONFIRM_AFTER

    @property
    def needs_confirming(self) -> bool:
        return self.confirmed_on is None or self.is_stale

    @property
    def source_name(self) -> str:
        """The site that the facts come from: «uib.no»."""
        return urlsplit(self.source_url).netloc.removeprefix("www.")


class SchemeYear(models.Model):
    """How many took part in a scheme in one year, as its owner reports it. Fewer than five are shown as «færre enn fem»."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField(_("år"))
    took_part = models.PositiveIntegerField(_("deltakere"))

    class Meta:
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["scheme", "year"], name="scheme_year_once")]

    def __str__(self) -> str:
        return f"{self.year}: {self.shown}"

    @property
    def shown(self) -> str:
        return str(self.took_part) if self.took_part >= SHOWN_FROM or not self.took_part else _now("færre enn fem")


class SchemeChange(models.Model):
    """What was changed in a scheme, when, and by which member (none for those that came with a file everyone has). Public: a
    person's name never stands here. `what` holds by column what it was and what it became, as text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="changes")
    member = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    what = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "id"]

    def __str__(self) -> str:
        return f"{self.scheme_id}: {', '.join(self.what)}"


class PlaceQuerySet(models.QuerySet["Place"]):
    def open(self) -> "PlaceQuerySet":
        """Places that can be sought today: open, at a host that still exists."""
        return self.filter(stage=PlaceStage.OPEN, host__closed_on__isnull=True)


class Place(models.Model):
    """A place (plass) at a host in one period: an offer with seats of one or more kinds. A tandem has two kinds or more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="places")
    scheme = models.ForeignKey(Scheme, on_delete=models.SET_NULL, null=True, blank=True, related_name="places")
    title = models.CharField(_("tittel"), max_length=200)
    tasks = models.TextField(_("oppgaver"))
    language = models.CharField(_("målform"), max_length=2, choices=Language, default=Language.NB)
    field = models.CharField(_("fagfelt"), max_length=20, choices=Field)
    municipality = models.CharField(_("kommune"), max_length=4, choices=list(MUNICIPALITIES.items()))
    season = models.CharField(_("halvår"), max_length=11)
    starts_on = models.DateField(_("fra"), null=True, blank=True)
    ends_on = models.DateField(_("til"), null=True, blank=True)
    extent = models.CharField(_("omfang"), max_length=20, choices=Extent)
    rule = models.CharField(_("åpner"), max_length=10, choices=SeatRule, default=SeatRule.EACH)
    stage = models.CharField(_("status"), max_length=10, choices=PlaceStage, default=PlaceStage.OFFERED)
    contact = models.CharField(_("kontakt"), max_length=200, blank=True)
    confirmed_on = models.DateField(_("sist bekreftet"), default=timezone.localdate)
    asked_on = models.DateField(null=True, blank=True, editable=False)
    offered_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True, editable=False)
    click_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    groups = _groups(default=list, editable=False)
    seats_total = models.PositiveIntegerField(default=0, editable=False)
    seats_taken = models.PositiveIntegerField(default=0, editable=False)
    made_up = models.BooleanField(_("oppdiktet"), default=False)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "title", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="place_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(seats_taken__lte=F("seats_total")), name="place_not_overfull"),
        ]
        indexes = [
            GinIndex(fields=["groups"]),
            models.Index(fields=["stage", "season", "municipality"]),
            models.Index(fields=["stage", "starts_on", "title"]),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("catalogue:place", args=[self.pk])

    @property
    def is_stale(self) -> bool:
        """Confirmed too long ago for anyone to rely on it."""
        return self.confirmed_on < timezone.localdate() - settings.CONFIRM_AFTER

    @property
    def out_since(self) -> datetime:
        """When it came into the catalogue: as it was offered, or later, when it had waited or been closed."""
        return self.opened_at or self.offered_at

    @property
    def is_tandem(self) -> bool:
        """Two or more kinds that open together: the seats are filled as one, or not at all."""
        return self.rule in {SeatRule.WHOLE, SeatRule.EQUAL}

    @property
    def seats_free(self) -> int:
        return self.seats_total - self.seats_taken

    @property
    def mark(self) -> str:
        """What the place's tile shows: a person in it where every seat is taken."""
        return "open" if self.seats_free else "taken"

    @property
    def only_group(self) -> str:
        """The group whose colour the place has; none where several share it."""
        return str(self.groups[0]) if len(self.groups) == 1 else ""

    @property
    def season_label(self) -> str:
        return Season.parse(self.season).label

    @property
    def period(self) -> str:
        """When it is, as exactly as the host has said: «11. januar–26. mars 2027», «Fra 11. januar 2027» or the half-year."""
        if not self.starts_on:
            return self.season_label
        if not self.ends_on:
            return _now("Fra %(day)s") % {"day": day(self.starts_on)}
        return span(self.starts_on, self.ends_on)

    @property
    def halves(self) -> list[str]:
        """Of each kind of seat whether it is taken or open: what the tandem's mark shows."""
        return ["open" if seat.free else "taken" for seat in self.seats.all()]

    @property
    def opening_sentence(self) -> str:
        """When it starts, in a sentence."""
        sentences = {
            SeatRule.EACH: _now("Hver plass starter for seg."),
            SeatRule.WHOLE: _now("Plassen starter når begge halvdelene er fylt."),
            SeatRule.EQUAL: _now("Plassen starter når det er like mange i hver halvdel."),
        }
        return sentences[SeatRule(self.rule)]

    @property
    def halves_free(self) -> int:
        return self.halves.count("open")


class Seat(models.Model):
    """One kind of seat at a place: how many, at least how many, and who it accepts. `taken` counts seats, not persons."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="seats")
    kind = models.CharField(max_length=2)
    role = models.CharField(_("rolle"), max_length=120, blank=True)
    tasks = models.TextField(_("oppgaver"), blank=True)
    capacity = models.PositiveIntegerField(_("plasser"))
    minimum = models.PositiveIntegerField(_("minst"), default=0)
    groups = _groups(verbose_name=_("målgrupper"))
    fields = ArrayField(models.CharField(max_length=20, choices=Field), verbose_name=_("fagfelt"), default=list, blank=True)
    requires = ArrayField(models.CharField(max_length=20, choices=Paper), verbose_name=_("krever"), default=list, blank=True)
    taken = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["place", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["place", "kind"], name="seat_kind_once_per_place"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="seat_capacity_at_least_one"),
            models.CheckConstraint(condition=Q(minimum__lte=F("capacity")), name="seat_minimum_within_capacity"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="seat_not_overfull"),
        ]

    def __str__(self) -> str:
        return self.role or self.kind

    @property
    def free(self) -> int:
        return self.capacity - self.taken

    @property
    def required_papers(self) -> list[str]:
        """What it requires, in the reader's language."""
        return [str(Paper(paper).label) for paper in self.requires]


class Pool(models.Model):
    """A limit over several places at once: one supervisor, one department, one host in overlapping weeks."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="pools")
    name = models.CharField(_("navn"), max_length=120)
    limit = models.PositiveIntegerField(_("høyst"))
    places = models.ManyToManyField(Place, related_name="pools")

    def __str__(self) -> str:
        return self.name


class OfferFrom(models.Model):
    """That a place was offered without an account from some network, or a question asked by somebody, which a keyed hash stands
    for. Kept for an hour, for the limits."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["network", "at"], name="offer_from")]

    def __str__(self) -> str:
        return f"{self.network[:8]} {self.at:%H:%M}"


class SavedSearch(models.Model):
    """A search that somebody will be told what is new in. What one looks for is about oneself: nobody else sees it.

    `address` is the question as on the catalogue's page, without order and page. `seen` is all that it has found so far, so that
    each thing is told once, whether it goes and comes back or not. `used_at` is when its owner last did something with it,
    `asked_at` when they were asked whether they still want it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("navn"), max_length=100)
    address = models.CharField(max_length=LONGEST_ADDRESS)
    told = models.CharField(max_length=10, choices=Told, default=Told.WEEKLY)
    seen = ArrayField(models.UUIDField(), default=list)
    looked_on = models.DateField(default=timezone.localdate)
    saved_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-saved_at", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "address"], name="search_saved_once")]
        indexes = [models.Index(fields=["looked_on"], name="saved_search_looked_on")]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """The page of the catalogue that answers it."""
        return reverse("catalogue:find") + self.address

    @property
    def is_stopped(self) -> bool:
        return self.told == Told.STOPPED


class SourceQuerySet(models.QuerySet["Source"]):
    def standing(self) -> "SourceQuerySet":
        """Those that nobody has removed."""
        return self.filter(removed_at__isnull=True)


class Source(models.Model):
    """Something published that the region builds on: a report, a survey. With a file, an address, or both.

    Everyone sees what it is called and where it stands. The file and its text everyone sees where the member that added it says
    that it may be shown (`may_show`), with `licence` as the reason; elsewhere that member's own coordinators alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="sources")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    title = models.CharField(_("tittel"), max_length=300)
    publisher = models.CharField(_("utgiver"), max_length=200)
    year = models.PositiveSmallIntegerField(_("år"), null=True, blank=True)
    language = models.CharField(_("språk"), max_length=2, choices=Language, blank=True)
    licence = models.CharField(_("lisens eller tillatelse"), max_length=200, blank=True)
    may_show = models.BooleanField(_("filen kan vises"), default=False)
    address = models.URLField(_("nettadresse"), max_length=500, blank=True)
    form = models.CharField(max_length=4, blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    size = models.PositiveIntegerField(default=0, editable=False)
    state = models.CharField(max_length=10, choices=SourceState, default=SourceState.LINK, editable=False)
    problem = models.CharField(max_length=20, choices=SourceProblem, blank=True, editable=False)
    pages_done = models.PositiveIntegerField(default=0, editable=False)
    pages_total = models.PositiveIntegerField(default=0, editable=False)
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    fetched_at = models.DateTimeField(null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    made_up = models.BooleanField(_("oppdiktet"), default=False)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("catalogue:source", args=[self.pk])

    @property
    def is_busy(self) -> bool:
        return self.state in SOURCE_BUSY

    @property
    def has_pages(self) -> bool:
        """Whether its pages can be told apart: those of a Word document are only there when it is printed."""
        return self.form == "pdf" and self.pages_total > 0

    @property
    def from_where(self) -> str:
        """Who published it, and when."""
        return f"{self.publisher}, {self.year}" if self.year else self.publisher


class SourceFile(models.Model):
    """A source's file, as it was sent or fetched."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()

    def __str__(self) -> str:
        return str(self.source_id)


FULL_LINE = 0.7
"""A line that is so much of the longest one goes on in the next: it was broken by the width of the paper."""


def paragraphs(text: str) -> list[str]:
    """The text of a page as one reads it, without the breaks that the paper made."""
    lines = [line.strip() for line in text.splitlines()]
    full, found, goes_on = FULL_LINE * max(map(len, lines), default=0), [""], False
    for line in lines:
        if goes_on and line:
            found[-1] += f" {line}"
        else:
            found.append(line)
        goes_on = len(line) >= full
    return [one for one in found if one]


class SourcePage(models.Model):
    """One page of a source: its text, how it is found (`vector`, as in the index), and how it looks where that is shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    vector = SearchVectorField(null=True)
    picture = models.BinaryField(null=True)

    class Meta:
        ordering = ["source", "number"]
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="source_page_once")]
        indexes = [GinIndex(fields=["vector"], name="source_page_vector")]

    def __str__(self) -> str:
        return f"{self.source_id}, {self.number}"

    @property
    def paragraphs(self) -> list[str]:
        return paragraphs(self.text)


class Citation(models.Model):
    """That what is said of a scheme stands in a source, on a page where it has pages."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="citations")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="citations")
    page = models.PositiveIntegerField(_("side"), null=True, blank=True)
    words = models.CharField(_("hva kilden sier"), max_length=500, blank=True)
    cited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["cited_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "source", "page"], name="cited_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.page}" if self.page else str(self.source)
