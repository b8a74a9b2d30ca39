"""The residual graph of an allocation: who could pass a seat on to whom, at what cost.

An extra person at a node is passed on along arcs: somebody there moves to another node, or the node takes one more.
A path from a seat to the node somebody left gives that person the seat, and every rule still holds.
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple


class Arc(NamedTuple):
    """Passing one on to a neighbouring node; `person` moves there, None where only a count changes."""

    node: int
    cost: int
    person: str | None


class Step(NamedTuple):
    """One arc of a path."""

    source: int
    target: int
    person: str | None


type Arcs = Mapping[tuple[int, int], tuple[int, str | None]]  # (from, to) -> (cost, person)


@dataclass(slots=True)
class Reach:
    """Reduced distances from or to one node, and the arc that leads there."""

    distance: dict[int, int]
    arc: dict[int, Arc]  # for a node, the neighbour one step nearer, and who moves


class Residual:
    """Nodes 0 .. size-1; `nowhere` is the node of those without a place, and `far` is more than any path costs.

    `sound` says that no cycle has a negative cost: then paths are shortest paths. Otherwise they are real, and no more.
    """

    def __init__(self, arcs: Arcs, size: int, nowhere: int, far: int) -> None:
        self.nowhere = nowhere
        self.out: list[list[Arc]] = [[] for _ in range(size)]
        self.into: list[list[Arc]] = [[] for _ in range(size)]
        for (source, target), (cost, person) in arcs.items():
            self.out[source].append(Arc(target, cost, person))
            self.into[target].append(Arc(source, cost, person))
        self.potential, self.sound = self._feasible_potential()
        self.onward = self._search(self.into, nowhere, sign=1)
        if self.sound:
            self._aim_at_nowhere(far)
            self.onward = self._search(self.into, nowhere, sign=1)
        self.inward = self._search(self.out, nowhere, sign=-1)

    def _feasible_potential(self) -> tuple[list[int], bool]:
        """Bellman-Ford from everywhere at once, looking for a cycle among the parents once a round."""
        size = len(self.into)
        potential, parent = [0] * size, [-1] * size
        waiting, queued, eased = deque(range(size)), [True] * size, 0
        while waiting:
            node = waiting.popleft()
            queued[node] = False
            for source, cost, _ in self.into[node]:
                if potential[node] + cost >= potential[source]:
                    continue
                potential[source], parent[source], eased = potential[node] + cost, node, eased + 1
                if eased % size == 0 and _has_cycle(parent):
                    return potential, False
                if not queued[source]:
                    waiting.append(source)
                    queued[source] = True
        return potential, True

    def _aim_at_nowhere(self, far: int) -> None:
        """Replace the potential by the distance to nowhere, so that a search follows the cheapest way there first."""
        base = self.potential[self.nowhere]
        self.potential = [
            self.onward.distance[node] + value - base if node in self.onward.distance else far + value
            for node, value in enumerate(self.potential)
        ]

    def _search(
        self,
        arcs: list[list[Arc]],
        start: int,
        *,
        sign: int,
        wanted: Collection[int] | None = None,
        limit: int | None = None,
    ) -> Reach:
        """Dijkstra over reduced costs, backwards with sign 1 and forwards with -1, until all wanted are reached."""
        potential, left = self.potential, set(wanted) if wanted is not None else None
        found = Reach({}, {})
        best, arc_to = {start: 0}, {}
        heap = [(0, start)]
        while heap:
            distance, node = heappop(heap)
            if node in found.distance:
                continue
            if limit is not None and distance > limit:
                break
            found.distance[node] = distance
            if left is not None:
                left.discard(node)
                if not left:
                    break
            for neighbour, cost, person in arcs[node]:
                longer = distance + max(0, cost + sign * (potential[node] - potential[neighbour]))
                if longer < best.get(neighbour, longer + 1):
                    best[neighbour] = longer
                    arc_to[neighbour] = Arc(node, cost, person)
                    heappush(heap, (longer, neighbour))
        found.arc = arc_to
        return found

    def tree_to(self, target: int, wanted: Collection[int], limit: int | None) -> "Tree":
        """Cheapest paths to the target from the wanted nodes; a way by nowhere is taken where no other way is shorter.

        Beyond the limit (a reduced distance) the search stops, and leaves what is not reached to the way by nowhere.
        """
        if target == self.nowhere:
            return Tree(self, target, self.onward)
        return Tree(self, target, self._search(self.into, target, sign=1, wanted=wanted, limit=limit))

    def by_nowhere(self, node: int, target: int) -> int | None:
        """The reduced length of the way over nowhere."""
        if node not in self.onward.distance or target not in self.inward.distance:
            return None
        return self.onward.distance[node] + self.inward.distance[target]

    def reduced(self, cost: int, node: int, target: int) -> int:
        """A cost from the node to the target as a reduced length."""
        return cost - self.potential[node] + self.potential[target]

    def cost(self, length: int, node: int, target: int) -> int:
        """A reduced length from the node to the target as a cost."""
        return length + self.potential[node] - self.potential[target]

    def reachable(self, sources: Collection[int]) -> set[int]:
        """All nodes that a person too many at one of the sources can be passed on to."""
        reached, edge = set(sources), list(sources)
        while edge:
            for arc in self.out[edge.pop()]:
                if arc.node not in reached:
                    reached.add(arc.node)
                    edge.append(arc.node)
        return reached


@dataclass(slots=True)
class Tree:
    """Cheapest paths to one node."""

    graph: Residual
    target: int
    reach: Reach

    def length(self, node: int) -> int | None:
        """The cost of the path, None where there is none; exact in a sound graph."""
        direct, round_about = self.reach.distance.get(node), self.graph.by_nowhere(node, self.target)
        lengths = [length for length in (direct, round_about) if length is not None]
        return self.graph.cost(min(lengths), node, self.target) if lengths else None

    def path(self, node: int) -> list[Step]:
        """The steps from a node that has a length."""
        direct, round_about = self.reach.distance.get(node), self.graph.by_nowhere(node, self.target)
        if direct is not None and (round_about is None or direct <= round_about):
            return _follow(self.reach, node)
        first = _follow(self.graph.onward, node)
        second = _follow(self.graph.inward, self.target)
        back = [Step(step.target, step.source, step.person) for step in reversed(second)]
        return _without_loops([*first, *back])


def _follow(reach: Reach, node: int) -> list[Step]:
    steps = []
    while node in reach.arc:
        arc = reach.arc[node]
        steps.append(Step(node, arc.node, arc.person))
        node = arc.node
    return steps


def _without_loops(steps: list[Step]) -> list[Step]:
    """The same ends, every node once. In a sound graph a loop costs nothing here, since the path was shortest."""
    kept: list[Step] = []
    for step in steps:
        kept.append(step)
        again = next((at for at, earlier in enumerate(kept) if earlier.source == step.target), None)
        if again is not None:
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
