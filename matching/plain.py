"""Deferred acceptance where every place has seats of one kind and nothing else binds: arrays, no objects.

The source of the rules is docs/how/engine.md, "The policies". Without minima, pools and couples the stable result that is
best for every candidate is one and the same in whatever order people ask (Gale & Shapley 1962), so all of these find it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.arcs import Arcs, Ints, pins_of
from matching.market import standing_of
from matching.pins import refusal
from matching.problem import Instance

type Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everybody's wishes one after the other, best first: those of candidate c are `first[c]` to before `first[c + 1]`."""

    first: Numbers  # (candidates + 1,)
    candidate: Numbers  # (wishes,)
    place: Numbers  # (wishes,)
    order: Numbers  # (wishes,); who has less is preferred at the place; no two at one place have the same
    capacity: Numbers  # (places,)


def is_plain(instance: Instance) -> bool:
    """Whether there are neither several kinds at a place, nor minima, pools and couples."""
    alone = all(one.together is None for one in instance.candidates)
    return alone and not instance.pools and all(len(one.seats) == 1 and not one.seats[0].minimum for one in instance.places)


def plain_stable(instance: Instance, arcs: Arcs, accept: Callable[[Wishes], Numbers] | None = None) -> list[int | None]:
    """The place of each candidate of a plain instance. Raises InputError for pins that cannot all hold."""
    pins = pins_of(instance)
    capacity = np.array([min(one.seats[0].capacity, len(pins)) for one in instance.places], dtype=np.int64)
    capacity -= np.bincount(pins[pins >= 0], minlength=len(capacity))
    if (capacity < 0).any():
        raise refusal(instance)
    order = _order(instance, arcs)
    free = (pins[arcs.candidate] < 0) & (capacity[arcs.place] > 0)
    wishes = wishes_of(arcs.candidate[free], arcs.place[free], order[free], capacity, len(pins))
    taken = (accept or in_rounds)(wishes)
    at = pins.copy()
    at[wishes.candidate[taken]] = wishes.place[taken]
    return [None if place < 0 else place for place in at.tolist()]


def wishes_of(candidate: Ints, place: Ints, order: Ints, capacity: Ints, candidates: int) -> Wishes:
    """Put together; `candidate` is sorted."""
    first = np.searchsorted(candidate, np.arange(candidates + 1))
    asking = np.bincount(place, minlength=len(capacity))
    arrays = (first, candidate, place, order, np.minimum(capacity, asking))
    return Wishes(*(np.ascontiguousarray(array, dtype=np.int32) for array in arrays))


def _order(instance: Instance, arcs: Arcs) -> Ints:
    """For each arc where the candidate stands at the place."""
    standing = standing_of(instance)[arcs.candidate]
    if not any(place.tiers for place in instance.places):
        return standing
    named = sorted({tier for place in instance.places for tier in place.tiers.values()})
    number = {tier: at for at, tier in enumerate(named)}
    classes = {class_: at for at, class_ in enumerate(sorted({one.class_ for one in instance.candidates}))}
    class_ = np.array([classes[one.class_] for one in instance.candidates], dtype=np.int64)[arcs.candidate]
    tier = np.full(len(arcs), len(named), dtype=np.int64)
    for arc, (one, place) in enumerate(zip(arcs.candidate.tolist(), arcs.place.tolist(), strict=True)):
        tiers = instance.places[place].tiers
        if tiers and instance.candidates[one].id in tiers:
            tier[arc] = number[tiers[instance.candidates[one].id]]
    order = np.empty(len(arcs), dtype=np.int64)
    order[np.lexsort((standing, tier, class_))] = np.arange(len(arcs))
    return order


def in_rounds(wishes: Wishes) -> Numbers:
    """Which wishes come true: all who have nothing ask at once, each place keeps the best, and so on; numpy alone."""
    desks = np.concatenate(
        [[0], np.cumsum(wishes.capacity, dtype=np.int64)]
    )  # the seats of place p are desks[p] to before desks[p + 1]
    seats = np.full(desks[-1], -1, dtype=np.int32)  # the wish that holds each seat; in each place the best first
    last_seat = desks[1:] - 1
    span = int(wishes.order.max(initial=0)) + 1
    key = wishes.place.astype(np.int64) * span + wishes.order  # by place, then who is preferred there
    following, last = wishes.first[:-1].copy(), wishes.first[1:]
    asking = np.flatnonzero(following < last)
    while len(asking):
        asked = following[asking]
        following[asking] += 1
        worst = seats[last_seat[wishes.place[asked]]]
        hopeful = (worst < 0) | (key[asked] < key[worst])
        if hopeful.any():
            refused = _seat_best(wishes, key, desks, seats, asked[hopeful])
            asking = np.concatenate([asking[~hopeful], wishes.candidate[refused]])
        asking = asking[following[asking] < last[asking]]
    return seats[seats >= 0]


def _seat_best(wishes: Wishes, key: Ints, desks: Ints, seats: Numbers, asked: Numbers) -> Numbers:
    """Let the places choose among those who have a seat and those who ask; the wishes that are refused."""
    places = np.unique(wishes.place[asked])
    sizes = wishes.capacity[places]
    starts = np.cumsum(sizes) - sizes
    theirs = np.arange(int(sizes.sum())) + np.repeat(desks[places] - starts, sizes)
    held = seats[theirs]
    wish = np.concatenate([held[held >= 0], asked])
    wish = wish[np.argsort(key[wish])]
    place = wishes.place[wish]
    begins = np.flatnonzero(np.concatenate([[True], place[1:] != place[:-1]]))
    number = np.arange(len(wish)) - np.repeat(begins, np.diff(np.append(begins, len(wish))))
    kept = number < wishes.capacity[place]
    seats[theirs] = -1
    seats[desks[place[kept]] + number[kept]] = wish[kept]
    refused: Numbers = wish[~kept]
    return refused
