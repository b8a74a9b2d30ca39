"""The whole made-up region as plain values, before any of it is stored. The same seed, size and day give the same region."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from itertools import chain

from django.db.models import Model
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.codes import Language
from praksis.catalogue.choices import SchemeStage
from praksis.catalogue.models import Pool, Scheme
from praksis.demo import edges
from praksis.demo.cast import (
    add_employers_places,
    cast_auditor,
    cast_candidates,
    cast_employer,
    cast_staff,
    cast_users,
    employers_workplace,
    once_more,
)
from praksis.demo.described import Described, describe_hosts
from praksis.demo.draw import Draw
from praksis.demo.firms import Firms, register_firms
from praksis.demo.guides import Guides, build_guides
from praksis.demo.halfyear import HalfYear, Plan, build_half_year, enter, wish
from praksis.demo.hosts import Workplace, build_hosts
from praksis.demo.members import Members, build_members
from praksis.demo.people import Person
from praksis.demo.periods import AUTUMN, SPRING
from praksis.demo.sizes import AUTUMN_SHARE, Size
from praksis.demo.texts import read
from praksis.organisations.models import HostContact
from praksis.rounds.models import Auditor, Reserve, Round, RoundPlace

type Rows = Sequence[Model]


@dataclass
class Region:
    """Everything. `edges` finds the rare cases."""

    users: list[User]
    members: Members
    schemes: list[Scheme]
    workplaces: list[Workplace]
    contacts: list[HostContact]
    firms: Firms
    described: Described
    guides: Guides
    halves: list[HalfYear]
    auditors: list[Auditor]
    edges: edges.Edges

    @property
    def people(self) -> list[Person]:
        return [person for half in self.halves for person in half.people]

    def steps(self) -> Iterator[tuple[str, list[Rows]]]:
        """What to store, in an order that foreign keys allow: a word for the step, and the rows of one model after the other."""
        all_ = self.members
        yield "members", [self.users, list(all_.members.values()), all_.units, all_.programmes, all_.memberships]
        firms = self.firms
        yield "hosts", [firms.enterprises, [one.host for one in self.workplaces], firms.former_names, firms.runs, self.contacts]
        yield "resource persons", [self.guides.persons]
        yield "places", [self.schemes, *self._places()]
        yield "candidates", list(self._candidates())
        yield "rounds", list(self._rounds())
        for name in ("entries", "links", "choices"):
            yield name, [list(chain.from_iterable(getattr(half, name) for half in self.halves))]

    def _places(self) -> Iterator[Rows]:
        offers = [offer for half in self.halves for offer in half.offers]
        yield [*(offer.place for offer in offers), *self.described.places]
        yield [*(seat for offer in offers for seat in offer.seats), *self.described.seats]
        pools = [row for half in self.halves for row in half.pools]
        yield [pool for pool, _offers in pools]
        yield [Pool.places.through(pool_id=pool.pk, place_id=offer.place.pk) for pool, inside in pools for offer in inside]

    def _candidates(self) -> Iterator[Rows]:
        """People of both half-years; the personas are in both, with one need for each."""
        yield _once(person.candidate for person in self.people)
        yield _once(need for person in self.people for need in person.needs)
        for name in ("papers", "conflicts", "guardians", "consents"):
            yield _once(row for person in self.people for row in getattr(person, name))

    def _rounds(self) -> Iterator[Rows]:
        rounds = [half.round for half in self.halves]
        yield rounds
        taking_part = {(half.round.pk, entry.member_id): None for half in self.halves for entry in half.entries}
        yield [Round.members.through(round_id=round_, member_id=member) for round_, member in taking_part]
        yield self.auditors
        yield [
            RoundPlace(id=uuid.uuid5(offer.place.pk, "round"), round=half.round, place=offer.place)
            for half in self.halves
            for offer in half.in_round
        ]
        reserves = [row for half in self.halves for row in half.reserves]
        yield [reserve for reserve, _offers in reserves]
        yield [Reserve.places.through(reserve_id=one.pk, place_id=offer.place.pk) for one, inside in reserves for offer in inside]

    def digest(self) -> str:
        """SHA-256 of every value of every row, in order."""
        found = sha256()
        for _step, tables in self.steps():
            for row in chain.from_iterable(tables):
                values = [getattr(row, column.attname) for column in row._meta.concrete_fields]
                found.update(repr((row._meta.label, values)).encode())
        return found.hexdigest()


def build_region(size: Size, seed: int, today: date) -> Region:
    """Draw a region. `today` dates its rounds: one closed a week ago, one open for three weeks and four more."""
    now = timezone.make_aware(datetime.combine(today, time(12)))
    members = build_members(Draw(seed, "members"))
    workplaces = build_hosts(Draw(seed, "hosts"), size.hosts, today)
    schemes = running_schemes(Draw(seed, "schemes"))
    cast = Draw(seed, "cast")
    users = cast_users(cast)
    members.memberships += cast_staff(cast, users, members)
    spring_cast = cast_candidates(cast, users, members, SPRING)
    autumn_cast = [once_more(cast, person, AUTUMN) for person in spring_cast]
    house = employers_workplace(workplaces)
    spring, autumn = (
        Plan(Draw(seed, season), season, share, size, members, workplaces, schemes, now, known, is_open)
        for season, share, known, is_open in (
            (SPRING, 1 - AUTUMN_SHARE, spring_cast, False),
            (AUTUMN, AUTUMN_SHARE, autumn_cast, True),
        )
    )
    found = edges.mark_hosts(spring, house)
    halves = [build_half_year(spring), build_half_year(autumn)]
    edges.add_places(spring, halves[0], found)
    for plan, half in zip((spring, autumn), halves, strict=True):
        add_employers_places(plan, half, house)
        wish(plan, half)
    guardian = edges.mark_people(spring, halves[0], found)
    for plan, half in zip((spring, autumn), halves, strict=True):
        enter(plan, half)
    auditor = cast_auditor(Draw(seed, "auditor"), members, halves[0].round, today)
    kept = {str(house.host.pk), *found.values()}
    guides = build_guides(Draw(seed, "guides"), members, workplaces, house, users, now)
    region = Region(
        users=[*members.users, *users.values(), guardian, auditor.user, *guides.users],
        members=members,
        schemes=[*schemes.values(), *planned_schemes(Draw(seed, "planned"))],
        workplaces=workplaces,
        contacts=cast_employer(cast, users, house),
        guides=guides,
        described=describe_hosts(Draw(seed, "described"), workplaces, house),
        firms=register_firms(Draw(seed, "firms"), workplaces, kept, now),
        halves=halves,
        auditors=[auditor],
        edges=found,
    )
    _date(region, now)
    return region


def _date(region: Region, now: datetime) -> None:
    """Give the day of the region, not of the clock, to all that would else be dated as it is made."""
    for user in region.users:
        user.created_at = now
    for membership in region.members.memberships:
        membership.starts_on = now.date()
    for place in region.described.places:
        place.offered_at, place.confirmed_on = now, now.date()
    for scheme in region.schemes:
        scheme.changed_at = now
    for consent in (one for person in region.people for one in person.consents):
        consent.given_at = now


def running_schemes(draw: Draw) -> dict[str, Scheme]:
    """One made-up scheme in use for each target group."""
    return {
        group: Scheme(
            id=draw.uuid(),
            title=title,
            summary=summary,
            language=Language.NB,
            institution="Utdanning i Bergen",
            target_group=group,
            stage=SchemeStage.RUNNING,
            made_up=True,
        )
        for group, (title, summary) in read("schemes")["running"].items()
    }


def planned_schemes(draw: Draw) -> Iterator[Scheme]:
    """Made-up schemes that somebody is thinking of, or working on."""
    for row in read("schemes")["planned"]:
        yield Scheme(
            id=draw.uuid(),
            title=row["title"],
            summary=row["summary"],
            language=row.get("language", Language.NB),
            institution=row["institution"],
            target_group=row["group"],
            field=row["field"],
            stage=row["stage"],
            made_up=True,
        )


def _once[M: Model](rows: Iterable[M]) -> list[M]:
    """Each row once: the personas' rows come from both half-years."""
    return list({row.pk: row for row in rows}.values())
