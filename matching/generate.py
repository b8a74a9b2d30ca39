"""Made-up rounds, for measuring and for trying out. The same family, size and seed give the same round anywhere.

The shares of the groups and how scarce their seats are follow docs/domain.md, "Numbers for a plausible region".
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import accumulate

from matching.problem import Candidate, InputError, Instance, Place, Pool, Reserve, Seat, eligible_kinds

OBJECTIVE = ("class:0", "reserves", "placed", "ranks", "kept", "lottery")
ZONES = {"bergen": 72, "oygarden": 6, "bjornafjorden": 6, "askoy": 5, "alver": 5, "voss": 6}


@dataclass(frozen=True, slots=True)
class Group:
    """A target group: its share of all candidates, seats per candidate, and the fields people keep to."""

    share: float
    supply: float
    fields: tuple[str, ...]
    class_: int = 1
    largest: int = 4  # seats at one place


_TRADES = ("health", "education", "retail", "public", "industry", "services", "construction", "ict", "hotel", "transport")
_COURSES = ("arts", "law", "politics", "languages", "media", "biology", "informatics", "economics")
REGION = {
    "elective": Group(0.055, 0.50, _COURSES, largest=2),
    "mandatory": Group(0.37, 0.97, ("nursing", "teaching", "kindergarten", "social-work", "physio", "medicine"), 0, 6),
    "team": Group(0.05, 0.20, ("nursing", "medicine", "physio"), largest=2),
    "apprentice": Group(0.115, 0.72, _TRADES, largest=2),
    "training": Group(0.055, 0.60, _TRADES, largest=2),
    "language": Group(0.035, 0.65, _TRADES[:5], largest=2),
    "pupil": Group(0.32, 0.96, _TRADES),
}
SCHOOL = {"pupil": Group(1.0, 0.9, _TRADES)}
EASY = {"student": Group(1.0, 1.05, ("any",), largest=6)}
SCARCE = {"student": Group(1.0, 0.5, ("any",), largest=6)}
FIGHTING = {"student": Group(0.96, 0.8, ("any",), largest=6), "newcomer": Group(0.04, 0.3, ("any",), largest=2)}


@dataclass(frozen=True, slots=True)
class Family:
    """What a round is made of. Shares are of candidates (tandems, couples, pinned, mandatory) or of places (the rest)."""

    groups: dict[str, Group] = field(default_factory=lambda: REGION)
    wishes: int | None = 10  # places that somebody asks for; None: five to ten, some of them drawn twice
    mandatory: float = 0.0
    tandems: float = 0.0
    teams: float = 0.0
    minima: float = 0.0
    pools: float = 0.0
    reserves: float = 0.0
    couples: float = 0.0
    pinned: float = 0.0
    excluded: float = 0.0


FAMILIES = {
    "easy": Family(EASY, mandatory=0.4),
    "scarce": Family(SCARCE, mandatory=0.4),
    "fighting": Family(FIGHTING, mandatory=0.4, tandems=0.05),
    "minima": Family(minima=0.2),
    "pools": Family(pools=0.3),
    "couples": Family(couples=0.05),
    "mixed": Family(tandems=0.2, minima=0.2, pools=0.3, reserves=0.05, couples=0.05, excluded=0.01),
    "plain": Family(wishes=None, excluded=0.01),
    "school": Family(SCHOOL, None),
    "region": Family(
        wishes=None, tandems=0.03, teams=0.01, minima=0.03, pools=0.1, reserves=0.005, couples=0.01, pinned=0.003, excluded=0.01
    ),
    "hard": Family(wishes=None, tandems=0.2, minima=0.2, pools=0.3, reserves=0.05, couples=0.05, excluded=0.01),
}


def generate(family: str, candidates: int, seed: int) -> Instance:
    """A made-up round of a family. Raises InputError for a family that is not there."""
    if family not in FAMILIES:
        raise InputError("", f"there is no family {family!r}; there are {', '.join(FAMILIES)}")
    if candidates < 0 or seed < 0:
        raise InputError("", "the number of candidates and the seed must not be negative")
    rng = random.Random(f"{family}/{candidates}/{seed}")  # nosec B311 # noqa: S311 - nothing secret is drawn
    return _Maker(FAMILIES[family], candidates, rng).round(family, seed)


class _Maker:
    """Draws one round."""

    def __init__(self, family: Family, candidates: int, rng: random.Random) -> None:
        self._family = family
        self._size = candidates
        self._rng = rng
        self._places: list[Place] = []
        self._asked: dict[tuple[str, str], list[int]] = {}  # (group, field) -> positions of places, popular ones first
        self._weights: dict[tuple[str, str], list[float]] = {}

    def round(self, name: str, seed: int) -> Instance:
        """The whole round."""
        self._make_places()
        people = [self._candidate(number) for number in range(self._size)]
        people = self._with_couples(people)
        pools = self._pools()
        return Instance(
            seed=seed,
            objective=OBJECTIVE,
            candidates=tuple(self._with_pins(people, pools)),
            places=tuple(self._places),
            pools=pools,
            reserves=self._reserves(),
            name=f"{name} {self._size}",
        )

    def _make_places(self) -> None:
        for group, about in self._family.groups.items():
            for field_ in about.fields:
                self._make_ordinary(group, field_, about)
        if len(self._family.groups) > 1:
            self._times(self._family.tandems * self._size, self._make_tandem)
            self._times(self._family.teams * self._size, self._make_team)
        for key, asked in self._asked.items():
            self._rng.shuffle(asked)
            self._weights[key] = list(accumulate(1.0 / (10 + at) for at in range(len(asked))))

    def _times(self, wanted: float, make: Callable[[], None]) -> None:
        for _ in range(round(wanted)):
            make()

    def _make_ordinary(self, group: str, field_: str, about: Group) -> None:
        """Places of one kind until the group's field has the seats it should have."""
        left = max(1, round(self._size * about.share * about.supply / len(about.fields)))
        while left > 0:
            capacity = min(left, self._rng.randint(1, about.largest))
            minimum = max(2, capacity - 1) if capacity > 2 and self._rng.random() < self._family.minima else 0
            requires = ("police",) if field_ in {"health", "education", "nursing"} and self._rng.random() < 0.1 else ()
            self._add_place((Seat("ordinary", capacity, minimum, (f"{group}-{field_}",), requires),))
            self._asked.setdefault((group, field_), []).append(len(self._places) - 1)
            left -= capacity

    def _make_tandem(self) -> None:
        """People of two groups in one place, filled whole, or in equal numbers."""
        first, second = self._rng.sample([one for one in self._family.groups if one != "team"], 2)
        fields = [self._rng.choice(self._family.groups[one].fields) for one in (first, second)]
        equal = self._rng.random() < 0.1
        seats = []
        for kind, group, field_ in zip("ab", (first, second), fields, strict=True):
            capacity = 2 if equal or self._rng.random() < 0.2 else 1
            seats.append(Seat(kind, capacity, 1 if equal else capacity, (f"{group}-{field_}",)))
            self._asked.setdefault((group, field_), []).append(len(self._places))
        self._add_place(tuple(seats), equal=equal)

    def _make_team(self) -> None:
        """Four to six people of several programmes, each of them there."""
        seats = []
        for field_ in self._family.groups["team"].fields:
            capacity = self._rng.randint(1, 2)
            seats.append(Seat(field_, capacity, 1, (f"team-{field_}",)))
            self._asked.setdefault(("team", field_), []).append(len(self._places))
        self._add_place(tuple(seats))

    def _add_place(self, seats: tuple[Seat, ...], *, equal: bool = False) -> None:
        number = len(self._places)
        zone = self._rng.choices(list(ZONES), weights=list(ZONES.values()))[0]
        self._places.append(Place(f"p{number:05}", seats, host=f"h{number // 5:05}", tags=(f"zone:{zone}",), equal=equal))

    def _candidate(self, number: int) -> Candidate:
        groups = self._family.groups
        group = self._rng.choices(list(groups), weights=[one.share for one in groups.values()])[0]
        field_ = self._rng.choice(groups[group].fields)
        tags = [f"{group}-{field_}", f"group:{group}", f"field:{field_}"]
        if self._rng.random() < 0.8:
            tags.append("police")
        if self._rng.random() < 0.15:
            tags.append("first-generation")
        wished = self._wishes((group, field_))
        excluded = {wished[-1]: "worked_there"} if self._rng.random() < self._family.excluded else {}
        previous = self._rng.choice(wished) if self._rng.random() < 0.03 else None
        return Candidate(
            f"c{number:05}",
            tuple(tags),
            self._with_ties(wished),
            class_=self._class(groups[group]),
            arrived=self._rng.randrange(10 * self._size),
            excluded=excluded,
            previous=previous,
        )

    def _class(self, group: Group) -> int:
        share = self._family.mandatory
        return 0 if share and self._rng.random() < share else group.class_

    def _wishes(self, key: tuple[str, str]) -> list[str]:
        """Distinct places of the field, popular ones more often."""
        asked, weights = self._asked[key], self._weights[key]
        wanted = self._family.wishes or self._rng.randint(5, 10)
        distinct: dict[int, None] = {}
        while True:
            distinct |= dict.fromkeys(self._rng.choices(asked, cum_weights=weights, k=3 * wanted))
            if self._family.wishes is None or len(distinct) >= min(wanted, len(asked)):
                return [self._places[at].id for at in list(distinct)[:wanted]]

    def _with_ties(self, wished: list[str]) -> tuple[tuple[str, ...], ...]:
        groups: list[tuple[str, ...]] = []
        for place in wished:
            if groups and self._rng.random() < 0.1:
                groups[-1] = (*groups[-1], place)
            else:
                groups.append((place,))
        return tuple(groups)

    def _with_couples(self, people: list[Candidate]) -> list[Candidate]:
        """Pairs of the same tags, who then hand in the same list."""
        alike: dict[tuple[str, ...], list[int]] = {}
        for at, one in enumerate(people):
            alike.setdefault(one.tags, []).append(at)
        for mates in alike.values():
            for first, second in zip(mates[::2], mates[1::2], strict=False):
                if self._rng.random() < self._family.couples:
                    one, other = people[first], people[second]
                    people[first] = replace(one, together=other.id)
                    people[second] = replace(other, together=one.id, choices=one.choices, excluded=one.excluded)
        return people

    def _pools(self) -> tuple[Pool, ...]:
        """Hosts with five places who have supervisors for two thirds of the seats."""
        pools = []
        for first in range(0, len(self._places) - 4, 5):
            inside = self._places[first : first + 5]
            seats = sum(seat.capacity for place in inside for seat in place.seats)
            if self._rng.random() < self._family.pools:
                pools.append(Pool(f"pool-{inside[0].host}", max(1, 2 * seats // 3), tuple(one.id for one in inside)))
        return tuple(pools)

    def _with_pins(self, people: list[Candidate], pools: tuple[Pool, ...]) -> list[Candidate]:
        """Some are given their first choice by hand, where nothing but its capacity stands against it."""
        pooled = {place for pool in pools for place in pool.places}
        left = {
            place.id: place.seats[0].capacity
            for place in self._places
            if place.id not in pooled and len(place.seats) == 1 and place.seats[0].minimum == 0
        }
        at = {place.id: place for place in self._places}
        for number, one in enumerate(people):
            first = one.choices[0][0] if one.choices else ""
            free = left.get(first, 0) > 0 and one.together is None and eligible_kinds(one, at[first])
            if free and self._rng.random() < self._family.pinned:
                people[number] = replace(one, pinned=first)
                left[first] -= 1
        return people

    def _reserves(self) -> tuple[Reserve, ...]:
        """Some neighbouring places that should take people who are the first of their family to study."""
        reserves = []
        for number in range(round(self._family.reserves * len(self._places))):
            first = self._rng.randrange(max(1, len(self._places) - 20))
            inside = self._places[first : first + 20]
            reserves.append(
                Reserve(f"r{number:04}", "first-generation", tuple(one.id for one in inside), self._rng.randint(3, 10))
            )
        return tuple(reserves)
