"""Level by level: each aim is decided exactly before the next is looked at.

After each level the program is narrowed to the points that keep its value. Mostly that needs no new row: a column or
row whose price is more than what is left between bound and value cannot move any more (reduced cost fixing). As the
program narrows it falls apart into components, and what a relaxation leaves undecided is searched one by one.
"""

import time
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy import sparse

from matching.arcs import Ints
from matching.bounds import Priced, ceiling, label_of_rows, price
from matching.highs import Floats, UnsettledError, relax, search
from matching.program import NONE_BELOW, Program

WHOLE = 1e-6
"""How far a relaxation's value may be from a whole number and still be one."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The least sum that was found, and what no point can be under: None where that is not known."""

    value: int
    bound: int | None
    proven: bool

    def at(self, value: int) -> Self:
        """The same decision with the value of another point."""
        return replace(self, value=value, proven=value == self.bound)


class Levels:
    """A program on its way through the levels, with the best point so far."""

    def __init__(self, program: Program, x: Ints) -> None:
        """Begin at x, a point of the program."""
        self.x = x.copy()
        self._sure = True  # whether every level so far is proven
        self._program = program
        self._columns = np.arange(len(x))  # which of x's columns the program still has
        self._drop_fixed()

    def decide(self, cost: Ints, deadline: float) -> Decision:
        """Find the least `cost @ x` among the points that are left, and keep only those that have it."""
        left = cost[self._columns]
        shortfall: int | None = 0
        if left.any():
            shortfall = self._decide(left, deadline)
        value = int(cost @ self.x)
        known = self._sure and shortfall is not None
        self._sure = self._sure and shortfall == 0
        return Decision(value, value - (shortfall or 0) if known else None, self._sure)

    def _decide(self, cost: Ints, deadline: float) -> int | None:
        """Decide the components with a cost. How far the bound is from the value, None where it is not known."""
        label = self._program.components()
        touched = np.flatnonzero(np.isin(label, label[cost != 0]))
        part, rows = self._program.part(touched, self.x[self._columns])
        stage = _Stage(part, cost[touched], self.x[self._columns[touched]], label[touched])
        try:
            stage.settle(deadline)
        except UnsettledError:
            self._hold(stage, touched)
            return None
        self.x[self._columns[touched]] = stage.x
        self._narrow(stage, touched, rows)
        self._hold(stage, touched)
        self._drop_fixed()
        return stage.shortfall()

    def _narrow(self, stage: "_Stage", touched: Ints, rows: Ints) -> None:
        """Fix what cannot move without making this level worse than the point found."""
        program = self._program
        lower, upper, least, most = (one.copy() for one in (program.lower, program.upper, program.least, program.most))
        lower[touched], upper[touched] = stage.program.lower, stage.program.upper
        least[rows], most[rows] = stage.program.least, stage.program.most
        self._program = replace(program, lower=lower, upper=upper, least=least, most=most)

    def _hold(self, stage: "_Stage", touched: Ints) -> None:
        """Add a row where fixing alone does not keep the value of a component."""
        loose = np.flatnonzero(stage.gap() != 0)
        if len(loose) == 0:
            return
        at = np.flatnonzero((stage.cost != 0) & np.isin(stage.label, loose))
        row = np.searchsorted(loose, stage.label[at])
        shape = len(loose), len(self._columns)
        rows = sparse.csr_array(sparse.coo_array((stage.cost[at], (row, touched[at])), shape=shape))
        self._program = self._program.with_rows(rows, np.full(len(loose), NONE_BELOW), stage.values()[loose])

    def _drop_fixed(self) -> None:
        """Forget the columns that cannot move."""
        free = np.flatnonzero(self._program.lower < self._program.upper)
        self._program, _ = self._program.part(free, self.x[self._columns])
        self._columns = self._columns[free]


class _Stage:
    """One level of some whole components of a program."""

    def __init__(self, program: Program, cost: Ints, x: Ints, label: Ints) -> None:
        self.program = program
        self.cost = cost
        self.x = x
        self.label = np.unique(label, return_inverse=True)[1].astype(np.int64)
        self._bound: Ints = np.full(int(self.label.max()) + 1, NONE_BELOW)  # per component, whole numbers
        self._priced: Priced | None = None

    def values(self) -> Ints:
        """The value of each component at x."""
        sums = np.zeros(int(self.label.max()) + 1, dtype=np.int64)
        np.add.at(sums, self.label, self.cost * self.x)
        return sums

    def gap(self) -> Ints:
        """Per component, how far the relaxation's bound is from the value, in parts of the scale."""
        if self._priced is None:
            return np.ones(int(self.label.max()) + 1, dtype=np.int64)
        return self.values() * self._priced.scale - self._priced.bound

    def shortfall(self) -> int:
        """How far the value is from what is known to be the least there can be."""
        return int((self.values() - self._bound).sum())

    def settle(self, deadline: float) -> None:
        """Find the best point of each component; then fix what cannot move. Raises UnsettledError without a relaxation."""
        relaxed = relax(self.program, self.cost, deadline)
        self._priced = price(self.program, self.cost, relaxed.prices, self.label)
        self._bound = ceiling(self._priced.bound, self._priced.scale)
        self._take_whole(np.rint(relaxed.x).astype(np.int64))
        open_ = np.flatnonzero(self.values() > self._bound)
        for number, component in enumerate(open_.tolist()):
            now = time.monotonic()
            mine = now + (deadline - now) / (len(open_) - number)
            self._mend(component, relaxed.x, now + (mine - now) / 3)
            if self.values()[component] > self._bound[component]:
                self._search(component, mine)
        self._fix(self._priced)

    def _take_whole(self, rounded: Ints) -> None:
        """Take the rounded relaxation in the components where it keeps all rules and is no worse than x."""
        reached = self.program.rows @ rounded
        broken = (reached < self.program.least) | (reached > self.program.most)
        better = self.values() * 0
        np.add.at(better, self.label, self.cost * (rounded - self.x))
        good = better <= 0
        good[label_of_rows(self.program, self.label)[broken]] = False
        self.x = np.where(good[self.label], rounded, self.x)

    def _mend(self, component: int, relaxed: Floats, deadline: float) -> None:
        """Find a good point near the relaxation: what is whole there stays, and only the broken rest is searched.

        The idea of RINS (Danna, Rothberg and Le Pape, 2005) without its incumbent. Mostly that reaches the bound.
        """
        inside = self.label == component
        rounded = np.rint(relaxed).astype(np.int64)
        broken = inside & (np.abs(relaxed - rounded) > WHOLE)
        here = np.where(inside, rounded, self.x)
        part, _ = self.program.part(np.flatnonzero(broken), here)
        found = search(part, self.cost[broken], deadline)
        if found.x is None:
            return
        here[broken] = found.x
        if self.program.holds(here) and self.cost @ here < self.cost @ self.x:
            self.x = here

    def _search(self, component: int, deadline: float) -> None:
        """Find the best point of one component."""
        columns = np.flatnonzero(self.label == component)
        part, _ = self.program.part(columns, self.x)
        cost = self.cost[columns]
        found = search(part, cost, deadline)
        if found.x is not None and cost @ found.x < cost @ self.x[columns]:
            self.x[columns] = found.x
        value = int(cost @ self.x[columns])
        if found.bound is not None:
            self._bound[component] = max(int(self._bound[component]), min(value, found.bound))

    def _fix(self, priced: Priced) -> None:
        gap = self.gap()
        of_rows = gap[label_of_rows(self.program, self.label)]
        self.program = _fixed(self.program, priced.reduced, priced.prices, gap[self.label], of_rows)


def _fixed(program: Program, reduced: Ints, prices: Ints, room: Ints | np.int64, room_of_rows: Ints | np.int64) -> Program:
    """The program without the points that cost more than there is room for, as far as single prices tell."""
    return replace(
        program,
        lower=np.where(-reduced > room, program.upper, program.lower),
        upper=np.where(reduced > room, program.lower, program.upper),
        least=np.where(-prices > room_of_rows, program.most, program.least),
        most=np.where(prices > room_of_rows, program.least, program.most),
    )
