"""What one more seat does: exact as trying everything says, the estimate where a chain is all there is, and the groups."""

import random

import pytest

from matching.generate import generate
from matching.problem import Candidate, Instance, Place, Pool, Seat, instance_from_data, instance_to_data
from matching.solve import solve
from matching.tests.brute import Value, brute_force, random_instance
from matching.value import SeatValue, value

P, Q = Place("p", (Seat("a", 1),), host="h", tags=("zone:north",)), Place("q", (Seat("a", 1),), host="g", tags=("zone:south",))


def person(candidate_id: str, *places: str) -> Candidate:
    return Candidate(candidate_id, ("x",), tuple((place,) for place in places))


def with_a_seat(instance: Instance, one: SeatValue) -> Instance:
    """The round with one more seat, by changing its file."""
    data = instance_to_data(instance)
    for place in data["places"]:
        for seat in place["seats"]:
            seat["capacity"] += int((place["id"], seat["kind"]) == (one.place, one.kind))
    return instance_from_data(data)


def change(old: Value, new: Value) -> Value:
    if isinstance(old, list) and isinstance(new, list):
        return [b - a for a, b in zip(old, new, strict=True)]
    assert isinstance(old, int)
    assert isinstance(new, int)
    return new - old


@pytest.mark.slow
def test_exact_is_what_trying_everything_says() -> None:
    for seed in range(25):
        drawn = random_instance(random.Random(f"value {seed}"), most_candidates=5, most_places=3)
        before = brute_force(drawn)
        assert before is not None
        told = value(drawn, solve(drawn), sample=2)
        exact = [one for one in told.seats if one.exact is not None]
        assert exact
        for one in exact:
            after = brute_force(with_a_seat(drawn, one))
            assert after is not None
            changes = dict(zip(drawn.objective, map(change, before[0], after[0]), strict=True))
            assert one.exact == changes, seed


def test_a_chain_of_moves_is_seen() -> None:
    """One more seat at q lets c1 go there, to the first choice, and c2 come in at p."""
    people = (person("c1", "q", "p"), person("c2", "p"), person("c3", "q"))
    instance = Instance(1, ("placed", "ranks", "lottery"), people, (P, Q))
    told = value(instance, solve(instance), sample=2)
    assert {one.place: one.estimate["placed"] for one in told.seats} == {"p": 1, "q": 1}
    assert all(one.exact is not None and one.exact["placed"] == one.estimate["placed"] for one in told.seats)


def test_a_full_pool_makes_a_seat_worthless() -> None:
    instance = Instance(1, ("placed",), (person("c1", "p"), person("c2", "p")), (P,), (Pool("o", 1, ("p",)),))
    (one,) = value(instance, solve(instance), sample=1).seats
    assert one.estimate == one.exact == {"placed": 0}


@pytest.mark.parametrize("family", ["school", "region"])
def test_estimates_of_levels_are_mostly_right_and_say_how_often(family: str) -> None:
    drawn = generate(family, 80, 1)
    told = value(drawn, solve(drawn), sample=5).data()
    assert told["sample"]["solved_again"] == 5
    assert told["sample"]["estimate_was_exact"]["placed"] >= 4
    assert told["sample"]["estimate_was_exact"]["lottery"] == 0


def test_hosts_and_groups_come_in_the_order_of_their_best_seat() -> None:
    people = (person("c1", "q"), person("c2", "q"))
    told = value(Instance(1, ("placed",), people, (P, Q)), solve(Instance(1, ("placed",), people, (P, Q)))).data()
    assert [one["name"] for one in told["hosts"]] == ["g", "h"]
    assert [one["name"] for one in told["groups"]] == ["zone:south", "zone:north"]
    assert told["hosts"][0]["estimate"] == {"placed": 1}
    assert told["seats"][0]["exact"] is None
