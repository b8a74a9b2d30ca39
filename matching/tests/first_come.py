"""First come, first served: what is usual today, as the base line for quality."""

from matching.problem import Candidate, Instance, Place, Seat, eligible_kinds


def first_come(drawn: Instance) -> dict[str, str]:
    """Each in turn takes the best choice with a seat left; places under their minimum then close, and all choose again.

    The pinned come first. Partners come alone and are counted where they land, so the queue looks better here than it is.
    """
    closed: set[str] = set()
    while True:
        where = _in_turn(drawn, closed)
        short = {place.id for place in drawn.places if _is_short(place, where)}
        if not short:
            return {one: place for one, (place, _) in where.items()}
        closed |= short


def _in_turn(drawn: Instance, closed: set[str]) -> dict[str, tuple[str, str]]:
    left = {(place.id, seat.kind): seat.capacity for place in drawn.places for seat in place.seats if place.id not in closed}
    room = {pool.id: pool.limit for pool in drawn.pools}
    pools_of = {place.id: [pool.id for pool in drawn.pools if place.id in pool.places] for place in drawn.places}
    places = {place.id: place for place in drawn.places}
    where: dict[str, tuple[str, str]] = {}
    for one in sorted(drawn.candidates, key=lambda one: (one.pinned is None, one.arrived is None, one.arrived or 0, one.id)):
        for place in _wishes(one):
            kinds = [kind for kind in eligible_kinds(one, places[place]) if left.get((place, kind), 0) > 0]
            if kinds and all(room[pool] > 0 for pool in pools_of[place]):
                where[one.id] = place, kinds[0]
                left[place, kinds[0]] -= 1
                room.update({pool: room[pool] - 1 for pool in pools_of[place]})
                break
    return where


def _wishes(one: Candidate) -> list[str]:
    return [one.pinned] if one.pinned is not None else [place for group in one.choices for place in group]


def _is_short(place: Place, where: dict[str, tuple[str, str]]) -> bool:
    counts = [_count(place, seat, where) for seat in place.seats]
    short = any(count < seat.minimum for seat, count in zip(place.seats, counts, strict=True))
    return any(counts) and (short or (place.equal and len(set(counts)) > 1))


def _count(place: Place, seat: Seat, where: dict[str, tuple[str, str]]) -> int:
    return list(where.values()).count((place.id, seat.kind))
