"""Bounds: checked by their certificates, and those of small instances by solving the whole model again with CP-SAT.

The question for each claimed component is: with all before it as they are, is anything better than the bound? A yes
comes with a better allocation, so it refutes the bound; a no proves it. Neither in time, and the note says so.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from matching.problem import Place
from matching.result import Level
from matching.verify.certificate import certified
from matching.verify.levels import components, released_ids, wants_most, words
from matching.verify.report import Problem, Report
from matching.verify.rules import Seated, always_open, rank_of, takes

SMALL = 2_000  # variables: one per candidate, place asked for, and kind
LARGEST = 2**31  # a number above this does not fit CP-SAT's arithmetic with room to add
EFFORT = 4.0  # CP-SAT's deterministic seconds per component


def check_bounds(seated: Seated, *, prove_small: bool) -> Report:
    """Bounds that certificates or a better allocation refute, how the others were checked, and a note for each that was not."""
    if seated.result.policy not in {"optimal", "repair"}:
        return Report(())
    claimed = [level for level in seated.result.levels if level.bound is not None]
    problems, proven = certified(seated)
    checked = dict.fromkeys(proven, "certificate")
    if claimed[len(proven) :] and not problems and prove_small and _size(seated) <= SMALL:
        refuted, solved = _check(seated, claimed, len(proven))
        problems += refuted
        checked |= dict.fromkeys(solved, "solved again")
    left = [level.level for level in claimed if level.level not in checked]
    return Report(tuple(problems), tuple(f"bound not checked: {level}" for level in left), checked)


def _size(seated: Seated) -> int:
    """The number of variables, or more than any model may have where a number of the instance is too large for CP-SAT."""
    seats = [number for place in seated.places.values() for seat in place.seats for number in (seat.capacity, seat.minimum)]
    limits = [pool.limit for pool in seated.instance.pools] + [reserve.at_least for reserve in seated.instance.reserves]
    if max([*seats, *limits], default=0) > LARGEST:
        return SMALL + 1
    wishes = (place for one in seated.instance.candidates for group in one.choices for place in group)
    return sum(len(seated.places[place].seats) for place in wishes)


def _check(seated: Seated, claimed: list[Level], sure: int) -> tuple[list[Problem], list[str]]:
    """What a better allocation refutes, and the levels that it cannot; the first `sure` levels are known to be right."""
    model = WholeModel(seated)
    solved: list[str] = []
    for number, level in enumerate(claimed):
        if number < sure:
            for part, value in zip(model.parts(level.level), components(level.value), strict=True):
                model.hold(part == value)
            continue
        answer = _beats(model, level)
        if answer:
            message = f"{level.level} can be better than the bound {level.bound}"
            return [Problem("bound", message, (level.level,))], solved
        if answer is None:  # what comes after rests on it
            break
        solved.append(level.level)
        if not level.proven:
            break
    return [], solved


def _beats(model: "WholeModel", level: Level) -> bool | None:
    """Whether something is better than the bound; None where the effort did not suffice."""
    values = level.value if isinstance(level.value, list) else [level.value]
    bounds = level.bound if isinstance(level.bound, list) else [level.bound] if level.bound is not None else []
    sure: bool | None = False
    for part, value, bound in zip(model.parts(level.level), values, bounds, strict=False):
        if bound is None:
            return sure
        answer = model.reaches(part, bound + 1 if wants_most(level.level) else bound - 1, most=wants_most(level.level))
        if answer:
            return True
        sure = None if answer is None else sure
        if value != bound:
            return sure
        model.hold(part == value)
    return sure


class WholeModel:
    """Every rule of the instance as one CP-SAT model; levels are held one after the other."""

    def __init__(self, seated: Seated) -> None:
        from ortools.sat.python import cp_model  # slow to import, and only small instances need it

        self.cp, self.seated, self.model = cp_model, seated, cp_model.CpModel()
        self.seats: dict[tuple[str, str, str], Any] = {}  # candidate id, place id, kind
        self.released = set(released_ids(seated))
        self.at: dict[tuple[str, str], Any] = {}  # candidate id, place id -> sum over kinds
        self._add_candidates()
        for place in seated.instance.places:
            self._add_place(place)
        self._add_pools()
        self._add_partners()
        for key, seat in self.seats.items():
            self.model.add_hint(seat, seated.where.get(key[0]) == key[1:])

    def _add_candidates(self) -> None:
        for one in self.seated.instance.candidates:
            for place in (self.seated.places[id_] for group in one.choices for id_ in group):
                kinds = [seat.kind for seat in place.seats if place.id not in one.excluded and takes(seat, one)]
                for kind in kinds:
                    self.seats[one.id, place.id, kind] = self.model.new_bool_var("")
                if kinds:
                    self.at[one.id, place.id] = sum(self.seats[one.id, place.id, kind] for kind in kinds)
            asked = ((one.id, place) for group in one.choices for place in group)
            self.model.add(sum(self.at[pair] for pair in asked if pair in self.at) <= 1)
            if one.pinned is not None:
                self.model.add(self.at[one.id, one.pinned] == 1)
            if self.seated.result.policy == "repair" and one.previous is not None and one.id not in self.released:
                had = rank_of(one, one.previous) or 0
                no_worse = [(one.id, place) for group in one.choices[:had] for place in group]
                self.model.add(self._sum(self.at[pair] for pair in no_worse if pair in self.at) == 1)

    def _add_place(self, place: Place) -> None:
        opened = 1 if always_open(place) else self.model.new_bool_var("")
        heads = []
        for seat in place.seats:
            key = place.id, seat.kind
            count = self._sum(x for pair, x in self.seats.items() if pair[1:] == key)
            self.model.add(count >= seat.minimum * opened)
            self.model.add(count <= seat.capacity * opened)
            heads.append(count)
        for one, other in pairwise(heads):
            if place.equal:
                self.model.add(one == other)

    def _add_pools(self) -> None:
        for pool in self.seated.instance.pools:
            self.model.add(self._sum(x for (_, place), x in self.at.items() if place in pool.places) <= pool.limit)

    def _add_partners(self) -> None:
        for one in self.seated.instance.candidates:
            for place in self.seated.places if one.together else ():
                self.model.add(self.at.get((one.id, place), 0) == self.at.get((str(one.together), place), 0))

    def _sum(self, terms: Iterable[Any]) -> Any:
        return self.cp.LinearExpr.sum(list(terms))

    def parts(self, level: str) -> list[Any]:
        """The level's components as expressions, in the order they are decided."""
        by_id, seed = self.seated.candidates, self.seated.result.seed
        ranks = {pair: rank_of(by_id[pair[0]], pair[1]) or 0 for pair in self.at}
        if level == "ranks":
            return [self._sum(ranks[pair] * x for pair, x in self.at.items())]
        if level == "profile":
            longest = max((len(one.choices) for one in by_id.values()), default=0)
            each = range(longest, 0, -1)
            return [self._sum(x for pair, x in self.at.items() if ranks[pair] == rank) for rank in each]
        if level == "lottery":
            return [self._sum(words(seed, *pair)[k] * x for pair, x in self.at.items()) for k in range(3)]
        if level == "reserves":
            return [self._shortfall()]
        return [self._sum(x for (one, place), x in self.at.items() if self._counts(level, one, place))]

    def _counts(self, level: str, one: str, place: str) -> bool:
        candidate = self.seated.candidates[one]
        if level == "kept":
            return candidate.previous == place
        if level == "moved":
            return candidate.previous not in {None, place}
        if level == "released":
            return one in self.released
        return level == "placed" or level == f"class:{candidate.class_}"

    def _shortfall(self) -> Any:
        short = []
        for reserve in self.seated.instance.reserves:
            tagged = {one.id for one in self.seated.instance.candidates if reserve.tag in one.tags}
            there = [x for (one, place), x in self.at.items() if one in tagged and place in reserve.places]
            short.append(self.model.new_int_var(0, reserve.at_least, ""))
            self.model.add(short[-1] >= reserve.at_least - self._sum(there))
        return self._sum(short)

    def hold(self, rule: Any) -> None:
        """Keep one more rule from now on, such as a component at its value."""
        self.model.add(rule)

    def reaches(self, part: Any, target: int, *, most: bool) -> bool | None:
        """Whether the component can be as good as the target; None where that stays open."""
        trial = self.model.clone()
        trial.add(part >= target if most else part <= target)
        return self._is_possible(trial)

    def is_possible(self) -> bool | None:
        """Whether there is an allocation at all; None where that stays open."""
        return self._is_possible(self.model)

    def _is_possible(self, model: Any) -> bool | None:
        solver = self.cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2  # the relaxation settles most of it: ten times faster
        solver.parameters.max_deterministic_time = EFFORT
        status = solver.solve(model)
        if status in {self.cp.OPTIMAL, self.cp.FEASIBLE}:
            return True
        return False if status == self.cp.INFEASIBLE else None
