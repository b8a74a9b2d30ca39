"""The one door to HiGHS: relaxations and whole-number solutions of a program."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from highspy._core import _Highs  # highspy.Highs writes a banner to standard output as it is made
from numpy.typing import NDArray
from scipy import sparse

from matching.arcs import Ints
from matching.flow import Basis, basis
from matching.program import NONE_ABOVE, NONE_BELOW, Program

type Floats = NDArray[np.float64]

_TOLERANCE = 1e-6
_BROKEN = 1e-6  # by so much a row is broken; HiGHS keeps those that it has to a tenth of it
_NUDGE = 0.1  # of HiGHS' own perturbation of costs: all of it undoes much of the basis that one goes on from
_CLEAR = {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kTimeLimit}


class UnsettledError(Exception):
    """No optimum was found, mostly because the deadline came first."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The optimum of a relaxation: the point, the dual price of each row, and what the point costs."""

    x: Floats
    prices: Floats
    value: float

    @property
    def bound(self) -> int:
        """What no whole-number point costs less than."""
        return rounded_up(self.value)


@dataclass(frozen=True, slots=True)
class Whole:
    """What a search for the best whole-number point came to.

    `x` is the best point found, or None. Without `finished` the deadline came first; with it and without `x` there is no
    point at all. No point costs less than `bound`, None where that is not known; HiGHS' word, rounded the safe way.
    """

    x: Ints | None
    finished: bool
    bound: int | None


class Relaxation:
    """A relaxation that is solved again and again: it goes on from its last optimum when costs, limits or rows change.

    Implied rows are most of a round of many openings, and hardly one in a hundred of them is ever broken. So they are
    kept apart, and come in when an optimum breaks them.
    """

    def __init__(self, program: Program, cost: Ints) -> None:
        self._inside, self._apart = np.flatnonzero(~program.implied), np.flatnonzero(program.implied)  # numbers of rows
        self._waiting = program.of_rows(self._apart)
        self._count = len(program.most)
        begun = program.of_rows(self._inside)
        self._solver = _solver(begun, cost)
        self._solver.setOptionValue("dual_simplex_cost_perturbation_multiplier", _NUDGE)
        start = basis(begun, cost)
        if start is not None:
            self._solver.setBasis(_basis(start))
            self._solver.setOptionValue("presolve", "off")
        self._lower, self._upper = program.lower, program.upper
        self._held: Ints = np.zeros(0, dtype=np.int64)
        self._fresh = True

    def price(self, cost: Ints) -> None:
        """Let the columns cost so much."""
        every = np.arange(len(cost), dtype=np.int32)
        self._solver.changeColsCost(len(cost), every, cost.astype(np.float64))

    def limit(self, program: Program) -> None:
        """Take the limits of a program with the same columns and rows."""
        self._lower, self._upper = program.lower, program.upper
        every = np.arange(len(program.lower), dtype=np.int32)
        self._solver.changeColsBounds(len(every), every, program.lower.astype(np.float64), program.upper.astype(np.float64))
        every = np.arange(len(self._inside), dtype=np.int32)
        self._solver.changeRowsBounds(len(every), every, *_limits(program.least[self._inside], program.most[self._inside]))
        self._waiting = program.of_rows(self._apart)

    def hold(self, lower: Mapping[int, int], upper: Mapping[int, int]) -> None:
        """Narrow the limits of these columns, and give those that were held before their own limits back."""
        columns = np.union1d(self._held, [*lower, *upper]).astype(np.int32)
        least, most = self._lower[columns].astype(np.float64), self._upper[columns].astype(np.float64)
        for at, column in enumerate(columns.tolist()):
            least[at], most[at] = lower.get(column, least[at]), upper.get(column, most[at])
        self._solver.changeColsBounds(len(columns), columns, least, most)
        self._held = np.array([*lower, *upper], dtype=np.int64)

    def add(self, rows: sparse.csr_array, most: Ints) -> None:
        """Add rows that are at most so much."""
        self._add(self._count + np.arange(len(most)), rows, np.full(len(most), NONE_BELOW), most)
        self._count += len(most)

    def _add(self, numbers: Ints, rows: sparse.csr_array, least: Ints, most: Ints) -> None:
        starts, columns = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        self._solver.addRows(len(most), *_limits(least, most), rows.nnz, starts, columns, rows.data.astype(np.float64))
        self._inside = np.append(self._inside, numbers)

    def solve(self, deadline: float) -> Relaxed | None:
        """The optimum; None where there is no point. Raises UnsettledError, mostly because the deadline came first."""
        relaxed = self._solve(deadline)
        while relaxed is not None and self._take_in(relaxed.x):
            relaxed = self._solve(deadline)
        return relaxed

    def _take_in(self, x: Floats) -> bool:
        """Add the implied rows that x breaks; whether there are any."""
        waiting = self._waiting
        reached = waiting.rows @ x
        broken = (reached < waiting.least - _BROKEN) | (reached > waiting.most + _BROKEN)
        if not broken.any():
            return False
        more = waiting.of_rows(np.flatnonzero(broken))
        self._add(self._apart[broken], more.rows, more.least, more.most)
        self._apart, self._waiting = self._apart[~broken], waiting.of_rows(np.flatnonzero(~broken))
        return True

    def _solve(self, deadline: float) -> Relaxed | None:
        left = deadline - time.monotonic()
        limit = self._solver.getRunTime() + max(left, 0.0) if np.isfinite(left) else np.inf
        self._solver.setOptionValue("time_limit", limit)
        self._solver.run()
        if self._fresh:
            self._solver.setOptionValue("presolve", "off")  # from here on the last basis is worth more
            self._fresh = False
        status = self._solver.getModelStatus()
        if status not in _CLEAR:  # the last basis can be too poor to go on from
            status = self._afresh()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise UnsettledError
        solution = self._solver.getSolution()
        value = self._solver.getInfo().objective_function_value
        prices = np.zeros(self._count)
        prices[self._inside] = solution.row_dual
        return Relaxed(np.array(solution.col_value), prices, value)

    def _afresh(self) -> Any:
        self._solver.clearSolver()
        self._solver.run()
        return self._solver.getModelStatus()


def search(program: Program, cost: Ints, deadline: float) -> Whole:
    """Minimise the cost over the whole-number points.

    HiGHS 1.16 is given no point to begin with: where presolve changes it, the objective that HiGHS then believes in is wrong.
    """
    solver = _solver(program, cost, whole=True)
    left = deadline - time.monotonic()
    solver.setOptionValue("time_limit", max(left, 0.0) if np.isfinite(left) else np.inf)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Whole(None, finished=True, bound=None)
    info = solver.getInfo()
    found = None
    if info.primal_solution_status == highspy.kSolutionStatusFeasible:
        rounded = np.rint(np.array(solver.getSolution().col_value)).astype(np.int64)
        found = rounded if program.holds(rounded) else None
    finished = status == highspy.HighsModelStatus.kOptimal and found is not None
    return Whole(found, finished=finished, bound=rounded_up(info.mip_dual_bound) if np.isfinite(info.mip_dual_bound) else None)


def rounded_up(bound: float) -> int:
    """The least whole number that is not under the bound."""
    return math.ceil(bound - tolerance(bound))


def tolerance(value: float) -> float:
    """What HiGHS' own arithmetic may be off by at so large a value."""
    return _TOLERANCE * max(1.0, abs(value) * 1e-6)


def _solver(program: Program, cost: Ints, *, whole: bool = False) -> Any:
    solver = _Highs()
    options = {
        "output_flag": False,
        "threads": 1,  # the same answer on machines with more or fewer cores
        "random_seed": 1,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,  # HiGHS sees for itself that sums are whole
    }
    for option, value in options.items():
        solver.setOptionValue(option, value)
    solver.passModel(_model(program, cost, whole=whole))
    return solver


def _model(program: Program, cost: Ints, *, whole: bool) -> Any:
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = program.rows.shape
    model.col_cost_ = cost.astype(np.float64)
    model.col_lower_ = program.lower.astype(np.float64)
    model.col_upper_ = program.upper.astype(np.float64)
    model.row_lower_, model.row_upper_ = _limits(program.least, program.most)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = program.rows.indptr.astype(np.int32)
    model.a_matrix_.index_ = program.rows.indices.astype(np.int32)
    model.a_matrix_.value_ = program.rows.data.astype(np.float64)
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    return model


_STATUS = [highspy.HighsBasisStatus.kLower, highspy.HighsBasisStatus.kBasic, highspy.HighsBasisStatus.kUpper]


def _basis(start: Basis) -> Any:
    """The basis as HiGHS has it."""
    basis_ = highspy.HighsBasis()
    basis_.col_status = [_STATUS[at] for at in start.columns.tolist()]
    basis_.row_status = [_STATUS[at] for at in start.rows.tolist()]
    basis_.valid = True
    return basis_


def _limits(least: Ints, most: Ints) -> tuple[Floats, Floats]:
    """The limits of rows as HiGHS has them."""
    below = np.where(least == NONE_BELOW, -np.inf, least.astype(np.float64))
    return below, np.where(most == NONE_ABOVE, np.inf, most.astype(np.float64))
