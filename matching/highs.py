"""The one door to HiGHS: relaxations and whole-number solutions of a program."""

import time
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from highspy._core import _Highs  # highspy.Highs writes a banner to standard output as it is made
from numpy.typing import NDArray

from matching.arcs import Ints
from matching.program import NONE_ABOVE, NONE_BELOW, Program

type Floats = NDArray[np.float64]


class UnsettledError(Exception):
    """No optimum was found, mostly because the deadline came first."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The optimum of a relaxation: the point, and the dual price of each row."""

    x: Floats
    prices: Floats


@dataclass(frozen=True, slots=True)
class Whole:
    """What a search for the best whole-number point came to.

    `x` is the best point found, or None. Without `finished` the deadline came first; with it, `x` is best, or nothing is.
    """

    x: Ints | None
    finished: bool
    bound: float


def relax(program: Program, cost: Ints, deadline: float) -> Relaxed:
    """Minimise the cost over the relaxation of a program that has points. Raises UnsettledError."""
    solver = _solver(program, cost, deadline)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise UnsettledError
    solution = solver.getSolution()
    return Relaxed(np.array(solution.col_value), np.array(solution.row_dual))


def search(program: Program, cost: Ints, deadline: float, start: Ints | None = None) -> Whole:
    """Minimise the cost over the whole-number points; `start` is one of them, to begin with."""
    solver = _solver(program, cost, deadline, whole=True)
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = start.astype(np.float64)
        known.value_valid = True
        solver.setSolution(known)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Whole(None, finished=True, bound=np.inf)
    info = solver.getInfo()
    found = None
    if info.primal_solution_status == highspy.kSolutionStatusFeasible:
        rounded = np.rint(np.array(solver.getSolution().col_value)).astype(np.int64)
        found = rounded if program.holds(rounded) else None
    finished = status == highspy.HighsModelStatus.kOptimal and found is not None
    return Whole(found, finished=finished, bound=info.mip_dual_bound)


def _solver(program: Program, cost: Ints, deadline: float, *, whole: bool = False) -> Any:
    solver = _Highs()
    options = {
        "output_flag": False,
        "threads": 1,  # the same answer on machines with more or fewer cores
        "random_seed": 1,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.99,  # sums are whole: what is less than one under the value is the value
    }
    left = deadline - time.monotonic()
    if np.isfinite(left):
        options["time_limit"] = max(left, 0.0)
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
    model.row_lower_ = np.where(program.least == NONE_BELOW, -np.inf, program.least.astype(np.float64))
    model.row_upper_ = np.where(program.most == NONE_ABOVE, np.inf, program.most.astype(np.float64))
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = program.rows.indptr.astype(np.int32)
    model.a_matrix_.index_ = program.rows.indices.astype(np.int32)
    model.a_matrix_.value_ = program.rows.data.astype(np.float64)
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    return model
