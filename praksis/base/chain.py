"""The trail's seals: each member's entries in links, each link with the hash of the one before, so that no entry can be changed,
taken out or put in behind the last link without a trace. Links hold hashes; what pseudonyms stand for can be erased."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, OuterRef, Subquery, TextField
from django.db.models.functions import Cast

from praksis.base.codes import ReadKind
from praksis.base.identity import Identity, acting
from praksis.base.models import Change, TrailEntry, TrailLink

SETTLED = timedelta(minutes=1)
"""How old an entry is before it is sealed. `databases.TRAIL_OPTIONS` ends whatever would enter one so late."""
_FIELDS = ("id", "at", "request", "kind", "shown", "actor", "read_by", "person", "member", "page", "method", "target")


@contextmanager
def reading_the_trail() -> Iterator[None]:
    """A transaction of the worker's, or the owner's, that sees every entry: pseudonyms, and nobody's name."""
    by_owner = connection.settings_dict["USER"] == settings.DATABASE_USERS["owner"]
    with acting(Identity(purpose="maintenance" if by_owner else "chain", key="trail")), transaction.atomic():
        yield


def seal_trail() -> int:
    """Seal what is new, in all members' chains at once; how many links were made."""
    with reading_the_trail():
        until, sealed = _now() - SETTLED, TrailLink.objects.aggregate(until=Max("until"))["until"]
        new = TrailEntry.objects.filter(at__lte=until)
        if sealed:
            new = new.filter(at__gt=sealed)
        members = sorted(set(new.order_by().values_list("member", flat=True).distinct()))
        return len(TrailLink.objects.bulk_create([_next_link(member, until) for member in members]))


def _now() -> datetime:
    """The database's clock, which entries have too."""
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def _next_link(member: UUID, until: datetime) -> TrailLink:
    last = TrailLink.objects.filter(member=member).order_by("-number").first()
    link = TrailLink(member=member, number=last.number + 1 if last else 1, until=until)
    link.since, link.previous = (last.until, last.digest) if last else (None, "")
    link.count, link.entries = sealed_entries(link)
    link.digest = digest_of(link)
    return link


def sealed_entries(link: TrailLink) -> tuple[int, str]:
    """How many entries lie in the link's time, and their hash, as they are now."""
    entries = TrailEntry.objects.filter(member=link.member, at__lte=link.until).order_by("at", "id")
    if link.since:
        entries = entries.filter(at__gt=link.since)
    count, total = 0, hashlib.sha256()
    for entry in entries.values_list(*_FIELDS).iterator():
        count += 1
        total.update(canonical(entry))
    return count, total.hexdigest()


def digest_of(link: TrailLink) -> str:
    """The link's own hash."""
    told = [link.member, link.number, link.since, link.until, link.count, link.entries, link.previous]
    return hashlib.sha256(canonical(told)).hexdigest()


def canonical(values: Iterable[object]) -> bytes:
    """A line of JSON: texts and numbers as they are, ids as text, moments in UTC with microseconds, null for what is missing."""
    return json.dumps([_plain(value) for value in values], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def problems_of_chain() -> Iterator[str]:
    """A sentence for each place where the links and the entries do not fit together. Reads everything there is."""
    with reading_the_trail():
        ends: dict[UUID, TrailLink] = {}
        for link in TrailLink.objects.order_by("member", "number").iterator():
            yield from _problems_of_link(link, ends.get(link.member))
            ends[link.member] = link
        sealed = max((link.until for link in ends.values()), default=None)
        behind = TrailEntry.objects.filter(at__lte=sealed) if sealed else TrailEntry.objects.none()
        for member, last in sorted(behind.order_by().values("member").annotate(last=Max("at")).values_list("member", "last")):
            if member not in ends or last > ends[member].until:
                yield f"Member {member} has entries until {last:%Y-%m-%d %H:%M} that no link seals, though later ones are sealed."


def problems_of_changes() -> Iterator[str]:
    """A sentence for each change that is not as the trail's entry says, or has none. For the owner. What is erased is none."""
    with transaction.atomic():
        entries = TrailEntry.objects.filter(kind=ReadKind.CHANGE, request=OuterRef("pk"))
        texts = {"was": Cast("before", TextField()), "becomes": Cast("after", TextField())}
        changes = Change.objects.annotate(target=Subquery(entries.values("target")[:1]), **texts).order_by("at", "pk")
        for change in changes.iterator():
            if change.target != _digest_of_change(change):
                yield f"The change {change.pk} of {change.at:%Y-%m-%d %H:%M} is not as it was written."


def _digest_of_change(change: Any) -> str:
    """As the trigger makes it."""
    moment = change.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    parts = [change.pk, moment, change.relation, change.row, change.operation, change.actor]
    parts += [change.purpose, change.person, change.member, change.was, change.becomes]
    parts += [change.request] if change.request else []
    return hashlib.sha256("\n".join("" if part is None else str(part) for part in parts).encode()).hexdigest()


def _problems_of_link(link: TrailLink, before: TrailLink | None) -> Iterator[str]:
    told = f"Link {link.number} of member {link.member}, until {link.until:%Y-%m-%d %H:%M}"
    if (link.number, link.previous, link.since) != (
        (before.number + 1, before.digest, before.until) if before else (1, "", None)
    ):
        yield f"{told}: the link before it is not the one it was made after."
    if link.digest != digest_of(link):
        yield f"{told}: the link itself was changed."
    count, entries = sealed_entries(link)
    if count != link.count:
        yield f"{told}: {link.count} entries were sealed, and {count} are there."
    elif entries != link.entries:
        yield f"{told}: an entry was changed."
