"""Saved searches: kept, changed, stopped, deleted, and each night compared with what is there now."""

from contextlib import AbstractContextManager
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.identity import Identity, acting
from praksis.base.jobs import defer_job
from praksis.base.models import SearchRow
from praksis.base.retention import SAVED_SEARCH_NOTICE, days
from praksis.catalogue.actions import ChangedMeanwhileError
from praksis.catalogue.choices import DAYS_BETWEEN, LONGEST_ADDRESS, MOST_SEARCHES, Told
from praksis.catalogue.models import SavedSearch
from praksis.catalogue.search import Search, ids_meeting
from praksis.messages.actions import tell
from praksis.messages.choices import Topic

MOST_LISTED = 20
"""Things one message names; the rest stand behind the search's address."""


class TooManySearchesError(Exception):
    """One more than a person may have."""


class TooLongError(Exception):
    """More is asked than anyone chooses by hand."""


class SavedBeforeError(Exception):
    """The same question is saved already."""


def searches_of(user: User) -> QuerySet[SavedSearch]:
    """The user's own, without what they have found, which may be much."""
    return SavedSearch.objects.filter(user=user).defer("seen")


def question_of(saved: SavedSearch) -> Search:
    """The question as the catalogue reads it today: what has no meaning any more is passed by."""
    return Search.read(QueryDict(saved.address.removeprefix("?")))


@transaction.atomic
def save_search(*, key: UUID, user: User, search: Search, name: str, told: str) -> SavedSearch:
    """Keep a question. What it finds now is not told. The same `key` is the same search: a second click saves no other.

    Raises TooManySearchesError, SavedBeforeError and TooLongError.
    """
    if len(search.question) > LONGEST_ADDRESS:
        raise TooLongError
    User.objects.select_for_update().get(pk=user.pk)  # two at once count one after the other
    mine = searches_of(user)
    known = mine.filter(pk=key).first()
    if known:
        return known
    if mine.filter(address=search.question).exists():
        raise SavedBeforeError
    if mine.count() >= MOST_SEARCHES:
        raise TooManySearchesError
    return SavedSearch.objects.create(
        pk=key, user=user, name=name, address=search.question, told=told, seen=list(ids_meeting(search))
    )


@transaction.atomic
def change_search(*, saved: SavedSearch, name: str, told: str, seen: int) -> None:
    """Another name, or to be told otherwise. `seen` is the version that was changed; raises ChangedMeanwhileError.

    What came while it was stopped is not told when it goes on.
    """
    changed: dict[str, object] = {"name": name, "told": told, "version": seen + 1, "used_at": timezone.now()}
    stored = SavedSearch.objects.select_for_update().get(pk=saved.pk)
    if stored.version != seen:
        raise ChangedMeanwhileError
    if stored.is_stopped and told != Told.STOPPED:
        changed |= {"seen": _with(stored.seen, ids_meeting(question_of(stored))), "looked_on": timezone.localdate()}
    SavedSearch.objects.filter(pk=saved.pk).update(**changed)


def stop_search(*, saved: SavedSearch) -> None:
    """Nothing more is told of it; it stays in the list."""
    SavedSearch.objects.filter(pk=saved.pk).update(told=Told.STOPPED, version=F("version") + 1, used_at=timezone.now())


def keep_search(*, saved: SavedSearch) -> None:
    """It is still wanted."""
    SavedSearch.objects.filter(pk=saved.pk).update(used_at=timezone.now(), asked_at=None)


def delete_search(*, saved: SavedSearch) -> None:
    """It is gone, with what it had found."""
    SavedSearch.objects.filter(pk=saved.pk).delete()


def held_by_link(search_id: UUID, user_id: UUID) -> SavedSearch | None:
    """The search that a letter's link was made for."""
    with by_link(search_id):
        return SavedSearch.objects.filter(pk=search_id, user=user_id).defer("seen").first()


def by_link(search_id: UUID) -> AbstractContextManager[None]:
    """Act for one search, as whoever holds its link may, signed in or not."""
    return acting(_for(search_id))


# ---------------------------------------------------------------- each night


@transaction.atomic
def look_for_new(today: date) -> None:
    """A job for each search that it is time to look at, and one for each that nobody has used for long."""
    with acting(Identity(purpose="saved-searches", key="due")):
        due = list(SavedSearch.objects.filter(_is_due(today)).order_by("pk").values_list("pk", flat=True))
        unused = list(SavedSearch.objects.filter(_is_unused()).order_by("pk").values_list("pk", flat=True))
    for search_id in due:
        defer_job("catalogue.tell_search", search_id=str(search_id))
    for search_id in unused:
        defer_job("catalogue.ask_about_search", search_id=str(search_id))


def _is_due(today: date) -> Q:
    between = Case(*(When(told=told, then=Value(number)) for told, number in DAYS_BETWEEN.items()), output_field=IntegerField())
    return Q(told__in=list(DAYS_BETWEEN), looked_on__lte=Value(today) - between)


def _is_unused() -> Q:
    before = timezone.now() - timedelta(days=days("saved_search") - SAVED_SEARCH_NOTICE)
    return Q(used_at__lt=before, asked_at__isnull=True)


@transaction.atomic
def tell_of_new(search_id: UUID, today: date) -> int:
    """Tell whoever saved it what one search finds that it had not found before, in one message; how many there were.

    Runs as the worker. What is told and that it is told are stored together, so twice is once and a crash leaves neither. Side
    effect: a message, by e-mail too where that is chosen and set up.
    """
    with acting(_for(search_id)):
        saved = SavedSearch.objects.select_for_update().filter(_is_due(today), pk=search_id).first()
        if saved is None:
            return 0
        new = set(ids_meeting(question_of(saved))) - set(saved.seen)
        changed: dict[str, object] = {"looked_on": today} | ({"seen": _with(saved.seen, new)} if new else {})
        SavedSearch.objects.filter(pk=saved.pk).update(**changed)
    if new:
        _tell(saved, new)
    return len(new)


def _tell(saved: SavedSearch, new: set[UUID]) -> None:
    rows = SearchRow.objects.filter(object_id__in=new).order_by("starts_on", "title", "id")[:MOST_LISTED]
    links = [(row.title, reverse(f"catalogue:{row.kind}", args=[row.object_id])) for row in rows]
    tell(
        user_ids=[saved.user_id],
        topic=Topic.SAVED_SEARCH,
        template="catalogue/messages/new_in_search.txt",
        facts={"name": saved.name, "count": len(new), "more": len(new) - len(links)},
        path=saved.path,
        links=links,
        link_name="catalogue:stop_by_link",
        subject_id=saved.pk,
        by_mail=saved.told != Told.HERE,
    )


@transaction.atomic
def ask_about_search(search_id: UUID) -> None:
    """Ask whether a search that nobody has used for long is still wanted, before it is deleted.

    Runs as the worker; twice is once. Side effect: a message.
    """
    with acting(_for(search_id)):
        saved = SavedSearch.objects.select_for_update().defer("seen").filter(_is_unused(), pk=search_id).first()
        if saved is None:
            return
        SavedSearch.objects.filter(pk=saved.pk).update(asked_at=timezone.now())
    tell(
        user_ids=[saved.user_id],
        topic=Topic.SAVED_SEARCH,
        template="catalogue/messages/search_still_wanted.txt",
        facts={"name": saved.name, "days": SAVED_SEARCH_NOTICE},
        path=reverse("catalogue:change_search", args=[saved.pk]),
        link_name="catalogue:keep_by_link",
        subject_id=saved.pk,
    )


def _for(search_id: UUID) -> Identity:
    return Identity(purpose="saved-search", key=str(search_id))


def _with(seen: list[UUID], more: set[UUID] | QuerySet[SearchRow, UUID]) -> list[UUID]:
    return [*seen, *sorted(set(more) - set(seen))]
