"""What is done to schemes: made, changed, taken over, confirmed. Each write keeps the index in step and tells of itself."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from praksis.accounts.models import User
from praksis.catalogue.actions import ChangedMeanwhileError, index_schemes
from praksis.catalogue.choices import SchemeStage, Step
from praksis.catalogue.models import Scheme, SchemeChange, SchemeYear
from praksis.catalogue.rules import may_edit_scheme, members_coordinated
from praksis.organisations.models import Member

UNTOLD = {"id", "version", "changed_at", "confirmed_on", "asked_on", "made_up", "merged_into", "likeness_keys", "steps"}
"""Columns whose changes are not told: they follow from the others, or tell themselves."""
COLUMNS = tuple(column.name for column in Scheme._meta.concrete_fields if column.name not in UNTOLD)


@transaction.atomic
def make_scheme(*, scheme: Scheme, years: Mapping[int, int | None], by: User) -> Scheme:
    """Store a new scheme for a member that the user answers for. The same id is the same scheme: a second click makes no other.

    Side effects: the search index; the change is told.
    """
    if scheme.owner is None or not members_coordinated(by).filter(pk=scheme.owner.pk).exists():
        raise PermissionDenied
    known = Scheme.objects.filter(pk=scheme.pk).first()
    if known:
        return known
    scheme.institution = scheme.institution or scheme.owner.name
    scheme.confirmed_on = timezone.localdate()
    scheme.save(force_insert=True)
    _keep_years(scheme, years)
    SchemeChange.objects.create(scheme=scheme, member=scheme.owner)
    index_schemes([scheme])
    return scheme


@transaction.atomic
def change_scheme(*, scheme: Scheme, years: Mapping[int, int | None], seen: int, by: User) -> None:
    """Store a changed scheme, as confirmed today. `seen` is the version that was changed; `scheme.owner` may be new where the
    scheme had none, and is then a member that the user answers for.

    Side effects: the search index; the change is told. Raises ChangedMeanwhileError when someone else was first.
    """
    stored = Scheme.objects.select_for_update(of=("self",)).get(pk=scheme.pk)
    if not may_edit_scheme(by, stored) or scheme.owner is None:
        raise PermissionDenied
    if not members_coordinated(by).filter(pk=scheme.owner.pk).exists():
        raise PermissionDenied
    if stored.version != seen:
        raise ChangedMeanwhileError
    what = changes(stored, scheme) | _keep_years(scheme, years)
    scheme.version, scheme.changed_at, scheme.confirmed_on = seen + 1, timezone.now(), timezone.localdate()
    scheme.save()
    if what:
        SchemeChange.objects.create(scheme=scheme, member=scheme.owner, what=what)
    index_schemes([scheme])


@transaction.atomic
def confirm_schemes(schemes: QuerySet[Scheme], *, member: Member) -> int:
    """The owner stands for what is said of these, as of today; how many had not been confirmed today already.

    Side effects: the search index; told as changes.
    """
    today = timezone.localdate()
    held = [one for one in schemes.select_for_update(of=("self",)) if one.confirmed_on != today]
    told = [(one, {"confirmed_on": [_text(one.confirmed_on), _text(today)]}) for one in held]
    for one in held:
        one.confirmed_on = today
        one.stage = SchemeStage.RUNNING if one.stage == SchemeStage.UNKNOWN else one.stage
    Scheme.objects.bulk_update(held, ["confirmed_on", "stage"])
    SchemeChange.objects.bulk_create(SchemeChange(scheme=one, member=member, what=what) for one, what in told)
    index_schemes(held)
    return len(held)


@transaction.atomic
def take_steps(*, scheme: Scheme, said: Mapping[str, tuple[str, str]], runs: bool, seen: int, by: User) -> None:
    """Store how far an idea has come: by step its state and a note. `runs` says that it is running from now on. `seen` is the
    version that was changed.

    Side effects: the search index; the change is told. Raises PermissionDenied, ChangedMeanwhileError.
    """
    stored = Scheme.objects.select_for_update(of=("self",)).get(pk=scheme.pk)
    if not may_edit_scheme(by, stored) or stored.owner_id is None:
        raise PermissionDenied
    if stored.version != seen:
        raise ChangedMeanwhileError
    before, stage = stored.steps_taken, stored.stage
    stored.steps = {step: _step(stored.steps.get(step), *one) for step, one in said.items() if any(one)}
    stored.stage = SchemeStage.RUNNING if runs else stored.stage
    what = {"steps": [_of_all(before), _of_all(stored.steps_taken)]} if before != stored.steps_taken else {}
    what |= {"stage": [stage, stored.stage]} if runs else {}
    stored.version, stored.changed_at, stored.confirmed_on = seen + 1, timezone.now(), timezone.localdate()
    stored.save(update_fields=["steps", "stage", "version", "changed_at", "confirmed_on"])
    if what:
        SchemeChange.objects.create(scheme=stored, member_id=stored.owner_id, what=what)
    index_schemes([stored])


def _step(before: list[str] | None, state: str, note: str) -> list[str]:
    """The day stays while the state does."""
    day = before[1] if before and before[0] == state else str(timezone.localdate())
    return [state, day, note]


def _of_all(taken: int) -> str:
    return f"{taken}/{len(Step)}"


def changes(before: Scheme, after: Scheme) -> dict[str, list[str]]:
    """By column what it was and what it became, as text; columns that stay are left out."""
    pairs = {name: [_text(getattr(one, name)) for one in (before, after)] for name in COLUMNS}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)


def _keep_years(scheme: Scheme, years: Mapping[int, int | None]) -> dict[str, list[str]]:
    """Store how many took part in each of these years; None takes a year away. What changed, by «year»."""
    known = {row.year: row for row in scheme.years.all()}
    what = {}
    for year, took_part in years.items():
        before = known.get(year)
        if took_part is None and before:
            before.delete()
        elif took_part is not None and (before is None or before.took_part != took_part):
            SchemeYear.objects.update_or_create(scheme=scheme, year=year, defaults={"took_part": took_part})
        else:
            continue
        after = SchemeYear(year=year, took_part=took_part).shown if took_part is not None else ""
        what[str(year)] = [before.shown if before else "", after]
    return what
