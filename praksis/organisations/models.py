"""Members (who need places for their people), hosts (who offer them), and who works where."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any, Self, cast

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from praksis.accounts.models import User
from praksis.base.codes import MUNICIPALITIES, Field, Language, TargetGroup
from praksis.base.dates import day
from praksis.organisations.choices import RESOURCE, RESOURCE_LABEL, ClosedReason, Experience, HostRole, MemberKind, Role, SeenBy


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


class UnitQuerySet(models.QuerySet["Unit"]):
    def within(self, units: models.QuerySet[Any, Any] | Iterable[uuid.UUID]) -> "UnitQuerySet":
        """These units and the ones below them. Units stand three deep at most (`UNIT_DEPTH`)."""
        return self.filter(Q(pk__in=units) | Q(above__in=units) | Q(above__above__in=units))


class Unit(models.Model):
    """A faculty, department or office of a member; perhaps below another one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="units")
    above = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="below")
    name = models.CharField(_("navn"), max_length=200)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["member", "name"], name="unit_once_per_member"),
            models.UniqueConstraint(fields=["id", "member"], name="unit_with_its_member"),  # other tables refer to both
            models.CheckConstraint(condition=~Q(above=F("pk")), name="unit_not_above_itself"),
        ]

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


def closed_words(reason: str, on: date) -> str:
    """«konkurs, 3. mars 2026», or only the day."""
    label = str(ClosedReason(reason).label) if reason else ""
    return ", ".join(filter(None, (label, day(on))))


class Host(models.Model):
    """A workplace: an enterprise or a sub-unit of one, with its own number in Enhetsregisteret.

    A place lies at a sub-unit (underenhet), the contract is made with the enterprise `above` it (enhet). What the register says
    is read each night: `checked_at` tells when; where it is empty, nothing has been read. An industry code is good for one
    edition of the standard (`industry_standard`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("navn"), max_length=200)
    number = models.CharField(_("organisasjonsnummer"), max_length=9, unique=True)
    above = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="below")
    registered_name = models.CharField(_("navn i registeret"), max_length=200, blank=True)
    field = models.CharField(_("fagfelt"), max_length=20, choices=Field)
    industry = models.CharField(_("næringskode"), max_length=10, blank=True)
    industry_standard = models.CharField(max_length=10, blank=True)
    industry_words = models.CharField(_("næring"), max_length=200, blank=True)
    address = models.CharField(_("adresse"), max_length=300, blank=True)
    municipality = models.CharField(_("kommune"), max_length=4, choices=list(MUNICIPALITIES.items()), blank=True)
    area = models.CharField(_("sted"), max_length=80, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    employees = models.PositiveIntegerField(_("ansatte"), null=True, blank=True)
    about = models.TextField(_("om virksomheten"), blank=True)
    language = models.CharField(_("målform"), max_length=2, choices=Language, default=Language.NB)
    training_approved_until = models.DateField(_("godkjent lærebedrift til"), null=True, blank=True)
    agreement_signed_on = models.DateField(_("samarbeidsavtale signert"), null=True, blank=True)
    closed_on = models.DateField(_("avsluttet"), null=True, blank=True, help_text=_("Konkurs eller slettet i registeret."))
    closed_reason = models.CharField(max_length=20, choices=ClosedReason, blank=True)
    checked_at = models.DateTimeField(_("lest i registeret"), null=True, blank=True)
    asks_welcome = models.BooleanField(_("spør oss"), default=False)
    experience = models.CharField(_("erfaring"), max_length=10, choices=Experience, blank=True)
    experience_words = models.TextField(_("om erfaringen"), blank=True)
    experience_seen_by = models.CharField(_("hvem ser det"), max_length=10, choices=SeenBy, default=SeenBy.HOST)
    shows_past = models.BooleanField(_("vis tidligere plasser"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    made_up = models.BooleanField(_("oppdiktet"), default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^\d{9}$"), name="host_number_nine_digits"),
            models.CheckConstraint(condition=~Q(above=F("pk")), name="host_not_above_itself"),
        ]
        indexes = [models.Index(fields=["municipality"]), models.Index(fields=["checked_at"])]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalogue:host", args=[self.pk])

    @property
    def where(self) -> str:
        """«Sandviken, Bergen», or only the municipality; outside the region what the register calls the place."""
        name = MUNICIPALITIES.get(self.municipality, "")
        return ", ".join(dict.fromkeys(filter(None, (self.area, name))))

    @property
    def initials(self) -> str:
        """The first letters of the first two words of the name, for the square beside it."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    @property
    def closed_words(self) -> str:
        """Why it is closed and since when; empty for a host that is not."""
        return closed_words(self.closed_reason, self.closed_on) if self.closed_on else ""

    def may_train_apprentices(self, on: date) -> bool:
        """Whether the approval as a training company stands (opplæringslova § 7-5, § 7-6)."""
        return self.training_approved_until is not None and self.training_approved_until >= on


class FormerName(models.Model):
    """What a host was called before: it is found by that name too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="former_names")
    name = models.CharField(_("navn"), max_length=200)
    until = models.DateField(_("til"), default=timezone.localdate)

    class Meta:
        ordering = ["-until", "name"]
        constraints = [models.UniqueConstraint(fields=["host", "name"], name="former_name_once_per_host")]

    def __str__(self) -> str:
        return self.name


class RegisterRun(models.Model):
    """One reading of what is new in Enhetsregisteret. The next goes on from the two numbers of the last one, whether or not that
    came to its end (`ended_at`); `problem` says in a code what stopped it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    enterprises_seen = models.BigIntegerField(default=0)
    units_seen = models.BigIntegerField(default=0)
    changes_seen = models.PositiveIntegerField(default=0)
    hosts_read = models.PositiveIntegerField(default=0)
    hosts_renamed = models.PositiveIntegerField(default=0)
    hosts_closed = models.PositiveIntegerField(default=0)
    hosts_reopened = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["-began_at"]
        indexes = [models.Index(fields=["-began_at"], name="register_run_newest")]
        constraints = [models.UniqueConstraint(fields=["ended_at"], nulls_distinct=False, name="one_register_run_at_a_time")]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M}"


class HeldQuerySet[Held: "HeldRole"](models.QuerySet[Held]):
    def current(self) -> Self:
        """Those that count today."""
        today = timezone.localdate()
        return self.standing().filter(starts_on__lte=today)

    def standing(self) -> Self:
        """Those that count today or will from a later day."""
        lasts = Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate())
        return self.filter(lasts, taken_back_at__isnull=True)


class HeldRole(models.Model):
    """That a user has a role somewhere, from one day to another. Taken back it ends at once; the row stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    starts_on = models.DateField(_("fra"), default=timezone.localdate)
    ends_on = models.DateField(_("til"), null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="%(class)s_ends_after_start"
            )
        ]


class Membership(HeldRole):
    """That a user works for a member, in a role. A counsellor may be there for one unit's people only; the other roles answer for
    the whole member."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("rolle"), max_length=20, choices=Role)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True)

    objects = HeldQuerySet.as_manager()

    class Meta(HeldRole.Meta):
        constraints = [
            *HeldRole.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "member", "role", "unit"],
                condition=Q(taken_back_at__isnull=True),
                nulls_distinct=False,
                name="membership_once",
            ),
            models.CheckConstraint(condition=Q(unit__isnull=True) | Q(role=Role.COUNSELLOR), name="unit_for_counsellors_only"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.member_id}"


class HostContact(HeldRole):
    """That a user acts for a host."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="host_contacts")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="contacts")
    role = models.CharField(_("rolle"), max_length=20, choices=HostRole, default=HostRole.CONTACT)

    objects = HeldQuerySet.as_manager()

    class Meta(HeldRole.Meta):
        constraints = [
            *HeldRole.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "host", "role"], condition=Q(taken_back_at__isnull=True), name="host_contact_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.host_id}"


class ResourcePersonQuerySet(models.QuerySet["ResourcePerson"]):
    def published(self) -> "ResourcePersonQuerySet":
        """Those who have said yes to being named, and have not taken it back."""
        return self.filter(agreed_at__isnull=False)


class ResourcePerson(models.Model):
    """Somebody at a member or a host whom others may ask (ressursperson), in their own words.

    Everyone sees the row while `agreed_at` is set: the person alone sets it, and takes it back. The address stands in no column:
    questions go through the house. Empty lists mean «all».
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="resource_persons")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, related_name="resource_persons")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, null=True, related_name="resource_persons")
    name = models.CharField(_("navn"), max_length=200)
    title = models.CharField(_("stilling"), max_length=120, blank=True)
    knows = models.TextField(_("hva du kan spørres om"), blank=True)
    experience = models.CharField(_("erfaring"), max_length=10, choices=Experience, blank=True)
    fields = ArrayField(models.CharField(max_length=20, choices=Field), verbose_name=_("fagfelt"), default=list, blank=True)
    groups = ArrayField(
        models.CharField(max_length=20, choices=TargetGroup), verbose_name=_("målgrupper"), default=list, blank=True
    )
    kinds = ArrayField(models.CharField(max_length=20), verbose_name=_("slags ordninger"), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=2, choices=Language), verbose_name=_("språk"), default=list, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    made_up = models.BooleanField(_("oppdiktet"), default=False)

    objects = ResourcePersonQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(member__isnull=True) ^ Q(host__isnull=True), name="resource_of_one_workplace"),
            models.UniqueConstraint(
                fields=["user", "member", "host"], nulls_distinct=False, name="resource_person_once_per_workplace"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def workplace(self) -> Member | Host:
        """Where the person works."""
        return cast("Member | Host", self.member or self.host)

    @property
    def language_names(self) -> list[str]:
        return [str(Language(code).label) for code in self.languages]

    @property
    def field_names(self) -> list[str]:
        return [str(Field(code).label) for code in self.fields]


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> "InvitationQuerySet":
        """Those whose link still works."""
        return self.filter(accepted_at__isnull=True, taken_back_at__isnull=True, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A link that gives whoever holds the address a role, once: at a member (a `Role`) or at a host (a `HostRole`); or asks to
    name the person as a resource person of either (RESOURCE).

    Only the SHA-256 of its token is kept. One that goes by e-mail has the site's address in `origin` and the letter's language;
    its token is made when the letter is, and `mailed_at` says when that was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField(_("e-post"), max_length=254)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, related_name="invitations")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, null=True, related_name="invitations")
    role = models.CharField(_("rolle"), max_length=20)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, blank=True)
    starts_on = models.DateField(_("fra"), default=timezone.localdate)
    ends_on = models.DateField(_("til"), null=True, blank=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    origin = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=2, choices=Language, default=Language.NB)
    mailed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(member__isnull=True) ^ Q(host__isnull=True), name="invitation_to_one_workplace"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="invitation_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}, {self.member_id or self.host_id}"

    @property
    def workplace(self) -> Member | Host:
        """Where the role is."""
        return cast("Member | Host", self.member or self.host)

    @property
    def role_label(self) -> str:
        """The role's name, in the reader's language."""
        if self.role == RESOURCE:
            return str(RESOURCE_LABEL)
        return str(Role(self.role).label if self.member_id else HostRole(self.role).label)
