"""Solve a round: everybody's seat, level by level, proven or with an honest bound.

The source of the rules is docs/how/engine.md, "Policies" and "Meaning".
"""

import math
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

import matching
from matching.arcs import Arcs, Flags, Ints, arcs_of, lottery_of, pins_of, possible, seats_of
from matching.branching import Tell
from matching.by_order import Outcome, by_mechanism, by_order
from matching.first_come import serial_dictatorship
from matching.highs import search
from matching.kinds import least_kinds
from matching.lexicographic import Decision, Levels
from matching.pins import refusal
from matching.problem import InputError, Instance, Place, Seat, canonical, digest_of_canonical
from matching.program import Program, openable, program_of
from matching.result import Bound, Level, Result, Value

_HEAVIEST, _APART = 10**8, 10  # how large a guide may be, and how far its levels are apart
FOR_PINS = 60.0  # seconds there are at least to hold the pins, without which there is no result at all


@dataclass(frozen=True, slots=True)
class Progress:
    """A level, `number` of `of`, `seconds` after the start.

    It was just decided, or is being worked on: then it tells the best so far, and the bound where there is one.
    """

    level: str
    number: int
    of: int
    value: Value
    bound: Bound
    proven: bool
    seconds: float
    decided: bool = True

    @property
    def share(self) -> float:
        """The share of the levels that are decided, from 0 to 1."""
        return (self.number if self.decided else self.number - 1) / self.of


def solve(
    instance: Instance,
    policy: str = "optimal",
    time_limit: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Result:
    """Solve the instance. `time_limit` is in seconds; it bounds the search, and a little more is used to set up.

    Raises InputError for a policy that is not there, and for pins that cannot all hold. `stable` and `queue` take no limit.
    """
    started = time.monotonic()
    ordered = canonical(instance)
    if policy == "optimal":
        found = _optimal(ordered, started, time_limit, progress)
    elif policy in {"stable", "queue"}:
        found = by_order(ordered, policy)
    else:
        raise InputError("", f"the policy {policy!r} is not available in version {matching.__version__}")
    return result_of(ordered, policy, found, started)


def result_of(instance: Instance, policy: str, found: Outcome, started: float) -> Result:
    """What a policy found of a canonical instance, as a result; `started` is the monotonic time when the work began."""
    return Result(
        instance=digest_of_canonical(instance),
        policy=policy,
        seed=instance.seed,
        engine=matching.__version__,
        assignment=found.assignment,
        open=_open_places(instance, found.assignment),
        levels=found.levels,
        blocking=found.blocking,
        limit=found.limit,
        seconds=round(time.monotonic() - started, 3),
        peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        stable=found.stable,
        could_open=found.could_open,
    )


def _optimal(
    instance: Instance, started: float, time_limit: float | None, progress: Callable[[Progress], None] | None
) -> Outcome:
    return Run(instance, instance.objective, started, time_limit).outcome(progress)


def _open_places(instance: Instance, assignment: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    """The places that are open: always where no kind has a minimum, otherwise where somebody is."""
    used = {place for place, _ in assignment.values()}
    return tuple(place.id for place in instance.places if place.id in used or not any(seat.minimum for seat in place.seats))


class Run:
    """One solution of a canonical instance in the making, by the levels of `objective`."""

    def __init__(self, instance: Instance, objective: tuple[str, ...], started: float, time_limit: float | None) -> None:
        self._instance = instance
        self._objective = objective
        self._started = started
        self._time_limit = time_limit
        self._deadline = np.inf if time_limit is None else started + time_limit
        self._seats = seats_of(instance)
        self._arcs = self._usable(arcs_of(instance))
        self._lottery = lottery_of(instance, self._arcs)
        self._reserves = len(instance.reserves) if "reserves" in objective else 0
        self._program, self._takes = self._written()
        self._state = Levels(self._program, self._start())

    def outcome(self, progress: Callable[[Progress], None] | None) -> Outcome:
        """Decide all levels; everybody's seat, and what is proven of it."""
        levels = self.levels(progress)
        late = self._time_limit is not None and not all(one.proven for one in levels)
        return Outcome(self.assignment(), tuple(levels), limit="time" if late else None)

    def whole(self) -> tuple[Program, sparse.csr_array, Arcs, list[tuple[str, Ints]]]:
        """The program, the arcs that its columns take, as (arcs, columns), the arcs, and every sum's cost in its order."""
        sums = [(level, cost) for level in self._objective for cost in self._costs(level)]
        return self._program, self._takes, self._arcs, sums

    def _usable(self, arcs: Arcs) -> Arcs:
        """The arcs that a solution may have."""
        return possible(self._instance, arcs, self._seats)

    def _written(self) -> tuple[Program, sparse.csr_array]:
        """The program, and the arcs that each of its columns takes."""
        return program_of(self._instance, self._arcs, self._seats, reserves=self._reserves > 0)

    def _start(self) -> Ints:
        """Where the search begins. Where it may be stopped, each in turn by class and draw: so there is something to stop at."""
        in_turn = None if self._time_limit is None else self._in_turn()
        return self._bare() if in_turn is None else in_turn

    def _in_turn(self) -> Ints | None:
        """The solution of a serial dictatorship; None where its pairs sit as no column says, or it breaks a row."""
        try:
            found = by_mechanism(self._instance, serial_dictatorship)
        except InputError:  # it holds no pins; whether anything does is found out by `_bare`
            return None
        number = {(place.id, seat.kind): at for at, (place, seat) in enumerate(_all_seats(self._instance))}
        seat_of = {one: number[seat] for one, seat in found.assignment.items()}
        sits = np.array([seat_of.get(one.id, -1) for one in self._instance.candidates], dtype=np.int64)
        taken = (sits[self._arcs.candidate] == self._arcs.seat).astype(np.int64)
        x = np.zeros(len(self._program.upper), dtype=np.int64)
        x[self._on_arcs(taken) >= np.maximum(self._on_arcs(np.ones_like(taken)), 1)] = 1  # both of a pair, or the one
        opens = openable(self._arcs, self._seats)
        rest = len(x) - self._reserves
        x[rest - len(opens) : rest] = np.isin(opens, self._seats.place[sits[sits >= 0]])
        x[rest:] = self._program.upper[rest:]
        return x if self._program.holds(x) else None

    def _bare(self) -> Ints:
        """A solution that places only who must be: the pinned, and the people they need."""
        x = np.zeros(len(self._program.upper), dtype=np.int64)
        shortfalls = slice(len(x) - self._reserves, len(x))
        x[shortfalls] = self._program.upper[shortfalls]
        pinned = pins_of(self._instance) >= 0
        if not pinned.any():
            return x
        if not np.isin(np.flatnonzero(pinned), self._arcs.candidate).all():
            raise refusal(self._instance)
        label = self._program.components()
        held = self._takes.T @ pinned[self._arcs.candidate].astype(np.int64) > 0
        inside = np.flatnonzero(np.isin(label, label[held]))
        part, _ = self._program.part(inside, x)
        people = self._on_arcs(np.ones(len(self._arcs), dtype=np.int64))
        found = search(part, people[inside], max(self._deadline, time.monotonic() + FOR_PINS))
        if found.x is None and found.finished:
            raise refusal(self._instance)
        if found.x is None:
            raise InputError("", "no allocation that holds all pins was found in the time given")
        x[inside] = found.x
        return x

    def levels(self, progress: Callable[[Progress], None] | None) -> list[Level]:
        """Decide all levels, and then the lottery when it is none of them, so that the result is one and the same."""
        objective = self._objective
        hidden = () if "lottery" in objective else ("lottery",)
        steps = [list(self._costs(level)) for level in (*objective, *hidden)]
        left = sum(len(costs) for costs in steps)
        guides = [self._guide(steps[at:]) for at in range(len(steps) + 1)]
        self._state.polish(guides[0], self._share(left))
        decided: dict[str, list[Decision]] = {}
        for number, (name, costs) in enumerate(zip((*objective, *hidden), steps, strict=True), start=1):
            decided[name] = []
            for cost in costs:
                tell = None if progress is None or name not in objective else self._teller(progress, name, decided[name], number)
                decided[name].append(self._state.decide(cost, guides[number], self._share(left), tell))
                left -= 1
            if name in objective:
                self._tell(progress, _level(name, decided[name], self._unreachable(name)), number)
        x = self._with_least_shortfalls(self._state.x)
        return [self._final(name, decided[name], costs, x) for name, costs in zip(objective, steps, strict=False)]

    def _guide(self, steps: list[list[Ints]]) -> Ints:
        """One cost that weighs these levels: each some ten times as much as the most that one person is to the next.

        What is too far down to be told apart in such a sum is left out.
        """
        whole = np.zeros(len(self._program.upper), dtype=np.int64)
        costs = [cost for step in steps for cost in step if cost.any()]
        most = [int(np.abs(cost).max()) for cost in costs]
        told = [at for at in range(len(costs)) if _APART**at * math.prod(most[: at + 1]) <= _HEAVIEST]
        weight = 1
        for at in reversed(told):
            whole += weight * costs[at]
            weight *= _APART * most[at]
        return whole

    def _with_least_shortfalls(self, x: Ints) -> Ints:
        """The same allocation with no shortfall larger than it is; a search that was stopped may leave some so."""
        shortfalls = np.arange(len(x) - self._reserves, len(x))
        least = x.copy()
        least[shortfalls] = 0
        missing = np.maximum(self._program.least - self._program.rows @ least, 0)
        least[shortfalls] = missing[self._program.rows[:, shortfalls].tocsc().indices]
        return least

    def _final(self, name: str, decisions: list[Decision], costs: list[Ints], x: Ints) -> Level:
        """The level as the last point has it: where it was not proven, a later search may have come upon a better value."""
        final = [one.at(int(cost @ x)) for one, cost in zip(decisions, costs, strict=True)]
        return _level(name, final, self._unreachable(name))

    def _share(self, left: int) -> float:
        """The deadline of one step: a third of the time there is, so that later ones are looked at too."""
        now = time.monotonic()
        return self._deadline if left <= 1 else now + (self._deadline - now) / 3

    def _costs(self, level: str) -> Iterator[Ints]:
        """What each column costs, one after the other for a level that is a vector; always to be least."""
        arcs, instance = self._arcs, self._instance
        if level == "profile":
            longest = max((len(one.choices) for one in instance.candidates), default=0)
            yield from (self._on_arcs((arcs.rank == rank).astype(np.int64)) for rank in range(longest, 0, -1))
        elif level == "lottery":
            yield from (self._on_arcs(word) for word in self._lottery)
        elif level == "reserves":
            cost = np.zeros(len(self._program.upper), dtype=np.int64)
            cost[len(cost) - len(instance.reserves) :] = 1
            yield cost
        elif level == "ranks":
            yield self._on_arcs(arcs.rank)
        else:
            yield self._on_arcs(-self._wanted(level).astype(np.int64))

    def _wanted(self, level: str) -> Flags:
        """The arcs that a level wants as many of as can be."""
        arcs, candidates = self._arcs, self._instance.candidates
        if level == "placed":
            return np.ones(len(arcs), dtype=bool)
        if level == "kept":
            at = {one.id: position for position, one in enumerate(self._instance.places)}
            previous = np.array([-1 if one.previous is None else at.get(one.previous, -1) for one in candidates], dtype=np.int64)
            stays: Flags = previous[arcs.candidate] == arcs.place
            return stays
        wanted = np.array([f"class:{one.class_}" == level for one in candidates], dtype=bool)
        return wanted[arcs.candidate]

    def _on_arcs(self, cost: Ints) -> Ints:
        """What the columns cost when the arcs cost so much."""
        columns: Ints = self._takes.T @ cost
        return columns

    def _unreachable(self, level: str) -> int:
        """The part of the targets that is short whatever anyone does, which the program leaves out."""
        if level != "reserves":
            return 0
        return sum(max(0, one.at_least - len(self._instance.candidates)) for one in self._instance.reserves)

    def _teller(self, progress: Callable[[Progress], None], name: str, before: list[Decision], number: int) -> Tell:
        """What tells how far the search of a level is; of a vector the parts that are decided come before."""

        def tell(value: int, bound: int) -> None:
            level = _level(name, [*before, Decision(value, bound, proven=False)], self._unreachable(name))
            self._tell(progress, level, number, decided=False)

        return tell

    def _tell(self, progress: Callable[[Progress], None] | None, level: Level, number: int, *, decided: bool = True) -> None:
        if progress is not None:
            seconds = time.monotonic() - self._started
            of = len(self._objective)
            progress(Progress(level.level, number, of, level.value, level.bound, level.proven, seconds, decided))

    def assignment(self) -> dict[str, tuple[str, str]]:
        """Candidate id -> place id and kind."""
        taken = np.flatnonzero(self._takes @ self._state.x)
        names = [(place.id, seat.kind) for place in self._instance.places for seat in place.seats]
        chosen = least_kinds(self._instance, self._arcs, self._seats, taken)
        return {self._instance.candidates[one].id: names[seat] for one, seat in sorted(chosen.items())}


def _all_seats(instance: Instance) -> Iterator[tuple[Place, Seat]]:
    return ((place, seat) for place in instance.places for seat in place.seats)


def _level(name: str, decisions: list[Decision], unreachable: int) -> Level:
    """A level of the result from its steps: sums that are to be least, counts that are to be most, or vectors."""
    proven = all(one.proven for one in decisions)
    if name in {"profile", "lottery"}:
        return Level(name, [one.value for one in decisions], [one.bound for one in decisions], proven)
    (only,) = decisions
    sign = 1 if name in {"reserves", "ranks", "moved"} else -1
    bound = None if only.bound is None else sign * only.bound + unreachable
    return Level(name, sign * only.value + unreachable, bound, proven)
