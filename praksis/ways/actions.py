"""What is done for a programme without practice: its need noted, a draft started. And what stood in a scheme's way is told."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from praksis.accounts.models import User
from praksis.base.codes import TargetGroup
from praksis.catalogue.actions import index_schemes
from praksis.catalogue.choices import Level, SchemeKind, SchemeStage
from praksis.catalogue.models import Scheme
from praksis.organisations.models import Member
from praksis.ways.choices import Half
from praksis.ways.models import Gap, Hurdle
from praksis.ways.queries import Wanted, missing
from praksis.ways.rules import may_change_gap, may_note_for, may_tell_of

KINDS = {
    TargetGroup.STUDENT_ELECTIVE: SchemeKind.ELECTIVE,
    TargetGroup.STUDENT_MANDATORY: SchemeKind.MANDATORY,
    TargetGroup.APPRENTICE: SchemeKind.APPRENTICESHIP,
    TargetGroup.WORK_TRAINING: SchemeKind.WORK_TRAINING,
    TargetGroup.LANGUAGE_PRACTICE: SchemeKind.LANGUAGE_PRACTICE,
    TargetGroup.PUPIL: SchemeKind.PUPIL,
}


@transaction.atomic
def note_gap(*, member: Member, wanted: Wanted, by: User) -> Gap:
    """Note what a programme needs, and what the region lacks for it today. Noted again, the open one is brought up to date."""
    if not may_note_for(by, member):
        raise PermissionDenied
    facts = {"field": wanted.field, "level": wanted.level, "half": wanted.half, "credits": wanted.credits}
    gap, _made = Gap.objects.update_or_create(
        member=member,
        programme=wanted.programme,
        target_group=wanted.target_group,
        closed_at=None,
        defaults=facts | {"missing": missing(wanted)},
    )
    return gap


@transaction.atomic
def start_scheme(*, gap: Gap, by: User) -> Scheme:
    """A draft of a first scheme, in stage «idea», with what the programme has told. Twice gives the same draft.

    Side effect: the draft stands in the search index, so that others who think of the same find it.
    """
    held = Gap.objects.select_for_update(of=("self",)).select_related("member", "scheme").get(pk=gap.pk)
    if not may_change_gap(by, held):
        raise PermissionDenied
    if held.scheme is None:
        held.scheme = Scheme.objects.create(**_draft(held))
        held.save(update_fields=["scheme"])
        index_schemes([held.scheme])
    return held.scheme


def _draft(gap: Gap) -> Mapping[str, Any]:
    return {
        "language": (get_language() or "nb")[:2],
        "title": _("Praksis i %(programme)s") % {"programme": _inside(gap.programme)},
        "kind": KINDS[TargetGroup(gap.target_group)],
        "institution": gap.member.name,
        "owner": gap.member,
        "programme": gap.programme,
        "target_group": gap.target_group,
        "fields": [gap.field],
        "level": str(Level(gap.level).label),
        "semester": str(Half(gap.half).label) if gap.half else "",
        "credits": "" if gap.credits is None else str(gap.credits),
        "stage": SchemeStage.IDEA,
    }


def _inside(name: str) -> str:
    """A programme's name inside a sentence: «bachelor i filosofi», but «IT-utvikling» stays."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name


@transaction.atomic
def close_gap(*, gap: Gap, by: User) -> None:
    """The need is met, or no longer there. Twice does no more."""
    if not may_change_gap(by, gap):
        raise PermissionDenied
    Gap.objects.filter(pk=gap.pk, closed_at__isnull=True).update(closed_at=timezone.now())


@transaction.atomic
def tell_hurdle(*, scheme: Scheme, code: str, helped: str, by: User) -> Hurdle:
    """Tell of a barrier that the scheme met and what helped; told again, the newest words stand."""
    if not may_tell_of(by, scheme):
        raise PermissionDenied
    told = {"helped": helped, "told_on": timezone.localdate()}
    return Hurdle.objects.update_or_create(scheme=scheme, code=code, defaults=told)[0]


@transaction.atomic
def take_back_hurdle(*, scheme: Scheme, code: str, by: User) -> None:
    """Take back what was told. Twice does no more."""
    if not may_tell_of(by, scheme):
        raise PermissionDenied
    Hurdle.objects.filter(scheme=scheme, code=code).delete()
