"""The slow and readable reference for `repair`: who is released, who is worse off, and the levels, straight from the text."""

import random
from collections.abc import Iterable
from dataclasses import replace
from itertools import product

from matching.problem import Candidate, Instance
from matching.result import Result, Value
from matching.tests.brute import Where, brute_force, keeps, may_have, random_instance, rank, values


def changed_round(rng: random.Random) -> tuple[Instance, set[str]]:
    """A round that was placed, without one or two who withdrew, everybody's old place as `previous`; and who is released."""
    while True:
        before = random_instance(rng, most_candidates=6)
        found = brute_force(before)
        placed = sorted(found[1]) if found else []
        if found and len(placed) > 1:
            break
    gone = set(rng.sample(placed, rng.choice([1, 1, 2])))
    left = [one for one in before.candidates if one.id not in gone]
    alone = {one.id for one in left if one.together in gone and one.id in found[1]}
    changed = replace(before, candidates=tuple(_left(one, gone, found[1]) for one in left))
    return changed, alone | at_broken_places(changed)


def _left(one: Candidate, gone: set[str], seats: dict[str, tuple[str, str]]) -> Candidate:
    previous = seats[one.id][0] if one.id in seats else None
    return replace(one, together=None if one.together in gone else one.together, previous=previous)


def at_broken_places(instance: Instance) -> set[str]:
    """Whose old places cannot be open with the people who are left."""
    broken: set[str] = set()
    for place in instance.places:
        people = [one for one in instance.candidates if one.previous == place.id]
        if people and not any(keeps(place, kinds) for kinds in product(*(may_have(one, place) for one in people))):
            broken |= {one.id for one in people}
    return broken


def nobody_is_worse(instance: Instance, where: Where, released: set[str]) -> bool:
    """Whether everybody with an old place who is not released has one, at no worse rank."""
    stay = [one for one in instance.candidates if one.previous is not None and one.id not in released]
    return all(one.id in where and rank(one, where[one.id]) <= rank(one, str(one.previous)) for one in stay)


def repair_levels(instance: Instance, where: Where, released: set[str]) -> list[tuple[str, Value]]:
    """The levels of `repair` in their order, each with its value."""
    classes = [level for level in instance.objective if level.startswith("class:")]
    names = (*classes, "placed", "ranks", "lottery")
    told: dict[str, Value] = dict(zip(names, values(replace(instance, objective=names), where), strict=True))
    told["released"] = len(released & set(where))
    told["moved"] = sum(one.previous not in {None, where.get(one.id)} for one in instance.candidates if one.id in where)
    return [(level, told[level]) for level in ("released", *classes, "placed", "moved", "ranks", "lottery")]


def wish(levels: Iterable[tuple[str, Value]]) -> list[list[int]]:
    """The values as something that is better when it is smaller."""
    most = {"released", "placed"}
    return [
        value if isinstance(value, list) else [-value if level in most or level.startswith("class:") else value]
        for level, value in levels
    ]


def released_of(result: Result) -> list[str]:
    """Who is called released."""
    return list((result.levels[0].certificate or {})["candidates"])
