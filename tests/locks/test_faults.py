"""Many organisations over two connections, with faults at every stage of their requests."""

import logging
from collections import Counter
from collections.abc import Callable
from time import perf_counter

import pytest

from conftest import AsRole
from matching.tests.reports import write_report
from tests.locks.faults import CONNECTIONS, STAGES, THREADS, Storm, blow, offices, sign_in

type Blown = Callable[[int, int], Storm]


@pytest.fixture
def blown(as_owner: AsRole, database: dict[str, str]) -> Blown:
    """`blown(organisations, requests)`: what came of it."""

    def storm(organisations: int, requests: int) -> Storm:
        with as_owner():
            made = offices(organisations)
        for office in made:
            sign_in(office)
        over = Storm(made, database["web"])
        logging.disable(logging.CRITICAL)
        try:
            blow(over, requests)
        finally:
            logging.disable(logging.NOTSET)
        return over

    return storm


@pytest.mark.slow
def test_faults_show_nobody_what_is_not_theirs(blown: Blown) -> None:
    _nothing_wrong(blown(10, 80))


@pytest.mark.prove
def test_a_thousand_requests_with_faults_show_nobody_what_is_not_theirs(blown: Blown) -> None:
    began = perf_counter()
    storm = blown(50, 1000)
    lines = [f"1000 requests of 50 organisations, {THREADS} threads over {CONNECTIONS} connections: no foreign name on any page"]
    lines += [f"{storm.checked_out.total()} connections checked out, none remembered for whom it had acted", ""]
    lines += [f"faults {stage:<20} {met:>4}" for stage, met in sorted(storm.met.items())]
    write_report("prove-faults.txt", [*lines, "", f"{perf_counter() - began:.0f} s"], of="praksis")
    _nothing_wrong(storm)


def _nothing_wrong(storm: Storm) -> None:
    assert storm.wrong == []
    assert storm.checked_out == Counter({"": storm.checked_out.total()})
    assert set(storm.met) == set(STAGES)
