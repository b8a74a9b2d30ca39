"""What one more seat of each kind would do: the change of every level, exact for a sample, an estimate for all.

Exact: the round is solved again with the capacity one up, the minimum as it is; the levels are compared where both are
proven. Estimate: the best chain of moves that the seat sets going, all else as it is. Somebody takes the seat; if that
one had another seat, somebody takes that; and so on, until a seat stays empty. Chains do not pass through partners, pins, or
places with a minimum or equal numbers, and do not fill a full pool; what openings and closings would bring is not seen. The
last levels `profile` and `lottery` are not estimated. docs/matching/value.md tells more.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from matching.arcs import Arcs, Flags, Ints, arcs_of, partners_of, pins_of, possible, seats_of
from matching.explain.costs import Reserves
from matching.explain.seating import Seating
from matching.problem import Candidate, Instance, canonical
from matching.result import Result
from matching.solve import solve

type Change = list[int] | int | None
_APART = 10**3  # what a level weighs to the next; changes along one chain are far smaller
_TOLD = ("reserves", "placed", "ranks", "kept")
_LONGEST = 100  # steps of a chain
_MOST_LEVELS = 5  # that one 64-bit sum can tell apart


@dataclass(frozen=True, slots=True)
class SeatValue:
    """What one more seat does: level -> by how much its value changes, None where that is not known."""

    place: str
    kind: str
    host: str | None
    tags: tuple[str, ...]
    estimate: dict[str, Change]
    exact: dict[str, Change] | None

    def data(self) -> dict[str, Any]:
        """As JSON data; `exact` is null where the round was not solved again."""
        fixed = {"place": self.place, "kind": self.kind, "host": self.host, "tags": list(self.tags)}
        return fixed | {"estimate": self.estimate, "exact": self.exact}


@dataclass(frozen=True, slots=True)
class Values:
    """The value of a seat of every kind, best estimate first, and how good the estimates were on the sample."""

    seats: tuple[SeatValue, ...]
    levels: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        """As JSON data."""
        sample = [one for one in self.seats if one.exact is not None]
        right = {level: sum(_same(one, level) for one in sample) for level in self.levels}
        return {
            "levels": list(self.levels),
            "sample": {"solved_again": len(sample), "estimate_was_exact": right},
            "hosts": _grouped(self.seats, lambda one: [] if one.host is None else [one.host]),
            "groups": _grouped(self.seats, lambda one: [tag for tag in one.tags if ":" in tag]),
            "seats": [one.data() for one in self.seats],
        }


def _same(one: SeatValue, level: str) -> bool:
    return one.exact is not None and one.exact[level] is not None and one.exact[level] == one.estimate[level]


def _grouped(seats: Sequence[SeatValue], names: Callable[[SeatValue], list[str]]) -> list[dict[str, Any]]:
    """For each group the kinds of seat it has, and the best of them; the groups in the order of their best."""
    found: dict[str, list[SeatValue]] = {}
    for one in seats:
        for name in names(one):
            found.setdefault(name, []).append(one)
    return [
        {"name": name, "kinds_of_seat": len(inside), "best": {"place": inside[0].place, "kind": inside[0].kind}}
        | {"estimate": inside[0].estimate}
        for name, inside in found.items()
    ]


def value(instance: Instance, result: Result, *, sample: int = 0, seed: int = 1, time_limit: float | None = None) -> Values:
    """The value of one more seat of each kind. `result` is one of the instance by the policy `optimal`, that holds.

    `sample` seats, drawn by `seed`, are solved for again, each in at most `time_limit` seconds.
    """
    ordered = canonical(instance)
    chains = _Chains(ordered, result)
    kinds = [(place, seat.kind) for place in ordered.places for seat in place.seats]
    drawn = set(random.Random(seed).sample(range(len(kinds)), min(sample, len(kinds))))  # noqa: S311 - nothing secret is drawn
    told = []
    for at, (place, kind) in enumerate(kinds):
        exact = _solved_again(ordered, result, place.id, kind, time_limit) if at in drawn else None
        told.append((chains.gain[at], SeatValue(place.id, kind, place.host, place.tags, chains.changes(at), exact)))
    told.sort(key=lambda one: one[0])
    return Values(tuple(one for _, one in told), ordered.objective)


def with_one_more(instance: Instance, place: str, kind: str) -> Instance:
    """The round with one more seat of the kind at the place, the minimum as it is."""
    places = tuple(
        replace(one, seats=tuple(replace(seat, capacity=seat.capacity + 1) if seat.kind == kind else seat for seat in one.seats))
        if one.id == place
        else one
        for one in instance.places
    )
    return replace(instance, places=places)


def _solved_again(instance: Instance, result: Result, place: str, kind: str, time_limit: float | None) -> dict[str, Change]:
    """By how much each level changes; None where one of the two is not proven."""
    after = solve(with_one_more(instance, place, kind), "optimal", time_limit)
    changes: dict[str, Change] = {}
    for old, new in zip(result.levels, after.levels, strict=True):
        known = old.proven and new.proven
        changes[old.level] = _difference(old.value, new.value) if known else None
    return changes


def _difference(old: Any, new: Any) -> Change:
    if isinstance(old, list):
        return [b - a for a, b in zip(old, new, strict=True)]
    change: int = new - old
    return change


class _Chains:
    """For each seat the best chain that a hole in it sets going, by a weighted sum of the levels, least is best."""

    def __init__(self, instance: Instance, result: Result) -> None:
        self._instance = instance
        self._where = {one: place for one, (place, _) in result.assignment.items()}
        self._seats = seats_of(instance)
        arcs = possible(instance, arcs_of(instance), self._seats)
        names = {seat: at for at, seat in enumerate((place.id, seat.kind) for place in instance.places for seat in place.seats)}
        sits = [names.get(result.assignment.get(one.id, ("", "")), -1) for one in instance.candidates]
        self._sits = np.array(sits, dtype=np.int64)
        self._arcs = arcs.where(self._may_move(arcs))
        self._weighed = [level for level in instance.objective if level in _TOLD or level.startswith("class:")][:_MOST_LEVELS]
        self._moves = _Moves(Seating(instance, result), self._where)
        self._search()

    def _may_move(self, arcs: Arcs) -> Flags:
        """The arcs that somebody could take if there were a hole, with nothing else to be changed for it."""
        instance, seats = self._instance, self._seats
        bound = (pins_of(instance) >= 0) | (partners_of(instance) >= 0)
        keeps = np.bincount(seats.place, weights=seats.minimum, minlength=len(instance.places)) > 0
        keeps |= np.array([one.equal for one in instance.places], dtype=bool)
        from_ = self._sits[arcs.candidate]
        leaves = (from_ < 0) | ~keeps[seats.place[from_]]
        equal = np.array([one.equal for one in instance.places], dtype=bool)
        used = set(self._where.values())
        is_open = np.array([one.id in used for one in instance.places], dtype=bool) | ~keeps
        enters = is_open[arcs.place] & ~equal[arcs.place] & self._pools_allow(arcs, from_)
        may: Flags = ~bound[arcs.candidate] & leaves & enters & (from_ != arcs.seat)
        return may

    def _pools_allow(self, arcs: Arcs, from_: Ints) -> Flags:
        """Whether no full pool would have one more."""
        allowed = np.ones(len(arcs), dtype=bool)
        at = {one.id: position for position, one in enumerate(self._instance.places)}
        people = np.bincount([at[one] for one in self._where.values()], minlength=len(at)) if self._where else np.zeros(len(at))
        for pool in self._instance.pools:
            inside = np.zeros(len(at), dtype=bool)
            inside[[at[one] for one in pool.places]] = True
            if people[inside].sum() >= pool.limit:
                before = (from_ >= 0) & inside[self._seats.place[from_]]
                allowed &= ~inside[arcs.place] | before
        return allowed

    def _search(self) -> None:
        """Let each hole be filled by who gains most, again and again until nothing changes (Bellman 1958)."""
        arcs = self._arcs
        step = self._steps()
        self.gain = np.zeros(len(self._seats), dtype=np.int64)
        self._filled = np.full(len(self._seats), -1, dtype=np.int64)  # the arc by which the hole is filled, -1 if it stays
        from_ = self._sits[arcs.candidate]
        for _ in range(_LONGEST):
            total = step + np.where(from_ < 0, 0, self.gain[from_])
            best = self.gain.copy()
            np.minimum.at(best, arcs.seat, total)
            better = np.flatnonzero((total == best[arcs.seat]) & (total < self.gain[arcs.seat]))
            if len(better) == 0:
                return
            self._filled[arcs.seat[better]] = better
            self.gain = best

    def _steps(self) -> Ints:
        """What each arc costs more than where its candidate sits, all levels in one sum."""
        arcs, candidates = self._arcs, self._instance.candidates
        whole = np.zeros(len(arcs), dtype=np.int64)
        where = [one.id for one in self._instance.places]
        for number, (who, place) in enumerate(zip(arcs.candidate.tolist(), arcs.place.tolist(), strict=True)):
            move = {candidates[who].id: where[place]}
            for level in self._weighed:
                sign = 1 if level in {"reserves", "ranks"} else -1
                whole[number] = whole[number] * _APART + sign * self._moves.change(level, move)
        return whole

    def changes(self, seat: int) -> dict[str, Change]:
        """What the chain does to each level, counted on the allocation that it leads to."""
        moved: dict[str, str] = {}
        here, seen = seat, set[int]()
        while here >= 0 and self._filled[here] >= 0 and here not in seen:
            seen.add(here)
            arc = int(self._filled[here])
            who = int(self._arcs.candidate[arc])
            moved[self._instance.candidates[who].id] = self._instance.places[int(self._arcs.place[arc])].id
            here = int(self._sits[who])
        return {
            level: self._moves.change(level, moved) if level in _TOLD or level.startswith("class:") else None
            for level in self._instance.objective
        }


class _Moves:
    """What moves change of the levels of an allocation."""

    def __init__(self, seating: Seating, where: Mapping[str, str]) -> None:
        self._where = where
        self._candidates = seating.candidates
        self._ranks = {one.id: _ranks(one) for one in seating.instance.candidates}
        self._reserves = Reserves(seating)

    def change(self, level: str, moves: Mapping[str, str]) -> int:
        """By how much the level's value changes when these candidates go to these places."""
        if level == "reserves":
            return self._reserves.shortfall_change(
                (self._candidates[one], self._where.get(one), place) for one, place in moves.items()
            )
        return sum(self._at(level, one, place) - self._at(level, one, self._where.get(one)) for one, place in moves.items())

    def _at(self, level: str, one: str, place: str | None) -> int:
        """What a candidate at a place adds to the level."""
        if place is None:
            return 0
        if level == "ranks":
            return self._ranks[one][place]
        if level == "kept":
            return int(self._candidates[one].previous == place)
        return int(level in {"placed", f"class:{self._candidates[one].class_}"})


def _ranks(one: Candidate) -> dict[str, int]:
    """The rank of each place among the choices."""
    return {place: rank for rank, group in enumerate(one.choices, start=1) for place in group}
