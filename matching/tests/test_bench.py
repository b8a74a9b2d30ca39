"""The solver beside HiGHS and CP-SAT, to the end of the draw, and beside first come, first served, all in one run."""

import os
from collections.abc import Iterator

import pytest

from matching.bench import WHO, Measured, Sum, measure, run
from matching.generate import FAMILIES, generate
from matching.solve import solve
from matching.tests.brute import rank
from matching.tests.reports import write_report

LIMIT = 60.0  # seconds for each run
# What `make bench` runs: MATCHING_BENCH="easy 4000,mixed 1000" says otherwise, MATCHING_BENCH_LIMIT the seconds of each run.
ROUNDS = os.environ.get("MATCHING_BENCH") or "region 1000,easy 1000,scarce 1000,fighting 1000,minima 1000,pools 1000,couples 1000"


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_all_find_the_same_sums_in_every_family(family: str) -> None:
    drawn = generate(family, 40, 1)
    expected = list(WHO["optimal"](drawn, LIMIT))
    assert all(one.proven for one in expected)
    for who in ("highs sums", "highs levels"):
        assert list(WHO[who](drawn, LIMIT)) == expected, who


def test_cp_sat_finds_the_same_sums() -> None:
    drawn = generate("mixed", 20, 1)
    assert list(WHO["cp-sat"](drawn, LIMIT)) == list(WHO["optimal"](drawn, LIMIT))


def test_a_run_tells_what_it_came_to() -> None:
    one = run("optimal", "easy", 30, LIMIT, 1)
    assert one.proven
    assert (one.family, one.candidates, one.seed) == ("easy", 30, 1)
    assert not Sum("placed", -3, -4).proven


def test_first_come_first_served_places_fewer_of_the_mandatory() -> None:
    drawn = generate("scarce", 100, 1)
    mandatory = {one.id for one in drawn.candidates if one.class_ == 0}
    queue, best = (len(mandatory & set(solve(drawn, policy).assignment)) for policy in ("queue", "optimal"))
    assert 0 < queue < best


@pytest.mark.bench
def test_beside_the_others_and_first_come_first_served() -> None:
    limit = float(os.environ.get("MATCHING_BENCH_LIMIT") or LIMIT)
    lines = [
        f"seed 1, at most {limit:.0f} s by the clock for each run; seconds are of the processor, the ratio is to `optimal`",
        "",
    ]
    lines += [f"{'round':<16}{'who':<14}{'seconds':>9}{'clock':>8}{'ratio':>8}{'MiB':>7}  came to"]
    for wanted in ROUNDS.split(","):
        family, candidates = wanted.split()
        lines += _compared(family, int(candidates), limit)
    write_report("bench-optimal.txt", lines)


def _compared(family: str, candidates: int, limit: float) -> Iterator[str]:
    """A line for each, and first come, first served at the end."""
    runs = {who: measure(who, family, candidates, limit) for who in WHO}
    ours = runs["optimal"]
    proven = [one.sums for one in runs.values() if one.proven]
    assert all(sums == proven[0] for sums in proven), runs
    for who, one in runs.items():
        at_least = "" if one.proven else ">"
        ratio = at_least + f"{one.seconds / ours.seconds:.2f}"
        times = f"{one.seconds:>9.2f}{one.clock:>8.1f}{ratio:>8}{one.peak_mib:>7}"
        yield f"{f'{family} {candidates}':<16}{who:<14}{times}  {_came_to(one)}"
    drawn = generate(family, candidates, 1)
    where = {one: place for one, (place, _) in solve(drawn, "queue").assignment.items()}
    ranks = sum(rank(one, where[one.id]) for one in drawn.candidates if one.id in where)
    yield f"{f'{family} {candidates}':<16}{'queue':<14}{'':32}  placed {len(where)}, mean rank {ranks / max(len(where), 1):.3f}"


def _came_to(one: Measured) -> str:
    if one.proven:
        value = {sum_.level: sum_.value or 0 for sum_ in one.sums}
        return f"proven to the end: placed {-value['placed']}, mean rank {value['ranks'] / max(-value['placed'], 1):.3f}"
    first = next(sum_ for sum_ in one.sums if not sum_.proven)
    return f"not proven: {first.level} {first.value}, bound {first.bound}"
