"""`stable`: the examples and theorems of the literature, what must not change it, and the same from each of its ways."""

import random
from dataclasses import replace
from typing import Any

import pytest

from matching.compiled import one_by_one
from matching.first_come import boston, serial_dictatorship
from matching.generate import generate
from matching.market import Market, strict_wishes
from matching.plain import in_rounds, plain_stable
from matching.problem import Candidate, InputError, Instance, Place, Pool, Seat, canonical
from matching.result import Result
from matching.solve import solve
from matching.stable import stable
from matching.tests.stability import stable_allocations
from matching.tests.test_stable import nobody_better, random_round, where


def one(candidate_id: str, *places: str, **more: Any) -> Candidate:
    return replace(Candidate(candidate_id, ("x",), tuple((place,) for place in places)), **more)


def place(place_id: str, capacity: int, *preferred: str, **more: Any) -> Place:
    """A place with one kind of seats that likes these candidates in this order."""
    minimum = more.pop("minimum", 0)
    return Place(place_id, (Seat("a", capacity, minimum),), tiers={who: tier for tier, who in enumerate(preferred)}, **more)


def instance(candidates: tuple[Candidate, ...], places: tuple[Place, ...], **more: Any) -> Instance:
    return replace(Instance(1, ("placed", "ranks", "lottery"), candidates, places), **more)


# --- examples ---------------------------------------------------------------------------------------------------------


def test_the_first_example_of_gale_and_shapley() -> None:
    """Gale & Shapley (1962), example 1: of three stable results each who asks gets their first choice."""
    people = (one("alpha", "A", "B", "C"), one("beta", "B", "C", "A"), one("gamma", "C", "A", "B"))
    places = (
        place("A", 1, "beta", "gamma", "alpha"),
        place("B", 1, "gamma", "alpha", "beta"),
        place("C", 1, "alpha", "beta", "gamma"),
    )
    drawn = instance(people, places)
    assert len(list(stable_allocations(drawn))) == 3
    assert where(solve(drawn, "stable")) == {"alpha": "A", "beta": "B", "gamma": "C"}


def test_partners_can_leave_no_stable_result() -> None:
    """Partners kept together (McDermid & Manlove 2010): r1 drives them out of h1, r2 drives r1 out of h2, and they r2 of h1."""
    people = (one("r1", "h2", "h1"), one("r2", "h1", "h2"), one("s", "h1", together="t"), one("t", "h1", together="s"))
    drawn = instance(people, (place("h1", 2, "r1", "s", "t", "r2"), place("h2", 1, "r2", "r1")))
    assert not list(stable_allocations(drawn))
    result = solve(drawn, "stable")
    assert not result.stable
    assert result.blocking


def test_places_of_a_pool_that_disagree_can_leave_no_stable_result() -> None:
    """One supervisor for two places that like the two applicants the other way round, who like the places so."""
    people = (one("c", "p", "q"), one("d", "q", "p"))
    drawn = instance(people, (place("p", 1, "d", "c"), place("q", 1, "c", "d")), pools=(Pool("s", 1, ("p", "q")),))
    assert not list(stable_allocations(drawn))
    assert not solve(drawn, "stable").stable


def test_a_supervisor_takes_the_best_of_all_who_ask() -> None:
    """Students and projects (Abraham, Irving & Manlove 2007): a pool's place has who comes before someone elsewhere in it."""
    people = (one("late", "p", class_=2), one("early", "q", class_=0), one("middle", "p", "q", class_=1))
    drawn = instance(people, (place("p", 2), place("q", 1)), pools=(Pool("s", 2, ("p", "q")),))
    assert where(solve(drawn, "stable")) == {"early": "q", "middle": "p"}


def test_a_place_that_lacks_people_closes_and_they_go_on() -> None:
    people = (one("c", "t", "p"), one("d", "p"))
    drawn = instance(people, (place("t", 2, minimum=2), place("p", 2)))
    result = solve(drawn, "stable")
    assert (where(result), result.open, result.could_open) == ({"c": "p", "d": "p"}, ("p",), 0)


def test_one_of_two_places_that_lack_people_opens_when_the_other_closes() -> None:
    people = (one("c", "t", "u"), one("d", "u", "t"))
    drawn = instance(people, (place("t", 2, minimum=2), place("u", 2, minimum=2)))
    assert len(set(where(solve(drawn, "stable")).values())) == 1
    assert len(solve(drawn, "stable").assignment) == 2


def test_who_is_pinned_neither_yields_nor_blocks() -> None:
    people = (one("c", "p", class_=0), one("d", "q", "p", class_=5, pinned="p"))
    result = solve(instance(people, (place("p", 1), place("q", 1))), "stable")
    assert (where(result), result.blocking, result.stable) == ({"d": "p"}, (), True)


def test_people_are_found_for_a_tandem_that_someone_is_pinned_to() -> None:
    people = (one("c", "t", pinned="t"), one("d", "p", "t"), one("e", "p", "t"))
    drawn = instance(people, (place("t", 2, minimum=2), place("p", 1)))
    result = solve(drawn, "stable")
    assert result.open == ("p", "t")
    assert len(result.assignment) == 3
    assert result.stable


@pytest.mark.parametrize("policy", ["stable", "queue"])
@pytest.mark.parametrize("extra", [(), (Pool("all", 9, ("p", "q")),)])
def test_pins_that_cannot_hold_are_refused(policy: str, extra: tuple[Pool, ...]) -> None:
    people = (one("c", "p", pinned="p"), one("d", "p", pinned="p"))
    with pytest.raises(InputError, match="the pins cannot all hold"):
        solve(instance(people, (place("p", 1), place("q", 1)), pools=extra), policy)


@pytest.mark.parametrize("policy", ["stable", "queue"])
def test_a_pin_to_a_tandem_nobody_else_asked_for_is_refused(policy: str) -> None:
    drawn = instance((one("c", "t", pinned="t"),), (place("t", 2, minimum=2),))
    with pytest.raises(InputError, match="cannot be filled to its minimum"):
        solve(drawn, policy)


# --- what must not change it ------------------------------------------------------------------------------------------


def lasting(result: Result) -> Result:
    return replace(result, instance="0" * 64, seconds=0.0, peak_bytes=0)


@pytest.mark.parametrize("policy", ["stable", "queue"])
def test_the_order_of_the_file_changes_nothing(policy: str) -> None:
    for seed in range(15):
        rng = random.Random(seed)
        drawn = random_round(rng)
        places = (replace(one, seats=tuple(rng.sample(one.seats, len(one.seats)))) for one in drawn.places)
        shuffled = replace(
            drawn,
            candidates=tuple(rng.sample(drawn.candidates, len(drawn.candidates))),
            places=tuple(sorted(places, key=lambda _: rng.random())),
            pools=tuple(replace(pool, places=pool.places[::-1]) for pool in drawn.pools[::-1]),
        )
        assert lasting(solve(shuffled, policy)) == lasting(solve(drawn, policy)), seed


@pytest.mark.parametrize("policy", ["stable", "queue"])
def test_a_place_nobody_asked_for_changes_nothing(policy: str) -> None:
    for seed in range(15):
        drawn = random_round(random.Random(seed))
        more = replace(drawn, places=(*drawn.places, Place("extra", (Seat("a", 3),))))
        assert where(solve(more, policy)) == where(solve(drawn, policy)), seed


def test_names_mean_nothing_where_nothing_is_drawn() -> None:
    """With a tier for everyone and no ties, new names for all give the same result under the new names."""
    for seed in range(30):
        rng = random.Random(seed)
        people = [f"c{number}" for number in range(8)]
        places = tuple(place(f"p{number}", rng.randint(1, 2), *rng.sample(people, 8)) for number in range(5))
        drawn = instance(tuple(one(who, *rng.sample([at.id for at in places], 4)) for who in people), places)
        new = dict(zip([*people, *(at.id for at in places)], rng.sample([f"n{number}" for number in range(99)], 13), strict=True))
        renamed = replace(
            drawn,
            candidates=tuple(
                replace(who, id=new[who.id], choices=tuple((new[at],) for (at,) in who.choices)) for who in drawn.candidates
            ),
            places=tuple(replace(at, id=new[at.id], tiers={new[who]: tier for who, tier in at.tiers.items()}) for at in places),
        )
        expected = {new[who]: new[at] for who, at in where(solve(drawn, "stable")).items()}
        assert where(solve(renamed, "stable")) == expected, seed


def test_more_seats_leave_nobody_worse_off() -> None:
    """Gale & Sotomayor (1985), where nothing binds but seats."""
    drawn = generate("school", 120, 1)
    more = replace(drawn, places=tuple(replace(at, seats=(replace(at.seats[0], capacity=5),)) for at in drawn.places))
    assert nobody_better(drawn, where(solve(more, "stable")), where(solve(drawn, "stable")))


# --- one result from each of its ways ---------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["plain", "school"])
def test_rounds_of_arrays_machine_code_and_rooms_agree(family: str) -> None:
    rng = random.Random(family)
    for seed in range(3):
        drawn = generate(family, 150, seed)
        tiers = [{who.id: rng.randint(0, 3) for who in rng.sample(drawn.candidates, 40)} for _ in drawn.places]
        places = tuple(replace(at, tiers=named if seed else {}) for at, named in zip(drawn.places, tiers, strict=True))
        pinned = tuple(replace(who, pinned=who.choices[-1][0]) if rng.random() < 0.02 else who for who in drawn.candidates)
        ordered = canonical(replace(drawn, places=places, candidates=pinned if seed == 2 else drawn.candidates))
        arcs = strict_wishes(ordered)
        expected = stable(Market(ordered, arcs)).at
        assert plain_stable(ordered, arcs, in_rounds) == plain_stable(ordered, arcs, one_by_one) == expected


def test_mechanisms_to_compare_with() -> None:
    """Under Boston c's first choice beats d's second; by turns d, who is mandatory, chooses first."""
    people = (one("c", "q"), one("d", "p", "q", class_=0), one("e", "p", class_=0))
    drawn = canonical(instance(people, (place("p", 1, "e"), place("q", 1))))
    market = Market(drawn, strict_wishes(drawn))
    assert boston(market) == [1, None, 0]
    at_p = next(who for who, at in zip("cde", serial_dictatorship(market), strict=True) if at == 0)
    assert serial_dictatorship(market) == {"d": [1, 0, None], "e": [None, 1, 0]}[at_p]
