"""Allocation rounds. Entries are pseudonyms: the link from pseudonym to person is a table of its own, the member's.

Who may see what, table by table: Round, RoundPlace, Reserve, Run, Publication hold no persons. Entry, Choice and Outcome
hold pseudonyms (the run's purpose, the member, the person). EntryLink holds pseudonym and person (the member and the person).
RunInput is read by the purpose «allocation of round N» and by auditors only. Auditor is seen by the leads of the round's members.

The draw can be checked (docs/how/the-draw.md): triggers hold a round's seed and a run that has ended.
"""

import uuid
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from praksis.accounts.models import User
from praksis.base.codes import Season, TargetGroup
from praksis.candidates.choices import PLACING_ROLES
from praksis.candidates.models import Candidate, Need, placing_members, placing_units
from praksis.catalogue.models import Place
from praksis.organisations.choices import MemberKind
from praksis.organisations.models import HeldQuerySet, HeldRole, Member
from praksis.rounds.choices import DEFAULT_OBJECTIVE, SEEING_ROLES, Policy, RoundState, RunState

if TYPE_CHECKING:
    from datetime import datetime


def default_objective() -> list[str]:
    return list(DEFAULT_OBJECTIVE)


class RoundQuerySet(models.QuerySet["Round"]):
    def visible_to(self, user: User) -> "RoundQuerySet":
        """The page with its figures, without persons: staff and board of the members in it, and of the region."""
        seeing = user.memberships.current().filter(role__in=SEEING_ROLES)
        if seeing.filter(member__kind=MemberKind.REGION).exists():
            return self.all()
        own = seeing.values("member")
        return self.filter(Q(owner__in=own) | Q(pk__in=Round.members.through.objects.filter(member__in=own).values("round")))

    def audited_by(self, user: User) -> "RoundQuerySet":
        """Those the user checks whole: as their auditor, unless one follows people of their members or is in them oneself, and so
        could see through the pseudonyms."""
        named = self.filter(auditors__in=Auditor.objects.current().filter(user=user))
        follows = user.memberships.current().filter(role__in=PLACING_ROLES).values("member")
        own = EntryLink.objects.owned_by(user).values("round")
        return named.exclude(members__in=follows).exclude(pk__in=own)


class Round(models.Model):
    """One allocation: candidates of the members that take part, and the places that are in it.

    `closed_at` is when it was last closed for wishes: runs ordered before are out of date. The seed never changes;
    `seed_published_at` is when everyone could see it first, the moment the round opened for wishes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("navn"), max_length=120)
    season = models.CharField(_("halvår"), max_length=11)
    owner = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="owned_rounds")
    members = models.ManyToManyField(Member, related_name="rounds")
    state = models.CharField(_("status"), max_length=12, choices=RoundState, default=RoundState.PREPARING)
    policy = models.CharField(_("regel"), max_length=12, choices=Policy, default=Policy.OPTIMAL)
    objective = ArrayField(models.CharField(max_length=20), default=default_objective)
    seed = models.PositiveBigIntegerField(_("loddtrekning"))
    seed_published_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(_("åpner for ønsker"))
    closes_at = models.DateTimeField(_("ønskefrist"))
    papers_due_on = models.DateField(_("frist for papirer"))
    answer_due_at = models.DateTimeField(_("svarfrist"), null=True, blank=True)
    max_choices = models.PositiveSmallIntegerField(_("høyst antall ønsker"), default=10)
    closed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    made_up = models.BooleanField(_("oppdiktet"), default=False)
    places = models.ManyToManyField(Place, through="RoundPlace", related_name="rounds")

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-closes_at", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="round_closes_after_opening"),
            models.CheckConstraint(
                condition=Q(state=RoundState.PREPARING) | Q(seed_published_at__isnull=False),
                name="round_open_only_with_public_seed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("rounds:round", args=[self.pk])

    @property
    def season_label(self) -> str:
        return Season.parse(self.season).label

    def takes_wishes(self, at: "datetime | None" = None) -> bool:
        """Whether wishes may be changed at the moment `at` (now if not given)."""
        now = at or timezone.now()
        return self.state == RoundState.RANKING and self.opens_at <= now < self.closes_at


class RoundPlace(models.Model):
    """That a place is in a round. A place is in one round at most."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE)
    place = models.OneToOneField(Place, on_delete=models.CASCADE, related_name="in_round")

    def __str__(self) -> str:
        return f"{self.place_id} in {self.round_id}"


class Reserve(models.Model):
    """A soft target: at least so many people of a group in some places."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="reserves")
    name = models.CharField(max_length=120)
    target_group = models.CharField(max_length=20, choices=TargetGroup)
    at_least = models.PositiveIntegerField()
    places = models.ManyToManyField(Place, related_name="reserves")

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """A pseudonym in a round, with what eligibility needs: the engine's `tags`, and `excluded_hosts` (host id -> reason code).

    `member` says whose it is, so that a member's part can be found without the links. A list counts once it is sent (`sent_at`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="entries")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    tags = ArrayField(models.CharField(max_length=60))
    priority_class = models.PositiveSmallIntegerField(default=1)
    arrived = models.PositiveIntegerField(null=True, blank=True)
    excluded_hosts = models.JSONField(default=dict, blank=True)
    together = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    pinned = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["round", "member"])]

    def __str__(self) -> str:
        return str(self.id)


class EntryLinkQuerySet(models.QuerySet["EntryLink"]):
    def owned_by(self, user: User) -> "EntryLinkQuerySet":
        """The user's own entries, and those of the children the user is a guardian of."""
        return self.filter(candidate__in=Candidate.objects.owned_by(user))

    def placed_by(self, user: User) -> "EntryLinkQuerySet":
        """Entries of the people of the members, and of the units, for which the user places people."""
        return self.filter(Q(member__in=placing_members(user)) | Q(candidate__unit__in=placing_units(user)))


class EntryLink(models.Model):
    """From pseudonym to person and need: the member's own table. `version` of an entry guards against two writing at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="link")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="links")
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="entry_links")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    objects = EntryLinkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "candidate"], name="candidate_once_per_round")]
        indexes = [models.Index(fields=["round", "member"])]

    def __str__(self) -> str:
        return f"link of {self.entry_id}"


class Choice(models.Model):
    """A place on an entry's list. Choices with the same `rank` (from 1) are wanted equally."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="choices")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["rank", "place"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "place"], name="place_once_per_list"),
            models.CheckConstraint(condition=Q(rank__gte=1), name="rank_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}: {self.place_id}"


class Run(models.Model):
    """One allocation of a round, as ordered by somebody. `click_key` makes the same click the same run.

    `levels` and `figures` are aggregates without persons; `progress` is what the worker says while it works:
    {"step": str, "share": 0..100}. `seconds` is wall time of the solver. `problem` is a code (`queries.problem_sentence`).
    `verified_at`: when the independent check of the result had passed; nothing is stored before. `root` is the commitment to the
    result (`matching.draw`), 64 hexadecimal digits: public with the first publication. A run that has ended is never changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="runs")
    click_key = models.UUIDField(unique=True)
    policy = models.CharField(max_length=12, choices=Policy)
    seed = models.PositiveBigIntegerField()
    time_limit = models.PositiveIntegerField(default=600)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    requested_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    progress = models.JSONField(default=dict, blank=True)
    engine = models.CharField(max_length=20, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    root = models.CharField(max_length=64, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    levels = models.JSONField(default=list, blank=True)
    limit = models.CharField(max_length=10, blank=True)
    notes = models.JSONField(default=list, blank=True)
    figures = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=RunState.DONE) | Q(verified_at__isnull=False), name="run_done_only_if_verified"
            )
        ]

    def __str__(self) -> str:
        return f"run {self.id}"

    def get_absolute_url(self) -> str:
        return reverse("rounds:run", args=[self.pk])

    @property
    def proven(self) -> bool:
        """Whether every level of the result is proven optimal."""
        return self.state == RunState.DONE and all(level["proven"] for level in self.levels)


class RunInput(models.Model):
    """The instance, the result and the commitment's leaves as files (engine.md, gzip), for the run's purpose and for a check."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="files")
    instance = models.BinaryField()
    result = models.BinaryField(null=True)
    leaves = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"files of {self.run_id}"


class Auditor(HeldRole):
    """That somebody may check a round whole, named by the lead of a member that takes part: the files of its runs, by pseudonyms.

    `name` and `email` are as the lead wrote them: to name somebody does not tell whether, and as whom, an address is known.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="auditors")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="audits")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)

    objects = HeldQuerySet.as_manager()

    class Meta(HeldRole.Meta):
        constraints = [
            *HeldRole.Meta.constraints,
            models.UniqueConstraint(fields=["round", "user"], condition=Q(taken_back_at__isnull=True), name="auditor_once"),
        ]

    def __str__(self) -> str:
        return f"auditor of {self.round_id}"


class Outcome(models.Model):
    """What a run gave one entry: a seat or none, and why for each choice above it (data, engine's reason codes).

    `leaf` is the entry's part of the run's commitment with its way to the root, as `matching.draw` writes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="outcomes")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="outcomes")
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=2, blank=True)
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    leaf = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "entry"], name="one_outcome_per_run")]
        indexes = [models.Index(fields=["entry"])]

    def __str__(self) -> str:
        return f"outcome of {self.entry_id}"


class Publication(models.Model):
    """That a member has published its own part of a run, once. Its people see their result from then on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="publications")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="publications")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="publications")
    published_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "member"], name="published_once_per_member")]

    def __str__(self) -> str:
        return f"{self.member_id} published {self.run_id}"
