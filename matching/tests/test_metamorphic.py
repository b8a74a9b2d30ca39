"""What must not change the result, or must change it in a known way; and every order of the levels against trying everything."""

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.problem import Instance, Place, Pool, Seat
from matching.result import Result
from matching.solve import solve
from matching.tests.brute import LEVELS, brute_force, random_instance, values

SEEDS = st.integers(0, 2**32)


def values_of(result: Result) -> list[object]:
    assert all(level.proven and level.bound == level.value for level in result.levels)
    return [level.value for level in result.levels]


def agrees(drawn: Instance) -> None:
    """The solver's levels, bounds and seats are those found by trying everything."""
    best = brute_force(drawn)
    assert best is not None
    result = solve(drawn)
    assert values_of(result) == best[0]
    assert dict(result.assignment) == best[1]


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, order=st.permutations(LEVELS))
def test_any_order_of_the_levels_as_by_trying_everything(seed: int, order: list[str]) -> None:
    agrees(replace(random_instance(random.Random(seed), most_candidates=5), objective=tuple(order)))


@pytest.mark.prove
def test_every_order_of_the_levels_as_by_trying_everything() -> None:
    for seed, order in enumerate(permutations(LEVELS)):
        if seed % 10 == 0:
            agrees(replace(random_instance(random.Random(seed), most_candidates=5), objective=order))


@pytest.mark.parametrize("first", LEVELS)
def test_each_level_first(first: str) -> None:
    for seed in range(5):
        rest = tuple(level for level in LEVELS if level != first)
        agrees(replace(random_instance(random.Random(seed), most_candidates=5), objective=(first, *rest)))


def irrelevant_place(drawn: Instance, rng: random.Random) -> Instance:
    """A place that nobody asked for."""
    minimum = rng.randint(0, 2)
    return replace(drawn, places=(*drawn.places, Place("zz", (Seat("a", 2, minimum),))))


def looser_pool(drawn: Instance, _: random.Random) -> Instance:
    """A pool that holds everyone."""
    every = tuple(place.id for place in drawn.places)
    return replace(drawn, pools=(*drawn.pools, Pool("all", len(drawn.candidates), every)))


def pool_twice(drawn: Instance, _: random.Random) -> Instance:
    """Every pool under two names."""
    return replace(drawn, pools=(*drawn.pools, *(replace(pool, id=f"{pool.id}-again") for pool in drawn.pools)))


def capacity_as_a_pool(drawn: Instance, rng: random.Random) -> Instance:
    """A place of one kind and no minimum gets more seats, and a pool of its own with the old number."""
    plain = [place for place in drawn.places if len(place.seats) == 1 and not place.seats[0].minimum and not place.equal]
    if not plain:
        return drawn
    wide = rng.choice(plain)
    (seat,) = wide.seats
    places = tuple(
        replace(place, seats=(replace(seat, capacity=seat.capacity + 3),)) if place is wide else place for place in drawn.places
    )
    return replace(drawn, places=places, pools=(*drawn.pools, Pool("own", seat.capacity, (wide.id,))))


def shuffled(drawn: Instance, rng: random.Random) -> Instance:
    """Another order of everything that has none."""
    candidates = rng.sample(drawn.candidates, len(drawn.candidates))
    places, pools = rng.sample(drawn.places, len(drawn.places)), rng.sample(drawn.pools, len(drawn.pools))
    return replace(drawn, candidates=tuple(candidates), places=tuple(places), pools=tuple(pools))


SAME: list[Callable[[Instance, random.Random], Instance]] = [
    irrelevant_place,
    looser_pool,
    pool_twice,
    capacity_as_a_pool,
    shuffled,
]


@pytest.mark.slow
@pytest.mark.parametrize("changed", SAME)
@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_what_makes_no_difference_makes_none(changed: Callable[[Instance, random.Random], Instance], seed: int) -> None:
    rng = random.Random(seed)
    drawn = random_instance(rng, most_candidates=9, most_places=5)
    before, after = solve(drawn), solve(changed(drawn, rng))
    assert values_of(after) == values_of(before)
    assert after.assignment == before.assignment


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_other_names_change_nothing_but_the_draw(seed: int) -> None:
    rng = random.Random(seed)
    drawn = random_instance(rng, most_candidates=9, most_places=5)
    drawn = replace(drawn, objective=("class:0", "reserves", "placed", "ranks", "kept"))
    names = [one.id for one in drawn.candidates]
    other = dict(zip(names, (f"x{at}" for at in rng.sample(range(99), len(names))), strict=True))
    renamed = [replace(one, id=other[one.id], together=other.get(one.together or "")) for one in drawn.candidates]
    assert values_of(solve(replace(drawn, candidates=tuple(renamed)))) == values_of(solve(drawn))


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_two_places_with_a_pool_are_one_place_with_more_seats(seed: int) -> None:
    """Both of a plain place's halves in one tie group, in all its pools and reserves, with no more people than before."""
    rng = random.Random(seed)
    drawn = random_instance(rng, most_candidates=7, most_places=4)
    drawn = replace(drawn, objective=("placed", "ranks", "reserves", "class:0"))
    drawn = replace(drawn, candidates=tuple(replace(one, together=None, pinned=None) for one in drawn.candidates))
    plain = [place for place in drawn.places if len(place.seats) == 1 and not place.seats[0].minimum and not place.equal]
    if not plain:
        return
    half = rng.choice(plain)
    twin = replace(half, id="twin")
    (seat,) = half.seats
    both = (half.id, twin.id)

    def with_twin(places: tuple[str, ...]) -> tuple[str, ...]:
        return (*places, twin.id) if half.id in places else places

    candidates = tuple(
        replace(
            one,
            choices=tuple(with_twin(group) for group in one.choices),
            excluded={**one.excluded, **({twin.id: "worked_there"} if half.id in one.excluded else {})},
        )
        for one in drawn.candidates
    )
    split = replace(
        drawn,
        candidates=candidates,
        places=(*drawn.places, twin),
        pools=(*(replace(pool, places=with_twin(pool.places)) for pool in drawn.pools), Pool("halves", seat.capacity, both)),
        reserves=tuple(replace(one, places=with_twin(one.places)) for one in drawn.reserves),
    )
    result = solve(split)
    where = {one: half.id if place == twin.id else place for one, (place, _) in result.assignment.items()}
    assert values_of(result) == values_of(solve(drawn)) == values(drawn, where)
