"""Who can be asked: the directory of resource persons, those of a scheme, and those of a host."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from praksis.base.codes import Field, Language, TargetGroup, standing
from praksis.base.sorting import norwegian
from praksis.catalogue.choices import SchemeKind
from praksis.catalogue.models import Scheme
from praksis.organisations.choices import Experience
from praksis.organisations.models import Host, ResourcePerson

PER_PAGE = 20
BESIDE_A_SCHEME = 4
LONGEST_WORDS = 100


def _listed(column: str) -> Callable[[str], Q]:
    """Those who named it, and those who named none: an empty list means all."""
    return lambda value: Q(**{f"{column}__contains": [value]}) | Q(**{column: []})


@dataclass(frozen=True)
class Filter:
    """One way to narrow the directory: its name in the address, its heading, its values, and what a value asks."""

    name: str
    label: object
    options: Mapping[str, object]
    condition: Callable[[str], Q]


FILTERS = (
    Filter("field", _("Fagfelt"), dict(Field.choices), _listed("fields")),
    Filter("group", _("Målgruppe"), dict(TargetGroup.choices), _listed("groups")),
    Filter("kind", _("Slags ordning"), dict(standing(SchemeKind)), _listed("kinds")),
    Filter("experience", _("Erfaring"), dict(standing(Experience)), lambda value: Q(experience=value)),
    Filter(
        "at",
        _("Hvor"),
        {"member": _("Ved en institusjon eller et kontor"), "host": _("Hos en virksomhet")},
        lambda value: Q(**{f"{value}__isnull": False}),
    ),
    Filter("language", _("Svarer på"), dict(standing(Language)), lambda value: Q(languages__contains=[value])),
)


@dataclass(frozen=True)
class Choice:
    """A filter as the page shows it, with what is chosen in it."""

    filter: Filter
    chosen: str


@dataclass(frozen=True)
class Directory:
    """What was asked, and who was found."""

    q: str
    choices: list[Choice]
    page: Page[ResourcePerson]

    @property
    def narrowed(self) -> bool:
        return bool(self.q) or any(choice.chosen for choice in self.choices)


def directory(data: QueryDict) -> Directory:
    """Read an address and find those who fit: two queries, whoever there are. Values that mean nothing are passed by."""
    q = " ".join(data.get("q", "").replace("\x00", "").split())[:LONGEST_WORDS]
    chosen = {one.name: data.get(one.name, "") for one in FILTERS}
    choices = [Choice(one, chosen[one.name] if chosen[one.name] in one.options else "") for one in FILTERS]
    found = ResourcePerson.objects.published().filter(_words(q))
    for choice in choices:
        if choice.chosen:
            found = found.filter(choice.filter.condition(choice.chosen))
    listed = found.select_related("member", "host").order_by(norwegian("name"), "id")
    return Directory(q, choices, Paginator(listed, PER_PAGE).get_page(data.get("page", "1")))


def _words(q: str) -> Q:
    """Each word in the name, the title, what they know, or where they are."""
    columns = ("name", "title", "knows", "member__name", "member__short_name", "host__name")
    held = Q()
    for word in re.findall(r"[^\W_]+", q):
        held &= Q.create([Q(**{f"{column}__icontains": word}) for column in columns], connector=Q.OR)
    return held


def people_for_scheme(scheme: Scheme) -> list[ResourcePerson]:
    """Whom one can ask about a scheme: its owner's people first, then others who know its kind, group or field; one query."""
    own = Q(member=scheme.owner_id) if scheme.owner_id else Q(pk__in=[])
    knows = Q(kinds__contains=[scheme.kind]) if scheme.kind else Q(pk__in=[])
    fits = Q(groups__contains=[scheme.target_group]) if scheme.target_group else Q(pk__in=[])
    in_field = Q(fields__overlap=scheme.fields) if scheme.fields else Q(pk__in=[])
    rank = Case(When(own, then=Value(0)), When(knows, then=Value(1)), default=Value(2), output_field=IntegerField())
    found = ResourcePerson.objects.published().filter(own | (fits & (knows | in_field)) | (knows & in_field))
    return list(found.select_related("member", "host").order_by(rank, norwegian("name"), "id")[:BESIDE_A_SCHEME])


def people_of(host: Host) -> list[ResourcePerson]:
    """Whom one can ask at a host."""
    return list(host.resource_persons.published().order_by(norwegian("name"), "id"))


def kind_names(person: ResourcePerson) -> list[str]:
    """What the kinds of schemes are called; the codes are kept where kinds are not known."""
    names: dict[str, Any] = dict(SchemeKind.choices)
    return [str(names[code]) for code in person.kinds if code in names]
