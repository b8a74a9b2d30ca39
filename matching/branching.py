"""A search tree over relaxations: for programs too large for a general solver, where almost all is decided by the relaxation.

What has to be decided are openings and pairs; with those whole, the rest is mostly a flow, and whole by itself. So the
tree branches on them first, upwards first, and deep before wide: good points come early, and each step goes on from the
last optimum.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil, floor

import numpy as np

from matching.arcs import Ints
from matching.cuts import WHOLE, halves
from matching.highs import Floats, Relaxation, Relaxed, UnsettledError, Whole, tolerance
from matching.program import NONE_BELOW, Program

_ROUNDS = 30  # of looking for cuts, at the root
_OFTEN = 1.0  # seconds between two words of how far a search is

type Tell = Callable[[int, int], None]
"""Hears the value of the best point so far, and what no point is under."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A part of the tree: what is narrowed, and what no point in it is under."""

    bound: int
    lower: Mapping[int, int] = field(default_factory=dict)
    upper: Mapping[int, int] = field(default_factory=dict)


class Tree:
    """The search of one program for the least cost, with a relaxation that stands at its root."""

    def __init__(self, program: Program, cost: Ints, relaxation: Relaxation, tell: Tell | None = None) -> None:
        self.program = program  # with the cuts that were found, which all points keep
        self._tell = tell
        self._told = time.monotonic()
        self.cost = cost
        self._relaxation = relaxation

    def root(self, value: int, deadline: float) -> Relaxed:
        """The relaxation, with cuts for as long as it is under the value of a known point. Raises UnsettledError."""
        relaxed = self._relaxation.solve(deadline)
        for _ in range(_ROUNDS):
            if relaxed is None or relaxed.value >= value - tolerance(value) or not self._cut(relaxed.x):
                break
            relaxed = self._relaxation.solve(deadline)
        if relaxed is None:
            raise UnsettledError
        return relaxed

    def _cut(self, x: Floats) -> bool:
        """Add the rows that x breaks; whether there are any."""
        found = halves(self.program, x)
        if found is None:
            return False
        self._relaxation.add(found.rows, found.most)
        self.program = self.program.with_rows(found.rows, np.full(len(found.most), NONE_BELOW), found.most)
        return True

    def dive(self, relaxed: Relaxed, deadline: float) -> Ints | None:
        """A point near the relaxation, None where none is found: what is broken is rounded up, a third of it at a time."""
        lower: dict[int, int] = {}
        upper: dict[int, int] = {}
        point = None
        while (at := self._broken(relaxed.x)) is not None and time.monotonic() < deadline:
            try:
                further = self._rounded(at, relaxed.x, lower, upper, deadline)
            except UnsettledError:
                break
            if further is None:
                break
            relaxed = further
        else:
            point = self._whole(relaxed.x)
        self._relaxation.hold({}, {})
        return point

    def _rounded(self, at: Ints, x: Floats, lower: dict[int, int], upper: dict[int, int], deadline: float) -> Relaxed | None:
        """The relaxation with the first third of these columns rounded up, or as many as can be, else the first one down."""
        many = (len(at) + 2) // 3
        while many > 0:
            up = {column: ceil(x[column]) for column in at[:many].tolist()}
            self._relaxation.hold({**lower, **up}, upper)
            relaxed = self._relaxation.solve(deadline)
            if relaxed is not None:
                lower |= up
                return relaxed
            many //= 3
        upper[int(at[0])] = floor(x[at[0]])
        self._relaxation.hold(lower, upper)
        return self._relaxation.solve(deadline)

    def search(self, value: int | None, least: int, deadline: float, nodes: int) -> Whole:
        """The best point that costs less than `value`; nothing can cost less than `least`. Stops after so many nodes."""
        best, left = None, [_Node(least)]
        while left and nodes > 0 and time.monotonic() < deadline:
            self._tell_now_and_then(value, left)
            node = left.pop()
            nodes -= 1
            if value is not None and node.bound >= value:
                continue
            try:
                point, halves_ = self._looked_at(node, value, deadline)
            except UnsettledError:
                left.append(node)
                break
            left += halves_
            if point is not None:
                best, value = point, int(self.cost @ point)
                left = left if value > least else []
        self._relaxation.hold({}, {})
        bounds = [node.bound for node in left] + ([] if value is None else [value])
        return Whole(best, finished=not left, bound=min(bounds, default=None))

    def _tell_now_and_then(self, value: int | None, left: list[_Node]) -> None:
        if self._tell is not None and value is not None and time.monotonic() > self._told + _OFTEN:
            self._told = time.monotonic()
            self._tell(value, min(value, *(node.bound for node in left)))

    def _looked_at(self, node: _Node, value: int | None, deadline: float) -> tuple[Ints | None, list[_Node]]:
        """The node's best point where its relaxation is one, else its halves; neither where nothing in it is better."""
        relaxed = self._at(node, deadline)
        if relaxed is None or (value is not None and relaxed.bound >= value):
            return None, []
        point = self._whole(relaxed.x)
        return point, [] if point is not None else list(self._halves(node, relaxed))

    def _at(self, node: _Node, deadline: float) -> Relaxed | None:
        self._relaxation.hold(node.lower, node.upper)
        relaxed = self._relaxation.solve(deadline)
        if relaxed is not None and self._cut(relaxed.x):
            relaxed = self._relaxation.solve(deadline)
        return relaxed

    def _whole(self, x: Floats) -> Ints | None:
        """The point when it is one."""
        rounded = np.rint(x).astype(np.int64)
        if np.abs(x - rounded).max(initial=0.0) > WHOLE:
            return None
        return rounded if self.program.holds(rounded) else None

    def _halves(self, node: _Node, relaxed: Relaxed) -> Iterator[_Node]:
        """The node without the values between two whole numbers of one column; the half to begin with comes last."""
        broken = self._broken(relaxed.x)
        if broken is None:  # whole, and yet not a point: the arithmetic is not exact enough here
            raise UnsettledError
        column = int(broken[0])
        below, above = floor(relaxed.x[column]), ceil(relaxed.x[column])
        bound = max(node.bound, relaxed.bound)
        yield _Node(bound, node.lower, {**node.upper, column: below})
        yield _Node(bound, {**node.lower, column: above}, node.upper)

    def _broken(self, x: Floats) -> Ints | None:
        """The columns between two whole numbers, what decides before all others, the nearest to the upper one first."""
        broken = np.flatnonzero(np.abs(x - np.rint(x)) > WHOLE)
        if len(broken) == 0:
            return None
        first = broken[self.program.decides[broken]]
        at = first if len(first) else broken
        ordered: Ints = at[np.argsort(np.floor(x[at]) - x[at], kind="stable")]
        return ordered
