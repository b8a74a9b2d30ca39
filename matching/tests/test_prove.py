"""The long proofs of `make prove`: thousands of small rounds against trying everything, and every way to spoil a result."""

import random
from collections.abc import Iterator, Mapping
from time import perf_counter

import pytest

from matching.certificates import certify
from matching.problem import Instance
from matching.result import Result
from matching.solve import solve
from matching.tests import false_certificates  # noqa: F401 - joins the corruptions
from matching.tests.blocking import random_round
from matching.tests.brute import brute_force, random_instance
from matching.tests.corruptions import CORRUPTIONS, repaired, result_of, stable_result
from matching.tests.reports import write_report
from matching.verify import verify

PROVEN_ROUNDS, SPOILED_ROUNDS = 3000, 600


@pytest.mark.prove
def test_thousands_of_small_rounds_as_by_trying_everything() -> None:
    right: list[tuple[Instance, Result]] = []
    began = perf_counter()
    for seed in range(10_000, 10_000 + PROVEN_ROUNDS):
        drawn = random_instance(random.Random(seed))
        best = brute_force(drawn)
        assert best is not None
        result = solve(drawn)
        assert [level.value for level in result.levels] == best[0], seed
        assert dict(result.assignment) == best[1], seed
        assert all(level.proven and level.bound == level.value for level in result.levels), seed
        assert verify(drawn, result, prove_small=seed % 10 == 0).ok, seed
        right.append((drawn, result_of(drawn, *best)))
    lines = [f"{PROVEN_ROUNDS} small rounds: every level, every bound and every seat as by trying everything"]
    harder = (random_round(random.Random(seed), most_candidates=5) for seed in range(20_000, 20_000 + SPOILED_ROUNDS))
    stable = [(one, stable_result(one, random.Random(number))) for number, one in enumerate(harder)]
    queue = [(one, solve(one, "queue")) for one, _ in stable]
    certified = [(one, certify(one, result)) for one, result in right[: SPOILED_ROUNDS // 2]]
    mended = [repaired(random.Random(seed)) for seed in range(30_000, 30_000 + SPOILED_ROUNDS // 2)]
    assert all(verify(*pair).ok for pair in (*stable, *queue, *certified, *mended))
    lines += _spoiled(
        {"optimal": right[:SPOILED_ROUNDS], "stable": stable, "queue": queue, "certified": certified, "repair": mended}
    )
    write_report("prove.txt", [*lines, "", f"{perf_counter() - began:.0f} s"])


def _spoiled(right: Mapping[str, list[tuple[Instance, Result]]]) -> Iterator[str]:
    """Every corruption in every round where there is one; all must be found, under the code of the rule they break."""
    for policy, rule, corruption in CORRUPTIONS:
        rng, met, left_open = random.Random(corruption.__name__), 0, 0
        for drawn, result in right[policy]:
            spoiled = corruption(drawn, result, rng)
            if spoiled is not None:
                met += 1
                report = verify(drawn, spoiled)
                if any(note.startswith("queue not played again") for note in report.notes):
                    left_open += 1  # verify says so, and nothing about the turns
                else:
                    assert rule in {problem.rule for problem in report.problems}, (rule, drawn, spoiled)
        assert met
        yield f"{policy:<8} {rule:<12} {corruption.__name__:<34} found {met - left_open} of {met}"
