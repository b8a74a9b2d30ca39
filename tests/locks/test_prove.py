"""The long proof that the second lock holds: each policy broken in every way, and every one of them found."""

from time import perf_counter

import pytest

from matching.tests.reports import write_report
from tests.locks.conftest import Bench
from tests.locks.mutants import SURVIVORS, mutants


@pytest.mark.prove
def test_every_role_may_do_what_the_model_says_and_every_broken_policy_is_caught(bench: Bench) -> None:
    began = perf_counter()
    seen = bench.looks(each=2)
    assert [look for look in seen if bench.differs(look)] == []
    broken = mutants()
    survived = [str(mutant) for mutant in broken if not bench.catches(mutant, seen)]
    lines = [
        f"{len(seen)} looks of all roles at the tables of persons, by raw SQL: every row as the model says, all four commands",
        f"{len(broken)} broken policies: {len(broken) - len(survived)} caught, {len(survived)} survived",
        *(f"  {name}: {SURVIVORS.get(name, 'NO REASON')}" for name in survived),
        "",
        f"{perf_counter() - began:.0f} s",
    ]
    write_report("prove-policies.txt", lines, of="praksis")
    assert survived == list(SURVIVORS)
