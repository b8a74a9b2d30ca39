"""The rules every allocation keeps, whatever the policy."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from matching.problem import Candidate, Instance, Place, Seat
from matching.result import Result
from matching.verify.report import Problem, Problems


@dataclass(frozen=True)
class Seated:
    """A result beside its instance: who sits where. Unknown ids are left out; `unknown` names them."""

    instance: Instance
    result: Result
    candidates: dict[str, Candidate] = field(init=False)
    places: dict[str, Place] = field(init=False)
    where: dict[str, tuple[str, str]] = field(init=False)  # candidate id -> (place id, kind)
    heads: Counter[tuple[str, str]] = field(init=False)  # people per (place id, kind)
    people: Counter[str] = field(init=False)  # people per place id

    def __post_init__(self) -> None:
        candidates = {one.id: one for one in self.instance.candidates}
        places = {one.id: one for one in self.instance.places}
        kinds = {(one.id, seat.kind) for one in self.instance.places for seat in one.seats}
        where = {one: seat for one, seat in self.result.assignment.items() if one in candidates and seat in kinds}
        computed: Mapping[str, object] = {
            "candidates": candidates,
            "places": places,
            "where": where,
            "heads": Counter(where.values()),
            "people": Counter(place for place, _ in where.values()),
        }
        for name, value in computed.items():
            object.__setattr__(self, name, value)


def rank_of(candidate: Candidate, place: str) -> int | None:
    """The number of the tie group that holds the place, from 1; None where the candidate did not ask."""
    return next((rank for rank, group in enumerate(candidate.choices, 1) if place in group), None)


def takes(seat: Seat, candidate: Candidate) -> bool:
    """Whether the tags meet `accepts` in at least one and hold all of `requires`."""
    accepted = seat.accepts is None or any(tag in seat.accepts for tag in candidate.tags)
    return accepted and all(tag in candidate.tags for tag in seat.requires)


def always_open(place: Place) -> bool:
    """A place whose minima are all 0 is always open."""
    return not any(seat.minimum for seat in place.seats)


def broken_rules(seated: Seated) -> Problems:
    """Every rule of the allocation that does not hold."""
    for rule in (_unknown, _seats, _places, _open, _pools, _pins, _together):
        yield from rule(seated)


def _unknown(seated: Seated) -> Problems:
    for one, (place, kind) in seated.result.assignment.items():
        if one not in seated.candidates:
            yield Problem("unknown", f"there is no candidate {one}", (one,))
        elif place not in seated.places:
            yield Problem("unknown", f"{one} sits at {place}, which does not exist", (one, place))
        elif one not in seated.where:
            yield Problem("unknown", f"{place} has no seats of kind {kind}", (one, place, kind))
    for place in seated.result.open:
        if place not in seated.places:
            yield Problem("unknown", f"the open place {place} does not exist", (place,))


def _seats(seated: Seated) -> Problems:
    seats = {(place.id, seat.kind): seat for place in seated.instance.places for seat in place.seats}
    for one, (place, kind) in seated.where.items():
        candidate = seated.candidates[one]
        if rank_of(candidate, place) is None:
            yield Problem("asked", f"{one} did not ask for {place}", (one, place))
        if place in candidate.excluded:
            yield Problem("eligible", f"{one} is excluded from {place}: {candidate.excluded[place]}", (one, place))
        elif not takes(seats[place, kind], candidate):
            yield Problem("eligible", f"{one} may not have a seat of kind {kind} at {place}", (one, place, kind))


def _places(seated: Seated) -> Problems:
    opened = set(seated.result.open)
    for place in seated.instance.places:
        heads = {seat.kind: seated.heads[place.id, seat.kind] for seat in place.seats}
        is_open = place.id in opened or seated.people[place.id] > 0
        for seat in place.seats:
            count, ids = heads[seat.kind], (place.id, seat.kind)
            if count > seat.capacity:
                yield Problem("capacity", f"{place.id} has {count} of kind {seat.kind}, {seat.capacity} seats", ids)
            if is_open and count < seat.minimum:
                yield Problem("minimum", f"{place.id} has {count} of kind {seat.kind}, at least {seat.minimum}", ids)
        if place.equal and len(set(heads.values())) > 1:
            yield Problem("equal", f"{place.id} has {heads}, not equally many", (place.id,))


def _open(seated: Seated) -> Problems:
    opened = Counter(seated.result.open)
    for one, times in opened.items():
        if times > 1:
            yield Problem("open", f"{one} stands {times} times among the open places", (one,))
    for place in seated.instance.places:
        if place.id in opened:
            if not always_open(place) and not seated.people[place.id]:
                yield Problem("open", f"{place.id} is called open, and nobody is there", (place.id,))
        elif always_open(place):
            yield Problem("open", f"{place.id} has no minimum, so it is always open", (place.id,))
        elif seated.people[place.id]:
            yield Problem("open", f"{place.id} is called closed, and people are there", (place.id,))


def _pools(seated: Seated) -> Problems:
    for pool in seated.instance.pools:
        there = sum(seated.people[place] for place in pool.places)
        if there > pool.limit:
            yield Problem("pool", f"pool {pool.id} has {there} people, at most {pool.limit}", (pool.id,))


def _pins(seated: Seated) -> Problems:
    for one in seated.instance.candidates:
        if one.pinned is not None and place_of(seated, one.id) != one.pinned:
            yield Problem("pin", f"{one.id} is pinned to {one.pinned}, and is not there", (one.id, one.pinned))


def _together(seated: Seated) -> Problems:
    for one in seated.instance.candidates:
        if one.together is not None and place_of(seated, one.id) != place_of(seated, one.together):
            yield Problem("together", f"{one.id} and {one.together} are not together", (one.id, one.together))


def place_of(seated: Seated, candidate: str) -> str | None:
    """The place id, None for who has no seat."""
    seat = seated.where.get(candidate)
    return None if seat is None else seat[0]


# --- the list of kinds ------------------------------------------------------------------------------------------------


def kinds_not_least(seated: Seated) -> Problems:
    """Places where an earlier candidate id could have an earlier kind, everybody staying at their place."""
    groups: dict[str, list[str]] = {}
    for one in sorted(seated.where):
        groups.setdefault(seated.where[one][0], []).append(one)
    for place, people in groups.items():
        if len(seated.places[place].seats) > 1:
            yield from _kinds_not_least_at(seated, seated.places[place], people)


def _kinds_not_least_at(seated: Seated, place: Place, people: list[str]) -> Problems:
    """From the last candidate to the first: could this one get a lower kind when only later ones change theirs?"""
    room = _room(seated, place)
    swaps: dict[str | None, set[str | None]] = {kind: set(ways) for kind, ways in room.items()}
    for one in reversed(people):
        kind = seated.where[one][1]
        possible = {seat.kind for seat in place.seats if takes(seat, seated.candidates[one])}
        better = [other for other in possible if other < kind and kind in _reached(swaps, other)]
        if better:
            message = f"{one} has kind {kind} at {place.id}, and {min(better)} was possible"
            yield Problem("kind-order", message, (one, place.id))
            return
        swaps[kind] |= possible - {kind}


def _room(seated: Seated, place: Place) -> dict[str | None, set[str | None]]:
    """Kind -> None where one more fits; None -> the kinds that can spare one. Equal places never change their counts."""
    room: dict[str | None, set[str | None]] = {seat.kind: set() for seat in place.seats} | {None: set()}
    for seat in place.seats if not place.equal else ():
        count = seated.heads[place.id, seat.kind]
        if count < seat.capacity:
            room[seat.kind].add(None)
        if count > seat.minimum:
            room[None].add(seat.kind)
    return room


def _reached(swaps: Mapping[str | None, Iterable[str | None]], start: str) -> set[str | None]:
    reached: set[str | None] = {start}
    edge: list[str | None] = [start]
    while edge:
        for kind in swaps[edge.pop()]:
            if kind not in reached:
                reached.add(kind)
                edge.append(kind)
    return reached
