"""What each role may do with each row, by raw SQL, beside the model; and that the comparison finds a broken policy."""

import pytest

from praksis.base.locks import tables_of_persons
from tests.locks.conftest import Bench
from tests.locks.mutants import SURVIVORS, mutants
from tests.locks.raw import NOTHING


@pytest.mark.slow
def test_every_role_may_do_with_every_row_what_the_model_says_and_nothing_more(bench: Bench) -> None:
    """The ways in with a key that fits, and every key without a purpose; every purpose with every key in `make prove`."""
    empty = [table for table in tables_of_persons() if len(bench.region.rows[table]) < 2]
    assert empty == [], "tests/locks/region.py gives these tables no rows to hide"
    seen = [look for look in bench.looks(each=1) if not look.by.purpose or bench.expected(look) != NOTHING]
    wrong = [look for look in seen if bench.differs(look)]
    assert [(look, bench.expected(look), bench.found(look)) for look in wrong[:3]] == []
    sample = mutants()[7::250]
    assert [str(mutant) for mutant in sample if str(mutant) not in SURVIVORS and not bench.catches(mutant, seen)] == []
