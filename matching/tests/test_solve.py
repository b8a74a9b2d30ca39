"""The solver against every way there is, on small rounds with every feature; and what it promises on larger ones."""

import random
from dataclasses import replace
from typing import Any

import pytest

from matching.generate import FAMILIES, generate
from matching.problem import (
    Candidate,
    InputError,
    Instance,
    Place,
    Pool,
    Reserve,
    Seat,
    digest,
    instance_from_data,
    instance_to_data,
)
from matching.result import Result, result_from_data, result_to_data
from matching.solve import Progress, solve
from matching.tests.brute import brute_force, random_instance
from matching.verify import verify

ROUNDS = 200
PLACE = Place("p", (Seat("a", 1),))


def one(candidate_id: str, *places: str, **more: Any) -> Candidate:
    return replace(Candidate(candidate_id, ("x",), tuple((place,) for place in places)), **more)


def instance(candidates: tuple[Candidate, ...], places: tuple[Place, ...], *objective: str, **more: Any) -> Instance:
    return replace(Instance(1, objective or ("placed", "lottery"), candidates, places), **more)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, ROUNDS, 100))
def test_small_rounds_as_by_trying_everything(first: int) -> None:
    for seed in range(first, first + 100):
        drawn = random_instance(random.Random(seed))
        best = brute_force(drawn)
        assert best is not None
        result = solve(drawn)
        assert [level.value for level in result.levels] == best[0], seed
        assert dict(result.assignment) == best[1], seed
        assert all(level.proven and level.bound == level.value for level in result.levels), seed
        assert verify(drawn, result).ok, seed


def test_the_order_of_the_file_changes_nothing() -> None:
    drawn = generate("region", 120, 3)
    expected = _lasting(solve(drawn))
    for seed in range(3):
        assert _lasting(solve(_shuffled(drawn, random.Random(seed)))) == expected


def _lasting(result: Result) -> dict[str, object]:
    data = result_to_data(result)
    return {key: value for key, value in data.items() if key not in {"seconds", "peak_bytes"}}


def _shuffled(drawn: Instance, rng: random.Random) -> Instance:
    data = instance_to_data(drawn)
    for key in ("candidates", "places", "pools", "reserves"):
        rng.shuffle(data.get(key, []))
    for candidate in data["candidates"]:
        rng.shuffle(candidate["tags"])
        for group in candidate["choices"]:
            rng.shuffle(group)
    for place in data["places"]:
        rng.shuffle(place["seats"])
    return instance_from_data(data)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_solved_proven_and_verified(family: str) -> None:
    drawn = generate(family, 150, 1)
    assert instance_from_data(instance_to_data(drawn)) == drawn
    assert digest(generate(family, 150, 1)) == digest(drawn) != digest(generate(family, 150, 2))
    result = solve(drawn)
    assert all(level.proven for level in result.levels)
    assert result.limit is None
    assert verify(drawn, result, prove_small=False).ok
    assert result_from_data(result_to_data(result)) == result


def test_the_first_made_up_round_is_the_same_everywhere() -> None:
    assert digest(generate("region", 50, 1)) == "d2bda3fb4d89b2950083814dfd312f37cc72c973e04b5dd28e94c05bf4dc76b9"


def test_without_a_lottery_the_result_is_drawn_all_the_same() -> None:
    """Otherwise it would hang on the solver which of two equal solutions is published."""
    places = (PLACE, Place("q", (Seat("a", 1),)))
    people = (one("c1", choices=(("p", "q"),)), one("c2", choices=(("p", "q"),)))
    told = solve(instance(people, places, "placed"))
    assert [level.level for level in told.levels] == ["placed"]
    assert told.assignment == solve(instance(people, places, "placed", "lottery")).assignment


def test_nobody_and_nothing() -> None:
    assert solve(instance((), ())).assignment == {}
    assert solve(instance((), (PLACE, Place("t", (Seat("a", 1, 1),))))).open == ("p",)
    assert solve(instance((one("c"),), (PLACE,), "placed", "profile")).levels[1].value == []


def test_numbers_larger_than_any_machine_word() -> None:
    huge = 10**30
    places = (Place("p", (Seat("a", huge),)), Place("t", (Seat("a", huge, huge),)))
    reserve = Reserve("r", "x", ("p",), huge)
    drawn = instance(
        (one("c", "t", "p", class_=huge),), places, f"class:{huge}", "reserves", "lottery", reserves=(reserve,), seed=huge
    )
    result = solve(drawn)
    assert [level.value for level in result.levels[:2]] == [1, huge - 1]
    assert result.levels[1].bound == huge - 1
    assert verify(drawn, result, prove_small=False).ok


CANNOT_HOLD = [
    ("'p' has too few seats", (one("c1", "p", pinned="p"), one("c2", "p", pinned="p")), (PLACE,), ()),
    (
        "the pool 'h' has too little room",
        (one("c1", "p", pinned="p"), one("c2", "q", pinned="q")),
        (PLACE, Place("q", (Seat("a", 1),))),
        (Pool("h", 1, ("p", "q")), Pool("z", 9, ("p", "q"))),
    ),
    (
        "'c1' and 'c2' are placed together",
        (one("c1", "p", pinned="p", together="c2"), one("c2", "q", together="c1")),
        (PLACE, Place("q", (Seat("a", 1),))),
        (),
    ),
    (
        "'p' cannot be filled to its minimum",
        (one("c1", "p", pinned="p"), replace(one("c3", "q", "p", pinned="q"), tags=("y",))),
        (Place("p", (Seat("a", 1, 1, ("x",)), Seat("b", 1, 1, ("y",)))), Place("q", (Seat("a", 1),))),
        (),
    ),
    (
        "'p' cannot have equally many of each kind",
        (one("c1", "p", pinned="p"),),
        (Place("p", (Seat("a", 1, 0, ("x",)), Seat("b", 1, 0, ("y",))), equal=True),),
        (),
    ),
]


@pytest.mark.parametrize(("rule", "people", "places", "pools"), CANNOT_HOLD, ids=[row[0] for row in CANNOT_HOLD])
def test_pins_that_cannot_all_hold_are_refused_with_the_rule(
    rule: str, people: tuple[Candidate, ...], places: tuple[Place, ...], pools: tuple[Pool, ...]
) -> None:
    bystanders = tuple(one(f"d{number}", "z", pinned="z") for number in range(5))
    round_ = instance((*bystanders, *people), (*places, Place("z", (Seat("a", 9),))), pools=pools)
    with pytest.raises(InputError, match=rule) as refused:
        solve(round_)
    assert "'d0'" not in str(refused.value)


def test_a_time_limit_leaves_an_allocation_that_says_what_is_not_proven() -> None:
    hard = generate("hard", 600, 1)
    result = solve(hard, time_limit=1.5)
    assert verify(hard, result, prove_small=False).ok
    proven = [level.proven for level in result.levels]
    assert proven == sorted(proven, reverse=True)
    assert (result.limit == "time") == (not all(proven))


def test_no_time_at_all_still_keeps_every_rule() -> None:
    region = generate("region", 400, 1)
    result = solve(region, time_limit=0.01)
    assert result.limit == "time"
    assert not any(level.proven for level in result.levels)
    assert verify(region, result, prove_small=False).ok


def test_progress_is_told_level_by_level() -> None:
    told: list[Progress] = []
    result = solve(instance((one("c", "p"),), (PLACE,), "class:1", "placed", "lottery"), progress=told.append)
    assert [(one.level, one.number, one.of, one.value) for one in told] == [
        (level.level, number, 3, level.value) for number, level in enumerate(result.levels, start=1)
    ]


def test_a_search_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.branching._OFTEN", -1.0)
    told: list[Progress] = []
    result = solve(generate("hard", 200, 5), progress=told.append)
    inside = [one for one in told if not one.decided]
    final = {level.level: level.value for level in result.levels}
    assert inside
    assert [one.share for one in told] == sorted(one.share for one in told)
    for one in inside:
        if isinstance(one.value, int):
            assert isinstance(one.bound, int)
            assert sorted([one.value, final[one.level], one.bound])[1] == final[one.level], one


def test_policies_that_are_not_there_are_refused() -> None:
    with pytest.raises(InputError, match="'best' is not available"):
        solve(instance((), ()), "best")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_limit_that_is_over_at_once_leaves_most_people_with_a_seat(family: str) -> None:
    """The search begins where each in turn, by class and draw, takes the best that is left."""
    instance = generate(family, 200, 1)
    stopped, whole = solve(instance, time_limit=1e-9), solve(instance)
    assert verify(instance, stopped, prove_small=False).ok
    assert len(stopped.assignment) > 0.8 * len(whole.assignment)
