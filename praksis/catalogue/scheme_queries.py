"""Reads of schemes: what is known of one, what was changed in it, which are like it, which are a member's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Field as Column
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from praksis.base.dates import day
from praksis.base.sorting import norwegian
from praksis.catalogue.choices import SchemeStage, Step, StepState
from praksis.catalogue.models import Scheme
from praksis.organisations.models import Member

SIMILAR_SCHEMES = 5
CHANGES_SHOWN = 10
FACTS = (
    *("programme", "code", "field", "fields", "level", "credits", "duration", "weeks", "semester", "apply_by", "paid"),
    *("mandatory", "location", "arranged_by", "capacity", "languages"),
)
TEXTS = ("entry", "supervision", "assessment", "partners")
COLUMNS: Mapping[str, "Column[object, object]"] = {column.name: column for column in Scheme._meta.concrete_fields}


def scheme_facts(scheme: Scheme) -> list[tuple[str, str]]:
    """What is said of it in a word or two, each with its name; what nobody has said is left out."""
    said = [(name, getattr(scheme, name)) for name in FACTS]
    return [(_name(name), _in_words(name, value)) for name, value in said if value not in (None, "", [])]


def scheme_texts(scheme: Scheme) -> list[tuple[str, str]]:
    """What is told at more length, each with its heading; what nobody has told is left out."""
    return [(_name(name), text) for name in TEXTS if (text := getattr(scheme, name))]


def _name(column: str) -> str:
    if column == "sources":
        return _("Kilder")
    if column.isdigit():
        return _("Deltakere i %(year)s") % {"year": column}
    return capfirst(str(COLUMNS[column].verbose_name))


def _in_words(column: str, value: object) -> str:
    """A value as a reader understands it: codes by their labels, days as days, yes and no."""
    if isinstance(value, date):
        return day(value)
    if isinstance(value, bool):
        return _("ja") if value else _("nei")
    labels = _labels(column)
    return ", ".join(labels.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]))


def _labels(column: str) -> dict[str, str]:
    held = getattr(COLUMNS.get(column), "base_field", COLUMNS.get(column))
    return {str(code): str(label) for code, label in getattr(held, "choices", None) or []}


@dataclass(frozen=True)
class Told:
    """One change: when, by which member, and by column what it was and what it became."""

    at: datetime
    member: str
    columns: list[tuple[str, str, str]]


def changes_of(scheme: Scheme) -> list[Told]:
    """What was changed in a scheme, the newest first. One query."""
    found = scheme.changes.select_related("member").order_by("-at", "id")[:CHANGES_SHOWN]
    return [Told(one.at, one.member.short_name if one.member else "", told_changes(one.what)) for one in found]


def told_changes(what: Mapping[str, list[str]]) -> list[tuple[str, str, str]]:
    """Columns by their names, each with what it was and what it became, in words."""
    return [(_name(column), _as_it_was(column, before), _as_it_was(column, after)) for column, (before, after) in what.items()]


def _as_it_was(column: str, text: str) -> str:
    """A value that was kept as text, in words."""
    if column.endswith(("_on", "_by")) and text[:4].isdigit():
        return day(date.fromisoformat(text))
    if text in ("True", "False"):
        return _in_words(column, text == "True")
    return _in_words(column, text.split(", ")) if _labels(column) else text


def steps_of(scheme: Scheme) -> list[tuple[str, str, str]]:
    """The steps from idea to running as the page shows them: name, note, and done, now or next."""
    shown, now_shown = [], False
    for step in Step:
        state, on, note = scheme.steps.get(step, ["", "", ""])
        when = _("trengs ikke her") if state == StepState.NOT_NEEDED else day(date.fromisoformat(on)) if state else ""
        looks = "done" if state else "next" if now_shown else "now"
        now_shown = now_shown or not state
        shown.append((str(step.label), ". ".join(filter(None, [when, note])), looks))
    return shown


def similar_schemes(scheme: Scheme) -> list[Scheme]:
    """Other schemes for the same group or in the same field; those that are both come first."""
    same_group = Q(target_group=scheme.target_group) if scheme.target_group else Q(pk__in=[])
    same_field = Q(fields__overlap=scheme.fields) if scheme.fields else Q(pk__in=[])
    same_field |= Q(field__iexact=scheme.field) if scheme.field else Q(pk__in=[])
    others = Scheme.objects.exclude(pk=scheme.pk).exclude(stage=SchemeStage.ENDED).filter(same_group | same_field)
    listed = others.filter(merged_into__isnull=True).order_by(norwegian("title"), "id")
    return sorted(listed, key=lambda other: -_likeness(scheme, other))[:SIMILAR_SCHEMES]


def _likeness(one: Scheme, other: Scheme) -> int:
    same_words = bool(one.field) and one.field.lower() == other.field.lower()
    same_field = same_words or bool({*one.fields} & {*other.fields})
    return 2 * same_field + (one.target_group == other.target_group) + (one.institution == other.institution)


def schemes_of(members: Iterable[Member]) -> list[Scheme]:
    """Members' own schemes: never confirmed or too long ago first, those that have ended last; then by title."""
    found = Scheme.objects.filter(owner__in=members, merged_into__isnull=True).order_by(norwegian("title"), "id")
    return sorted(found.select_related("owner"), key=lambda one: (one.stage == SchemeStage.ENDED, not one.needs_confirming))
