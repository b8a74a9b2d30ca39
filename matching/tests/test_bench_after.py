"""What all reasons cost beside the solve that they explain."""

from collections.abc import Iterator
from time import process_time

import pytest

from matching.explain import explain
from matching.generate import FAMILIES, generate
from matching.solve import solve
from matching.tests.reports import write_report

LIMIT = 300.0  # seconds for each solve
HEAD = f"{'round':<18}{'solve s':>9}{'explain s':>11}{'ratio':>7}{'reasons':>9}"


def measured(family: str, candidates: int) -> str:
    """A line for one round, in processor time."""
    drawn = generate(family, candidates, 1)
    began = process_time()
    result = solve(drawn, time_limit=LIMIT)
    between = process_time()
    reasons = sum(map(len, explain(drawn, result).values()))
    return line(family, candidates, between - began, process_time() - between, reasons, proven=result.limit is None)


def line(family: str, candidates: int, solving: float, explaining: float, reasons: int, *, proven: bool) -> str:
    """Both times, and how many times the solve the reasons take."""
    times = f"{solving:>9.1f}{explaining:>11.1f}{explaining / solving:>7.2f}{reasons:>9}"
    return f"{family} {candidates}".ljust(18) + times + ("" if proven else f"  not proven in {LIMIT:.0f} s")


def lines(candidates: int) -> Iterator[str]:
    yield HEAD
    yield from (measured(family, candidates) for family in FAMILIES)


def test_a_line_for_every_family() -> None:
    told = list(lines(30))
    assert [row.split()[0] for row in told[1:]] == list(FAMILIES)
    assert all(float(row.split()[4]) >= 0 for row in told[1:])


@pytest.mark.bench
def test_all_reasons_beside_the_solve() -> None:
    write_report("bench-after.txt", list(lines(40_000)))
