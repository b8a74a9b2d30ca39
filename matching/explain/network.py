"""From an allocation to its residual graph: every single move that keeps the rules, with its cost."""

from collections.abc import Collection

from matching.explain.costs import Costs, Part, Reserves, parts_of
from matching.explain.residual import Residual, Step
from matching.explain.seating import Seating, rank_of
from matching.problem import Candidate, Place, Pool

type Chain = dict[str, int]  # candidate id -> the node they move to
type Rows = list[dict[int, tuple[int, str | None]]]  # by node: to which other node -> (cost, person)


class Network:
    """The nodes are the kinds of seats at open places, then nowhere, then the pools.

    Two graphs come of it. The strict one holds only moves that keep every rule: partners and equal places stand
    still. The relaxed one lets too much through (partners one by one, equal places freely, overlapping pools
    without limit, reserves by a line below their shortfall), so that its paths cost no more than the truth.

    `costs` are what is searched by, `rest` what comes after it: nothing, or the draw where it is not `drawn`.
    """

    def __init__(self, seating: Seating, *, drawn: bool) -> None:
        self.seating = seating
        self.pools = {pool.id: seating.nowhere + 1 + at for at, pool in enumerate(seating.instance.pools)}
        self._limits = {pool.id: pool.limit for pool in seating.instance.pools}
        self.size = seating.nowhere + 1 + len(self.pools)
        searched, rest = parts_of(seating, drawn=drawn)
        self.costs = Costs(seating.result.seed, searched, 2 * (self.size + 2))
        self.rest = Costs(seating.result.seed, rest, 2 * (self.size + 2))
        self.reserve_weight = self.costs.weights.get(("reserves", None), 0)
        self.reserves = Reserves(seating)
        self.place_at: list[str | None] = [*(place.id for place, _ in seating.nodes), None]
        self.options = {one.id: self._options(one) for one in seating.instance.candidates}
        self.people_on: list[list[Candidate]] = [[] for _ in range(seating.nowhere + 1)]
        for one in sorted(seating.instance.candidates, key=lambda one: one.id):
            self.people_on[seating.at[one.id]].append(one)
        self._way: dict[tuple[str, int], str | None] = {}
        self._beyond: dict[bool, set[str]] = {}  # the rules in the way from nowhere, in the strict and in the relaxed graph

    def _options(self, one: Candidate) -> dict[int, int]:
        """Node -> what sitting there costs, reserves apart; nowhere costs nothing."""
        seating, options = self.seating, {self.seating.nowhere: 0}
        for rank, group in enumerate(one.choices, 1):
            for id_ in group:
                if id_ not in seating.open:
                    continue
                kinds = seating.kinds_for(one, seating.places[id_])
                cost = self.costs.sitting(one, id_, rank) if kinds else 0
                for kind in kinds:
                    options[seating.node_of[id_, kind]] = cost
        return options

    def needs_relaxing(self) -> bool:
        """Whether the strict graph leaves out moves that keep the rules, or prices them too high."""
        seating = self.seating
        couples = any(one.together is not None and one.pinned is None for one in seating.instance.candidates)
        equal = any(counts_stand_still(place) and seat.minimum < seat.capacity for place, seat in seating.nodes)
        overlapping = any(len(seating.pools_of[place]) > 1 for place in seating.open)
        return couples or equal or overlapping or bool(self.reserve_weight and seating.instance.reserves)

    def graph(self, *, relaxed: bool) -> Residual:
        """The strict or the relaxed residual graph."""
        rows: Rows = [{} for _ in range(self.size)]
        self._add_counts(rows, relaxed=relaxed)
        for node, people in enumerate(self.people_on):
            for one in people:
                self.add_moves(rows[node], one, relaxed=relaxed)
        return Residual(rows, self.seating.nowhere, self.costs.infinite)

    def add_moves(self, row: dict[int, tuple[int, str | None]], one: Candidate, *, relaxed: bool) -> None:
        """Every move of one person, where it is cheaper than those already there.

        Who is pinned, and in the strict graph who has a partner, only changes kind at the same place.
        """
        options, source = self.options[one.id], self.seating.at[one.id]
        stays, here, id_ = options[source], self.place_at[source], one.id
        bound = one.pinned is not None or (one.together is not None and not relaxed)
        reserved = self.reserve_weight and self.reserves.counts(one)
        for target, cost in options.items():
            if target == source or (bound and self.place_at[target] != here):
                continue
            total = cost - stays
            if reserved:
                total += self.reserve_cost(one, source, target, relaxed=relaxed)
            known = row.get(target)
            if known is None or total < known[0]:
                row[target] = total, id_

    def strict_cost(self, one: Candidate, target: int) -> int | None:
        """What the move of this one person costs, None where the strict graph has it not."""
        options, source = self.options[one.id], self.seating.at[one.id]
        bound = one.pinned is not None or one.together is not None
        if target not in options or (bound and self.place_at[target] != self.place_at[source]):
            return None
        return options[target] - options[source] + self.reserve_cost(one, source, target, relaxed=False)

    def reserve_cost(self, one: Candidate, source: int, target: int, *, relaxed: bool) -> int:
        """What the move of this one person does to the reserves."""
        if not self.reserve_weight:
            return 0
        change = self.reserves.linear_change if relaxed else self.reserves.shortfall_change
        return self.reserve_weight * change([(one, self.place_at[source], self.place_at[target])])

    def _add_counts(self, rows: Rows, *, relaxed: bool) -> None:
        """Arcs along which nobody moves: a node takes one more, or does with one less."""
        nowhere = self.seating.nowhere
        for node, (place, _) in enumerate(self.seating.nodes):
            if counts_stand_still(place) and not relaxed:
                continue
            if self.has_room(node):
                rows[node].update((hub, (0, None)) for hub in self._room_for_one_more(place, relaxed=relaxed))
            if self.can_spare_one(node):
                pools = self.seating.pools_of[place.id]
                for hub in [self.pools[pool.id] for pool in pools] + ([nowhere] if len(pools) != 1 else []):
                    rows[hub][node] = 0, None
        for pool in self.seating.instance.pools:
            rows[nowhere][self.pools[pool.id]] = 0, None
            if self.pool_has_room(pool) or (relaxed and self._overlaps(pool)):
                rows[self.pools[pool.id]][nowhere] = 0, None

    def has_room(self, node: int, more: int = 0) -> bool:
        """Whether the node takes one more, when it has so many more already."""
        return self.seating.heads[node] + more < self.seating.nodes[node][1].capacity

    def can_spare_one(self, node: int, more: int = 0) -> bool:
        """Whether the node does with one less, when it has so many more already."""
        return self.seating.heads[node] + more > self.seating.nodes[node][1].minimum

    def pool_has_room(self, pool: Pool, more: int = 0) -> bool:
        """Whether the pool takes one more, when it has so many more already."""
        return self.seating.people_in_pool[pool.id] + more < pool.limit

    def pool_at(self, node: int) -> Pool | None:
        """The pool of a node that stands for one."""
        return self.seating.instance.pools[node - self.seating.nowhere - 1] if node > self.seating.nowhere else None

    def _room_for_one_more(self, place: Place, *, relaxed: bool) -> list[int]:
        """Where the room for one more at the place comes from: its pool, nowhere, or a place in all its full pools."""
        pools = self.seating.pools_of[place.id]
        if len(pools) == 1:
            return [self.pools[pools[0].id]]
        full = [set(pool.places) for pool in pools if not self.pool_has_room(pool)]
        if relaxed or not full:
            return [self.seating.nowhere]
        inside = [self.seating.places[id_] for id_ in set.intersection(*full) & self.seating.open]
        nodes = [self.seating.node_of[other.id, seat.kind] for other in inside for seat in other.seats]
        return [node for node in nodes if self.can_spare_one(node) and not counts_stand_still(self._place(node))]

    def _place(self, node: int) -> Place:
        return self.seating.nodes[node][0]

    def _overlaps(self, pool: Pool) -> bool:
        return any(len(self.seating.pools_of[place]) > 1 for place in pool.places)

    # --- whole chains -------------------------------------------------------------------------------------------------

    def cost_of(self, moves: Chain) -> int:
        """What the moves do to the levels that are searched by, packed; exact."""
        options, at = self.options, self.seating.at
        total = sum(options[id_][node] - options[id_][at[id_]] for id_, node in moves.items())
        return total + self.reserve_weight * self.shortfall_of(moves)

    def shortfall_of(self, moves: Chain) -> int:
        """What the moves do to the total shortfall of the reserves."""
        if not self.seating.instance.reserves:
            return 0
        people = ((self.seating.candidates[id_], id_, node) for id_, node in moves.items())
        changes = [
            (one, self.place_at[self.seating.at[id_]], self.place_at[node])
            for one, id_, node in people
            if self.reserves.counts(one)
        ]
        return self.reserves.shortfall_change(changes) if changes else 0

    def rest_of(self, moves: Chain) -> int:
        """What the moves do to the levels after those that are searched by, packed; exact."""
        if not self.rest.parts:
            return 0
        total = sum(self._rest_at(id_, node) - self._rest_at(id_, self.seating.at[id_]) for id_, node in moves.items())
        weight = self.rest.weights.get(("reserves", None), 0)
        return total + (weight * self.shortfall_of(moves) if weight else 0)

    def _rest_at(self, id_: str, node: int) -> int:
        place, rank = self.place_at[node], self.rank(id_, node)
        return 0 if place is None or rank is None else self.rest.sitting(self.seating.candidates[id_], place, rank)

    def first_change(self, moves: Chain) -> tuple[Part, int] | None:
        """The first component of the whole objective that the moves change, and by how much; positive is worse."""
        return self.costs.first_change(self.cost_of(moves)) or self.rest.first_change(self.rest_of(moves))

    def rank(self, id_: str, node: int) -> int | None:
        """The rank of the node for the candidate; None for nowhere."""
        place = self.place_at[node]
        return None if place is None else rank_of(self.seating.candidates[id_], place)

    def way(self, id_: str, node: int) -> str | None:
        """Which way a move goes: "up", "down", "lost" or "gained", None for another seat of the same rank."""
        if (id_, node) not in self._way:
            before, after = self.rank(id_, self.seating.at[id_]), self.rank(id_, node)
            way: str | None
            if before is None or after is None:
                way = "gained" if before is None else "lost"
            else:
                way = None if before == after else "up" if after < before else "down"
            self._way[id_, node] = way
        return self._way[id_, node]

    def counts(self, moves: Chain) -> dict[int, int]:
        """By how many the people become more, at the nodes where they do or become fewer."""
        change: dict[int, int] = {}
        for id_, node in moves.items():
            left = self.seating.at[id_]
            change[left] = change.get(left, 0) - 1
            change[node] = change.get(node, 0) + 1
        change.pop(self.seating.nowhere, None)
        return {node: more for node, more in change.items() if more}

    def holds(self, moves: Chain) -> bool:
        """Whether every rule still holds after the moves."""
        return all(self._may_move(id_, node, moves) for id_, node in moves.items()) and self._counts_hold(self.counts(moves))

    def _may_move(self, id_: str, node: int, moves: Chain) -> bool:
        one = self.seating.candidates[id_]
        if node not in self.options[id_] or one.pinned not in {None, self.place_at[node]}:
            return False
        if one.together is None:
            return True
        partner = moves.get(one.together, self.seating.at[one.together])
        return self.place_at[node] == self.place_at[partner]

    def _counts_hold(self, change: dict[int, int]) -> bool:
        seating = self.seating
        places: dict[str, int] = {}
        for node, more in change.items():
            place, seat = seating.nodes[node]
            places[place.id] = places.get(place.id, 0) + more
            if not seat.minimum <= seating.heads[node] + more <= seat.capacity:
                return False
        return all(self._equal_holds(id_, change) for id_ in places) and self._pools_hold(places)

    def _equal_holds(self, id_: str, change: dict[int, int]) -> bool:
        place = self.seating.places[id_]
        nodes = [self.seating.node_of[id_, seat.kind] for seat in place.seats]
        return not place.equal or len({self.seating.heads[node] + change.get(node, 0) for node in nodes}) == 1

    def _pools_hold(self, places: dict[str, int]) -> bool:
        more: dict[str, int] = {}
        for id_, change in places.items():
            for pool in self.seating.pools_of[id_]:
                more[pool.id] = more.get(pool.id, 0) + change
        return all(self.seating.people_in_pool[id_] + change <= self._limits[id_] for id_, change in more.items())

    # --- what stands in the way ---------------------------------------------------------------------------------------

    def blockers(self, graph: Residual, sources: list[int], target: int, *, relaxed: bool) -> list[str]:
        """The rules that keep a person at the sources from being passed on to the target, the plainest first."""
        reached, free = graph.reachable(sources)
        rules = self._blockers_among(reached, relaxed=relaxed, stuck=not free)
        if free:
            if relaxed not in self._beyond:
                self._beyond[relaxed] = self._blockers_among(graph.inward.distance, relaxed=relaxed, stuck=False)
            rules |= self._beyond[relaxed]
        if free and target != self.seating.nowhere:
            still = counts_stand_still(self.seating.nodes[target][0]) and not relaxed
            rules.add("equal" if still else "minimum")
        return [rule for rule in ("pool", "equal", "minimum", "partner", "pin") if rule in rules] or ["capacity"]

    def _blockers_among(self, nodes: Collection[int], *, relaxed: bool, stuck: bool) -> set[str]:
        rules = set[str]()
        for node in nodes:
            if node < self.seating.nowhere:
                rules |= self._blockers_at(node, relaxed=relaxed, stuck=stuck)
        return rules

    def _blockers_at(self, node: int, *, relaxed: bool, stuck: bool) -> set[str]:
        place, seat = self.seating.nodes[node]
        rules = {"pin" for one in self.people_on[node] if one.pinned is not None}
        if not relaxed:
            rules |= {"partner" for one in self.people_on[node] if one.together is not None}
        if stuck and self.seating.heads[node] < seat.capacity:
            rules.add("equal" if counts_stand_still(place) and not relaxed else "pool")
        return rules


def moves_of(path: list[Step]) -> Chain:
    """Who moves along a path, and where to."""
    return {step.person: step.target for step in path if step.person is not None}


def counts_stand_still(place: Place) -> bool:
    """With `equal` the counts of several kinds only change at once, which no chain of single moves can do."""
    return place.equal and len(place.seats) > 1
