"""Members (who need places for their people), hosts (who offer them), and who works where."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from praksis.accounts.models import User
from praksis.base.codes import MUNICIPALITIES, Field, Language
from praksis.organisations.choices import HostRole, MemberKind, Role


class Member(models.Model):
    """An organisation that takes part: a university, the county, NAV, a municipality, a school. The region itself is one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("navn"), max_length=200, unique=True)
    short_name = models.CharField(_("kortnavn"), max_length=40)
    kind = models.CharField(_("slag"), max_length=20, choices=MemberKind)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(kind=MemberKind.REGION), name="one_region"),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A faculty, department or office of a member."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="units")
    name = models.CharField(_("navn"), max_length=200)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["member", "name"], name="unit_once_per_member")]

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """A study programme, a trade, a course: what a need belongs to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="programmes")
    unit = models.ForeignKey(Unit, on_delete=models.SET_NULL, null=True, blank=True)
    name = models.CharField(_("navn"), max_length=200)
    field = models.CharField(_("fagfelt"), max_length=20, choices=Field)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["member", "name"], name="programme_once_per_member")]

    def __str__(self) -> str:
        return self.name


class Host(models.Model):
    """A workplace: an enterprise or a sub-unit of one, with its own number in Enhetsregisteret."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("navn"), max_length=200)
    number = models.CharField(_("organisasjonsnummer"), max_length=9, unique=True)
    field = models.CharField(_("fagfelt"), max_length=20, choices=Field)
    municipality = models.CharField(_("kommune"), max_length=4, choices=list(MUNICIPALITIES.items()))
    area = models.CharField(_("sted"), max_length=80, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    employees = models.PositiveIntegerField(_("ansatte"), null=True, blank=True)
    about = models.TextField(_("om virksomheten"), blank=True)
    language = models.CharField(_("målform"), max_length=2, choices=Language, default=Language.NB)
    training_approved_until = models.DateField(_("godkjent lærebedrift til"), null=True, blank=True)
    agreement_signed_on = models.DateField(_("samarbeidsavtale signert"), null=True, blank=True)
    closed_on = models.DateField(_("avsluttet"), null=True, blank=True, help_text=_("Konkurs eller slettet i registeret."))
    made_up = models.BooleanField(_("oppdiktet"), default=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=Q(number__regex=r"^\d{9}$"), name="host_number_nine_digits")]
        indexes = [models.Index(fields=["municipality"])]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalogue:host", args=[self.pk])

    @property
    def where(self) -> str:
        """«Sandviken, Bergen», or only the municipality."""
        name = MUNICIPALITIES.get(self.municipality, "")
        return f"{self.area}, {name}" if self.area and self.area != name else name

    @property
    def initials(self) -> str:
        """The first letters of the first two words of the name, for the square beside it."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    def may_train_apprentices(self, on: date) -> bool:
        """Whether the approval as a training company stands (opplæringslova § 7-5, § 7-6)."""
        return self.training_approved_until is not None and self.training_approved_until >= on


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        today = timezone.localdate()
        return self.filter(Q(starts_on__lte=today) & (Q(ends_on__isnull=True) | Q(ends_on__gte=today)))


class Membership(models.Model):
    """That a user works for a member, in a role, perhaps in one unit only, from one day to another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("rolle"), max_length=20, choices=Role)
    unit = models.ForeignKey(Unit, on_delete=models.SET_NULL, null=True, blank=True)
    starts_on = models.DateField(_("fra"), default=timezone.localdate)
    ends_on = models.DateField(_("til"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "member", "role"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="membership_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.member_id}"


class HostContact(models.Model):
    """That a user acts for a host."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="host_contacts")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="contacts")
    role = models.CharField(_("rolle"), max_length=20, choices=HostRole, default=HostRole.CONTACT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "host", "role"], name="host_contact_once")]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.host_id}"
