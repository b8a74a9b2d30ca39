"""The round as an integer program: columns between bounds, rows between limits.

Columns are what people can get: an arc for each who is alone, and for each pair the seats of both at one place, since
halves of pairs would blur the relaxation. Then come an opening for each place with a minimum, and a shortfall for each
reserve. The source of the rules is docs/how/engine.md, "Meaning".
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy import sparse

from matching.arcs import Arcs, Flags, Ints, Seats, partners_of, pins_of
from matching.problem import Instance, Reserve


@dataclass(frozen=True, slots=True)
class Program:
    """All whole-number points with `lower <= x <= upper` and `least <= rows @ x <= most`."""

    lower: Ints  # (columns,)
    upper: Ints
    rows: sparse.csr_array  # (rows, columns), int64
    least: Ints  # (rows,); NONE_BELOW where there is no limit
    most: Ints  # (rows,); NONE_ABOVE where there is no limit
    decides: Flags  # (columns,); what a search should decide first: openings and pairs
    implied: Flags  # (rows,); what whole-number points keep by themselves, and only a relaxation may break

    def holds(self, x: Ints) -> bool:
        """Whether x is one of the points. Exact."""
        reached = self.rows @ x
        inside = bool(((self.lower <= x) & (x <= self.upper)).all())
        return inside and bool(((self.least <= reached) & (reached <= self.most)).all())

    def part(self, columns: Ints, x: Ints) -> tuple[Self, Ints]:
        """The program of some columns, all others held at x, and which of the rows it has: those with its columns."""
        inside = self.rows[:, columns]
        used = np.flatnonzero(np.diff(inside.indptr))
        held = x.copy()
        held[columns] = 0
        given = self.rows @ held
        least = np.where(self.least == NONE_BELOW, NONE_BELOW, self.least - given)
        most = np.where(self.most == NONE_ABOVE, NONE_ABOVE, self.most - given)
        part = replace(
            self,
            lower=self.lower[columns],
            upper=self.upper[columns],
            decides=self.decides[columns],
            rows=inside[used],
            least=least[used],
            most=most[used],
            implied=self.implied[used],
        )
        return part, used

    def of_rows(self, rows: Ints) -> Self:
        """The program with only these rows."""
        rows_, implied = self.rows[rows], self.implied[rows]
        return replace(self, rows=rows_, least=self.least[rows], most=self.most[rows], implied=implied)

    def with_rows(self, rows: sparse.csr_array, least: Ints, most: Ints) -> Self:
        """The program with more rows."""
        return replace(
            self,
            rows=sparse.csr_array(sparse.vstack([self.rows, rows], format="csr")),
            least=np.concatenate([self.least, least]),
            most=np.concatenate([self.most, most]),
            implied=np.append(self.implied, np.zeros(len(most), dtype=bool)),
        )

    def components(self) -> Ints:
        """For each column the number of its component, from 0; columns that share a row are in one."""
        at, columns = self.rows.indices, self.rows.shape[1]
        within = np.ones(max(len(at) - 1, 0), dtype=bool)  # of two neighbouring entries, whether they are in one row
        starts = self.rows.indptr[1:-1]
        within[starts[(starts > 0) & (starts < len(at))] - 1] = False
        edges = at[:-1][within], at[1:][within]
        graph = sparse.coo_array((np.ones(len(edges[0]), dtype=bool), edges), shape=(columns, columns))
        _, label = sparse.csgraph.connected_components(graph.tocsr(), directed=False)
        return np.asarray(label, dtype=np.int64)


NONE_BELOW = -(2**62)
NONE_ABOVE = 2**62


class _Rows:
    """Collects the rows of a program family by family."""

    def __init__(self) -> None:
        self._count = 0
        self._parts: list[tuple[Ints, Ints, Ints]] = []
        self._least: list[Ints] = []
        self._most: list[Ints] = []
        self._implied: list[Flags] = []

    def add(
        self, row: Ints, column: Ints, value: Ints | int, least: Ints | int, most: Ints | int, *, implied: bool = False
    ) -> None:
        """Add rows: an entry for each (row, column, value); `row` counts from 0 within this call, none left out."""
        if len(row) == 0:
            return
        count = int(row.max()) + 1
        self._parts.append((row + self._count, column, np.broadcast_to(value, row.shape).astype(np.int64)))
        self._least.append(np.broadcast_to(least, (count,)).astype(np.int64))
        self._most.append(np.broadcast_to(most, (count,)).astype(np.int64))
        self._implied.append(np.full(count, implied))
        self._count += count

    def program(self, upper: Ints) -> Program:
        """The rows over columns between 0 and `upper`."""
        none = [np.zeros(0, dtype=np.int64)]
        row, column, value = (np.concatenate([*none, *(part[at] for part in self._parts)]) for at in range(3))
        rows = sparse.coo_array((value, (row, column)), shape=(self._count, len(upper))).tocsr()
        least, most = np.concatenate([*none, *self._least]), np.concatenate([*none, *self._most])
        implied = np.concatenate([np.zeros(0, dtype=bool), *self._implied])
        return Program(np.zeros_like(upper), upper, rows, least, most, np.zeros(len(upper), dtype=bool), implied)


def program_of(
    instance: Instance, arcs: Arcs, seats: Seats, *, reserves: bool, held: Flags | None = None
) -> tuple[Program, sparse.csr_array]:
    """The program of an instance, and the arcs that each column takes, of shape (arcs, columns).

    `reserves` says whether shortfalls count, and so need columns; they are the last, the openings before them. `held`, of
    shape (candidates,), says who must have a seat, beside the pinned.
    """
    counted = instance.reserves if reserves else ()
    opens = openable(arcs, seats)
    opening = np.full(len(instance.places), -1, dtype=np.int64)
    opening[opens] = len(arcs) + np.arange(len(opens))
    first = _first_of_pair(instance, arcs)
    rows = _Rows()
    _one_seat_each(rows, arcs, first, must_sit(instance) if held is None else held | must_sit(instance))
    _seats_between_limits(rows, arcs, seats, opening)
    _only_when_open(rows, arcs, opening, first)
    _equal_kinds(rows, instance, arcs, seats)
    _pools(rows, instance, arcs)
    _shortfalls(rows, instance, arcs, counted, len(arcs) + len(opens))
    most_short = np.array([_target(one, instance) for one in counted], dtype=np.int64)
    upper = np.concatenate([np.ones(len(arcs) + len(opens), dtype=np.int64), most_short])
    takes = _taken_by_columns(instance, arcs, len(upper) - len(arcs))
    return _joined(rows.program(upper), takes, len(arcs)), takes[: len(arcs)]


def openable(arcs: Arcs, seats: Seats) -> Ints:
    """The places that open or not, in the order of their columns."""
    return np.unique(seats.place[(seats.minimum > 0) & (np.bincount(arcs.seat, minlength=len(seats)) > 0)])


def must_sit(instance: Instance) -> Flags:
    """Who has a seat in every solution: the pinned and their partners."""
    pinned = pins_of(instance) >= 0
    partners = partners_of(instance)
    both: Flags = pinned | ((partners >= 0) & pinned[partners])
    return both


def _first_of_pair(instance: Instance, arcs: Arcs) -> Flags:
    """The arcs of those who are alone, and of the first of each pair: the other's seat follows."""
    partners = partners_of(instance)[arcs.candidate]
    return (partners < 0) | (arcs.candidate < partners)


def _taken_by_columns(instance: Instance, arcs: Arcs, others: int) -> sparse.csr_array:
    """Which arcs each column stands for, and itself for each of the `others`; shape (arcs + others, columns)."""
    alone = np.flatnonzero(partners_of(instance)[arcs.candidate] < 0)
    pairs = np.array(list(_pairs(instance, arcs)), dtype=np.int64).reshape(-1, 2)
    rest = np.arange(len(arcs), len(arcs) + others)
    row = np.concatenate([alone, rest, pairs.ravel()])
    single = np.arange(len(alone))
    joint = len(alone) + np.arange(len(pairs))
    column = np.concatenate([single, len(alone) + len(pairs) + np.arange(others), np.repeat(joint, 2)])
    shape = len(arcs) + others, len(alone) + len(pairs) + others
    return sparse.csr_array(sparse.coo_array((np.ones(len(row), dtype=np.int64), (row, column)), shape=shape))


def _pairs(instance: Instance, arcs: Arcs) -> Iterator[tuple[int, int]]:
    """Two arcs for each pair, place, and two seats there; which of the two has which seat makes no difference to any rule."""
    partners = partners_of(instance)
    inside = np.flatnonzero(partners[arcs.candidate] >= 0)
    of: dict[tuple[int, int], list[int]] = {}
    for arc in inside.tolist():
        of.setdefault((int(arcs.candidate[arc]), int(arcs.place[arc])), []).append(arc)
    for (one, place), mine in of.items():
        if one < partners[one]:
            theirs = of[int(partners[one]), place]
            seats = {(min(pair), max(pair)): (a, b) for a in mine for b in theirs for pair in [arcs.seat[[a, b]].tolist()]}
            yield from seats.values()


def _joined(program: Program, takes: sparse.csr_array, arcs: int) -> Program:
    """The program over what its columns take together; what would overfill a row by itself is held at nothing."""
    rows = sparse.csr_array(program.rows @ takes)
    rows.eliminate_zeros()
    upper = np.ones(takes.shape[1], dtype=np.int64)
    taken, by = takes.tocoo().coords
    np.maximum.at(upper, by, program.upper[taken])
    decides = np.bincount(by, minlength=len(upper)) > 1
    decides[by[taken >= arcs]] = True
    entries = rows.tocoo()
    row, column = entries.coords
    least = np.bincount(row, weights=np.minimum(entries.data, 0) * upper[column], minlength=len(program.most))
    upper[column[entries.data + least[row] > program.most[row]]] = 0
    return replace(program, lower=np.zeros_like(upper), upper=upper, rows=rows, decides=decides)


def _positions(values: Ints) -> tuple[Ints, Ints]:
    """The distinct values, and for each value its position among them."""
    distinct, position = np.unique(values, return_inverse=True)
    return distinct, position.astype(np.int64)


def _one_seat_each(rows: _Rows, arcs: Arcs, first: Flags, held: Flags) -> None:
    """Everybody has at most one seat; who is held has one."""
    column = np.flatnonzero(first)
    who, row = _positions(arcs.candidate[column])
    rows.add(row, column, 1, np.where(held[who], 1, NONE_BELOW), 1)


def _seats_between_limits(rows: _Rows, arcs: Arcs, seats: Seats, opening: Ints) -> None:
    """At most `capacity` people of a kind, and at least `minimum` when the place opens."""
    column = np.arange(len(arcs))
    applicants = np.bincount(arcs.seat, minlength=len(seats))
    optional = opening[seats.place] >= 0
    tight = ~optional & (applicants > seats.capacity)
    inside = tight[arcs.seat]
    which, row = _positions(arcs.seat[inside])
    rows.add(row, column[inside], 1, NONE_BELOW, seats.capacity[which])
    whole = optional & (seats.minimum == seats.capacity)
    _times_open(rows, arcs, whole, opening[seats.place], seats.capacity, 0, 0)
    ranged = optional & ~whole
    _times_open(rows, arcs, ranged, opening[seats.place], np.minimum(seats.capacity, applicants), NONE_BELOW, 0)
    _times_open(rows, arcs, ranged & (seats.minimum > 0), opening[seats.place], seats.minimum, 0, NONE_ABOVE)


def _times_open(rows: _Rows, arcs: Arcs, which: Flags, opening: Ints, times: Ints, least: Ints | int, most: Ints | int) -> None:
    """Rows `people in the seat - times * opening`, for the seats in `which`."""
    inside = np.flatnonzero(which[arcs.seat])
    seat, row = _positions(arcs.seat[inside])
    at = np.arange(len(seat))
    value = np.concatenate([np.ones(len(inside), dtype=np.int64), -times[seat]])
    rows.add(np.concatenate([row, at]), np.concatenate([inside, opening[seat]]), value, least, most)


def _only_when_open(rows: _Rows, arcs: Arcs, opening: Ints, first: Flags) -> None:
    """Nobody sits where it is closed, in any kind. Implied by the limits, but much stronger in the relaxation."""
    inside = np.flatnonzero((opening[arcs.place] >= 0) & first)
    pair, row = _positions(arcs.candidate[inside] * len(opening) + arcs.place[inside])
    at = np.arange(len(pair))
    value = np.concatenate([np.ones(len(inside), dtype=np.int64), np.full(len(pair), -1)])
    opens = opening[pair % max(len(opening), 1)]
    rows.add(np.concatenate([row, at]), np.concatenate([inside, opens]), value, NONE_BELOW, 0, implied=True)


def _equal_kinds(rows: _Rows, instance: Instance, arcs: Arcs, seats: Seats) -> None:
    """Where a place asks for equal numbers, each kind has as many as the place's first."""
    equal = np.array([one.equal for one in instance.places], dtype=bool)
    first = np.searchsorted(seats.place, np.arange(len(equal)))
    row_of = np.full(len(seats), -1, dtype=np.int64)
    others = np.flatnonzero(equal[seats.place] & (first[seats.place] != np.arange(len(seats))))
    others = others[np.isin(others, arcs.seat)]
    row_of[others] = np.arange(len(others))
    inside = np.flatnonzero(row_of[arcs.seat] >= 0)
    entries = [(row_of[arcs.seat[inside]], inside, np.ones(len(inside), dtype=np.int64))]
    by_seat = np.argsort(arcs.seat, kind="stable")
    for number, seat in enumerate(others.tolist()):
        start, end = np.searchsorted(arcs.seat[by_seat], [first[seats.place[seat]], first[seats.place[seat]] + 1])
        mates = by_seat[start:end]
        entries.append((np.full(len(mates), number), mates, np.full(len(mates), -1)))
    row, column, value = (np.concatenate([entry[at] for entry in entries]) for at in range(3))
    rows.add(row, column, value, 0, 0)


def _pools(rows: _Rows, instance: Instance, arcs: Arcs) -> None:
    """At most `limit` people in the places of a pool together."""
    arcs_to = _ArcsTo(instance, arcs)
    who = len(instance.candidates)
    for pool in instance.pools:
        inside = arcs_to.places(pool.places)
        if len(np.unique(arcs.candidate[inside])) > pool.limit:
            rows.add(np.zeros(len(inside), dtype=np.int64), inside, 1, NONE_BELOW, min(pool.limit, who))


def _shortfalls(rows: _Rows, instance: Instance, arcs: Arcs, reserves: tuple[Reserve, ...], first: int) -> None:
    """People with the tag in the reserve's places, and the shortfall, are together at least the target."""
    arcs_to = _ArcsTo(instance, arcs)
    tags = {one.tag for one in reserves}
    tagged = {tag: np.array([tag in one.tags for one in instance.candidates], dtype=bool) for tag in tags}
    for number, reserve in enumerate(reserves):
        inside = arcs_to.places(reserve.places)
        inside = inside[tagged[reserve.tag][arcs.candidate[inside]]]
        column = np.append(inside, first + number)
        rows.add(np.zeros(len(column), dtype=np.int64), column, 1, _target(reserve, instance), NONE_ABOVE)


class _ArcsTo:
    """The arcs to given places."""

    def __init__(self, instance: Instance, arcs: Arcs) -> None:
        self._at = {one.id: position for position, one in enumerate(instance.places)}
        self._sorted = np.argsort(arcs.place, kind="stable")
        self._first = np.searchsorted(arcs.place[self._sorted], np.arange(len(instance.places) + 1))

    def places(self, ids: tuple[str, ...]) -> Ints:
        """The positions of the arcs, by place."""
        at = [self._at[one] for one in ids]
        return np.concatenate([self._sorted[self._first[one] : self._first[one + 1]] for one in at])


def _target(reserve: Reserve, instance: Instance) -> int:
    """The part of the target that people could fill; the rest is short whatever anyone does."""
    return min(reserve.at_least, len(instance.candidates))
