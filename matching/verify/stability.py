"""Who blocks: every candidate and open place that would both rather have each other.

The source is docs/how/engine.md, "The policies", and docs/matching/stable.md, "When a pair blocks". A unit here is a
candidate without a partner, or two partners.
"""

import hashlib
import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from matching.problem import Candidate, Place, Pool
from matching.verify.levels import words
from matching.verify.report import Problem, Problems
from matching.verify.rules import Seated, always_open, place_of, rank_of, takes

type Unit = tuple[Candidate, ...]
type Order = tuple[int, float, int, str]


def wrong_stability(seated: Seated) -> Problems:
    """Pairs that block and are not listed, pairs that are listed and do not block, and a claim that does not go with them."""
    listed, blocking = Counter(seated.result.blocking), Courts(seated).blocking()
    for one, place in sorted(blocking - set(listed)):
        yield Problem("blocking", f"{one} and {place} would both rather have each other, and are not listed", (one, place))
    for (one, place), times in sorted(listed.items()):
        if times > 1:
            yield Problem("blocking", f"the blocking pair {one}, {place} stands {times} times", (one, place))
        if (one, place) not in blocking:
            yield Problem("blocking", f"{one} and {place} are listed, and do not block", (one, place))
    if seated.result.stable and blocking:
        yield Problem("stable", f"called stable, with {len(blocking)} blocking pairs")
    if seated.result.stable is False and not blocking:
        yield Problem("stable", "called not stable, and nobody blocks")


class Courts:
    """The people of an allocation as units, and what each place would do if another unit asked."""

    def __init__(self, seated: Seated) -> None:
        self._seated = seated
        self._pools: dict[str, list[Pool]] = defaultdict(list)
        for pool in seated.instance.pools:
            for place in pool.places:
                self._pools[place].append(pool)
        self._at: dict[str, list[Unit]] = defaultdict(list)
        self._units = units_of(seated)
        for unit in self._units:
            here = place_of(seated, unit[0].id)
            if here is not None:
                self._at[here].append(unit)
        self._yielding: dict[tuple[str, str], list[Order]] = {}

    def blocking(self) -> set[tuple[str, str]]:
        """All pairs that block; of partners both, each with the place."""
        opened = [self._seated.places[one] for one in self._seated.result.open]
        may = {place.id: place for place in opened}
        return {
            (one.id, place)
            for unit in self._units
            if is_free(unit)
            for place in self._wishes(unit)
            if place in may and self._rather_has(may[place], unit)
            for one in unit
        }

    def _wishes(self, unit: Unit) -> Iterator[str]:
        """The places that all of the unit asked for and would rather have than where they are."""
        for group in unit[0].choices:
            for place in group:
                if all(would_rather(self._seated, one, place) for one in unit):
                    yield place

    def _rather_has(self, place: Place, unit: Unit) -> bool:
        """Whether the place could hold the unit beside its people, or instead of some who come after it."""
        if not all(kinds_for(place, one) for one in unit):
            return False
        mine = _latest(self._seated, place, unit)
        must, yielding = [*unit], []
        for other in self._at[place.id]:
            if is_free(other) and _latest(self._seated, place, other) > mine:
                yielding.append(other)
            else:
                must += other
        return can_hold(place, must, yielding, self._room(place, unit, mine))

    def _room(self, place: Place, unit: Unit, mine: Order) -> float:
        """How many the pools let the place have, when all who come after the unit leave the other places of the pools."""
        return min((self._room_in(pool, place, unit, mine) for pool in self._pools[place.id]), default=math.inf)

    def _room_in(self, pool: Pool, place: Place, unit: Unit, mine: Order) -> int:
        elsewhere = [one for one in pool.places if one != place.id]
        mine_here = sum(place_of(self._seated, one.id) in elsewhere for one in unit)
        people = sum(self._seated.people[one] for one in elsewhere) - mine_here
        if pool.limit - people >= self._seated.people[place.id] + len(unit):
            return pool.limit - people
        orders = self._orders_elsewhere(pool, place)
        return pool.limit - people + len(orders) - bisect_right(orders, mine)

    def _orders_elsewhere(self, pool: Pool, place: Place) -> list[Order]:
        """The order at the place of all who could leave its pool's other places, sorted; once for each of a unit.

        The unit that asks may be among them: it does not come after itself.
        """
        key = pool.id, place.id
        if key not in self._yielding:
            others = [unit for one in pool.places if one != place.id for unit in self._at[one] if is_free(unit)]
            self._yielding[key] = sorted(_latest(self._seated, place, unit) for unit in others for _ in unit)
        return self._yielding[key]


def units_of(seated: Seated) -> list[Unit]:
    """Everybody once, partners as two."""
    by_id = seated.candidates
    partners = ((one, by_id[one.together]) for one in by_id.values() if one.together is not None and one.id < one.together)
    return [*((one,) for one in by_id.values() if one.together is None), *partners]


def is_free(unit: Unit) -> bool:
    """Pinned people neither block nor yield, nor do their partners."""
    return all(one.pinned is None for one in unit)


def would_rather(seated: Seated, one: Candidate, place: str) -> bool:
    """Whether the candidate asked for the place and would rather be there than where they are."""
    rank, here = rank_of(one, place), place_of(seated, one.id)
    if rank is None or here == place:
        return False
    now = None if here is None else rank_of(one, here)
    if here is None or now is None or rank != now:
        return now is None or rank < now
    seed = seated.result.seed
    return words(seed, one.id, place) < words(seed, one.id, here)


def _latest(seated: Seated, place: Place, unit: Unit) -> Order:
    """The unit's order at the place, lower first: that of the later of two partners."""
    return max(order_at(seated.result.seed, place, one) for one in unit)


def order_at(seed: int, place: Place, one: Candidate) -> Order:
    """Class, then tier (who is not named comes last), then the draw, then id."""
    return one.class_, place.tiers.get(one.id, math.inf), drawn(seed, one.id), one.id


def drawn(seed: int, candidate: str) -> int:
    """The one draw of a candidate: the first 8 bytes, big-endian, of the SHA-256 of `seed/candidate id`."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{candidate}".encode()).digest()[:8], "big")


# --- who fits at a place ------------------------------------------------------------------------------------------------


def kinds_for(place: Place, one: Candidate) -> list[str]:
    """The kinds of seat the candidate may have at the place."""
    return [] if place.id in one.excluded else [seat.kind for seat in place.seats if takes(seat, one)]


def can_hold(place: Place, must: Sequence[Candidate], may: Sequence[Unit], room: float) -> bool:
    """Whether the place, open, can hold all who must and some of the units who may, at most `room` people, kinds given anew."""
    if always_open(place) and not place.equal:
        may = ()  # nobody is needed
    lone = [kinds_for(place, unit[0]) for unit in may if len(unit) == 1]
    pairs = Counter(tuple(tuple(kinds_for(place, one)) for one in unit) for unit in may if len(unit) > 1)
    always = [kinds_for(place, one) for one in must]
    return any(_fits(place, [*always, *some], lone, room) for some in _some_of(pairs))


def _some_of(pairs: Mapping[tuple[tuple[str, ...], ...], int]) -> Iterator[list[tuple[str, ...]]]:
    """Every choice of whole pairs, once for those that are alike."""
    for counts in product(*(range(count + 1) for count in pairs.values())):
        yield [kinds for pair, count in zip(pairs, counts, strict=True) for kinds in pair * count]


def _fits(place: Place, must: Sequence[Sequence[str]], may: Sequence[Sequence[str]], room: float) -> bool:
    capacity = {seat.kind: seat.capacity for seat in place.seats}
    minimum = {seat.kind: seat.minimum for seat in place.seats}
    if not place.equal:
        return _fits_between(minimum, capacity, must, may, room)
    most = min(*capacity.values(), len(must) + len(may))
    equal = (dict.fromkeys(capacity, each) for each in range(max(minimum.values()), most + 1))
    return any(_fits_between(each, each, must, may, room) for each in equal)


def _fits_between(
    minimum: Mapping[str, int],
    capacity: Mapping[str, int],
    must: Sequence[Sequence[str]],
    may: Sequence[Sequence[str]],
    room: float,
) -> bool:
    """All who must have seats, the minima are met, and as few as can be of those who may are needed.

    Where seats can be given to all who must, and the minima can be met, both can be done at once (N. S. Mendelsohn and
    A. L. Dulmage, Some generalizations of the problem of distinct representatives, 1958); what the minima need beyond
    those who must is then exactly what these cannot fill of them.
    """
    needed = sum(minimum.values())
    return (
        len(must) + needed - most_seated(must, minimum) <= room
        and most_seated(must, capacity) == len(must)
        and most_seated([*must, *may], minimum) == needed
    )


def most_seated(options: Sequence[Sequence[str]], room: Mapping[str, int]) -> int:
    """How many people, each with the kinds they may have, can have a seat at once when each kind has so many."""
    seated: dict[str, list[int]] = {kind: [] for kind in room}

    def seat(person: int, tried: set[str]) -> bool:
        for kind in options[person]:
            if kind in tried:
                continue
            tried.add(kind)
            if len(seated[kind]) < room[kind]:
                seated[kind].append(person)
                return True
            for at, other in enumerate(seated[kind]):
                if seat(other, tried):
                    seated[kind][at] = person
                    return True
        return False

    return sum(seat(person, set()) for person in range(len(options)))
