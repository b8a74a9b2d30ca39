"""`stable` and `queue` against the text of the rules, by trying everything; and the examples of the literature."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from matching.problem import Instance, Pool
from matching.result import Result
from matching.solve import solve
from matching.tests.brute import Where, allocations, random_instance
from matching.tests.stability import blocking_pairs, could_open, first_served, prefers, stable_allocations
from matching.verify import verify

ROUNDS = 150


def random_round(rng: random.Random) -> Instance:
    """A small round with tiers and arrivals; many with more couples and tighter pools, some without any of what binds."""
    drawn = random_instance(rng)
    share = rng.random()
    if share < 0.5:
        drawn = _crowded(rng, drawn)
    elif share < 0.7:
        drawn = _ordinary(drawn)
    places = tuple(
        replace(place, tiers={one.id: rng.randint(0, 1) for one in drawn.candidates if rng.random() < 0.3})
        for place in drawn.places
    )
    arrivals = (None, 0, 1, 2, 3)
    candidates = tuple(replace(one, arrived=rng.choice(arrivals)) for one in drawn.candidates)
    return replace(drawn, places=places, candidates=candidates)


def _ordinary(drawn: Instance) -> Instance:
    """The round without minima, equal numbers, pools and couples."""
    free = (tuple(replace(seat, minimum=0) for seat in place.seats) for place in drawn.places)
    places = tuple(replace(place, seats=seats, equal=False) for place, seats in zip(drawn.places, free, strict=True))
    return replace(drawn, places=places, pools=(), candidates=tuple(replace(one, together=None) for one in drawn.candidates))


def _crowded(rng: random.Random, drawn: Instance) -> Instance:
    while True:
        crowded = replace(_with_couples(rng, drawn), pools=(*drawn.pools, *_tight_pools(rng, drawn)))
        if next(allocations(crowded), None) is not None:
            return crowded


def _with_couples(rng: random.Random, drawn: Instance) -> Instance:
    people = {one.id: one for one in drawn.candidates}
    alone = [one for one in drawn.candidates if one.pinned is None and one.together is None]
    rng.shuffle(alone)
    for one, other in zip(alone[::2], alone[1::2], strict=False):
        if rng.random() < 0.5:
            people[one.id] = replace(one, together=other.id)
            choices = one.choices if rng.random() < 0.5 else other.choices
            people[other.id] = replace(other, together=one.id, choices=choices)
    return replace(drawn, candidates=tuple(people[one.id] for one in drawn.candidates))


def _tight_pools(rng: random.Random, drawn: Instance) -> tuple[Pool, ...]:
    places = [place.id for place in drawn.places]
    return tuple(
        Pool(f"tight{number}", rng.randint(1, 3), tuple(rng.sample(places, min(2, len(places)))))
        for number in range(rng.randint(0, 2))
    )


def where(result: Result) -> Where:
    return {one: place for one, (place, _) in result.assignment.items()}


def check_stable(drawn: Instance, tally: Counter[str]) -> None:
    """All that `stable` promises of one round; `tally` counts what was met."""
    result = solve(drawn, "stable")
    assert verify(drawn, result).ok
    got = where(result)
    assert set(result.blocking) == blocking_pairs(drawn, got)
    assert result.stable == (not result.blocking)
    assert result.could_open == could_open(drawn, got)
    every = list(stable_allocations(drawn))
    tally["a stable result exists"] += bool(every)
    tally["found"] += bool(result.stable)
    if result.stable:
        tally["closed places that could have opened"] += result.could_open or 0
        tally["the least possible"] += min(could_open(drawn, other) for other in every)
        tally["placed"] += len(got)
        tally["the most possible"] += max(map(len, every))
    if is_ordinary(drawn):
        tally["no minima, pools, couples"] += 1
        assert all(nobody_better(drawn, got, other) for other in every)
        assert {frozenset(other) for other in every} == {frozenset(got)}  # rural hospitals (Roth 1986)


def is_ordinary(drawn: Instance) -> bool:
    """Whether nothing is there but seats, ties, tiers, kinds and pins: where theory promises most."""
    bound = any(seat.minimum for place in drawn.places for seat in place.seats) or any(place.equal for place in drawn.places)
    return not bound and not drawn.pools and all(one.together is None for one in drawn.candidates)


def nobody_better(drawn: Instance, got: Where, other: Where) -> bool:
    """Whether everybody would at most as well be where `other` has them."""
    places = {place.id: place for place in drawn.places}
    return not any(one.id in other and prefers(drawn, one, places[other[one.id]], got) for one in drawn.candidates)


@pytest.mark.parametrize("first", range(0, ROUNDS, 50))
def test_small_rounds_keep_what_stable_promises(first: int) -> None:
    tally: Counter[str] = Counter()
    for seed in range(first, first + 50):
        check_stable(random_round(random.Random(seed)), tally)
    assert tally["a stable result exists"] == tally["found"] > 40
    assert tally["no minima, pools, couples"] > 0


def test_small_rounds_as_the_queue_says() -> None:
    met = 0
    for seed in range(ROUNDS):
        met += check_queue(random_round(random.Random(seed)))
    assert met > 100


def check_queue(drawn: Instance) -> bool:
    """Whether a round said who should be where; then they are there."""
    result = solve(drawn, "queue")
    assert verify(drawn, result).ok
    expected = first_served(drawn)
    assert expected is None or where(result) == expected
    return expected is not None
