"""explain under the policies that go by order: every reason agrees with the rules, counted again by hand."""

import hashlib
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product

import pytest

from matching.explain import Reason, explain, sentence
from matching.generate import generate
from matching.problem import Candidate, Instance, Place, Pool, Seat
from matching.result import Result
from matching.solve import solve
from matching.tests.brute import Where, allocations, keeps, may_have, random_instance, seated, values
from matching.tests.corruptions import result_of
from matching.verify.rules import Seated
from matching.verify.stability import Courts


def ordered_result(instance: Instance, where: Where, policy: str) -> Result:
    """A result of the policy, with all pairs that block under `stable`, as the check finds them."""
    result = replace(result_of(instance, values(instance, where), seated(instance, where)), policy=policy)
    blocking = Courts(Seated(instance, result)).blocking() if policy == "stable" else ()
    return replace(result, blocking=tuple(sorted(blocking)), stable=not blocking if policy == "stable" else None)


def with_order(instance: Instance, rng: random.Random) -> Instance:
    """The same with tiers and arrivals."""
    people = tuple(replace(one, arrived=rng.choice([None, 1, 2, 3])) for one in instance.candidates)
    some = [one.id for one in people if rng.random() < 0.5]
    return replace(
        instance,
        candidates=people,
        places=tuple(replace(place, tiers={one: rng.randint(0, 1) for one in some}) for place in instance.places),
    )


def drawn_results(policy: str) -> Iterator[tuple[Instance, Result]]:
    for seed in range(3000, 3150):
        rng = random.Random(seed)
        instance = with_order(random_instance(rng), rng)
        for where in rng.sample(found := list(islice(allocations(instance), 400)), min(3, len(found))):
            yield instance, ordered_result(instance, where, policy)


RESULTS = {policy: list(drawn_results(policy)) for policy in ("stable", "queue")}


def people_of(instance: Instance, one: Candidate) -> list[Candidate]:
    by_id = {other.id: other for other in instance.candidates}
    return [one] if one.together is None else [one, by_id[one.together]]


def fits_beside(instance: Instance, result: Result, unit: list[Candidate], place: Place) -> bool:
    """Whether the unit could sit beside the people there, by trying all kinds."""
    there = [one for one in instance.candidates if result.assignment.get(one.id, ("",))[0] == place.id]
    options = [may_have(one, place) for one in (*there, *unit)]
    return any(keeps(place, kinds) for kinds in product(*options))


def full_pools(instance: Instance, result: Result, unit: list[Candidate], place: Place) -> set[str]:
    """The pools of the place that have no room for the unit."""
    where = {one: seat[0] for one, seat in result.assignment.items()}
    found = set()
    for pool in instance.pools:
        after = {**where, **{one.id: place.id for one in unit}}
        if place.id in pool.places and sum(at in pool.places for at in after.values()) > pool.limit:
            found.add(pool.id)
    return found


def standing(instance: Instance, policy: str, one: Candidate, place: Place) -> tuple[tuple[float, ...], str]:
    """The later standing of the candidate and a partner."""
    return max(
        (
            *((float("inf") if each.arrived is None else each.arrived,) if policy == "queue" else ()),
            *((each.class_, place.tiers.get(each.id, float("inf"))) if policy == "stable" else ()),
            int(hashlib.sha256(f"{instance.seed}/{each.id}".encode()).hexdigest()[:16], 16),
        )
        for each in people_of(instance, one)
    ), ""


def counted(
    instance: Instance, result: Result, one: Candidate, place: Place, people: list[Candidate]
) -> tuple[Counter[str], int, int]:
    """Who of the people are before by what, sit by hand, and come after."""
    names = ("arrival", "draw") if result.policy == "queue" else ("class", "tier", "draw")
    own, before, pinned, after = standing(instance, result.policy, one, place)[0], Counter[str](), 0, 0
    for other in people:
        theirs = standing(instance, result.policy, other, place)[0]
        if any(each.pinned for each in people_of(instance, other)):
            pinned += 1
        elif theirs < own:
            before[next(name for name, a, b in zip(names, theirs, own, strict=True) if a != b)] += 1
        else:
            after += 1
    return before, pinned, after


@pytest.mark.parametrize("policy", ["stable", "queue"])
def test_every_reason_agrees_with_the_rules(policy: str) -> None:
    met: Counter[str] = Counter()
    for instance, result in RESULTS[policy]:
        places = {place.id: place for place in instance.places}
        reasons = explain(instance, result)
        for one in instance.candidates:
            for reason in reasons[one.id]:
                met[reason.code] += 1
                check(instance, result, one, reason, places[reason.place])
    assert set(met) >= {"full", "pool_full", "impossible", "closed", "tandem_missing", "not_eligible"}
    assert ("blocking" in met) == (policy == "stable")
    assert ("room_later" in met) == (policy == "queue")


@pytest.mark.parametrize("policy", ["stable", "queue"])
def test_reasons_of_larger_rounds_agree_with_the_rules(policy: str) -> None:
    met: Counter[str] = Counter()
    for family in ("region", "hard"):
        instance = generate(family, 150, 3)
        result = solve(instance, policy)
        places = {place.id: place for place in instance.places}
        people = {one.id: one for one in instance.candidates}
        for id_, reasons in explain(instance, result).items():
            for reason in reasons:
                met[reason.code] += 1
                check(instance, result, people[id_], reason, places[reason.place])
    assert set(met) >= {"full", "pool_full", "closed"}


def in_the_way(instance: Instance, result: Result, unit: list[Candidate], place: Place, reason: Reason) -> list[Candidate]:
    """Those without whom the one candidate would find a seat; of a full pool, and where numbers are equal, everybody."""
    inside = [place.id] if reason.code == "full" else next(p.places for p in instance.pools if p.id == reason.facts["pool"])
    people = [one for one in instance.candidates if result.assignment.get(one.id, ("",))[0] in inside]
    if reason.code == "pool_full" or reason.facts["rule"] == "equal":
        return people
    return [one for one in people if has_seats(place, [*(other for other in people if other is not one), unit[0]])]


def has_seats(place: Place, people: list[Candidate]) -> bool:
    """Whether all have a seat, minima and equal numbers aside."""
    ways = product(*(may_have(one, place) for one in people))
    return any(all(kinds.count(seat.kind) <= seat.capacity for seat in place.seats) for kinds in ways)


def place_is_bound(place: Place) -> bool:
    """Whether somebody who leaves may break a rule of the place, even when another comes."""
    return place.equal or any(seat.minimum for seat in place.seats)


def check(instance: Instance, result: Result, one: Candidate, reason: Reason, place: Place) -> None:
    unit = people_of(instance, one)
    assert (reason.code == "blocking") == ((one.id, place.id) in result.blocking)
    if reason.code in {"full", "pool_full", "room_later"}:
        beside, pools = fits_beside(instance, result, unit, place), full_pools(instance, result, unit, place)
        assert beside == (reason.code != "full")
        if beside:
            assert bool(pools) == (reason.code == "pool_full")
    if reason.code in {"full", "pool_full"}:
        people = in_the_way(instance, result, unit, place, reason)
        before, pinned, after = counted(instance, result, one, place, people)
        if len(unit) == 1 or reason.code == "pool_full":
            assert {name: n for name, n in reason.facts["before"].items() if n} == before
            assert (reason.facts["pinned"], reason.facts["after"]) == (pinned, after)
        alone = all(each.together is None for each in (*people, *unit))
        if result.policy == "stable" and reason.facts.get("rule") == "capacity" and alone:
            assert not after or place_is_bound(place)  # otherwise the two would block
    if reason.code == "pool_full":
        assert reason.facts["pool"] in full_pools(instance, result, unit, place)
    if reason.code == "partner":
        assert len(unit) == 2
    if reason.code == "impossible" and reason.facts["rule"] == "pin":
        assert any(each.pinned for each in unit)


@pytest.mark.parametrize("policy", ["stable", "queue"])
def test_every_reason_has_a_sentence_in_three_languages(policy: str) -> None:
    for instance, result in RESULTS[policy]:
        people = {one.id for one in instance.candidates}
        for reason in (reason for reasons in explain(instance, result).values() for reason in reasons):
            told = {sentence(reason, language) for language in ("nb", "nn", "en")}
            assert len(told) == 3
            for text in told:
                assert not people & set(re.findall(r"\w+", text))
                assert "{" not in text
                assert text.endswith(".")


# --- by hand ----------------------------------------------------------------------------------------------------------


def crowd(**changes: object) -> Instance:
    """Two seats at p. c0 has priority, c1 and c9 the host's favour, c2 neither."""
    people = (
        Candidate("c0", (), (("p",),), class_=0, arrived=5),
        Candidate("c1", (), (("p",),), arrived=1),
        Candidate("c2", (), (("p",), ("q",))),
        Candidate("c9", (), (("p",),), arrived=2),
    )
    places = (Place("p", (Seat("a", 3),), tiers={"c1": 0, "c9": 0}), Place("q", (Seat("a", 3),)))
    return replace(Instance(1, ("placed",), people, places), **changes)  # type: ignore[arg-type]


def test_who_was_before_is_told_in_numbers_and_by_what() -> None:
    instance = crowd()
    where = {"c0": "p", "c1": "p", "c9": "p", "c2": "q"}
    (reason,) = explain(instance, ordered_result(instance, where, "stable"))["c2"]
    assert reason.facts == {"rule": "capacity", "before": {"class": 1, "tier": 2, "draw": 0}, "pinned": 0, "after": 0}
    assert sentence(reason, "en") == (
        "p: The place is full. Before you: fewer than five by priority, fewer than five by the host's order."
    )
    (first,) = explain(instance, ordered_result(instance, {"c0": "p", "c1": "p", "c2": "p"}, "queue"))["c9"]
    assert first.facts == {"rule": "capacity", "before": {"arrival": 1, "draw": 0}, "pinned": 0, "after": 2}


def test_a_full_pool_is_told_apart_from_a_full_place() -> None:
    instance = crowd(pools=(Pool("u", 2, ("p",)),))
    (reason, *_) = explain(instance, ordered_result(instance, {"c0": "p", "c1": "p"}, "stable"))["c2"]
    assert (reason.code, reason.facts["pool"], reason.facts["limit"]) == ("pool_full", "u", 2)
    assert reason.facts["before"] == {"class": 1, "tier": 1, "draw": 0}


def test_a_place_that_others_left_for_something_better_says_so() -> None:
    """Two seats that must both be filled; two asked, and one of them got something better."""
    places = (Place("p", (Seat("a", 2, 2),)), Place("q", (Seat("a", 1),)))
    people = (Candidate("c1", (), (("q",), ("p",))), Candidate("c2", (), (("p",),)))
    instance = Instance(1, ("placed",), people, places)
    (reason,) = explain(instance, ordered_result(instance, {"c1": "q"}, "stable"))["c2"]
    assert (reason.code, reason.facts["short"], reason.facts["left_short"]) == ("closed", 0, 1)
    assert reason.facts["kinds"][0]["wanted"]
    assert (
        sentence(reason, "en")
        == "p: The place did not open: enough applied, but too many of them got something they would rather have."
    )


def test_a_seat_that_came_free_too_late_is_not_called_full() -> None:
    instance = crowd()
    reason = explain(instance, ordered_result(instance, {"c0": "p", "c1": "p", "c2": "q"}, "queue"))["c9"][0]
    assert (reason.code, reason.facts) == ("room_later", {})


@pytest.mark.parametrize("policy", ["stable", "queue"])
def test_a_pair_is_told_that_the_two_have_what_suits_them_better(policy: str) -> None:
    """One would rather be at p; taken together they stand higher at q."""
    places = tuple(Place(id_, (Seat("a", 2),)) for id_ in ("p", "q", "r"))
    people = (
        Candidate("c1", (), (("p",), ("q",)), together="c2"),
        Candidate("c2", (), (("q",), ("r",), ("p",)), together="c1"),
    )
    result = ordered_result(Instance(1, ("placed",), people, places), {"c1": "q", "c2": "q"}, policy)
    (reason,) = explain(Instance(1, ("placed",), people, places), result)["c1"]
    assert (reason.code, reason.facts) == ("partner", {})


def test_a_pair_that_blocks_is_told() -> None:
    instance = crowd()
    reason = explain(instance, ordered_result(instance, {"c1": "p"}, "stable"))["c0"][0]
    assert reason.code == "blocking"
