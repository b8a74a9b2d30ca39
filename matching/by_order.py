"""The policies that go by order, `stable` and `queue`, from the instance to what a result says."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from matching.arcs import Arcs, Ints, seats_of
from matching.first_come import queue
from matching.kinds import least_kinds
from matching.market import Market, strict_wishes
from matching.plain import is_plain, plain_stable
from matching.problem import Instance
from matching.result import Level
from matching.rooms import kept_kinds
from matching.stable import stable
from matching.values import levels_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy came to: the part of a result that is not the same for all policies."""

    assignment: dict[str, tuple[str, str]]  # candidate id -> place id, kind
    levels: tuple[Level, ...]
    limit: str | None = None
    blocking: tuple[tuple[str, str], ...] = ()
    stable: bool | None = None
    could_open: int | None = None


def by_order(instance: Instance, policy: str) -> Outcome:
    """Place a canonical instance by `stable` or `queue`. Raises InputError for pins that cannot all hold."""
    if policy == "queue":
        return by_mechanism(instance, queue)
    arcs = strict_wishes(instance)
    if is_plain(instance):
        return replace(_outcome(instance, arcs, plain_stable(instance, arcs)), stable=True, could_open=0)
    found = stable(Market(instance, arcs))
    blocking = tuple((instance.candidates[one].id, instance.places[place].id) for one, place in found.blocking)
    outcome = _outcome(instance, arcs, found.at)
    return replace(outcome, blocking=blocking, stable=not blocking, could_open=found.could_open)


def by_mechanism(instance: Instance, mechanism: Callable[[Market], list[int | None]]) -> Outcome:
    """Place a canonical instance by a mechanism that is no policy (`first_come.boston`), to compare with."""
    arcs = strict_wishes(instance)
    return _outcome(instance, arcs, mechanism(Market(instance, arcs)))


def _outcome(instance: Instance, arcs: Arcs, at: Sequence[int | None]) -> Outcome:
    """Kinds and levels, when everybody's place is known."""
    where = np.array([-1 if place is None else place for place in at], dtype=np.int64)
    here = arcs.where(arcs.place == where[arcs.candidate])
    several = np.array([len(place.seats) > 1 for place in instance.places], dtype=bool)[here.place]
    chosen = dict(zip(here.candidate[~several].tolist(), here.seat[~several].tolist(), strict=True))
    options = here.where(several)
    chosen |= least_kinds(instance, options, seats_of(instance), _some_kinds(instance, options))
    seats = [(place.id, seat.kind) for place in instance.places for seat in place.seats]
    assignment = {instance.candidates[one].id: seats[seat] for one, seat in sorted(chosen.items())}
    return Outcome(assignment, levels_of(instance, {one: place for one, (place, _) in assignment.items()}))


def _some_kinds(instance: Instance, options: Arcs) -> Ints:
    """An arc for each of these people, who have a place with several kinds, so that all places keep their rules."""
    by_place: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))  # place -> person -> seat -> arc
    for arc, (one, place, seat) in enumerate(
        zip(options.candidate.tolist(), options.place.tolist(), options.seat.tolist(), strict=True)
    ):
        by_place[place][one][seat] = arc
    first_seat = [0, *accumulate(len(place.seats) for place in instance.places)]
    taken = []
    for place, people in by_place.items():
        first = first_seat[place]
        kinds = kept_kinds(instance.places[place], {one: tuple(seat - first for seat in seats) for one, seats in people.items()})
        taken += [people[one][first + kind] for one, kind in kinds.items()]
    return np.array(sorted(taken), dtype=np.int64)
