"""The long proof of `stable` and `queue`: thousands of small rounds by trying everything, and as two libraries on PyPI do."""

import random
from collections import Counter
from collections.abc import Iterator
from time import perf_counter

import pytest

from matching.solve import solve
from matching.tests.hospitals import LIBRARIES, random_hospitals, solved_by
from matching.tests.reports import write_report
from matching.tests.test_stable import check_queue, check_stable, random_round, where

ROUNDS, HOSPITALS = 3000, 400


@pytest.mark.prove
def test_thousands_of_small_rounds_by_trying_everything_and_as_others_do() -> None:
    began, tally = perf_counter(), Counter[str]()
    for seed in range(50_000, 50_000 + ROUNDS):
        drawn = random_round(random.Random(seed))
        check_stable(drawn, tally)
        tally["the queue as the text says"] += check_queue(drawn)
    lines = [f"{ROUNDS} small rounds of every feature: every rule kept; blocking pairs and could_open as by trying everything"]
    lines += [f"{name:<36}{count:>7}" for name, count in tally.items()]
    lines += _as_others_do()
    write_report("prove-stable.txt", [*lines, "", f"{perf_counter() - began:.0f} s"])
    assert tally["found"] >= 0.999 * tally["a stable result exists"]
    assert tally["closed places that could have opened"] <= tally["the least possible"] + ROUNDS // 50


def _as_others_do() -> Iterator[str]:
    rng = random.Random(1)
    rounds = [random_hospitals(rng, rng.randint(1, 40), 10, rng.randint(1, 8), rng.randint(1, 5)) for _ in range(HOSPITALS)]
    ours = [where(solve(drawn, "stable")) for drawn in rounds]
    for library in LIBRARIES:
        assert solved_by(library, rounds)[1] == ours
        yield f"the same as {library} in {HOSPITALS} of {HOSPITALS} rounds of hospitals and residents"
