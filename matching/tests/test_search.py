"""What the search for whole numbers rests on: rows that cut off halves and no point, and a tree whose word can be trusted."""

import random
import time
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import sparse

from matching.arcs import Ints, arcs_of, possible, seats_of
from matching.branching import Tree
from matching.cuts import halves
from matching.highs import Relaxation, search
from matching.problem import Candidate, Instance, Place, Seat
from matching.program import NONE_ABOVE, NONE_BELOW, Program, program_of

SOON = 60.0
ALL = 10**9


def drawn(rng: random.Random) -> Program:
    """A few columns and rows with small numbers; every point between the limits can be tried."""
    columns, rows = rng.randint(2, 8), rng.randint(1, 6)
    values = np.array([[rng.choice([0, 0, 1, 1, 2, -1]) for _ in range(columns)] for _ in range(rows)], dtype=np.int64)
    values[:, 0] = np.where(values.any(axis=1), values[:, 0], 1)
    most = np.array([rng.choice([0, 1, 1, 2, 3, 5, NONE_ABOVE]) for _ in range(rows)], dtype=np.int64)
    least = np.array([rng.choice([NONE_BELOW, NONE_BELOW, 0]) for _ in range(rows)], dtype=np.int64)
    upper = np.array([rng.choice([1, 1, 1, 2]) for _ in range(columns)], dtype=np.int64)
    lower = np.zeros(columns, dtype=np.int64)
    implied = np.array([rng.random() < 0.3 for _ in range(rows)])  # a relaxation may keep any row apart, if it looks at it
    return Program(lower, upper, sparse.csr_array(values), np.minimum(least, most), most, np.zeros(columns, dtype=bool), implied)


def points(program: Program) -> list[Ints]:
    spans = [range(low, high + 1) for low, high in zip(program.lower.tolist(), program.upper.tolist(), strict=True)]
    return [x for x in (np.array(one, dtype=np.int64) for one in product(*spans)) if program.holds(x)]


def test_a_dive_ends_at_a_point_or_at_none() -> None:
    found_in = 0
    for seed in range(300):
        rng = random.Random(seed)
        program = drawn(rng)
        cost = np.array([rng.randint(-9, 9) for _ in program.upper], dtype=np.int64)
        relaxation = Relaxation(program, cost)
        relaxed = relaxation.solve(time.monotonic() + SOON)
        if relaxed is None:
            continue
        point = Tree(program, cost, relaxation).dive(relaxed, time.monotonic() + SOON)
        again = relaxation.solve(time.monotonic() + SOON)
        assert again is not None
        assert abs(again.value - relaxed.value) < 1e-6, "it holds nothing when it is done"
        if point is not None:
            found_in += 1
            assert program.holds(point), seed
            assert cost @ point >= relaxed.bound, seed
    assert found_in > 150


@pytest.mark.slow
def test_the_rows_that_are_found_cut_off_the_relaxation_and_no_point() -> None:
    found_in = 0
    for seed in range(600):
        rng = random.Random(seed)
        program = drawn(rng)
        cost = np.array([rng.randint(-9, 9) for _ in program.upper], dtype=np.int64)
        relaxed = Relaxation(program, cost).solve(time.monotonic() + SOON)
        if relaxed is None or (found := halves(program, relaxed.x)) is None:
            continue
        found_in += 1
        assert (found.rows @ relaxed.x > found.most).all(), seed
        assert all((found.rows @ x <= found.most).all() for x in points(program)), seed
    assert found_in > 30


@pytest.mark.slow
def test_the_tree_finds_what_trying_everything_finds() -> None:
    for seed in range(300):
        rng = random.Random(seed)
        program = drawn(rng)
        cost = np.array([rng.randint(-9, 9) for _ in program.upper], dtype=np.int64)
        values = [int(cost @ x) for x in points(program)]
        found = Tree(program, cost, Relaxation(program, cost)).search(None, -(10**6), time.monotonic() + SOON, ALL)
        assert found.finished, seed
        assert (found.x is None) == (not values), seed
        if found.x is not None:
            assert program.holds(found.x)
            assert int(cost @ found.x) == found.bound == min(values), seed


@pytest.mark.slow
def test_a_tree_that_was_stopped_promises_no_more_than_it_knows() -> None:
    stopped = 0
    for seed in range(300):
        rng = random.Random(seed)
        program = drawn(rng)
        cost = np.array([rng.randint(-9, 9) for _ in program.upper], dtype=np.int64)
        values = [int(cost @ x) for x in points(program)]
        found = Tree(program, cost, Relaxation(program, cost)).search(None, -(10**6), time.monotonic() + SOON, 2)
        if not found.finished and values:
            stopped += 1
            assert found.bound is not None
            assert found.bound <= min(values), seed
    assert stopped


def test_a_relaxation_goes_on_after_every_change_as_if_it_were_new() -> None:
    for seed in range(100):
        rng = random.Random(seed)
        program = drawn(rng)
        relaxation = Relaxation(program, np.zeros(len(program.upper), dtype=np.int64))
        for _ in range(4):
            cost = np.array([rng.randint(-9, 9) for _ in program.upper], dtype=np.int64)
            held = {rng.randrange(len(cost)): 0}
            relaxation.price(cost)
            relaxation.hold({}, held)
            told = relaxation.solve(time.monotonic() + SOON)
            upper = program.upper.copy()
            upper[list(held)] = 0
            narrowed = replace(program, upper=upper)
            fresh = Relaxation(narrowed, cost).solve(time.monotonic() + SOON)
            assert (told is None) == (fresh is None), seed
            assert told is None or fresh is None or abs(told.value - fresh.value) < 1e-6, seed


def test_a_pair_is_one_column_and_does_not_fit_where_there_is_one_seat() -> None:
    pair = (
        Candidate("a", ("x",), (("one", "two"),), together="b"),
        Candidate("b", ("x",), (("two", "one"),), together="a"),
    )
    instance = Instance(1, ("placed",), pair, (Place("one", (Seat("k", 1),)), Place("two", (Seat("k", 2),))))
    seats = seats_of(instance)
    arcs = possible(instance, arcs_of(instance), seats)
    program, takes = program_of(instance, arcs, seats, reserves=False)
    assert takes.shape == (4, 2)
    assert sorted(program.upper.tolist()) == [0, 1]
    found = search(program, -np.asarray(takes.sum(axis=0)), time.monotonic() + SOON)
    assert found.x is not None
    assert takes @ found.x @ np.ones(4) == 2


def test_a_tandem_that_one_person_would_have_to_fill_alone_is_dropped() -> None:
    halves_ = (Seat("a", 1, 1), Seat("b", 1, 1))
    people = (Candidate("c", ("x",), (("t",),)),)
    instance = Instance(1, ("placed",), people, (Place("t", halves_),))
    assert len(arcs_of(instance)) == 2
    assert len(possible(instance, arcs_of(instance), seats_of(instance))) == 0
