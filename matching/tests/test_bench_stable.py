"""`stable` on plain rounds beside C, two libraries on PyPI, and the reading and writing of the files, each in one run."""

import ctypes
import json
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from matching.compiled import one_by_one
from matching.generate import generate
from matching.market import strict_wishes
from matching.plain import Numbers, Wishes, in_rounds, plain_stable, wishes_of
from matching.problem import Instance, canonical, instance_from_data, read_instance, write_instance
from matching.result import write_result
from matching.solve import solve
from matching.tests.brute import Where
from matching.tests.hospitals import LIBRARIES, random_hospitals, solved_by
from matching.tests.reports import write_report
from matching.tests.test_stable import where

SEED, TIMES = 1, 9


@pytest.mark.bench
def test_plain_rounds_beside_c_and_the_files(tmp_path: Path) -> None:
    gcc = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    lines = [f"numpy {np.__version__}, numba {numba.__version__}, {gcc}, seed {SEED}; least processor time of {TIMES} runs", ""]
    lines += _beside_c(tmp_path)
    lines += _whole_command(tmp_path)
    write_report("bench-stable.txt", lines)


@pytest.mark.bench
def test_plain_rounds_beside_two_libraries_on_pypi() -> None:
    write_report(
        "bench-stable-peers.txt", [f"numpy {np.__version__}, numba {numba.__version__}, seed {SEED}", "", *_beside_others()]
    )


# --- beside C ---------------------------------------------------------------------------------------------------------


def _beside_c(folder: Path) -> Iterator[str]:
    yield f"{'deferred acceptance, 10 choices each':<44}{'ms':>9}{'times C':>9}"
    in_c = _compiled_c(folder)
    for candidates, places, capacity, own in (
        (10_000, 1_000, 9, False),
        (40_000, 4_000, 12, False),
        (40_000, 4_000, 9, False),
        (40_000, 4_000, 9, True),
    ):
        wishes = _random_wishes(candidates, places, capacity, own=own)
        results = {name: _least_time(ways, wishes) for name, ways in (("C", in_c), ("numba", one_by_one), ("numpy", in_rounds))}
        expected = sorted(results["C"][1].tolist())
        for name, (seconds, taken) in results.items():
            assert sorted(taken.tolist()) == expected
            what = f"{candidates} for {places * capacity} seats, {'own orders' if own else 'one draw'}, {name}"
            yield f"{what:<44}{1000 * seconds:>9.1f}{seconds / results['C'][0]:>9.1f}"
    yield ""


def _random_wishes(candidates: int, places: int, capacity: int, *, own: bool) -> Wishes:
    """Ten places each; all places go by one draw, or each by an order of its own."""
    rng = np.random.default_rng(SEED)
    candidate = np.repeat(np.arange(candidates), 10)
    place = np.concatenate([rng.choice(places, 10, replace=False) for _ in range(candidates)])
    order = rng.permutation(len(candidate)) if own else rng.permutation(candidates)[candidate]
    return wishes_of(candidate, place, order, np.full(places, capacity), candidates)


def _compiled_c(folder: Path) -> Callable[[Wishes], Numbers]:
    library = folder / "gale_shapley.so"
    source = Path(__file__).with_name("gale_shapley.c")
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    function = ctypes.CDLL(str(library)).gale_shapley

    def solve_in_c(wishes: Wishes) -> Numbers:
        taken = np.empty(int(wishes.capacity.sum()), dtype=np.int32)
        arrays = (wishes.first, wishes.candidate, wishes.place, wishes.order, wishes.capacity, taken)
        pointers = (array.ctypes.data_as(ctypes.c_void_p) for array in arrays)
        return taken[: function(len(wishes.first) - 1, len(wishes.capacity), *pointers)]

    return solve_in_c


def _least_time[T](work: Callable[..., T], *given: Any) -> tuple[float, T]:
    """The least of some runs, after one that does not count."""
    result = work(*given)
    least = float("inf")
    for _ in range(TIMES):
        started = time.process_time()
        result = work(*given)
        least = min(least, time.process_time() - started)
    return least, result


# --- beside others ----------------------------------------------------------------------------------------------------


def _beside_others() -> Iterator[str]:
    """From everybody's wishes as arrays, since theirs are read too before the clock starts."""
    drawn = canonical(random_hospitals(random.Random(SEED), 10_000, 1_000, 10, 9))
    yield f"{'10,000 residents, 1,000 hospitals':<44}{'s':>9}{'times':>9}"
    arcs = strict_wishes(drawn)
    ours: dict[str, tuple[float, list[int | None]]] = {
        "numba": _least_time(plain_stable, drawn, arcs, one_by_one),
        "numpy": _least_time(plain_stable, drawn, arcs, in_rounds),
    }
    wishes = _wishes(drawn)
    bare = {name: _least_time(accept, wishes)[0] for name, accept in (("numba", one_by_one), ("numpy", in_rounds))}
    for name, seconds in bare.items():
        yield f"{f'{name}, from arrays':<44}{seconds:>9.4f}{1:>9}"
        yield f"{f'{name}, orders and places put together too':<44}{ours[name][0]:>9.4f}"
    for library in LIBRARIES:
        seconds, (theirs,) = solved_by(library, [drawn])
        assert theirs == _named(drawn, ours["numba"][1]) == _named(drawn, ours["numpy"][1]) == where(solve(drawn, "stable"))
        yield f"{library:<44}{seconds:>9.1f}{seconds / bare['numba']:>9.0f}  of numba, {seconds / bare['numpy']:.0f} of numpy"


def _wishes(drawn: Instance) -> Wishes:
    seen: list[Wishes] = []

    def accept(wishes: Wishes) -> Numbers:
        seen.append(wishes)
        return in_rounds(wishes)

    plain_stable(drawn, strict_wishes(drawn), accept)
    return seen[0]


def _named(drawn: Instance, at: list[int | None]) -> Where:
    return {one.id: drawn.places[place].id for one, place in zip(drawn.candidates, at, strict=True) if place is not None}


# --- from file to file ------------------------------------------------------------------------------------------------


def _whole_command(folder: Path) -> Iterator[str]:
    """The command's work in this process, beside `json.loads`, the checks of the form, and writing the result."""
    source, target = folder / "round.json", folder / "result.json"
    write_instance(generate("plain", 40_000, SEED), source)
    result = solve(read_instance(source), "stable")

    def read_and_write() -> None:
        instance_from_data(json.loads(source.read_bytes()))
        write_result(result, target)

    def whole() -> None:
        write_result(solve(read_instance(source), "stable"), target)

    around, command = (min(_seconds(work) for _ in range(3)) for work in (read_and_write, whole))
    yield f"{'family plain, 40,000, file to file':<44}{'s':>9}{'times':>9}"
    yield f"{'json.loads, checks of the form, writing':<44}{around:>9.2f}{1:>9}"
    yield f"{'the whole of solve --policy stable':<44}{command:>9.2f}{command / around:>9.2f}"


def _seconds(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
