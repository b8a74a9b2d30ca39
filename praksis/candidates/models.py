"""People in the six target groups. One table per audience: identity, need, papers, guardians and consents lie apart,
so that row-level security can show one of them without the others (see docs/house.md, «Two locks»)."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from praksis.accounts.models import User
from praksis.base.codes import Field, Language, Paper, Season, TargetGroup
from praksis.candidates.choices import LONGEST_TEXT, PLACING_ROLES, ConsentKind, CorrectionState
from praksis.catalogue.models import Scheme
from praksis.organisations.models import Host, Member, Programme, Unit


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def owned_by(self, user: User) -> "CandidateQuerySet":
        """Oneself, and the children one is a guardian of."""
        return self.filter(Q(user=user) | Q(guardians__user=user)).distinct()

    def placed_by(self, user: User) -> "CandidateQuerySet":
        """The people of the members, and of the units, for which the user places people."""
        return self.filter(Q(member__in=placing_members(user)) | Q(unit__in=placing_units(user)))


IDENTITY_NUMBER = r"^\s*\d{6}[ -]?\d{5}\s*$"
"""What a national identity number looks like. None is ever kept."""


def placing_members(user: User) -> Any:
    """Ids of the members all of whose people the user places."""
    return user.memberships.current().filter(role__in=PLACING_ROLES, unit__isnull=True).values("member")


def placing_units(user: User) -> Any:
    """Ids of the units whose people the user places, where it is not the whole member's; those below them too."""
    own = user.memberships.current().values("unit")  # only a counsellor has one: the database holds that
    return Unit.objects.within(own).order_by().values("pk")


class Candidate(models.Model):
    """The identity, for the member that is responsible and for the person. No national identity number is kept.

    `unit`: the part of the member that follows the person up; the database holds that it is that member's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="candidates")
    unit = models.ForeignKey(Unit, verbose_name=_("enhet"), on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="candidates")
    reference = models.CharField(
        _("referanse"), max_length=60, blank=True, help_text=_("Deres eget nummer på personen. Aldri fødselsnummer.")
    )
    first_name = models.CharField(_("fornavn"), max_length=100)
    last_name = models.CharField(_("etternavn"), max_length=100)
    birth_year = models.PositiveSmallIntegerField(_("fødselsår"), null=True, blank=True)
    language = models.CharField(_("språk"), max_length=2, choices=Language, default=Language.NB)
    address_protected = models.BooleanField(
        _("adressen er skjermet"), default=False, help_text=_("Kode 7: vises aldri med sted i lister, eksport eller kart.")
    )
    added_on = models.DateField(_("lagt inn"), default=timezone.localdate)
    digital = models.BooleanField(_("kan logge inn selv"), default=True, help_text=_("Uten BankID rangerer veilederen."))

    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["member", "reference"], condition=~Q(reference=""), name="reference_once_per_member"),
            models.CheckConstraint(condition=~Q(reference__regex=IDENTITY_NUMBER), name="reference_no_identity_number"),
        ]
        indexes = [models.Index(fields=["member", "last_name", "first_name", "id"])]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Need(models.Model):
    """What a candidate needs, with group and scheme: for the responsible member and the person only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="needs")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="needs")
    target_group = models.CharField(_("målgruppe"), max_length=20, choices=TargetGroup)
    scheme = models.ForeignKey(Scheme, on_delete=models.SET_NULL, null=True, blank=True)
    programme = models.ForeignKey(Programme, on_delete=models.SET_NULL, null=True, blank=True)
    field = models.CharField(_("fagfelt"), max_length=20, choices=Field)
    season = models.CharField(_("halvår"), max_length=11)
    municipality = models.CharField(_("bosted"), max_length=4, blank=True)

    class Meta:
        indexes = [models.Index(fields=["member", "season"])]

    def __str__(self) -> str:
        return self.get_target_group_display()

    @property
    def season_label(self) -> str:
        return Season.parse(self.season).label


class HeldPaper(models.Model):
    """A paper that a candidate has shown, such as a police certificate (uhl. § 12-2). Only that it was shown, never its text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="papers")
    paper = models.CharField(_("papir"), max_length=20, choices=Paper)
    valid_until = models.DateField(_("gjelder til"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidate", "paper"], name="paper_once_per_candidate")]

    def __str__(self) -> str:
        return self.get_paper_display()


class Conflict(models.Model):
    """A host where the candidate may not be placed: worked there, a close relation, belongs to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="conflicts")
    host = models.ForeignKey(Host, on_delete=models.CASCADE)
    code = models.CharField(
        _("grunn"), max_length=20, choices=[("worked_there", _("har jobbet der")), ("relation", _("nær relasjon"))]
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidate", "host"], name="conflict_once")]

    def __str__(self) -> str:
        return self.get_code_display()


class Guardian(models.Model):
    """A parent or guardian of a candidate under age."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="guardians")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="wards")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidate", "user"], name="guardian_once")]

    def __str__(self) -> str:
        return f"guardian of {self.candidate_id}"


class Consent(models.Model):
    """What someone has agreed to. It can be taken back; the row stays, with the day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(
        _("samtykke"),
        max_length=20,
        choices=ConsentKind,
    )
    given_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "kind"], condition=Q(withdrawn_at__isnull=True), name="one_standing_consent"
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Correction(models.Model):
    """That somebody asks their member to correct, or erase, what is held about them, and the answer. Who wrote either is kept by
    the history of rows alone. `click_key` makes the same click twice one asking."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="corrections")
    text = models.TextField(_("hva som er feil"), max_length=LONGEST_TEXT)
    asked_at = models.DateTimeField(default=timezone.now)
    click_key = models.UUIDField()
    state = models.CharField(_("status"), max_length=10, choices=CorrectionState, default=CorrectionState.WAITING)
    answer = models.TextField(_("svar"), max_length=LONGEST_TEXT, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidate", "click_key"], name="correction_once_per_click"),
            models.CheckConstraint(
                condition=Q(state=CorrectionState.WAITING) ^ Q(answered_at__isnull=False), name="correction_answered_once"
            ),
        ]

    def __str__(self) -> str:
        return self.get_state_display()
