"""The solver beside HiGHS given the whole at once, and beside first come, first served, all in one run."""

from collections.abc import Iterator

import pytest

from matching.bench import measure, report
from matching.generate import FAMILIES, generate
from matching.problem import Instance
from matching.solve import solve
from matching.tests.brute import rank
from matching.tests.reports import write_report

LIMIT = 60.0  # seconds for each run


def test_both_find_the_same_values_in_every_family() -> None:
    lines = list(report(60, LIMIT))[1:]
    assert [line.split()[0] for line in lines] == list(FAMILIES)
    assert all(line.endswith("agree") for line in lines)


def test_first_come_first_served_places_fewer() -> None:
    drawn = generate("region", 200, 1)
    measured = measure("region", 200, LIMIT)
    assert measured.ours is not None
    assert 0 < len(solve(drawn, "queue").assignment) < measured.ours[2]


@pytest.mark.bench
def test_beside_the_whole_at_once_and_first_come_first_served() -> None:
    lines = [f"{'round':<14}{'what':<30}{'seconds':>8}{'ratio':>7}{'mandatory':>11}{'placed':>8}{'mean rank':>11}"]
    for family, candidates in (("region", 1000), ("tandem", 2000), ("hard", 500), ("region", 4000)):
        lines += _compared(family, candidates)
    write_report("bench.txt", lines)


def _compared(family: str, candidates: int) -> Iterator[str]:
    """A line for each way to allocate, in processor time; the ratio is to the solver's, whose draw is in it."""
    one = measure(family, candidates, LIMIT)
    assert one.ours is not None
    assert one.theirs in (None, one.ours)
    name = f"{family} {candidates}"
    yield _line(name, "level by level, with the draw", one.solver, 1.0, one.ours)
    yield _line(name, "HiGHS, all in one sum, no draw", one.highs, one.highs / one.solver, one.theirs)
    yield _line(name, "first come, first served", None, None, _queue(generate(family, candidates, 1)))


def _line(name: str, what: str, seconds: float | None, ratio: float | None, values: list[int] | None) -> str:
    times = " " * 15 if seconds is None else f"{seconds:>8.2f}{ratio:>7.2f}"
    if values is None:
        return f"{name:<14}{what:<30}{times}  not proven in {LIMIT:.0f} s"
    mandatory, _, placed, ranks = values
    return f"{name:<14}{what:<30}{times}{mandatory:>11}{placed:>8}{ranks / placed:>11.3f}"


def _queue(drawn: Instance) -> list[int]:
    """The values of first come, first served; of reserves it knows nothing."""
    where = {one: place for one, (place, _) in solve(drawn, "queue").assignment.items()}
    placed = [one for one in drawn.candidates if one.id in where]
    return [sum(one.class_ == 0 for one in placed), 0, len(placed), sum(rank(one, where[one.id]) for one in placed)]
