"""Who compete for too few seats, whatever anyone does: the sets of candidates that a minimum cut points at.

The network holds everybody's possible seats and the capacities, and of the pools a laminar part; minima, partners and
equal numbers only forbid more, so whoever finds no room in it finds none in any allocation. The source is
docs/how/engine.md, "Results"; why it holds is told in docs/matching/bottlenecks.md.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import max_flow
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from matching.arcs import Flags, Ints, Seats, arcs_of, possible, seats_of
from matching.problem import Instance, Pool, canonical

__all__ = ["Bottleneck", "Bottlenecks", "Group", "bottlenecks", "sentence"]

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Room:
    """Seats of one kind at a place (`pool` is None), or what a pool leaves for all its places (`place` and `kind` are None)."""

    place: str | None
    kind: str | None
    pool: str | None
    seats: int


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Candidates who can sit only in these rooms, which are `deficit` seats too few.

    No smaller part of them lacks as many. `groups` says how many of them carry a tag `dimension:value`, and how many of
    the seats do: dimension -> value -> `{"candidates", "seats"}`. `tightest` is the part with most candidates to a seat,
    a bottleneck by itself; None where that is the whole.
    """

    candidates: tuple[str, ...]
    rooms: tuple[Room, ...]
    groups: dict[str, dict[str, dict[str, int]]]
    tightest: "Bottleneck | None" = None

    @property
    def seats(self) -> int:
        """How many of them can sit at most."""
        return sum(room.seats for room in self.rooms)

    @property
    def deficit(self) -> int:
        """How many of them cannot be placed, at least."""
        return len(self.candidates) - self.seats

    def data(self) -> dict[str, Any]:
        """All of it as JSON data, with a sentence in each language."""
        return {
            "candidates": list(self.candidates),
            "rooms": [asdict(room) for room in self.rooms],
            "seats": self.seats,
            "deficit": self.deficit,
            "groups": self.groups,
            "sentences": {language: sentence(self, language) for language in SENTENCES},
            "tightest": self.tightest and self.tightest.data(),
        }


@dataclass(frozen=True, slots=True)
class Group:
    """At most this many of a group can be placed, even if everybody else stepped aside.

    `of` is `class` (those of the priority class), `candidates` (those with the tag), or `places` (those who can sit only
    at places with the tag).
    """

    of: str
    dimension: str
    value: str
    candidates: int
    placed_at_most: int


@dataclass(frozen=True, slots=True)
class Bottlenecks:
    """All of a round. `nowhere` can sit at no place they asked for; `cannot_open` are places that
    somebody asked for and may have, where nobody can ever be."""

    candidates: int
    placed_at_most: int
    nowhere: tuple[str, ...]
    cannot_open: tuple[str, ...]
    bottlenecks: tuple[Bottleneck, ...]
    groups: tuple[Group, ...]

    def data(self) -> dict[str, Any]:
        """All of it as JSON data."""
        return {
            "candidates": self.candidates,
            "placed_at_most": self.placed_at_most,
            "unplaced_at_least": self.candidates - self.placed_at_most,
            "nowhere": list(self.nowhere),
            "cannot_open": list(self.cannot_open),
            "bottlenecks": [one.data() for one in self.bottlenecks],
            "groups": [asdict(one) for one in self.groups],
        }


def bottlenecks(instance: Instance) -> Bottlenecks:
    """The bottlenecks of a round, the largest deficit first, and what they come to in all and for each group."""
    network = _Network(canonical(instance))
    people = network.instance.candidates
    somewhere = np.isin(np.arange(len(people)), network.arcs.candidate)
    flow = network.flow(somewhere) if somewhere.any() else None
    found = [] if flow is None else [network.with_tightest(one) for one in network.parts(flow)]
    never = np.setdiff1d(network.asked.place, network.arcs.place)
    return Bottlenecks(
        candidates=len(people),
        placed_at_most=0 if flow is None else flow.optimal_flow(),
        nowhere=tuple(people[at].id for at in np.flatnonzero(~somewhere)),
        cannot_open=tuple(network.instance.places[at].id for at in never),
        bottlenecks=tuple(sorted(found, key=lambda one: (-one.deficit, one.candidates))),
        groups=tuple(network.groups()),
    )


class _Network:
    """Nodes: the candidates, the kinds of seats, the pools that are kept, then source and sink. Positions as in `Arcs`."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        seats = seats_of(instance)
        self.asked = arcs_of(instance)
        self.arcs = possible(instance, self.asked, seats)
        capacity = _with_equal(instance, seats)
        self.pools = _laminar(instance, np.bincount(seats.place, weights=capacity, minlength=len(instance.places)))
        self.first_seat = len(instance.candidates)
        self.source = self.first_seat + len(seats) + len(self.pools)
        self.sink = self.source + 1
        self.ids = np.array([one.id for one in instance.candidates])
        self.tags = {one.id: frozenset(one.tags) for one in instance.places}
        self.rooms = [
            Room(place.id, seat.kind, None, int(most))
            for (place, seat), most in zip(((a, b) for a in instance.places for b in a.seats), capacity.tolist(), strict=True)
        ]
        self.rooms += [Room(None, None, pool.id, min(pool.limit, self.first_seat)) for pool in self.pools]
        self.room = np.array([room.seats for room in self.rooms], dtype=np.int64)
        self.out_to = self._out_to()

    def _out_to(self) -> Ints:
        """For each room the node it empties into: the smallest of the pools around it, or the sink."""
        first, around = self.first_seat + len(self.rooms) - len(self.pools), dict[str, int]()
        larger: list[int] = []
        for at in reversed(range(len(self.pools))):  # from the largest on, so that the last one seen is the smallest
            larger.append(around.get(self.pools[at].places[0], self.sink))
            around.update(dict.fromkeys(self.pools[at].places, first + at))
        seats = [around.get(room.place, self.sink) for room in self.rooms if room.place is not None]
        return np.array([*seats, *reversed(larger)], dtype=np.int64)

    def flow(self, members: Flags, seats: int = 1, people: int = 1) -> max_flow.SimpleMaxFlow:
        """A maximum flow of these candidates alone; one of them at least.

        With `seats` and `people` it falls short of everybody where a part has more people to its seats than these have.
        """
        inside = members[self.arcs.candidate]
        who, heads = np.flatnonzero(members), self.first_seat + self.arcs.seat[inside]
        flow = max_flow.SimpleMaxFlow()
        flow.add_arcs_with_capacity(np.full(len(who), self.source), who, np.full(len(who), seats))
        flow.add_arcs_with_capacity(self.arcs.candidate[inside], heads, np.full(len(heads), seats))
        nodes = np.arange(self.first_seat, self.source)
        flow.add_arcs_with_capacity(nodes, self.out_to, self.room * people)
        if flow.solve(self.source, self.sink) != flow.OPTIMAL:
            raise ArithmeticError("no maximum flow was found")
        return flow

    def parts(self, flow: max_flow.SimpleMaxFlow) -> Iterator[Bottleneck]:
        """The candidates and the full rooms on the source's side of the least minimum cut, by what hangs together.

        Who can sit nowhere is left out.
        """
        inside = np.zeros(self.sink + 1, dtype=bool)
        inside[flow.get_source_side_min_cut()] = True
        reached, onward = inside[self.first_seat : self.source], inside[self.out_to]
        wished, filled = inside[self.arcs.candidate], reached & onward
        tail = np.concatenate([self.arcs.candidate[wished], self.first_seat + np.flatnonzero(filled)])
        head = np.concatenate([self.first_seat + self.arcs.seat[wished], self.out_to[filled]])
        graph = sparse.coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(self.source, self.source))
        label = connected_components(graph, directed=False)[1]
        who, full = np.unique(self.arcs.candidate[wished]), self.first_seat + np.flatnonzero(reached & ~onward)
        for part in np.unique(label[who]).tolist():
            yield self._bottleneck(who[label[who] == part].tolist(), full[label[full] == part].tolist())

    def with_tightest(self, whole: Bottleneck) -> Bottleneck:
        """The same with its tightest part, by Dinkelbach's method: look for a tighter one until there is none."""
        best = whole
        while True:
            members = np.isin(self.ids, best.candidates)
            flow = self.flow(members, best.seats, len(best.candidates))
            if flow.optimal_flow() == best.seats * len(best.candidates):
                return replace(whole, tightest=None if best is whole else best)
            best = max(self.parts(flow), key=lambda one: Fraction(len(one.candidates), one.seats))

    def _bottleneck(self, who: list[int], full: list[int]) -> Bottleneck:
        people = [self.instance.candidates[at] for at in who]
        rooms = tuple(self.rooms[node - self.first_seat] for node in full)
        counts: dict[str, dict[str, dict[str, int]]] = {}
        tagged = [(tag, "candidates", 1) for one in people for tag in one.tags]
        tagged += [(tag, "seats", room.seats) for room in rooms for tag in self._tags(room)]
        for tag, what, number in sorted(tagged):
            if split := _dimension(tag):
                count = counts.setdefault(split[0], {}).setdefault(split[1], {"candidates": 0, "seats": 0})
                count[what] += number
        return Bottleneck(tuple(one.id for one in people), rooms, counts)

    def _tags(self, room: Room) -> frozenset[str]:
        """The tags of the place; of a pool those that all its places have."""
        if room.place is not None:
            return self.tags[room.place]
        (pool,) = (one for one in self.pools if one.id == room.pool)
        return frozenset.intersection(*(self.tags[place] for place in pool.places))

    def groups(self) -> Iterator[Group]:
        """The bound of every class and of every value of a dimension."""
        for (of, dimension, value), members in sorted(self._members().items()):
            flags = np.zeros(self.first_seat, dtype=bool)
            flags[members] = True
            yield Group(of, dimension, value, len(members), self.flow(flags).optimal_flow())

    def _members(self) -> dict[tuple[str, str, str], list[int]]:
        """(of, dimension, value) -> positions of candidates."""
        members: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for at, (one, tags) in enumerate(zip(self.instance.candidates, self._tags_everywhere(), strict=True)):
            members["class", "class", str(one.class_)].append(at)
            for of, carried in (("candidates", one.tags), ("places", tags)):
                for split in filter(None, map(_dimension, carried)):
                    members[of, *split].append(at)
        return members

    def _tags_everywhere(self) -> list[frozenset[str]]:
        """For each candidate the tags of all places where they could be, as far as the places have them in common."""
        found: dict[int, frozenset[str]] = {}
        ids = [one.id for one in self.instance.places]
        for one, place in zip(self.arcs.candidate.tolist(), self.arcs.place.tolist(), strict=True):
            tags = self.tags[ids[place]]
            found[one] = found.get(one, tags) & tags
        return [found.get(at, frozenset()) for at in range(self.first_seat)]


def _with_equal(instance: Instance, seats: Seats) -> Ints:
    """The capacities; with `equal` no kind takes more than the smallest does."""
    least = np.full(len(instance.places), np.iinfo(np.int64).max)
    np.minimum.at(least, seats.place, seats.capacity)
    equal = np.array([one.equal for one in instance.places], dtype=bool)
    return np.where(equal[seats.place], least[seats.place], seats.capacity)


def _laminar(instance: Instance, seats: Floats) -> list[Pool]:
    """Pools of which any two are apart or one inside the other, from small to large: those that bind most come first.

    `seats` is how many there are at each place. A pool with room for all of them says nothing.
    """
    at = {one.id: position for position, one in enumerate(instance.places)}
    excess = {pool.id: sum(seats[at[place]] for place in pool.places) - pool.limit for pool in instance.pools}
    kept: list[Pool] = []
    around: dict[str, list[frozenset[str]]] = defaultdict(list)
    for pool in sorted(instance.pools, key=lambda one: (-excess[one.id], one.id)):
        places = frozenset(pool.places)
        others = {other for place in places for other in around[place]}
        if excess[pool.id] > 0 and all(places <= other or other <= places for other in others):
            kept.append(pool)
            for place in places:
                around[place].append(places)
    return sorted(kept, key=lambda one: (len(one.places), one.id))


def _dimension(tag: str) -> tuple[str, str] | None:
    """Dimension and value of a tag `dimension:value`."""
    dimension, colon, value = tag.partition(":")
    return (dimension, value) if colon else None


# --- words ------------------------------------------------------------------------------------------------------------

SENTENCES = {
    "nb": "Disse {candidates} kandidatene konkurrerer sammen om {seats}, "
    "så minst {deficit} av dem kan ikke få plass, hva noen enn gjør.",
    "nn": "Desse {candidates} kandidatane konkurrerer saman om {seats}, "
    "så minst {deficit} av dei kan ikkje få plass, kva nokon enn gjer.",
    "en": "These {candidates} candidates together compete for {seats}, "
    "so at least {deficit} of them cannot be placed, whatever anyone does.",
}
SEATS = {"nb": ("plass", "plasser"), "nn": ("plass", "plassar"), "en": ("seat", "seats")}


def sentence(one: Bottleneck, language: str) -> str:
    """The bottleneck in numbers. Raises KeyError for an unknown language."""
    seats = f"{one.seats} {SEATS[language][one.seats != 1]}"
    return SENTENCES[language].format(candidates=len(one.candidates), seats=seats, deficit=one.deficit)
