"""From an allocation to its residual graph: every single move that keeps the rules, with its cost."""

from matching.explain.residual import Residual
from matching.explain.seating import Costs, Reserves, Seating, rank_of
from matching.problem import Candidate, Place, Pool


class Network:
    """The nodes are the kinds of seats at open places, then nowhere, then the pools.

    Two graphs come of it. The strict one holds only moves that keep every rule: partners and equal places stand
    still. The relaxed one lets too much through (partners one by one, equal places freely, overlapping pools
    without limit, reserves by a line below their shortfall), so that its paths cost no more than the truth.
    """

    def __init__(self, seating: Seating) -> None:
        self.seating = seating
        self.pools = {pool.id: seating.nowhere + 1 + at for at, pool in enumerate(seating.instance.pools)}
        self.size = seating.nowhere + 1 + len(self.pools)
        self.costs = Costs(seating, 2 * (self.size + 2))
        self.reserve_weight = self.costs.weights.get(("reserves", None), 0)
        self.reserves = Reserves(seating)
        self.options = {one.id: self._options(one) for one in seating.instance.candidates}
        self.people_on: dict[int, list[Candidate]] = {node: [] for node in range(seating.nowhere + 1)}
        for one in sorted(seating.instance.candidates, key=lambda one: one.id):
            self.people_on[seating.at[one.id]].append(one)

    def _options(self, one: Candidate) -> dict[int, int]:
        """Node -> what sitting there costs, reserves apart; nowhere costs nothing."""
        options = {self.seating.nowhere: 0}
        for rank, group in enumerate(one.choices, 1):
            for id_ in group:
                if id_ not in self.seating.open:
                    continue
                kinds = self.seating.kinds_for(one, self.seating.places[id_])
                cost = self.costs.sitting(one, id_, rank) if kinds else 0
                options.update({self.seating.node_of[id_, kind]: cost for kind in kinds})
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
        arcs: dict[tuple[int, int], tuple[int, str | None]] = {}
        self._add_counts(arcs, relaxed=relaxed)
        for people in self.people_on.values():
            for one in people:
                self.add_moves(arcs, one, relaxed=relaxed)
        return Residual(arcs, self.size, self.seating.nowhere, self.costs.infinite)

    def add_moves(self, arcs: dict[tuple[int, int], tuple[int, str | None]], one: Candidate, *, relaxed: bool) -> None:
        """Every move of one person, where it is cheaper than those already there.

        Who is pinned, and in the strict graph who has a partner, only changes kind at the same place.
        """
        options, source = self.options[one.id], self.seating.at[one.id]
        stays, here = options[source], self.place_at(source)
        bound = one.pinned is not None or (one.together is not None and not relaxed)
        for target, cost in options.items():
            if target == source or (bound and self.place_at(target) != here):
                continue
            total = cost - stays + self.reserve_cost(one, source, target, relaxed=relaxed)
            known = arcs.get((source, target))
            if known is None or total < known[0]:
                arcs[source, target] = total, one.id

    def place_at(self, node: int) -> str | None:
        """The place id of a node; None for nowhere."""
        return None if node == self.seating.nowhere else self.seating.nodes[node][0].id

    def reserve_cost(self, one: Candidate, source: int, target: int, *, relaxed: bool) -> int:
        """What the move of this one person does to the reserves."""
        if not self.reserve_weight:
            return 0
        old, new = self.place_at(source), self.place_at(target)
        change = self.reserves.linear_change if relaxed else self.reserves.shortfall_change
        return self.reserve_weight * change([(one, old, new)])

    def _add_counts(self, arcs: dict[tuple[int, int], tuple[int, str | None]], *, relaxed: bool) -> None:
        """Arcs along which nobody moves: a node takes one more, or does with one less."""
        nowhere = self.seating.nowhere
        for node, (place, seat) in enumerate(self.seating.nodes):
            if counts_stand_still(place) and not relaxed:
                continue
            if self.seating.heads[node] < seat.capacity:
                arcs.update(((node, hub), (0, None)) for hub in self._room_for_one_more(place, relaxed=relaxed))
            if self._can_spare_one(node):
                pools = self.seating.pools_of[place.id]
                hubs = [self.pools[pool.id] for pool in pools] + ([nowhere] if len(pools) != 1 else [])
                arcs.update(((hub, node), (0, None)) for hub in hubs)
        for pool in self.seating.instance.pools:
            arcs[nowhere, self.pools[pool.id]] = 0, None
            if self._has_room(pool) or (relaxed and self._overlaps(pool)):
                arcs[self.pools[pool.id], nowhere] = 0, None

    def _can_spare_one(self, node: int) -> bool:
        return self.seating.heads[node] > self.seating.nodes[node][1].minimum

    def _room_for_one_more(self, place: Place, *, relaxed: bool) -> list[int]:
        """Where the room for one more at the place comes from: its pool, nowhere, or a place in all its full pools."""
        pools = self.seating.pools_of[place.id]
        if len(pools) == 1:
            return [self.pools[pools[0].id]]
        full = [set(pool.places) for pool in pools if not self._has_room(pool)]
        if relaxed or not full:
            return [self.seating.nowhere]
        inside = [self.seating.places[id_] for id_ in set.intersection(*full) & self.seating.open]
        nodes = [self.seating.node_of[other.id, seat.kind] for other in inside for seat in other.seats]
        return [node for node in nodes if self._can_spare_one(node) and not counts_stand_still(self._place(node))]

    def _place(self, node: int) -> Place:
        return self.seating.nodes[node][0]

    def _has_room(self, pool: Pool) -> bool:
        return self.seating.people_in_pool[pool.id] < pool.limit

    def _overlaps(self, pool: Pool) -> bool:
        return any(len(self.seating.pools_of[place]) > 1 for place in pool.places)

    # --- whole chains -------------------------------------------------------------------------------------------------

    def cost_of(self, moves: dict[str, int]) -> int:
        """What the moves (candidate id -> node) do to the levels, packed; exact."""
        seating, total, changes = self.seating, 0, []
        for id_, node in moves.items():
            source = seating.at[id_]
            total += self.options[id_][node] - self.options[id_][source]
            changes.append((seating.candidates[id_], self.place_at(source), self.place_at(node)))
        return total + self.reserve_weight * self.reserves.shortfall_change(changes)

    def ranks(self, id_: str, node: int) -> int | None:
        """The rank of the node for the candidate; None for nowhere."""
        place = self.place_at(node)
        return None if place is None else rank_of(self.seating.candidates[id_], place)

    def holds(self, moves: dict[str, int]) -> bool:
        """Whether every rule still holds after the moves."""
        seating = self.seating
        change: dict[int, int] = dict.fromkeys((*moves.values(), *(seating.at[id_] for id_ in moves)), 0)
        for id_, node in moves.items():
            change[seating.at[id_]] -= 1
            change[node] += 1
        change.pop(seating.nowhere, None)
        return all(self._may_move(id_, node, moves) for id_, node in moves.items()) and self._counts_hold(change)

    def _may_move(self, id_: str, node: int, moves: dict[str, int]) -> bool:
        one = self.seating.candidates[id_]
        if node not in self.options[id_] or one.pinned not in {None, self.place_at(node)}:
            return False
        if one.together is None:
            return True
        partner = moves.get(one.together, self.seating.at[one.together])
        return self.place_at(partner) == self.place_at(node)

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
        limits = {pool.id: pool.limit for pool in self.seating.instance.pools}
        return all(self.seating.people_in_pool[id_] + change <= limits[id_] for id_, change in more.items())

    # --- what stands in the way ---------------------------------------------------------------------------------------

    def blockers(self, graph: Residual, sources: list[int], target: int, *, relaxed: bool) -> list[str]:
        """The rules that keep a person at the sources from being passed on to the target, the plainest first."""
        reached = graph.reachable(sources)
        rules = set()
        for node in reached:
            if node < self.seating.nowhere:
                rules |= self._blockers_at(node, relaxed=relaxed, stuck=self.seating.nowhere not in reached)
        if self.seating.nowhere in reached and target != self.seating.nowhere:
            still = counts_stand_still(self.seating.nodes[target][0]) and not relaxed
            rules.add("equal" if still else "minimum")
        return [rule for rule in ("pool", "equal", "minimum", "partner", "pin") if rule in rules] or ["capacity"]

    def _blockers_at(self, node: int, *, relaxed: bool, stuck: bool) -> set[str]:
        place, seat = self.seating.nodes[node]
        rules = {"pin" for one in self.people_on[node] if one.pinned is not None}
        if not relaxed:
            rules |= {"partner" for one in self.people_on[node] if one.together is not None}
        if stuck and self.seating.heads[node] < seat.capacity:
            rules.add("equal" if counts_stand_still(place) and not relaxed else "pool")
        return rules


def counts_stand_still(place: Place) -> bool:
    """With `equal` the counts of several kinds only change at once, which no chain of single moves can do."""
    return place.equal and len(place.seats) > 1
