"""Erasing people: what is about them goes, what their wishes came to stays under a pseudonym that leads to nobody.

Runs as the worker, for the purpose `retention` of exactly the one who is erased, or as the owner at maintenance (`erase_again`).
Rows are removed table by table: Django's own cascade would first read names, which the worker may not.
"""

from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from praksis.accounts.models import Factor, OutsideIdentity, Passkey, RecoveryCode, Session, SignInLink, User
from praksis.base import trail
from praksis.base.codes import Season
from praksis.base.erasures import digest_of, remember, remember_digests
from praksis.base.identity import Identity, acting, current
from praksis.base.retention import SAVED_SEARCH_NOTICE, days
from praksis.candidates.models import Candidate, Conflict, Consent, Correction, Guardian, HeldPaper, Need
from praksis.catalogue.choices import PlaceStage
from praksis.catalogue.models import Place, SavedSearch, Source
from praksis.intake.models import Intake, Pair
from praksis.messages.models import Message, Muted
from praksis.organisations.models import HostContact, Invitation, Membership, ResourcePerson
from praksis.rounds.choices import RoundState
from praksis.rounds.models import Auditor, Choice, Entry, EntryLink, Publication, Run, RunInput

GO_WITH_THE_PERSON: tuple[type[models.Model], ...] = (EntryLink, Guardian, Consent, Correction, Conflict, HeldPaper, Need)
GO_WITH_THE_USER: tuple[type[models.Model], ...] = (
    Session,
    SignInLink,
    OutsideIdentity,
    Factor,
    Passkey,
    RecoveryCode,
    Message,
    Muted,
    SavedSearch,
)
FORGET_THE_USER: tuple[tuple[type[models.Model], str], ...] = (
    (Run, "requested_by"),
    (Publication, "published_by"),
    (Intake, "by"),
    (Pair, "judged_by"),
    (Source, "by"),
)
KEEP_THE_USER: tuple[tuple[type[models.Model], str], ...] = (
    (Membership, "user"),
    (HostContact, "user"),
    (Auditor, "user"),
    (Guardian, "user"),
    (Candidate, "user"),
    (Invitation, "invited_by"),
    (ResourcePerson, "user"),
    (Consent, "given_by"),
)
"""Whoever has one of these is still somebody here: who agreed for a child must be known as long as the consent is."""
YEARS_AHEAD = 8
A_NIGHT = 500
"""People erased in one night at most, so that a wrong clock does not empty the house."""


@transaction.atomic
def erase_person(candidate_id: UUID) -> bool:
    """Erase a candidate for good; False where there is none. The list in a round that is not published is emptied, so that no
    seat goes to nobody. Side effects: the user goes too when nothing else keeps it; the erasures' list and file."""
    with _about(candidate_id):
        found = _rows(Candidate).filter(pk=candidate_id).values_list("user_id", flat=True)
        if not found:
            return False
        user_id = found[0]
        _empty_lists(candidate_id)
        for model in GO_WITH_THE_PERSON:
            _remove(model, candidate=candidate_id)
        _remove(Candidate, pk=candidate_id)
        trail.forget(candidate_id)
        remember([candidate_id])
    if user_id:
        erase_user(user_id)
    return True


@transaction.atomic
def erase_user(user_id: UUID) -> bool:
    """Erase someone who can sign in, unless a role, a case or a ward keeps them. What they did stays, without their name."""
    with _about(user_id):
        if any(_rows(model).filter(**{field: user_id}).exists() for model, field in KEEP_THE_USER):
            return False
        for model, field in FORGET_THE_USER:
            _rows(model).filter(**{field: user_id}).update(**{field: None})
        for model in GO_WITH_THE_USER:
            _remove(model, user=user_id)
        _remove(User, pk=user_id)
        trail.forget(user_id)
        remember([user_id])
    return True


def _empty_lists(candidate_id: UUID) -> None:
    links = EntryLink.objects.filter(candidate=candidate_id).exclude(round__state=RoundState.PUBLISHED)
    waiting = list(links.values_list("entry_id", flat=True))
    _remove(Choice, entry__in=waiting)
    Entry.objects.filter(pk__in=waiting).update(tags=[], excluded_hosts={}, sent_at=None, together=None)


def _rows(model: type[models.Model]) -> models.QuerySet[Any]:
    return model._default_manager.order_by()  # an order by name would need the names


def _remove(model: type[models.Model], *conditions: Q, **which: object) -> None:
    found: Any = _rows(model).filter(*conditions, **which)
    found._raw_delete(found.db)


def _about(row_id: UUID) -> Any:
    """The purpose of one person. The owner at maintenance sees everybody already, and would see nobody with it."""
    connection: Any = transaction.get_connection()
    if connection.has_own_purpose and current.get() is None:
        return nullcontext()
    return acting(Identity(purpose="retention", key=str(row_id)))


@dataclass(frozen=True, slots=True)
class Erased:
    """How many."""

    people: int
    users: int


def erase_again(digests: Collection[str]) -> Erased:
    """Erase those whose digest is on the list: whom a restored backup brought back. Runs as the owner; twice is once."""
    listed = set(digests)
    with transaction.atomic():
        people, users = (_listed(model, listed) for model in (Candidate, User))
        remember_digests(listed)
    for one in people:
        erase_person(one)
    for one in users:
        erase_user(one)
    with transaction.atomic():
        return Erased(len(people), len(users) - _rows(User).filter(pk__in=users).count())


def _listed(model: type[models.Model], listed: Collection[str]) -> list[UUID]:
    return [one for one in _rows(model).values_list("pk", flat=True).iterator() if digest_of(one) in listed]


# ---------------------------------------------------------------- what is due


def seasons_from(day: date) -> list[str]:
    """The half-year of a day and those after it, as far ahead as anyone plans."""
    at = Season.of(day)
    rest = ["spring", "autumn"] if at.half == "spring" else ["autumn"]
    later = [Season(at.year + years, half) for years in range(1, YEARS_AHEAD) for half in ("spring", "autumn")]
    return [season.code for season in [*(Season(at.year, half) for half in rest), *later]]


@transaction.atomic
def people_due(today: date) -> list[UUID]:
    """Candidates whose last half-year with a need ended long enough ago."""
    before = today - timedelta(days=days("person"))
    recent = seasons_from(before)
    with acting(Identity(purpose="overdue", key="person")):
        kept = Need.objects.filter(season__in=recent).values("candidate_id")
        due = Candidate.objects.filter(added_on__lt=before).exclude(pk__in=kept).order_by("pk")
        return list(due.values_list("pk", flat=True)[:A_NIGHT])


@transaction.atomic
def users_due() -> list[UUID]:
    """Users who have not signed in for long; `erase_user` looks whether anything keeps them."""
    before = timezone.now() - timedelta(days=days("user"))
    with acting(Identity(purpose="overdue", key="user")):
        old = User.objects.alias(seen=Coalesce("last_login", "created_at")).filter(seen__lt=before)
        due = old.exclude(pk__in=SavedSearch.objects.values("user")).order_by("pk")  # they are told what is new, and asked first
        return list(due.values_list("pk", flat=True))


@transaction.atomic
def remove_what_is_overdue(today: date) -> None:
    """Papers that ran out, roles and invitations that ended, files of rounds long published, old messages, contacts of places
    long closed."""
    moment = timezone.now()
    with acting(Identity(purpose="overdue", key="rest")):
        _remove(HeldPaper, valid_until__lt=today - timedelta(days=days("paper")))
        role_ended = Q(ends_on__lt=today - timedelta(days=days("role"))) | Q(
            taken_back_at__lt=moment - timedelta(days=days("role"))
        )
        for model in (Membership, HostContact, Auditor):
            _remove(model, role_ended)
        _remove(Message, told_at__lt=moment - timedelta(days=days("message")))
        asked = moment - timedelta(days=SAVED_SEARCH_NOTICE)
        _remove(SavedSearch, used_at__lt=moment - timedelta(days=days("saved_search")), asked_at__lt=asked)
        _remove(ResourcePerson, agreed_at__isnull=True, changed_at__lt=moment - timedelta(days=days("resource")))
        _remove(Invitation, expires_at__lt=moment - timedelta(days=days("invitation")))
        old = Run.objects.filter(round__published_at__lt=moment - timedelta(days=days("run"))).values("pk")
        _remove(RunInput, run__in=list(old.values_list("pk", flat=True)))
        closed = Place.objects.filter(stage=PlaceStage.CLOSED, confirmed_on__lt=today - timedelta(days=days("contact")))
        closed.exclude(contact="").update(contact="")
