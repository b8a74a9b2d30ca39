"""Measure the solver beside others that get the same program: `python -m matching.bench FAMILY --candidates N`.

Each of them decides every level of the round, the draw to its end, in a process of its own, one after the other. They
begin with the same objects and build the same rows, openings and pairs of the solver's own program, so that what differs
is the search. HiGHS gets as many levels in one sum as doubles can tell apart (2^53), then the next with these held in
rows (`highs sums`); and each level apart (`highs levels`). CP-SAT gets each level apart, the point before as a hint.

What each came to is a line of JSON: the seconds of processor time and of the clock, the peak of memory, and each sum's
value and bound. A level's sum is always to be least, so that what is wanted most of is negative.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from ortools.sat.python import cp_model
from scipy import sparse

from matching.arcs import Ints
from matching.generate import FAMILIES, generate
from matching.highs import Whole, search
from matching.problem import Instance, canonical
from matching.program import NONE_ABOVE, NONE_BELOW, Program
from matching.solve import Run, solve

EXACT = 2**53  # sums that doubles tell apart


@dataclass(frozen=True, slots=True)
class Sum:
    """What came of one sum: the value that was found, and what no point is under."""

    level: str
    value: int | None
    bound: int | None

    @property
    def proven(self) -> bool:
        """Whether nothing better is possible."""
        return self.value is not None and self.value == self.bound


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. `seconds` are of the processor, `clock` of the clock; `sums` end with the first that is not proven."""

    who: str
    family: str
    candidates: int
    seed: int
    limit: float
    seconds: float
    clock: float
    peak_mib: int
    sums: tuple[Sum, ...]

    @property
    def proven(self) -> bool:
        """Whether every sum is, the draw's last one too."""
        return len(self.sums) > 0 and all(one.proven for one in self.sums)


def measure(who: str, family: str, candidates: int, limit: float, seed: int = 1) -> Measured:
    """Run one of `WHO` in a process of its own; `limit` is in seconds."""
    options = [family, "--candidates", str(candidates), "--limit", str(limit), "--seed", str(seed), "--who", who]
    told = subprocess.run([sys.executable, "-m", "matching.bench", *options], check=True, capture_output=True, text=True).stdout
    data = json.loads(told)
    return Measured(**{**data, "sums": tuple(Sum(**one) for one in data["sums"])})


def run(who: str, family: str, candidates: int, limit: float, seed: int) -> Measured:
    """Run one of `WHO` in this process."""
    instance = generate(family, candidates, seed)
    began, clock = time.process_time(), time.monotonic()
    sums = tuple(WHO[who](instance, limit))
    seconds, passed = time.process_time() - began, time.monotonic() - clock
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Measured(who, family, candidates, seed, limit, round(seconds, 2), round(passed, 2), peak, sums)


# --- the solver ---------------------------------------------------------------------------------------------------


def _ours(instance: Instance, limit: float) -> Iterator[Sum]:
    for level in solve(instance, time_limit=limit).levels:
        sign = -1 if level.level.startswith("class:") or level.level in {"placed", "kept"} else 1
        values = level.value if isinstance(level.value, list) else [level.value]
        bounds = level.bound if isinstance(level.bound, list) else [level.bound]
        for value, bound in zip(values, bounds, strict=True):
            yield Sum(level.level, sign * value, None if bound is None else sign * bound)


# --- HiGHS and CP-SAT ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Model:
    """The whole program, and the cost of every sum in its order."""

    program: Program
    names: list[str]
    costs: list[Ints]
    spans: list[int]  # how much the costs of two points can differ

    def held(self, at: int, value: int) -> "_Model":
        """The model in which one sum must not be worse than its value."""
        row, least, most = sparse.csr_array(self.costs[at][None]), np.array([NONE_BELOW]), np.array([value])
        return _Model(self.program.with_rows(row, least, most), self.names, self.costs, self.spans)


def _model(instance: Instance) -> _Model:
    program, takes, arcs, sums = Run(canonical(instance), instance.objective, time.monotonic(), None).whole()
    names, costs = [name for name, _ in sums], [cost for _, cost in sums]
    return _Model(program, names, costs, [_span(cost, takes, arcs.candidate, program) for cost in costs])


def _span(cost: Ints, takes: sparse.csr_array, candidate: Ints, program: Program) -> int:
    """Everybody has at most one seat, so a column counts for the first of those it takes; others by their limit."""
    taken, by = takes.tocoo().coords
    dearest = np.zeros(int(candidate.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(dearest, candidate[taken], np.abs(cost[by]))
    rest = np.ones(len(cost), dtype=bool)
    rest[by] = False
    return 1 + int(dearest.sum()) + int((np.abs(cost) * program.upper)[rest].sum())


def _highs_sums(instance: Instance, limit: float) -> Iterator[Sum]:
    """As many levels in one sum as doubles can tell apart, one after the other."""
    deadline = time.monotonic() + limit
    model, first = _model(instance), 0
    while first < len(model.costs):
        last, span = first + 1, model.spans[first]
        while last < len(model.costs) and span * model.spans[last] < EXACT:
            span, last = span * model.spans[last], last + 1
        blend = np.zeros_like(model.costs[0])
        for at in range(first, last):
            blend = blend * model.spans[at] + model.costs[at]
        found = search(model.program, blend, deadline)
        if not found.finished or found.x is None:
            yield _stopped(model, first, found, blend)
            return
        for at in range(first, last):
            value = int(model.costs[at] @ found.x)
            yield Sum(model.names[at], value, value)
            model = model.held(at, value)
        first = last


def _stopped(model: _Model, at: int, found: Whole, blend: Ints) -> Sum:
    """The first sum of a blend that was not proven; a bound of the blend is one of its first sum, give or take the rest."""
    value = None if found.x is None else int(model.costs[at] @ found.x)
    if blend is model.costs[at] or found.bound is None:
        return Sum(model.names[at], value, found.bound)
    return Sum(model.names[at], value, None)


def _highs_levels(instance: Instance, limit: float) -> Iterator[Sum]:
    """Each level apart, those before it held."""
    deadline, model = time.monotonic() + limit, _model(instance)
    for at, name in enumerate(model.names):
        found = search(model.program, model.costs[at], deadline)
        value = None if found.x is None else int(model.costs[at] @ found.x)
        yield Sum(name, value, value if found.finished else found.bound)
        if value is None or not found.finished:
            return
        model = model.held(at, value)


def _cp_sat(instance: Instance, limit: float) -> Iterator[Sum]:
    """Each level apart, those before it held, on two workers, each told the point before."""
    deadline, levels = time.monotonic() + limit, _model(instance)
    model, columns = _cp_model(levels.program)
    for name, cost in zip(levels.names, levels.costs, strict=True):
        total = cp_model.LinearExpr.weighted_sum(columns, cost.tolist())
        model.minimize(total)
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = max(deadline - time.monotonic(), 0.01)
        solver.parameters.num_workers = 2
        status = solver.solve(model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            yield Sum(name, None, None)
            return
        value = round(solver.objective_value)
        yield Sum(name, value, round(solver.best_objective_bound))
        if status != cp_model.OPTIMAL:
            return
        model.add(total == value)
        model.proto.clear_solution_hint()
        for column in columns:
            model.add_hint(column, solver.value(column))


def _cp_model(program: Program) -> tuple[cp_model.CpModel, list[Any]]:
    model = cp_model.CpModel()
    columns = [model.new_int_var(low, high, "") for low, high in zip(program.lower.tolist(), program.upper.tolist(), strict=True)]
    rows = program.rows
    for row, (least, most) in enumerate(zip(program.least.tolist(), program.most.tolist(), strict=True)):
        inside = slice(rows.indptr[row], rows.indptr[row + 1])
        total = cp_model.LinearExpr.weighted_sum([columns[at] for at in rows.indices[inside]], rows.data[inside].tolist())
        no_end = 2**40
        low, high = -no_end if least == NONE_BELOW else least, no_end if most == NONE_ABOVE else most
        model.add_linear_constraint(total, low, high)
    return model, columns


WHO = {"optimal": _ours, "highs sums": _highs_sums, "highs levels": _highs_levels, "cp-sat": _cp_sat}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what each came to, a line each."""
    parser = argparse.ArgumentParser(prog="python -m matching.bench", description="Measure the solver beside others.")
    parser.add_argument("family", choices=FAMILIES, help="what the round is made of")
    parser.add_argument("--candidates", type=int, default=500, help="how many (500)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same round (1)")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for each run (60)")
    parser.add_argument("--who", choices=WHO, help="only this one, in this process")
    options = parser.parse_args(arguments)
    about = options.family, options.candidates, options.limit, options.seed
    runs = [run(options.who, *about)] if options.who else (measure(who, *about) for who in WHO)
    for one in runs:
        sys.stdout.write(json.dumps(asdict(one)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
