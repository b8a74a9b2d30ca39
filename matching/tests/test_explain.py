"""explain: every chain is real, every exact cost is the least one, every impossibility is one."""

import json
import random
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from ortools.graph.python import min_cost_flow

from matching.explain import Explainer, Reason, explain, sentence
from matching.explain.sentences import TEXTS
from matching.generate import generate
from matching.problem import Candidate, Instance, Place, Pool, Seat
from matching.result import Level, Result, Value
from matching.solve import solve
from matching.tests.brute import best_of, opened, random_instance, values
from matching.tests.corruptions import result_of, right_result
from matching.verify.rules import Seated, broken_rules

ROUNDS = [random_instance(random.Random(seed)) for seed in range(1000, 1300)]


@cache
def right() -> list[Result]:
    """The rounds' right results, made when they are first asked for."""
    return [right_result(instance) for instance in ROUNDS]


def first_change(instance: Instance, old: list[Value], new: list[Value]) -> tuple[str, int | None, int] | None:
    """The first level that differs, its component, and by how much it is worse."""
    for level, before, after in zip(instance.objective, old, new, strict=True):
        sign = -1 if level.startswith("class:") or level in {"placed", "kept"} else 1
        if isinstance(before, int) and isinstance(after, int):
            if before != after:
                return level, None, sign * (after - before)
            continue
        assert isinstance(before, list)
        assert isinstance(after, list)
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            if one != other:
                part = len(before) - at if level == "profile" else at + 1
                return level, part, other - one
    return None


def claimed(reason: Reason) -> tuple[str, int | None, int] | None:
    facts = reason.facts
    return None if facts["level"] is None else (facts["level"], facts["part"], facts["amount"])


def all_reasons() -> list[tuple[Instance, Result, Explainer, str, Reason]]:
    found = []
    for instance, result in zip(ROUNDS, right(), strict=True):
        explainer = Explainer(instance, result)
        for one in instance.candidates:
            found += [(instance, result, explainer, one.id, reason) for reason in explainer.reasons(one.id)]
    return found


REASONS = all_reasons()


def best_with(instance: Instance, result: Result, one: str, place: str) -> list[Value] | None:
    """The best values with the candidate at the place and the openings as they are, by brute force."""
    best = best_of(instance, lambda where: where.get(one) == place and tuple(opened(instance, where)) == result.open)
    return None if best is None else best[0]


def test_every_chain_keeps_all_rules_and_costs_what_is_said() -> None:
    met = 0
    for instance, result, explainer, one, reason in REASONS:
        if reason.code != "cost":
            continue
        met += 1
        witness = explainer.witness(one, reason.place)
        assert witness is not None
        seat = witness[one]
        assert seat is not None
        assert seat[0] == reason.place
        after = {id_: seat for id_, seat in {**result.assignment, **witness}.items() if seat is not None}
        assert not list(broken_rules(Seated(instance, replace(result, assignment=after))))
        old = [level.value for level in result.levels]
        new = values(instance, {id_: seat[0] for id_, seat in after.items()})
        assert first_change(instance, old, new) == claimed(reason)
    assert met > 200


@pytest.mark.parametrize(("family", "size"), [("hard", 60), ("region", 150), ("couples", 100)])
def test_chains_are_real_in_larger_rounds_too_and_from_a_result_that_is_not_the_best(family: str, size: int) -> None:
    instance = generate(family, size, 5)
    best = solve(instance)
    for result in (best, worse_than(instance, best)):
        old = [level.value for level in result.levels]
        explainer = Explainer(instance, result)
        for one in instance.candidates:
            for reason in explainer.reasons(one.id):
                if reason.code == "cost":
                    witness = explainer.witness(one.id, reason.place) or {}
                    after = {id_: seat for id_, seat in {**result.assignment, **witness}.items() if seat is not None}
                    assert not list(broken_rules(Seated(instance, replace(result, assignment=after))))
                    change = first_change(instance, old, values(instance, {id_: seat[0] for id_, seat in after.items()}))
                    assert claimed(reason) == (change if change is None or change[2] > 0 else None)


def worse_than(instance: Instance, best: Result) -> Result:
    """A result that looks at nothing but how many are placed, told by the levels of the round, with nothing proven."""
    found = solve(replace(instance, objective=("placed",), seed=instance.seed + 1))
    levels = values(instance, {one: seat[0] for one, seat in found.assignment.items()})
    told = (Level(name, value, None, proven=False) for name, value in zip(instance.objective, levels, strict=True))
    return replace(best, assignment=found.assignment, open=found.open, levels=tuple(told))


def test_exact_costs_are_the_least_and_others_are_no_less() -> None:
    met: Counter[bool] = Counter()
    for instance, result, _, one, reason in REASONS:
        if reason.code != "cost":
            continue
        best = best_with(instance, result, one, reason.place)
        assert best is not None
        old = [level.value for level in result.levels]
        least = first_change(instance, old, best)
        met[reason.facts["exact"]] += 1
        if reason.facts["exact"]:
            assert least == claimed(reason)
        else:
            assert order(instance, least) <= order(instance, claimed(reason))
    assert met[True] > 2 * met[False] > 0


def order(instance: Instance, change: tuple[str, int | None, int] | None) -> tuple[int, int, int]:
    """Smaller is a lesser cost."""
    if change is None:
        return len(instance.objective), 0, 0
    level, part, amount = change
    component = 0 if part is None else part if level == "lottery" else -part
    return -instance.objective.index(level), -component, amount


def test_what_is_called_impossible_is() -> None:
    rules: Counter[str] = Counter()
    for instance, result, _, one, reason in REASONS:
        if reason.code == "impossible":
            rules[reason.facts["rule"]] += 1
            assert best_with(instance, result, one, reason.place) is None
    assert set(rules) >= {"pin", "partner", "minimum", "pool"}


def test_a_chain_that_was_not_found_hardly_ever_exists() -> None:
    missed = [
        reason
        for instance, result, _, one, reason in REASONS
        if reason.code == "not_found" and best_with(instance, result, one, reason.place)
    ]
    assert len(missed) * 20 < sum(reason.code == "cost" for *_, reason in REASONS)


def test_in_large_rounds_only_the_amount_of_the_draw_is_not_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.explain.pricing.DRAW_LIMIT", 0)
    met: Counter[str] = Counter()
    for (instance, _, _, one, before), (*_, after) in zip(REASONS, all_reasons(), strict=True):
        if before.code != "cost" or not before.facts["exact"]:
            continue
        level = before.facts["level"]
        met[level] += 1
        assert after.facts["level"] == level, (instance, one, before)
        assert after.facts["exact"] == (level != "lottery")
        if level != "lottery":
            assert claimed(after) == claimed(before)
    assert met["lottery"]
    assert met["ranks"]


def by_flow(instance: Instance, forced: tuple[str, str] | None = None) -> tuple[list[Value], dict[str, str]]:
    """Most placed, then least sum of ranks, of a round of ordinary places, by minimum-cost flow."""
    flow = min_cost_flow.SimpleMinCostFlow()
    sink = len(instance.candidates)
    node_of = {place.id: sink + 1 + at for at, place in enumerate(instance.places)}
    arcs = []
    for at, one in enumerate(instance.candidates):
        flow.set_node_supply(at, 1)
        if forced is None or forced[0] != one.id:
            flow.add_arc_with_capacity_and_unit_cost(at, sink, 1, 0)
        for rank, (id_,) in enumerate(one.choices, 1):
            if forced is None or forced[0] != one.id or forced[1] == id_:
                cost = rank - 100 * len(instance.candidates)
                arcs.append((flow.add_arc_with_capacity_and_unit_cost(at, node_of[id_], 1, cost), one.id, id_))
    for place in instance.places:
        flow.add_arc_with_capacity_and_unit_cost(node_of[place.id], sink, place.seats[0].capacity, 0)
    flow.set_node_supply(sink, -sink)
    assert flow.solve() == flow.OPTIMAL
    where = {one: place for arc, one, place in arcs if flow.flow(arc)}
    return values(instance, where), where


@pytest.mark.parametrize("seats", [1, 2, 4])
def test_costs_in_a_larger_round_are_those_of_solving_again(seats: int) -> None:
    rng = random.Random(seats)
    places = tuple(Place(f"p{n}", (Seat("a", rng.randint(1, 2 * seats - 1)),)) for n in range(60))
    ids = [place.id for place in places]
    people = tuple(Candidate(f"c{n}", (), tuple((id_,) for id_ in rng.sample(ids, 6))) for n in range(200))
    instance = Instance(1, ("placed", "ranks"), people, places)
    levels, where = by_flow(instance)
    explainer = Explainer(instance, result_of(instance, levels, {one: (place, "a") for one, place in where.items()}))
    pairs = [(one.id, reason) for one in people for reason in explainer.reasons(one.id)]
    assert len(pairs) > 30
    for one, reason in rng.sample(pairs, min(60, len(pairs))):
        assert reason.facts["exact"]
        assert claimed(reason) == first_change(instance, levels, by_flow(instance, (one, reason.place))[0])


# --- reasons that need no search --------------------------------------------------------------------------------------


def closed_tandem(**changes: Any) -> tuple[Instance, Result]:
    """A tandem of two students and two newcomers; three students want it, one newcomer does."""
    tandem = Place("t", (Seat("s", 2, 2, ("student",)), Seat("n", 2, 2, ("newcomer",))))
    people = [Candidate(f"c{n}", ("student",), (("t",),)) for n in range(3)]
    instance = Instance(
        seed=1,
        objective=("placed", "ranks", "lottery"),
        candidates=(*people, Candidate("c9", ("newcomer",), (("t",),))),
        places=(tandem,),
    )
    instance = replace(instance, **changes)
    return instance, right_result(instance)


def test_a_tandem_says_for_want_of_whom() -> None:
    reason = explain(*closed_tandem())["c0"][0]
    assert reason.data() == {
        "code": "tandem_missing",
        "place": "t",
        "rank": 1,
        "capacity": 4,
        "asked": 4,
        "short": 1,
        "kinds": [
            {"kind": "s", "minimum": 2, "asked": 3, "short": 0, "accepts": ["student"], "wanted": False},
            {"kind": "n", "minimum": 2, "asked": 1, "short": 1, "accepts": ["newcomer"], "wanted": True},
        ],
    }
    assert sentence(reason, "en") == "t: The place did not open: too few applied for n."


def test_people_who_may_have_several_kinds_count_once() -> None:
    """Two who may have both kinds are too few for two of each, though each kind alone has enough."""
    place = Place("t", (Seat("a", 2, 2), Seat("b", 2, 2)))
    people = tuple(Candidate(f"c{n}", (), (("t",),)) for n in range(2))
    reason = explain(*closed_tandem(candidates=people, places=(place,)))["c0"][0]
    assert reason.facts["short"] == 2
    assert [kind["short"] for kind in reason.facts["kinds"]] == [0, 0]
    assert all(kind["wanted"] for kind in reason.facts["kinds"])


def test_a_place_with_a_minimum_says_whether_enough_asked() -> None:
    few = explain(*closed_tandem(places=(Place("t", (Seat("a", 9, 5),)),)))["c0"][0]
    assert (few.code, few.facts["short"], few.facts["pool"]) == ("closed", 1, None)
    narrow = closed_tandem(places=(Place("t", (Seat("a", 3, 3),)),), pools=(Pool("u", 2, ("t",)),))
    pooled = explain(*narrow)["c0"][0]
    assert (pooled.code, pooled.facts["short"], pooled.facts["pool"]) == ("closed", 0, "u")


def test_who_is_not_eligible_learns_what_is_lacking() -> None:
    place = Place("p", (Seat("a", 1, accepts=("student", "pupil"), requires=("police",)), Seat("b", 1, requires=("car",))))
    people = (
        Candidate("c1", ("newcomer",), (("p",),)),
        Candidate("c2", ("student", "police"), (("p",),), excluded={"p": "worked_there"}),
    )
    reasons = explain(*closed_tandem(candidates=people, places=(place,)))
    lacks = reasons["c1"][0]
    assert lacks.facts == {
        "excluded": None,
        "kinds": [
            {"kind": "a", "missing": ["police"], "accepts": ["pupil", "student"]},
            {"kind": "b", "missing": ["car"], "accepts": []},
        ],
    }
    assert sentence(lacks, "nb") == (
        "p: Du oppfyller ikke kravene: du mangler police, den er for pupil, student eller du mangler car."
    )
    assert reasons["c2"][0].facts["excluded"] == "worked_there"


def test_only_those_asked_for_are_explained_in_the_order_of_their_ranking() -> None:
    for instance, result in zip(ROUNDS, right(), strict=True):
        whole = explain(instance, result)
        assert list(whole) == [one.id for one in instance.candidates]
        last = instance.candidates[-1]
        assert explain(instance, result, [last.id]) == {last.id: whole[last.id]}
        for one in instance.candidates:
            asked = [place for group in one.choices for place in group]
            seat = result.assignment.get(one.id)
            received = next((n for n, group in enumerate(one.choices) if seat and seat[0] in group), len(one.choices))
            above = [place for group in one.choices[:received] for place in group]
            assert [reason.place for reason in whole[one.id]] == above == asked[: len(above)]
            assert all(reason.asked >= 1 for reason in whole[one.id])


# --- words ------------------------------------------------------------------------------------------------------------


def test_every_reason_has_a_sentence_in_three_languages() -> None:
    for instance, _, _, _, reason in REASONS:
        told = {sentence(reason, language) for language in ("nb", "nn", "en")}
        assert len(told) == 3
        people = {one.id for one in instance.candidates}
        for text in told:
            assert not people & set(re.findall(r"\w+", text))
            assert "{" not in text
            assert text.endswith(".")


def test_small_counts_of_others_are_not_told() -> None:
    facts = {"level": "class:0", "part": None, "amount": 1, "exact": True, "moved": 4}
    few = Reason("cost", "p", 1, 2, 9, facts)
    assert sentence(few, "en") == (
        "p: Had you got this place, 1 fewer of priority 0 would have a place. "
        "Fewer than five others would have had to change places."
    )
    many = Reason("cost", "p", 1, 2, 9, {**facts, "moved": 5, "exact": False})
    assert sentence(many, "nb") == (
        "p: Hadde du fått plassen, ville 1 færre i prioritet 0 fått plass, eller mindre enn det. 5 andre måtte ha byttet plass."
    )


def test_reasons_are_json() -> None:
    for *_, reason in REASONS:
        assert json.loads(json.dumps(reason.data())) == reason.data()


def test_the_languages_have_the_same_texts_with_the_same_facts() -> None:
    fields = [{key: sorted(re.findall(r"{\w+}", text)) for key, text in TEXTS[one].items()} for one in TEXTS]
    assert fields[0] == fields[1] == fields[2]
