"""compare: every number counted again by hand on small rounds, and shorter lists tried by brute force."""

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from matching.compare import POLICIES, compare, measure, truncations
from matching.generate import generate
from matching.market import draw
from matching.problem import Candidate, Instance, Place, Seat
from matching.solve import solve
from matching.tests.brute import brute_force, keeps, may_have, random_instance, rank, values
from matching.tests.test_bottlenecks import crowd
from matching.tests.test_ordered import with_order

ROUNDS = [with_order(random_instance(rng), rng) for rng in map(random.Random, range(4000, 4080))]
CLASSIC = [one for one in ROUNDS if not one.pools and all(each.together is each.pinned is None for each in one.candidates)]


@cache
def assignments() -> list[tuple[Instance, Mapping[str, tuple[str, str]]]]:
    """Each round with who sits where by each policy, made when it is first asked for."""
    return [(instance, solve(instance, policy).assignment) for instance in ROUNDS for policy in POLICIES]


def envied(instance: Instance, assignment: dict[str, tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """Who envies whom, and whether class or tier decides, by trying every exchange."""
    found = []
    people = {one.id: one for one in instance.candidates if one.pinned is None and one.together is None}
    for one, (other, (at, _)) in product(people.values(), assignment.items()):
        place = next(place for place in instance.places if place.id == at)
        asked = any(at in group for group in one.choices)
        better = one.id not in assignment or (asked and rank(one, at) < rank(one, assignment[one.id][0]))
        if other not in people or not asked or not better:
            continue
        first, second = (
            ((each.class_, place.tiers.get(each.id, 9)), draw(instance.seed, each.id)) for each in (one, people[other])
        )
        there = [each for each in instance.candidates if assignment.get(each.id, ("",))[0] == at and each.id != other]
        ways = product(*(may_have(each, place) for each in (*there, one)))
        if first < second and any(keeps(place, kinds) for kinds in ways):
            found.append((one.id, other, first[0] < second[0]))
    return found


def test_envy_is_what_trying_every_exchange_finds() -> None:
    met: Counter[bool] = Counter()
    for instance, assignment in assignments():
        found, told = envied(instance, dict(assignment)), measure(instance, assignment).envy
        met.update(by_priority for *_, by_priority in found)
        assert (told.pairs, told.people) == (len(found), len({one for one, *_ in found}))
        strongly = [one for one, _, by_priority in found if by_priority]
        assert (told.pairs_by_priority, told.people_by_priority) == (len(strongly), len(set(strongly)))
    assert met[True] > 3
    assert met[False] > 2


def test_nobody_envies_in_a_classic_stable_result() -> None:
    met = 0
    for instance in CLASSIC:
        result = solve(instance, "stable")
        if result.stable and all(seat.minimum == 0 for place in instance.places for seat in place.seats):
            met += 1
            assert measure(instance, result.assignment).envy.pairs == 0
    assert met > 5


def test_the_counts_are_those_of_the_levels() -> None:
    for instance, assignment in assignments():
        told = measure(instance, assignment)
        levels = ("placed", "ranks", "profile", "reserves", "class:0", "class:1")
        where = {one: place for one, (place, _) in assignment.items()}
        placed, ranks, profile, shortfall, *classes = values(replace(instance, objective=levels), where)
        assert told.placed == placed == len(instance.candidates) - told.unplaced
        assert list(told.profile[::-1]) == profile
        assert told.shortfall == shortfall
        assert [told.classes.get(str(number), {"placed": 0})["placed"] for number in (0, 1)] == classes
        assert sum(share["candidates"] for share in told.classes.values()) == len(instance.candidates)
        assert told.mean_rank is None if not placed else told.mean_rank == pytest.approx(ranks / placed)  # type: ignore[operator]


def test_groups_are_the_values_of_each_dimension() -> None:
    place = Place("p", (Seat("a", 1),))
    people = (Candidate("c1", ("zone:voss", "field:a"), (("p",),)), Candidate("c2", ("zone:voss", "plain"), (("p",),)))
    told = measure(Instance(1, ("placed",), people, (place,)), {"c1": ("p", "a")})
    assert told.groups == {
        "field": {"a": {"candidates": 1, "placed": 1}},
        "zone": {"voss": {"candidates": 2, "placed": 1}},
    }


def test_what_lies_between_two_policies() -> None:
    for instance in ROUNDS[:8]:
        told = compare(instance, sample=0)
        seats = {policy: solve(instance, policy).assignment for policy in POLICIES}
        assert [(one.first, one.second) for one in told.between] == [
            ("optimal", "stable"),
            ("optimal", "queue"),
            ("stable", "queue"),
        ]
        for one in told.between:
            first, second = seats[one.first], seats[one.second]
            ids = [each.id for each in instance.candidates]
            kept = [id_ for id_ in ids if id_ in first and id_ in second and first[id_][0] == second[id_][0]]
            assert one.same == len(kept)
            assert one.same + one.moved + one.only_first == len(first)
            assert one.same + one.moved + one.only_second == len(second)


def gains_by_brute_force(instance: Instance, one: Candidate) -> bool:
    """Whether a shorter list gets the candidate something better under `optimal`, by trying everything."""

    def rank_with(choices: tuple[tuple[str, ...], ...]) -> int:
        people = tuple(replace(each, choices=choices) if each.id == one.id else each for each in instance.candidates)
        found = brute_force(replace(instance, candidates=people))
        if found is None:  # a place that somebody is pinned to lacks the candidate
            return len(one.choices) + 1
        seat = found[1].get(one.id)
        return len(one.choices) + 1 if seat is None else rank(one, seat[0])

    truth = rank_with(one.choices)
    shorter = [one.choices[:length] for length in range(1, len(one.choices))]
    shorter += [((place,),) for group in one.choices for place in group]
    return any(rank_with(choices) < truth for choices in shorter)


def test_who_would_gain_by_a_shorter_list_is_exact() -> None:
    gained = 0
    crowds = [replace(crowd(seed), objective=("placed", "ranks", "lottery")) for seed in range(4)]
    for instance in [*ROUNDS[:6], *crowds]:
        able = [one for one in instance.candidates if len(one.choices) > 1 and one.pinned is None]
        (outcome,) = compare(instance, ["optimal"], sample=len(instance.candidates)).outcomes
        assert outcome.cuts.sample == len(able)
        assert outcome.cuts.unknown == 0
        assert outcome.cuts.gained == sum(gains_by_brute_force(instance, one) for one in able)
        gained += outcome.cuts.gained
    assert gained > 1


def test_who_lists_one_place_may_gain_under_optimal_and_not_under_stable() -> None:
    """c1 would rather have p, which c2 gets because c1 can have q; with p alone c1 is placed there, and c2 at r."""
    places = tuple(Place(id_, (Seat("a", 1),)) for id_ in "pqr")
    people = (
        Candidate("c1", (), (("p",), ("q",))),
        Candidate("c2", (), (("p",), ("r",), ("q",))),
        Candidate("c3", (), (("r",), ("q",))),
    )
    gained = Counter[str]()
    for seed in range(6):
        for outcome in compare(Instance(seed, ("placed", "ranks", "lottery"), people, places), sample=3).outcomes:
            gained[outcome.policy] += outcome.cuts.gained
    assert gained["optimal"] > 0
    assert gained["stable"] == gained["queue"] == 0


def test_nobody_gains_where_the_policy_is_strategy_proof() -> None:
    rng = random.Random(7)
    for seed in range(10):
        places = tuple(Place(f"p{n}", (Seat("a", rng.randint(1, 2)),)) for n in range(4))
        ids = [place.id for place in places]
        people = tuple(
            Candidate(f"c{n}", (), tuple((id_,) for id_ in rng.sample(ids, 3)), arrived=rng.randint(1, 5)) for n in range(7)
        )
        told = compare(Instance(seed, ("placed",), people, places), ["stable", "queue"], sample=7)
        assert [outcome.cuts.gained for outcome in told.outcomes] == [0, 0]


def test_no_list_is_tried_twice_and_none_that_cannot_help() -> None:
    one = Candidate("c", (), (("p",), ("q", "r"), ("s",)))
    assert list(truncations(one, 1)) == []
    assert list(truncations(one, 2)) == [(("p",),), (("p",), ("q", "r"))]
    assert list(truncations(one, 4)) == [*truncations(one, 2), (("q",),), (("r",),), (("s",),)]


def test_it_is_json_and_the_same_in_any_order() -> None:
    instance = generate("region", 80, 1)
    told = compare(instance, sample=2)
    data = told.data()
    assert json.loads(json.dumps(data))["outcomes"][0]["policy"] == "optimal"
    shuffled = replace(instance, candidates=instance.candidates[::-1], places=instance.places[::-1])
    again = compare(shuffled, sample=2)
    assert [replace(one, seconds=0.0) for one in again.outcomes] == [replace(one, seconds=0.0) for one in told.outcomes]
    assert again.between == told.between
