"""The personas as rows: their users, and the candidates, staff and host contact that they are."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from praksis.accounts.models import User
from praksis.base.codes import Field, Language, Paper
from praksis.candidates.models import Guardian, Need
from praksis.catalogue.choices import PlaceStage
from praksis.demo.draw import Draw
from praksis.demo.halfyear import HalfYear, Plan
from praksis.demo.hosts import Workplace
from praksis.demo.members import Members, Source
from praksis.demo.people import PAPERS, Person, build_person, paper_of
from praksis.demo.periods import period_of, period_with
from praksis.demo.personas import AUDITOR, CANDIDATES, EMPLOYER, GUARDIAN, STAFF, Persona, all_personas
from praksis.demo.places import Offering
from praksis.demo.texts import ordinary_places, tandems
from praksis.organisations.choices import HostRole
from praksis.organisations.models import HostContact, Membership
from praksis.rounds.models import Auditor, Round

HOUSE = "sykehjem"
"""The kind of workplace that the employer speaks for."""
INTEREST = {"work_training": Field.TRADE, "language_practice": Field.FOOD, "pupil": Field.IT}


def cast_users(draw: Draw) -> dict[str, User]:
    """A user for each persona but the auditor, by its key."""
    return {one.key: User(id=draw.uuid(), name=one.name, email=one.email) for one in all_personas() if one is not AUDITOR}


def cast_auditor(draw: Draw, members: Members, round_: Round, today: date) -> Auditor:
    """One who checks the round for a year, on behalf of a member in it; with the user."""
    user = User(id=draw.uuid(), name=AUDITOR.name, email=AUDITOR.email)
    span = {"starts_on": today, "ends_on": today + timedelta(days=365)}
    member = members.members[AUDITOR.member]
    return Auditor(id=draw.uuid(), round=round_, user=user, member=member, name=user.name, email=user.email, **span)


def cast_staff(draw: Draw, users: dict[str, User], members: Members) -> Iterator[Membership]:
    for one in STAFF:
        yield Membership(id=draw.uuid(), user=users[one.key], member=members.members[one.member], role=str(one.role))


def cast_candidates(draw: Draw, users: dict[str, User], members: Members, season: str) -> list[Person]:
    """The six candidates with a need in `season`, and every paper but the driving licence. The pupil has a guardian."""
    found = []
    for one in CANDIDATES:
        person = build_person(draw, _source(one, members), season)
        candidate, need = person.candidate, person.need
        candidate.user = users[one.key]
        candidate.first_name, candidate.last_name = one.name.split()
        candidate.address_protected, candidate.digital, candidate.language = False, True, Language.NB
        need.municipality, need.field = one.home, INTEREST.get(one.key, need.field)
        held = [paper for paper in PAPERS[person.group] if paper != Paper.DRIVING]
        person.papers = [paper_of(draw, candidate, paper) for paper in held]
        if one.key == "pupil":
            person.guardians = [Guardian(id=draw.uuid(), candidate=candidate, user=users[GUARDIAN.key])]
        found.append(person)
    return found


def once_more(draw: Draw, person: Person, season: str) -> Person:
    """The same person with a need in another season."""
    before = person.need
    need = Need(
        id=draw.uuid(),
        candidate=person.candidate,
        member=before.member,
        target_group=before.target_group,
        programme=before.programme,
        field=before.field,
        season=season,
        municipality=before.municipality,
    )
    return replace(person, needs=[need], conflicts=[])


def _source(one: Persona, members: Members) -> Source:
    return next(
        source
        for source in members.sources
        if source.member.name == one.member
        and source.group == one.group
        and (not one.programme or (source.programme and source.programme.name == one.programme))
    )


def employers_workplace(workplaces: Sequence[Workplace]) -> Workplace:
    """The most popular nursing home in Bergen, with an agreement, an approval and bokmål."""
    homes = [one for one in workplaces if one.kind.name == HOUSE and one.host.closed_on is None]
    chosen = max(homes, key=lambda one: (one.host.municipality == "4601", one.popularity))
    chosen.host.language, chosen.host.about = Language.NB, chosen.kind.about
    return chosen


def cast_employer(draw: Draw, users: dict[str, User], house: Workplace) -> list[HostContact]:
    roles = (HostRole.CONTACT, HostRole.SIGNER)
    return [HostContact(id=draw.uuid(), user=users[EMPLOYER.key], host=house.host, role=role) for role in roles]


def add_employers_places(plan: Plan, half: HalfYear, house: Workplace) -> None:
    """An ordinary place and a tandem, both open."""
    ordinary = next(text for text in ordinary_places() if "sykepleie" in text.topics and HOUSE in text.at)
    tandem = next(text for text in tandems() if HOUSE in text.at)
    offering = Offering(plan.draw, plan.season, [], plan.schemes, plan.now)
    periods = {ordinary: period_of(ordinary.halves[0].groups[0], plan.season, plan.draw)}
    periods[tandem] = period_with(tandem.extent, plan.season, plan.draw)
    for text, period in periods.items():
        offer = offering.offer(text, house, period)
        offer.place.stage = PlaceStage.OPEN
        half.offers.append(offer)
