"""Who sits where, as numbered seats, and what each move would do to the levels."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property

from matching.problem import Candidate, Instance, Place, Pool, Seat, eligible_kinds
from matching.result import Result


@dataclass(frozen=True)
class Seating:
    """An instance beside its result. A node is the number of a kind of seat at an open place; `nowhere` is no place."""

    instance: Instance
    result: Result

    @cached_property
    def candidates(self) -> dict[str, Candidate]:
        """By id."""
        return {one.id: one for one in self.instance.candidates}

    @cached_property
    def places(self) -> dict[str, Place]:
        """By id."""
        return {one.id: one for one in self.instance.places}

    @cached_property
    def open(self) -> frozenset[str]:
        """The ids of the open places."""
        return frozenset(self.result.open)

    @cached_property
    def nodes(self) -> list[tuple[Place, Seat]]:
        """What each node is."""
        return [(place, seat) for place in self.instance.places if place.id in self.open for seat in place.seats]

    @cached_property
    def node_of(self) -> dict[tuple[str, str], int]:
        """(place id, kind) -> node."""
        return {(place.id, seat.kind): node for node, (place, seat) in enumerate(self.nodes)}

    @cached_property
    def nowhere(self) -> int:
        """The node of those without a place."""
        return len(self.nodes)

    @cached_property
    def at(self) -> dict[str, int]:
        """Candidate id -> the node where they are."""
        seats = self.result.assignment
        return {one: self.node_of[seats[one]] if one in seats else self.nowhere for one in self.candidates}

    @cached_property
    def heads(self) -> Counter[int]:
        """People at each node."""
        return Counter(self.at.values())

    @cached_property
    def people_at(self) -> dict[str, list[Candidate]]:
        """Place id -> the people there."""
        people: dict[str, list[Candidate]] = {place: [] for place in self.places}
        for one, (place, _) in self.result.assignment.items():
            people[place].append(self.candidates[one])
        return people

    @cached_property
    def askers(self) -> dict[str, list[Candidate]]:
        """Place id -> all who ranked it."""
        askers: dict[str, list[Candidate]] = {place: [] for place in self.places}
        for one in self.instance.candidates:
            for group in one.choices:
                for place in group:
                    askers[place].append(one)
        return askers

    @cached_property
    def pools_of(self) -> dict[str, list[Pool]]:
        """Place id -> the pools it is in."""
        pools: dict[str, list[Pool]] = defaultdict(list)
        for pool in self.instance.pools:
            for place in pool.places:
                pools[place].append(pool)
        return {place: pools[place] for place in self.places}

    @cached_property
    def people_in_pool(self) -> dict[str, int]:
        """Pool id -> the people in its places."""
        return {pool.id: sum(len(self.people_at[one]) for one in pool.places) for pool in self.instance.pools}

    @cached_property
    def _sorts(self) -> dict[str, int]:
        """Place id -> a number that places have in common whose kinds of seats want the same."""
        numbers: dict[tuple[object, ...], int] = {}
        wants = {one.id: tuple((seat.kind, seat.accepts, seat.requires) for seat in one.seats) for one in self.instance.places}
        return {id_: numbers.setdefault(want, len(numbers)) for id_, want in wants.items()}

    @cached_property
    def _kinds(self) -> dict[tuple[int, tuple[str, ...]], tuple[str, ...]]:
        return {}

    def kinds_for(self, one: Candidate, place: Place) -> tuple[str, ...]:
        """The kinds of seat the candidate may have at the place; looked up once for all with these tags."""
        if place.id in one.excluded:
            return ()
        key = self._sorts[place.id], one.tags
        kinds = self._kinds.get(key)
        if kinds is None:
            kinds = self._kinds[key] = eligible_kinds(one, place)
        return kinds

    def received_rank(self, one: Candidate) -> int | None:
        """The rank of the place the candidate got, from 1."""
        seat = self.result.assignment.get(one.id)
        return None if seat is None else rank_of(one, seat[0])

    @property
    def by_order(self) -> bool:
        """Whether the policy goes by order, and weighs nobody against anybody."""
        return self.result.policy in {"stable", "queue"}

    def would_rather(self, one: Candidate, place: Place) -> bool:
        """Whether nothing by hand holds the candidate, and they rank the place above what they got."""
        received = self.received_rank(one)
        return one.pinned is None and (received is None or rank_of(one, place.id) < received)

    def above(self, one: Candidate) -> list[tuple[int, Place]]:
        """Rank and place of every choice above the one received."""
        received = self.received_rank(one)
        groups = one.choices if received is None else one.choices[: received - 1]
        return [(rank, self.places[place]) for rank, group in enumerate(groups, 1) for place in group]


def rank_of(one: Candidate, place: str) -> int:
    """The number of the tie group that holds the place."""
    return next(rank for rank, group in enumerate(one.choices, 1) if place in group)
