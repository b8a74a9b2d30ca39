"""What the API takes and gives: the shapes that its description (OpenAPI) tells of."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field as Told
from ninja import Schema
from pydantic import AfterValidator

from praksis.base.codes import MUNICIPALITIES, Field, Language, Paper, TargetGroup
from praksis.catalogue.choices import Arranger, Extent, SchemeKind, SchemeStage, SeatRule
from praksis.catalogue.models import Place, Scheme
from praksis.catalogue.search import FORMS, LONGEST_QUERY
from praksis.organisations.choices import MemberKind

MOST = 200


def _one_of(codes: Any) -> AfterValidator:
    def check(value: str) -> str:
        if value not in codes:
            raise ValueError(value)
        return value

    return AfterValidator(check)


Municipality = Annotated[str, _one_of(MUNICIPALITIES), Told(json_schema_extra={"enum": sorted(MUNICIPALITIES)})]
Form = Annotated[str, _one_of(FORMS), Told(json_schema_extra={"enum": sorted(FORMS)})]
SeasonCode = Annotated[str, Told(pattern=r"^20[0-9]{2}-(spring|autumn)$", examples=["2027-spring"])]


class Asked(Schema):
    """How far into a list, and how much of it."""

    cursor: UUID | None = Told(None, description="From `next` in the page before; leave it out for the first page.")
    limit: int = Told(50, ge=1, le=MOST, description="How many to give at once.")


class AskedOfPlaces(Asked):
    """The catalogue's search: within one filter any of the values will do, different filters must all hold."""

    q: str = Told("", max_length=LONGEST_QUERY, description="Words, as on the page «Finn plass». Full places are not found.")
    group: list[TargetGroup] = Told([], description="Target group.")
    season: list[SeasonCode] = Told([], description="Half-year.")
    municipality: list[Municipality] = Told([], description="Number of the municipality.")
    field: list[Field] = Told([], description="Field of work.")
    form: list[Form] = Told([], description="Tandem, several fields together, or in nynorsk.")


class AskedOfSchemes(Asked):
    """The catalogue's search, as far as it concerns schemes."""

    q: str = Told("", max_length=LONGEST_QUERY, description="Words, as on the page «Finn plass».")
    group: list[TargetGroup] = Told([], description="Target group.")
    municipality: list[Municipality] = Told([], description="Number of the municipality.")
    form: list[Form] = Told([], description="In nynorsk.")


class Linked(Schema):
    """Something with a page of its own. `made_up` says that it belongs to a demonstration."""

    id: UUID
    url: str = Told(description="The page for people; it stays the same.")
    made_up: bool

    @staticmethod
    def resolve_url(thing: Any, context: dict[str, Any]) -> str:
        return str(context["request"].build_absolute_uri(thing.get_absolute_url()))


class HostShape(Linked):
    """A host (virksomhet): an enterprise or a sub-unit, with its number in Enhetsregisteret."""

    name: str
    number: str = Told(pattern=r"^\d{9}$")
    field: Field
    municipality: str = Told(description="Number of the municipality; empty outside the region.")
    area: str
    address: str
    latitude: float | None
    longitude: float | None
    industry: str
    employees: int | None
    about: str
    training_approved_until: date | None = Told(description="Until when it is approved to train apprentices.")
    closed_on: date | None


class SeatShape(Schema):
    """One kind of seat (plass for én) at a place."""

    kind: str
    role: str
    tasks: str
    capacity: int
    minimum: int
    free: int
    groups: list[TargetGroup]
    fields: list[Field]
    requires: list[Paper]


class PlaceShape(Linked):
    """A place (plass) at a host in one half-year, with its seats."""

    title: str
    tasks: str
    language: Language
    field: Field
    municipality: str
    season: str
    starts_on: date | None
    ends_on: date | None
    extent: Extent
    rule: SeatRule = Told(description="How it opens: each seat for itself, when all are filled, or as many of each.")
    groups: list[TargetGroup]
    seats: list[SeatShape]
    host: HostShape
    scheme: UUID | None = Told(description="The scheme that it belongs to.")
    offered_at: datetime
    confirmed_on: date

    @staticmethod
    def resolve_seats(place: Place) -> list[Any]:
        return list(place.seats.all())

    @staticmethod
    def resolve_scheme(place: Place) -> UUID | None:
        """One that has ended has no page any more."""
        return place.scheme.pk if place.scheme and place.scheme.stage != SchemeStage.ENDED else None


class OwnerShape(Schema):
    """The member that answers for a scheme."""

    id: UUID
    name: str


class SchemeShape(Linked):
    """A scheme (ordning), as its source or its owner words it. An empty text means «not seen», not «no»."""

    title: str
    language: Language | None
    kind: SchemeKind | None
    kind_words: str
    institution: str
    owner: OwnerShape | None
    unit: str
    programme: str
    code: str
    target_group: TargetGroup | None
    field: str
    fields: list[Field]
    level: str
    credits: str
    duration: str
    weeks: str
    semester: str
    paid: bool | None
    mandatory: bool | None
    location: str
    entry: str
    apply_by: date | None
    arranged_by: Arranger | None
    supervision: str
    assessment: str
    capacity: int | None
    languages: str
    partners: str
    summary: str
    source_url: str
    source_date: str
    stage: SchemeStage
    stage_reason: str
    confirmed_on: date | None
    changed_at: datetime

    @staticmethod
    def resolve_language(scheme: Scheme) -> str | None:
        return scheme.language or None

    @staticmethod
    def resolve_kind(scheme: Scheme) -> str | None:
        return scheme.kind or None

    @staticmethod
    def resolve_target_group(scheme: Scheme) -> str | None:
        return scheme.target_group or None

    @staticmethod
    def resolve_arranged_by(scheme: Scheme) -> str | None:
        return scheme.arranged_by or None


class MemberShape(Schema):
    """A member: an organisation that needs places for its people."""

    id: UUID
    name: str
    short_name: str
    kind: MemberKind


class WishedShape(Schema):
    """How many have a place on their list of wishes. `count` is null for fewer than five."""

    place: UUID
    kind: str = Told(description="The kind of seat; empty for the whole place.")
    count: int | None
    published_at: datetime


class WaitingShape(Schema):
    """How many wait for a place within a field; never fewer than five."""

    field: Field
    count: int
    published_at: datetime


class FiguresShape(Schema):
    """Numbers about people, written at set times; nothing under five is given."""

    wished_for: list[WishedShape]
    waiting: list[WaitingShape]


class CodeShape(Schema):
    """A code, and what it means in the reader's language."""

    code: str
    label: str


class Page[T](Schema):
    """A page of a list. `next` is the address of the next one; null at the end."""

    items: list[T]
    next: str | None


class WrongValue(Schema):
    """A value that cannot be used: where it stands, and which rule it breaks."""

    where: str
    rule: str


class Problem(Schema):
    """What went wrong, in the reader's language (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[WrongValue] = Told(default_factory=list)
