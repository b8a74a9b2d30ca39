"""Ways to spoil a right result. Each breaks one rule by construction, and says which."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, product

from matching.problem import Candidate, Instance, Place, digest
from matching.result import Bound, Level, Result, Value
from matching.tests import mended
from matching.tests.blocking import blocking_pairs, could_open
from matching.tests.brute import Seated, Where, allocations, brute_force, keeps, may_have, opened, seated, values
from matching.tests.mended import at_broken_places, nobody_is_worse, released_of, repair_levels

type Corruption = Callable[[Instance, Result, random.Random], Result | None]

CORRUPTIONS: list[tuple[str, str, Corruption]] = []  # policy, rule, and how to break it


def right_result(instance: Instance) -> Result:
    """The proven optimum, from brute force."""
    found = brute_force(instance)
    if found is None:
        raise ValueError("the pins cannot all hold")
    return result_of(instance, *found)


def proven(level: str, value: Value) -> Level:
    """The level with its value as proven bound."""
    return Level(level, value, as_bound(value), proven=True)


def as_bound(value: Value) -> Bound:
    """The same numbers where a bound is wanted."""
    return [*value] if isinstance(value, list) else value


def result_of(instance: Instance, levels: list[Value], where: Seated) -> Result:
    """A result that calls the allocation optimal and proven."""
    return Result(
        instance=digest(instance),
        policy="optimal",
        seed=instance.seed,
        engine="test",
        assignment=where,
        open=tuple(opened(instance, {one: place for one, (place, _) in where.items()})),
        levels=tuple(proven(level, value) for level, value in zip(instance.objective, levels, strict=True)),
        blocking=(),
        limit=None,
        seconds=0.0,
        peak_bytes=0,
    )


def stable_result(instance: Instance, rng: random.Random) -> Result:
    """Of all allocations one with the fewest pairs that block, and places that could have opened; now and then any."""
    if rng.random() < 0.3:
        return stable_result_of(instance, rng.choice(list(allocations(instance))))
    every = ((len(blocking_pairs(instance, one)), could_open(instance, one), at) for at, one in enumerate(allocations(instance)))
    _, _, best = min(every)
    return stable_result_of(instance, next(islice(allocations(instance), best, None)))


def stable_result_of(instance: Instance, where: Where) -> Result:
    """A result of the policy `stable` that is right, whatever the allocation."""
    blocking = blocking_pairs(instance, where)
    return replace(
        result_of(instance, values(instance, where), seated(instance, where)),
        policy="stable",
        levels=tuple(unproven(level, value) for level, value in zip(instance.objective, values(instance, where), strict=True)),
        blocking=tuple(sorted(blocking)),
        stable=not blocking,
        could_open=could_open(instance, where),
    )


def repair_result_of(instance: Instance, where: Where, released: set[str]) -> Result:
    """A result of the policy `repair` with right values, called proven."""
    told = tuple(proven(level, value) for level, value in repair_levels(instance, where, released))
    first = replace(told[0], certificate={"type": "released", "candidates": sorted(released)})
    whole = result_of(instance, values(instance, where), seated(instance, where))
    return replace(whole, policy="repair", levels=(first, *told[1:]))


def repaired(rng: random.Random) -> tuple[Instance, Result]:
    """A small round from which somebody withdrew after it was placed, and its best repair, by trying everything."""
    while True:
        changed, released = mended.changed_round(rng)
        right = [where for where in allocations(changed) if nobody_is_worse(changed, where, released)]
        if right:
            best = min(right, key=lambda where: mended.wish(repair_levels(changed, where, released)))
            return changed, repair_result_of(changed, best, released)


def unproven(level: str, value: Value) -> Level:
    """The level with its value, and nothing known of a bound."""
    return Level(level, value, None, proven=False)


def breaks(rule: str, policy: str = "optimal") -> Callable[[Corruption], Corruption]:
    """Register a corruption of results of a policy under the code of the rule it breaks."""

    def register(corruption: Corruption) -> Corruption:
        CORRUPTIONS.append((policy, rule, corruption))
        return corruption

    return register


def _moved(result: Result, moves: Seated) -> Result:
    return replace(result, assignment={**result.assignment, **moves})


def _without(result: Result, one: str) -> Result:
    return replace(result, assignment={other: seat for other, seat in result.assignment.items() if other != one})


def drawn_from[T](rng: random.Random, options: list[T]) -> T | None:
    return rng.choice(options) if options else None


def _asked(one: Candidate) -> set[str]:
    return {place for group in one.choices for place in group}


def _wishes(instance: Instance) -> Iterator[tuple[Candidate, Place, str]]:
    return ((one, place, seat.kind) for one in instance.candidates for place in instance.places for seat in place.seats)


# --- whose result is it -----------------------------------------------------------------------------------------------


@breaks("digest")
def other_digest(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    flipped = "0" if result.instance[0] != "0" else "1"
    return replace(result, instance=flipped + result.instance[1:])


@breaks("digest")
def other_seed(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return replace(result, seed=result.seed + 1)


@breaks("digest")
def other_instance(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return replace(result, instance=digest(replace(instance, name="another")))


@breaks("unknown")
def unknown_candidate(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    place = instance.places[0]
    return _moved(result, {"nobody": (place.id, place.seats[0].kind)})


@breaks("unknown")
def unknown_place(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return _moved(result, {instance.candidates[0].id: ("nowhere", "a")})


@breaks("unknown")
def unknown_kind(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return _moved(result, {instance.candidates[0].id: (instance.places[0].id, "no such kind")})


@breaks("unknown")
def unknown_open_place(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return replace(result, open=(*result.open, "nowhere"))


# --- who sits where ---------------------------------------------------------------------------------------------------


@breaks("asked")
def never_asked(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    wish = drawn_from(rng, [wish for wish in _wishes(instance) if wish[1].id not in _asked(wish[0])])
    return None if wish is None else _moved(result, {wish[0].id: (wish[1].id, wish[2])})


@breaks("eligible")
def not_accepted(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    wish = drawn_from(rng, [wish for wish in _wishes(instance) if wish[2] not in may_have(wish[0], wish[1])])
    return None if wish is None else _moved(result, {wish[0].id: (wish[1].id, wish[2])})


@breaks("capacity")
def too_many(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    seats = [(place, seat) for place in instance.places for seat in place.seats]
    some = drawn_from(rng, [pair for pair in seats if pair[1].capacity < len(instance.candidates)])
    if some is None:
        return None
    place, seat = some
    return _moved(result, {one.id: (place.id, seat.kind) for one in instance.candidates[: seat.capacity + 1]})


@breaks("minimum")
def too_few(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    needed = {(place.id, seat.kind) for place in instance.places for seat in place.seats if seat.minimum}
    kind = drawn_from(rng, sorted(needed & set(result.assignment.values())))
    if kind is None:
        return None
    return replace(result, assignment={one: seat for one, seat in result.assignment.items() if seat != kind})


@breaks("equal")
def one_less_at_an_equal_place(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    equal = {place.id for place in instance.places if place.equal and len(place.seats) > 1}
    one = drawn_from(rng, [one for one, (place, _) in result.assignment.items() if place in equal])
    return None if one is None else _without(result, one)


@breaks("open")
def open_not_named(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    place = drawn_from(rng, list(result.open))
    return None if place is None else replace(result, open=tuple(one for one in result.open if one != place))


@breaks("open")
def closed_named_open(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    place = drawn_from(rng, [one.id for one in instance.places if one.id not in result.open])
    return None if place is None else replace(result, open=(*result.open, place))


@breaks("open")
def open_named_twice(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    place = drawn_from(rng, list(result.open))
    return None if place is None else replace(result, open=(*result.open, place))


@breaks("pool")
def pool_overfull(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    pool = drawn_from(rng, [pool for pool in instance.pools if pool.limit < len(instance.candidates)])
    if pool is None:
        return None
    kinds = {place.id: place.seats[0].kind for place in instance.places}
    people = instance.candidates[: pool.limit + 1]
    return _moved(result, {one.id: (pool.places[0], kinds[pool.places[0]]) for one in people})


@breaks("pin")
def pin_left_out(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    one = drawn_from(rng, [one.id for one in instance.candidates if one.pinned is not None])
    return None if one is None else _without(result, one)


@breaks("pin")
def pin_moved(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    wishes = [wish for wish in _wishes(instance) if wish[0].pinned not in {None, wish[1].id}]
    wish = drawn_from(rng, wishes)
    return None if wish is None else _moved(result, {wish[0].id: (wish[1].id, wish[2])})


@breaks("together")
def partner_left_out(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    one = drawn_from(rng, [one.id for one in instance.candidates if one.together and one.id in result.assignment])
    return None if one is None else _without(result, one)


@breaks("together")
def partner_moved(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    placed = [one for one in instance.candidates if one.together]
    wishes = [wish for wish in _wishes(instance) if wish[0] in placed and not _sits(result, wish[0], wish[1])]
    wish = drawn_from(rng, wishes)
    return None if wish is None else _moved(result, {wish[0].id: (wish[1].id, wish[2])})


def _sits(result: Result, one: Candidate, place: Place) -> bool:
    return one.id in result.assignment and result.assignment[one.id][0] == place.id


# --- what is claimed --------------------------------------------------------------------------------------------------


def with_level(result: Result, at: int, level: Level) -> Result:
    return replace(result, levels=(*result.levels[:at], level, *result.levels[at + 1 :]))


def _off_by(value: Value, step: int, rng: random.Random) -> Value:
    if isinstance(value, int):
        return value + step
    at = rng.randrange(len(value))
    return [*value[:at], value[at] + step, *value[at + 1 :]]


@breaks("level-value")
def wrong_value(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    at = rng.randrange(len(result.levels))
    level = result.levels[at]
    if level.value == []:
        return None
    value = _off_by(level.value, rng.choice([1, 2, 1000]), rng)
    return with_level(result, at, replace(level, value=value, bound=as_bound(value)))


@breaks("level-value")
def one_person_less_than_said(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    one = drawn_from(rng, sorted(result.assignment))
    return None if one is None else _without(result, one)  # the draw is in every objective, and every word of a draw but 0 counts


@breaks("level-order")
def level_dropped(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    at = rng.randrange(len(result.levels))
    return replace(result, levels=(*result.levels[:at], *result.levels[at + 1 :]))


@breaks("level-order")
def levels_swapped(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    if len(result.levels) < 2:
        return None
    first, second, *others = result.levels
    return replace(result, levels=(second, first, *others))


@breaks("level-order")
def level_added(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return replace(result, levels=(*result.levels, proven("class:77", 0)))


@breaks("proven")
def proven_after_unproven(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    if len(result.levels) < 2:
        return None
    at = rng.randrange(len(result.levels) - 1)
    return with_level(result, at, replace(result.levels[at], proven=False, bound=None))


@breaks("bound")
def bound_after_unproven(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    if len(result.levels) < 2 or result.levels[-1].bound == []:
        return None
    first = replace(result.levels[0], proven=False, bound=None)
    return replace(result, levels=(first, *(replace(level, proven=False) for level in result.levels[1:])))


@breaks("bound")
def proven_with_another_bound(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    at = rng.randrange(len(result.levels))
    level = result.levels[at]
    if level.value == []:
        return None
    return with_level(result, at, replace(level, bound=as_bound(_off_by(level.value, rng.choice([1, 5]), rng))))


@breaks("bound")
def proven_without_bound(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    at = rng.randrange(len(result.levels))
    return with_level(result, at, replace(result.levels[at], bound=None))


@breaks("bound")
def value_beyond_its_bound(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """The last level, unproven, with a bound on the wrong side."""
    level = result.levels[-1]
    most = level.level.startswith("class:") or level.level in {"placed", "kept"}
    if level.value == [] or (most and level.value == 0):
        return None
    bound = as_bound(_off_by(level.value, -1 if most else 1, rng))
    return with_level(result, len(result.levels) - 1, replace(level, bound=bound, proven=False))


@breaks("bound")
def not_the_best(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """A right allocation of lower quality, with its own right values, called proven."""
    best = [level.value for level in result.levels]
    worse = [where for where in allocations(instance) if values(instance, where) != best]
    where = drawn_from(rng, worse)
    return None if where is None else result_of(instance, values(instance, where), seated(instance, where))


@breaks("bound")
def bound_too_good(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """A right allocation of lower quality; its first level that is not best is unproven, with its value as bound."""
    spoiled = not_the_best(instance, result, rng)
    if spoiled is None:
        return None
    at = next(at for at, level in enumerate(spoiled.levels) if level.value != result.levels[at].value)
    first = replace(spoiled.levels[at], proven=False)
    later = (replace(level, proven=False, bound=None) for level in spoiled.levels[at + 1 :])
    return replace(spoiled, levels=(*spoiled.levels[:at], first, *later))


@breaks("kind-order")
def later_kinds(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """The same people at the same place, in a list of kinds that keeps all rules and is not the least."""
    for place in rng.sample(instance.places, len(instance.places)):
        people = sorted(one for one, seat in result.assignment.items() if seat[0] == place.id)
        now = tuple(result.assignment[one][1] for one in people)
        for kinds in _other_kinds(instance, place, people, now):
            return _moved(result, {one: (place.id, kind) for one, kind in zip(people, kinds, strict=True)})
    return None


def _other_kinds(instance: Instance, place: Place, people: list[str], now: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    candidates = {one.id: one for one in instance.candidates}
    for kinds in product(*(may_have(candidates[one], place) for one in people)):
        if kinds != now and keeps(place, kinds):
            yield kinds


# --- fields of one policy ---------------------------------------------------------------------------------------------


@breaks("policy")
def unknown_policy(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return replace(result, policy="best")


@breaks("policy")
def stability_of_the_optimal(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return rng.choice([replace(result, stable=True), replace(result, could_open=0)])


@breaks("proven")
def proof_under_queue(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return replace(result, policy="queue")


@breaks("limit")
def unknown_limit(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return replace(result, limit="patience")


@breaks("blocking")
def blocking_the_optimal(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return replace(result, blocking=((instance.candidates[0].id, instance.places[0].id),))


# --- the policy stable ------------------------------------------------------------------------------------------------


@breaks("policy", "stable")
def stability_not_told(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return rng.choice([replace(result, stable=None), replace(result, could_open=None)])


@breaks("proven", "stable")
def proof_under_stable(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return with_level(result, 0, proven(result.levels[0].level, result.levels[0].value))


@breaks("bound", "stable")
def bound_under_stable(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    at = rng.randrange(len(result.levels))
    level = result.levels[at]
    return None if level.value == [] else with_level(result, at, replace(level, bound=as_bound(level.value)))


@breaks("blocking", "stable")
def blocking_pair_left_out(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    pair = drawn_from(rng, list(result.blocking))
    return None if pair is None else replace(result, blocking=tuple(one for one in result.blocking if one != pair))


@breaks("blocking", "stable")
def blocking_pair_invented(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    pairs = [(one.id, place) for one in instance.candidates for place in sorted(_asked(one))]
    pair = drawn_from(rng, [pair for pair in pairs if pair not in result.blocking])
    return None if pair is None else replace(result, blocking=(*result.blocking, pair))


@breaks("blocking", "stable")
def blocking_pair_twice(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    pair = drawn_from(rng, list(result.blocking))
    return None if pair is None else replace(result, blocking=(*result.blocking, pair))


@breaks("blocking", "stable")
def blocking_where_they_sit(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    one = drawn_from(rng, sorted(result.assignment))
    return None if one is None else replace(result, blocking=(*result.blocking, (one, result.assignment[one][0])))


@breaks("blocking", "stable")
def blocking_nobody(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return replace(result, blocking=(*result.blocking, ("nobody", instance.places[0].id)))


@breaks("stable", "stable")
def stable_with_blocking_pairs(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return replace(result, stable=True) if result.blocking else None


@breaks("stable", "stable")
def not_stable_without_blocking_pairs(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return replace(result, stable=False) if not result.blocking else None


@breaks("stable", "stable")
def people_moved_and_called_stable(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """Another allocation that keeps all rules, with the right values of all levels, in which somebody blocks."""
    others = [where for where in islice(allocations(instance), 200) if blocking_pairs(instance, where)]
    where = drawn_from(rng, others)
    return None if where is None else replace(stable_result_of(instance, where), stable=True, blocking=())


@breaks("could-open", "stable")
def another_number_that_could_open(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return None if result.could_open is None else replace(result, could_open=result.could_open + rng.choice([1, 7]))


@breaks("could-open", "stable")
def a_place_closed_that_could_open(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """Everybody sent away from a place that somebody would rather have than nothing; nobody blocks a closed place."""
    needed = [place.id for place in instance.places if any(seat.minimum for seat in place.seats)]
    place = drawn_from(rng, [one for one in needed if one in result.open])
    if place is None:
        return None
    where = {one: at for one, (at, _) in result.assignment.items() if at != place}
    if where not in list(allocations(instance)) or not could_open(instance, where):
        return None
    return replace(stable_result_of(instance, where), could_open=0)


# --- the policy queue -------------------------------------------------------------------------------------------------


@breaks("queue", "queue")
def others_before_their_turn(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """Another allocation that keeps all rules, with the right values of all levels."""
    at = {one: place for one, (place, _) in result.assignment.items()}
    where = drawn_from(rng, [one for one in islice(allocations(instance), 500) if one != at])
    return None if where is None else _queue_result_of(instance, where)


@breaks("queue", "queue")
def the_first_sent_away(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """Somebody alone at a place without minimum loses the seat; nobody gets it."""
    loose = {place.id for place in instance.places if not place.equal and not any(seat.minimum for seat in place.seats)}
    alone = {one.id for one in instance.candidates if one.together is None and one.pinned is None}
    at = {one: place for one, (place, _) in result.assignment.items()}
    one = drawn_from(rng, sorted(one for one, place in at.items() if one in alone and place in loose))
    return None if one is None else _queue_result_of(instance, {other: place for other, place in at.items() if other != one})


def _queue_result_of(instance: Instance, where: Where) -> Result:
    return replace(stable_result_of(instance, where), policy="queue", blocking=(), stable=None, could_open=None)


@breaks("policy", "queue")
def stability_of_the_queue(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return rng.choice([replace(result, stable=True), replace(result, could_open=0)])


@breaks("blocking", "queue")
def blocking_the_queue(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return replace(result, blocking=((instance.candidates[0].id, instance.places[0].id),))


@breaks("kind-order", "queue")
@breaks("kind-order", "stable")
def later_kinds_by_order(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return later_kinds(instance, result, rng)


# --- the policy repair ------------------------------------------------------------------------------------------------


@breaks("stays", "repair")
def who_stays_gets_a_worse_rank(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """Another allocation that keeps all rules, with the right values of all levels, in which somebody is worse off."""
    released = set(released_of(result))
    worse = [where for where in islice(allocations(instance), 1_000) if not nobody_is_worse(instance, where, released)]
    where = drawn_from(rng, worse)
    return None if where is None else repair_result_of(instance, where, released)


@breaks("bound", "repair")
def not_the_best_repair(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    released = set(released_of(result))
    right = [where for where in islice(allocations(instance), 1_000) if nobody_is_worse(instance, where, released)]
    others = [repair_result_of(instance, where, released) for where in right]
    return drawn_from(rng, [other for other in others if [*_values(other)] != [*_values(result)]])


def _values(result: Result) -> Iterator[Value]:
    return (level.value for level in result.levels)


def _called_released(result: Result, ids: list[str]) -> Result:
    """Other people called released; the value goes with them."""
    placed = sum(one in result.assignment for one in ids)
    told = replace(proven("released", placed), certificate={"type": "released", "candidates": ids})
    return with_level(result, 0, told)


@breaks("released", "repair")
def released_left_out(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    """Whose place is broken; that a partner withdrew cannot be seen."""
    broken = at_broken_places(instance)
    one = drawn_from(rng, sorted(broken))
    return None if one is None else _called_released(result, [other for other in released_of(result) if other != one])


@breaks("released", "repair")
def released_without_a_place(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    one = drawn_from(rng, [one.id for one in instance.candidates if one.previous is None])
    return None if one is None else _called_released(result, sorted([*released_of(result), one]))


@breaks("released", "repair")
def released_twice(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    one = drawn_from(rng, released_of(result))
    return None if one is None else _called_released(result, sorted([*released_of(result), one]))


@breaks("unknown", "repair")
def released_nobody(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    return _called_released(result, sorted([*released_of(result), "nobody"]))


@breaks("level-value", "repair")
def other_number_of_moves(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    wanted = rng.choice(["moved", "released"])
    at = next(number for number, level in enumerate(result.levels) if level.level == wanted)
    level = result.levels[at]
    value = _off_by(level.value, 1, rng)
    return with_level(result, at, replace(level, value=value, bound=as_bound(value)))


@breaks("level-order", "repair")
def levels_of_the_objective(instance: Instance, result: Result, rng: random.Random) -> Result | None:
    where = {one: place for one, (place, _) in result.assignment.items()}
    told = zip(instance.objective, values(instance, where), strict=True)
    return replace(result, levels=tuple(proven(level, value) for level, value in told))
