"""Rows that every whole-number point keeps and a relaxation breaks, found where it is half and half.

Add some rows that x reaches, each as `a @ x <= b`, and for every column at 1 with an odd sum also its limit `x <= 1`.
If all sums are then even but b's is odd, half of it is a row whose right side can be rounded down: it takes half a unit
from the relaxation, and no whole-number point. Which rows to add is a question of linear algebra over two elements, in
each part of the relaxation that is not whole. (A. Caprara and M. Fischetti, {0, 1/2}-Chvatal-Gomory cuts, 1996.)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse

from matching.arcs import Flags, Ints
from matching.highs import Floats
from matching.program import Program

WHOLE = 1e-6
"""How far a relaxation's value may be from a whole number and still be one."""
_BROKEN = 1e-2  # how much a row must be broken to be of use
_WIDE = 1_000  # entries of a row that is not looked at: it would tie all parts together
_LONG = 400  # rows of a part; elimination takes the square of them


@dataclass(frozen=True, slots=True)
class Rows:
    """New rows of a program, `rows @ x <= most`, and what they are half of: sums of its rows and of its columns' limits."""

    rows: sparse.csr_array
    most: Ints
    sums: sparse.csr_array  # (new rows, rows): 1 for a row as at most so much, -1 as at least so much
    full: sparse.csr_array  # (new rows, columns): 1 for a column's upper limit

    def where(self, keep: Flags) -> Self:
        """The new rows for which `keep` holds."""
        return type(self)(self.rows[keep], self.most[keep], self.sums[keep], self.full[keep])


def halves(program: Program, x: Floats) -> Rows | None:
    """The rows found for the point of a relaxation; None where there are none."""
    whole = np.rint(x)
    broken = np.abs(x - whole) > WHOLE
    columns = np.flatnonzero(broken)
    if len(columns) == 0:
        return None
    tight, sign = _tight(program, x, columns)
    odd = program.rows[tight]
    odd.data %= 2
    odd.eliminate_zeros()
    sets = list(_sets(odd[:, columns], _parity(program, tight, sign, odd, np.where(broken, 0, whole))))
    if not sets:
        return None
    found = _halved(program, tight, sign, sets, whole)
    most_broken = found.rows @ x > found.most + _BROKEN
    return found.where(most_broken) if most_broken.any() else None


def _tight(program: Program, x: Floats, columns: Ints) -> tuple[Ints, Ints]:
    """The rows with one of the columns that x reaches, and 1 where it reaches the upper limit, -1 where the lower."""
    rows = program.rows
    touching = np.flatnonzero(np.diff(rows[:, columns].indptr))
    touching = touching[np.diff(rows.indptr)[touching] <= _WIDE]
    reached = rows[touching] @ x
    above = np.abs(reached - program.most[touching]) <= WHOLE
    below = np.abs(reached - program.least[touching]) <= WHOLE
    held = above | below
    return touching[held], np.where(above[held], 1, -1)


def _parity(program: Program, tight: Ints, sign: Ints, odd: sparse.csr_array, whole: Floats) -> Ints:
    """Whether the right side of each row is odd, once the limits of its odd columns that are at 1 are added."""
    limit = np.where(sign > 0, program.most[tight], program.least[tight])
    full = np.where(whole >= program.upper, program.upper, 0)
    parity: Ints = (limit + odd @ full) % 2
    return parity


def _sets(odd: sparse.csr_array, parity: Ints) -> Iterator[list[int]]:
    """Sets of rows whose sum is even in all columns and odd in parity, one part of the rows after the other."""
    count, label = sparse.csgraph.connected_components(sparse.csr_array(odd @ odd.T), directed=False)
    order = np.argsort(label, kind="stable")
    for part in np.split(order, np.cumsum(np.bincount(label, minlength=count))[:-1]):
        if len(part) <= _LONG and parity[part].any():
            rows = [sum(1 << column for column in odd.indices[odd.indptr[at] : odd.indptr[at + 1]].tolist()) for at in part]
            yield from ([int(part[at]) for at in some] for some in _odd_sums(rows, parity[part].tolist()))


def _odd_sums(rows: list[int], parity: list[int]) -> Iterator[list[int]]:
    """Gauss elimination over two elements: sets of rows that sum to nothing, and to 1 in parity. Bits of a row are columns."""
    pivots: dict[int, tuple[int, int]] = {}  # leading column -> what is left of a row, and the set of rows summed up for it
    for at, given in enumerate(rows):
        row, summed = given, 1 << at
        while row and (lead := row.bit_length()) in pivots:
            other, others = pivots[lead]
            row, summed = row ^ other, summed ^ others
        if row:
            pivots[row.bit_length()] = row, summed
            continue
        some = [one for one in range(at + 1) if summed >> one & 1]
        if sum(parity[one] for one in some) % 2:
            yield some


def _halved(program: Program, tight: Ints, sign: Ints, sets: list[list[int]], whole: Floats) -> Rows:
    """Half the sum of each set of rows, rounded down: what is odd and not full is at its lower limit 0, and loses nothing."""
    member = np.concatenate([np.array(some) for some in sets])
    row_of = np.repeat(np.arange(len(sets)), [len(some) for some in sets])
    shape = len(sets), len(program.most)
    sums = sparse.csr_array(sparse.coo_array((sign[member], (row_of, tight[member])), shape=shape))
    limit = np.zeros(len(program.most), dtype=np.int64)
    limit[tight] = np.where(sign > 0, program.most[tight], -program.least[tight])
    total = (sums @ program.rows).tocoo()
    row, column = total.coords
    full = (total.data % 2 == 1) & (whole[column] >= program.upper[column])
    upper = sparse.csr_array(
        sparse.coo_array((np.ones(full.sum(), dtype=np.int64), (row[full], column[full])), shape=total.shape)
    )
    half = sparse.csr_array(sparse.coo_array(((total.data + full) // 2, (row, column)), shape=total.shape))
    half.eliminate_zeros()
    return Rows(half, (np.abs(sums) @ limit + upper @ program.upper) // 2, sums, upper)
