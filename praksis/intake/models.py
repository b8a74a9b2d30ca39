"""Where a member's schemes come from, and what each import did. Files are the member's own; what came of them is public."""

import uuid
from datetime import timedelta

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from praksis.accounts.models import User
from praksis.base.retention import days
from praksis.catalogue.models import Scheme
from praksis.intake.choices import BUSY, Decision, IntakeState, Outcome
from praksis.organisations.models import Member


class Feed(models.Model):
    """A source of a member's: an office's own spreadsheet, a system's list. `columns` remembers which heading is which field,
    `key` the heading whose cell tells rows apart; empty where the contents do."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="feeds")
    name = models.CharField(_("navn på kilden"), max_length=120)
    address = models.URLField(_("nettadresse"), max_length=500, blank=True)
    columns = models.JSONField(default=dict, blank=True)
    key = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["member", "name"], name="feed_once_per_member")]

    def __str__(self) -> str:
        return self.name


class Intake(models.Model):
    """One import: who sent what, how it was understood, and what it did. The same `click_key` is the same import.

    `counts` has the number of rows by outcome, `undo` what an undoing did. `problem` is a sentence in the sender's language.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="intakes")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    click_key = models.UUIDField(unique=True)
    language = models.CharField(max_length=2, default="nb")
    state = models.CharField(max_length=10, choices=IntakeState)
    file_name = models.CharField(max_length=200, blank=True)
    form = models.CharField(max_length=4, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    sheet = models.CharField(max_length=200, blank=True)
    sheets = models.JSONField(default=list)
    written_as = models.JSONField(null=True)
    columns = models.JSONField(default=dict)
    key = models.CharField(max_length=200, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    undo = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    written_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["feed", "-started_at"])]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.started_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("intake:intake", args=[self.pk])

    @property
    def busy(self) -> bool:
        return self.state in BUSY

    @property
    def tally(self) -> dict[str, int]:
        """The number of rows of every outcome."""
        return {str(outcome): self.counts.get(outcome, 0) for outcome in Outcome}

    @property
    def to_write(self) -> int:
        """How many schemes the button would store."""
        return self.tally[Outcome.NEW] + self.tally[Outcome.CHANGED]

    @property
    def can_be_undone(self) -> bool:
        return bool(
            self.written_at
            and self.state == IntakeState.WRITTEN
            and timezone.now() < self.written_at + timedelta(days=days("intake"))
        )


class IntakeFile(models.Model):
    """What was sent, as it was, with its headings and first rows. An office's spreadsheet may name people beside the schemes:
    only the member's own staff see it, and it is deleted when `base.retention` says."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    intake = models.OneToOneField(Intake, on_delete=models.CASCADE, related_name="file")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    content = models.BinaryField()
    header = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    sent_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"file of {self.intake_id}"


class Row(models.Model):
    """What became of one row. `faults` are [heading, code, facts]; `before` and `after` the fields that it changes, as JSON.

    `kept` names fields that somebody has mended in the catalogue since: they stay. `alike` is the scheme that a doubtful row may
    be the same as, with `reasons` (`catalogue.likeness`). Locked and deleted as the file: a cell that
    is refused may name somebody.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="rows")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    tried_at = models.DateTimeField(default=timezone.now)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    scheme = models.ForeignKey(Scheme, on_delete=models.SET_NULL, null=True, related_name="intake_rows", db_constraint=False)
    values = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    kept = models.JSONField(default=list)
    faults = models.JSONField(default=list)
    alike = models.ForeignKey(Scheme, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False)
    score = models.FloatField(default=0)
    reasons = models.JSONField(default=list)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    not_undone = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["intake", "number"], name="row_once_per_intake")]
        indexes = [models.Index(fields=["intake", "outcome", "number"])]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"


class Origin(models.Model):
    """That a scheme came from a row of a feed, known again by its key; and what the row said last, so that what somebody mends
    in the catalogue is told from what changes in the spreadsheet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="origins")
    key = models.CharField(max_length=200)
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="origins")
    values = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "key"], name="origin_once_per_feed")]

    def __str__(self) -> str:
        return self.key


class Pair(models.Model):
    """Two schemes that may be one, and what a person has said of it. Each pair is asked about once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    one = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    overlap = models.BooleanField()
    reasons = models.JSONField(default=list)
    verdict = models.CharField(max_length=10, blank=True, choices=[("merged", _("slått sammen")), ("different", _("ulike"))])
    judged_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-score", "id"]
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="pair_once")]
        indexes = [models.Index(fields=["verdict", "-score"])]

    def __str__(self) -> str:
        return f"{self.one_id} {self.other_id}"
