"""Mend a result after withdrawals and new seats: policy `repair`. Nobody who stays gets a worse rank.

What is asked, from the changed round alone (`changes.changed`), where `previous` is the place somebody had:

- A place is *broken* when those whose `previous` it is cannot all be there any more by its own rules, the kinds of seat
  given anew: too few of a kind for a minimum, or not equally many of each.
- *Released* are all whose `previous` is broken, and those whose partner withdrew. The second cannot be read off the changed
  round; so the level `released` carries a certificate `{"type": "released", "candidates": [ids, sorted]}` with all of them.
  Who is in it has a `previous`; who is in it without a broken place has no `together`.
- *Who stays* are all others with a `previous`. They are placed, at a rank not worse than that of `previous`.
- The level `released` counts the released who are placed, most is best. The level `moved` counts all placed with a
  `previous` who are at another place than that, the released too, least is best; another kind at the same place is no move.
- Levels, in this order: `released`, the objective's `class:k` in its order, `placed`, `moved`, `ranks`, `lottery`.

Keeping everybody who stays where they are keeps all rules, so there is always a solution, unless somebody who is pinned is
released: then the pins may not hold, and that is refused as in `solve`.

What cannot change is fixed before anything is solved. The proofs are in docs/matching/repair.md:

- A seat is *stuck* when it is full of people who stay and who may move to stuck seats only. They fill all stuck seats in
  every solution, so nobody else can come there, and moving among them serves no level.
- Whom no one without a place could make move, step by step, stays.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from matching.arcs import Arcs, Flags, Ints, Seats, partners_of, possible
from matching.changes import Changes, changed, seats_withdrawn
from matching.highs import search
from matching.pins import pins_hold, refusal
from matching.problem import InputError, Instance, Place, canonical, eligible_kinds
from matching.program import Program, openable, program_of
from matching.result import Level, Result
from matching.rooms import Options, Room, kept_kinds
from matching.solve import FOR_PINS, Progress, Run, result_of

TYPE = "released"
"""The type of the certificate that names the released."""
FIRST, LAST = ("released",), ("placed", "moved", "ranks", "lottery")


def repair(
    instance: Instance,
    result: Result,
    changes: Changes,
    time_limit: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[Instance, Result]:
    """The changed round, and its result. `result` is one of the instance that holds; `time_limit` is in seconds.

    Raises InputError when the pins cannot all hold any more.
    """
    started = time.monotonic()
    after = changed(instance, result, changes)
    ordered = canonical(after)
    old = _Old(instance, ordered, result, changes)
    objective = (*FIRST, *(level for level in instance.objective if level.startswith("class:")), *LAST)
    found = _Repair(ordered, objective, old, started, time_limit).outcome(progress)
    named = {"type": TYPE, "candidates": sorted(old.released)}
    levels: list[Level] = [replace(one, certificate=named) if one.level == "released" else one for one in found.levels]
    return after, result_of(ordered, "repair", replace(found, levels=tuple(levels)), started)


@dataclass(frozen=True, slots=True)
class _Start:
    """Where everybody is before anyone moves. All have the shape (candidates,)."""

    place: Ints  # had before, -1 for none
    seat: Ints  # kept at first, -1 for none: that of a broken place is gone
    held: Flags  # stays: must be placed, at no worse rank


class _Old:
    """The old result, seen from the changed round (canonical)."""

    def __init__(self, before: Instance, after: Instance, result: Result, changes: Changes) -> None:
        left = seats_withdrawn(result, changes)
        self._after = after
        self._people: dict[str, list[int]] = {}  # place id -> positions
        for at, one in enumerate(after.candidates):
            if one.previous is not None:
                self._people.setdefault(one.previous, []).append(at)
        kinds = {at: result.assignment[one.id][1] for at, one in enumerate(after.candidates) if one.previous is not None}
        broken: set[str] = set()
        for place in after.places:
            people = self._people.get(place.id, [])
            if left[place.id] and people:
                anew = self._anew(place, people)
                broken |= set() if anew else {place.id}
                kinds |= anew or {}
        alone = {one.id for one in before.candidates if one.together in changes.withdrawn}
        self.released = {one.id for one in after.candidates if one.previous and (one.previous in broken or one.id in alone)}
        self._kinds = {at: kind for at, kind in kinds.items() if after.candidates[at].previous not in broken}

    def _anew(self, place: Place, people: list[int]) -> dict[int, str] | None:
        """A kind for each of the people who are left, None where they cannot all stay."""
        number = {seat.kind: at for at, seat in enumerate(place.seats)}
        options: dict[int, Options] = {
            one: tuple(number[kind] for kind in eligible_kinds(self._after.candidates[one], place)) for one in people
        }
        room = Room([one.capacity for one in place.seats], [one.minimum for one in place.seats], equal=place.equal)
        if not room.allows(options.values()):
            return None
        return {one: place.seats[kind].kind for one, kind in kept_kinds(place, options).items()}

    def start(self) -> _Start:
        """The same in positions, of candidates, places, and seats of all places."""
        after = self._after
        place_at = {one.id: at for at, one in enumerate(after.places)}
        listed = ((place.id, seat.kind) for place in after.places for seat in place.seats)
        seat_at = {seat: at for at, seat in enumerate(listed)}
        place, seat = (np.full(len(after.candidates), -1, dtype=np.int64) for _ in range(2))
        held = np.zeros(len(after.candidates), dtype=bool)
        for at, one in enumerate(after.candidates):
            if one.previous is not None:
                place[at] = place_at[one.previous]
                held[at] = one.id not in self.released
            if at in self._kinds:
                seat[at] = seat_at[one.previous or "", self._kinds[at]]
        return _Start(place, seat, held)


class _Repair(Run):
    """A run that begins where everybody is, and holds those who stay."""

    def __init__(
        self, instance: Instance, objective: tuple[str, ...], old: _Old, started: float, time_limit: float | None
    ) -> None:
        self._old = old.start()
        self._released = np.array([one.id in old.released for one in instance.candidates], dtype=bool)
        super().__init__(instance, objective, started, time_limit)

    def _usable(self, arcs: Arcs) -> Arcs:
        old, partners = self._old, partners_of(self._instance)
        arcs = arcs.where(_no_worse(arcs, old))
        arcs = possible(self._instance, arcs, self._seats)
        arcs = _without_stuck(arcs, self._seats, old, partners)
        return _without_unmoved(self._instance, arcs, self._seats, old, partners)

    def _written(self) -> tuple[Program, sparse.csr_array]:
        program, takes = program_of(self._instance, self._arcs, self._seats, reserves=False, held=self._old.held)
        return _with_only_ways_taken(program, takes, self._arcs, self._old.held), takes

    def _start(self) -> Ints:
        """Everybody where they are; only where pins do not hold so is anything searched."""
        x = _kept(self._program, self._takes, self._arcs, self._seats, self._old)
        pinned = [at for at, one in enumerate(self._instance.candidates) if one.pinned is not None]
        if not np.isin(pinned, self._arcs.candidate).all():
            raise self._refused()
        reached = self._program.rows @ x
        broken = np.flatnonzero((reached < self._program.least) | (reached > self._program.most))
        if len(broken) == 0:
            return x
        label = self._program.components()
        touched = np.unique(label[self._program.rows[broken].indices])
        inside = np.flatnonzero(np.isin(label, touched))
        part, _ = self._program.part(inside, x)
        found = search(part, np.zeros(len(inside), dtype=np.int64), max(self._deadline, time.monotonic() + FOR_PINS))
        if found.x is None and found.finished:
            raise self._refused()
        if found.x is None:
            raise InputError("", "no repair that holds all pins was found in the time given")
        x[inside] = found.x
        return x

    def _refused(self) -> InputError:
        if not pins_hold(self._instance):
            return refusal(self._instance)
        return InputError("", "the pins cannot all hold without a worse rank for somebody who stays")

    def _costs(self, level: str) -> Iterator[Ints]:
        arcs, old = self._arcs, self._old
        if level == "released":
            yield self._on_arcs(-self._released[arcs.candidate].astype(np.int64))
        elif level == "moved":
            place = old.place[arcs.candidate]
            yield self._on_arcs(((place >= 0) & (place != arcs.place)).astype(np.int64))
        else:
            yield from super()._costs(level)


def _no_worse(arcs: Arcs, old: _Start) -> Flags:
    """The arcs that those who stay may have: at a rank not worse than that of the place they had."""
    rank = np.full(len(old.place), np.iinfo(np.int64).max)
    kept = old.place[arcs.candidate] == arcs.place
    rank[arcs.candidate[kept]] = arcs.rank[kept]
    may: Flags = ~old.held[arcs.candidate] | (arcs.rank <= rank[arcs.candidate])
    return may


def _without_stuck(arcs: Arcs, seats: Seats, old: _Start, partners: Ints) -> Arcs:
    """Without the arcs to stuck seats, but for those who sit there; they keep their place."""
    sits = old.seat >= 0
    full = np.bincount(old.seat[sits], minlength=len(seats)) >= seats.capacity
    loose = ~full
    loose[old.seat[sits & ~old.held]] = True
    while True:
        may = np.zeros(len(sits), dtype=bool)
        may[arcs.candidate[loose[arcs.seat]]] = True
        may |= (partners >= 0) & may[partners]
        more = old.seat[sits & may]
        if loose[more].all():
            break
        loose[more] = True
    stuck = sits & ~may
    comes = ~stuck[arcs.candidate] & loose[arcs.seat]
    stays = stuck[arcs.candidate] & (arcs.place == old.place[arcs.candidate])
    return arcs.where(comes | stays)


def _without_unmoved(instance: Instance, arcs: Arcs, seats: Seats, old: _Start, partners: Ints) -> Arcs:
    """Without the moves of those whom nobody without a place could make move, step by step."""
    needs = np.bincount(seats.place, weights=seats.minimum, minlength=len(instance.places)) > 0
    needs |= np.array([one.equal for one in instance.places], dtype=bool)
    at = {one.id: position for position, one in enumerate(instance.places)}
    pools = [np.array([at[place] for place in pool.places]) for pool in instance.pools]
    active = ~old.held
    reached = np.zeros(len(instance.places), dtype=bool)
    while True:
        before = int(active.sum())
        reached[arcs.place[active[arcs.candidate]]] = True
        for inside in pools:
            if reached[inside].any():
                reached[inside] = True
        active |= (old.place >= 0) & reached[old.place]
        active[arcs.candidate[(reached & needs)[arcs.place]]] = True
        active |= (partners >= 0) & active[partners]
        if int(active.sum()) == before:
            return arcs.where(active[arcs.candidate] | (arcs.place == old.place[arcs.candidate]))


def _with_only_ways_taken(program: Program, takes: sparse.csr_array, arcs: Arcs, held: Flags) -> Program:
    """The program with columns at 1 that are the only way to place somebody who must be."""
    taken, column = takes.tocoo().coords
    who = arcs.candidate[taken]
    ways = np.bincount(who, minlength=len(held))
    only = column[held[who] & (ways[who] == 1)]
    lower = program.lower.copy()
    lower[only] = program.upper[only]
    return replace(program, lower=lower)


def _kept(program: Program, takes: sparse.csr_array, arcs: Arcs, seats: Seats, old: _Start) -> Ints:
    """The point where everybody who can has the seat they had, or their partner's if that is how the pair is written."""
    taken, column = takes.tocoo().coords
    order = np.argsort(column, kind="stable")
    taken, column = taken[order], column[order]
    own = old.seat[arcs.candidate[taken]]
    at = arcs.seat[taken]
    # a pair's column has two arcs, with the seats of both in either order: equal sums, and equal sums of squares
    columns = len(program.upper)
    equal = [
        np.bincount(column, weights=own**power, minlength=columns) == np.bincount(column, weights=at**power, minlength=columns)
        for power in (1, 2)
    ]
    placed = np.bincount(column, weights=own < 0, minlength=columns) == 0
    here = equal[0] & equal[1] & placed & (np.bincount(column, minlength=columns) > 0)
    x: Ints = here.astype(np.int64)
    opens = openable(arcs, seats)
    x[columns - len(opens) :] = np.isin(opens, seats.place[old.seat[old.seat >= 0]])
    return x
