"""The slow and readable reference for `stable`: who blocks, by trying every set of people who could leave.

Straight from docs/matching/stable.md; nothing here is shared with verify or with the solver. Fit for about 7 candidates.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations, product

from matching.problem import Candidate, Instance, Place
from matching.tests.brute import Where, allocations, keeps, may_have, random_instance, rank


def blocking_pairs(instance: Instance, where: Where) -> set[tuple[str, str]]:
    """All pairs of a candidate and an open place that block."""
    found: set[tuple[str, str]] = set()
    for unit in _units(instance):
        for place in instance.places:
            if _is_open(place, where) and _blocks(instance, where, unit, place):
                found |= {(one.id, place.id) for one in unit}
    return found


def _units(instance: Instance) -> list[list[Candidate]]:
    by_id = {one.id: one for one in instance.candidates}
    alone = [[one] for one in instance.candidates if one.together is None]
    return alone + [[one, by_id[one.together]] for one in instance.candidates if one.together and one.id < one.together]


def _is_open(place: Place, where: Where) -> bool:
    return place.id in where.values() or all(seat.minimum == 0 for seat in place.seats)


def _blocks(instance: Instance, where: Where, unit: list[Candidate], place: Place) -> bool:
    if any(one.pinned for one in unit) or not all(wants(instance, where, one, place) for one in unit):
        return False
    pools = [pool for pool in instance.pools if place.id in pool.places]
    near = {place.id}.union(*(pool.places for pool in pools))
    after = [
        other
        for other in _units(instance)
        if where.get(other[0].id) in near
        and not any(one.pinned for one in other)
        and order(instance, place, other) > order(instance, place, unit)
    ]
    for leaving in chain.from_iterable(combinations(after, size) for size in range(len(after) + 1)):
        gone = {one.id for other in leaving for one in other}
        then = {one: at for one, at in where.items() if one not in gone} | {one.id: place.id for one in unit}
        if _keeps_place(instance, then, place) and all(
            sum(at in pool.places for at in then.values()) <= pool.limit for pool in pools
        ):
            return True
    return False


def wants(instance: Instance, where: Where, one: Candidate, place: Place) -> bool:
    """Whether the candidate may have a seat there and would rather be there."""
    if not any(place.id in group for group in one.choices) or not may_have(one, place) or where.get(one.id) == place.id:
        return False
    if one.id not in where:
        return True
    return _liking(instance, one, place.id) < _liking(instance, one, where[one.id])


def _liking(instance: Instance, one: Candidate, place: str) -> tuple[int, str]:
    return rank(one, place), hashlib.sha256(f"{instance.seed}/{one.id}/{place}".encode()).hexdigest()[:12]


def order(instance: Instance, place: Place, unit: list[Candidate]) -> tuple[int, float, str, str]:
    """Where the later of the unit stands at the place; lower goes first."""
    return max((one.class_, place.tiers.get(one.id, float("inf")), draw(instance, one), one.id) for one in unit)


def draw(instance: Instance, one: Candidate) -> str:
    """The draw in hexadecimal, 16 digits."""
    return hashlib.sha256(f"{instance.seed}/{one.id}".encode()).hexdigest()[:16]


def could_open(instance: Instance, where: Where) -> int:
    """How many closed places could have opened, each by itself, with people who would all rather be there."""
    return sum(not _is_open(place, where) and _could_open(instance, where, place) for place in instance.places)


def _could_open(instance: Instance, where: Where, place: Place) -> bool:
    """Whether some who would all rather be there fill it; their old places, and the pools, keep their rules."""
    units = [unit for unit in _units(instance) if not any(one.pinned for one in unit)]
    coming = [unit for unit in units if all(wants(instance, where, one, place) for one in unit)]
    for some in chain.from_iterable(combinations(coming, size) for size in range(1, len(coming) + 1)):
        then = where | {one.id: place.id for unit in some for one in unit}
        pools = all(sum(at in pool.places for at in then.values()) <= pool.limit for pool in instance.pools)
        if pools and all(not _is_open(one, then) or _keeps_place(instance, then, one) for one in instance.places):
            return True
    return False


def _keeps_place(instance: Instance, where: Where, place: Place) -> bool:
    people = [one for one in instance.candidates if where.get(one.id) == place.id]
    return any(keeps(place, kinds) for kinds in product(*(may_have(one, place) for one in people)))


def random_round(rng: random.Random, *, most_candidates: int = 6, most_places: int = 4) -> Instance:
    """A small round with tiers and times of arrival, and more of the pairs and pools that make stability hard."""
    while True:
        drawn = random_instance(rng, most_candidates=most_candidates, most_places=most_places)
        candidates = tuple(replace(one, arrived=_some_number(rng)) for one in _with_a_pair(rng, list(drawn.candidates)))
        places = tuple(_with_tiers(rng, drawn, place) for place in drawn.places)
        instance = replace(drawn, candidates=candidates, places=places)
        if next(allocations(instance), None) is not None:
            return instance


def _with_a_pair(rng: random.Random, candidates: list[Candidate]) -> list[Candidate]:
    alone = [one for one in candidates if one.together is None]
    if len(alone) < 2 or rng.random() < 0.5:
        return candidates
    one, other = rng.sample(alone, 2)
    rest = [left for left in candidates if left.id not in {one.id, other.id}]
    return [*rest, replace(one, together=other.id), replace(other, together=one.id)]


def _some_number(rng: random.Random) -> int | None:
    return rng.randint(0, 5) if rng.random() < 0.8 else None


def _with_tiers(rng: random.Random, instance: Instance, place: Place) -> Place:
    named: Iterator[str] = (one.id for one in instance.candidates if rng.random() < 0.5)
    return replace(place, tiers={one: rng.randint(0, 2) for one in named})
