"""Why the places given by hand cannot all be held: few pins that contradict each other, and the rule that stops them."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import replace

import numpy as np

from matching.arcs import arcs_of, pins_of, possible, seats_of
from matching.highs import search
from matching.problem import Candidate, InputError, Instance, Place, Seat
from matching.program import program_of


def refusal(instance: Instance) -> InputError:
    """The error for an instance whose pins cannot all hold. Slow: it solves many smaller questions to find few pins."""
    pinned = [one.id for one in instance.candidates if one.pinned is not None]
    core = _fewest(pinned, lambda ids: pins_hold(_with_pins(instance, ids)))
    smaller = _with_pins(instance, core)
    named = ", ".join(f"{one.id!r} to {one.pinned!r}" for one in smaller.candidates if one.pinned is not None)
    reason = next((why for why, relaxed in _relaxed(smaller) if pins_hold(relaxed)), "several rules together stop that")
    return InputError("", f"the pins cannot all hold ({named}): {reason}")


def pins_hold(instance: Instance) -> bool:
    """Whether there is an allocation that holds every pin."""
    seats = seats_of(instance)
    arcs = possible(instance, arcs_of(instance), seats)
    pinned = np.flatnonzero(pins_of(instance) >= 0)
    if not np.isin(pinned, arcs.candidate).all():
        return False
    program, _ = program_of(instance, arcs, seats, reserves=False)
    return len(arcs) == 0 or search(program, np.zeros(len(program.upper), dtype=np.int64), np.inf).x is not None


def held_with_pins(instance: Instance, unwilling: Mapping[str, int]) -> dict[str, str]:
    """Who must have which place for the pins to hold, candidate id -> place id: few, and those who like it best.

    `unwilling` says how often somebody has turned out to rather be elsewhere; those come last. Raises InputError where
    the pins cannot hold.
    """
    pinned = {one.pinned for one in instance.candidates if one.pinned is not None}
    asking = {one.id for one in instance.candidates if any(place in pinned for group in one.choices for place in group)}
    smaller = replace(
        instance,
        candidates=tuple(_asking_only(one, pinned) for one in instance.candidates if one.id in asking or one.together in asking),
        places=tuple(one for one in instance.places if one.id in pinned),
        pools=tuple(
            replace(pool, places=inside) for pool in instance.pools if (inside := tuple(filter(pinned.__contains__, pool.places)))
        ),
        reserves=(),
    )
    seats = seats_of(smaller)
    arcs = possible(smaller, arcs_of(smaller), seats)
    program, takes = program_of(smaller, arcs, seats, reserves=False)
    people = len(smaller.candidates)
    dislike = (
        arcs.rank + people * np.array([unwilling.get(one.id, 0) for one in smaller.candidates], dtype=np.int64)[arcs.candidate]
    )
    found = search(program, takes.T @ (people * (dislike - 1) + 1), np.inf)
    if found.x is None:
        raise refusal(instance)
    taken = np.flatnonzero(takes @ found.x)
    pairs = zip(arcs.candidate[taken].tolist(), arcs.place[taken].tolist(), strict=True)
    return {smaller.candidates[one].id: smaller.places[place].id for one, place in pairs}


def _asking_only(one: Candidate, places: Container[str]) -> Candidate:
    """The candidate with no place among the choices but these; the ranks stay."""
    choices = tuple(tuple(place for place in group if place in places) for group in one.choices)
    return replace(one, choices=choices)


def _fewest(ids: list[str], holds: Callable[[list[str]], bool]) -> list[str]:
    """Some of the ids that do not hold together, though they would without any one of them. All of them do not hold."""
    core: list[str] = []
    while holds(core):
        low, high = 0, len(ids)  # the first `low` hold beside the core, the first `high` do not
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if holds(core + ids[:middle]) else (low, middle)
        core, ids = [*core, ids[high - 1]], ids[: high - 1]
    return core


def _with_pins(instance: Instance, ids: list[str]) -> Instance:
    """The instance with these pins only."""
    kept = set(ids)
    return replace(
        instance, candidates=tuple(one if one.id in kept else replace(one, pinned=None) for one in instance.candidates)
    )


def _relaxed(instance: Instance) -> Iterator[tuple[str, Instance]]:
    """The instance without one rule after the other, each with the sentence that names the rule."""
    pinned = sorted({one.pinned for one in instance.candidates if one.pinned is not None})
    for place in pinned:
        yield f"{place!r} has too few seats", _with_place(instance, place, lambda one: _with_seats(one, _roomy))
    for pool in instance.pools:
        if not set(pinned).isdisjoint(pool.places):
            others = tuple(one for one in instance.pools if one is not pool)
            yield f"the pool {pool.id!r} has too little room", replace(instance, pools=others)
    for one in instance.candidates:
        if one.pinned is not None and one.together is not None:
            reason = f"{one.id!r} and {one.together!r} are placed together, and cannot be there"
            yield reason, _without_pair(instance, one)
    for place in pinned:
        yield (
            f"{place!r} cannot have equally many of each kind",
            _with_place(instance, place, lambda one: replace(one, equal=False)),
        )
        yield f"{place!r} cannot be filled to its minimum", _with_place(instance, place, lambda one: _with_seats(one, _unbound))


def _with_place(instance: Instance, place: str, change: Callable[[Place], Place]) -> Instance:
    return replace(instance, places=tuple(change(one) if one.id == place else one for one in instance.places))


def _with_seats(place: Place, change: Callable[[Seat], Seat]) -> Place:
    return replace(place, seats=tuple(change(seat) for seat in place.seats))


def _roomy(seat: Seat) -> Seat:
    return replace(seat, capacity=seat.capacity + 1_000_000)


def _unbound(seat: Seat) -> Seat:
    return replace(seat, minimum=0)


def _without_pair(instance: Instance, one: Candidate) -> Instance:
    pair = {one.id, one.together}
    return replace(
        instance, candidates=tuple(replace(one, together=None) if one.id in pair else one for one in instance.candidates)
    )
