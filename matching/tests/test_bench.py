"""The benchmark itself on a very small scale, and for `make bench` on its usual one."""

import sys

import pytest

from matching.bench import measure, report


def test_both_find_the_same_values() -> None:
    measured = measure("region", 80, 60.0)
    assert measured.ours == measured.theirs
    assert measured.ours is not None


@pytest.mark.bench
def test_every_family_beside_highs() -> None:
    lines = list(report(1000, 60.0))
    sys.stdout.write("\n".join(["", *lines, ""]))
    assert not [line for line in lines if "DIFFER" in line]
