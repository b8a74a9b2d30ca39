"""Programmes that want a first scheme, and what stood in the way of others. No person is named."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from praksis.base.barriers import BARRIERS, Barrier
from praksis.base.codes import Field, TargetGroup
from praksis.catalogue.choices import Level
from praksis.catalogue.models import Scheme
from praksis.organisations.models import Member
from praksis.ways.choices import Half, Missing


class GapQuerySet(models.QuerySet["Gap"]):
    def open(self) -> "GapQuerySet":
        """Those whose programme still has no scheme that runs."""
        return self.filter(closed_at__isnull=True)


class Gap(models.Model):
    """A programme without practice that wants a first scheme: what it needs, and what the region lacked when it was noted.

    An empty `half` means either one; empty `credits` that it does not matter. `scheme` is the draft that came of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="gaps")
    programme = models.CharField(_("studieprogram"), max_length=200)
    target_group = models.CharField(_("målgruppe"), max_length=20, choices=TargetGroup)
    field = models.CharField(_("fagfelt"), max_length=20, choices=Field)
    level = models.CharField(_("nivå"), max_length=20, choices=Level)
    half = models.CharField(_("når på året"), max_length=10, choices=Half, blank=True)
    credits = models.PositiveSmallIntegerField(_("studiepoeng"), null=True, blank=True)
    missing = ArrayField(models.CharField(max_length=20, choices=Missing), default=list, blank=True)
    scheme = models.ForeignKey(Scheme, on_delete=models.SET_NULL, null=True, blank=True, related_name="gaps")
    noted_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = GapQuerySet.as_manager()

    class Meta:
        ordering = ["-noted_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "programme", "target_group"], condition=Q(closed_at__isnull=True), name="gap_open_once"
            )
        ]

    def __str__(self) -> str:
        return self.programme

    @property
    def missing_labels(self) -> list[str]:
        """What was missing, in the reader's language."""
        return [str(Missing(code).label) for code in self.missing]


class Hurdle(models.Model):
    """A barrier that a scheme met on its way, and what helped. Told by the scheme's owner; public."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="hurdles")
    code = models.CharField(max_length=3, choices=[(code, barrier.label) for code, barrier in BARRIERS.items()])
    helped = models.TextField(_("hva som hjalp"), blank=True)
    told_on = models.DateField(default=timezone.localdate)

    class Meta:
        ordering = ["code", "id"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="hurdle_once_per_scheme")]

    def __str__(self) -> str:
        return self.code

    @property
    def barrier(self) -> Barrier:
        return BARRIERS[self.code]
