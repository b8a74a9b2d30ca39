"""The basis that a relaxation begins with: where the whole is a flow nothing is left to do, and no optimum is another."""

import time

import numpy as np
import pytest
from scipy.optimize import linprog

from matching.arcs import Ints
from matching.flow import basis
from matching.generate import generate
from matching.highs import Relaxation
from matching.problem import canonical
from matching.program import NONE_ABOVE, NONE_BELOW, Program
from matching.solve import Run


def rounds(family: str, candidates: int, seed: int) -> tuple[Program, list[Ints]]:
    """The program of a made-up round, and the cost of every sum."""
    drawn = canonical(generate(family, candidates, seed))
    program, _, _, sums = Run(drawn, drawn.objective, time.monotonic(), None).whole()
    return program, [cost for _, cost in sums]


def least(program: Program, cost: Ints) -> float:
    """The optimum by another way in: from nothing, by scipy."""
    below = np.where(program.least == NONE_BELOW, -np.inf, program.least)
    above = np.where(program.most == NONE_ABOVE, np.inf, program.most)
    has_upper, has_lower, rows = np.isfinite(above), np.isfinite(below), program.rows.toarray()
    found = linprog(
        cost,
        A_ub=np.vstack([rows[has_upper], -rows[has_lower]]),
        b_ub=np.append(above[has_upper], -below[has_lower]),
        bounds=np.column_stack([program.lower, program.upper]),
    )
    return float(found.fun)


@pytest.mark.parametrize("family", ["easy", "scarce", "school"])
def test_where_the_round_is_a_flow_its_basis_is_the_optimum(family: str) -> None:
    program, costs = rounds(family, 300, 1)
    for cost in (*costs, 100 * costs[0] + costs[3]):
        relaxation = Relaxation(program, cost)
        told = relaxation.solve(np.inf)
        assert told is not None
        assert relaxation._solver.getInfo().simplex_iteration_count == 0
        assert (told.x == np.rint(told.x)).all()


@pytest.mark.parametrize("family", ["fighting", "mixed", "region", "hard"])
def test_the_optimum_is_that_of_the_relaxation_whatever_it_begins_with(family: str) -> None:
    for seed in range(3):
        program, costs = rounds(family, 40, seed)
        for cost in costs:
            told = Relaxation(program, cost).solve(np.inf)
            assert told is not None
            assert told.value == pytest.approx(least(program, cost)), seed


def test_numbers_that_are_too_large_for_a_flow_begin_with_nothing() -> None:
    program, costs = rounds("easy", 30, 1)
    assert basis(program, costs[0] * 2**60) is None
