"""Enhetsregisteret: who has which number, where, with how many employees, and who is no more. Open data of Brønnøysundregistrene
(NLOD). The client is the library `brreg`; where it answers is a setting, since tests and the demo have a fake register.

    ask("974760673")                       for a page: quick, at most a few at once, remembered for some minutes
    with Register() as register: ...       for a job: asks each time

What goes wrong is told apart: the number is not there (404), it was removed (410), or nobody answers.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any, NamedTuple, Self

import httpx2
from brreg import BrregError
from brreg.enhetsregisteret import Adresse, Client, Enhet, EnhetQuery, Naering, Underenhet, UnderenhetQuery
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from pydantic import BaseModel, Field, TypeAdapter

from praksis.base.codes import MUNICIPALITIES
from praksis.organisations.choices import ClosedReason
from praksis.organisations.models import Host

INDUSTRY_STANDARD = "SN2025"
"""The edition of Standard for næringsgruppering whose codes the register gives; it does not say so itself."""
PATIENCE_SECONDS = 4.0
MOST_AT_ONCE = 2
"""Pages of one process that may wait for the register at a time; more go on without it."""
REMEMBERED_SECONDS = 600
SILENT_SECONDS = 60
"""So long nobody asks again after the register has not answered."""
MOST_NAMED = 6
PAGE_SIZE = 5000
"""Changes in one answer. The register gives no more than 10,000 by page and size; each question here is for the first page after
the last number seen, so that it never comes so far."""
GONE, NOT_FOUND = 410, 404

_waiting = BoundedSemaphore(MOST_AT_ONCE)


class UnreachableError(Exception):
    """Nobody answers, or not in a way that can be read; or no register is set up."""


class UnreadableError(UnreachableError):
    """There is an answer, but about this number it cannot be read. Others may well be."""


class NotRegisteredError(Exception):
    """The number is not in the register."""


class RemovedError(Exception):
    """It was, and has been removed: nothing is told of it any more."""


class Closed(NamedTuple):
    """That someone is no more, why and since when."""

    reason: ClosedReason
    on: date


@dataclass(frozen=True)
class Facts:
    """What the register says of one number. `above` is the enterprise of a sub-unit; `municipality` is empty outside the region.
    `employees` is None where the register does not tell: it names no number below five."""

    number: str
    registered_name: str
    address: str
    town: str
    municipality: str
    industry: str
    industry_words: str
    employees: int | None
    above: str
    closed: Closed | None

    @property
    def name(self) -> str:
        """The name as it is read: the register writes capitals."""
        return readable(self.registered_name)

    @property
    def where(self) -> str:
        """«Bergen»; outside the region the name of the town."""
        return MUNICIPALITIES.get(self.municipality, self.town)


class Change(BaseModel):
    """One line of the register's list of changes."""

    number: int = Field(validation_alias="oppdateringsid")
    organisation: str = Field(validation_alias="organisasjonsnummer")


@dataclass(frozen=True)
class Feed:
    """A list of changes: its path, what its lines are called, and where a run keeps the last number it saw."""

    path: str
    lines: str
    column: str


FEEDS = (
    Feed("/oppdateringer/enheter", "oppdaterteEnheter", "enterprises_seen"),
    Feed("/oppdateringer/underenheter", "oppdaterteUnderenheter", "units_seen"),
)
_CHANGES = TypeAdapter(list[Change])


class Register(Client):
    """The library's client, at the address that is set. All its methods raise UnreachableError when nobody answers."""

    def open(self) -> None:
        if not settings.REGISTER_ADDRESS:
            raise UnreachableError
        hooks: Any = {"response": [self._note]}
        self.status = 0
        self._client = httpx2.Client(
            base_url=settings.REGISTER_ADDRESS,
            timeout=PATIENCE_SECONDS,
            headers={"user-agent": "Praksistorget"},
            event_hooks=hooks,
        )

    def __enter__(self) -> Self:
        return self

    def _note(self, response: httpx2.Response) -> None:
        """The library gives nothing for 404 and for 410 alike; they mean different things."""
        self.status = response.status_code

    def read(self, number: str) -> Facts:
        """What stands there of an enterprise or a sub-unit. Raises NotRegisteredError or RemovedError."""
        for get, facts in ((self.get_enhet, _of_enterprise), (self.get_underenhet, _of_unit)):
            with _told_apart():
                found: Any = get(number)
            if found:
                return facts(found)
            if self.status == GONE:
                raise RemovedError
        raise NotRegisteredError

    def named(self, words: str) -> list[Facts]:
        """Enterprises and sub-units in the region by name, those that are no more left out."""
        where = list(MUNICIPALITIES)
        with _told_apart():
            enterprises = self.search_enhet(EnhetQuery(navn=words, kommunenummer=where, size=MOST_NAMED)).get_page(0)
            units = self.search_underenhet(UnderenhetQuery(navn=words, kommunenummer=where, size=MOST_NAMED)).get_page(0)
        found = [_of_enterprise(one) for one in (enterprises.items if enterprises else [])]
        names = {one.number for one in found}
        found += [_of_unit(one) for one in (units.items if units else []) if one.overordnet_enhet not in names]
        return [one for one in found if not one.closed][:MOST_NAMED]

    def units_of(self, number: str) -> list[Facts]:
        """The sub-units of an enterprise in the region."""
        query = UnderenhetQuery(overordnet_enhet=number, kommunenummer=list(MUNICIPALITIES), size=50)
        with _told_apart():
            page = self.search_underenhet(query).get_page(0)
        found = [_of_unit(one) for one in (page.items if page else [])]
        return sorted((one for one in found if not one.closed), key=lambda one: (one.name, one.number))

    def last_change(self, feed: Feed) -> int:
        """The number before the first change since yesterday: where somebody begins who has seen none."""
        since = f"{timezone.localdate() - timedelta(days=1)}T00:00:00.000Z"
        changes = self._changes(feed, {"dato": since, "size": 1})
        return changes[0].number - 1 if changes else 0

    def changes(self, feed: Feed, after: int) -> Iterator[list[Change]]:
        """The changes after a number, in order, some thousands at a time."""
        while changes := self._changes(feed, {"oppdateringsid": after + 1, "size": PAGE_SIZE}):
            after = max(change.number for change in changes)
            yield changes

    def _changes(self, feed: Feed, asked: dict[str, Any]) -> list[Change]:
        with _told_apart():
            answer = self._client.get(feed.path, params=asked)
            answer.raise_for_status()
            return _CHANGES.validate_python(answer.json().get("_embedded", {}).get(feed.lines, []))


@contextmanager
def _told_apart() -> Iterator[None]:
    """Whatever the library and its parts raise becomes UnreachableError, or UnreadableError where there was an answer."""
    try:
        yield
    except (BrregError, httpx2.HTTPError, RuntimeError, ValueError) as error:
        cause = error.__cause__ if isinstance(error, BrregError) else error
        silent = isinstance(cause, httpx2.TransportError) or not isinstance(cause, httpx2.HTTPError | ValueError)
        raise (UnreachableError if silent else UnreadableError) from error


# ---------------------------------------------------------------- for pages


@dataclass(frozen=True)
class Answer:
    """What a page is told of a number: it, the enterprise above it, and the sub-units where it has several."""

    facts: Facts
    above: Facts | None
    units: tuple[Facts, ...]

    @property
    def closed(self) -> Closed | None:
        """It is no more, or the enterprise that it belongs to is no more."""
        return self.facts.closed or (self.above.closed if self.above else None)


def ask(number: str) -> Answer:
    """What the register says, for somebody who waits. Raises what `Register.read` raises, and UnreachableError."""
    return _remembered(f"number:{number}", lambda register: _answer(register, number))


def ask_by_name(words: str) -> list[Facts]:
    """Those in the region who have the name, or something like it. Raises UnreachableError."""
    return _remembered(f"name:{words.lower()}", lambda register: register.named(words))


def _answer(register: Register, number: str) -> Answer:
    facts = register.read(number)
    above = register.read(facts.above) if facts.above else None
    units = () if facts.above else tuple(register.units_of(number))
    return Answer(facts, above, units if len(units) > 1 else ())


def _remembered[Found](key: str, asking: Callable[[Register], Found]) -> Found:
    """Ask once in a while, not at all while the register is silent, and never with more than a few waiting."""
    name = f"register:{sha256(key.encode()).hexdigest()}"
    if not settings.REGISTER_ADDRESS:
        raise UnreachableError
    known: Found | None = cache.get(name)
    if known is not None:
        return known
    if cache.get("register:silent") or not _waiting.acquire(blocking=False):
        raise UnreachableError
    try:
        with Register() as register:
            found = asking(register)
    except UnreachableError:
        cache.set("register:silent", 1, SILENT_SECONDS)
        raise
    finally:
        _waiting.release()
    cache.set(name, found, REMEMBERED_SECONDS)
    return found


# ---------------------------------------------------------------- reading an answer


def _of_enterprise(one: Enhet) -> Facts:
    return _facts(one, one.forretningsadresse or one.postadresse, _closed_enterprise(one))


def _of_unit(one: Underenhet) -> Facts:
    ended = one.slettedato or one.nedleggelsesdato
    closed = Closed(ClosedReason.DELETED, ended) if ended else None
    return _facts(one, one.beliggenhetsadresse or one.postadresse, closed)


def _facts(one: Enhet | Underenhet, address: Adresse | None, closed: Closed | None) -> Facts:
    place = address or Adresse()
    industry = one.naeringskode1 or Naering()
    town = readable(place.poststed or "")
    street = ", ".join(line for line in place.adresse if line)
    return Facts(
        number=one.organisasjonsnummer,
        registered_name=one.navn[:200],
        address=", ".join(filter(None, (street, f"{place.postnummer or ''} {town}".strip())))[:300],
        town=town,
        municipality=place.kommunenummer if place.kommunenummer in MUNICIPALITIES else "",
        industry=(industry.kode or "")[:10],
        industry_words=(industry.beskrivelse or "")[:200],
        employees=one.antall_ansatte,
        above=one.overordnet_enhet or "" if isinstance(one, Underenhet) else "",
        closed=closed,
    )


def _closed_enterprise(one: Enhet) -> Closed | None:
    """The worst comes first. Where the register gives no day, it is the day it was read."""
    today = timezone.localdate()
    if one.slettedato:
        return Closed(ClosedReason.DELETED, one.slettedato)
    if one.konkurs:
        return Closed(ClosedReason.BANKRUPT, one.konkursdato or today)
    if one.under_tvangsavvikling_eller_tvangsopplosning:
        return Closed(ClosedReason.FORCED, today)
    return Closed(ClosedReason.WINDING_UP, today) if one.under_avvikling else None


def host_of(facts: Facts) -> Host:
    """A host as the register tells it, not stored; its field is for people to say."""
    return Host(
        number=facts.number,
        name=facts.name,
        registered_name=facts.registered_name,
        industry=facts.industry,
        industry_standard=INDUSTRY_STANDARD if facts.industry else "",
        industry_words=facts.industry_words,
        address=facts.address,
        municipality=facts.municipality,
        area="" if facts.municipality else facts.town,
        employees=facts.employees,
        checked_at=timezone.now(),
    )


FORMS = frozenset(
    ("AS", "ASA", "ANS", "DA", "SA", "BA", "KS", "KF", "FKF", "IKS", "NUF", "SF", "BBL", "AL", "IT", "NAV", "HVL", "UIB", "NHH")
)
SMALL = frozenset(("og", "i", "på", "av", "for", "til", "ved", "med", "the", "of", "and"))


def readable(name: str) -> str:
    """«Skoddehaugen Sykehjem AS»: of a name in capitals each word keeps its first, but for forms and small words. Another name is
    left as it is."""
    if name != name.upper():
        return name
    words = [_readable(word) for word in name.split()]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]]) if words else ""


def _readable(word: str) -> str:
    if word.strip("().,/") in FORMS:
        return word
    return word.lower() if word.lower() in SMALL else re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word.lower())
