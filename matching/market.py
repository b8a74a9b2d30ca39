"""A round as the policies `stable` and `queue` see it: strict wish lists, and the order of people at each place.

People are positions in the instance's candidates, places positions in its places, kinds positions among a place's seats.
The source of the rules is docs/how/engine.md, "The policies".
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from matching.arcs import Arcs, Ints, arcs_of, lottery_of, partners_of, pins_of, seats_of
from matching.problem import Instance, lottery_words

type Standing = int | tuple[int, float, int]  # compared at one place only; lower goes first
type Options = tuple[int, ...]  # kinds


def draw(seed: int, candidate_id: str) -> int:
    """The first 8 bytes, big-endian, of SHA-256 of `seed/candidate id`."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{candidate_id}".encode()).digest()[:8])


def strict_wishes(instance: Instance) -> Arcs:
    """Every seat that exists, was asked for and may be had, by candidate, best first; ties broken by the lottery words."""
    seats = seats_of(instance)
    arcs = arcs_of(instance)
    arcs = arcs.where(seats.capacity[arcs.seat] > 0)
    words = _words_of_ties(instance, arcs)
    return arcs.take(np.lexsort((arcs.seat, arcs.place, *words[::-1], arcs.rank, arcs.candidate)))


def _words_of_ties(instance: Instance, arcs: Arcs) -> Ints:
    """The lottery words, of shape (3, arcs), where somebody ranks two places alike; 0 where nothing depends on them."""
    words = np.zeros((3, len(arcs)), dtype=np.int64)
    if len(arcs) == 0:
        return words
    same = (arcs.candidate[1:] == arcs.candidate[:-1]) & (arcs.rank[1:] == arcs.rank[:-1])
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    first_place = np.repeat(arcs.place[starts], np.diff(np.append(starts, len(arcs))))
    tied = np.repeat(np.logical_or.reduceat(first_place != arcs.place, starts), np.diff(np.append(starts, len(arcs))))
    words[:, tied] = lottery_of(instance, arcs.where(tied))
    return words


def standing_of(instance: Instance) -> Ints:
    """For each candidate the number in the order of class, draw and id, from 0: the order at a place without tiers."""
    keys = [(one.class_, draw(instance.seed, one.id), one.id) for one in instance.candidates]
    standing = np.empty(len(keys), dtype=np.int64)
    standing[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    return standing


@dataclass(frozen=True, slots=True)
class Unit:
    """Somebody alone, or two partners, who are placed as one. `wishes` are places where all of them may be, best first."""

    people: tuple[int, ...]
    wishes: tuple[int, ...]
    pinned: int | None  # the place that one of them is pinned to


class Market:
    """The units of a canonical instance, and where each stands at each place.

    `arcs` are its `strict_wishes`.
    """

    def __init__(self, instance: Instance, arcs: Arcs) -> None:
        self.instance = instance
        self._arcs = arcs
        self.capacity = [[min(seat.capacity, len(instance.candidates)) for seat in one.seats] for one in instance.places]
        self.minimum = [[min(seat.minimum, len(instance.candidates) + 1) for seat in one.seats] for one in instance.places]
        self.equal = [one.equal and len(one.seats) > 1 for one in instance.places]
        self.limit = [min(pool.limit, len(instance.candidates)) for pool in instance.pools]
        at = {one.id: number for number, one in enumerate(instance.places)}
        self.places_of = [[at[place] for place in pool.places] for pool in instance.pools]
        self.pools_of: list[list[int]] = [[] for _ in instance.places]
        for pool, places in enumerate(self.places_of):
            for place in places:
                self.pools_of[place].append(pool)
        self._standing: list[int] = standing_of(instance).tolist()
        self._tiers = [one.tiers for one in instance.places]
        self._read_wishes(arcs)
        self.units = self._units()
        self.unit_of = [0] * len(instance.candidates)
        for number, unit in enumerate(self.units):
            for one in unit.people:
                self.unit_of[one] = number

    def holding(self, pins: Mapping[str, str]) -> Self:
        """The market in which more people, by id, are pinned to places, by id."""
        candidates = (replace(one, pinned=pins.get(one.id, one.pinned)) for one in self.instance.candidates)
        return type(self)(replace(self.instance, candidates=tuple(candidates)), self._arcs)

    def _read_wishes(self, arcs: Arcs) -> None:
        """The kinds for each wish, and what makes each wish better than the next."""
        first_seat = [0, *np.cumsum([len(one) for one in self.capacity]).tolist()]
        self.kinds: list[dict[int, Options]] = [{} for _ in self.instance.candidates]  # place -> kinds, best place first
        self._rank: list[dict[int, int]] = [{} for _ in self.instance.candidates]
        for one, place, seat, rank in zip(
            arcs.candidate.tolist(), arcs.place.tolist(), arcs.seat.tolist(), arcs.rank.tolist(), strict=True
        ):
            known = self.kinds[one]
            known[place] = (*known[place], seat - first_seat[place]) if place in known else (seat - first_seat[place],)
            self._rank[one][place] = rank

    def _units(self) -> list[Unit]:
        """Those alone and the pairs, by the first of them."""
        partners, pins = partners_of(self.instance).tolist(), pins_of(self.instance).tolist()
        units = []
        for one, partner in enumerate(partners):
            if partner < 0:
                units.append(Unit((one,), tuple(self.kinds[one]), pins[one] if pins[one] >= 0 else None))
            elif one < partner:
                pinned = max(pins[one], pins[partner])
                units.append(Unit((one, partner), self._common(one, partner), pinned if pinned >= 0 else None))
        return units

    def _common(self, one: int, other: int) -> tuple[int, ...]:
        """Where two partners may both be, by the sum of their ranks, then of their lottery words."""

        def worth(place: int) -> tuple[int, ...]:
            id_ = self.instance.places[place].id
            words = (lottery_words(self.instance.seed, self.instance.candidates[who].id, id_) for who in (one, other))
            ranks = self._rank[one][place] + self._rank[other][place]
            return (ranks, *(sum(pair) for pair in zip(*words, strict=True)), place)

        return tuple(sorted(self.kinds[one].keys() & self.kinds[other].keys(), key=worth))

    def all_prefer(self, unit: Unit, place: int, present: int | None) -> bool:
        """Whether everybody of the unit would rather be at the place, one of their wishes, than where they are."""
        if present is None:
            return True
        return place != present and all(self._position[one][place] < self._position[one][present] for one in unit.people)

    @cached_property
    def _position(self) -> list[dict[int, int]]:
        return [{place: number for number, place in enumerate(known)} for known in self.kinds]

    def order(self, place: int, unit: Unit) -> Standing:
        """Where the unit, or the later of two partners, stands at the place; also for who did not ask for it."""
        if len(unit.people) == 1:
            return self._order(place, unit.people[0])
        return max(self._order(place, one) for one in unit.people)

    def _order(self, place: int, one: int) -> Standing:
        tiers = self._tiers[place]
        if not tiers:
            return self._standing[one]
        candidate = self.instance.candidates[one]
        return candidate.class_, tiers.get(candidate.id, math.inf), self._standing[one]

    @cached_property
    def draw_order(self) -> list[int]:
        """For each candidate the number in the order of draw and id."""
        candidates, seed = self.instance.candidates, self.instance.seed
        drawn = sorted(range(len(candidates)), key=lambda one: (draw(seed, candidates[one].id), candidates[one].id))
        return [number for _, number in sorted(zip(drawn, range(len(drawn)), strict=True))]

    @cached_property
    def askers(self) -> list[list[tuple[int, int]]]:
        """For each place the units that wish for it, each with the number of that wish."""
        askers: list[list[tuple[int, int]]] = [[] for _ in self.instance.places]
        for unit, about in enumerate(self.units):
            for number, place in enumerate(about.wishes):
                askers[place].append((unit, number))
        return askers

    @cached_property
    def always_open(self) -> list[bool]:
        """Which places have no minimum."""
        return [not any(minimum) for minimum in self.minimum]

    @cached_property
    def pinned_places(self) -> frozenset[int]:
        """Places that somebody is pinned to."""
        return frozenset(unit.pinned for unit in self.units if unit.pinned is not None)
