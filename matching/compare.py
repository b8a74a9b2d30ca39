"""The policies side by side on one round: who gets what, who envies whom, who moves, and who would gain by a shorter list.

The source is docs/how/engine.md, "Policies"; what each number means is told in docs/matching/compare.md.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

from matching.market import draw
from matching.problem import Candidate, InputError, Instance, Place, canonical, eligible_kinds
from matching.result import Level, Result
from matching.rooms import Room
from matching.solve import solve

__all__ = ["POLICIES", "Between", "Comparison", "Cuts", "Envy", "Measures", "Outcome", "compare", "measure", "truncations"]

POLICIES = ("optimal", "stable", "queue")
SAMPLE = 10

type Assignment = Mapping[str, tuple[str, str]]  # candidate id -> place id, kind
type Shares = dict[str, dict[str, int]]  # a value -> how many `candidates`, and how many of them are `placed`


@dataclass(frozen=True, slots=True)
class Envy:
    """Pairs of somebody and one who sits where they would rather be, and comes after them there; and how many envy so.

    Of these `pairs_by_priority` and `people_by_priority` are those where class or tier decides, and not the draw alone.
    """

    pairs: int
    people: int
    pairs_by_priority: int
    people_by_priority: int


@dataclass(frozen=True, slots=True)
class Measures:
    """What an allocation is like. `profile[r]` is how many got a choice of rank r + 1; `groups` are by dimension and value."""

    placed: int
    unplaced: int
    classes: Shares
    groups: dict[str, Shares]
    profile: tuple[int, ...]
    mean_rank: float | None
    envy: Envy
    shortfall: int


@dataclass(frozen=True, slots=True)
class Cuts:
    """How many of a sample would have got something better by handing in a shorter list, all others as they are.

    `unknown`: the time ended before all shorter lists were tried to the end, and none that were tried was better.
    """

    sample: int
    gained: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A policy, what it came to, and what it is like."""

    policy: str
    levels: tuple[Level, ...]
    stable: bool | None
    measures: Measures
    cuts: Cuts
    seconds: float


@dataclass(frozen=True, slots=True)
class Between:
    """How two policies differ: candidates at the same place, at different places, and placed by one alone."""

    first: str
    second: str
    same: int
    moved: int
    only_first: int
    only_second: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """All policies, and each two of them."""

    candidates: int
    seed: int
    outcomes: tuple[Outcome, ...]
    between: tuple[Between, ...]

    def data(self) -> dict[str, Any]:
        """All of it as JSON data."""
        whole = asdict(self)
        for outcome in whole["outcomes"]:
            outcome["levels"] = [
                {key: level[key] for key in ("level", "value", "bound", "proven")} for level in outcome["levels"]
            ]
        return whole


def compare(
    instance: Instance,
    policies: Sequence[str] = POLICIES,
    *,
    sample: int = SAMPLE,
    time_limit: float | None = None,
) -> Comparison:
    """Solve the round by each policy, and tell how the results differ.

    `sample` is how many candidates are tried with shorter lists, each list a solve of its own; the same ones for every
    policy, drawn by the seed of the round. `time_limit` is in seconds, for each solve. Raises InputError as `solve` does.
    """
    ordered = canonical(instance)
    results = {policy: solve(ordered, policy, time_limit) for policy in policies}
    drawn = _drawn(ordered, sample)
    outcomes = [
        Outcome(
            policy,
            result.levels,
            result.stable,
            measure(ordered, result.assignment),
            _cuts(ordered, result, drawn, time_limit),
            result.seconds,
        )
        for policy, result in results.items()
    ]
    between = [_between(one, other) for one, other in combinations(results.values(), 2)]
    return Comparison(len(ordered.candidates), ordered.seed, tuple(outcomes), tuple(between))


# --- what one allocation is like --------------------------------------------------------------------------------------


def measure(instance: Instance, assignment: Assignment) -> Measures:
    """What an allocation that keeps the rules is like; whoever made it."""
    people = instance.candidates
    ranks = Counter(rank_of(one, assignment[one.id][0]) for one in people if one.id in assignment)
    longest = max((len(one.choices) for one in people), default=0)
    placed = ranks.total()
    groups: dict[str, Shares] = {}
    for tag in sorted({tag for one in people for tag in one.tags if ":" in tag}):
        dimension, _, value = tag.partition(":")
        groups.setdefault(dimension, {})[value] = _share([one for one in people if tag in one.tags], assignment)
    by_class: dict[str, list[Candidate]] = defaultdict(list)
    for one in sorted(people, key=lambda one: one.class_):
        by_class[str(one.class_)].append(one)
    return Measures(
        placed=placed,
        unplaced=len(people) - placed,
        classes={number: _share(members, assignment) for number, members in by_class.items()},
        groups=groups,
        profile=tuple(ranks[rank] for rank in range(1, longest + 1)),
        mean_rank=sum(ranks.elements()) / placed if placed else None,
        envy=_envy(instance, assignment),
        shortfall=_shortfall(instance, assignment),
    )


def rank_of(one: Candidate, place: str) -> int:
    """The rank of a place that the candidate asked for, from 1."""
    return next(rank for rank, group in enumerate(one.choices, 1) if place in group)


def _share(members: list[Candidate], assignment: Assignment) -> dict[str, int]:
    return {"candidates": len(members), "placed": sum(one.id in assignment for one in members)}


def _shortfall(instance: Instance, assignment: Assignment) -> int:
    tags = {one.id: one.tags for one in instance.candidates}
    there: dict[str, list[str]] = defaultdict(list)
    for id_, (place, _) in assignment.items():
        there[place].append(id_)
    return sum(
        max(0, reserve.at_least - sum(reserve.tag in tags[id_] for place in reserve.places for id_ in there[place]))
        for reserve in instance.reserves
    )


def _envy(instance: Instance, assignment: Assignment) -> Envy:
    """Who would rather sit where somebody sits who comes after them, and could, when that one is gone."""
    envious: list[tuple[str, bool]] = []
    courts = _courts(instance, assignment)
    for one in instance.candidates:
        if one.pinned is None and one.together is None:
            received = len(one.choices) + 1 if one.id not in assignment else rank_of(one, assignment[one.id][0])
            wanted = (courts[place] for group in one.choices[: received - 1] for place in group if place in courts)
            envious += [(one.id, by_priority) for court in wanted for by_priority in court.envied_by(one)]
    strongly = [one for one, by_priority in envious if by_priority]
    return Envy(len(envious), len({one for one, _ in envious}), len(strongly), len(set(strongly)))


def _courts(instance: Instance, assignment: Assignment) -> dict[str, "_Court"]:
    people: dict[str, dict[str, Candidate]] = defaultdict(dict)
    for one in instance.candidates:
        if one.id in assignment:
            people[assignment[one.id][0]][one.id] = one
    draws = {one.id: draw(instance.seed, one.id) for one in instance.candidates}
    places = {one.id: one for one in instance.places}
    return {place: _Court(places[place], there, assignment, draws) for place, there in people.items()}


class _Court:
    """A place with its people, and their order there: class, tier, draw, id."""

    def __init__(self, place: Place, there: dict[str, Candidate], assignment: Assignment, draws: Mapping[str, int]) -> None:
        self.place = place
        self.draws = draws
        self.there = there
        self.kind = {id_: assignment[id_][1] for id_ in there}
        # who is pinned, or has a partner, cannot be sent away alone
        self.people = [(self._priority(one), one) for one in there.values() if one.pinned is None and one.together is None]

    def envied_by(self, one: Candidate) -> Iterator[bool]:
        """For each of the people whom the candidate envies, whether class or tier decides."""
        kinds = eligible_kinds(one, self.place)
        mine = self._priority(one)
        for theirs, other in self.people if kinds else ():
            drawn = (self.draws[one.id], one.id) < (self.draws[other.id], other.id)
            if (mine < theirs or (mine == theirs and drawn)) and self._could_replace(one, kinds, other):
                yield mine < theirs

    def _priority(self, one: Candidate) -> tuple[int, bool, int]:
        tier = self.place.tiers.get(one.id)
        return one.class_, tier is None, tier or 0

    def _could_replace(self, one: Candidate, kinds: tuple[str, ...], other: Candidate) -> bool:
        """Whether the place keeps its rules with the one instead of the other, kinds given anew."""
        if self.kind[other.id] in kinds:
            return True
        if len(self.place.seats) == 1:
            return False
        number = {seat.kind: at for at, seat in enumerate(self.place.seats)}
        seats = self.place.seats
        room = Room([seat.capacity for seat in seats], [seat.minimum for seat in seats], equal=self.place.equal)
        people = [*(each for each in self.there.values() if each is not other), one]
        return room.allows([tuple(number[kind] for kind in eligible_kinds(each, self.place)) for each in people])


# --- two results ------------------------------------------------------------------------------------------------------


def _between(one: Result, other: Result) -> Between:
    first = {id_: place for id_, (place, _) in one.assignment.items()}
    second = {id_: place for id_, (place, _) in other.assignment.items()}
    both = first.keys() & second.keys()
    same = sum(first[id_] == second[id_] for id_ in both)
    return Between(one.policy, other.policy, same, len(both) - same, len(first) - len(both), len(second) - len(both))


# --- shorter lists ----------------------------------------------------------------------------------------------------


def _drawn(instance: Instance, sample: int) -> list[Candidate]:
    """Candidates who could cut their list: those with two choices at least, whom nothing is given by hand."""
    able = [one for one in instance.candidates if len(one.choices) > 1 and one.pinned is None]
    rng = random.Random(f"{instance.seed}/cuts")  # noqa: S311 - the same again on any machine
    return rng.sample(able, min(sample, len(able)))


def _cuts(instance: Instance, result: Result, drawn: list[Candidate], time_limit: float | None) -> Cuts:
    told = Counter(_gains(instance, result, one, time_limit) for one in drawn)
    return Cuts(len(drawn), told[True], told[None])


def _gains(instance: Instance, result: Result, one: Candidate, time_limit: float | None) -> bool | None:
    """Whether a shorter list gets the candidate something better; None where the time ended first."""
    seat = result.assignment.get(one.id)
    received = len(one.choices) + 1 if seat is None else rank_of(one, seat[0])
    certain = result.limit is None
    for choices in truncations(one, received):
        again = _solved_with(instance, result.policy, replace(one, choices=choices), time_limit)
        if again is None:
            certain = certain and time_limit is None
            continue
        certain = certain and again.limit is None
        new = again.assignment.get(one.id)
        if certain and new is not None and rank_of(one, new[0]) < received:
            return True
    return False if certain else None


def _solved_with(instance: Instance, policy: str, one: Candidate, time_limit: float | None) -> Result | None:
    """The result with another list; None where the pins cannot hold then, or could not in the time."""
    people = tuple(one if other.id == one.id else other for other in instance.candidates)
    try:
        return solve(replace(instance, candidates=people), policy, time_limit)
    except InputError:
        return None


def truncations(one: Candidate, received: int) -> Iterator[tuple[tuple[str, ...], ...]]:
    """The shorter lists that could get something above the rank received: the list cut at each length, and each place alone."""
    if received > 1:
        yield from (one.choices[:length] for length in range(1, len(one.choices)))
    for group in one.choices[: received - 1]:
        for place in group:
            if (place,) != one.choices[0]:
                yield ((place,),)
