"""Files that are nearly right, and files that are not: exit code 0, 1 or 2, one line where it is not 0, and no traceback."""

import gzip
import json
import random
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from matching.certificates import certify
from matching.cli import main
from matching.draw import commit, leaves_to_data, proof_to_data, proofs
from matching.problem import canonical_json, instance_from_data, instance_to_data, with_seed
from matching.result import result_to_data
from matching.solve import solve
from matching.tests.blocking import random_round
from matching.tests.corruptions import repaired

SEEDS = range(20)
PROVEN_SEEDS = range(1_000, 4_000)

# What stands in place of some part of a file, or beside it.
ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    1,
    2.0,
    1e400,
    float("nan"),
    10**30,
    2**63,
    "",
    "x",
    "c1",
    "p1",
    "a/b",
    "\x00",
    "\ud800",
    "e\u0301",
    "🦊",
    [],
    {},
    [[]],
    {"type": "prices/1", "steps": [{}]},
]


def run(*arguments: str | Path) -> tuple[int, str]:
    """The exit code of a command, and what it says on standard error."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([*map(str, arguments)])
    return code, err.getvalue()


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part of JSON data."""
    found = [path]
    if isinstance(data, dict | list):
        for key in data if isinstance(data, dict) else range(len(data)):
            found += places(data[key], (*path, key))
    return found


def mutated(data: Any, rng: random.Random) -> Any:
    """The data with one part left out, doubled, moved, or in place of another, or something odd in its place."""
    data = json.loads(json.dumps(data))
    path = rng.choice([one for one in places(data) if one])
    here = data
    for step in path[:-1]:
        here = here[step]
    last, way = path[-1], rng.random()
    if way < 0.2:
        del here[last]
    elif way < 0.4 and isinstance(here, list):
        here.insert(rng.randrange(len(here) + 1), here[last])
    elif way < 0.5 and isinstance(here[last], int):
        here[last] += rng.choice([-1, 1, 10**20])
    elif way < 0.6:
        other: Any = data
        for step in rng.choice(places(data)):
            other = other[step]
        here[last] = json.loads(json.dumps(other))
    elif way < 0.7 and isinstance(here, dict):
        here[str(rng.choice(ODD))] = rng.choice(ODD)
    else:
        here[last] = rng.choice(ODD)
    return data


def broken(raw: bytes, rng: random.Random) -> bytes:
    """The bytes of a file, spoiled as bytes."""
    ways: list[Callable[[], bytes]] = [
        lambda: raw[: rng.randrange(len(raw))],
        lambda: gzip.compress(raw)[: rng.randrange(60)],
        lambda: gzip.compress(raw, mtime=0) + b"more",
        lambda: raw.replace(b"{", b'{"seed":1,"seed":2,', 1),
        lambda: b"[" * 100_000 + raw,
        lambda: b'{"a":' * 50_000 + raw + b"}" * 50_000,
        lambda: raw.replace(b"1", b"9" * 5_000, 1),
        lambda: raw.replace(b'"c1"', b'"\\ud800"'),
        lambda: raw.replace(b":", b": NaN, ", 1),
        lambda: b"\xef\xbb\xbf" + raw,
        lambda: raw.decode().encode("utf-16"),
        lambda: bytes(byte if rng.random() > 0.01 else rng.randrange(256) for byte in raw),
        lambda: b"",
    ]
    return rng.choice(ways)()


def some_files(rng: random.Random) -> dict[str, Any]:
    """A small round, a right result of some policy, and what else the commands take of them, as data by file name."""
    policy = rng.choice(["optimal", "stable", "queue", "repair"])
    if policy == "repair":
        instance, result = repaired(rng)
    else:
        instance = random_round(rng, most_candidates=5)
        result = certify(instance, solve(instance, policy))
    place = rng.choice(instance.places)
    more = {"place": place.id, "kind": place.seats[0].kind, "add": 1}
    commitment, leaves = commit(instance, result, bytes)
    return {
        "round": instance_to_data(instance),
        "result": result_to_data(result),
        "changes": {"withdrawn": [one.id for one in instance.candidates[:1]], "seats": [more]},
        "leaves": leaves_to_data(leaves),
        "leaf": next(map(proof_to_data, proofs(leaves))) if instance.candidates else {},
        "root": commitment.root,
    }


def commands(of: dict[str, Path], root: str, rng: random.Random) -> list[tuple[str | Path, ...]]:
    """Every command that takes such files; of those that solve again and again, one."""
    round_, told, out, other = of["round"], of["result"], of["out"], of["other"]
    dear = rng.choice([("compare", round_, "--sample", "1", "-o", out), ("value", round_, "--sample", "1", "-o", out)])
    return [
        ("verify", round_, told),
        ("explain", round_, told, "-o", out),
        ("solve", round_, "--policy", rng.choice(["optimal", "stable", "queue"]), "-o", out),
        ("bottlenecks", round_, "-o", out),
        ("repair", round_, told, "--changes", of["changes"], "--instance-out", other, "-o", out),
        ("draw", "commit", round_, told, "-o", out, "--leaves", other),
        ("draw", "check", round_, told, "--leaves", of["leaves"], "--root", root),
        ("draw", "check", of["leaf"], "--root", root),
        ("draw", "leaf", of["leaves"], "--candidate", "c1", "-o", out),
        dear,
    ]


def try_all(folder: Path, seed: int) -> set[tuple[str, int]]:
    """One of the files spoiled, and every command that takes it; the commands and exit codes met."""
    rng = random.Random(seed)
    data = some_files(rng)
    root = data.pop("root")
    which = rng.choice(["round", "result", *data])
    of = {name: folder / f"{name}.json" for name in (*data, "out", "other")}
    for name in data:
        of[name].write_text(json.dumps(data[name]))
    if rng.random() < 0.8 and data[which]:
        of[which].write_text(json.dumps(mutated(data[which], rng)))
    else:
        of[which].write_bytes(broken(of[which].read_bytes(), rng))
    met = set()
    for command in commands(of, root, rng):
        if of[which] not in command:
            continue
        code, said = run(*command)
        lines = [line for line in said.splitlines() if "warning:" not in line]
        assert code in {0, 1, 2}, (seed, command)
        assert len(lines) == (code != 0), (seed, command, said)
        met.add((str(command[0]), code))
    return met


def test_spoiled_files_are_refused_in_one_line(tmp_path: Path) -> None:
    met: set[tuple[str, int]] = set()
    for seed in SEEDS:
        met |= try_all(tmp_path, seed)
    assert {code for _, code in met} == {0, 1, 2}
    assert {command for command, code in met if code == 2} >= {"verify", "solve", "repair", "draw", "compare", "value"}


@pytest.mark.prove
def test_thousands_of_spoiled_files_are_refused_in_one_line(tmp_path: Path) -> None:
    for seed in PROVEN_SEEDS:
        try_all(tmp_path, seed)


def test_what_changes_the_meaning_is_never_passed_over(tmp_path: Path) -> None:
    """A changed round with which the result still holds has the same canonical form, but for the seed: the result's counts."""
    silent = 0
    for seed in SEEDS:
        rng = random.Random(seed)
        data = some_files(rng)
        instance, result = data["round"], data["result"]
        changed = mutated(instance, rng)
        (tmp_path / "round.json").write_text(json.dumps(changed))
        (tmp_path / "result.json").write_text(json.dumps(result))
        code, _ = run("verify", tmp_path / "round.json", tmp_path / "result.json")
        if code == 0:
            one, other = (with_seed(instance_from_data(data), 1) for data in (changed, instance))
            assert canonical_json(one) == canonical_json(other), seed
            silent += 1
    assert silent < len(SEEDS) / 2
