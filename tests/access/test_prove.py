"""The long proof that the first lock holds alone: the whole walk with the second taken away."""

import pytest

from tests.access import direct
from tests.access.alone import Alone, second_lock_off, without_last
from tests.access.table import PAGE, rows
from tests.access.walk import Walk

ROWS = without_last(rows(PAGE.read_text()))


@pytest.mark.prove
def test_the_first_lock_lets_nothing_through_alone(walk: Walk, database: dict[str, str]) -> None:
    alone = Alone(walk.world, walk.entered)
    with second_lock_off(database["owner"]):
        for row in ROWS:
            alone.walk_both(row)
        assert alone.wrong == []
        assert list(direct.problems(walk.world)) == []
