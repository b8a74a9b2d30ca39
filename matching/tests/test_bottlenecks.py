"""bottlenecks: nobody can do better, and each can be checked by hand."""

import json
import random
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest

from matching.bottlenecks import SENTENCES, Bottleneck, Bottlenecks, bottlenecks, sentence
from matching.generate import generate
from matching.problem import Candidate, Instance, Place, Pool, Seat
from matching.solve import solve
from matching.tests.brute import Where, allocations, may_have, random_instance

ROUNDS = [random_instance(random.Random(seed)) for seed in range(2000, 2200)]


def crowd(seed: int) -> Instance:
    """A small round with more people than seats, ordinary but for pools."""
    rng = random.Random(seed)
    places = tuple(Place(f"p{n}", (Seat("a", rng.randint(1, 2)),), tags=(f"zone:{n % 2}",)) for n in range(4))
    ids = [place.id for place in places]
    people = tuple(
        Candidate(f"c{n}", (f"programme:{n % 3}",), tuple((id_,) for id_ in rng.sample(ids, rng.randint(1, 2)))) for n in range(7)
    )
    pools = [Pool("in", 1, tuple(ids[:2])), Pool("out", 2, tuple(ids[:3])), Pool("across", 1, tuple(ids[2:]))]
    return Instance(1, ("placed",), people, places, tuple(rng.sample(pools, rng.randint(0, 3))))


CROWDS = [crowd(seed) for seed in range(120)]
PLAIN = [replace(one, pools=()) for one in CROWDS]


def inside(instance: Instance, one: Bottleneck) -> set[str]:
    """The places of the rooms."""
    pools = {pool.id: pool.places for pool in instance.pools}
    return {place for room in one.rooms for place in ([room.place] if room.place else pools[room.pool or ""])}


def all_parts(found: Bottlenecks) -> list[Bottleneck]:
    return [part for one in found.bottlenecks for part in (one, one.tightest) if part is not None]


@pytest.mark.parametrize("rounds", [ROUNDS, CROWDS], ids=["every feature", "crowds"])
def test_no_allocation_does_better(rounds: list[Instance]) -> None:
    met = 0
    for instance in rounds:
        found = bottlenecks(instance)
        met += len(found.bottlenecks)
        members = group_members(instance, found)
        for where in allocations(instance):
            assert len(where) <= found.placed_at_most
            assert not set(found.nowhere) & set(where)
            assert not set(found.cannot_open) & set(where.values())
            assert all(len(people & set(where)) <= most for people, most in members)
            assert all(stays_inside(instance, one, where) for one in all_parts(found))
    assert met > 40


def stays_inside(instance: Instance, one: Bottleneck, where: Where) -> bool:
    placed = [where[id_] for id_ in one.candidates if id_ in where]
    return len(placed) <= one.seats and set(placed) <= inside(instance, one)


def group_members(instance: Instance, found: Bottlenecks) -> list[tuple[set[str], int]]:
    """Who is in the groups that are told by candidates, with their bounds."""
    members = []
    for group in found.groups:
        tag = f"{group.dimension}:{group.value}"
        if group.of != "places":
            people = {one.id for one in instance.candidates if tag in one.tags or tag == f"class:{one.class_}"}
            assert len(people) == group.candidates
            members.append((people, group.placed_at_most))
    return members


def test_each_can_be_checked_by_hand() -> None:
    for instance in CROWDS:
        found = bottlenecks(instance)
        people = {one.id: one for one in instance.candidates}
        for one in all_parts(found):
            assert {place for id_ in one.candidates for (place,) in people[id_].choices} <= inside(instance, one)
            limits = {pool.id: pool.limit for pool in instance.pools}
            capacities = {place.id: place.seats[0].capacity for place in instance.places}
            assert one.seats == sum(limits[room.pool] if room.pool else capacities[room.place or ""] for room in one.rooms)
            assert one.deficit == len(one.candidates) - one.seats > 0


def test_the_deficits_and_what_can_be_placed_are_everybody() -> None:
    for instance in ROUNDS + CROWDS + [generate("region", 300, 1), generate("hard", 300, 1)]:
        found = bottlenecks(instance)
        unplaced = sum(one.deficit for one in found.bottlenecks) + len(found.nowhere)
        assert found.placed_at_most + unplaced == found.candidates == len(instance.candidates)
        assert found.data()["unplaced_at_least"] == unplaced


def test_without_other_rules_the_bound_is_what_can_be_placed() -> None:
    for instance in PLAIN:
        assert bottlenecks(instance).placed_at_most == max(len(where) for where in allocations(instance))
    for family in ("school", "plain"):
        large = replace(generate(family, 500, 1), objective=("placed",))
        assert bottlenecks(large).placed_at_most == solve(large).levels[0].value


def test_with_all_rules_the_proven_optimum_is_no_more() -> None:
    large = replace(generate("region", 400, 1), objective=("placed",))
    value = solve(large).levels[0].value
    assert isinstance(value, int)
    assert 0 <= bottlenecks(large).placed_at_most - value <= 20


def room_of(instance: Instance, ids: tuple[str, ...]) -> int:
    """Seats at the places that these ask for, where there is nothing but places."""
    asked = {place for one in instance.candidates if one.id in ids for (place,) in one.choices}
    return sum(place.seats[0].capacity for place in instance.places if place.id in asked)


def test_no_smaller_part_lacks_as_many_and_the_tightest_is() -> None:
    met = 0
    for instance in PLAIN:
        for one in bottlenecks(instance).bottlenecks:
            tightest = one.tightest or one
            met += one.tightest is not None
            for size in range(1, len(one.candidates) + 1):
                for part in combinations(one.candidates, size):
                    room = room_of(instance, part)
                    assert len(part) - room < one.deficit or part == one.candidates
                    assert Fraction(len(part), room) <= Fraction(len(tightest.candidates), tightest.seats)
    assert met > 5


def test_what_a_bottleneck_says() -> None:
    places = (Place("p", (Seat("a", 1),), tags=("zone:bergen",)), Place("q", (Seat("a", 3),), tags=("zone:voss",)))
    people = [Candidate(f"c{n}", ("programme:law",), (("p",),)) for n in range(3)]
    people += [Candidate("c8", ("programme:law", "other"), (("p",), ("q",))), Candidate("c9", (), ())]
    found = bottlenecks(Instance(1, ("placed",), tuple(people), places))
    (one,) = found.bottlenecks
    assert one.data() == {
        "candidates": ["c0", "c1", "c2"],
        "rooms": [{"place": "p", "kind": "a", "pool": None, "seats": 1}],
        "seats": 1,
        "deficit": 2,
        "groups": {"programme": {"law": {"candidates": 3, "seats": 0}}, "zone": {"bergen": {"candidates": 0, "seats": 1}}},
        "sentences": {language: sentence(one, language) for language in SENTENCES},
        "tightest": None,
    }
    assert sentence(one, "en") == (
        "These 3 candidates together compete for 1 seat, so at least 2 of them cannot be placed, whatever anyone does."
    )
    assert found.nowhere == ("c9",)
    groups = {(group.of, group.dimension, group.value): (group.candidates, group.placed_at_most) for group in found.groups}
    assert groups == {
        ("candidates", "programme", "law"): (4, 2),
        ("class", "class", "1"): (5, 2),
        ("places", "zone", "bergen"): (3, 1),
    }


def test_a_pool_is_a_room_and_its_tags_are_what_its_places_share() -> None:
    places = tuple(Place(f"p{n}", (Seat("a", 5),), tags=("zone:voss", f"field:{n}")) for n in range(2))
    people = tuple(Candidate(f"c{n}", (), (("p0",), ("p1",))) for n in range(4))
    (one,) = bottlenecks(Instance(1, ("placed",), people, places, (Pool("u", 3, ("p0", "p1")),))).bottlenecks
    assert [(room.pool, room.seats) for room in one.rooms] == [("u", 3)]
    assert one.groups == {"zone": {"voss": {"candidates": 0, "seats": 3}}}


def test_a_round_without_a_bottleneck_and_one_without_anybody() -> None:
    place = Place("p", (Seat("a", 1),))
    alone = bottlenecks(Instance(1, ("placed",), (Candidate("c", (), (("p",),)),), (place,)))
    assert (alone.placed_at_most, alone.bottlenecks) == (1, ())
    assert bottlenecks(Instance(1, ("placed",), (), (place,))).data() == {
        "candidates": 0,
        "placed_at_most": 0,
        "unplaced_at_least": 0,
        "nowhere": [],
        "cannot_open": [],
        "bottlenecks": [],
        "groups": [],
    }


def test_the_order_in_the_file_makes_no_difference() -> None:
    for number, instance in enumerate(CROWDS[:40]):
        rng = random.Random(number)
        people, places = [*instance.candidates], [*instance.places]
        rng.shuffle(people)
        rng.shuffle(places)
        shuffled = replace(instance, candidates=tuple(people), places=tuple(places), pools=instance.pools[::-1])
        assert bottlenecks(shuffled) == bottlenecks(instance)


def test_it_is_json_and_may_have_is_kept() -> None:
    for instance in ROUNDS[:50]:
        data = bottlenecks(instance).data()
        assert json.loads(json.dumps(data)) == data
        places = {place.id: place for place in instance.places}
        for one in instance.candidates:
            if one.id in data["nowhere"] and one.pinned is None and one.together is None:
                asked = [places[id_] for group in one.choices for id_ in group]
                assert all(not may_have(one, place) or cannot_be(instance, place, data["cannot_open"]) for place in asked)


def cannot_be(instance: Instance, place: Place, cannot_open: list[str]) -> bool:
    """A place that cannot open, or has no seat of a kind."""
    return place.id in cannot_open or any(seat.capacity == 0 for seat in place.seats)
