"""Where a relaxation begins: at the best flow through that part of the program which is one.

    home ──▶ person ──▶ seat ──▶ home

Most rows of a round are people and seats, and most columns lead from one of the first to one of the second. That part is
solved as a flow, in a tenth of the time that its rows and columns take. The ways by which home reaches each row at least
cost are a tree, and so a basis, with all other rows as they come. From there the relaxation goes on, and has nothing to do
where the whole is a flow. A basis promises nothing: whatever it is, the optimum is the relaxation's own.
"""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow
from scipy import sparse

from matching.arcs import Flags, Ints
from matching.program import NONE_ABOVE, NONE_BELOW, Program

LOW, BASIC, HIGH = range(3)
_FAR = 2**60


@dataclass(frozen=True, slots=True)
class Basis:
    """Where each column and each row is: at its lower limit, at its upper one, or wherever the others put it."""

    columns: Ints
    rows: Ints


def basis(program: Program, cost: Ints) -> Basis | None:
    """The basis at the best flow; None where the numbers are too large for one."""
    network = _Network(program, cost)
    flow = network.best()
    if flow is None:
        return None
    came, prices = network.tree(flow)
    count = len(network.columns)
    by_column = np.flatnonzero((came >= 0) & (came < count))
    of_rows = np.zeros(len(program.most), dtype=np.int64)
    of_rows[network.rows] = prices
    columns = np.where(cost < program.rows.T @ of_rows, HIGH, LOW)
    columns[network.columns] = np.where(flow[:count] > network.lower[:count], HIGH, LOW)
    columns[network.columns[came[by_column]]] = BASIC
    rows = np.full(len(program.most), BASIC)
    rows[network.rows[by_column]] = np.where(flow[count:] == network.upper[count:], HIGH, LOW)[by_column]
    return Basis(columns, rows)


class _Network:
    """The part of a program that is a flow: nodes are some of its rows, and home after them.

    The ways are some of its columns, and then one for each row: from home to a person, from a seat to home.
    """

    def __init__(self, program: Program, cost: Ints) -> None:
        by_column = sparse.csc_array(program.rows)
        starts, each = by_column.indptr[:-1], np.diff(by_column.indptr)
        within = np.arange(by_column.nnz) - np.repeat(starts, each)
        single = np.repeat(~program.decides & (program.lower < program.upper), each)
        people = _only(by_column, single, within == 0)
        seats = _only(by_column, single, within == 1)
        inside = ~program.decides & (program.lower < program.upper) & (each > 0)
        inside[inside] = people[by_column.indices[starts[inside]]]
        self.columns, self.rows = np.flatnonzero(inside), np.flatnonzero(people | seats)
        self.home = len(self.rows)
        node = np.full(len(people), self.home)
        node[self.rows] = np.arange(self.home)
        first = starts[self.columns]
        second = np.where(each[self.columns] > 1, first + 1, first)
        person, seat = by_column.indices[first], by_column.indices[second]
        home, own = np.full(self.home, self.home), np.arange(self.home)
        is_person = people[self.rows]
        self.tail = np.append(node[person], np.where(is_person, home, own))
        self.head = np.append(np.where(seats[seat], node[seat], self.home), np.where(is_person, own, home))
        self.cost = np.append(cost[self.columns], np.zeros(self.home, dtype=np.int64))
        self.lower, self.upper = self._limits(program, inside)

    def _limits(self, program: Program, inside: Flags) -> tuple[Ints, Ints]:
        """Of all ways; what the other columns could do for a row widens its limits."""
        rows = program.rows[self.rows]
        more, less = rows.copy(), rows.copy()
        more.data, less.data = np.maximum(rows.data, 0), np.minimum(rows.data, 0)
        low, high = np.where(inside, 0, program.lower), np.where(inside, 0, program.upper)
        least = program.least[self.rows] - (more @ high + less @ low)
        most = program.most[self.rows] - (more @ low + less @ high)
        few = rows[:, self.columns] @ program.lower[self.columns] - 1  # as good as no limit
        many = rows[:, self.columns] @ program.upper[self.columns] + 1
        lower = np.where(program.least[self.rows] == NONE_BELOW, few, np.maximum(least, few))
        upper = np.where(program.most[self.rows] == NONE_ABOVE, many, np.minimum(most, many))
        return np.append(program.lower[self.columns], lower), np.append(program.upper[self.columns], upper)

    def best(self) -> Ints | None:
        """What goes along each way at least cost, None where that is not found."""
        solver = min_cost_flow.SimpleMinCostFlow()
        ways = solver.add_arcs_with_capacity_and_unit_cost(self.tail, self.head, self.upper - self.lower, self.cost)
        supply = np.zeros(self.home + 1, dtype=np.int64)
        np.add.at(supply, self.head, self.lower)
        np.subtract.at(supply, self.tail, self.lower)
        solver.set_nodes_supplies(np.arange(len(supply)), supply)
        if solver.solve() != solver.OPTIMAL:
            return None
        flow: Ints = solver.flows(ways) + self.lower
        return flow

    def tree(self, flow: Ints) -> tuple[Ints, Ints]:
        """By which way each row is reached from home at least cost, -1 where it is not, and the price of each (Bellman 1958)."""
        onward, back = np.flatnonzero(flow < self.upper), np.flatnonzero(flow > self.lower)
        way = np.append(onward, back)
        tail = np.append(self.tail[onward], self.head[back])
        head = np.append(self.head[onward], self.tail[back])
        cost = np.append(self.cost[onward], -self.cost[back])
        order = np.argsort(head, kind="stable")
        way, tail, head, cost = way[order], tail[order], head[order], cost[order]
        reached, starts = np.unique(head, return_index=True)
        far = np.full(self.home + 1, _FAR)
        far[self.home] = 0
        came = np.full(self.home + 1, -1)
        while True:
            found = far[tail] + cost
            nearest = far.copy()
            nearest[reached] = np.minimum(far[reached], np.minimum.reduceat(found, starts))
            better = np.flatnonzero((found == nearest[head]) & (found < far[head]))
            if len(better) == 0:
                break
            came[head[better]] = way[better]
            far = nearest
        through = slice(len(self.columns), None)
        known = far < _FAR // 2
        prices = np.where(known[:-1], far[self.tail[through]] - far[self.head[through]], 0)
        return came[:-1], prices


def _only(by_column: sparse.csc_array, single: Flags, here: Flags) -> Flags:
    """The rows that have entries of single columns, all of them 1 and `here`."""
    has, other = (np.zeros(by_column.shape[0], dtype=bool) for _ in range(2))
    has[by_column.indices[single]] = True
    other[by_column.indices[single & ~(here & (by_column.data == 1))]] = True
    return has & ~other
