"""The slow and readable reference: every way to place a few people, compared by the text of the rules.

Nothing here is shared with the solver or with verify. Fit for about 7 candidates and 5 places.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

from matching.problem import Candidate, Instance, Place, Pool, Reserve, Seat

type Value = int | list[int]
type Where = dict[str, str]  # candidate id -> place id, the placed only
type Seated = dict[str, tuple[str, str]]  # candidate id -> (place id, kind)


def brute_force(instance: Instance) -> tuple[list[Value], Seated] | None:
    """The best value of each level and one allocation that has them; None when the pins cannot all hold."""
    return best_of(instance, lambda _: True)


def best_of(instance: Instance, allowed: Callable[[Where], bool]) -> tuple[list[Value], Seated] | None:
    """The same among the allocations that `allowed` takes, given as candidate id -> place id."""
    best: tuple[list[list[int]], Seated] | None = None
    for where in allocations(instance):
        if not allowed(where):
            continue
        wish = [_least(level, value) for level, value in zip(instance.objective, values(instance, where), strict=True)]
        if best is None or wish < best[0]:
            best = wish, seated(instance, where)
    if best is None:
        return None
    where = {candidate: place for candidate, (place, _) in best[1].items()}
    return values(instance, where), best[1]


def _least(level: str, value: Value) -> list[int]:
    """The value as something that is better when it is smaller."""
    if isinstance(value, list):
        return value
    wants_most = level.startswith("class:") or level in {"placed", "kept"}
    return [-value if wants_most else value]


# --- every allocation ---------------------------------------------------------------------------------------------


def allocations(instance: Instance) -> Iterator[Where]:
    """Every allocation that keeps all rules."""
    kinds = KindsAtPlaces(instance)
    for where in _every_choice(instance, list(instance.candidates), {}):
        if _together_holds(instance, where) and all(kinds.of(place, _people(where, place)) for place in instance.places):
            yield where


def _every_choice(instance: Instance, left: list[Candidate], where: Where) -> Iterator[Where]:
    if not left:
        yield where
        return
    candidate, rest = left[0], left[1:]
    for place in _options(instance, candidate):
        taken = where if place is None else {**where, candidate.id: place}
        if _has_room(instance, taken):
            yield from _every_choice(instance, rest, taken)


def _options(instance: Instance, candidate: Candidate) -> list[str | None]:
    if candidate.pinned is not None:
        return [candidate.pinned]
    asked = [place for group in candidate.choices for place in group]
    return [None, *(place.id for place in instance.places if place.id in asked and may_have(candidate, place))]


def _has_room(instance: Instance, where: Where) -> bool:
    """Prunes: what is too many now stays too many."""
    at = list(where.values())
    return all(at.count(place.id) <= sum(seat.capacity for seat in place.seats) for place in instance.places) and all(
        sum(at.count(place) for place in pool.places) <= pool.limit for pool in instance.pools
    )


def _together_holds(instance: Instance, where: Where) -> bool:
    return all(one.together is None or where.get(one.id) == where.get(one.together) for one in instance.candidates)


def _people(where: Where, place: Place) -> tuple[str, ...]:
    return tuple(sorted(candidate for candidate, at in where.items() if at == place.id))


def may_have(candidate: Candidate, place: Place) -> list[str]:
    """The kinds of seat this candidate may have at the place, sorted."""
    if place.id in candidate.excluded:
        return []
    tags = set(candidate.tags)
    return sorted(
        seat.kind for seat in place.seats if (seat.accepts is None or tags & set(seat.accepts)) and tags >= set(seat.requires)
    )


class KindsAtPlaces:
    """Which kinds a group of people at one place gets; remembered, since the same group comes back often."""

    def __init__(self, instance: Instance) -> None:
        self.candidates = {one.id: one for one in instance.candidates}
        self.known: dict[tuple[str, tuple[str, ...]], list[tuple[str, ...]]] = {}

    def of(self, place: Place, people: tuple[str, ...]) -> list[tuple[str, ...]]:
        """At most one list: the least list of kinds, in the order of candidate ids, that keeps the place's rules."""
        key = place.id, people
        if key not in self.known:
            self.known[key] = self._find(place, people)
        return self.known[key]

    def _find(self, place: Place, people: tuple[str, ...]) -> list[tuple[str, ...]]:
        always_open = all(seat.minimum == 0 for seat in place.seats)
        if not people and not always_open:
            return [()]  # closed
        for kinds in product(*(may_have(self.candidates[one], place) for one in people)):
            if keeps(place, kinds):
                return [kinds]
        return []


def keeps(place: Place, kinds: tuple[str, ...]) -> bool:
    """Whether people in these kinds of seats keep the rules of an open place."""
    counts = [kinds.count(seat.kind) for seat in place.seats]
    within = all(seat.minimum <= count <= seat.capacity for seat, count in zip(place.seats, counts, strict=True))
    return within and (not place.equal or len(set(counts)) == 1)


def seated(instance: Instance, where: Where) -> Seated:
    """Everyone's place and kind, the kinds least in the order of candidate ids."""
    kinds = KindsAtPlaces(instance)
    found: Seated = {}
    for place in instance.places:
        people = _people(where, place)
        for candidate, kind in zip(people, kinds.of(place, people)[0], strict=True):
            found[candidate] = place.id, kind
    return found


def opened(instance: Instance, where: Where) -> list[str]:
    """The open places, sorted: those with people, and those that are always open."""
    return sorted(
        place.id for place in instance.places if place.id in where.values() or all(seat.minimum == 0 for seat in place.seats)
    )


# --- the levels ---------------------------------------------------------------------------------------------------


def values(instance: Instance, where: Where) -> list[Value]:
    """The value of every level of the objective, in its order."""
    return [_value(instance, level, where) for level in instance.objective]


def _value(instance: Instance, level: str, where: Where) -> Value:
    placed = [one for one in instance.candidates if one.id in where]
    if level.startswith("class:"):
        return sum(1 for one in placed if one.class_ == int(level.removeprefix("class:")))
    if level == "placed":
        return len(placed)
    if level == "kept":
        return sum(1 for one in placed if one.previous == where[one.id])
    if level == "reserves":
        return sum(_shortfall(instance, reserve, where) for reserve in instance.reserves)
    if level == "lottery":
        return [sum(_word(instance.seed, one.id, where[one.id], k) for one in placed) for k in range(3)]
    ranks = [rank(one, where[one.id]) for one in placed]
    if level == "ranks":
        return sum(ranks)
    longest = max((len(one.choices) for one in instance.candidates), default=0)
    return [ranks.count(r) for r in range(longest, 0, -1)]  # profile


def rank(candidate: Candidate, place: str) -> int:
    """The number of the tie group that holds the place, from 1."""
    return next(number for number, group in enumerate(candidate.choices, 1) if place in group)


def _shortfall(instance: Instance, reserve: Reserve, where: Where) -> int:
    tagged = {one.id for one in instance.candidates if reserve.tag in one.tags}
    there = sum(1 for candidate, place in where.items() if candidate in tagged and place in reserve.places)
    return max(0, reserve.at_least - there)


def _word(seed: int, candidate: str, place: str, k: int) -> int:
    hexadecimal = hashlib.sha256(f"{seed}/{candidate}/{place}".encode()).hexdigest()
    return int(hexadecimal[4 * k : 4 * k + 4], 16)


# --- small random rounds ------------------------------------------------------------------------------------------

TAGS = ["student", "pupil", "newcomer", "police"]
LEVELS = ["class:0", "class:1", "reserves", "placed", "ranks", "profile", "kept", "lottery"]


def random_instance(rng: random.Random, *, most_candidates: int = 6, most_places: int = 4) -> Instance:
    """A small round whose pins can hold. Many draws together meet every feature of the instance file."""
    while True:
        instance = _draw(rng, rng.randint(1, most_candidates), rng.randint(1, most_places))
        if next(allocations(instance), None) is not None:
            return instance


def _draw(rng: random.Random, candidates: int, places: int) -> Instance:
    drawn_places = [_draw_place(rng, f"p{number}", candidates) for number in range(1, places + 1)]
    drawn = [_draw_candidate(rng, f"c{number}", drawn_places) for number in range(1, candidates + 1)]
    drawn = _with_partners(rng, _with_pins(rng, drawn, drawn_places))
    rng.shuffle(drawn)
    return Instance(
        seed=rng.randint(0, 99),
        objective=_draw_objective(rng),
        candidates=tuple(drawn),
        places=tuple(drawn_places),
        pools=tuple(_draw_pools(rng, drawn_places)),
        reserves=tuple(_draw_reserves(rng, drawn_places)),
    )


def _draw_objective(rng: random.Random) -> tuple[str, ...]:
    if rng.random() < 0.5:
        return "class:0", "reserves", "placed", "ranks", "kept", "lottery"
    levels = rng.sample(LEVELS, rng.randint(1, len(LEVELS)))
    return tuple(levels if "lottery" in levels else [*levels, "lottery"])


def _draw_place(rng: random.Random, name: str, candidates: int) -> Place:
    kinds = rng.choice([1, 1, 2, 2, 3])
    tandem, lower_quota = kinds > 1 and rng.random() < 0.5, rng.random() < 0.4
    seats = []
    for kind in "bac"[:kinds]:
        capacity = rng.randint(1, max(1, candidates // 2)) if rng.random() < 0.95 else 0
        minimum = capacity if tandem else rng.randint(0, capacity) if lower_quota else 0
        accepts = tuple(rng.sample(TAGS, rng.randint(1, 3))) if rng.random() < 0.6 else None
        requires = ("police",) if rng.random() < 0.15 else ()
        seats.append(Seat(kind, capacity, minimum, accepts, requires))
    return Place(name, tuple(seats), equal=kinds > 1 and rng.random() < 0.3)


def _draw_candidate(rng: random.Random, name: str, places: list[Place]) -> Candidate:
    tags = tuple(rng.sample(TAGS, rng.randint(1, 3)))
    asked = rng.sample([place.id for place in places], rng.randint(0 if rng.random() < 0.1 else 1, len(places)))
    previous = rng.choice([*(place.id for place in places), "gone"]) if rng.random() < 0.3 else None
    excluded = {asked[0]: "worked_there"} if asked and rng.random() < 0.1 else {}
    return Candidate(name, tags, _with_ties(rng, asked), class_=rng.choice([0, 1, 1, 2]), previous=previous, excluded=excluded)


def _with_ties(rng: random.Random, asked: list[str]) -> tuple[tuple[str, ...], ...]:
    groups: list[tuple[str, ...]] = []
    for place in asked:
        if groups and rng.random() < 0.25:
            groups[-1] = (*groups[-1], place)
        else:
            groups.append((place,))
    return tuple(groups)


def _with_pins(rng: random.Random, candidates: list[Candidate], places: list[Place]) -> list[Candidate]:
    one = rng.choice(candidates)
    asked = [place for group in one.choices for place in group]
    options = [place.id for place in places if place.id in asked and may_have(one, place)]
    if rng.random() < 0.7 or not options:
        return candidates
    pinned = replace(one, pinned=rng.choice(options))
    return [pinned if other is one else other for other in candidates]


def _with_partners(rng: random.Random, candidates: list[Candidate]) -> list[Candidate]:
    if len(candidates) < 2 or rng.random() < 0.6:
        return candidates
    first, second, *others = rng.sample(candidates, len(candidates))
    return [replace(first, together=second.id), replace(second, together=first.id), *others]


def _draw_pools(rng: random.Random, places: list[Place]) -> Iterator[Pool]:
    for number in range(rng.choice([0, 0, 1, 2])):
        inside = rng.sample([place.id for place in places], rng.randint(1, len(places)))
        yield Pool(f"pool{number}", rng.randint(0 if rng.random() < 0.1 else 1, 4), tuple(inside))


def _draw_reserves(rng: random.Random, places: list[Place]) -> Iterator[Reserve]:
    for number in range(rng.choice([0, 0, 1, 2])):
        inside = rng.sample([place.id for place in places], rng.randint(1, len(places)))
        yield Reserve(f"reserve{number}", rng.choice(TAGS), tuple(inside), rng.randint(0, 3))
