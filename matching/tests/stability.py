"""The slow and readable reference for `stable` and `queue`: written from the text of the rules, by trying everything.

Nothing here is shared with the policies or with verify. Fit for about 7 candidates and 5 places.
"""

import hashlib
from collections.abc import Iterator
from itertools import combinations, product

from matching.problem import Candidate, Instance, Place
from matching.tests.brute import Where, allocations, keeps, may_have, rank

type Pair = tuple[str, str]  # candidate id, place id


def blocking_pairs(instance: Instance, where: Where) -> set[Pair]:
    """All pairs that block, by docs/matching/stable.md, "When a pair blocks"."""
    return {
        (one.id, place.id)
        for unit in _units(instance)
        for place in instance.places
        if _is_open(place, where) and _would_come(instance, unit, place, where) and _would_take(instance, unit, place, where)
        for one in unit
    }


def stable_allocations(instance: Instance) -> Iterator[Where]:
    """Every allocation that keeps all rules and that no pair blocks."""
    return (where for where in allocations(instance) if not blocking_pairs(instance, where))


def could_open(instance: Instance, where: Where) -> int:
    """How many closed places could have opened, each by itself, with people who would all rather be there."""
    everywhere = [other for other in allocations(instance) if where.items() - other.items() or other.items() - where.items()]
    return sum(
        any(_opens(instance, place, where, other) for other in everywhere)
        for place in instance.places
        if not _is_open(place, where)
    )


def _opens(instance: Instance, place: Place, where: Where, other: Where) -> bool:
    """Whether `other` differs from `where` in that people go to the place who would rather be there, and nothing else."""
    moved = [one for one in instance.candidates if other.get(one.id) != where.get(one.id)]
    return bool(moved) and all(other.get(one.id) == place.id and prefers(instance, one, place, where) for one in moved)


def _units(instance: Instance) -> list[tuple[Candidate, ...]]:
    """Those alone, and pairs of partners; without the pinned and their partners."""
    by_id = {one.id: one for one in instance.candidates}
    units: list[tuple[Candidate, ...]] = [(one,) for one in instance.candidates if one.together is None]
    units += [(one, by_id[one.together]) for one in instance.candidates if one.together is not None and one.id < one.together]
    return [unit for unit in units if all(one.pinned is None for one in unit)]


def _is_open(place: Place, where: Where) -> bool:
    return place.id in where.values() or all(seat.minimum == 0 for seat in place.seats)


def prefers(instance: Instance, one: Candidate, place: Place, where: Where) -> bool:
    """Whether the candidate asked for the place, may be there, and would rather be there."""
    wishes = strict_list(instance, one)
    if place.id not in wishes or not may_have(one, place):
        return False
    return one.id not in where or wishes.index(place.id) < wishes.index(where[one.id])


def strict_list(instance: Instance, one: Candidate) -> list[str]:
    """The candidate's choices, best first, ties broken by the lottery words."""
    return [place for group in one.choices for place in sorted(group, key=lambda place: _hash(instance.seed, one.id, place)[:12])]


def _hash(seed: int, *ids: str) -> str:
    return hashlib.sha256("/".join([str(seed), *ids]).encode()).hexdigest()


def order(instance: Instance, place: Place, unit: tuple[Candidate, ...]) -> tuple[int, bool, int, str, str]:
    """Class, tier, draw, id; of partners the later one's."""
    return max(
        (one.class_, one.id not in place.tiers, place.tiers.get(one.id, 0), _hash(instance.seed, one.id)[:16], one.id)
        for one in unit
    )


def _would_come(instance: Instance, unit: tuple[Candidate, ...], place: Place, where: Where) -> bool:
    return all(prefers(instance, one, place, where) for one in unit)


def _would_take(instance: Instance, unit: tuple[Candidate, ...], place: Place, where: Where) -> bool:
    """Whether the place could hold the unit when some of lower order have left it, or other places of its pools."""
    pools = [pool for pool in instance.pools if place.id in pool.places]
    around = {place.id, *(one for pool in pools for one in pool.places)}
    own = order(instance, place, unit)
    lower = [
        other
        for other in _units(instance)
        if other != unit and where.get(other[0].id) in around and order(instance, place, other) > own
    ]
    for size in range(len(lower) + 1):
        for leaving in combinations(lower, size):
            gone = {one.id for other in (*leaving, unit) for one in other}
            after = {one: at for one, at in where.items() if one not in gone} | {one.id: place.id for one in unit}
            if _holds(instance, place, after) and all(_inside(after, pool.places) <= pool.limit for pool in pools):
                return True
    return False


def _inside(where: Where, places: tuple[str, ...]) -> int:
    return sum(at in places for at in where.values())


def _holds(instance: Instance, place: Place, where: Where) -> bool:
    people = [one for one in instance.candidates if where.get(one.id) == place.id]
    return any(keeps(place, kinds) for kinds in product(*(may_have(one, place) for one in people)))


# --- first come, first served -----------------------------------------------------------------------------------------


def first_served(instance: Instance) -> Where | None:
    """Who is where by `queue`, docs/matching/queue.md; None where places that somebody is pinned to lack people."""
    where = {one.id: at for one in instance.candidates if (at := _pin_of(instance, one)) is not None}
    seats = {place.id: [seat.capacity for seat in place.seats] for place in instance.places}
    for place in instance.places:
        if place.equal:
            seats[place.id] = [min(seats[place.id])] * len(place.seats)
    going = sorted(_units(instance), key=lambda unit: max(_arrival(instance, one) for one in unit))
    came = list(where)
    while True:
        for unit in [one for one in going if one[0].id not in where]:
            _take_a_seat(instance, unit, where, seats, came)
        short = [place for place in instance.places if _is_short(instance, place, where)]
        if any(one.pinned == place.id for one in instance.candidates for place in short):
            return None
        there = {one for one, at in where.items() if at in {place.id for place in short}}
        for place in short:
            _send_away(instance, place, where, seats, came)
        going = [unit for unit in going if unit[0].id in there]
        if not short:
            return where


def _pin_of(instance: Instance, one: Candidate) -> str | None:
    partner = next((other for other in instance.candidates if other.id == one.together), one)
    return one.pinned or partner.pinned


def _arrival(instance: Instance, one: Candidate) -> tuple[bool, int, str, str]:
    return one.arrived is None, one.arrived or 0, _hash(instance.seed, one.id)[:16], one.id


type Seats = dict[str, list[int]]


def _take_a_seat(instance: Instance, unit: tuple[Candidate, ...], where: Where, seats: Seats, came: list[str]) -> None:
    for place in _common_choices(instance, unit):
        people = [one for one in instance.candidates if where.get(one.id) == place.id]
        after = where | {one.id: place.id for one in unit}
        pools = all(_inside(after, pool.places) <= pool.limit for pool in instance.pools if place.id in pool.places)
        if pools and _seated(place, [*people, *unit], seats[place.id]):
            where.update(after)
            came += [one.id for one in unit]
            return


def _common_choices(instance: Instance, unit: tuple[Candidate, ...]) -> list[Place]:
    """Where all may be, by the sum of ranks, then of the lottery words."""

    def worth(place: Place) -> tuple[int, ...]:
        hashes = [_hash(instance.seed, one.id, place.id) for one in unit]
        words = (sum(int(drawn[at : at + 4], 16) for drawn in hashes) for at in (0, 4, 8))
        return sum(rank(one, place.id) for one in unit), *words

    asked = [set(strict_list(instance, one)) for one in unit]
    common = [place for place in instance.places if all(place.id in one for one in asked)]
    return sorted((place for place in common if all(may_have(one, place) for one in unit)), key=worth)


def _seated(place: Place, people: list[Candidate], seats: list[int]) -> bool:
    names = [seat.kind for seat in place.seats]
    every = product(*(may_have(one, place) for one in people))
    return any(all(kinds.count(name) <= most for name, most in zip(names, seats, strict=True)) for kinds in every)


def _is_short(instance: Instance, place: Place, where: Where) -> bool:
    return place.id in where.values() and not _holds(instance, place, where)


def _send_away(instance: Instance, place: Place, where: Where, seats: Seats, came: list[str]) -> None:
    """Nobody stays; where equal numbers are asked for those who came first stay, as many as all kinds can have."""
    by_id = {one.id: one for one in instance.candidates}
    people = [by_id[one] for one in came if where.get(one) == place.id]
    each = 0
    for number in range(1, seats[place.id][0] + 1) if place.equal else ():
        wanted = [number] * len(place.seats)
        full = (some for some in combinations(people, sum(wanted)) if _seated(place, list(some), wanted))
        if number >= max(seat.minimum for seat in place.seats) and next(full, None) is not None:
            each = number
    seats[place.id] = [each] * len(place.seats)
    for one in people:
        where.pop(one.id)
        came.remove(one.id)
    for one in people:
        unit = [other for other in people if other.id in {one.id, one.together}]
        stayed = [by_id[other] for other in came if where.get(other) == place.id]
        if one not in stayed and _seated(place, [*stayed, *unit], seats[place.id]):
            where.update({other.id: place.id for other in unit})
            came += [other.id for other in unit]
