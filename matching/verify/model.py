"""The round as rows and columns with names, written from the text once more: what certificates of bounds speak of.

Every allocation that keeps the rules is a whole-number point of the model, so what no point can beat no allocation can.
Names are joined by `/`, which no id has:

    c1/p1/a          the candidate sits at the place in that kind of seat, 0 or 1
    c1/c2/p1/a/b     two partners (c1 < c2) sit there in these kinds; which of them in which makes no difference
    open/p1          the place opens; only for places with a minimum
    short/r1         the shortfall of a reserve; only where reserves are counted

Rows are `candidate/c1` (of two partners the first: one seat at most), `capacity/p1/a`, `minimum/p1/a`, `inside/c1/p1`
(nobody sits where it is closed), `equal/p1/b` (as many as of the place's first kind), `pool/x`, `opened/x` (the minima of
the places that open in a pool), `reserve/r1`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from matching.problem import Candidate, Place
from matching.verify.levels import wants_most, words
from matching.verify.rules import Seated, always_open, rank_of
from matching.verify.stability import Unit, kinds_for, units_of

type Pair = tuple[str, str]  # candidate id, place id


@dataclass(slots=True)
class Row:
    """`least <= sum of factor * column <= most`; None where there is no limit."""

    entries: dict[int, int]  # column -> factor, never 0
    least: int | None
    most: int | None


class Model:
    """All columns, between 0 and `upper`, and all rows, by name."""

    def __init__(self, seated: Seated) -> None:
        self.seated = seated
        self.names: list[str] = []
        self.upper: list[int] = []
        self.takes: list[tuple[Pair, ...]] = []  # who sits where, by column
        self.rows: dict[str, Row] = {}
        self._heads: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)  # place id, kind -> people by column
        self._pairs: dict[Pair, list[int]] = defaultdict(list)
        self._people: dict[str, dict[int, int]] = defaultdict(dict)  # place id -> people by column
        for unit in units_of(seated):
            self._add_unit(unit)
        self.opening = {one.id: self._add(f"open/{one.id}") for one in seated.instance.places if not always_open(one)}
        for place in seated.instance.places:
            self._add_place(place)
        self._add_pools()
        if "reserves" in seated.instance.objective:
            self._add_reserves()
        self._close_what_never_fits()

    def _add(self, name: str, takes: tuple[Pair, ...] = (), upper: int = 1) -> int:
        self.names.append(name)
        self.takes.append(takes)
        self.upper.append(upper)
        return len(self.names) - 1

    def _row(self, name: str, entries: dict[int, int], least: int | None, most: int | None) -> None:
        if entries:
            self.rows[name] = Row(entries, least, most)

    def _add_unit(self, unit: Unit) -> None:
        """The columns of a unit: who is pinned, or whose partner is, may only be there, and must."""
        pins = [one.pinned for one in unit if one.pinned is not None]
        columns: dict[int, int] = {}
        for place in (self.seated.places[id_] for group in unit[0].choices for id_ in group):
            if (not pins or place.id in pins) and all(rank_of(one, place.id) for one in unit):
                for kinds in _kinds_together(unit, place):
                    column = self._add("/".join([*(one.id for one in unit), place.id, *kinds]), _pairs(unit, place))
                    columns[column] = 1
                    self._sit(column, place, kinds)
        self._row(f"candidate/{unit[0].id}", columns, 1 if pins else None, 1)

    def _sit(self, column: int, place: Place, kinds: tuple[str, ...]) -> None:
        for kind in kinds:
            heads = self._heads[place.id, kind]
            heads[column] = heads.get(column, 0) + 1
        self._people[place.id][column] = len(kinds)
        for pair in self.takes[column]:
            self._pairs[pair].append(column)

    def _add_place(self, place: Place) -> None:
        opening = self.opening.get(place.id)
        for seat in place.seats:
            heads = self._heads[place.id, seat.kind]
            if opening is None:
                self._row(f"capacity/{place.id}/{seat.kind}", dict(heads), None, seat.capacity)
                continue
            most = min(seat.capacity, sum(heads.values()))
            self._row(f"capacity/{place.id}/{seat.kind}", {**heads, opening: -most} if most else dict(heads), None, 0)
            if seat.minimum:
                self._row(f"minimum/{place.id}/{seat.kind}", {**heads, opening: -seat.minimum}, 0, None)
        if place.equal:
            first = self._heads[place.id, place.seats[0].kind]
            for seat in place.seats[1:]:
                self._row(f"equal/{place.id}/{seat.kind}", _difference(self._heads[place.id, seat.kind], first), 0, 0)
        if opening is not None:
            insiders = sorted({pair[0] for column in self._people[place.id] for pair in self.takes[column][:1]})
            for one in insiders:
                entries = dict.fromkeys(self._pairs[one, place.id], 1)
                self._row(f"inside/{one}/{place.id}", {**entries, opening: -1}, None, 0)

    def _add_pools(self) -> None:
        for pool in self.seated.instance.pools:
            people = {column: heads for place in pool.places for column, heads in self._people[place].items()}
            self._row(f"pool/{pool.id}", people, None, pool.limit)
            minima = {self.opening[one]: _least_people(self.seated.places[one]) for one in pool.places if one in self.opening}
            self._row(f"opened/{pool.id}", minima, None, pool.limit)

    def _add_reserves(self) -> None:
        by_id = self.seated.candidates
        for reserve in self.seated.instance.reserves:
            short = self._add(f"short/{reserve.id}", upper=reserve.at_least)
            entries = {short: 1}
            for column in (column for place in reserve.places for column in self._people[place]):
                tagged = sum(reserve.tag in by_id[one].tags for one, _ in self.takes[column])
                if tagged:
                    entries[column] = tagged
            self._row(f"reserve/{reserve.id}", entries, reserve.at_least, None)

    def _close_what_never_fits(self) -> None:
        """What alone would break a row stays at 0: a pair for one seat, a place whose minima are more than a pool's limit."""
        for row in self.rows.values():
            if row.most is None:
                continue
            least = sum(min(0, factor * self.upper[column]) for column, factor in row.entries.items())
            for column, factor in row.entries.items():
                if factor > 0 and factor + least > row.most:
                    self.upper[column] = 0

    # --- levels ------------------------------------------------------------------------------------------------------

    def costs(self, level: str) -> list[dict[int, int]]:
        """What each column costs at each part of a level, always to be least; what is wanted costs less than nothing."""
        if level == "reserves":
            return [{at: 1 for at, name in enumerate(self.names) if name.startswith("short/") and not self.takes[at]}]
        return [self._summed(part) for part in zip(*(self._worth(level, pair) for pair in self._pairs), strict=True)] or [
            {} for _ in range(self._parts(level))
        ]

    def _summed(self, worth: Iterable[int]) -> dict[int, int]:
        costs: dict[int, int] = defaultdict(int)
        for columns, each in zip(self._pairs.values(), worth, strict=True):
            if each:
                for column in columns:
                    costs[column] += each
        return costs

    def _longest(self) -> int:
        return max((len(one.choices) for one in self.seated.instance.candidates), default=0)

    def _parts(self, level: str) -> int:
        return {"profile": self._longest(), "lottery": 3}.get(level, 1)

    def _worth(self, level: str, pair: Pair) -> list[int]:
        """What it costs that this candidate sits at this place, for each part of the level."""
        one, place = self.seated.candidates[pair[0]], pair[1]
        rank = rank_of(one, place) or 0
        if level == "ranks":
            return [rank]
        if level == "profile":
            return [int(rank == each) for each in range(self._longest(), 0, -1)]
        if level == "lottery":
            return [*words(self.seated.result.seed, one.id, place)]
        counts = {"placed": True, "kept": one.previous == place}.get(level, level == f"class:{one.class_}")
        return [-1 if counts and wants_most(level) else 0]


def _kinds_together(unit: Unit, place: Place) -> Iterator[tuple[str, ...]]:
    """The kinds that all of a unit can have at the place, each set once."""
    yield from dict.fromkeys(tuple(sorted(kinds)) for kinds in product(*(kinds_for(place, one) for one in unit)))


def _pairs(unit: Iterable[Candidate], place: Place) -> tuple[Pair, ...]:
    return tuple((one.id, place.id) for one in unit)


def _difference(some: dict[int, int], others: dict[int, int]) -> dict[int, int]:
    entries = {column: some.get(column, 0) - others.get(column, 0) for column in {**some, **others}}
    return {column: factor for column, factor in entries.items() if factor}


def _least_people(place: Place) -> int:
    """The fewest people the place has when it is open."""
    if place.equal:
        return len(place.seats) * max(seat.minimum for seat in place.seats)
    return sum(seat.minimum for seat in place.seats)
