"""What keeps the catalogue fresh: those who answer for an entry are asked whether it holds; anyone may say what does not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.identity import Identity, acting
from praksis.catalogue.choices import SchemeStage
from praksis.catalogue.models import Place, Scheme
from praksis.catalogue.questions import asks_first_time
from praksis.catalogue.rules import may_offer_for, members_coordinated
from praksis.catalogue.schemes import confirm_schemes
from praksis.messages.actions import tell
from praksis.messages.choices import Topic
from praksis.messages.links import Held
from praksis.organisations.choices import MemberKind
from praksis.organisations.models import Host, Member
from praksis.organisations.queries import ids_of_coordinators, ids_of_deciding

SHOWN = 200
"""Entries that the page of a letter's link shows at once: a form of thousands is refused."""
NAMED = 10
"""Entries that one letter names."""
SUGGEST_LIMITS = {"suggest": 20, "suggest-to": 20}
"""Suggestions in an hour: from one network, and about one scheme."""


# ---------------------------------------------------------------- what should be confirmed


def _old(today: date) -> Q:
    """Never confirmed, or too long ago."""
    return Q(confirmed_on__isnull=True) | Q(confirmed_on__lt=today - settings.CONFIRM_AFTER)


def stale_schemes(member: Member, today: date) -> QuerySet[Scheme]:
    """A member's schemes that should be confirmed."""
    standing = Scheme.objects.filter(owner=member, merged_into__isnull=True).exclude(stage=SchemeStage.ENDED)
    return standing.filter(_old(today)).order_by("title", "id")


def stale_places(host: Host, today: date) -> QuerySet[Place]:
    """A host's open places that should be confirmed, but for those that are over."""
    standing = Place.objects.open().filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), host=host)
    return standing.filter(_old(today)).order_by("title", "id")


# ---------------------------------------------------------------- each night


def ask_all(today: date) -> int:
    """Ask each member and each host about what should be confirmed, in one message for all of it; how many were asked.

    Runs as the worker. Whoever was asked is asked again when REMIND_AFTER has passed. Each is a transaction of its own, in which
    it is stored that they were asked: twice is once. Side effect: messages.
    """
    with transaction.atomic():
        due = Q(asked_on__isnull=True) | Q(asked_on__lte=today - settings.REMIND_AFTER)
        members = list(Member.objects.filter(pk__in=Scheme.objects.filter(due, _old(today)).values("owner")).order_by("pk"))
        hosts = list(Host.objects.filter(pk__in=Place.objects.open().filter(due, _old(today)).values("host")).order_by("pk"))
    asked = [ask_member(member, today) for member in members] + [ask_host(host, today) for host in hosts]
    return sum(asked)


@transaction.atomic
def ask_member(member: Member, today: date) -> bool:
    """Whether there was somebody to ask, and something to ask about."""
    how = Asking("catalogue/messages/confirm.txt", reverse("catalogue:own_schemes"), "catalogue:confirm_by_link")
    return _ask(stale_schemes(member, today), ids_of_coordinators(member), how, member, today)


@transaction.atomic
def ask_host(host: Host, today: date) -> bool:
    """The same for those who decide at a host."""
    path = reverse("catalogue:host_places", args=[host.pk])
    how = Asking("catalogue/messages/confirm_places.txt", path, "catalogue:confirm_places_by_link")
    return _ask(stale_places(host, today), ids_of_deciding(host), how, host, today)


@dataclass(frozen=True)
class Asking:
    """What is written, where it is answered in the system, and the address of the letter's link."""

    template: str
    path: str
    link_name: str


def _ask(
    entries: QuerySet[Scheme] | QuerySet[Place], user_ids: Collection[UUID], how: Asking, whom: Member | Host, today: date
) -> bool:
    held: list[Scheme | Place] = [*entries.only("title", "asked_on").select_for_update(of=("self",))]
    due = [one for one in held if one.asked_on is None or one.asked_on <= today - settings.REMIND_AFTER]
    if not due or not user_ids:
        return False
    type(due[0])._default_manager.filter(pk__in=[one.pk for one in held]).update(asked_on=today)
    titles = [one.title for one in held[:NAMED]]
    tell(
        user_ids=user_ids,
        topic=Topic.CONFIRM,
        template=how.template,
        facts={"name": str(whom), "count": len(held), "titles": titles, "more": len(held) - len(titles)},
        path=how.path,
        link_name=how.link_name,
        subject_id=whom.pk,
    )
    return True


# ---------------------------------------------------------------- by the letter's link


def member_held(held: Held) -> Member | None:
    """The member a letter's link is about, while the reader answers for its schemes."""
    with acting(Identity(user=str(held.user_id))):
        user = User.objects.filter(pk=held.user_id, is_active=True).first()
        return members_coordinated(user).filter(pk=held.subject_id).first() if user else None


def host_held(held: Held) -> Host | None:
    """The host a letter's link is about, while the reader decides there."""
    host = Host.objects.filter(pk=held.subject_id, closed_on__isnull=True).first()
    with acting(Identity(user=str(held.user_id))):
        user = User.objects.filter(pk=held.user_id, is_active=True).first()
        return host if user and host and may_offer_for(user, host) else None


@transaction.atomic
def confirm_some(whom: Member | Host, ids: Collection[UUID]) -> int:
    """Those of the entries that should be confirmed hold as of today; how many there were. Twice is once.

    Side effects: for schemes the search index and what is told of changes.
    """
    today = timezone.localdate()
    if isinstance(whom, Member):
        return confirm_schemes(stale_schemes(whom, today).filter(pk__in=ids), member=whom)
    return stale_places(whom, today).filter(pk__in=ids).order_by().update(confirmed_on=today)


# ---------------------------------------------------------------- suggestions


def who_hears_of(scheme: Scheme) -> Member | None:
    """The owner; the region of what nobody owns."""
    return scheme.owner or Member.objects.filter(kind=MemberKind.REGION).first()


@transaction.atomic
def suggest_change(*, scheme: Scheme, text: str, name: str, email: str, click_key: UUID, network: str) -> None:
    """Tell those who answer for a scheme what somebody thinks is wrong or missing there. Nothing else is kept of it.

    The same `click_key` is the same suggestion. Side effects: messages; marks for the limits, kept for an hour. Raises
    TooManyQuestionsError.
    """
    member = who_hears_of(scheme)
    who = {"suggest": network, "suggest-to": str(scheme.pk)}
    if member is None or not asks_first_time(click_key, who, SUGGEST_LIMITS):
        return
    tell(
        user_ids=ids_of_coordinators(member),
        topic=Topic.SUGGESTION,
        template="catalogue/messages/suggestion.txt",
        facts={"title": scheme.title, "text": text, "name": name, "email": email},
        path=reverse("catalogue:edit_scheme", args=[scheme.pk]),
    )
