"""Deferred acceptance in machine code, where numba is installed (the extra `fast`); otherwise importing this fails."""

import numba
import numpy as np

from matching.plain import Numbers, Wishes


def one_by_one(wishes: Wishes) -> Numbers:
    """Which wishes come true: one candidate after the other asks, and whoever is refused for them asks on."""
    taken: Numbers = _one_by_one(wishes.first, wishes.candidate, wishes.place, wishes.order, wishes.capacity)
    return taken


@numba.njit(cache=True)
def _one_by_one(first: Numbers, candidate: Numbers, place: Numbers, order: Numbers, capacity: Numbers) -> Numbers:
    """Each place keeps the wishes it holds in a heap, the last in its order on top."""
    desks = np.zeros(len(capacity) + 1, dtype=np.int32)
    for number in range(len(capacity)):
        desks[number + 1] = desks[number] + capacity[number]
    heap = np.empty(desks[-1], dtype=np.int32)
    held = np.zeros(len(capacity), dtype=np.int32)
    following = first[:-1].copy()
    for one in range(len(first) - 1):
        asking = one
        while following[asking] < first[asking + 1]:
            wish = following[asking]
            following[asking] += 1
            at = place[wish]
            if held[at] < capacity[at]:
                held[at] += 1
                _rise(heap, desks[at], held[at] - 1, wish, order)
                break
            top = heap[desks[at]]
            if order[wish] < order[top]:
                _sink(heap, desks[at], held[at], wish, order)
                asking = candidate[top]
    taken = np.empty(held.sum(), dtype=np.int32)
    count = 0
    for at in range(len(capacity)):
        for number in range(held[at]):
            taken[count] = heap[desks[at] + number]
            count += 1
    return taken


@numba.njit(cache=True)
def _rise(heap: Numbers, start: int, number: int, wish: int, order: Numbers) -> None:
    """Put the wish at the end of the heap and let it rise."""
    while number > 0:
        above = (number - 1) // 2
        if order[heap[start + above]] >= order[wish]:
            break
        heap[start + number] = heap[start + above]
        number = above
    heap[start + number] = wish


@numba.njit(cache=True)
def _sink(heap: Numbers, start: int, count: int, wish: int, order: Numbers) -> None:
    """Put the wish in place of the top and let it sink."""
    number = 0
    while 2 * number + 1 < count:
        below = 2 * number + 1
        if below + 1 < count and order[heap[start + below + 1]] > order[heap[start + below]]:
            below += 1
        if order[heap[start + below]] <= order[wish]:
            break
        heap[start + number] = heap[start + below]
        number = below
    heap[start + number] = wish
