"""The commands as others script against them: exit codes, one line on standard error, no traceback."""

import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from matching.cli import TOLD, main
from matching.generate import generate
from matching.problem import Candidate, Instance, Place, Seat, digest, read_instance, with_seed, write_instance
from matching.result import read_result


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in this process, which has loaded the solver already."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main([*map(str, arguments)])
        except SystemExit as left:
            code = int(left.code or 0)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def run_alone(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    command = [sys.executable, "-m", "matching", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up round, its result, and what comes of the commands that make them."""
    folder = tmp_path_factory.mktemp("round")
    made = run_alone("generate", "--family", "region", "--candidates", "60", "--seed", "2", "-o", folder / "round.json.gz")
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    solved = run_alone("solve", folder / "round.json.gz", "--policy", "optimal", "-o", folder / "result.json")
    assert (solved.returncode, solved.stderr) == (0, "")
    assert [line.split()[0] for line in solved.stdout.splitlines()] == list(read_instance(folder / "round.json.gz").objective)
    return folder


def test_what_generate_writes(folder: Path) -> None:
    assert read_instance(folder / "round.json.gz") == generate("region", 60, 2)


def test_a_result_that_holds(folder: Path) -> None:
    checked = run("verify", folder / "round.json.gz", folder / "result.json")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith("the result holds\n")


@pytest.mark.parametrize("policy", ["stable", "queue"])
def test_the_policies_that_go_by_order(folder: Path, tmp_path: Path, policy: str) -> None:
    solved = run("solve", folder / "round.json.gz", "--policy", policy, "--seed", "4", "-o", tmp_path / "result.json")
    assert (solved.returncode, solved.stderr) == (0, "")
    assert solved.stdout.startswith("stable; closed places that could have opened: ") == (policy == "stable")
    result = read_result(tmp_path / "result.json")
    assert (result.policy, result.seed, result.stable) == (policy, 4, True if policy == "stable" else None)
    assert all(level.bound is None and not level.proven for level in result.levels)
    assert run("verify", folder / "round.json.gz", tmp_path / "result.json").returncode == 0


def test_a_result_that_does_not_hold(folder: Path, tmp_path: Path) -> None:
    data = json.loads((folder / "result.json").read_text())
    data["assignment"].popitem()
    (tmp_path / "spoiled.json").write_text(json.dumps(data))
    checked = run("verify", folder / "round.json.gz", tmp_path / "spoiled.json")
    assert checked.returncode == 1
    assert len(checked.stderr.splitlines()) == 1
    assert "does not hold" in checked.stderr


def test_a_result_of_another_round(folder: Path, tmp_path: Path) -> None:
    write_instance(generate("school", 5, 1), tmp_path / "other.json")
    checked = run("verify", tmp_path / "other.json", folder / "result.json")
    assert checked.returncode == 1
    assert len(checked.stderr.splitlines()) == 1
    assert "digest" in checked.stderr
    assert checked.stdout.startswith("digest")
    assert len(checked.stdout.splitlines()) == TOLD + 1


def test_another_seed_draws_another_result(folder: Path, tmp_path: Path) -> None:
    assert run("solve", folder / "round.json.gz", "--seed", "99", "--time-limit", "60", "-o", tmp_path / "r.json").returncode == 0
    result = read_result(tmp_path / "r.json")
    assert result.seed == 99
    assert result.instance == digest(with_seed(read_instance(folder / "round.json.gz"), 99))
    assert run("verify", folder / "round.json.gz", tmp_path / "r.json").returncode == 0
    assert run("explain", folder / "round.json.gz", tmp_path / "r.json", "-o", tmp_path / "why.json").returncode == 0


def test_explanations(folder: Path, tmp_path: Path) -> None:
    whole = run("explain", folder / "round.json.gz", folder / "result.json", "-o", tmp_path / "why.json")
    assert (whole.returncode, whole.stdout, whole.stderr) == (0, "", "")
    reasons = json.loads((tmp_path / "why.json").read_text())
    assert set(reasons) == {one.id for one in read_instance(folder / "round.json.gz").candidates}
    assert any(reasons.values())
    one = next(candidate for candidate, found in reasons.items() if found)
    single = run("explain", folder / "round.json.gz", folder / "result.json", "--candidate", one)
    assert json.loads(single.stdout) == {one: reasons[one]}


def test_bottlenecks(folder: Path, tmp_path: Path) -> None:
    told = run("bottlenecks", folder / "round.json.gz")
    assert (told.returncode, told.stderr) == (0, "")
    assert run("bottlenecks", folder / "round.json.gz", "-o", tmp_path / "b.json").stdout == ""
    assert json.loads(told.stdout) == json.loads((tmp_path / "b.json").read_text())
    assert json.loads(told.stdout)["candidates"] == 60


def test_compare(folder: Path, tmp_path: Path) -> None:
    arguments = ("--policies", "queue,stable", "--sample", "2")
    assert run("compare", folder / "round.json.gz", *arguments, "-o", tmp_path / "c.json").returncode == 0
    told = json.loads((tmp_path / "c.json").read_text())
    assert [outcome["policy"] for outcome in told["outcomes"]] == ["queue", "stable"]
    assert [outcome["cuts"]["sample"] for outcome in told["outcomes"]] == [2, 2]


def test_an_aim_that_leaves_people_out_is_warned_of(tmp_path: Path) -> None:
    from dataclasses import replace

    write_instance(replace(generate("school", 10, 1), objective=("ranks", "placed")), tmp_path / "round.json")
    solved = run("solve", tmp_path / "round.json", "-o", tmp_path / "result.json")
    assert solved.returncode == 0
    assert solved.stderr.startswith("matching: warning: objective[0]")


REFUSED = [
    ("solve nothing.json -o r.json", "cannot read nothing.json"),
    ("solve RESULT -o r.json", "format"),
    ("solve BINARY -o r.json", "is not JSON in UTF-8"),
    ("solve PINS -o r.json", "the pins cannot all hold ('c1' to 'p', 'c2' to 'p'): 'p' has too few seats"),
    ("verify ROUND BINARY", "is not JSON in UTF-8"),
    ("solve ROUND --policy best -o r.json", "'best' is not available"),
    ("solve ROUND --seed -1 -o r.json", "--seed"),
    ("solve ROUND --time-limit nan -o r.json", "--time-limit"),
    ("solve ROUND -o no/such/folder/r.json", "no folder"),
    ("solve ROUND", "-o"),
    ("verify ROUND ROUND", "format"),
    ("verify ROUND", "RESULT.json"),
    ("explain ROUND RESULT --candidate nobody", "'nobody'"),
    ("explain OTHER RESULT", "another instance"),
    ("generate --family zoo --candidates 5 -o r.json", "zoo"),
    ("generate --family school --candidates 1.5 -o r.json", "1.5"),
    ("draw", "COMMAND"),
    ("draw commit OTHER RESULT -o r.json --leaves l.json", "another instance"),
    ("draw commit ROUND RESULT -o r.json", "--leaves"),
    ("draw leaf ROUND --candidate c1 -o r.json", "format"),
    ("draw check ROUND --root 12", "64 lowercase hexadecimal digits"),
    (f"draw check ROUND RESULT --root {64 * '0'}", "LEAF.json alone"),
    (f"draw check ROUND --leaves RESULT --root {64 * '0'}", "LEAF.json alone"),
    (f"draw check ROUND --root {64 * '0'}", "format"),
    (f"draw check ROUND RESULT --leaves ROUND --root {64 * '0'}", "format"),
    ("bottlenecks RESULT", "format"),
    ("compare RESULT", "format"),
    ("compare ROUND --policies optimal,fair", "'fair'"),
    ("compare ROUND --sample -1", "--sample"),
    ("", "COMMAND"),
]


@pytest.mark.parametrize(("written", "named"), REFUSED, ids=[row[0] or "nothing" for row in REFUSED])
def test_what_cannot_be_taken_is_one_clear_line(folder: Path, tmp_path: Path, written: str, named: str) -> None:
    write_instance(generate("school", 5, 1), tmp_path / "other.json")
    (tmp_path / "binary").write_bytes(b"PK\x03\x04\xff\xfe")
    both = tuple(Candidate(one, (), (("p",),), pinned="p") for one in ("c1", "c2"))
    write_instance(Instance(1, ("placed",), both, (Place("p", (Seat("a", 1),)),)), tmp_path / "pins.json")
    known = {"ROUND": folder / "round.json.gz", "RESULT": folder / "result.json"}
    known |= {"OTHER": tmp_path / "other.json", "BINARY": tmp_path / "binary", "PINS": tmp_path / "pins.json"}
    arguments = [known.get(word, tmp_path / word if word == "r.json" else word) for word in written.split()]
    refused = run(*arguments)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1
    assert named in refused.stderr
    assert not (tmp_path / "r.json").exists()


def test_a_repair_is_written_beside_the_round_it_is_of(folder: Path, tmp_path: Path) -> None:
    gone = next(iter(read_result(folder / "result.json").assignment))
    (tmp_path / "changes.json").write_text(json.dumps({"withdrawn": [gone], "seats": []}))
    after, found = tmp_path / "round2.json.gz", tmp_path / "result2.json"
    written: list[str | Path] = ["--changes", tmp_path / "changes.json", "--instance-out", after, "-o", found]
    assert run("repair", folder / "round.json.gz", folder / "result.json", *written).returncode == 0
    assert read_result(found).policy == "repair"
    assert gone not in {one.id for one in read_instance(after).candidates}
    assert run("verify", after, found).returncode == 0


def test_faulty_changes_are_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "changes.json").write_text('{"withdrawn": ["nobody"]}')
    written: list[str | Path] = [
        "--changes",
        tmp_path / "changes.json",
        "--instance-out",
        tmp_path / "i.json",
        "-o",
        tmp_path / "r.json",
    ]
    refused = run("repair", folder / "round.json.gz", folder / "result.json", *written)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "matching: withdrawn[0]: there is no candidate 'nobody'\n"
    assert not (tmp_path / "i.json").exists()


@pytest.mark.parametrize(
    "command",
    [
        "",
        "generate",
        "solve",
        "verify",
        "explain",
        "draw",
        "draw commit",
        "draw leaf",
        "draw check",
        "bottlenecks",
        "compare",
        "repair",
        "value",
    ],
)
def test_help_lists_what_there_is(command: str) -> None:
    told = run(*command.split(), "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert "usage:" in told.stdout
