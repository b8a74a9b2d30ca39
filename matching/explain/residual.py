"""The residual graph of an allocation: who could pass a seat on to whom, at what cost.

An extra person at a node is passed on along arcs: somebody there moves to another node, or the node takes one more.
A path from a seat to the node somebody left gives that person the seat, and every rule still holds.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from math import inf
from operator import itemgetter
from typing import NamedTuple

type Row = Mapping[int, tuple[int, str | None]]  # to which node -> what it costs, who moves (None: only a count changes)
type Arc = tuple[int, int, str | None]  # the node at the other end, the reduced length, who moves

_length = itemgetter(1)


class Step(NamedTuple):
    """One arc of a path."""

    source: int
    target: int
    person: str | None


@dataclass(slots=True)
class Reach:
    """Reduced distances from or to one node, and the arc that leads there, for the nodes that were reached."""

    distance: dict[int, int]
    arc: dict[int, Arc]  # for a node, the neighbour one step nearer, and who moves

    def add(self, other: "Reach") -> None:
        """Take in the nodes that another search to the same node has reached."""
        self.distance.update(other.distance)
        self.arc.update(other.arc)


class Residual:
    """Nodes 0 .. size-1; `nowhere` is the node of those without a place, and `far` is more than any path costs.

    A length is a cost and, far below it, how many people move: of two ways that cost the same the shorter one is taken.
    Reduced lengths count from a way to nowhere that is the cheapest, so that a search follows it first.
    `sound` says that no cycle has a negative cost: then paths are shortest paths. Otherwise they are real, and no more.
    """

    def __init__(self, rows: Sequence[Row], nowhere: int, far: int) -> None:
        self.nowhere = nowhere
        self._scale = 4 * len(rows) + 4  # more than the people who move in two paths
        self.into: list[list[Arc]] = [[] for _ in rows]
        for source, row in enumerate(rows):
            for target, (cost, person) in row.items():
                self.into[target].append((source, cost * self._scale + (person is not None), person))
        self.potential, self.sound = self._distances_to_nowhere(far * self._scale)
        self.out: list[list[Arc]] = [[] for _ in rows]
        self._reduce()

    @cached_property
    def onward(self) -> Reach:
        """From every node to nowhere."""
        return self._search(self.into, self.nowhere)

    @cached_property
    def inward(self) -> Reach:
        """From nowhere to every node."""
        return self._search(self.out, self.nowhere)

    @cached_property
    def _no_way_on(self) -> set[int]:
        return {node for node in range(len(self.into)) if node not in self.onward.distance}

    @cached_property
    def _no_way_in(self) -> set[int]:
        return {node for node in range(len(self.into)) if node not in self.inward.distance}

    def _distances_to_nowhere(self, far: int) -> tuple[list[int], bool]:
        """By Bellman-Ford; nodes without a way there count from `far`. False where a cycle is negative."""
        potential, parent = [far] * len(self.into), [-1] * len(self.into)
        potential[self.nowhere] = 0
        sound = self._ease([self.nowhere], potential, parent)
        cut_off = [node for node, length in enumerate(potential) if length >= far]
        return potential, sound and self._ease(cut_off, potential, parent)

    def _ease(self, start: Iterable[int], potential: list[int], parent: list[int]) -> bool:
        """Lower the potentials until no arc is too short, looking for a cycle among the parents now and then."""
        waiting, eased = deque(start), 0
        queued = [False] * len(parent)
        while waiting:
            node = waiting.popleft()
            queued[node] = False
            base = potential[node]
            for source, length, _ in self.into[node]:
                if base + length >= potential[source]:
                    continue
                potential[source], parent[source], eased = base + length, node, eased + 1
                if eased % len(parent) == 0 and _has_cycle(parent):
                    return False
                if not queued[source]:
                    waiting.append(source)
                    queued[source] = True
        return True

    def _reduce(self) -> None:
        """Turn the lengths into reduced ones, which are never negative in a sound graph; the shortest arcs come first."""
        potential = self.potential
        for node, arcs in enumerate(self.into):
            base = potential[node]
            reduced = [(source, max(0, length + base - potential[source]), person) for source, length, person in arcs]
            self.into[node] = sorted(reduced, key=_length)
            for source, length, person in reduced:
                self.out[source].append((node, length, person))
        for arcs in self.out:
            arcs.sort(key=_length)

    def _search(
        self,
        arcs: list[list[Arc]],
        start: int,
        *,
        wanted: Collection[int] | None = None,
        limit: float = inf,
        inside: Collection[int] | None = None,
    ) -> Reach:
        """Dijkstra over these arcs, inside these nodes, until all wanted are reached, or the limit (a reduced length)."""
        left = set(wanted) if wanted is not None else None
        found = Reach({}, {})
        best, arc_to, heap = {start: 0}, dict[int, Arc](), [(0, start)]
        while heap:
            distance, node = heappop(heap)
            if node in found.distance:
                continue
            found.distance[node] = distance
            if node != start:
                found.arc[node] = arc_to[node]
            if left is not None:
                left.discard(node)
                if not left:
                    break
            for neighbour, length, person in arcs[node]:
                longer = distance + length
                if longer > limit:
                    break
                if longer < best.get(neighbour, longer + 1) and (inside is None or neighbour in inside):
                    best[neighbour] = longer
                    arc_to[neighbour] = node, length, person
                    heappush(heap, (longer, neighbour))
        return found

    def tree_to(self, target: int, wanted: Collection[int], limit: int) -> "Tree":
        """Cheapest paths to the target from the wanted nodes; a way by nowhere is taken where no other way is shorter.

        Beyond the limit (a reduced length) the search stops, and leaves what is not reached to the way by nowhere.
        Nodes without a way by nowhere are few, and are searched without a limit.
        """
        if target == self.nowhere:
            return Tree(self, target, self.onward)
        near = {node for node in wanted if self.by_nowhere(node, target) is not None} if limit >= 0 else set()
        reach = self._search(self.into, target, wanted=near, limit=limit) if near else Reach({target: 0}, {})
        pocket = self.pocket(target)
        apart = pocket.intersection(wanted)
        if apart:
            reach.add(self._search(self.into, target, wanted=apart, inside=pocket))
        return Tree(self, target, reach)

    def pocket(self, target: int) -> set[int]:
        """The nodes from where no path to the target leads by nowhere, but another path may."""
        if target in self._no_way_in:
            return self._no_way_in
        return self._no_way_on if target in self._no_way_on else set()

    def leads_on(self, node: int) -> bool:
        """Whether a person too many at the node can be passed on to nowhere."""
        return node in self.onward.distance

    def by_nowhere(self, node: int, target: int) -> int | None:
        """The reduced length of the way over nowhere."""
        if node not in self.onward.distance or target not in self.inward.distance:
            return None
        return self.onward.distance[node] + self.inward.distance[target]

    def path_onward(self, node: int) -> list[Step]:
        """The cheapest way to nowhere, from a node that has one."""
        return _follow(self.onward, node)

    def path_inward(self, node: int) -> list[Step]:
        """The cheapest way from nowhere, to a node that has one."""
        return [Step(step.target, step.source, step.person) for step in reversed(_follow(self.inward, node))]

    def reduced(self, cost: int, node: int, target: int) -> int:
        """The reduced length from the node to the target that a path of this cost has at least."""
        return cost * self._scale - self.potential[node] + self.potential[target]

    def cost(self, length: int, node: int, target: int) -> int:
        """The cost of a reduced length from the node to the target."""
        return (length + self.potential[node] - self.potential[target]) // self._scale

    def reachable(self, sources: Collection[int]) -> tuple[set[int], bool]:
        """Where a person too many at one of the sources can be passed on to, apart from what is reached from nowhere.

        The second says whether nowhere is reached, and with it all that can be.
        """
        from_nowhere = self.inward.distance if any(node in self.onward.distance for node in sources) else {}
        reached = {node for node in sources if node not in from_nowhere}
        edge = list(reached)
        while edge:
            for node, *_ in self.out[edge.pop()]:
                if node not in reached and node not in from_nowhere:
                    reached.add(node)
                    edge.append(node)
        return reached, bool(from_nowhere)


@dataclass(slots=True)
class Tree:
    """Cheapest paths to one node."""

    graph: Residual
    target: int
    reach: Reach

    def length(self, node: int) -> int | None:
        """The reduced length of the path, None where there is none; exact in a sound graph."""
        direct, round_about = self.reach.distance.get(node), self.graph.by_nowhere(node, self.target)
        if direct is None or round_about is None:
            return round_about if direct is None else direct
        return min(direct, round_about)

    def cost(self, node: int) -> int | None:
        """The cost of the path, None where there is none; exact in a sound graph."""
        length = self.length(node)
        return None if length is None else self.graph.cost(length, node, self.target)

    def path(self, node: int) -> list[Step]:
        """The steps from a node that has a length."""
        direct, round_about = self.reach.distance.get(node), self.graph.by_nowhere(node, self.target)
        if direct is not None and (round_about is None or direct <= round_about):
            return _follow(self.reach, node)
        return without_loops([*self.graph.path_onward(node), *self.graph.path_inward(self.target)])


def _follow(reach: Reach, node: int) -> list[Step]:
    steps = []
    while node in reach.arc:
        nearer, _, person = reach.arc[node]
        steps.append(Step(node, nearer, person))
        node = nearer
    return steps


def without_loops(steps: list[Step]) -> list[Step]:
    """The same ends, every node once. In a sound graph a loop costs nothing here, since the path was shortest."""
    kept: list[Step] = []
    left: dict[int, int] = {}  # node -> which step left it
    for step in steps:
        left[step.source] = len(kept)
        kept.append(step)
        if (again := left.get(step.target, len(kept))) < len(kept) and kept[again].source == step.target:
            del kept[again:]
    return kept


def _has_cycle(parent: list[int]) -> bool:
    """Whether following the parents comes back."""
    seen = [0] * len(parent)
    for start in range(len(parent)):
        node = start
        while node >= 0 and not seen[node]:
            seen[node] = start + 1
            node = parent[node]
        if node >= 0 and seen[node] == start + 1:
            return True
    return False
