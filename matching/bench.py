"""Measure the solver beside HiGHS given the whole round at once: `python -m matching.bench [--candidates N]`.

HiGHS gets all levels before the lottery in one weighted sum, each far before the next, and the same rows as the solver;
the solver decides the same levels one by one. Both times are of one run, one after the other on the same machine, so
their ratio says more than they do. The values must be equal where both are proven.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from matching.arcs import Arcs, Ints, arcs_of, possible, seats_of
from matching.generate import FAMILIES, generate
from matching.highs import search
from matching.problem import Instance, canonical
from matching.program import program_of
from matching.solve import solve

_LEVELS = ("class:0", "reserves", "placed", "ranks")


@dataclass(frozen=True, slots=True)
class Measured:
    """One family: seconds of processor time of the solver and of HiGHS, and the level values of both (None where not proven)."""

    family: str
    solver: float
    highs: float
    ours: list[int] | None
    theirs: list[int] | None


def measure(family: str, candidates: int, limit: float) -> Measured:
    """Run both once on a round of the family; `limit` is in seconds, for each of them."""
    instance = canonical(replace(generate(family, candidates, 1), objective=_LEVELS))
    started = time.process_time()
    result = solve(instance, time_limit=limit)
    between = time.process_time()
    theirs = _whole(instance, time.monotonic() + limit)
    seconds = between - started, time.process_time() - between
    ours = [value for level in result.levels if level.proven and isinstance(value := level.value, int)]
    return Measured(family, *seconds, ours if len(ours) == len(_LEVELS) else None, theirs)


def _whole(instance: Instance, deadline: float) -> list[int] | None:
    """The values HiGHS finds for all levels in one sum; None when it does not finish."""
    seats = seats_of(instance)
    arcs = possible(instance, arcs_of(instance), seats)
    program, takes = program_of(instance, arcs, seats, reserves=True)
    on_arcs = _on_arcs(instance, arcs)
    costs = [_short(instance, takes) if cost is None else takes.T @ cost for cost in on_arcs]
    most_short = int(program.upper[len(program.upper) - len(instance.reserves) :].sum())
    blend = _blend(costs, [1 + (most_short if cost is None else _span(cost, arcs)) for cost in on_arcs])
    found = None if blend is None else search(program, blend, deadline)
    if found is None or found.x is None or not found.finished:
        return None
    return [abs(int(cost @ found.x)) for cost in costs]


def _on_arcs(instance: Instance, arcs: Arcs) -> list[Ints | None]:
    """What each level costs on the arcs; the reserves are not on them."""
    mandatory = np.array([one.class_ == 0 for one in instance.candidates])[arcs.candidate]
    return [-mandatory.astype(np.int64), None, np.full(len(arcs), -1, dtype=np.int64), arcs.rank]


def _short(instance: Instance, takes: sparse.csr_array) -> Ints:
    short = np.zeros(takes.shape[1], dtype=np.int64)
    short[len(short) - len(instance.reserves) :] = 1
    return short


def _span(cost: Ints, arcs: Arcs) -> int:
    """How much the costs of two points can differ: everybody has at most one seat."""
    dearest = np.zeros(int(arcs.candidate.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(dearest, arcs.candidate, np.abs(cost))
    return int(dearest.sum())


def _blend(costs: list[Ints], spans: list[int]) -> Ints | None:
    """All costs in one, each level's smallest step larger than all the next can sum up to; None when too large for doubles."""
    blend, weight = np.zeros_like(costs[0]), 1
    for cost, span in zip(reversed(costs), reversed(spans), strict=True):
        if weight * span > 2**53:
            return None
        blend += weight * cost
        weight *= span
    return blend


def report(candidates: int, limit: float) -> Iterator[str]:
    """A line for each family; the draw that makes the solver's result unique is in its time."""
    yield f"{'family':<10}{'solver s':>10}{'HiGHS s':>10}{'ratio':>8}  values"
    for family in FAMILIES:
        one = measure(family, candidates, limit)
        if one.ours and one.theirs:
            agreed = "agree" if one.ours == one.theirs else f"DIFFER: {one.ours} and {one.theirs}"
        else:
            agreed = f"not proven: {'' if one.ours else 'solver '}{'' if one.theirs else 'HiGHS'}"
        yield f"{family:<10}{one.solver:>10.2f}{one.highs:>10.2f}{one.solver / one.highs:>8.2f}  {agreed}"


def main() -> None:
    """Print the report, family by family."""
    parser = argparse.ArgumentParser(prog="python -m matching.bench", description="Measure the solver beside HiGHS.")
    parser.add_argument("--candidates", type=int, default=500, help="of each family (500)")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for each run (60)")
    options = parser.parse_args()
    for line in report(options.candidates, options.limit):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
