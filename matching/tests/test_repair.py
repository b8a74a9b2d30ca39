"""Repairs against every way there is, on small rounds; what is refused; and that large ones hold."""

import random
from dataclasses import replace
from time import perf_counter, process_time
from typing import Any

import pytest

from matching.changes import Changes, changed, changes_from_data
from matching.generate import generate
from matching.problem import Candidate, InputError, Instance, Place, Seat, instance_to_data
from matching.repair import repair
from matching.solve import solve
from matching.tests.brute import Where, random_instance
from matching.tests.repairs import Case, best_repair, changed_by_hand, random_case, released, result_of
from matching.tests.reports import write_report
from matching.verify import verify

ROUNDS, PROVEN_ROUNDS = 50, 2000


def assert_as_by_trying_everything(case: Case) -> bool:
    """Whether there is a repair at all; fails where it is not the one that trying everything finds."""
    changes = changes_from_data(case.data, case.instance)
    best = best_repair(case)
    if best is None:
        with pytest.raises(InputError, match="pins"):
            repair(case.instance, case.result, changes)
        return False
    after, found = repair(case.instance, case.result, changes)
    assert instance_to_data(after) == instance_to_data(changed_by_hand(case))
    assert [level.value for level in found.levels] == best[0]
    assert dict(found.assignment) == best[1]
    assert all(level.proven and level.bound == level.value for level in found.levels)
    certificate = found.levels[0].certificate
    assert certificate == {"type": "released", "candidates": sorted(released(case, after))}
    report = verify(after, found, prove_small=False)
    assert report.ok, report.problems
    return True


def drawn(seed: int) -> Case:
    rng = random.Random(f"repair {seed}")
    return random_case(rng, random_instance(rng))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, ROUNDS, 50))
def test_small_rounds_as_by_trying_everything(first: int) -> None:
    assert sum(assert_as_by_trying_everything(drawn(seed)) for seed in range(first, first + 50)) > 40


@pytest.mark.prove
def test_thousands_of_small_rounds_as_by_trying_everything() -> None:
    began = perf_counter()
    repaired = sum(assert_as_by_trying_everything(drawn(seed)) for seed in range(10_000, 10_000 + PROVEN_ROUNDS))
    lines = [
        f"{PROVEN_ROUNDS} small rounds after drawn withdrawals and new seats, against every allocation there is",
        f"{repaired} repaired: every level, every bound, every seat and the released as by trying everything",
        f"{PROVEN_ROUNDS - repaired} refused, as no allocation holds the pins and keeps who stays from a worse rank",
    ]
    write_report("prove-repair.txt", [*lines, "", f"{perf_counter() - began:.0f} s"])


@pytest.mark.bench
def test_beside_solving_anew() -> None:
    lines = ["seconds of processor time; one in twenty withdraws, drawn by a seed", ""]
    lines.append(f"{'round':<14}{'solve':>8}{'repair':>8}{'ratio':>7}{'released':>10}{'moved':>7}{'placed':>8}")
    for family, candidates in (("school", 4000), ("region", 1000), ("region", 4000)):
        large = generate(family, candidates, 1)
        began = process_time()
        before = solve(large)
        between = process_time()
        people = [one.id for one in large.candidates if one.pinned is None]
        _, found = repair(large, before, Changes(frozenset(random.Random(1).sample(people, candidates // 20))))
        seconds = between - began, process_time() - between
        assert all(level.proven for level in found.levels)
        told = {level.level: level.value for level in found.levels}
        name, ratio = f"{family} {candidates}", seconds[1] / seconds[0]
        counts = f"{told['released']:>10}{told['moved']:>7}{told['placed']:>8}"
        lines.append(f"{name:<14}{seconds[0]:>8.2f}{seconds[1]:>8.2f}{ratio:>7.2f}{counts}")
    write_report("bench-repair.txt", lines)


def test_nothing_happened() -> None:
    region = generate("region", 150, 1)
    before = solve(region)
    after, found = repair(region, before, Changes())
    assert [one.previous for one in after.candidates] == [before.assignment.get(one.id, (None,))[0] for one in after.candidates]
    assert found.assignment == before.assignment
    assert [level.value for level in found.levels if level.level in {"released", "moved"}] == [0, 0]


@pytest.mark.parametrize("family", ["region", "hard"])
def test_a_larger_round_holds_and_nobody_who_stays_is_worse_off(family: str) -> None:
    large = generate(family, 150, 2)
    before = solve(large, time_limit=20)
    rng = random.Random(1)
    withdrawn = frozenset(rng.sample([one.id for one in large.candidates if one.pinned is None], 8))
    after, found = repair(large, before, Changes(withdrawn))
    assert verify(after, found, prove_small=False).ok
    assert all(level.proven for level in found.levels)
    certificate = found.levels[0].certificate
    assert certificate is not None
    for one in after.candidates:
        if one.previous is not None and one.id not in certificate["candidates"]:
            assert _rank(one, found.assignment[one.id][0]) <= _rank(one, one.previous)


def _rank(one: Candidate, place: str) -> int:
    return next(rank for rank, group in enumerate(one.choices, 1) if place in group)


def person(candidate_id: str, *places: str, **more: Any) -> Candidate:
    return replace(Candidate(candidate_id, ("x",), tuple((place,) for place in places)), **more)


def mended(people: tuple[Candidate, ...], places: tuple[Place, ...], where: Where, changes: Changes) -> dict[str, str]:
    """Where everybody is after the repair."""
    instance = Instance(1, ("placed", "lottery"), people, places)
    _, found = repair(instance, result_of(instance, where), changes)
    return {one: place for one, (place, _) in found.assignment.items()}


P, Q, T = Place("p", (Seat("a", 1),)), Place("q", (Seat("a", 1),)), Place("t", (Seat("a", 2, 2),))


def test_who_lost_the_tandem_comes_before_who_had_nothing() -> None:
    people = (person("c1", "t", "p"), person("c2", "t"), person("c3", "p"), person("c4", "p"))
    where = {"c1": "t", "c2": "t", "c4": "p"}
    assert mended(people, (P, T), where, Changes(frozenset({"c2", "c4"}))) == {"c1": "p"}


def test_a_seat_that_came_free_goes_to_who_has_none_and_moves_nobody_for_a_better_rank() -> None:
    people = (person("c1", "p", "q"), person("c2", "p"), person("c3", "q", "p"))
    where = {"c1": "q", "c2": "p"}
    assert mended(people, (P, Q), where, Changes(frozenset({"c2"}))) == {"c1": "q", "c3": "p"}


def test_one_moves_to_a_better_choice_to_make_room() -> None:
    people = (person("c1", "p", "q"), person("c2", "p"), person("c3", "q"))
    where = {"c1": "q", "c2": "p"}
    assert mended(people, (P, Q), where, Changes(frozenset({"c2"}))) == {"c1": "p", "c3": "q"}


def test_who_has_the_partner_withdrawn_may_stay_alone_and_may_lose_the_seat() -> None:
    pair = (person("c1", "p", "q", together="c2"), person("c2", "p", "q", together="c1"))
    places = (Place("p", (Seat("a", 2),)), Q)
    assert mended(pair, places, {"c1": "p", "c2": "p"}, Changes(frozenset({"c2"}))) == {"c1": "p"}


def test_pins_that_cannot_hold_after_the_changes_are_refused() -> None:
    people = (person("c1", "t", pinned="t"), person("c2", "t"))
    instance = Instance(1, ("placed",), people, (T,))
    with pytest.raises(InputError, match="'t' cannot be filled to its minimum"):
        repair(instance, result_of(instance, {"c1": "t", "c2": "t"}), Changes(frozenset({"c2"})))


def test_pins_that_would_hold_only_at_the_cost_of_who_stays_are_refused() -> None:
    people = (person("c1", "t", pinned="t"), person("c2", "t"), person("c3", "p", "t"))
    instance = Instance(1, ("placed",), people, (P, T))
    with pytest.raises(InputError, match="without a worse rank for somebody who stays"):
        repair(instance, result_of(instance, {"c1": "t", "c2": "t", "c3": "p"}), Changes(frozenset({"c2"})))


FAULTY: list[tuple[Any, str]] = [
    ([], "the file must hold an object"),
    ({"withdrawm": []}, "withdrawm: unknown key"),
    ({"withdrawn": ["c9"]}, "withdrawn[0]: there is no candidate 'c9'"),
    ({"withdrawn": ["c1", "c1"]}, "withdrawn[1]: 'c1' stands twice"),
    ({"withdrawn": "c1"}, "withdrawn: must be a list"),
    ({"seats": [{"place": "p", "kind": "a"}]}, "seats[0].add: is missing"),
    ({"seats": [{"place": "p", "kind": "b", "add": 1}]}, "seats[0].kind: there is no kind of seat at 'p' 'b'"),
    ({"seats": [{"place": "z", "kind": "a", "add": 1}]}, "seats[0].place: there is no place 'z'"),
    ({"seats": [{"place": "p", "kind": "a", "add": -1}]}, "seats[0].add: must not be negative"),
    ({"seats": [{"place": "p", "kind": "a", "add": 1.0}]}, "seats[0].add: must be an integer"),
    ({"seats": 2 * [{"place": "p", "kind": "a", "add": 1}]}, "seats[1]: the seats of kind 'a' at 'p' stand twice"),
]


@pytest.mark.parametrize(("data", "fault"), FAULTY, ids=[fault for _, fault in FAULTY])
def test_faulty_changes_are_named_with_their_path(data: Any, fault: str) -> None:
    instance = Instance(1, ("placed",), (person("c1", "p"),), (P,))
    with pytest.raises(InputError) as refused:
        changes_from_data(data, instance)
    assert str(refused.value).startswith(fault)


def test_who_withdraws_leaves_no_trace_in_the_tiers() -> None:
    instance = Instance(1, ("placed",), (person("c1", "p"), person("c2", "p")), (replace(P, tiers={"c1": 0, "c2": 1}),))
    after = changed(instance, result_of(instance, {"c1": "p"}), Changes(frozenset({"c1"}), {("p", "a"): 2}))
    assert after.places == (Place("p", (Seat("a", 3),), tiers={"c2": 1}),)
    assert after.candidates == (person("c2", "p"),)
