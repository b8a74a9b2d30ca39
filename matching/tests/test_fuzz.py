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
from matching.problem import canonical_json, instance_from_data, instance_to_data, with_seed
from matching.result import result_to_data
from matching.solve import solve
from matching.tests.blocking import random_round
from matching.tests.corruptions import repaired

SEEDS = range(25)
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


def some_files(rng: random.Random) -> tuple[Any, Any]:
    """A small round and a right result of some policy, as data."""
    policy = rng.choice(["optimal", "stable", "queue", "repair"])
    if policy == "repair":
        instance, result = repaired(rng)
    else:
        instance = random_round(rng, most_candidates=5)
        result = certify(instance, solve(instance, policy))
    return instance_to_data(instance), result_to_data(result)


def try_all(folder: Path, seed: int) -> set[int]:
    """Every command that takes such files; the exit codes met."""
    rng = random.Random(seed)
    instance, result = some_files(rng)
    files = [json.dumps(instance).encode(), json.dumps(result).encode()]
    which = rng.randrange(2)
    if rng.random() < 0.8:
        files[which] = json.dumps(mutated((instance, result)[which], rng)).encode()
    else:
        files[which] = broken(files[which], rng)
    round_, told, out = folder / "round.json", folder / "result.json", folder / "out.json"
    for path, raw in zip((round_, told), files, strict=True):
        path.write_bytes(raw)
    commands: list[tuple[str | Path, ...]] = [
        ("verify", round_, told),
        ("explain", round_, told, "-o", out),
        ("solve", round_, "--policy", rng.choice(["optimal", "stable", "queue"]), "-o", out),
        ("bottlenecks", round_, "-o", out),
        ("draw", "commit", round_, told, "-o", out, "--leaves", folder / "leaves.json"),
    ]
    met = set()
    for command in commands if which == 0 else [one for one in commands if told in one]:
        code, said = run(*command)
        lines = [line for line in said.splitlines() if "warning:" not in line]
        assert code in {0, 1, 2}, (seed, command)
        assert len(lines) == (code != 0), (seed, command, said)
        met.add(code)
    return met


def test_spoiled_files_are_refused_in_one_line(tmp_path: Path) -> None:
    met: set[int] = set()
    for seed in SEEDS:
        met |= try_all(tmp_path, seed)
    assert met == {0, 1, 2}


@pytest.mark.prove
def test_thousands_of_spoiled_files_are_refused_in_one_line(tmp_path: Path) -> None:
    for seed in PROVEN_SEEDS:
        try_all(tmp_path, seed)


def test_what_changes_the_meaning_is_never_passed_over(tmp_path: Path) -> None:
    """A changed round with which the result still holds has the same canonical form, but for the seed: the result's counts."""
    silent = 0
    for seed in SEEDS:
        rng = random.Random(seed)
        instance, result = some_files(rng)
        changed = mutated(instance, rng)
        (tmp_path / "round.json").write_text(json.dumps(changed))
        (tmp_path / "result.json").write_text(json.dumps(result))
        code, _ = run("verify", tmp_path / "round.json", tmp_path / "result.json")
        if code == 0:
            one, other = (with_seed(instance_from_data(data), 1) for data in (changed, instance))
            assert canonical_json(one) == canonical_json(other), seed
            silent += 1
    assert silent < len(SEEDS) / 2
