"""Certificates: made for rounds of all families, and what they may not prove."""

import json
import random
from collections import Counter
from dataclasses import replace

import pytest

from matching.certificates import certify
from matching.generate import FAMILIES, generate
from matching.problem import Instance
from matching.result import Result, result_from_data, result_to_data
from matching.solve import solve
from matching.tests.brute import Where, allocations, opened, random_instance, seated, values
from matching.tests.corruptions import result_of
from matching.verify import verify
from matching.verify.levels import wants_most
from matching.verify.model import Model
from matching.verify.rules import Seated


def certified(family: str, candidates: int, seed: int) -> tuple[Instance, Result]:
    """A made-up round, and its result with certificates that were written and read once."""
    instance = generate(family, candidates, seed)
    result = certify(instance, solve(instance))
    return instance, result_from_data(json.loads(json.dumps(result_to_data(result))))


def of_kind(result: Result, kind: str) -> int:
    """How many cuts or trees the certificates have."""
    return sum(len(step.get(kind, ())) for level in result.levels if level.certificate for step in level.certificate["steps"])


@pytest.mark.parametrize("family", ["school", "region", "couples"])
def test_every_bound_of_a_made_up_round_is_checked(family: str) -> None:
    instance, result = certified(family, 150, 1)
    report = verify(instance, result, prove_small=False)
    assert report.ok, report.problems
    assert report.checked == dict.fromkeys(instance.objective, "certificate")


@pytest.mark.prove
def test_bounds_of_many_made_up_rounds_are_checked() -> None:
    used: Counter[str] = Counter()
    for family in FAMILIES:
        for seed in range(1, 16 if family == "mixed" else 6):  # where trees are needed at all, now and then
            instance, result = certified(family, 300 if family != "hard" else 60, seed)
            report = verify(instance, result, prove_small=False)
            assert report.ok, (family, seed, report.problems)
            used[family] += len(report.checked)
            used["cuts"] += of_kind(result, "cuts")
            used["trees"] += of_kind(result, "trees")
    assert used["cuts"] > 20
    assert used["trees"] > 3
    assert all(used[family] >= 20 for family in FAMILIES), used


def test_a_level_without_a_certificate_is_said_to_be_unchecked() -> None:
    instance, result = certified("school", 60, 1)
    first, second, *others = result.levels
    partly = replace(result, levels=(first, replace(second, certificate=None), *others))
    report = verify(instance, partly, prove_small=False)
    assert report.checked == {first.level: "certificate"}
    assert report.notes == tuple(f"bound not checked: {level.level}" for level in (second, *others))
    again = verify(instance, partly)
    assert again.checked[first.level] == "certificate"
    assert set(again.checked.values()) == {"certificate", "solved again"}


def test_a_type_that_is_not_known_is_left_alone() -> None:
    instance, result = certified("school", 60, 1)
    unknown = tuple(replace(level, certificate={"type": "runes/1"}) for level in result.levels)
    report = verify(instance, replace(result, levels=unknown), prove_small=False)
    assert report.ok
    assert not report.checked


def test_a_tree_of_endless_depth_is_refused() -> None:
    instance, result = certified("school", 60, 1)
    tree: dict[str, object] = {"scale": 1, "prices": {}}
    for _ in range(20_000):
        tree = {"at": "x", "zero": tree, "one": {"scale": 1, "prices": {}}}
    column = next(f"{one.id}/{one.choices[0][0]}/{'a'}" for one in instance.candidates if one.choices)
    step = {"scale": 1, "prices": {}, "trees": [{"of": column, "tree": tree}]}
    spoiled = replace(result.levels[0], certificate={"type": "prices/1", "steps": [step]})
    report = verify(instance, replace(result, levels=(spoiled, *result.levels[1:])), prove_small=False)
    assert {problem.rule for problem in report.problems} == {"certificate"}


def test_every_allocation_is_a_point_of_the_model_with_its_values() -> None:
    """The model is what a check believes in: it may leave out no allocation, and must count each level as the text does."""
    for seed in range(60):
        instance = random_instance(random.Random(seed))
        every = list(allocations(instance))
        model = Model(Seated(instance, result_of(instance, [0 for _ in instance.objective], {})))
        assert len(set(model.names)) == len(model.names)
        for where in random.Random(seed).sample(every, min(len(every), 40)):
            point = point_of(instance, model, where)
            for name, row in model.rows.items():
                reached = sum(factor * point[column] for column, factor in row.entries.items())
                assert row.least is None or reached >= row.least, (seed, where, name)
                assert row.most is None or reached <= row.most, (seed, where, name)
            assert all(0 <= point[column] <= upper for column, upper in enumerate(model.upper)), (seed, where)
            for level, value in zip(instance.objective, values(instance, where), strict=True):
                sign = -1 if wants_most(level) else 1
                costs = [sign * sum(cost * point[column] for column, cost in part.items()) for part in model.costs(level)]
                assert costs == (value if isinstance(value, list) else [value]), (seed, where, level)


def point_of(instance: Instance, model: Model, where: Where) -> list[int]:
    """The column of everybody who is placed, of every place that opens and needs people, and of every shortfall."""
    chosen, kinds = set(), seated(instance, where)
    for one in instance.candidates:
        if one.id in where and one.together is None:
            chosen.add("/".join([one.id, *kinds[one.id]]))
        elif one.id in where and one.together is not None and one.id < one.together:
            both = sorted(kinds[who][1] for who in (one.id, one.together))
            chosen.add("/".join([one.id, one.together, where[one.id], *both]))
    point = [int(name in chosen) for name in model.names]
    assert sum(point) == len(chosen)
    for place in opened(instance, where):
        if f"open/{place}" in model.names:
            point[model.names.index(f"open/{place}")] = 1
    if "reserves" in instance.objective:
        tags = {one.id: one.tags for one in instance.candidates}
        for reserve in instance.reserves:
            there = sum(place in reserve.places and reserve.tag in tags[one] for one, place in where.items())
            point[model.names.index(f"short/{reserve.id}")] = max(0, reserve.at_least - there)
    return point
