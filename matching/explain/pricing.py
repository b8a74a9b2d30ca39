"""What a seat at an open place would have cost the others: a chain of moves, found in the residual graph."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from typing import Any

from matching.explain.network import Network, counts_stand_still
from matching.explain.residual import Arc, Residual, Step, Tree
from matching.explain.seating import Part, Seating
from matching.problem import Candidate, Place

DRAW_LIMIT = 1_000  # nodes; in larger rounds the amount at the level `lottery` is that of some real chain

type Chain = dict[str, int]  # candidate id -> the node they move to


@dataclass(frozen=True, slots=True)
class Blocked:
    """No chain: the rules in the way, and whether that proves that there is none."""

    rules: list[str]
    proven: bool


class Pricing:
    """Chains and their costs for one result. Preparing takes seconds for 40,000 candidates, a question much less."""

    def __init__(self, seating: Seating) -> None:
        self.seating = seating
        self.network = Network(seating)
        self.draw_is_exact = self.network.size <= DRAW_LIMIT
        self._trees: dict[bool, tuple[int, Tree]] = {}  # the last tree of the strict and of the relaxed graph

    @cached_property
    def strict(self) -> Residual:
        """Only moves that keep every rule."""
        return self.network.graph(relaxed=False)

    @cached_property
    def relaxed(self) -> Residual | None:
        """More moves than the rules allow, for a bound from below; None where the strict graph is complete."""
        return self.network.graph(relaxed=True) if self.network.needs_relaxing() else None

    def price(self, one: Candidate, place: Place) -> tuple[str, dict[str, Any]]:
        """The code and the facts for an open place where the candidate is eligible."""
        chain = self.chain(one, place)
        if isinstance(chain, Blocked):
            facts = {"rule": chain.rules[0], "rules": chain.rules}
            return ("impossible" if chain.proven else "not_found"), facts
        return "cost", self._facts(one, place, chain)

    def chain(self, one: Candidate, place: Place) -> Chain | Blocked:
        """Moves that give the candidate a seat at the place, every rule kept and the openings as they are."""
        if one.pinned is not None:
            return Blocked(["pin"], proven=True)
        if one.together is not None:
            return self._joint_chain(one, self.seating.candidates[one.together], place)
        found = [*self._single_chains(one, place), *self._equal_chains(one, place)]
        return self._cheapest(found) if found else self._blocked(one, place)

    def _cheapest(self, chains: list[Chain]) -> Chain:
        return min(chains, key=lambda chain: (self.network.cost_of(chain), sorted(chain.items())))

    def _single_chains(self, one: Candidate, place: Place) -> Iterator[Chain]:
        """The cheapest path of the strict graph, and where it is worth a look that of the relaxed one, if it holds."""
        chain = self._single_chain(one, place, relaxed=False)
        if chain is not None:
            yield chain
        if self.relaxed is not None and (chain is None or self.relaxed.sound):
            wider = self._single_chain(one, place, relaxed=True)
            if wider is not None:
                yield wider

    def _single_chain(self, one: Candidate, place: Place, *, relaxed: bool) -> Chain | None:
        source = self._cheapest_source(one, place, relaxed=relaxed)
        if source is None:
            return None
        chain = {one.id: source, **_moves(self._tree(one, relaxed=relaxed).path(source))}
        return chain if self.network.holds(chain) else None

    def _equal_chains(self, one: Candidate, place: Place) -> Iterator[Chain]:
        """One more of every kind at an equal place: the candidate, and for each other kind whoever can best come."""
        nodes = [self.seating.node_of[place.id, seat.kind] for seat in place.seats]
        for source in self._sources(one, place) if counts_stand_still(place) else ():
            chain: Chain | None = {one.id: source}
            for target in [self.seating.at[one.id], *(node for node in nodes if node != source)]:
                path = self._path_after(chain, self.seating.nowhere, target) if chain else None
                chain = {**chain, **_moves(path)} if chain and path is not None else None
            if chain and self.network.holds(chain):
                yield chain

    def _sources(self, one: Candidate, place: Place) -> list[int]:
        return [self.seating.node_of[place.id, kind] for kind in self.seating.kinds_for(one, place)]

    def _cheapest_source(self, one: Candidate, place: Place, *, relaxed: bool) -> int | None:
        """The kind of seat from which the way to the candidate's own node is cheapest."""
        tree = self._tree(one, relaxed=relaxed)
        lengths = [(tree.length(node), node) for node in self._sources(one, place)]
        return min(((length, node) for length, node in lengths if length is not None), default=(0, None))[1]

    def _tree(self, one: Candidate, *, relaxed: bool) -> Tree:
        """Ways to where the candidate is, from every node that anybody there would rather have."""
        target = self.seating.at[one.id]
        if relaxed not in self._trees or self._trees[relaxed][0] != target:
            self._trees[relaxed] = target, self._grow(target, relaxed=relaxed)
        return self._trees[relaxed][1]

    def _grow(self, target: int, *, relaxed: bool) -> Tree:
        graph = self.relaxed if relaxed else self.strict
        if graph is None:
            raise ValueError("the strict graph is complete")
        if target == self.seating.nowhere:
            return graph.tree_to(target, (), None)
        wishes = self._wishes_from(target)
        limits = [self._limit(graph, one, node, relaxed=relaxed) for one, node in wishes]
        limit = None if None in limits else max((limit for limit in limits if limit is not None), default=-1)
        return graph.tree_to(target, {node for _, node in wishes}, limit)

    def _wishes_from(self, target: int) -> list[tuple[Candidate, int]]:
        """The people at the node, each with the nodes they would rather have."""
        return [
            (one, node)
            for one in self.network.people_on[target]
            for _, place in self.seating.above(one)
            if place.id in self.seating.open
            for node in self._sources(one, place)
        ]

    def _limit(self, graph: Residual, one: Candidate, node: int, *, relaxed: bool) -> int | None:
        """The reduced length below which a path would cost less, as it is told, than the way by nowhere."""
        target = self.seating.at[one.id]
        way = graph.by_nowhere(node, target)
        if way is None:
            return None
        own = self._own_cost(one, node, relaxed=relaxed)
        floor = self.network.costs.floor(own + graph.cost(way, node, target), with_draw=self.draw_is_exact)
        return graph.reduced(floor - own, node, target) - 1

    def _own_cost(self, one: Candidate, node: int, *, relaxed: bool) -> int:
        """What the candidate's own move does to the levels, the others as they are."""
        options, at = self.network.options[one.id], self.seating.at[one.id]
        return options[node] - options[at] + self.network.reserve_cost(one, at, node, relaxed=relaxed)

    def _blocked(self, one: Candidate, place: Place) -> Blocked:
        sources, target = self._sources(one, place), self.seating.at[one.id]
        if self.relaxed is None:
            return Blocked(self.network.blockers(self.strict, sources, target, relaxed=False), proven=True)
        if self._cheapest_source(one, place, relaxed=True) is None:
            return Blocked(self.network.blockers(self.relaxed, sources, target, relaxed=True), proven=True)
        return Blocked(self.network.blockers(self.strict, sources, target, relaxed=False), proven=False)

    # --- what it costs ------------------------------------------------------------------------------------------------

    def _facts(self, one: Candidate, place: Place, chain: Chain) -> dict[str, Any]:
        first = self.network.costs.first_change(self.network.cost_of(chain))
        level, part, amount = (first[0].level, first[0].part, first[1]) if first and first[1] > 0 else (None, None, 0)
        exact = self._is_least(one, place, first) and (level != "lottery" or self.draw_is_exact)
        facts = {"level": level, "part": part, "amount": amount, "exact": exact}
        return {**facts, **self._people(one, chain)}

    def _is_least(self, one: Candidate, place: Place, first: tuple[Part, int] | None) -> bool:
        """Whether no chain costs less: the relaxed graph's bound from below is met."""
        if self.relaxed is None:
            return self.strict.sound
        source = self._cheapest_source(one, place, relaxed=True) if self.relaxed.sound else None
        if source is None:
            return False
        below = self._tree(one, relaxed=True).length(source)
        own = self._own_cost(one, source, relaxed=True)
        return below is not None and self.network.costs.first_change(own + below) == first

    def _people(self, one: Candidate, chain: Chain) -> dict[str, int]:
        """How many others move, and which way; a change of kind at the same place is a move to the same rank."""
        counts = {"moved": 0, "up": 0, "down": 0, "lost": 0, "gained": 0}
        for id_, node in chain.items():
            if id_ == one.id:
                continue
            before, after = self.network.ranks(id_, self.seating.at[id_]), self.network.ranks(id_, node)
            counts["moved"] += 1
            if before is None or after is None:
                counts["gained" if before is None else "lost"] += 1
            elif before != after:
                counts["up" if after < before else "down"] += 1
        return counts

    # --- partners -----------------------------------------------------------------------------------------------------

    def _joint_chain(self, one: Candidate, partner: Candidate, place: Place) -> Chain | Blocked:
        """A chain for both, one after the other, in the better of the two orders; real, not always the cheapest."""
        asked = any(place.id in group for group in partner.choices)
        if partner.pinned is not None or not asked or not self.seating.kinds_for(partner, place):
            return Blocked(["partner"], proven=True)
        found = [*self._both(one, partner, place), *self._both(partner, one, place)]
        if found:
            return self._cheapest(found)
        alone = [self._blocked(each, place) for each in (one, partner)]
        return next((blocked for blocked in alone if blocked.proven), Blocked(["partner"], proven=False))

    def _both(self, first: Candidate, second: Candidate, place: Place) -> list[Chain]:
        source = self._cheapest_source(first, place, relaxed=False)
        if source is None:
            return []
        tree = self._tree(first, relaxed=False)
        chain = {first.id: source, **_moves(tree.path(source))}
        target = self.seating.at[second.id]
        found = []
        for node in self._sources(second, place):
            path = self._path_after(chain, node, target)
            if path is not None:
                found.append({**chain, second.id: node, **_moves(path)})
        return [chain for chain in found if self.network.holds(chain)]

    def _path_after(self, chain: Chain, source: int, target: int) -> list[Step] | None:
        """A second path, when the chain has been walked; nobody moves twice. Cheap, and not always the cheapest."""
        potential = self.strict.potential
        best, back, heap, done = {source: 0}, dict[int, Step](), [(0, source)], set[int]()
        while heap:
            distance, node = heappop(heap)
            if node == target:
                return _walk_back(back, source, target)
            if node in done:
                continue
            done.add(node)
            for arc in self._arcs_after(chain, node):
                longer = distance + max(0, arc.cost + potential[arc.node] - potential[node])
                if longer < best.get(arc.node, longer + 1):
                    best[arc.node], back[arc.node] = longer, Step(node, arc.node, arc.person)
                    heappush(heap, (longer, arc.node))
        return None

    def _arcs_after(self, chain: Chain, node: int) -> list[Arc]:
        """The arcs from a node for those who have not moved yet; whether counts still fit is asked at the end."""
        static = self.strict.out[node]
        movers = [one for one in self.network.people_on.get(node, []) if one.id in chain]
        if not movers or node == self.seating.nowhere:
            return [arc for arc in static if arc.person not in chain or arc.person is None]
        arcs: dict[tuple[int, int], tuple[int, str | None]] = {}
        for one in self.network.people_on[node]:
            if one.id not in chain:
                self.network.add_moves(arcs, one, relaxed=False)
        counts = [arc for arc in static if arc.person is None]
        return [*counts, *(Arc(target, cost, person) for (_, target), (cost, person) in arcs.items())]


def _moves(path: list[Step]) -> Chain:
    return {step.person: step.target for step in path if step.person is not None}


def _walk_back(back: dict[int, Step], source: int, target: int) -> list[Step]:
    path = []
    while target != source:
        path.append(back[target])
        target = back[target].source
    return path[::-1]
