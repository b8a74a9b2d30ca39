"""What is done to hosts: what Enhetsregisteret says of them is taken in, and what they say of themselves. Closing, reopening and
a new name keep the search index in step."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.jobs import defer_job
from praksis.catalogue.actions import ChangedMeanwhileError, index_places
from praksis.catalogue.choices import PlaceStage
from praksis.catalogue.models import Place
from praksis.catalogue.rules import may_offer_for
from praksis.messages.actions import tell
from praksis.messages.choices import Topic
from praksis.organisations.actions import stored_host
from praksis.organisations.choices import ClosedReason
from praksis.organisations.models import FormerName, Host, RegisterRun
from praksis.organisations.queries import ids_of_deciding
from praksis.organisations.register import (
    FEEDS,
    INDUSTRY_STANDARD,
    Closed,
    Facts,
    Feed,
    NotRegisteredError,
    Register,
    RemovedError,
    UnreachableError,
    UnreadableError,
    host_of,
)

log = logging.getLogger(__name__)

READ_AGAIN_AFTER = timedelta(days=30)
"""A host that no change has named for so long is read all the same."""
REGISTER_COLUMNS = (
    *("name", "registered_name", "industry", "industry_standard", "industry_words", "address", "employees", "above"),
    *("closed_on", "closed_reason", "checked_at"),
)


OWN_COLUMNS = ("about", "asks_welcome", "experience", "experience_words", "experience_seen_by", "shows_past")


@transaction.atomic
def describe_host(*, host: Host, seen: int, by: User) -> None:
    """Store what a host says of itself (OWN_COLUMNS). `seen` is the version that was changed.

    Raises PermissionDenied, or ChangedMeanwhileError when someone else was first.
    """
    if not may_offer_for(by, host):
        raise PermissionDenied
    values = {name: getattr(host, name) for name in OWN_COLUMNS}
    if not Host.objects.filter(pk=host.pk, version=seen).update(**values, version=seen + 1):
        raise ChangedMeanwhileError


# ---------------------------------------------------------------- what the register says


@transaction.atomic
def take_facts(*, host_id: UUID, facts: Facts | None, closed: Closed | None = None, above: Host | None = None) -> list[str]:
    """Write what the register says of a host; `facts` is None where it only says that the host is gone (`closed`).

    Says what happened, in words of `RegisterRun`'s columns: renamed, closed, reopened. The same facts again change nothing but
    when they were read. Side effects: a FormerName when it is renamed; the hosts below it, which close and reopen with it; the
    search index of all their places; a message to those who decide there.
    """
    host = Host.objects.select_for_update(of=("self",)).select_related("above").get(pk=host_id)
    was_closed, old_name = host.closed_on is not None, host.name
    if facts:
        _take_words(host, facts, above)
    _take_state(host, closed or (facts.closed if facts else None) or _of_above(host))
    host.checked_at = timezone.now()
    host.save(update_fields=REGISTER_COLUMNS)
    happened = ["renamed"] if host.name != old_name else []
    if happened:
        FormerName.objects.get_or_create(host=host, name=old_name)
    touched = [host]
    if was_closed != (host.closed_on is not None):
        happened.append("closed" if host.closed_on else "reopened")
        touched += _carry_down(host)
    if happened:
        _tell_contacts(host, happened, old_name)
        index_places(Place.objects.filter(host__in=touched, stage=PlaceStage.OPEN))
    return happened


def _tell_contacts(host: Host, happened: list[str], old_name: str) -> None:
    """Those who decide there, in the system and by e-mail."""
    facts = {"name": host.name, "before": old_name, "happened": happened[-1]}
    if host.closed_on:
        facts["on"] = f"{host.closed_on:%d.%m.%Y}"
    path = reverse("catalogue:host_places", args=[host.pk])
    tell(user_ids=ids_of_deciding(host), topic=Topic.HOST, template="catalogue/messages/host.txt", facts=facts, path=path)


def _take_words(host: Host, facts: Facts, above: Host | None) -> None:
    """The name follows the register when that changes; until then «Nesttun Regnskap» may stand for NESTTUN REGNSKAP AS."""
    if host.registered_name != facts.registered_name:
        alike = facts.registered_name.upper().startswith(host.name.upper())
        host.name = host.name if alike and not host.registered_name else facts.name
        host.registered_name = facts.registered_name
    host.industry, host.industry_words = facts.industry, facts.industry_words
    host.industry_standard = INDUSTRY_STANDARD if facts.industry else ""
    host.address = facts.address
    host.employees = host.employees if facts.employees is None else facts.employees
    host.above = above


def _take_state(host: Host, closed: Closed | None) -> None:
    """Some reasons have no day in the register: then the first day it was seen stands."""
    if closed is None:
        host.closed_on, host.closed_reason = None, ""
    elif host.closed_reason != closed.reason or host.closed_on is None:
        host.closed_on, host.closed_reason = closed.on, closed.reason


def _of_above(host: Host) -> Closed | None:
    if host.above and host.above.closed_on:
        return Closed(ClosedReason.ABOVE, host.above.closed_on)
    return None


def _carry_down(host: Host) -> list[Host]:
    """Close the sub-units that still stood, or reopen those that only closed with it: the register says nothing of them."""
    if host.closed_on:
        state = {"closed_on": host.closed_on, "closed_reason": ClosedReason.ABOVE}
        below = list(host.below.filter(closed_on__isnull=True))
    else:
        state = {"closed_on": None, "closed_reason": ""}
        below = list(host.below.filter(closed_reason=ClosedReason.ABOVE))
    Host.objects.filter(pk__in=[one.pk for one in below]).update(**state)
    return below


# ---------------------------------------------------------------- each night


def order_reading() -> None:
    """Have the register read as soon as the caller's transaction is stored; not while a reading goes on, or waits."""
    try:
        run = _new_run()
    except IntegrityError:
        return
    defer_job("catalogue.read_register", run_id=str(run.pk))


def follow_register(run_id: UUID | None = None) -> RegisterRun | None:
    """Read the register's new changes and take in those of our hosts, and read the hosts that have not been read for long.

    Goes on where the last run came to, a page of changes at a time, each host in a transaction of its own; what the register
    cannot tell of is read again the next time. `run_id` is a run that was ordered. None where no register is set up, or that run
    is over. Side effects: those of `take_facts`; a RegisterRun.
    """
    run = _begun(run_id) if settings.REGISTER_ADDRESS else None
    if run is None:
        return None
    try:
        with Register() as register:
            for feed in FEEDS:
                _follow(register, feed, run)
            _read(register, _due(), run)
    except UnreachableError:
        run.problem = "unreachable"
        log.warning("Enhetsregisteret does not answer: the next run goes on from here")
    run.ended_at = timezone.now()
    _keep(run)
    return run


@transaction.atomic
def _begun(run_id: UUID | None) -> RegisterRun | None:
    """The ordered run, or a new one: one job at a time reads, so that whatever else is open was cut short."""
    if run_id:
        return RegisterRun.objects.filter(pk=run_id, ended_at__isnull=True).first()
    RegisterRun.objects.filter(ended_at__isnull=True).update(ended_at=timezone.now(), problem="interrupted")
    return _new_run()


@transaction.atomic
def _new_run() -> RegisterRun:
    last = RegisterRun.objects.order_by("-began_at").first()
    seen = {feed.column: getattr(last, feed.column) for feed in FEEDS} if last else {}
    return RegisterRun.objects.create(**seen)


@transaction.atomic
def _keep(run: RegisterRun) -> None:
    run.save()


def _follow(register: Register, feed: Feed, run: RegisterRun) -> None:
    """The numbers of a page count as seen when its hosts are read: what a kill cuts short is read once more."""
    if not getattr(run, feed.column):
        setattr(run, feed.column, register.last_change(feed))
        _keep(run)
    for changes in register.changes(feed, getattr(run, feed.column)):
        _read(register, _numbered({change.organisation for change in changes}), run)
        run.changes_seen += len(changes)
        setattr(run, feed.column, max(change.number for change in changes))
        _keep(run)


@transaction.atomic
def _numbered(numbers: Iterable[str]) -> list[Host]:
    return list(Host.objects.filter(number__in=numbers).order_by("number"))


@transaction.atomic
def _due() -> list[Host]:
    """Never read, or long ago: the longest first."""
    old = Q(checked_at__isnull=True) | Q(checked_at__lt=timezone.now() - READ_AGAIN_AFTER)
    return list(Host.objects.filter(old).order_by("checked_at", "number"))


def _read(register: Register, hosts: list[Host], run: RegisterRun) -> None:
    for host in hosts:
        try:
            happened = _read_one(register, host)
        except UnreadableError:
            _read_later(host)
            run.problem = "unreadable"
            log.warning("Enhetsregisteret gives an answer about %s that cannot be read", host.number)
            continue
        run.hosts_read += 1
        for what in happened:
            setattr(run, f"hosts_{what}", getattr(run, f"hosts_{what}") + 1)
        _keep(run)


def _read_one(register: Register, host: Host) -> list[str]:
    try:
        facts = register.read(host.number)
    except RemovedError:
        return take_facts(host_id=host.pk, facts=None, closed=Closed(ClosedReason.REMOVED, timezone.localdate()))
    except NotRegisteredError:
        return take_facts(host_id=host.pk, facts=None, closed=Closed(ClosedReason.UNKNOWN, timezone.localdate()))
    return take_facts(host_id=host.pk, facts=facts, above=_above(register, facts, host) if facts.above else None)


def _above(register: Register, facts: Facts, host: Host) -> Host | None:
    """The enterprise of a sub-unit, stored where nobody had it yet, and read so that its state counts."""
    with transaction.atomic():
        known = Host.objects.filter(number=facts.above).first()
    if known and known.checked_at:
        return known
    try:
        told = register.read(facts.above)
    except (NotRegisteredError, RemovedError):
        return known
    with transaction.atomic():
        new = host_of(told)
        new.field, new.made_up = host.field, host.made_up
        found = stored_host(new)
    take_facts(host_id=found.pk, facts=told)
    with transaction.atomic():
        return Host.objects.get(pk=found.pk)


@transaction.atomic
def _read_later(host: Host) -> None:
    Host.objects.filter(pk=host.pk).update(checked_at=None)
