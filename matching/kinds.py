"""Which kind of seat each person gets where several would do: the least list, in the order of candidates."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from matching.arcs import Arcs, Ints, Seats
from matching.problem import Instance

_OUTSIDE = -1  # taking a person in or out of a kind that has room for the change


def least_kinds(instance: Instance, arcs: Arcs, seats: Seats, taken: Ints) -> dict[int, int]:
    """For each placed candidate the seat, when the arcs in `taken` are a solution and everybody keeps their place."""
    chosen = dict(zip(arcs.candidate[taken].tolist(), arcs.seat[taken].tolist(), strict=True))
    at = dict(zip(arcs.candidate[taken].tolist(), arcs.place[taken].tolist(), strict=True))
    placed = np.isin(arcs.candidate, arcs.candidate[taken])
    options: dict[int, list[int]] = defaultdict(list)
    for candidate, place, seat in zip(
        arcs.candidate[placed].tolist(), arcs.place[placed].tolist(), arcs.seat[placed].tolist(), strict=True
    ):
        if at[candidate] == place:
            options[candidate].append(seat)
    people: dict[int, list[int]] = defaultdict(list)
    for candidate in sorted(chosen):
        people[at[candidate]].append(candidate)
    for place, present in people.items():
        if any(len(options[one]) > 1 for one in present):
            limits = _limits(instance, seats, place, len(present))
            chosen |= _Desk(limits, {one: options[one] for one in present}, chosen).settled()
    return chosen


def _limits(instance: Instance, seats: Seats, place: int, people: int) -> dict[int, tuple[int, int]]:
    """Seat -> least and most people."""
    kinds = np.flatnonzero(seats.place == place).tolist()
    if instance.places[place].equal:
        return {seat: (people // len(kinds), people // len(kinds)) for seat in kinds}
    return {seat: (int(seats.minimum[seat]), int(seats.capacity[seat])) for seat in kinds}


class _Desk:
    """One place with its people, moved one after the other to the least kind that the rest can make room for."""

    def __init__(self, limits: dict[int, tuple[int, int]], options: dict[int, list[int]], chosen: dict[int, int]) -> None:
        self._limits = limits
        self._options = options
        self._chosen = {one: chosen[one] for one in options}
        self._count = dict.fromkeys(limits, 0)
        for seat in self._chosen.values():
            self._count[seat] += 1

    def settled(self) -> dict[int, int]:
        """The seat of each of the people."""
        movable = sorted(self._options)
        while movable:
            one = movable.pop(0)
            for seat in sorted(self._options[one]):
                if seat == self._chosen[one] or self._make_way(one, seat, movable):
                    break
        return self._chosen

    def _make_way(self, one: int, seat: int, movable: list[int]) -> bool:
        """Move someone to the seat when others, who may still move, can restore the numbers."""
        path = self._path(seat, self._chosen[one], movable)
        if path is None:
            return False
        moves = [(one, seat), *path]
        for who, to in moves:
            self._count[self._chosen[who]] -= 1
            self._count[to] += 1
            self._chosen[who] = to
        return True

    def _path(self, start: int, goal: int, movable: list[int]) -> list[tuple[int, int]] | None:
        """The moves (who, to) along a shortest way from kind to kind; steps outside move nobody."""
        came: dict[int, tuple[int, int | None]] = {start: (start, None)}
        queue = [start]
        for here in queue:
            for there, who in self._steps(here, movable):
                if there not in came:
                    came[there] = here, who
                    queue.append(there)
        if goal not in came:
            return None
        moves, here = [], goal
        while here != start:
            before, who = came[here]
            if who is not None:
                moves.append((who, here))
            here = before
        return moves

    def _steps(self, here: int, movable: list[int]) -> Iterable[tuple[int, int | None]]:
        if here == _OUTSIDE:
            yield from ((seat, None) for seat, (least, _) in self._limits.items() if self._count[seat] > least)
            return
        if self._count[here] < self._limits[here][1]:
            yield _OUTSIDE, None
        for who in movable:
            if self._chosen[who] == here:
                yield from ((seat, who) for seat in self._options[who] if seat != here)
