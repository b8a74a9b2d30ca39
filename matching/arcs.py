"""The arcs of a round: who may have which seat, as numpy arrays, after dropping what can never be."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.problem import Candidate, Instance, Place, eligible_kinds, lottery_digest

type Ints = NDArray[np.int64]
type Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Arcs:
    """One row for each (candidate, place, kind) that may be. All arrays have the shape (arcs,) and hold positions."""

    candidate: Ints
    place: Ints
    seat: Ints  # position among all the seats of all places, see `Seats`
    rank: Ints  # from 1

    def __len__(self) -> int:
        return len(self.candidate)

    def where(self, keep: Flags) -> Self:
        """The arcs for which `keep` holds."""
        return type(self)(*(getattr(self, one.name)[keep] for one in fields(self)))

    def take(self, order: Ints) -> Self:
        """The arcs at these positions, in this order."""
        return type(self)(*(getattr(self, one.name)[order] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Seats:
    """One row for each kind of seat at each place, in the order of the places. Arrays have the shape (seats,)."""

    place: Ints
    capacity: Ints  # never more than there are candidates
    minimum: Ints  # never more than one above the number of candidates

    def __len__(self) -> int:
        return len(self.place)


def seats_of(instance: Instance) -> Seats:
    """All the seats of an instance; numbers no instance of this size can tell apart are cut, to fit 64 bits."""
    most = len(instance.candidates)
    listed = [(at, seat) for at, place in enumerate(instance.places) for seat in place.seats]
    return Seats(
        place=np.array([at for at, _ in listed], dtype=np.int64),
        capacity=np.array([min(seat.capacity, most) for _, seat in listed], dtype=np.int64),
        minimum=np.array([min(seat.minimum, most + 1) for _, seat in listed], dtype=np.int64),
    )


def arcs_of(instance: Instance) -> Arcs:
    """Every seat that somebody asked for and may have, by candidate, then rank, place and kind."""
    kinds = _KindsAtPlaces(instance)
    numbers: list[int] = []
    for at, candidate in enumerate(instance.candidates):
        for rank, group in enumerate(candidate.choices, start=1):
            for place_id in group:
                place, seats = kinds.of(candidate, place_id)
                for seat in seats:
                    numbers += (at, place, seat, rank)
    table = np.array(numbers, dtype=np.int64).reshape(-1, 4)
    return Arcs(*(np.ascontiguousarray(column) for column in table.T))


class _KindsAtPlaces:
    """Eligibility asked once for each pair of tags and seats, since many candidates and many places are alike."""

    def __init__(self, instance: Instance) -> None:
        self._places = instance.places
        self._at = {place.id: at for at, place in enumerate(instance.places)}
        sizes = [len(place.seats) for place in instance.places]
        self._first = [0, *np.cumsum(sizes).tolist()]
        alike: dict[object, int] = {}
        self._alike = [
            alike.setdefault(tuple((s.kind, s.accepts, s.requires) for s in place.seats), len(alike)) for place in instance.places
        ]
        self._known: list[dict[tuple[str, ...], tuple[int, ...]]] = [{} for _ in alike]  # alike places -> tags -> positions

    def of(self, candidate: Candidate, place_id: str) -> tuple[int, list[int]]:
        """The place's position, and the positions of the seats the candidate may have there."""
        at = self._at[place_id]
        if place_id in candidate.excluded:
            return at, []
        known = self._known[self._alike[at]]
        within = known.get(candidate.tags)
        if within is None:
            within = known[candidate.tags] = _positions(candidate, self._places[at])
        first = self._first[at]
        return at, [first + one for one in within]


def _positions(candidate: Candidate, place: Place) -> tuple[int, ...]:
    kinds = set(eligible_kinds(candidate, place))
    return tuple(at for at, seat in enumerate(place.seats) if seat.kind in kinds)


def lottery_of(instance: Instance, arcs: Arcs) -> Ints:
    """The three lottery words of each arc, of shape (3, arcs)."""
    ids = [one.id for one in instance.candidates]
    places = [one.id for one in instance.places]
    pairs = zip(arcs.candidate.tolist(), arcs.place.tolist(), strict=True)
    drawn = b"".join(lottery_digest(instance.seed, ids[candidate], places[place])[:6] for candidate, place in pairs)
    return np.frombuffer(drawn, dtype=">u2").astype(np.int64).reshape(-1, 3).T


def partners_of(instance: Instance) -> Ints:
    """For each candidate the position of the one they must be with, or -1."""
    at = {one.id: position for position, one in enumerate(instance.candidates)}
    return np.array([-1 if one.together is None else at[one.together] for one in instance.candidates], dtype=np.int64)


def pins_of(instance: Instance) -> Ints:
    """For each candidate the position of the place they are pinned to, or -1."""
    at = {one.id: position for position, one in enumerate(instance.places)}
    return np.array([-1 if one.pinned is None else at[one.pinned] for one in instance.candidates], dtype=np.int64)


def possible(instance: Instance, arcs: Arcs, seats: Seats) -> Arcs:
    """The arcs that are left when places that can never open, and pairs that can never meet, are dropped.

    Whoever is pinned keeps only the arcs to that place; whether all pins can hold is not asked here.
    """
    pins = pins_of(instance)[arcs.candidate]
    arcs = arcs.where((seats.capacity[arcs.seat] > 0) & ((pins < 0) | (pins == arcs.place)))
    partners = partners_of(instance)
    equal = np.array([one.equal for one in instance.places], dtype=bool)
    closed = _overfull_pools(instance, seats)
    while True:
        cannot = closed | _cannot_open(arcs, seats, equal) | _too_few_people(arcs, seats)
        keep = ~cannot[arcs.place] & _partner_may(arcs, partners)
        if keep.all():
            return arcs
        arcs = arcs.where(keep)


def _cannot_open(arcs: Arcs, seats: Seats, equal: Flags) -> Flags:
    """Places where some kind has fewer applicants than its minimum, or equal numbers cannot be had."""
    applicants = np.bincount(arcs.seat, minlength=len(seats))
    at_most = np.minimum(applicants, seats.capacity)
    most_equal = np.full(len(equal), np.iinfo(np.int64).max)
    np.minimum.at(most_equal, seats.place, at_most)
    at_most = np.where(equal[seats.place], most_equal[seats.place], at_most)
    closed = np.zeros(len(equal), dtype=bool)
    closed[seats.place[at_most < seats.minimum]] = True
    closed[equal & (most_equal == 0)] = True
    return closed


def _too_few_people(arcs: Arcs, seats: Seats) -> Flags:
    """Places with fewer different applicants than the minima of all kinds together: who would do for two can fill but one."""
    places = int(seats.place.max(initial=-1)) + 1
    inside = seats.minimum[arcs.seat] > 0
    people = np.unique(arcs.candidate[inside] * places + arcs.place[inside]) % max(places, 1)
    closed: Flags = np.bincount(people, minlength=places) < np.bincount(seats.place, weights=seats.minimum, minlength=places)
    return closed


def _overfull_pools(instance: Instance, seats: Seats) -> Flags:
    """Places whose minima together are more than a pool they lie in allows; all of them where the limit is 0."""
    needed = np.bincount(seats.place, weights=seats.minimum, minlength=len(instance.places))
    equal = np.array([one.equal for one in instance.places], dtype=bool)
    largest = np.zeros(len(equal), dtype=np.int64)
    np.maximum.at(largest, seats.place, seats.minimum)
    kinds = np.bincount(seats.place, minlength=len(equal))
    needed = np.maximum(np.where(equal, largest * kinds, needed), 1)
    closed = np.zeros(len(equal), dtype=bool)
    at = {one.id: position for position, one in enumerate(instance.places)}
    for pool in instance.pools:
        inside = np.array([at[one] for one in pool.places])
        closed[inside] |= needed[inside] > min(pool.limit, len(instance.candidates))
    return closed


def _partner_may(arcs: Arcs, partners: Ints) -> Flags:
    """Arcs of those who are alone, or whose partner has an arc to the same place."""
    width = int(arcs.place.max(initial=0)) + 1
    may = partners[arcs.candidate] < 0
    paired = arcs.where(~may)
    may[~may] = np.isin(partners[paired.candidate] * width + paired.place, paired.candidate * width + paired.place)
    return may
