"""What an allocation is worth: the value of each level of the objective, read off who is where.

The source of every rule is docs/how/engine.md, "The levels of the objective".
"""

from collections import Counter
from collections.abc import Mapping

from matching.problem import Candidate, Instance, lottery_words
from matching.result import Level, Value


def levels_of(instance: Instance, where: Mapping[str, str]) -> tuple[Level, ...]:
    """The levels with their values and no bounds, for an allocation of candidate ids to place ids."""
    placed = [one for one in instance.candidates if one.id in where]
    return tuple(Level(level, _value(instance, level, placed, where), None, proven=False) for level in instance.objective)


def _value(instance: Instance, level: str, placed: list[Candidate], where: Mapping[str, str]) -> Value:
    if level == "placed":
        return len(placed)
    if level == "kept":
        return sum(one.previous == where[one.id] for one in placed)
    if level == "reserves":
        return _shortfall(instance, placed, where)
    if level == "ranks":
        return sum(_rank(one, where[one.id]) for one in placed)
    if level == "profile":
        counts = Counter(_rank(one, where[one.id]) for one in placed)
        longest = max((len(one.choices) for one in instance.candidates), default=0)
        return [counts[rank] for rank in range(longest, 0, -1)]
    if level == "lottery":
        words = [lottery_words(instance.seed, one.id, where[one.id]) for one in placed]
        return [sum(word) for word in zip(*words, strict=True)] if words else [0, 0, 0]
    return sum(f"class:{one.class_}" == level for one in placed)


def _rank(one: Candidate, place: str) -> int:
    return next(rank for rank, group in enumerate(one.choices, start=1) if place in group)


def _shortfall(instance: Instance, placed: list[Candidate], where: Mapping[str, str]) -> int:
    """What is lacking in all reserves together."""
    tags = {reserve.tag for reserve in instance.reserves}
    there = Counter((tag, where[one.id]) for one in placed for tag in tags.intersection(one.tags))
    return sum(max(0, one.at_least - sum(there[one.tag, place] for place in one.places)) for one in instance.reserves)
