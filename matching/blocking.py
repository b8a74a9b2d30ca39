"""What stands against a result: pairs that block, and closed places that could have opened.

The source of the rules is docs/how/engine.md, "The policies", and docs/matching/stable.md, "When a pair blocks".
"""

from dataclasses import replace

import numpy as np
from scipy import sparse

from matching.arcs import arcs_of, possible, seats_of
from matching.highs import search
from matching.market import Market
from matching.problem import Candidate, Instance, Pool
from matching.program import NONE_ABOVE, program_of
from matching.seating import Seating


def seating_of(market: Market, at: list[int | None]) -> Seating:
    """Everybody seated; `at` is the place of each unit. Places that need people and have none are closed."""
    seating = Seating(market)
    for unit, place in enumerate(at):
        if place is not None and not seating.seat(unit, place):
            raise AssertionError("a result keeps capacities and pools")
    for room in seating.rooms:
        if room.equal:
            room.capacity = (len(room.options) // len(room.most),) * len(room.most)
        elif not room.options and any(room.minimum):
            room.close()
    return seating


def blocking_pairs(seating: Seating) -> list[tuple[int, int]]:
    """Candidates and open places that would rather have each other; of partners both, with the place."""
    market = seating.market
    return [
        (one, place)
        for unit, about in enumerate(market.units)
        for place in about.wishes
        if seating.would_rather(unit, place) and seating.rooms[place].is_open and seating.gives_up(unit, place) is not None
        for one in about.people
    ]


def could_open(seating: Seating) -> int:
    """How many closed places could have opened, each by itself, with people who would rather be there, breaking no other."""
    closed = (place for place, room in enumerate(seating.rooms) if any(room.minimum) and not room.options)
    return sum(_could_open(seating, place) for place in closed)


def _could_open(seating: Seating, place: int) -> bool:
    market, room = seating.market, seating.rooms[place]
    wishing = [unit for unit, _ in market.askers[place] if seating.would_rather(unit, place)]
    if not room.could_have(_options(seating, wishing, place), max(room.minimum)):
        return False
    free = [unit for unit in wishing if len(market.units[unit].people) == 1 and _can_leave(seating, unit)]
    if not market.pools_of[place] and room.could_have(_options(seating, free, place), max(room.minimum)):
        return True
    return _opens_in_a_search(seating, place, wishing)


def _options(seating: Seating, units: list[int], place: int) -> list[tuple[int, ...]]:
    market = seating.market
    return [market.kinds[one][place] for unit in units for one in market.units[unit].people]


def _can_leave(seating: Seating, unit: int) -> bool:
    """Whether a unit is at no place that minds."""
    present = seating.at[unit]
    return present is None or (seating.market.always_open[present] and not seating.rooms[present].equal)


def _opens_in_a_search(seating: Seating, place: int, wishing: list[int]) -> bool:
    """Whether there is an allocation in which the place is open, and everybody is there or where they were."""
    instance = _around(seating, place, wishing)
    seats = seats_of(instance)
    arcs = possible(instance, arcs_of(instance), seats)
    at = next(number for number, one in enumerate(instance.places) if one.id == seating.market.instance.places[place].id)
    program, takes = program_of(instance, arcs, seats, reserves=False)
    seated = np.array([one.previous is not None for one in instance.candidates], dtype=bool)
    goal = np.flatnonzero(arcs.place == at)
    if len(goal) == 0 or not np.isin(np.flatnonzero(seated), arcs.candidate).all():
        return False
    inside = np.concatenate([np.flatnonzero(seated[arcs.candidate]), goal])
    row = np.where(np.arange(len(inside)) < seated[arcs.candidate].sum(), arcs.candidate[inside], len(seated))
    entries = np.ones(len(inside), dtype=np.int64), (np.unique(row, return_inverse=True)[1], inside)
    rows = sparse.csr_array(sparse.coo_array(entries, shape=(len(np.unique(row)), len(arcs)))) @ takes
    least = np.ones(rows.shape[0], dtype=np.int64)  # everybody who was seated is, and somebody is at the place
    found = search(
        program.with_rows(rows, least, np.full(len(least), NONE_ABOVE)), np.zeros(takes.shape[1], dtype=np.int64), np.inf
    )
    return found.x is not None


def _around(seating: Seating, place: int, wishing: list[int]) -> Instance:
    """The place, the people who wish for it, and all who are where some of these are; they may stay or, who wishes, come."""
    market = seating.market
    inside = {place} | {present for unit in wishing if (present := seating.at[unit]) is not None}
    units = {unit for one in inside for unit in seating.units_at[one]} | set(wishing)
    goal = market.instance.places[place].id

    def reduced(one: int, unit: int) -> Candidate:
        candidate, present = market.instance.candidates[one], seating.at[unit]
        here = None if present is None else market.instance.places[present].id
        choices = (*(((goal,),) if unit in moving else ()), *(((here,),) if here is not None else ()))
        pinned = here if unit not in moving else None
        return replace(candidate, choices=choices, previous=here, pinned=pinned)

    moving = set(wishing)
    people = tuple(reduced(one, unit) for unit in sorted(units) for one in market.units[unit].people)
    pools = tuple(_pool_around(seating, pool, inside) for pool in sorted({p for one in inside for p in market.pools_of[one]}))
    return replace(
        market.instance,
        candidates=people,
        places=tuple(market.instance.places[one] for one in sorted(inside)),
        pools=pools,
        reserves=(),
    )


def _pool_around(seating: Seating, pool: int, inside: set[int]) -> Pool:
    """The pool in some of its places, with the room that the others leave."""
    market = seating.market
    within = [place for place in market.places_of[pool] if place in inside]
    elsewhere = seating.in_pool[pool] - sum(len(seating.rooms[place].options) for place in within)
    ids = tuple(market.instance.places[place].id for place in within)
    return Pool(market.instance.pools[pool].id, market.limit[pool] - elsewhere, ids)
