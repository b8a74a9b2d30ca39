"""Two schemes that may be one: found by a job, judged by a person, once."""

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from praksis.accounts.models import User
from praksis.catalogue.actions import index_schemes, merge_schemes
from praksis.catalogue.likeness import likeness, pairs_to_look_at
from praksis.catalogue.models import Scheme
from praksis.intake.models import Origin, Pair
from praksis.intake.rules import may_judge, may_merge

BATCH = 1000


def find_pairs() -> int:
    """Look for pairs that may be one, in the worker; how many there are. Unjudged ones that are not likely now are forgotten."""
    with transaction.atomic():
        without = Scheme.objects.filter(merged_into=None, likeness_keys=[])
        index_schemes(without)
        schemes = {str(scheme.pk): scheme for scheme in Scheme.objects.filter(merged_into=None)}
        looked = [(schemes[one], schemes[other]) for one, other in pairs_to_look_at()]
    found = [(one, other, like) for one, other in looked if (like := likeness(one, other)).likely]
    pairs = [
        Pair(one=one, other=other, score=like.score, overlap=like.overlap, reasons=list(like.reasons))
        for one, other, like in found
    ]
    with transaction.atomic():
        likely = {(pair.one_id, pair.other_id) for pair in pairs}
        waiting = Pair.objects.filter(verdict="")
        gone = [pk for pk, one, other in waiting.values_list("pk", "one_id", "other_id") if (one, other) not in likely]
        Pair.objects.filter(pk__in=gone).delete()
        Pair.objects.bulk_create(
            pairs,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["one", "other"],
            update_fields=["score", "overlap", "reasons"],
        )
    return len(pairs)


@transaction.atomic
def tell_apart(*, pair: Pair, by: User) -> None:
    """Say that two are different; they are not shown together again. Twice is once. Raises PermissionDenied."""
    held = _held(pair)
    if not may_judge(by, held.one, held.other):
        raise PermissionDenied
    if not held.verdict:
        _judge(held, "different", by)


@transaction.atomic
def merge(*, pair: Pair, keep: UUID, by: User) -> Scheme:
    """Let one of two go into the other, which is the answer. Twice is once.

    The address of the one that goes leads to the one that stays; so do its places, its years, and the rows it came from.
    Side effects: the search index. Raises PermissionDenied, ValidationError where either is gone already.
    """
    held = _held(pair)
    kept, gone = (held.one, held.other) if held.one_id == keep else (held.other, held.one)
    if not may_merge(by, gone):
        raise PermissionDenied
    if held.verdict == "merged":
        return kept.merged_into or kept
    if kept.pk != keep or kept.merged_into_id or gone.merged_into_id:
        raise ValidationError(_("En av ordningene er alt slått sammen med en annen. Last siden på nytt."))
    merge_schemes(kept=kept, gone=gone)
    Origin.objects.filter(scheme=gone).update(scheme=kept)
    Pair.objects.filter(Q(one=gone) | Q(other=gone), verdict="").exclude(pk=held.pk).delete()
    _judge(held, "merged", by)
    return kept


def _held(pair: Pair) -> Pair:
    held = Pair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    ids = sorted([held.one_id, held.other_id])
    schemes = {scheme.pk: scheme for scheme in Scheme.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")}
    held.one, held.other = schemes[held.one_id], schemes[held.other_id]
    return held


def _judge(pair: Pair, verdict: str, by: User) -> None:
    pair.verdict, pair.judged_by, pair.judged_at = verdict, by, timezone.now()
    pair.save(update_fields=["verdict", "judged_by", "judged_at"])
