"""Certificates: prices of rows that prove a result's bounds to anyone who can add up whole numbers.

They are made afterwards, from the result alone, whoever found it and how: nothing that `verify` would have to believe is
taken from the solver. For each part of each level a relaxation of what is left of the round gives the prices; where it is
half and half, cuts are added (`cuts`), and what these leave open is branched, component by component. A level that is not
proven so ends the work: it gets no certificate, and none after it. The form is told in docs/matching/verify.md.
"""

import math
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import sparse

from matching.arcs import Ints
from matching.cuts import WHOLE, Rows, halves
from matching.highs import Floats, Relaxation, Relaxed, UnsettledError
from matching.problem import Instance
from matching.program import NONE_ABOVE, NONE_BELOW, Program
from matching.result import Level, Result
from matching.verify.certificate import TYPE, Leaf, Step, cut_name, leaf_of, steps_of, take_leaves
from matching.verify.face import Bounded, Face, Numbers
from matching.verify.model import Model
from matching.verify.rules import Seated

_SCALES = (1, 2, 12, 60, 5040, 720720)  # prices are mostly fractions with small denominators
_NEAR = 1e-5  # how far a price times the scale may be from a whole number
_CUTS = 3_000  # in one step
_EFFORT = 200_000  # columns in all nodes of a tree together
_FAR = 10**6  # how far a row may be broken

type Json = dict[str, Any]


def certify(instance: Instance, result: Result, time_limit: float | None = None) -> Result:
    """The result with a certificate for each level, as far as can be proven in `time_limit` seconds.

    `result` is one that holds; only under `optimal` is anything proven. Takes one to three times as long as solving did.
    """
    if result.policy != "optimal":
        return result
    work = _Work(Seated(instance, result), math.inf if time_limit is None else time.monotonic() + time_limit)
    levels: list[Level] = []
    for level in result.levels:
        steps = work.steps(level) if level.proven else None
        if steps is None:
            break
        levels.append(replace(level, certificate={"type": TYPE, "steps": steps}))
    return replace(result, levels=(*levels, *result.levels[len(levels) :]))


class _Work:
    """The levels of one result, proven one after the other."""

    def __init__(self, seated: Seated, deadline: float) -> None:
        self._model = Model(seated)
        self._face = Face.of(self._model)
        self._point = _point(self._model)
        self._deadline = deadline

    def steps(self, level: Level) -> list[Json] | None:
        """What proves each part of the level; None where something is not proven."""
        steps = []
        for part in steps_of(self._model, level):
            try:
                step = self._proven(part)
            except UnsettledError:
                return None
            if step is None:
                return None
            steps.append(step)
        return steps

    def _proven(self, step: Step) -> Json | None:
        """Find prices that prove the step, and narrow the face to it; None where none are found."""
        face, goal = self._face, step.value - self._face.given(step.cost)
        if not face.upper:
            return {"scale": 1, "prices": {}} if goal == 0 else None
        program, cost = _program(face), _on_columns(face, step.cost)
        relaxation = Relaxation(program, cost)
        cuts: list[Json] = []
        while True:
            relaxed = relaxation.solve(self._deadline)
            if relaxed is None:
                return None
            scale, prices = _whole(program, face, relaxed.prices)
            found = face.bounded(step.cost, goal, scale, prices)
            added = halves(program, relaxed.x) if found.whole < goal and len(cuts) < _CUTS else None
            if added is None:
                break
            cuts += _add(face, self._model.names, step.name, len(cuts), added)
            relaxation.add(added.rows, added.most)
            program = program.with_rows(added.rows, np.full(len(added.most), NONE_BELOW), added.most)
        trees = self._trees(step.cost, found) if found.whole < goal else []
        if found.whole < goal:
            return None
        face.hold(step.name, step.cost, found)
        return {"scale": scale, "prices": prices} | ({"cuts": cuts} if cuts else {}) | ({"trees": trees} if trees else {})

    def _trees(self, cost: Numbers, found: Bounded) -> list[Json]:
        """A tree for each component in which the result costs more than the prices prove, where one is found."""
        inside: dict[int, set[int]] = defaultdict(set)
        for column, component in found.label.items():
            inside[component].add(column)
        trees = []
        for component, columns in inside.items():
            goal = sum(cost.get(column, 0) * self._point[column] for column in columns)
            if found.floor(component) < goal:
                search = _Tree(self._model.names, cost, goal, self._deadline)
                tree = search.of(self._face.part(columns))
                if tree is None:
                    return []
                take_leaves(found, component, search.leaves)
                trees.append({"of": self._model.names[component], "tree": tree})
        return trees


class _Tree:
    """A search that proves what one component costs at least, and that all else costs more."""

    def __init__(self, names: Sequence[str], cost: Numbers, goal: int, deadline: float) -> None:
        self.leaves: list[Leaf] = []
        self._names = names
        self._cost = cost
        self._goal = goal
        self._deadline = deadline
        self._left = _EFFORT

    def of(self, face: Face) -> Json | None:
        """The tree of a part; None where none was found."""
        self._left -= len(face.upper)
        if face.is_empty or not face.upper:
            self.leaves += [] if face.is_empty else [leaf_of(face, self._cost, 1, {})]
            return {"scale": 1, "prices": {}}
        relaxed, scale, prices = self._priced(face)
        leaf = leaf_of(face, self._cost, scale, prices)
        column, broken = _most_broken(face, relaxed.x)
        if leaf.bound > self._goal or (leaf.bound == self._goal and (not broken or self._left < 0)):
            self.leaves.append(leaf)
            return {"scale": scale, "prices": prices}
        return self._branched(face, column) if column is not None and self._left >= 0 else None

    def _priced(self, face: Face) -> tuple[Relaxed, int, dict[str, int]]:
        program, cost = _program(face), _on_columns(face, self._cost)
        relaxed = Relaxation(program, cost).solve(self._deadline)
        if relaxed is None:
            program, cost = _elastic(program, cost)
            relaxed = Relaxation(program, cost).solve(self._deadline)
        if relaxed is None:
            raise UnsettledError
        return relaxed, *_whole(program, face, relaxed.prices)

    def _branched(self, face: Face, column: int) -> Json | None:
        """Both values of a column."""
        one = self.of(face.with_(column, 1))
        zero = self.of(face.with_(column, 0)) if one is not None else None
        return None if one is None or zero is None else {"at": self._names[column], "zero": zero, "one": one}


def _most_broken(face: Face, x: Floats) -> tuple[int | None, bool]:
    """The column between 0 and 1 that is most half and half, and whether it is so at all."""
    half = {column: abs(each - 0.5) for (column, upper), each in zip(face.upper.items(), x, strict=False) if upper == 1}
    column = min(half, key=half.__getitem__, default=None)
    return column, column is not None and half[column] <= 0.5 - WHOLE


def _elastic(program: Program, cost: Ints) -> tuple[Program, Ints]:
    """A program without points made one with some: every row may be broken, at a price that no point is worth."""
    rows = len(program.most)
    break_ = sparse.eye_array(rows, dtype=np.int64)
    upper = np.concatenate([program.upper, np.full(2 * rows, _FAR)])
    dear = 100 * (int(np.abs(cost) @ program.upper) + 1)
    wide = replace(
        program,
        lower=np.zeros(len(upper), dtype=np.int64),
        upper=upper,
        rows=sparse.csr_array(sparse.hstack([program.rows, break_, -break_])),
        decides=np.zeros(len(upper), dtype=bool),
    )
    return wide, np.concatenate([cost, np.full(2 * rows, dear)])


def _point(model: Model) -> dict[int, int]:
    """The result as a point of the model."""
    where, point = model.seated.where, dict.fromkeys(range(len(model.names)), 0)
    for column, takes in enumerate(model.takes):
        if takes and all(where.get(one, ("", ""))[0] == place for one, place in takes):
            kinds = sorted(where[one][1] for one, _ in takes)
            point[column] = int(model.names[column] == "/".join([*(one for one, _ in takes), takes[0][1], *kinds]))
    for column, name in enumerate(model.names):
        kind, *of = name.split("/")
        if kind == "short" and len(of) == 1:
            row = model.rows[f"reserve/{of[0]}"]
            there = sum(factor * point[one] for one, factor in row.entries.items() if one != column)
            point[column] = max(0, (row.least or 0) - there)
    return point


def _on_columns(face: Face, cost: Numbers) -> Ints:
    return np.array([cost.get(column, 0) for column in face.upper], dtype=np.int64)


def _program(face: Face) -> Program:
    """The face as arrays, columns and rows in its order."""
    at = {column: number for number, column in enumerate(face.upper)}
    row = np.repeat(np.arange(len(face.rows)), [len(one.entries) for one in face.rows.values()])
    column = np.array([at[one] for row_ in face.rows.values() for one in row_.entries], dtype=np.int64)
    factor = np.array([one for row_ in face.rows.values() for one in row_.entries.values()], dtype=np.int64)
    upper = np.array([*face.upper.values()], dtype=np.int64)
    return Program(
        lower=np.zeros(len(upper), dtype=np.int64),
        upper=upper,
        rows=sparse.csr_array(sparse.coo_array((factor, (row, column)), shape=(len(face.rows), len(upper)))),
        least=np.array([NONE_BELOW if one.least is None else one.least for one in face.rows.values()], dtype=np.int64),
        most=np.array([NONE_ABOVE if one.most is None else one.most for one in face.rows.values()], dtype=np.int64),
        decides=np.zeros(len(upper), dtype=bool),
        implied=np.zeros(len(face.rows), dtype=bool),
    )


def _whole(program: Program, face: Face, prices: Floats) -> tuple[int, dict[str, int]]:
    """The prices as whole numbers, and their scale: the least one that fits them, else the largest."""
    usable = np.where(prices > 0, program.least != NONE_BELOW, program.most != NONE_ABOVE)
    wanted = np.where(usable, prices, 0.0)
    scale = next((one for one in _SCALES if np.abs(wanted * one - np.rint(wanted * one)).max(initial=0.0) < _NEAR), _SCALES[-1])
    whole = np.rint(wanted * scale).astype(np.int64).tolist()
    return scale, {name: price for name, price in zip(face.rows, whole, strict=True) if price}


def _add(face: Face, all_names: Sequence[str], step: str, start: int, added: Rows) -> Iterator[Json]:
    """Add cuts to the face; yields each as a certificate tells it."""
    names, columns = [*face.rows], [*face.upper]
    for number, (of, full) in enumerate(zip(_entries(added.sums), _entries(added.full), strict=True), start=start):
        rows = {names[row]: times for row, times in of}
        limits = [all_names[columns[column]] for column, _ in full]
        face.add_cut(cut_name(step, number), rows, limits)
        yield {"rows": rows, "full": limits}


def _entries(rows: sparse.csr_array) -> Iterator[list[tuple[int, int]]]:
    for start, end in pairwise(rows.indptr.tolist()):
        yield [*zip(rows.indices[start:end].tolist(), rows.data[start:end].tolist(), strict=True)]
