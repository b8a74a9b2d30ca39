"""Repairs by trying everything, straight from docs/how/engine.md and docs/matching/repair.md, and drawn changes.

Nothing here is shared with `matching.repair` or `matching.changes`.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from matching.problem import Candidate, Instance, Place, digest, instance_from_data, instance_to_data
from matching.result import Result
from matching.tests.brute import KindsAtPlaces, Seated, Value, Where, allocations, keeps, may_have, rank, seated, values


@dataclass(frozen=True, slots=True)
class Case:
    """A small round, an allocation of it, what happened then, and the same as the file of changes has it."""

    instance: Instance
    result: Result
    data: dict[str, Any]


def random_case(rng: random.Random, instance: Instance) -> Case:
    """Any allocation of the round, good or bad, with some withdrawals and some new seats."""
    where = rng.choice(list(_some(allocations(instance), 400)))
    people = [one.id for one in instance.candidates]
    withdrawn = rng.sample(people, rng.randint(0, min(2, len(people))))
    kinds = [(place.id, seat.kind) for place in instance.places for seat in place.seats]
    added = rng.sample(kinds, rng.randint(0, min(2, len(kinds))))
    seats = [{"place": place, "kind": kind, "add": rng.randint(0, 2)} for place, kind in added]
    return Case(instance, result_of(instance, where), {"withdrawn": withdrawn, "seats": seats})


def _some(every: Iterator[Where], most: int) -> Iterator[Where]:
    """The first allocations, which place many: the last wishes are tried last."""
    yield from (where for where, _ in zip(every, range(most), strict=False))


def result_of(instance: Instance, where: Where) -> Result:
    """An allocation as a result; what it says of levels does not matter to a repair."""
    return Result(digest(instance), "optimal", instance.seed, "0", seated(instance, where), (), (), (), None, 0.0, 0)


def changed_by_hand(case: Case) -> Instance:
    """The round after the changes, by changing its file."""
    data = instance_to_data(case.instance)
    gone = set(case.data["withdrawn"])
    data["candidates"] = [one for one in data["candidates"] if one["id"] not in gone]
    for one in data["candidates"]:
        one.pop("previous", None)
        if one["id"] in case.result.assignment:
            one["previous"] = case.result.assignment[one["id"]][0]
        if one.get("together") in gone:
            del one["together"]
    for place in data["places"]:
        for seat in place["seats"]:
            added = (one for one in case.data["seats"] if (one["place"], one["kind"]) == (place["id"], seat["kind"]))
            seat["capacity"] += sum(one["add"] for one in added)
        if "tiers" in place:
            place["tiers"] = {one: tier for one, tier in place["tiers"].items() if one not in gone}
    return instance_from_data(data)


def released(case: Case, after: Instance) -> set[str]:
    """Those whose partner withdrew, and those at a place that cannot be open with the people who are left."""
    gone, had = set(case.data["withdrawn"]), {one.id: one.previous for one in after.candidates}
    alone = {one.id for one in case.instance.candidates if one.together in gone and had.get(one.id)}
    at = {place.id: [one for one in after.candidates if one.previous == place.id] for place in after.places}
    return alone | {one.id for place in after.places for one in at[place.id] if _broken(place, at[place.id])}


def _broken(place: Place, people: list[Candidate]) -> bool:
    return not any(keeps(place, kinds) for kinds in product(*(may_have(one, place) for one in people)))


def best_repair(case: Case) -> tuple[list[Value], Seated] | None:
    """The best value of each level and the one allocation that has them; None when the pins cannot all hold."""
    after = changed_by_hand(case)
    free = released(case, after)
    stays = [one for one in after.candidates if one.previous is not None and one.id not in free]
    best: tuple[list[list[int]], Where] | None = None
    for where in allocations(after):
        if all(one.id in where and rank(one, where[one.id]) <= rank(one, one.previous or "") for one in stays):
            wish = [_least(level, value) for level, value in repaired_levels(case, after, where)]
            if best is None or wish < best[0]:
                best = wish, where
    if best is None:
        return None
    kinds = KindsAtPlaces(after)
    assert all(kinds.of(place, tuple(sorted(one for one in best[1] if best[1][one] == place.id))) for place in after.places)
    return [value for _, value in repaired_levels(case, after, best[1])], seated(after, best[1])


def repaired_levels(case: Case, after: Instance, where: Where) -> list[tuple[str, Value]]:
    """Every level of a repair, in order, with its value."""
    free = released(case, after)
    moved = sum(1 for one in after.candidates if one.previous and where.get(one.id, one.previous) != one.previous)
    classes = tuple(level for level in after.objective if level.startswith("class:"))
    names = (*classes, "placed", "ranks", "lottery")
    told = dict(zip(names, values(replace(after, objective=names), where), strict=True))
    told |= {"released": len(free & set(where)), "moved": moved}
    return [(level, told[level]) for level in ("released", *classes, "placed", "moved", "ranks", "lottery")]


def _least(level: str, value: Value) -> list[int]:
    if isinstance(value, list):
        return value
    return [value if level in {"moved", "ranks"} else -value]
