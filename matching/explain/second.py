"""A second path, when a chain has been walked already: nobody moves twice, and the room it took is taken."""

from collections.abc import Callable, Collection, Iterator
from functools import cached_property
from heapq import heappop, heappush

from matching.explain.network import Chain, Network, moves_of
from matching.explain.residual import Arc, Residual, Step, without_loops
from matching.problem import Candidate


class SecondPaths:
    """Paths in the strict graph beside a chain; each is real, and not always of the cheapest pair."""

    def __init__(self, network: Network, graph: Residual) -> None:
        self.network = network
        self.graph = graph
        self.nowhere = network.seating.nowhere

    @cached_property
    def _unplaced(self) -> dict[int, list[Candidate]]:
        """Node -> who has no place and may sit there."""
        found: dict[int, list[Candidate]] = {}
        for one in self.network.people_on[self.nowhere]:
            for node in self.network.options[one.id]:
                found.setdefault(node, []).append(one)
        return found

    def people_for(self, source: int, target: int) -> list[Candidate]:
        """Those at the source among whom all are who may sit at the target."""
        return self._unplaced.get(target, []) if source == self.nowhere else self.network.people_on[source]

    def find(self, chain: Chain, mover: str, source: int, target: int) -> list[Step] | None:
        """A path to the target that the mover leaves, or None; the chain has been walked and the mover comes to the source.

        Where both ends are seats the way by nowhere is taken, unless another costs less, as it is told.
        """
        if source == target:
            return []
        by_nowhere = self.graph.by_nowhere(source, target) is not None
        if not by_nowhere and source not in self.graph.pocket(target):
            return None
        beside = _Beside(self, {*chain, mover}, self.network.counts(chain))
        if self.nowhere in {source, target}:
            return beside.guided(source, target)
        if self.graph.leads_on(source) and not by_nowhere:
            return beside.from_target(source, target)
        first = beside.guided(source, self.nowhere) if by_nowhere else None
        if first is None:  # then little can be reached from the source
            return beside.from_source(source, target)
        walked = {**chain, mover: source, **moves_of(first)}
        more = self.network.counts(walked)
        more[target] += 1  # the mover is only gone when the path has been walked
        second = _Beside(self, walked, more).guided(self.nowhere, target)
        if second is None:  # then the target can be reached from little
            return beside.from_target(source, target)
        way = without_loops([*first, *second])
        return beside.from_target(source, target, self._limit({**chain, mover: source}, way, source, target)) or way

    def _limit(self, chain: Chain, way: list[Step], source: int, target: int) -> int:
        """The reduced length below which a path makes the whole cost less, as it is told."""
        floor = self.network.costs.floor(self.network.cost_of({**chain, **moves_of(way)}))
        return self.graph.reduced(floor - self.network.cost_of(chain), source, target) - 1


class _Beside:
    """What is left of the strict graph: `moved` have moved, and the nodes have so many `more` people."""

    def __init__(self, paths: SecondPaths, moved: Collection[str], more: dict[int, int]) -> None:
        self.paths = paths
        self.network = paths.network
        self.graph = paths.graph
        self.moved = moved
        self.more = more

    @cached_property
    def _in_pool(self) -> dict[str, int]:
        """Pool id -> how many more people are in it."""
        found: dict[str, int] = {}
        seating = self.network.seating
        for node, more in self.more.items():
            for pool in seating.pools_of[seating.nodes[node][0].id]:
                found[pool.id] = found.get(pool.id, 0) + more
        return found

    def guided(self, source: int, target: int) -> list[Step] | None:
        """The cheapest path, one end of which is nowhere: the known one, or a search that follows the known distances."""
        onward = target == self.paths.nowhere
        path = self.graph.path_onward(source) if onward else self.graph.path_inward(target)
        if all(self._allows(*step) for step in path):
            return path
        if onward:
            return self.from_source(source, target)
        return _turned(self._dijkstra(target, source, self._arcs_into_from_nowhere))

    def from_source(self, source: int, target: int) -> list[Step] | None:
        """The cheapest path, sought from the source on."""
        return self._dijkstra(source, target, self._arcs_from)

    def from_target(self, source: int, target: int, limit: int | None = None) -> list[Step] | None:
        """The cheapest path within the limit (a reduced length), sought from the target back.

        Lengths are counted so that the way by nowhere has little more than none, since the search goes as far as that.
        """
        inward, arcs = self.graph.inward.distance, self._arcs_into
        if limit is not None and source in inward and inward[source] < inward[target]:
            arcs, limit = self._arcs_into_from_nowhere, limit + inward[source] - inward[target]
        return _turned(self._dijkstra(target, source, arcs, limit))

    def _dijkstra(
        self, start: int, end: int, arcs: Callable[[int], Iterator[Arc]], limit: int | None = None
    ) -> list[Step] | None:
        best, back, heap, done = {start: 0}, dict[int, Step](), [(0, start)], set[int]()
        while heap:
            distance, node = heappop(heap)
            if limit is not None and distance > limit:
                return None
            if node == end:
                return _walk_back(back, start, end)
            if node in done:
                continue
            done.add(node)
            if limit is not None and node == self.paths.nowhere:
                continue
            for neighbour, length, person in arcs(node):
                longer = distance + length
                if longer < best.get(neighbour, longer + 1):
                    best[neighbour], back[neighbour] = longer, Step(node, neighbour, person)
                    heappush(heap, (longer, neighbour))
        return None

    def _arcs_from(self, node: int) -> Iterator[Arc]:
        for neighbour, length, person in self.graph.out[node]:
            if self._allows(node, neighbour, person):
                yield neighbour, length, person
            elif person is not None and (other := self._instead(node, neighbour)):
                yield neighbour, *other

    def _arcs_into(self, node: int) -> Iterator[Arc]:
        for neighbour, length, person in self.graph.into[node]:
            if self._allows(neighbour, node, person):
                yield neighbour, length, person
            elif person is not None and (other := self._instead(neighbour, node)):
                yield neighbour, *other

    def _arcs_into_from_nowhere(self, node: int) -> Iterator[Arc]:
        """The same with lengths that count from the cheapest way from nowhere."""
        inward = self.graph.inward.distance
        base = inward[node]
        for neighbour, length, person in self._arcs_into(node):
            if neighbour in inward:
                yield neighbour, length + inward[neighbour] - base, person

    def _allows(self, source: int, target: int, person: str | None) -> bool:
        """Whether the arc is still there."""
        return self._count_fits(source, target) if person is None else person not in self.moved

    def _count_fits(self, source: int, target: int) -> bool:
        """Whether one end still takes one more, and the other does with one less."""
        nowhere, network = self.paths.nowhere, self.network
        if source < nowhere and not network.has_room(source, self.more.get(source, 0)):
            return False
        if target < nowhere and not network.can_spare_one(target, self.more.get(target, 0)):
            return False
        pool = network.pool_at(source) if target == nowhere else None
        return pool is None or network.pool_has_room(pool, self._in_pool.get(pool.id, 0))

    def _instead(self, source: int, target: int) -> tuple[int, str] | None:
        """The reduced length of the arc when somebody else moves, who has not yet, and who that is."""
        people = (one for one in self.paths.people_for(source, target) if one.id not in self.moved)
        costs = ((self.network.strict_cost(one, target), one.id) for one in people)
        best = min(((cost, id_) for cost, id_ in costs if cost is not None), default=None)
        return None if best is None else (max(0, self.graph.reduced(best[0], source, target) + 1), best[1])


def _turned(steps: list[Step] | None) -> list[Step] | None:
    """A path that was walked from its end."""
    return None if steps is None else [Step(step.target, step.source, step.person) for step in reversed(steps)]


def _walk_back(back: dict[int, Step], start: int, end: int) -> list[Step]:
    path = []
    while end != start:
        path.append(back[end])
        end = back[end].source
    return path[::-1]
