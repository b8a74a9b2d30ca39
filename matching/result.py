"""The result of a run as plain data, and its file.

The source of every rule is docs/how/engine.md, "The result file".
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matching.form import (
    InputError,
    elements,
    flag,
    join,
    mapping,
    members,
    name,
    names,
    natural,
    read_json,
    refuse_twice,
    require_format,
    text,
    write_json,
)

FORMAT = "matching-result/1"
POLICIES = ("optimal", "stable", "queue", "repair")
LIMITS = ("time", "memory")
LEVEL = re.compile(r"class:(0|[1-9][0-9]*)|reserves|placed|ranks|profile|kept|lottery|released|moved")
VECTORS = frozenset({"profile", "lottery"})
_DIGEST = re.compile("[0-9a-f]{64}")

type Value = int | list[int]
type Bound = int | list[int | None] | None


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the objective: what was reached, and what nothing can beat (None where that is not known)."""

    level: str
    value: Value
    bound: Bound
    proven: bool
    certificate: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a policy made of an instance. `assignment` holds candidate id -> (place id, kind) for the placed."""

    instance: str  # digest, with the seed that was used
    policy: str
    seed: int
    engine: str
    assignment: Mapping[str, tuple[str, str]]
    open: tuple[str, ...]
    levels: tuple[Level, ...]
    blocking: tuple[tuple[str, str], ...]  # candidate id, place id
    limit: str | None
    seconds: float
    peak_bytes: int
    stable: bool | None = None
    could_open: int | None = None


def read_result(path: str | Path) -> Result:
    """The result in a JSON file, plain or gzip. Raises InputError."""
    return result_from_data(read_json(path))


def write_result(result: Result, path: str | Path) -> None:
    """Write the result as JSON; gzip when the name ends in .gz."""
    write_json(path, result_to_data(result))


def result_to_data(result: Result) -> dict[str, Any]:
    """The result as JSON data."""
    optional = {"stable": result.stable, "could_open": result.could_open}
    return {
        "format": FORMAT,
        "instance": result.instance,
        "policy": result.policy,
        "seed": result.seed,
        "engine": result.engine,
        "assignment": {one: {"place": place, "kind": kind} for one, (place, kind) in result.assignment.items()},
        "open": list(result.open),
        "levels": [_level_data(level) for level in result.levels],
        "blocking": [{"candidate": candidate, "place": place} for candidate, place in result.blocking],
        "limit": result.limit,
        "seconds": result.seconds,
        "peak_bytes": result.peak_bytes,
    } | {key: value for key, value in optional.items() if value is not None}


def _level_data(level: Level) -> dict[str, Any]:
    data = {"level": level.level, "value": level.value, "bound": level.bound, "proven": level.proven}
    return data if level.certificate is None else data | {"certificate": dict(level.certificate)}


_REQUIRED = (
    "format",
    "instance",
    "policy",
    "seed",
    "engine",
    "assignment",
    "open",
    "levels",
    "blocking",
    "limit",
    "seconds",
    "peak_bytes",
)


def result_from_data(data: Any) -> Result:
    """Read JSON data into a result. Checks the form only; whether it holds is for `matching.verify`."""
    require_format(data, FORMAT)
    whole = members(data, "", _REQUIRED, ("stable", "could_open"))
    if not _DIGEST.fullmatch(text(whole["instance"], "instance")):
        raise InputError("instance", "must be 64 lowercase hexadecimal digits")
    assignment = mapping(whole["assignment"], "assignment")
    levels = elements(whole["levels"], "levels")
    blocking = elements(whole["blocking"], "blocking")
    return Result(
        instance=whole["instance"],
        policy=_one_of(whole["policy"], "policy", POLICIES),
        seed=natural(whole["seed"], "seed"),
        engine=name(whole["engine"], "engine"),
        assignment={one: _read_seat(one, seat) for one, seat in assignment.items()},
        open=names(whole["open"], "open"),
        levels=_read_levels(levels),
        blocking=tuple(_read_pair(one, f"blocking[{at}]") for at, one in enumerate(blocking)),
        limit=None if whole["limit"] is None else _one_of(whole["limit"], "limit", LIMITS),
        seconds=_read_seconds(whole["seconds"], "seconds"),
        peak_bytes=natural(whole["peak_bytes"], "peak_bytes"),
        stable=flag(whole["stable"], "stable") if "stable" in whole else None,
        could_open=natural(whole["could_open"], "could_open") if "could_open" in whole else None,
    )


def _read_seat(candidate: str, value: Any) -> tuple[str, str]:
    path = join("assignment", candidate)
    name(candidate, path)
    seat = members(value, path, ("place", "kind"))
    return name(seat["place"], f"{path}.place"), name(seat["kind"], f"{path}.kind")


def _read_pair(value: Any, path: str) -> tuple[str, str]:
    pair = members(value, path, ("candidate", "place"))
    return name(pair["candidate"], f"{path}.candidate"), name(pair["place"], f"{path}.place")


def _read_levels(listed: list[Any]) -> tuple[Level, ...]:
    levels = tuple(_read_level(one, f"levels[{at}]") for at, one in enumerate(listed))
    refuse_twice(tuple(one.level for one in levels), "levels")
    return levels


def _read_level(value: Any, path: str) -> Level:
    data = members(value, path, ("level", "value", "bound", "proven"), ("certificate",))
    level = text(data["level"], f"{path}.level")
    if not LEVEL.fullmatch(level):
        raise InputError(f"{path}.level", f"there is no level {level!r}")
    return Level(
        level=level,
        value=_read_value(data["value"], f"{path}.value", level),
        bound=_read_bound(data["bound"], f"{path}.bound", level),
        proven=flag(data["proven"], f"{path}.proven"),
        certificate=_read_certificate(data["certificate"], f"{path}.certificate") if "certificate" in data else None,
    )


def _read_value(value: Any, path: str, level: str) -> Value:
    if level not in VECTORS:
        return natural(value, path)
    return [natural(one, f"{path}[{at}]") for at, one in enumerate(_vector(value, path, level))]


def _read_bound(value: Any, path: str, level: str) -> Bound:
    if value is None:
        return None
    if level not in VECTORS:
        return natural(value, path)
    listed = _vector(value, path, level)
    return [None if one is None else natural(one, f"{path}[{at}]") for at, one in enumerate(listed)]


def _vector(value: Any, path: str, level: str) -> list[Any]:
    listed = elements(value, path)
    if level == "lottery" and len(listed) != 3:
        raise InputError(path, "must have three numbers")
    return listed


def _read_certificate(value: Any, path: str) -> dict[str, Any]:
    certificate = mapping(value, path)
    if "type" not in certificate:
        raise InputError(f"{path}.type", "is missing")
    text(certificate["type"], f"{path}.type")
    return certificate


def _read_seconds(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise InputError(path, "must be a number of seconds, not negative")
    return float(value)


def _one_of(value: Any, path: str, allowed: tuple[str, ...]) -> str:
    read = text(value, path)
    if read not in allowed:
        raise InputError(path, f"{read!r} is none of {', '.join(allowed)}")
    return read
