"""One half-year of the region: its people, places and round, and what the people wish for."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from praksis.base.codes import TargetGroup
from praksis.candidates.models import Conflict
from praksis.catalogue.choices import PlaceStage, SeatRule
from praksis.catalogue.models import Pool, Scheme
from praksis.demo.draw import Draw
from praksis.demo.hosts import Workplace
from praksis.demo.members import Members
from praksis.demo.people import Person, build_people
from praksis.demo.places import Offer, Offering
from praksis.demo.sizes import SUPPLY, Size
from praksis.demo.wishes import Ranking, Wishing, share_tandems
from praksis.rounds.choices import RoundState
from praksis.rounds.models import Choice, Entry, EntryLink, Reserve, Round
from praksis.rounds.rules import entry_tags, priority_class

PAIRS, PINNED, NO_LIST, CONFLICTS, POOLS = 0.04, 0.01, 0.01, 0.03, 0.06
"""Shares of people who want to be together, have their place by hand, no list, a host closed to them; of hosts with a limit."""
UNSENT = 0.4
"""While wishes are collected, so many have not sent theirs."""
RESERVES = (
    ("Språkpraksis hos helse, barnehage og bibliotek", TargetGroup.LANGUAGE_PRACTICE, {"sykehjem", "barnehage", "bibliotek"}),
    ("Arbeidstrening i butikk og ombruk", TargetGroup.WORK_TRAINING, {"butikk", "gjenbruk"}),
    ("Lærlinger i helse og oppvekst", TargetGroup.APPRENTICE, {"sykehjem", "hjemmetjeneste", "barnehage"}),
)


@dataclass
class HalfYear:
    """Everything in one half-year. What is stored of it stands in `region.py`."""

    season: str
    round: Round
    people: list[Person]
    offers: list[Offer]
    pools: list[tuple[Pool, list[Offer]]] = field(default_factory=list)
    reserves: list[tuple[Reserve, list[Offer]]] = field(default_factory=list)
    rankings: list[Ranking] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    links: list[EntryLink] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)

    @property
    def in_round(self) -> list[Offer]:
        return [offer for offer in self.offers if offer.place.stage == PlaceStage.OPEN]


@dataclass(frozen=True)
class Plan:
    """What a half-year is made from. `share` is its part of the region; `known` are people who are in it whatever is drawn."""

    draw: Draw
    season: str
    share: float
    size: Size
    members: Members
    workplaces: Sequence[Workplace]
    schemes: dict[str, Scheme]
    now: datetime
    known: Sequence[Person]
    is_open: bool


def build_half_year(plan: Plan) -> HalfYear:
    """People and places. The lists come later (`wish`), when places of special kinds have been added."""
    people = list(_people(plan))
    offering = Offering(plan.draw, plan.season, plan.workplaces, plan.schemes, plan.now)
    offers = [offer for group, ratio in SUPPLY.items() for offer in offering.ordinary(_of(group, people), ratio)]
    offers += offering.tandems(ceil(plan.size.tandems * plan.share))
    half = HalfYear(plan.season, _round(plan), people, offers)
    _add_conflicts(plan.draw, half)
    half.pools = list(_pools(plan.draw, half))
    return half


def wish(plan: Plan, half: HalfYear) -> None:
    """Draw everyone's list; the personas begin with what most want, and have room left while the round is open."""
    wishing = Wishing(plan.draw, half.in_round, plan.now.date())
    strangers = [person for person in half.people if person not in plan.known]
    rankings = [wishing.ranking(person) for person in strangers]
    for ranking in rankings:
        ranking.sent = not plan.draw.chance(UNSENT if plan.is_open else 0)
        if plan.draw.chance(NO_LIST):
            ranking.groups, ranking.sent = [], False
    rare = set() if plan.is_open else set(rare_people(half))
    common = [ranking for ranking in rankings if ranking.person not in rare]
    wishing.pair_up(common, PAIRS)
    wishing.pin(common, PINNED)
    asked = Counter(offer for ranking in rankings for offer in ranking.offers)
    own = [wishing.popular_first(person, 3 if plan.is_open else 7, asked) for person in plan.known]
    for ranking in own:
        ranking.sent = not plan.is_open
    half.rankings = [*own, *rankings]


def rare_people(half: HalfYear) -> list[Person]:
    """Two of each group who are kept for the rare cases (`edges.py`), the last that were drawn."""
    return [person for group in SUPPLY for person in _of(group, half.people)[-2:]]


def enter(plan: Plan, half: HalfYear) -> None:
    """Make the round's rows of lists, people and soft targets."""
    share_tandems(plan.draw, half.rankings, half.in_round)
    half.reserves = list(_reserves(plan.draw, half))
    made = {ranking: _entry(plan, half.round, ranking) for ranking in half.rankings}
    for ranking, entry in made.items():
        entry.together = made[ranking.partner] if ranking.partner else None
        person = ranking.person
        link = EntryLink(
            id=plan.draw.uuid(),
            entry=entry,
            round=half.round,
            candidate=person.candidate,
            need=person.need,
            member=person.need.member,
        )
        half.links.append(link)
        half.choices += _choices(plan.draw, entry, ranking)
    half.entries = list(made.values())


def _people(plan: Plan) -> Iterator[Person]:
    yield from plan.known
    for group in SUPPLY:
        sources = [source for source in plan.members.sources if source.group == group]
        known = sum(person.group == group for person in plan.known)
        yield from build_people(plan.draw, sources, max(2, plan.size.people(group, plan.share) - known), plan.season)


def _of(group: TargetGroup, people: Iterable[Person]) -> list[Person]:
    return [person for person in people if person.group == group]


def _round(plan: Plan) -> Round:
    """Open for wishes now, or closed a week ago and ready to be allocated."""
    opens_at = plan.now - timedelta(days=21 if plan.is_open else 56)
    closes_at = plan.now + timedelta(days=28 if plan.is_open else -7)
    return Round(
        id=plan.draw.uuid(),
        name="Høstrunden 2027" if plan.is_open else "Vårrunden 2027",
        season=plan.season,
        owner=plan.members.region,
        state=RoundState.RANKING if plan.is_open else RoundState.CLOSED,
        seed=plan.draw.between(1, 10**9),
        seed_published_at=opens_at,
        opens_at=opens_at,
        closes_at=closes_at,
        closed_at=None if plan.is_open else closes_at,
        papers_due_on=(closes_at + timedelta(days=30)).date(),
        answer_due_at=closes_at + timedelta(days=28),
        made_up=True,
    )


def _add_conflicts(draw: Draw, half: HalfYear) -> None:
    """A few may not be placed where they have worked, or have a close relation."""
    for person in half.people:
        if person.group != TargetGroup.PUPIL and draw.chance(CONFLICTS):
            near = [offer for offer in draw.some(half.offers, 12) if offer.accepts(person.group, person.need.field)]
            if near:
                code = draw.weighted({"worked_there": 3, "relation": 1})
                person.conflicts.append(Conflict(id=draw.uuid(), candidate=person.candidate, host=near[0].place.host, code=code))


def _pools(draw: Draw, half: HalfYear) -> Iterator[tuple[Pool, list[Offer]]]:
    """Hosts with several ordinary places, of whom some have one supervisor or one department for them all."""
    by_host: dict[Workplace, list[Offer]] = {}
    for offer in half.in_round:
        if offer.place.rule == SeatRule.EACH and not any(seat.minimum for seat in offer.seats):
            by_host.setdefault(offer.workplace, []).append(offer)
    for offers in by_host.values():
        if len(offers) >= 2 and draw.chance(2 * POOLS):
            seats = sum(offer.place.seats_total for offer in offers)
            yield pool(draw, offers, draw.one(["Én veileder", "Samme avdeling", "Samme uker"]), max(1, seats * 2 // 3))


def pool(draw: Draw, offers: list[Offer], name: str, limit: int) -> tuple[Pool, list[Offer]]:
    """A limit over several places of one host."""
    for offer in offers:
        offer.pooled = True
    return Pool(id=draw.uuid(), host=offers[0].place.host, name=name, limit=limit), offers


def _reserves(draw: Draw, half: HalfYear) -> Iterator[tuple[Reserve, list[Offer]]]:
    for name, group, kinds in RESERVES:
        offers = [offer for offer in half.in_round if offer.workplace.kind.name in kinds and group in offer.text.groups]
        seats = sum(seat.capacity for offer in offers for seat in offer.seats if group in seat.groups)
        if seats:
            yield Reserve(id=draw.uuid(), round=half.round, name=name, target_group=group, at_least=ceil(seats / 4)), offers


def _entry(plan: Plan, round_: Round, ranking: Ranking) -> Entry:
    person = ranking.person
    seconds = plan.draw.between(0, int((min(round_.closes_at, plan.now) - round_.opens_at).total_seconds()))
    saved_at = round_.opens_at + timedelta(seconds=seconds)
    return Entry(
        id=plan.draw.uuid(),
        round=round_,
        member=person.need.member,
        tags=sorted({tag for need in person.needs for tag in entry_tags(need, person.held)}),
        priority_class=min(priority_class(need.target_group) for need in person.needs),
        excluded_hosts={str(conflict.host_id): conflict.code for conflict in person.conflicts},
        pinned=ranking.pinned,
        saved_at=saved_at if ranking.groups else None,
        sent_at=saved_at if ranking.sent else None,
        arrived=seconds if ranking.sent else None,
        version=1 if ranking.groups else 0,
    )


def _choices(draw: Draw, entry: Entry, ranking: Ranking) -> Iterator[Choice]:
    for rank, group in enumerate(ranking.groups, 1):
        for offer in group:
            yield Choice(id=draw.uuid(), entry=entry, place=offer.place, rank=rank)
