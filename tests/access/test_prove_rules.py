"""The long proof that the first lock is watched: each rule and filter broken in every way, and every one of them found."""

from time import perf_counter

import pytest

from matching.tests.reports import write_report
from tests.access.alone import Alone, second_lock_off, without_last
from tests.access.broken import SURVIVORS, mutants
from tests.access.table import PAGE, rows
from tests.access.walk import Walk

ROWS = without_last(rows(PAGE.read_text()))


@pytest.mark.prove
def test_every_broken_rule_is_caught_without_the_second_lock(walk: Walk, database: dict[str, str]) -> None:
    began = perf_counter()
    alone, broken = Alone(walk.world, walk.entered), mutants()
    with second_lock_off(database["owner"]):
        alone.walk_noting(ROWS, {mutant.function for mutant in broken})
        assert alone.wrong == []
        survived = [str(mutant) for mutant in broken if not alone.catches(mutant, ROWS)]
    lines = [
        f"{len(ROWS)} addresses, and what no page shows, asked with the second lock off: as the table says",
        f"{len(broken)} broken rules and filters: {len(broken) - len(survived)} caught, {len(survived)} survived",
        *(f"  {name}: {SURVIVORS.get(name, 'NO REASON')}" for name in survived),
        "",
        f"{perf_counter() - began:.0f} s",
    ]
    write_report("prove-rules.txt", lines, of="praksis")
    assert survived == list(SURVIVORS)
