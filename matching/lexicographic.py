"""Level by level: each aim is decided exactly before the next is looked at.

First a search for a point that is good at all levels at once, by a guide that weighs them (`polish`); it promises
nothing. Then, level by level, the relaxation says what nothing can beat, and mostly the point is that good already.
After each level the program is narrowed to the points that keep its value. Mostly that needs no new row: a column or
row whose price is more than what is left between bound and value cannot move any more (reduced cost fixing). As the
program narrows it falls apart into components, and what a relaxation leaves undecided is searched one by one.
"""

import time
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy import sparse

from matching.arcs import Flags, Ints
from matching.bounds import ceiling, label_of_rows, price
from matching.branching import Tell, Tree
from matching.highs import Floats, Relaxation, Relaxed, UnsettledError, search
from matching.program import NONE_BELOW, Program

_LARGE = 50_000  # columns that are too many for a general solver
_GLANCE, _LOOK = 24, 400  # nodes of a tree before a general solver is asked, and where none can be
_GUIDED = 60.0  # seconds that are spent on a guide at most: it promises nothing
_NO_END = 10**9


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
        self._relaxation: Relaxation | None = None
        self._drop_fixed()

    def polish(self, guide: Ints, deadline: float) -> None:
        """Look for a better point, as the guide weighs the levels that are left."""
        cost = guide[self._columns]
        if not cost.any():
            return
        deadline = min(deadline, time.monotonic() + _GUIDED)
        tree, value = self._tree(cost), int(cost @ self.x[self._columns])
        try:
            relaxed = tree.root(value, deadline)
        except UnsettledError:
            self._relaxation = None
            return
        is_large = len(cost) > _LARGE
        value = self._dive(tree, relaxed, value, deadline)
        found = tree.search(value, relaxed.bound, deadline, _LOOK if is_large else _GLANCE)
        self._program = tree.program
        if found.x is not None:
            self.x[self._columns] = found.x
        if not found.finished and not is_large:
            better = search(tree.program, cost, deadline).x
            if better is not None and cost @ better < cost @ self.x[self._columns]:
                self.x[self._columns] = better

    def decide(self, cost: Ints, guide: Ints, deadline: float, tell: Tell | None = None) -> Decision:
        """Find the least `cost @ x` among the points that are left, and keep only those that have it."""
        left, before = cost[self._columns], int(cost @ self.x)
        shortfall: int | None = 0
        if left.any():
            fixed = before - int(left @ self.x[self._columns])
            shortfall = self._decide(left, deadline, tell and (lambda value, bound: tell(fixed + value, fixed + bound)))
        value = int(cost @ self.x)
        known = self._sure and shortfall is not None
        self._sure = self._sure and shortfall == 0
        if value < before:
            self.polish(guide, deadline)
        return Decision(value, value - (shortfall or 0) if known else None, self._sure)

    def _tree(self, cost: Ints, tell: Tell | None = None) -> Tree:
        """The search tree of the program with this cost; its relaxation goes on from the one before."""
        if self._relaxation is None:
            self._relaxation = Relaxation(self._program, cost)
        self._relaxation.price(cost)
        return Tree(self._program, cost, self._relaxation, tell)

    def _dive(self, tree: Tree, relaxed: Relaxed, value: int, deadline: float) -> int:
        """Go to a better point near the relaxation, where there can be one; the value of where that leaves."""
        near = tree.dive(relaxed, deadline) if value > relaxed.bound else None
        if near is None or tree.cost @ near >= value:
            return value
        self.x[self._columns] = near
        return int(tree.cost @ near)

    def _decide(self, cost: Ints, deadline: float, tell: Tell | None) -> int | None:
        """Decide one sum. How far the bound is from the value, None where it is not known."""
        tree, value = self._tree(cost, tell), int(cost @ self.x[self._columns])
        try:
            relaxed = tree.root(value, deadline)
        except UnsettledError:
            self._relaxation = None  # it stands anywhere
            self._add_limits(sparse.csr_array(cost[None]), np.array([value]))
            return None
        self._program = tree.program
        here = self.x[self._columns]
        free = np.flatnonzero(self._program.lower < self._program.upper)
        part, rows = self._program.part(free, here)
        stage = _Stage(part, cost[free], here[free], relaxed.x[free], relaxed.prices[rows])
        self._branch(tree, stage, free, deadline, _GLANCE)
        stage.search_small(deadline)
        self._branch(tree, stage, free, deadline, _NO_END)
        self.x[self._columns[free]] = stage.x
        self._narrow(stage, free, rows)
        self._hold(stage, free)
        self._drop_fixed()
        return stage.value() - stage.bound()

    def _branch(self, tree: Tree, stage: "_Stage", free: Ints, deadline: float, nodes: int) -> None:
        """Search what is open in the stage, all components together, in so many nodes of the tree."""
        if not stage.is_open():
            return
        here = self.x[self._columns]
        here[free] = stage.x
        value = int(tree.cost @ here)
        rest = value - stage.value()
        found = tree.search(value, rest + stage.bound(), deadline, nodes)
        self._program = tree.program
        stage.accept(None if found.x is None else found.x[free], None if found.bound is None else found.bound - rest)

    def _narrow(self, stage: "_Stage", free: Ints, rows: Ints) -> None:
        """Fix what cannot move without making this level worse than the point found."""
        program = self._program
        lower, upper, least, most = (one.copy() for one in (program.lower, program.upper, program.least, program.most))
        up, down, full, slack = stage.fixed()
        lower[free[up]] = upper[free[up]]
        upper[free[down]] = lower[free[down]]
        least[rows[full]] = most[rows[full]]
        most[rows[slack]] = least[rows[slack]]
        self._program = replace(program, lower=lower, upper=upper, least=least, most=most)

    def _hold(self, stage: "_Stage", free: Ints) -> None:
        """Add a row where fixing alone does not keep the value of a component."""
        loose, row, column, most = stage.loose()
        if loose:
            shape = loose, len(self._columns)
            value = stage.cost[column]
            self._add_limits(sparse.csr_array(sparse.coo_array((value, (row, free[column])), shape=shape)), most)

    def _add_limits(self, rows: sparse.csr_array, most: Ints) -> None:
        self._program = self._program.with_rows(rows, np.full(len(most), NONE_BELOW), most)
        if self._relaxation is not None:
            self._relaxation.add(rows, most)

    def _drop_fixed(self) -> None:
        """Forget the columns that cannot move, where they are many; else only tell the relaxation where it stands."""
        free = np.flatnonzero(self._program.lower < self._program.upper)
        if 2 * len(free) > len(self._columns) and self._relaxation is not None:
            self._relaxation.limit(self._program)
            return
        self._program, _ = self._program.part(free, self.x[self._columns])
        self._columns = self._columns[free]
        self._relaxation = None


class _Stage:
    """One sum to be least over a program whose columns all may move, component by component."""

    def __init__(self, program: Program, cost: Ints, x: Ints, relaxed: Floats, prices: Floats) -> None:
        self.program = program
        self.cost = cost
        self.x = x
        self._label = program.components()
        self._priced = price(program, cost, prices, self._label)
        self._bounds = ceiling(self._priced.bound, self._priced.scale)  # per component
        self._take_whole(np.rint(relaxed).astype(np.int64))

    def _values(self) -> Ints:
        """The value of each component at x."""
        sums = np.zeros(len(self._bounds), dtype=np.int64)
        np.add.at(sums, self._label, self.cost * self.x)
        return sums

    def value(self) -> int:
        """What x costs."""
        return int(self.cost @ self.x)

    def bound(self) -> int:
        """What no point costs less than."""
        return int(self._bounds.sum())

    def is_open(self) -> bool:
        """Whether something better is still possible."""
        return self.value() > self.bound()

    def _gap(self) -> Ints:
        """Per component, how far the relaxation's bound is from the value, in parts of the scale."""
        return self._values() * self._priced.scale - self._priced.bound

    def _take_whole(self, rounded: Ints) -> None:
        """Take the rounded relaxation in the components where it keeps all rules and is better than x."""
        reached = self.program.rows @ rounded
        broken = (reached < self.program.least) | (reached > self.program.most)
        better = np.zeros(len(self._bounds), dtype=np.int64)
        np.add.at(better, self._label, self.cost * (rounded - self.x))
        good = better < 0
        good[label_of_rows(self.program, self._label)[broken]] = False
        self.x = np.where(good[self._label], rounded, self.x)

    def search_small(self, deadline: float) -> None:
        """Search the components that the relaxation leaves open, where they are small enough for a general solver."""
        open_ = np.flatnonzero((self._values() > self._bounds) & (np.bincount(self._label) <= _LARGE))
        for number, component in enumerate(open_.tolist()):
            now = time.monotonic()
            self._search(component, now + (deadline - now) / (len(open_) - number))

    def _search(self, component: int, deadline: float) -> None:
        """Find the best point of one component."""
        columns = np.flatnonzero(self._label == component)
        part, _ = self.program.part(columns, self.x)
        cost = self.cost[columns]
        found = search(part, cost, deadline)
        if found.x is not None and cost @ found.x < cost @ self.x[columns]:
            self.x[columns] = found.x
        value = int(cost @ self.x[columns])
        if found.bound is not None:
            self._bounds[component] = max(int(self._bounds[component]), min(value, found.bound))

    def accept(self, x: Ints | None, bound: int | None) -> None:
        """Take a point and a bound that a search of all components together found."""
        self.x = self.x if x is None else x
        if bound is not None and bound > self.bound():
            open_ = int(np.argmax(self._values() - self._bounds))
            self._bounds[open_] += bound - self.bound()

    def fixed(self) -> tuple[Flags, Flags, Flags, Flags]:
        """What cannot move without making x worse: columns at their upper and lower limit, rows at their most and least."""
        gap = self._gap()
        of_rows = gap[label_of_rows(self.program, self._label)]
        reduced, prices = self._priced.reduced, self._priced.prices
        return -reduced > gap[self._label], reduced > gap[self._label], -prices > of_rows, prices > of_rows

    def loose(self) -> tuple[int, Ints, Ints, Ints]:
        """The components that fixing alone does not keep at their value: how many, the entries of a row for each, its limit."""
        count = np.bincount(self._label[self.cost != 0], minlength=len(self._bounds))
        loose = np.flatnonzero((self._gap() != 0) & (count > 0))
        column = np.flatnonzero((self.cost != 0) & np.isin(self._label, loose))
        return len(loose), np.searchsorted(loose, self._label[column]), column, self._values()[loose]
