"""Who may check a round whole, and what there is to check."""

from uuid import UUID

from django.db.models import QuerySet

from praksis.accounts.models import User
from praksis.base.sorting import norwegian
from praksis.organisations.choices import Role
from praksis.organisations.models import Member
from praksis.rounds.models import Auditor, Round, RunInput

FILES = ("instance", "result", "leaves")
"""What an auditor can download of a run, as `matching` reads it."""


def rounds_audited(user: User) -> QuerySet[Round]:
    """The rounds that the user may check, the newest first."""
    return Round.objects.audited_by(user).order_by("-closes_at", "pk")


def members_to_name_for(user: User, round_: Round) -> QuerySet[Member]:
    """The members in the round that the user leads, by name: on their behalf an auditor can be named."""
    led = user.memberships.current().filter(role=Role.LEAD).values("member")
    return round_.members.filter(pk__in=led).order_by(norwegian("name"))


def auditors_of(round_: Round) -> tuple[list[Auditor], list[Auditor]]:
    """Those who have the role now or from a later day, and those who had it, for the leads of the round's members."""
    named = round_.auditors.select_related("member").order_by("-starts_on", "pk")
    standing = list(named.standing())
    return standing, list(named.exclude(pk__in=[one.pk for one in standing]))


def files_of(round_: Round) -> set[UUID]:
    """The runs of the round whose files are complete and kept still; the contents are left where they are."""
    whole = RunInput.objects.filter(run__round=round_, result__isnull=False, leaves__isnull=False)
    return set(whole.values_list("run_id", flat=True))
