"""What a seat at an open place would have cost the others: a chain of moves, found in the residual graph."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from matching.explain.costs import Part
from matching.explain.network import Chain, Network, counts_stand_still, moves_of
from matching.explain.residual import Residual, Tree
from matching.explain.seating import Seating
from matching.explain.second import SecondPaths
from matching.problem import Candidate, Place

DRAW_LIMIT = 1_000  # nodes; in larger rounds the amount at the level `lottery` is that of some real chain


@dataclass(frozen=True, slots=True)
class Blocked:
    """No chain: the rules in the way, and whether that proves that there is none."""

    rules: list[str]
    proven: bool


@dataclass(slots=True)
class Others:
    """What the others do in a chain: the same for all who would leave the same seat for the same seat."""

    moves: Chain
    cost: int  # at the levels that are searched by, reserves apart
    counts: dict[str, int]  # how many of them move, and which way
    holds: bool


@dataclass(slots=True)
class Ways:
    """The cheapest paths to one node, and what was made of them so far, by the node they start from."""

    tree: Tree
    others: dict[int, Others] = field(default_factory=dict)


class Pricing:
    """Chains and their costs for one result. Preparing takes seconds for 40,000 candidates, a question much less."""

    def __init__(self, seating: Seating) -> None:
        self.seating = seating
        self.network = Network(seating, drawn=len(seating.nodes) + len(seating.instance.pools) < DRAW_LIMIT)
        self._ways: dict[bool, Ways] = {}  # the last ones of the strict and of the relaxed graph
        self._together: dict[tuple[str, str], Chain | None] = {}  # (a partner, place) -> the chain of both, if found

    @cached_property
    def strict(self) -> Residual:
        """Only moves that keep every rule."""
        return self.network.graph(relaxed=False)

    @cached_property
    def relaxed(self) -> Residual | None:
        """More moves than the rules allow, for a bound from below; None where the strict graph is complete."""
        return self.network.graph(relaxed=True) if self.network.needs_relaxing() else None

    @cached_property
    def second(self) -> SecondPaths:
        """Paths beside a chain."""
        return SecondPaths(self.network, self.strict)

    def price(self, one: Candidate, place: Place) -> tuple[str, dict[str, Any]]:
        """The code and the facts for an open place where the candidate is eligible."""
        found = self._found(one, place)
        if isinstance(found, Blocked):
            return ("impossible" if found.proven else "not_found"), {"rule": found.rules[0], "rules": found.rules}
        return "cost", self._facts(one, place, *found)

    def chain(self, one: Candidate, place: Place) -> Chain | Blocked:
        """Moves that give the candidate a seat at the place, every rule kept and the openings as they are."""
        found = self._found(one, place)
        return found if isinstance(found, Blocked) else {one.id: found[0], **found[1].moves}

    def _found(self, one: Candidate, place: Place) -> tuple[int, Others] | Blocked:
        """The node where the candidate would sit, and what the others do."""
        if one.pinned is not None:
            return Blocked(["pin"], proven=True)
        if one.together is not None:
            chain = self._joint_chain(one, self.seating.candidates[one.together], place)
            return chain if isinstance(chain, Blocked) else self._split(one, chain)
        strict = self._single(one, place, relaxed=False)
        if strict is not None and not counts_stand_still(place) and not self._may_be_beaten(one, place, *strict):
            return strict
        found = [] if strict is None else [{one.id: strict[0], **strict[1].moves}]
        found += self._other_chains(one, place, alone=strict is None)
        return self._split(one, min(found, key=self._order)) if found else self._blocked(one, place)

    def _order(self, chain: Chain) -> tuple[int, int, list[tuple[str, int]]]:
        return self.network.cost_of(chain), self.network.rest_of(chain), sorted(chain.items())

    def _split(self, one: Candidate, chain: Chain) -> tuple[int, Others]:
        """A chain that holds as the candidate's own part and that of the others."""
        others = {id_: node for id_, node in chain.items() if id_ != one.id}
        return chain[one.id], self._others(others, holds=True)

    def _others(self, moves: Chain, *, holds: bool) -> Others:
        options, at = self.network.options, self.seating.at
        cost = sum(options[id_][node] - options[id_][at[id_]] for id_, node in moves.items())
        return Others(moves, cost, self._counts(moves), holds)

    def _counts(self, moves: Chain) -> dict[str, int]:
        """How many move, and which way; a change of kind at the same place is a move to the same rank."""
        counts = {"moved": len(moves), "up": 0, "down": 0, "lost": 0, "gained": 0}
        for id_, node in moves.items():
            way = self.network.way(id_, node)
            if way is not None:
                counts[way] += 1
        return counts

    # --- one candidate ------------------------------------------------------------------------------------------------

    def _single(self, one: Candidate, place: Place, *, relaxed: bool) -> tuple[int, Others] | None:
        """The cheapest path, if it holds."""
        source = self._cheapest_source(one, place, relaxed=relaxed)
        if source is None:
            return None
        ways = self._ways_from(one, relaxed=relaxed)
        others = ways.others.get(source)
        if others is None:
            moves = moves_of(ways.tree.path(source))
            others = ways.others[source] = self._others(moves, holds=self.network.holds({one.id: source, **moves}))
        return (source, others) if others.holds else None

    def _other_chains(self, one: Candidate, place: Place, *, alone: bool) -> Iterator[Chain]:
        """What no single path of the strict graph is; the relaxed path where it is worth a look, if it holds."""
        if self.relaxed is not None and (alone or self.relaxed.sound):
            wider = self._single(one, place, relaxed=True)
            if wider is not None:
                yield {one.id: wider[0], **wider[1].moves}
        if counts_stand_still(place):
            yield from self._equal_chains(one, place)

    def _equal_chains(self, one: Candidate, place: Place) -> Iterator[Chain]:
        """One more of every kind at an equal place: the candidate, and for each other kind whoever can best come."""
        nodes = [self.seating.node_of[place.id, seat.kind] for seat in place.seats]
        if not all(self.network.has_room(node) for node in nodes):
            return
        for source in self._sources(one, place):
            path = self.second.find({}, one.id, self.seating.nowhere, self.seating.at[one.id])
            chain = None if path is None else {one.id: source, **moves_of(path)}
            for target in nodes:
                if chain is not None and target != source:
                    path = self.second.find(chain, one.id, self.seating.nowhere, target)
                    chain = None if path is None else {**chain, **moves_of(path)}
            if chain and self.network.holds(chain):
                yield chain

    def _sources(self, one: Candidate, place: Place) -> list[int]:
        return [self.seating.node_of[place.id, kind] for kind in self.seating.kinds_for(one, place)]

    def _cheapest_source(self, one: Candidate, place: Place, *, relaxed: bool) -> int | None:
        """The kind of seat from which the way to the candidate's own node is cheapest."""
        tree, best = self._ways_from(one, relaxed=relaxed).tree, None
        for node in self._sources(one, place):
            length = tree.length(node)
            if length is not None:
                way = tree.graph.cost(length, node, tree.target), length, node
                best = way if best is None else min(best, way)
        return None if best is None else best[2]

    def _ways_from(self, one: Candidate, *, relaxed: bool) -> Ways:
        """Ways to where the candidate is, from every node that anybody there would rather have."""
        target = self.seating.at[one.id]
        ways = self._ways.get(relaxed)
        if ways is None or ways.tree.target != target:
            ways = self._ways[relaxed] = Ways(self._grow(target, relaxed=relaxed))
        return ways

    def _grow(self, target: int, *, relaxed: bool) -> Tree:
        graph = self.relaxed if relaxed else self.strict
        if graph is None:
            raise ValueError("the strict graph is complete")
        if target == self.seating.nowhere:
            return graph.tree_to(target, (), -1)
        wishes = self._wishes_from(target)
        limits = (self._limit(graph, one, node, relaxed=relaxed) for one, node in wishes) if graph.sound else ()
        return graph.tree_to(target, {node for _, node in wishes}, max(limits, default=-1))

    def _wishes_from(self, target: int) -> list[tuple[Candidate, int]]:
        """The people at the node, each with the nodes they would rather have."""
        return [
            (one, node)
            for one in self.network.people_on[target]
            for _, place in self.seating.above(one)
            if place.id in self.seating.open
            for node in self._sources(one, place)
        ]

    def _limit(self, graph: Residual, one: Candidate, node: int, *, relaxed: bool) -> int:
        """The reduced length below which a path would cost less, as it is told, than the way by nowhere."""
        target = self.seating.at[one.id]
        way = graph.by_nowhere(node, target)
        if way is None:
            return -1
        own = self._own_cost(one, node, relaxed=relaxed)
        floor = self.network.costs.floor(own + graph.cost(way, node, target))
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

    def _facts(self, one: Candidate, place: Place, node: int, others: Others) -> dict[str, Any]:
        first = self._first_change(one, node, others)
        level, part, amount = (first[0].level, first[0].part, first[1]) if first and first[1] > 0 else (None, None, 0)
        exact = (first is None or first[0] in self.network.costs.parts) and self._is_least(one, place, first)
        return {"level": level, "part": part, "amount": amount, "exact": exact, **others.counts}

    def _first_change(self, one: Candidate, node: int, others: Others) -> tuple[Part, int] | None:
        """The first component of the objective that the chain changes, and by how much."""
        network = self.network
        options = network.options[one.id]
        total = others.cost + options[node] - options[self.seating.at[one.id]]
        moves = {one.id: node, **others.moves}
        if network.reserve_weight:
            total += network.reserve_weight * network.shortfall_of(moves)
        return network.costs.first_change(total) or network.rest.first_change(network.rest_of(moves))

    def _may_be_beaten(self, one: Candidate, place: Place, node: int, others: Others) -> bool:
        """Whether the relaxed graph says that a chain might cost less, as it is told."""
        if self.relaxed is None or not self.relaxed.sound:
            return False
        return not self._is_least(one, place, self._first_change(one, node, others))

    def _is_least(self, one: Candidate, place: Place, first: tuple[Part, int] | None) -> bool:
        """Whether no chain costs less: the relaxed graph's bound from below is met."""
        if self.relaxed is None:
            return self.strict.sound
        source = self._cheapest_source(one, place, relaxed=True) if self.relaxed.sound else None
        if source is None:
            return False
        below = self._ways_from(one, relaxed=True).tree.cost(source)
        own = self._own_cost(one, source, relaxed=True)
        return below is not None and self.network.costs.first_change(own + below) == first

    # --- partners -----------------------------------------------------------------------------------------------------

    def _joint_chain(self, one: Candidate, partner: Candidate, place: Place) -> Chain | Blocked:
        """A chain for both, one after the other; the lesser id first if that can be. Real, not always the cheapest."""
        asked = any(place.id in group for group in partner.choices)
        if partner.pinned is not None or not asked or not self.seating.kinds_for(partner, place):
            return Blocked(["partner"], proven=True)
        key = min(one.id, partner.id), place.id
        if key not in self._together:
            first, second = sorted((one, partner), key=lambda each: each.id)
            found = self._both(first, second, place) or self._both(second, first, place)
            self._together[key] = min(found, key=self._order) if found else None
        chain = self._together[key]
        if chain is not None:
            return chain
        alone = [self._blocked(each, place) for each in (one, partner)]
        return next((blocked for blocked in alone if blocked.proven), Blocked(["partner"], proven=False))

    def _both(self, first: Candidate, second: Candidate, place: Place) -> list[Chain]:
        source = self._cheapest_source(first, place, relaxed=False)
        if source is None:
            return []
        tree = self._ways_from(first, relaxed=False).tree
        chain = {first.id: source, **moves_of(tree.path(source))}
        target = self.seating.at[second.id]
        found = []
        for node in self._sources(second, place):
            path = self.second.find(chain, second.id, node, target)
            if path is not None:
                found.append({**chain, second.id: node, **moves_of(path)})
        return [chain for chain in found if self.network.holds(chain)]
