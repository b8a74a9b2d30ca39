"""The value of every level, and whether what is claimed of it can be true."""

import hashlib
from collections import Counter
from collections.abc import Iterable

from matching.result import Bound, Level, Value
from matching.verify.report import Problem, Problems
from matching.verify.rules import Seated, place_of, rank_of

REPAIR_BEFORE, REPAIR_AFTER = ("released",), ("placed", "moved", "ranks", "lottery")


def wants_most(level: str) -> bool:
    """Whether more is better at this level."""
    return level.startswith("class:") or level in {"placed", "kept", "released"}


def expected_levels(seated: Seated) -> tuple[str, ...]:
    """The names of the levels a result must carry, in order."""
    objective = seated.instance.objective
    if seated.result.policy != "repair":
        return objective
    return REPAIR_BEFORE + tuple(one for one in objective if one.startswith("class:")) + REPAIR_AFTER


def wrong_levels(seated: Seated) -> Problems:
    """Levels out of order, with a wrong value, or with a claim that cannot be true."""
    names = tuple(level.level for level in seated.result.levels)
    expected = expected_levels(seated)
    if names != expected:
        message = f"the levels are {', '.join(names) or 'none'}; they must be {', '.join(expected)}"
        yield Problem("level-order", message, names)
    for level in seated.result.levels:
        value = value_of(seated, level.level)
        if value is not None and level.value != value:
            yield Problem("level-value", f"{level.level} is {value}, not {level.value}", (level.level,))
    yield from wrong_claims(seated)


def value_of(seated: Seated, level: str) -> Value | None:
    """The value the allocation gives; None for a level that there is not."""
    if level.startswith("class:"):
        return sum(str(seated.candidates[one].class_) == level.removeprefix("class:") for one in seated.where)
    if level == "placed":
        return len(seated.where)
    if level == "reserves":
        return _shortfall(seated)
    if level == "kept":
        return sum(seated.candidates[one].previous == place for one, (place, _) in seated.where.items())
    if level == "ranks":
        return sum(_ranks(seated))
    if level == "profile":
        return _profile(seated)
    if level == "released":
        return sum(one in seated.where for one in released_ids(seated))
    if level == "moved":
        return sum(seated.candidates[one].previous not in {None, place} for one, (place, _) in seated.where.items())
    return _draw(seated) if level == "lottery" else None


def released_ids(seated: Seated) -> list[str]:
    """Who is called released by the certificate of the level `released`; nobody where there is none."""
    certificates = (level.certificate or {} for level in seated.result.levels if level.level == "released")
    written: object = next((one.get("candidates") for one in certificates if one.get("type") == "released"), [])
    return [one for one in written if isinstance(one, str)] if isinstance(written, list) else []


def _ranks(seated: Seated) -> Iterable[int]:
    return (rank_of(seated.candidates[one], place) or 0 for one, (place, _) in seated.where.items())


def _profile(seated: Seated) -> list[int]:
    counts = Counter(_ranks(seated))
    longest = max((len(one.choices) for one in seated.instance.candidates), default=0)
    return [counts[rank] for rank in range(longest, 0, -1)]


def _draw(seated: Seated) -> list[int]:
    sums = [0, 0, 0]
    for one, (place, _) in seated.where.items():
        for k, word in enumerate(words(seated.result.seed, one, place)):
            sums[k] += word
    return sums


def words(seed: int, candidate: str, place: str) -> tuple[int, int, int]:
    """The first three 16-bit big-endian words of SHA-256 of the UTF-8 text `seed/candidate id/place id`."""
    b = hashlib.sha256(f"{seed}/{candidate}/{place}".encode()).digest()
    return b[0] << 8 | b[1], b[2] << 8 | b[3], b[4] << 8 | b[5]


def _shortfall(seated: Seated) -> int:
    total = 0
    for reserve in seated.instance.reserves:
        inside = set(reserve.places)
        tagged = (one for one in seated.instance.candidates if reserve.tag in one.tags)
        total += max(0, reserve.at_least - sum(place_of(seated, one.id) in inside for one in tagged))
    return total


# --- claims -----------------------------------------------------------------------------------------------------------


def wrong_claims(seated: Seated) -> Problems:
    """Bounds and proofs that contradict the values, or stand where there can be none."""
    may_prove = seated.result.policy in {"optimal", "repair"}
    for level in seated.result.levels:
        if not may_prove:
            yield from _no_claim(level, "after an unproven level, and under stable and queue, nothing is proven")
            continue
        yield from _claim(level)
        may_prove = level.proven


def _no_claim(level: Level, why: str) -> Problems:
    if level.proven:
        yield Problem("proven", f"{level.level} is called proven: {why}", (level.level,))
    if any(one is not None for one in components(level.bound)):
        yield Problem("bound", f"{level.level} has a bound: {why}", (level.level,))


def _claim(level: Level) -> Problems:
    if level.proven and level.bound != level.value:
        yield Problem("bound", f"{level.level} is called proven, and its bound is not its value", (level.level,))
    elif not _bound_fits(level):
        yield Problem("bound", f"{level.level} is {level.value}, beyond its bound {level.bound}", (level.level,))


def _bound_fits(level: Level) -> bool:
    """Whether nothing reached is better than the bound; a vector's components count up to the first that differs."""
    if level.bound is None:
        return True
    values, bounds = components(level.value), components(level.bound)
    if len(values) != len(bounds):
        return False
    for value, bound in zip(values, bounds, strict=True):
        if bound is None or value is None:
            return True
        if value != bound:
            return value < bound if wants_most(level.level) else value > bound
    return True


def components(value: Bound | Value) -> list[int | None]:
    """The parts of a vector; a number is its own only part."""
    return [*value] if isinstance(value, list | tuple) else [value]
