"""What stops a command in the middle leaves the file it would write as it was: really killed, and really out of room."""

import gzip
import json
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from matching.form import InputError, write_json
from matching.generate import generate
from matching.problem import read_instance, write_instance
from matching.result import read_result
from matching.solve import solve
from matching.verify import verify

OLD = "what was there before\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rounds")
    write_instance(generate("region", 4_000, 1), folder / "large.json.gz")
    write_instance(generate("region", 400, 1), folder / "middle.json")
    write_instance(generate("region", 60, 1), folder / "small.json")
    return folder


def start(*arguments: str | Path, room: int | None = None) -> subprocess.Popen[str]:
    """A command as a process of its own, that may write files of at most `room` bytes."""
    command = [sys.executable, "-m", "matching", *map(str, arguments)]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if room is not None:
        resource.prlimit(started.pid, resource.RLIMIT_FSIZE, (room, room))
    return started


def is_whole(path: Path) -> bool:
    """Whether the file is what it was before, or a whole result."""
    return path.read_text() == OLD or bool(read_result(path).levels)


@pytest.mark.parametrize(("by", "after"), [(signal.SIGINT, 1.0), (signal.SIGTERM, 0.2)])
def test_a_solve_that_is_stopped_leaves_the_old_file(folder: Path, tmp_path: Path, by: signal.Signals, after: float) -> None:
    (tmp_path / "result.json").write_text(OLD)
    stopped = start("solve", folder / "large.json.gz", "-o", tmp_path / "result.json")
    time.sleep(after)
    stopped.send_signal(by)
    _, told = stopped.communicate(timeout=30)
    assert stopped.returncode == -by
    assert told == ""
    assert is_whole(tmp_path / "result.json")
    assert [one.name for one in tmp_path.iterdir()] == ["result.json"]


@pytest.mark.prove
def test_a_solve_that_is_stopped_at_any_moment_leaves_a_whole_file(folder: Path, tmp_path: Path) -> None:
    """The first is not stopped at all: its time says when the moments of the others are, half of them near the end."""
    began = time.monotonic()
    start("solve", folder / "middle.json", "-o", tmp_path / "result.json").communicate(timeout=60)
    whole, rng = time.monotonic() - began, random.Random(1)
    for number in range(60):
        (tmp_path / "result.json").write_text(OLD)
        stopped = start("solve", folder / "middle.json", "-o", tmp_path / "result.json")
        time.sleep(whole * (rng.uniform(0, 1.05) if number % 2 else rng.uniform(0.95, 1.02)))
        stopped.send_signal(rng.choice([signal.SIGTERM, signal.SIGKILL]))
        stopped.communicate(timeout=60)
        assert is_whole(tmp_path / "result.json")


def test_a_time_limit_in_the_middle_gives_a_whole_result_that_holds(folder: Path, tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    limited = start("solve", folder / "middle.json", "--time-limit", "0.05", "-o", result)
    limited.communicate(timeout=60)
    assert limited.returncode == 0
    assert read_result(result).limit in {None, "time"}
    assert verify(read_instance(folder / "middle.json"), read_result(result), prove_small=False).ok


@pytest.mark.prove
def test_a_time_limit_at_any_moment_gives_a_result_that_holds(folder: Path) -> None:
    instance = read_instance(folder / "middle.json")
    for hundredth in range(1, 60):
        result = solve(instance, time_limit=hundredth / 100)
        assert verify(instance, result, prove_small=False).ok, hundredth


def test_a_disk_that_is_full_is_one_line_and_leaves_the_old_file(folder: Path, tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    result.write_text(OLD)
    full = start("solve", folder / "small.json", "-o", result, room=1_000)
    _, told = full.communicate(timeout=30)
    assert full.returncode == 2
    assert told == f"matching: cannot write {result}: File too large\n"
    assert result.read_text() == OLD
    assert [one.name for one in tmp_path.iterdir()] == ["result.json"]


def test_an_output_that_takes_nothing_is_one_line(folder: Path) -> None:
    made = start("generate", "--family", "school", "--candidates", "5", "-o", "/dev/full")
    assert made.communicate(timeout=30)[1] == "matching: cannot write /dev/full: No space left on device\n"
    assert made.returncode == 2
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "matching", "solve", str(folder / "small.json"), "-o", "/dev/null"]
        told = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (told.returncode, told.stderr) == (2, "matching: cannot write to standard output: No space left on device\n")


def test_a_link_goes_on_pointing_and_a_pipe_takes_what_comes(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to("whole.json")
    write_json(tmp_path / "link.json", [1])
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "whole.json").read_text()) == [1]
    made = start("generate", "--family", "school", "--candidates", "5", "-o", "/dev/stdout")
    assert json.loads(made.communicate(timeout=30)[0])["format"] == "matching-instance/1"


def test_the_parts_are_gone_where_it_cannot_be_put(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot write"):
        write_json(tmp_path / "folder", [])
    write_json(tmp_path / "x.json.gz", [1])
    assert json.loads(gzip.decompress((tmp_path / "x.json.gz").read_bytes())) == [1]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder", "x.json.gz"]
