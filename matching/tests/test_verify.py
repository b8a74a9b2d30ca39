"""verify: right results pass, every spoiled one is found, and the right rule is named."""

import ast
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from matching.certificates import certify
from matching.problem import Candidate, Instance, Place, Seat, digest
from matching.result import Level, Result
from matching.solve import solve
from matching.tests import false_certificates  # noqa: F401 - joins the corruptions
from matching.tests.blocking import random_round
from matching.tests.brute import random_instance
from matching.tests.corruptions import CORRUPTIONS, Corruption, repaired, result_of, right_result, stable_result
from matching.verify import CODES, verify
from matching.verify.identity import digest_of

ROUNDS = [random_instance(random.Random(seed)) for seed in range(150)]
HARDER = [random_round(random.Random(seed), most_candidates=5) for seed in range(120)]


@cache
def of_policy(policy: str) -> tuple[Sequence[Instance], Sequence[Result]]:
    """Small rounds and their right results. Made when they are first asked for, not wherever this file is collected."""
    if policy == "optimal":
        return ROUNDS, [right_result(instance) for instance in ROUNDS]
    if policy == "certified":
        rounds, right = ROUNDS[:60], of_policy("optimal")[1]
        return rounds, [certify(instance, result) for instance, result in zip(rounds, right, strict=False)]
    if policy == "stable":
        return HARDER, [stable_result(instance, random.Random(number)) for number, instance in enumerate(HARDER)]
    if policy == "queue":
        return HARDER, [solve(instance, "queue") for instance in HARDER]
    changed, mended = zip(*(repaired(random.Random(seed)) for seed in range(80)), strict=True)
    return changed, mended


@pytest.mark.slow
def test_right_results_pass_with_every_bound_checked() -> None:
    for instance, result in zip(*of_policy("optimal"), strict=True):
        report = verify(instance, result)
        assert report.ok, report.problems
        assert not report.notes


def test_certificates_prove_every_bound() -> None:
    for instance, result in zip(*of_policy("certified"), strict=True):
        report = verify(instance, result, prove_small=False)
        assert report.ok, (instance, report.problems)
        assert not report.notes
        assert set(report.checked.values()) == {"certificate"}


def test_right_stable_results_pass() -> None:
    for instance, result in zip(*of_policy("stable"), strict=True):
        report = verify(instance, result)
        assert report.ok, (instance, report.problems)
        assert not report.notes


def test_right_repairs_pass_with_every_bound_checked() -> None:
    for instance, result in zip(*of_policy("repair"), strict=True):
        report = verify(instance, result)
        assert report.ok, (instance, report.problems)
        assert not report.notes


def test_first_come_first_served_is_the_same_when_played_again() -> None:
    reports = [verify(instance, result) for instance, result in zip(*of_policy("queue"), strict=True)]
    assert all(report.ok for report in reports)
    assert sum(not report.notes for report in reports) > len(reports) - 5


def test_a_stable_result_of_the_solver_holds() -> None:
    for instance in HARDER[:40]:
        report = verify(instance, solve(instance, "stable"))
        assert report.ok, (instance, report.problems)


@pytest.mark.parametrize(("policy", "rule", "corruption"), CORRUPTIONS, ids=lambda one: getattr(one, "__name__", one))
def test_spoiled_results_are_found(policy: str, rule: str, corruption: Corruption) -> None:
    rng, met = random.Random(corruption.__name__), 0
    for instance, result in zip(*of_policy(policy), strict=True):
        spoiled = corruption(instance, result, rng)
        if spoiled is None:
            continue
        met += 1
        found = {problem.rule for problem in verify(instance, spoiled).problems}
        assert rule in found, (corruption.__name__, instance, spoiled)
        assert found <= set(CODES)
    assert met >= 5


def test_every_rule_has_a_corruption() -> None:
    assert {rule for _, rule, _ in CORRUPTIONS} == set(CODES)


def test_the_digest_is_the_published_one() -> None:
    full = Instance(
        seed=3,
        name="høst",
        objective=("placed",),
        candidates=(
            Candidate("c2", ("b", "a"), (("p2", "p1"),), arrived=0, previous="gone", excluded={"p1": "worked_there"}),
            Candidate("c1", (), (), class_=0),
        ),
        places=(
            Place("p2", (Seat("b", 2, 1, ("z", "y"), ("x",)), Seat("a", 1)), host="h", tags=("t", "s"), equal=True),
            Place("p1", (Seat("a", 0),), tiers={"c1": 0}),
        ),
    )
    for instance in (full, *ROUNDS):
        assert digest_of(instance, instance.seed) == digest(instance)
        assert digest_of(instance, 12345) == digest(replace(instance, seed=12345))


def one_seat(people: int = 2) -> Instance:
    return Instance(
        seed=1,
        objective=("placed", "ranks", "lottery"),
        candidates=tuple(Candidate(f"c{n}", (), (("p",),)) for n in range(people)),
        places=(Place("p", (Seat("a", 1),)),),
    )


def test_bounds_of_large_rounds_are_noted_as_unchecked() -> None:
    instance = one_seat(3_000)
    result = replace(right_result(one_seat(1)), instance=digest(instance))
    report = verify(instance, result)
    assert report.ok
    assert report.notes == tuple(f"bound not checked: {level}" for level in instance.objective)


def test_bounds_are_left_alone_when_asked() -> None:
    assert verify(one_seat(), right_result(one_seat()), prove_small=False).notes[0] == "bound not checked: placed"


def test_an_honest_gap_passes() -> None:
    """Nobody placed, where one could be: unproven, with a bound that holds."""
    empty = result_of(one_seat(), [0, 0, [0, 0, 0]], {})
    honest = replace(empty, levels=(Level("placed", 0, 1, proven=False), *_unproven(empty, 1)), limit="time")
    assert verify(one_seat(), honest).ok
    assert verify(one_seat(), replace(honest, levels=_unproven(empty, 0))).ok
    assert verify(one_seat(), empty).problems[0].rule == "bound"


def _unproven(result: Result, start: int) -> tuple[Level, ...]:
    return tuple(replace(level, bound=None, proven=False) for level in result.levels[start:])


def test_a_number_too_large_for_the_second_solver_is_said_and_nothing_breaks() -> None:
    vast = replace(one_seat(), places=tuple(replace(p, seats=(replace(p.seats[0], capacity=10**30),)) for p in one_seat().places))
    report = verify(vast, right_result(vast))
    assert report.ok
    assert "bound not checked: placed" in report.notes


def test_nothing_is_shared_with_the_solvers() -> None:
    """Only how files are read: the classes of an instance and a result, and the faults of a file."""
    for path in Path(verify.__code__.co_filename).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("matching."):
                module = str(node.module)
                shared = module in {"matching.problem", "matching.result", "matching.form"}
                assert shared or module.startswith("matching.verify"), (path, module)
                if module == "matching.problem":
                    assert all(alias.name[0].isupper() for alias in node.names), path
