"""Founding a region."""

from django.db import transaction

from praksis.accounts.models import User
from praksis.base.identity import Identity, acting
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Member, Membership

REGION_ROLES = (Role.OPERATOR, Role.COORDINATOR)


@transaction.atomic
def found_region(*, name: str, operator_name: str, operator_email: str) -> User:
    """Name the region and make its first operator, who is its coordinator too, so that one office can start alone.

    Side effects: one Member of kind region, one User, two Memberships. Raises IntegrityError when a region exists.
    """
    region = Member.objects.create(name=name, short_name=name[:40], kind=MemberKind.REGION)
    operator = User(name=operator_name, email=operator_email.lower())
    with acting(Identity(purpose="first-run", key=operator.email)):
        operator.save(force_insert=True)
        Membership.objects.bulk_create(Membership(user=operator, member=region, role=role) for role in REGION_ROLES)
    return operator
