"""The one door to HiGHS: relaxations and whole-number solutions of a program."""

import math
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

_TOLERANCE = 1e-6  # what HiGHS' own arithmetic may be off by


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

    `x` is the best point found, or None. Without `finished` the deadline came first; with it and without `x` there is no
    point at all. No point costs less than `bound`, None where that is not known; HiGHS' word, rounded the safe way.
    """

    x: Ints | None
    finished: bool
    bound: int | None


def relax(program: Program, cost: Ints, deadline: float) -> Relaxed:
    """Minimise the cost over the relaxation of a program that has points. Raises UnsettledError."""
    solver = _solver(program, cost, deadline)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise UnsettledError
    solution = solver.getSolution()
    return Relaxed(np.array(solution.col_value), np.array(solution.row_dual))


def search(program: Program, cost: Ints, deadline: float) -> Whole:
    """Minimise the cost over the whole-number points.

    HiGHS 1.16 is given no point to begin with: where presolve changes it, the objective that HiGHS then believes in is wrong.
    """
    solver = _solver(program, cost, deadline, whole=True)
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
    return Whole(found, finished=finished, bound=_rounded_up(info.mip_dual_bound))


def _rounded_up(bound: float) -> int | None:
    """The least whole number that is not under the bound, None where there is no bound."""
    return math.ceil(bound - _TOLERANCE) if np.isfinite(bound) else None


def _solver(program: Program, cost: Ints, deadline: float, *, whole: bool = False) -> Any:
    solver = _Highs()
    options = {
        "output_flag": False,
        "threads": 1,  # the same answer on machines with more or fewer cores
        "random_seed": 1,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,  # HiGHS sees for itself that sums are whole
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
