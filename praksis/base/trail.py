"""The read trail: who was shown whom, when and what, entered before the first byte of the answer goes out. No entry, no page.

A view that shows a person by name, or a person's own wishes, papers or result, says so:

    trail.saw(request, Shown.WISHES, link.candidate)

The middleware enters it once the answer is made, through a connection of the trail's own, which may only add. A page that shows
people and does not say so, or says too much, fails tests/access. What is refused to somebody signed in is entered too.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from praksis.base.codes import ReadBy, ReadKind, Shown
from praksis.base.identity import NOBODY, Identity, asked, current
from praksis.base.models import Change, Pseudonym, TrailEntry

NO_MEMBER = UUID(int=0)
"""In place of a member where there is none: a candidate was refused something, somebody signed in."""
REFUSED = frozenset({403, 404})


class Person(Protocol):
    """What the trail asks of a candidate."""

    @property
    def pk(self) -> UUID: ...
    @property
    def member_id(self) -> UUID: ...
    @property
    def user_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class _Sight:
    person: Person
    shown: Shown
    kind: ReadKind


def saw(request: HttpRequest, shown: Shown, *people: Person, kind: ReadKind = ReadKind.PERSON) -> None:
    """Say that the answer shows these people. Somebody who is shown twice in one answer is entered once, as first said."""
    sights = _sights(request)
    for person in people:
        sights.setdefault(person.pk, _Sight(person, shown, kind))


def took(request: HttpRequest, shown: Shown, members: Iterable[UUID]) -> None:
    """Say that the answer is a file for an auditor, in which these members' people stand without names: an entry for each."""
    request.__dict__["taken"] = [(shown, member) for member in members]


def signed(request: HttpRequest, user: UUID, what: Shown) -> None:
    """Say that somebody signed in, gave a second factor, right or wrong, changed how to sign in, or signed out everywhere."""
    request.__dict__.setdefault("signed", []).append((user, what))


def enter(request: HttpRequest, status: int) -> None:
    """Enter what the answer with this status shows or refuses, and how one signed in. Any error of the database's is the
    caller's."""
    identity = current.get() or NOBODY
    if request.resolver_match is None:
        return
    entries = list(_sign_ins(request))
    if identity.user:
        entries += _refusals(request, identity) if status in REFUSED else _reads(request, identity)
    if entries:
        TrailEntry.objects.using("trail").bulk_create(entries)


def reads_about(people: Collection[UUID]) -> QuerySet[TrailEntry]:
    """Every time one of these candidates was shown to somebody, the newest first; what the reader may see of it.

    `at`, `get_read_by_display`, `get_shown_display` and `get_kind_display` tell when, who, what and how; `member` is the
    organisation's id. Who it was by name is told by the member's lead: see docs/how/audit.md.
    """
    known = Pseudonym.objects.filter(subject__in=people).values("pk")
    return TrailEntry.objects.filter(person__in=known).exclude(kind=ReadKind.CHANGE).order_by("-at", "pk")


def forget(subject: UUID) -> int:
    """Erase what was changed about somebody, and whom pseudonyms stand for, for good; how many there were.

    The worker does it, for the purpose `retention` of that id: a candidate's or a user's.
    """
    changes = Change.objects.filter(Q(person=subject) | Q(row=subject))
    return changes.delete()[0] + Pseudonym.objects.filter(subject=subject).delete()[0]


def _sights(request: HttpRequest) -> dict[UUID, _Sight]:
    sights: dict[UUID, _Sight] = request.__dict__.setdefault("sights", {})
    return sights


def _reads(request: HttpRequest, identity: Identity) -> Iterator[TrailEntry]:
    """In the order of the people's ids: two pages that make the same pseudonyms at once wait for each other in one direction."""
    asked = _asked(request, UUID(identity.user))
    for _pk, sight in sorted(_sights(request).items()):
        whose = {"person": sight.person.pk, "member": sight.person.member_id}
        read_by = _relation(identity, sight.person)
        yield TrailEntry(kind=sight.kind, shown=sight.shown, read_by=read_by, **whose, **asked)
    for shown, member in request.__dict__.get("taken", ()):
        yield TrailEntry(kind=ReadKind.EXPORT, shown=shown, read_by=ReadBy.AUDITOR, member=member, **asked)


def _refusals(request: HttpRequest, identity: Identity) -> Iterator[TrailEntry]:
    """One for each member that the user works for: its lead sees what was tried."""
    asked = _asked(request, UUID(identity.user))
    for member in sorted(identity.members):
        yield TrailEntry(kind=ReadKind.REFUSAL, member=UUID(member), read_by=_work(identity, member), **asked)
    if not identity.members:
        yield TrailEntry(kind=ReadKind.REFUSAL, member=NO_MEMBER, **asked)


def _sign_ins(request: HttpRequest) -> Iterator[TrailEntry]:
    """Of no member: whoever works for two signs in once."""
    for user, what in request.__dict__.get("signed", ()):
        yield TrailEntry(kind=ReadKind.SIGN_IN, shown=what, member=NO_MEMBER, **_asked(request, user))


def _asked(request: HttpRequest, actor: UUID) -> dict[str, Any]:
    """Who asked for what."""
    page = request.resolver_match.view_name if request.resolver_match else ""
    target = hashlib.sha256(request.path.encode()).hexdigest()
    return {"request": UUID(asked.get()), "actor": actor, "page": page, "method": request.method, "target": target}


def _relation(identity: Identity, person: Person) -> ReadBy:
    if str(person.user_id) == identity.user:
        return ReadBy.SELF
    member = str(person.member_id)
    ward = str(person.pk) in identity.people and member not in identity.members
    return ReadBy.GUARDIAN if ward else _work(identity, member)


def _work(identity: Identity, member: str) -> ReadBy:
    return ReadBy.LEAD if member in identity.led else ReadBy.STAFF
