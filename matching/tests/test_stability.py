"""verify of `stable`: the blocking pairs are those that the text gives, in every allocation of small rounds."""

import random

import pytest

from matching.tests.blocking import random_round
from matching.tests.brute import allocations
from matching.tests.corruptions import stable_result_of
from matching.verify.opening import wrong_could_open
from matching.verify.rules import Seated
from matching.verify.stability import Courts, most_seated


def compare(seed: int, allocations_each: int) -> tuple[int, int]:
    """Some allocations of a round: how many pairs block and places could have opened, as by trying everything."""
    rng = random.Random(seed)
    instance = random_round(rng, most_candidates=7)
    every = list(allocations(instance))
    pairs, openings = 0, 0
    for where in rng.sample(every, min(len(every), allocations_each)):
        right = Seated(instance, stable_result_of(instance, where))
        assert Courts(right).blocking() == set(right.result.blocking), (seed, where)
        assert wrong_could_open(right) == ([], []), (seed, where)
        pairs += len(right.result.blocking)
        openings += right.result.could_open or 0
    return pairs, openings


def test_blocking_pairs_as_by_trying_everything() -> None:
    pairs, openings = map(sum, zip(*(compare(seed, 5) for seed in range(150)), strict=True))
    assert pairs > 400
    assert openings > 20


@pytest.mark.prove
def test_blocking_pairs_of_thousands_of_rounds() -> None:
    pairs, openings = map(sum, zip(*(compare(seed, 30) for seed in range(1_000, 3_000)), strict=True))
    assert pairs > 20_000
    assert openings > 1_000


def test_how_many_can_sit() -> None:
    assert most_seated([["a"], ["a", "b"], ["b"]], {"a": 1, "b": 1}) == 2
    assert most_seated([["a", "b"], ["a"], ["b", "c"], ["b"]], {"a": 1, "b": 1, "c": 1}) == 3
    assert most_seated([["a"]], {"a": 0}) == 0
    assert most_seated([], {"a": 1}) == 0
