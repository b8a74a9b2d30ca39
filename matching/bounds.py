"""What nothing can beat: exact bounds from the prices of a relaxation, in whole numbers."""

from dataclasses import dataclass

import numpy as np

from matching.arcs import Ints
from matching.highs import Floats
from matching.program import NONE_ABOVE, NONE_BELOW, Program

# Prices of such programs are mostly fractions with small denominators; these scales make many of them whole.
_SCALES = (720720, 5040, 60, 1)
_ROOM = 2.0**61


@dataclass(frozen=True, slots=True)
class Priced:
    """A Lagrangian bound per component, times `scale`: exact whatever prices it came from, good if they were good.

    A point of the program with column j away from the bound that `reduced` prefers costs at least
    |reduced[j]| / scale more than the bound of j's component; the same holds of rows and `prices`.
    """

    scale: int
    bound: Ints  # (components,)
    reduced: Ints  # (columns,)
    prices: Ints  # (rows,)


def price(program: Program, cost: Ints, prices: Floats, label: Ints) -> Priced:
    """The bound that the prices of the rows give for each component; `label` is the component of each column."""
    usable = np.where(prices > 0, program.least != NONE_BELOW, program.most != NONE_ABOVE)
    wanted = np.where(usable, prices, 0.0)
    scale = _scale(program, cost, wanted)
    whole = np.rint(wanted * scale).astype(np.int64)
    reduced = cost * scale - program.rows.T @ whole
    columns = np.where(reduced > 0, program.lower, program.upper) * reduced
    rows = np.where(whole > 0, program.least, program.most)
    rows = np.where(whole == 0, 0, rows) * whole
    bound = np.zeros(int(label.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(bound, label, columns)
    np.add.at(bound, label_of_rows(program, label), rows)
    return Priced(scale, bound, reduced, whole)


def label_of_rows(program: Program, label: Ints) -> Ints:
    """The component of each row, which is that of its first column."""
    first: Ints = program.rows.indices[program.rows.indptr[:-1]]
    return label[first]


def _scale(program: Program, cost: Ints, prices: Floats) -> int:
    """The largest scale at which no sum comes near the end of 64 bits."""
    limits = np.where(prices > 0, program.least, program.most)
    rows = np.abs(np.where(prices == 0, 0, limits) * prices).sum()
    spread = np.maximum(np.abs(program.lower), np.abs(program.upper))
    columns = (np.abs(cost) * spread).sum() + (abs(program.rows).T @ np.abs(prices) * spread).sum()
    most = float(rows + columns) + 1.0
    return next(scale for scale in _SCALES if most * scale < _ROOM or scale == 1)


def ceiling(bound: Ints, scale: int) -> Ints:
    """The least whole values that are not under the bounds."""
    return -(-bound // scale)
